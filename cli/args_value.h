#ifndef CLI_ARGS_VALUE_H
#define CLI_ARGS_VALUE_H

#include "cli/fault.h"
#include "cli/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The first signer, and one more at each --then. */
void cli_begin_signer(cli_args *args);
/* Has the last one any options? errors: PDS_E_USAGE */
PDS_USE pds_code cli_end_signers(const cli_args *args, pds_err *e);
/* Keeps a flag; --then begins the next signer. errors: PDS_E_USAGE */
PDS_USE pds_code cli_store_flag(const cli_option *row, cli_args *args, pds_err *e);
/* Keeps the value of an option; room: words of the command line, as many as a list can get.
 * errors: PDS_E_USAGE, PDS_E_NO_MEMORY */
PDS_USE pds_code cli_store(const cli_option *row, const char *text, cli_args *args, int room,
                           pds_err *e);
PDS_USE pds_code cli_store_item(cli_list *list, const char *text, int room, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
