/* PNG files of every kind into RGBA, and what is no sound PNG. */
#include "base/own.h"
#include "seal/color.h"
#include "seal/picture.h"
#include "seal/png_chunks.h"
#include "tests/seal/png_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WIDTH = 19, HEIGHT = 13 };

static uint8_t ramp(uint32_t x, uint32_t y, unsigned channel)
{
    return (uint8_t)(x * 13 + y * 7 + channel * 90);
}

static uint8_t index_of_two(uint32_t x, uint32_t y, unsigned channel)
{
    (void)channel;
    return (uint8_t)((x + y) % 2 == 0 ? 0 : 0xff);
}

static const uint8_t PALETTE[6] = { 10, 20, 30, 200, 100, 50 };

typedef struct kind_row {
    const char *what;
    unsigned color_type, depth;
} kind_row;

static const kind_row KINDS[] = {
    { "grey of 1 bit", 0, 1 },
    { "grey of 2 bits", 0, 2 },
    { "grey of 4 bits", 0, 4 },
    { "grey of 8 bits", 0, 8 },
    { "grey of 16 bits", 0, 16 },
    { "RGB of 8 bits", PDS_PNG_COLOR, 8 },
    { "RGB of 16 bits", PDS_PNG_COLOR, 16 },
    { "grey of 8 bits with alpha", PDS_PNG_ALPHA, 8 },
    { "grey of 16 bits with alpha", PDS_PNG_ALPHA, 16 },
    { "RGB of 8 bits with alpha", PDS_PNG_COLOR | PDS_PNG_ALPHA, 8 },
    { "RGB of 16 bits with alpha", PDS_PNG_COLOR | PDS_PNG_ALPHA, 16 },
};

/* What a sample of so many bits, from its high ones, is in 8. */
static uint8_t widened(uint8_t sample, unsigned depth)
{
    if (depth >= 8) {
        return sample;
    }
    unsigned most = (1U << depth) - 1;
    return (uint8_t)((sample >> (8 - depth)) * 255U / most);
}

static void check_pixels(const kind_row *r, const pds_picture *p)
{
    for (uint32_t y = 0; y < HEIGHT; y++) {
        for (uint32_t x = 0; x < WIDTH; x++) {
            const uint8_t *pixel = p->pixels + (size_t)4 * (y * WIDTH + x);
            bool color = (r->color_type & PDS_PNG_COLOR) != 0;
            for (unsigned k = 0; k < 3; k++) {
                assert_int_equal(pixel[k], widened(ramp(x, y, color ? k : 0), r->depth));
            }
            unsigned last = png_channels(r->color_type) - 1;
            bool alpha = (r->color_type & PDS_PNG_ALPHA) != 0;
            assert_int_equal(pixel[3], alpha ? ramp(x, y, last) : 255);
        }
    }
}

static void every_kind_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * (sizeof KINDS / sizeof KINDS[0]); i++) {
        const kind_row *r = &KINDS[i / 2];
        PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
        PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
        pds_err e = { 0 };
        const png_make m = { WIDTH, HEIGHT, r->depth, r->color_type, i % 2, { 0 }, .sample = ramp };
        print_message("%s%s\n", r->what, i % 2 == 1 ? ", interlaced" : "");
        png_put(&m, &file);
        assert_int_equal(pds_png_read(pds_buf_span(&file), &p, &e), PDS_OK);
        assert_int_equal(p.width, WIDTH);
        assert_int_equal(p.height, HEIGHT);
        check_pixels(r, &p);
    }
}

/* A file of that kind with one more chunk, or two, before its data. */
static void put_with(const png_make *kind, const char *name, pds_span body, pds_buf *file)
{
    PDS_OWN(pds_buf_drop) pds_buf before = { 0 };
    png_make m = *kind;
    pds_buf_put(&before, kind->before);
    png_put_chunk(&before, name, body);
    m.before = pds_buf_span(&before);
    png_put(&m, file);
}

