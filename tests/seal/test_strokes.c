/* Strokes of a hand: what is read, and that their line is whole. */
#include "base/own.h"
#include "seal/strokes.h"
#include "seal/strokes_svg_path.h"
#include "tests/seal/pixels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const double MM = 72.0 / 25.4;

static pds_code read(const char *text, pds_strokes *out, pds_err *e)
{
    *out = (pds_strokes){ .timed = false };
    return pds_strokes_read(pds_span_text(text), out, e);
}

typedef struct good_row {
    const char *what, *text;
    size_t strokes, points; /* points of the first stroke */
    bool timed, pressed;
} good_row;

static const good_row GOOD[] = {
    { "objects", "{\"strokes\":[[{\"x\":1,\"y\":2},{\"x\":3.5,\"y\":-4e1}]]}", 1, 2, false, false },
    { "arrays", "{\"strokes\":[[[1,2],[3,4],[5,6]],[[1,1]]]}", 2, 3, false, false },
    { "times", "{\"strokes\":[[[1,2,0],[3,4,10]]]}", 1, 2, true, false },
    { "times and pressures",
      "{\"width\":9,\"height\":9,\"strokes\":[[{\"x\":1,\"y\":2,\"t\":0,\"p\":0.5}]]}", 1, 1, true,
      true },
    { "a time that one point lacks", "{\"strokes\":[[[1,2,0],[3,4]]]}", 1, 2, false, false },
    { "after a byte order mark and blanks", "\xEF\xBB\xBF\n {\"strokes\":[[[1,2]]]}", 1, 1, false,
      false },
    { "a path", "<svg><path d='M0 0L1 1'/></svg>", 1, 2, false, false },
    { "a path with a prologue and a comment",
      "<?xml version=\"1.0\"?><!DOCTYPE svg><!-- <path> --><svg:svg xmlns:svg='x'>"
      "<svg:path d=\"M0 0L1 1\"></svg:path></svg:svg>",
      1, 2, false, false },
    { "polyline, polygon, line and a dot",
      "<svg><polyline points='0,0 1,1 2 3'/><polygon points='0 0 1 0 1 1'/>"
      "<line x1='0' y1='5' x2='6' y2='7'/><circle cx='9' cy='9' r='1'/></svg>",
      4, 3, false, false },
    { "pieces that join are one stroke, their widths the pressure",
      "<svg><path d='M0 0L1 1' stroke-width='2'/><path d='M1 1L2 0' stroke-width='1'/></svg>", 1, 3,
      false, true },
    { "what only defines is not drawn",
      "<svg><defs><g><path d='M0 0L1 1'/></g></defs><path d='M5 5L6 6L7 7'/></svg>", 1, 3, false,
      false },
};

static void is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        const good_row *r = &GOOD[i];
        PDS_OWN(pds_strokes_drop) pds_strokes s;
        pds_err e = { 0 };
        size_t points = 0;
        print_message("%s\n", r->what);
        if (read(r->text, &s, &e) != PDS_OK) {
            fail_msg("%s", e.text);
        }
        assert_int_equal(pds_strokes_count(&s), r->strokes);
        (void)pds_strokes_at(&s, 0, &points);
        assert_int_equal(points, r->points);
        assert_int_equal(s.timed, r->timed);
        assert_int_equal(s.pressed, r->pressed);
    }
}

typedef struct bad_row {
    const char *what, *text;
} bad_row;

