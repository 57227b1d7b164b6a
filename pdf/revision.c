#include "pdf/revision.h"

#include "base/own.h"
#include "pdf/revision_internal.h"

#include <stdlib.h>

static pds_code load(pds_revisions *r, pds_findings *findings, pds_err *e)
{
    PDS_OWN(pds_xref_drop) pds_xref x = { .log = &r->log };
    PDS_TRY(pds_header_check(r->file, e));
    PDS_TRY(pds_revisions_find_end(r, e));
    PDS_TRY(pds_xref_load(&x, r->file, e));
    PDS_TRY(pds_revisions_find(r, e));
    return pds_revisions_follow(r, findings, e);
}

pds_code pds_revisions_open(const pds_file *file, const pds_secret *password,
                            pds_findings *findings, pds_revisions **out, pds_err *e)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the revisions of the file");
    }
    (*out)->file = file;
    (*out)->shared.password = password;
    const pds_code code = load(*out, findings, e);
    if (code != PDS_OK) {
        pds_revisions_drop(out);
    }
    return pds_err_file(code, e, file->path);
}

void pds_revisions_drop(pds_revisions **r)
{
    if (*r == NULL) {
        return;
    }
    pds_doc_shared_drop(&(*r)->shared);
    pds_history_drop(&(*r)->history);
    pds_xref_log_drop(&(*r)->log);
    free((*r)->items);
    free(*r);
    *r = NULL;
}

uint32_t pds_revisions_count(const pds_revisions *r)
{
    return r->count;
}

const pds_revision *pds_revisions_at(const pds_revisions *r, uint32_t revision)
{
    return &r->items[revision - 1].bounds;
}

/* The first revision that ends behind this byte. */
uint32_t pds_revisions_of_byte(const pds_revisions *r, uint64_t offset)
{
    uint32_t low = 0, high = r->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (r->items[middle].bounds.end > offset) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low == r->count ? 0 : low + 1;
}

