#include "pdf/lex.h"
#include "pdf/object.h"

#include <stdlib.h>

/*
 * Does every object stand where the cross-reference sections say? All places are sorted, so that
 * the file is read once from front to back, and only around them.
 */

enum {
    NUM_BITS = 23,    /* of an object number; the offset has the rest of 64 */
    HEAD = 64,        /* bytes that "N G obj" may take, with white space before it */
    GAP = 4 << 10,    /* places nearer than this are read together */
    BLOCK = 32 << 10, /* … as long as they fit */
    INSERTION = 24    /* fewer keys than this are sorted by insertion */
};

/* Ascending places, each offset << NUM_BITS | number. */
typedef struct places {
    uint64_t *keys; /* owned */
    size_t count;
} places;

static uint64_t offset_of(uint64_t key)
{
    return key >> NUM_BITS;
}

static uint32_t number_of(uint64_t key)
{
    return (uint32_t)(key & PDS_OBJECT_MAX);
}

static pds_code check_container(const pds_doc *doc, uint32_t num, const pds_place *place,
                                pds_err *e)
{
    if (pds_xref_find(&doc->xref, (uint32_t)place->at)->kind == PDS_PLACE_FILE) {
        return PDS_OK;
    }
    const pds_code code = pds_fail(e, PDS_E_PDF_DAMAGED, __func__,
                                   "object %u should stand in object stream %u, which is not there",
                                   (unsigned)num, (unsigned)place->at);
    return pds_err_object(code, e, num);
}

static bool add_key(places *p, size_t *room, uint64_t key)
{
    if (p->count == *room) {
        const size_t more = *room == 0 ? 128 : *room + *room / 2;
        uint64_t *const keys = realloc(p->keys, more * sizeof *keys);
        if (keys == NULL) {
            return false;
        }
        p->keys = keys;
        *room = more;
    }
    p->keys[p->count++] = key;
    return true;
}

static pds_code collect(const pds_doc *doc, places *p, pds_err *e)
{
    size_t room = 0;
    for (uint32_t num = 1; num <= doc->xref.last_used; num++) {
        const pds_place *const place = pds_xref_find(&doc->xref, num);
        if (place->kind == PDS_PLACE_FILE) {
            if (!add_key(p, &room, place->at << NUM_BITS | num)) {
                PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory to check %zu objects", room);
            }
        } else if (place->kind == PDS_PLACE_PACKED) {
            PDS_TRY(check_container(doc, num, place, e));
        }
    }
    return PDS_OK;
}

static void sort_by_insertion(uint64_t *keys, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const uint64_t key = keys[i];
        size_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--) {
            keys[at] = keys[at - 1];
        }
        keys[at] = key;
    }
}

/* Exchange by one bit after the other: in place, and no order of the keys makes it slow. */
static void sort_by_bits(uint64_t *keys, size_t count, uint64_t bit)
{
    for (; count > INSERTION && bit != 0; bit >>= 1) {
        size_t low = 0, high = count;
        while (low < high) {
            if ((keys[low] & bit) == 0) {
                low++;
            } else {
                const uint64_t key = keys[low];
                keys[low] = keys[--high];
                keys[high] = key;
            }
        }
        sort_by_bits(keys, low, bit >> 1);
        keys += low;
        count -= low;
    }
    sort_by_insertion(keys, bit == 0 ? 0 : count);
}

static void sort(places *p)
{
    uint64_t differing = 0, bit = 1;
    bool sorted = true;
    for (size_t i = 1; i < p->count; i++) {
        differing |= p->keys[i] ^ p->keys[0];
        sorted = sorted && p->keys[i - 1] < p->keys[i];
    }
    while (differing >> 1 >= bit) {
        bit <<= 1;
    }
    if (!sorted) {
        sort_by_bits(p->keys, p->count, bit);
    }
}