static const bad_row BAD[] = {
    { "nothing", "" },
    { "no JSON", "strokes" },
    { "a number", "7" },
    { "no strokes", "{}" },
    { "an empty list", "{\"strokes\":[]}" },
    { "an empty stroke", "{\"strokes\":[[]]}" },
    { "strokes that are no list", "{\"strokes\":7}" },
    { "a point without y", "{\"strokes\":[[{\"x\":1}]]}" },
    { "a point of text", "{\"strokes\":[[{\"x\":\"1\",\"y\":\"2\"}]]}" },
    { "NaN", "{\"strokes\":[[{\"x\":NaN,\"y\":1}]]}" },
    { "more than a double holds", "{\"strokes\":[[[1e999,1]]]}" },
    { "beyond every paper", "{\"strokes\":[[[1e30,1]]]}" },
    { "pressure above 1", "{\"strokes\":[[[1,1,0,1.5]]]}" },
    { "pressure below 0", "{\"strokes\":[[[1,1,0,-0.5]]]}" },
    { "text behind it", "{\"strokes\":[[[1,1]]]} x" },
    { "another XML", "<html/>" },
    { "an SVG without lines", "<svg></svg>" },
    { "an SVG cut short", "<svg><path d='M0 0L1 1'" },
    { "an element left open", "<svg><g><path d='M0 0L1 1'/></svg>" },
    { "an element closed twice", "<svg></svg></svg>" },
    { "entities", "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg><path d='M0 0L1 1'/></svg>" },
    { "a reference", "<svg><path d='M0 0L1 &#49;'/></svg>" },
    { "a transform", "<svg><g transform='scale(2)'><path d='M0 0L1 1'/></g></svg>" },
    { "an attribute without quotes", "<svg><path d=M0/></svg>" },
    { "a path that begins with L", "<svg><path d='L1 1'/></svg>" },
    { "an unknown command", "<svg><path d='M0 0X1 1'/></svg>" },
    { "half a pair", "<svg><path d='M0 0L1'/></svg>" },
    { "an exponent beyond all", "<svg><path d='M0 0L1e999 1'/></svg>" },
    { "odd points", "<svg><polyline points='1 2 3'/></svg>" },
};

static void is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        PDS_OWN(pds_strokes_drop) pds_strokes s;
        pds_err e = { 0 };
        print_message("%s\n", BAD[i].what);
        assert_int_equal(read(BAD[i].text, &s, &e), PDS_E_USAGE);
        assert_true(e.text[0] != '\0');
    }
}

static void points_are_bounded(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_OWN(pds_strokes_drop) pds_strokes s;
    (void)state;
    pds_buf_text(&text, "{\"strokes\":[[");
    for (int i = 0; i <= PDS_STROKES_POINTS_MAX; i++) {
        pds_buf_printf(&text, "%s[%d,1]", i == 0 ? "" : ",", i % 100);
    }
    pds_buf_text(&text, "]]}");
    assert_int_equal(read(pds_buf_cstr(&text), &s, NULL), PDS_E_LIMIT);
}

typedef struct path_row {
    const char *what, *data;
    double x, y; /* where it ends, y downwards */
    double way;  /* its length, within 1 % */
} path_row;

static const path_row PATHS[] = {
    { "lines", "M0,0 L10,0 L10,10", 10, 10, 20 },
    { "lines, without the letter", "M0 0 10 0 10 10", 10, 10, 20 },
    { "relative lines", "m5 5l10 0 0 10", 15, 15, 20 },
    { "numbers that lean on each other", "M.5.5l9.5-.5-1e1.0", 0, 0, 19.5 },
    { "level and upright", "M0 0H10V10h-5v-5", 5, 5, 30 },
    { "closed", "M0 0H10V10H0Z", 0, 0, 40 },
    { "closed, then relative", "M3 4h10v10zl1 1", 4, 5, 35.556 },
    { "a cubic that is straight", "M0 0C3 0 6 0 9 0", 9, 0, 9 },
    { "a smooth cubic goes on straight", "M0 0C3 0 6 0 9 0S18 0 18 0", 18, 0, 18 },
    { "a quadratic", "M0 0Q5 0 10 0T20 0", 20, 0, 20 },
    { "relative curves", "M1 1c3 0 6 0 9 0q5 0 10 0", 20, 1, 19 },
    { "half a circle", "M0 0A5 5 0 0 1 10 0", 10, 0, 15.708 },
    { "three quarters", "M0 0A5 5 0 1 0 5 5", 5, 5, 23.562 },
    { "flags without blanks", "M0 0a5 5 0 01 10 0", 10, 0, 15.708 },
    { "radii too small are made to fit", "M0 0A1 1 0 0 1 10 0", 10, 0, 15.708 },
    { "an arc without a radius is a line", "M0 0A0 5 0 0 1 10 0", 10, 0, 10 },
    { "an arc to where it is", "M3 3H4A5 5 0 0 1 4 3", 4, 3, 1 },
};

