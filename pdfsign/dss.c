#include "pdfsign/dss.h"

#include "base/grow.h"
#include "base/interrupt.h"
#include "base/own.h"
#include "cms/digest.h"
#include "pdfsign/extension.h"
#include "pdfsign/form_edit.h"

#include <stdlib.h>
#include <string.h>

enum {
    SHA256 = 32,
    ITEM_MAX = 16 << 20,  /* bytes of one stream, as the verifier has it (verify_evidence.c) */
    TOTAL_MAX = 24 << 20, /* of all that are compared */
    FAULT_COST = 4 << 20, /* what a damaged one counts for */
    KNOWN_MAX = 2048,     /* streams that stand and are compared */
    NAMED_MAX = 1 << 17   /* references to such that are looked at */
};

static const struct {
    const char *list, *vri; /* keys of the store and of an entry of /VRI */
} KEYS[PDS_DSS_KINDS] = { { "Certs", "Cert" }, { "CRLs", "CRL" }, { "OCSPs", "OCSP" } };

/* A stream of the store, or one that will be. */
typedef struct known {
    uint8_t sha256[SHA256]; /* of its bytes, decoded */
    bool readable;
    pds_ref ref;
    bool listed[PDS_DSS_KINDS]; /* in /Certs … */
} known;

typedef struct store {
    pds_update *u;
    pds_doc *doc;
    pds_ref catalog;
    known *items;
    size_t count;
    size_t bytes, named;         /* read and looked at so far */
    pds_buf more[PDS_DSS_KINDS]; /* references that /Certs … lack */
    bool changed;
    pds_err *e;
} store;

static void store_drop(store *s)
{
    free(s->items);
    for (size_t i = 0; i < PDS_DSS_KINDS; i++) {
        pds_buf_drop(&s->more[i]);
    }
}

/* ---- what stands ---- */

static pds_code add_known(store *s, pds_ref ref, known **out)
{
    known *const more = pds_grow(s->items, s->count, sizeof *more);
    if (more == NULL) {
        PDS_FAIL(s->e, PDS_E_NO_MEMORY, "out of memory");
    }
    s->items = more;
    *out = &more[s->count++];
    **out = (known){ .ref = ref };
    return PDS_OK;
}

static known *find_ref(const store *s, pds_ref ref)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->items[i].ref.num == ref.num && s->items[i].ref.gen == ref.gen) {
            return &s->items[i];
        }
    }
    return NULL;
}

static known *find_bytes(const store *s, const uint8_t sha256[SHA256])
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->items[i].readable && memcmp(s->items[i].sha256, sha256, SHA256) == 0) {
            return &s->items[i];
        }
    }
    return NULL;
}

static pds_code hash(pds_span bytes, uint8_t out[SHA256], pds_err *e)
{
    uint8_t digest[PDS_DIGEST_MAX];
    PDS_TRY(pds_hash_of(PDS_SHA256, bytes, digest, e));
    memcpy(out, digest, SHA256);
    return PDS_OK;
}

/* One that can't be read stays, and is equal to nothing. */
static pds_code read_known(store *s, known *k)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    const size_t left = s->bytes < TOTAL_MAX ? TOTAL_MAX - s->bytes : 0;
    const size_t room = left < ITEM_MAX ? left : ITEM_MAX;
    pds_code code = room == 0 ? PDS_E_PDF_LIMIT : pds_doc_read(s->doc, k->ref, &object, s->e);
    if (code == PDS_OK && object.stream) {
        code = pds_doc_stream(s->doc, &object, room, &data, s->e);
        s->bytes += code == PDS_OK ? data.len : code == PDS_E_PDF_LIMIT ? room : FAULT_COST;
        k->readable = code == PDS_OK;
    }
    if (code == PDS_E_PDF_DAMAGED || code == PDS_E_PDF_LIMIT || code == PDS_E_PDF_UNSUPPORTED) {
        return PDS_OK;
    }
    PDS_TRY(code);
    return k->readable ? hash(pds_buf_span(&data), k->sha256, s->e) : PDS_OK;
}

static pds_code meet(store *s, pds_span value, pds_dss_kind kind, bool listed)
{
    pds_ref ref = { 0 };
    if (!pds_value_ref(value, &ref)) {
        return PDS_OK;
    }
    known *k = find_ref(s, ref);
    if (k == NULL && s->count < KNOWN_MAX) {
        PDS_TRY(pds_interrupt_check(s->e));
        PDS_TRY(add_known(s, ref, &k));
        PDS_TRY(read_known(s, k));
    }
    if (k != NULL) {
        k->listed[kind] = k->listed[kind] || listed;
    }
    return PDS_OK;
}

static pds_code meet_list(store *s, pds_span dict, const char *key, pds_dss_kind kind, bool listed)
{
    PDS_OWN(pds_object_drop) pds_object list = { 0 };
    pds_span name, value;
    PDS_TRY(pds_doc_get(s->doc, dict, key, &list, s->e));
    s->bytes += list.text.len;
    pds_iter it = pds_iter_of(list.value);
    while (pds_value_kind(list.value) == PDS_KIND_ARRAY && s->named++ < NAMED_MAX &&
           pds_iter_next(&it, &name, &value)) {
        PDS_TRY(meet(s, value, kind, listed));
    }
    return PDS_OK;
}

