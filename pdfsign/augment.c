#include "base/clock.h"
#include "base/interrupt.h"
#include "base/own.h"
#include "pdfsign/augment_judge.h"
#include "pdfsign/open.h"
#include "pdfsign/verify_digest.h"

#include <pds/augment.h>
#include <pds/time.h>

#include <stdio.h>
#include <string.h>

#include <sys/stat.h>

/* A job on its way through the engine. */
typedef struct work {
    const pds_augment_job *job;
    pds_augment_result *result;
    pds_input in;
    int64_t expires_within; /* seconds; 0: not asked */
    pds_append_base base;
    pds_digests digests;
    pds_known_digests known; /* of the input */
    pds_buf updates;
    pds_long_term lt;
    pds_validation_data before; /* what the input says by itself */
    pds_publish *out;           /* NULL: not begun */
} work;

static void work_drop(work *w)
{
    pds_publish_drop(&w->out);
    pds_validation_data_drop(&w->before);
    pds_buf_drop(&w->updates);
    pds_known_digests_drop(&w->known);
    pds_digests_drop(&w->digests);
    pds_input_close(&w->in);
}

/* ---- the job ---- */

static pds_code check_level(const pds_augment_job *job, pds_err *e)
{
    if (job->kind != PDS_AUGMENT_ADD || job->level == PDS_LEVEL_LT || job->level == PDS_LEVEL_LTA) {
        return PDS_OK;
    }
    PDS_FAIL(e, PDS_E_USAGE, "signatures are brought up to B-LT or B-LTA");
}

static pds_code check_job(const pds_augment_job *job, int64_t *within, pds_err *e)
{
    if ((unsigned)job->kind > PDS_AUGMENT_RENEW || job->input == NULL || job->output.path == NULL ||
        job->stamper == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "a job needs an input, an output and a stamper");
    }
    PDS_TRY(check_level(job, e));
    if (job->kind != PDS_AUGMENT_RENEW || job->expires_within == NULL) {
        return PDS_OK;
    }
    PDS_TRY(pds_duration_parse(job->expires_within, within, e));
    if (*within == 0) {
        PDS_FAIL(e, PDS_E_USAGE, "a span of no length asks for nothing: '%s'", job->expires_within);
    }
    return PDS_OK;
}

static pds_code open_input(work *w, pds_err *e)
{
    const pds_input_options options = { .path = w->job->input,
                                        .password = w->job->password,
                                        .to_change = true };
    PDS_TRY(pds_input_open(&options, &w->in, e));
    w->base = (pds_append_base){
        .file = &w->in.original, .doc = w->in.doc, .password = w->job->password, .known = &w->known
    };
    w->known.size = w->in.original.size;
    w->lt = (pds_long_term){ .stamper = w->job->stamper,
                             .base = &w->base,
                             .digests = &w->digests,
                             .updates = &w->updates,
                             .lasting = w->job->kind != PDS_AUGMENT_TIMESTAMP,
                             .notes = w->result->notes };
    return PDS_OK;
}

/* ---- the output ---- */

static pds_code begin_output(work *w, pds_err *e)
{
    PDS_TRY(pds_publish_open(&w->job->output, &w->in.original, &w->out, e));
    PDS_TRY(pds_digests_want(&w->digests, pds_stamper_digest(w->job->stamper), e));
    PDS_TRY(pds_copy_file(&w->in.original, w->out, &w->digests, e));
    return pds_known_digests_take(&w->known, &w->digests, e);
}

static bool is_the_input(const work *w)
{
    const struct stat *const in = &w->in.original.identity;
    struct stat out;
    return w->job->output.in_place && strcmp(w->job->input, "-") != 0 &&
           stat(w->job->output.path, &out) == 0 && S_ISREG(out.st_mode) &&
           out.st_dev == in->st_dev && out.st_ino == in->st_ino;
}

/* The last byte must not be a hole. */
static pds_code copy_input(work *w, pds_err *e)
{
    const pds_file head = pds_file_prefix(&w->in.original, w->in.original.size - 1);
    uint8_t last = 0;
    PDS_TRY(pds_publish_open(&w->job->output, &w->in.original, &w->out, e));
    PDS_TRY(pds_copy_file(&head, w->out, NULL, e));
    PDS_TRY(pds_file_read(&w->in.original, head.size, &last, 1, e));
    return pds_write_update(w->out, pds_span_of(&last, 1), &w->in.original, e);
}

/* Nothing came of it: a file that is its own output stays as it is. */
static pds_code leave_alone(work *w, pds_err *e)
{
    pds_publish_drop(&w->out);
    return is_the_input(w) ? pds_file_unchanged(&w->in.original, e) : copy_input(w, e);
}

/* ---- document timestamps ---- */