static void paths_go_where_svg_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
        const path_row *r = &PATHS[i];
        PDS_OWN(pds_strokes_drop) pds_strokes s = { 0 };
        pds_err e = { 0 };
        size_t count = 0;
        double way = 0;
        print_message("%s\n", r->what);
        assert_int_equal(pds_svg_path(pds_span_text(r->data), 1, &s, &e), PDS_OK);
        assert_int_equal(pds_strokes_count(&s), 1);
        const pds_stroke_point *p = pds_strokes_at(&s, 0, &count);
        for (size_t k = 1; k < count; k++) {
            way += hypot(p[k].x - p[k - 1].x, p[k].y - p[k - 1].y);
        }
        assert_true(fabs(p[count - 1].x - r->x) < 1e-9 && fabs(p[count - 1].y + r->y) < 1e-9);
        assert_true(fabs(way - r->way) < r->way / 100);
    }
}

static pds_picture drawn(const char *text, double pen_mm, const double *size_mm)
{
    PDS_OWN(pds_strokes_drop) pds_strokes s;
    PDS_OWN(pds_vector_drop) pds_vector v = { 0 };
    pds_picture p = { 0 };
    pds_pen pen = { .width = pen_mm * MM };
    pds_err e = { 0 };
    if (size_mm != NULL) {
        pen.size[0] = size_mm[0] * MM;
        pen.size[1] = size_mm[1] * MM;
    }
    if (read(text, &s, &e) != PDS_OK || pds_strokes_draw(&s, &pen, &v, &e) != PDS_OK ||
        pds_vector_render(&v, 600, &p, &e) != PDS_OK) {
        fail_msg("%s", e.text);
    }
    return p;
}

typedef struct whole_row {
    const char *what, *text;
    size_t spots;
} whole_row;

static const whole_row WHOLE[] = {
    { "a sharp zigzag", "{\"strokes\":[[[0,0],[90,0],[0,30],[90,30],[0,31],[90,33]]]}", 1 },
    { "there and back again", "{\"strokes\":[[[0,0],[100,10],[0,0],[100,10]]]}", 1 },
    { "a tight spiral",
      "{\"strokes\":[[[50,20],[52,20],[52,22],[49,22],[49,18],[54,18],[54,24],[46,24],[0,0]]]}",
      1 },
    { "a dot, an i", "{\"strokes\":[[[50,0]],[[50,40],[50,90]]]}", 2 },
    { "a tiny hook is a dot", "{\"strokes\":[[[0,0],[100,0]],[[50,30],[50.1,30.1]]]}", 2 },
    { "points on one place", "{\"strokes\":[[[0,0],[0,0],[100,5],[100,5],[100,5]]]}", 1 },
    { "pressure of nothing leaves a thin line, not a gap",
      "{\"strokes\":[[[0,0,0,1],[50,5,5,0],[100,0,9,1]]]}", 1 },
    { "times that run backwards", "{\"strokes\":[[[0,0,50],[50,5,20],[100,0,20]]]}", 1 },
};

static void lines_are_whole(void **state)
{
    spot spots[SPOTS_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof WHOLE / sizeof WHOLE[0]; i++) {
        print_message("%s\n", WHOLE[i].what);
        PDS_OWN(pds_picture_drop) pds_picture p = drawn(WHOLE[i].text, 0.8, NULL);
        assert_int_equal(find_spots(&p, spots), WHOLE[i].spots);
    }
}

/* Nothing within half a pen of the middle of a bend may be clear: holes come from inner sides that
 * run backwards. */
static void bends_have_no_holes(void **state)
{
    static const double size[2] = { 30, 12 };
    PDS_OWN(pds_picture_drop)
    pds_picture p = drawn("{\"strokes\":[[[0,0],[100,1],[0,2],[100,3],[0,4]]]}", 2.4, size);
    size_t clear = 0;
    (void)state;
    for (int i = -260; i < 260; i++) {
        clear += ink_at(&p, i / 20.0, 0) < 255 ? 1U : 0U;
    }
    assert_int_equal(clear, 0);
}

static size_t height_of_ink(const pds_picture *p, double x)
{
    size_t pixels = 0;
    for (int i = -236; i <= 236; i++) {
        pixels += ink_at(p, x, i * 25.4 / 600) > 127 ? 1U : 0U;
    }
    return pixels;
}

