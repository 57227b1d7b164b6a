#ifndef CMS_X509_H
#define CMS_X509_H

/* Parts of X.509 certificates (RFC 5280) in our terms. */

#include "cms/cert.h"

#include <openssl/x509.h>

#ifdef __cplusplus
extern "C" {
#endif

/* False: not a time, or one that time_t cannot hold. */
bool pds_x509_time(const ASN1_TIME *t, time_t *out);
/* UTF-8 with control characters escaped, the caller frees; NULL without memory. */
char *pds_x509_name_text(const X509_NAME *name);
/* The last common name; NULL also where there is none. */
char *pds_x509_common_name(const X509_NAME *name);

/* Two Names in DER, as they compare (RFC 5280, 7.1): without regard to case and kind of string. */
bool pds_x509_same_name(pds_span a, pds_span b);

/* The same as pds_cert_new of its DER; takes x509. */
PDS_USE pds_code pds_cert_take(X509 *x509, pds_cert **out, pds_err *e);
X509 *pds_cert_x509(const pds_cert *c); /* lent */

#ifdef __cplusplus
}
#endif
#endif
