/* Seals of one colour, as small cards keep them: what is written comes back, and what somebody else
 * wrote is refused or is a picture. */
#include "base/flate.h"
#include "base/own.h"
#include "seal/compact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HEAD = 7, RGBA = 4, WIDTH = 30, HEIGHT = 20 };

/* ---- there and back ---- */

static void draw(pds_picture *p, uint32_t width, uint32_t height)
{
    assert_int_equal(pds_picture_new(width, height, p, NULL), PDS_OK);
    for (size_t i = 0; i < (size_t)width * height; i++) {
        const uint8_t pixel[RGBA] = { 200, 0, 0,
                                      (uint8_t)(i % 3 == 0   ? 255
                                                : i % 3 == 1 ? 128
                                                             : 0) };
        memcpy(p->pixels + i * RGBA, pixel, RGBA);
    }
}

static void what_is_put_comes_back(void **state)
{
    PDS_OWN(pds_picture_drop) pds_picture drawn = { .pixels = NULL };
    PDS_OWN(pds_picture_drop) pds_picture back = { .pixels = NULL };
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    (void)state;
    draw(&drawn, WIDTH, HEIGHT);
    assert_int_equal(pds_compact_put(&drawn, 4096, &bytes, NULL), PDS_OK);
    assert_int_equal(pds_compact_take(pds_buf_span(&bytes), &back, NULL), PDS_OK);
    assert_int_equal(back.width, WIDTH);
    assert_int_equal(back.height, HEIGHT);
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++) {
        assert_int_equal(back.pixels[i * RGBA], 200);
        assert_in_range(back.pixels[i * RGBA + 3] + 1, drawn.pixels[i * RGBA + 3],
                        drawn.pixels[i * RGBA + 3] + 2);
    }
}

static void little_room_makes_fewer_pixels(void **state)
{
    PDS_OWN(pds_picture_drop) pds_picture drawn = { .pixels = NULL };
    PDS_OWN(pds_picture_drop) pds_picture back = { .pixels = NULL };
    PDS_OWN(pds_buf_drop) pds_buf whole = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf small = { 0 };
    uint32_t noise = 1;
    (void)state;
    draw(&drawn, 200, 200);
    for (size_t i = 0; i < (size_t)200 * 200; i++) {
        noise = noise * 1664525U + 1013904223U;
        drawn.pixels[i * RGBA + 3] = (uint8_t)(noise >> 24);
    }
    assert_int_equal(pds_compact_put(&drawn, 1 << 20, &whole, NULL), PDS_OK);
    assert_int_equal(pds_compact_put(&drawn, whole.len / 2, &small, NULL), PDS_OK);
    assert_true(small.len <= whole.len / 2);
    assert_int_equal(pds_compact_take(pds_buf_span(&small), &back, NULL), PDS_OK);
    assert_in_range(back.width, 200 / 3, 199);
    pds_buf_clear(&small);
    assert_int_equal(pds_compact_put(&drawn, 100, &small, NULL), PDS_E_PICTURE_LIMIT);
    assert_int_equal(small.len, 0);
}

static void nothing_drawn_is_no_seal(void **state)
{
    PDS_OWN(pds_picture_drop) pds_picture white = { .pixels = NULL };
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    (void)state;
    assert_int_equal(pds_picture_new(WIDTH, HEIGHT, &white, NULL), PDS_OK);
    memset(white.pixels, 255, (size_t)RGBA * WIDTH * HEIGHT);
    assert_int_equal(pds_compact_put(&white, 4096, &bytes, NULL), PDS_E_PICTURE_UNSUPPORTED);
}

/* ---- what somebody else wrote ---- */

/* A head, and a mask of so many pixels. */
static void put_by_hand(unsigned width, unsigned height, size_t pixels, pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf mask = { 0 };
    const uint8_t head[HEAD] = {
        1, 2, 3, (uint8_t)(width >> 8), (uint8_t)width, (uint8_t)(height >> 8), (uint8_t)height
    };
    pds_buf_put(out, pds_span_of(head, sizeof head));
    pds_buf_fill(&mask, 9, pixels);
    assert_int_equal(pds_deflate(pds_buf_span(&mask), out, NULL), PDS_OK);
}

