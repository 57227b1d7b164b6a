#ifndef TOKEN_PIN_CARE_H
#define TOKEN_PIN_CARE_H

#include "token/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a PIN is treated, whatever the device: no try is spent without need. */

/* Fails before anybody is asked: PDS_E_PIN_LOCKED, PDS_E_PIN_LAST_TRY (unless forced), with what to
 * do. */
PDS_USE pds_code pds_pin_check(const pds_pin_state *state, const char *label, bool force_last_try,
                               pds_err *e);
PDS_USE pds_code pds_puk_check(const pds_pin_state *state, const char *label, bool force_last_try,
                               pds_err *e);
/* The sentence for people about what is left after a wrong one: appended to a PIN error. */
pds_code pds_pin_tell_left(pds_code code, const pds_pin_state *after, pds_err *e);
pds_code pds_puk_tell_left(pds_code code, const pds_pin_state *after, pds_err *e);

/* One token may be reached with its module named or not: "pkcs11:…?module-path=…". */
bool pds_pin_is_same_token(const char *a, const char *b);

/* ---- PINs that were tried in vain ---- */

/* A PIN that a token refused is not offered to it again by this process (salted digests in locked
 * memory, of the last 16). */
bool pds_pin_was_wrong(const char *token, const pds_secret *pin);
void pds_pin_set_wrong(const char *token, const pds_secret *pin);
/* One that was right is known, too: where a process is logged in already, modules take whatever is
 * offered, and who opens a second key has to know the PIN all the same. */
bool pds_pin_is_another(const char *token, const pds_secret *pin);
void pds_pin_set_right(const char *token, const pds_secret *pin);
/* Does such an end of a call that offers a PIN leave open what became of it? */
bool pds_pin_is_in_doubt(pds_code code);
/* One that was offered, and no answer came: it may have cost a try. tries: that were left before;
 * -1: not told */
void pds_pin_set_doubtful(const char *token, const pds_secret *pin, int tries);
/* Was it offered so before, and the token has fewer tries now, or does not tell and it was so
 * twice? */
bool pds_pin_is_doubtful(const char *token, const pds_secret *pin, int tries);
/* Tries of the PUK that were left when the token last told; -1: it never did, or a right one has
 * set them back since. */
void pds_puk_set_left(const char *token, int tries);
int pds_puk_left(const char *token);
/* After a change or unblocking: nothing is known any more. */
void pds_pin_forget_known(const char *token);

/* ---- PINs that are kept ---- */

enum { PDS_PIN_CACHE_MAX = 7200 }; /* seconds */

/* Has that token's URI a serial number? Without one, another card in the same reader looks the
 * same: its PIN is kept for the key that is open, under a name of the key's own. */
bool pds_pin_may_be_cached(const char *token);
/* Kept in locked memory for so many seconds after each use; one a token; wiped when they are over,
 * on exit, SIGHUP (of a program that calls pds_token_forget) and removal, and not there in a child
 * of fork(). token: pds_opened_id; where it has no serial number, nothing is kept */
PDS_USE pds_code pds_pin_cache_put(const char *token, const pds_secret *pin, long seconds,
                                   pds_err *e);
/* into: filled, and its time begins anew. False: none, or too old. */
bool pds_pin_cache_get(const char *token, pds_secret *into);
/* The same, without it. */
bool pds_pin_cache_use(const char *token);
/* Another name that people have for that token: what pds_pin_cache_forget may be told. */
void pds_pin_cache_name(const char *token, const char *spelling);
/* uri: of a token, or such a name; NULL: all. False: nothing is kept under that name. */
bool pds_pin_cache_forget(const char *uri);
bool pds_pin_cache_has(const char *token);

#ifdef __cplusplus
}
#endif
#endif
