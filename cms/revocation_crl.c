#include "base/own.h"
#include "cms/cert_query.h"
#include "cms/evidence_use.h"
#include "cms/evp.h"
#include "cms/revocation_private.h"
#include "cms/x509.h"

enum {
    NAMES_MAX = 64, /* of a distribution point, and points of a certificate, that are looked at */
    CRL_SIGN = 1U << 6,   /* as pds_cert_key_usage has it */
    CHECKS_OF_A_PATH = 20 /* what the search for a signer's path counts for */
};

static void points_drop(CRL_DIST_POINTS **points)
{
    CRL_DIST_POINTS_free(*points);
}

static void time_drop(ASN1_GENERALIZEDTIME **time)
{
    ASN1_GENERALIZEDTIME_free(*time);
}

static void enumerated_drop(ASN1_ENUMERATED **number)
{
    ASN1_ENUMERATED_free(*number);
}

/* ---- scope (RFC 5280, 6.3.3 (b)) ---- */

static bool share_a_name(const GENERAL_NAMES *a, const GENERAL_NAMES *b)
{
    if (sk_GENERAL_NAME_num(a) > NAMES_MAX || sk_GENERAL_NAME_num(b) > NAMES_MAX) {
        return false;
    }
    for (int i = 0; i < sk_GENERAL_NAME_num(a); i++) {
        for (int k = 0; k < sk_GENERAL_NAME_num(b); k++) {
            if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(a, i), sk_GENERAL_NAME_value(b, k)) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* A certificate without distribution points is covered by its issuer's list alone. */
static bool is_named_after(const GENERAL_NAMES *names, const X509_NAME *issuer)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DIRNAME && X509_NAME_cmp(name->d.directoryName, issuer) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_point_of(const GENERAL_NAMES *names, const pds_cert *c)
{
    PDS_OWN(points_drop)
    CRL_DIST_POINTS *points =
        X509_get_ext_d2i(pds_cert_x509(c), NID_crl_distribution_points, NULL, NULL);
    if (points == NULL) {
        return is_named_after(names, X509_get_issuer_name(pds_cert_x509(c)));
    }
    for (int i = 0; i < sk_DIST_POINT_num(points) && i < NAMES_MAX; i++) {
        const DIST_POINT *point = sk_DIST_POINT_value(points, i);
        if (point->distpoint != NULL && point->distpoint->type == 0 && point->CRLissuer == NULL &&
            share_a_name(names, point->distpoint->name.fullname)) {
            return true;
        }
    }
    return false;
}

static bool in_scope(const pds_crl *crl, const pds_cert *c)
{
    const ISSUING_DIST_POINT *scope = crl->scope;
    const bool authority = pds_cert_is_authority(c);
    if (X509_NAME_cmp(X509_CRL_get_issuer(crl->crl), X509_get_issuer_name(pds_cert_x509(c))) != 0) {
        return false;
    }
    if (scope == NULL) {
        return true;
    }
    if ((scope->onlyuser != 0 && authority) || (scope->onlyCA != 0 && !authority)) {
        return false;
    }
    return scope->distpoint == NULL || is_point_of(scope->distpoint->name.fullname, c);
}

static uint32_t reasons_of(const pds_crl *crl)
{
    uint32_t reasons = 0;
    if (crl->scope == NULL || crl->scope->onlysomereasons == NULL) {
        return PDS_ALL_REASONS;
    }
    for (int i = 1; (1U << i) < PDS_ALL_REASONS; i++) {
        reasons |= ASN1_BIT_STRING_get_bit(crl->scope->onlysomereasons, i) != 0 ? 1U << i : 0;
    }
    return reasons;
}

/* ---- signature ---- */

static bool signed_with(pds_revocation_job *job, const pds_crl *crl, const pds_cert *signer)
{
    uint8_t signer_sha[32];
    bool fits = false;
    pds_trust *trust = job->rules->path->trust;
    pds_cert_sha256(signer, signer_sha);
    if ((pds_cert_key_usage(signer) & CRL_SIGN) == 0 || pds_cert_key(signer) == NULL) {
        return false;
    }
    if (pds_trust_recall(trust, crl->sha256, signer_sha, &fits) || job->checks_left == 0) {
        return fits;
    }
    job->checks_left--;
    fits = X509_CRL_verify(crl->crl, pds_cert_key(signer)) == 1;
    pds_evp_forget();
    pds_trust_remember(trust, crl->sha256, signer_sha, fits);
    return fits;
}

/* RFC 5280, 6.3.3 (f): another key of the same name needs a path of its own to the same anchor. */
static pds_code signer_holds(pds_revocation_job *job, const pds_revocation_case *of,
                             pds_cert *signer, bool *holds)
{
    PDS_OWN(pds_path_drop) pds_path path = { .anchored = false };
    PDS_OWN(pds_findings_drop) pds_findings found = { 0 };
    *holds = false;
    if (of->depth == PDS_REVOCATION_DEPTH_MAX || job->checks_left < CHECKS_OF_A_PATH) {
        return PDS_OK;
    }
    job->checks_left -= CHECKS_OF_A_PATH;
    PDS_TRY(pds_path_find(job->rules->path, signer, job->pool, &pds_use_crl, job->when, &path,
                          &found, job->e));
    const size_t count = path.certs.count;
    if (!path.anchored || found.count > 0 ||
        !pds_span_eq(pds_cert_der(path.certs.items[count - 1]), pds_cert_der(of->anchor))) {
        return PDS_OK;
    }
    *holds = true;
    for (size_t i = 0; i + 1 < count && *holds; i++) {
        const pds_revocation_case next = { path.certs.items[i], path.certs.items[i + 1], of->anchor,
                                           of->depth + 1, 0 };
        PDS_TRY(pds_revocation_signer_good(job, &next, holds));
        PDS_TRY(pds_evidence_use_add_cert(job->rules->use, next.cert, job->e));
    }
    return PDS_OK;
}

static pds_code find_signer(pds_revocation_job *job, const pds_revocation_case *of,
                            const pds_crl *crl, bool *found)
{
    const X509_NAME *name = X509_CRL_get_issuer(crl->crl);
    *found = signed_with(job, crl, of->issuer);
    for (size_t i = 0; i < job->pool->count && !*found && job->checks_left > 0; i++) {
        pds_cert *c = job->pool->items[i];
        if (X509_NAME_cmp(X509_get_subject_name(pds_cert_x509(c)), name) == 0 &&
            signed_with(job, crl, c)) {
            PDS_TRY(signer_holds(job, of, c, found));
        }
    }
    return PDS_OK;
}

static pds_code digest_fits(const pds_revocation_job *job, const pds_crl *crl, bool *fits)
{
    static const pds_path_policy usual = { .length_max = 0 };
    const pds_path_policy *policy = job->rules->path->policy;
    const X509_ALGOR *algorithm = NULL;
    PDS_OWN(pds_findings_drop) pds_findings found = { 0 };
    X509_CRL_get0_signature(crl->crl, NULL, &algorithm);
    PDS_TRY(pds_digest_check(algorithm, pds_path_limits(policy != NULL ? policy : &usual), "",
                             &found, job->e));
    *fits = found.count == 0;
    return PDS_OK;
}

/* ---- entries ---- */

/* Where a key was known to others before it was revoked, that is the time which counts. */
static time_t since_when(const X509_REVOKED *entry)
{
    time_t revoked = 0;
    time_t invalid = 0;
    PDS_OWN(time_drop)
    ASN1_GENERALIZEDTIME *said = X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, NULL, NULL);
    if (!pds_x509_time(X509_REVOKED_get0_revocationDate(entry), &revoked)) {
        return 0;
    }
    return pds_x509_time(said, &invalid) && invalid < revoked ? invalid : revoked;
}

static void take_entry(const X509_REVOKED *entry, pds_revocation *out)
{
    PDS_OWN(enumerated_drop)
    ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
    out->reason = reason == NULL ? -1 : (int)ASN1_ENUMERATED_get(reason);
    out->status =
        out->reason == CRL_REASON_CERTIFICATE_HOLD ? PDS_STATUS_ON_HOLD : PDS_STATUS_REVOKED;
    out->revoked_at = since_when(entry);
}

/* A list that is younger than the certificate's end need no longer name it. */
static bool still_listed(const pds_crl *crl, const pds_cert *c)
{
    return crl->this_update <= pds_cert_not_after(c) ||
           (crl->expired_since != 0 && crl->expired_since <= pds_cert_not_after(c));
}

static void look_up(const pds_revocation_job *job, const pds_revocation_case *of,
                    const pds_crl *crl, pds_revocation *out)
{
    X509_REVOKED *entry = NULL;
    const ASN1_INTEGER *serial = X509_get0_serialNumber(pds_cert_x509(of->cert));
    const int listed = X509_CRL_get0_by_serial(crl->crl, &entry, (ASN1_INTEGER *)(uintptr_t)serial);
    *out = (pds_revocation){ .source = PDS_BY_CRL,
                             .reason = -1,
                             .this_update = crl->this_update,
                             .next_update = crl->next_update,
                             .until = pds_revocation_issuer_ends(of),
                             .reasons = reasons_of(crl) };
    out->stale = pds_evidence_stale(job, crl->this_update, crl->next_update);
    if (listed != 0 && entry != NULL) {
        take_entry(entry, out);
    } else if (still_listed(crl, of->cert)) {
        out->status = PDS_STATUS_GOOD;
    }
}

pds_code pds_crl_ask(pds_revocation_job *job, const pds_revocation_case *of, const pds_crl *crl,
                     pds_revocation *out)
{
    bool fits = false;
    *out = (pds_revocation){ .reason = -1 };
    if (!in_scope(crl, of->cert)) {
        return PDS_OK;
    }
    if (!pds_evidence_times_fit(job, crl->this_update, crl->next_update)) {
        return pds_evidence_refuse(job, of->cert, N_("its dates do not fit"));
    }
    PDS_TRY(digest_fits(job, crl, &fits));
    if (!fits) {
        return pds_evidence_refuse(job, of->cert, N_("its digest is too weak"));
    }
    PDS_TRY(find_signer(job, of, crl, &fits));
    if (!fits) {
        return pds_evidence_refuse(job, of->cert,
                                   N_("it is not signed by anybody who may sign it"));
    }
    look_up(job, of, crl, out);
    return PDS_OK;
}
