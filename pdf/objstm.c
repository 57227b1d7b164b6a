#include "base/own.h"
#include "pdf/lex.h"
#include "pdf/object.h"

#include <stdlib.h>

/* Object streams (ISO 32000-2, 7.5.7). The last few are kept decoded, because a file's small
 * objects come from the same ones again and again. */

/* Decoding over and over is work without end: no sound order of objects needs so much. */
enum { DECODED_TOTAL = 256 << 20, DECODED_PER_BYTE = 8 };

void pds_packed_drop(pds_packed *p)
{
    pds_buf_drop(&p->data);
    free(p->pairs);
    *p = (pds_packed){ 0 };
}

static pds_code fail(uint32_t num, const char *what, pds_err *e)
{
    const pds_code code = pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "broken object stream %u: %s",
                                   (unsigned)num, pds_translated(what));
    return pds_err_object(code, e, num);
}

static pds_packed *find_kept(pds_doc *doc, uint32_t num)
{
    for (size_t i = 0; i < PDS_PACKED_KEPT; i++) {
        if (doc->packed[i].num == num) {
            return &doc->packed[i];
        }
    }
    return NULL;
}

static pds_packed *find_oldest(pds_doc *doc)
{
    pds_packed *oldest = NULL;
    for (size_t i = 0; i < PDS_PACKED_KEPT; i++) {
        pds_packed *const p = &doc->packed[i];
        if (p->num != 0 && (oldest == NULL || p->used < oldest->used)) {
            oldest = p;
        }
    }
    return oldest;
}

static size_t size_kept(const pds_doc *doc)
{
    size_t total = 0;
    for (size_t i = 0; i < PDS_PACKED_KEPT; i++) {
        total += doc->packed[i].data.cap + 2 * sizeof(uint32_t) * doc->packed[i].count;
    }
    return total;
}

/* Gives up the longest unused ones until one more may be kept beside the rest. */
static pds_packed *make_room(pds_doc *doc)
{
    pds_packed *room = find_kept(doc, 0);
    pds_packed *oldest = find_oldest(doc);
    while (oldest != NULL && (room == NULL || size_kept(doc) > PDS_PACKED_BYTES)) {
        pds_packed_drop(oldest);
        room = oldest;
        oldest = find_oldest(doc);
    }
    return room;
}

static pds_code read_header(const pds_object *o, uint32_t *count, size_t *first, pds_err *e)
{
    pds_span type = { 0 }, value = { 0 };
    int64_t numbers[2] = { 0 };
    (void)pds_dict_get(o->value, "Type", &type);
    if (!o->stream || !pds_value_is_name(type, "ObjStm")) {
        return fail(o->ref.num, N_("it is not a stream of /Type /ObjStm"), e);
    }
    for (int i = 0; i < 2; i++) {
        const char *const key = i == 0 ? "N" : "First";
        if (!pds_dict_get(o->value, key, &value) || !pds_value_int(value, &numbers[i]) ||
            numbers[i] < 0) {
            return fail(o->ref.num, N_("it has no /N or no /First"), e);
        }
    }
    if (numbers[0] > PDS_OBJECT_MAX || numbers[1] > PDS_DECODED_MAX) {
        return fail(o->ref.num, N_("its /N or /First is too large"), e);
    }
    *count = (uint32_t)numbers[0];
    *first = (size_t)numbers[1];
    return PDS_OK;
}

static bool take_integer(const uint8_t **p, const uint8_t *end, uint64_t *out)
{
    *p = lex_space(*p, end);
    return lex_uint(p, end, UINT32_MAX, out) && (*p == end || !lex_is_regular(**p));
}

/* Pairs of object number and offset; the offsets shall be in increasing order. */
static pds_code read_pairs(pds_packed *p, size_t first, pds_err *e)
{
    const uint8_t *at = p->data.ptr, *const end = at + first;
    uint64_t num = 0, offset = 0, before = 0;
    if (first > p->data.len ||
        p->count > first / 2) { /* a pair has four bytes, the last one three */
        return fail(p->num, N_("/N or /First does not fit its data"), e);
    }
    p->pairs = malloc(2 * (size_t)p->count * sizeof *p->pairs + 1);
    if (p->pairs == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for an object stream");
    }
    for (uint32_t i = 0; i < p->count; i++) {
        const bool sound = take_integer(&at, end, &num) && take_integer(&at, end, &offset);
        if (!sound || offset > p->data.len - first || (i > 0 && offset <= before)) {
            return fail(p->num, N_("its pairs of numbers and offsets"), e);
        }
        p->pairs[2 * (size_t)i] = (uint32_t)num;
        p->pairs[2 * (size_t)i + 1] = (uint32_t)(first + offset);
        before = offset;
    }
    return PDS_OK;
}

