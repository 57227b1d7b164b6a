#ifndef TOKEN_DECRYPTION_H
#define TOKEN_DECRYPTION_H

#include "base/buf.h"

#include <pds/algorithm.h>

#include <openssl/types.h>

/* What is to be undone with a private key. */
typedef struct pds_decryption {
    enum { PDS_DECRYPT_PKCS1, PDS_DECRYPT_OAEP, PDS_DECRYPT_ECDH } scheme;
    pds_digest digest;    /* of OAEP; DEFAULT: SHA-1 */
    pds_digest mgf;       /* of its MGF1; DEFAULT: SHA-1 */
    pds_span ciphertext;  /* of RSA; all of one message's recipients that are this key */
    const EVP_PKEY *peer; /* of ECDH, whose shared secret (x coordinate) comes out */
} pds_decryption;

#endif
