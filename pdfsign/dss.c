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

pds_code pds_dss_vri_key(pds_span contents, char out[PDS_DSS_KEY], pds_err *e)
{
    static const char Digits[] = "0123456789ABCDEF";
    uint8_t sha1[PDS_DIGEST_MAX];
    PDS_TRY(pds_md_hash_of(PDS_MD_SHA1, contents, sha1, e));
    for (size_t i = 0; i < PDS_DSS_KEY / 2; i++) {
        out[2 * i] = Digits[sha1[i] >> 4];
        out[2 * i + 1] = Digits[sha1[i] & 0xf];
    }
    out[PDS_DSS_KEY - 1] = '\0';
    return PDS_OK;
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
static pds_code place(store *s, pds_dss_kind kind, pds_span der, pds_ref *out)
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
    *out = k->ref;
    return pds_buf_end(&s->more[kind], s->e);
}

static pds_code place_all(store *s, const pds_dss_items *items)
{
    pds_ref ref;
    for (size_t i = 0; i < PDS_DSS_KINDS; i++) {
        for (size_t n = 0; n < items->of[i].count; n++) {
            PDS_TRY(pds_interrupt_check(s->e));
            PDS_TRY(place(s, (pds_dss_kind)i, items->of[i].items[n], &ref));
        }
    }
    return PDS_OK;
}

/* ---- staging ---- */

static pds_code put_entry(store *s, pds_ref dict, const char *key, pds_ref value)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_ref_put(&text, value);
    PDS_TRY(pds_buf_end(&text, s->e));
    const pds_entry entry = { key, pds_buf_span(&text) };
    return pds_update_edit(s->u, dict, &entry, 1, s->e);
}

/* The dictionary at a key of another one: made an object of its own where it is direct, or is
 * not there yet. fresh: its text then. */
static pds_code own_dict(store *s, pds_ref parent, const char *key, const char *fresh,
                         pds_object *out)
{
    PDS_OWN(pds_object_drop) pds_object above = { 0 };
    PDS_TRY(pds_update_read(s->u, parent, &above, s->e));
    PDS_TRY(pds_update_get(s->u, above.value, key, out, s->e));
    const bool stands = pds_value_kind(out->value) == PDS_KIND_DICT && !out->stream;
    if (stands && out->ref.num != 0) {
        return PDS_OK;
    }
    const pds_ref made = pds_update_ref(s->u);
    PDS_TRY(pds_update_put(s->u, made, stands ? out->value : pds_span_text(fresh), s->e));
    PDS_TRY(put_entry(s, parent, key, made));
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

/* ---- one signature's ---- */

static bool holds(pds_span array, pds_ref ref)
{
    pds_iter it = pds_iter_of(array);
    pds_span name, value;
    pds_ref one;
    while (pds_value_kind(array) == PDS_KIND_ARRAY && pds_iter_next(&it, &name, &value)) {
        if (pds_value_ref(value, &one) && one.num == ref.num && one.gen == ref.gen) {
            return true;
        }
    }
    return false;
}

static bool is_repeated(const pds_spans *list, size_t at)
{
    bool found = false;
    for (size_t i = 0; i < at && !found; i++) {
        found = pds_span_eq(list->items[i], list->items[at]);
    }
    return found;
}

/* References that the entry's array lacks. */
static pds_code find_lacking(store *s, pds_span entry, const pds_spans *list, pds_dss_kind kind,
                             pds_buf *out)
{
    PDS_OWN(pds_object_drop) pds_object array = { 0 };
    PDS_TRY(pds_update_get(s->u, entry, KEYS[kind].vri, &array, s->e));
    for (size_t i = 0; i < list->count; i++) {
        pds_ref ref;
        PDS_TRY(place(s, kind, list->items[i], &ref));
        if (!holds(array.value, ref) && !is_repeated(list, i)) {
            pds_buf_text(out, out->len == 0 ? "" : " ");
            pds_ref_put(out, ref);
        }
    }
    return pds_buf_end(out, s->e);
}

/* Unless a timestamp tells when (/TS), with which no /TU goes. */
static pds_code stage_time(store *s, const pds_object *entry, const pds_dss_vri *vri)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    char date[32];
    pds_span stamp;
    if (vri->when == NULL || pds_dict_get(entry->value, "TS", &stamp)) {
        return PDS_OK;
    }
    pds_clock_pdf(vri->when, date);
    pds_string_put(&text, pds_span_text(date));
    PDS_TRY(pds_buf_end(&text, s->e));
    const pds_entry time = { "TU", pds_buf_span(&text) };
    return pds_update_edit(s->u, entry->ref, &time, 1, s->e);
}

