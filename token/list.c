#include "base/base64.h"
#include "base/own.h"
#include "cms/cert_query.h"
#include "cms/evp.h"
#include "token/hardkey.h"
#include "token/seal_store.h"

#include <pds/token.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>

/* ---- what a list owns ---- */

/* A block of it, in a chain. */
typedef struct block {
    struct block *next;
    max_align_t bytes[];
} block;

/* A list while it is made. */
typedef struct listing {
    block *blocks;
    pds_token *tokens; /* a block that grows, as the next */
    size_t count;
    const char **notes;
    size_t note_count;
    bool full; /* out of memory */
} listing;

static void *room_for(listing *l, size_t size)
{
    block *const made = calloc(1, sizeof *made + size);
    if (made == NULL) {
        l->full = true;
        return NULL;
    }
    made->next = l->blocks;
    l->blocks = made;
    return made->bytes;
}

static const void *keep(listing *l, pds_span bytes)
{
    char *const copy = room_for(l, bytes.len + 1);
    if (copy != NULL && bytes.len > 0) {
        memcpy(copy, bytes.ptr, bytes.len);
    }
    return copy;
}

/* NULL for "". */
static const char *keep_text(listing *l, const char *text)
{
    return text == NULL || text[0] == '\0' ? NULL : keep(l, pds_span_text(text));
}

static const char *keep_hex(listing *l, pds_span bytes)
{
    PDS_OWN(pds_buf_drop) pds_buf hex = { 0 };
    pds_hex_put(&hex, bytes);
    return pds_buf_end(&hex, NULL) == PDS_OK ? keep(l, pds_buf_span(&hex)) : NULL;
}

static void drop_blocks(block *b)
{
    while (b != NULL) {
        block *const next = b->next;
        free(b);
        b = next;
    }
}

static void listing_drop(listing *l)
{
    drop_blocks(l->blocks);
    free(l->tokens);
    free(l->notes);
}

static pds_code check_room(const listing *l, pds_err *e)
{
    if (l->full) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

static pds_code add_note(listing *l, const char *text, pds_err *e)
{
    const char **const grown = realloc(l->notes, (l->note_count + 1) * sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    l->notes = grown;
    l->notes[l->note_count++] = keep_text(l, text);
    return check_room(l, e);
}

static pds_code note_fault(listing *l, const char *who, const pds_err *why, pds_err *e)
{
    char text[PDS_DEVICE_URI + sizeof why->text + 2];
    (void)snprintf(text, sizeof text, "%s: %s", who, why->text);
    return add_note(l, text, e);
}

/* ---- keys ---- */

/* RFC 5280, 4.2.1.3: digitalSignature, nonRepudiation. */
static unsigned use_of(const pds_device_key *key)
{
    enum { SIGNING = 0x03 };
    if (key->cert == NULL) {
        return (key->signs ? PDS_USE_SIGNING : 0U) | (key->decrypts ? PDS_USE_ENCRYPTION : 0U);
    }
    const uint32_t usage = pds_cert_key_usage(key->cert);
    return ((usage & SIGNING) != 0 ? PDS_USE_SIGNING : 0U) |
           (pds_cert_is_for_encryption(key->cert) ? PDS_USE_ENCRYPTION : 0U);
}

static void put_curve(const EVP_PKEY *key, char *out, size_t room)
{
    enum { NAME = 64 };
    char group[NAME] = "";
    if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                       NULL) != 1) {
        return;
    }
    const char *const nist = EC_curve_nid2nist(OBJ_txt2nid(group));
    (void)snprintf(out, room, "EC %s", nist != NULL ? nist : group);
}

static const char *algorithm_of(listing *l, const EVP_PKEY *key)
{
    enum { NAME = 80 };
    char text[NAME] = "";
    if (key == NULL) {
        return NULL;
    }
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
        (void)snprintf(text, sizeof text, "RSA %d", EVP_PKEY_get_bits(key));
        break;
    case EVP_PKEY_EC:
        put_curve(key, text, sizeof text);
        break;
    case EVP_PKEY_ED25519:
        (void)snprintf(text, sizeof text, "Ed25519");
        break;
    default:
        (void)snprintf(text, sizeof text, "%s", EVP_PKEY_get0_type_name(key));
    }
    return keep_text(l, text);
}

