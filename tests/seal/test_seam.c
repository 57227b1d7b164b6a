/* Seams: their syntax, page ranges, which part stands on which page, and where. */
#include "base/own.h"
#include "seal/page_range.h"
#include "seal/seam.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a)   (sizeof(a) / sizeof(a)[0])
#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-6)

enum { PAGES_MAX = 130 };

/* ---- page ranges ---- */

typedef struct range_row {
    const char *what, *text;
    uint32_t pages;
    const char *chosen;
} range_row;

static const range_row RANGES[] = {
    { "nothing said is every page", "", 4, "1 2 3 4" },
    { "one page", "3", 4, "3" },
    { "pages and ranges", "1,3-5", 9, "1 3 4 5" },
    { "the last page, both ways", "r1,z", 7, "7" },
    { "from the end", "r3-r2", 9, "7 8" },
    { "to the last page", "3-z", 5, "3 4 5" },
    { "a descending range", "z-4", 6, "4 5 6" },
    { "pages named twice count once", "2,1-3,3", 5, "1 2 3" },
    { "odd places of all pages", "1-z:odd", 7, "1 3 5 7" },
    { "even places of all pages", "1-z:even", 7, "2 4 6" },
    { "odd places of a range that begins even", "2-z:odd", 7, "2 4 6" },
    { "odd places of a descending range", "6-1:odd", 6, "2 4 6" },
    { "odd places of a list", "1,5,2,4:odd", 6, "1 2" },
    { "an exclusion", "1-z,x4", 6, "1 2 3 5 6" },
    { "several exclusions", "4-10,x7-9,xr1", 10, "4 5 6" },
    { "an exclusion of the last part only", "1-5,3-8,x4-6", 9, "1 2 3 4 5 7 8" },
    { "a descending exclusion", "1-z,x5-3", 6, "1 2 6" },
    { "places are counted behind exclusions", "1-z,x1:odd", 6, "2 4 6" },
    { "everything excluded", "1-3,x1-3", 9, "" },
};

static void a_range_chooses_pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(RANGES); i++) {
        const range_row *r = &RANGES[i];
        uint32_t pages[PAGES_MAX];
        char text[256] = "";
        size_t count = 0;
        print_message("%s\n", r->what);
        assert_int_equal(pds_page_range_select(r->text, r->pages, pages, &count, NULL), PDS_OK);
        for (size_t k = 0; k < count; k++) {
            (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u",
                           k == 0 ? "" : " ", pages[k]);
        }
        assert_string_equal(text, r->chosen);
    }
}

static const char *const BAD_RANGES[] = {
    "0",    "a",   "1,",    ",1",          "1-", "-3",      "1--3",    "x1",
    "1,x",  "r0",  "r",     "zz",          "1:", "1:odds",  "1:odd,2", ":odd",
    "1 ,2", "1;2", "1-2-3", "99999999999", "+1", "1-3:Odd", "1..3",
};

static void a_bad_range_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(BAD_RANGES); i++) {
        pds_err e = { 0 };
        uint32_t pages[PAGES_MAX];
        size_t count = 0;
        print_message("%s\n", BAD_RANGES[i]);
        assert_int_equal(pds_page_range_check(BAD_RANGES[i], &e), PDS_E_USAGE);
        assert_true(e.expected[0] != '\0');
        assert_int_equal(pds_page_range_select(BAD_RANGES[i], 9, pages, &count, &e), PDS_E_USAGE);
    }
    assert_int_equal(pds_page_range_check("", NULL), PDS_E_USAGE);
}

static void pages_that_are_not_there_are_refused(void **state)
{
    static const char *const beyond[] = { "10", "1-10", "r10", "1-z,x10" };
    (void)state;
    for (size_t i = 0; i < COUNT(beyond); i++) {
        pds_err e = { 0 };
        uint32_t pages[PAGES_MAX];
        size_t count = 0;
        assert_int_equal(pds_page_range_select(beyond[i], 9, pages, &count, &e),
                         PDS_E_PLACE_REFUSED);
        assert_non_null(strstr(e.text, "10"));
    }
}

/* ---- syntax ---- */