static pds_code meet_vri(store *s, pds_span dss)
{
    PDS_OWN(pds_object_drop) pds_object all = { 0 };
    pds_span name, value;
    PDS_TRY(pds_doc_get(s->doc, dss, "VRI", &all, s->e));
    pds_iter it = pds_iter_of(all.value);
    while (s->named++ < NAMED_MAX && s->bytes < TOTAL_MAX && pds_iter_next(&it, &name, &value)) {
        PDS_OWN(pds_object_drop) pds_object one = { 0 };
        PDS_TRY(pds_doc_resolve(s->doc, value, &one, s->e));
        s->bytes += one.text.len;
        for (size_t i = 0; i < PDS_DSS_KINDS; i++) {
            PDS_TRY(meet_list(s, one.value, KEYS[i].vri, (pds_dss_kind)i, false));
        }
    }
    return PDS_OK;
}

static pds_code meet_all(store *s)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    PDS_OWN(pds_object_drop) pds_object dss = { 0 };
    PDS_TRY(pds_doc_catalog(s->doc, &catalog, s->e));
    PDS_TRY(pds_doc_get(s->doc, catalog.value, "DSS", &dss, s->e));
    for (size_t i = 0; i < PDS_DSS_KINDS; i++) {
        PDS_TRY(meet_list(s, dss.value, KEYS[i].list, (pds_dss_kind)i, true));
    }
    return meet_vri(s, dss.value);
}

/* ---- what is lacking ---- */

/* The stream of these bytes, which is in the list of its kind then. */
static pds_code place(store *s, pds_dss_kind kind, pds_span der)
{
    uint8_t sha256[SHA256];
    PDS_TRY(hash(der, sha256, s->e));
    known *k = find_bytes(s, sha256);
    if (k == NULL) {
        PDS_TRY(add_known(s, pds_update_ref(s->u), &k));
        memcpy(k->sha256, sha256, SHA256);
        k->readable = true;
        PDS_TRY(pds_update_put_stream(s->u, k->ref, pds_span_text("<<>>"), der, s->e));
    }
    if (!k->listed[kind]) {
        pds_buf *const more = &s->more[kind];
        pds_buf_text(more, more->len == 0 ? "" : " ");
        pds_ref_put(more, k->ref);
        k->listed[kind] = true;
        s->changed = true;
    }
    return pds_buf_end(&s->more[kind], s->e);
}

static pds_code place_all(store *s, const pds_dss_items *items)
{
    for (size_t i = 0; i < PDS_DSS_KINDS; i++) {
        for (size_t n = 0; n < items->of[i].count; n++) {
            PDS_TRY(pds_interrupt_check(s->e));
            PDS_TRY(place(s, (pds_dss_kind)i, items->of[i].items[n]));
        }
    }
    return PDS_OK;
}

/* ---- staging ---- */

/* /DSS of the catalog: made an object of its own where it is direct, or is not there yet. */
static pds_code own_store(store *s, pds_object *out)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_TRY(pds_update_read(s->u, s->catalog, &catalog, s->e));
    PDS_TRY(pds_update_get(s->u, catalog.value, "DSS", out, s->e));
    const bool stands = pds_value_kind(out->value) == PDS_KIND_DICT && !out->stream;
    if (stands && out->ref.num != 0) {
        return PDS_OK;
    }
    const pds_ref made = pds_update_ref(s->u);
    PDS_TRY(pds_update_put(s->u, made, stands ? out->value : pds_span_text("<</Type/DSS>>"), s->e));
    pds_ref_put(&text, made);
    PDS_TRY(pds_buf_end(&text, s->e));
    const pds_entry entry = { "DSS", pds_buf_span(&text) };
    PDS_TRY(pds_update_edit(s->u, s->catalog, &entry, 1, s->e));
    return pds_update_read(s->u, made, out, s->e);
}

/* References behind the array at a key of a dictionary that is an object of its own. */
static pds_code append(store *s, const pds_object *dict, const char *key, pds_span references)
{
    PDS_OWN(pds_buf_drop) pds_buf direct = { 0 };
    const pds_entry more = { key, references };
    PDS_TRY(pds_form_append(s->u, dict->value, &more, false, &direct, s->e));
    if (direct.len == 0) {
        return PDS_OK;
    }
    const pds_entry entry = { key, pds_buf_span(&direct) };
    return pds_update_edit(s->u, dict->ref, &entry, 1, s->e);
}

static pds_code stage_lists(store *s, const pds_object *dss)
{
    for (size_t i = 0; i < PDS_DSS_KINDS; i++) {
        if (s->more[i].len > 0) {
            PDS_TRY(append(s, dss, KEYS[i].list, pds_buf_span(&s->more[i])));
        }
    }
    return PDS_OK;
}

/* ---- all of it ---- */

static pds_code stage(store *s, const pds_dss_items *items)
{
    PDS_OWN(pds_object_drop) pds_object dss = { 0 };
    PDS_TRY(meet_all(s));
    PDS_TRY(place_all(s, items));
    if (!s->changed) {
        return PDS_OK;
    }
    PDS_TRY(own_store(s, &dss));
    PDS_TRY(stage_lists(s, &dss));
    return pds_extension_stage(s->u, s->e);
}

pds_code pds_dss_stage(pds_update *u, const pds_dss_items *items, bool *changed, pds_err *e)
{
    pds_doc *const doc = pds_update_doc(u);
    PDS_OWN(store_drop)
    store s = { .u = u, .doc = doc, .catalog = pds_form_catalog_ref(doc), .e = e };
    PDS_TRY(stage(&s, items));
    *changed = s.changed;
    return PDS_OK;
}
