/* Fonts: found by file and by name, refused when unsound, asked for outlines. The fonts are those
 * of packages fonts-dejavu-core, fonts-noto-cjk and fonts-wqy-microhei. */
#include "base/file.h"
#include "base/own.h"
#include "seal/fonts.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DEJAVU "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
#define WQY    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
#define NOTO   "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"

/* What an outline is made of. */
typedef struct tally {
    unsigned moves, lines, curves, closes;
    double box[4]; /* of the points on the outline */
} tally;

static void tally_point(tally *t, double x, double y)
{
    t->box[0] = fmin(t->box[0], x);
    t->box[1] = fmin(t->box[1], y);
    t->box[2] = fmax(t->box[2], x);
    t->box[3] = fmax(t->box[3], y);
}

static void on_move(void *ctx, double x, double y)
{
    ((tally *)ctx)->moves++;
    tally_point(ctx, x, y);
}

static void on_line(void *ctx, double x, double y)
{
    ((tally *)ctx)->lines++;
    tally_point(ctx, x, y);
}

static void on_curve(void *ctx, const double points[6])
{
    ((tally *)ctx)->curves++;
    tally_point(ctx, points[4], points[5]);
}

static void on_close(void *ctx)
{
    ((tally *)ctx)->closes++;
}

static const pds_outline TALLY = { on_move, on_line, on_curve, on_close };

static pds_code glyph(pds_fonts *fonts, uint32_t character, tally *t, double *advance,
                      double box[4], pds_err *e)
{
    *t = (tally){ .box = { 9, 9, -9, -9 } };
    return pds_fonts_glyph(fonts, character, &TALLY, t, advance, box, e);
}

typedef struct open_row {
    const char *what;
    const char *font;
    const char *name; /* PostScript */
} open_row;

static const open_row OPENS[] = {
    { "a file", DEJAVU, "DejaVuSans" },
    { "a collection's first face", WQY, "WenQuanYiMicroHei" },
    { "a collection's second face", WQY "#1", "WenQuanYiMicroHeiMono" },
    { "a face of OpenType outlines", NOTO "#2", "NotoSansCJKsc-Regular" },
    { "a family", "DejaVu Sans", "DejaVuSans" },
    { "a family in another case", "dejavu sans", "DejaVuSans" },
    { "a family's Chinese name", "文泉驿微米黑", "WenQuanYiMicroHei" },
    { "a family with a style", "DejaVu Sans:bold", "DejaVuSans-Bold" },
    { "a full name", "DejaVu Sans Bold", "DejaVuSans-Bold" },
    { "a PostScript name", "DejaVuSans-Bold", "DejaVuSans-Bold" },
};

static void is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof OPENS / sizeof OPENS[0]; i++) {
        PDS_OWN(pds_fonts_drop) pds_fonts *fonts = NULL;
        const pds_face *face = NULL;
        const uint32_t letter = 'A';
        pds_err e = { 0 };
        print_message("%s\n", OPENS[i].what);
        assert_int_equal(pds_fonts_open(OPENS[i].font, &fonts, &e), PDS_OK);
        assert_int_equal(pds_fonts_choose(fonts, (pds_cluster){ &letter, 1 }, NULL, &face, &e),
                         PDS_OK);
        assert_string_equal(pds_face_facts_of(face)->name, OPENS[i].name);
    }
}

typedef struct refuse_row {
    const char *what;
    const char *font;
    const char *named;
} refuse_row;

static const refuse_row REFUSES[] = {
    { "nothing", "", "''" },
    { "a family that is not installed", "No Such Family", "No Such Family" },
    { "a file that is not there", "/no/such.ttf", "no such font file" },
    { "a folder", "/usr", "no such font file" },
    { "a device", "/dev/zero", "no such font file" },
    { "a face that the collection has not", WQY "#2", "no face 2" },
    { "a face of a file with one", DEJAVU "#1", "no face 1" },
    { "another kind of file", "/etc/passwd", "not a TrueType" },
    { "an empty file", "/dev/null", "no such font file" },
};

static void is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REFUSES / sizeof REFUSES[0]; i++) {
        pds_fonts *fonts = NULL;
        pds_err e = { 0 };
        print_message("%s\n", REFUSES[i].what);
        assert_int_equal(pds_fonts_open(REFUSES[i].font, &fonts, &e), PDS_E_FONT_UNREADABLE);
        assert_non_null(strstr(e.text, REFUSES[i].named));
        assert_null(fonts);
    }
}