typedef struct seam_row {
    const char *what, *text;
    pds_seam is;
} seam_row;

#define USUAL .at = 0.5, .max = 20, .opacity = 1.0

static const seam_row SEAMS[] = {
    { "an edge alone", "right", { .edge = PDS_EDGE_RIGHT, USUAL } },
    { "each edge: left", "left", { .edge = PDS_EDGE_LEFT, USUAL } },
    { "each edge: top", "top", { .edge = PDS_EDGE_TOP, USUAL } },
    { "each edge: bottom", "bottom", { .edge = PDS_EDGE_BOTTOM, USUAL } },
    { "a share of the edge",
      "right,at=25%",
      { .at = 0.25, .max = 20, .opacity = 1, .at_given = true } },
    { "a length", "right,at=1in", { .shift = 72, .max = 20, .opacity = 1, .at_given = true } },
    { "a share and a length",
      "right,at=50%-1in",
      { .at = 0.5, .shift = -72, .max = 20, .opacity = 1, .at_given = true } },
    { "a share and a length upwards",
      "right,at=0%+36",
      { .at = 0, .shift = 36, .max = 20, .opacity = 1, .at_given = true } },
    { "pages with commas of their own",
      "right,pages=1,3-5,r1,z,x4:odd,max=7",
      { .at = 0.5, .pages = "1,3-5,r1,z,x4:odd", .max = 7, .opacity = 1 } },
    { "pages at the end",
      "top,max=7,pages=1,2",
      { .edge = PDS_EDGE_TOP, .at = 0.5, .pages = "1,2", .max = 7, .opacity = 1 } },
    { "everything",
      "left,at=10%,pages=1-z,max=2,first=40%,facing=yes,opacity=0.5,single=skip",
      { .edge = PDS_EDGE_LEFT,
        .at_given = true,
        .at = 0.1,
        .pages = "1-z",
        .max = 2,
        .first = 0.4,
        .facing = true,
        .opacity = 0.5,
        .skip_single = true } },
    { "what is usual may be said", "right,facing=no,single=error,opacity=1", { USUAL } },
};

static void assert_same_seam(const pds_seam *a, const pds_seam *b)
{
    assert_int_equal(a->edge, b->edge);
    NEAR(a->at, b->at);
    NEAR(a->shift, b->shift);
    assert_string_equal(a->pages, b->pages);
    assert_int_equal(a->max, b->max);
    NEAR(a->first, b->first);
    assert_int_equal(a->facing, b->facing);
    assert_int_equal(a->skip_single, b->skip_single);
}

static void a_seam_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(SEAMS); i++) {
        pds_seam seam;
        print_message("%s\n", SEAMS[i].what);
        assert_int_equal(pds_seam_parse(SEAMS[i].text, &seam, NULL), PDS_OK);
        assert_same_seam(&seam, &SEAMS[i].is);
        assert_int_equal(seam.at_given, SEAMS[i].is.at_given);
        NEAR(seam.opacity, SEAMS[i].is.opacity);
    }
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(SEAMS); i++) {
        PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
        pds_seam seam;
        pds_seam_put(&SEAMS[i].is, &text);
        print_message("%s\n", pds_buf_cstr(&text));
        assert_int_equal(pds_seam_parse(pds_buf_cstr(&text), &seam, NULL), PDS_OK);
        assert_same_seam(&seam, &SEAMS[i].is);
    }
}

typedef struct bad_row {
    const char *text, *names;
} bad_row;

