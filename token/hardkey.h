#ifndef TOKEN_HARDKEY_H
#define TOKEN_HARDKEY_H

#include "token/guard.h"
#include "token/token.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Keys in devices, as the engine sees them: finds the token and the key, asks for the PIN once and
 * with care, signs, waits for a token that was removed and goes on. */
extern const pds_token_ops pds_token_p11, pds_token_pcsc;

/* A device that was found and opened, with what is known of it. */
typedef struct pds_opened {
    pds_device_info info;
    pds_guarded *device; /* owned */
} pds_opened;
void pds_opened_drop(pds_opened *d);
/* What a person knows it by among others that are called the same: "PIV (reader)". */
enum { PDS_OPENED_LABEL = PDS_DEVICE_NAME + PDS_DEVICE_URI + 4 };
void pds_opened_label(const pds_opened *d, char out[PDS_OPENED_LABEL]);
/* What is known of its PIN is filed so: the same in whichever reader. Lent. */
const char *pds_opened_id(const pds_opened *d);
/* Which device is looked for. */
typedef struct pds_seeking {
    const char *uri;                /* a token's or a key's */
    const char *also;               /* where that finds none; NULL: nothing */
    const pds_key_options *options; /* wait: seconds to wait for it to be plugged in; tell */
    /* Is it this one? errors: PDS_E_TOKEN_MISSING it is another. NULL: all are that fit */
    pds_code (*is)(const pds_opened *d, void *ctx, pds_err *e);
    void *ctx;
} pds_seeking;
/* errors: PDS_E_TOKEN_MISSING, with what is there; PDS_E_TOKEN_AMBIGUOUS, with a list; PDS_E_USAGE;
 * device errors */
PDS_USE pds_code pds_opened_find(const pds_seeking *s, pds_opened *out, pds_err *e);

/* The one device that fits, whatever keys it has: for what is done with a token rather than with a
 * key in it, for which none is taken because it happens to be the one that can sign. errors:
 * likewise */
PDS_USE pds_code pds_opened_only(const char *uri, pds_opened *out, pds_err *e);

/* The one key among these that is meant. identity NULL: the only one that may sign (decrypts: that
 * may decrypt). cert NULL, or the certificate that it belongs to: identity fits that one, or the
 * key's label. errors: PDS_E_KEY_AMBIGUOUS with
 * a list of them; PDS_E_KEY_MISMATCH none belongs to cert; PDS_E_KEY_UNREADABLE none fits, with a
 * list of what there is */
PDS_USE pds_code pds_device_choose(const pds_device_keys *keys, const pds_key_options *options,
                                   const pds_cert *cert, size_t *out, pds_err *e);
/* Where none of them was: may a login show it? */
bool pds_device_may_hide(const pds_device_keys *keys, const pds_key_options *options,
                         const pds_cert *cert);
/* The one certificate that is meant, with or without a key. identity: what it fits; NULL: the only
 * one, else that of the only key. errors: PDS_E_CERT_MISSING; PDS_E_KEY_AMBIGUOUS with a list */
PDS_USE pds_code pds_device_choose_cert(const pds_device_keys *keys, const char *identity,
                                        size_t *out, pds_err *e);
/* Does the pattern fit the certificate's name, subject, serial number or fingerprint (SHA-256 or
 * SHA-1; with or without colons)? */
bool pds_identity_fits(const char *pattern, const pds_cert *cert, const char *label);

#ifdef __cplusplus
}
#endif
#endif
