/* Picture, text and date in one box: where each comes to lie. */
#include "base/own.h"
#include "seal/compose.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static pds_fonts *fonts;
static const pds_image SEAL = { .width = 1, .height = 1, .size = { 120, 120 } };

static int open_fonts(void **state)
{
    (void)state;
    return pds_fonts_open("WenQuanYi Micro Hei", &fonts, NULL) == PDS_OK ? 0 : 1;
}

static int drop_fonts(void **state)
{
    (void)state;
    pds_fonts_drop(&fonts);
    return 0;
}

/* A drawing and where its parts lie: left, bottom, width, height of the picture; left, bottom of
 * the first and second text. */
typedef struct sheet {
    pds_typesetter *t;
    pds_drawing drawing;
    double image[4], text[2][2];
    int texts;
} sheet;

static void sheet_drop(sheet *s)
{
    pds_drawing_drop(&s->drawing);
    pds_typesetter_drop(&s->t);
}

static void read_parts(sheet *s)
{
    const char *p = pds_buf_cstr(&s->drawing.content);
    while ((p = strstr(p, "q ")) != NULL) {
        double m[6] = { 0 };
        const char *at = strncmp(p, "q /Gs0 gs ", 10) == 0 ? p + 10 : p + 2;
        char *end = NULL;
        for (int i = 0; i < 6; i++) {
            m[i] = strtod(at, &end);
            at = end;
        }
        if (strncmp(at, " cm /Im0 Do Q", 13) == 0) {
            memcpy(s->image, (double[]){ m[4], m[5], m[0], m[3] }, sizeof s->image);
        } else if (s->texts < 2) {
            memcpy(s->text[s->texts++], &m[4], 2 * sizeof(double));
        }
        p++;
    }
}

static pds_code compose(const pds_composition *c, sheet *s, pds_err *e)
{
    *s = (sheet){ .texts = 0 };
    assert_int_equal(pds_typesetter_new(fonts, &s->t, e), PDS_OK);
    pds_code code = pds_compose(c, s->t, &s->drawing, e);
    if (code == PDS_OK) {
        read_parts(s);
    }
    return code;
}

typedef struct image_row {
    const char *what;
    double size[2], room[2];
    double expected[4];
} image_row;

static const image_row IMAGES[] = {
    { "by itself", { 120, 120 }, { 0, 0 }, { 0, 0, 120, 120 } },
    { "in a box of its own shape", { 120, 120 }, { 60, 60 }, { 0, 0, 60, 60 } },
    { "in a wider box", { 120, 120 }, { 300, 100 }, { 100, 0, 100, 100 } },
    { "in a higher box", { 120, 60 }, { 100, 100 }, { 0, 25, 100, 50 } },
    { "enlarged", { 10, 20 }, { 100, 100 }, { 25, 0, 50, 100 } },
};

static void a_picture_keeps_its_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof IMAGES / sizeof IMAGES[0]; i++) {
        const image_row *r = &IMAGES[i];
        PDS_OWN(sheet_drop) sheet s;
        pds_composition c = { .image = &SEAL,
                              .image_size = { r->size[0], r->size[1] },
                              .room = { r->room[0], r->room[1] } };
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        assert_int_equal(compose(&c, &s, &e), PDS_OK);
        for (int k = 0; k < 4; k++) {
            assert_true(fabs(s.image[k] - r->expected[k]) < 1e-3);
        }
        assert_true(s.drawing.multiply && s.drawing.opacity == 1.0);
        assert_ptr_equal(s.drawing.image, &SEAL);
        assert_int_equal(s.drawing.faces, 0);
        assert_non_null(strstr(pds_buf_cstr(&s.drawing.content), "/Gs0 gs"));
    }
}

static void a_plain_picture_is_not_multiplied(void **state)
{
    PDS_OWN(sheet_drop) sheet s;
    pds_composition c = { .image = &SEAL, .image_size = { 10, 10 }, .plain = true };
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(compose(&c, &s, &e), PDS_OK);
    assert_false(s.drawing.multiply);
    assert_string_equal(pds_buf_cstr(&s.drawing.content), "q 10 0 0 10 0 0 cm /Im0 Do Q\n");
}