static const bad_row BAD[] = {
    { "", "edge" },
    { "Right", "edge 'Right'" },
    { "right ", "edge" },
    { "middle,at=50%", "edge 'middle'" },
    { "right,", "part ''" },
    { "right,50%", "part '50%'" },
    { "right,1,3-5", "part '1,3-5'" },
    { "right,size=3", "key 'size'" },
    { "right,at=50%,at=60%", "'at' is given twice" },
    { "right,at=", "at=" },
    { "right,at=101%", "at=101%" },
    { "right,at=-1%", "at=-1%" },
    { "right,at=50%10mm", "at=50%10mm" },
    { "right,at=50%-", "at=50%-" },
    { "right,at=3km", "at=3km" },
    { "right,at=50%,3", "at=50%,3" },
    { "right,at=00000000000000000000000000050%", "at=0" },
    { "right,pages=", "pages=" },
    { "right,pages=a-b", "pages=a-b" },
    { "right,pages=1,2,,max=3", "pages=1,2," },
    { "right,max=1", "max=1" },
    { "right,max=r3", "max=r3" },
    { "right,max=z", "max=z" },
    { "right,max=501", "max=501" },
    { "right,max=2.5", "max=2.5" },
    { "right,first=0%", "first=0%" },
    { "right,first=100%", "first=100%" },
    { "right,first=30", "first=30" },
    { "right,facing=1", "facing=1" },
    { "right,opacity=0", "opacity=0" },
    { "right,opacity=1.1", "opacity=1.1" },
    { "right,opacity=50%", "opacity=50%" },
    { "right,single=no", "single=no" },
};

static void a_bad_seam_is_refused(void **state)
{
    char long_pages[400] = "right,pages=1";
    char longer[700] = "right,pages=";
    pds_seam seam;
    pds_err e = { 0 };
    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++) {
        e = (pds_err){ 0 };
        print_message("%s\n", BAD[i].text);
        assert_int_equal(pds_seam_parse(BAD[i].text, &seam, &e), PDS_E_USAGE);
        assert_non_null(strstr(e.text, BAD[i].names));
        assert_true(e.expected[0] != '\0' || strstr(e.text, "twice") != NULL);
    }
    for (size_t at = strlen(long_pages); at < 12 + 256; at += 2) {
        memcpy(long_pages + at, ",1", 3);
    }
    assert_int_equal(pds_seam_parse(long_pages, &seam, &e), PDS_E_USAGE);
    memset(longer + strlen(longer), '1', sizeof longer - strlen(longer) - 1);
    assert_int_equal(pds_seam_parse(longer, &seam, &e), PDS_E_USAGE);
}

/* ---- slices ---- */

static size_t slices_of(const pds_seam *seam, size_t pages, pds_slice *out)
{
    uint32_t numbers[PAGES_MAX];
    size_t used = 0;
    for (size_t i = 0; i < pages; i++) {
        numbers[i] = (uint32_t)i + 1;
    }
    assert_int_equal(pds_seam_slices(seam, numbers, pages, out, &used, NULL), PDS_OK);
    return used;
}

/* The pages that one looks at together: all, or of one parity. */
static size_t side_of(const pds_slice *all, size_t count, unsigned parity, bool facing,
                      pds_slice *out)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (!facing || all[i].page % 2 == parity) {
            out[n++] = all[i];
        }
    }
    return n;
}

/* Each group is whole, in order, with no gap and no overlap. */
static void assert_joins(const pds_seam *seam, const pds_slice *s, size_t count)
{
    const bool mirrored = seam->edge == PDS_EDGE_LEFT || seam->edge == PDS_EDGE_TOP;
    for (size_t i = 0; i < count; i++) {
        const double first = seam->first > 0 ? seam->first : 1.0 / s[i].count;
        const double share = s[i].index == 0 ? first : (1.0 - first) / (s[i].count - 1);
        assert_true(s[i].count >= 2 && s[i].count <= seam->max + 1);
        assert_int_equal(s[i].index,
                         i > 0 && s[i - 1].index + 1 < s[i - 1].count ? s[i - 1].index + 1 : 0);
        assert_true(i + 1 < count || s[i].index + 1 == s[i].count);
        NEAR(s[i].to - s[i].from, share);
        if (s[i].index == 0) {
            assert_true((mirrored ? s[i].to : s[i].from) == (mirrored ? 1.0 : 0.0));
        } else {
            assert_true(mirrored ? s[i].to == s[i - 1].from : s[i].from == s[i - 1].to);
        }
        if (s[i].index + 1 == s[i].count) {
            assert_true((mirrored ? s[i].from : s[i].to) == (mirrored ? 0.0 : 1.0));
        }
    }
}

