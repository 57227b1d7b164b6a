/* Photos of stamps and signatures, made here with a known truth, lose their paper. */
#include "base/own.h"
#include "seal/clean.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SIDE = 320 };

static double clamp(double x)
{
    return fmin(fmax(x, 0), 1);
}

/* A ring with a disc in it, edges a pixel and a half wide. */
static double stamp(double x, double y)
{
    double r = hypot(x - 160, y - 160);
    return fmax(clamp((10 - fabs(r - 100)) / 1.5), clamp((30 - r) / 1.5));
}

/* A thin wavy line. */
static double pen(double x, double y)
{
    double off = fabs(y - 160 - 50 * sin(x / 25));
    return x < 40 || x > 280 ? 0 : clamp((5 - off / hypot(1, 2 * cos(x / 25))) / 1.5);
}

/* Mostly ink: a square with lines left out. */
static double square(double x, double y)
{
    bool line = fmod(y, 40) >= 36 && x > 60 && x < 260;
    return x < 30 || x >= 290 || y < 30 || y >= 290 || line ? 0 : 1;
}

static double nothing(double x, double y)
{
    (void)x, (void)y;
    return 0;
}

static double even(double x, double y)
{
    (void)x, (void)y;
    return 0.95;
}

/* From one corner to the other half the light is lost. */
static double slanted(double x, double y)
{
    return 0.95 - 0.45 * (x + y) / (2 * SIDE);
}

static double round_lamp(double x, double y)
{
    return 0.97 - 0.5 * (pow(x / SIDE - 0.4, 2) + pow(y / SIDE - 0.6, 2));
}

static double soft_shadow(double x, double y)
{
    return 0.95 - 0.3 / (1 + exp((260 - x - y) / 15));
}

typedef struct photo {
    const char *what;
    double (*drawn)(double x, double y);
    double (*light)(double x, double y);
    int ink[3]; /* under white light */
    double noise;
} photo;

/* Pixel i of a square picture, by rows. */
static double at_pixel(double (*of)(double x, double y), size_t i)
{
    const size_t row = i / SIDE;
    return of((double)(i % SIDE), (double)row);
}

static double noise(uint32_t *seed)
{
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        *seed = *seed * 1664525U + 1013904223U;
        sum += (*seed >> 8) / 16777216.0 - 0.5;
    }
    return sum * sqrt(3); /* variance 1 */
}

static pds_picture take(const photo *f)
{
    static const double white[3] = { 1, 0.97, 0.87 }; /* a warm lamp */
    uint32_t seed = 7;
    pds_picture p;
    pds_err e;
    assert_int_equal(pds_picture_new(SIDE, SIDE, &p, &e), PDS_OK);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        const double alpha = at_pixel(f->drawn, i);
        for (size_t k = 0; k < 3; k++) {
            double paper = 250 * white[k] * at_pixel(f->light, i);
            double v = paper * (1 - alpha + alpha * f->ink[k] / 255) + f->noise * noise(&seed);
            p.pixels[4 * i + k] = (uint8_t)fmin(fmax(v + 0.5, 0), 255);
        }
        p.pixels[4 * i + 3] = 255;
    }
    return p;
}

static const pds_cleaning AS_IT_IS = { .keep_border = true };

static const photo PHOTOS[] = {
    { "a red stamp, evenly lit", stamp, even, { 225, 30, 45 }, 3 },
    { "a red stamp, light from a corner", stamp, slanted, { 225, 30, 45 }, 3 },
    { "a red stamp under a lamp", stamp, round_lamp, { 225, 30, 45 }, 3 },
    { "a red stamp in a shadow", stamp, soft_shadow, { 225, 30, 45 }, 3 },
    { "a blue stamp, light from a corner", stamp, slanted, { 40, 60, 160 }, 3 },
    { "a square that is mostly ink", square, even, { 225, 30, 45 }, 3 },
    { "a pale red stamp", stamp, slanted, { 235, 150, 155 }, 3 },
    { "a black signature, light from a corner", pen, slanted, { 30, 30, 33 }, 3 },
    { "a blue signature in a shadow", pen, soft_shadow, { 30, 50, 150 }, 3 },
    { "a red stamp, much noise", stamp, slanted, { 225, 30, 45 }, 10 },
    { "a scan without noise", stamp, even, { 225, 30, 45 }, 0 },
};

