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

/* Certificates, but for the anchor, and what tells whether they were revoked. */
static pds_code is_complete(pds_timing *t, const pds_judged *s, const pds_path *path,
                            const pds_when *when, uint32_t revision, bool *complete)
{
    PDS_TRY(pds_time_told(t, path, when, revision, complete));
    for (size_t i = 0; i + 1 < path->certs.count; i++) {
        *complete = *complete && in_file(t, s, path->certs.items[i]);
    }
    return PDS_OK;
}

/* With what stands in the file up to a revision. */
static pds_code is_long_term(pds_timing *t, const pds_judged *s, uint32_t revision, bool *is)
{
    PDS_TRY(is_complete(t, s, &s->path, &s->when, revision, is));
    for (size_t i = 0; i < s->stamp_count && *is; i++) {
        const pds_stamp *const stamp = &s->stamps[i];
        const pds_when then = { .at = stamp->cms.tst.time,
                                .proven = true,
                                .now = t->verifier->now };
        if (is_proof(stamp)) {
            PDS_TRY(is_complete(t, s, &stamp->path, &then, revision, is));
        }
    }
    return PDS_OK;
}

/* ---- B-LTA ---- */

/* The newest document timestamp that covers the signature; 0: there is none. */
static uint32_t newest_proof(const pds_timing *t, uint32_t revision)
{
    const bool any = pds_time_proof(t, revision) != NULL;
    return any ? t->proofs[0].revision : 0;
}

/* Whatever its format, which the other levels don't depend on. */
static pds_code find_lasting(pds_timing *t, const pds_judged *s, pds_level *level)
{
    bool is = false;
    const uint32_t archived = newest_proof(t, s->range.revision);
    *level = PDS_LEVEL_B;
    if (!has_time(t, s)) {
        return PDS_OK;
    }
    *level = PDS_LEVEL_T;
    PDS_TRY(is_long_term(t, s, UINT32_MAX, &is));
    if (!is) {
        return PDS_OK;
    }
    *level = PDS_LEVEL_LT;
    if (archived == 0) {
        return PDS_OK;
    }
    PDS_TRY(is_long_term(t, s, archived, &is));
    *level = is ? PDS_LEVEL_LTA : PDS_LEVEL_LT;
    return PDS_OK;
}

/* ---- the end ---- */

/* Each proof of time stands for itself; without any, the signer's own path ends it. */
static time_t end_of(const pds_timing *t, const pds_judged *s)
{
    time_t end = 0;
    for (size_t i = 0; i < s->stamp_count; i++) {
        const time_t one = is_proof(&s->stamps[i]) ? pds_time_path_end(&s->stamps[i].path) : 0;
        end = one > end ? one : end;
    }
    for (size_t i = 0; i < t->proof_count; i++) {
        const pds_proof *const p = &t->proofs[i];
        const bool covers = s->range.revision != 0 && p->revision > s->range.revision;
        end = covers && p->ends > end ? p->ends : end;
    }
    return end != 0 ? end : pds_time_path_end(&s->path);
}

pds_code pds_time_level(pds_timing *t, pds_judged *s)
{
    s->expires = end_of(t, s);
    if (s->supported && s->container != PDS_CONTAINER_RFC3161) {
        PDS_TRY(find_lasting(t, s, &s->lasting));
    }
    s->level = is_baseline(s) ? s->lasting : PDS_LEVEL_NONE;
    return PDS_OK;
}
