#ifndef PDS_ALGORITHM_H
#define PDS_ALGORITHM_H

#include <pds/err.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Digests a signature may use (ETSI TS 119 312; SHA-1 never). */
typedef enum pds_digest {
    PDS_DIGEST_DEFAULT, /* what suits the key (pds_cert_algorithm) or a seed value demands */
    PDS_SHA256,
    PDS_SHA384,
    PDS_SHA512
} pds_digest;

typedef enum pds_scheme {
    PDS_SCHEME_RSA_PKCS1, /* RFC 8017, 8.2 */
    PDS_SCHEME_RSA_PSS,   /* RFC 8017, 8.1; MGF1 and salt as the digest */
    PDS_SCHEME_ECDSA,     /* FIPS 186-4, value as Ecdsa-Sig-Value (RFC 5480) */
    PDS_SCHEME_ED25519    /* RFC 8419: over the attributes themselves, SHA-512 only */
} pds_scheme;

/* How one signature is made. */
typedef struct pds_algorithm {
    pds_scheme scheme;
    pds_digest digest;
} pds_algorithm;

/* "sha256", "SHA-256" and the like. errors: PDS_E_KEY_WEAK sha1, md5; PDS_E_USAGE unknown */
PDS_API PDS_USE pds_code pds_digest_from_name(const char *name, pds_digest *out, pds_err *e);
/* "sha256"; "default" for PDS_DIGEST_DEFAULT. */
PDS_API const char *pds_digest_name(pds_digest digest);
/* Bytes of a digest value. */
PDS_API size_t pds_digest_size(pds_digest digest);

#ifdef __cplusplus
}
#endif
#endif
