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

/* "pkcs11:token=…": the row, and what follows the colon. */
static const pds_device_ops *row_of(const char *uri, const char **rest)
{
    const size_t scheme = strcspn(uri, ":");
    for (size_t i = 0; pds_devices[i] != NULL; i++) {
        const char *const name = pds_devices[i]->scheme;
        if (strlen(name) == scheme && strncasecmp(uri, name, scheme) == 0 && uri[scheme] == ':') {
            *rest = uri + scheme + 1;
            return pds_devices[i];
        }
    }
    return NULL;
}

static pds_code missing(const pds_device_list *list, pds_err *e)
{
    if (list->note_count > 0) {
        PDS_FAIL(e, list->note_code == PDS_E_TOKEN_BUSY ? PDS_E_TOKEN_BUSY : PDS_E_TOKEN_MISSING,
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

static pds_code look(const pds_device_ops *ops, const char *rest, const pds_key_options *options,
                     pds_opened *out, pds_err *e)
{
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    PDS_TRY(pds_guard_find(ops, rest, &list, e));
    return list.count == 0 ? missing(&list, e) : open_one(ops, rest, &list, options, out, e);
}

static time_t now(void)
{
    struct timespec t = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

pds_code pds_opened_find(const char *uri, const pds_key_options *options, pds_opened *out,
                         pds_err *e)
{
    enum { LOOK_MS = 1000 };
    const char *rest = NULL;
    const pds_device_ops *const ops = row_of(uri, &rest);
    const time_t until = now() + options->wait;
    bool told = false;
    if (ops == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "no kind of token is named so");
    }
    for (;;) {
        const pds_code code = look(ops, rest, options, out, e);
        const bool waits =
            code == PDS_E_TOKEN_MISSING || code == PDS_E_TOKEN_REMOVED || code == PDS_E_TOKEN_BUSY;
        if (!waits || now() >= until) {
            return code;
        }
        if (!told && options->tell != NULL) {
            options->tell(options->tell_ctx, pds_translated(N_("waiting for the token")));
        }
        told = true;
        PDS_TRY(ops->wait(LOOK_MS, e));
        PDS_TRY(pds_interrupt_check(e));
    }
}

pds_code pds_opened_only(const char *uri, pds_opened *out, pds_err *e)
{
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    const char *rest = NULL;
    const pds_device_ops *const ops = row_of(uri, &rest);
    if (ops == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "no kind of token is named so");
    }
    PDS_TRY(pds_guard_find(ops, rest, &list, e));
    if (list.count != 1) {
        return list.count == 0 ? missing(&list, e) : ambiguous(&list, e);
    }
    out->info = list.items[0];
    return pds_guard_open(ops, &out->info, &out->device, e);
}
