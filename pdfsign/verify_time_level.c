#include "pdfsign/verify_time_internal.h"

/* The PAdES level that a signature reached (ETSI EN 319 142-1, 6), and how long that holds. */

static bool is_proof(const pds_stamp *stamp)
{
    return stamp->trusted && strcmp(stamp->kind, "signature") == 0;
}

/* ---- B-B ---- */

static bool breaks_format(const pds_findings *f)
{
    for (size_t i = 0; i < f->count; i++) {
        if (strcmp(pds_finding_sub(f->items[i].code), "FORMAT_FAILURE") == 0) {
            return true;
        }
    }
    return false;
}

/* /M and no /Cert. */
static bool has_right_entries(pds_span dict)
{
    pds_iter it = pds_iter_of(dict);
    pds_span key = { 0 };
    pds_span value = { 0 };
    bool has_time = false;
    bool has_certs = false;
    while (pds_iter_next(&it, &key, &value)) {
        has_time = has_time || pds_value_is_name(key, "M");
        has_certs = has_certs || pds_value_is_name(key, "Cert");
    }
    return has_time && !has_certs;
}

/* Table 1: the time is that of /M, certificates are in the CMS, which is DER and names the
 * signer's.
 */
static bool is_baseline(const pds_judged *s)
{
    return s->supported && s->container == PDS_CONTAINER_CADES && s->cms.signer != NULL &&
           s->cms.ess && !s->cms.ber && !s->cms.has_signing_time && !breaks_format(&s->findings) &&
           has_right_entries(pds_buf_span(&s->dict));
}

/* ---- B-T ---- */

static bool has_time(const pds_timing *t, const pds_judged *s)
{
    bool proven = pds_time_proof(t, s->range.revision) != NULL;
    for (size_t i = 0; i < s->stamp_count; i++) {
        proven = proven || is_proof(&s->stamps[i]);
    }
    return proven;
}

/* ---- B-LT ---- */

static bool among(const pds_spans *list, const pds_cert *c)
{
    for (size_t i = 0; i < list->count; i++) {
        if (pds_span_eq(list->items[i], pds_cert_der(c))) {
            return true;
        }
    }
    return false;
}

static bool in_file(const pds_timing *t, const pds_judged *s, const pds_cert *c)
{
    bool found = among(&s->cms.certificates, c);
    for (size_t i = 0; i < s->stamp_count; i++) {
        found = found || among(&s->stamps[i].cms.certificates, c);
    }
    for (size_t i = 0; i < t->file.dss.count; i++) {
        found = found || pds_span_eq(pds_cert_der(t->file.dss.items[i]), pds_cert_der(c));
    }
    return found;
}

/* What is asked of the file: what stands in it up to a revision. */
typedef struct completeness {
    pds_timing *t;
    uint32_t revision;
    bool is;
    time_t until; /* as in pds_told */
} completeness;

/* Certificates, but for the anchor, and what tells whether they were revoked. */
static pds_code need_path(completeness *c, const pds_judged *s, const pds_path *path,
                          const pds_when *when)
{
    pds_told told = { .all = false };
    if (!c->is) {
        return PDS_OK;
    }
    PDS_TRY(pds_time_told(c->t, path, when, c->revision, &told));
    c->is = told.all;
    for (size_t i = 0; i + 1 < path->certs.count; i++) {
        c->is = c->is && in_file(c->t, s, path->certs.items[i]);
    }
    if (told.until != 0 && (c->until == 0 || told.until < c->until)) {
        c->until = told.until;
    }
    return PDS_OK;
}

/* A timestamp's authority is to be known at least as of the time that it says. */
static pds_when when_made(const pds_timing *t, const pds_signed_data_found *cms)
{
    return (pds_when){ .at = cms->tst.time, .proven = true, .now = t->verifier->now };
}

static pds_code need_signature(completeness *c, const pds_judged *s)
{
    PDS_TRY(need_path(c, s, &s->path, &s->when));
    for (size_t i = 0; i < s->stamp_count; i++) {
        const pds_stamp *const stamp = &s->stamps[i];
        const pds_when then = when_made(c->t, &stamp->cms);
        PDS_TRY(is_proof(stamp) ? need_path(c, s, &stamp->path, &then) : PDS_OK);
    }
    return PDS_OK;
}

static pds_code need_proof(completeness *c, const pds_proof *p)
{
    const pds_when then = when_made(c->t, &p->stamp->cms);
    return need_path(c, p->stamp, &p->stamp->path, &then);
}

