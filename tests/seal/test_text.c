/* Text: set, embedded, and read back by another program (pdftotext of poppler-utils). */
#include "base/flate.h"
#include "base/own.h"
#include "paper.h"
#include "seal/text.h"

#include <pds/seal.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define WQY  "WenQuanYi Micro Hei"
#define NOTO "Noto Sans CJK SC"

/* Fonts and one document's text. */
typedef struct desk {
    pds_fonts *fonts;
    pds_typesetter *t;
    pds_block block;
} desk;

static void desk_drop(desk *d)
{
    pds_block_drop(&d->block);
    pds_typesetter_drop(&d->t);
    pds_fonts_drop(&d->fonts);
}

static void desk_open(desk *d, const char *font)
{
    pds_err e = { 0 };
    *d = (desk){ .fonts = NULL };
    assert_int_equal(pds_fonts_open(font, &d->fonts, &e), PDS_OK);
    assert_int_equal(pds_typesetter_new(d->fonts, &d->t, &e), PDS_OK);
}

static pds_code set(desk *d, const pds_text *text, pds_err *e)
{
    pds_block_drop(&d->block);
    return pds_typeset(d->t, text, &d->block, e);
}

/* Characters that only say in which direction others run are poppler's own addition. */
static void drop_directions(char *text)
{
    char *to = text;
    for (const char *p = text; *p != '\0'; p++) {
        const uint8_t *u = (const uint8_t *)p;
        if (u[0] == 0xE2 && u[1] == 0x80 && u[2] >= 0xAA && u[2] <= 0xAE) {
            p += 2;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
}

/* A word that lies in a column is a line of its own to a reader. */
static void drop_blanks(char *text)
{
    char *to = text;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p != ' ' && *p != '\n') {
            *to++ = *p;
        }
    }
    *to = '\0';
}

static void read_back(desk *d, char *text, size_t room)
{
    char path[] = "/tmp/pds-text-XXXXXX";
    char command[64];
    pds_drawing drawing = { .size = { d->block.size[0], d->block.size[1] },
                            .content = d->block.content };
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    paper_write(path, d->t, &drawing);
    (void)snprintf(command, sizeof command, "pdftotext -q -nopgbrk %s -", path);
    FILE *out = popen(command, "r"); // NOLINT(cert-env33-c): a command of our own
    assert_non_null(out);
    size_t n = fread(text, 1, room - 1, out);
    text[n] = '\0';
    assert_int_equal(pclose(out), 0);
    assert_int_equal(unlink(path), 0);
    drop_directions(text);
    for (n = strlen(text); n > 0 && text[n - 1] == '\n'; n--) {
        text[n - 1] = '\0';
    }
}

typedef struct copy_row {
    const char *what;
    const char *font;
    bool vertical;
    const char *text;
} copy_row;

static const copy_row COPIES[] = {
    { "Chinese, CFF outlines", NOTO, false, "甲方（盖章）：某某科技有限公司" },
    { "Chinese, TrueType outlines", WQY, false, "甲方（盖章）：某某科技有限公司" },
    { "two lines", NULL, false, "法定代表人：张三\n2026年11月21日" },
    { "Latin with kerning and ligatures", "DejaVu Serif", false, "AVATAR office fluffy WAVE" },
    { "Latin from a font for Chinese", NULL, false, "AVATAR office fluffy 《合同》" },
    { "one glyph for two characters", NOTO, false, "一⼀ 日⽇" },
    { "characters above U+FFFF", NOTO, false, "\xF0\xA0\xAE\xB7 \xF0\xA0\xAE\xB7野家" },
    { "composed and decomposed letters", "DejaVu Sans", false, "Zo\xC3\xAB Łukasz Ωλ Д" },
    { "Hebrew", "DejaVu Sans", false, "שלום עולם" },
    { "Arabic, joined, with a ligature", "DejaVu Sans", false, "السلام عليكم" },
    { "Korean", NULL, false, "대한민국 계약서" },
    { "Chinese in a column", NOTO, true, "甲方（盖章）：中国「签约」、二〇二六年" },
    { "Japanese in a column", "Noto Sans CJK JP", true, "日本語の縦書き、「テスト」。" },
    { "a column of a font without vertical forms", WQY, true, "日本語の縦書き、「テスト」。" },
    { "a column that ends with a word", NOTO, true, "签于北京Office" },
    { "a column with single letters and brackets", WQY, true, "〔甲〕A座—（乙）" },
    { "a column with a number", NOTO, true, "签于2026年11月21日" },
};