static void slices_join_to_the_whole_seal(void **state)
{
    static const unsigned most[] = { 2, 3, 7, 20 };
    static const double firsts[] = { 0, 0.3, 0.9 };
    (void)state;
    for (unsigned edge = 0; edge < 4; edge++) {
        for (size_t pages = 4; pages < PAGES_MAX; pages++) {
            for (size_t k = 0; k < COUNT(most) * COUNT(firsts) * 2; k++) {
                const pds_seam seam = { .edge = (pds_edge)edge,
                                        .max = most[k % COUNT(most)],
                                        .first = firsts[k / COUNT(most) % COUNT(firsts)],
                                        .facing = k >= COUNT(most) * COUNT(firsts) };
                pds_slice all[PAGES_MAX];
                pds_slice side[PAGES_MAX];
                assert_int_equal(slices_of(&seam, pages, all), pages);
                for (unsigned parity = 0; parity < 2; parity++) {
                    assert_joins(&seam, side, side_of(all, pages, parity, seam.facing, side));
                }
            }
        }
    }
}

typedef struct group_row {
    size_t pages;
    unsigned max;
    const char *groups;
} group_row;

static const group_row GROUPS[] = {
    { 2, 20, "2" },      { 20, 20, "20" },    { 21, 20, "21" },     { 22, 20, "20 2" },
    { 40, 20, "20 20" }, { 41, 20, "20 21" }, { 3, 2, "3" },        { 5, 2, "2 3" },
    { 6, 2, "2 2 2" },   { 10, 3, "3 3 4" },  { 11, 3, "3 3 3 2" },
};

static void a_single_page_left_over_joins_the_last_group(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(GROUPS); i++) {
        const pds_seam seam = { .max = GROUPS[i].max };
        pds_slice slices[PAGES_MAX];
        char text[64] = "";
        const size_t count = slices_of(&seam, GROUPS[i].pages, slices);
        for (size_t k = 0; k < count; k += slices[k].count) {
            (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u",
                           k == 0 ? "" : " ", slices[k].count);
        }
        assert_string_equal(text, GROUPS[i].groups);
    }
}

static void facing_pages_carry_theirs_on_the_opposite_edge(void **state)
{
    static const pds_edge opposite[] = { PDS_EDGE_LEFT, PDS_EDGE_RIGHT, PDS_EDGE_BOTTOM,
                                         PDS_EDGE_TOP };
    (void)state;
    for (unsigned edge = 0; edge < 4; edge++) {
        const pds_seam seam = { .edge = (pds_edge)edge, .max = 20, .facing = true };
        pds_slice slices[PAGES_MAX];
        for (size_t i = 0; i < slices_of(&seam, 9, slices); i++) {
            assert_int_equal(slices[i].edge,
                             slices[i].page % 2 == 0 ? opposite[edge] : (pds_edge)edge);
        }
    }
}

static void a_page_that_none_joins_is_refused_or_left_out(void **state)
{
    static const uint32_t three[] = { 1, 2, 3 };
    pds_seam seam = { .max = 20 };
    pds_slice slices[3];
    size_t used = 9;
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_seam_slices(&seam, three, 1, slices, &used, &e), PDS_E_SEAM_REFUSED);
    assert_non_null(strstr(e.hint, "single=skip"));
    assert_int_equal(pds_seam_slices(&seam, three, 0, slices, &used, &e), PDS_E_SEAM_REFUSED);
    seam.facing = true;
    assert_int_equal(pds_seam_slices(&seam, three, 3, slices, &used, &e), PDS_E_SEAM_REFUSED);
    assert_int_equal(e.page, 2);
    seam.skip_single = true;
    assert_int_equal(pds_seam_slices(&seam, three, 3, slices, &used, &e), PDS_OK);
    assert_int_equal(used, 2);
    assert_true(slices[0].page == 1 && slices[1].page == 3 && slices[1].index == 1);
    assert_int_equal(pds_seam_slices(&seam, three, 1, slices, &used, &e), PDS_OK);
    assert_int_equal(used, 0);
}

/* ---- places ---- */

static const double SEAL[2] = { 100, 60 };

