#ifndef CMS_SIGNATURE_ALGORITHM_H
#define CMS_SIGNATURE_ALGORITHM_H

#include "cms/cert.h"
#include "cms/md.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a signature that somebody else made is verified. */
typedef struct pds_signature_algorithm {
    pds_scheme scheme;
    pds_md md; /* of what is signed; for Ed25519 that of the CMS (RFC 8419: SHA-512) */
    /* RSASSA-PSS only (RFC 4055, 3.1) */
    pds_md mgf_md;
    uint32_t salt;
    bool unusual; /* parameters that signers should not write, but of one meaning only */
} pds_signature_algorithm;

typedef enum pds_signature_fault {
    PDS_SIGNATURE_READ,
    PDS_SIGNATURE_UNKNOWN,    /* no such row */
    PDS_SIGNATURE_PARAMETERS, /* they are broken, or not those of this algorithm */
    PDS_SIGNATURE_MISMATCH    /* it names or implies another digest than `digest` */
} pds_signature_fault;

/* DER of an AlgorithmIdentifier (RFC 5652, 10.1.2). digest: that of the SignerInfo; with
 * PDS_MD_NONE whatever the identifier names is taken. SM2 becomes a row in signature_algorithm.c.
 */
pds_signature_fault pds_signature_algorithm_read(pds_span der, pds_md digest,
                                                 pds_signature_algorithm *out);
/* "RSASSA-PSS", "ECDSA" … */
const char *pds_signature_scheme_name(pds_scheme scheme);
/* The same for our own; salt and mask as the digest. */
pds_signature_algorithm pds_signature_algorithm_of(pds_algorithm algorithm);

/* Is it c's signature of this message, exactly as the scheme encodes it? False also where the key
 * is of another kind. errors: PDS_E_NO_MEMORY, PDS_E_INTERNAL */
PDS_USE pds_code pds_signature_fits(const pds_cert *c, const pds_signature_algorithm *algorithm,
                                    pds_span message, pds_span signature, bool *fits, pds_err *e);
/* The same, of a message whose digest (of algorithm->md) alone is known. Never fits Ed25519. */
PDS_USE pds_code pds_signature_fits_digest(const pds_cert *c,
                                           const pds_signature_algorithm *algorithm,
                                           pds_span digest, pds_span signature, bool *fits,
                                           pds_err *e);
/* RFC 8017, 9.2: which digest an RSASSA-PKCS1-v1_5 signature value holds. False: none we know. */
bool pds_signature_names_digest(const pds_cert *c, pds_span signature, pds_md *out);

#ifdef __cplusplus
}
#endif
#endif
