#include "pdfsign/layout.h"

#include "base/own.h"
#include "pdfsign/layout_lay.h"
#include "pdfsign/seam_lay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* docs/architecture.md, "What goes where". */

static void laying_drop(pds_laying *l)
{
    pds_parts_drop(&l->parts);
    free(l->shapes);
}

/* ---- drawings ---- */

static pds_code typesetter_for(pds_laying *l, pds_sight sight, pds_typesetter **out, pds_err *e)
{
    *out = NULL;
    return pds_sight_has_text(&l->parts, sight) ? pds_scene_typesetter(l->scene, l->look, out, e)
                                                : PDS_OK;
}

/* The size that it takes by itself. */
static pds_code natural_size(pds_laying *l, pds_sight sight, double size[2], pds_err *e)
{
    pds_typesetter *t = NULL;
    PDS_TRY(typesetter_for(l, sight, &t, e));
    return pds_compose_size(&l->parts.sights[sight], t, size, e);
}

static const pds_shape *shape_of(const pds_laying *l, pds_sight sight, const double room[2])
{
    for (size_t i = 0; i < l->shape_count; i++) {
        const pds_shape *shape = &l->shapes[i];
        if (shape->sight == sight && fabs(shape->room[0] - room[0]) < 1e-6 &&
            fabs(shape->room[1] - room[1]) < 1e-6) {
            return shape;
        }
    }
    return NULL;
}

static pds_code keep_shape(pds_laying *l, pds_sight sight, const double room[2], size_t drawing,
                           pds_err *e)
{
    pds_shape *grown = realloc(l->shapes, (l->shape_count + 1) * sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a drawing");
    }
    l->shapes = grown;
    grown[l->shape_count++] =
        (pds_shape){ .sight = sight, .room = { room[0], room[1] }, .drawing = drawing };
    return PDS_OK;
}

/* A date whose size was not asked for is as large as fits a box: alone, or where its one line is
 * longer than the box is wide. */
static pds_code fit_date(pds_laying *l, pds_sight sight, pds_composition *c, pds_err *e)
{
    double date[2] = { 0 };
    if (sight == PDS_SIGHT_DATE) {
        c->text_size = l->parts.date_size;
    } else if (sight == PDS_SIGHT_DATED && c->date != NULL) {
        PDS_TRY(natural_size(l, PDS_SIGHT_DATE, date, e));
        c->date_size = date[0] > c->room[0] ? l->parts.date_size : c->date_size;
    }
    return PDS_OK;
}

pds_code pds_laying_draw(pds_laying *l, pds_sight sight, const double room[2], size_t *drawing,
                         pds_err *e)
{
    const pds_shape *shape = shape_of(l, sight, room);
    pds_composition composition = l->parts.sights[sight];
    pds_laid_drawing made = { 0 };
    pds_typesetter *t = NULL;

    if (shape != NULL) {
        *drawing = shape->drawing;
        return PDS_OK;
    }
    memcpy(composition.room, room, sizeof composition.room);
    if (room[0] > 0.0) {
        PDS_TRY(fit_date(l, sight, &composition, e));
    }
    PDS_TRY(typesetter_for(l, sight, &t, e));
    PDS_TRY(pds_compose(&composition, t, &made.drawing, e));
    PDS_TRY(pds_layout_add_drawing(l->out, &made, drawing, e));
    return keep_shape(l, sight, room, *drawing, e);
}

/* ---- marks ---- */

/* Makes sure that the mark's place is free. date: as in pds_claim. */
static pds_code add_mark(pds_laying *l, pds_mark *mark, bool date, pds_err *e)
{
    pds_claim claim = { .signing = l->index,
                        .page = &mark->page,
                        .rect = mark->rect,
                        .signed_field = l->plan->existing,
                        .date = date };
    PDS_TRY(pds_scene_claim(l->scene, &claim, e));
    return pds_layout_add_mark(l->out, mark, e);
}

static pds_code may_add_content(const pds_laying *l, pds_err *e)
{
    const pds_form *form = &l->scene->in->form;
    for (size_t i = 0; i < form->count; i++) {
        if (form->fields[i].is_signed) {
            pds_code code =
                pds_fail(e, PDS_E_PLACE_REFUSED, __func__,
                         "the file is signed in field '%s': whatever is put on its pages "
                         "now would break that signature",
                         form->fields[i].name);
            return pds_err_hint(
                code, e,
                "draw a date with --date @last; what else is to be seen needs fields "
                "that were made before the first signature");
        }
    }
    return PDS_OK;
}

