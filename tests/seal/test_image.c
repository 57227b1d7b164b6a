/* Pictures made smaller, and what their image objects hold. */
#include "base/flate.h"
#include "base/own.h"
#include "seal/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const double INCH[2] = { 72, 72 };

static pds_picture painted(uint32_t width, uint32_t height, const uint8_t rgba[4])
{
    pds_picture p;
    pds_err e;
    assert_int_equal(pds_picture_new(width, height, &p, &e), PDS_OK);
    for (size_t i = 0; i < (size_t)width * height; i++) {
        memcpy(p.pixels + 4 * i, rgba, 4);
    }
    return p;
}

/* Predictor 15 undone (PNG, 9.2). */
static void unfilter(const pds_buf *stream, size_t row, size_t depth, uint8_t *out)
{
    PDS_OWN(pds_buf_drop) pds_buf rows = { 0 };
    pds_err e;
    assert_int_equal(pds_inflate(pds_buf_span(stream), &rows, &e), PDS_OK);
    assert_int_equal(rows.len % (row + 1), 0);
    for (size_t y = 0; y < rows.len / (row + 1); y++) {
        const uint8_t *in = rows.ptr + y * (row + 1);
        uint8_t *to = out + y * row;
        for (size_t x = 0; x < row; x++) {
            int a = x < depth ? 0 : to[x - depth];
            int b = y == 0 ? 0 : out[(y - 1) * row + x];
            int c = y == 0 || x < depth ? 0 : out[(y - 1) * row + x - depth];
            int pa = abs(b - c), pb = abs(a - c), pc = abs(a + b - 2 * c);
            int paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
            const int by[5] = { 0, a, b, (a + b) / 2, paeth };
            assert_in_range(in[0], 0, 4);
            to[x] = (uint8_t)(in[x + 1] + by[in[0]]);
        }
    }
}

static void streams_hold_the_pixels(void **state)
{
    enum { W = 61, H = 47 };
    static uint8_t samples[3 * W * H], alpha[W * H];
    PDS_OWN(pds_picture_drop) pds_picture p = painted(W, H, (const uint8_t *)"\0\0\0\0");
    PDS_OWN(pds_image_drop) pds_image image = { .width = 0 };
    pds_err e;
    (void)state;
    uint32_t seed = 1;
    for (size_t i = 0; i < (size_t)4 * W * H; i++) {
        seed = seed * 1664525U + 1013904223U;
        p.pixels[i] = (uint8_t)(i % 4 == 3 ? 1 + seed % 255U : i / 3 + seed % (1 + i / W % 9));
    }
    assert_int_equal(pds_image_make(&p, INCH, &image, &e), PDS_OK);
    assert_int_equal(image.width, W);
    assert_int_equal(image.components, 3);
    unfilter(&image.samples, (size_t)3 * W, 3, samples);
    unfilter(&image.alpha, W, 1, alpha);
    for (size_t i = 0; i < (size_t)W * H; i++) {
        assert_memory_equal(samples + 3 * i, p.pixels + 4 * i, 3);
        assert_int_equal(alpha[i], p.pixels[4 * i + 3]);
    }
}

static void grey_and_opaque_pictures_are_smaller(void **state)
{
    PDS_OWN(pds_picture_drop) pds_picture p = painted(20, 20, (const uint8_t *)"\x50\x50\x50\xff");
    PDS_OWN(pds_image_drop) pds_image image = { .width = 0 };
    pds_err e;
    (void)state;
    memcpy(p.pixels + 40, "\x10\x10\x10\xff", 4);
    assert_int_equal(pds_image_make(&p, INCH, &image, &e), PDS_OK);
    assert_int_equal(image.components, 1);
    assert_int_equal(image.alpha.len, 0);
    assert_true(image.size[0] == 72 && image.size[1] == 72);
}

static void what_is_not_seen_takes_no_room(void **state)
{
    enum { SIDE = 200 };
    PDS_OWN(pds_picture_drop)
    pds_picture noisy = painted(SIDE, SIDE, (const uint8_t *)"\xe6\0\x12\xff");
    PDS_OWN(pds_image_drop) pds_image image = { .width = 0 };
    static uint8_t samples[3 * SIDE * SIDE];
    uint32_t seed = 1;
    pds_err e;
    (void)state;
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        seed = seed * 1664525U + 1013904223U;
        if (i % SIDE < SIDE / 2) {
            memcpy(noisy.pixels + 4 * i, &seed, 3);
            noisy.pixels[4 * i + 3] = 0;
        }
    }
    assert_int_equal(pds_image_make(&noisy, INCH, &image, &e), PDS_OK);
    assert_true(image.samples.len < 1000);
    unfilter(&image.samples, (size_t)3 * SIDE, 3, samples);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        assert_memory_equal(samples + 3 * i, "\xe6\0\x12", 3);
    }
}

typedef struct size_row {
    const char *what;
    uint32_t pixels[2];
    double inches[2];
    uint32_t made[2];
} size_row;