/* The entry as it stands, in the store and in this update; kind NONE: there is none. */
static pds_code read_vri(store *s, const char *key, pds_object *out)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    PDS_OWN(pds_object_drop) pds_object dss = { 0 };
    PDS_OWN(pds_object_drop) pds_object all = { 0 };
    PDS_TRY(pds_update_read(s->u, s->catalog, &catalog, s->e));
    PDS_TRY(pds_update_get(s->u, catalog.value, "DSS", &dss, s->e));
    PDS_TRY(pds_update_get(s->u, dss.value, "VRI", &all, s->e));
    PDS_TRY(pds_update_get(s->u, all.value, key, out, s->e));
    if (out->text.len == 0) { /* lent by what goes away here */
        pds_buf_put(&out->text, out->value);
        PDS_TRY(pds_buf_end(&out->text, s->e));
        out->value = pds_buf_span(&out->text);
    }
    return PDS_OK;
}

typedef struct lacking {
    pds_buf of[PDS_DSS_KINDS]; /* references */
    bool any;
} lacking;

static void lacking_drop(lacking *l)
{
    for (size_t i = 0; i < PDS_DSS_KINDS; i++) {
        pds_buf_drop(&l->of[i]);
    }
}

static pds_code stage_entry(store *s, const char *key, const lacking *l, const pds_dss_vri *vri)
{
    PDS_OWN(pds_object_drop) pds_object dss = { 0 };
    PDS_OWN(pds_object_drop) pds_object all = { 0 };
    PDS_OWN(pds_object_drop) pds_object entry = { 0 };
    PDS_TRY(own_dict(s, s->catalog, "DSS", "<</Type/DSS>>", &dss));
    PDS_TRY(own_dict(s, dss.ref, "VRI", "<<>>", &all));
    PDS_TRY(own_dict(s, all.ref, key, "<</Type/VRI>>", &entry));
    for (size_t i = 0; i < PDS_DSS_KINDS; i++) {
        if (l->of[i].len > 0) {
            PDS_TRY(append(s, &entry, KEYS[i].vri, pds_buf_span(&l->of[i])));
        }
    }
    s->changed = true;
    return stage_time(s, &entry, vri);
}

static pds_code stage_vri(store *s, const pds_dss_vri *vri)
{
    PDS_OWN(pds_object_drop) pds_object entry = { 0 };
    PDS_OWN(lacking_drop) lacking l = { .any = false };
    PDS_TRY(read_vri(s, vri->key, &entry));
    for (size_t i = 0; i < PDS_DSS_KINDS; i++) {
        PDS_TRY(find_lacking(s, entry.value, &vri->items.of[i], (pds_dss_kind)i, &l.of[i]));
        l.any = l.any || l.of[i].len > 0;
    }
    return l.any ? stage_entry(s, vri->key, &l, vri) : PDS_OK;
}

/* ---- all of it ---- */

static pds_code stage(store *s, const pds_dss_content *content)
{
    PDS_OWN(pds_object_drop) pds_object dss = { 0 };
    PDS_TRY(meet_all(s));
    PDS_TRY(place_all(s, &content->items));
    for (size_t i = 0; i < content->vri_count; i++) {
        PDS_TRY(stage_vri(s, &content->vris[i]));
    }
    if (!s->changed) {
        return PDS_OK;
    }
    PDS_TRY(own_dict(s, s->catalog, "DSS", "<</Type/DSS>>", &dss));
    PDS_TRY(stage_lists(s, &dss));
    return pds_extension_stage(s->u, s->e);
}

pds_code pds_dss_stage(pds_update *u, const pds_dss_content *content, bool *changed, pds_err *e)
{
    pds_doc *const doc = pds_update_doc(u);
    PDS_OWN(store_drop)
    store s = { .u = u, .doc = doc, .catalog = pds_form_catalog_ref(doc), .e = e };
    PDS_TRY(stage(&s, content));
    *changed = s.changed;
    return PDS_OK;
}