static void describe_cert(listing *l, const pds_cert *cert, pds_token_key *out)
{
    enum { SHA256 = 32 };
    uint8_t digest[SHA256];
    const pds_span der = pds_cert_der(cert);
    char *const issuer = pds_cert_issuer(cert);
    pds_cert_sha256(cert, digest);
    out->name = keep_text(l, pds_cert_label(cert));
    out->subject = keep_text(l, pds_cert_subject(cert));
    out->issuer = keep_text(l, issuer);
    out->serial = keep_hex(l, pds_cert_serial(cert));
    out->sha256 = keep_hex(l, pds_span_of(digest, sizeof digest));
    out->not_before = pds_cert_not_before(cert);
    out->not_after = pds_cert_not_after(cert);
    out->cert = keep(l, der);
    out->cert_bytes = der.len;
    free(issuer);
}

static pds_code describe_key(listing *l, const pds_device_ops *ops, const pds_device_info *info,
                             const pds_device_key *key, pds_token_key *out, pds_err *e)
{
    char uri[PDS_DEVICE_URI] = "";
    PDS_TRY(ops->key_uri(info, key, uri, e));
    *out = (pds_token_key){ .uri = keep_text(l, uri),
                            .id = keep_text(l, key->id),
                            .label = keep_text(l, key->label),
                            .algorithm = algorithm_of(l, key->public_half),
                            .use = use_of(key),
                            .has_key = key->has_key,
                            .asks_always = key->asks_always };
    if (key->cert != NULL) {
        describe_cert(l, key->cert, out);
    }
    return check_room(l, e);
}

static pds_code describe_keys(listing *l, const pds_opened *d, const char *rest, pds_token *out,
                              pds_err *e)
{
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    const pds_device_ops *const ops = pds_guard_ops(d->device);
    PDS_TRY(pds_guard_keys(d->device, rest, &keys, e));
    pds_token_key *const items = room_for(l, keys.count * sizeof *items);
    PDS_TRY(check_room(l, e));
    for (size_t i = 0; i < keys.count; i++) {
        PDS_TRY(describe_key(l, ops, &d->info, &keys.items[i], &items[i], e));
    }
    out->keys = items;
    out->key_count = keys.count;
    return PDS_OK;
}

/* ---- tokens ---- */

static pds_code describe_pin(const pds_opened *d, pds_token *out, pds_err *e)
{
    pds_pin_state state = { .tries = -1 };
    PDS_TRY(pds_guard_pin_state(d->device, &state, e));
    out->pin_tries = state.tries;
    out->puk_tries = state.puk_tries;
    out->pin_low = state.low;
    out->pin_last = state.last || state.tries == 1;
    out->pin_blocked = state.blocked || state.tries == 0;
    out->pin_unset = state.unset;
    out->pin_pad = state.pad;
    return PDS_OK;
}

static pds_code describe(listing *l, const pds_opened *d, const char *rest, pds_token *out,
                         pds_err *e)
{
    const pds_device_info *const info = &d->info;
    *out = (pds_token){ .uri = keep_text(l, info->uri),
                        .driver = pds_guard_ops(d->device)->scheme,
                        .label = keep_text(l, info->label),
                        .maker = keep_text(l, info->maker),
                        .model = keep_text(l, info->model),
                        .serial = keep_text(l, info->serial),
                        .reader = keep_text(l, info->reader),
                        .alias = keep_text(l, info->alias) };
    PDS_TRY(check_room(l, e));
    PDS_TRY(describe_pin(d, out, e));
    PDS_TRY(describe_keys(l, d, rest, out, e));
    out->has_seal = pds_seal_store_has(d->device);
    return PDS_OK;
}

