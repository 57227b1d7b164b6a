#include "base/own.h"
#include "pdfsign/plan.h"
#include "pdfsign/result.h"
#include "pdfsign/state.h"
#include "pdfsign/write.h"
#include "seal/place.h"

#include <pds/sign.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One signature on its way through the engine; docs/architecture.md follows it. */
typedef struct work {
    const pds_sign_job *job;
    pds_input in;
    pds_plan plan;
    pds_update *update;
    pds_buf bytes; /* of the update */
    pds_hole hole;
    pds_publish *out;
    uint8_t digest[PDS_DIGEST_MAX]; /* of the two byte ranges */
    pds_buf cms;
} work;

static void work_drop(work *w)
{
    pds_buf_drop(&w->cms);
    pds_publish_drop(&w->out);
    pds_buf_drop(&w->bytes);
    pds_update_drop(&w->update);
    pds_plan_drop(&w->plan);
    pds_input_close(&w->in);
}

pds_code pds_sign_check_options(const pds_signature_options *options, const char *zone, pds_err *e)
{
    PDS_OWN(pds_lock_drop) pds_lock lock = { .action = PDS_LOCK_NONE };
    pds_moment now;
    pds_place place;
    if (options->certify < 0 || options->certify > 3) {
        PDS_FAIL(e, PDS_E_USAGE, "a certification has permission 1, 2 or 3, not %d",
                 options->certify);
    }
    for (size_t i = 0; i < options->look.place_count; i++) {
        PDS_TRY(pds_place_parse(options->look.places[i], &place, e));
    }
    PDS_TRY(pds_lock_parse(options->lock, &lock, e));
    return pds_clock_now(zone, &now, e);
}

static pds_code check_job(const pds_sign_job *job, pds_err *e)
{
    bool signs = !job->dry_run && job->prepare == NULL;
    if (signs && job->output.path == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "no output is named");
    }
    if (signs && (job->signings[0].key == NULL || !pds_key_can_sign(job->signings[0].key))) {
        PDS_FAIL(e, PDS_E_USAGE, "no key that can sign is given");
    }
    return pds_sign_check_options(&job->signings[0].signature, job->zone, e);
}

static pds_code open_input(work *w, pds_err *e)
{
    pds_input_options options = {
        .path = w->job->input,
        .password = w->job->password,
        .repair = w->job->repair,
        .to_change = true,
    };
    return pds_input_open(&options, &w->in, e);
}

static pds_code check_output(work *w, pds_err *e)
{
    return w->job->output.path == NULL ? PDS_OK
                                       : pds_publish_check(&w->job->output, &w->in.original, e);
}

/* The increment with a zeroed /Contents, in memory: kilobytes, whatever the file's size. */
static pds_code draft_update(work *w, pds_err *e)
{
    PDS_TRY(pds_update_new(w->in.doc, &w->update, e));
    PDS_TRY(pds_plan_stage(&w->plan, w->update, e));
    return pds_update_write(w->update, &w->bytes, &w->hole, e);
}

/* Copies the input into the output (if there is one yet) and digests both ranges, in one pass. */
static pds_code copy_and_digest(work *w, pds_err *e)
{
    PDS_OWN(pds_hash_drop) pds_hash *hash = NULL;
    PDS_TRY(pds_hash_new(w->plan.digest, &hash, e));
    PDS_TRY(pds_copy_file(pds_input_file(&w->in), w->out, hash, e));
    return pds_digest_ranges(hash, pds_buf_span(&w->bytes), &w->hole, w->digest, e);
}

static pds_code make_cms(work *w, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf attributes = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    pds_span digest = pds_span_of(w->digest, pds_digest_size(w->plan.digest));
    const pds_signer *signer = &w->plan.signer;

    PDS_TRY(pds_signed_attributes(signer, digest, &attributes, e));
    PDS_TRY(pds_key_sign(w->job->signings[0].key, signer->algorithm, pds_buf_span(&attributes),
                         &signature, e));
    return pds_signed_data(signer, pds_buf_span(&attributes), pds_buf_span(&signature), &w->cms, e);
}

