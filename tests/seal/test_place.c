/* Places: their syntax, and where they come to lie on turned, cropped and scaled pages. */
#include "seal/place.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const pds_sheet A4 = { { 0, 0, 595, 842 }, 0, 1.0 };
static const pds_sheet A4_90 = { { 0, 0, 595, 842 }, 90, 1.0 };
static const pds_sheet A4_180 = { { 0, 0, 595, 842 }, 180, 1.0 };
static const pds_sheet A4_270 = { { 0, 0, 595, 842 }, 270, 1.0 };
static const pds_sheet SHIFTED = { { 100, 200, 400, 500 }, 0, 1.0 };
static const pds_sheet SCALED = { { 0, 0, 100, 200 }, 0, 2.0 };
static const pds_sheet SCALED_MORE = { { 0, 0, 300, 300 }, 0, 2.0 };

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

/* 64 bytes */
#define LONG "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

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
    { "a unit behind the width only", "1@br:40mmx20" },
    { "a unit behind the height only", "1@br:40x20mm" },
    { "a keyword without quotes", "text:甲方" },
    { "a keyword in single quotes", "text:'甲方'" },
    { "an open quote", "text:\"甲方" },
    { "a quote closed by the other kind", "text:“甲方\"" },
    { "an empty keyword", "text:\"\"" },
    { "a keyword of white space", "text:\" \t　\"" },
    { "a backslash that means nothing", "text:\"a\\n\"" },
    { "a backslash at the end", "text:\"a\\" },
    { "match 0", "text:\"a\"#0" },
    { "a match from the end", "text:\"a\"#r1" },
    { "an unknown match", "text:\"a\"#second" },
    { "no match behind #", "text:\"a\"#" },
    { "an unknown side", "text:\"a\"@beside" },
    { "the side before the match", "text:\"a\"@left#2" },
    { "half an offset from a text", "text:\"a\"+3" },
    { "something behind the text", "text:\"a\" " },
    { "something behind the last seal", "@last+1,1" },
    { "a page before the last seal", "z@last" },
    { "a name that is too long", "field:" LONG LONG LONG LONG },
    { "a keyword that is too long", "text:\"" LONG LONG LONG LONG "\"" },
};

static void is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        pds_place place;
        pds_err e = { 0 };
        print_message("%s\n", BAD[i].what);
        assert_int_equal(pds_place_parse(BAD[i].place, &place, &e), PDS_E_USAGE);
        assert_true(e.expected[0] != '\0' && e.text[0] != '\0');
        assert_int_equal(strncmp(BAD[i].place, "text:", 5) == 0, strstr(e.hint, "quotes") != NULL);
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

typedef struct text_row {
    const char *what;
    const char *place;
    const char *text;
    int match;
    pds_side side;
    double dx, dy;
} text_row;

static const text_row TEXTS[] = {
    { "a keyword alone: its first", "text:\"甲方（盖章）\"", "甲方（盖章）", PDS_MATCH_FIRST,
      PDS_SIDE_OVER, 0, 0 },
    { "the first", "text:\"a\"#first", "a", PDS_MATCH_FIRST, PDS_SIDE_OVER, 0, 0 },
    { "the last", "text:\"a\"#last", "a", PDS_MATCH_LAST, PDS_SIDE_OVER, 0, 0 },
    { "all", "text:\"a\"#all", "a", PDS_MATCH_ALL, PDS_SIDE_OVER, 0, 0 },
    { "the twelfth", "text:\"a\"#12", "a", 12, PDS_SIDE_OVER, 0, 0 },
    { "over", "text:\"a\"@over", "a", 1, PDS_SIDE_OVER, 0, 0 },
    { "right, moved left and down", "text:\"a\"@right-1cm,-36", "a", 1, PDS_SIDE_RIGHT, -720 / 25.4,
      -36 },
    { "everything", "text:\"a\"#2@left+1in,2pt:30x20", "a", 2, PDS_SIDE_LEFT, 72, 2 },
    { "above", "text:\"a\"@above", "a", 1, PDS_SIDE_ABOVE, 0, 0 },
    { "below", "text:\"a\"@below", "a", 1, PDS_SIDE_BELOW, 0, 0 },
    { "quotes and a backslash in it", "text:\"a\\\"b\\\\c\"", "a\"b\\c", 1, PDS_SIDE_OVER, 0, 0 },
    { "marks of a place in it", "text:\"#2@left+1,1:\"#3", "#2@left+1,1:", 3, PDS_SIDE_OVER, 0, 0 },
    { "the quotes of a Chinese keyboard", "text:“甲\"方”@below", "甲\"方", 1, PDS_SIDE_BELOW, 0,
      0 },
};

static void names_a_keyword(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        const text_row *r = &TEXTS[i];
        pds_place place;
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        assert_int_equal(pds_place_parse(r->place, &place, &e), PDS_OK);
        assert_int_equal(place.kind, PDS_PLACE_TEXT);
        assert_string_equal(place.text, r->text);
        assert_int_equal(place.match, r->match);
        assert_int_equal(place.side, r->side);
        assert_true(fabs(place.dx - r->dx) < 1e-9 && fabs(place.dy - r->dy) < 1e-9);
    }
}

