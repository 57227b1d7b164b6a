#include "cms/cert_urls.h"

#include "base/own.h"
#include "cms/evp.h"
#include "cms/x509.h"

#include <stdlib.h>
#include <strings.h>

#include <openssl/x509v3.h>

enum { LOOKED_AT_MAX = 64 }; /* entries of an extension */

static void access_drop(AUTHORITY_INFO_ACCESS **access)
{
    AUTHORITY_INFO_ACCESS_free(*access);
}

static void points_drop(CRL_DIST_POINTS **points)
{
    CRL_DIST_POINTS_free(*points);
}

void pds_urls_drop(pds_urls *urls)
{
    for (size_t i = 0; i < urls->count; i++) {
        free(urls->items[i]);
    }
    *urls = (pds_urls){ .count = 0 };
}

static bool is_web(pds_span url)
{
    const char *text = (const char *)url.ptr;
    return (url.len > 7 && strncasecmp(text, "http://", 7) == 0) ||
           (url.len > 8 && strncasecmp(text, "https://", 8) == 0);
}

static bool is_printable(pds_span url)
{
    for (size_t i = 0; i < url.len; i++) {
        if (url.ptr[i] <= ' ' || url.ptr[i] > '~') {
            return false;
        }
    }
    return true;
}

static bool holds(const pds_urls *urls, pds_span url)
{
    for (size_t i = 0; i < urls->count; i++) {
        if (pds_span_is(url, urls->items[i])) {
            return true;
        }
    }
    return false;
}

static pds_code take_name(const GENERAL_NAME *name, pds_urls *out, pds_err *e)
{
    if (name->type != GEN_URI || out->count == PDS_URLS_MAX) {
        return PDS_OK;
    }
    const pds_span url = pds_asn1_span(name->d.uniformResourceIdentifier);
    if (url.len > PDS_URL_LENGTH_MAX || !is_web(url) || !is_printable(url) || holds(out, url)) {
        return PDS_OK;
    }
    char *text = strndup((const char *)url.ptr, url.len);
    if (text == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    out->items[out->count++] = text;
    return PDS_OK;
}

static pds_code take_access(const pds_cert *c, int method, pds_urls *out, pds_err *e)
{
    PDS_OWN(access_drop)
    AUTHORITY_INFO_ACCESS *access = X509_get_ext_d2i(pds_cert_x509(c), NID_info_access, NULL, NULL);
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access) && i < LOOKED_AT_MAX; i++) {
        const ACCESS_DESCRIPTION *one = sk_ACCESS_DESCRIPTION_value(access, i);
        if (OBJ_obj2nid(one->method) == method) {
            PDS_TRY(take_name(one->location, out, e));
        }
    }
    return PDS_OK;
}

static pds_code take_point(const DIST_POINT *point, pds_urls *out, pds_err *e)
{
    if (point->distpoint == NULL || point->distpoint->type != 0 || point->CRLissuer != NULL) {
        return PDS_OK; /* a relative name, or another issuer's list */
    }
    const GENERAL_NAMES *names = point->distpoint->name.fullname;
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && i < LOOKED_AT_MAX; i++) {
        PDS_TRY(take_name(sk_GENERAL_NAME_value(names, i), out, e));
    }
    return PDS_OK;
}

static pds_code take_points(const pds_cert *c, pds_urls *out, pds_err *e)
{
    PDS_OWN(points_drop)
    CRL_DIST_POINTS *points =
        X509_get_ext_d2i(pds_cert_x509(c), NID_crl_distribution_points, NULL, NULL);
    for (int i = 0; i < sk_DIST_POINT_num(points) && i < LOOKED_AT_MAX; i++) {
        PDS_TRY(take_point(sk_DIST_POINT_value(points, i), out, e));
    }
    return PDS_OK;
}

pds_code pds_cert_urls(const pds_cert *c, pds_url_kind kind, pds_urls *out, pds_err *e)
{
    const int method = kind == PDS_URL_OCSP ? NID_ad_OCSP : NID_ad_ca_issuers;
    const pds_code code =
        kind == PDS_URL_LIST ? take_points(c, out, e) : take_access(c, method, out, e);
    pds_evp_forget(); /* an extension that can't be read names nothing */
    return code;
}
