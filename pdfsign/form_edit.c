#include "pdfsign/form_edit.h"

#include "base/own.h"

enum { WIDGET_FLAGS = 132 /* Print, Locked: table 167 */ };

pds_ref pds_form_catalog_ref(const pds_doc *doc)
{
    pds_ref ref = { 0 };
    pds_span root;
    if (pds_dict_get(pds_doc_trailer(doc), "Root", &root)) {
        (void)pds_value_ref(root, &ref);
    }
    return ref;
}

/* Appends to the array that is the value of a dictionary's key. An indirect array is staged at its
 * own place and `direct` stays empty; else, or where a copy is wanted, direct is the new array, for
 * the dictionary's entry. */
static pds_code append_to_key(pds_update *u, pds_span dict, const char *key, pds_ref element,
                              bool copy, pds_buf *direct, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object array = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf grown = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf item = { 0 };
    bool is_array = false;

    pds_ref_put(&item, element);
    PDS_TRY(pds_update_get(u, dict, key, &array, e));
    is_array = pds_value_kind(array.value) == PDS_KIND_ARRAY;
    pds_array_put(&grown, is_array ? array.value : pds_span_of(NULL, 0), pds_buf_span(&item));
    PDS_TRY(pds_buf_end(&grown, e));
    if (is_array && array.ref.num != 0 && !copy) {
        return pds_update_put(u, array.ref, pds_buf_span(&grown), e);
    }
    *direct = pds_buf_take(&grown);
    return PDS_OK;
}

/* ---- AcroForm ---- */

/* /SigFlags with these bits on; empty when they are on already. */
static pds_code more_flags(pds_update *u, pds_span acroform, int bits, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object flags = { 0 };
    int64_t old = 0;
    PDS_TRY(pds_update_get(u, acroform, "SigFlags", &flags, e));
    (void)pds_value_int(flags.value, &old);
    if ((old & bits) != bits) {
        pds_buf_printf(out, "%lld", (long long)(old | bits));
    }
    return pds_buf_end(out, e);
}

/* Stages an AcroForm with these entries where it stands: indirect, direct in the catalog, or new.
 */
static pds_code stage_acroform(pds_update *u, const pds_object *acroform, pds_ref catalog,
                               const pds_entry *entries, size_t count, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf value = { 0 };
    bool exists = pds_value_kind(acroform->value) == PDS_KIND_DICT;
    if (exists && acroform->ref.num != 0) {
        return pds_update_edit(u, acroform->ref, entries, count, e);
    }
    pds_dict_put(&text, exists ? acroform->value : pds_span_of(NULL, 0), entries, count);
    PDS_TRY(pds_buf_end(&text, e));
    if (exists) {
        pds_entry direct = { "AcroForm", pds_buf_span(&text) };
        return pds_update_edit(u, catalog, &direct, 1, e);
    }
    pds_ref made = pds_update_ref(u);
    PDS_TRY(pds_update_put(u, made, pds_buf_span(&text), e));
    pds_ref_put(&value, made);
    PDS_TRY(pds_buf_end(&value, e));
    pds_entry indirect = { "AcroForm", pds_buf_span(&value) };
    return pds_update_edit(u, catalog, &indirect, 1, e);
}

/* Adds a field (num 0: none) to /Fields and the bits to /SigFlags. */
static pds_code edit_acroform(pds_update *u, pds_doc *doc, pds_ref field, int bits, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    PDS_OWN(pds_object_drop) pds_object acroform = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf fields = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf flags = { 0 };
    pds_entry entries[2];
    size_t count = 0;

    PDS_TRY(pds_update_read(u, pds_form_catalog_ref(doc), &catalog, e));
    PDS_TRY(pds_update_get(u, catalog.value, "AcroForm", &acroform, e));
    if (field.num != 0) {
        PDS_TRY(append_to_key(u, acroform.value, "Fields", field, false, &fields, e));
    }
    PDS_TRY(more_flags(u, acroform.value, bits, &flags, e));
    if (fields.len != 0) {
        entries[count++] = (pds_entry){ "Fields", pds_buf_span(&fields) };
    }
    if (flags.len != 0) {
        entries[count++] = (pds_entry){ "SigFlags", pds_buf_span(&flags) };
    }
    return count == 0 ? PDS_OK : stage_acroform(u, &acroform, catalog.ref, entries, count, e);
}

/* How many pages have this array as their /Annots? */
typedef struct sharing {
    pds_ref array;
    unsigned pages;
} sharing;

static pds_code count_sharing(void *ctx, const pds_page *page, const pds_object *object, bool *stop,
                              pds_err *e)
{
    sharing *s = ctx;
    pds_span annots;
    pds_ref ref;
    (void)page;
    (void)e;
    if (pds_dict_get(object->value, "Annots", &annots) && pds_value_ref(annots, &ref) &&
        ref.num == s->array.num) {
        s->pages++;
    }
    *stop = s->pages > 1;
    return PDS_OK;
}

/* An array that several pages share would show the widget on all of them. */
static pds_code is_shared(pds_update *u, pds_span page, bool *out, pds_err *e)
{
    sharing s = { .pages = 0 };
    pds_span annots;
    if (pds_dict_get(page, "Annots", &annots) && pds_value_ref(annots, &s.array)) {
        PDS_TRY(pds_pages_each(pds_update_doc(u), count_sharing, &s, e));
    }
    *out = s.pages > 1;
    return PDS_OK;
}