/* ---- a place on a page ---- */

/* One drawing on its way to one place. */
typedef struct putting {
    pds_mark_kind kind;
    pds_sight sight;
    bool draws, dated;
    double room[2]; /* zeros: natural */
} putting;

static bool has_size(const pds_place *place)
{
    return place->kind == PDS_PLACE_RECT || place->size[0] > 0.0;
}

/* A seal in its place, then a date below it: the rectangle grows downwards, and to both sides where
 * the date is wider. */
static pds_code grow_for_date(pds_laying *l, const pds_spot *spot, double rect[4], double room[2],
                              pds_err *e)
{
    double plain[2];
    double dated[2];
    double date[2];
    double shown[4];
    PDS_TRY(natural_size(l, PDS_SIGHT_SEAL, plain, e));
    PDS_TRY(natural_size(l, PDS_SIGHT_DATED, dated, e));
    PDS_TRY(natural_size(l, PDS_SIGHT_DATE, date, e));
    pds_rect_shown(&spot->page, rect, shown);
    double wider = fmax(0.0, date[0] - (shown[2] - shown[0])) / 2.0;
    pds_place grown = { .kind = PDS_PLACE_RECT,
                        .page = spot->page.number,
                        .rect = { shown[0] - wider, shown[1] - fmax(0.0, dated[1] - plain[1]),
                                  shown[2] + wider, shown[3] } };
    if (room[0] > 0.0) {
        room[0] = grown.rect[2] - grown.rect[0];
        room[1] = grown.rect[3] - grown.rect[1];
    }
    return pds_err_hint(pds_spot_rect(spot, &grown, NULL, rect, e), e,
                        "with the date below it the seal needs more room there");
}

static pds_code find_rect(pds_laying *l, const pds_place *place, const pds_spot *spot, putting *p,
                          double rect[4], pds_err *e)
{
    double natural[2];
    bool grows = p->sight == PDS_SIGHT_DATED && l->parts.seal;
    bool own = p->draws && !has_size(place);
    if (own) {
        PDS_TRY(natural_size(l, grows ? PDS_SIGHT_SEAL : p->sight, natural, e));
    }
    PDS_TRY(pds_spot_rect(spot, place, own ? natural : NULL, rect, e));
    if (!own) {
        pds_rect_size(&spot->page, rect, p->room);
    }
    return grows ? grow_for_date(l, spot, rect, p->room, e) : PDS_OK;
}

static void tell_plan(pds_plan *plan, const pds_mark *mark)
{
    plan->page = mark->page;
    plan->page_number = mark->page.number;
    memcpy(plan->rect, mark->rect, sizeof plan->rect);
}

static pds_code put(pds_laying *l, const pds_place *place, const pds_spot *spot, putting p,
                    pds_err *e)
{
    pds_mark mark = { .kind = p.kind, .page = spot->page };
    PDS_TRY(find_rect(l, place, spot, &p, mark.rect, e));
    if (p.kind == PDS_MARK_WIDGET) {
        tell_plan(l->plan, &mark);
    }
    if (!p.draws) { /* a place, and nothing to see there */
        pds_claim claim = { .signing = l->index, .page = &mark.page, .rect = mark.rect };
        return pds_scene_claim(l->scene, &claim, e);
    }
    PDS_TRY(
        pds_err_page(pds_laying_draw(l, p.sight, p.room, &mark.drawing, e), e, spot->page.number));
    return add_mark(l, &mark, p.sight == PDS_SIGHT_DATE, e);
}

/* ---- places of the seal ---- */

static pds_code put_seal(pds_laying *l, const pds_place *place, const pds_spot *spot, bool widget,
                         bool last, pds_err *e)
{
    bool dated = last && l->dated;
    putting p = { .kind = widget ? PDS_MARK_WIDGET : PDS_MARK_CONTENT,
                  .sight = dated ? PDS_SIGHT_DATED : PDS_SIGHT_SEAL,
                  .draws = l->parts.seal || dated };
    if (!widget && !p.draws) {
        return pds_err_hint(
            pds_fail(e, PDS_E_USAGE, __func__, "there is nothing to draw at a second place"), e,
            "give --seal or --text");
    }
    if (!widget) {
        PDS_TRY(may_add_content(l, e));
    }
    return put(l, place, spot, p, e);
}

