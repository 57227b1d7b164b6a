#include "base/base64.h"
#include "base/own.h"
#include "pdfsign/result.h"
#include "pdfsign/signature_dict.h"
#include "pdfsign/state.h"
#include "pdfsign/write.h"

#include <pds/sign.h>

#include <stdio.h>
#include <string.h>

enum { ANSWER_MAX_BYTES = 1 << 20 };

typedef struct finish {
    const pds_finish_job *job;
    pds_state state;
    pds_file input;
    pds_publish *out;
    pds_buf cms;
} finish;

static void finish_drop(finish *f)
{
    pds_buf_drop(&f->cms);
    pds_publish_drop(&f->out);
    pds_file_close(&f->input);
    pds_state_drop(&f->state);
}

static pds_code check_job(const pds_finish_job *job, pds_err *e)
{
    if ((job->signature == NULL) == (job->cms == NULL)) {
        PDS_FAIL(e, PDS_E_USAGE, "one of --signature and --cms is needed to finish a job");
    }
    if (job->output.path == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "no output is named");
    }
    return PDS_OK;
}

static pds_code changed(pds_err *e, const char *path)
{
    return pds_err_file(
        pds_err_hint(pds_fail(e, PDS_E_STATE_MISMATCH, __func__,
                              "the file is not the one that the job was prepared for"),
                     e, "prepare again; the signature made for the old bytes is of no use"),
        e, path);
}

static pds_code open_input(finish *f, pds_err *e)
{
    const char *path = f->job->input != NULL ? f->job->input : f->state.input;
    PDS_TRY(pds_file_open(path, &f->input, e));
    return f->input.size == f->state.input_bytes ? PDS_OK : changed(e, path);
}

/* Copies the input again, which proves that it is the prepared one. */
static pds_code copy_and_compare(finish *f, pds_err *e)
{
    PDS_OWN(pds_digests_drop) pds_digests digests = { .of = { NULL } };
    uint8_t digest[PDS_DIGEST_MAX];
    PDS_TRY(pds_digests_want(&digests, f->state.digest, e));
    PDS_TRY(pds_copy_file(&f->input, f->out, &digests, e));
    PDS_TRY(pds_digests_end(&digests, f->state.digest, pds_buf_span(&f->state.update),
                            &f->state.hole, digest, e));
    bool same = memcmp(digest, f->state.document_digest, pds_digest_size(f->state.digest)) == 0;
    return same ? PDS_OK : changed(e, f->input.path);
}

/* Takes "-----BEGIN …-----" and its end away, so that base64 is left. */
static pds_span without_armour(pds_span text)
{
    static const char dashes[] = "-----";
    const uint8_t *begin = memmem(text.ptr, text.len, dashes, 5);
    const uint8_t *end = text.ptr + text.len;
    if (begin == NULL) {
        return text;
    }
    begin = memmem(begin + 5, (size_t)(end - begin - 5), dashes, 5);
    if (begin == NULL) {
        return text;
    }
    begin += 5;
    const uint8_t *close = memmem(begin, (size_t)(end - begin), dashes, 5);
    return close == NULL ? text : pds_span_of(begin, (size_t)(close - begin));
}

/* A file's bytes, or what its base64 text stands for. */
static pds_code read_answer(const char *path, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf decoded = { .max = ANSWER_MAX_BYTES };
    out->max = ANSWER_MAX_BYTES;
    PDS_TRY(pds_file_slurp(path, ANSWER_MAX_BYTES, out, e));
    if (pds_base64_take(without_armour(pds_buf_span(out)), &decoded) && decoded.len > 0) {
        pds_buf_drop(out);
        *out = pds_buf_take(&decoded);
    }
    return pds_buf_end(out, e);
}

