#ifndef CMS_CIPHER_H
#define CMS_CIPHER_H

#include "base/err.h"

#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The ciphers that encrypted PDF files use. The size of the key chooses AES-128 or AES-256. */
typedef enum pds_cipher_kind {
    PDS_AES_CBC,     /* whole blocks, no padding */
    PDS_AES_CBC_PAD, /* padding of RFC 8018, 6.1.1 (PKCS#7) */
    PDS_AES_ECB,     /* whole blocks, AES-256 only */
    PDS_RC4          /* 5 to 16 bytes of key; reading old files is its only use */
} pds_cipher_kind;

enum { PDS_CIPHER_BLOCK = 16, PDS_CIPHER_KEY_MAX = 32, PDS_MD5_SIZE = 16 };

/* One run over a message. */
typedef struct pds_cipher_run {
    pds_cipher_kind kind;
    bool encrypt;
    pds_span key, iv; /* iv: 16 bytes; empty for ECB and RC4 */
    pds_span in;
    uint8_t *out;   /* room for in.len + PDS_CIPHER_BLOCK; may be in.ptr itself */
    size_t out_len; /* set by pds_cipher_do */
} pds_cipher_run;

/* Working memory that is kept between messages, wiped when dropped. One thread at a time. */
typedef struct pds_cipher pds_cipher;
PDS_USE pds_code pds_cipher_new(pds_cipher **out, pds_err *e);
void pds_cipher_drop(pds_cipher **c);

/* PDS_CIPHER_KEY_MAX bytes for the caller's key, in memory that core dumps leave out; lent, wiped
 * when dropped. */
uint8_t *pds_cipher_key(pds_cipher *c);

/* errors: PDS_E_PDF_DAMAGED the padding is wrong or the length not whole blocks;
 * PDS_E_PDF_UNSUPPORTED this OpenSSL does not have the cipher; PDS_E_LIMIT over 2 GiB */
PDS_USE pds_code pds_cipher_do(pds_cipher *c, pds_cipher_run *run, pds_err *e);
/* MD5, which derives the keys of old files and protects nothing. errors: PDS_E_PDF_UNSUPPORTED */
PDS_USE pds_code pds_cipher_md5(pds_cipher *c, pds_span in, uint8_t out[PDS_MD5_SIZE], pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
