#include "base/own.h"
#include "pdfsign/verify_digest.h"
#include "pdfsign/verify_time_internal.h"

#include <stdlib.h>

/* Timestamps inside of a signature (RFC 3161; ETSI EN 319 122-1, 5.2.8 and 5.3). */

enum { STAMPS_MAX = 16 /* of a kind */ };

/* ---- what they are of ---- */

static pds_code digest_of_value(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    return pds_md_hash_of(md, ((const pds_judged *)self)->cms.signature, out, e);
}

typedef struct document {
    pds_digester digester;
    const pds_judged *signature;
} document;

static pds_code digest_of_document(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    document *const d = self;
    return pds_digest_range(&d->digester, md, d->signature->range.range, out, e);
}

/* ---- read ---- */

static bool has(const pds_findings *f, pds_finding_code code)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->items[i].code == code) {
            return true;
        }
    }
    return false;
}

static pds_indication worst_of(const pds_findings *f)
{
    const char *sub = NULL;
    return pds_findings_worst(f, &sub);
}

/* Is the imprint that of the bytes? What is not readable has none. */
static pds_code imprint_fits(const pds_stamp *stamp, pds_digest_source source, bool *fits,
                             pds_err *e)
{
    uint8_t digest[PDS_DIGEST_MAX];
    const pds_tst_info *const tst = &stamp->cms.tst;
    *fits = true;
    if (tst->imprint_md == PDS_MD_NONE || !has(&stamp->findings, PDS_F_DIGEST_MISMATCH)) {
        return PDS_OK;
    }
    PDS_TRY(source.digest(source.self, tst->imprint_md, digest, e));
    *fits = pds_span_eq(tst->imprint, pds_span_of(digest, pds_md_size(tst->imprint_md)));
    return PDS_OK;
}

/* The first of the worst; NULL: there is none. */
static const pds_finding *worst(const pds_findings *f)
{
    const pds_indication indication = worst_of(f);
    for (size_t i = 0; i < f->count; i++) {
        if (pds_finding_indication(f->items[i].code) == indication) {
            return &f->items[i];
        }
    }
    return NULL;
}

/* How a stamp's fault is told of the signature. */
static const char *text_of(pds_finding_code code)
{
    switch (code) {
    case PDS_F_TIMESTAMP_MISMATCH:
        return N_("the timestamp of %s is of other bytes: %s");
    case PDS_F_TIMESTAMP_WRONG:
        return N_("the timestamp of %s is broken: %s");
    case PDS_F_TIMESTAMP_FUTURE:
        return N_("the timestamp of %s contradicts another time: %s");
    default:
        return N_("the timestamp of %s proves nothing: %s");
    }
}

/* The one that the code is about, or else the worst. */
static const pds_finding *reason_of(const pds_findings *f, pds_finding_code code)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->items[i].code == code) {
            return &f->items[i];
        }
    }
    return worst(f);
}

static pds_code tell(pds_timing *t, pds_judged *s, const pds_stamp *stamp, pds_finding_code code)
{
    char at[PDS_TIME_TEXT] = "?";
    if (stamp->cms.tst.time != 0) {
        pds_time_text(stamp->cms.tst.time, at);
    }
    const pds_finding *const f = reason_of(&stamp->findings, code);
    return pds_judged_place(
        s, pds_finding_add(&s->findings, code, t->e, text_of(code), at, f == NULL ? "" : f->text));
}

static pds_code read_stamp(pds_timing *t, pds_judged *s, pds_stamp *stamp, pds_digest_source source)
{
    bool fits = false;
    const pds_signed_data_input in = {
        .contents = stamp->token,
        .container = PDS_CONTAINER_RFC3161,
        .source = source,
        .limits = &t->verifier->policy.limits,
        .trust = t->verifier->trust,
        .known = &t->file.pool,
    };
    PDS_TRY(pds_signed_data_read(&in, &stamp->cms, t->e));
    PDS_TRY(pds_findings_move(&stamp->findings, &stamp->cms.findings, t->e));
    PDS_TRY(imprint_fits(stamp, source, &fits, t->e));
    if (!fits) {
        PDS_TRY(tell(t, s, stamp, PDS_F_TIMESTAMP_MISMATCH));
    } else if (worst_of(&stamp->findings) == PDS_FAILED) {
        PDS_TRY(tell(t, s, stamp, PDS_F_TIMESTAMP_WRONG));
    }
    return pds_file_evidence_add(t->v, &stamp->cms, s->range.revision, &t->file, t->e);
}

