#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "cli/fault.h"
#include "cli/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads a command line into args, which is filled anew and, also on error, dropped by the caller.
 * It ends early at --help and --version. Values of key options never appear in a fault: one of them
 * may be a PIN in the wrong place. errors: PDS_E_USAGE, PDS_E_NO_MEMORY */
PDS_USE pds_code cli_args_parse(int argc, char *const argv[], cli_args *args, pds_err *e);
void cli_args_drop(cli_args *args);

/* Passes a code on; a fault gets the signer's number, where there are several. */
pds_code cli_of_signer(pds_code code, const cli_args *args, size_t index, pds_err *e);
/* A key that never leaves a device: pkcs11:… or pcsc:…; NULL is none. */
bool cli_is_token(const char *uri);
/* Is its seal kept in its key? */
bool cli_seal_in_token(const cli_signer *signer);
/* Do the options of a parsed line go together, and is nothing missing? errors: PDS_E_USAGE */
PDS_USE pds_code cli_args_check(const cli_args *args, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
