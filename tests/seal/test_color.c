/* Colours by name, numbers in content streams, the profile of sRGB, and profiles of pictures. */
#include "base/own.h"
#include "seal/color.h"
#include "seal/drawing.h"
#include "seal/profile.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct color_row {
    const char *what, *text;
    int rgb[3]; /* -1: refused */
} color_row;

static const color_row COLORS[] = {
    { "digits", "#1a2B3c", { 0x1a, 0x2b, 0x3c } },
    { "black", "black", { 0, 0, 0 } },
    { "a name in capitals", "WHITE", { 255, 255, 255 } },
    { "both spellings of grey", "gray", { 128, 128, 128 } },
    { "nothing given is the fallback", NULL, { 1, 2, 3 } },
    { "an unknown name", "mauve", { -1, 0, 0 } },
    { "too few digits", "#12345", { -1, 0, 0 } },
    { "too many digits", "#1234567", { -1, 0, 0 } },
    { "not digits", "#12345g", { -1, 0, 0 } },
    { "empty", "", { -1, 0, 0 } },
};

static void colors_are_understood(void **state)
{
    static const uint8_t fallback[3] = { 1, 2, 3 };
    (void)state;
    for (size_t i = 0; i < sizeof COLORS / sizeof COLORS[0]; i++) {
        const color_row *r = &COLORS[i];
        uint8_t rgb[3] = { 9, 9, 9 };
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        pds_code code = pds_color_parse(r->text, fallback, rgb, &e);
        assert_int_equal(code, r->rgb[0] < 0 ? PDS_E_USAGE : PDS_OK);
        for (size_t k = 0; k < 3 && code == PDS_OK; k++) {
            assert_int_equal(rgb[k], r->rgb[k]);
        }
    }
}

typedef struct number_row {
    double number;
    const char *text;
} number_row;

static const number_row NUMBERS[] = {
    { 0, "0" },
    { 1, "1" },
    { -1, "-1" },
    { 0.5, "0.5" },
    { -0.25, "-0.25" },
    { 1.00004, "1" },
    { 0.00005, "0.0001" },
    { -0.00004, "0" },
    { 119.0551, "119.0551" },
    { 0.0123, "0.0123" },
    { 1e20, "1000000000" },
    { NAN, "0" },
};

static void numbers_are_plain(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        PDS_OWN(pds_buf_drop) pds_buf b = { 0 };
        pds_draw_number(&b, NUMBERS[i].number);
        assert_string_equal(pds_buf_cstr(&b), NUMBERS[i].text);
    }
}

static void our_profile_is_read_as_srgb(void **state)
{
    pds_color_map map;
    pds_err e = { 0 };
    pds_span icc = pds_srgb_profile();
    (void)state;
    assert_true(icc.len > 128 && icc.len <= 700);
    assert_int_equal(icc.ptr[8], 2); /* version: PDF/A-1 holds no later one */
    assert_int_equal((size_t)icc.ptr[2] << 8 | icc.ptr[3], icc.len);
    assert_int_equal(pds_color_map_icc(icc, &map, &e), PDS_OK);
    assert_true(map.identity);
    for (int v = 0; v < 256; v++) {
        double difference = pds_srgb_encode((double)map.linear[1][v]) * 255.0 - v;
        assert_true(fabs(difference) < 0.5);
    }
}

/* A copy of our profile with some bytes changed. */
static void changed(size_t at, pds_span bytes, pds_buf *out)
{
    pds_buf_put(out, pds_srgb_profile());
    memcpy(out->ptr + at, bytes.ptr, bytes.len);
}

static void other_profiles_are_refused_or_changed(void **state)
{
    static const struct {
        const char *what;
        size_t at;
        const char *bytes;
        pds_code code;
    } rows[] = {
        { "no profile at all", 36, "none", PDS_E_PICTURE_UNREADABLE },
        { "CMYK", 16, "CMYK", PDS_E_PICTURE_UNSUPPORTED },
        { "no curve of red", 128 + 4 + 6 * 12, "xxxx", PDS_E_PICTURE_UNSUPPORTED },
        { "no primary of green", 128 + 4 + 4 * 12, "xxxx", PDS_E_PICTURE_UNSUPPORTED },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(pds_buf_drop) pds_buf icc = { 0 };
        pds_color_map map;
        pds_err e = { 0 };
        print_message("%s\n", rows[i].what);
        changed(rows[i].at, pds_span_text(rows[i].bytes), &icc);
        assert_int_equal(pds_color_map_icc(pds_buf_span(&icc), &map, &e), rows[i].code);
    }
    for (size_t n = 0; n < pds_srgb_profile().len; n++) {
        pds_color_map map;
        (void)!pds_color_map_icc(pds_span_of(pds_srgb_profile().ptr, n), &map, NULL);
    }
}

static void swapped_primaries_swap_colors(void **state)
{
    enum { RED_ROW = 128 + 4 + 3 * 12, BLUE_ROW = 128 + 4 + 5 * 12 };
    PDS_OWN(pds_buf_drop) pds_buf icc = { 0 };
    uint8_t pixel[4] = { 255, 0, 0, 77 };
    pds_color_map map;
    pds_err e = { 0 };
    (void)state;
    changed(RED_ROW, pds_span_text("bXYZ"), &icc);
    memcpy(icc.ptr + BLUE_ROW, "rXYZ", 4);
    assert_int_equal(pds_color_map_icc(pds_buf_span(&icc), &map, &e), PDS_OK);
    assert_false(map.identity);
    pds_color_map_apply(&map, pixel, 1);
    assert_memory_equal(pixel, "\0\0\xff\x4d", 4);
}

/* xy of white, red, green, blue */
static void wide_primaries_are_brought_in(void **state)
{
    static const double srgb[8] = { 0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06 };
    static const double adobe[8] = { 0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06 };
    static const double none[8] = { 0 };
    uint8_t pixel[8] = { 100, 200, 100, 255, 128, 128, 128, 255 };
    pds_color_map map;
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_color_map_gamma(1 / 2.2, srgb, &map, &e), PDS_OK);
    assert_true(map.identity);
    assert_int_equal(pds_color_map_gamma(1 / 2.2, adobe, &map, &e), PDS_OK);
    assert_false(map.identity);
    pds_color_map_apply(&map, pixel, 2);
    assert_true(pixel[0] < 60 && pixel[1] >= 200); /* a purer green than sRGB's own 100,200,100 */
    assert_in_range(pixel[4], 127, 129);
    assert_int_equal(pds_color_map_gamma(1 / 2.2, none, &map, &e), PDS_E_PICTURE_UNREADABLE);
    assert_int_equal(pds_color_map_gamma(0, NULL, &map, &e), PDS_E_PICTURE_UNREADABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colors_are_understood),
        cmocka_unit_test(numbers_are_plain),
        cmocka_unit_test(our_profile_is_read_as_srgb),
        cmocka_unit_test(other_profiles_are_refused_or_changed),
        cmocka_unit_test(swapped_primaries_swap_colors),
        cmocka_unit_test(wide_primaries_are_brought_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
