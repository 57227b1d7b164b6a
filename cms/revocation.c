#include "base/own.h"
#include "cms/cert_query.h"
#include "cms/evidence_use.h"
#include "cms/revocation_private.h"
#include "cms/x509.h"

enum { CHECKS_MAX = 200 };

/* ---- the age of evidence ---- */

static time_t now_of(const pds_when *when)
{
    return when->now != 0 ? when->now : when->at;
}

bool pds_evidence_times_fit(const pds_revocation_job *job, time_t this_update, time_t next_update)
{
    return this_update <= now_of(job->when) + job->rules->skew &&
           (next_update == 0 || this_update <= next_update);
}

/* ETSI EN 319 102-1, 5.2.5.4. What is younger than the time judged at is never too old. */
bool pds_evidence_stale(const pds_revocation_job *job, time_t this_update, time_t next_update)
{
    const time_t at = job->when->at;
    const int64_t skew = job->rules->skew;
    if (this_update + skew >= at) {
        return false;
    }
    if (job->rules->max_age > 0) {
        return at - this_update > job->rules->max_age + skew;
    }
    return next_update == 0 || at > next_update + skew;
}

pds_code pds_evidence_refuse(pds_revocation_job *job, const pds_cert *c, const char *why)
{
    return pds_finding_add(job->notes, PDS_F_REVOCATION_EVIDENCE_REFUSED, job->e,
                           "evidence of revocation was not used for '%s': %s", pds_cert_label(c),
                           pds_translated(why));
}

/* ---- one certificate, all evidence ---- */

static bool is_permanent(const pds_revocation *r)
{
    return r->status == PDS_STATUS_REVOKED;
}

/* Revoked is for ever, however old the news and whatever is said later; else what is fresh wins,
 * and of that the latest. */
static bool says_more(const pds_revocation *made, const pds_revocation *best)
{
    if (made->status == PDS_STATUS_UNKNOWN || best->status == PDS_STATUS_UNKNOWN) {
        return best->status == PDS_STATUS_UNKNOWN && made->status != PDS_STATUS_UNKNOWN;
    }
    if (is_permanent(made) || is_permanent(best)) {
        return is_permanent(made) && (!is_permanent(best) || made->revoked_at < best->revoked_at);
    }
    if (made->stale != best->stale) {
        return best->stale;
    }
    return made->this_update > best->this_update;
}

/* Lists for some reasons only are good together (RFC 5280, 6.3.3 (e)): the oldest of them counts.
 */
typedef struct gathered {
    pds_revocation best;
    pds_revocation partial;
    size_t used;   /* where rules->use began */
    bool unproven; /* something was refused for its age */
} gathered;

static void add_partial(pds_revocation *sum, const pds_revocation *made)
{
    const uint32_t reasons = sum->reasons | made->reasons;
    if (made->stale) {
        return;
    }
    if (sum->status == PDS_STATUS_UNKNOWN || made->this_update < sum->this_update) {
        *sum = *made;
    }
    sum->reasons = reasons;
}

static void merge(gathered *g, const pds_revocation *made)
{
    const bool some_only = made->status == PDS_STATUS_GOOD && made->reasons != PDS_ALL_REASONS;
    if (!some_only) {
        g->best = says_more(made, &g->best) ? *made : g->best;
        return;
    }
    add_partial(&g->partial, made);
    if (g->partial.reasons == PDS_ALL_REASONS && says_more(&g->partial, &g->best)) {
        g->best = g->partial;
    }
}

time_t pds_revocation_issuer_ends(const pds_revocation_case *of)
{
    const time_t ends = pds_cert_not_after(of->issuer);
    return of->issuer_revoked != 0 && of->issuer_revoked < ends ? of->issuer_revoked : ends;
}

/* ETSI EN 319 102-1, 5.6.2.2 and 5.6.2.4: what was signed by a key whose certificate ended or was
 * revoked since counts if it is proven to be older than that. */
static pds_code doubt_age(pds_revocation_job *job, const pds_revocation_case *of,
                          pds_revocation *made, bool *unproven)
{
    const time_t existed = job->rules->existed[made->evidence];
    if (made->status != PDS_STATUS_GOOD || existed <= made->until + job->rules->skew) {
        return PDS_OK;
    }
    *made = (pds_revocation){ .reason = -1 };
    *unproven = true;
    return pds_evidence_refuse(
        job, of->cert,
        N_("nothing proves that it is older than the end of the certificate of who signed it"));
}

static bool is_best(const gathered *g, const pds_revocation *made)
{
    return g->best.source == made->source && g->best.evidence == made->evidence &&
           g->best.index == made->index;
}

/* Keeps what the best relies on, and what lists for some reasons do: `mark` is where that of the
 * evidence at hand begins. */
