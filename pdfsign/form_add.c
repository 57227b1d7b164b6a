#include "base/own.h"
#include "pdfsign/form_edit.h"
#include "pdfsign/pdfa.h"

#include <stdlib.h>

/* New fields: one, or one on each of thousands of pages. */

enum {
    WIDGET_FLAGS = 132,       /* Print, Locked: table 167 */
    PUSH_BUTTON_FLAG = 65536, /* table 229 */
};

/* What fields that are made together share. */
typedef struct adding {
    pds_update *u;
    bool tagged;     /* the file is: fields say what they are to those who hear it */
    bool searched;   /* for arrays that several pages have as their /Annots */
    uint8_t *seen;   /* as /Annots; one bit an object, as the next */
    uint8_t *shared; /* by several pages */
    size_t bits;     /* of each */
    double blank_size[2];
    pds_ref blank;    /* an appearance of that size; num 0: none yet */
    pds_span state;   /* that a button's appearance is in; empty: it has no states */
    pds_buf fields;   /* references, for /Fields */
    bool signatures;  /* some of them are signature fields */
    bool signed_ones; /* … with a value */
} adding;

static void adding_drop(adding *a)
{
    free(a->seen);
    free(a->shared);
    pds_buf_drop(&a->fields);
}

/* ---- pages ---- */

static bool bit_of(const uint8_t *bits, uint32_t num)
{
    return (bits[num / 8] >> num % 8 & 1) != 0;
}

static pds_code mark_annots(void *ctx, const pds_page *page, const pds_object *object, bool *stop,
                            pds_err *e)
{
    adding *a = ctx;
    pds_span annots;
    pds_ref ref;
    (void)page;
    (void)stop;
    (void)e;
    if (pds_dict_get(object->value, "Annots", &annots) && pds_value_ref(annots, &ref) &&
        ref.num < a->bits) {
        uint8_t *const bits = bit_of(a->seen, ref.num) ? a->shared : a->seen;
        bits[ref.num / 8] |= (uint8_t)(1U << ref.num % 8);
    }
    return PDS_OK;
}

static pds_code search_shared(adding *a, pds_err *e)
{
    pds_doc *doc = pds_update_doc(a->u);
    if (a->searched) {
        return PDS_OK;
    }
    a->searched = true;
    a->bits = pds_doc_size(doc);
    a->seen = calloc(a->bits / 8 + 1, 1);
    a->shared = calloc(a->bits / 8 + 1, 1);
    if (a->seen == NULL || a->shared == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a table of %zu objects", a->bits);
    }
    return pds_pages_each(doc, mark_annots, a, e);
}

/* The /Kids of the page tree, where a hostile file has them as a page's /Annots: a widget among
 * them would damage the tree. */
static pds_code holds_pages(adding *a, pds_span page, bool *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object annots = { 0 };
    PDS_OWN(pds_object_drop) pds_object first = { 0 };
    PDS_OWN(pds_object_drop) pds_object type = { 0 };
    pds_span key;
    pds_span item;
    pds_ref ref;
    PDS_TRY(pds_update_get(a->u, page, "Annots", &annots, e));
    pds_iter it = pds_iter_of(annots.value);
    if (pds_iter_next(&it, &key, &item) && pds_value_ref(item, &ref)) {
        PDS_TRY(pds_update_read(a->u, ref, &first, e));
        PDS_TRY(pds_update_get(a->u, first.value, "Type", &type, e));
        *out = pds_value_is_name(type.value, "Page") || pds_value_is_name(type.value, "Pages");
    }
    return PDS_OK;
}

/* An array that several pages share would show the widget on all of them. */
static pds_code is_shared(adding *a, pds_span page, bool *out, pds_err *e)
{
    pds_span annots;
    pds_ref ref;
    *out = false;
    if (pds_dict_get(page, "Annots", &annots) && pds_value_ref(annots, &ref)) {
        PDS_TRY(search_shared(a, e));
        PDS_TRY(holds_pages(a, page, out, e));
        *out = *out || (ref.num < a->bits && bit_of(a->shared, ref.num));
    }
    return PDS_OK;
}

static pds_code add_to_page(adding *a, pds_ref page, pds_ref widget, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf annots = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf item = { 0 };
    bool own = false;
    PDS_TRY(pds_update_read(a->u, page, &object, e));
    PDS_TRY(is_shared(a, object.value, &own, e));
    pds_ref_put(&item, widget);
    const pds_entry more = { "Annots", pds_buf_span(&item) };
    PDS_TRY(pds_form_append(a->u, object.value, &more, own, &annots, e));
    if (annots.len == 0) {
        return PDS_OK;
    }
    pds_entry entry = { "Annots", pds_buf_span(&annots) };
    return pds_update_edit(a->u, page, &entry, 1, e);
}

/* ---- the field ---- */

