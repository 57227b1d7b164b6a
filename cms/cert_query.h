#ifndef CMS_CERT_QUERY_H
#define CMS_CERT_QUERY_H

#include "cms/cert.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Questions about a certificate, as constraints on a signer's ask (ISO 32000-2, table 238). */

/* Bit 0 is digitalSignature, 1 nonRepudiation … 8 decipherOnly (RFC 5280, 4.2.1.3); no extension:
 * all. */
uint32_t pds_cert_key_usage(const pds_cert *c);
/* Do its basic constraints say that it is an authority's (RFC 5280, 4.2.1.9)? */
bool pds_cert_is_authority(const pds_cert *c);
/* Does its key usage let others encrypt for it? */
bool pds_cert_is_for_encryption(const pds_cert *c);
/* Is the policy, "1.2.3.4", in its certificate policies? */
bool pds_cert_has_policy(const pds_cert *c, const char *oid);
/* Purposes of extendedKeyUsage, dotted, NULL at the end, that are clearly not for documents. */
extern const char *const pds_purposes_of_machines[];
/* Has its subject an attribute of this name ("CN", "commonName", "2.5.4.3") and UTF-8 value? */
bool pds_cert_subject_has(const pds_cert *c, const char *attribute, pds_span value);

#ifdef __cplusplus
}
#endif
#endif