static const size_row SIZES[] = {
    { "just 300 dpi", { 300, 300 }, { 1, 1 }, { 300, 300 } },
    { "half of 600 dpi", { 600, 600 }, { 1, 1 }, { 300, 300 } },
    { "never larger", { 100, 50 }, { 1, 1 }, { 100, 50 } },
    { "one side alone", { 700, 200 }, { 1, 1 }, { 300, 200 } },
    { "no whole factor", { 601, 407 }, { 1.654, 1.1 }, { 496, 330 } },
    { "at least one pixel", { 500, 500 }, { 0.001, 1 }, { 1, 300 } },
};

static void pictures_shrink_to_300_dpi(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        const size_row *r = &SIZES[i];
        const double size[2] = { r->inches[0] * 72, r->inches[1] * 72 };
        PDS_OWN(pds_picture_drop)
        pds_picture p = painted(r->pixels[0], r->pixels[1], (const uint8_t *)"\xe6\x10\x12\x80");
        PDS_OWN(pds_image_drop) pds_image image = { .width = 0 };
        pds_err e;
        print_message("%s\n", r->what);
        assert_int_equal(pds_image_make(&p, size, &image, &e), PDS_OK);
        assert_int_equal(image.width, r->made[0]);
        assert_int_equal(image.height, r->made[1]);
    }
}

static void averages_are_of_areas(void **state)
{
    static const uint8_t pixels[4 * 6] = {
        200, 0, 0, 255, 100, 0, 0, 255, 0, 0, 0, 255, /* 3 columns to 2: 1 + 1/2, 1/2 + 1 */
        0,   9, 0, 0,   0,   9, 0, 0,   0, 9, 0, 0,
    };
    PDS_OWN(pds_picture_drop) pds_picture p = painted(3, 2, pixels);
    PDS_OWN(pds_picture_drop) pds_picture q = { .pixels = NULL };
    pds_err e;
    (void)state;
    memcpy(p.pixels, pixels, sizeof pixels);
    p.dpi[0] = p.dpi[1] = 300;
    assert_int_equal(pds_picture_shrink(&p, 2, 1, &q, &e), PDS_OK);
    assert_memory_equal(q.pixels, "\xa7\0\0\x80\x21\0\0\x80", 8); /* unseen green adds nothing */
    assert_true(q.dpi[0] == 200 && q.dpi[1] == 150);
}

static void an_even_picture_stays_even(void **state)
{
    static const uint8_t color[4] = { 231, 77, 3, 201 };
    static const uint32_t sides[] = { 1, 2, 3, 7, 64, 99, 100, 101, 199, 200 };
    PDS_OWN(pds_picture_drop) pds_picture p = painted(200, 200, color);
    (void)state;
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        PDS_OWN(pds_picture_drop) pds_picture q = { .pixels = NULL };
        pds_err e;
        assert_int_equal(pds_picture_shrink(&p, sides[i], 200, &q, &e), PDS_OK);
        for (size_t k = 0; k < (size_t)sides[i] * 200; k++) {
            assert_memory_equal(q.pixels + 4 * k, color, 4);
        }
    }
}

static void the_stencil_masks_what_is_clear_or_white(void **state)
{
    static const struct {
        const char *what;
        uint8_t rgba[4];
        uint8_t densest; /* alpha, of the last pixel */
        bool masked;
    } rows[] = {
        { "red", { 230, 0, 18, 255 }, 255, false },
        { "half of it", { 230, 0, 18, 128 }, 255, false },
        { "less than half", { 230, 0, 18, 127 }, 255, true },
        { "faint as a whole", { 230, 0, 18, 60 }, 60, false },
        { "less than half of what is faint", { 230, 0, 18, 60 }, 120, true },
        { "hardly there", { 230, 0, 18, 1 }, 1, false },
        { "not there", { 230, 0, 18, 0 }, 0, true },
        { "white", { 255, 255, 255, 255 }, 255, true },
        { "pink", { 255, 220, 255, 255 }, 255, false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(pds_picture_drop) pds_picture p = painted(11, 3, rows[i].rgba);
        PDS_OWN(pds_image_drop) pds_image image = { .width = 0 };
        PDS_OWN(pds_buf_drop) pds_buf bits = { 0 };
        pds_err e;
        print_message("%s\n", rows[i].what);
        memset(p.pixels, 0, 4); /* its corner is clear */
        p.pixels[4 * 11 * 3 - 1] = rows[i].densest;
        assert_int_equal(pds_image_make(&p, INCH, &image, &e), PDS_OK);
        assert_int_equal(pds_inflate(pds_buf_span(&image.stencil), &bits, &e), PDS_OK);
        assert_int_equal(bits.len, 6); /* two bytes a row */
        assert_int_equal(bits.ptr[0], rows[i].masked ? 0xff : 0x80);
        assert_int_equal(bits.ptr[1], rows[i].masked ? 0xe0 : 0x00);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_hold_the_pixels),
        cmocka_unit_test(grey_and_opaque_pictures_are_smaller),
        cmocka_unit_test(what_is_not_seen_takes_no_room),
        cmocka_unit_test(pictures_shrink_to_300_dpi),
        cmocka_unit_test(averages_are_of_areas),
        cmocka_unit_test(an_even_picture_stays_even),
        cmocka_unit_test(the_stencil_masks_what_is_clear_or_white),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
