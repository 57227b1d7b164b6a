#include "base/own.h"
#include "pdfsign/form_field.h"
#include "pdfsign/verify_seam_find.h"

/* Slices that widgets show. */

enum {
    PARENTS_MAX = 32,
    PRINT = 1 << 2,
    /* Invisible, Hidden, NoZoom, NoRotate, NoView, ToggleNoView (ISO 32000-2, table 167) */
    ASTRAY = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8
};

/* The appearance for its state, if it has states. */
static pds_code find_normal(pds_doc *doc, pds_span dict, pds_ref *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object ap = { 0 };
    PDS_OWN(pds_object_drop) pds_object normal = { 0 };
    PDS_OWN(pds_object_drop) pds_object state = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf name = { .max = 256 };
    pds_span value = pds_span_of(NULL, 0);
    *out = (pds_ref){ .num = 0 };
    PDS_TRY(pds_doc_get(doc, dict, "AP", &ap, e));
    if (!pds_dict_get(ap.value, "N", &value)) {
        return PDS_OK;
    }
    PDS_TRY(pds_doc_resolve(doc, value, &normal, e));
    if (!normal.stream) {
        PDS_TRY(pds_doc_get(doc, dict, "AS", &state, e));
        (void)pds_value_bytes(state.value, &name);
        if (pds_buf_end(&name, NULL) != PDS_OK ||
            !pds_dict_get(normal.value, pds_buf_cstr(&name), &value)) {
            return PDS_OK;
        }
    }
    (void)pds_value_ref(value, out);
    return PDS_OK;
}

/* A value of the field that a widget belongs to, perhaps inherited (12.7.4.1); put behind out. */
static pds_code inherit(pds_doc *doc, pds_span dict, const char *key, int depth, pds_buf *out,
                        pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object found = { 0 };
    pds_span value;
    if (pds_dict_get(dict, key, &value)) {
        PDS_TRY(pds_doc_resolve(doc, value, &found, e));
        pds_buf_put(out, found.value);
        return pds_buf_end(out, e);
    }
    PDS_TRY(pds_doc_get(doc, dict, "Parent", &found, e));
    return depth == PARENTS_MAX || pds_value_kind(found.value) != PDS_KIND_DICT
               ? PDS_OK
               : inherit(doc, found.value, key, depth + 1, out, e);
}

/* A push-button or a signature field; in another field nobody looks for a slice. */
static pds_code find_carrier(pds_seam_view *view, pds_span dict, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf type = { .max = 64 };
    PDS_OWN(pds_buf_drop) pds_buf flags = { .max = 64 };
    int64_t bits = 0;
    PDS_TRY(inherit(view->f->doc, dict, "FT", 0, &type, e));
    PDS_TRY(inherit(view->f->doc, dict, "Ff", 0, &flags, e));
    (void)pds_value_int(pds_buf_span(&flags), &bits);
    if (pds_value_is_name(pds_buf_span(&type), "Sig")) {
        view->carrier = PDS_CARRIED_BY_SIGNATURES;
    } else if (!pds_value_is_name(pds_buf_span(&type), "Btn") ||
               (bits & PDS_FIELD_PUSH_BUTTON) == 0) {
        view->fault = PDS_SLICE_CARRIER;
    }
    return PDS_OK;
}

/* Flags that hide it, or let it be shown elsewhere. */
static pds_code check_flags(pds_seam_view *view, pds_span dict, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object flags = { 0 };
    int64_t bits = 0;
    pds_span value;
    PDS_TRY(pds_doc_get(view->f->doc, dict, "F", &flags, e));
    (void)pds_value_int(flags.value, &bits);
    if ((bits & ASTRAY) != 0 || (bits & PRINT) == 0 || pds_dict_get(dict, "OC", &value)) {
        view->fault = PDS_SLICE_HIDDEN;
    }
    return PDS_OK;
}

/* ---- appearances ---- */

/* What moves and stretches the form's box, as its matrix leaves it, into the rectangle (12.5.5);
 * false: one of the two is empty. */
static bool fit(const double matrix[6], const double box[4], const double rect[4], double out[6])
{
    double found[4];
    bool upright = false;
    pds_trace_box(matrix, box, found, &upright);
    const double x = (rect[2] - rect[0]) / (found[2] - found[0]);
    const double y = (rect[3] - rect[1]) / (found[3] - found[1]);
    const double fitting[] = { x, 0, 0, y, rect[0] - found[0] * x, rect[1] - found[1] * y };
    memcpy(out, fitting, sizeof fitting);
    return rect[0] < rect[2] && rect[1] < rect[3] && found[0] < found[2] && found[1] < found[3];
}

