#ifndef TOKEN_PIN_OFFER_H
#define TOKEN_PIN_OFFER_H

#include "token/hardkey.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a PIN or PUK comes to a token, for keys and for verbs: what is kept, else who is asked, with
 * the tries that are left looked at before; what was refused before is refused; then it is offered,
 * once, and what came of it is remembered, and told. One at a time for each token. */

enum { PDS_PIN_OWN = 32 };

/* Where a key keeps its PIN for as long as it is open. */
typedef struct pds_pin_kept {
    pds_secret *pin; /* owned; in the token's turn; NULL: none, or in the cache */
    long seconds; /* it is in the cache of token/pin_care.h for so long after each use; 0: here */
    const char *spelling;  /* of the token, for pds_token_forget; lent */
    char own[PDS_PIN_OWN]; /* in place of a token's number, where it has none */
    bool cached;           /* it was put there, or found there */
    int64_t right_at;      /* milliseconds of CLOCK_BOOTTIME: when the token last took it */
} pds_pin_kept;
/* How the cache calls it: as the token; as the key alone where the token has no number. */
const char *pds_pin_kept_name(const pds_pin_kept *kept, const pds_opened *token);

/* Who holds a token, as far as its PIN goes. All is lent. */
typedef struct pds_holder {
    const pds_opened *token;
    const pds_token_options *options; /* whom to ask and tell; no uri */
    pds_pin_kept *kept;               /* NULL: he is asked each time */
} pds_holder;

/* errors of all: PDS_E_PIN_*; device errors; what the callback returns */
PDS_USE pds_code pds_holder_log_in(const pds_holder *h, pds_err *e);
/* For what wants the PIN with it. pin NULL: it is typed on the device. */
typedef pds_code (*pds_pin_use_fn)(void *ctx, const pds_secret *pin, pds_err *e);
PDS_USE pds_code pds_holder_use(const pds_holder *h, pds_pin_use_fn use, void *ctx, pds_err *e);
PDS_USE pds_code pds_holder_change_pin(const pds_holder *h, pds_err *e);
PDS_USE pds_code pds_holder_unblock(const pds_holder *h, pds_err *e);

/* Asks who is to be asked. out: the caller drops it. errors: PDS_E_PIN_NEEDED nobody is; what the
 * callback returns */
PDS_USE pds_code pds_secret_ask(const pds_token_options *options, pds_secret_kind kind,
                                const char *label, int tries, pds_secret **out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
