#include "pdfsign/raise.h"

#include "base/own.h"

#include <pds/time.h>

#include <stdio.h>

pds_code pds_raise_check(const pds_raise *up, pds_err *e)
{
    if (up->level < PDS_LEVEL_T || up->stamper != NULL) {
        return PDS_OK;
    }
    return pds_err_hint(pds_fail(e, PDS_E_USAGE, __func__,
                                 "level %s needs a timestamping authority, and none is given",
                                 pds_level_name(up->level)),
                        e, "name one with --tsa");
}

/* Nobody there: an error, or a lower level where that is allowed. */
static pds_code do_without(const pds_raise *up, pds_sign_result *result, pds_code code,
                           const pds_err *why, pds_err *e)
{
    return pds_long_term_do_without(up->allow_lower, code, why, result->stamp_notes, e);
}

pds_code pds_raise_room(const pds_raise *up, pds_sign_result *result, size_t *room, pds_err *e)
{
    pds_attempts attempts = { .count = 0 };
    pds_err why = { .offset = -1 };
    *room = 0;
    if (up->level < PDS_LEVEL_T) {
        return PDS_OK;
    }
    const pds_code code = pds_stamper_room(up->stamper, room, &attempts, &why);
    pds_attempts_note(&attempts, result->stamp_notes);
    return code == PDS_OK ? PDS_OK : do_without(up, result, code, &why, e);
}

pds_code pds_raise_stamped(const pds_raise *up, const pds_timestamp *stamp, pds_sign_result *result,
                           pds_err *e)
{
    const char *const url = stamp->url == NULL ? "" : stamp->url;
    result->level = PDS_LEVEL_T;
    (void)snprintf(result->stamp_url, sizeof result->stamp_url, "%s", url);
    pds_stamp_note(stamp, result->stamp_notes);
    return pds_time_iso(stamp->time, up->zone, result->stamp_time, e);
}

pds_code pds_raise_stamp(const pds_raise *up, pds_span signature, pds_sign_result *result,
                         pds_timestamp *out, pds_err *e)
{
    pds_attempts attempts = { .count = 0 };
    pds_err why = { .offset = -1 };
    out->lasting = up->level >= PDS_LEVEL_LT;
    const pds_code code = pds_stamper_stamp(up->stamper, signature, out, &attempts, &why);
    pds_attempts_note(&attempts, result->stamp_notes);
    return code == PDS_OK ? pds_raise_stamped(up, out, result, e)
                          : do_without(up, result, code, &why, e);
}

static bool any_stamped(const pds_results *results)
{
    bool any = false;
    for (size_t i = 0; i < results->count; i++) {
        any = any || results->items[i].level >= PDS_LEVEL_T;
    }
    return any;
}

/* The time of those that have no timestamp of their own is proven by the last one. */
static void tell_reached(const pds_results *results, pds_level reached)
{
    for (size_t i = 0; i < results->count; i++) {
        pds_level *const level = &results->items[i].level;
        if (reached == PDS_LEVEL_LTA || (reached == PDS_LEVEL_LT && *level >= PDS_LEVEL_T)) {
            *level = reached;
        }
    }
}

/* Authorities whose clocks differ may contradict each other for ever: who stamps behind somebody
 * else's timestamp must not say an earlier time. */
static pds_code check_order(const pds_long_term *lt, pds_err *e)
{
    PDS_OWN(pds_validation_data_drop) pds_validation_data data = { .count = 0 };
    PDS_TRY(pds_long_term_judge(lt, &data, e));
    for (size_t i = 0; i < data.count; i++) {
        const pds_validation_of *const of = &data.of[i];
        if (of->end > lt->base->file->size && of->worst == PDS_F_TIMESTAMP_FUTURE) {
            PDS_FAIL(e, PDS_E_TIMESTAMP_FAILED, "the times of timestamps contradict each other: %s",
                     of->why);
        }
    }
    return PDS_OK;
}

pds_code pds_raise_last(const pds_raise *up, const pds_append_base *base, pds_digests *before,
                        pds_buf *updates, const pds_results *results, pds_err *e)
{
    const size_t len = updates->len;
    pds_err why = { .offset = -1 };
    pds_level reached = PDS_LEVEL_NONE;
    if (up->level < PDS_LEVEL_T || !any_stamped(results)) {
        return PDS_OK;
    }
    pds_long_term lt = { .stamper = up->stamper,
                         .base = base,
                         .digests = before,
                         .digested = len,
                         .updates = updates,
                         .lasting = true,
                         .notes = results->items->stamp_notes };
    if (up->level == PDS_LEVEL_T) {
        return up->others ? check_order(&lt, e) : PDS_OK;
    }
    const pds_code code = pds_long_term_append(&lt, up->level, &reached, &why);
    if (code != PDS_OK) {
        PDS_TRY(do_without(up, results->items, code, &why, e));
    }
    updates->len = reached == PDS_LEVEL_NONE ? len : updates->len;
    tell_reached(results, reached);
    return PDS_OK;
}