static pds_code add_to_page(pds_update *u, pds_ref page, pds_ref widget, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf annots = { 0 };
    bool own = false;
    PDS_TRY(pds_update_read(u, page, &object, e));
    PDS_TRY(is_shared(u, object.value, &own, e));
    PDS_TRY(append_to_key(u, object.value, "Annots", widget, own, &annots, e));
    if (annots.len == 0) {
        return PDS_OK;
    }
    pds_entry entry = { "Annots", pds_buf_span(&annots) };
    return pds_update_edit(u, page, &entry, 1, e);
}

/* ---- fields ---- */

/* A form XObject that draws nothing: PDF/A wants every field to have an appearance. */
static pds_code stage_blank_appearance(pds_update *u, const double rect[4], pds_buf *entry,
                                       pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    pds_ref form = pds_update_ref(u);
    pds_buf_text(&dict, "<</Type/XObject/Subtype/Form/BBox[0 0 ");
    pds_real_put(&dict, rect[2] - rect[0]);
    pds_buf_text(&dict, " ");
    pds_real_put(&dict, rect[3] - rect[1]);
    pds_buf_text(&dict, "]/Resources<<>>>>");
    PDS_TRY(pds_buf_end(&dict, e));
    pds_buf_text(entry, "<</N ");
    pds_ref_put(entry, form);
    pds_buf_text(entry, ">>");
    return pds_update_put_stream(u, form, pds_buf_span(&dict), pds_span_of(NULL, 0), e);
}

static void put_rect(pds_buf *out, const double rect[4])
{
    pds_buf_text(out, "/Rect[");
    for (int i = 0; i < 4; i++) {
        pds_buf_text(out, i == 0 ? "" : " ");
        pds_real_put(out, rect[i]);
    }
    pds_buf_text(out, "]");
}

static void put_widget(pds_buf *out, const pds_new_field *field, pds_span appearance)
{
    pds_buf_printf(out, "<</Type/Annot/Subtype/Widget/FT/Sig/F %d/T", WIDGET_FLAGS);
    pds_text_put(out, field->name);
    put_rect(out, field->rect);
    pds_buf_text(out, "/P ");
    pds_ref_put(out, field->page);
    pds_buf_text(out, "/AP");
    pds_buf_put(out, appearance);
    if (field->lock->action != PDS_LOCK_NONE) {
        pds_buf_text(out, "/Lock<</Type/SigFieldLock");
        pds_lock_put(field->lock, out);
        pds_buf_text(out, ">>");
    }
    if (field->signature.num != 0) {
        pds_buf_text(out, "/V ");
        pds_ref_put(out, field->signature);
    }
    pds_buf_text(out, ">>");
}

pds_code pds_form_add_field(pds_update *u, const pds_new_field *field, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf appearance = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf widget = { 0 };
    pds_ref ref = field->ref.num != 0 ? field->ref : pds_update_ref(u);
    int bits = PDS_SIG_FLAG_EXISTS | (field->signature.num != 0 ? PDS_SIG_FLAG_APPEND_ONLY : 0);

    PDS_TRY(stage_blank_appearance(u, field->rect, &appearance, e));
    put_widget(&widget, field, pds_buf_span(&appearance));
    PDS_TRY(pds_buf_end(&widget, e));
    PDS_TRY(pds_update_put(u, ref, pds_buf_span(&widget), e));
    PDS_TRY(edit_acroform(u, pds_update_doc(u), ref, bits, e));
    return add_to_page(u, field->page, ref, e);
}

static pds_code give_appearance(pds_update *u, pds_ref widget, const double rect[4], pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf appearance = { 0 };
    pds_span old;
    PDS_TRY(pds_update_read(u, widget, &object, e));
    if (pds_dict_get(object.value, "AP", &old)) {
        return PDS_OK;
    }
    PDS_TRY(stage_blank_appearance(u, rect, &appearance, e));
    pds_entry entry = { "AP", pds_buf_span(&appearance) };
    return pds_update_edit(u, widget, &entry, 1, e);
}

pds_code pds_form_fill_field(pds_update *u, const pds_sig_field *field, pds_ref signature,
                             pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf value = { 0 };
    pds_ref_put(&value, signature);
    PDS_TRY(pds_buf_end(&value, e));
    pds_entry entry = { "V", pds_buf_span(&value) };
    PDS_TRY(pds_update_edit(u, field->ref, &entry, 1, e));
    for (size_t i = 0; i < field->widget_count; i++) {
        PDS_TRY(give_appearance(u, field->widgets[i], field->rect, e));
    }
    return edit_acroform(u, pds_update_doc(u), (pds_ref){ 0 },
                         PDS_SIG_FLAG_EXISTS | PDS_SIG_FLAG_APPEND_ONLY, e);
}

pds_code pds_form_certify(pds_update *u, pds_ref signature, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    PDS_OWN(pds_object_drop) pds_object perms = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf value = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };

    pds_ref_put(&value, signature);
    PDS_TRY(pds_buf_end(&value, e));
    pds_entry docmdp = { "DocMDP", pds_buf_span(&value) };
    PDS_TRY(pds_update_read(u, pds_form_catalog_ref(pds_update_doc(u)), &catalog, e));
    PDS_TRY(pds_update_get(u, catalog.value, "Perms", &perms, e));
    if (perms.ref.num != 0 && pds_value_kind(perms.value) == PDS_KIND_DICT) {
        return pds_update_edit(u, perms.ref, &docmdp, 1, e);
    }
    pds_dict_put(&text,
                 pds_value_kind(perms.value) == PDS_KIND_DICT ? perms.value : pds_span_of(NULL, 0),
                 &docmdp, 1);
    PDS_TRY(pds_buf_end(&text, e));
    pds_entry entry = { "Perms", pds_buf_span(&text) };
    return pds_update_edit(u, catalog.ref, &entry, 1, e);
}
