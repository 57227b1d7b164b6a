#include "base/clock.h"
#include "base/own.h"
#include "token/guard.h"

#include <string.h>
#include <time.h>

/* Readers come and go as they are switched on and off. */

/* The one that is known, or a new one. Its card was not looked at yet. */
static pds_code take_reader(pds_device_list *list, const pds_device_info *reader, size_t *at,
                            pds_err *e)
{
    pds_device_info known = *reader;
    for (*at = 0; *at < list->count; ++*at) {
        if (strcmp(list->items[*at].reader, reader->reader) == 0) {
            return PDS_OK;
        }
    }
    known.empty = true;
    return pds_device_list_add(list, &known, e);
}

/* A card takes the place of the bare reader that it came into. What did not answer is not asked
 * again before something came or went. */
static pds_code search_reader(const pds_device_ops *ops, const pds_device_info *reader,
                              pds_device_list *out, pds_err *e)
{
    PDS_OWN(pds_device_list_drop) pds_device_list found = { .count = 0 };
    size_t at = 0;
    PDS_TRY(take_reader(out, reader, &at, e));
    pds_device_info *const known = &out->items[at];
    const bool looked = !known->empty && known->events == reader->events;
    if (reader->empty || !known->bare || looked) {
        return PDS_OK;
    }
    known->empty = false;
    known->events = reader->events;
    PDS_TRY(pds_guard_look(ops, reader, "", &found, e));
    if (found.count > 0) {
        *known = found.items[0];
        found.count = 0;
    }
    return pds_device_list_join(out, &found, e);
}

static pds_code search_once(const pds_device_ops *ops, pds_device_list *readers,
                            pds_device_list *out, pds_err *e)
{
    pds_device_list_drop(readers);
    PDS_TRY(pds_guard_places(ops, "", readers, e));
    for (size_t i = 0; i < readers->count; i++) {
        PDS_TRY(search_reader(ops, &readers->items[i], out, e));
    }
    readers->count = 0; /* what is left are the notes of those that were there last */
    return PDS_OK;
}

/* What was found is kept when the service goes. */
pds_code pds_guard_search(const pds_device_ops *ops, long ms, pds_device_list *out, pds_err *e)
{
    PDS_OWN(pds_device_list_drop) pds_device_list readers = { .count = 0 };
    const int64_t until = pds_clock_ms(CLOCK_MONOTONIC) + ms;
    PDS_TRY(search_once(ops, &readers, out, e));
    for (int64_t left = ms; left > 0; left = until - pds_clock_ms(CLOCK_MONOTONIC)) {
        pds_err why = { .offset = -1 };
        PDS_TRY(pds_device_nap((long)left, e));
        const pds_code code = search_once(ops, &readers, out, &why);
        if (pds_device_is_fatal(code)) {
            return pds_err_pass(code, e, &why);
        }
        if (code != PDS_OK) {
            return pds_device_list_note(out, code, ops->scheme, why.text, e);
        }
    }
    return pds_device_list_join(out, &readers, e);
}
