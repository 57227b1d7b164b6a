/* Filled shapes as SVG, PDF and pixels. */
#include "base/own.h"
#include "seal/path.h"
#include "seal/vector_number.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* 72 x 36 points, a square of 18 in the lower left corner with a hole, a disc on the right. */
static void draw(pds_vector *v)
{
    *v = (pds_vector){ .size = { 72, 36 }, .color = { 0xC8, 0x10, 0x20 } };
    pds_vector_rect(v, (const double[]){ 0, 0, 18, 18 }, false);
    pds_vector_rect(v, (const double[]){ 6, 6, 12, 12 }, true);
    pds_vector_fill(v);
    pds_vector_ellipse(v, (const double[]){ 54, 18 }, (const double[]){ 18, 18 }, false);
    pds_vector_fill(v);
}

static unsigned alpha(const pds_picture *p, uint32_t x, uint32_t y)
{
    return p->pixels[4 * ((size_t)y * p->width + x) + 3];
}

static void numbers_are_short(void **state)
{
    static const struct {
        double number;
        const char *text;
    } rows[] = {
        { 0, "0" },     { -0.0001, "0" },    { 1.5, "1.5" },          { -0.25, "-0.25" },
        { 100, "100" }, { 0.0005, "0.001" }, { 1e300, "1000000000" }, { 12.3456, "12.346" }
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
        pds_vector_number(&out, rows[i].number);
        assert_string_equal(pds_buf_cstr(&out), rows[i].text);
    }
}

static void pixels_are_where_they_were_drawn(void **state)
{
    PDS_OWN(pds_vector_drop) pds_vector v;
    PDS_OWN(pds_picture_drop) pds_picture p = { 0 };
    (void)state;
    draw(&v);
    assert_int_equal(pds_vector_render(&v, 72, &p, NULL), PDS_OK);
    assert_int_equal(p.width, 72);
    assert_int_equal(p.height, 36);
    assert_int_equal(alpha(&p, 0, 35), 255); /* lower left */
    assert_int_equal(alpha(&p, 17, 18), 255);
    assert_int_equal(alpha(&p, 18, 17), 0);
    assert_int_equal(alpha(&p, 8, 27), 0); /* the hole */
    assert_int_equal(alpha(&p, 0, 0), 0);
    assert_int_equal(alpha(&p, 54, 18), 255); /* the disc */
    assert_int_equal(p.pixels[(size_t)4 * 35 * 72], 0xC8);
    assert_int_equal(p.pixels[0], 255); /* the ground is white for whoever passes over alpha */
    assert_true(p.dpi[0] == 72 && p.dpi[1] == 72);
}

static void edges_are_shares_of_pixels(void **state)
{
    PDS_OWN(pds_vector_drop) pds_vector v = { .size = { 4, 4 } };
    PDS_OWN(pds_picture_drop) pds_picture p = { 0 };
    (void)state;
    pds_vector_rect(&v, (const double[]){ 0.5, 0, 2.25, 4 }, false);
    pds_vector_fill(&v);
    pds_vector_rect(&v, (const double[]){ 2.25, 0, 4, 2 }, false);
    pds_vector_fill(&v);
    assert_int_equal(pds_vector_render(&v, 72, &p, NULL), PDS_OK);
    assert_in_range(alpha(&p, 0, 0), 126, 129);
    assert_int_equal(alpha(&p, 1, 0), 255);
    assert_in_range(alpha(&p, 2, 0), 63, 65);
    assert_in_range(alpha(&p, 2, 3), 205, 210); /* both shapes: 1 - 0.75 * 0.25 */
}

static void area_of_a_disc(void **state)
{
    PDS_OWN(pds_vector_drop) pds_vector v = { .size = { 72, 72 } };
    PDS_OWN(pds_picture_drop) pds_picture p = { 0 };
    double sum = 0;
    (void)state;
    pds_vector_ellipse(&v, (const double[]){ 36, 36 }, (const double[]){ 36, 18 }, false);
    pds_vector_fill(&v);
    assert_int_equal(pds_vector_render(&v, 300, &p, NULL), PDS_OK);
    for (uint32_t i = 0; i < p.width * p.height; i++) {
        sum += p.pixels[4 * i + 3] / 255.0;
    }
    double share = sum / ((double)p.width * p.height);
    assert_true(share > 0.3920 && share < 0.3934); /* pi / 8 */
}