static void palettes_of_every_depth_are_read(void **state)
{
    (void)state;
    for (unsigned depth = 1; depth <= 4; depth *= 2) {
        PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf palette = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf body = { 0 };
        PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
        pds_err e = { 0 };
        pds_buf_put(&body, pds_span_of(PALETTE, 3));
        pds_buf_fill(&body, 0, (size_t)3 * (((size_t)1 << depth) - 2));
        pds_buf_put(&body, pds_span_of(PALETTE + 3, 3));
        png_put_chunk(&palette, "PLTE", pds_buf_span(&body));
        const png_make m = { 3, 2, depth, 3, false, pds_buf_span(&palette), index_of_two };
        put_with(&m, "tRNS", pds_span_of("\x40", 1), &file);
        assert_int_equal(pds_png_read(pds_buf_span(&file), &p, &e), PDS_OK);
        assert_memory_equal(p.pixels, "\x0a\x14\x1e\x40\xc8\x64\x32\xff", 8);
    }
}

static uint8_t middle(uint32_t x, uint32_t y, unsigned channel)
{
    (void)x, (void)y, (void)channel;
    return 128;
}

static const png_make ONE_RGB = { 1, 1, 8, PDS_PNG_COLOR, false, { NULL, 0 }, middle };

static void a_transparent_color_is_transparent(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
    PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
    pds_err e = { 0 };
    (void)state;
    put_with(&ONE_RGB, "tRNS", pds_span_of("\0\x80\0\x80\0\x80", 6), &file);
    assert_int_equal(pds_png_read(pds_buf_span(&file), &p, &e), PDS_OK);
    assert_int_equal(p.pixels[3], 0);
}

typedef struct color_row {
    const char *what, *chunk;
    pds_span body;
    int grey; /* what 128 becomes */
} color_row;

static const color_row COLORS[] = {
    { "the gamma that sRGB has changes nothing",
      "gAMA",
      { (const uint8_t *)"\0\0\xb1\x8f", 4 },
      128 },
    { "linear light becomes lighter", "gAMA", { (const uint8_t *)"\0\x01\x86\xa0", 4 }, 188 },
    { "a gamma of 1.8 becomes a little lighter",
      "gAMA",
      { (const uint8_t *)"\0\0\xd9\x03", 4 },
      147 },
    { "a gamma of another length is passed over", "gAMA", { (const uint8_t *)"\0", 1 }, 128 },
};

static void gamma_is_honoured(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof COLORS / sizeof COLORS[0]; i++) {
        const color_row *r = &COLORS[i];
        PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
        PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        put_with(&ONE_RGB, r->chunk, r->body, &file);
        assert_int_equal(pds_png_read(pds_buf_span(&file), &p, &e), PDS_OK);
        assert_in_range(p.pixels[0], r->grey - 1, r->grey + 1);
    }
}

static void the_resolution_is_read(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
    PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
    pds_err e = { 0 };
    (void)state;
    put_with(&ONE_RGB, "pHYs", pds_span_of("\0\0\x2e\x23\0\0\x17\x12\1", 9), &file);
    assert_int_equal(pds_png_read(pds_buf_span(&file), &p, &e), PDS_OK);
    assert_true(p.dpi[0] > 299.9 && p.dpi[0] < 300.1);
    assert_true(p.dpi[1] > 149.9 && p.dpi[1] < 150.1);
}

/* ---- the same picture of another size ---- */

static void size_is(const pds_buf *png, uint32_t across, uint32_t down)
{
    pds_png_chunks chunks;
    const uint8_t want[9] = {
        (uint8_t)(across >> 24), (uint8_t)(across >> 16), (uint8_t)(across >> 8),
        (uint8_t)across,         (uint8_t)(down >> 24),   (uint8_t)(down >> 16),
        (uint8_t)(down >> 8),    (uint8_t)down,           1
    };
    assert_int_equal(pds_png_scan(pds_buf_span(png), &chunks, NULL), PDS_OK);
    assert_int_equal(chunks.physical.len, 9);
    assert_memory_equal(chunks.physical.ptr, want, 9);
}

typedef struct size_row {
    const char *what;
    double metres[2];
    uint32_t across, down;
} size_row;

static const size_row SIZES[] = {
    { "of 19 by 13 mm", { 0.019, 0.013 }, 1000, 1000 },
    { "of 1 by 1 m", { 1, 1 }, 19, 13 },
    { "of a thousandth of a millimetre", { 1e-6, 1e-6 }, 19000000, 13000000 },
    { "of next to nothing", { 1e-12, 1e-300 }, 0x7FFFFFFF, 0x7FFFFFFF },
    { "of 4 km", { 4294.967295, 4294.967295 }, 0, 0 },
};