/* The first place is the signature's widget, and so is the first of several keywords there. */
static pds_code lay_place(pds_laying *l, size_t index, pds_err *e)
{
    PDS_OWN(pds_spots_drop) pds_spots spots = { 0 };
    pds_place place;
    bool last = index + 1 == l->look->place_count;
    PDS_TRY(pds_place_parse(l->look->places[index], &place, e));
    if (place.kind == PDS_PLACE_LAST) {
        PDS_FAIL(e, PDS_E_USAGE, "@last is a place for --date, not for --at");
    }
    if (place.kind == PDS_PLACE_FIELD) {
        return pds_lay_button(l, place.field, last, e);
    }
    PDS_TRY(pds_spots_find(l->scene, &place, &spots, e));
    for (size_t i = 0; i < spots.count; i++) {
        PDS_TRY(put_seal(l, &place, &spots.items[i], index == 0 && i == 0,
                         last && i + 1 == spots.count, e));
    }
    return PDS_OK;
}

/* ---- an existing field ---- */

static pds_code find_field_page(pds_laying *l, pds_page *page, pds_err *e)
{
    const pds_sig_field *field = l->plan->existing;
    uint32_t pages = 0;
    if (field->page == 0) {
        PDS_TRY(pds_form_find_pages(l->scene->in->doc, &l->scene->in->form, &pages, e));
    }
    if (field->page == 0) {
        return pds_err_field(pds_fail(e, PDS_E_PLACE_REFUSED, __func__,
                                      "the field '%s' is on no page, so nothing can be drawn there",
                                      field->name),
                             e, field->name);
    }
    return pds_page_find(l->scene->in->doc, field->page, page, e);
}

static pds_code refuse_invisible(const pds_laying *l, pds_err *e)
{
    const pds_sig_field *field = l->plan->existing;
    pds_code code =
        pds_fail(e, PDS_E_PLACE_REFUSED, __func__,
                 "the field '%s' is invisible, so nothing can be drawn there", field->name);
    return pds_err_hint(pds_err_field(code, e, field->name), e,
                        "sign a field that has a place, or a new one with --field NAME --at PLACE");
}

/* The drawing fills the field, whose place stays as it is. */
static pds_code lay_existing(pds_laying *l, bool last, pds_err *e)
{
    pds_mark mark = { .kind = PDS_MARK_WIDGET };
    bool dated = last && l->dated;
    double room[2];
    if (!l->parts.seal && !dated) {
        return PDS_OK;
    }
    if (!pds_sig_field_visible(l->plan->existing)) {
        return l->look->seam_count > 0 && !dated && l->parts.text.len == 0
                   ? PDS_OK /* the seal is for the seam */
                   : refuse_invisible(l, e);
    }
    PDS_TRY(find_field_page(l, &mark.page, e));
    memcpy(mark.rect, l->plan->existing->rect, sizeof mark.rect);
    pds_rect_size(&mark.page, mark.rect, room);
    PDS_TRY(pds_laying_draw(l, dated ? PDS_SIGHT_DATED : PDS_SIGHT_SEAL, room, &mark.drawing, e));
    return add_mark(l, &mark, false, e);
}

/* A new field without a place: invisible, on the first page. */
static pds_code lay_invisible(pds_laying *l, pds_err *e)
{
    if (l->parts.text.len > 0 || (l->parts.seal && l->look->seam_count == 0)) {
        return pds_err_hint(
            pds_fail(e, PDS_E_USAGE, __func__, "a seal or text is given, but no place for it"), e,
            "give --at PLACE, or --field with a field that has a place");
    }
    PDS_TRY(pds_page_find(l->scene->in->doc, 1, &l->plan->page, e));
    memset(l->plan->rect, 0, sizeof l->plan->rect);
    l->plan->page_number = l->plan->page.number;
    return PDS_OK;
}

