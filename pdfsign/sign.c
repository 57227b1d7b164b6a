#include "base/interrupt.h"
#include "base/own.h"
#include "pdfsign/preview.h"
#include "pdfsign/raise.h"
#include "pdfsign/result.h"
#include "pdfsign/state.h"
#include "pdfsign/steps.h"
#include "pdfsign/verify_digest.h"
#include "pdfsign/write.h"

#include <pds/sign.h>
#include <pds/time.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A job on its way through the engine; docs/architecture.md follows it. */
typedef struct work {
    const pds_sign_job *job;
    pds_sign_result *results;
    pds_input in;
    pds_moment when;
    pds_scene scene;
    pds_plan *plans; /* one for each signing */
    pds_steps steps;
    pds_digests digests;     /* of all that stands before the next signature's update */
    pds_known_digests known; /* of the input, where it is judged with what is appended */
    pds_publish *out;
    uint8_t digest[PDS_DIGEST_MAX]; /* of a prepared signature's two byte ranges */
    bool stamp_grew;                /* a token was larger than the room left for it */
} work;

/* All but the input, which a pipe gives once. */
static void work_begin_anew(work *w)
{
    pds_publish_drop(&w->out);
    pds_known_digests_drop(&w->known);
    pds_digests_drop(&w->digests);
    pds_steps_drop(&w->steps);
    pds_scene_drop(&w->scene);
    for (size_t i = 0; w->plans != NULL && i < w->job->signing_count; i++) {
        pds_plan_drop(&w->plans[i]);
    }
    free(w->plans);
    *w = (work){ .job = w->job, .results = w->results, .in = w->in };
}

static void work_drop(work *w)
{
    work_begin_anew(w);
    pds_input_close(&w->in);
}

/* Else nothing but a plan, a preview or a state comes of it. */
static bool signs(const pds_sign_job *job)
{
    return !job->dry_run && job->preview == NULL && job->prepare == NULL;
}

static pds_code check_signing(const pds_sign_job *job, size_t index, pds_err *e)
{
    const pds_signing *signing = &job->signings[index];
    if (signs(job) && (signing->key == NULL || !pds_key_can_sign(signing->key))) {
        PDS_FAIL(e, PDS_E_USAGE, "no key that can sign is given");
    }
    return pds_sign_check_options(&signing->signature, job->zone, e);
}

/* From 1, for faults; 0 where there is one only. */
static uint32_t signer_of(const pds_sign_job *job, size_t index)
{
    return job->signing_count == 1 ? 0 : (uint32_t)index + 1;
}

static pds_raise raise_of(const pds_sign_job *job)
{
    return (pds_raise){ .level = job->level,
                        .stamper = job->stamper,
                        .zone = job->zone,
                        .allow_lower = job->allow_lower_level };
}

static pds_code check_job(const pds_sign_job *job, pds_err *e)
{
    const pds_raise up = raise_of(job);
    if (signs(job) && job->output.path == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "no output is named");
    }
    if (job->signing_count < 1 || job->signing_count > PDS_SIGNINGS_MAX) {
        PDS_FAIL(e, PDS_E_USAGE, "a job has 1 to %d signers, not %zu", PDS_SIGNINGS_MAX,
                 job->signing_count);
    }
    if (job->prepare != NULL && job->signing_count > 1) {
        PDS_FAIL(e, PDS_E_USAGE, "a prepared job has one signer, not %zu", job->signing_count);
    }
    for (size_t i = 0; i < job->signing_count; i++) {
        PDS_TRY(pds_err_signer(check_signing(job, i, e), e, signer_of(job, i)));
    }
    return pds_raise_check(&up, e);
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

/* ---- timestamps ---- */

/* How much room a timestamp takes has to be known before the updates are drafted, and that somebody
 * gives one before a key is used. A prepared hole can't grow any more, and whoever stamps it then
 * may say more than who is there now. */
static pds_code find_stamp_room(work *w, pds_err *e)
{
    enum { MORE = 2, UNKNOWN = 8192 };
    const pds_raise up = raise_of(w->job);
    size_t *const room = &w->scene.stamp_room;
    PDS_TRY(pds_raise_room(&up, w->results, room, e));
    if (w->job->prepare != NULL && w->job->level >= PDS_LEVEL_T) {
        *room = *room == 0 ? UNKNOWN : *room * MORE;
    }
    return PDS_OK;
}

/* The token over a signature value; empty where there is none and that is allowed. */
static pds_code stamp_value(work *w, size_t signing, pds_span signature, pds_timestamp *out,
                            pds_err *e)
{
    const pds_raise up = raise_of(w->job);
    if (w->scene.stamp_room == 0) {
        return PDS_OK;
    }
    PDS_TRY(pds_raise_stamp(&up, signature, &w->results[signing], out, e));
    if (out->token.len > w->scene.stamp_room) {
        w->stamp_grew = true;
        PDS_FAIL(e, PDS_E_INTERNAL, "a timestamp of %zu bytes needs more room", out->token.len);
    }
    return PDS_OK;
}

