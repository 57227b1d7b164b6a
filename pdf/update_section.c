#include "base/flate.h"
#include "base/own.h"
#include "cms/digest.h"
#include "pdf/update_internal.h"

/* Writes the cross-reference section and trailer of an update (ISO 32000-2, 7.5.4 to 7.5.8). */

enum {
    ID_SIZE = 16,
    TABLE_DIGITS = 10, /* of an offset in a table */
    DEFLATE_MIN = 128  /* fewer bytes of a cross-reference stream do not get shorter */
};

/* ---- /ID ---- */

static pds_code hash_number(pds_hash *h, uint64_t n, pds_err *e)
{
    uint8_t be[8];

    for (int i = 0; i < 8; i++) {
        be[i] = (uint8_t)(n >> (56 - 8 * i));
    }
    return pds_hash_put(h, pds_span_of(be, sizeof be), e);
}

/* What tells this revision from every other; the hole, which is all zeros, is left out. */
static pds_code revision_id(const pds_writer *w, pds_span id0, uint8_t *out, pds_err *e)
{
    PDS_OWN(pds_hash_drop) pds_hash *h = NULL;
    uint8_t digest[PDS_DIGEST_MAX];
    pds_span after = pds_buf_span(w->out);
    pds_span before = { NULL, 0 };

    PDS_TRY(pds_hash_new(PDS_SHA256, &h, e));
    PDS_TRY(pds_hash_put(h, id0, e));
    PDS_TRY(hash_number(h, w->base, e));
    PDS_TRY(hash_number(h, pds_doc_startxref(w->u->doc), e));
    if (w->range_room != 0) {
        (void)pds_span_take(&after, w->hole.open, &before);
        PDS_TRY(pds_hash_put(h, before, e));
        after = pds_span_of(w->out->ptr + w->hole.close, w->out->len - w->hole.close);
    }
    PDS_TRY(pds_hash_put(h, after, e));
    PDS_TRY(pds_hash_end(h, digest, e));
    memcpy(out, digest, ID_SIZE);
    return PDS_OK;
}

/* The first half as it stands; empty where there is none. */
static pds_code first_id(const pds_writer *w, pds_object *array, pds_object *first, pds_err *e)
{
    pds_span key;
    pds_span item;

    PDS_TRY(pds_doc_get(w->u->doc, pds_doc_trailer(w->u->doc), "ID", array, e));
    pds_iter it = pds_iter_of(array->value);
    if (!it.dict && pds_iter_next(&it, &key, &item)) {
        PDS_TRY(pds_doc_resolve(w->u->doc, item, first, e));
    }
    if (pds_value_kind(first->value) != PDS_KIND_STRING) {
        first->value = pds_span_of(NULL, 0);
    }
    return PDS_OK;
}

/* The new /ID, empty where there must be none: an encrypted file's key depends on the first half.
 */
static pds_code make_id(const pds_writer *w, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object array = { .offset = -1 };
    PDS_OWN(pds_object_drop) pds_object first = { .offset = -1 };
    PDS_OWN(pds_buf_drop) pds_buf id0 = { 0 };
    uint8_t id1[ID_SIZE];
    uint8_t hex[2 + 2 * ID_SIZE] = { '<' };
    pds_span second = pds_span_of(hex, sizeof hex);

    PDS_TRY(first_id(w, &array, &first, e));
    if (first.value.len == 0 && pds_doc_encrypted(w->u->doc)) {
        return PDS_OK;
    }
    (void)(first.value.len != 0 && pds_value_bytes(first.value, &id0));
    PDS_TRY(revision_id(w, pds_buf_span(&id0), id1, e));
    pds_put_hex(hex + 1, pds_span_of(id1, sizeof id1));
    hex[sizeof hex - 1] = '>';
    pds_buf_byte(out, '[');
    pds_buf_put(out, first.value.len != 0 ? first.value : second);
    pds_buf_put(out, second);
    pds_buf_byte(out, ']');
    return pds_buf_end(out, e);
}

/* ---- the cross-reference section ---- */

/* What both kinds of section say: the texts of trailer entries. */
typedef struct section {
    pds_buf size, prev, id, length, widths, index, data;
    bool flate;
} section;