static void pressure_and_speed_make_widths(void **state)
{
    static const double size[2] = { 50, 10 };
    PDS_OWN(pds_picture_drop)
    pds_picture p = drawn("{\"strokes\":[[[0,0,0,0.1],[25,0,5,0.1],[50,0,9,0.5],[75,0,15,1],"
                          "[100,0,20,1]]]}",
                          2, size);
    PDS_OWN(pds_picture_drop)
    pds_picture q = drawn("{\"strokes\":[[[0,0,0],[10,0,100],[20,0,200],[30,0,300],[40,0,400],"
                          "[60,0,410],[80,0,420],[100,0,430]]]}",
                          2, size);
    (void)state;
    assert_true(height_of_ink(&p, 14) > 3 * height_of_ink(&p, -14) / 2);
    assert_true(height_of_ink(&p, 14) <= 48 && height_of_ink(&p, 14) >= 34); /* of 47 */
    assert_true(height_of_ink(&q, -12) > 5 * height_of_ink(&q, 12) / 4);
}

static void ends_are_tapered(void **state)
{
    static const double size[2] = { 50, 10 };
    PDS_OWN(pds_picture_drop)
    pds_picture p = drawn("{\"strokes\":[[[0,0],[50,0],[100,0]]]}", 2, size);
    (void)state;
    assert_true(2 * height_of_ink(&p, 23.5) < height_of_ink(&p, 0));
    assert_true(height_of_ink(&p, -23.9) < height_of_ink(&p, 0));
    assert_true(height_of_ink(&p, 23.5) > 0);
}

static void the_picture_is_as_large_as_asked(void **state)
{
    static const double size[2] = { 60, 30 };
    PDS_OWN(pds_picture_drop)
    pds_picture p = drawn("{\"strokes\":[[[0,0],[100,30]]]}", 0.8, size);
    PDS_OWN(pds_picture_drop) pds_picture q = drawn("{\"strokes\":[[[0,0],[100,30]]]}", 0.8, NULL);
    PDS_OWN(pds_picture_drop) pds_picture dot = drawn("{\"strokes\":[[[7,7]]]}", 0.8, NULL);
    (void)state;
    assert_int_equal(p.width, 1417);
    assert_int_equal(p.height, 709);
    assert_in_range(q.width, 1130, 1181); /* 50 mm at most */
    assert_true(q.height < 473);
    assert_in_range(dot.width, 13, 17); /* a dot does not grow to fill a box */
    assert_int_equal(dot.width, dot.height);
}

static void no_room_is_refused(void **state)
{
    PDS_OWN(pds_strokes_drop) pds_strokes s;
    pds_vector v = { 0 };
    pds_pen pen = { .width = 5, .size = { 4, 40 } };
    (void)state;
    assert_int_equal(read("{\"strokes\":[[[0,0],[100,30]]]}", &s, NULL), PDS_OK);
    assert_int_equal(pds_strokes_draw(&s, &pen, &v, NULL), PDS_E_USAGE);
}

static void endless_ink_is_refused(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_OWN(pds_strokes_drop) pds_strokes s;
    PDS_OWN(pds_vector_drop) pds_vector v = { 0 };
    pds_pen pen = { .width = 2 };
    (void)state;
    pds_buf_text(&text, "{\"strokes\":[[");
    for (int i = 0; i < 50000; i++) {
        pds_buf_printf(&text, "%s[%d,%d]", i == 0 ? "" : ",", i % 2 * 100, i % 3);
    }
    pds_buf_text(&text, "]]}");
    assert_int_equal(read(pds_buf_cstr(&text), &s, NULL), PDS_OK);
    assert_int_equal(pds_strokes_draw(&s, &pen, &v, NULL), PDS_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_read),
        cmocka_unit_test(is_refused),
        cmocka_unit_test(points_are_bounded),
        cmocka_unit_test(paths_go_where_svg_says),
        cmocka_unit_test(lines_are_whole),
        cmocka_unit_test(bends_have_no_holes),
        cmocka_unit_test(pressure_and_speed_make_widths),
        cmocka_unit_test(ends_are_tapered),
        cmocka_unit_test(the_picture_is_as_large_as_asked),
        cmocka_unit_test(no_room_is_refused),
        cmocka_unit_test(endless_ink_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