static void too_large_is_refused(void **state)
{
    PDS_OWN(pds_vector_drop) pds_vector v;
    pds_picture p = { 0 };
    (void)state;
    draw(&v);
    assert_int_equal(pds_vector_render(&v, 72 * 1000, &p, NULL), PDS_E_PICTURE_LIMIT);
    assert_int_equal(pds_vector_render(&v, 0.1, &p, NULL), PDS_E_PICTURE_LIMIT);
    v.size[0] = 0;
    assert_int_equal(pds_vector_render(&v, 600, &p, NULL), PDS_E_PICTURE_LIMIT);
}

static void too_many_points_are_refused(void **state)
{
    PDS_OWN(pds_vector_drop) pds_vector v = { .size = { 72, 72 } };
    pds_picture p = { 0 };
    (void)state;
    for (int i = 0; i < 40000; i++) {
        (i == 0 ? pds_vector_move : pds_vector_line)(&v, i % 72, i % 71);
    }
    pds_vector_fill(&v);
    assert_int_equal(pds_vector_render(&v, 72, &p, NULL), PDS_E_LIMIT);
}

static void svg_is_paths_in_millimetres(void **state)
{
    PDS_OWN(pds_vector_drop) pds_vector v;
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    (void)state;
    draw(&v);
    (void)setlocale(LC_ALL, "de_DE.UTF-8");
    assert_int_equal(pds_vector_svg(&v, "甲 <&> 乙\x01", &out, NULL), PDS_OK);
    (void)setlocale(LC_ALL, "C");
    const char *text = pds_buf_cstr(&out);
    assert_non_null(strstr(text, "width=\"25.4mm\" height=\"12.7mm\" viewBox=\"0 0 72 36\""));
    assert_non_null(strstr(text, "<title>甲 &lt;&amp;&gt; 乙</title>"));
    assert_non_null(strstr(text, "<g fill=\"#c81020\">"));
    assert_non_null(strstr(text, "<path d=\"M0 36L18 36L18 18L0 18ZM12 30L6 30"));
}

/* Each entry of the cross-reference table stands where its object begins. */
static void pdf_is_sound(void **state)
{
    PDS_OWN(pds_vector_drop) pds_vector v;
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    (void)state;
    draw(&v);
    assert_int_equal(pds_vector_pdf(&v, "甲😀", &out, NULL), PDS_OK);
    const char *text = pds_buf_cstr(&out);
    const char *end = memmem(text, out.len, "startxref\n", 10);
    assert_non_null(end);
    const char *row = text + strtol(end + 10, NULL, 10);
    assert_memory_equal(row, "xref\n0 7\n", 9);
    for (int i = 1; i < 7; i++) {
        char head[16];
        long at = strtol(row + 9 + (ptrdiff_t)20 * i, NULL, 10);
        (void)snprintf(head, sizeof head, "%d 0 obj", i);
        assert_memory_equal(text + at, head, strlen(head));
    }
    assert_non_null(memmem(text, out.len, "/MediaBox [0 0 72 36]", 21));
    assert_non_null(memmem(text, out.len, "<FEFF7532D83DDE00>", 18));
}

static void same_picture_same_bytes(void **state)
{
    PDS_OWN(pds_vector_drop) pds_vector v;
    PDS_OWN(pds_buf_drop) pds_buf a = { 0 }, b = { 0 };
    (void)state;
    draw(&v);
    assert_int_equal(pds_vector_pdf(&v, "a", &a, NULL), PDS_OK);
    assert_int_equal(pds_vector_pdf(&v, "a", &b, NULL), PDS_OK);
    assert_true(pds_span_eq(pds_buf_span(&a), pds_buf_span(&b)));
    pds_buf_drop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(pixels_are_where_they_were_drawn),
        cmocka_unit_test(edges_are_shares_of_pixels),
        cmocka_unit_test(area_of_a_disc),
        cmocka_unit_test(too_large_is_refused),
        cmocka_unit_test(too_many_points_are_refused),
        cmocka_unit_test(svg_is_paths_in_millimetres),
        cmocka_unit_test(pdf_is_sound),
        cmocka_unit_test(same_picture_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
