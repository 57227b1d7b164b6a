#include "base/http.h"
#include "base/own.h"
#include "pdfsign/fetch.h"
#include "pdfsign/verify_time_internal.h"

#include <stdlib.h>

/* One judgement as of one time. */
typedef struct trial {
    pds_path path;
    pds_revocation *revocation;
    pds_findings findings;
} trial;

static void trial_drop(trial *t)
{
    pds_path_drop(&t->path);
    free(t->revocation);
    pds_findings_drop(&t->findings);
}

time_t pds_time_path_end(const pds_path *path)
{
    time_t end = 0;
    for (size_t i = 0; i < path->certs.count; i++) {
        const time_t one = pds_cert_not_after(path->certs.items[i]);
        end = i == 0 || one < end ? one : end;
    }
    return end;
}

static const pds_path_rules *rules_of(const pds_timing *t, const pds_subject *of)
{
    return of->service ? &t->service_rules : &t->signer_rules;
}

static bool online(const pds_timing *t)
{
    return t->verifier->revocation == PDS_REVOCATION_ONLINE && t->verifier->fetcher != NULL;
}

/* ---- the path ---- */

static bool is_stray(const pds_timing *t, const pds_cert *leaf)
{
    for (size_t i = 0; i < t->strays.count; i++) {
        if (pds_span_eq(pds_cert_der(t->strays.items[i]), pds_cert_der(leaf))) {
            return true;
        }
    }
    return false;
}

/* A search in vain is dear, and a file may hold any number of signers whom nobody knows: after some
 * of them only anchors are looked at, for those and for others like them. */
static bool is_limited(const pds_timing *t, const pds_cert *leaf)
{
    enum { VAIN_MAX = 32 };
    return t->vain >= VAIN_MAX && (t->strays.count >= VAIN_MAX || is_stray(t, leaf));
}

static pds_code find(pds_timing *t, const pds_subject *of, const pds_when *when, trial *out)
{
    static const pds_certs none = { .count = 0 };
    const pds_policy *const policy = &t->verifier->policy;
    const pds_certs *const pool = is_limited(t, of->leaf) ? &none : &t->file.pool;
    PDS_TRY(pds_path_find(rules_of(t, of), of->leaf, pool,
                          of->service ? &policy->timestamp : &policy->document, when, &out->path,
                          &out->findings, t->e));
    if (out->path.anchored || pool == &none) {
        return PDS_OK;
    }
    t->vain++;
    return pds_certs_add(&t->strays, pds_cert_share(of->leaf), t->e);
}

/* Signers whom nobody knows name any addresses that they like, and any number of slow ones. */
static bool may_ask(const pds_timing *t, const pds_cert *leaf)
{
    enum { LOST_MS = 60000 };
    return online(t) && !is_limited(t, leaf) && t->lost < LOST_MS;
}

/* Issuers that nobody brought, where certificates say how to get them. */
static pds_code find_online(pds_timing *t, const pds_subject *of, const pds_when *when, trial *out)
{
    enum { STEPS_MAX = 4 };
    for (size_t i = 0; i < STEPS_MAX && !out->path.anchored && may_ask(t, of->leaf); i++) {
        const size_t known = t->file.pool.count;
        const int64_t begun = pds_http_clock();
        const pds_cert *const last = out->path.certs.items[out->path.certs.count - 1];
        PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
        PDS_TRY(pds_fetch_issuers(t->verifier->fetcher, last, &t->file.pool, &notes, t->e));
        if (t->file.pool.count == known) {
            t->lost += pds_http_clock() - begun;
            return pds_findings_move(&out->findings, &notes, t->e);
        }
        trial_drop(out);
        *out = (trial){ .revocation = NULL };
        PDS_TRY(find(t, of, when, out));
        PDS_TRY(pds_findings_move(&out->findings, &notes, t->e));
    }
    return PDS_OK;
}

/* ---- revocation ---- */

/* The usual policy lets a file without any evidence pass, unless somebody asked for it. */
static bool is_needed(const pds_verifier *verifier)
{
    const pds_policy *const policy = &verifier->policy;
    if (verifier->revocation == PDS_REVOCATION_NONE) {
        return false;
    }
    if (policy->revocation_needed_set) {
        return policy->revocation_needed;
    }
    return verifier->revocation == PDS_REVOCATION_ONLINE || verifier->options.revocation_set ||
           policy->revocation_set;
}

/* Sources: the groups of the file, then the others. */
static pds_revocation_rules evidence_rules(const pds_timing *t, uint32_t revision)
{
    const pds_policy *const policy = &t->verifier->policy;
    pds_revocation_rules rules = { .path = &t->service_rules,
                                   .max_age = policy->evidence_age,
                                   .skew = policy->clock_skew };
    for (size_t i = 0; i < t->file.group_count; i++) {
        const pds_evidence_group *const g = &t->file.groups[i];
        rules.evidence[i] = g->revision <= revision ? g->evidence : NULL;
        rules.existed[i] = g->existed != 0 ? g->existed : t->verifier->at;
    }
    return rules;
}

static pds_code fetch(pds_timing *t, const pds_path *path, pds_findings *notes)
{
    const size_t before = t->asked.count;
    if (!online(t)) {
        return PDS_OK;
    }
    PDS_TRY(pds_certs_add(&t->asked, pds_cert_share(path->certs.items[0]), t->e));
    if (t->asked.count == before) {
        return PDS_OK;
    }
    if (t->fetched == NULL) {
        PDS_TRY(pds_evidence_new(&t->fetched, t->e));
    }
    return pds_fetch_revocation(t->verifier->fetcher, path, t->verifier->now, t->v->since,
                                t->fetched, notes, t->e);
}

