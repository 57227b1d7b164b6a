#include "base/own.h"
#include "cms/path_check.h"
#include "cms/x509.h"

#include <stdlib.h>

#include <openssl/x509v3.h>

enum {
    CANDIDATES_MAX = 16, /* issuers tried at one step */
    LINKS_MAX = 100,     /* signatures asked for in one search */
    PATHS_MAX = 40       /* whole paths judged in one search */
};

/* Why one issuer is tried before another; the greatest first. */
enum { RANK_VALID = 1, RANK_IDENTIFIER = 2, RANK_NOT_MISMATCHED = 4, RANK_ANCHOR = 8 };

typedef struct candidate {
    pds_cert *cert;
    int rank;
} candidate;

typedef struct search {
    const pds_path_rules *rules;
    const pds_certs *pool;
    pds_path_job job; /* with .certs = stack */
    pds_cert *stack[PDS_PATH_MAX];
    size_t depth;
    pds_cert *best[PDS_PATH_MAX];
    size_t best_count; /* of an anchored path, or the deepest one while there is none */
    bool anchored;
    bool gave_up;
    pds_findings findings; /* of best */
    size_t links, paths;
    pds_err *e;
} search;

static void search_drop(search *s)
{
    pds_findings_drop(&s->findings);
}

/* ---- candidates ---- */

/* RFC 5280, 4.2.1.1: only a hint, because issuers get it wrong. */
static int rank_identifier(const pds_cert *c, const pds_cert *issuer)
{
    const ASN1_OCTET_STRING *wanted = X509_get0_authority_key_id(pds_cert_x509(c));
    const ASN1_OCTET_STRING *has = X509_get0_subject_key_id(pds_cert_x509(issuer));
    if (wanted == NULL || has == NULL) {
        return RANK_NOT_MISMATCHED;
    }
    return ASN1_OCTET_STRING_cmp(wanted, has) == 0 ? RANK_NOT_MISMATCHED | RANK_IDENTIFIER : 0;
}

static int rank_of(const search *s, const pds_cert *c, const pds_cert *issuer, bool anchor)
{
    const time_t at = s->job.when->at;
    const bool valid = pds_cert_not_before(issuer) <= at && at <= pds_cert_not_after(issuer);
    return rank_identifier(c, issuer) | (valid ? RANK_VALID : 0) | (anchor ? RANK_ANCHOR : 0);
}

/* The same name and key once more lead round in a circle (RFC 4158, 5.2). */
static bool on_stack(const search *s, const pds_cert *c)
{
    for (size_t i = 0; i < s->depth; i++) {
        if (pds_span_eq(pds_cert_spki_der(s->stack[i]), pds_cert_spki_der(c)) &&
            pds_span_eq(pds_cert_subject_der(s->stack[i]), pds_cert_subject_der(c))) {
            return true;
        }
    }
    return false;
}

static bool before(const candidate *a, const candidate *b)
{
    return a->rank != b->rank ? a->rank > b->rank
                              : pds_cert_not_after(a->cert) > pds_cert_not_after(b->cert);
}

/* Into its place among the best. */
static void put_candidate(candidate list[CANDIDATES_MAX], size_t *count, candidate made)
{
    size_t at = *count;
    while (at > 0 && before(&made, &list[at - 1])) {
        at--;
    }
    if (at == CANDIDATES_MAX) {
        return;
    }
    *count += *count < CANDIDATES_MAX ? 1 : 0;
    memmove(&list[at + 1], &list[at], (*count - at - 1) * sizeof *list);
    list[at] = made;
}

static void collect(const search *s, const pds_certs *from, bool anchors,
                    candidate list[CANDIDATES_MAX], size_t *count)
{
    const pds_cert *last = s->stack[s->depth - 1];
    const X509_NAME *wanted = X509_get_issuer_name(pds_cert_x509(last));
    for (size_t i = 0; i < from->count; i++) {
        pds_cert *c = from->items[i];
        if (X509_NAME_cmp(wanted, X509_get_subject_name(pds_cert_x509(c))) == 0 &&
            !on_stack(s, c) && (anchors || !pds_trust_is_anchor(s->rules->trust, c))) {
            put_candidate(list, count, (candidate){ c, rank_of(s, last, c, anchors) });
        }
    }
}

/* ---- what is found ---- */

static size_t badness(const pds_findings *f)
{
    const char *sub = "";
    return (size_t)pds_findings_worst(f, &sub) * (PDS_FINDINGS_MAX + 1) + f->count;
}

static void keep_best(search *s, bool anchored)
{
    memcpy(s->best, s->stack, sizeof s->stack);
    s->best_count = s->depth;
    s->anchored = anchored;
}