/* The appearance draws the slice, and perhaps more. */
static pds_code follow_frame(pds_seam_view *view, const pds_object *frame, const double rect[4],
                             pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf content = { 0 };
    pds_trace_state start = PDS_TRACE_START;
    double matrix[] = { 1, 0, 0, 1, 0, 0 };
    double box[4] = { 0 };
    bool good = true;
    pds_span value;
    if (pds_dict_get(frame->value, "Matrix", &value)) {
        PDS_TRY(pds_seam_numbers(view->f->doc, frame->value, "Matrix", 6, matrix, &good, e));
    }
    view->sheet->unread = view->sheet->unread || !good;
    PDS_TRY(pds_seam_numbers(view->f->doc, frame->value, "BBox", 4, box, &good, e));
    if (!good || !fit(matrix, box, rect, start.ctm)) {
        view->fault = PDS_SLICE_HIDDEN;
    }
    pds_trace_join(matrix, start.ctm, start.ctm);
    pds_trace_clip(&start, box);
    if (pds_dict_get(frame->value, "OC", &value)) {
        view->fault = PDS_SLICE_HIDDEN;
    }
    PDS_TRY(pds_seam_content(view->f, frame, &content, e));
    return pds_seam_follow(view, pds_buf_span(&content), &start, e);
}

/* The appearance is the slice itself. */
static pds_code show_slice(pds_seam_view *view, uint32_t number, const double rect[4], pds_err *e)
{
    const pds_seam_form *form = &view->f->forms[number - 1];
    pds_trace_state start = PDS_TRACE_START;
    if (!fit(form->matrix, form->box, rect, start.ctm)) {
        view->fault = PDS_SLICE_HIDDEN;
    }
    return pds_seam_show(view, number, &start, e);
}

static uint32_t newer(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* normal: what its appearance is, or leads to. */
static pds_code look_at_widget(pds_seam_view *view, const pds_object *widget, pds_ref normal,
                               pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object frame = { 0 };
    PDS_OWN(pds_object_drop) pds_object resources = { 0 };
    uint32_t number = 0;
    bool listed = false;
    double rect[4] = { 0 };
    pds_ref owner = normal;
    pds_span value;
    PDS_TRY(pds_seam_form_of(view->f, normal, &number, e));
    if (number == 0) {
        PDS_TRY(pds_doc_read(view->f->doc, normal, &frame, e));
        (void)pds_seam_work_object(view->f, frame.text.len);
        if (!frame.stream || !pds_dict_get(frame.value, "Resources", &value)) {
            return PDS_OK;
        }
        (void)pds_value_ref(value, &owner);
        PDS_TRY(pds_doc_resolve(view->f->doc, value, &resources, e));
        PDS_TRY(pds_seam_lists(view->f, resources.value, owner, &listed, e));
        if (!listed) {
            return PDS_OK;
        }
    }
    PDS_TRY(find_carrier(view, widget->value, e));
    PDS_TRY(check_flags(view, widget->value, e));
    PDS_TRY(pds_form_rect(view->f->doc, widget->value, rect, e));
    view->newest = newer(view->newest, pds_seam_newest(view->f, normal.num));
    view->resources = resources.value;
    return number != 0 ? show_slice(view, number, rect, e) : follow_frame(view, &frame, rect, e);
}

/* ---- annotations ---- */

static pds_code look_at_annotation(pds_seam_finds *f, pds_seam_sheet *sheet, pds_span value,
                                   pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object widget = { 0 };
    pds_seam_view view = { .f = f, .sheet = sheet, .carrier = PDS_CARRIED_BY_FIELDS };
    pds_span kind = pds_span_of(NULL, 0);
    pds_ref normal;
    PDS_TRY(pds_doc_resolve(f->doc, value, &widget, e));
    (void)pds_seam_work_object(f, widget.value.len);
    (void)pds_dict_get(widget.value, "Subtype", &kind);
    if (!pds_value_is_name(kind, "Widget")) {
        return PDS_OK;
    }
    PDS_TRY(find_normal(f->doc, widget.value, &normal, e));
    view.newest = pds_seam_newest(f, widget.ref.num != 0 ? widget.ref.num : sheet->page.ref.num);
    return normal.num == 0 ? PDS_OK : look_at_widget(&view, &widget, normal, e);
}

pds_code pds_seam_annotations(pds_seam_finds *f, pds_seam_sheet *sheet, pds_span page, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object annotations = { 0 };
    pds_span key;
    pds_span value;
    PDS_TRY(pds_doc_get(f->doc, page, "Annots", &annotations, e));
    (void)pds_seam_work(f, annotations.value.len);
    pds_iter it = pds_iter_of(annotations.value);
    while (!it.dict && !f->tired && pds_iter_next(&it, &key, &value)) {
        PDS_TRY(look_at_annotation(f, sheet, value, e));
    }
    return PDS_OK;
}
