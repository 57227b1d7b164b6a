#include "pdfsign/verify_seam_find.h"

#include "base/grow.h"
#include "base/interrupt.h"
#include "base/own.h"
#include "pdf/revision.h"

#include <stdlib.h>

/* Pages: their content, as far as it shows slices. */

enum { SHOWN_MAX = 500000, CONTENT_MAX = 64 << 20, HAS = 1, HAS_NOT = 2 };

static const double SLACK = 0.05; /* points */

static const uint64_t WORK_LEAST = 64U << 20;
static const uint64_t WORK_A_BYTE = 48;
static const uint64_t WORK_AN_OBJECT = 4096;

void pds_seam_finds_drop(pds_seam_finds *f)
{
    pds_object_drop(&f->holder);
    pds_intern_drop(&f->known);
    pds_intern_drop(&f->listed);
    free(f->terms);
    free(f->forms);
    free(f->shown);
    free(f->pages);
    *f = (pds_seam_finds){ .terms = NULL };
}

/* ---- bounds ---- */

bool pds_seam_work(pds_seam_finds *f, uint64_t bytes)
{
    f->work += bytes;
    f->tired = f->tired || f->work > f->work_max;
    return !f->tired;
}

bool pds_seam_work_object(pds_seam_finds *f, uint64_t bytes)
{
    return pds_seam_work(f, bytes + WORK_AN_OBJECT);
}

pds_code pds_seam_forgive(pds_code code, bool *damaged)
{
    switch (code) {
    case PDS_E_PDF_DAMAGED:
    case PDS_E_PDF_LIMIT:
    case PDS_E_PDF_UNSUPPORTED:
    case PDS_E_LIMIT:
        *damaged = true;
        return PDS_OK;
    default:
        return code;
    }
}

uint32_t pds_seam_newest(const pds_seam_finds *f, uint32_t num)
{
    const uint32_t last = pds_revisions_count(f->revisions);
    const pds_place *place = pds_revisions_place(f->revisions, last, num);
    uint32_t newest = place->section;
    if (place->kind == PDS_PLACE_PACKED) {
        const uint32_t stream =
            pds_revisions_place(f->revisions, last, (uint32_t)place->at)->section;
        newest = stream > newest ? stream : newest;
    }
    return newest;
}

/* ---- what is shown ---- */

static pds_slice_fault fault_of(const pds_seam_view *view, const pds_trace_state *s,
                                const double box[4])
{
    if (view->fault != PDS_SLICE_GOOD) {
        return view->fault;
    }
    if (pds_trace_hides(s)) {
        return PDS_SLICE_HIDDEN;
    }
    return s->cut || !pds_trace_holds(s->clip, box, SLACK) ? PDS_SLICE_CUT : PDS_SLICE_GOOD;
}

static pds_code add_shown(pds_seam_finds *f, const pds_seam_shown *shown, pds_err *e)
{
    if (f->shown_count == SHOWN_MAX) {
        f->tired = true;
        return PDS_OK;
    }
    pds_seam_shown *grown = pds_grow(f->shown, f->shown_count, sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu slices", f->shown_count + 1);
    }
    f->shown = grown;
    grown[f->shown_count++] = *shown;
    return PDS_OK;
}

pds_code pds_seam_show(pds_seam_view *view, uint32_t number, const pds_trace_state *s, pds_err *e)
{
    const pds_seam_form *form = &view->f->forms[number - 1];
    pds_seam_shown shown = { .page = view->sheet->page.number,
                             .form = number - 1,
                             .carrier = view->carrier,
                             .newest = view->newest };
    bool upright = false;
    if (form->broken) {
        view->sheet->broken++;
        return PDS_OK;
    }
    shown.newest = form->newest > shown.newest ? form->newest : shown.newest;
    pds_trace_join(form->matrix, s->ctm, shown.matrix);
    pds_trace_box(shown.matrix, form->box, shown.box, &upright);
    shown.fault = fault_of(view, s, shown.box);
    return add_shown(view->f, &shown, e);
}

/* ---- following ---- */

/* Slices that were shown before and lie in this box are seen no more. */
static void cover(const pds_seam_view *view, const double box[4])
{
    for (size_t i = view->first_shown; i < view->f->shown_count; i++) {
        pds_seam_shown *shown = &view->f->shown[i];
        if (shown->fault == PDS_SLICE_GOOD && pds_trace_holds(box, shown->box, SLACK)) {
            shown->fault = PDS_SLICE_COVERED;
        }
    }
}

static pds_code paint(void *ctx, const double box[4], pds_err *e)
{
    const pds_seam_view *view = ctx;
    const size_t count = view->f->shown_count - view->first_shown;
    if (count == 0) {
        return PDS_OK;
    }
    if (!pds_seam_work(view->f, count)) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "more content than is looked at");
    }
    cover(view, box);
    return PDS_OK;
}