/* Each in no room, then in a box of the size found, then in a small one. */
static void parts_do_not_overlap(void **state)
{
    static const double small[2] = { 80, 80 };
    (void)state;
    for (int place = PDS_TEXT_BELOW; place <= PDS_TEXT_RIGHT; place++) {
        pds_composition c = { .image = &SEAL,
                              .image_size = { 120, 120 },
                              .text = "甲方代表\n张三",
                              .date = "2026年11月21日",
                              .text_place = (pds_text_place)place };
        pds_err e = { 0 };
        for (int n = 0; n < 3; n++) {
            PDS_OWN(sheet_drop) sheet s;
            assert_int_equal(compose(&c, &s, &e), PDS_OK);
            assert_int_equal(s.texts, 2);
            bool beside = place == PDS_TEXT_RIGHT;
            assert_true(!beside || s.text[0][0] > s.image[0] + s.image[2]);
            assert_true(beside || s.text[0][1] + 20 * s.image[2] / 120 < s.image[1]);
            assert_true(s.text[1][1] + 3 < s.image[1] && s.text[1][1] + 3 < s.text[0][1]);
            assert_true(s.image[1] + s.image[3] <= s.drawing.size[1] + 1e-3);
            assert_true(s.text[1][1] >= -1e-3 && s.text[1][0] >= -1e-3);
            if (n == 0) {
                assert_true(fabs(s.image[2] - 120) < 1e-3);
            }
            memcpy(c.room, n == 0 ? s.drawing.size : small, sizeof c.room);
        }
    }
}

static void a_box_of_its_own_size_changes_nothing(void **state)
{
    (void)state;
    for (int place = PDS_TEXT_BELOW; place <= PDS_TEXT_OVER; place++) {
        PDS_OWN(sheet_drop) sheet own;
        PDS_OWN(sheet_drop) sheet boxed;
        pds_composition c = { .image = &SEAL,
                              .image_size = { 20, 40 },
                              .text = "a\nb\nc\nd\ne\nf",
                              .date = "2026-11-21",
                              .text_place = (pds_text_place)place };
        pds_err e = { 0 };
        assert_int_equal(compose(&c, &own, &e), PDS_OK);
        assert_int_equal(pds_compose_size(&c, own.t, c.room, &e), PDS_OK);
        assert_true(fabs(c.room[0] - own.drawing.size[0]) < 1e-9);
        assert_true(fabs(c.room[1] - own.drawing.size[1]) < 1e-9);
        assert_int_equal(compose(&c, &boxed, &e), PDS_OK);
        assert_string_equal(pds_buf_cstr(&own.drawing.content),
                            pds_buf_cstr(&boxed.drawing.content));
    }
}

static void text_over_a_picture_is_at_its_middle(void **state)
{
    PDS_OWN(sheet_drop) sheet s;
    pds_composition c = { .image = &SEAL,
                          .image_size = { 120, 120 },
                          .text = "甲",
                          .date = "2026-11-21",
                          .text_place = PDS_TEXT_OVER };
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(compose(&c, &s, &e), PDS_OK);
    assert_true(s.drawing.size[0] == 120 && s.drawing.size[1] == 120);
    assert_true(fabs(s.text[0][0] - 54.75) < 0.01 && fabs(s.text[0][1] - 55) < 1);
    assert_true(s.text[1][1] < 1 && s.text[1][0] > 20);
    const char *picture = strstr(pds_buf_cstr(&s.drawing.content), "/Im0");
    assert_non_null(picture);
    assert_non_null(strstr(picture, "BT")); /* drawn after it */
}

static void a_date_alone_is_as_large_as_fits(void **state)
{
    PDS_OWN(sheet_drop) sheet s;
    pds_composition c = { .date = "2026年11月21日", .room = { 40, 20 } };
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(compose(&c, &s, &e), PDS_OK);
    assert_true(s.drawing.size[0] == 40 && s.drawing.size[1] == 20);
    assert_non_null(strstr(pds_buf_cstr(&s.drawing.content), " Tf"));
    assert_null(s.drawing.image);
    assert_false(s.drawing.multiply);
    assert_int_equal(s.drawing.faces, 1);
}

static const double ROOMS[][2] = { { 3, 100 }, { 100, 3 }, { 40, 8 } };

static void too_small_a_box_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROOMS / sizeof ROOMS[0]; i++) {
        PDS_OWN(sheet_drop) sheet s;
        pds_composition c = { .image = &SEAL,
                              .image_size = { 120, 120 },
                              .text = "甲方代表张三",
                              .date = "2026年11月21日",
                              .room = { ROOMS[i][0], ROOMS[i][1] } };
        pds_err e = { 0 };
        assert_int_equal(compose(&c, &s, &e), PDS_E_PLACE_REFUSED);
        assert_int_equal(s.drawing.content.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_keeps_its_shape),
        cmocka_unit_test(a_plain_picture_is_not_multiplied),
        cmocka_unit_test(parts_do_not_overlap),
        cmocka_unit_test(a_box_of_its_own_size_changes_nothing),
        cmocka_unit_test(text_over_a_picture_is_at_its_middle),
        cmocka_unit_test(a_date_alone_is_as_large_as_fits),
        cmocka_unit_test(too_small_a_box_is_refused),
    };
    return cmocka_run_group_tests(tests, open_fonts, drop_fonts);
}
