/* Places: their syntax, and where they come to lie on turned, cropped and scaled pages. */
#include "seal/place.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const pds_sheet A4 = { { 0, 0, 595, 842 }, 0, 1.0 };
static const pds_sheet A4_90 = { { 0, 0, 595, 842 }, 90, 1.0 };
static const pds_sheet A4_180 = { { 0, 0, 595, 842 }, 180, 1.0 };
static const pds_sheet A4_270 = { { 0, 0, 595, 842 }, 270, 1.0 };
static const pds_sheet SHIFTED = { { 100, 200, 400, 500 }, 0, 1.0 };
static const pds_sheet SCALED = { { 0, 0, 100, 200 }, 0, 2.0 };

typedef struct put_row {
    const char *what;
    const char *place;
    const pds_sheet *sheet;
    double rect[4];
} put_row;

static const put_row PUT[] = {
    { "a rectangle as given", "1/10,20,30,40", &A4, { 10, 20, 30, 40 } },
    { "corners in any order", "1/30,40,10,20", &A4, { 10, 20, 30, 40 } },
    { "millimetres", "1/0mm,0mm,25.4mm,1in", &A4, { 0, 0, 72, 72 } },
    { "centimetres", "1/0,0,2.54cm,72pt", &A4, { 0, 0, 72, 72 } },
    { "bottom left", "1@bl:100x50", &A4, { 0, 0, 100, 50 } },
    { "bottom right, inwards", "1@br+10,20:100x50", &A4, { 485, 20, 585, 70 } },
    { "top left, inwards", "1@tl+10,20:100x50", &A4, { 10, 772, 110, 822 } },
    { "top right", "1@tr:100x50", &A4, { 495, 792, 595, 842 } },
    { "centre, right and up", "1@c+1,2:95x42", &A4, { 251, 402, 346, 444 } },
    { "centre, left and down", "1@c-1,-2:95x42", &A4, { 249, 398, 344, 440 } },
    { "turned 90: shown bottom left is user bottom right",
      "1@bl:100x50",
      &A4_90,
      { 545, 0, 595, 100 } },
    { "turned 90: shown top right is user top left", "1@tr:100x50", &A4_90, { 0, 742, 50, 842 } },
    { "turned 180: shown bottom left is user top right",
      "1@bl:100x50",
      &A4_180,
      { 495, 792, 595, 842 } },
    { "turned 270: shown bottom left is user top left",
      "1@bl:100x50",
      &A4_270,
      { 0, 742, 50, 842 } },
    { "a crop box off the origin", "1@bl:100x50", &SHIFTED, { 100, 200, 200, 250 } },
    { "user units of 1/36 inch", "1@tr:100x50", &SCALED, { 50, 175, 100, 200 } },
    { "the whole page", "1/0,0,595,842", &A4, { 0, 0, 595, 842 } },
};

static void lies_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PUT / sizeof PUT[0]; i++) {
        const put_row *r = &PUT[i];
        pds_place place;
        double rect[4];
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        assert_int_equal(pds_place_parse(r->place, &place, &e), PDS_OK);
        assert_int_equal(pds_place_rect(&place, r->sheet, NULL, rect, &e), PDS_OK);
        for (int k = 0; k < 4; k++) {
            assert_true(fabs(rect[k] - r->rect[k]) < 1e-6);
        }
    }
}

typedef struct page_row {
    const char *place;
    int64_t page;
} page_row;

static const page_row PAGES[] = {
    { "1@c:1x1", 1 },   { "12@c:1x1", 12 },   { "z@c:1x1", -1 },
    { "r1@c:1x1", -1 }, { "r3/1,1,2,2", -3 },
};

static void names_its_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PAGES / sizeof PAGES[0]; i++) {
        pds_place place;
        pds_err e = { 0 };
        assert_int_equal(pds_place_parse(PAGES[i].place, &place, &e), PDS_OK);
        assert_int_equal(place.page, PAGES[i].page);
    }
}

typedef struct bad_row {
    const char *what;
    const char *place;
} bad_row;

static const bad_row BAD[] = {
    { "empty", "" },
    { "no place on the page", "1" },
    { "page 0", "0@c:1x1" },
    { "a page too large to be one", "99999999999999999999@c:1x1" },
    { "an unknown corner", "1@xy:1x1" },
    { "three numbers", "1/1,2,3" },
    { "five numbers", "1/1,2,3,4,5" },
    { "an unknown unit", "1/1ft,2,3,4" },
    { "an exponent", "1/1e3,2,3,4" },
    { "half an offset", "1@br+3:1x1" },
    { "half a size", "1@br:3" },
    { "no size behind the colon", "1@br:" },
    { "a size of nothing", "1@br:0x10" },
    { "a negative size", "1@br:-5x10" },
    { "text behind it", "1@br:1x1 " },
    { "no field name", "field:" },
    { "not a number", "1/nan,2,3,4" },
};

static void is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        pds_place place;
        pds_err e = { 0 };
        print_message("%s\n", BAD[i].what);
        assert_int_equal(pds_place_parse(BAD[i].place, &place, &e), PDS_E_USAGE);
        assert_true(e.expected[0] != '\0' || e.text[0] != '\0');
    }
}

static const bad_row OFF[] = {
    { "beyond the right edge", "1/500,10,600,20" },
    { "below the page", "1@bl+0,-1:10x10" },
    { "larger than the page", "1@c:1000x1000" },
    { "empty", "1/10,10,10,20" },
};

static void off_the_page_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof OFF / sizeof OFF[0]; i++) {
        pds_place place;
        double rect[4];
        pds_err e = { 0 };
        print_message("%s\n", OFF[i].what);
        assert_int_equal(pds_place_parse(OFF[i].place, &place, &e), PDS_OK);
        assert_int_equal(pds_place_rect(&place, &A4, NULL, rect, &e), PDS_E_PLACE_REFUSED);
    }
}

static void a_corner_needs_a_size(void **state)
{
    static const double seal[2] = { 40, 40 };
    pds_place place;
    double rect[4];
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_place_parse("1@bl", &place, &e), PDS_OK);
    assert_int_equal(pds_place_rect(&place, &A4, NULL, rect, &e), PDS_E_USAGE);
    assert_int_equal(pds_place_rect(&place, &A4, seal, rect, &e), PDS_OK);
    assert_true(rect[2] == 40 && rect[3] == 40);
}

static void a_field_has_a_name(void **state)
{
    pds_place place;
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_place_parse("field:甲方.签名", &place, &e), PDS_OK);
    assert_int_equal(place.kind, PDS_PLACE_FIELD);
    assert_string_equal(place.field, "甲方.签名");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lies_there),
        cmocka_unit_test(names_its_page),
        cmocka_unit_test(is_refused),
        cmocka_unit_test(off_the_page_is_refused),
        cmocka_unit_test(a_corner_needs_a_size),
        cmocka_unit_test(a_field_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
