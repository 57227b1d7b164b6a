#include "base/own.h"
#include "pdf/doc_internal.h"
#include "pdf/update_internal.h"

/* Writes the objects of an update and the hole for its signature. */

/* Digits of the last number of /ByteRange: it counts bytes of the update. */
enum { RANGE_LENGTH_DIGITS = 9 };

/* ---- numbers ---- */

size_t pds_digits_of(uint64_t n)
{
    size_t digits = 1;

    while (n >= 10) {
        n /= 10;
        digits++;
    }
    return digits;
}

/* n in decimal, zeros before it up to `width`. */
void pds_put_number(pds_buf *out, uint64_t n, size_t width)
{
    size_t digits = pds_digits_of(n);
    uint8_t *room = pds_buf_grow(out, digits < width ? width : digits);

    if (room == NULL) {
        return;
    }
    for (uint8_t *at = out->ptr + out->len; at-- != room; n /= 10) {
        *at = (uint8_t)('0' + n % 10);
    }
}

void pds_put_hex(uint8_t *out, pds_span bytes)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        out[2 * i] = (uint8_t)digits[bytes.ptr[i] >> 4];
        out[2 * i + 1] = (uint8_t)digits[bytes.ptr[i] & 15];
    }
}

/* ---- objects ---- */

/* A writer's line must not run into a last line that has no end. */
static pds_code begin(pds_writer *w, pds_err *e)
{
    const pds_file *file = pds_doc_file(w->u->doc);
    uint8_t last = '\n';

    w->base = file->size;
    if (file->size != 0) {
        PDS_TRY(pds_file_read(file, file->size - 1, &last, 1, e));
    }
    if (last != '\n' && last != '\r') {
        pds_buf_byte(w->out, '\n');
    }
    return PDS_OK;
}

void pds_put_data(pds_writer *w, pds_span data)
{
    pds_buf_text(w->out, "\nstream\n");
    pds_buf_put(w->out, data);
    pds_buf_text(w->out, "\nendstream");
}

static void staged_text_drop(pds_staged *s)
{
    pds_buf_drop(&s->text);
}

static pds_code put_text(pds_writer *w, const pds_staged *s, pds_err *e)
{
    pds_crypt_use use = { pds_doc_crypt(w->u->doc), s->ref, PDS_ENCRYPT };

    if (use.crypt != NULL) {
        return pds_crypt_text(&use, pds_buf_span(&s->text), w->out, e);
    }
    pds_buf_put(w->out, pds_buf_span(&s->text));
    return pds_buf_end(w->out, e);
}

static pds_code put_stream(pds_writer *w, const pds_staged *s, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf digits = { 0 };
    PDS_OWN(staged_text_drop) pds_staged whole = { .ref = s->ref };
    pds_crypt_use use = { pds_doc_crypt(w->u->doc), s->ref, PDS_ENCRYPT };
    pds_span bytes = pds_buf_span(&s->data);

    if (use.crypt != NULL) {
        PDS_TRY(pds_crypt_stream(&use, pds_buf_span(&s->text), bytes, &data, e));
        bytes = pds_buf_span(&data);
    }
    pds_put_number(&digits, bytes.len, 1);
    const pds_entry length = { "Length", pds_buf_span(&digits) };
    pds_dict_put(&whole.text, pds_buf_span(&s->text), &length, 1);
    PDS_TRY(pds_buf_end(&whole.text, e));
    PDS_TRY(put_text(w, &whole, e));
    pds_put_data(w, bytes);
    return PDS_OK;
}

/* The dictionary, then room for what is known only when all is written. The padding stands behind
 * the array: some readers expect one space between its numbers. */
