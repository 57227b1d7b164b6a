/* Drawn seals, with glyphs that are plain boxes: ideographs fill nine tenths of their em. */
#include "base/own.h"
#include "seal/make.h"
#include "tests/seal/pixels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const double PI = 3.14159265358979323846;

enum { UNKNOWN = 0x9F98, NARROW = 0x4E00, DPI = 300 };

static pds_code draw_box(void *ctx, uint32_t character, const pds_outline *sink, void *sink_ctx,
                         double *advance, double box[4], pds_err *e)
{
    bool ideograph = character >= 0x2E80;
    double width = ideograph ? 1.0 : 0.5, height = ideograph ? 0.83 : 0.7;
    double low = ideograph ? -0.07 : 0, side = character == NARROW ? 0.3 : 0.05;
    (void)ctx;
    if (character == UNKNOWN) {
        PDS_FAIL(e, PDS_E_GLYPH_MISSING, "no font has it");
    }
    *advance = width;
    if (character == ' ') {
        return PDS_OK;
    }
    memcpy(box, (const double[]){ side, low, width - side, height }, 4 * sizeof(double));
    sink->move(sink_ctx, box[0], box[1]);
    sink->line(sink_ctx, box[2], box[1]);
    sink->line(sink_ctx, box[2], box[3]);
    sink->line(sink_ctx, box[0], box[3]);
    sink->close(sink_ctx);
    return PDS_OK;
}

static const pds_glyphs BOXES = { draw_box, NULL };

static pds_code draw(pds_make_plan plan, const char *size, pds_picture *out, pds_err *e)
{
    PDS_OWN(pds_vector_drop) pds_vector v = { 0 };
    PDS_TRY(pds_make_size(plan.kind, size, plan.size, e));
    PDS_TRY(pds_make_draw(&plan, &BOXES, &v, e));
    return pds_vector_render(&v, DPI, out, e);
}

static pds_picture drawn(pds_make_plan plan, const char *size)
{
    pds_picture p = { 0 };
    pds_err e = { 0 };
    pds_code code = draw(plan, size, &p, &e);
    if (code != PDS_OK) {
        fail_msg("%s: %s", plan.name, e.text);
    }
    return p;
}

static const pds_make_plan COMPANY = { .kind = PDS_SEAL_COMPANY, .name = "一二三四五六七八九十" };

static const char *name_of(size_t count, char out[256])
{
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        memcpy(out + 3 * i, "国", 4);
    }
    return out;
}

static void the_ring_is_round(void **state)
{
    PDS_OWN(pds_picture_drop) pds_picture p = drawn(COMPANY, NULL);
    (void)state;
    assert_int_equal(p.width, 496);
    for (int i = 0; i < 360; i++) {
        double c = cos(i * PI / 180), s = sin(i * PI / 180);
        assert_true(ink_at(&p, 20.8 * c, 20.8 * s) == 255);
        assert_true(ink_at(&p, 20.0 * c, 20.0 * s) == 255);
        assert_true(ink_at(&p, 19.6 * c, 19.6 * s) == 0); /* between ring and name */
        assert_true(ink_at(&p, 21.2 * c, 21.2 * s) == 0);
        assert_true(ink_at(&p, 10.0 * c, 10.0 * s) == 0); /* between name and star */
    }
}

static void the_star_has_five_points(void **state)
{
    PDS_OWN(pds_picture_drop) pds_picture p = drawn(COMPANY, NULL);
    (void)state;
    assert_int_equal(ink_at(&p, 0, 0), 255);
    for (int i = 0; i < 5; i++) {
        double point = PI / 2 + i * 2 * PI / 5, notch = point + PI / 5;
        assert_int_equal(ink_at(&p, 6.6 * cos(point), 6.6 * sin(point)), 255);
        assert_int_equal(ink_at(&p, 7.2 * cos(point), 7.2 * sin(point)), 0);
        assert_int_equal(ink_at(&p, 2.4 * cos(notch), 2.4 * sin(notch)), 255);
        assert_int_equal(ink_at(&p, 3.0 * cos(notch), 3.0 * sin(notch)), 0);
    }
}