/* Found at 100,200 to 160,212 of the page as shown, in units of its user space. */
static const put_row BESIDE[] = {
    { "over: same middle", "text:\"a\":40x20", &A4, { 110, 196, 150, 216 } },
    { "right of it", "text:\"a\"@right:40x20", &A4, { 160, 196, 200, 216 } },
    { "left of it", "text:\"a\"@left:40x20", &A4, { 60, 196, 100, 216 } },
    { "above it", "text:\"a\"@above:40x20", &A4, { 110, 212, 150, 232 } },
    { "below it", "text:\"a\"@below:40x20", &A4, { 110, 180, 150, 200 } },
    { "moved right and up", "text:\"a\"@left+5,6:40x20", &A4, { 65, 202, 105, 222 } },
    { "moved left and down", "text:\"a\"@left-5,-6:40x20", &A4, { 55, 190, 95, 210 } },
    { "the seal's own size", "text:\"a\"", &A4, { 122.5, 198.5, 137.5, 213.5 } },
    { "turned 90", "text:\"a\":40x20", &A4_90, { 595 - 216, 110, 595 - 196, 150 } },
    { "a crop box off the origin", "text:\"a\":40x20", &SHIFTED, { 210, 396, 250, 416 } },
    { "user units of 1/36 inch: sizes stay",
      "text:\"a\":40x20",
      &SCALED_MORE,
      { 120, 201, 140, 211 } },
};

static void lies_beside_a_keyword(void **state)
{
    static const double found[4] = { 100, 200, 160, 212 };
    static const double seal[2] = { 15, 15 };
    (void)state;
    for (size_t i = 0; i < sizeof BESIDE / sizeof BESIDE[0]; i++) {
        const put_row *r = &BESIDE[i];
        pds_place place;
        double rect[4];
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        assert_int_equal(pds_place_parse(r->place, &place, &e), PDS_OK);
        assert_int_equal(pds_place_beside(&place, found, r->sheet, seal, rect, &e), PDS_OK);
        for (int k = 0; k < 4; k++) {
            assert_true(fabs(rect[k] - r->rect[k]) < 1e-6);
        }
    }
}

static void beside_but_off_the_page(void **state)
{
    static const double found[4] = { 560, 830, 590, 842 };
    pds_place place;
    double rect[4];
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_place_parse("text:\"a\"@right:40x20", &place, &e), PDS_OK);
    assert_int_equal(pds_place_beside(&place, found, &A4, NULL, rect, &e), PDS_E_PLACE_REFUSED);
    assert_non_null(strstr(e.text, "595.00 x 842.00"));
    assert_int_equal(pds_place_parse("text:\"a\"", &place, &e), PDS_OK);
    assert_int_equal(pds_place_beside(&place, found, &A4, NULL, rect, &e), PDS_E_USAGE);
}

/* A place that is not on a page of its own has no rectangle there, and only a text has a side. */
static void kinds_are_not_mixed_up(void **state)
{
    static const char *const elsewhere[] = { "field:a", "text:\"a\":4x4", "@last" };
    static const double box[4] = { 1, 1, 2, 2 };
    pds_place place;
    double rect[4];
    pds_err e = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
        assert_int_equal(pds_place_parse(elsewhere[i], &place, &e), PDS_OK);
        assert_int_equal(pds_place_rect(&place, &A4, box, rect, &e), PDS_E_INTERNAL);
    }
    assert_int_equal(pds_place_parse("1@c:4x4", &place, &e), PDS_OK);
    assert_int_equal(pds_place_beside(&place, box, &A4, box, rect, &e), PDS_E_INTERNAL);
}

typedef struct size_row {
    const char *what;
    const char *text;
    double width, height; /* 0: refused */
} size_row;

static const size_row SIZES[] = {
    { "millimetres", "25.4mmx50.8mm", 72, 144 },
    { "units may differ", "1inx2.54cm", 72, 72 },
    { "points", "40x30", 40, 30 },
    { "points, named", "40ptx30pt", 40, 30 },
    { "two metres", "2000mmx2000mm", 2000 / 25.4 * 72, 2000 / 25.4 * 72 },
    { "more than two metres", "2001mmx1mm", 0, 0 },
    { "one unit only", "40x30mm", 0, 0 },
    { "the other only", "40mmx30", 0, 0 },
    { "one number", "40mm", 0, 0 },
    { "nothing", "", 0, 0 },
    { "no width", "x40mm", 0, 0 },
    { "zero", "0mmx40mm", 0, 0 },
    { "negative", "40mmx-40mm", 0, 0 },
    { "another unit", "40ftx40ft", 0, 0 },
    { "another cross", "40mm*40mm", 0, 0 },
    { "something behind it", "40mmx40mm.", 0, 0 },
};

static void sizes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        const size_row *r = &SIZES[i];
        double size[2];
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        if (r->width > 0) {
            assert_int_equal(pds_size_parse(r->text, size, &e), PDS_OK);
            assert_true(fabs(size[0] - r->width) < 1e-6 && fabs(size[1] - r->height) < 1e-6);
        } else {
            assert_int_equal(pds_size_parse(r->text, size, &e), PDS_E_USAGE);
            assert_true(e.expected[0] != '\0');
        }
    }
}

static void last_seal(void **state)
{
    pds_place place;
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_place_parse("@last", &place, &e), PDS_OK);
    assert_int_equal(place.kind, PDS_PLACE_LAST);
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
        cmocka_unit_test(names_a_keyword),
        cmocka_unit_test(lies_beside_a_keyword),
        cmocka_unit_test(beside_but_off_the_page),
        cmocka_unit_test(kinds_are_not_mixed_up),
        cmocka_unit_test(sizes),
        cmocka_unit_test(last_seal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
