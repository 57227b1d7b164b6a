/* Finding a needle among glyphs, the box around it, and the most alike text where there is none. */
#include "base/own.h"
#include "view/find.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Glyphs 10 wide and high, in lines 20 apart from 100 down; ' ' and '\n' as white space; '_' moves
 * on by 40 as a gap in a row that ends a line of the reader. */
static void set_page(pds_glyphs *page, const char *text)
{
    pds_glyph glyph = { .folded = 0 };
    float x = 0;
    float y = 100;

    for (; *text != '\0'; text++) {
        glyph.after_space = glyph.after_space || *text == ' ';
        glyph.after_line = glyph.after_line || *text == '\n' || *text == '_';
        if (*text == '\n') {
            x = 0;
            y -= 20;
        } else if (*text == '_') {
            x += 40;
        } else if (*text != ' ') {
            glyph.folded = glyph.raw = (uint8_t)*text;
            memcpy(glyph.box, (float[]){ x, y, x + 10, y + 10 }, sizeof glyph.box);
            assert_true(pds_glyphs_add(page, &glyph));
            glyph = (pds_glyph){ .folded = 0 };
            x += 10;
        }
    }
}

static void set_needle(pds_needle *needle, const char *text)
{
    needle->count = strlen(text);
    for (size_t i = 0; i < needle->count; i++) {
        needle->folded[i] = (uint8_t)text[i];
    }
}

typedef struct find_row {
    const char *what;
    const char *page, *needle;
    long at[4];    /* ended by PDS_FIND_NONE */
    double box[4]; /* of the first */
} find_row;

static const find_row FINDS[] = {
    { "at the beginning", "abcd", "ab", { 0, -1 }, { 0, 100, 20, 110 } },
    { "at the end", "abcd", "cd", { 2, -1 }, { 20, 100, 40, 110 } },
    { "the whole page", "abcd", "abcd", { 0, -1 }, { 0, 100, 40, 110 } },
    { "more than the page", "abcd", "abcde", { -1 }, { 0 } },
    { "nowhere", "abcd", "x", { -1 }, { 0 } },
    { "an empty page", "", "a", { -1 }, { 0 } },
    { "behind a false start", "aab", "ab", { 1, -1 }, { 10, 100, 30, 110 } },
    { "twice", "abab", "ab", { 0, 2, -1 }, { 0, 100, 20, 110 } },
    { "never overlapping itself", "aaaaa", "aa", { 0, 2, -1 }, { 0, 100, 20, 110 } },
    { "over a space", "x a b", "ab", { 1, -1 }, { 10, 100, 30, 110 } },
    { "over two lines: the part on the last", "xxa\nbcx", "abc", { 2, -1 }, { 0, 80, 20, 90 } },
    { "over three lines", "xa\nb\nc", "abc", { 1, -1 }, { 0, 60, 10, 70 } },
    { "over a gap in a row: all of it", "a_b", "ab", { 0, -1 }, { 0, 100, 60, 110 } },
    { "the case of letters counts", "Ab", "ab", { -1 }, { 0 } },
};

static void finds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FINDS / sizeof FINDS[0]; i++) {
        const find_row *r = &FINDS[i];
        PDS_OWN(pds_glyphs_drop) pds_glyphs page = { .items = NULL };
        pds_needle needle;
        size_t from = 0;
        double box[4] = { 0 };
        print_message("%s\n", r->what);
        set_page(&page, r->page);
        set_needle(&needle, r->needle);
        for (const long *at = r->at; *at != PDS_FIND_NONE; at++) {
            assert_int_equal(pds_find_next(&page, &needle, from), *at);
            from = (size_t)*at + needle.count;
        }
        assert_int_equal(pds_find_next(&page, &needle, from), PDS_FIND_NONE);
        if (r->at[0] != PDS_FIND_NONE) {
            pds_find_box(&page, (size_t)r->at[0], needle.count, box);
        }
        for (int k = 0; k < 4; k++) {
            assert_true(fabs(box[k] - r->box[k]) < 1e-6);
        }
    }
}

