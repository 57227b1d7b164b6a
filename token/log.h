#ifndef TOKEN_LOG_H
#define TOKEN_LOG_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A log of what was done with tokens, for their owner: a JSON object a line, in
 * $XDG_STATE_HOME/pdfsign/token.log, while somebody has switched it on. Never a PIN, a digest or a
 * document's name. Faults of the log are nobody's errors. */
void pds_token_log(const char *operation, const char *token, pds_code code);

#ifdef __cplusplus
}
#endif
#endif