/* The box that another XObject fills: an image the unit square, a form its own. */
static pds_code box_of(pds_seam_finds *f, pds_span dict, const pds_trace_state *s, double box[4],
                       pds_err *e)
{
    double rect[] = { 0, 0, 1, 1 };
    double matrix[6];
    bool good = false;
    bool upright = false;
    pds_trace_state at = *s;
    pds_span value;
    if (pds_dict_get(dict, "BBox", &value)) {
        PDS_TRY(pds_seam_numbers(f->doc, dict, "BBox", 4, rect, &good, e));
    }
    PDS_TRY(pds_seam_numbers(f->doc, dict, "Matrix", 6, matrix, &good, e));
    if (good) {
        pds_trace_join(matrix, at.ctm, at.ctm);
    }
    pds_trace_box(at.ctm, rect, box, &upright);
    return PDS_OK;
}

static pds_code draw(void *ctx, pds_span name, const pds_trace_state *s, pds_err *e)
{
    pds_seam_view *view = ctx;
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    uint32_t number = 0;
    double box[4];
    pds_ref ref;
    PDS_TRY(pds_seam_xobject(view->f, view->resources, name, &ref, e));
    PDS_TRY(ref.num == 0 ? PDS_OK : pds_seam_form_of(view->f, ref, &number, e));
    if (number != 0) {
        return pds_seam_show(view, number, s, e);
    }
    if (ref.num == 0 || view->first_shown == view->f->shown_count) {
        return PDS_OK; /* nothing to cover */
    }
    PDS_TRY(pds_doc_read(view->f->doc, ref, &object, e));
    (void)pds_seam_work_object(view->f, object.text.len);
    PDS_TRY(box_of(view->f, object.value, s, box, e));
    return paint(ctx, box, e);
}

static pds_code set_state(void *ctx, pds_span name, pds_trace_state *s, pds_err *e)
{
    const pds_seam_view *view = ctx;
    return pds_seam_set_state(view->f, view->resources, name, s, e);
}

/* Where the stream cannot be followed to its end, what it shows before is not judged either. */
pds_code pds_seam_follow(pds_seam_view *view, pds_span content, const pds_trace_state *start,
                         pds_err *e)
{
    static const pds_trace_fns fns = { draw, set_state, paint };
    bool sound = false;
    bool damaged = false;
    view->first_shown = view->f->shown_count;
    PDS_TRY(pds_seam_forgive(pds_trace(content, start, &fns, view, &sound, e), &damaged));
    if (!sound || damaged) {
        view->f->shown_count = view->first_shown;
        view->sheet->unread = true;
    }
    return PDS_OK;
}

/* ---- resources and content ---- */

static pds_code look_through(pds_seam_finds *f, pds_span xobjects, bool *out, pds_err *e)
{
    pds_iter it = pds_iter_of(xobjects);
    pds_span key;
    pds_span value;
    pds_ref ref;
    uint32_t number = 0;
    *out = false;
    while (it.dict && !f->tired && pds_iter_next(&it, &key, &value)) {
        if (pds_value_ref(value, &ref)) {
            PDS_TRY(pds_seam_form_of(f, ref, &number, e));
            *out = *out || number != 0;
        }
    }
    return PDS_OK;
}

pds_code pds_seam_lists(pds_seam_finds *f, pds_span resources, pds_ref owner, bool *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object xobjects = { 0 };
    uint32_t *known = NULL;
    pds_span value;
    *out = false;
    if (!pds_dict_get(resources, "XObject", &value)) {
        return PDS_OK;
    }
    (void)pds_value_ref(value, &owner);
    PDS_TRY(pds_intern_get(&f->listed, pds_span_of(&owner, sizeof owner), &known, e));
    if (*known == 0) {
        PDS_TRY(pds_doc_resolve(f->doc, value, &xobjects, e));
        (void)pds_seam_work_object(f, xobjects.value.len);
        PDS_TRY(look_through(f, xobjects.value, out, e));
        PDS_TRY(pds_intern_get(&f->listed, pds_span_of(&owner, sizeof owner), &known, e));
        *known = *out ? HAS : HAS_NOT;
    }
    *out = *known == HAS;
    return PDS_OK;
}

/* What decoding took, which after a fault may have been as much as there was room for. */
static uint64_t work_of(pds_code code, size_t decoded, size_t room)
{
    switch (code) {
    case PDS_OK:
        return 2 * (uint64_t)decoded;
    case PDS_E_PDF_UNSUPPORTED:
        return 0;
    case PDS_E_PDF_DAMAGED:
        return room / 8;
    default:
        return 2 * (uint64_t)room;
    }
}