static void copies_give_the_text_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof COPIES / sizeof COPIES[0]; i++) {
        const copy_row *r = &COPIES[i];
        PDS_OWN(desk_drop) desk d;
        char back[512];
        pds_text text = { .utf8 = r->text, .vertical = r->vertical };
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        desk_open(&d, r->font);
        assert_int_equal(set(&d, &text, &e), PDS_OK);
        assert_true(d.block.font_size > 10.4 && d.block.size[0] > 9 && d.block.size[1] > 9);
        read_back(&d, back, sizeof back);
        if (r->vertical) {
            drop_blanks(back);
        }
        assert_string_equal(back, r->text);
    }
}

/* A line is what pdftotext takes for one. */
typedef struct break_row {
    const char *what;
    const char *text;
    double width;
    const char *lines;
} break_row;

static const break_row BREAKS[] = {
    { "ideographs break anywhere", "甲乙丙丁戊己庚辛", 41, "甲乙丙丁\n戊己庚辛" },
    { "no line begins with a comma", "甲乙丙丁，戊己庚", 41, "甲乙丙\n丁，戊己\n庚" },
    { "no line begins with a closing bracket", "甲乙（丙）丁戊", 41, "甲乙\n（丙）丁\n戊" },
    { "no line ends with an opening bracket", "甲乙丙（丁戊", 41, "甲乙丙\n（丁戊" },
    { "a number stays with its unit", "甲乙2026年丙丁", 41, "甲乙\n2026年\n丙丁" },
    { "words stay whole", "one two three", 41, "one two\nthree" },
    { "a long word is split at last", "incomprehensibilities", 41, "incompr\nehensibi\nlities" },
    { "small kana follow", "ああああっあ", 41, "あああ\nあっあ" },
};

static void lines_break_where_they_may(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BREAKS / sizeof BREAKS[0]; i++) {
        const break_row *r = &BREAKS[i];
        PDS_OWN(desk_drop) desk d;
        char back[512];
        pds_text text = { .utf8 = r->text, .size = 10, .room = { r->width, 0 } };
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        desk_open(&d, NOTO);
        assert_int_equal(set(&d, &text, &e), PDS_OK);
        assert_true(d.block.size[0] <= r->width);
        read_back(&d, back, sizeof back);
        assert_string_equal(back, r->lines);
    }
}

typedef struct fit_row {
    const char *what;
    double room[2];
    double size; /* expected; 0: refused */
    bool vertical, whole;
} fit_row;

static const fit_row FITS[] = {
    { "room to spare", { 300, 100 }, 10.5, false, false },
    { "no limit", { 0, 0 }, 10.5, false, false },
    { "exactly one line", { 84, 10.5 }, 10.5, false, false },
    { "a lower line", { 84, 8 }, 8.25, false, false },
    { "two lines of four", { 32, 18 }, 8, false, false },
    { "the least", { 32, 4 }, 4, false, false },
    { "less than the least height", { 300, 3.5 }, 0, false, false },
    { "less than the least width", { 31, 4 }, 0, false, false },
    { "a column", { 10.5, 84 }, 10.5, true, false },
    { "a shorter column", { 8, 64 }, 8, true, false },
    { "one line that stays whole", { 48, 40 }, 6, false, true },
    { "a column that stays whole", { 40, 48 }, 6, true, true },
    { "a whole line that would be too small is broken", { 24, 40 }, 8.5, false, true },
};

