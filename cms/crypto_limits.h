#ifndef CMS_CRYPTO_LIMITS_H
#define CMS_CRYPTO_LIMITS_H

#include "base/finding.h"
#include "cms/cert.h"
#include "cms/md.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Curves that a policy may name. A new one is a row in crypto_limits.c. */
typedef enum pds_curve {
    PDS_CURVE_P256,
    PDS_CURVE_P384,
    PDS_CURVE_P521,
    PDS_CURVE_BRAINPOOL_256,
    PDS_CURVE_BRAINPOOL_384,
    PDS_CURVE_BRAINPOOL_512,
    PDS_CURVE_COUNT
} pds_curve;

/* What a signature's algorithms must be to count (ETSI EN 319 102-1, 5.1.4.4, cryptographic
 * constraints). What lies outside is PDS_F_DIGEST_WEAK or PDS_F_KEY_WEAK, both INDETERMINATE,
 * CRYPTO_CONSTRAINTS_FAILURE. */
typedef struct pds_crypto_limits {
    uint32_t digests; /* 1 << pds_md of each that is good */
    uint32_t curves;  /* 1 << pds_curve */
    int rsa_bits_min;
    uint32_t rsa_exponent_min; /* below 3 is refused whatever stands here */
    bool ed25519;
} pds_crypto_limits;

/* After ETSI TS 119 312: SHA-2 from 256 bits, SHA-3, the NIST and Brainpool curves from 256 bits,
 * Ed25519; RSA of 2048 bits with a public exponent of 65537 (FIPS 186-4, B.3.1: above 2^16). */
const pds_crypto_limits *pds_crypto_limits_usual(void);

/* Each adds at most one finding. use: the name of the field that names the digest, for people.
 * errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_crypto_limits_digest(const pds_crypto_limits *limits, pds_md md,
                                          const char *use, pds_findings *f, pds_err *e);
PDS_USE pds_code pds_crypto_limits_key(const pds_crypto_limits *limits, const pds_cert *c,
                                       pds_findings *f, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
