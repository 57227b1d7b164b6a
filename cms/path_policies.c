#include "base/own.h"
#include "cms/path_check.h"
#include "cms/x509.h"

#include <openssl/x509v3.h>

enum { POLICIES_MAX = 64 }; /* of one certificate */

/* Of the certificates below the anchor, the leaf first. A policy holds for the path if each of them
 * has it, or any policy where that is not inhibited: without mapping, the tree of RFC 5280 comes to
 * no more. */
typedef struct policy_sets {
    CERTIFICATEPOLICIES *of[PDS_PATH_MAX];
    bool any_allowed[PDS_PATH_MAX];
    size_t count;
    bool mapped; /* a certificate maps policies */
    bool unreadable;
} policy_sets;

static void sets_drop(policy_sets *sets)
{
    for (size_t i = 0; i < sets->count; i++) {
        CERTIFICATEPOLICIES_free(sets->of[i]);
    }
}

static void object_free(ASN1_OBJECT **object)
{
    ASN1_OBJECT_free(*object);
}

/* ---- what the certificates ask for ---- */

/* A count of certificates; LONG_MAX: none. */
static void take_limit(const ASN1_INTEGER *said, long *limit)
{
    if (said == NULL) {
        return;
    }
    const long value = ASN1_INTEGER_get(said);
    *limit = value >= 0 && value < *limit ? value : *limit;
}

static bool is_unreadable(const void *parsed, int critical)
{
    return parsed == NULL && critical != -1;
}

/* policyConstraints and inhibitAnyPolicy; false: one can't be read. */
static bool take_limits(const pds_cert *c, long *explicit_at, long *inhibit_at)
{
    int critical = 0;
    POLICY_CONSTRAINTS *constraints =
        X509_get_ext_d2i(pds_cert_x509(c), NID_policy_constraints, &critical, NULL);
    bool fine = !is_unreadable(constraints, critical);
    if (constraints != NULL) {
        take_limit(constraints->requireExplicitPolicy, explicit_at);
    }
    POLICY_CONSTRAINTS_free(constraints);

    ASN1_INTEGER *inhibit =
        X509_get_ext_d2i(pds_cert_x509(c), NID_inhibit_any_policy, &critical, NULL);
    fine = fine && !is_unreadable(inhibit, critical);
    take_limit(inhibit, inhibit_at);
    ASN1_INTEGER_free(inhibit);
    return fine;
}

static void take_policies(const pds_path_job *job, size_t i, policy_sets *sets)
{
    int critical = 0;
    X509 *x509 = pds_cert_x509(job->certs[i]);
    sets->of[i] = X509_get_ext_d2i(x509, NID_certificate_policies, &critical, NULL);
    sets->unreadable = sets->unreadable || is_unreadable(sets->of[i], critical) ||
                       sk_POLICYINFO_num(sets->of[i]) > POLICIES_MAX;
    sets->mapped = sets->mapped || X509_get_ext_by_NID(x509, NID_policy_mappings, -1) >= 0;
}

/* RFC 5280, 6.1.4 (h) to (j) and 6.1.5 (a), (b): is a policy needed? */
static bool walk(const pds_path_job *job, policy_sets *sets)
{
    long explicit_at = job->policy->policies != NULL ? 0 : LONG_MAX;
    long inhibit_at = LONG_MAX;
    bool readable = take_limits(job->certs[job->count - 1], &explicit_at, &inhibit_at);
    sets->count = job->count - 1;
    for (size_t i = job->count - 1; i > 0; i--) {
        const pds_cert *c = job->certs[i - 1];
        const bool counts = i == 1 || !pds_cert_self_issued(c);
        sets->any_allowed[i - 1] = inhibit_at > 0 || (i > 1 && !counts);
        explicit_at -= counts && explicit_at > 0 ? 1 : 0;
        inhibit_at -= counts && inhibit_at > 0 ? 1 : 0;
        readable = take_limits(c, &explicit_at, &inhibit_at) && readable;
    }
    sets->unreadable = !readable;
    return explicit_at == 0;
}

/* ---- what holds ---- */

static bool has(const CERTIFICATEPOLICIES *policies, const ASN1_OBJECT *wanted)
{
    for (int i = 0; i < sk_POLICYINFO_num(policies); i++) {
        if (OBJ_cmp(sk_POLICYINFO_value(policies, i)->policyid, wanted) == 0) {
            return true;
        }
    }
    return false;
}

static bool holds(const policy_sets *sets, const ASN1_OBJECT *policy)
{
    const ASN1_OBJECT *any = OBJ_nid2obj(NID_any_policy);
    for (size_t i = 0; i < sets->count; i++) {
        if (!has(sets->of[i], policy) && !(sets->any_allowed[i] && has(sets->of[i], any))) {
            return false;
        }
    }
    return true;
}

static bool one_of_holds(const policy_sets *sets, const char *const wanted[])
{
    for (size_t i = 0; wanted[i] != NULL; i++) {
        PDS_OWN(object_free) ASN1_OBJECT *policy = OBJ_txt2obj(wanted[i], 1);
        if (policy != NULL && holds(sets, policy)) {
            return true;
        }
    }
    return false;
}

static bool any_holds(const policy_sets *sets)
{
    for (size_t i = 0; i < sets->count; i++) {
        for (int k = 0; k < sk_POLICYINFO_num(sets->of[i]); k++) {
            if (holds(sets, sk_POLICYINFO_value(sets->of[i], k)->policyid)) {
                return true;
            }
        }
    }
    return sets->count == 0;
}

static pds_code say(const pds_path_job *job, const char *why, pds_findings *out, pds_err *e)
{
    return pds_finding_add(out, PDS_F_CHAIN_POLICY, e,
                           "the certificate policies on the path of '%s' do not suffice: %s",
                           pds_cert_label(job->certs[0]), pds_translated(why));
}

static pds_code judge(const pds_path_job *job, const policy_sets *sets, pds_findings *out,
                      pds_err *e)
{
    if (sets->unreadable) {
        return say(job, N_("they can't be read"), out, e);
    }
    if (sets->mapped) {
        return say(job, N_("a certificate maps policies, which is not supported"), out, e);
    }
    const char *const *wanted = job->policy->policies;
    const bool fine = wanted != NULL ? one_of_holds(sets, wanted) : any_holds(sets);
    return fine ? PDS_OK : say(job, N_("a policy is needed and none holds"), out, e);
}

pds_code pds_path_policies_check(const pds_path_job *job, pds_findings *out, pds_err *e)
{
    PDS_OWN(sets_drop) policy_sets sets = { .count = 0 };
    const bool needed = walk(job, &sets);
    if (!needed) {
        return sets.unreadable ? judge(job, &sets, out, e) : PDS_OK;
    }
    for (size_t i = 0; i < sets.count; i++) {
        take_policies(job, i, &sets);
    }
    return judge(job, &sets, out, e);
}