static pds_code sign_into_output(work *w, pds_err *e)
{
    PDS_TRY(pds_publish_open(&w->job->output, &w->in.original, &w->out, e));
    PDS_TRY(copy_and_digest(w, e));
    PDS_TRY(make_cms(w, e));
    PDS_TRY(pds_hole_fill(&w->bytes, &w->hole, pds_buf_span(&w->cms), e));
    return pds_write_update(w->out, pds_buf_span(&w->bytes), &w->in.original, e);
}

/* Leaves the job for a key that answers later. Certificates are shared, the rest is lent. */
static pds_code leave_state(work *w, pds_err *e)
{
    const pds_signer *signer = &w->plan.signer;
    pds_output to = w->job->output;
    pds_state state = {
        .input = realpath(w->job->input, NULL),
        .input_bytes = pds_input_file(&w->in)->size,
        .update = w->bytes,
        .hole = w->hole,
        .digest = w->plan.digest,
        .cert = (pds_cert *)signer->cert,
        .algorithm = signer->algorithm,
        .page = w->plan.page_number,
        .new_field = w->plan.existing == NULL,
    };
    if (signer->chain != NULL) {
        state.chain = *signer->chain;
    }
    memcpy(state.document_digest, w->digest, sizeof state.document_digest);
    (void)snprintf(state.field, sizeof state.field, "%s", w->plan.field);
    pds_clock_iso(&w->plan.when, state.signing_time);
    to.path = w->job->prepare;
    to.in_place = false;
    if (state.input == NULL) {
        PDS_FAIL(e, PDS_E_INPUT_CHANGED, "the file is not where it was: %s", pds_errno_text(errno));
    }
    pds_code code = pds_state_save(&state, &to, &w->in.original, e);
    free(state.input);
    return code;
}

static pds_code prepare(work *w, pds_err *e)
{
    if (w->in.report[0] != '\0' || strcmp(w->job->input, "-") == 0) {
        return pds_err_hint(pds_fail(e, PDS_E_USAGE, __func__,
                                     "a prepared job needs its input in a file, as it is"),
                            e, "write the repaired or piped file first, then prepare that");
    }
    PDS_TRY(copy_and_digest(w, e));
    PDS_TRY(pds_file_unchanged(&w->in.original, e));
    return leave_state(w, e);
}

/* /P of a widget may be missing or wrong, so the page of an existing field is searched for. */
static pds_code find_page(work *w, pds_err *e)
{
    uint32_t pages = 0;
    if (w->plan.existing != NULL && w->plan.existing->widget_count > 0) {
        PDS_TRY(pds_form_find_pages(w->in.doc, &w->in.form, &pages, e));
        w->plan.page_number = w->plan.existing->page;
    }
    return PDS_OK;
}

static pds_code report(const work *w, pds_sign_result *result, pds_err *e)
{
    const pds_plan *plan = &w->plan;
    pds_result_fill(result, plan, &w->hole);
    memcpy(result->repaired, w->in.report, sizeof result->repaired);
    result->input_bytes = pds_input_file(&w->in)->size;
    result->output_bytes = result->input_bytes + w->bytes.len;
    result->cms_bytes = w->cms.len;
    return w->job->prepare != NULL
               ? pds_result_digests(result, &plan->signer, plan->digest, w->digest, e)
               : PDS_OK;
}

static pds_code sign(work *w, pds_err *e)
{
    const pds_sign_job *job = w->job;
    PDS_TRY(check_output(w, e));
    PDS_TRY(pds_plan_make(job, &w->in, &w->plan, e));
    PDS_TRY(find_page(w, e));
    PDS_TRY(draft_update(w, e));
    if (job->dry_run) {
        return PDS_OK;
    }
    return job->prepare != NULL ? prepare(w, e) : sign_into_output(w, e);
}

pds_code pds_sign(const pds_sign_job *job, pds_sign_result *result, pds_err *e)
{
    PDS_OWN(work_drop) work w = { .job = job, .in = PDS_INPUT_NONE };

    memset(result, 0, sizeof *result);
    PDS_TRY(check_job(job, e));
    PDS_TRY(open_input(&w, e));
    PDS_TRY(pds_err_file(sign(&w, e), e, job->input));
    return report(&w, result, e);
}
