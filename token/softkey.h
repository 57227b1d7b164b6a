#ifndef TOKEN_SOFTKEY_H
#define TOKEN_SOFTKEY_H

/* Private keys in this process, made by OpenSSL from a file: what `file:` and `p12:` have in
 * common. */

#include "token/token.h"

#include <openssl/evp.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PDS_SOFTKEY_FILE_MAX = 1 << 20, PDS_SOFTKEY_KEYS_MAX = 32 };

typedef struct pds_softkey {
    EVP_PKEY *keys[PDS_SOFTKEY_KEYS_MAX]; /* all that the file holds */
    size_t count;
    EVP_PKEY *chosen; /* one of them, lent; NULL: not chosen yet */
    pds_certs certs;  /* found beside the keys */
} pds_softkey;

PDS_USE pds_code pds_softkey_new(pds_softkey **out, pds_err *e);
void pds_softkey_drop(pds_softkey **s);

/* A key file in locked memory. errors: PDS_E_KEY_UNREADABLE */
PDS_USE pds_code pds_softkey_slurp(const char *path, pds_buf *locked, pds_err *e);
/* DER of PKCS#8 PrivateKeyInfo (RFC 5208), RSAPrivateKey (RFC 8017) or ECPrivateKey (RFC 5915).
 * errors: PDS_E_KEY_UNREADABLE, PDS_E_KEY_UNSUPPORTED */
PDS_USE pds_code pds_softkey_add(pds_softkey *s, pds_span der, pds_err *e);
/* Chooses the key that is meant: the only one, or the only one whose certificate allows signing
 * (options->decrypts: is for encryption).
 * errors: PDS_E_KEY_AMBIGUOUS */
PDS_USE pds_code pds_softkey_choose(pds_softkey *s, const pds_key_options *options, pds_err *e);

extern const pds_token_ops pds_token_file;
extern const pds_token_ops pds_token_p12;

/* Slots of both. */
pds_code pds_softkey_certs(void *self, pds_cert **own, pds_certs *others, pds_err *e);
pds_code pds_softkey_matches(void *self, const pds_cert *cert, pds_err *e);
pds_code pds_softkey_sign(void *self, pds_algorithm algorithm, pds_span message, pds_buf *signature,
                          pds_err *e);
pds_code pds_softkey_decrypt(void *self, const pds_decryption *how, pds_buf *locked, pds_err *e);
void pds_softkey_close(void *self);

#ifdef __cplusplus
}
#endif
#endif