pds_code pds_seam_content(pds_seam_finds *f, const pds_object *o, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    const uint64_t left = f->work_max > f->work ? f->work_max - f->work : 0;
    if (!o->stream || out->len >= CONTENT_MAX || !pds_seam_work_object(f, o->data_len)) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "more content than is looked at");
    }
    size_t room = CONTENT_MAX - out->len;
    room = left < room ? (size_t)left : room;
    const pds_code code = pds_doc_stream(f->doc, o, room, &data, e);
    (void)pds_seam_work(f, work_of(code, data.len, room));
    PDS_TRY(code);
    pds_buf_put(out, pds_buf_span(&data));
    pds_buf_byte(out, '\n');
    return pds_buf_end(out, e);
}

/* One stream, or several that are read as one (7.8.2). */
static pds_code read_contents(pds_seam_view *view, pds_span page, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object contents = { 0 };
    pds_span key;
    pds_span value;
    pds_ref ref;
    PDS_TRY(pds_doc_get(view->f->doc, page, "Contents", &contents, e));
    if (contents.stream) {
        view->newest = pds_seam_newest(view->f, contents.ref.num);
        return pds_seam_content(view->f, &contents, out, e);
    }
    pds_iter it = pds_iter_of(contents.value);
    while (!it.dict && pds_iter_next(&it, &key, &value)) {
        PDS_OWN(pds_object_drop) pds_object part = { 0 };
        if (!pds_value_ref(value, &ref)) {
            continue;
        }
        PDS_TRY(pds_doc_read(view->f->doc, ref, &part, e));
        const uint32_t newest = pds_seam_newest(view->f, ref.num);
        view->newest = newest > view->newest ? newest : view->newest;
        PDS_TRY(pds_seam_content(view->f, &part, out, e));
    }
    return PDS_OK;
}

/* A node of the page tree may be large, and many pages below it. */
static pds_code find_inherited(pds_seam_finds *f, pds_ref node, pds_span *out, pds_err *e)
{
    if (f->holder.ref.num != node.num) {
        f->inherited = pds_span_of(NULL, 0);
        PDS_TRY(pds_doc_read(f->doc, node, &f->holder, e));
        (void)pds_seam_work_object(f, f->holder.text.len);
        (void)pds_dict_get(f->holder.value, "Resources", &f->inherited);
    }
    *out = f->inherited;
    return PDS_OK;
}

/* The page's resources, own or inherited, and the object that they stand in. */
static pds_code find_resources(pds_seam_finds *f, const pds_page *page, pds_span object,
                               pds_object *out, pds_ref *owner, pds_err *e)
{
    pds_span value = pds_span_of(NULL, 0);
    *owner = page->resources;
    if (page->resources.num == page->ref.num) {
        (void)pds_dict_get(object, "Resources", &value);
    } else {
        PDS_TRY(find_inherited(f, page->resources, &value, e));
    }
    (void)pds_value_ref(value, owner);
    return pds_doc_resolve(f->doc, value, out, e);
}

static pds_code look_at_content(pds_seam_finds *f, pds_seam_sheet *sheet, pds_span page, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object resources = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf content = { 0 };
    pds_seam_view view = { .f = f, .sheet = sheet, .carrier = PDS_CARRIED_BY_CONTENT };
    bool listed = false;
    pds_ref owner;
    if (sheet->page.resources.num == 0) {
        return PDS_OK;
    }
    PDS_TRY(find_resources(f, &sheet->page, page, &resources, &owner, e));
    PDS_TRY(pds_seam_lists(f, resources.value, owner, &listed, e));
    if (!listed) {
        return PDS_OK;
    }
    view.resources = resources.value;
    PDS_TRY(read_contents(&view, page, &content, e));
    return pds_seam_follow(&view, pds_buf_span(&content), &PDS_TRACE_START, e);
}

/* ---- all pages ---- */

static pds_code look_at_page(void *ctx, const pds_page *page, const pds_object *object, bool *stop,
                             pds_err *e)
{
    pds_seam_finds *f = ctx;
    PDS_TRY(pds_interrupt_check(e));
    pds_seam_sheet *grown = pds_grow(f->pages, f->page_count, sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu pages", f->page_count + 1);
    }
    f->pages = grown;
    pds_seam_sheet *sheet = &grown[f->page_count++];
    *sheet = (pds_seam_sheet){ .page = *page };
    PDS_TRY(pds_seam_forgive(look_at_content(f, sheet, object->value, e), &sheet->unread));
    PDS_TRY(pds_seam_forgive(pds_seam_annotations(f, sheet, object->value, e), &sheet->unread));
    *stop = f->tired;
    return PDS_OK;
}

pds_code pds_seam_finds_read(pds_doc *doc, pds_revisions *revisions, pds_seam_finds *out,
                             pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    *out = (pds_seam_finds){ .doc = doc, .revisions = revisions };
    out->work_max = WORK_LEAST + WORK_A_BYTE * pds_doc_file(doc)->size;
    PDS_TRY(pds_seam_forgive(pds_doc_catalog(doc, &catalog, e), &out->unread_pages));
    return out->unread_pages
               ? PDS_OK
               : pds_seam_forgive(pds_pages_each(doc, look_at_page, out, e), &out->unread_pages);
}