static pds_code put_stamp(work *w, pds_err *e)
{
    pds_long_term_stamp made;
    PDS_TRY(pds_long_term_put_stamp(&w->lt, &made, e));
    (void)snprintf(w->result->field, sizeof w->result->field, "%s", made.field);
    (void)snprintf(w->result->stamp_url, sizeof w->result->stamp_url, "%s", made.url);
    w->result->expires = made.expires;
    return pds_time_iso(made.time, w->job->zone, w->result->stamp_time, e);
}

static pds_code timestamp(work *w, pds_err *e)
{
    PDS_TRY(begin_output(w, e));
    return put_stamp(w, e);
}

/* ---- up to a level ---- */

/* Rather less than nothing, where that is allowed. */
static pds_code do_without(work *w, pds_code code, const pds_err *why, pds_err *e)
{
    return pds_long_term_do_without(w->job->allow_lower_level, code, why, w->result->notes, e);
}

static pds_code try_stamp(work *w, pds_err *e)
{
    pds_err why = { .offset = -1 };
    const pds_code code = put_stamp(w, &why);
    return code == PDS_OK ? PDS_OK : do_without(w, code, &why, e);
}

/* worth: one of the signatures at least has all that proves it. */
static pds_code check_data(work *w, const pds_validation_data *data, bool *worth, pds_err *e)
{
    pds_err why = { .offset = -1 };
    *worth = false;
    for (size_t i = 0; i < data->count; i++) {
        const pds_code code = pds_long_term_check(&data->of[i], &why);
        *worth = *worth || (code == PDS_OK && !data->of[i].stamp);
        PDS_TRY(code == PDS_OK ? PDS_OK : do_without(w, code, &why, e));
    }
    return PDS_OK;
}

/* What proves the signatures, each as of a time that is proven: a document timestamp does that
 * where nothing else does. first: what the file says by itself. */
static pds_code find_data(work *w, const pds_augment_judged *first, pds_validation_data *data,
                          pds_err *e)
{
    const bool anew = w->job->kind == PDS_AUGMENT_RENEW;
    const size_t before = w->updates.len;
    if (!first->untimed) {
        PDS_TRY(pds_long_term_find(&w->lt, anew, data, e));
        if (first->signatures == 0 || first->lasting >= PDS_LEVEL_T ||
            !pds_augment_needs_time(data)) {
            return PDS_OK;
        }
    }
    PDS_TRY(try_stamp(w, e));
    if (!first->untimed && w->updates.len == before) {
        return PDS_OK; /* nothing has changed since it was found */
    }
    pds_validation_data_drop(data);
    return pds_long_term_find(&w->lt, anew, data, e);
}

static pds_code add(work *w, const pds_augment_judged *first, pds_err *e)
{
    PDS_OWN(pds_validation_data_drop) pds_validation_data data = { .count = 0 };
    bool worth = false;
    if (first->lasting >= w->job->level && first->sound) {
        return PDS_OK;
    }
    PDS_TRY(begin_output(w, e));
    PDS_TRY(find_data(w, first, &data, e));
    PDS_TRY(check_data(w, &data, &worth, e));
    if (!worth) {
        return PDS_OK;
    }
    PDS_TRY(pds_long_term_store(&w->lt, &data, e));
    pds_augment_count(&data, w->result);
    return w->job->level == PDS_LEVEL_LTA ? try_stamp(w, e) : PDS_OK;
}

/* ---- renewal ---- */

/* What a document timestamp covered before is proven by that: the others have to be provable now.
 */
static pds_code check_newest(work *w, const pds_augment_judged *first,
                             const pds_validation_data *data, pds_err *e)
{
    pds_err why = { .offset = -1 };
    for (size_t i = 0; i < data->count; i++) {
        const pds_code code = pds_long_term_check(&data->of[i], &why);
        if (code != PDS_OK && data->of[i].end >= first->covered) {
            return pds_err_pass(code, e, &why);
        }
        if (code != PDS_OK) {
            pds_note(w->result->notes, "", why.text);
        }
    }
    return PDS_OK;
}

/* A signature whose timestamps have ended may have certificates that have not, so that its end lies
 * ahead: whoever renews has to hear of it all the same. */
static bool is_unproven(const pds_validation_data *data, uint64_t covered)
{
    bool any = false;
    for (size_t i = 0; i < data->count; i++) {
        const pds_validation_of *const of = &data->of[i];
        any = any || (!of->stamp && of->verdict != PDS_PASSED && of->end >= covered);
    }
    return any;
}

static bool is_due(const work *w, const pds_augment_judged *first)
{
    return w->expires_within == 0 || first->expires == 0 ||
           first->expires - time(NULL) < w->expires_within ||
           is_unproven(&w->before, first->covered);
}