static pds_code check_overlap(const places *p, pds_err *e)
{
    for (size_t i = 1; i < p->count; i++) {
        if (offset_of(p->keys[i - 1]) == offset_of(p->keys[i])) {
            const uint32_t num = number_of(p->keys[i]);
            pds_code code = pds_fail(e, PDS_E_PDF_DAMAGED, __func__,
                                     "objects %u and %u should stand at the same place",
                                     (unsigned)number_of(p->keys[i - 1]), (unsigned)num);
            code = pds_err_at(code, e, (int64_t)offset_of(p->keys[i]));
            return pds_err_object(code, e, num);
        }
    }
    return PDS_OK;
}

/* Part of the file. */
typedef struct block {
    uint64_t start;
    size_t len;
    uint8_t bytes[BLOCK];
} block;

static uint64_t head_end(const pds_file *file, uint64_t offset)
{
    return file->size - offset < HEAD ? file->size : offset + HEAD;
}

/* The beginning of the first of these objects, and of those near behind it. */
static pds_code fill(const pds_file *file, const uint64_t *keys, size_t count, block *b, pds_err *e)
{
    size_t last = 0;
    b->start = offset_of(keys[0]);
    while (last + 1 < count && offset_of(keys[last + 1]) - offset_of(keys[last]) <= GAP &&
           offset_of(keys[last + 1]) + HEAD - b->start <= BLOCK) {
        last++;
    }
    b->len = (size_t)(head_end(file, offset_of(keys[last])) - b->start);
    return pds_file_read(file, b->start, b->bytes, b->len, e);
}

static size_t take_digits(const uint8_t *p, size_t most, uint64_t *out)
{
    size_t n = 0;
    *out = 0;
    while (n < most && lex_is_digit(p[n])) {
        *out = *out * 10 + (uint64_t)(p[n++] - '0');
    }
    return n;
}

/* The usual way to write it, quickly: "N G obj" with single spaces, in at least HEAD bytes. */
static bool is_usual_head(const uint8_t *p, pds_ref want)
{
    uint64_t num = 0, gen = 0;
    const uint8_t *const second = p + take_digits(p, 10, &num) + 1;
    const uint8_t *const third = second + take_digits(second, 5, &gen) + 1;
    return num == want.num && gen == want.gen && second[-1] == ' ' && third[-1] == ' ' &&
           memcmp(third, "obj", 3) == 0 && !lex_is_regular(third[3]);
}

static pds_code check_head(const pds_doc *doc, uint64_t key, const block *b, pds_err *e)
{
    const uint32_t num = number_of(key);
    const pds_ref want = { num, pds_xref_find(&doc->xref, num)->gen };
    const size_t at = (size_t)(offset_of(key) - b->start);
    if (b->len - at >= HEAD && is_usual_head(b->bytes + at, want)) {
        return PDS_OK;
    }
    return pds_object_check_head(pds_span_of(b->bytes + at, b->len - at), want, offset_of(key), e);
}

static pds_code check_heads(const pds_doc *doc, const places *p, pds_err *e)
{
    block b;
    b.start = b.len = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (head_end(doc->file, offset_of(p->keys[i])) > b.start + b.len) {
            PDS_TRY(fill(doc->file, p->keys + i, p->count - i, &b, e));
        }
        PDS_TRY(check_head(doc, p->keys[i], &b, e));
    }
    return PDS_OK;
}

static pds_code check_places(const pds_doc *doc, places *p, pds_err *e)
{
    PDS_TRY(collect(doc, p, e));
    sort(p);
    PDS_TRY(check_overlap(p, e));
    return check_heads(doc, p, e);
}

pds_code pds_doc_check_objects(const pds_doc *doc, pds_err *e)
{
    places p = { 0 };
    if (doc->file->size >> (64 - NUM_BITS) != 0) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "a file of more than 2 TiB");
    }
    const pds_code code = check_places(doc, &p, e);
    free(p.keys);
    return code;
}
