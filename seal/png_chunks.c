#include "seal/png_chunks.h"

#include "seal/picture.h"

static const uint8_t SIGNATURE[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

enum { FRAME = 12, IHDR_LEN = 13, PROFILE_MAX = 4 << 20, DEFLATE_RATIO_MAX = 1040 };

static uint32_t number_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint32_t pds_png_crc(pds_span bytes)
{
    static const uint32_t half[16] = { /* of the remainders of 4 bits */
                                       0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
                                       0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                       0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                       0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c
    };
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= bytes.ptr[i];
        crc = half[crc & 15] ^ (crc >> 4);
        crc = half[crc & 15] ^ (crc >> 4);
    }
    return ~crc;
}

/* Length, name, body, checksum. */
static bool take_chunk(pds_span *rest, pds_span *chunk)
{
    if (rest->len < FRAME || rest->len - FRAME < number_at(rest->ptr)) {
        return false;
    }
    return pds_span_take(rest, (size_t)number_at(rest->ptr) + FRAME, chunk);
}

static bool is_named(pds_span chunk, const char *name)
{
    return memcmp(chunk.ptr + 4, name, 4) == 0;
}

static pds_span body_of(pds_span chunk)
{
    return pds_span_of(chunk.ptr + 8, chunk.len - FRAME);
}

static bool is_needed(pds_span chunk)
{
    static const char *const names[] = { "IDAT", "IHDR", "PLTE", "tRNS", "IEND" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (is_named(chunk, names[i])) {
            return true;
        }
    }
    return false;
}

bool pds_png_next(pds_span *needed, pds_span *chunk)
{
    while (take_chunk(needed, chunk)) {
        if (is_needed(*chunk)) {
            return true;
        }
    }
    return false;
}

static pds_code not_a_png(pds_span file, pds_err *e)
{
    const char *id = pds_picture_kind(file);
    const char *kind = id == NULL ? NULL : pds_translated(id);
    pds_code code = PDS_E_PICTURE_UNSUPPORTED;
    if (file.len == 0) {
        PDS_FAIL(e, PDS_E_PICTURE_UNREADABLE, "the picture is empty");
    }
    if (kind == NULL) {
        PDS_FAIL(e, PDS_E_PICTURE_UNREADABLE, "the picture is not a PNG");
    }
    code = pds_fail(e, code, __func__, "the picture is %s; save it as PNG", kind);
    return pds_err_expected(code, e, "a PNG", kind);
}

static pds_code bad_header(pds_err *e)
{
    PDS_FAIL(e, PDS_E_PICTURE_UNREADABLE, "the PNG's header names no kind of picture");
}

/* PNG, table 11.1: the depths of each colour type, as bits; 0: no such type. */
static const unsigned DEPTHS[7] = { 1U << 1 | 1U << 2 | 1U << 4 | 1U << 8 | 1U << 16,
                                    0,
                                    1U << 8 | 1U << 16,
                                    1U << 1 | 1U << 2 | 1U << 4 | 1U << 8,
                                    1U << 8 | 1U << 16,
                                    0,
                                    1U << 8 | 1U << 16 };

static pds_code read_header(pds_span body, pds_png_chunks *out, pds_err *e)
{
    if (body.len != IHDR_LEN) {
        return bad_header(e);
    }
    out->width = number_at(body.ptr);
    out->height = number_at(body.ptr + 4);
    out->depth = body.ptr[8];
    out->color_type = body.ptr[9];
    out->interlaced = body.ptr[12] != 0;
    bool known = out->color_type < sizeof DEPTHS / sizeof DEPTHS[0] && out->depth <= 16 &&
                 (DEPTHS[out->color_type] >> out->depth & 1U) != 0;
    if (!known || body.ptr[10] != 0 || body.ptr[11] != 0 || body.ptr[12] > 1 || out->width == 0 ||
        out->height == 0) {
        return bad_header(e);
    }
    if (out->width > PDS_PICTURE_SIDE_MAX || out->height > PDS_PICTURE_SIDE_MAX ||
        (uint64_t)out->width * out->height > PDS_PICTURE_PIXELS_MAX) {
        return pds_err_expected(pds_fail(e, PDS_E_PICTURE_LIMIT, __func__,
                                         "a picture of %u x %u pixels", out->width, out->height),
                                e, "at most 20000 a side, 50 million in all", NULL);
    }
    return PDS_OK;
}

