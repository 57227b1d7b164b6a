#include "base/clock.h"
#include "base/interrupt.h"
#include "base/own.h"
#include "token/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A driver that is watched, and what it had when it was last looked at. */
typedef struct watched {
    const pds_device_ops *ops;
    const char *rest;
    pds_device_list known;
    uint64_t mark;
    int64_t next;      /* when it is looked at anyway */
    int64_t next_mark; /* when it is asked for its mark again */
    int again;         /* looks that are left for what did not answer */
    bool begun;
} watched;

enum { MS = 1000 };
enum { AFTER_HANG = 60 * MS }; /* each call that hangs costs a thread */

typedef struct watch {
    watched drivers[PDS_DEVICE_ROWS];
    size_t count;
    bool named; /* one driver, by the URI */
    pds_token_watch_fn fn;
    void *ctx;
} watch;

static void watch_drop(watch *w)
{
    for (size_t i = 0; i < w->count; i++) {
        pds_device_list_drop(&w->drivers[i].known);
    }
}

static int64_t now(void)
{
    return pds_clock_ms(CLOCK_MONOTONIC);
}

/* ---- telling ---- */

static const char *text_or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

static pds_code tell(const watch *w, const watched *d, pds_token_change change,
                     const pds_device_info *info, pds_err *e)
{
    const pds_token token = { .uri = info->uri,
                              .driver = d->ops->scheme,
                              .label = text_or_null(info->label),
                              .maker = text_or_null(info->maker),
                              .model = text_or_null(info->model),
                              .serial = text_or_null(info->serial),
                              .reader = text_or_null(info->reader),
                              .alias = text_or_null(info->alias),
                              .pin_tries = -1,
                              .puk_tries = -1 };
    return w->fn(w->ctx, change, &token, e);
}

static bool has(const pds_device_list *list, const pds_device_info *info)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].uri, info->uri) == 0) {
            return true;
        }
    }
    return false;
}

/* A reader that could not be asked just now still has what it had. */
static bool is_silent(const pds_device_list *list, const pds_device_info *info)
{
    const size_t len = strlen(info->reader);
    for (size_t i = 0; i < list->note_count; i++) {
        if (strncmp(list->notes[i], info->reader, len) == 0 && list->notes[i][len] == ':') {
            return true;
        }
    }
    return false;
}

static pds_code tell_gone(const watch *w, const watched *d, pds_device_list *list, pds_err *e)
{
    for (size_t i = 0; i < d->known.count; i++) {
        const pds_device_info *const info = &d->known.items[i];
        if (has(list, info)) {
            continue;
        }
        PDS_TRY(is_silent(list, info) ? pds_device_list_add(list, info, e)
                                      : tell(w, d, PDS_TOKEN_GONE, info, e));
    }
    return PDS_OK;
}

static pds_code tell_came(const watch *w, const watched *d, const pds_device_list *list,
                          size_t count, pds_err *e)
{
    for (size_t i = 0; i < count; i++) {
        if (!has(&d->known, &list->items[i])) {
            PDS_TRY(tell(w, d, d->begun ? PDS_TOKEN_CAME : PDS_TOKEN_THERE, &list->items[i], e));
        }
    }
    return PDS_OK;
}

/* ---- looking ---- */

/* The watch goes on when a device, a module or a service fails. */
static bool ends(const watch *w, pds_code code)
{
    return pds_device_is_fatal(code) || (w->named && code == PDS_E_LIBRARY_MISSING);
}

static pds_code look(const watch *w, watched *d, pds_err *e)
{
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    pds_err why;
    const pds_code code = pds_guard_find(d->ops, d->rest, &list, &why);
    const bool hung = code == PDS_E_TOKEN_HUNG || list.note_code == PDS_E_TOKEN_HUNG;
    d->next = now() + (hung ? AFTER_HANG : MS);
    d->again--;
    if (code != PDS_OK) {
        return ends(w, code) ? pds_err_pass(code, e, &why) : PDS_OK;
    }
    const size_t found = list.count;
    d->again = list.note_count == 0 ? 0 : d->again;
    PDS_TRY(tell_gone(w, d, &list, e));
    PDS_TRY(tell_came(w, d, &list, found, e));
    pds_device_list_drop(&d->known);
    d->known = list;
    list = (pds_device_list){ .count = 0 };
    d->begun = true;
    return PDS_OK;
}

static bool get_mark(watched *d, uint64_t *mark)
{
    if (now() < d->next_mark) {
        return false;
    }
    const pds_code code = pds_guard_mark(d->ops, mark, NULL);
    d->next_mark = code == PDS_E_TOKEN_HUNG ? now() + AFTER_HANG : 0;
    return code == PDS_OK;
}

/* Cards are left in peace as long as nothing changes; one that did not answer is asked some times
 * more. Drivers that can't tell whether something did are asked each second. */
static pds_code look_if_changed(const watch *w, watched *d, pds_err *e)
{
    enum { LOOKS = 3 };
    uint64_t mark = 0;
    const bool marks = get_mark(d, &mark);
    const bool changed = !d->begun || (marks && mark != d->mark);
    PDS_TRY(pds_interrupt_check(e));
    if (!d->begun && now() < d->next) { /* the first look failed */
        return PDS_OK;
    }
    if (changed) {
        d->again = LOOKS;
    }
    if (!changed && (now() < d->next || (marks && d->again <= 0))) {
        return PDS_OK;
    }
    d->mark = mark;
    return look(w, d, e);
}

static pds_code look_at_all(watch *w, pds_err *e)
{
    for (size_t i = 0; i < w->count; i++) {
        PDS_TRY(look_if_changed(w, &w->drivers[i], e));
    }
    return PDS_OK;
}

/* ---- */

static pds_code begin(watch *w, const char *uri, pds_err *e)
{
    pds_device_meant meant;
    PDS_TRY(pds_devices_meant(uri, &meant, e));
    for (; w->count < meant.count; w->count++) {
        w->drivers[w->count] = (watched){ .ops = meant.rows[w->count], .rest = meant.rest };
    }
    w->named = uri != NULL;
    return PDS_OK;
}

pds_code pds_tokens_watch(const char *uri, long seconds, pds_token_watch_fn fn, void *ctx,
                          pds_err *e)
{
    enum { WAIT_MS = 200, LONGEST = 1000000000 };
    PDS_OWN(watch_drop) watch w = { .fn = fn, .ctx = ctx };
    const int64_t until = now() + (int64_t)(seconds < LONGEST ? seconds : LONGEST) * MS;
    PDS_TRY(begin(&w, uri, e));
    do {
        PDS_TRY(look_at_all(&w, e));
        PDS_TRY(pds_device_nap(WAIT_MS, e));
    } while (seconds == 0 || now() < until);
    return PDS_OK;
}