static pds_code make_room(listing *l, pds_err *e)
{
    pds_token *const grown = realloc(l->tokens, (l->count + 1) * sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    l->tokens = grown;
    return PDS_OK;
}

static pds_code add_bare(listing *l, const pds_device_ops *ops, const pds_device_info *info,
                         pds_err *e)
{
    PDS_TRY(make_room(l, e));
    l->tokens[l->count++] = (pds_token){ .uri = keep_text(l, info->uri),
                                         .driver = ops->scheme,
                                         .reader = keep_text(l, info->reader),
                                         .alias = keep_text(l, info->alias),
                                         .pin_tries = -1,
                                         .puk_tries = -1,
                                         .bare = true };
    return check_room(l, e);
}

/* What is one token's fault is a note; what is nobody's ends the list. */
static pds_code add_token(listing *l, const pds_device_ops *ops, const pds_device_info *info,
                          const char *rest, pds_err *e)
{
    PDS_OWN(pds_opened_drop) pds_opened d = { .info = *info };
    pds_err why;
    PDS_TRY(make_room(l, e));
    pds_code code = pds_guard_open(ops, info, &d.device, &why);
    code = code == PDS_OK ? describe(l, &d, rest, &l->tokens[l->count], &why) : code;
    if (code == PDS_OK) {
        l->count++;
        return PDS_OK;
    }
    return pds_device_is_fatal(code)
               ? pds_err_pass(code, e, &why)
               : note_fault(l, info->label[0] != '\0' ? info->label : info->reader, &why, e);
}

/* ---- drivers ---- */

static pds_code add_devices(listing *l, const pds_device_ops *ops, const char *rest,
                            const pds_device_list *list, pds_err *e)
{
    for (size_t i = 0; i < list->count; i++) {
        const pds_device_info *const info = &list->items[i];
        PDS_TRY(info->bare ? add_bare(l, ops, info, e) : add_token(l, ops, info, rest, e));
    }
    for (size_t i = 0; i < list->note_count; i++) {
        PDS_TRY(add_note(l, list->notes[i], e));
    }
    return PDS_OK;
}

/* named: by the URI, so that it has to be there. */
static pds_code add_driver(listing *l, const pds_device_ops *ops, const char *rest, bool named,
                           pds_err *e)
{
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    pds_err why;
    const pds_code code = pds_guard_find(ops, rest, &list, &why);
    if (code == PDS_OK) {
        return add_devices(l, ops, rest, &list, e);
    }
    const bool ends = pds_device_is_fatal(code) ||
                      (named && (code == PDS_E_LIBRARY_MISSING || code == PDS_E_KEY_UNREADABLE));
    return ends ? pds_err_pass(code, e, &why) : note_fault(l, ops->scheme, &why, e);
}

static pds_code add_drivers(listing *l, const char *uri, pds_err *e)
{
    pds_device_meant meant;
    PDS_TRY(pds_devices_meant(uri, &meant, e));
    for (size_t i = 0; i < meant.count; i++) {
        PDS_TRY(add_driver(l, meant.rows[i], meant.rest, uri != NULL, e));
    }
    return PDS_OK;
}

static pds_token_list take(listing *l)
{
    const pds_token_list list = { .items = l->tokens,
                                  .count = l->count,
                                  .notes = l->notes,
                                  .note_count = l->note_count,
                                  .owner = l->blocks };
    *l = (listing){ .count = 0 };
    return list;
}

pds_code pds_tokens_list(const char *uri, pds_token_list *out, pds_err *e)
{
    PDS_OWN(listing_drop) listing l = { .count = 0 };
    PDS_TRY(add_drivers(&l, uri, e));
    *out = take(&l);
    return PDS_OK;
}

/* ---- searching ---- */

static pds_code search_driver(listing *l, const pds_device_ops *ops, long ms, pds_err *e)
{
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    pds_err why;
    const pds_code code = pds_guard_search(ops, ms, &list, &why);
    if (code == PDS_OK) {
        return add_devices(l, ops, "", &list, e);
    }
    return pds_device_is_fatal(code) || code == PDS_E_LIBRARY_MISSING
               ? pds_err_pass(code, e, &why)
               : note_fault(l, ops->scheme, &why, e);
}

pds_code pds_tokens_search(long seconds, pds_token_list *out, pds_err *e)
{
    enum { MS = 1000, LONGEST = 1000000000 };
    PDS_OWN(listing_drop) listing l = { .count = 0 };
    const long ms = (seconds < LONGEST ? seconds : LONGEST) * MS;
    pds_device_meant all;
    PDS_TRY(pds_devices_meant(NULL, &all, e));
    for (size_t i = 0; i < all.count; i++) {
        if (all.rows[i]->in_readers) {
            PDS_TRY(search_driver(&l, all.rows[i], ms, e));
        }
    }
    *out = take(&l);
    return PDS_OK;
}

void pds_token_list_drop(pds_token_list *list)
{
    drop_blocks(list->owner);
    free((pds_token *)list->items);
    free((char **)list->notes);
    *list = (pds_token_list){ .items = NULL };
}