static void size_fits_the_room(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FITS / sizeof FITS[0]; i++) {
        const fit_row *r = &FITS[i];
        PDS_OWN(desk_drop) desk d;
        pds_text text = { .utf8 = "甲乙丙丁戊己庚辛",
                          .room = { r->room[0], r->room[1] },
                          .vertical = r->vertical,
                          .whole = r->whole };
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        desk_open(&d, WQY);
        assert_int_equal(set(&d, &text, &e), r->size > 0 ? PDS_OK : PDS_E_PLACE_REFUSED);
        if (r->size > 0) {
            assert_true(d.block.font_size == r->size);
            assert_true(r->room[0] <= 0 || d.block.size[0] <= r->room[0] + 0.01);
            assert_true(r->room[1] <= 0 || d.block.size[1] <= r->room[1] + 0.01);
        } else {
            assert_int_equal(d.block.content.len, 0);
        }
    }
}

static void a_given_size_is_kept_or_refused(void **state)
{
    PDS_OWN(desk_drop) desk d;
    pds_text text = { .utf8 = "甲乙丙丁", .size = 30, .room = { 120, 30 } };
    pds_err e = { 0 };
    (void)state;
    desk_open(&d, NULL);
    assert_int_equal(set(&d, &text, &e), PDS_OK);
    assert_true(d.block.font_size == 30);
    text.room[0] = 100;
    assert_int_equal(set(&d, &text, &e), PDS_E_PLACE_REFUSED);
    assert_non_null(strstr(e.text, "100.0 x 30.0"));
}

typedef struct bad_row {
    const char *what;
    const char *text;
    pds_code code;
    const char *named;
} bad_row;

static const bad_row BADS[] = {
    { "a character of no font", "甲\xF0\x90\xA9\xA0乙", PDS_E_GLYPH_MISSING, "U+10A60" },
    { "several", "\xF0\x90\xA9\xA0\xF0\x90\xA9\xA1", PDS_E_GLYPH_MISSING, "U+10A61" },
    { "no text", "", PDS_E_USAGE, "empty" },
    { "a control character", "a\x07z", PDS_E_USAGE, "U+0007" },
    { "a cut sequence", "a\xE4\xB8", PDS_E_USAGE, "UTF-8" },
    { "an overlong sequence", "\xC0\xAF", PDS_E_USAGE, "UTF-8" },
    { "a surrogate", "\xED\xA0\x80", PDS_E_USAGE, "UTF-8" },
    { "a byte that begins nothing", "\xFFz", PDS_E_USAGE, "UTF-8" },
    { "a noncharacter", "\xEF\xBF\xBE", PDS_E_USAGE, "U+FFFE" },
};

static void unfit_text_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BADS / sizeof BADS[0]; i++) {
        PDS_OWN(desk_drop) desk d;
        pds_text text = { .utf8 = BADS[i].text };
        pds_err e = { 0 };
        print_message("%s\n", BADS[i].what);
        desk_open(&d, NULL);
        assert_int_equal(set(&d, &text, &e), BADS[i].code);
        assert_non_null(strstr(e.text, BADS[i].named));
        assert_int_equal(pds_typesetter_faces(d.t), 0);
    }
}

static void endless_text_is_refused(void **state)
{
    PDS_OWN(desk_drop) desk d;
    PDS_OWN(pds_buf_drop) pds_buf long_text = { 0 };
    pds_err e = { 0 };
    (void)state;
    desk_open(&d, NULL);
    pds_buf_fill(&long_text, 'a', 20000);
    pds_text text = { .utf8 = pds_buf_cstr(&long_text) };
    assert_int_equal(set(&d, &text, &e), PDS_E_LIMIT);
}

static void subset(desk *d, const char *utf8, pds_face_subset *out)
{
    pds_text text = { .utf8 = utf8 };
    pds_err e = { 0 };
    assert_int_equal(set(d, &text, &e), PDS_OK);
    assert_int_equal(pds_typesetter_faces(d->t), 1);
    assert_int_equal(pds_typesetter_subset(d->t, 0, out, &e), PDS_OK);
}

