#include "pdf/history.h"

#include "base/grow.h"

#include <stdlib.h>

bool pds_place_same(const pds_place *a, const pds_place *b)
{
    if (a->kind <= PDS_PLACE_FREE || b->kind <= PDS_PLACE_FREE) {
        return a->kind <= PDS_PLACE_FREE && b->kind <= PDS_PLACE_FREE;
    }
    return a->kind == b->kind && a->at == b->at && a->gen == b->gen;
}

static pds_code no_memory(pds_err *e)
{
    PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for the revisions of the file");
}

pds_code pds_history_begin(pds_history *h, const pds_xref_log *log, pds_err *e)
{
    uint32_t last = 0;
    for (size_t i = 0; i < log->row_count; i++) {
        const pds_row *const row = &log->rows[i];
        last = row->num > last ? row->num : last;
        if (row->place.kind == PDS_PLACE_PACKED && row->place.at > last) {
            last = (uint32_t)row->place.at;
        }
    }
    h->slot_chunks = last / PDS_PLACES_PER_CHUNK + 1;
    h->slots = calloc(h->slot_chunks, sizeof *h->slots);
    h->steps = calloc(1, sizeof *h->steps);
    h->step_count = 1;
    return h->slots == NULL || h->steps == NULL ? no_memory(e) : PDS_OK;
}

void pds_history_drop(pds_history *h)
{
    for (uint32_t i = 0; h->slots != NULL && i < h->slot_chunks; i++) {
        free(h->slots[i]);
    }
    free(h->slots);
    free(h->steps);
    *h = (pds_history){ 0 };
}

pds_history_slot *pds_history_slot_of(const pds_history *h, uint32_t num)
{
    const uint32_t chunk = num / PDS_PLACES_PER_CHUNK;
    if (chunk >= h->slot_chunks || h->slots[chunk] == NULL) {
        return NULL;
    }
    return &h->slots[chunk][num % PDS_PLACES_PER_CHUNK];
}

pds_code pds_history_slot_make(pds_history *h, uint32_t num, pds_history_slot **out, pds_err *e)
{
    pds_history_slot **const chunk = &h->slots[num / PDS_PLACES_PER_CHUNK];
    if (*chunk == NULL) {
        *chunk = calloc(PDS_PLACES_PER_CHUNK, sizeof **chunk);
    }
    if (*chunk == NULL) {
        return no_memory(e);
    }
    *out = &(*chunk)[num % PDS_PLACES_PER_CHUNK];
    return PDS_OK;
}

/* A skew-binary list: it skips as far again as the two skips before, where they are alike. */
static uint32_t skip_from(const pds_history *h, uint32_t older)
{
    const pds_history_step *const one = &h->steps[older], *const two = &h->steps[one->skip];
    const bool alike = one->depth - two->depth == two->depth - h->steps[two->skip].depth;
    return alike ? two->skip : older;
}

static pds_code add_step(pds_history *h, pds_history_slot *slot, uint32_t num, pds_err *e)
{
    pds_history_step *const steps = pds_grow(h->steps, h->step_count, sizeof *steps);
    if (steps == NULL) {
        return no_memory(e);
    }
    h->steps = steps;
    h->steps[h->step_count] = (pds_history_step){ .num = num,
                                                  .older = slot->step,
                                                  .skip = skip_from(h, slot->step),
                                                  .depth = h->steps[slot->step].depth + 1 };
    slot->step = (uint32_t)h->step_count++;
    return PDS_OK;
}

/* An object stream gains or loses an object. */
static pds_code count_member(pds_history *h, const pds_place *place, uint32_t by, pds_err *e)
{
    pds_history_slot *container = NULL;
    if (place->kind == PDS_PLACE_PACKED) {
        PDS_TRY(pds_history_slot_make(h, (uint32_t)place->at, &container, e));
        container->members += by;
    }
    return PDS_OK;
}

pds_code pds_history_put(pds_history *h, uint32_t num, const pds_place *place, uint16_t revision,
                         pds_err *e)
{
    pds_history_slot *slot = NULL;
    PDS_TRY(pds_history_slot_make(h, num, &slot, e));
    const pds_place before = h->steps[slot->step].place;
    if (pds_place_same(&before, place)) {
        return PDS_OK;
    }
    if (before.section != revision) {
        PDS_TRY(add_step(h, slot, num, e));
    }
    pds_history_step *const step = &h->steps[slot->step];
    step->place = *place;
    step->place.section = revision;
    PDS_TRY(count_member(h, &before, UINT32_MAX, e));
    return count_member(h, place, 1, e);
}

const pds_place *pds_history_find(const pds_history *h, uint32_t num, uint16_t revision)
{
    const pds_history_slot *const slot = pds_history_slot_of(h, num);
    uint32_t at = slot == NULL ? 0 : slot->step;
    while (h->steps[at].place.section > revision) {
        const uint32_t skip = h->steps[at].skip;
        at = h->steps[skip].place.section > revision ? skip : h->steps[at].older;
    }
    return &h->steps[at].place;
}
