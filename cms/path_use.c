#include "base/own.h"
#include "cms/cert_query.h"
#include "cms/evp.h"
#include "cms/path_check.h"
#include "cms/x509.h"

#include <stdio.h>

#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#define ANY_PURPOSE   "2.5.29.37.0"
#define OCSP_SIGNING  "1.3.6.1.5.5.7.3.9"
#define TIME_STAMPING "1.3.6.1.5.5.7.3.8"

enum {
    DIGITAL_SIGNATURE = 1U << 0, /* as pds_cert_key_usage has them */
    NON_REPUDIATION = 1U << 1,
    CRL_SIGN = 1U << 6,
    NAMES_ROOM = 160
};

static const char *const FOR_DOCUMENTS[] = {
    "1.3.6.1.5.5.7.3.36",      /* documentSigning (RFC 9336) */
    "1.3.6.1.5.5.7.3.4",       /* emailProtection */
    "1.2.840.113583.1.1.5",    /* Adobe's authentic documents trust */
    "1.3.6.1.4.1.311.10.3.12", /* Microsoft's document signing */
    ANY_PURPOSE,
    NULL,
};
static const char *const FOR_TIMESTAMPS[] = { TIME_STAMPING, ANY_PURPOSE, NULL };
static const char *const FOR_OCSP[] = { OCSP_SIGNING, NULL };
static const char *const NONE[] = { NULL };

const pds_use_rule pds_use_document = { .key_usage = DIGITAL_SIGNATURE | NON_REPUDIATION,
                                        .accepted = FOR_DOCUMENTS,
                                        .refused = pds_purposes_of_machines };
const pds_use_rule pds_use_timestamp = { .key_usage = DIGITAL_SIGNATURE | NON_REPUDIATION,
                                         .purpose_needed = true,
                                         .purpose_alone = true,
                                         .accepted = FOR_TIMESTAMPS };
const pds_use_rule pds_use_ocsp = { .key_usage = DIGITAL_SIGNATURE | NON_REPUDIATION,
                                    .purpose_needed = true,
                                    .accepted = FOR_OCSP };
const pds_use_rule pds_use_crl = { .key_usage = CRL_SIGN, .accepted = NONE, .refused = NONE };

static bool among(const char *name, const char *const list[])
{
    for (size_t i = 0; list[i] != NULL; i++) {
        if (strcmp(name, list[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- use ---- */

static void purposes_drop(EXTENDED_KEY_USAGE **purposes)
{
    EXTENDED_KEY_USAGE_free(*purposes);
}

/* Does one of them suffice? names: all of them, for people. */
static bool any_suffices(const EXTENDED_KEY_USAGE *purposes, const pds_use_rule *use,
                         char names[NAMES_ROOM])
{
    size_t len = 0;
    bool suffices = false;
    for (int i = 0; i < sk_ASN1_OBJECT_num(purposes); i++) {
        const ASN1_OBJECT *purpose = sk_ASN1_OBJECT_value(purposes, i);
        const int nid = OBJ_obj2nid(purpose);
        char oid[NAMES_ROOM];
        (void)OBJ_obj2txt(oid, sizeof oid, purpose, 1);
        suffices = suffices || among(oid, use->accepted) ||
                   (use->refused != NULL && !among(oid, use->refused));
        if (len < NAMES_ROOM) {
            const int put = snprintf(names + len, NAMES_ROOM - len, "%s%s", i == 0 ? "" : ", ",
                                     nid == NID_undef ? oid : OBJ_nid2sn(nid));
            len += put > 0 ? (size_t)put : 0;
        }
    }
    return suffices;
}

static pds_code check_purposes(const pds_cert *c, const pds_use_rule *use, pds_findings *out,
                               pds_err *e)
{
    char names[NAMES_ROOM] = "";
    int critical = 0;
    PDS_OWN(purposes_drop)
    EXTENDED_KEY_USAGE *all =
        X509_get_ext_d2i(pds_cert_x509(c), NID_ext_key_usage, &critical, NULL);
    if (all == NULL) {
        return !use->purpose_needed
                   ? PDS_OK
                   : pds_finding_add(out, PDS_F_CERT_PURPOSE, e,
                                     "the certificate of '%s' has no extended key usage",
                                     pds_cert_label(c));
    }
    if (!any_suffices(all, use, names)) {
        return pds_finding_add(out, PDS_F_CERT_PURPOSE, e,
                               "the certificate of '%s' is for something else: %s",
                               pds_cert_label(c), names);
    }
    if (use->purpose_alone && (sk_ASN1_OBJECT_num(all) != 1 || critical != 1)) {
        return pds_finding_add(out, PDS_F_CERT_PURPOSE, e,
                               "the extended key usage of the certificate of '%s' must be critical "
                               "and of one purpose: %s",
                               pds_cert_label(c), names);
    }
    return PDS_OK;
}

pds_code pds_use_check(const pds_cert *c, const pds_use_rule *use, pds_findings *out, pds_err *e)
{
    if (use->key_usage != 0 && (pds_cert_key_usage(c) & use->key_usage) == 0) {
        PDS_TRY(pds_finding_add(out, PDS_F_CERT_KEY_USAGE, e,
                                "the key usage of the certificate of '%s' does not allow it to be "
                                "used so",
                                pds_cert_label(c)));
    }
    return check_purposes(c, use, out, e);
}

/* ---- strength ---- */

static void pss_drop(RSA_PSS_PARAMS **pss)
{
    RSA_PSS_PARAMS_free(*pss);
}

/* RFC 4055, 3.1: SHA-1 where nothing is said. */
static int pss_digest(const X509_ALGOR *algorithm)
{
    PDS_OWN(pss_drop)
    RSA_PSS_PARAMS *pss =
        ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS), algorithm->parameter);
    if (pss == NULL) {
        pds_evp_forget();
        return NID_undef;
    }
    return pss->hashAlgorithm == NULL ? NID_sha1 : OBJ_obj2nid(pss->hashAlgorithm->algorithm);
}

static int digest_of(const X509_ALGOR *algorithm)
{
    int digest = NID_undef;
    const int nid = OBJ_obj2nid(algorithm->algorithm);
    if (nid == NID_rsassaPss) {
        return pss_digest(algorithm);
    }
    return OBJ_find_sigid_algs(nid, &digest, NULL) == 1 ? digest : NID_undef;
}

const pds_crypto_limits *pds_path_limits(const pds_path_policy *policy)
{
    return policy->limits != NULL ? policy->limits : pds_crypto_limits_usual();
}

pds_code pds_digest_check(const X509_ALGOR *algorithm, const pds_crypto_limits *limits,
                          const char *what, pds_findings *out, pds_err *e)
{
    pds_md md = PDS_MD_NONE;
    const ASN1_OBJECT *digest = OBJ_nid2obj(digest_of(algorithm));
    if (OBJ_obj2nid(algorithm->algorithm) == NID_ED25519) {
        return PDS_OK;
    }
    (void)pds_md_by_oid(pds_span_of(OBJ_get0_data(digest), OBJ_length(digest)), &md);
    return pds_crypto_limits_digest(limits, md, what, out, e);
}