static void note(pds_span chunk, pds_png_chunks *out)
{
    const struct {
        const char *name;
        size_t len; /* that its body has to have; 0: any */
        pds_span *to;
    } rows[] = { { "gAMA", 4, &out->gamma },
                 { "cHRM", 32, &out->chromaticities },
                 { "pHYs", 9, &out->physical },
                 { "iCCP", 0, &out->profile } };
    pds_span body = body_of(chunk);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (is_named(chunk, rows[i].name) && (rows[i].len == 0 || rows[i].len == body.len)) {
            *rows[i].to = body;
        }
    }
    out->srgb = out->srgb || is_named(chunk, "sRGB");
    out->transparency = out->transparency || is_named(chunk, "tRNS");
}

/* Deflate makes no byte of more than about a thousand: memory is not asked for on the word of a
 * header whose data cannot be there. */
static pds_code check_data(const pds_png_chunks *c, uint64_t data, pds_err *e)
{
    static const unsigned samples[7] = { 1, 0, 3, 1, 2, 0, 4 };
    uint64_t bits = (uint64_t)c->width * c->height * c->depth * samples[c->color_type];
    if (data * DEFLATE_RATIO_MAX < bits / 8) {
        PDS_FAIL(e, PDS_E_PICTURE_UNREADABLE, "the PNG has too little data for %u x %u pixels",
                 c->width, c->height);
    }
    return PDS_OK;
}

static pds_code check_sum(pds_span file, pds_span chunk, pds_err *e)
{
    pds_span sum = pds_span_of(chunk.ptr + 4, chunk.len - 8);
    if (pds_png_crc(sum) != number_at(chunk.ptr + chunk.len - 4)) {
        PDS_FAIL_AT(e, PDS_E_PICTURE_UNREADABLE, chunk.ptr - file.ptr,
                    "the PNG is damaged: a checksum is wrong");
    }
    return PDS_OK;
}

static pds_code scan_chunks(pds_span file, pds_png_chunks *out, pds_err *e)
{
    pds_span rest = out->needed;
    pds_span chunk;
    uint64_t data = 0;
    while (take_chunk(&rest, &chunk)) {
        PDS_TRY(check_sum(file, chunk, e));
        bool first = chunk.ptr == out->needed.ptr;
        if (first != is_named(chunk, "IHDR")) {
            return bad_header(e);
        }
        if (first) {
            PDS_TRY(read_header(body_of(chunk), out, e));
        } else if (is_named(chunk, "IEND")) {
            return check_data(out, data, e);
        }
        note(chunk, out);
        data += is_named(chunk, "IDAT") ? chunk.len - FRAME : 0;
    }
    PDS_FAIL_AT(e, PDS_E_PICTURE_UNREADABLE, rest.ptr - file.ptr, "the PNG is cut off");
}

pds_code pds_png_scan(pds_span png, pds_png_chunks *out, pds_err *e)
{
    *out = (pds_png_chunks){ .width = 0 };
    if (png.len < sizeof SIGNATURE || memcmp(png.ptr, SIGNATURE, sizeof SIGNATURE) != 0) {
        return not_a_png(png, e);
    }
    out->needed = pds_span_of(png.ptr + sizeof SIGNATURE, png.len - sizeof SIGNATURE);
    PDS_TRY(scan_chunks(png, out, e));
    if (out->profile.len > PROFILE_MAX) {
        PDS_FAIL(e, PDS_E_PICTURE_LIMIT, "the picture's colour profile has %zu bytes",
                 out->profile.len);
    }
    return PDS_OK;
}