typedef struct head_row {
    const char *name;
    unsigned width, height;
    size_t pixels;
    pds_code code;
} head_row;

static head_row heads[] = {
    { "one pixel", 1, 1, 1, PDS_OK },
    { "the longest row", 4096, 1, 4096, PDS_OK },
    { "no width", 0, 5, 0, PDS_E_SEAL_DAMAGED },
    { "no height", 5, 0, 0, PDS_E_SEAL_DAMAGED },
    { "a row that is too long", 4097, 1, 4097, PDS_E_SEAL_DAMAGED },
    { "more rows than there may be", 1, 65535, 65535, PDS_E_SEAL_DAMAGED },
    { "one pixel too few", 5, 5, 24, PDS_E_SEAL_DAMAGED },
    { "one pixel too many", 5, 5, 26, PDS_E_SEAL_DAMAGED },
    { "a mask that is a bomb", 5, 5, 8 << 20, PDS_E_SEAL_DAMAGED },
    { "a picture that the mask never fills", 4096, 4096, 1, PDS_E_SEAL_DAMAGED },
};

static void head_is_judged(void **state)
{
    const head_row *const r = *state;
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
    put_by_hand(r->width, r->height, r->pixels, &bytes);
    assert_int_equal(pds_compact_take(pds_buf_span(&bytes), &p, NULL), r->code);
    if (r->code == PDS_OK) {
        assert_memory_equal(p.pixels, "\1\2\3\x9", RGBA);
    } else {
        assert_null(p.pixels);
    }
}

static void less_than_all_of_it_is_refused(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    (void)state;
    put_by_hand(WIDTH, HEIGHT, (size_t)WIDTH * HEIGHT, &bytes);
    for (size_t len = 0; len < bytes.len; len++) {
        PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
        uint8_t *const exact =
            malloc(len == 0 ? 1 : len); /* a sanitizer sees what is read behind */
        memcpy(exact, bytes.ptr, len);
        assert_int_equal(pds_compact_take(pds_span_of(exact, len), &p, NULL), PDS_E_SEAL_DAMAGED);
        free(exact);
    }
}

/* A bit in the mask is found by its checksum, unless it means the same; one in the head gives
 * another colour, or is found. */
static void each_changed_bit_is_found_or_is_a_colour(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    (void)state;
    put_by_hand(WIDTH, HEIGHT, (size_t)WIDTH * HEIGHT, &bytes);
    for (size_t i = 0; i < 8 * bytes.len; i++) {
        PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
        bytes.ptr[i / 8] ^= (uint8_t)(1U << i % 8);
        const pds_code code = pds_compact_take(pds_buf_span(&bytes), &p, NULL);
        bytes.ptr[i / 8] ^= (uint8_t)(1U << i % 8);
        assert_true(code == PDS_E_SEAL_DAMAGED || code == PDS_OK);
        for (size_t k = 0; code == PDS_OK && k < (size_t)WIDTH * HEIGHT; k++) {
            assert_int_equal(p.width * p.height, WIDTH * HEIGHT);
            assert_int_equal(p.pixels[k * RGBA + 3], 9);
        }
    }
}

int main(void)
{
    enum { HEADS = sizeof heads / sizeof heads[0], OTHERS = 5 };
    struct CMUnitTest tests[OTHERS + HEADS] = {
        cmocka_unit_test(what_is_put_comes_back),
        cmocka_unit_test(little_room_makes_fewer_pixels),
        cmocka_unit_test(nothing_drawn_is_no_seal),
        cmocka_unit_test(less_than_all_of_it_is_refused),
        cmocka_unit_test(each_changed_bit_is_found_or_is_a_colour),
    };
    for (size_t i = 0; i < HEADS; i++) {
        tests[OTHERS + i] =
            (struct CMUnitTest){ heads[i].name, head_is_judged, NULL, NULL, &heads[i] };
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
