#include "pdf/object.h"

#include "base/interrupt.h"
#include "base/own.h"
#include "pdf/lex.h"

#include <stdio.h>

enum {
    SCANNED_TOTAL = 64 << 20,
    SCANNED_PER_BYTE = 16,
    WINDOW = 2 << 10,   /* most objects are shorter */
    TAIL_MAX = 8 << 10, /* for endstream and endobj with comments between them */
    DEPTH_MAX = 8       /* reads that need another read, as for an indirect /Length */
};

void pds_object_drop(pds_object *o)
{
    pds_buf_drop(&o->text);
    *o = (pds_object){ .offset = -1 };
}

void pds_object_null(pds_object *o, pds_ref ref)
{
    pds_buf_clear(&o->text);
    o->value = pds_span_text("null");
    o->ref = ref;
    o->offset = -1;
    o->stream = false;
    o->data = o->data_len = 0;
    o->begin = o->end = 0;
}

static pds_code fill_to(const pds_file *file, uint64_t offset, size_t want, pds_buf *bytes,
                        pds_err *e)
{
    const size_t have = bytes->len;
    if (want <= have) {
        return PDS_OK;
    }
    uint8_t *const to = pds_buf_grow(bytes, want - have);
    PDS_TRY(pds_buf_end(bytes, e));
    return pds_file_read(file, offset + have, to, want - have, e);
}

/* Offsets of a fault become those of the file. */
static pds_code from_offset(pds_code code, pds_err *e, uint64_t offset)
{
    if (code != PDS_OK && e != NULL) {
        e->offset = (e->offset < 0 ? 0 : e->offset) + (int64_t)offset;
    }
    return code;
}

pds_code pds_read_growing(const pds_file *file, uint64_t offset, pds_buf *bytes, pds_parse_fn parse,
                          void *ctx, pds_err *e)
{
    const uint64_t left = offset < file->size ? file->size - offset : 0;
    pds_buf_clear(bytes);
    for (size_t want = WINDOW; want <= PDS_OBJECT_TEXT_MAX; want *= 4) {
        const bool last = want >= left;
        bool cut = false;
        PDS_TRY(fill_to(file, offset, last ? (size_t)left : want, bytes, e));
        const pds_code code = parse(ctx, pds_buf_span(bytes), &cut, NULL);
        if (cut && !last) {
            continue;
        }
        if (code != PDS_OK) { /* again, for what is wrong */
            return from_offset(parse(ctx, pds_buf_span(bytes), &cut, e), e, offset);
        }
        return PDS_OK;
    }
    PDS_FAIL_AT(e, PDS_E_PDF_LIMIT, offset, "an object of more than %d bytes",
                (int)PDS_OBJECT_TEXT_MAX);
}

/* "12 0 obj", white space before it is tolerated. False: the bytes are no such thing, or too few.
 */
static bool take_header(pds_span *text, pds_ref *ref)
{
    if (text->len == 0) {
        return false;
    }
    const uint8_t *p = text->ptr, *const end = p + text->len;
    uint64_t numbers[2] = { 0 };
    for (int i = 0; i < 2; i++) {
        while (p < end && lex_is_space(*p)) {
            p++;
        }
        if (!lex_uint(&p, end, UINT32_MAX, &numbers[i]) || p == end || !lex_is_space(*p)) {
            return false;
        }
    }
    while (p < end && lex_is_space(*p)) {
        p++;
    }
    if (end - p < 4 || memcmp(p, "obj", 3) != 0 || lex_is_regular(p[3])) {
        return false;
    }
    *ref = (pds_ref){ (uint32_t)numbers[0], (uint32_t)numbers[1] };
    *text = pds_span_of(p + 3, (size_t)(end - p - 3));
    return true;
}

static pds_code fail_header(pds_span bytes, int64_t offset, pds_err *e)
{
    char shown[LEX_SHOW];
    pds_lex_show(pds_span_of(bytes.ptr, bytes.len < 20 ? bytes.len : 20), shown);
    const pds_code code =
        pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "no object where one should begin");
    return pds_err_expected(pds_err_at(code, e, offset), e, "N G obj", shown);
}

static const uint8_t *skip_spaces(const uint8_t *p, const uint8_t *end)
{
    while (p < end && lex_is_space(*p)) {
        p++;
    }
    return p;
}

/* One object being scanned; spans point into the bytes of the last try. */
typedef struct scan {
    pds_object *out;
    size_t data; /* where a stream's data begin, relative to the object */
    size_t end;  /* behind endobj of what is no stream */
} scan;

static pds_code fail_word(pds_span word, size_t at, const char *expected, pds_err *e)
{
    char shown[LEX_SHOW];
    pds_lex_show(word, shown);
    const pds_code code = pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "%s is missing", expected);
    return pds_err_expected(pds_err_at(code, e, (int64_t)at), e, expected, shown);
}

/* The line end behind the keyword stream (7.3.8.1): CR LF or LF, but not CR, which might be data.
 */
