#include "pdfsign/intern.h"

#include <stdlib.h>

enum { SLOTS_FIRST = 64 };

struct pds_intern_row {
    uint64_t hash;
    size_t at, len; /* of the key */
    uint32_t number;
};

/* FNV-1a. */
static uint64_t hash_of(pds_span key)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < key.len; i++) {
        hash = (hash ^ key.ptr[i]) * 0x100000001b3U;
    }
    return hash;
}

/* The slot of the key, or the free one where it would go. */
static size_t *slot_of(const pds_intern *t, pds_span key, uint64_t hash)
{
    size_t at = (size_t)(hash ^ hash >> 32) & (t->slot_count - 1);
    for (; t->slots[at] != 0; at = (at + 1) & (t->slot_count - 1)) {
        const struct pds_intern_row *row = &t->rows[t->slots[at] - 1];
        if (row->hash == hash && row->len == key.len &&
            memcmp(t->keys.ptr + row->at, key.ptr, key.len) == 0) {
            break;
        }
    }
    return &t->slots[at];
}

static pds_code grow_slots(pds_intern *t, pds_err *e)
{
    pds_intern grown = *t;
    grown.slot_count = t->slot_count == 0 ? SLOTS_FIRST : 2 * t->slot_count;
    grown.slots = calloc(grown.slot_count, sizeof *grown.slots);
    if (grown.slots == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < t->count; i++) {
        const struct pds_intern_row *row = &t->rows[i];
        *slot_of(&grown, pds_span_of(t->keys.ptr + row->at, row->len), row->hash) = i + 1;
    }
    free(t->slots);
    *t = grown;
    return PDS_OK;
}

static pds_code grow_rows(pds_intern *t, pds_err *e)
{
    const size_t room = t->room == 0 ? 16 : 2 * t->room;
    struct pds_intern_row *more = realloc(t->rows, room * sizeof *more);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    t->rows = more;
    t->room = room;
    return PDS_OK;
}

pds_code pds_intern_get(pds_intern *t, pds_span key, uint32_t **number, pds_err *e)
{
    const uint64_t hash = hash_of(key);
    if (2 * t->count >= t->slot_count) {
        PDS_TRY(grow_slots(t, e));
    }
    size_t *slot = slot_of(t, key, hash);
    if (*slot == 0) {
        if (t->count == t->room) {
            PDS_TRY(grow_rows(t, e));
        }
        t->rows[t->count] =
            (struct pds_intern_row){ .hash = hash, .at = t->keys.len, .len = key.len };
        pds_buf_put(&t->keys, key);
        PDS_TRY(pds_buf_end(&t->keys, e));
        *slot = ++t->count;
    }
    *number = &t->rows[*slot - 1].number;
    return PDS_OK;
}

void pds_intern_drop(pds_intern *t)
{
    free(t->rows);
    free(t->slots);
    pds_buf_drop(&t->keys);
    *t = (pds_intern){ 0 };
}
