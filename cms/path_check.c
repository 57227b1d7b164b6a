#include "cms/path_check.h"

#include "cms/cert_query.h"
#include "cms/x509.h"

#include <stdio.h>

#include <openssl/x509v3.h>

enum { KEY_CERT_SIGN = 1U << 5 }; /* as pds_cert_key_usage has it */

void pds_time_text(time_t at, char out[PDS_TIME_TEXT])
{
    struct tm tm;
    if (gmtime_r(&at, &tm) == NULL ||
        strftime(out, PDS_TIME_TEXT, "%Y-%m-%d %H:%M:%SZ", &tm) == 0) {
        (void)snprintf(out, PDS_TIME_TEXT, "%lld", (long long)at);
    }
}

/* ---- validity ---- */

/* ETSI EN 319 102-1, 5.2.6.4 and 5.5.4: a proof of existence says that a signature is not younger
 * than it, never that it is as old: so before the certificate began is a failure, after its end is
 * only a doubt, unless something else proves that the signature came later still. */
static pds_finding_code leaf_code(const pds_cert *c, const pds_when *when)
{
    if (when->at < pds_cert_not_before(c)) {
        return when->proven ? PDS_F_CERT_NOT_YET_VALID : PDS_F_CERT_OUT_OF_BOUNDS;
    }
    return when->earliest > pds_cert_not_after(c) ? PDS_F_CERT_EXPIRED : PDS_F_CERT_OUT_OF_BOUNDS;
}

static pds_code check_validity(const pds_cert *c, bool leaf, const pds_when *when,
                               pds_findings *out, pds_err *e)
{
    char limit[PDS_TIME_TEXT];
    char at[PDS_TIME_TEXT];
    const bool early = when->at < pds_cert_not_before(c);
    if (!early && when->at <= pds_cert_not_after(c)) {
        return PDS_OK;
    }
    const pds_finding_code code = leaf ? leaf_code(c, when) : PDS_F_CHAIN_CERT_OUT_OF_BOUNDS;
    pds_time_text(early ? pds_cert_not_before(c) : pds_cert_not_after(c), limit);
    pds_time_text(when->at, at);
    if (early) {
        return pds_finding_add(out, code, e,
                               "the certificate of '%s' is valid from %s, which is after %s",
                               pds_cert_label(c), limit, at);
    }
    return pds_finding_add(out, code, e,
                           "the certificate of '%s' was valid until %s, which is before %s",
                           pds_cert_label(c), limit, at);
}

/* ---- extensions ---- */

static bool is_known(int nid)
{
    static const int known[] = {
        NID_basic_constraints,       NID_key_usage,
        NID_ext_key_usage,           NID_name_constraints,
        NID_certificate_policies,    NID_policy_mappings,
        NID_policy_constraints,      NID_inhibit_any_policy,
        NID_subject_alt_name,        NID_issuer_alt_name,
        NID_subject_key_identifier,  NID_authority_key_identifier,
        NID_crl_distribution_points, NID_id_pkix_OCSP_noCheck,
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (nid == known[i]) {
            return true;
        }
    }
    return false;
}

static pds_code check_extension(const pds_cert *c, int at, pds_findings *out, pds_err *e)
{
    enum { OID_TEXT = 80 };
    char name[OID_TEXT];
    const X509 *x509 = pds_cert_x509(c);
    X509_EXTENSION *extension = X509_get_ext(x509, at);
    ASN1_OBJECT *object = X509_EXTENSION_get_object(extension);
    (void)OBJ_obj2txt(name, sizeof name, object, 0);
    if (X509_get_ext_by_OBJ(x509, object, at) >= 0) {
        return pds_finding_add(out, PDS_F_CHAIN_EXTENSION_MALFORMED, e,
                               "the certificate of '%s' has the extension '%s' twice",
                               pds_cert_label(c), name);
    }
    if (X509_EXTENSION_get_critical(extension) == 0 || is_known(OBJ_obj2nid(object))) {
        return PDS_OK;
    }
    return pds_finding_add(
        out, PDS_F_CHAIN_CRITICAL_EXTENSION, e,
        "the certificate of '%s' has the critical extension '%s', which is not known",
        pds_cert_label(c), name);
}

