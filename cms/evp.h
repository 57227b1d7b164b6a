#ifndef CMS_EVP_H
#define CMS_EVP_H

/* What the files of cms/ and token/ share of OpenSSL. */

#include "cms/cert.h"
#include "cms/md.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Fetched once and kept; NULL when OpenSSL does not have it. DEFAULT: SHA-256. */
const EVP_MD *pds_evp_md(pds_digest digest);
const EVP_MD *pds_evp_md_get(pds_md md); /* NULL for NONE too */
const char *pds_evp_md_name(pds_md md);

/* What EVP_DigestSignInit_ex and EVP_DigestVerifyInit_ex want to know of an algorithm. */
const char *pds_evp_digest_name(pds_algorithm algorithm); /* NULL: the scheme digests itself */
const OSSL_PARAM *pds_evp_params(pds_algorithm algorithm);

/* Does this scheme belong to that kind of key? */
bool pds_evp_fits(pds_key_kind kind, pds_scheme scheme);
pds_key_kind pds_evp_kind(const EVP_PKEY *key);

/* Why OpenSSL failed last in this thread, in its words; empties its queue. Static. */
const char *pds_evp_reason(void);
/* Empties the queue after a failure that is no fault. */
void pds_evp_forget(void);

pds_span pds_asn1_span(const ASN1_STRING *string);

EVP_PKEY *
pds_cert_key(const pds_cert *c); /* lent; NULL: of another kind, or too dear to verify with */

#ifdef __cplusplus
}
#endif
#endif
