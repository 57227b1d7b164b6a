#include "base/own.h"
#include "cms/evidence_use.h"
#include "cms/evp.h"
#include "cms/revocation_private.h"
#include "cms/x509.h"

static void id_drop(OCSP_CERTID **id)
{
    OCSP_CERTID_free(*id);
}

static void stack_drop(STACK_OF(X509) * *stack)
{
    sk_X509_free(*stack);
}

static void time_drop(ASN1_GENERALIZEDTIME **time)
{
    ASN1_GENERALIZEDTIME_free(*time);
}

/* ---- whom it is about (RFC 6960, 4.1.1) ---- */

/* SHA-1 does no harm here: who could make two issuers with one hash would gain nothing, since the
 * response is theirs. */
static const EVP_MD *id_digest(const ASN1_OBJECT *algorithm)
{
    static const int known[] = { NID_sha1, NID_sha256, NID_sha384, NID_sha512 };
    const int nid = OBJ_obj2nid(algorithm);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (nid == known[i]) {
            return EVP_get_digestbynid(nid);
        }
    }
    return NULL;
}

static bool is_about(const OCSP_SINGLERESP *answer, const pds_revocation_case *of)
{
    OCSP_CERTID *id = (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(answer);
    ASN1_INTEGER *serial = NULL;
    ASN1_OBJECT *algorithm = NULL;
    X509 *cert = pds_cert_x509(of->cert);
    if (OCSP_id_get0_info(NULL, &algorithm, NULL, &serial, id) != 1 ||
        ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(cert)) != 0) {
        return false;
    }
    const EVP_MD *digest = id_digest(algorithm);
    PDS_OWN(id_drop)
    OCSP_CERTID *ours =
        digest == NULL ? NULL : OCSP_cert_to_id(digest, cert, pds_cert_x509(of->issuer));
    return ours != NULL && OCSP_id_cmp(ours, id) == 0;
}

static OCSP_SINGLERESP *find_answer(const pds_ocsp *o, const pds_revocation_case *of)
{
    for (int i = 0; i < OCSP_resp_count(o->basic); i++) {
        OCSP_SINGLERESP *answer = OCSP_resp_get0(o->basic, i);
        if (is_about(answer, of)) {
            return answer;
        }
    }
    return NULL;
}

/* ---- who signed it (RFC 6960, 4.2.2.2) ---- */

/* The responder's identifier is compared too. */
static bool verify(const pds_ocsp *o, const pds_cert *signer)
{
    PDS_OWN(stack_drop) STACK_OF(X509) *one = sk_X509_new_null();
    const bool fits = one != NULL && pds_cert_key(signer) != NULL &&
                      sk_X509_push(one, pds_cert_x509(signer)) > 0 &&
                      OCSP_basic_verify(o->basic, one, NULL, OCSP_NOINTERN | OCSP_NOVERIFY) == 1;
    pds_evp_forget();
    return fits;
}

static bool signed_with(pds_revocation_job *job, const pds_ocsp *o, const pds_cert *signer)
{
    uint8_t signer_sha[32];
    bool fits = false;
    pds_trust *trust = job->rules->path->trust;
    pds_cert_sha256(signer, signer_sha);
    if (pds_trust_recall(trust, o->sha256, signer_sha, &fits) || job->checks_left == 0) {
        return fits;
    }
    job->checks_left--;
    fits = verify(o, signer);
    pds_trust_remember(trust, o->sha256, signer_sha, fits);
    return fits;
}

