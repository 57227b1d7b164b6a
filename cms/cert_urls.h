#ifndef CMS_CERT_URLS_H
#define CMS_CERT_URLS_H

#include "cms/cert.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a certificate says where to ask. */
typedef enum pds_url_kind {
    PDS_URL_OCSP,   /* authority information access, id-ad-ocsp (RFC 5280, 4.2.2.1) */
    PDS_URL_ISSUER, /* the same, id-ad-caIssuers */
    PDS_URL_LIST    /* distribution points of its issuer's own lists (4.2.1.13) */
} pds_url_kind;

enum { PDS_URLS_MAX = 4, PDS_URL_LENGTH_MAX = 2048 };

/* Owned texts; begin with { 0 }. */
typedef struct pds_urls {
    char *items[PDS_URLS_MAX];
    size_t count;
} pds_urls;

/* Those of http and https, in the certificate's order and each once; others, as ldap, and ones with
 * characters that no URL has are left out, as are more than PDS_URLS_MAX. errors: PDS_E_NO_MEMORY
 */
PDS_USE pds_code pds_cert_urls(const pds_cert *c, pds_url_kind kind, pds_urls *out, pds_err *e);
void pds_urls_drop(pds_urls *urls);

#ifdef __cplusplus
}
#endif
#endif