static void subsets_are_small_and_the_same(void **state)
{
    static const char *const fonts[] = { NOTO, WQY };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        PDS_OWN(desk_drop) desk one;
        PDS_OWN(desk_drop) desk other;
        PDS_OWN(pds_face_subset_drop) pds_face_subset a;
        PDS_OWN(pds_face_subset_drop) pds_face_subset b;
        desk_open(&one, fonts[i]);
        desk_open(&other, fonts[i]);
        subset(&one, "合同专用章签字盖章日期", &a);
        subset(&other, "合同专用章签字盖章日期", &b);
        print_message("%s: %zu bytes\n", a.name, a.program.len);
        assert_true(a.program.len < 8192);
        assert_string_equal(a.name, b.name);
        assert_true(pds_span_eq(pds_buf_span(&a.program), pds_buf_span(&b.program)));
        assert_int_equal(a.name[6], '+');
    }
}

static void a_code_stands_for_one_text(void **state)
{
    PDS_OWN(desk_drop) desk d;
    PDS_OWN(pds_face_subset_drop) pds_face_subset s;
    PDS_OWN(pds_buf_drop) pds_buf map = { .max = 1 << 16 };
    (void)state;
    desk_open(&d, NOTO);
    subset(&d, "一⼀A一A", &s);
    assert_string_equal(pds_buf_cstr(&s.widths), "[1 [1000 1000 608]]");
    assert_int_equal(pds_inflate(pds_buf_span(&s.to_unicode), &map, NULL), PDS_OK);
    assert_non_null(strstr(pds_buf_cstr(&map), "3 beginbfchar\n<0001> <4E00>\n"
                                               "<0002> <2F00>\n<0003> <0041>\n"
                                               "endbfchar"));
}

static bool same_subset(const pds_face_subset *a, const pds_face_subset *b)
{
    return strcmp(a->name, b->name) == 0 && a->glyphs == b->glyphs && a->flags == b->flags &&
           a->vertical == b->vertical && a->ascent == b->ascent && a->stem_v == b->stem_v &&
           pds_span_eq(pds_buf_span(&a->program), pds_buf_span(&b->program)) &&
           pds_span_eq(pds_buf_span(&a->widths), pds_buf_span(&b->widths)) &&
           pds_span_eq(pds_buf_span(&a->widths_v), pds_buf_span(&b->widths_v)) &&
           pds_span_eq(pds_buf_span(&a->to_unicode), pds_buf_span(&b->to_unicode));
}

/* The subset of a text set by a new typesetter of these fonts. */
static void subset_by(pds_fonts *fonts, const pds_text *text, pds_face_subset *out)
{
    PDS_OWN(desk_drop) desk d = { .fonts = NULL };
    pds_err e = { 0 };
    assert_int_equal(pds_typesetter_new(fonts, &d.t, &e), PDS_OK);
    assert_int_equal(set(&d, text, &e), PDS_OK);
    assert_int_equal(pds_typesetter_subset(d.t, 0, out, &e), PDS_OK);
}

/* What one document left in shared fonts must not show in another: each subset is the one that
 * fresh fonts make. The first texts come again after more others than are kept. */
static void shared_fonts_make_the_subsets_of_fresh_ones(void **state)
{
    static const pds_text texts[] = {
        { .utf8 = "一⼀" },
        { .utf8 = "⼀一" },
        { .utf8 = "一" },
        { .utf8 = "甲方" },
        { .utf8 = "甲方", .vertical = true },
        { .utf8 = "（甲）" },
        { .utf8 = "（甲）", .vertical = true },
        { .utf8 = "2026年1月" },
        { .utf8 = "2026年2月" },
        { .utf8 = "乙方" },
        { .utf8 = "丙方" },
    };
    enum { TEXTS = sizeof texts / sizeof texts[0] };
    PDS_OWN(desk_drop) desk shared;
    (void)state;
    desk_open(&shared, NOTO);
    for (size_t i = 0; i < 3 * (size_t)TEXTS; i++) {
        const pds_text *text = &texts[i < TEXTS ? i : (i / 2) % TEXTS];
        PDS_OWN(desk_drop) desk fresh;
        PDS_OWN(pds_face_subset_drop) pds_face_subset a;
        PDS_OWN(pds_face_subset_drop) pds_face_subset b;
        desk_open(&fresh, NOTO);
        subset_by(shared.fonts, text, &a);
        subset_by(fresh.fonts, text, &b);
        assert_true(same_subset(&a, &b));
    }
}

