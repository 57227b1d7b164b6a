#include "base/own.h"
#include "pdf/filter.h"
#include "pdf/object.h"
#include "pdf/xref.h"

/* Cross-reference streams (ISO 32000-2, 7.5.8). Nothing in their dictionaries may be a reference.
 */

enum { DECODED_TOTAL = 128 << 20 }; /* of all cross-reference streams in a file */

typedef struct fields {
    uint8_t width[3]; /* /W */
    size_t row;
} fields;

static pds_code fail(const pds_section *s, const char *what, pds_err *e)
{
    const pds_code code = pds_fail(e, PDS_E_PDF_DAMAGED, __func__,
                                   "broken cross-reference stream: %s", pds_translated(what));
    return pds_err_at(code, e, (int64_t)s->at);
}

/* Three widths of 0 to 8, not all of them 0. */
static bool read_widths(const pds_section *s, fields *f)
{
    pds_span widths = { 0 }, key = { 0 }, value = { 0 };
    (void)pds_dict_get(s->trailer, "W", &widths);
    pds_iter it = pds_iter_of(widths);
    for (int i = 0; i < 3; i++) {
        int64_t width = -1;
        if (!pds_iter_next(&it, &key, &value) || !pds_value_int(value, &width) || width < 0 ||
            width > 8) {
            return false;
        }
        f->width[i] = (uint8_t)width;
        f->row += (size_t)width;
    }
    return f->row > 0;
}

static uint64_t take_field(const uint8_t **p, unsigned width)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < width; i++) {
        n = n << 8 | *(*p)++;
    }
    return n;
}

/* Table 18; the type is 1 where it has no bytes. */
static pds_place parse_row(const fields *f, const uint8_t *p)
{
    const uint64_t type = f->width[0] == 0 ? 1 : take_field(&p, f->width[0]);
    const uint64_t second = take_field(&p, f->width[1]);
    const uint64_t third = take_field(&p, f->width[2]);
    pds_place place = { .at = second, .gen = third > UINT32_MAX ? UINT32_MAX : (uint32_t)third };
    if (type == 1 && second != 0) {
        place.kind = PDS_PLACE_FILE;
    } else {
        place.kind = type == 2 ? PDS_PLACE_PACKED : PDS_PLACE_FREE; /* other types: null */
    }
    return place;
}

static pds_code set_range(pds_section *s, const fields *f, pds_span *rows, const int64_t range[2],
                          pds_err *e)
{
    if (range[0] < 0 || range[1] < 0 || range[0] > UINT32_MAX) {
        return fail(s, N_("/Index holds what is no object number or count"), e);
    }
    if ((uint64_t)range[1] > rows->len / f->row) {
        return fail(s, N_("it holds fewer entries than it says"), e);
    }
    for (int64_t i = 0; i < range[1]; i++) {
        const pds_place place = parse_row(f, rows->ptr);
        const uint64_t num = (uint64_t)range[0] + (uint64_t)i;
        PDS_TRY(pds_section_set(s, num > UINT32_MAX ? UINT32_MAX : (uint32_t)num, &place, e));
        rows->ptr += f->row;
        rows->len -= f->row;
    }
    return PDS_OK;
}

static pds_code set_rows(pds_section *s, const fields *f, pds_span rows, pds_err *e)
{
    pds_span index = { 0 }, key = { 0 }, value = { 0 };
    int64_t range[2] = { 0 };
    if (!pds_dict_get(s->trailer, "Index", &index)) {
        if (!pds_dict_get(s->trailer, "Size", &value) || !pds_value_int(value, &range[1])) {
            return fail(s, N_("it has no /Size"), e);
        }
        PDS_TRY(set_range(s, f, &rows, range, e));
        s->surplus = rows.len > 0;
        return PDS_OK;
    }
    pds_iter it = pds_iter_of(index);
    while (pds_iter_next(&it, &key, &value)) {
        const bool first = pds_value_int(value, &range[0]);
        if (!first || !pds_iter_next(&it, &key, &value) || !pds_value_int(value, &range[1])) {
            return fail(s, N_("/Index is not pairs of integers"), e);
        }
        PDS_TRY(set_range(s, f, &rows, range, e));
    }
    s->surplus = rows.len > 0;
    return PDS_OK;
}

static pds_code read_object(pds_section *s, pds_object *o, pds_err *e)
{
    pds_span type = { 0 }, value = { 0 };
    int64_t length = 0;
    PDS_TRY(pds_object_scan(s->file, s->at, o, e));
    (void)pds_dict_get(o->value, "Type", &type);
    if (!o->stream || !pds_value_is_name(type, "XRef")) {
        return fail(s, N_("the object is not a stream of /Type /XRef"), e);
    }
    if (!pds_dict_get(o->value, "Length", &value) || !pds_value_int(value, &length)) {
        return fail(s, N_("/Length is not a direct integer"), e);
    }
    return pds_object_set_length(s->file, o, length, e);
}

static pds_code read_rows(pds_section *s, const pds_object *o, pds_buf *rows, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf encoded = { .max = PDS_ENCODED_MAX };
    const uint64_t left = DECODED_TOTAL - s->xref->decoded;
    if (o->data_len > PDS_ENCODED_MAX || left == 0) {
        PDS_FAIL_AT(e, PDS_E_PDF_LIMIT, s->at, "cross-reference streams are too large");
    }
    uint8_t *const to = pds_buf_grow(&encoded, (size_t)o->data_len);
    PDS_TRY(pds_buf_end(&encoded, e));
    PDS_TRY(pds_file_read(s->file, o->data, to, (size_t)o->data_len, e));
    const size_t max = left < PDS_DECODED_MAX ? (size_t)left : PDS_DECODED_MAX;
    PDS_TRY(pds_filter_decode(s->trailer, pds_buf_span(&encoded), max, rows, e));
    s->xref->decoded += rows->len;
    return PDS_OK;
}

pds_code pds_section_stream(pds_section *s, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf rows = { 0 };
    fields f = { { 0 }, 0 };
    PDS_TRY(read_object(s, &o, e));
    s->stream = true;
    s->end = o.end;
    s->ref = o.ref;
    s->trailer = o.value;
    s->text = pds_buf_take(&o.text); /* the bytes stay where they are */
    if (!read_widths(s, &f)) {
        return fail(s, N_("/W is not three widths"), e);
    }
    PDS_TRY(pds_err_at(read_rows(s, &o, &rows, e), e, (int64_t)s->at));
    return set_rows(s, &f, pds_buf_span(&rows), e);
}
