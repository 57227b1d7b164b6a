#include "pdf/revision_pieces.h"

#include "base/grow.h"

#include <stdlib.h>

void pds_pieces_drop(pds_pieces *p)
{
    free(p->items);
    free(p->members);
    *p = (pds_pieces){ 0 };
}

static pds_code no_memory(pds_err *e)
{
    PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory to check the revisions of the file");
}

static pds_code add_piece(pds_pieces *p, const pds_piece *piece, pds_err *e)
{
    pds_piece *const items = pds_grow(p->items, p->count, sizeof *items);
    if (items == NULL) {
        return no_memory(e);
    }
    p->items = items;
    items[p->count++] = *piece;
    return PDS_OK;
}

static pds_code add_member(pds_pieces *p, uint32_t num, const pds_place *place, pds_err *e)
{
    pds_member *const members = pds_grow(p->members, p->member_count, sizeof *members);
    if (members == NULL) {
        return no_memory(e);
    }
    p->members = members;
    members[p->member_count++] = (pds_member){ (uint32_t)place->at, place->gen, num };
    return PDS_OK;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* At one place, what has an end already comes first: the object of a section's stream is that. */
static int compare_pieces(const void *a, const void *b)
{
    const pds_piece *const x = a, *const y = b;
    const int by_place = compare_numbers(x->begin, y->begin);
    const int by_end = compare_numbers(x->end == 0, y->end == 0);
    const int by_age = compare_numbers(x->old, y->old);
    return by_place != 0 ? by_place
           : by_end != 0 ? by_end
           : by_age != 0 ? by_age
                         : compare_numbers(x->num, y->num);
}

static int compare_members(const void *a, const void *b)
{
    const pds_member *const x = a, *const y = b;
    const int by_container = compare_numbers(x->container, y->container);
    const int by_index = compare_numbers(x->index, y->index);
    return by_container != 0 ? by_container
           : by_index != 0   ? by_index
                             : compare_numbers(x->num, y->num);
}

/* Ascending, and no object twice. */
static void sort(pds_pieces *p)
{
    size_t n = 0;
    if (p->member_count > 1) {
        qsort(p->members, p->member_count, sizeof *p->members, compare_members);
    }
    if (p->count < 2) {
        return;
    }
    qsort(p->items, p->count, sizeof *p->items, compare_pieces);
    for (size_t i = 1; i < p->count; i++) {
        const pds_piece *const last = &p->items[n], *const piece = &p->items[i];
        const bool twice = last->begin == piece->begin && last->num == piece->num;
        if (!twice) {
            p->items[++n] = *piece;
        }
    }
    p->count = n + 1;
}

/* ---- one revision ---- */

static pds_code add_outside(const pds_revisions *r, uint32_t revision, const pds_row *row,
                            pds_findings *findings, pds_err *e)
{
    return pds_finding_place(
        pds_finding_add(findings, PDS_F_UPDATE_ENTRY_OUTSIDE, e,
                        "an entry of this update leads object %u to bytes outside the update",
                        (unsigned)row->num),
        findings, row->num, (int64_t)r->log.sections[row->place.section].at, revision);
}

static bool is_within(const pds_revision *v, const pds_place *place)
{
    return place->kind == PDS_PLACE_FILE && place->at >= v->begin && place->at < v->eof;
}

/* Entries that do not count were judged when they were read. */
static pds_code add_row(const pds_revisions *r, uint32_t revision, const pds_row *row,
                        pds_pieces *p, pds_findings *findings, pds_err *e)
{
    const pds_revision *const v = &r->items[revision - 1].bounds;
    const pds_place *const was = pds_revisions_place(r, revision - 1, row->num);
    const pds_place *const now = pds_revisions_place(r, revision, row->num);
    if (row->place.kind <= PDS_PLACE_FREE || !pds_place_same(&row->place, now) ||
        pds_place_same(was, now)) {
        return PDS_OK;
    }
    if (row->place.kind == PDS_PLACE_PACKED) {
        const pds_place *const container =
            pds_revisions_place(r, revision, (uint32_t)row->place.at);
        return is_within(v, container) ? add_member(p, row->num, now, e)
                                       : add_outside(r, revision, row, findings, e);
    }
    const pds_piece piece = { .begin = now->at, .num = row->num, .gen = now->gen };
    return is_within(v, now) ? add_piece(p, &piece, e) : add_outside(r, revision, row, findings, e);
}

static pds_code add_section(const pds_revisions *r, uint32_t revision, const pds_section_log *s,
                            pds_pieces *p, pds_findings *findings, pds_err *e)
{
    if (s->at < r->items[revision - 1].bounds.begin) {
        return pds_finding_place(
            pds_finding_add(findings, PDS_F_UPDATE_ENTRY_OUTSIDE, e,
                            "a cross-reference section of this update stands before it"),
            findings, s->ref.num, (int64_t)s->at, revision);
    }
    const pds_piece piece = { s->at, s->end, s->ref.num, s->ref.gen, false };
    return add_piece(p, &piece, e);
}

static pds_code add_ending(const pds_revision *v, pds_pieces *p, pds_err *e)
{
    const pds_piece piece = { v->startxref, v->eof, 0, 0, false };
    return v->startxref < v->eof ? add_piece(p, &piece, e) : PDS_OK;
}

pds_code pds_pieces_of_update(pds_revisions *r, uint32_t revision, pds_pieces *p,
                              pds_findings *findings, pds_err *e)
{
    const pds_revision_item *const item = &r->items[revision - 1];
    for (size_t i = item->head; i < item->behind; i++) {
        const pds_section_log *const s = &r->log.sections[i];
        PDS_TRY(add_section(r, revision, s, p, findings, e));
        for (size_t k = 0; k < s->row_count; k++) {
            PDS_TRY(add_row(r, revision, &r->log.rows[s->first_row + k], p, findings, e));
        }
    }
    PDS_TRY(add_ending(&item->bounds, p, e));
    sort(p);
    return PDS_OK;
}

/* ---- several revisions ---- */

/* Every place that an object has ever had up to there. */
static pds_code add_objects(const pds_revisions *r, uint32_t revision, pds_pieces *p, pds_err *e)
{
    const size_t end = revision < r->count ? r->items[revision].first_step : r->history.step_count;
    for (size_t i = 1; i < end; i++) {
        const pds_history_step *const step = &r->history.steps[i];
        const bool old = !pds_place_same(&step->place, pds_revisions_place(r, revision, step->num));
        if (step->place.kind == PDS_PLACE_PACKED && !old) {
            PDS_TRY(add_member(p, step->num, &step->place, e));
        } else if (step->place.kind == PDS_PLACE_FILE) {
            const pds_piece piece = { step->place.at, 0, step->num, step->place.gen, old };
            PDS_TRY(add_piece(p, &piece, e));
        }
    }
    return PDS_OK;
}

pds_code pds_pieces_of_base(pds_revisions *r, uint32_t revision, pds_pieces *p, pds_err *e)
{
    for (uint32_t i = 0; i < revision; i++) {
        const pds_revision_item *const item = &r->items[i];
        for (size_t k = item->head; k < item->behind; k++) {
            const pds_section_log *const s = &r->log.sections[k];
            const pds_piece piece = { s->at, s->end, s->ref.num, s->ref.gen, false };
            PDS_TRY(add_piece(p, &piece, e));
        }
        PDS_TRY(add_ending(&item->bounds, p, e));
    }
    PDS_TRY(add_objects(r, revision, p, e));
    sort(p);
    return PDS_OK;
}