static bool covers(const pds_proof *p, const pds_judged *s)
{
    return s->range.revision != 0 && p->revision > s->range.revision;
}

/* A document timestamp that covers the signature and nothing that proves it is a proof of time like
 * a signature timestamp. */
static pds_code is_long_term(completeness *c, const pds_judged *s)
{
    const pds_proof *const proof = pds_time_proof(c->t, s->range.revision);
    bool stamped = false;
    for (size_t i = 0; i < s->stamp_count; i++) {
        stamped = stamped || is_proof(&s->stamps[i]);
    }
    PDS_TRY(need_signature(c, s));
    return stamped || proof == NULL ? PDS_OK : need_proof(c, proof);
}

/* ---- B-LTA ---- */

static bool was_revoked(const pds_judged *stamp)
{
    for (size_t i = 0; i < stamp->findings.count; i++) {
        if (stamp->findings.items[i].code == PDS_F_CERT_REVOKED_LATER) {
            return true;
        }
    }
    return false;
}

/* Does a document timestamp count without those behind it? The file can't tell of its authority
 * then, for what does would have to come before it. */
static bool stands_alone(const pds_timing *t, const pds_proof *p)
{
    return p == &t->proofs[0] || (p->ends >= t->verifier->at && !was_revoked(p->stamp));
}

/* With `last` as the last of the chain: what it covers tells of all but itself. */
static pds_code is_archived(pds_timing *t, const pds_judged *s, const pds_proof *last, bool *is)
{
    completeness c = { .t = t, .revision = last->revision, .is = true };
    PDS_TRY(need_signature(&c, s));
    for (size_t i = 0; i < t->proof_count; i++) {
        const pds_proof *const p = &t->proofs[i];
        PDS_TRY(covers(p, s) && p->revision < last->revision ? need_proof(&c, p) : PDS_OK);
    }
    *is = c.is;
    return PDS_OK;
}

static pds_code is_in_archive(pds_timing *t, const pds_judged *s, bool *is)
{
    enum { TRIES_MAX = 4 /* each looks at all the others */ };
    size_t tries = 0;
    *is = false;
    for (size_t i = 0; i < t->proof_count && !*is && tries < TRIES_MAX; i++) {
        const pds_proof *const p = &t->proofs[i];
        if (covers(p, s) && stands_alone(t, p)) {
            PDS_TRY(is_archived(t, s, p, is));
            tries++;
        }
    }
    return PDS_OK;
}

/* Whatever its format, which the other levels don't depend on. */
static pds_code find_lasting(pds_timing *t, pds_judged *s)
{
    completeness c = { .t = t, .revision = UINT32_MAX, .is = true };
    bool archived = false;
    s->lasting = PDS_LEVEL_B;
    if (!has_time(t, s)) {
        return PDS_OK;
    }
    s->lasting = PDS_LEVEL_T;
    PDS_TRY(is_in_archive(t, s, &archived));
    if (archived) {
        s->lasting = PDS_LEVEL_LTA;
        return PDS_OK;
    }
    PDS_TRY(is_long_term(&c, s));
    if (c.is) {
        s->lasting = PDS_LEVEL_LT;
        s->expires = c.until != 0 && c.until < s->expires ? c.until : s->expires;
    }
    return PDS_OK;
}

/* ---- the end ---- */

/* Each proof of time stands for itself; without any, the signer's own path ends it. What nothing
 * but B-LT proves ends with those who said that the certificates were good. */
static time_t end_of(const pds_timing *t, const pds_judged *s)
{
    time_t end = 0;
    for (size_t i = 0; i < s->stamp_count; i++) {
        const time_t one = is_proof(&s->stamps[i]) ? pds_time_path_end(&s->stamps[i].path) : 0;
        end = one > end ? one : end;
    }
    for (size_t i = 0; i < t->proof_count; i++) {
        const pds_proof *const p = &t->proofs[i];
        end = covers(p, s) && p->ends > end ? p->ends : end;
    }
    return end != 0 ? end : pds_time_path_end(&s->path);
}

pds_code pds_time_level(pds_timing *t, pds_judged *s)
{
    s->expires = end_of(t, s);
    if (s->supported && s->container != PDS_CONTAINER_RFC3161) {
        PDS_TRY(find_lasting(t, s));
    }
    s->level = is_baseline(s) ? s->lasting : PDS_LEVEL_NONE;
    return PDS_OK;
}
