#include "token/pcsc_lite.h"

#include <stdio.h>
#include <string.h>

void pds_readers_drop(pds_readers *r)
{
    const pds_pcsc_lite *lite = NULL;
    if (r->context != 0 && pds_pcsc_lite_load(&lite, NULL) == PDS_OK) {
        (void)lite->release_context(r->context);
    }
    *r = (pds_readers){ .count = 0 };
}

static pds_code take_names(const pds_pcsc_lite *lite, pds_readers *out, pds_err *e)
{
    enum { ROOM = PDS_READERS_MAX * MAX_READERNAME };
    char names[ROOM];
    DWORD len = sizeof names;
    const LONG rv = lite->list_readers(out->context, NULL, names, &len);
    if (rv == SCARD_E_NO_READERS_AVAILABLE) {
        return PDS_OK;
    }
    PDS_TRY(pds_pcsc_check(rv, "tell of itself", e));
    for (const char *at = names; at < names + len && *at != '\0' && out->count < PDS_READERS_MAX;
         at += strlen(at) + 1) {
        if (strlen(at) < MAX_READERNAME) {
            memcpy(out->items[out->count++].name, at, strlen(at) + 1);
        }
    }
    return PDS_OK;
}

static pds_code look_for_cards(const pds_pcsc_lite *lite, pds_readers *out, pds_err *e)
{
    enum { COUNTER = 16, COUNTER_MAX = 0xFFFF }; /* in the upper half of a state */
    SCARD_READERSTATE states[PDS_READERS_MAX];
    memset(states, 0, sizeof states);
    for (size_t i = 0; i < out->count; i++) {
        states[i].szReader = out->items[i].name;
        states[i].dwCurrentState = SCARD_STATE_UNAWARE;
    }
    if (out->count == 0) {
        return PDS_OK;
    }
    const LONG rv = lite->get_status_change(out->context, 0, states, (DWORD)out->count);
    if (rv != SCARD_E_TIMEOUT) { /* nothing changed in no time */
        PDS_TRY(pds_pcsc_check(rv, "tell of its cards", e));
    }
    for (size_t i = 0; i < out->count; i++) {
        out->items[i].card = (states[i].dwEventState & SCARD_STATE_PRESENT) != 0;
        out->items[i].events = (uint32_t)(states[i].dwEventState >> COUNTER & COUNTER_MAX);
    }
    return PDS_OK;
}

static bool is_no_service(LONG rv)
{
    return rv == SCARD_E_NO_SERVICE || rv == SCARD_E_SERVICE_STOPPED;
}

static pds_code list_once(const pds_pcsc_lite *lite, pds_readers *out, pds_err *e)
{
    *out = (pds_readers){ .count = 0 };
    const LONG rv = pds_pcsc_begin(&out->context);
    if (is_no_service(rv)) {
        out->context = 0;
        return PDS_OK;
    }
    PDS_TRY(pds_pcsc_check(rv, "begin", e));
    out->served = true;
    PDS_TRY(take_names(lite, out, e));
    return look_for_cards(lite, out, e);
}

/* A reader or the service may go while it is asked: then it is asked again. */
pds_code pds_readers_list(pds_readers *out, pds_err *e)
{
    enum { TRIES = 3 };
    const pds_pcsc_lite *lite = NULL;
    pds_code code = PDS_E_TOKEN_REMOVED;
    *out = (pds_readers){ .count = 0 };
    PDS_TRY(pds_pcsc_lite_load(&lite, e));
    for (int i = 0; i < TRIES && code == PDS_E_TOKEN_REMOVED; i++) {
        code = list_once(lite, out, e);
        if (code != PDS_OK) {
            pds_readers_drop(out);
        }
    }
    return code;
}

/* FNV-1a. */
static uint64_t mix(uint64_t sum, const void *bytes, size_t len)
{
    const uint64_t prime = UINT64_C(0x100000001B3);
    const uint8_t *const at = bytes;
    for (size_t i = 0; i < len; i++) {
        sum = (sum ^ at[i]) * prime;
    }
    return sum;
}

uint64_t pds_readers_mark(const pds_readers *r)
{
    uint64_t sum = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < r->count; i++) {
        const uint8_t card = r->items[i].card ? 1 : 0;
        sum = mix(sum, r->items[i].name, strlen(r->items[i].name) + 1);
        sum = mix(sum, &card, sizeof card);
        sum = mix(sum, &r->items[i].events, sizeof r->items[i].events);
    }
    return sum;
}
