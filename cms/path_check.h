#ifndef CMS_PATH_CHECK_H
#define CMS_PATH_CHECK_H

/* What path_find.c asks of a whole path, and what the checks share. */

#include "cms/path.h"

#include <openssl/x509.h>

#ifdef __cplusplus
extern "C" {
#endif

/* certs[0] is the leaf. Signatures are not checked again. anchored: the last one is trusted for
 * what it is. */
typedef struct pds_path_job {
    pds_cert *const *certs;
    size_t count;
    const pds_path_policy *policy;
    const pds_use_rule *use;
    const pds_when *when;
} pds_path_job;

/* RFC 5280, 6.1, from the anchor to the leaf. errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_path_check(const pds_path_job *job, pds_findings *out, pds_err *e);

/* May c be used so? In the eyes of its own extensions only. */
PDS_USE pds_code pds_use_check(const pds_cert *c, const pds_use_rule *use, pds_findings *out,
                               pds_err *e);
/* Whether the digest of a certificate's, list's or response's signature is within the limits; what:
 * "the certificate of 'X'". Ed25519 has none of its own. */
PDS_USE pds_code pds_digest_check(const X509_ALGOR *algorithm, const pds_crypto_limits *limits,
                                  const char *what, pds_findings *out, pds_err *e);
/* Those of the policy, or the usual ones. */
const pds_crypto_limits *pds_path_limits(const pds_path_policy *policy);
/* Extensions that can't be read, stand twice, or are critical and not known. */
PDS_USE pds_code pds_extensions_check(const pds_cert *c, pds_findings *out, pds_err *e);
/* RFC 5280, 4.2.1.10, of every issuer for all below. */
PDS_USE pds_code pds_path_names_check(const pds_path_job *job, pds_findings *out, pds_err *e);
/* RFC 5280, 6.1.3 (d) to (f), without mapping. */
PDS_USE pds_code pds_path_policies_check(const pds_path_job *job, pds_findings *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
