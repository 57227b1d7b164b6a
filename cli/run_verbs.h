#ifndef CLI_RUN_VERBS_H
#define CLI_RUN_VERBS_H

#include "cli/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One function a verb: args are parsed and checked; each returns the exit status. */
int cli_verb_sign(const cli_args *args);
int cli_verb_finish(const cli_args *args); /* sign --finish */
int cli_verb_verify(const cli_args *args);
int cli_verb_fields_list(const cli_args *args);
int cli_verb_fields_add(const cli_args *args);
int cli_verb_seal_make(const cli_args *args);
int cli_verb_seal_clean(const cli_args *args);
int cli_verb_seal_strokes(const cli_args *args);
int cli_verb_seal_info(const cli_args *args);
int cli_verb_augment(const cli_args *args);    /* timestamp, ltv add, ltv renew */
int cli_verb_token_list(const cli_args *args); /* token list, show, search, connect, disconnect */
int cli_verb_token_decrypt(const cli_args *args);
int cli_verb_token(const cli_args *args); /* the other verbs of tokens */

#ifdef __cplusplus
}
#endif
#endif