static void left_mirrors_right(void **state)
{
    pds_make_plan plan = COMPANY;
    plan.name = "国国国国国国国";
    plan.label = "国国国国国";
    plan.code = "1111111111111";
    PDS_OWN(pds_picture_drop) pds_picture p = drawn(plan, NULL);
    (void)state;
    for (uint32_t y = 0; y < p.height; y++) {
        for (uint32_t x = 0; x < p.width; x++) {
            const uint8_t *row = p.pixels + (size_t)4 * y * p.width;
            int apart = row[4 * x + 3] - row[4 * (p.width - 1 - x) + 3];
            assert_true(abs(apart) <= 12);
        }
    }
}

/* Ring and star, then each character apart from all others. */
static void nothing_touches(void **state)
{
    static const pds_seal_kind kinds[] = { PDS_SEAL_COMPANY, PDS_SEAL_DEPARTMENT, PDS_SEAL_CONTRACT,
                                           PDS_SEAL_OLD_CONTRACT };
    spot spots[SPOTS_MAX];
    char name[256];
    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        for (size_t n = 4; n <= 24; n++) {
            pds_make_plan plan = { .kind = kinds[k], .name = name_of(n, name), .test_mark = true };
            plan.label = "国国国国国";
            plan.code = "1234567890123";
            PDS_OWN(pds_picture_drop) pds_picture p = drawn(plan, NULL);
            assert_int_equal(find_spots(&p, spots), 2 + n + 5 + 13 + 8);
        }
    }
}

static void nothing_touches_in_ovals(void **state)
{
    spot spots[SPOTS_MAX];
    char name[256];
    (void)state;
    for (size_t n = 4; n <= 24; n++) {
        pds_make_plan plan = { .kind = PDS_SEAL_INVOICE, .name = name_of(n, name) };
        plan.code = "123456789012345678";
        plan.test_mark = true;
        PDS_OWN(pds_picture_drop) pds_picture p = drawn(plan, NULL);
        assert_int_equal(find_spots(&p, spots), 1 + n + 5 + 18 + 8);
        plan.kind = PDS_SEAL_FOREIGN;
        plan.label = "EXAMPLE TECHNOLOGY";
        PDS_OWN(pds_picture_drop) pds_picture q = drawn(plan, NULL);
        assert_int_equal(find_spots(&q, spots), 1 + n + 17 + 18 + 8);
    }
}

static void a_square_reads_from_the_right(void **state)
{
    spot spots[SPOTS_MAX];
    (void)state;
    pds_make_plan plan = { .kind = PDS_SEAL_PERSONAL, .name = "一国国" }; /* and its own label */
    PDS_OWN(pds_picture_drop) pds_picture p = drawn(plan, NULL);
    assert_int_equal(p.width, 213);
    assert_int_equal(find_spots(&p, spots), 1 + 4);
    size_t narrow = 0;
    for (size_t i = 1; i < 5; i++) {
        narrow = spots[i].w < spots[narrow].w ? i : narrow;
    }
    assert_true(spots[narrow].x > 3 && spots[narrow].y > 3); /* first: at the top right */
    plan = (pds_make_plan){ .kind = PDS_SEAL_LEGAL, .name = "国国", .test_mark = true };
    PDS_OWN(pds_picture_drop) pds_picture q = drawn(plan, NULL);
    assert_int_equal(find_spots(&q, spots), 1 + 2 + 8);
}

static int by_angle(const void *a, const void *b)
{
    const spot *x = a, *y = b;
    double one = atan2(x->x, x->y), other = atan2(y->x, y->y);
    return (one > other) - (one < other);
}