static void alpha_is_recovered(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof PHOTOS / sizeof PHOTOS[0]; n++) {
        const photo *f = &PHOTOS[n];
        PDS_OWN(pds_picture_drop) pds_picture p = take(f);
        double error = 0;
        int false_ink = 0;
        double colors[3] = { 0 };
        double full = 0;
        pds_err e = { 0 };
        print_message("%s\n", f->what);
        assert_int_equal(pds_clean(&p, &AS_IT_IS, &e), PDS_OK);
        for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
            const double alpha = at_pixel(f->drawn, i);
            error += fabs(p.pixels[4 * i + 3] / 255.0 - alpha);
            false_ink += alpha <= 0 && p.pixels[4 * i + 3] != 0 ? 1 : 0;
            for (size_t k = 0; k < 3 && alpha >= 1; k++) {
                colors[k] += p.pixels[4 * i + k];
            }
            full += alpha >= 1 ? 1 : 0;
        }
        print_message("  mean error %.4f, false ink %d\n", error / (SIDE * SIDE), false_ink);
        assert_true(error / (SIDE * SIDE) < 0.01);
        assert_true(false_ink < SIDE * SIDE / 1000);
        for (size_t k = 0; k < 3; k++) {
            assert_true(fabs(colors[k] / full - f->ink[k]) < 15);
        }
    }
}

static const photo BLANK[] = {
    { "blank paper", nothing, even, { 0 }, 3 },
    { "blank paper, light from a corner", nothing, slanted, { 0 }, 3 },
    { "blank paper in a shadow", nothing, soft_shadow, { 0 }, 3 },
    { "blank paper, much noise", nothing, round_lamp, { 0 }, 10 },
    { "paper of one colour", nothing, even, { 0 }, 0 },
};

static void blank_paper_is_told(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof BLANK / sizeof BLANK[0]; n++) {
        PDS_OWN(pds_picture_drop) pds_picture p = take(&BLANK[n]);
        pds_err e = { 0 };
        print_message("%s\n", BLANK[n].what);
        assert_int_equal(pds_clean(&p, &AS_IT_IS, &e), PDS_E_PICTURE_UNSUPPORTED);
    }
}

static double stamp_and_dust(double x, double y)
{
    bool dust = (x == 20 && y == 20) || (x == 300 && (y == 40 || y == 41));
    return dust ? 1 : stamp(x, y);
}

static void dust_is_dropped_and_the_border_trimmed(void **state)
{
    static const photo f = { "", stamp_and_dust, slanted, { 225, 30, 45 }, 2 };
    PDS_OWN(pds_picture_drop) pds_picture p = take(&f);
    const pds_cleaning how = { .color = NULL };
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_clean(&p, &how, &e), PDS_OK);
    assert_in_range(p.width, 217, 222); /* the ring's 220 */
    assert_in_range(p.height, 217, 222);
}

/* Black over red: the second ink keeps its colour. */
static void a_second_ink_keeps_its_color(void **state)
{
    static const photo f = { "", stamp, even, { 225, 30, 45 }, 2 };
    PDS_OWN(pds_picture_drop) pds_picture p = take(&f);
    pds_err e = { 0 };
    (void)state;
    for (size_t i = 0; i < 20; i++) {
        memset(p.pixels + 4 * ((150 + i) * SIDE + 200), 25, 80);
    }
    for (size_t i = 3; i < (size_t)4 * SIDE * SIDE; i += 4) {
        p.pixels[i] = 255;
    }
    assert_int_equal(pds_clean(&p, &AS_IT_IS, &e), PDS_OK);
    const uint8_t *black = p.pixels + 4 * ((size_t)160 * SIDE + 210);
    assert_true(black[0] < 60 && black[1] < 60 && black[2] < 60 && black[3] == 255);
    const uint8_t *red = p.pixels + 4 * ((size_t)160 * SIDE + 160);
    assert_true(red[0] > 200 && red[1] < 60);
}

static void a_color_is_set(void **state)
{
    static const uint8_t blue[3] = { 0, 51, 160 };
    const pds_cleaning how = { .color = blue };
    PDS_OWN(pds_picture_drop) pds_picture p = take(&PHOTOS[1]);
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_clean(&p, &how, &e), PDS_OK);
    for (size_t i = 0; i < (size_t)p.width * p.height; i++) {
        assert_memory_equal(p.pixels + 4 * i, blue, 3);
    }
}

