#include "base/own.h"
#include "seal/subset_internal.h"

/* Operators of DICTs, Adobe Technical Note 5176; two bytes begin with 12. */
enum {
    DICT_FONT_BBOX = 5,
    DICT_CHARSET = 15,
    DICT_CHARSTRINGS = 17,
    DICT_PRIVATE = 18,
    DICT_DEFAULT_WIDTH = 20,
    DICT_NOMINAL_WIDTH = 21,
    DICT_ROS = 12 << 8 | 30,
    DICT_CID_COUNT = 12 << 8 | 34,
    DICT_FD_ARRAY = 12 << 8 | 36,
    DICT_FD_SELECT = 12 << 8 | 37,
    SID_FIRST = 391 /* behind the standard strings */
};

/* The parts in the order in which they stand in the file. */
typedef struct parts {
    pds_buf top, charstrings, font_dict;
    int box[4];
    size_t charset_at, select_at, charstrings_at, array_at, private_at;
} parts;

static void parts_drop(parts *p)
{
    pds_buf_drop(&p->top);
    pds_buf_drop(&p->charstrings);
    pds_buf_drop(&p->font_dict);
}

static void put_u16(pds_buf *b, size_t n)
{
    pds_buf_byte(b, (uint8_t)(n >> 8));
    pds_buf_byte(b, (uint8_t)n);
}

/* Five bytes whatever the number, so that offsets do not move what they point at. */
static void put_operand(pds_buf *b, size_t n)
{
    pds_buf_byte(b, 29);
    put_u16(b, n >> 16);
    put_u16(b, n & 0xFFFF);
}

static void put_operator(pds_buf *b, unsigned op)
{
    if (op > 0xFF) {
        pds_buf_byte(b, (uint8_t)(op >> 8));
    }
    pds_buf_byte(b, (uint8_t)op);
}

static void put_entry(pds_buf *b, size_t operand, unsigned op)
{
    put_operand(b, operand);
    put_operator(b, op);
}

static void put_offset(pds_buf *b, size_t offset)
{
    pds_buf_byte(b, (uint8_t)(offset >> 16));
    put_u16(b, offset & 0xFFFF);
}

/* An INDEX of one object, with offsets of three bytes as all have them here. */
static void put_index_of(pds_buf *b, pds_span object)
{
    put_u16(b, 1);
    pds_buf_byte(b, 3);
    put_offset(b, 1);
    put_offset(b, 1 + object.len);
    pds_buf_put(b, object);
}

static void put_strings(pds_buf *b)
{
    static const char text[] = "AdobeIdentity";
    put_u16(b, 2);
    pds_buf_byte(b, 3);
    put_offset(b, 1);
    put_offset(b, 1 + sizeof "Adobe" - 1);
    put_offset(b, sizeof text);
    pds_buf_text(b, text);
}

/* An INDEX: first all offsets, then all charstrings; glyph 0 is empty. */
static pds_code make_charstrings(const pds_face *face, const pds_code_row *rows, size_t count,
                                 parts *p, pds_err *e)
{
    static const uint8_t notdef[] = { 28, 1000 >> 8, 1000 & 0xFF, 14 };
    PDS_OWN(pds_buf_drop) pds_buf data = { .max = PDS_PROGRAM_MAX };
    pds_buf *out = &p->charstrings;
    put_u16(out, count + 1);
    pds_buf_byte(out, 3);
    put_offset(out, 1);
    pds_buf_put(&data, pds_span_of(notdef, sizeof notdef));
    put_offset(out, 1 + data.len);
    for (size_t i = 0; i < count && data.bad == PDS_OK; i++) {
        pds_charstring_put(face, &rows[i], &data, p->box);
        put_offset(out, 1 + data.len);
    }
    PDS_TRY(pds_buf_end(&data, e));
    pds_buf_put(out, pds_buf_span(&data));
    return pds_buf_end(out, e);
}

static void make_top(parts *p, size_t count)
{
    pds_buf *b = &p->top;
    pds_buf_clear(b);
    put_operand(b, SID_FIRST);
    put_operand(b, SID_FIRST + 1);
    put_entry(b, 0, DICT_ROS);
    for (int i = 0; i < 4; i++) {
        put_operand(b, (uint32_t)p->box[i]);
    }
    put_operator(b, DICT_FONT_BBOX);
    put_entry(b, count + 1, DICT_CID_COUNT);
    put_entry(b, p->charset_at, DICT_CHARSET);
    put_entry(b, p->select_at, DICT_FD_SELECT);
    put_entry(b, p->charstrings_at, DICT_CHARSTRINGS);
    put_entry(b, p->array_at, DICT_FD_ARRAY);
}

static void make_font_dict(parts *p, size_t private_len)
{
    pds_buf_clear(&p->font_dict);
    put_operand(&p->font_dict, private_len);
    put_entry(&p->font_dict, p->private_at, DICT_PRIVATE);
}

static void put_private(pds_buf *b)
{
    put_entry(b, 0, DICT_DEFAULT_WIDTH);
    put_entry(b, 0, DICT_NOMINAL_WIDTH);
}

/* CIDs are glyph numbers, and all glyphs are of font dictionary 0. */
static void put_charset(pds_buf *b, size_t count)
{
    pds_buf_byte(b, 2);
    put_u16(b, 1);
    put_u16(b, count - 1);
}

static void put_select(pds_buf *b, size_t count)
{
    pds_buf_byte(b, 3);
    put_u16(b, 1);
    put_u16(b, 0);
    pds_buf_byte(b, 0);
    put_u16(b, count + 1);
}

/* Noting where each part comes to stand: written twice, with the places known the second time. */
static void put_all(parts *p, const char *name, size_t count, pds_buf *out)
{
    static const uint8_t header[] = { 1, 0, 4, 3 };
    enum { PRIVATE_LEN = 12 };
    make_top(p, count);
    make_font_dict(p, PRIVATE_LEN);
    pds_buf_put(out, pds_span_of(header, sizeof header));
    put_index_of(out, pds_span_text(name));
    put_index_of(out, pds_buf_span(&p->top));
    put_strings(out);
    put_u16(out, 0); /* no global subroutines */
    p->charset_at = out->len;
    put_charset(out, count);
    p->select_at = out->len;
    put_select(out, count);
    p->charstrings_at = out->len;
    pds_buf_put(out, pds_buf_span(&p->charstrings));
    p->array_at = out->len;
    put_index_of(out, pds_buf_span(&p->font_dict));
    p->private_at = out->len;
    put_private(out);
}

pds_code pds_cff_write(const pds_face *face, const pds_code_row *rows, size_t count, pds_buf *out,
                       pds_err *e)
{
    PDS_OWN(parts_drop) parts p = { .private_at = 0 };
    const char *name = pds_face_facts_of(face)->name;
    PDS_TRY(make_charstrings(face, rows, count, &p, e));
    put_all(&p, name, count, out);
    pds_buf_clear(out);
    put_all(&p, name, count, out);
    PDS_TRY(pds_buf_end(&p.top, e));
    PDS_TRY(pds_buf_end(&p.font_dict, e));
    return pds_buf_end(out, e);
}
