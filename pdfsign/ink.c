#include "pdfsign/ink.h"

#include "base/flate.h"
#include "base/own.h"
#include "pdfsign/form_edit.h"
#include "pdfsign/ink_internal.h"

#include <math.h>
#include <stdlib.h>

pds_code pds_ink_new(pds_input *in, pds_update *u, pds_typesetter *t, pds_ink **out, pds_err *e)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    (*out)->in = in;
    (*out)->u = u;
    (*out)->typesetter = t;
    return PDS_OK;
}

void pds_ink_drop(pds_ink **ink)
{
    if (*ink == NULL) {
        return;
    }
    pds_reuse_drop(&(*ink)->reuse);
    pds_intern_drop(&(*ink)->streams);
    free((*ink)->images);
    free((*ink)->forms);
    free(*ink);
    *ink = NULL;
}

pds_code pds_ink_begin(pds_ink *ink, pds_err *e)
{
    if (ink->begun) {
        return PDS_OK;
    }
    ink->begun = true;
    PDS_TRY(pds_pdfa_read(pds_update_doc(ink->u), &ink->pdfa, e));
    return pds_reuse_collect(pds_update_doc(ink->u), &ink->reuse, e);
}

/* ---- objects ---- */

void pds_ink_put_entry(pds_buf *out, const char *key, pds_ref ref)
{
    pds_buf_text(out, key);
    pds_buf_byte(out, ' ');
    pds_ref_put(out, ref);
}

pds_code pds_ink_object(pds_ink *ink, pds_span text, const pds_span *data, pds_ref *out, pds_err *e)
{
    PDS_TRY(pds_reuse_find(&ink->reuse, pds_update_doc(ink->u), text, data, out, e));
    if (out->num != 0) {
        return PDS_OK;
    }
    *out = pds_update_ref(ink->u);
    return data == NULL ? pds_update_put(ink->u, *out, text, e)
                        : pds_update_put_stream(ink->u, *out, text, *data, e);
}

pds_code pds_ink_flate(pds_ink *ink, pds_buf *dict, pds_span encoded, pds_ref *out, pds_err *e)
{
    pds_buf_text(dict, "/Filter/FlateDecode>>");
    PDS_TRY(pds_buf_end(dict, e));
    return pds_ink_object(ink, pds_buf_span(dict), &encoded, out, e);
}

pds_code pds_ink_deflated(pds_ink *ink, pds_buf *dict, pds_span data, pds_ref *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf flat = { 0 };
    PDS_TRY(pds_deflate(data, &flat, e));
    return pds_ink_flate(ink, dict, pds_buf_span(&flat), out, e);
}

pds_code pds_ink_shared(pds_ink *ink, pds_span dict, pds_span data, pds_ref *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf key = { 0 };
    uint32_t *number = NULL;
    pds_buf_put(&key, dict);
    pds_buf_byte(&key, 0);
    pds_buf_put(&key, data);
    PDS_TRY(pds_buf_end(&key, e));
    PDS_TRY(pds_intern_get(&ink->streams, pds_buf_span(&key), &number, e));
    if (*number == 0) {
        *number = pds_update_ref(ink->u).num;
        PDS_TRY(pds_update_put_stream(ink->u, (pds_ref){ .num = *number }, dict, data, e));
    }
    *out = (pds_ref){ .num = *number };
    return PDS_OK;
}

/* ---- appearances ---- */

static bool is_empty(const double rect[4])
{
    return !(rect[2] > rect[0] && rect[3] > rect[1]);
}

static pds_code look_of(pds_ink *ink, const pds_layout *l, const pds_mark *m, const double rect[4],
                        pds_ref *out, pds_err *e)
{
    if (m == NULL || is_empty(rect)) {
        return pds_form_blank(ink->u, rect, out, e);
    }
    const pds_ink_way way = { .turn = m->page.rotate, .field = m->value != NULL };
    return pds_ink_form_ref(ink, &l->drawings[m->drawing], way, out, e);
}

pds_code pds_ink_appearance(pds_ink *ink, const pds_layout *l, const pds_mark *m,
                            const double rect[4], pds_buf *out, pds_err *e)
{
    pds_ref form;
    PDS_TRY(look_of(ink, l, m, rect, &form, e));
    pds_form_put_appearance(out, form, pds_span_of(NULL, 0));
    return pds_buf_end(out, e);
}

/* ---- fields that stand already ---- */

/* Draws the form into the field's box, whatever the form's matrix makes of its own. */
static void put_frame(const pds_mark *m, const pds_drawing *d, const double rect[4], pds_buf *out)
{
    const bool across = m->page.rotate % 180 != 0;
    const double x = (rect[2] - rect[0]) / d->size[across ? 1 : 0];
    const double y = (rect[3] - rect[1]) / d->size[across ? 0 : 1];
    if (fabs(x - 1) > 1e-4 || fabs(y - 1) > 1e-4) {
        pds_draw_number(out, x);
        pds_buf_text(out, " 0 0 ");
        pds_draw_number(out, y);
        pds_buf_text(out, " 0 0 cm ");
    }
    pds_buf_text(out, "/Fm0 Do");
}

