#ifndef PDF_CRYPT_KEY_H
#define PDF_CRYPT_KEY_H

#include "cms/cipher.h"
#include "pdf/value.h"

#include <pds/secret.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What encrypts strings or streams (ISO 32000-2, table 25). */
typedef enum pds_crypt_method {
    PDS_CRYPT_IDENTITY,
    PDS_CRYPT_RC4,
    PDS_CRYPT_AESV2,
    PDS_CRYPT_AESV3
} pds_crypt_method;

enum { PDS_CRYPT_ID_MAX = 256 };

/* The encryption dictionary as read (tables 20 and 21). */
typedef struct pds_crypt_dict {
    int version, revision; /* /V, /R */
    size_t key_len;        /* bytes of the file key */
    uint8_t o[48], u[48];  /* 32 bytes of them where revision <= 4 */
    uint8_t oe[32], ue[32], perms[16];
    uint32_t p;
    bool encrypt_metadata;
    uint8_t id0[PDS_CRYPT_ID_MAX];
    size_t id0_len;
    pds_crypt_method strings, streams, embedded;
} pds_crypt_dict;

/* errors: PDS_E_PDF_DAMAGED, PDS_E_PDF_UNSUPPORTED, PDS_E_PDF_LIMIT */
PDS_USE pds_code pds_crypt_dict_read(pds_span encrypt, pds_span id0, pds_crypt_dict *out,
                                     pds_err *e);
/* The method of a named crypt filter of /CF. errors: PDS_E_PDF_UNSUPPORTED */
PDS_USE pds_code pds_crypt_filter(pds_span encrypt, const pds_crypt_dict *d, pds_span name,
                                  pds_crypt_method *out, pds_err *e);

/* A key on the stack, wiped when it leaves its scope. */
typedef struct pds_crypt_key {
    uint8_t bytes[32];
    size_t len;
    bool found, owner; /* found: the password opens */
} pds_crypt_key;
void pds_crypt_key_wipe(pds_crypt_key *k);

/* One password tried on one file. */
typedef struct pds_crypt_try {
    pds_cipher *cipher;
    const pds_crypt_dict *dict;
    pds_span password;
    bool as_owner; /* try it as the owner's too */
} pds_crypt_try;

/* Revisions 2 to 4 (7.6.4.3.2, 7.6.4.4) … */
PDS_USE pds_code pds_crypt_key_rc4(const pds_crypt_try *t, pds_crypt_key *out, pds_err *e);
/* … and 5 and 6 (7.6.4.3.3). errors: PDS_E_PDF_DAMAGED /Perms contradict /P */
PDS_USE pds_code pds_crypt_key_aes(const pds_crypt_try *t, pds_crypt_key *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