static void a_size_is_put(void **state)
{
    static const png_make kind = { WIDTH, HEIGHT, 8, PDS_PNG_COLOR, false, { NULL, 0 }, ramp };
    (void)state;
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf sized = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf again = { 0 };
        PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
        print_message("%s\n", SIZES[i].what);
        put_with(&kind, "pHYs", pds_span_of("\0\0\x2e\x23\0\0\x17\x12\1", 9), &file);
        assert_int_equal(pds_png_put_size(pds_buf_span(&file), SIZES[i].metres, &sized, NULL),
                         PDS_OK);
        size_is(&sized, SIZES[i].across, SIZES[i].down);
        assert_int_equal(sized.len, file.len); /* one takes the other's place */
        assert_int_equal(pds_png_read(pds_buf_span(&sized), &p, NULL), PDS_OK);
        assert_int_equal(pds_png_put_size(pds_buf_span(&sized), SIZES[i].metres, &again, NULL),
                         PDS_OK);
        assert_int_equal(again.len, sized.len);
        assert_memory_equal(again.ptr, sized.ptr, sized.len);
    }
}

static void a_size_is_put_into_no_broken_picture(void **state)
{
    static const double metres[2] = { 0.01, 0.01 };
    PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
    (void)state;
    put_with(&ONE_RGB, "tEXt", pds_span_of("a\0b", 3), &file);
    for (size_t len = 0; len < file.len; len++) {
        PDS_OWN(pds_buf_drop) pds_buf sized = { 0 };
        uint8_t *const exact = malloc(len == 0 ? 1 : len);
        memcpy(exact, file.ptr, len);
        assert_int_not_equal(pds_png_put_size(pds_span_of(exact, len), metres, &sized, NULL),
                             PDS_OK);
        free(exact);
    }
}

typedef struct bad_row {
    const char *what;
    pds_span file;
    pds_code code;
    const char *says;
} bad_row;

#define BYTES(text)                               \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

static const bad_row BAD[] = {
    { "nothing", { NULL, 0 }, PDS_E_PICTURE_UNREADABLE, "empty" },
    { "text", BYTES("hello"), PDS_E_PICTURE_UNREADABLE, "not a PNG" },
    { "a JPEG", BYTES("\xff\xd8\xff\xe0"), PDS_E_PICTURE_UNSUPPORTED, "is a JPEG; save it as PNG" },
    { "a TIFF", BYTES("II*\0abc"), PDS_E_PICTURE_UNSUPPORTED, "a TIFF" },
    { "a WebP", BYTES("RIFF\1\2\3\4WEBPVP8 "), PDS_E_PICTURE_UNSUPPORTED, "a WebP" },
    { "a PDF", BYTES("%PDF-1.7"), PDS_E_PICTURE_UNSUPPORTED, "a PDF" },
    { "an SVG", BYTES("<?xml version='1.0'?>\n<svg/>"), PDS_E_PICTURE_UNSUPPORTED, "an SVG" },
    { "a PNG's first bytes", BYTES("\x89PNG\r\n\x1a\n"), PDS_E_PICTURE_UNREADABLE, "cut off" },
};

static void what_is_no_png_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        pds_picture p;
        pds_err e = { 0 };
        print_message("%s\n", BAD[i].what);
        assert_int_equal(pds_png_read(BAD[i].file, &p, &e), BAD[i].code);
        assert_non_null(strstr(e.text, BAD[i].says));
    }
}

static void a_cut_file_is_refused_wherever_it_is_cut(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
    const png_make m = { WIDTH, HEIGHT, 8, 6, false, { NULL, 0 }, ramp };
    (void)state;
    png_put(&m, &file);
    for (size_t n = 8; n < file.len; n++) {
        pds_picture p;
        pds_err e = { 0 };
        assert_int_equal(pds_png_read(pds_span_of(file.ptr, n), &p, &e), PDS_E_PICTURE_UNREADABLE);
    }
}

static void a_changed_byte_is_refused_wherever_it_is(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
    const png_make m = { WIDTH, HEIGHT, 8, 6, true, { NULL, 0 }, ramp };
    (void)state;
    png_put(&m, &file);
    for (size_t i = 8; i < file.len; i++) {
        pds_picture p;
        pds_err e = { 0 };
        file.ptr[i] ^= 0x10;
        assert_int_not_equal(pds_png_read(pds_buf_span(&file), &p, &e), PDS_OK);
        file.ptr[i] ^= 0x10;
    }
}