/* Validators compare the entries of a form with those of the blank one that was there (/BBox,
 * /Matrix, /Filter …) and warn of any change that is not the stream itself or a new resource. */
static pds_code frame_of(pds_ink *ink, const pds_layout *l, const pds_mark *m, const double rect[4],
                         pds_ref *form, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf resources = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf content = { 0 };
    pds_ink_put_entry(&resources, "/XObject<</Fm0", *form);
    pds_buf_text(&resources, ">>");
    PDS_TRY(pds_buf_end(&resources, e));
    pds_form_put_frame(&dict, rect, pds_buf_span(&resources));
    put_frame(m, &l->drawings[m->drawing].drawing, rect, &content);
    PDS_TRY(pds_buf_end(&dict, e));
    PDS_TRY(pds_buf_end(&content, e));
    return pds_ink_shared(ink, pds_buf_span(&dict), pds_buf_span(&content), form, e);
}

/* The value of a text field is marked in its own form. */
static pds_code filling_of(pds_ink *ink, const pds_layout *l, const pds_mark *m,
                           const double rect[4], pds_ref *form, pds_err *e)
{
    PDS_TRY(look_of(ink, l, m, rect, form, e));
    return is_empty(rect) || m->value != NULL ? PDS_OK : frame_of(ink, l, m, rect, form, e);
}

pds_code pds_ink_filling(pds_ink *ink, const pds_layout *l, const pds_mark *m, const double rect[4],
                         pds_buf *out, pds_err *e)
{
    pds_ref form;
    PDS_TRY(filling_of(ink, l, m, rect, &form, e));
    pds_form_put_appearance(out, form, pds_span_of(NULL, 0));
    return pds_buf_end(out, e);
}

/* A kid without a name is a widget of its parent; the value belongs there (12.7.4.1). */
static pds_code field_of(pds_update *u, pds_ref widget, pds_ref *field, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    pds_span value;
    *field = widget;
    PDS_TRY(pds_update_read(u, widget, &object, e));
    if (!pds_dict_get(object.value, "T", &value) && pds_dict_get(object.value, "Parent", &value)) {
        (void)pds_value_ref(value, field);
    }
    return PDS_OK;
}

/* A rich text (/RV) would say something else from now on. */
static pds_code set_value(pds_update *u, const pds_mark *m, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_ref field;
    PDS_TRY(field_of(u, m->field, &field, e));
    pds_text_put(&text, m->value);
    PDS_TRY(pds_buf_end(&text, e));
    const pds_entry entries[] = { { "V", pds_buf_span(&text) }, { "RV", { NULL, 0 } } };
    return pds_update_edit(u, field, entries, 2, e);
}

/* The state in which a widget's appearance stands, where that has states; else empty. */
static pds_code state_of(pds_update *u, pds_ref widget, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    PDS_OWN(pds_object_drop) pds_object looks = { 0 };
    PDS_OWN(pds_object_drop) pds_object normal = { 0 };
    pds_span state;
    PDS_TRY(pds_update_read(u, widget, &object, e));
    PDS_TRY(pds_update_get(u, object.value, "AP", &looks, e));
    PDS_TRY(pds_update_get(u, looks.value, "N", &normal, e));
    if (normal.stream || pds_value_kind(normal.value) != PDS_KIND_DICT) {
        return PDS_OK;
    }
    const bool named =
        pds_dict_get(object.value, "AS", &state) && pds_value_kind(state) == PDS_KIND_NAME;
    pds_buf_put(out, named ? state : pds_span_text("/Off"));
    return pds_buf_end(out, e);
}

static pds_code fill_field(pds_ink *ink, const pds_layout *l, const pds_mark *m, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf appearance = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf state = { 0 };
    pds_ref form;
    PDS_TRY(filling_of(ink, l, m, m->rect, &form, e));
    PDS_TRY(state_of(ink->u, m->field, &state, e));
    pds_form_put_appearance(&appearance, form, pds_buf_span(&state));
    PDS_TRY(pds_buf_end(&appearance, e));
    const pds_entry entries[] = { { "AP", pds_buf_span(&appearance) },
                                  { "AS", pds_buf_span(&state) } };
    PDS_TRY(pds_update_edit(ink->u, m->field, entries, 2, e));
    return m->value == NULL ? PDS_OK : set_value(ink->u, m, e);
}

pds_code pds_ink_fields(pds_ink *ink, const pds_layout *l, pds_err *e)
{
    for (size_t i = 0; i < l->mark_count; i++) {
        if (l->marks[i].kind == PDS_MARK_FIELD) {
            PDS_TRY(pds_err_field(fill_field(ink, l, &l->marks[i], e), e, l->marks[i].name));
        }
    }
    return PDS_OK;
}

pds_code pds_ink_end(pds_ink *ink, pds_err *e)
{
    return pds_ink_stage_faces(ink, e);
}
