#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "cli/fault.h"
#include "cli/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The file of settings: --config FILE, else config.ini in a person's own folder for such. */

/* Reads it, where the call uses a token, and gives readers their aliases. A file that --config does
 * not name need not be there. errors: PDS_E_USAGE with the line; those of pds_ini_read and
 * pds_token_alias */
PDS_USE pds_code cli_config_load(const cli_args *args, pds_err *e);
/* Keeps a reader's alias in it. path: out, which file that is. errors: of pds_ini_set; PDS_E_USAGE
 * there is no place for one */
PDS_USE pds_code cli_config_set_reader(const cli_args *args, const char *alias, const char *uri,
                                       char *path, size_t room, pds_err *e);
/* The URI that `pcsc:ALIAS…` stands for; the same where it is no alias of the file. The caller
 * frees it. */
PDS_USE pds_code cli_config_resolve(const cli_args *args, const char *uri, char **out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
