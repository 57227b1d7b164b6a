#include "base/own.h"
#include "pdfsign/finish_cms.h"
#include "pdfsign/result.h"
#include "pdfsign/signature_dict.h"
#include "pdfsign/verify_digest.h"
#include "pdfsign/write.h"

#include <pds/sign.h>

#include <stdio.h>
#include <string.h>

typedef struct finish {
    const pds_finish_job *job;
    pds_state state;
    pds_file input;
    pds_publish *out;
    pds_digests digests;     /* of the input, then of the signed update too */
    pds_known_digests known; /* of the input */
    pds_buf cms;
} finish;

static void finish_drop(finish *f)
{
    pds_buf_drop(&f->cms);
    pds_known_digests_drop(&f->known);
    pds_digests_drop(&f->digests);
    pds_publish_drop(&f->out);
    pds_file_close(&f->input);
    pds_state_drop(&f->state);
}

static pds_raise raise_of(const pds_finish_job *job)
{
    return (pds_raise){ .level = job->level,
                        .stamper = job->stamper,
                        .zone = job->zone,
                        .allow_lower = job->allow_lower_level };
}

static pds_code check_job(const pds_finish_job *job, pds_err *e)
{
    const pds_raise up = raise_of(job);
    if ((job->signature == NULL) == (job->cms == NULL)) {
        PDS_FAIL(e, PDS_E_USAGE, "one of --signature and --cms is needed to finish a job");
    }
    if (job->output.path == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "no output is named");
    }
    return pds_raise_check(&up, e);
}

/* What was promised when the job was prepared is not forgotten in silence. */
static pds_code check_level(const finish *f, pds_err *e)
{
    const pds_level wanted = f->state.level;
    if (wanted < PDS_LEVEL_T || f->job->level >= wanted) {
        return PDS_OK;
    }
    return pds_err_hint(
        pds_err_expected(
            pds_fail(e, PDS_E_USAGE, __func__, "the job was prepared for a higher level"), e,
            pds_level_name(wanted), pds_level_name(f->job->level)),
        e, "give its --level and --tsa; with --allow-lower-level if nobody stamps now");
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

static pds_code want_digests(finish *f, pds_err *e)
{
    if (f->job->level == PDS_LEVEL_LTA) {
        PDS_TRY(pds_digests_want(&f->digests, pds_stamper_digest(f->job->stamper), e));
    }
    return pds_digests_want(&f->digests, f->state.digest, e);
}

/* Copies the input again, which proves that it is the prepared one. */
static pds_code copy_and_compare(finish *f, pds_err *e)
{
    uint8_t digest[PDS_DIGEST_MAX];
    PDS_TRY(want_digests(f, e));
    PDS_TRY(pds_copy_file(&f->input, f->out, &f->digests, e));
    PDS_TRY(pds_digests_end(&f->digests, f->state.digest, pds_buf_span(&f->state.update),
                            &f->state.hole, digest, e));
    bool same = memcmp(digest, f->state.document_digest, pds_digest_size(f->state.digest)) == 0;
    return same ? PDS_OK : changed(e, f->input.path);
}

static pds_code fill_hole(finish *f, pds_sign_result *result, pds_err *e)
{
    const pds_finish_parts parts = { f->job, &f->state, raise_of(f->job) };
    PDS_TRY(pds_finish_cms(&parts, result, &f->cms, e));
    return pds_hole_fill(&f->state.update, &f->state.hole, pds_buf_span(&f->cms), e);
}

/* What makes the signature last comes behind it. */
static pds_code append_long_term(finish *f, pds_sign_result *result, pds_err *e)
{
    pds_raise up = raise_of(f->job);
    const pds_append_base base = { .file = &f->input,
                                   .password = f->job->password,
                                   .known = &f->known };
    const pds_results results = { result, 1 };
    if (up.level < PDS_LEVEL_T) {
        return PDS_OK;
    }
    up.others = true; /* as far as anybody knows here */
    f->known.size = f->input.size;
    PDS_TRY(pds_known_digests_take(&f->known, &f->digests, e));
    PDS_TRY(pds_digests_put(&f->digests, pds_buf_span(&f->state.update), e));
    return pds_raise_last(&up, &base, &f->digests, &f->state.update, &results, e);
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
    result->page = s->page;
    result->new_field = s->new_field;
    result->input_bytes = s->input_bytes;
    result->output_bytes = s->input_bytes + s->update.len;
    result->contents_room = pds_state_room(s);
    result->cms_bytes = f->cms.len;
    return pds_result_digests(result, &signer, s->digest, s->document_digest, e);
}

static pds_code finish_into_output(finish *f, pds_sign_result *result, pds_err *e)
{
    PDS_TRY(pds_publish_open(&f->job->output, &f->input, &f->out, e));
    PDS_TRY(copy_and_compare(f, e));
    PDS_TRY(fill_hole(f, result, e));
    PDS_TRY(append_long_term(f, result, e));
    return pds_write_update(f->out, pds_buf_span(&f->state.update), &f->input, e);
}

pds_code pds_sign_finish(const pds_finish_job *job, pds_sign_result *result, pds_err *e)
{
    PDS_OWN(finish_drop) finish f = { .job = job, .input = PDS_FILE_NONE };

    memset(result, 0, sizeof *result);
    result->level = PDS_LEVEL_B;
    PDS_TRY(check_job(job, e));
    PDS_TRY(pds_state_load(job->state, &f.state, e));
    PDS_TRY(check_level(&f, e));
    PDS_TRY(open_input(&f, e));
    PDS_TRY(finish_into_output(&f, result, e));
    return report(&f, result, e);
}