/* Everything about all signatures is decided and checked before the first key is used. */
static pds_code plan(work *w, pds_err *e)
{
    const pds_sign_job *job = w->job;
    w->plans = calloc(job->signing_count, sizeof *w->plans);
    if (w->plans == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu signers", job->signing_count);
    }
    PDS_TRY(pds_clock_now(job->zone, &w->when, e));
    w->scene = (pds_scene){ .job = job, .in = &w->in, .when = &w->when };
    PDS_TRY(find_stamp_room(w, e));
    for (size_t i = 0; i < job->signing_count; i++) {
        PDS_TRY(pds_err_signer(pds_plan_make(&w->scene, w->plans, i, e), e, signer_of(job, i)));
    }
    return pds_steps_plan(&w->scene, w->plans, &w->steps, e);
}

/* Is there more than one signature? */
static bool has_others(const work *w)
{
    return w->job->signing_count > 1 || pds_form_has_signatures(&w->in.form);
}

/* From LT on; at T for the order of timestamps alone (pds_raise_last). */
static bool is_judged(const work *w)
{
    return w->job->level >= PDS_LEVEL_LT || (w->job->level == PDS_LEVEL_T && has_others(w));
}

/* Copies the input into the output (if there is one yet) and digests it, in one pass. */
static pds_code copy_and_digest(work *w, pds_err *e)
{
    for (size_t i = 0; i < w->job->signing_count; i++) {
        PDS_TRY(pds_digests_want(&w->digests, w->plans[i].digest, e));
    }
    if (w->job->level == PDS_LEVEL_LTA) {
        PDS_TRY(pds_digests_want(&w->digests, pds_stamper_digest(w->job->stamper), e));
    }
    PDS_TRY(pds_copy_file(pds_input_file(&w->in), w->out, &w->digests, e));
    if (!is_judged(w)) {
        return PDS_OK;
    }
    w->known.size = pds_input_file(&w->in)->size;
    return pds_known_digests_take(&w->known, &w->digests, e);
}

static pds_code digest_step(const work *w, const pds_step *step, uint8_t digest[PDS_DIGEST_MAX],
                            pds_err *e)
{
    return pds_digests_end(&w->digests, step->plan->digest, pds_step_span(&w->steps, step),
                           &step->hole, digest, e);
}

static pds_code make_cms(work *w, const pds_step *step, pds_buf *cms, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf attributes = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .time = 0 };
    uint8_t digest[PDS_DIGEST_MAX];
    pds_span digest_span = pds_span_of(digest, pds_digest_size(step->plan->digest));
    const pds_signer *signer = &step->plan->signer;

    PDS_TRY(digest_step(w, step, digest, e));
    PDS_TRY(pds_signed_attributes(signer, digest_span, &attributes, e));
    PDS_TRY(pds_key_sign(w->job->signings[step->signing].key, signer->algorithm,
                         pds_buf_span(&attributes), &signature, e));
    PDS_TRY(stamp_value(w, step->signing, pds_buf_span(&signature), &stamp, e));
    const pds_signed_value value = { .attributes = pds_buf_span(&attributes),
                                     .signature = pds_buf_span(&signature),
                                     .timestamp = pds_buf_span(&stamp.token) };
    return pds_signed_data(signer, &value, cms, e);
}

/* Signs one update, which those after it cover. */
static pds_code sign_step(work *w, const pds_step *step, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    bool last = step == &w->steps.items[w->steps.count - 1] && w->job->level < PDS_LEVEL_LTA;
    PDS_TRY(pds_interrupt_check(e));
    PDS_TRY(make_cms(w, step, &cms, e));
    PDS_TRY(pds_step_fill(&w->steps, step, pds_buf_span(&cms), e));
    if (!step->extra) {
        w->results[step->signing].cms_bytes = cms.len;
    }
    return last ? PDS_OK : pds_digests_put(&w->digests, pds_step_span(&w->steps, step), e);
}

/* What makes all signatures last comes behind the last of them. */
static pds_code append_long_term(work *w, pds_err *e)
{
    pds_raise up = raise_of(w->job);
    const pds_append_base base = { .file = pds_input_file(&w->in),
                                   .doc = w->in.doc,
                                   .password = w->job->password,
                                   .known = &w->known };
    const pds_results results = { w->results, w->job->signing_count };
    up.others = has_others(w);
    return pds_raise_last(&up, &base, &w->digests, &w->steps.bytes, &results, e);
}

static pds_code sign_into_output(work *w, pds_err *e)
{
    PDS_TRY(pds_publish_open(&w->job->output, &w->in.original, &w->out, e));
    PDS_TRY(copy_and_digest(w, e));
    for (size_t i = 0; i < w->steps.count; i++) {
        const pds_step *step = &w->steps.items[i];
        PDS_TRY(pds_err_signer(sign_step(w, step, e), e, signer_of(w->job, step->signing)));
    }
    PDS_TRY(append_long_term(w, e));
    return pds_write_update(w->out, pds_buf_span(&w->steps.bytes), &w->in.original, e);
}

