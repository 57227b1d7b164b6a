#include "pdfsign/reuse.h"

#include "base/own.h"
#include "pdf/crypt.h"
#include "pdf/doc_internal.h"

#include <stdlib.h>

enum {
    LOOKED_MAX = 1024, /* nodes of the field tree and forms together */
    REFS_MAX = 256,
    DEPTH_MAX = 8 /* of fields, and of forms in forms */
};

typedef struct search {
    pds_doc *doc;
    pds_reuse *out;
    unsigned depth;
} search;

/* Damage in what earlier signers left is no fault of this signing: it is not drawn with. */
static pds_code forgive(pds_code code)
{
    switch (code) {
    case PDS_E_PDF_DAMAGED:
    case PDS_E_PDF_LIMIT:
    case PDS_E_PDF_UNSUPPORTED:
        return PDS_OK;
    default:
        return code;
    }
}

/* ---- collecting ---- */

/* Keeps the value if it is a reference. */
static pds_code keep(search *s, pds_span value, pds_err *e)
{
    pds_ref ref;
    if (!pds_value_ref(value, &ref) || s->out->count == REFS_MAX) {
        return PDS_OK;
    }
    for (size_t i = 0; i < s->out->count; i++) {
        if (s->out->refs[i].num == ref.num) {
            return PDS_OK;
        }
    }
    if (s->out->refs == NULL) {
        s->out->refs = calloc(REFS_MAX, sizeof *s->out->refs);
    }
    if (s->out->refs == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    s->out->refs[s->out->count++] = ref;
    return PDS_OK;
}

static pds_code keep_entries(search *s, pds_span dict, const char *const *keys, pds_err *e)
{
    pds_span value;
    for (; *keys != NULL; keys++) {
        if (pds_dict_get(dict, *keys, &value)) {
            PDS_TRY(keep(s, value, e));
        }
    }
    return PDS_OK;
}

/* A colour space [/ICCBased profile]: the profile. */
static pds_code keep_profile(search *s, pds_span space, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object array = { 0 };
    pds_span key;
    pds_span value;
    PDS_TRY(pds_doc_resolve(s->doc, space, &array, e));
    if (pds_value_kind(array.value) != PDS_KIND_ARRAY) {
        return PDS_OK;
    }
    pds_iter it = pds_iter_of(array.value);
    while (pds_iter_next(&it, &key, &value)) {
        PDS_TRY(keep(s, value, e));
    }
    return PDS_OK;
}

static pds_code keep_font(search *s, pds_span value, pds_err *e)
{
    static const char *const OfFont[] = { "ToUnicode", NULL };
    static const char *const OfDescendant[] = { "FontDescriptor", NULL };
    static const char *const OfDescriptor[] = { "FontFile3", "CIDSet", NULL };
    PDS_OWN(pds_object_drop) pds_object font = { 0 };
    PDS_OWN(pds_object_drop) pds_object list = { 0 };
    PDS_OWN(pds_object_drop) pds_object descendant = { 0 };
    PDS_OWN(pds_object_drop) pds_object descriptor = { 0 };
    pds_span key;
    pds_span first = pds_span_of(NULL, 0);
    PDS_TRY(keep(s, value, e));
    PDS_TRY(pds_doc_resolve(s->doc, value, &font, e));
    PDS_TRY(keep_entries(s, font.value, OfFont, e));
    PDS_TRY(pds_doc_get(s->doc, font.value, "DescendantFonts", &list, e));
    pds_iter it = pds_iter_of(list.value);
    if (!pds_iter_next(&it, &key, &first)) {
        return PDS_OK;
    }
    PDS_TRY(keep(s, first, e));
    PDS_TRY(pds_doc_resolve(s->doc, first, &descendant, e));
    PDS_TRY(keep_entries(s, descendant.value, OfDescendant, e));
    PDS_TRY(pds_doc_get(s->doc, descendant.value, "FontDescriptor", &descriptor, e));
    return keep_entries(s, descriptor.value, OfDescriptor, e);
}

static pds_code look_at_form(search *s, const pds_object *form, pds_err *e);

static pds_code keep_drawn(search *s, pds_span value, pds_err *e)
{
    static const char *const OfImage[] = { "SMask", "Mask", NULL };
    PDS_OWN(pds_object_drop) pds_object drawn = { 0 };
    pds_span kind;
    pds_span space;
    PDS_TRY(pds_doc_resolve(s->doc, value, &drawn, e));
    if (!drawn.stream || !pds_dict_get(drawn.value, "Subtype", &kind)) {
        return PDS_OK;
    }
    if (pds_value_is_name(kind, "Form")) {
        return look_at_form(s, &drawn, e);
    }
    PDS_TRY(keep(s, value, e));
    PDS_TRY(keep_entries(s, drawn.value, OfImage, e));
    return pds_dict_get(drawn.value, "ColorSpace", &space) ? keep_profile(s, space, e) : PDS_OK;
}

/* What to do with each entry of a part of the resources. */
typedef struct part {
    const char *key;
    pds_code (*look)(search *s, pds_span value, pds_err *e);
} part;

static const part PARTS[] = { { "ColorSpace", keep_profile },
                              { "Font", keep_font },
                              { "XObject", keep_drawn } };

static pds_code look_at_part(search *s, pds_span resources, const part *p, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object dict = { 0 };
    pds_span key;
    pds_span value;
    PDS_TRY(pds_doc_get(s->doc, resources, p->key, &dict, e));
    pds_iter it = pds_iter_of(dict.value);
    while (it.dict && s->out->count < REFS_MAX && pds_iter_next(&it, &key, &value)) {
        PDS_TRY(p->look(s, value, e));
    }
    return PDS_OK;
}

static pds_code look_at_form(search *s, const pds_object *form, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object resources = { 0 };
    pds_code code = PDS_OK;
    if (!form->stream || s->depth == DEPTH_MAX || s->out->looked++ >= LOOKED_MAX) {
        return PDS_OK;
    }
    PDS_TRY(pds_doc_get(s->doc, form->value, "Resources", &resources, e));
    s->depth++;
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0] && code == PDS_OK; i++) {
        code = look_at_part(s, resources.value, &PARTS[i], e);
    }
    s->depth--;
    return code;
}