static void section_drop(section *s)
{
    pds_buf *all[] = { &s->size, &s->prev, &s->id, &s->length, &s->widths, &s->index, &s->data };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        pds_buf_drop(all[i]);
    }
}

static bool is_of_section(pds_span key, const pds_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pds_value_is_name(key, entries[i].key)) {
            return true;
        }
    }
    return false;
}

static void put_entry(pds_buf *out, pds_span key, pds_span value)
{
    pds_buf_put(out, key);
    pds_buf_byte(out, ' ');
    pds_buf_put(out, value);
}

/* The section's entries, and what else the old trailer has; entries of the old section go away. */
static pds_code put_trailer(pds_writer *w, const section *s, bool stream, pds_err *e)
{
    const pds_entry entries[] = {
        { "Type", pds_span_text(stream ? "/XRef" : "") },
        { "Size", pds_buf_span(&s->size) },
        { "Prev", pds_buf_span(&s->prev) },
        { "ID", pds_buf_span(&s->id) },
        { "W", pds_buf_span(&s->widths) },
        { "Index", pds_buf_span(&s->index) },
        { "Filter", pds_span_text(s->flate ? "/FlateDecode" : "") },
        { "Length", pds_buf_span(&s->length) },
        { "DecodeParms", { NULL, 0 } },
        { "DL", { NULL, 0 } },
        { "XRefStm", { NULL, 0 } },
    };
    const size_t count = sizeof entries / sizeof entries[0];
    pds_iter it = pds_iter_of(pds_doc_trailer(w->u->doc));
    pds_span key;
    pds_span value;

    pds_buf_text(w->out, "<<");
    for (size_t i = 0; i < count; i++) {
        if (entries[i].value.len != 0) {
            pds_buf_byte(w->out, '/');
            put_entry(w->out, pds_span_text(entries[i].key), entries[i].value);
        }
    }
    while (pds_iter_next(&it, &key, &value)) {
        if (!is_of_section(key, entries, count)) {
            put_entry(w->out, key, value);
        }
    }
    pds_buf_text(w->out, ">>");
    return pds_buf_end(w->out, e);
}

/* How many of the objects from `at` on have numbers that follow each other. */
static size_t run_of(const pds_update *u, size_t at)
{
    size_t n = 1;

    while (at + n < u->count && u->staged[at + n].ref.num == u->staged[at].ref.num + n) {
        n++;
    }
    return n;
}

/* One line of exactly 20 bytes (7.5.4). */
static void put_table_line(pds_buf *out, const pds_staged *s)
{
    pds_put_number(out, s->offset, TABLE_DIGITS);
    pds_buf_byte(out, ' ');
    pds_put_number(out, s->ref.gen, 5);
    pds_buf_text(out, " n \n");
}

static pds_code put_table(pds_writer *w, section *s, pds_err *e)
{
    const pds_update *u = w->u;

    if (pds_digits_of(w->base + w->out->len) > TABLE_DIGITS) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "the file is too long for a cross-reference table");
    }
    pds_buf_text(w->out, "xref\n");
    for (size_t at = 0; at < u->count;) {
        size_t n = run_of(u, at);
        pds_put_number(w->out, u->staged[at].ref.num, 1);
        pds_buf_byte(w->out, ' ');
        pds_put_number(w->out, n, 1);
        pds_buf_byte(w->out, '\n');
        for (size_t end = at + n; at < end; at++) {
            put_table_line(w->out, &u->staged[at]);
        }
    }
    pds_put_number(&s->size, u->next, 1);
    pds_buf_text(w->out, "trailer\n");
    PDS_TRY(put_trailer(w, s, false, e));
    pds_buf_byte(w->out, '\n');
    return PDS_OK;
}

static size_t bytes_of(uint64_t n)
{
    size_t bytes = 1;

    while (n > 0xFF) {
        n >>= 8;
        bytes++;
    }
    return bytes;
}

static void put_big_endian(pds_buf *out, uint64_t n, size_t bytes)
{
    while (bytes-- != 0) {
        pds_buf_byte(out, (uint8_t)(n >> (8 * bytes)));
    }
}