static void characters_stand_evenly(void **state)
{
    spot name[SPOTS_MAX];
    size_t count = 0;
    char text[256];
    (void)state;
    pds_make_plan plan = { .kind = PDS_SEAL_COMPANY, .name = name_of(12, text) };
    PDS_OWN(pds_picture_drop) pds_picture p = drawn(plan, NULL);
    size_t all = find_spots(&p, name);
    for (size_t i = 0; i < all; i++) { /* without the star */
        if (hypot(name[i].x, name[i].y) > 5) {
            name[count++] = name[i];
        }
    }
    assert_int_equal(count, 12);
    qsort(name, count, sizeof name[0], by_angle);
    double pitch = atan2(name[1].x, name[1].y) - atan2(name[0].x, name[0].y);
    for (size_t i = 1; i < count; i++) {
        double here = atan2(name[i].x, name[i].y) - atan2(name[i - 1].x, name[i - 1].y);
        assert_true(fabs(here - pitch) < 0.01);
        assert_true(fabs(hypot(name[i].x, name[i].y) - hypot(name[0].x, name[0].y)) < 0.15);
    }
    assert_true(fabs(name[0].x + name[11].x) < 0.1 && fabs(name[0].y - name[11].y) < 0.1);
}

static void another_name_changes_the_arc_only(void **state)
{
    pds_make_plan plan = COMPANY;
    plan.code = "1234567890123";
    plan.label = "国国国";
    plan.test_mark = true;
    PDS_OWN(pds_picture_drop) pds_picture p = drawn(plan, NULL);
    plan.name = "国国国国国国国国国国国国国";
    PDS_OWN(pds_picture_drop) pds_picture q = drawn(plan, NULL);
    size_t changed = 0;
    (void)state;
    for (uint32_t row = 0; row < p.height; row++) {
        for (uint32_t column = 0; column < p.width; column++) {
            double unit = 25.4 / DPI;
            double x = (column + 0.5 - p.width / 2.0) * unit;
            double y = (p.height / 2.0 - row - 0.5) * unit;
            if (ink_at(&p, x, y) != ink_at(&q, x, y)) {
                changed++;
                assert_true(hypot(x, y) > 12.8 && hypot(x, y) < 19.3);
            }
        }
    }
    assert_true(changed > 1000);
}

/* Another size is the same picture, larger. */
static void a_size_scales_all(void **state)
{
    pds_make_plan plan = COMPANY;
    plan.test_mark = true;
    PDS_OWN(pds_picture_drop) pds_picture p = drawn(plan, NULL);
    PDS_OWN(pds_picture_drop) pds_picture q = drawn(plan, "84mmx84mm");
    size_t differ = 0;
    (void)state;
    assert_int_equal(q.width, 992);
    for (int row = -209; row < 210; row++) {
        for (int column = -209; column < 210; column++) {
            double x = column / 10.0, y = row / 10.0;
            bool one = ink_at(&p, x, y) > 127, other = ink_at(&q, 2 * x, 2 * y) > 127;
            differ += one != other ? 1U : 0U;
        }
    }
    assert_true(differ < 419 * 419 / 50); /* at edges only */
}

typedef struct kind_row {
    const char *what;
    pds_seal_kind kind;
    const char *label, *code;
    size_t spots; /* with a name of four and the test mark of eight */
} kind_row;

static const kind_row KINDS[] = {
    { "company", PDS_SEAL_COMPANY, NULL, NULL, 2 + 4 + 8 },
    { "company, with an empty code", PDS_SEAL_COMPANY, NULL, "", 2 + 4 + 8 },
    { "department", PDS_SEAL_DEPARTMENT, "国国国", NULL, 2 + 4 + 3 + 8 },
    { "contract has its own label", PDS_SEAL_CONTRACT, NULL, NULL, 2 + 4 + 5 + 8 },
    { "contract, its label taken away", PDS_SEAL_CONTRACT, "", NULL, 2 + 4 + 8 },
    { "old contract", PDS_SEAL_OLD_CONTRACT, NULL, "123", 2 + 4 + 5 + 3 + 8 },
    { "invoice has no star", PDS_SEAL_INVOICE, NULL, NULL, 1 + 4 + 5 + 8 },
    { "foreign has neither", PDS_SEAL_FOREIGN, NULL, NULL, 1 + 4 + 8 },
    { "legal: four characters fill the square", PDS_SEAL_LEGAL, NULL, NULL, 1 + 4 + 8 },
    { "personal", PDS_SEAL_PERSONAL, NULL, NULL, 1 + 4 + 8 },
};