static void an_outline_fills_its_box(void **state)
{
    static const uint32_t characters[] = { 'H', 0x7AE0, 0x2605 };
    static const char *const fonts_named[] = { DEJAVU, WQY, NOTO, NULL };
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        PDS_OWN(pds_fonts_drop) pds_fonts *fonts = NULL;
        pds_err e = { 0 };
        assert_int_equal(pds_fonts_open(fonts_named[i], &fonts, &e), PDS_OK);
        for (size_t k = 0; k < 3; k++) {
            tally t;
            double advance = 0;
            double box[4];
            assert_int_equal(glyph(fonts, characters[k], &t, &advance, box, &e), PDS_OK);
            assert_true(t.moves > 0 && t.moves == t.closes && t.lines + t.curves > 3);
            assert_true(advance > 0.3 && advance < 1.3);
            for (int n = 0; n < 4; n++) {
                assert_true(fabs(t.box[n] - box[n]) < 0.01);
            }
        }
    }
}

static void a_letter_is_as_high_as_capitals(void **state)
{
    PDS_OWN(pds_fonts_drop) pds_fonts *fonts = NULL;
    tally t;
    double advance = 0;
    double box[4];
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_fonts_open(DEJAVU, &fonts, &e), PDS_OK);
    assert_int_equal(glyph(fonts, 'H', &t, &advance, box, &e), PDS_OK);
    assert_true(fabs(box[1]) < 0.002 && fabs(box[3] - 0.729) < 0.002);
    assert_int_equal(t.lines, 12); /* twelve sides */
    assert_int_equal(t.curves, 0);
}

static void what_none_has_is_named(void **state)
{
    PDS_OWN(pds_fonts_drop) pds_fonts *fonts = NULL;
    tally t;
    double advance = 0;
    double box[4];
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_fonts_open(NULL, &fonts, &e), PDS_OK);
    assert_int_equal(glyph(fonts, 0x10A60, &t, &advance, box, &e), PDS_E_GLYPH_MISSING);
    assert_non_null(strstr(e.text, "U+10A60 \xF0\x90\xA9\xA0"));
    assert_non_null(strstr(e.text, "fonts-noto-core"));
    assert_int_equal(glyph(fonts, 0x3FFF0, &t, &advance, box, &e), PDS_E_GLYPH_MISSING);
    static const uint32_t of_none[] = { 0x10FFF0, 0x50000, 0xE0041 };
    for (size_t i = 0; i < sizeof of_none / sizeof of_none[0]; i++) {
        assert_int_equal(glyph(fonts, of_none[i], &t, &advance, box, &e), PDS_E_GLYPH_MISSING);
        assert_null(strstr(e.text, "package"));
    }
}

static void another_font_helps_out(void **state)
{
    static const uint32_t both[] = { 'A', 0x5408 };
    PDS_OWN(pds_fonts_drop) pds_fonts *fonts = NULL;
    const pds_face *latin = NULL;
    const pds_face *han = NULL;
    const pds_face *again = NULL;
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_fonts_open(DEJAVU, &fonts, &e), PDS_OK);
    assert_int_equal(pds_fonts_choose(fonts, (pds_cluster){ &both[0], 1 }, NULL, &latin, &e),
                     PDS_OK);
    assert_int_equal(pds_fonts_choose(fonts, (pds_cluster){ &both[1], 1 }, NULL, &han, &e), PDS_OK);
    assert_int_equal(pds_fonts_choose(fonts, (pds_cluster){ both, 2 }, NULL, &again, &e), PDS_OK);
    assert_string_equal(pds_face_facts_of(latin)->name, "DejaVuSans");
    assert_non_null(han);
    assert_ptr_not_equal(han, latin);
    assert_ptr_equal(han, again);
}