static pds_code keep_use(pds_revocation_job *job, const gathered *g, size_t mark,
                         const pds_revocation *made)
{
    pds_evidence_use *const use = job->rules->use;
    const bool partial = made->status == PDS_STATUS_GOOD && made->reasons != PDS_ALL_REASONS;
    if (use == NULL) {
        return PDS_OK;
    }
    if (made->status == PDS_STATUS_UNKNOWN || (!partial && !is_best(g, made))) {
        pds_evidence_use_cut(use, mark, use->count);
        return PDS_OK;
    }
    if (!partial) {
        pds_evidence_use_cut(use, g->used, mark);
    }
    return pds_evidence_use_add(use, made, job->e);
}

static size_t used_so_far(const pds_revocation_job *job)
{
    return job->rules->use != NULL ? job->rules->use->count : 0;
}

/* Takes what one piece of evidence said. */
static pds_code take(pds_revocation_job *job, const pds_revocation_case *of, size_t mark,
                     pds_revocation *made, gathered *g)
{
    PDS_TRY(doubt_age(job, of, made, &g->unproven));
    merge(g, made);
    return keep_use(job, g, mark, made);
}

static pds_code ask_source(pds_revocation_job *job, const pds_revocation_case *of, size_t source,
                           gathered *g)
{
    const pds_evidence *from = job->rules->evidence[source];
    pds_revocation made;
    for (size_t i = 0; from != NULL && i < from->response_count; i++) {
        const size_t mark = used_so_far(job);
        PDS_TRY(pds_ocsp_ask(job, of, &from->responses[i], &made));
        made.evidence = source;
        made.index = i;
        PDS_TRY(take(job, of, mark, &made, g));
    }
    for (size_t i = 0; from != NULL && i < from->crl_count; i++) {
        const size_t mark = used_so_far(job);
        PDS_TRY(pds_crl_ask(job, of, &from->crls[i], &made));
        made.evidence = source;
        made.index = i;
        PDS_TRY(take(job, of, mark, &made, g));
    }
    return PDS_OK;
}

static void object_drop(ASN1_OBJECT **object)
{
    ASN1_OBJECT_free(*object);
}

/* RFC 9608 (noRevAvail) and ETSI EN 319 412-1, 5.2 (validity assured, short-term): for those who
 * are no authority. */
static bool has_no_revocation(const pds_cert *c)
{
    static const char *const extensions[] = { "2.5.29.56", "0.4.0.194121.2.1" };
    const X509 *x509 = pds_cert_x509(c);
    if (pds_cert_is_authority(c)) {
        return false;
    }
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        PDS_OWN(object_drop) ASN1_OBJECT *oid = OBJ_txt2obj(extensions[i], 1);
        if (oid != NULL && X509_get_ext_by_OBJ(x509, oid, -1) >= 0) {
            return true;
        }
    }
    return false;
}

pds_code pds_revocation_ask(pds_revocation_job *job, const pds_revocation_case *of,
                            pds_revocation *out)
{
    gathered g = { .best = { .reason = -1 }, .used = used_so_far(job) };
    for (size_t i = PDS_EVIDENCE_SOURCES; i > 0; i--) {
        PDS_TRY(ask_source(job, of, i - 1, &g));
    }
    if (g.best.status == PDS_STATUS_UNKNOWN && has_no_revocation(of->cert)) {
        g.best.status = PDS_STATUS_NOT_NEEDED;
    }
    g.best.unproven = g.best.status == PDS_STATUS_UNKNOWN && g.unproven;
    *out = g.best;
    return PDS_OK;
}

pds_code pds_revocation_signer_good(pds_revocation_job *job, const pds_revocation_case *of,
                                    bool *good)
{
    pds_revocation said = { .reason = -1 };
    *good = false;
    if (of->depth > PDS_REVOCATION_DEPTH_MAX) {
        return PDS_OK;
    }
    PDS_TRY(pds_revocation_ask(job, of, &said));
    *good = said.status == PDS_STATUS_NOT_NEEDED || (said.status == PDS_STATUS_GOOD && !said.stale);
    return PDS_OK;
}

/* ---- findings ---- */

/* RFC 5280, 5.3.1 */
static const char *reason_name(int reason)
{
    static const char *const names[] = {
        "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
        "superseded",    "cessationOfOperation", "certificateHold", "7",
        "removeFromCRL", "privilegeWithdrawn",   "aACompromise",
    };
    const bool known = reason >= 0 && (size_t)reason < sizeof names / sizeof names[0];
    return known ? names[reason] : "unspecified";
}