static const pds_sheet SHEETS[] = {
    { { 0, 0, 595, 842 }, 0, 1 },       { { 0, 0, 595, 842 }, 90, 1 },
    { { 0, 0, 595, 842 }, 180, 1 },     { { 0, 0, 595, 842 }, 270, 1 },
    { { -50, 70, 400, 900 }, 0, 1 },    { { -50, 70, 400, 900 }, 90, 1 },
    { { 100, 200, 300, 700 }, 180, 2 }, { { 100, 200, 300, 700 }, 270, 1.5 },
};

/* A point of default user space on the page as shown, in points. */
static void to_shown(const pds_sheet *s, double x, double y, double out[2])
{
    const double left = (x - s->crop[0]) * s->user_unit;
    const double low = (y - s->crop[1]) * s->user_unit;
    const double right = (s->crop[2] - x) * s->user_unit;
    const double up = (s->crop[3] - y) * s->user_unit;
    out[0] = s->rotate == 0 ? left : s->rotate == 90 ? low : s->rotate == 180 ? right : up;
    out[1] = s->rotate == 0 ? low : s->rotate == 90 ? right : s->rotate == 180 ? up : left;
}

static void shown_rect(const pds_sheet *s, const double rect[4], double out[4])
{
    double a[2];
    double b[2];
    to_shown(s, rect[0], rect[1], a);
    to_shown(s, rect[2], rect[3], b);
    for (int i = 0; i < 2; i++) {
        out[i] = fmin(a[i], b[i]);
        out[i + 2] = fmax(a[i], b[i]);
    }
}

static void a_slice_is_flush_with_its_edge(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(SHEETS) * 4; i++) {
        const pds_sheet *sheet = &SHEETS[i / 4];
        const bool turned = sheet->rotate % 180 != 0;
        const double width = (sheet->crop[2] - sheet->crop[0]) * sheet->user_unit;
        const double height = (sheet->crop[3] - sheet->crop[1]) * sheet->user_unit;
        const double page[2] = { turned ? height : width, turned ? width : height };
        const pds_seam seam = { .edge = (pds_edge)(i % 4), .at = 0.4, .shift = 10 };
        const pds_slice slice = {
            .page = 1, .count = 4, .from = 0.25, .to = 0.5, .edge = (pds_edge)(i % 4)
        };
        const int along = i % 4 < 2 ? 1 : 0;
        const bool far = slice.edge == PDS_EDGE_RIGHT || slice.edge == PDS_EDGE_TOP;
        double rect[4];
        double shown[4];
        assert_int_equal(pds_slice_rect(&seam, &slice, sheet, SEAL, rect, NULL), PDS_OK);
        assert_true(rect[0] < rect[2] && rect[1] < rect[3]);
        shown_rect(sheet, rect, shown);
        NEAR((shown[along] + shown[along + 2]) / 2, 0.4 * page[along] + 10);
        NEAR(shown[along + 2] - shown[along], SEAL[along]);
        NEAR(shown[3 - along] - shown[1 - along], SEAL[1 - along] / 4);
        NEAR(far ? shown[3 - along] : shown[1 - along], far ? page[1 - along] : 0);
    }
}

typedef struct off_row {
    const char *what;
    pds_seam seam;
    double size[2];
    const char *names;
} off_row;

static const off_row OFF[] = {
    { "longer than the edge",
      { .at = 0.5 },
      { 40, 850 },
      "longer than the right edge of the page" },
    { "longer than a short edge",
      { .edge = PDS_EDGE_TOP, .at = 0.5 },
      { 600, 40 },
      "longer than the top edge of the page" },
    { "beyond the upper end", { .at = 0.98 }, { 40, 60 }, "lies off the page" },
    { "beyond the lower end", { .at = 0, .shift = 29 }, { 40, 60 }, "lies off the page" },
    { "a slice wider than the page", { .at = 0.5 }, { 1300, 60 }, "broader than the page" },
};

static void what_lies_off_the_page_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(OFF); i++) {
        const pds_slice slice = { .page = 7, .count = 2, .to = 0.5, .edge = OFF[i].seam.edge };
        double rect[4];
        pds_err e = { 0 };
        print_message("%s\n", OFF[i].what);
        assert_int_equal(pds_slice_rect(&OFF[i].seam, &slice, &SHEETS[0], OFF[i].size, rect, &e),
                         PDS_E_PLACE_REFUSED);
        assert_non_null(strstr(e.text, OFF[i].names));
        assert_int_equal(e.page, 7);
        assert_non_null(strstr(e.text, "209.9 x 297.0"));
    }
}

