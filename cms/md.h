#ifndef CMS_MD_H
#define CMS_MD_H

#include "cms/digest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Digests that a verifier meets: those that pds_digest signs with, and weak or rarer ones, which
 * are computed so that the verdict can say more than "unknown". What they are worth is said by
 * pds_crypto_limits. A new one is a row in md.c. */
typedef enum pds_md {
    PDS_MD_NONE,
    PDS_MD_MD5,
    PDS_MD_SHA1,
    PDS_MD_SHA224,
    PDS_MD_SHA256,
    PDS_MD_SHA384,
    PDS_MD_SHA512,
    PDS_MD_SHA3_256,
    PDS_MD_SHA3_384,
    PDS_MD_SHA3_512,
    PDS_MD_COUNT
} pds_md;

const char *pds_md_name(pds_md md); /* "SHA-256"; "none" */
size_t pds_md_size(pds_md md);
pds_md pds_md_of(pds_digest digest); /* DEFAULT: SHA-256 */

/* By the body of its OBJECT IDENTIFIER. False: not in the table. */
bool pds_md_by_oid(pds_span oid, pds_md *out);
/* DER of an AlgorithmIdentifier; parameters absent or NULL (RFC 5754, 2). */
bool pds_md_read(pds_span algorithm_identifier, pds_md *out);

PDS_USE pds_code pds_md_hash_of(pds_md md, pds_span bytes, uint8_t out[PDS_DIGEST_MAX], pds_err *e);
/* As pds_hash_new. */
PDS_USE pds_code pds_md_hash_new(pds_md md, pds_hash **out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