/* ETSI EN 319 102-1, 5.5.4: only who proves that the signature existed before is spared. */
static pds_finding_code revoked_code(const pds_revocation *r, bool leaf, const pds_when *when)
{
    if (when->proven && when->at < r->revoked_at) {
        return PDS_F_CERT_REVOKED_LATER;
    }
    if (r->status == PDS_STATUS_ON_HOLD) {
        return PDS_F_CERT_ON_HOLD;
    }
    if (!leaf) {
        return PDS_F_CA_REVOKED_NO_POE;
    }
    return when->earliest != 0 && when->earliest >= r->revoked_at ? PDS_F_CERT_REVOKED
                                                                  : PDS_F_CERT_REVOKED_NO_POE;
}

static pds_code say_revoked(const pds_revocation_job *job, const pds_cert *c,
                            const pds_revocation *r, pds_finding_code code, pds_findings *out)
{
    char at[PDS_TIME_TEXT];
    pds_time_text(r->revoked_at, at);
    if (code == PDS_F_CERT_REVOKED_LATER) {
        return pds_finding_add(
            out, code, job->e,
            "the certificate of '%s' was revoked on %s (%s), after the signature",
            pds_cert_label(c), at, reason_name(r->reason));
    }
    return pds_finding_add(out, code, job->e, "the certificate of '%s' was revoked on %s (%s)",
                           pds_cert_label(c), at, reason_name(r->reason));
}

static pds_code say_unsure(const pds_revocation_job *job, const pds_cert *c,
                           const pds_revocation *r, pds_findings *out)
{
    if (!job->rules->needed || (r->status == PDS_STATUS_GOOD && !r->stale)) {
        return PDS_OK;
    }
    if (r->status == PDS_STATUS_GOOD) {
        return pds_finding_add(out, PDS_F_REVOCATION_STALE, job->e,
                               "what tells that the certificate of '%s' was not revoked is too old",
                               pds_cert_label(c));
    }
    if (r->unproven) {
        return pds_finding_add(out, PDS_F_REVOCATION_NO_POE, job->e,
                               "what tells that the certificate of '%s' was not revoked may have "
                               "been made since by somebody else: its maker's certificate ended",
                               pds_cert_label(c));
    }
    return pds_finding_add(out, PDS_F_REVOCATION_UNKNOWN, job->e,
                           "nothing at hand tells whether the certificate of '%s' was revoked",
                           pds_cert_label(c));
}

static pds_code report(const pds_revocation_job *job, const pds_cert *c, bool leaf,
                       const pds_revocation *r, pds_findings *out)
{
    switch (r->status) {
    case PDS_STATUS_REVOKED:
    case PDS_STATUS_ON_HOLD:
        return say_revoked(job, c, r, revoked_code(r, leaf, job->when), out);
    case PDS_STATUS_UNKNOWN:
    case PDS_STATUS_GOOD:
        return say_unsure(job, c, r, out);
    case PDS_STATUS_NOT_NEEDED:
        break;
    }
    return PDS_OK;
}

/* From the anchor's side down: what an authority says of others depends on what is said of it. */
static pds_code ask_path(pds_revocation_job *job, const pds_certs *certs, pds_revocation *out)
{
    time_t revoked = 0;
    for (size_t i = certs->count - 1; i > 0; i--) {
        const pds_revocation *const said = &out[i - 1];
        const pds_revocation_case of = { .cert = certs->items[i - 1],
                                         .issuer = certs->items[i],
                                         .anchor = certs->items[certs->count - 1],
                                         .issuer_revoked = revoked };
        PDS_TRY(pds_revocation_ask(job, &of, &out[i - 1]));
        if (said->status == PDS_STATUS_REVOKED && (revoked == 0 || said->revoked_at < revoked)) {
            revoked = said->revoked_at;
        }
    }
    return PDS_OK;
}

pds_code pds_revocation_check(const pds_revocation_rules *rules, const pds_path *path,
                              const pds_certs *pool, const pds_when *when, pds_revocation *out,
                              pds_findings *findings, pds_err *e)
{
    const pds_certs *certs = &path->certs;
    pds_revocation_job job = { .rules = rules,
                               .pool = pool,
                               .when = when,
                               .notes = findings,
                               .checks_left = CHECKS_MAX,
                               .e = e };
    if (certs->count == 0) {
        return PDS_OK;
    }
    PDS_TRY(ask_path(&job, certs, out));
    for (size_t i = 0; i + 1 < certs->count; i++) {
        PDS_TRY(report(&job, certs->items[i], i == 0, &out[i], findings));
    }
    out[certs->count - 1] =
        (pds_revocation){ .status = path->anchored ? PDS_STATUS_NOT_NEEDED : PDS_STATUS_UNKNOWN,
                          .reason = -1 };
    return PDS_OK;
}