static pds_code cms_from_signature(finish *f, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf value = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf attributes = { 0 };
    pds_signer signer = pds_state_signer(&f->state);
    size_t size = pds_digest_size(f->state.digest);

    if (signer.cert == NULL) {
        return pds_err_hint(pds_fail(e, PDS_E_STATE_MISMATCH, __func__,
                                     "the job was prepared without a certificate"),
                            e, "finish it with --cms, or prepare it again with --cert");
    }
    PDS_TRY(read_answer(f->job->signature, &value, e));
    PDS_TRY(pds_signed_attributes(&signer, pds_span_of(f->state.document_digest, size), &attributes,
                                  e));
    PDS_TRY(pds_err_file(pds_cert_verify(signer.cert, signer.algorithm, pds_buf_span(&attributes),
                                         pds_buf_span(&value), e),
                         e, f->job->signature));
    const pds_signed_value parts = { .attributes = pds_buf_span(&attributes),
                                     .signature = pds_buf_span(&value) };
    return pds_signed_data(&signer, &parts, &f->cms, e);
}

static pds_code foreign_cms(finish *f, pds_err *e)
{
    PDS_OWN(pds_cert_drop) pds_cert *signer = NULL;
    pds_span digest = pds_span_of(f->state.document_digest, pds_digest_size(f->state.digest));
    PDS_TRY(read_answer(f->job->cms, &f->cms, e));
    PDS_TRY(pds_signed_data_check(pds_buf_span(&f->cms), digest, f->state.digest, &signer, e));
    if (f->state.cert != NULL && !pds_span_eq(pds_cert_der(signer), pds_cert_der(f->state.cert))) {
        return pds_err_expected(pds_fail(e, PDS_E_STATE_MISMATCH, __func__,
                                         "the CMS is by another signer than the prepared one"),
                                e, pds_cert_label(f->state.cert), pds_cert_label(signer));
    }
    return PDS_OK;
}

static pds_code check_room(const finish *f, pds_err *e)
{
    size_t room = (f->state.hole.close - f->state.hole.open - 2) / 2;
    if (f->cms.len <= room) {
        return PDS_OK;
    }
    return pds_err_hint(
        pds_fail(e, PDS_E_STATE_MISMATCH, __func__,
                 "the CMS has %zu bytes, the prepared room is %zu", f->cms.len, room),
        e, "prepare without --cert for a CMS that brings more, such as a timestamp");
}

static pds_code report(const finish *f, pds_sign_result *result, pds_err *e)
{
    const pds_state *s = &f->state;
    pds_signer signer = pds_state_signer(s);
    memcpy(result->field, s->field, sizeof result->field);
    memcpy(result->signing_time, s->signing_time, sizeof result->signing_time);
    memcpy(result->byte_range, s->hole.byte_range, sizeof result->byte_range);
    (void)snprintf(result->sub_filter, sizeof result->sub_filter, "%s", PDS_SUB_FILTER);
    (void)snprintf(result->digest, sizeof result->digest, "%s", pds_digest_name(s->digest));
    if (s->cert != NULL) {
        (void)snprintf(result->scheme, sizeof result->scheme, "%s",
                       pds_scheme_name(s->algorithm.scheme));
    }
    result->level = PDS_LEVEL_B;
    result->page = s->page;
    result->new_field = s->new_field;
    result->input_bytes = s->input_bytes;
    result->output_bytes = s->input_bytes + s->update.len;
    result->contents_room = (s->hole.close - s->hole.open - 2) / 2;
    result->cms_bytes = f->cms.len;
    return pds_result_digests(result, &signer, s->digest, s->document_digest, e);
}

pds_code pds_sign_finish(const pds_finish_job *job, pds_sign_result *result, pds_err *e)
{
    PDS_OWN(finish_drop) finish f = { .job = job, .input = PDS_FILE_NONE };

    memset(result, 0, sizeof *result);
    PDS_TRY(check_job(job, e));
    PDS_TRY(pds_state_load(job->state, &f.state, e));
    PDS_TRY(open_input(&f, e));
    PDS_TRY(pds_publish_open(&job->output, &f.input, &f.out, e));
    PDS_TRY(copy_and_compare(&f, e));
    PDS_TRY(job->cms != NULL ? foreign_cms(&f, e) : cms_from_signature(&f, e));
    PDS_TRY(check_room(&f, e));
    PDS_TRY(pds_hole_fill(&f.state.update, &f.state.hole, pds_buf_span(&f.cms), e));
    PDS_TRY(pds_write_update(f.out, pds_buf_span(&f.state.update), &f.input, e));
    return report(&f, result, e);
}