static pds_code lay_places(pds_laying *l, pds_err *e)
{
    size_t first = 0;
    if (l->plan->existing != NULL) {
        first = l->look->place_count > 0 ? 1 : 0; /* that one named the field */
        PDS_TRY(lay_existing(l, l->look->place_count <= 1, e));
    } else if (l->look->place_count == 0) {
        PDS_TRY(lay_invisible(l, e));
    }
    for (size_t i = first; i < l->look->place_count; i++) {
        PDS_TRY(lay_place(l, i, e));
    }
    return PDS_OK;
}

/* ---- dates ---- */

static pds_code lay_date(pds_laying *l, const pds_place *place, pds_err *e)
{
    PDS_OWN(pds_spots_drop) pds_spots spots = { 0 };
    putting p = { .kind = PDS_MARK_CONTENT, .sight = PDS_SIGHT_DATE, .draws = true };
    PDS_TRY(may_add_content(l, e));
    PDS_TRY(pds_spots_find(l->scene, place, &spots, e));
    for (size_t i = 0; i < spots.count; i++) {
        PDS_TRY(put(l, place, &spots.items[i], p, e));
    }
    return PDS_OK;
}

static pds_code lay_dates(pds_laying *l, pds_err *e)
{
    for (size_t i = 0; i < l->look->date_count; i++) {
        pds_place place;
        PDS_TRY(pds_place_parse(l->look->dates[i], &place, e));
        if (place.kind == PDS_PLACE_FIELD) {
            PDS_TRY(pds_lay_text_field(l, place.field, e));
        } else if (place.kind != PDS_PLACE_LAST) {
            PDS_TRY(lay_date(l, &place, e));
        }
    }
    return PDS_OK;
}

/* Is the date to be drawn with the last seal, and is there one? */
static pds_code find_last(pds_laying *l, pds_err *e)
{
    for (size_t i = 0; i < l->look->date_count; i++) {
        pds_place place;
        PDS_TRY(pds_place_parse(l->look->dates[i], &place, e));
        if (place.kind == PDS_PLACE_LAST && l->dated) {
            PDS_FAIL(e, PDS_E_USAGE, "--date @last is given twice");
        }
        l->dated = l->dated || place.kind == PDS_PLACE_LAST;
    }
    if (l->dated && l->look->place_count == 0 && l->plan->existing == NULL) {
        return pds_err_hint(pds_fail(e, PDS_E_USAGE, __func__,
                                     "--date @last: there is no seal for the date to stand with"),
                            e, "give --at PLACE, or another place for the date");
    }
    return PDS_OK;
}

/* ---- the whole ---- */

typedef struct order_row {
    pds_mark mark;
    size_t index;
} order_row;

static int compare_marks(const void *a, const void *b)
{
    const order_row *left = a;
    const order_row *right = b;
    if (left->mark.kind != right->mark.kind) {
        return left->mark.kind < right->mark.kind ? -1 : 1;
    }
    if (left->mark.page.number != right->mark.page.number) {
        return left->mark.page.number < right->mark.page.number ? -1 : 1;
    }
    return left->index < right->index ? -1 : 1;
}

/* Page order within a kind; on a page the order in which they were asked for. */
static pds_code put_in_order(pds_layout *l, pds_err *e)
{
    order_row *rows = calloc(l->mark_count + 1, sizeof *rows);
    if (rows == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the layout of the pages");
    }
    for (size_t i = 0; i < l->mark_count; i++) {
        rows[i] = (order_row){ l->marks[i], i };
    }
    qsort(rows, l->mark_count, sizeof *rows, compare_marks);
    for (size_t i = 0; i < l->mark_count; i++) {
        l->marks[i] = rows[i].mark;
    }
    free(rows);
    return PDS_OK;
}

pds_code pds_scene_lay(pds_scene *s, size_t index, pds_plan *plan, pds_err *e)
{
    PDS_OWN(laying_drop)
    pds_laying l = { .scene = s,
                     .index = index,
                     .plan = plan,
                     .look = &plan->options.look,
                     .out = &s->layouts[index] };
    PDS_TRY(pds_parts_make(s, index, plan, &l.parts, e));
    PDS_TRY(find_last(&l, e));
    PDS_TRY(lay_places(&l, e));
    PDS_TRY(lay_dates(&l, e));
    if (l.look->seam_count > 0) {
        PDS_TRY(pds_seam_lay(s, index, e));
    }
    PDS_TRY(put_in_order(l.out, e));
    l.out->typesetter = s->typesetter;
    return PDS_OK;
}
