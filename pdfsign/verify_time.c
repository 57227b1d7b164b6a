#include "base/grow.h"
#include "base/interrupt.h"
#include "base/own.h"
#include "pdfsign/verify_time_internal.h"

#include <stdlib.h>

/* Validation with time (ETSI EN 319 102-1, 5.3, 5.5 and 5.6): proofs of existence are gathered from
 * the newest document timestamp backwards, then each signature is judged as of its earliest one. */

static void timing_drop(pds_timing *t)
{
    pds_file_evidence_drop(&t->file);
    pds_evidence_drop(&t->fetched);
    pds_certs_drop(&t->asked);
    pds_certs_drop(&t->strays);
    free(t->proofs);
}

static pds_indication worst_of(const pds_findings *f)
{
    const char *sub = NULL;
    return pds_findings_worst(f, &sub);
}

static bool is_document_stamp(const pds_judged *s)
{
    return s->supported && s->container == PDS_CONTAINER_RFC3161;
}

/* ---- times against each other ---- */

const pds_proof *pds_time_proof(const pds_timing *t, uint32_t revision)
{
    const pds_proof *best = NULL;
    for (size_t i = 0; i < t->proof_count && revision != 0; i++) {
        const pds_proof *const p = &t->proofs[i];
        if (p->revision > revision && (best == NULL || p->time < best->time)) {
            best = p;
        }
    }
    return best;
}

pds_code pds_time_check_order(pds_timing *t, time_t time, time_t proven, pds_findings *findings)
{
    char said[PDS_TIME_TEXT];
    char other[PDS_TIME_TEXT];
    const int64_t skew = t->verifier->policy.clock_skew;
    pds_time_text(time, said);
    if (time > t->verifier->now + skew) {
        return pds_finding_add(findings, PDS_F_TIMESTAMP_FUTURE, t->e,
                               "the timestamp says %s, which lies ahead", said);
    }
    if (proven != 0 && time > proven + skew) {
        pds_time_text(proven, other);
        return pds_finding_add(findings, PDS_F_TIMESTAMP_FUTURE, t->e,
                               "the timestamp says %s, but another one covers it since %s", said,
                               other);
    }
    return PDS_OK;
}

pds_code pds_time_check_authority(pds_timing *t, const pds_cert *authority, time_t time,
                                  pds_findings *findings)
{
    char said[PDS_TIME_TEXT];
    if (pds_cert_not_before(authority) <= time && time <= pds_cert_not_after(authority)) {
        return PDS_OK;
    }
    pds_time_text(time, said);
    return pds_finding_add(findings, PDS_F_CERT_OUT_OF_BOUNDS, t->e,
                           "the certificate of '%s' was not valid at the time that the timestamp "
                           "says, %s",
                           pds_cert_label(authority), said);
}

/* ---- document timestamps ---- */

static pds_code add_proof(pds_timing *t, const pds_judged *s)
{
    pds_proof *const more = pds_grow(t->proofs, t->proof_count, sizeof *more);
    if (more == NULL) {
        PDS_FAIL(t->e, PDS_E_NO_MEMORY, "out of memory");
    }
    t->proofs = more;
    more[t->proof_count++] = (pds_proof){ .revision = s->range.revision,
                                          .time = s->cms.tst.time,
                                          .ends = pds_time_path_end(&s->path),
                                          .stamp = s };
    pds_file_evidence_prove(&t->file, s->range.revision, s->cms.tst.time);
    return PDS_OK;
}

/* No stamp is judged as of a time before it was made. */
pds_when pds_time_of_stamp(const pds_timing *t, time_t time, const pds_proof *proof)
{
    const pds_verifier *const verifier = t->verifier;
    const bool later = verifier->at_given && time > verifier->at && time <= verifier->now;
    return (pds_when){ .at = proof != NULL ? proof->time
                             : later       ? time
                                           : verifier->at,
                       .proven = proof != NULL,
                       .now = verifier->now };
}

static pds_code judge_document_stamp(pds_timing *t, pds_judged *s)
{
    const time_t time = s->cms.tst.time;
    const pds_proof *const proof = pds_time_proof(t, s->range.revision);
    s->when = pds_time_of_stamp(t, time, proof);
    s->proven_by = proof != NULL ? "document timestamp" : NULL;
    if (s->cms.signer == NULL) {
        return PDS_OK;
    }
    const pds_subject authority = { .leaf = s->cms.signer, .service = true, .when = s->when };
    PDS_TRY(pds_time_path(t, &authority, &s->path, &s->revocation, &s->findings));
    PDS_TRY(pds_time_check_authority(t, s->cms.signer, time, &s->findings));
    PDS_TRY(pds_time_check_order(t, time, proof != NULL ? proof->time : 0, &s->findings));
    PDS_TRY(pds_time_level(t, s));
    return worst_of(&s->findings) == PDS_PASSED && s->range.revision != 0 ? add_proof(t, s)
                                                                          : PDS_OK;
}

/* ---- signatures ---- */

/* The latest time that a content timestamp, or anything signed before, proves not to be later than
 * the signature. */