static pds_code take_line_end(pds_span *text, size_t at, bool *cut, pds_err *e)
{
    const bool cr = text->len > 0 && text->ptr[0] == '\r';
    *cut = text->len < 1U + cr;
    if (*cut || text->ptr[cr] != '\n') {
        PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, at,
                    cr ? N_("the keyword stream is followed by CR without LF")
                       : N_("the keyword stream is not followed by a line end"));
    }
    text->ptr += 1 + cr;
    text->len -= 1U + cr;
    return PDS_OK;
}

/* What stands behind the value: endobj, or a stream. */
static pds_code parse_end(scan *s, pds_span bytes, pds_span text, bool *cut, pds_err *e)
{
    pds_span word = { 0 };
    pds_space_skip(&text);
    const size_t at = bytes.len - text.len;
    const bool found = pds_token_take(&text, &word);
    *cut = text.len == 0;
    s->out->stream =
        found && pds_span_is(word, "stream") && pds_value_kind(s->out->value) == PDS_KIND_DICT;
    if (s->out->stream) {
        PDS_TRY(take_line_end(&text, at, cut, e));
        s->data = bytes.len - text.len;
    } else if (!found || !pds_span_is(word, "endobj")) {
        pds_space_skip(&text);
        *cut = text.len == 0; /* the word may be part of a reference */
        return fail_word(word, at, "endobj", e);
    }
    s->end = bytes.len - text.len;
    return PDS_OK;
}

static pds_code parse_object(void *ctx, pds_span bytes, bool *cut, pds_err *e)
{
    scan *const s = ctx;
    pds_span text = bytes;
    if (!take_header(&text, &s->out->ref)) {
        return fail_header(bytes, 0, e);
    }
    const int64_t behind = text.ptr - bytes.ptr;
    const pds_code code = pds_value_scan(&text, &s->out->value, e);
    if (code != PDS_OK) {
        *cut = text.len == 0;
        if (e != NULL && e->offset >= 0) {
            e->offset += behind;
        }
        return pds_err_object(code, e, s->out->ref.num);
    }
    return pds_err_object(parse_end(s, bytes, text, cut, e), e, s->out->ref.num);
}

pds_code pds_object_scan(const pds_file *file, uint64_t offset, pds_object *out, pds_err *e)
{
    scan s = { .out = out };
    PDS_TRY(pds_read_growing(file, offset, &out->text, parse_object, &s, e));
    out->offset = (int64_t)offset;
    out->data = out->stream ? offset + s.data : 0;
    out->data_len = 0;
    const uint8_t *const text = out->text.ptr;
    out->begin = offset + (uint64_t)(skip_spaces(text, text + out->text.len) - text);
    out->end = out->stream ? 0 : offset + s.end;
    return PDS_OK;
}

/* ---- the end of a stream ---- */

static pds_code parse_tail(void *ctx, pds_span bytes, bool *cut, pds_err *e)
{
    static const char *const Words[] = { "endstream", "endobj" };
    pds_span text = bytes, word = { 0 };
    uint64_t *const end = ctx;
    for (size_t i = 0; i < 2; i++) {
        const bool found = pds_token_take(&text, &word);
        *cut = text.len == 0 || (!found && bytes.len < TAIL_MAX);
        if (!found || !pds_span_is(word, Words[i])) {
            if (i == 0) {
                PDS_FAIL_AT(e, PDS_E_PDF_DAMAGED, 0,
                            "the length of a stream is wrong: endstream is not where its data end");
            }
            return fail_word(word, found ? (size_t)(word.ptr - bytes.ptr) : bytes.len, "endobj", e);
        }
    }
    *end = bytes.len - text.len;
    return PDS_OK;
}

pds_code pds_object_set_length(const pds_file *file, pds_object *o, int64_t length, pds_err *e)
{
    if (length < 0 || (uint64_t)length > file->size - o->data) {
        const pds_code code =
            pds_fail(e, PDS_E_PDF_DAMAGED, __func__,
                     "a stream of %lld bytes does not fit into the file", (long long)length);
        return pds_err_object(pds_err_at(code, e, (int64_t)o->data), e, o->ref.num);
    }
    o->data_len = (uint64_t)length;
    const uint64_t end = o->data + o->data_len;
    const size_t known = (size_t)(end - (uint64_t)o->offset); /* the window may reach so far */
    bool cut = false;
    uint64_t tail = 0;
    if (end - (uint64_t)o->offset < o->text.len) {
        const pds_span rest = pds_span_of(o->text.ptr + known, o->text.len - known);
        if (parse_tail(&tail, rest, &cut, NULL) == PDS_OK && !cut) {
            o->end = end + tail;
            return PDS_OK;
        }
    }
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    const pds_code code = pds_read_growing(file, end, &bytes, parse_tail, &tail, e);
    o->end = end + tail;
    return pds_err_object(code, e, o->ref.num);
}

/* ---- in an open document ---- */

