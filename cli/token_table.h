#ifndef CLI_TOKEN_TABLE_H
#define CLI_TOKEN_TABLE_H

#include "cli/report.h"

#include <pds/json.h>
#include <pds/token.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What tokens and keys are like, in words that stay: for JSON, and as message ids. */
const char *cli_token_pin_word(const pds_token *t);                       /* "ok", "blocked" … */
const char *cli_token_kind_word(const pds_token_key *key);                /* "signing" … */
const char *cli_token_validity_word(const pds_token_key *k, int64_t now); /* "valid", "ending" … */

/* For people: a paragraph for each token, with a table of its keys (full: all of each). now:
 * seconds since 1970. */
void cli_tokens_put(FILE *to, const pds_token_list *list, bool full, int64_t now);
/* Sets `tokens`, `notes`, and `readers` where there are bare ones. */
void cli_tokens_set(pds_json *result, const pds_token_list *list, int64_t now);
/* What names a token, as JSON; the caller drops it. */
pds_json *cli_token_head(const pds_token *t);

/* 'token list --watch', as a cli_step: ctx is the cli_args. */
PDS_USE pds_code cli_watch_tokens(void *ctx, const cli_file *file, cli_outcome *outcome,
                                  pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
