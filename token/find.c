#include "base/clock.h"
#include "base/interrupt.h"
#include "base/own.h"
#include "token/hardkey.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

void pds_opened_drop(pds_opened *d)
{
    pds_guard_close(&d->device);
    *d = (pds_opened){ .device = NULL };
}

void pds_opened_label(const pds_opened *d, char out[PDS_OPENED_LABEL])
{
    const pds_device_info *const info = &d->info;
    const char *const place = info->alias[0] != '\0' ? info->alias : info->reader;
    const char *const apart = pds_guard_ops(d->device)->in_readers ? place : info->serial;
    const char *const name = info->label[0] != '\0' ? info->label : info->model;
    const bool both = name[0] != '\0' && apart[0] != '\0';
    (void)snprintf(out, PDS_OPENED_LABEL, both ? "%s (%s)" : "%s%s", name, apart);
}

const char *pds_opened_id(const pds_opened *d)
{
    return d->info.again[0] != '\0' ? d->info.again : d->info.uri;
}

static pds_code missing(const pds_device_list *list, pds_err *e)
{
    const bool stuck = list->note_code == PDS_E_TOKEN_BUSY || list->note_code == PDS_E_TOKEN_HUNG;
    if (list->note_count > 0) {
        PDS_FAIL(e, stuck ? list->note_code : PDS_E_TOKEN_MISSING,
                 "no token that is meant is plugged in (%s)", list->notes[0]);
    }
    PDS_FAIL(e, PDS_E_TOKEN_MISSING, "no token that is meant is plugged in");
}

static pds_code ambiguous(const pds_device_list *list, pds_err *e)
{
    char names[220] = "";
    size_t len = 0;
    for (size_t i = 0; i < list->count && len < sizeof names; i++) {
        const int more = snprintf(names + len, sizeof names - len, "%s%s (%s)", i == 0 ? "" : ", ",
                                  list->items[i].label, list->items[i].serial);
        len += more > 0 ? (size_t)more : 0;
    }
    PDS_FAIL(e, PDS_E_TOKEN_AMBIGUOUS, "several tokens fit: %s", names);
}

static bool has_key(pds_guarded *device, const char *rest, const pds_key_options *options)
{
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    size_t index = 0;
    return pds_guard_keys(device, rest, &keys, NULL) == PDS_OK &&
           pds_device_choose(&keys, options, NULL, &index, NULL) == PDS_OK;
}

/* Of several tokens the one that has the key. */
static pds_code open_one(const pds_device_ops *ops, const char *rest, const pds_device_list *list,
                         const pds_key_options *options, pds_opened *out, pds_err *e)
{
    size_t fit = 0;
    pds_code bad = PDS_OK;
    for (size_t i = 0; i < list->count; i++) {
        PDS_OWN(pds_guard_close) pds_guarded *device = NULL;
        const pds_code code = pds_guard_open(ops, &list->items[i], &device, e);
        bad = code != PDS_OK ? code : bad;
        if (list->count == 1) {
            PDS_TRY(code);
        }
        if (code != PDS_OK || (list->count > 1 && !has_key(device, rest, options))) {
            continue;
        }
        if (fit++ > 0) {
            pds_opened_drop(out);
            return ambiguous(list, e);
        }
        *out = (pds_opened){ .info = list->items[i], .device = device };
        device = NULL;
    }
    if (fit == 0 && bad != PDS_OK) {
        return bad;
    }
    return fit == 1 ? PDS_OK : ambiguous(list, e);
}

static pds_code look_by(const char *uri, const pds_key_options *options, pds_opened *out,
                        pds_err *e)
{
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    const char *rest = NULL;
    const pds_device_ops *ops = NULL;
    PDS_TRY(pds_device_row(uri, &ops, &rest, e));
    PDS_TRY(pds_guard_find(ops, rest, &list, e));
    return list.count == 0 ? missing(&list, e) : open_one(ops, rest, &list, options, out, e);
}

static pds_code look(const pds_seeking *s, pds_opened *out, pds_err *e)
{
    pds_code code = look_by(s->uri, s->options, out, e);
    if (code == PDS_E_TOKEN_MISSING && s->also != NULL) {
        code = look_by(s->also, s->options, out, e);
    }
    if (code == PDS_OK && s->is != NULL) {
        code = s->is(out, s->ctx, e);
    }
    if (code != PDS_OK) {
        pds_opened_drop(out);
    }
    return code;
}

/* ---- waiting ---- */

enum { MS = 1000, LOOK_MS = 200, HANG_MS = 1000, HANG_MAX_MS = 30000 };

/* One that hangs may be pulled out and plugged in meanwhile, too. */
static bool may_come(pds_code code)
{
    return code == PDS_E_TOKEN_MISSING || code == PDS_E_TOKEN_REMOVED ||
           code == PDS_E_TOKEN_RESET || code == PDS_E_TOKEN_BUSY || code == PDS_E_TOKEN_HUNG;
}

static long at_most(int64_t ms, long most)
{
    return ms < most ? (long)ms : most;
}

/* No longer than until then. */
static pds_code nap(long ms, int64_t until, pds_err *e)
{
    const int64_t now = pds_clock_ms(CLOCK_MONOTONIC);
    const int64_t end = now + at_most(until - now, ms);
    for (int64_t left = end - now; left > 0; left = end - pds_clock_ms(CLOCK_MONOTONIC)) {
        PDS_TRY(pds_device_nap(at_most(left, LOOK_MS), e));
    }
    return pds_interrupt_check(e);
}

/* Where something hangs, each look costs its patience, and a thread that stays with it: it is
 * looked ever more rarely. */
pds_code pds_opened_find(const pds_seeking *s, pds_opened *out, pds_err *e)
{
    const pds_key_options *const options = s->options;
    const int64_t begun = pds_clock_ms(CLOCK_MONOTONIC);
    const int64_t until = begun + (int64_t)options->wait * MS;
    bool told = false;
    long hang = HANG_MS;
    for (int64_t at = begun;;
         at = pds_clock_ms(
             CLOCK_MONOTONIC)) { /* before it is looked: the last look is behind it all */
        const pds_code code = look(s, out, e);
        if (!may_come(code) || at >= until) {
            return code;
        }
        if (!told && options->tell != NULL) {
            options->tell(options->tell_ctx, pds_translated(N_("waiting for the token")));
        }
        told = true;
        PDS_TRY(nap(code == PDS_E_TOKEN_HUNG ? hang : LOOK_MS, until, e));
        hang = code == PDS_E_TOKEN_HUNG ? at_most(2 * (int64_t)hang, HANG_MAX_MS) : HANG_MS;
    }
}

pds_code pds_opened_only(const char *uri, pds_opened *out, pds_err *e)
{
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    const char *rest = NULL;
    const pds_device_ops *ops = NULL;
    PDS_TRY(pds_device_row(uri, &ops, &rest, e));
    PDS_TRY(pds_guard_find(ops, rest, &list, e));
    if (list.count != 1) {
        return list.count == 0 ? missing(&list, e) : ambiguous(&list, e);
    }
    out->info = list.items[0];
    return pds_guard_open(ops, &out->info, &out->device, e);
}