/* A copy of a font with some bytes changed and the rest cut off. */
static void write_copy(const char *path, size_t at, pds_span change, size_t keep)
{
    PDS_OWN(pds_buf_drop) pds_buf font = { .max = (size_t)8 << 20 };
    assert_int_equal(pds_file_slurp(DEJAVU, font.max, &font, NULL), PDS_OK);
    for (size_t i = 0; i < change.len; i++) {
        font.ptr[at + i] = change.ptr[i];
    }
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    size_t len = keep < font.len ? keep : font.len;
    assert_int_equal(fwrite(font.ptr, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* Where a table's row of the directory begins. */
static size_t find_row(const char *tag, size_t *offset)
{
    uint8_t head[12 + 64 * 16] = { 0 };
    FILE *f = fopen(DEJAVU, "rb");
    assert_non_null(f);
    assert_int_equal(fread(head, 1, sizeof head, f), sizeof head);
    assert_int_equal(fclose(f), 0);
    for (size_t at = 12; at + 16 <= sizeof head; at += 16) {
        if (memcmp(head + at, tag, 4) == 0) {
            *offset = (size_t)head[at + 8] << 24 | (size_t)head[at + 9] << 16 |
                      (size_t)head[at + 10] << 8 | head[at + 11];
            return at;
        }
    }
    fail();
    return 0;
}

static void refuses_copy(const char *what, size_t at, pds_span change, size_t keep,
                         const char *named)
{
    char path[] = "/tmp/pds-font-XXXXXX";
    pds_fonts *fonts = NULL;
    pds_err e = { 0 };
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    print_message("%s\n", what);
    write_copy(path, at, change, keep);
    assert_int_equal(pds_fonts_open(path, &fonts, &e), PDS_E_FONT_UNREADABLE);
    assert_non_null(strstr(e.text, named));
    assert_string_equal(e.file, path);
    assert_int_equal(unlink(path), 0);
}

static void unsound_copies_are_refused(void **state)
{
    static const uint8_t restricted[] = { 0, 2 };
    static const uint8_t no_subset[] = { 1, 0 };
    static const uint8_t bitmaps[] = { 2, 0 };
    static const uint8_t units[] = { 0, 0 };
    const pds_span none = { 0 };
    size_t os2 = 0;
    size_t head = 0;
    size_t at = 0;
    (void)state;
    size_t glyf = find_row("glyf", &at);
    size_t cmap = find_row("cmap", &at);
    const size_t first = 12; /* rows are sorted */
    (void)find_row("OS/2", &os2);
    (void)find_row("head", &head);
    refuses_copy("a licence that forbids embedding", os2 + 8, pds_span_of(restricted, 2), SIZE_MAX,
                 "licence");
    refuses_copy("a licence that forbids subsets", os2 + 8, pds_span_of(no_subset, 2), SIZE_MAX,
                 "licence");
    refuses_copy("a licence for bitmaps only", os2 + 8, pds_span_of(bitmaps, 2), SIZE_MAX,
                 "licence");
    refuses_copy("a font cut off in the middle", 0, none, 300000, "ends before its table");
    refuses_copy("a font cut off in its directory", 0, none, 100, "directory");
    refuses_copy("five bytes", 0, none, 5, "too short");
    refuses_copy("no bytes", 0, none, 0, "too short");
    refuses_copy("no outlines", glyf, pds_span_text("none"), SIZE_MAX, "no outlines");
    refuses_copy("pictures", first, pds_span_text("CBDT"), SIZE_MAX, "pictures");
    refuses_copy("no character map", cmap, pds_span_text("none"), SIZE_MAX, "damaged");
    refuses_copy("no units in an em", head + 18, pds_span_of(units, 2), SIZE_MAX, "damaged");
}

static void *choose_many(void *shared)
{
    const pds_face *face = NULL;
    uintptr_t bad = 0;
    for (uint32_t c = 0x4E00; c < 0x4E40; c++) {
        bad += pds_fonts_choose(shared, (pds_cluster){ &c, 1 }, NULL, &face, NULL) != PDS_OK ||
                       face == NULL
                   ? 1
                   : 0;
    }
    return (void *)bad;
}

static void threads_share_fonts(void **state)
{
    PDS_OWN(pds_fonts_drop) pds_fonts *fonts = NULL;
    pthread_t threads[4];
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_fonts_open(NULL, &fonts, &e), PDS_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, choose_many, fonts), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        void *bad = NULL;
        assert_int_equal(pthread_join(threads[i], &bad), 0);
        assert_null(bad);
    }
}

/* Whatever was asked for before, a glyph's ink is its own. */
static void ink_does_not_depend_on_what_was_asked_before(void **state)
{
    enum { GLYPHS = 1000 };
    static int boxes[GLYPHS][4];
    pds_face *up = NULL;
    pds_face *down = NULL;
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_face_open(DEJAVU, 0, &up, &e), PDS_OK);
    assert_int_equal(pds_face_open(DEJAVU, 0, &down, &e), PDS_OK);
    for (uint32_t n = 0; n < GLYPHS; n++) {
        (void)pds_face_ink(up, n, boxes[n]);
        (void)pds_face_ink(up, n, boxes[n]);
    }
    for (uint32_t n = GLYPHS; n-- > 0;) {
        int box[4] = { 0 };
        (void)pds_face_ink(down, n, box);
        assert_memory_equal(box, boxes[n], sizeof box);
    }
    pds_face_drop(&up);
    pds_face_drop(&down);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_found),
        cmocka_unit_test(is_refused),
        cmocka_unit_test(an_outline_fills_its_box),
        cmocka_unit_test(a_letter_is_as_high_as_capitals),
        cmocka_unit_test(what_none_has_is_named),
        cmocka_unit_test(another_font_helps_out),
        cmocka_unit_test(unsound_copies_are_refused),
        cmocka_unit_test(threads_share_fonts),
        cmocka_unit_test(ink_does_not_depend_on_what_was_asked_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