static pds_code check_total(pds_doc *doc, size_t len, pds_err *e)
{
    doc->decoded += len;
    if (doc->decoded > DECODED_TOTAL + DECODED_PER_BYTE * doc->file->size) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "object streams have to be decoded too often");
    }
    return PDS_OK;
}

static pds_code decode(pds_doc *doc, const pds_object *o, pds_packed *p, pds_err *e)
{
    size_t first = 0;
    p->num = o->ref.num;
    PDS_TRY(read_header(o, &p->count, &first, e));
    PDS_TRY(pds_err_object(pds_doc_stream(doc, o, PDS_DECODED_MAX, &p->data, e), e, p->num));
    PDS_TRY(check_total(doc, p->data.len + 4096, e));
    return p->data.len == 0 && p->count > 0 ? fail(p->num, N_("it is empty"), e)
                                            : read_pairs(p, first, e);
}

static pds_code load(pds_doc *doc, uint32_t num, pds_packed *fresh, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    const pds_place *const place = pds_xref_find(&doc->xref, num);
    if (place->kind != PDS_PLACE_FILE) {
        const bool packed = place->kind == PDS_PLACE_PACKED;
        return fail(num, packed ? N_("it lies in an object stream") : N_("it is not there"), e);
    }
    PDS_TRY(pds_doc_read(doc, (pds_ref){ num, place->gen }, &o, e));
    (void)make_room(doc); /* before memory is needed */
    return pds_err_at(decode(doc, &o, fresh, e), e, o.offset);
}

/* NULL after a fault, which *code tells. */
static pds_packed *find_or_load(pds_doc *doc, uint32_t num, pds_code *code, pds_err *e)
{
    pds_packed *p = find_kept(doc, num);
    if (p == NULL) {
        pds_packed fresh = { 0 };
        *code = load(doc, num, &fresh, e);
        if (*code != PDS_OK) {
            pds_packed_drop(&fresh);
            return NULL;
        }
        p = make_room(doc); /* again: decoding may have read other object streams */
        *p = fresh;
    }
    p->used = ++doc->clock;
    return p;
}

static pds_code copy_value(const pds_packed *p, uint32_t index, pds_object *out, pds_err *e)
{
    const size_t begin = p->pairs[2 * (size_t)index + 1];
    const size_t end = index + 1 < p->count ? p->pairs[2 * (size_t)index + 3] : p->data.len;
    pds_span text = pds_span_of(p->data.ptr + begin, end - begin), value = { 0 };
    PDS_TRY(pds_value_scan(&text, &value, e));
    pds_space_skip(&text);
    if (text.len > 0) {
        return fail(p->num, N_("bytes between two objects"), e);
    }
    pds_buf_put(&out->text, value);
    out->value = pds_buf_span(&out->text);
    return pds_buf_end(&out->text, e);
}

pds_code pds_packed_list(pds_doc *doc, uint32_t num, const pds_packed **out, pds_err *e)
{
    pds_code code = PDS_OK;
    *out = find_or_load(doc, num, &code, e);
    return code;
}

pds_code pds_packed_read(pds_doc *doc, uint32_t num, const pds_place *place, pds_object *out,
                         pds_err *e)
{
    pds_code code = PDS_OK;
    const pds_packed *const p = find_or_load(doc, (uint32_t)place->at, &code, e);
    if (p == NULL) {
        return code;
    }
    if (place->gen >= p->count || p->pairs[2 * (size_t)place->gen] != num) {
        code = pds_fail(e, PDS_E_PDF_DAMAGED, __func__,
                        "object stream %u does not hold object %u at index %u", (unsigned)p->num,
                        (unsigned)num, (unsigned)place->gen);
        return pds_err_object(code, e, num);
    }
    code = copy_value(p, place->gen, out, e);
    if (code != PDS_OK && e != NULL) {
        e->offset = -1; /* it is one of the decoded data */
    }
    return pds_err_object(code, e, num);
}
