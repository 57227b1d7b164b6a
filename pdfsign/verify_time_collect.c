#include "base/grow.h"
#include "base/own.h"
#include "pdfsign/validation_data.h"
#include "pdfsign/verify_time_internal.h"

#include <stdio.h>
#include <stdlib.h>

/* What a signature's judgement relied on, kept for those who judge it later. */

typedef struct collector {
    pds_timing *t;
    pds_validation_data *data;
    const pds_judged *signature;
    pds_validation_of *of; /* of that */
} collector;

/* ---- lists ---- */

static bool holds(const pds_spans *list, pds_span der)
{
    bool found = false;
    for (size_t i = 0; i < list->count && !found; i++) {
        found = pds_span_eq(list->items[i], der);
    }
    return found;
}

/* The same bytes, as long as the data live. */
static pds_code keep(collector *c, pds_span der, pds_span *out)
{
    pds_validation_data *const data = c->data;
    PDS_OWN(pds_buf_drop) pds_buf copy = { 0 };
    pds_buf_put(&copy, der);
    PDS_TRY(pds_buf_end(&copy, c->t->e));
    pds_buf *const more = pds_grow(data->ders, data->der_count, sizeof *more);
    if (more == NULL) {
        PDS_FAIL(c->t->e, PDS_E_NO_MEMORY, "out of memory");
    }
    data->ders = more;
    more[data->der_count] = pds_buf_take(&copy);
    *out = pds_buf_span(&more[data->der_count++]);
    return PDS_OK;
}

/* What the file does not hold, each once. */
static pds_code add(collector *c, pds_dss_kind kind, pds_span der, bool held)
{
    pds_spans *const lacking = &c->data->lacking.of[kind];
    pds_span kept;
    if (held || holds(lacking, der)) {
        return PDS_OK;
    }
    PDS_TRY(keep(c, der, &kept));
    pds_span *const more = pds_grow(lacking->items, lacking->count, sizeof *more);
    if (more == NULL) {
        PDS_FAIL(c->t->e, PDS_E_NO_MEMORY, "out of memory");
    }
    lacking->items = more;
    more[lacking->count++] = kept;
    return PDS_OK;
}

/* ---- certificates ---- */

static bool in_store(const pds_timing *t, pds_span der)
{
    for (size_t i = 0; i < t->file.dss.count; i++) {
        if (pds_span_eq(pds_cert_der(t->file.dss.items[i]), der)) {
            return true;
        }
    }
    return false;
}

/* Where it is looked for when the level is judged: the store, the signature, its timestamps. */
static pds_code add_cert(collector *c, const pds_cert *cert)
{
    const pds_span der = pds_cert_der(cert);
    bool held = in_store(c->t, der) || holds(&c->signature->cms.certificates, der);
    for (size_t i = 0; i < c->signature->stamp_count; i++) {
        held = held || holds(&c->signature->stamps[i].cms.certificates, der);
    }
    return add(c, PDS_DSS_CERT, der, held);
}

/* ---- evidence ---- */

/* Is it in the file, or equal to what is there? */
static bool is_held(const pds_timing *t, const pds_used *used)
{
    const pds_evidence *const evidence = pds_time_evidence(t, used->evidence);
    bool held = used->evidence < PDS_GROUPS_MAX;
    for (size_t i = 0; i < t->file.group_count && !held; i++) {
        held = pds_evidence_holds(t->file.groups[i].evidence, evidence, used->kind, used->index);
    }
    return held;
}

static pds_code add_used(collector *c, const pds_used *used)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    if (used->cert != NULL) {
        return add_cert(c, used->cert);
    }
    const pds_evidence *const evidence = pds_time_evidence(c->t, used->evidence);
    PDS_TRY(pds_evidence_der(evidence, used->kind, used->index, &der, c->t->e));
    return add(c, used->kind == PDS_BY_OCSP ? PDS_DSS_OCSP : PDS_DSS_CRL, pds_buf_span(&der),
               is_held(c->t, used));
}

static bool is_told(const pds_revocation *r)
{
    return r->status != PDS_STATUS_UNKNOWN && !r->stale;
}

/* As of a time, with what the file holds and nothing else, or with all there is. */
typedef struct question {
    const pds_when *when;
    bool alone;
    time_t since; /* what tells of the first certificate has to be as young; 0: nobody asks */
} question;

typedef struct answer {
    pds_evidence_use use;
    size_t unknown; /* the first of the path whose revocation is not told of; its anchor: none */
} answer;

static void answer_drop(answer *a)
{
    pds_evidence_use_drop(&a->use);
}

/* Who lost a key needs a while to say so, and his issuer to tell (ETSI EN 319 102-1, 5.2.5): older
 * evidence would be silent. Lists of issuers come too seldom to ask that of the rest of a path. */