static void transparent_pictures_keep_their_alpha(void **state)
{
    PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_picture_new(SIDE, SIDE, &p, &e), PDS_OK);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        memcpy(p.pixels + 4 * i, "\xff\xf0\xf0", 3); /* as light as paper */
        p.pixels[4 * i + 3] = (uint8_t)(77 * at_pixel(stamp, i));
    }
    assert_int_equal(pds_clean(&p, &AS_IT_IS, &e), PDS_OK);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        assert_int_equal(p.pixels[4 * i + 3], (int)(77 * at_pixel(stamp, i)));
    }
}

static void an_empty_transparent_picture_is_told(void **state)
{
    PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_picture_new(9, 9, &p, &e), PDS_OK);
    assert_int_equal(pds_clean(&p, &AS_IT_IS, &e), PDS_E_PICTURE_UNSUPPORTED);
}

typedef struct frame_row {
    const char *what;
    pds_cleaning how;
    double width, height, dpi[2]; /* -1: not looked at */
} frame_row;

static const double INCH = 72;

static void sizes_and_resolutions_are_kept(void **state)
{
    const frame_row rows[] = {
        { "nothing said", { .dpi = 0 }, 220, 220, { 0, 0 } },
        { "a resolution", { .dpi = 200 }, 220, 220, { 200, 200 } },
        { "a size", { .size = { INCH, INCH } }, 220, 220, { 220, 220 } },
        { "a wider size: room at the sides",
          { .size = { 2 * INCH, INCH } },
          440,
          220,
          { 220, 220 } },
        { "a higher size", { .size = { INCH, 2 * INCH } }, 220, 440, { 220, 220 } },
        { "a size and fewer dots", { .size = { INCH, INCH }, .dpi = 100 }, 100, 100, { 100, 100 } },
        { "a size and more dots", { .size = { INCH, INCH }, .dpi = 900 }, 220, 220, { 220, 220 } },
        { "the border kept", { .keep_border = true }, SIDE, SIDE, { 0, 0 } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(pds_picture_drop) pds_picture p = take(&PHOTOS[0]);
        pds_err e = { 0 };
        print_message("%s\n", rows[i].what);
        assert_int_equal(pds_clean(&p, &rows[i].how, &e), PDS_OK);
        assert_true(fabs(p.width - rows[i].width) <= 4);
        assert_true(fabs(p.height - rows[i].height) <= 4);
        assert_true(fabs(p.dpi[0] - rows[i].dpi[0]) <= 2);
        assert_true(fabs(p.dpi[1] - rows[i].dpi[1]) <= 2);
    }
}

/* No size of picture and no content may do harm. */
static void small_and_odd_pictures_are_borne(void **state)
{
    static const uint32_t sizes[][2] = { { 1, 1 }, { 2, 1 }, { 1, 300 }, { 7, 7 }, { 300, 3 } };
    static const uint8_t fills[] = { 0, 128, 255 };
    (void)state;
    for (size_t i = 0; i < 3 * (sizeof sizes / sizeof sizes[0]); i++) {
        PDS_OWN(pds_picture_drop) pds_picture p = { .pixels = NULL };
        pds_err e = { 0 };
        assert_int_equal(pds_picture_new(sizes[i / 3][0], sizes[i / 3][1], &p, &e), PDS_OK);
        memset(p.pixels, fills[i % 3], (size_t)4 * p.width * p.height);
        for (size_t k = 3; k < (size_t)4 * p.width * p.height; k += 4) {
            p.pixels[k] = 255;
        }
        assert_int_equal(pds_clean(&p, &AS_IT_IS, &e), PDS_E_PICTURE_UNSUPPORTED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alpha_is_recovered),
        cmocka_unit_test(blank_paper_is_told),
        cmocka_unit_test(dust_is_dropped_and_the_border_trimmed),
        cmocka_unit_test(a_second_ink_keeps_its_color),
        cmocka_unit_test(a_color_is_set),
        cmocka_unit_test(transparent_pictures_keep_their_alpha),
        cmocka_unit_test(an_empty_transparent_picture_is_told),
        cmocka_unit_test(sizes_and_resolutions_are_kept),
        cmocka_unit_test(small_and_odd_pictures_are_borne),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