/* Does the response name this certificate? */
static bool is_responder(const pds_ocsp *o, const pds_cert *c)
{
    enum { SHA1_SIZE = 20 };
    const ASN1_OCTET_STRING *key = NULL;
    const X509_NAME *name = NULL;
    uint8_t sha1[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (OCSP_resp_get0_id(o->basic, &key, &name) != 1) {
        return false;
    }
    if (name != NULL) {
        return X509_NAME_cmp(name, X509_get_subject_name(pds_cert_x509(c))) == 0;
    }
    return X509_pubkey_digest(pds_cert_x509(c), EVP_sha1(), sha1, &len) == 1 && len == SHA1_SIZE &&
           pds_span_eq(pds_asn1_span(key), pds_span_of(sha1, len));
}

static const pds_crypto_limits *limits_of(const pds_revocation_job *job)
{
    static const pds_path_policy usual = { .length_max = 0 };
    const pds_path_policy *policy = job->rules->path->policy;
    return pds_path_limits(policy != NULL ? policy : &usual);
}

/* The issuer has signed the responder's certificate itself, for this purpose and this time. */
static pds_code is_delegate(pds_revocation_job *job, const pds_revocation_case *of,
                            const pds_ocsp *o, const pds_cert *c, bool *is)
{
    PDS_OWN(pds_findings_drop) pds_findings found = { 0 };
    *is = false;
    if (job->checks_left == 0) {
        return PDS_OK;
    }
    job->checks_left--;
    if (o->produced_at < pds_cert_not_before(c) || o->produced_at > pds_cert_not_after(c) ||
        !pds_trust_issued_by(job->rules->path->trust, c, of->issuer)) {
        return PDS_OK;
    }
    PDS_TRY(pds_use_check(c, &pds_use_ocsp, &found, job->e));
    PDS_TRY(pds_extensions_check(c, &found, job->e));
    PDS_TRY(pds_crypto_limits_key(limits_of(job), c, &found, job->e));
    PDS_TRY(pds_digest_check(X509_get0_tbs_sigalg(pds_cert_x509(c)), limits_of(job), "", &found,
                             job->e));
    *is = found.count == 0;
    return PDS_OK;
}

/* RFC 6960, 4.2.2.2.1: the issuer may say that a responder's certificate needs no such check. */
static pds_code delegate_good(pds_revocation_job *job, const pds_revocation_case *of, pds_cert *c,
                              bool *good)
{
    pds_revocation_case next = *of;
    next.cert = c;
    next.depth++;
    if (X509_get_ext_by_NID(pds_cert_x509(c), NID_id_pkix_OCSP_noCheck, -1) >= 0) {
        *good = true;
        return PDS_OK;
    }
    return pds_revocation_signer_good(job, &next, good);
}

static pds_code try_delegates(pds_revocation_job *job, const pds_revocation_case *of,
                              const pds_ocsp *o, const pds_certs *from, const pds_cert **by)
{
    for (size_t i = 0; i < from->count && *by == NULL; i++) {
        pds_cert *c = from->items[i];
        bool is = false;
        if (!is_responder(o, c)) {
            continue;
        }
        PDS_TRY(is_delegate(job, of, o, c, &is));
        if (is && signed_with(job, o, c)) {
            PDS_TRY(delegate_good(job, of, c, &is));
            *by = is ? c : NULL;
            PDS_TRY(is && from == job->pool ? pds_evidence_use_add_cert(job->rules->use, c, job->e)
                                            : PDS_OK);
        }
    }
    return PDS_OK;
}

/* The issuer or a delegate of it; NULL: nobody who may. */
static pds_code find_signer(pds_revocation_job *job, const pds_revocation_case *of,
                            const pds_ocsp *o, const pds_cert **by)
{
    *by = is_responder(o, of->issuer) && signed_with(job, o, of->issuer) ? of->issuer : NULL;
    PDS_TRY(try_delegates(job, of, o, &o->certs, by));
    return try_delegates(job, of, o, job->pool, by);
}

/* A certificate that is in force can be asked about again, whatever became of a responder. */
static time_t believed_until(const pds_revocation_case *of, const pds_cert *by)
{
    const time_t issuer_ends = pds_revocation_issuer_ends(of);
    const time_t own = pds_cert_not_after(of->cert);
    const time_t ends = pds_cert_not_after(by) > own ? pds_cert_not_after(by) : own;
    return by != of->issuer && ends < issuer_ends ? ends : issuer_ends;
}

/* ---- what it says ---- */

/* RFC 6960, 4.4.4: since when the responder remembers certificates that expired. */
static bool still_known(OCSP_SINGLERESP *answer, time_t this_update, const pds_cert *c)
{
    time_t cutoff = 0;
    PDS_OWN(time_drop)
    ASN1_GENERALIZEDTIME *said =
        OCSP_SINGLERESP_get1_ext_d2i(answer, NID_id_pkix_OCSP_archiveCutoff, NULL, NULL);
    return this_update <= pds_cert_not_after(c) ||
           (pds_x509_time(said, &cutoff) && cutoff <= pds_cert_not_after(c));
}

typedef struct answer_times {
    time_t revoked, this_update, next_update;
    int status, reason;
} answer_times;

static bool read_answer(OCSP_SINGLERESP *answer, answer_times *out)
{
    ASN1_GENERALIZEDTIME *revoked = NULL;
    ASN1_GENERALIZEDTIME *this_update = NULL;
    ASN1_GENERALIZEDTIME *next_update = NULL;
    *out = (answer_times){ .reason = -1 };
    out->status =
        OCSP_single_get0_status(answer, &out->reason, &revoked, &this_update, &next_update);
    return pds_x509_time(this_update, &out->this_update) &&
           (next_update == NULL || pds_x509_time(next_update, &out->next_update)) &&
           (out->status != V_OCSP_CERTSTATUS_REVOKED || pds_x509_time(revoked, &out->revoked));
}

static void tell(OCSP_SINGLERESP *answer, const answer_times *said, const pds_cert *c,
                 pds_revocation *out)
{
    if (said->status == V_OCSP_CERTSTATUS_REVOKED) {
        out->status =
            said->reason == CRL_REASON_CERTIFICATE_HOLD ? PDS_STATUS_ON_HOLD : PDS_STATUS_REVOKED;
        out->reason = said->reason;
        out->revoked_at = said->revoked;
    } else if (said->status == V_OCSP_CERTSTATUS_GOOD &&
               still_known(answer, said->this_update, c)) {
        out->status = PDS_STATUS_GOOD;
    }
}

static pds_code check_signature(pds_revocation_job *job, const pds_revocation_case *of,
                                const pds_ocsp *o, const pds_cert **by, const char **why)
{
    PDS_OWN(pds_findings_drop) pds_findings weak = { 0 };
    PDS_TRY(
        pds_digest_check(OCSP_resp_get0_tbs_sigalg(o->basic), limits_of(job), "", &weak, job->e));
    if (weak.count > 0) {
        *why = N_("its digest is too weak");
        return PDS_OK;
    }
    if (job->checks_left > 0) {
        job->checks_left--; /* the search itself costs something */
        PDS_TRY(find_signer(job, of, o, by));
    }
    *why = *by != NULL ? NULL : N_("it is not signed by anybody who may sign it");
    return PDS_OK;
}

pds_code pds_ocsp_ask(pds_revocation_job *job, const pds_revocation_case *of, const pds_ocsp *ocsp,
                      pds_revocation *out)
{
    answer_times said;
    const char *why = NULL;
    const pds_cert *by = NULL;
    OCSP_SINGLERESP *answer = find_answer(ocsp, of);
    *out = (pds_revocation){ .reason = -1 };
    if (answer == NULL) {
        return PDS_OK;
    }
    if (OCSP_SINGLERESP_get_ext_by_critical(answer, 1, -1) >= 0) {
        return pds_evidence_refuse(job, of->cert,
                                   N_("it has a critical extension that is not known"));
    }
    if (!read_answer(answer, &said) ||
        !pds_evidence_times_fit(job, said.this_update, said.next_update) ||
        !pds_evidence_times_fit(job, ocsp->produced_at, 0) ||
        said.this_update > ocsp->produced_at + job->rules->skew) {
        return pds_evidence_refuse(job, of->cert, N_("its dates do not fit"));
    }
    PDS_TRY(check_signature(job, of, ocsp, &by, &why));
    if (why != NULL) {
        return pds_evidence_refuse(job, of->cert, why);
    }
    *out = (pds_revocation){ .source = PDS_BY_OCSP,
                             .reason = -1,
                             .this_update = said.this_update,
                             .next_update = said.next_update,
                             .until = believed_until(of, by),
                             .reasons = PDS_ALL_REASONS };
    out->stale = pds_evidence_stale(job, said.this_update, said.next_update);
    tell(answer, &said, of->cert, out);
    return PDS_OK;
}