pds_code pds_extensions_check(const pds_cert *c, pds_findings *out, pds_err *e)
{
    enum { EXTENSIONS_MAX = 64 };
    const int count = X509_get_ext_count(pds_cert_x509(c));
    if (count > EXTENSIONS_MAX ||
        (X509_get_extension_flags(pds_cert_x509(c)) & EXFLAG_INVALID) != 0) {
        return pds_finding_add(out, PDS_F_CHAIN_EXTENSION_MALFORMED, e,
                               "the extensions of the certificate of '%s' can't be read",
                               pds_cert_label(c));
    }
    for (int i = 0; i < count; i++) {
        PDS_TRY(check_extension(c, i, out, e));
    }
    return PDS_OK;
}

/* ---- issuers ---- */

/* A version 1 certificate can't say what it is: only as an anchor is it taken for an authority. */
static bool is_authority(const pds_cert *c, bool anchor)
{
    X509 *x509 = pds_cert_x509(c);
    return (X509_get_extension_flags(x509) & EXFLAG_CA) != 0 ||
           (anchor && X509_get_version(x509) == X509_VERSION_1 && pds_cert_self_issued(c));
}

static pds_code check_issuer(const pds_cert *c, bool anchor, const pds_use_rule *use,
                             pds_findings *out, pds_err *e)
{
    if (!is_authority(c, anchor)) {
        PDS_TRY(pds_finding_add(out, PDS_F_CHAIN_ISSUER_NOT_CA, e,
                                "'%s' is no certificate authority but issued a certificate",
                                pds_cert_label(c)));
    }
    if ((pds_cert_key_usage(c) & KEY_CERT_SIGN) == 0) {
        PDS_TRY(pds_finding_add(out, PDS_F_CHAIN_ISSUER_NOT_CA, e,
                                "the key usage of '%s' does not allow it to issue certificates",
                                pds_cert_label(c)));
    }
    if (anchor) {
        return PDS_OK;
    }
    const pds_use_rule inner = { .accepted = use->accepted, .refused = use->refused };
    return pds_use_check(c, &inner, out, e);
}

/* RFC 5280, 6.1.4 (l) and (m), also with what the anchor says (RFC 5937). */
static pds_code check_length(const pds_path_job *job, pds_findings *out, pds_err *e)
{
    size_t room = job->count;
    for (size_t i = job->count - 1; i > 0; i--) {
        const pds_cert *c = job->certs[i];
        const bool counts = i < job->count - 1 && !pds_cert_self_issued(c);
        if (counts && room == 0) {
            return pds_finding_add(out, PDS_F_CHAIN_PATH_LENGTH, e,
                                   "an issuer of '%s' does not allow an authority so far below it",
                                   pds_cert_label(c));
        }
        room -= counts ? 1 : 0;
        const long said = X509_get_pathlen(pds_cert_x509(c));
        if (said >= 0 && (size_t)said < room) {
            room = (size_t)said;
        }
    }
    return PDS_OK;
}

/* ---- all of it ---- */

static pds_code check_signature_digest(const pds_cert *c, const pds_path_policy *policy,
                                       pds_findings *out, pds_err *e)
{
    enum { ROOM = 256 };
    char what[ROOM];
    (void)snprintf(what, sizeof what, pds_translated(N_("the certificate of '%s'")),
                   pds_cert_label(c));
    return pds_digest_check(X509_get0_tbs_sigalg(pds_cert_x509(c)), pds_path_limits(policy), what,
                            out, e);
}

static pds_code check_cert(const pds_path_job *job, size_t i, pds_findings *out, pds_err *e)
{
    const pds_cert *c = job->certs[i];
    const bool last = i == job->count - 1;
    PDS_TRY(pds_extensions_check(c, out, e));
    PDS_TRY(check_validity(c, i == 0, job->when, out, e));
    PDS_TRY(pds_crypto_limits_key(pds_path_limits(job->policy), c, out, e));
    if (!last) {
        PDS_TRY(check_signature_digest(c, job->policy, out, e));
    }
    return i == 0 ? pds_use_check(c, job->use, out, e) : check_issuer(c, last, job->use, out, e);
}

pds_code pds_path_check(const pds_path_job *job, pds_findings *out, pds_err *e)
{
    for (size_t i = job->count; i > 0; i--) {
        PDS_TRY(check_cert(job, i - 1, out, e));
    }
    PDS_TRY(check_length(job, out, e));
    PDS_TRY(pds_path_names_check(job, out, e));
    return pds_path_policies_check(job, out, e);
}