/* Fields of one size share what draws nothing. */
static pds_code put_blank(adding *a, const pds_new_field *field, pds_buf *out, pds_err *e)
{
    const double size[2] = { field->rect[2] - field->rect[0], field->rect[3] - field->rect[1] };
    if (a->blank.num == 0 || a->blank_size[0] != size[0] || a->blank_size[1] != size[1]) {
        PDS_TRY(pds_form_blank(a->u, field->rect, &a->blank, e));
        memcpy(a->blank_size, size, sizeof size);
    }
    pds_form_put_appearance(out, a->blank, field->button ? a->state : pds_span_of(NULL, 0));
    return pds_buf_end(out, e);
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

static void put_value(pds_buf *out, const pds_new_field *field)
{
    if (field->lock != NULL && field->lock->action != PDS_LOCK_NONE) {
        pds_buf_text(out, "/Lock<</Type/SigFieldLock");
        pds_lock_put(field->lock, out);
        pds_buf_text(out, ">>");
    }
    if (field->signature.num != 0) {
        pds_buf_text(out, "/V ");
        pds_ref_put(out, field->signature);
    }
}

static void put_widget(const adding *a, pds_buf *out, const pds_new_field *field,
                       pds_span appearance)
{
    pds_buf_printf(out, "<</Type/Annot/Subtype/Widget/FT/%s/F %d", field->button ? "Btn" : "Sig",
                   WIDGET_FLAGS);
    if (field->button) {
        pds_buf_printf(out, "/Ff %d", PUSH_BUTTON_FLAG);
    }
    pds_buf_text(out, "/T");
    pds_text_put(out, field->name);
    if (a->tagged) {
        pds_buf_text(out, "/TU");
        pds_text_put(out, field->name);
    }
    put_rect(out, field->rect);
    pds_buf_text(out, "/P ");
    pds_ref_put(out, field->page);
    if (field->parent.num != 0) {
        pds_buf_text(out, "/Parent ");
        pds_ref_put(out, field->parent);
    }
    pds_buf_text(out, appearance.len > 0 ? "/AP" : "");
    pds_buf_put(out, appearance);
    if (field->button && a->state.len > 0) {
        pds_buf_text(out, "/AS");
        pds_buf_put(out, a->state);
    }
    put_value(out, field);
    pds_buf_text(out, ">>");
}

static pds_code stage_field(adding *a, const pds_new_field *field, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf widget = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf blank = { 0 };
    pds_span appearance = field->appearance;
    const pds_ref ref = field->ref.num != 0 ? field->ref : pds_update_ref(a->u);

    if (appearance.len == 0 && !field->bare) {
        PDS_TRY(put_blank(a, field, &blank, e));
        appearance = pds_buf_span(&blank);
    }
    put_widget(a, &widget, field, appearance);
    PDS_TRY(pds_buf_end(&widget, e));
    PDS_TRY(pds_update_put(a->u, ref, pds_buf_span(&widget), e));
    if (field->parent.num == 0) {
        pds_buf_text(&a->fields, a->fields.len == 0 ? "" : " ");
        pds_ref_put(&a->fields, ref);
    }
    a->signatures = a->signatures || !field->button;
    a->signed_ones = a->signed_ones || field->signature.num != 0;
    return add_to_page(a, field->page, ref, e);
}

/* Is it a tagged file (14.7.1)? PDF/UA wants fields with a description. */
static pds_code find_tagged(adding *a, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    PDS_OWN(pds_object_drop) pds_object info = { 0 };
    pds_span marked;
    PDS_TRY(pds_doc_catalog(pds_update_doc(a->u), &catalog, e));
    PDS_TRY(pds_doc_get(pds_update_doc(a->u), catalog.value, "MarkInfo", &info, e));
    a->tagged = pds_dict_get(info.value, "Marked", &marked) && pds_span_is(marked, "true");
    return PDS_OK;
}

/* PDF/A wants states even of push-buttons, which have none (ISO 19005-1, 6.5.3; -2, 6.3.3). */
static pds_code find_state(adding *a, const pds_new_field *fields, size_t count, pds_err *e)
{
    pds_pdfa pdfa;
    bool buttons = false;
    for (size_t i = 0; i < count && !buttons; i++) {
        buttons = fields[i].button;
    }
    if (buttons) {
        PDS_TRY(pds_pdfa_read(pds_update_doc(a->u), &pdfa, e));
        a->state = pds_span_text(pdfa.part != 0 ? "/Off" : "");
    }
    return PDS_OK;
}

pds_code pds_form_add_fields(pds_update *u, const pds_new_field *fields, size_t count, pds_err *e)
{
    PDS_OWN(adding_drop) adding a = { .u = u };
    PDS_TRY(find_tagged(&a, e));
    PDS_TRY(find_state(&a, fields, count, e));
    for (size_t i = 0; i < count; i++) {
        PDS_TRY(stage_field(&a, &fields[i], e));
    }
    PDS_TRY(pds_buf_end(&a.fields, e));
    const int bits =
        (a.signatures ? PDS_SIG_FLAG_EXISTS : 0) | (a.signed_ones ? PDS_SIG_FLAG_APPEND_ONLY : 0);
    return pds_form_edit_acroform(u, pds_buf_span(&a.fields), bits, e);
}

pds_code pds_form_add_field(pds_update *u, const pds_new_field *field, pds_err *e)
{
    return pds_form_add_fields(u, field, 1, e);
}
