#include "pdfsign/form_edit.h"

#include "base/own.h"

pds_ref pds_form_catalog_ref(const pds_doc *doc)
{
    pds_ref ref = { 0 };
    pds_span root;
    if (pds_dict_get(pds_doc_trailer(doc), "Root", &root)) {
        (void)pds_value_ref(root, &ref);
    }
    return ref;
}

pds_code pds_form_append(pds_update *u, pds_span dict, const pds_entry *more, bool copy,
                         pds_buf *direct, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object array = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf grown = { 0 };
    bool is_array = false;

    PDS_TRY(pds_update_get(u, dict, more->key, &array, e));
    is_array = pds_value_kind(array.value) == PDS_KIND_ARRAY;
    pds_array_put(&grown, is_array ? array.value : pds_span_of(NULL, 0), more->value);
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

pds_code pds_form_edit_acroform(pds_update *u, pds_span fields, int bits, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    PDS_OWN(pds_object_drop) pds_object acroform = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf grown = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf flags = { 0 };
    const pds_entry more = { "Fields", fields };
    pds_entry entries[2];
    size_t count = 0;

    PDS_TRY(pds_update_read(u, pds_form_catalog_ref(pds_update_doc(u)), &catalog, e));
    PDS_TRY(pds_update_get(u, catalog.value, "AcroForm", &acroform, e));
    if (fields.len != 0) {
        PDS_TRY(pds_form_append(u, acroform.value, &more, false, &grown, e));
    }
    PDS_TRY(more_flags(u, acroform.value, bits, &flags, e));
    if (grown.len != 0) {
        entries[count++] = (pds_entry){ "Fields", pds_buf_span(&grown) };
    }
    if (flags.len != 0) {
        entries[count++] = (pds_entry){ "SigFlags", pds_buf_span(&flags) };
    }
    return count == 0 ? PDS_OK : stage_acroform(u, &acroform, catalog.ref, entries, count, e);
}

/* ---- fields ---- */

void pds_form_put_appearance(pds_buf *out, pds_ref form, pds_span state)
{
    pds_buf_text(out, "<</N");
    if (state.len > 0) {
        pds_buf_text(out, "<<");
        pds_buf_put(out, state);
    }
    pds_buf_byte(out, ' ');
    pds_ref_put(out, form);
    pds_buf_text(out, state.len > 0 ? ">>>>" : ">>");
}

void pds_form_put_frame(pds_buf *out, const double rect[4], pds_span resources)
{
    pds_buf_text(out, "<</Type/XObject/Subtype/Form/BBox[0 0 ");
    pds_real_put(out, rect[2] - rect[0]);
    pds_buf_text(out, " ");
    pds_real_put(out, rect[3] - rect[1]);
    pds_buf_text(out, "]/Resources<<");
    pds_buf_put(out, resources);
    pds_buf_text(out, ">>>>");
}

pds_code pds_form_blank(pds_update *u, const double rect[4], pds_ref *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    *out = pds_update_ref(u);
    pds_form_put_frame(&dict, rect, pds_span_of(NULL, 0));
    PDS_TRY(pds_buf_end(&dict, e));
    return pds_update_put_stream(u, *out, pds_buf_span(&dict), pds_span_of(NULL, 0), e);
}

static pds_code give_appearance(pds_update *u, pds_ref widget, const double rect[4], pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf appearance = { 0 };
    pds_span old;
    pds_ref blank;
    PDS_TRY(pds_update_read(u, widget, &object, e));
    if (pds_dict_get(object.value, "AP", &old)) {
        return PDS_OK;
    }
    PDS_TRY(pds_form_blank(u, rect, &blank, e));
    pds_form_put_appearance(&appearance, blank, pds_span_of(NULL, 0));
    PDS_TRY(pds_buf_end(&appearance, e));
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
    return pds_form_edit_acroform(u, pds_span_of(NULL, 0),
                                  PDS_SIG_FLAG_EXISTS | PDS_SIG_FLAG_APPEND_ONLY, e);
}

/* Looks for the mouse over the field go with the old one: they would show what was there before. */
pds_code pds_form_show_field(pds_update *u, const pds_sig_field *field, pds_span appearance,
                             pds_err *e)
{
    const pds_entry entry = { "AP", appearance };
    for (size_t i = 0; i < field->widget_count; i++) {
        PDS_TRY(pds_update_edit(u, field->widgets[i], &entry, 1, e));
    }
    return PDS_OK;
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
