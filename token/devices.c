#include "base/interrupt.h"
#include "token/device.h"
#include "token/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const pds_device_ops *const ROWS[PDS_DEVICE_ROWS] = { &pds_device_p11, &pds_device_pcsc };

static pds_code no_such_row(pds_err *e)
{
    PDS_FAIL(e, PDS_E_USAGE, "no kind of token is named so: pkcs11: and pcsc: are");
}

pds_code pds_devices_meant(const char *uri, pds_device_meant *out, pds_err *e)
{
    const size_t scheme = uri == NULL ? 0 : strcspn(uri, ":");
    *out = (pds_device_meant){ .rest = "" };
    PDS_TRY(pds_uri_refuse_secrets(uri, e));
    for (size_t i = 0; i < PDS_DEVICE_ROWS; i++) {
        const char *const name = ROWS[i]->scheme;
        if (uri == NULL || (strlen(name) == scheme && strncasecmp(uri, name, scheme) == 0)) {
            out->rows[out->count++] = ROWS[i];
        }
    }
    if (uri != NULL && uri[scheme] == ':') {
        out->rest = uri + scheme + 1;
    }
    return out->count == 0 ? no_such_row(e) : PDS_OK;
}

pds_code pds_device_row(const char *uri, const pds_device_ops **out, const char **rest, pds_err *e)
{
    if (uri == NULL) {
        PDS_FAIL(e, PDS_E_USAGE, "it is not said which token is meant");
    }
    pds_device_meant meant;
    PDS_TRY(pds_devices_meant(uri, &meant, e));
    *out = meant.rows[0];
    *rest = meant.rest;
    return strchr(uri, ':') == NULL ? no_such_row(e) : PDS_OK;
}

void pds_device_keys_drop(pds_device_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        pds_cert_drop(&keys->items[i].cert);
        EVP_PKEY_free(keys->items[i].public_half);
    }
    free(keys->items);
    *keys = (pds_device_keys){ .items = NULL };
}

void pds_device_list_drop(pds_device_list *list)
{
    free(list->items);
    free(list->notes);
    *list = (pds_device_list){ .items = NULL };
}

pds_code pds_device_list_add(pds_device_list *list, const pds_device_info *info, pds_err *e)
{
    pds_device_info *const grown = realloc(list->items, (list->count + 1) * sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    list->items = grown;
    grown[list->count++] = *info;
    return PDS_OK;
}

static pds_code add_note(pds_device_list *list, const char *text, pds_err *e)
{
    char(*const grown)[256] = realloc(list->notes, (list->note_count + 1) * sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    list->notes = grown;
    (void)snprintf(grown[list->note_count++], sizeof *grown, "%s", text);
    return PDS_OK;
}

/* What is in others' hands counts more than what is not there, and what hangs more than that. */
static void count_in(pds_device_list *list, pds_code code)
{
    const bool stuck = list->note_code == PDS_E_TOKEN_BUSY || list->note_code == PDS_E_TOKEN_HUNG;
    if (!stuck || code == PDS_E_TOKEN_HUNG) {
        list->note_code = code;
    }
}

pds_code pds_device_list_note(pds_device_list *list, pds_code code, const char *who,
                              const char *why, pds_err *e)
{
    char text[sizeof *list->notes];
    (void)snprintf(text, sizeof text, "%s: %s", who, why);
    count_in(list, code);
    return add_note(list, text, e);
}

pds_code pds_device_list_join(pds_device_list *list, pds_device_list *more, pds_err *e)
{
    for (size_t i = 0; i < more->count; i++) {
        PDS_TRY(pds_device_list_add(list, &more->items[i], e));
    }
    for (size_t i = 0; i < more->note_count; i++) {
        PDS_TRY(add_note(list, more->notes[i], e));
    }
    if (more->note_count > 0) {
        count_in(list, more->note_code);
    }
    pds_device_list_drop(more);
    return PDS_OK;
}

/* ---- */

bool pds_device_is_fatal(pds_code code)
{
    return code == PDS_E_NO_MEMORY || code == PDS_E_INTERRUPTED || code == PDS_E_USAGE;
}

pds_code pds_device_nap(long ms, pds_err *e)
{
    enum { SLICE = 200, MS = 1000, NS_OF_MS = 1000000 };
    const long step = ms < SLICE ? ms : SLICE;
    const struct timespec nap = { .tv_sec = step / MS, .tv_nsec = step % MS * NS_OF_MS };
    (void)nanosleep(&nap, NULL);
    return pds_interrupt_check(e);
}