static pds_code renew(work *w, const pds_augment_judged *first, pds_err *e)
{
    PDS_OWN(pds_validation_data_drop) pds_validation_data data = { .count = 0 };
    if (!is_due(w, first)) {
        return PDS_OK;
    }
    PDS_TRY(begin_output(w, e));
    PDS_TRY(find_data(w, first, &data, e));
    PDS_TRY(check_newest(w, first, &data, e));
    PDS_TRY(pds_long_term_store(&w->lt, &data, e));
    pds_augment_count(&data, w->result);
    return put_stamp(w, e);
}

/* ---- all of it ---- */

/* Refuses what can't be made to last. */
static pds_code judge_before(work *w, pds_augment_judged *out, pds_err *e)
{
    if (w->job->kind == PDS_AUGMENT_TIMESTAMP && !pds_form_has_signatures(&w->in.form)) {
        return PDS_OK;
    }
    PDS_TRY(pds_long_term_judge(&w->lt, &w->before, e));
    *out = pds_augment_judge(&w->before);
    w->result->before = out->level;
    return w->job->kind == PDS_AUGMENT_TIMESTAMP
               ? PDS_OK
               : pds_augment_check(&w->before, w->job->kind == PDS_AUGMENT_ADD, e);
}

/* The level that has to be there in the end. A renewal makes all last that can be proven. */
static pds_level least_of(const work *w, const pds_augment_judged *before,
                          const pds_augment_judged *after)
{
    const bool all = after->sound && after->signatures > 0;
    switch (w->job->kind) {
    case PDS_AUGMENT_ADD:
        return w->job->allow_lower_level ? before->lasting : w->job->level;
    case PDS_AUGMENT_RENEW:
        return all ? PDS_LEVEL_LTA : before->lasting;
    default:
        return before->lasting;
    }
}

/* What the file holds may be hostile, and make of updates something else than was meant. */
static pds_code check_after(const work *w, const pds_augment_judged *before,
                            const pds_validation_data *data, const pds_augment_judged *after,
                            pds_err *e)
{
    const pds_level least = least_of(w, before, after);
    PDS_TRY(pds_long_term_check_unbroken(&w->before, data, e));
    return after->lasting < least ? pds_long_term_fail_level(least, e) : PDS_OK;
}

/* Of what does not hold, the level is not reached, whatever stands around it. */
static pds_level lasting_of(const work *w, const pds_augment_judged *after)
{
    const bool doubted = w->job->kind == PDS_AUGMENT_ADD && !after->sound;
    return doubted && after->lasting > PDS_LEVEL_T ? PDS_LEVEL_T : after->lasting;
}

/* The finished bytes are judged before they get a name. */
static pds_code judge_after(work *w, const pds_augment_judged *before, pds_err *e)
{
    PDS_OWN(pds_validation_data_drop) pds_validation_data data = { .count = 0 };
    pds_augment_judged after = *before;
    if (before->known && w->updates.len > 0) {
        PDS_TRY(pds_long_term_judge(&w->lt, &data, e));
        after = pds_augment_judge(&data);
        PDS_TRY(check_after(w, before, &data, &after, e));
    }
    w->result->signatures = after.signatures;
    w->result->level = after.level;
    w->result->lasting = lasting_of(w, &after);
    w->result->expires = after.known ? after.expires : w->result->expires;
    return PDS_OK;
}

static pds_code make_updates(work *w, const pds_augment_judged *first, pds_err *e)
{
    switch (w->job->kind) {
    case PDS_AUGMENT_TIMESTAMP:
        return timestamp(w, e);
    case PDS_AUGMENT_ADD:
        return add(w, first, e);
    default:
        return renew(w, first, e);
    }
}

static pds_code augment(work *w, pds_err *e)
{
    pds_augment_judged first = { .known = false };
    PDS_TRY(pds_publish_check(&w->job->output, &w->in.original, e));
    PDS_TRY(judge_before(w, &first, e));
    PDS_TRY(make_updates(w, &first, e));
    PDS_TRY(pds_interrupt_check(e));
    PDS_TRY(judge_after(w, &first, e));
    w->result->changed = w->updates.len > 0;
    w->result->input_bytes = w->in.original.size;
    w->result->output_bytes = w->in.original.size + w->updates.len;
    return w->result->changed
               ? pds_write_update(w->out, pds_buf_span(&w->updates), &w->in.original, e)
               : leave_alone(w, e);
}

pds_code pds_augment(const pds_augment_job *job, pds_augment_result *result, pds_err *e)
{
    PDS_OWN(work_drop) work w = { .job = job, .result = result, .in = PDS_INPUT_NONE };
    *result = (pds_augment_result){ .changed = false };
    PDS_TRY(check_job(job, &w.expires_within, e));
    PDS_TRY(open_input(&w, e));
    return pds_err_file(augment(&w, e), e, job->input);
}