/* Leaves the job for a key that answers later. Certificates are shared, the rest is lent. */
static pds_code leave_state(work *w, pds_err *e)
{
    const pds_plan *plan = &w->plans[0];
    const pds_signer *signer = &plan->signer;
    pds_output to = w->job->output;
    pds_state state = {
        .input = realpath(w->job->input, NULL),
        .input_bytes = pds_input_file(&w->in)->size,
        .update = w->steps.bytes,
        .hole = w->steps.items[0].hole,
        .digest = plan->digest,
        .cert = (pds_cert *)signer->cert,
        .algorithm = signer->algorithm,
        .page = plan->page_number,
        .new_field = plan->existing == NULL,
        .level = w->job->level,
    };
    if (signer->chain != NULL) {
        state.chain = *signer->chain;
    }
    memcpy(state.document_digest, w->digest, sizeof state.document_digest);
    (void)snprintf(state.field, sizeof state.field, "%s", plan->field);
    pds_clock_iso(&plan->when, state.signing_time);
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
    if (w->steps.count > 1) {
        PDS_FAIL(e, PDS_E_USAGE, "a prepared job has one signature, so no seam of mode multi");
    }
    PDS_TRY(copy_and_digest(w, e));
    PDS_TRY(digest_step(w, &w->steps.items[0], w->digest, e));
    PDS_TRY(pds_file_unchanged(&w->in.original, e));
    return leave_state(w, e);
}

/* The pages as they would look: the updates are drawn with zeros for the signatures. */
static pds_code show_preview(work *w, pds_err *e)
{
    PDS_OWN(pds_fd_close) int fd = -1;
    PDS_OWN(pds_reader_drop) pds_reader *own = NULL;
    const pds_sign_job *job = w->job;
    pds_file whole = pds_file_with_tail(pds_input_file(&w->in), pds_buf_span(&w->steps.bytes));
    if (job->reader == NULL) {
        PDS_TRY(pds_reader_new(&own, e));
    }
    PDS_TRY(pds_file_copy(&whole, &fd, e));
    pds_preview preview = { .reader = job->reader != NULL ? job->reader : own,
                            .fd = fd,
                            .password = job->password,
                            .folder = job->preview,
                            .input = job->input,
                            .overwrite = job->output.overwrite };
    return pds_preview_write(&preview, e);
}

static pds_code report(const work *w, pds_err *e)
{
    for (size_t i = 0; i < w->steps.count; i++) {
        const pds_step *step = &w->steps.items[i];
        pds_sign_result *result = &w->results[step->signing];
        if (step->extra) {
            continue;
        }
        pds_result_fill(result, step->plan, &step->hole);
        memcpy(result->repaired, w->in.report, sizeof result->repaired);
        result->input_bytes = pds_input_file(&w->in)->size;
        result->output_bytes = result->input_bytes + w->steps.bytes.len;
    }
    const pds_plan *const first = w->plans;
    if (w->job->prepare == NULL || first == NULL) {
        return PDS_OK;
    }
    return pds_result_digests(w->results, &first->signer, first->digest, w->digest, e);
}

static pds_code sign(work *w, pds_err *e)
{
    const pds_sign_job *job = w->job;
    PDS_TRY(check_output(w, e));
    PDS_TRY(plan(w, e));
    PDS_TRY(pds_steps_draft(&w->steps, e));
    if (job->preview != NULL) {
        return show_preview(w, e);
    }
    if (job->dry_run) {
        return PDS_OK;
    }
    return job->prepare != NULL ? prepare(w, e) : sign_into_output(w, e);
}

static pds_code sign_once(work *w, pds_err *e)
{
    memset(w->results, 0, w->job->signing_count * sizeof *w->results);
    for (size_t i = 0; i < w->job->signing_count; i++) {
        w->results[i].level = PDS_LEVEL_B;
    }
    PDS_TRY(pds_err_file(sign(w, e), e, w->job->input));
    return report(w, e);
}

pds_code pds_sign(const pds_sign_job *job, pds_sign_result *results, pds_err *e)
{
    enum { TRIES = 3 };
    PDS_OWN(work_drop) work w = { .job = job, .results = results, .in = PDS_INPUT_NONE };
    pds_code code = PDS_OK;
    bool again = true;
    PDS_TRY(check_job(job, e));
    PDS_TRY(open_input(&w, e));
    /* again where a timestamp came larger than any before it: now its size is known */
    for (int i = 0; i < TRIES && again; i++) {
        work_begin_anew(&w);
        code = sign_once(&w, e);
        again = code != PDS_OK && w.stamp_grew;
    }
    return code;
}