static void each_kind_has_its_parts(void **state)
{
    spot spots[SPOTS_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        const kind_row *r = &KINDS[i];
        print_message("%s\n", r->what);
        pds_make_plan plan = { .kind = r->kind, .name = "国国国国", .label = r->label };
        plan.code = r->code;
        plan.test_mark = true;
        PDS_OWN(pds_picture_drop) pds_picture p = drawn(plan, NULL);
        assert_int_equal(find_spots(&p, spots), r->spots);
    }
}

typedef struct bad_row {
    const char *what;
    pds_make_plan plan;
    const char *size;
    pds_code code;
} bad_row;

#define TEN "国国国国国国国国国国"

static const bad_row BAD[] = {
    { "an empty name", { .name = "" }, NULL, PDS_E_USAGE },
    { "spaces for a name", { .name = "   " }, NULL, PDS_E_USAGE },
    { "a name that no arc holds", { .name = TEN TEN TEN TEN TEN TEN }, NULL, PDS_E_USAGE },
    { "a name beyond every limit", { .name = TEN TEN TEN TEN TEN TEN TEN }, NULL, PDS_E_USAGE },
    { "a label that no line holds", { .name = "国", .label = TEN TEN TEN }, NULL, PDS_E_USAGE },
    { "a code too long", { .name = "国", .code = TEN TEN TEN TEN TEN TEN }, NULL, PDS_E_USAGE },
    { "not UTF-8", { .name = "\xE5\x9B" }, NULL, PDS_E_USAGE },
    { "an overlong form", { .name = "\xC0\xAF" }, NULL, PDS_E_USAGE },
    { "half a surrogate pair", { .name = "\xED\xA0\x80" }, NULL, PDS_E_USAGE },
    { "a control character", { .name = "国\n国" }, NULL, PDS_E_USAGE },
    { "a character that no font has", { .name = "国龘" }, NULL, PDS_E_GLYPH_MISSING },
    { "13 in a square", { .kind = PDS_SEAL_LEGAL, .name = TEN "国国国" }, NULL, PDS_E_USAGE },
    { "a code in a square",
      { .kind = PDS_SEAL_LEGAL, .name = "国", .code = "1" },
      NULL,
      PDS_E_USAGE },
    { "a round seal that is not", { .name = "国" }, "42mmx40mm", PDS_E_USAGE },
    { "an oval upright", { .kind = PDS_SEAL_INVOICE, .name = "国" }, "30mmx40mm", PDS_E_USAGE },
    { "an oval too flat", { .kind = PDS_SEAL_INVOICE, .name = "国" }, "70mmx30mm", PDS_E_USAGE },
    { "a size of nothing", { .name = "国" }, "0x0", PDS_E_USAGE },
    { "a negative size", { .name = "国" }, "-42mmx-42mm", PDS_E_USAGE },
    { "a size without numbers", { .name = "国" }, "nanxnan", PDS_E_USAGE },
    { "too small to be read", { .name = "国" }, "7mmx7mm", PDS_E_USAGE },
    { "larger than a page", { .name = "国" }, "300mmx300mm", PDS_E_USAGE },
    { "no such kind", { .kind = (pds_seal_kind)8, .name = "国" }, NULL, PDS_E_USAGE },
};

static void is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        pds_picture p = { 0 };
        pds_err e = { 0 };
        print_message("%s\n", BAD[i].what);
        assert_int_equal(draw(BAD[i].plan, BAD[i].size, &p, &e), BAD[i].code);
        assert_true(e.text[0] != '\0');
        assert_null(p.pixels);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ring_is_round),
        cmocka_unit_test(the_star_has_five_points),
        cmocka_unit_test(left_mirrors_right),
        cmocka_unit_test(nothing_touches),
        cmocka_unit_test(nothing_touches_in_ovals),
        cmocka_unit_test(a_square_reads_from_the_right),
        cmocka_unit_test(characters_stand_evenly),
        cmocka_unit_test(another_name_changes_the_arc_only),
        cmocka_unit_test(a_size_scales_all),
        cmocka_unit_test(each_kind_has_its_parts),
        cmocka_unit_test(is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