static void a_seal_as_long_as_the_edge_fits(void **state)
{
    const pds_seam seam = { .at = 0.5 };
    const pds_slice slice = { .page = 1, .count = 2, .to = 0.5 };
    const double size[2] = { 40, 842 };
    double rect[4];
    (void)state;
    assert_int_equal(pds_slice_rect(&seam, &slice, &SHEETS[0], size, rect, NULL), PDS_OK);
}

/* ---- drawings ---- */

/* The part of the seal that shows: its box is [0, size], the image is moved under it. */
static void a_slice_shows_its_part(void **state)
{
    const pds_image image = { .size = { 100, 60 } };
    (void)state;
    for (size_t i = 0; i < 40; i++) {
        const pds_slice slice = { .from = (double)(i >> 2) / 10,
                                  .to = (double)((i >> 2) + 1) / 10,
                                  .edge = (pds_edge)(i % 4) };
        const pds_seam seam = { .opacity = 1 };
        PDS_OWN(pds_drawing_drop) pds_drawing d = { .content = { 0 } };
        double m[6];
        assert_int_equal(pds_slice_draw(&seam, &slice, &image, false, &d, NULL), PDS_OK);
        // NOLINTNEXTLINE(cert-err34-c): the count is checked
        assert_int_equal(sscanf(pds_buf_cstr(&d.content), "q %lf %lf %lf %lf %lf %lf cm /Im0 Do Q",
                                &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]),
                         6);
        NEAR(m[0], 100);
        NEAR(m[3], 60);
        if (slice.edge == PDS_EDGE_RIGHT || slice.edge == PDS_EDGE_LEFT) {
            NEAR(-m[4] / 100, slice.from);
            NEAR((d.size[0] - m[4]) / 100, slice.to);
            NEAR(d.size[1], 60);
        } else {
            NEAR(1 - (d.size[1] - m[5]) / 60, slice.from);
            NEAR(1 + m[5] / 60, slice.to);
            NEAR(d.size[0], 100);
        }
        assert_true(d.image == &image && d.opacity == 1 && !d.multiply);
    }
}

static void a_slice_may_be_multiplied_or_faint(void **state)
{
    const pds_image image = { .size = { 100, 60 } };
    const pds_slice slice = { .to = 0.5, .count = 2 };
    (void)state;
    for (int i = 0; i < 4; i++) {
        const pds_seam seam = { .opacity = (i & 1) != 0 ? 0.5 : 1 };
        PDS_OWN(pds_drawing_drop) pds_drawing d = { .content = { 0 } };
        assert_int_equal(pds_slice_draw(&seam, &slice, &image, (i & 2) != 0, &d, NULL), PDS_OK);
        assert_int_equal(d.multiply, (i & 2) != 0);
        NEAR(d.opacity, seam.opacity);
        assert_int_equal(strstr(pds_buf_cstr(&d.content), "/Gs0 gs") != NULL, i != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_chooses_pages),
        cmocka_unit_test(a_bad_range_is_refused),
        cmocka_unit_test(pages_that_are_not_there_are_refused),
        cmocka_unit_test(a_seam_is_read),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_bad_seam_is_refused),
        cmocka_unit_test(slices_join_to_the_whole_seal),
        cmocka_unit_test(a_single_page_left_over_joins_the_last_group),
        cmocka_unit_test(facing_pages_carry_theirs_on_the_opposite_edge),
        cmocka_unit_test(a_page_that_none_joins_is_refused_or_left_out),
        cmocka_unit_test(a_slice_is_flush_with_its_edge),
        cmocka_unit_test(what_lies_off_the_page_is_refused),
        cmocka_unit_test(a_seal_as_long_as_the_edge_fits),
        cmocka_unit_test(a_slice_shows_its_part),
        cmocka_unit_test(a_slice_may_be_multiplied_or_faint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