/* What was fetched is younger than the verifier, which may be at work for hours. */
static pds_when when_fetched(const pds_timing *t, const pds_when *when)
{
    pds_when later = *when;
    const time_t now = time(NULL);
    if (t->fetched != NULL && now > later.now) {
        later.now = now;
    }
    return later;
}

enum { GIVEN = PDS_GROUPS_MAX, FETCHED };

static pds_revocation_rules all_rules(const pds_timing *t)
{
    pds_revocation_rules rules = evidence_rules(t, UINT32_MAX);
    rules.evidence[GIVEN] = t->verifier->evidence;
    rules.existed[GIVEN] = t->verifier->at;
    rules.evidence[FETCHED] = t->fetched;
    rules.existed[FETCHED] = t->verifier->at;
    return rules;
}

static pds_code ask(pds_timing *t, const pds_when *when, trial *out)
{
    if (t->verifier->revocation == PDS_REVOCATION_NONE || !out->path.anchored) {
        return PDS_OK;
    }
    out->revocation = calloc(out->path.certs.count, sizeof *out->revocation);
    if (out->revocation == NULL) {
        PDS_FAIL(t->e, PDS_E_NO_MEMORY, "out of memory");
    }
    PDS_TRY(fetch(t, &out->path, &out->findings));
    pds_revocation_rules rules = all_rules(t);
    rules.needed = is_needed(t->verifier);
    const pds_when later = when_fetched(t, when);
    return pds_revocation_check(&rules, &out->path, &t->file.pool, &later, out->revocation,
                                &out->findings, t->e);
}

const pds_evidence *pds_time_evidence(const pds_timing *t, size_t number)
{
    return all_rules(t).evidence[number];
}

pds_code pds_time_use(pds_timing *t, const pds_path *path, const pds_when *when, bool alone,
                      pds_revocation *said, pds_evidence_use *use)
{
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    pds_revocation_rules rules = alone ? evidence_rules(t, UINT32_MAX) : all_rules(t);
    rules.use = use;
    const pds_when later = when_fetched(t, when);
    return pds_revocation_check(&rules, path, &t->file.pool, &later, said, &notes, t->e);
}

static bool has_evidence(const pds_timing *t)
{
    for (size_t i = 0; i < t->file.group_count; i++) {
        if (t->file.groups[i].evidence != NULL) {
            return true;
        }
    }
    return false;
}

/* The earliest end of those who said it, of what nothing proves to be older. */
static time_t end_of_evidence(const pds_timing *t, const pds_revocation *said, time_t until)
{
    const bool good = said->status == PDS_STATUS_GOOD;
    if (!good || t->file.groups[said->evidence].existed != 0) {
        return until;
    }
    return until == 0 || said->until < until ? said->until : until;
}

pds_code pds_time_told(pds_timing *t, const pds_path *path, const pds_when *when, uint32_t revision,
                       pds_told *told)
{
    pds_revocation said[PDS_PATH_MAX];
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    const pds_revocation_rules rules = evidence_rules(t, revision);
    *told = (pds_told){ .all = path->anchored && has_evidence(t) };
    if (!told->all) {
        return PDS_OK;
    }
    PDS_TRY(pds_revocation_check(&rules, path, &t->file.pool, when, said, &notes, t->e));
    for (size_t i = 0; i + 1 < path->certs.count; i++) {
        told->all = told->all && said[i].status != PDS_STATUS_UNKNOWN && !said[i].stale;
        told->until = end_of_evidence(t, &said[i], told->until);
    }
    return PDS_OK;
}

/* ---- all of it ---- */

static pds_code try_at(pds_timing *t, const pds_subject *of, const pds_when *when, trial *out)
{
    PDS_TRY(find(t, of, when, out));
    PDS_TRY(find_online(t, of, when, out));
    return ask(t, when, out);
}

static pds_indication worst_of(const pds_findings *f)
{
    const char *sub = NULL;
    return pds_findings_worst(f, &sub);
}

/* ETSI EN 319 102-1, 5.5.4: what is good now is good, if only the signer's certificate had begun.
 * An issuer may have got a new certificate since. */
static pds_code try_now(pds_timing *t, const pds_subject *of, trial *first)
{
    PDS_OWN(trial_drop) trial again = { .revocation = NULL };
    pds_when now = of->when;
    now.at = t->verifier->at;
    if (!of->when.proven || worst_of(&first->findings) != PDS_INDETERMINATE) {
        return PDS_OK;
    }
    PDS_TRY(try_at(t, of, &now, &again));
    if (worst_of(&again.findings) == PDS_PASSED) {
        const trial worse = *first;
        *first = again;
        again = worse;
    }
    return PDS_OK;
}

pds_code pds_time_path(pds_timing *t, const pds_subject *of, pds_path *path,
                       pds_revocation **revocation, pds_findings *findings)
{
    PDS_OWN(trial_drop) trial first = { .revocation = NULL };
    PDS_TRY(try_at(t, of, &of->when, &first));
    PDS_TRY(try_now(t, of, &first));
    *path = first.path;
    *revocation = first.revocation;
    first.path = (pds_path){ .anchored = false };
    first.revocation = NULL;
    return pds_findings_move(findings, &first.findings, t->e);
}