static pds_code look_at_widget(search *s, pds_span widget, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object looks = { 0 };
    PDS_OWN(pds_object_drop) pds_object normal = { 0 };
    PDS_TRY(pds_doc_get(s->doc, widget, "AP", &looks, e));
    PDS_TRY(pds_doc_get(s->doc, looks.value, "N", &normal, e));
    return look_at_form(s, &normal, e);
}

static pds_code look_at_fields(search *s, pds_span list, pds_err *e);

static pds_code look_at_field(search *s, pds_span value, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object field = { 0 };
    PDS_OWN(pds_object_drop) pds_object kids = { 0 };
    PDS_TRY(pds_doc_resolve(s->doc, value, &field, e));
    PDS_TRY(forgive(look_at_widget(s, field.value, e)));
    PDS_TRY(pds_doc_get(s->doc, field.value, "Kids", &kids, e));
    return look_at_fields(s, kids.value, e);
}

static pds_code look_at_fields(search *s, pds_span list, pds_err *e)
{
    pds_span key;
    pds_span value;
    pds_iter it = pds_iter_of(list);
    if (it.dict || s->depth == DEPTH_MAX) {
        return PDS_OK;
    }
    s->depth++;
    while (s->out->looked++ < LOOKED_MAX && pds_iter_next(&it, &key, &value)) {
        const pds_code code = forgive(look_at_field(s, value, e));
        if (code != PDS_OK) {
            return code;
        }
    }
    s->depth--;
    return PDS_OK;
}

pds_code pds_reuse_collect(pds_doc *doc, pds_reuse *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    PDS_OWN(pds_object_drop) pds_object form = { 0 };
    PDS_OWN(pds_object_drop) pds_object fields = { 0 };
    search s = { .doc = doc, .out = out };
    PDS_TRY(pds_doc_catalog(doc, &catalog, e));
    PDS_TRY(pds_doc_get(doc, catalog.value, "AcroForm", &form, e));
    PDS_TRY(pds_doc_get(doc, form.value, "Fields", &fields, e));
    return look_at_fields(&s, fields.value, e);
}

void pds_reuse_drop(pds_reuse *r)
{
    free(r->refs);
    *r = (pds_reuse){ 0 };
}

/* ---- comparing ---- */

/* Is it this text, but for /Length? */
static pds_code same_text(const pds_object *o, pds_span text, bool *same, pds_err *e)
{
    static const pds_entry Length = { "Length", { NULL, 0 } };
    PDS_OWN(pds_buf_drop) pds_buf rest = { 0 };
    if (!o->stream) {
        *same = pds_span_eq(o->value, text);
        return PDS_OK;
    }
    *same = o->value.len >= text.len;
    if (*same) {
        pds_dict_put(&rest, o->value, &Length, 1);
        *same = pds_span_eq(pds_buf_span(&rest), text);
    }
    return pds_buf_end(&rest, e);
}

/* Encryption can make data longer by a vector and padding, never shorter. */
static bool may_be_as_long(const pds_object *o, size_t len, bool encrypted)
{
    static const size_t more = 32;
    return encrypted ? o->data_len >= len && o->data_len <= len + more : o->data_len == len;
}

static pds_code same_data(pds_doc *doc, const pds_object *o, pds_span data, bool *same, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf found = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf clear = { 0 };
    const pds_crypt_use use = { pds_doc_crypt(doc), o->ref, PDS_DECRYPT };
    *same = false;
    if (!may_be_as_long(o, data.len, use.crypt != NULL)) {
        return PDS_OK;
    }
    uint8_t *const room = pds_buf_grow(&found, (size_t)o->data_len);
    PDS_TRY(pds_buf_end(&found, e));
    if (o->data_len > 0) {
        PDS_TRY(pds_file_read(pds_doc_file(doc), o->data, room, (size_t)o->data_len, e));
    }
    if (use.crypt != NULL) {
        PDS_TRY(forgive(pds_crypt_stream(&use, o->value, pds_buf_span(&found), &clear, e)));
    }
    *same = pds_span_eq(pds_buf_span(use.crypt != NULL ? &clear : &found), data);
    return PDS_OK;
}

static pds_code is_same(pds_doc *doc, const pds_object *o, pds_span text, const pds_span *data,
                        bool *same, pds_err *e)
{
    *same = false;
    if (o->stream != (data != NULL)) {
        return PDS_OK;
    }
    PDS_TRY(same_text(o, text, same, e));
    return *same && data != NULL ? same_data(doc, o, *data, same, e) : PDS_OK;
}

pds_code pds_reuse_find(const pds_reuse *r, pds_doc *doc, pds_span text, const pds_span *data,
                        pds_ref *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object candidate = { 0 };
    bool same = false;
    *out = (pds_ref){ 0 };
    for (size_t i = 0; i < r->count && !same; i++) {
        const pds_code code = pds_doc_read(doc, r->refs[i], &candidate, e);
        PDS_TRY(forgive(code));
        if (code == PDS_OK) {
            PDS_TRY(is_same(doc, &candidate, text, data, &same, e));
        }
        if (same) {
            *out = r->refs[i];
        }
    }
    return PDS_OK;
}