static pds_code check_ref(pds_ref found, pds_ref want, uint64_t offset, pds_err *e)
{
    char is[40], should[40];
    if (found.num == want.num && found.gen == want.gen) {
        return PDS_OK;
    }
    (void)snprintf(should, sizeof should, "%u %u obj", (unsigned)want.num, (unsigned)want.gen);
    (void)snprintf(is, sizeof is, "%u %u obj", (unsigned)found.num, (unsigned)found.gen);
    pds_code code = pds_fail(e, PDS_E_PDF_DAMAGED, __func__,
                             "another object stands where object %u should", (unsigned)want.num);
    code = pds_err_object(pds_err_at(code, e, (int64_t)offset), e, want.num);
    return pds_err_expected(code, e, should, is);
}

pds_code pds_object_check_head(pds_span bytes, pds_ref want, uint64_t offset, pds_err *e)
{
    pds_ref found = { 0 };
    pds_span text = bytes;
    if (!take_header(&text, &found)) {
        return pds_err_object(fail_header(bytes, (int64_t)offset, e), e, want.num);
    }
    return check_ref(found, want, offset, e);
}

/* The stream's /Length, which may be an object of its own. */
static pds_code read_length(pds_doc *doc, pds_object *o, int64_t *out, pds_err *e)
{
    pds_span value = { 0 };
    pds_ref ref = { 0 };
    PDS_OWN(pds_object_drop) pds_object length = { 0 };
    (void)pds_dict_get(o->value, "Length", &value);
    if (pds_value_ref(value, &ref)) {
        PDS_TRY(pds_doc_read(doc, ref, &length, e));
        value = length.value;
    }
    if (!pds_value_int(value, out)) {
        const pds_code code =
            pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "/Length of a stream is not an integer");
        return pds_err_object(pds_err_at(code, e, o->offset), e, o->ref.num);
    }
    return PDS_OK;
}

/* Strings in clear; the encryption dictionary itself is not encrypted, nor are cross-reference
 * streams. */
static pds_code decrypt(pds_doc *doc, pds_object *o, pds_err *e)
{
    pds_span type = { 0 };
    if (doc->crypt == NULL || o->ref.num == doc->encrypt) {
        return PDS_OK;
    }
    if (o->stream && pds_dict_get(o->value, "Type", &type) && pds_value_is_name(type, "XRef")) {
        return PDS_OK;
    }
    const pds_crypt_use use = { doc->crypt, o->ref, PDS_DECRYPT };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    const pds_code code = pds_crypt_text(&use, o->value, &text, e);
    PDS_TRY(pds_err_object(pds_err_at(code, e, o->offset), e, o->ref.num));
    pds_buf_drop(&o->text);
    o->text = pds_buf_take(&text);
    o->value = pds_buf_span(&o->text);
    return PDS_OK;
}

static pds_code read_at(pds_doc *doc, pds_ref ref, uint64_t offset, pds_object *out, pds_err *e)
{
    int64_t length = 0;
    PDS_TRY(pds_err_object(pds_object_scan(doc->file, offset, out, e), e, ref.num));
    PDS_TRY(check_ref(out->ref, ref, offset, e));
    if (out->stream) {
        PDS_TRY(read_length(doc, out, &length, e));
        PDS_TRY(pds_object_set_length(doc->file, out, length, e));
    }
    return decrypt(doc, out, e);
}

/* Each of these may need another object: an indirect /Length, an object stream. */
static pds_code read_place(pds_doc *doc, pds_ref ref, const pds_place *place, pds_object *out,
                           pds_err *e)
{
    if (place->kind == PDS_PLACE_FILE) {
        return read_at(doc, ref, place->at, out, e);
    }
    return pds_packed_read(doc, ref.num, place, out, e);
}

/* Large objects that are read again and again are work without end, wherever they lie. */
static pds_code count_bytes(pds_doc *doc, const pds_object *o, pds_err *e)
{
    doc->scanned += o->text.len > WINDOW ? o->text.len - WINDOW : 0;
    if (doc->scanned > SCANNED_TOTAL + SCANNED_PER_BYTE * doc->file->size) {
        const pds_code code =
            pds_fail(e, PDS_E_PDF_LIMIT, __func__, "large objects have to be read too often");
        return pds_err_object(code, e, o->ref.num);
    }
    return PDS_OK;
}

pds_code pds_doc_read(pds_doc *doc, pds_ref ref, pds_object *out, pds_err *e)
{
    const pds_place *const place = pds_xref_find(&doc->xref, ref.num);
    const uint32_t gen = place->kind == PDS_PLACE_FILE ? place->gen : 0;
    pds_object_null(out, ref);
    PDS_TRY(pds_interrupt_check(e)); /* every walk comes by here */
    if (place->kind < PDS_PLACE_FILE || gen != ref.gen) {
        return PDS_OK; /* 7.3.10: what is not there is null */
    }
    if (doc->depth == DEPTH_MAX) {
        const pds_code code = pds_fail(e, PDS_E_PDF_DAMAGED, __func__,
                                       "object %u needs itself to be read", (unsigned)ref.num);
        return pds_err_object(code, e, ref.num);
    }
    doc->depth++;
    pds_code code = read_place(doc, ref, place, out, e);
    doc->depth--;
    code = code == PDS_OK ? count_bytes(doc, out, e) : code;
    if (code != PDS_OK) {
        pds_object_null(out, ref);
    }
    return code;
}