static pds_code note_archive(pds_timing *t, pds_stamp *stamp)
{
    return pds_finding_add(&stamp->findings, PDS_F_TIMESTAMP_NOT_JUDGED, t->e,
                           "an archive timestamp inside of a CMS is not judged: a PDF has document "
                           "timestamps for that");
}

typedef struct kind {
    const char *name;
    const pds_spans *tokens;
    pds_digest_source source; /* no function: not judged */
} kind;

static size_t count_of(const kind *k)
{
    return k->tokens->count < STAMPS_MAX ? k->tokens->count : STAMPS_MAX;
}

static pds_code check_count(pds_timing *t, pds_judged *s, const kind *k)
{
    if (k->tokens->count <= STAMPS_MAX) {
        return PDS_OK;
    }
    return pds_judged_place(
        s, pds_finding_add(&s->findings, PDS_F_TIMESTAMP_UNTRUSTED, t->e,
                           "the signature has %zu timestamps of a kind: no more than %d "
                           "are judged",
                           k->tokens->count, STAMPS_MAX));
}

static pds_code read_kind(pds_timing *t, pds_judged *s, const kind *k)
{
    const size_t count = count_of(k);
    PDS_TRY(check_count(t, s, k));
    for (size_t i = 0; i < count; i++) {
        pds_stamp *const stamp = &s->stamps[s->stamp_count++];
        *stamp = (pds_stamp){ .kind = k->name, .token = k->tokens->items[i] };
        PDS_TRY(k->source.digest == NULL ? note_archive(t, stamp)
                                         : read_stamp(t, s, stamp, k->source));
    }
    return PDS_OK;
}

static void document_drop(document *d)
{
    pds_digester_drop(&d->digester);
}

pds_code pds_time_read_stamps(pds_timing *t, pds_judged *s)
{
    PDS_OWN(document_drop)
    document d = { .digester = { .file = &t->v->file, .known = t->v->known }, .signature = s };
    const kind kinds[] = {
        { "content", &s->cms.content_timestamps, { digest_of_document, &d } },
        { "signature", &s->cms.timestamps, { digest_of_value, s } },
        { "archive", &s->cms.archive_timestamps, { NULL, NULL } },
    };
    const size_t total = count_of(&kinds[0]) + count_of(&kinds[1]) + count_of(&kinds[2]);
    if (total == 0) {
        return PDS_OK;
    }
    s->stamps = calloc(total, sizeof *s->stamps);
    if (s->stamps == NULL) {
        PDS_FAIL(t->e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        PDS_TRY(read_kind(t, s, &kinds[i]));
    }
    return PDS_OK;
}

/* ---- judged ---- */

/* What is not known now may be known later, which another code would hide. */
static pds_finding_code code_of(const pds_findings *f)
{
    const pds_finding *const why = worst(f);
    if (has(f, PDS_F_TIMESTAMP_FUTURE)) {
        return PDS_F_TIMESTAMP_FUTURE;
    }
    return why != NULL && strcmp(pds_finding_sub(why->code), "TRY_LATER") == 0
               ? why->code
               : PDS_F_TIMESTAMP_UNTRUSTED;
}

static pds_code judge_stamp(pds_timing *t, pds_judged *s, pds_stamp *stamp)
{
    const time_t time = stamp->cms.tst.time;
    const pds_proof *const proof = pds_time_proof(t, s->range.revision);
    const pds_subject authority = { .leaf = stamp->cms.signer,
                                    .service = true,
                                    .when = pds_time_of_stamp(t, time, proof) };
    if (stamp->cms.signer != NULL) {
        PDS_TRY(pds_time_path(t, &authority, &stamp->path, &stamp->revocation, &stamp->findings));
        PDS_TRY(pds_time_check_authority(t, stamp->cms.signer, time, &stamp->findings));
    }
    PDS_TRY(pds_time_check_order(t, time, proof != NULL ? proof->time : 0, &stamp->findings));
    stamp->trusted = worst_of(&stamp->findings) == PDS_PASSED;
    if (stamp->trusted) {
        return PDS_OK;
    }
    return tell(t, s, stamp, code_of(&stamp->findings));
}

pds_code pds_time_judge_stamps(pds_timing *t, pds_judged *s)
{
    for (size_t i = 0; i < s->stamp_count; i++) {
        pds_stamp *const stamp = &s->stamps[i];
        /* a broken one has been told of, an archive one is not judged */
        if (worst_of(&stamp->findings) != PDS_FAILED && stamp->cms.length != 0) {
            PDS_TRY(judge_stamp(t, s, stamp));
        }
    }
    return PDS_OK;
}