static pds_code judge_whole_path(search *s)
{
    PDS_OWN(pds_findings_drop) pds_findings found = { 0 };
    s->paths++;
    s->job.count = s->depth;
    PDS_TRY(pds_path_check(&s->job, &found, s->e));
    if (!s->anchored || badness(&found) < badness(&s->findings)) {
        const pds_findings worse = s->findings;
        s->findings = found;
        found = worse;
        keep_best(s, true);
    }
    return PDS_OK;
}

static bool is_done(const search *s)
{
    return s->gave_up || (s->anchored && s->findings.count == 0);
}

static pds_code extend(search *s);

static pds_code try_candidate(search *s, const candidate *c)
{
    if (s->links == LINKS_MAX || s->paths == PATHS_MAX) {
        s->gave_up = true;
        return PDS_OK;
    }
    s->links++;
    if (!pds_trust_issued_by(s->rules->trust, s->stack[s->depth - 1], c->cert)) {
        return PDS_OK;
    }
    s->stack[s->depth++] = c->cert;
    const bool anchor = (c->rank & RANK_ANCHOR) != 0;
    const pds_code code = anchor ? judge_whole_path(s) : extend(s);
    s->depth--;
    return code;
}

/* Depth first; the depth is bounded by the policy. */
static pds_code extend(search *s)
{
    candidate list[CANDIDATES_MAX];
    size_t count = 0;
    if (!s->anchored && s->depth > s->best_count) {
        keep_best(s, false);
    }
    const size_t most = s->job.policy->length_max;
    if (s->depth == PDS_PATH_MAX || s->depth == most) {
        return PDS_OK;
    }
    collect(s, pds_trust_anchors(s->rules->trust), true, list, &count);
    collect(s, s->pool, false, list, &count);
    for (size_t i = 0; i < count && !is_done(s); i++) {
        PDS_TRY(try_candidate(s, &list[i]));
    }
    return PDS_OK;
}

/* ---- the answer ---- */

static pds_code say_not_found(const search *s, pds_findings *out)
{
    const pds_cert *last = s->best[s->best_count - 1];
    if (s->gave_up) {
        return pds_finding_add(out, PDS_F_CHAIN_SEARCH_LIMIT, s->e,
                               "the search for a path to a trust anchor was given up after %zu "
                               "signatures",
                               s->links);
    }
    if (pds_cert_self_issued(last)) {
        return pds_finding_add(out, PDS_F_CHAIN_NOT_FOUND, s->e,
                               "the path ends at '%s', which is no trust anchor",
                               pds_cert_label(last));
    }
    return pds_finding_add(out, PDS_F_CHAIN_NOT_FOUND, s->e,
                           "no path to a trust anchor: no issuer of '%s' was found",
                           pds_cert_label(last));
}

static pds_code answer(search *s, pds_path *path, pds_findings *out)
{
    for (size_t i = 0; i < s->best_count; i++) {
        PDS_TRY(pds_certs_add(&path->certs, pds_cert_share(s->best[i]), s->e));
    }
    path->anchored = s->anchored;
    if (!s->anchored) {
        PDS_TRY(say_not_found(s, out));
    }
    return pds_findings_move(out, &s->findings, s->e);
}

/* Without a path the leaf itself is still judged: whether it may sign, its dates, its key. */
static pds_code judge_leaf_alone(search *s)
{
    s->job.count = 1;
    return pds_path_check(&s->job, &s->findings, s->e);
}

pds_code pds_path_find(const pds_path_rules *rules, pds_cert *leaf, const pds_certs *pool,
                       const pds_use_rule *use, const pds_when *when, pds_path *path,
                       pds_findings *findings, pds_err *e)
{
    static const pds_path_policy usual = { .length_max = PDS_PATH_MAX };
    const pds_path_policy *policy = rules->policy != NULL ? rules->policy : &usual;
    PDS_OWN(search_drop)
    search s = { .rules = rules,
                 .pool = pool,
                 .job = { .policy = policy, .use = use, .when = when },
                 .stack = { leaf },
                 .depth = 1,
                 .e = e };
    s.job.certs = s.stack;
    if (pds_trust_is_anchor(rules->trust, leaf)) {
        PDS_TRY(judge_whole_path(&s));
    } else {
        PDS_TRY(extend(&s));
    }
    if (!s.anchored) {
        PDS_TRY(judge_leaf_alone(&s));
    }
    return answer(&s, path, findings);
}

void pds_path_drop(pds_path *path)
{
    pds_certs_drop(&path->certs);
    *path = (pds_path){ 0 };
}