static pds_code put_signature(pds_writer *w, const pds_staged *s, pds_err *e)
{
    PDS_TRY(put_text(w, s, e));
    w->out->len -= strlen(">>");
    pds_buf_text(w->out, "/ByteRange");
    w->range_at = w->out->len;
    w->range_room =
        strlen("[0   ]") + 2 * pds_digits_of(w->base + PDS_BUF_MAX) + RANGE_LENGTH_DIGITS;
    pds_buf_fill(w->out, ' ', w->range_room);
    pds_buf_text(w->out, "/Contents");
    w->hole.open = w->out->len;
    pds_buf_byte(w->out, '<');
    pds_buf_fill(w->out, '0', 2 * w->u->hole);
    pds_buf_byte(w->out, '>');
    w->hole.close = w->out->len;
    pds_buf_text(w->out, ">>");
    return PDS_OK;
}

static pds_code put_body(pds_writer *w, const pds_staged *s, pds_err *e)
{
    switch (s->kind) {
    case PDS_STAGED_STREAM:
        return put_stream(w, s, e);
    case PDS_STAGED_STREAM_RAW:
        PDS_TRY(put_text(w, s, e));
        pds_put_data(w, pds_buf_span(&s->data));
        return PDS_OK;
    case PDS_STAGED_SIGNATURE:
        return put_signature(w, s, e);
    default:
        return put_text(w, s, e);
    }
}

static pds_code put_object(pds_writer *w, pds_staged *s, pds_err *e)
{
    s->offset = w->base + w->out->len;
    pds_put_number(w->out, s->ref.num, 1);
    pds_buf_byte(w->out, ' ');
    pds_put_number(w->out, s->ref.gen, 1);
    pds_buf_text(w->out, " obj\n");
    PDS_TRY(pds_err_object(put_body(w, s, e), e, s->ref.num));
    pds_buf_text(w->out, "\nendobj\n");
    return pds_buf_end(w->out, e);
}

/* ---- the hole ---- */

static pds_code patch_range(pds_writer *w, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    uint64_t *range = w->hole.byte_range;

    if (w->range_room == 0) {
        return PDS_OK;
    }
    range[0] = 0;
    range[1] = w->base + w->hole.open;
    range[2] = w->base + w->hole.close;
    range[3] = w->out->len - w->hole.close;
    for (size_t i = 0; i < 4; i++) {
        pds_buf_byte(&text, i == 0 ? '[' : ' ');
        pds_put_number(&text, range[i], 1);
    }
    pds_buf_byte(&text, ']');
    PDS_TRY(pds_buf_end(&text, e));
    if (text.len > w->range_room) {
        PDS_FAIL(e, PDS_E_INTERNAL, "/ByteRange does not fit its room");
    }
    memcpy(w->out->ptr + w->range_at, text.ptr, text.len);
    return PDS_OK;
}

pds_code pds_update_write(pds_update *u, pds_buf *out, pds_hole *hole, pds_err *e)
{
    pds_writer w = { .u = u, .out = out };

    if (u->count == 0 || out->len != 0) {
        PDS_FAIL(e, PDS_E_INTERNAL, "an update without objects, or behind other bytes");
    }
    PDS_TRY(begin(&w, e));
    for (size_t i = 0; i < u->count; i++) {
        PDS_TRY(put_object(&w, &u->staged[i], e));
    }
    PDS_TRY(pds_put_section(&w, e));
    PDS_TRY(patch_range(&w, e));
    if (hole != NULL) {
        *hole = w.hole;
    }
    return PDS_OK;
}

pds_code pds_hole_fill(pds_buf *update, const pds_hole *hole, pds_span signature, pds_err *e)
{
    if (hole->close > update->len || hole->open + 2 > hole->close ||
        update->ptr[hole->open] != '<' || update->ptr[hole->close - 1] != '>') {
        PDS_FAIL(e, PDS_E_INTERNAL, "there is no hole for a signature");
    }
    size_t room = hole->close - hole->open - 2;
    if (signature.len > room / 2) {
        PDS_FAIL(e, PDS_E_INTERNAL, "a signature of %zu bytes does not fit %zu", signature.len,
                 room / 2);
    }
    pds_put_hex(update->ptr + hole->open + 1, signature);
    memset(update->ptr + hole->open + 1 + 2 * signature.len, '0', room - 2 * signature.len);
    return PDS_OK;
}