static void an_empty_needle_is_nowhere(void **state)
{
    PDS_OWN(pds_glyphs_drop) pds_glyphs page = { .items = NULL };
    const pds_needle needle = { .count = 0 };
    (void)state;
    set_page(&page, "abc");
    assert_int_equal(pds_find_next(&page, &needle, 0), PDS_FIND_NONE);
}

typedef struct nearest_row {
    const char *what;
    const char *pages[3];
    const char *needle;
    const char *nearest;
} nearest_row;

static const nearest_row NEAREST[] = {
    { "no text at all", { "", "" }, "seal", "" },
    { "one letter wrong", { "the\nseol\nhere" }, "seal", "seol" },
    { "one missing", { "the\nsel\nhere" }, "seal", "sel" },
    { "one too many", { "the\nsexal\nhere" }, "seal", "sexal" },
    { "the best of the pages", { "xxxx", "the\nsexl", "seel" }, "seal", "sexl" },
    { "the first of equals", { "sexl", "seyl" }, "seal", "sexl" },
    { "what stands around it on its line",
      { "yes\nfirst seol second\nno" },
      "seal",
      "first seol second" },
    { "a long line is cut",
      { "0123456789012345seol0123456789012345" },
      "seal",
      "456789012345seol012345678901" },
    { "nothing alike: the page's beginning", { "xyz\nbcd" }, "seal", "xyz" },
};

static void shows_the_nearest(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NEAREST / sizeof NEAREST[0]; i++) {
        const nearest_row *r = &NEAREST[i];
        pds_nearest nearest = { .distance = 0 };
        pds_needle needle;
        print_message("%s\n", r->what);
        set_needle(&needle, r->needle);
        for (size_t k = 0; k < 3 && r->pages[k] != NULL; k++) {
            PDS_OWN(pds_glyphs_drop) pds_glyphs page = { .items = NULL };
            set_page(&page, r->pages[k]);
            pds_nearest_look(&nearest, &page, &needle);
        }
        assert_string_equal(nearest.text, r->nearest);
    }
}

/* A glyph that stands for several characters is shown once; any character fits into UTF-8. */
static void shows_characters_as_they_are(void **state)
{
    static const pds_glyph glyphs[] = {
        { .folded = 'm', .raw = 0x33A1 },
        { .folded = '2' },
        { .folded = 0xE9, .raw = 0xE9 },
        { .folded = 0x20B9F, .raw = 0x20B9F },
    };
    PDS_OWN(pds_glyphs_drop) pds_glyphs page = { .items = NULL };
    pds_nearest nearest = { .distance = 0 };
    pds_needle needle;
    (void)state;
    for (size_t i = 0; i < sizeof glyphs / sizeof glyphs[0]; i++) {
        assert_true(pds_glyphs_add(&page, &glyphs[i]));
    }
    set_needle(&needle, "m2");
    pds_nearest_look(&nearest, &page, &needle);
    assert_string_equal(nearest.text, "㎡é𠮟");
}

/* However much there is, the text fits and the work ends. */
static void nearest_is_bounded(void **state)
{
    static char text[200001];
    static pds_nearest nearest;
    PDS_OWN(pds_glyphs_drop) pds_glyphs page = { .items = NULL };
    pds_needle needle = { .count = PDS_NEEDLE_MAX };
    (void)state;
    memset(text, 'x', sizeof text - 1);
    set_page(&page, text);
    for (size_t i = 0; i < needle.count; i++) {
        needle.folded[i] = 'y';
    }
    for (int i = 0; i < 100000; i++) { /* minutes, if every page were looked at */
        pds_nearest_look(&nearest, &page, &needle);
    }
    assert_true(strlen(nearest.text) > 0 && strlen(nearest.text) < PDS_NEAREST_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),
        cmocka_unit_test(an_empty_needle_is_nowhere),
        cmocka_unit_test(shows_the_nearest),
        cmocka_unit_test(shows_characters_as_they_are),
        cmocka_unit_test(nearest_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