uint32_t pds_revisions_ending(const pds_revisions *r, uint64_t end)
{
    uint32_t low = 0, high = r->count;
    while (low < high) { /* the last one whose %%EOF is not behind it */
        const uint32_t middle = low + (high - low) / 2;
        if (r->items[middle].bounds.eof > end) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    const pds_revision *const v = low == 0 ? NULL : &r->items[low - 1].bounds;
    return v != NULL && v->section_count > 0 && end <= v->rest ? low : 0;
}

const pds_place *pds_revisions_place(const pds_revisions *r, uint32_t revision, uint32_t num)
{
    return pds_history_find(&r->history, num, (uint16_t)revision);
}

bool pds_revisions_change(const pds_revisions *r, uint32_t revision, size_t *at, pds_change *out)
{
    const pds_history *const h = &r->history;
    for (; r->items[revision - 1].first_step + *at < h->step_count; ++*at) {
        const pds_history_step *const step = &h->steps[r->items[revision - 1].first_step + *at];
        if (step->place.section != revision) {
            return false;
        }
        const pds_place *const was = &h->steps[step->older].place;
        if (!pds_place_same(was, &step->place)) {
            *out = (pds_change){ step->num, *was, step->place };
            ++*at;
            return true;
        }
    }
    return false;
}

/* ---- following the entries ---- */

static pds_code add_ambiguous(const pds_revisions *r, uint16_t revision, const pds_row *row,
                              pds_findings *findings, pds_err *e)
{
    return pds_finding_place(
        pds_finding_add(findings, PDS_F_OBJECT_AMBIGUOUS, e,
                        "two cross-reference entries of one revision put object %u at two places",
                        (unsigned)row->num),
        findings, row->num, (int64_t)r->log.sections[row->place.section].at, revision);
}

/* Some programs copy /XRefStm from the trailer before: it leads to a stream of an older revision,
 * which the table goes before (7.5.8.4). */
static bool is_copied(const pds_section_log *s, const pds_revision *v)
{
    return s->kind == PDS_SECTION_HYBRID && s->at < v->begin;
}

/* Which of two entries of one revision counts, and may they differ? */
static bool may_differ(const pds_revisions *r, const pds_row *old, const pds_row *row, bool *counts)
{
    const pds_section_log *const s = &r->log.sections[row->place.section];
    const bool of_table =
        s->kind == PDS_SECTION_HYBRID && old->place.section + 1 == row->place.section;
    const bool of_one = old->place.section == row->place.section;
    *counts = of_table ? old->place.kind == PDS_PLACE_FREE : !of_one;
    return of_table && *counts; /* that is what such a stream is for (7.5.8.4) */
}

static pds_code follow_row(pds_revisions *r, uint16_t revision, const pds_row *row,
                           pds_findings *findings, pds_err *e)
{
    pds_revision_item *const item = &r->items[revision - 1];
    pds_history_slot *slot = NULL;
    PDS_TRY(pds_history_slot_make(&r->history, row->num, &slot, e));
    const pds_row *const old = slot->row == 0 ? NULL : &r->log.rows[slot->row - 1];
    bool counts = true;
    if (old != NULL && old->place.section < item->behind) { /* of this revision */
        const bool sound = may_differ(r, old, row, &counts) || row->num == 0 ||
                           is_copied(&r->log.sections[row->place.section], &item->bounds) ||
                           pds_place_same(&old->place, &row->place) ||
                           (old->place.section != row->place.section && !item->bounds.linearized &&
                            r->log.sections[row->place.section].kind != PDS_SECTION_HYBRID);
        PDS_TRY(sound ? PDS_OK : add_ambiguous(r, revision, row, findings, e));
    }
    if (!counts) {
        return PDS_OK;
    }
    slot->row = (uint32_t)(row - r->log.rows) + 1;
    item->last = row->num > item->last ? row->num : item->last;
    if (row->place.kind > PDS_PLACE_FREE && row->num > item->last_used) {
        item->last_used = row->num;
    }
    return pds_history_put(&r->history, row->num, &row->place, revision, e);
}

static pds_code follow_section(pds_revisions *r, uint16_t revision, size_t section,
                               pds_findings *findings, pds_err *e)
{
    const pds_section_log *const s = &r->log.sections[section];
    for (size_t i = 0; i < s->row_count; i++) {
        PDS_TRY(follow_row(r, revision, &r->log.rows[s->first_row + i], findings, e));
    }
    return PDS_OK;
}

/* The oldest section first, but a table before its stream. */
static pds_code follow_sections(pds_revisions *r, uint16_t revision, pds_findings *findings,
                                pds_err *e)
{
    const pds_revision_item *const item = &r->items[revision - 1];
    for (size_t i = item->behind; i-- > item->head;) {
        if (r->log.sections[i].kind == PDS_SECTION_HYBRID) {
            continue;
        }
        PDS_TRY(follow_section(r, revision, i, findings, e));
        if (i + 1 < item->behind && r->log.sections[i + 1].kind == PDS_SECTION_HYBRID) {
            PDS_TRY(follow_section(r, revision, i + 1, findings, e));
        }
    }
    return PDS_OK;
}

/* An object stream that is another one now, although objects stay in it. */
static void note_replaced(pds_revisions *r, uint32_t revision)
{
    size_t at = 0;
    pds_change c;
    while (r->items[revision - 1].replaced == 0 && pds_revisions_change(r, revision, &at, &c)) {
        if (c.was.kind == PDS_PLACE_FILE && pds_history_slot_of(&r->history, c.num)->members > 0) {
            r->items[revision - 1].replaced = c.num;
        }
    }
}

pds_code pds_revisions_follow(pds_revisions *r, pds_findings *findings, pds_err *e)
{
    PDS_TRY(pds_history_begin(&r->history, &r->log, e));
    for (uint32_t i = 0; i < r->count; i++) {
        r->items[i].first_step = r->history.step_count;
        r->items[i].last = i == 0 ? 0 : r->items[i - 1].last;
        r->items[i].last_used = i == 0 ? 0 : r->items[i - 1].last_used;
        PDS_TRY(follow_sections(r, (uint16_t)(i + 1), findings, e));
        note_replaced(r, i + 1);
    }
    return PDS_OK;
}

/* ---- a document as it stood ---- */

static pds_code set_size(const pds_revisions *r, uint32_t revision, pds_xref *x, pds_err *e)
{
    const pds_revision_item *const item = &r->items[revision - 1];
    const uint64_t at = r->log.sections[item->head].at;
    pds_span value = { 0 };
    int64_t size = 0;
    if (!pds_dict_get(x->trailer, "Size", &value) || !pds_value_int(value, &size) || size < 1) {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, at, "the trailer has no /Size");
    }
    x->size = size > PDS_OBJECT_MAX ? PDS_OBJECT_MAX + 1 : (uint32_t)size;
    if (item->last_used < x->size) {
        return PDS_OK;
    }
    const pds_code code =
        pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "/Size %u but entry for object %u",
                 (unsigned)x->size, (unsigned)item->last_used);
    return pds_err_object(pds_err_at(code, e, (int64_t)at), e, item->last_used);
}

pds_code pds_revisions_doc(pds_revisions *r, uint32_t revision, pds_doc **out, pds_err *e)
{
    const pds_revision_item *const item = &r->items[revision - 1];
    const pds_section_log *const s = &r->log.sections[item->head];
    PDS_OWN(pds_xref_drop)
    pds_xref x = { .history = &r->history,
                   .revision = (uint16_t)revision,
                   .last = item->last,
                   .last_used = item->last_used,
                   .start = item->bounds.start,
                   .stream = s->kind == PDS_SECTION_STREAM,
                   .trailer = s->trailer };
    *out = NULL;
    PDS_TRY(set_size(r, revision, &x, e));
    x.sections = malloc(sizeof *x.sections);
    if (x.sections == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a document");
    }
    x.sections[0] = s->at;
    x.section_count = 1;
    return pds_doc_open_as_of(&item->file, &x, &r->shared, out, e);
}