static time_t earliest_of(const pds_timing *t, const pds_judged *s)
{
    time_t earliest = t->floor;
    for (size_t i = 0; i < s->stamp_count; i++) {
        const pds_stamp *const stamp = &s->stamps[i];
        if (stamp->trusted && strcmp(stamp->kind, "content") == 0 &&
            stamp->cms.tst.time > earliest) {
            earliest = stamp->cms.tst.time;
        }
    }
    return earliest;
}

/* Best-signature-time (ETSI EN 319 102-1, 5.5.4). */
static void find_proof(const pds_timing *t, const pds_judged *s, time_t *time, const char **by)
{
    const pds_proof *const proof = pds_time_proof(t, s->range.revision);
    *time = proof != NULL ? proof->time : 0;
    *by = proof != NULL ? "document timestamp" : NULL;
    for (size_t i = 0; i < s->stamp_count; i++) {
        const pds_stamp *const stamp = &s->stamps[i];
        if (stamp->trusted && strcmp(stamp->kind, "signature") == 0 &&
            (*by == NULL || stamp->cms.tst.time <= *time)) {
            *time = stamp->cms.tst.time;
            *by = "signature timestamp";
        }
    }
}

static void set_when(const pds_timing *t, pds_judged *s)
{
    const pds_verifier *const verifier = t->verifier;
    const char *by = NULL;
    time_t proven = 0;
    find_proof(t, s, &proven, &by);
    s->when = (pds_when){ .at = verifier->at, .earliest = earliest_of(t, s), .now = verifier->now };
    if (by != NULL && (!verifier->at_given || proven <= verifier->at)) {
        s->when.at = proven;
        s->when.proven = true;
        s->proven_by = by;
    }
}

static pds_code check_floor(pds_timing *t, pds_judged *s)
{
    char early[PDS_TIME_TEXT];
    char late[PDS_TIME_TEXT];
    if (!s->when.proven || s->when.earliest <= s->when.at + t->verifier->policy.clock_skew) {
        return PDS_OK;
    }
    pds_time_text(s->when.at, early);
    pds_time_text(s->when.earliest, late);
    return pds_finding_add(&s->findings, PDS_F_TIMESTAMP_FUTURE, t->e,
                           "the signature is proven to have existed on %s, but what it covers is "
                           "proven to be no older than %s",
                           early, late);
}

static pds_code judge_signature(pds_timing *t, pds_judged *s)
{
    PDS_TRY(pds_time_judge_stamps(t, s));
    set_when(t, s);
    PDS_TRY(check_floor(t, s));
    if (s->cms.signer == NULL) {
        return PDS_OK;
    }
    const pds_subject signer = { .leaf = s->cms.signer, .when = s->when };
    PDS_TRY(pds_time_path(t, &signer, &s->path, &s->revocation, &s->findings));
    return pds_time_level(t, s);
}

/* What follows covers this signature and its timestamps: it is younger. */
static void raise_floor(pds_timing *t, const pds_judged *s)
{
    const bool stamp = is_document_stamp(s);
    if (s->range.revision == 0) {
        return;
    }
    if (stamp && worst_of(&s->findings) == PDS_PASSED && s->cms.tst.time > t->floor) {
        t->floor = s->cms.tst.time;
    }
    for (size_t i = 0; i < s->stamp_count; i++) {
        if (s->stamps[i].trusted && s->stamps[i].cms.tst.time > t->floor) {
            t->floor = s->stamps[i].cms.tst.time;
        }
    }
}

/* ---- all of it ---- */

static pds_code gather(pds_timing *t)
{
    pds_verifying *const v = t->v;
    PDS_TRY(pds_file_evidence_read(v, &t->file, t->e));
    for (size_t i = 0; i < v->count; i++) {
        pds_judged *const s = &v->signatures[i];
        PDS_TRY(pds_file_evidence_add(v, &s->cms, s->range.revision, &t->file, t->e));
        if (!is_document_stamp(s)) {
            PDS_TRY(pds_time_read_stamps(t, s));
        }
    }
    return PDS_OK;
}

static pds_code judge(pds_timing *t)
{
    pds_verifying *const v = t->v;
    for (size_t i = v->count; i > 0; i--) {
        PDS_TRY(pds_interrupt_check(t->e));
        if (is_document_stamp(&v->signatures[i - 1])) {
            PDS_TRY(judge_document_stamp(t, &v->signatures[i - 1]));
        }
    }
    for (size_t i = 0; i < v->count; i++) {
        PDS_TRY(pds_interrupt_check(t->e));
        if (!is_document_stamp(&v->signatures[i])) {
            PDS_TRY(judge_signature(t, &v->signatures[i]));
        }
        raise_floor(t, &v->signatures[i]);
    }
    return PDS_OK;
}

pds_code pds_verify_time(pds_verifying *v, pds_err *e)
{
    pds_verifier *const verifier = v->verifier;
    PDS_OWN(timing_drop)
    pds_timing t = {
        .v = v,
        .verifier = verifier,
        .signer_rules = { verifier->trust, &verifier->policy.path },
        .service_rules = { verifier->trust, &verifier->policy.service_path },
        .e = e,
    };
    if (v->count == 0) {
        return PDS_OK;
    }
    PDS_TRY(gather(&t));
    PDS_TRY(judge(&t));
    return v->collect != NULL ? pds_time_collect(&t, v->collect) : PDS_OK;
}