static void columns_have_a_face_of_their_own(void **state)
{
    PDS_OWN(desk_drop) desk d;
    PDS_OWN(pds_face_subset_drop) pds_face_subset upright;
    PDS_OWN(pds_face_subset_drop) pds_face_subset lying;
    pds_text text = { .utf8 = "章Office楼", .vertical = true };
    pds_err e = { 0 };
    (void)state;
    desk_open(&d, NOTO);
    assert_int_equal(set(&d, &text, &e), PDS_OK);
    assert_int_equal(pds_typesetter_faces(d.t), 2);
    assert_int_equal(d.block.faces, 3);
    assert_int_equal(pds_typesetter_subset(d.t, 0, &upright, &e), PDS_OK);
    assert_int_equal(pds_typesetter_subset(d.t, 1, &lying, &e), PDS_OK);
    assert_true(upright.vertical && !lying.vertical);
    assert_string_equal(pds_buf_cstr(&upright.widths_v), "[1 [-1000 500 880 -1000 500 880]]");
    assert_int_equal(lying.widths_v.len, 0);
}

/* How many numbers stand between these brackets at most. */
static size_t longest_array(const char *widths)
{
    size_t longest = 0;
    size_t numbers = 0;
    for (const char *at = widths; *at != '\0'; at++) {
        numbers = *at == '[' ? 1 : numbers + (*at == ' ' ? 1U : 0U);
        longest = numbers > longest ? numbers : longest;
    }
    return longest;
}

static void arrays_of_many_widths_are_short(void **state)
{
    enum { COUNT = 4500, FIRST = 0x4E00, LONGEST = 8191 /* ISO 19005-1, 6.1.12 */ };
    static uint8_t utf8[3 * COUNT + 1];
    PDS_OWN(desk_drop) desk d;
    PDS_OWN(pds_face_subset_drop) pds_face_subset s;
    pds_text text = { .utf8 = (const char *)utf8, .vertical = true };
    pds_err e = { 0 };
    (void)state;
    uint8_t *to = utf8;
    for (unsigned c = FIRST; c < FIRST + COUNT; c++) {
        *to++ = (uint8_t)(0xE0 | c >> 12);
        *to++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        *to++ = (uint8_t)(0x80 | (c & 0x3F));
    }
    desk_open(&d, NOTO);
    assert_int_equal(set(&d, &text, &e), PDS_OK);
    assert_int_equal(pds_typesetter_subset(d.t, 0, &s, &e), PDS_OK);
    assert_int_equal(s.glyphs, COUNT + 1);
    assert_in_range(longest_array(pds_buf_cstr(&s.widths_v)), 6000, LONGEST);
    assert_in_range(longest_array(pds_buf_cstr(&s.widths)), 2000, LONGEST);
    assert_non_null(strstr(pds_buf_cstr(&s.widths), "[1 [1000 "));
    assert_non_null(strstr(pds_buf_cstr(&s.widths), " 1000] 2001 [1000 "));
    assert_non_null(strstr(pds_buf_cstr(&s.widths_v), " 880] 4001 [-1000 500 880 "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_give_the_text_back),
        cmocka_unit_test(lines_break_where_they_may),
        cmocka_unit_test(size_fits_the_room),
        cmocka_unit_test(a_given_size_is_kept_or_refused),
        cmocka_unit_test(unfit_text_is_refused),
        cmocka_unit_test(endless_text_is_refused),
        cmocka_unit_test(subsets_are_small_and_the_same),
        cmocka_unit_test(a_code_stands_for_one_text),
        cmocka_unit_test(shared_fonts_make_the_subsets_of_fresh_ones),
        cmocka_unit_test(columns_have_a_face_of_their_own),
        cmocka_unit_test(arrays_of_many_widths_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