static bool is_too_early(const question *q, const pds_revocation *r)
{
    return r->status != PDS_STATUS_NOT_NEEDED && r->this_update < q->since;
}

static pds_code ask(collector *c, const pds_path *path, const question *q, answer *out)
{
    pds_revocation said[PDS_PATH_MAX];
    PDS_TRY(pds_time_use(c->t, path, q->when, q->alone, said, &out->use));
    if (path->certs.count > 1 && is_too_early(q, &said[0])) {
        return PDS_OK;
    }
    while (out->unknown + 1 < path->certs.count && is_told(&said[out->unknown])) {
        out->unknown++;
    }
    return PDS_OK;
}

/* What the first answer relies on that tells of all; where none does, the second. */
static pds_code add_evidence(collector *c, const pds_path *path, const question *questions,
                             size_t count, size_t *unknown)
{
    PDS_OWN(answer_drop) answer best = { .unknown = 0 };
    bool complete = false;
    for (size_t i = 0; i < count && !complete; i++) {
        PDS_OWN(answer_drop) answer one = { .unknown = 0 };
        PDS_TRY(ask(c, path, &questions[i], &one));
        complete = one.unknown + 1 == path->certs.count;
        if (complete || i == 1) {
            const answer worse = best;
            best = one;
            one = worse;
        }
    }
    *unknown = best.unknown;
    for (size_t i = 0; i < best.use.count; i++) {
        PDS_TRY(add_used(c, &best.use.items[i]));
    }
    return PDS_OK;
}

static void tell_unknown(collector *c, const pds_cert *cert)
{
    c->of->complete = false;
    if (c->of->unknown[0] == '\0') {
        (void)snprintf(c->of->unknown, sizeof c->of->unknown, "%s", pds_cert_label(cert));
    }
}

static pds_code add_path(collector *c, const pds_path *path, const question *questions,
                         size_t count)
{
    size_t unknown = path->certs.count - 1;
    for (size_t i = 0; i < path->certs.count; i++) {
        PDS_TRY(add_cert(c, path->certs.items[i]));
    }
    if (path->anchored) {
        PDS_TRY(add_evidence(c, path, questions, count, &unknown));
    }
    if (!path->anchored || unknown + 1 < path->certs.count) {
        tell_unknown(c, path->certs.items[unknown]);
    }
    return PDS_OK;
}

/* ---- signatures ---- */

/* What the file holds is passed over then, as far as there is younger. */
static bool anew(const collector *c)
{
    return c->t->v->anew && pds_time_proof(c->t, c->signature->range.revision) == NULL;
}

/* As of when the timestamp is judged; or at least when it was made, as the level has it. */
static pds_code collect_stamp(collector *c, const pds_stamp *stamp)
{
    const time_t time = stamp->cms.tst.time;
    const pds_proof *const proof = pds_time_proof(c->t, c->signature->range.revision);
    const pds_when judged = pds_time_of_stamp(c->t, time, proof);
    const pds_when then = { .at = time, .proven = true, .now = c->t->verifier->now };
    const question questions[] = {
        { &judged, !anew(c), 0 }, { &judged, false, 0 }, { &then, true, 0 }, { &then, false, 0 }
    };
    return add_path(c, &stamp->path, questions, sizeof questions / sizeof questions[0]);
}

static time_t grace_end(const collector *c)
{
    const pds_judged *const s = c->signature;
    const int64_t grace = c->t->v->grace;
    const bool stamp = s->container == PDS_CONTAINER_RFC3161;
    return grace > 0 && s->when.proven && !stamp ? s->when.at + (time_t)grace : 0;
}

static pds_code collect(collector *c)
{
    const pds_judged *const s = c->signature;
    const time_t since = grace_end(c);
    const question questions[] = { { &s->when, !anew(c), since }, { &s->when, false, since } };
    c->of->complete = s->path.certs.count > 0;
    if (!c->of->complete) {
        return PDS_OK;
    }
    PDS_TRY(add_path(c, &s->path, questions, sizeof questions / sizeof questions[0]));
    for (size_t i = 0; i < s->stamp_count; i++) {
        if (s->stamps[i].trusted) {
            PDS_TRY(collect_stamp(c, &s->stamps[i]));
        }
    }
    return PDS_OK;
}

pds_code pds_time_collect(pds_timing *t, pds_validation_data *out)
{
    out->of = calloc(t->v->count, sizeof *out->of);
    if (out->of == NULL) {
        PDS_FAIL(t->e, PDS_E_NO_MEMORY, "out of memory");
    }
    out->count = t->v->count;
    for (size_t i = 0; i < out->count; i++) {
        collector c = { .t = t, .data = out, .signature = &t->v->signatures[i], .of = &out->of[i] };
        PDS_TRY(collect(&c));
    }
    return PDS_OK;
}
