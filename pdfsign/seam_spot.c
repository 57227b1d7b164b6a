#include "pdfsign/seam_spot.h"

#include "pdfsign/layout_spot.h"

#include <math.h>
#include <stdlib.h>

static const double MM = 72.0 / 25.4;
static const double TOUCHING = 0.5; /* points */
static const double APART = 6.0;    /* points between seams that were put side by side */

enum { STEPS_MAX = 2000 }; /* millimetres either way: more than any page has */

/* ---- what is taken ---- */

void pds_seam_takens_drop(pds_seam_takens *t)
{
    free(t->items);
    *t = (pds_seam_takens){ .count = 0 };
}

pds_code pds_seam_take(pds_seam_takens *t, uint32_t page, const double rect[4], pds_err *e)
{
    if (page == 0) {
        return PDS_OK;
    }
    if (t->count == t->room) {
        const size_t room = t->room * 2 + 64;
        pds_seam_taken *grown = realloc(t->items, room * sizeof *grown);
        if (grown == NULL) {
            PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for %zu places of seams", room);
        }
        t->items = grown;
        t->room = room;
    }
    t->items[t->count].page = page;
    memcpy(t->items[t->count++].rect, rect, sizeof t->items->rect);
    return PDS_OK;
}

pds_code pds_seam_take_fields(pds_seam_takens *t, const pds_seam_file *file, pds_err *e)
{
    for (size_t i = 0; i < file->set_count; i++) {
        const pds_seam_set *set = &file->sets[i];
        for (size_t k = 0; k < set->count; k++) {
            PDS_TRY(pds_seam_take(t, set->fields[k].page.number, set->fields[k].rect, e));
        }
    }
    return PDS_OK;
}

static int by_page(const void *a, const void *b)
{
    const uint32_t left = ((const pds_seam_taken *)a)->page;
    const uint32_t right = ((const pds_seam_taken *)b)->page;
    return (left > right) - (left < right);
}

/* ---- placing ---- */

/* Do they overlap, or come closer than `apart` points? */
static bool meet(const double a[4], const double b[4], double unit, double apart)
{
    const double width = fmin(a[2], b[2]) - fmax(a[0], b[0]);
    const double height = fmin(a[3], b[3]) - fmax(a[1], b[1]);
    return width * unit > -apart && height * unit > -apart;
}

/* The first of the taken places that a slice would meet, or NULL. Both lists are in page order;
 * *from goes along. */
static const pds_seam_taken *met(const pds_seam_spot *spot, uint32_t page, const double rect[4],
                                 double apart, size_t *from)
{
    const double unit = spot->pages[page - 1].user_unit;
    while (*from < spot->taken.count && spot->taken.items[*from].page < page) {
        ++*from;
    }
    for (size_t i = *from; i < spot->taken.count && spot->taken.items[i].page == page; i++) {
        if (meet(rect, spot->taken.items[i].rect, unit, apart)) {
            return &spot->taken.items[i];
        }
    }
    return NULL;
}

/* All rectangles, up to the first that meets another seam. */
static pds_code try_place(const pds_seam_spot *spot, const pds_seam *seam, double apart,
                          double (*rects)[4], const pds_seam_taken **other, pds_err *e)
{
    size_t from = 0;
    *other = NULL;
    for (size_t i = 0; i < spot->slice_count && *other == NULL; i++) {
        const pds_slice *slice = &spot->slices[i];
        const pds_sheet sheet = pds_page_sheet(&spot->pages[slice->page - 1]);
        PDS_TRY(pds_slice_rect(seam, slice, &sheet, spot->size, rects[i], e));
        *other = spot->overlap ? NULL : met(spot, slice->page, rects[i], apart, &from);
    }
    return PDS_OK;
}

static pds_code refuse_taken(const pds_seam *seam, const pds_seam_taken *other, pds_err *e)
{
    const char *edge = pds_edge_name(seam->edge);
    const pds_code code =
        seam->at_given ? pds_fail(e, PDS_E_PLACE_TAKEN, __func__,
                                  "another seam stands at this place of the %s edge", edge)
                       : pds_fail(e, PDS_E_PLACE_TAKEN, __func__,
                                  "other seams leave no room for one more on the %s edge", edge);
    return pds_err_page(
        pds_err_hint(code, e, "choose a place with at=, another edge, or --allow-overlap"), e,
        other->page);
}

/* Downwards or to the left first, then to the other side, further and further out. */
static pds_code go_beside(const pds_seam_spot *spot, pds_seam *seam, double (*rects)[4],
                          const pds_seam_taken *other, pds_err *e)
{
    const pds_seam_taken *there = NULL;
    bool off[2] = { false, false };
    for (int step = 1; step <= STEPS_MAX && !(off[0] && off[1]); step++) {
        for (int side = 0; side < 2; side++) {
            pds_seam moved = *seam;
            moved.shift += (side == 0 ? -step : step) * MM;
            off[side] = off[side] || try_place(spot, &moved, APART, rects, &there, NULL) != PDS_OK;
            if (!off[side] && there == NULL) {
                *seam = moved;
                return PDS_OK;
            }
        }
    }
    return refuse_taken(seam, other, e);
}

pds_code pds_seam_place(pds_seam_spot *spot, pds_seam *seam, double (*rects)[4], pds_err *e)
{
    const pds_seam_taken *other = NULL;
    if (spot->taken.count > 0) {
        qsort(spot->taken.items, spot->taken.count, sizeof *spot->taken.items, by_page);
    }
    PDS_TRY(try_place(spot, seam, -TOUCHING, rects, &other, e));
    if (other == NULL) {
        return PDS_OK;
    }
    return seam->at_given ? refuse_taken(seam, other, e) : go_beside(spot, seam, rects, other, e);
}