/* A header that promises more than its data can hold. */
static void put_claim(uint32_t width, uint32_t height, size_t data, pds_buf *file)
{
    PDS_OWN(pds_buf_drop) pds_buf body = { 0 };
    for (int shift = 24; shift >= 0; shift -= 8) {
        pds_buf_byte(&body, (uint8_t)(width >> shift));
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
        pds_buf_byte(&body, (uint8_t)(height >> shift));
    }
    pds_buf_put(&body, pds_span_of("\x08\x06\0\0\0", 5));
    pds_buf_put(file, pds_span_of("\x89PNG\r\n\x1a\n", 8));
    png_put_chunk(file, "IHDR", pds_buf_span(&body));
    pds_buf_clear(&body);
    pds_buf_fill(&body, 0, data);
    png_put_chunk(file, "IDAT", pds_buf_span(&body));
    png_put_chunk(file, "IEND", pds_span_of("", 0));
}

static void bombs_are_refused_by_their_header(void **state)
{
    static const struct {
        const char *what;
        uint32_t width, height;
        size_t data;
        pds_code code;
    } rows[] = {
        { "a side too long", 20001, 1, 100000, PDS_E_PICTURE_LIMIT },
        { "a height beyond reason", 1, 0x7fffffff, 100000, PDS_E_PICTURE_LIMIT },
        { "too many pixels", 10000, 5001, 1 << 20, PDS_E_PICTURE_LIMIT },
        { "no data for so many", 5000, 5000, 1000, PDS_E_PICTURE_UNREADABLE },
        { "no pixels", 0, 5, 100, PDS_E_PICTURE_UNREADABLE },
        { "data that are none", 5, 5, 100, PDS_E_PICTURE_UNREADABLE },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
        pds_picture p;
        pds_err e = { 0 };
        print_message("%s\n", rows[i].what);
        put_claim(rows[i].width, rows[i].height, rows[i].data, &file);
        assert_int_equal(pds_png_read(pds_buf_span(&file), &p, &e), rows[i].code);
    }
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) { /* grey or RGB, opaque or not */
        PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf again = { 0 };
        PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
        PDS_OWN(pds_picture_drop) pds_picture q = { .pixels = NULL };
        pds_png_chunks chunks;
        pds_err e = { 0 };
        assert_int_equal(pds_picture_new(WIDTH, HEIGHT, &p, &e), PDS_OK);
        p.dpi[0] = p.dpi[1] = 300;
        for (size_t i = 0; i < (size_t)4 * WIDTH * HEIGHT; i++) {
            uint8_t grey = (uint8_t)(i / 4 * 5);
            p.pixels[i] = i % 4 == 3        ? ((kind & 2) != 0 ? (uint8_t)i : 255)
                          : (kind & 1) != 0 ? (uint8_t)(grey + i % 4 * 60)
                                            : grey;
        }
        assert_int_equal(pds_png_write(&p, &file, &e), PDS_OK);
        assert_int_equal(pds_png_write(&p, &again, &e), PDS_OK);
        assert_true(pds_span_eq(pds_buf_span(&file), pds_buf_span(&again)));
        assert_int_equal(pds_png_read(pds_buf_span(&file), &q, &e), PDS_OK);
        assert_memory_equal(p.pixels, q.pixels, (size_t)4 * WIDTH * HEIGHT);
        assert_true(q.dpi[0] > 299.9 && q.dpi[0] < 300.1);
        assert_int_equal(pds_png_scan(pds_buf_span(&file), &chunks, &e), PDS_OK);
        assert_int_equal(chunks.color_type, ((kind & 1) != 0 ? 2 : 0) + ((kind & 2) != 0 ? 4 : 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_read),
        cmocka_unit_test(palettes_of_every_depth_are_read),
        cmocka_unit_test(a_transparent_color_is_transparent),
        cmocka_unit_test(gamma_is_honoured),
        cmocka_unit_test(the_resolution_is_read),
        cmocka_unit_test(a_size_is_put),
        cmocka_unit_test(a_size_is_put_into_no_broken_picture),
        cmocka_unit_test(what_is_no_png_is_named),
        cmocka_unit_test(a_cut_file_is_refused_wherever_it_is_cut),
        cmocka_unit_test(a_changed_byte_is_refused_wherever_it_is),
        cmocka_unit_test(bombs_are_refused_by_their_header),
        cmocka_unit_test(what_is_written_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