static uint32_t largest_gen(const pds_update *u)
{
    uint32_t gen = 0;

    for (size_t i = 0; i < u->count; i++) {
        gen = u->staged[i].ref.gen > gen ? u->staged[i].ref.gen : gen;
    }
    return gen;
}

/* Two numbers, with a space before them unless they are the first. */
static void put_pair(pds_buf *out, uint64_t one, uint64_t two)
{
    if (out->len != 0 && out->ptr[out->len - 1] != '[') {
        pds_buf_byte(out, ' ');
    }
    pds_put_number(out, one, 1);
    pds_buf_byte(out, ' ');
    pds_put_number(out, two, 1);
}

/* /Index: the runs of object numbers, the last of which may take in the stream's own. */
static void make_index(const pds_update *u, pds_buf *out)
{
    pds_buf_byte(out, '[');
    for (size_t at = 0, n = 0; at < u->count && out->bad == PDS_OK; at += n) {
        n = run_of(u, at);
        bool last = at + n == u->count;
        bool own = last && u->staged[at].ref.num + n == u->next;
        put_pair(out, u->staged[at].ref.num, own ? n + 1 : n);
        if (last && !own) {
            put_pair(out, u->next, 1);
        }
    }
    pds_buf_byte(out, ']');
}

/* /W and the rows of table 17, type 1; the last row is the stream's own, at `offset`. */
static void make_rows(const pds_update *u, uint64_t offset, section *s)
{
    size_t offset_bytes = bytes_of(offset); /* nothing lies behind it */
    size_t gen_bytes = bytes_of(largest_gen(u));

    pds_buf_text(&s->widths, "[1");
    put_pair(&s->widths, offset_bytes, gen_bytes);
    pds_buf_byte(&s->widths, ']');
    for (size_t i = 0; i <= u->count; i++) {
        put_big_endian(&s->data, 1, 1);
        put_big_endian(&s->data, i < u->count ? u->staged[i].offset : offset, offset_bytes);
        put_big_endian(&s->data, i < u->count ? u->staged[i].ref.gen : 0, gen_bytes);
    }
}

static pds_code flatten(section *s, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf flat = { 0 };

    PDS_TRY(pds_buf_end(&s->data, e));
    if (s->data.len < DEFLATE_MIN) {
        return PDS_OK;
    }
    PDS_TRY(pds_deflate(pds_buf_span(&s->data), &flat, e));
    if (flat.len + strlen("/Filter/FlateDecode") < s->data.len) {
        pds_buf_drop(&s->data);
        s->data = pds_buf_take(&flat);
        s->flate = true;
    }
    return PDS_OK;
}

/* The stream takes the next object number; it is never encrypted (7.5.8.2). */
static pds_code put_xref_stream(pds_writer *w, section *s, pds_err *e)
{
    const pds_update *u = w->u;

    if (u->next > PDS_OBJECT_MAX) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "the file has no room for more objects");
    }
    make_index(u, &s->index);
    make_rows(u, w->base + w->out->len, s);
    PDS_TRY(flatten(s, e));
    pds_put_number(&s->size, (uint64_t)u->next + 1, 1);
    pds_put_number(&s->length, s->data.len, 1);
    pds_put_number(w->out, u->next, 1);
    pds_buf_text(w->out, " 0 obj\n");
    PDS_TRY(put_trailer(w, s, true, e));
    pds_put_data(w, pds_buf_span(&s->data));
    pds_buf_text(w->out, "\nendobj\n");
    return PDS_OK;
}

pds_code pds_put_section(pds_writer *w, pds_err *e)
{
    PDS_OWN(section_drop) section s = { .flate = false };
    uint64_t start = w->base + w->out->len;

    PDS_TRY(make_id(w, &s.id, e));
    pds_put_number(&s.prev, pds_doc_startxref(w->u->doc), 1);
    PDS_TRY(pds_doc_has_xref_stream(w->u->doc) ? put_xref_stream(w, &s, e) : put_table(w, &s, e));
    pds_buf_text(w->out, "startxref\n");
    pds_put_number(w->out, start, 1);
    pds_buf_text(w->out, "\n%%EOF\n");
    return pds_buf_end(w->out, e);
}
