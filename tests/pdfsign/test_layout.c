/* Where seals and dates of a signing come to lie, and what is refused before a byte is written. The
 * reader, the typesetter and the composition are played here: what they do has tests of its own. */
#include "base/own.h"
#include "pdfsign/form_field.h"
#include "pdfsign/layout.h"
#include "pdfsign/overlap.h"
#include "pdfsign/plan.h"
#include "pdfsign/seam_lay.h"
#include "seal/color.h"
#include "seal/compose.h"
#include "tests/pdf/make.h"
#include "tests/pdf/sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- what is played ---- */

static pds_image image = { .width = 10, .height = 10, .size = { 100, 100 }, .components = 3 };
static pds_found found[8];
static size_t found_count;
static const char *nearest = "";
static unsigned searches;
static pds_composition composed[32]; /* in their order */
static char composed_text[32][256];
static size_t composed_count;

const pds_image *pds_seal_image(const struct pds_seal *seal)
{
    return seal == NULL ? NULL : &image;
}

pds_code pds_fonts_open(const char *font, pds_fonts **out, pds_err *e)
{
    (void)font;
    (void)e;
    *out = NULL;
    return PDS_OK;
}

void pds_fonts_drop(pds_fonts **fonts)
{
    *fonts = NULL;
}

pds_code pds_typesetter_new(struct pds_fonts *fonts, pds_typesetter **out, pds_err *e)
{
    (void)fonts;
    (void)e;
    *out = calloc(1, 1);
    assert_non_null(*out);
    return PDS_OK;
}

void pds_typesetter_use(pds_typesetter *t, struct pds_fonts *fonts)
{
    assert_non_null(t);
    (void)fonts;
}

void pds_typesetter_drop(pds_typesetter **t)
{
    free(*t);
    *t = NULL;
}

/* Each character is half as wide as high. */
static void text_size(const char *text, double size, double out[2])
{
    size_t columns = 0, width = 0, lines = 1;
    for (; *text != '\0'; text++) {
        lines += *text == '\n' ? 1 : 0;
        width = *text == '\n' ? 0 : width + (((uint8_t)*text & 0xc0) != 0x80 ? 1 : 0);
        columns = width > columns ? width : columns;
    }
    out[0] = 0.5 * size * (double)columns;
    out[1] = size * (double)lines;
}

pds_code pds_typeset(pds_typesetter *t, const pds_text *text, pds_block *out, pds_err *e)
{
    assert_non_null(t);
    *out = (pds_block){ .font_size = text->size > 0 ? text->size : 10.5, .faces = 1 };
    text_size(text->utf8, out->font_size, out->size);
    pds_buf_printf(&out->content, "(%s) %g", text->utf8, out->font_size);
    return pds_buf_end(&out->content, e);
}

void pds_block_drop(pds_block *b)
{
    pds_buf_drop(&b->content);
}

/* The parts one above the other. */
pds_code pds_compose_size(const pds_composition *c, pds_typesetter *t, double size[2], pds_err *e)
{
    double part[2];
    (void)e;
    size[0] = c->image == NULL ? 0 : c->image_size[0];
    size[1] = c->image == NULL ? 0 : c->image_size[1];
    assert_true(t != NULL || (c->text == NULL && c->date == NULL));
    if (c->text != NULL) {
        text_size(c->text, c->text_size > 0 ? c->text_size : 10.5, part);
        size[0] = fmax(size[0], part[0]);
        size[1] += part[1];
    }
    if (c->date != NULL) {
        text_size(c->date, c->date_size, part);
        size[0] = fmax(size[0], part[0]);
        size[1] += part[1];
    }
    return PDS_OK;
}

pds_code pds_compose(const pds_composition *c, pds_typesetter *t, pds_drawing *out, pds_err *e)
{
    assert_true(composed_count < sizeof composed / sizeof composed[0]);
    (void)snprintf(composed_text[composed_count], sizeof composed_text[0], "%s|%s",
                   c->text == NULL ? "" : c->text, c->date == NULL ? "" : c->date);
    composed[composed_count++] = *c;
    *out = (pds_drawing){ .image = c->image, .opacity = 1, .multiply = !c->plain };
    pds_buf_text(&out->content, "q Q");
    if (c->room[0] > 0) {
        memcpy(out->size, c->room, sizeof out->size);
        return PDS_OK;
    }
    return pds_compose_size(c, t, out->size, e);
}

pds_code pds_reader_new(pds_reader **out, pds_err *e)
{
    (void)e;
    *out = malloc(1);
    assert_non_null(*out);
    return PDS_OK;
}

void pds_reader_drop(pds_reader **reader)
{
    free(*reader);
    *reader = NULL;
}

void pds_finds_drop(pds_finds *f)
{
    free(f->items);
    *f = (pds_finds){ 0 };
}

pds_code pds_reader_find(pds_reader *reader, const pds_view *view, const char *text, pds_finds *out,
                         pds_err *e)
{
    (void)e;
    assert_non_null(reader);
    assert_true(view->fd >= 0);
    assert_non_null(text);
    searches++;
    *out = (pds_finds){ .items = calloc(8, sizeof *found), .count = found_count };
    assert_non_null(out->items);
    memcpy(out->items, found, sizeof found);
    (void)snprintf(out->nearest, sizeof out->nearest, "%s", nearest);
    return PDS_OK;
}

pds_code pds_seam_lay(pds_scene *s, size_t index, pds_err *e)
{
    (void)s;
    (void)index;
    (void)e;
    return PDS_OK;
}

/* ---- a file to lay out on ---- */

static const char *const FORM =
    "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[8 0 R 9 0 R 10 0 R 11 0 R 12 0 R]"
    "/DA(/Helv 12 Tf 0 g)>>>>";
static const char *const PAGES = "<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R 6 0 R]/Count 4/MediaBox[0 0 "
                                 "595 842]>>";
/* Turned, cropped off the origin, in units of 1/36 inch. */
static const char *const PAGE[] = {
    "<</Type/Page/Parent 2 0 R/Annots[8 0 R 9 0 R 10 0 R 12 0 R 7 0 R]>>",
    "<</Type/Page/Parent 2 0 R/Rotate 90/Annots[11 0 R]>>",
    "<</Type/Page/Parent 2 0 R/CropBox[100 200 400 500]/Rotate 180>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/UserUnit 2>>",
};
static const char *const HIDDEN =
    "<</Type/Annot/Subtype/Widget/FT/Btn/T(h)/F 2/Rect[400 0 595 100]>>";
static const char *const TEXT_FIELD =
    "<</Type/Annot/Subtype/Widget/FT/Tx/T(date)/Rect[10 10 110 30]%s>>";
static const char *const BUTTON =
    "<</Type/Annot/Subtype/Widget/FT/Btn/Ff 65536/T(button)/Rect[10 40 110 90]>>";
static const char *const SIGNATURE =
    "<</Type/Annot/Subtype/Widget/FT/Sig/T(Sig)/Rect[200 10 300 110]%s>>";
static const char *const TURNED =
    "<</Type/Annot/Subtype/Widget/FT/Sig/T(Turned)/Rect[100 100 150 300]>>";
static const char *const INVISIBLE =
    "<</Type/Annot/Subtype/Widget/FT/Sig/T(Invisible)/Rect[0 0 0 0]>>";

typedef struct stage {
    pds_sign_job job;
    pds_signing signings[2];
    pds_input in;
    pds_moment when;
    pds_scene scene;
    pds_plan plans[2];
} stage;

static void put_formatted(make *m, uint32_t number, const char *format, const char *more)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_buf_printf(&text, format, more == NULL ? "" : more);
    make_object(m, number, pds_buf_cstr(&text));
}

/* text_more, signature_more: further entries of those fields. */
static void open_stage(stage *s, const char *text_more, const char *signature_more)
{
    make m = { 0 };
    pds_err e = { 0 };
    make_piece(&m, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
    make_object(&m, 1, FORM);
    make_object(&m, 2, PAGES);
    for (uint32_t i = 0; i < 4; i++) {
        make_object(&m, 3 + i, PAGE[i]);
    }
    make_object(&m, 7, HIDDEN);
    put_formatted(&m, 8, TEXT_FIELD, text_more);
    make_object(&m, 9, BUTTON);
    put_formatted(&m, 10, SIGNATURE, signature_more);
    make_object(&m, 11, TURNED);
    make_object(&m, 12, INVISIBLE);
    make_table(&m, 13, "/Size 13");
    sample_write(sample_path("in.pdf"), pds_buf_span(&m.file));
    pds_buf_drop(&m.file);

    *s = (stage){ .in = PDS_INPUT_NONE, .when = { .utc = 1795219200 } };
    s->when.local = (struct tm){ .tm_year = 126, .tm_mon = 10, .tm_mday = 21 };
    s->job.signings = s->signings;
    s->job.signing_count = 2;
    pds_input_options options = { .path = sample_path("in.pdf"), .to_change = true };
    pds_code code = pds_input_open(&options, &s->in, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(code, PDS_OK);
    s->scene = (pds_scene){ .job = &s->job, .in = &s->in, .when = &s->when };
    found_count = composed_count = searches = 0;
    nearest = "";
}

static void stage_drop(stage *s)
{
    pds_scene_drop(&s->scene);
    pds_input_close(&s->in);
}

#define STAGE(name) PDS_OWN(stage_drop) stage name = { .in = PDS_INPUT_NONE }

#define SEAL ((const pds_seal *)1)

/* Lays out signing `index` with this field (NULL: a new one). */
static pds_code lay(stage *s, size_t index, const char *field, const pds_look *look, pds_err *e)
{
    s->signings[index].signature.look = *look;
    s->plans[index] = (pds_plan){ .options = s->signings[index].signature };
    s->plans[index].existing = field == NULL ? NULL : pds_form_find(&s->in.form, field);
    assert_true(field == NULL || s->plans[index].existing != NULL);
    return pds_scene_lay(&s->scene, index, &s->plans[index], e);
}

static void laid(stage *s, const char *field, const pds_look *look)
{
    pds_err e = { 0 };
    pds_code code = lay(s, 0, field, look, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(code, PDS_OK);
}

static void near(const double got[4], const double wanted[4], const char *what)
{
    for (int i = 0; i < 4; i++) {
        if (fabs(got[i] - wanted[i]) > 0.001) {
            fail_msg("%s: [%g %g %g %g], wanted [%g %g %g %g]", what, got[0], got[1], got[2],
                     got[3], wanted[0], wanted[1], wanted[2], wanted[3]);
        }
    }
}

/* ---- places ---- */

typedef struct place_row {
    const char *what;
    const char *places[3], *dates[3];
    const char *text;
    size_t mark; /* which of the marks */
    pds_mark_kind kind;
    uint32_t page;
    double rect[4];
    double room[2]; /* of its drawing */
} place_row;

/* The seal is 100 x 100 points, a date of 10 characters is 52.5 x 10.5. The keyword stands on page
 * 1 at 50,700 to 150,720, on page 2 at 300,100 to 400,120, on page 4 at 100,200 to 150,220. */
static const place_row PLACES[] = {
    { "a rectangle is filled",
      { "1/300,300,400,500" },
      { NULL },
      NULL,
      0,
      PDS_MARK_WIDGET,
      1,
      { 300, 300, 400, 500 },
      { 100, 200 } },
    { "a corner without a size: the seal's own",
      { "1@tr+10,20" },
      { NULL },
      NULL,
      0,
      PDS_MARK_WIDGET,
      1,
      { 485, 722, 585, 822 },
      { 0, 0 } },
    { "a corner with a size",
      { "1@tr+10,20:50x60" },
      { NULL },
      NULL,
      0,
      PDS_MARK_WIDGET,
      1,
      { 535, 762, 585, 822 },
      { 50, 60 } },
    { "turned by 90",
      { "2@bl:50x60" },
      { NULL },
      NULL,
      0,
      PDS_MARK_WIDGET,
      2,
      { 535, 0, 595, 50 },
      { 50, 60 } },
    { "turned by 180, cropped off the origin",
      { "3@bl:50x60" },
      { NULL },
      NULL,
      0,
      PDS_MARK_WIDGET,
      3,
      { 350, 440, 400, 500 },
      { 50, 60 } },
    { "in user units of 1/36 inch",
      { "4@tr" },
      { NULL },
      NULL,
      0,
      PDS_MARK_WIDGET,
      4,
      { 250, 350, 300, 400 },
      { 0, 0 } },
    { "the last page",
      { "z@bl" },
      { NULL },
      NULL,
      0,
      PDS_MARK_WIDGET,
      4,
      { 0, 0, 50, 50 },
      { 0, 0 } },
    { "from the end",
      { "r2@c" },
      { NULL },
      NULL,
      0,
      PDS_MARK_WIDGET,
      3,
      { 200, 300, 300, 400 },
      { 0, 0 } },
    { "a second place is page content",
      { "1@tr", "2@bl:50x60" },
      { NULL },
      NULL,
      1,
      PDS_MARK_CONTENT,
      2,
      { 535, 0, 595, 50 },
      { 50, 60 } },
    { "page content comes in page order",
      { "1@tr", "4@bl", "2@bl" },
      { NULL },
      NULL,
      1,
      PDS_MARK_CONTENT,
      2,
      { 495, 0, 595, 100 },
      { 0, 0 } },
    { "a keyword: centres coincide",
      { "text:\"K\"" },
      { NULL },
      NULL,
      0,
      PDS_MARK_WIDGET,
      1,
      { 50, 660, 150, 760 },
      { 0, 0 } },
    { "the last keyword, in user units",
      { "text:\"K\"#last" },
      { NULL },
      NULL,
      0,
      PDS_MARK_WIDGET,
      4,
      { 100, 185, 150, 235 },
      { 0, 0 } },
    { "the second keyword, on a turned page",
      { "text:\"K\"#2:40x40" },
      { NULL },
      NULL,
      0,
      PDS_MARK_WIDGET,
      2,
      { 465, 330, 505, 370 },
      { 40, 40 } },
    { "all keywords: the first is the widget",
      { "text:\"K\"#all:40x40" },
      { NULL },
      NULL,
      0,
      PDS_MARK_WIDGET,
      1,
      { 80, 690, 120, 730 },
      { 40, 40 } },
    { "all keywords: the others are page content",
      { "text:\"K\"#all:40x40" },
      { NULL },
      NULL,
      2,
      PDS_MARK_CONTENT,
      4,
      { 115, 200, 135, 220 },
      { 40, 40 } },
    { "beside a keyword",
      { "text:\"K\"@right+5,0:40x40" },
      { NULL },
      NULL,
      0,
      PDS_MARK_WIDGET,
      1,
      { 155, 690, 195, 730 },
      { 40, 40 } },
    { "a push-button",
      { "1@tr", "field:button" },
      { NULL },
      NULL,
      1,
      PDS_MARK_FIELD,
      1,
      { 10, 40, 110, 90 },
      { 100, 50 } },
    { "a date of its own size",
      { "1@tr" },
      { "1@tl" },
      NULL,
      1,
      PDS_MARK_CONTENT,
      1,
      { 0, 831.5, 52.5, 842 },
      { 0, 0 } },
    { "a date in a rectangle",
      { "1@tr" },
      { "1/10,500,110,540" },
      NULL,
      1,
      PDS_MARK_CONTENT,
      1,
      { 10, 500, 110, 540 },
      { 100, 40 } },
    { "a date at a keyword",
      { "1@tr" },
      { "text:\"K\"@right" },
      NULL,
      1,
      PDS_MARK_CONTENT,
      1,
      { 150, 704.75, 202.5, 715.25 },
      { 0, 0 } },
    { "a date may cross its own seal",
      { "1@tr" },
      { "1@tr" },
      NULL,
      1,
      PDS_MARK_CONTENT,
      1,
      { 542.5, 831.5, 595, 842 },
      { 0, 0 } },
    { "@last: the widget grows downwards",
      { "1@tr" },
      { "@last" },
      NULL,
      0,
      PDS_MARK_WIDGET,
      1,
      { 495, 731.5, 595, 842 },
      { 0, 0 } },
    { "@last: so does its room, and to both sides",
      { "1@c:40x40" },
      { "@last" },
      NULL,
      0,
      PDS_MARK_WIDGET,
      1,
      { 271.25, 390.5, 323.75, 441 },
      { 52.5, 50.5 } },
    { "@last on a turned page: down as it is shown",
      { "2@c" },
      { "@last" },
      NULL,
      0,
      PDS_MARK_WIDGET,
      2,
      { 247.5, 371, 358, 471 },
      { 0, 0 } },
    { "@last in user units",
      { "4@tl" },
      { "@last" },
      NULL,
      0,
      PDS_MARK_WIDGET,
      4,
      { 0, 344.75, 50, 400 },
      { 0, 0 } },
    { "@last: the last of several places",
      { "1@tr", "2@c" },
      { "@last" },
      NULL,
      1,
      PDS_MARK_CONTENT,
      2,
      { 247.5, 371, 358, 471 },
      { 0, 0 } },
    { "@last: the others carry no date",
      { "1@tr", "2@c" },
      { "@last" },
      NULL,
      0,
      PDS_MARK_WIDGET,
      1,
      { 495, 742, 595, 842 },
      { 0, 0 } },
    { "@last: the last of all keywords",
      { "text:\"K\"#all:60x40" },
      { "@last" },
      NULL,
      2,
      PDS_MARK_CONTENT,
      4,
      { 110, 194.75, 140, 220 },
      { 60, 50.5 } },
    { "text below the seal",
      { "1@tr" },
      { NULL },
      "one\ntwo",
      0,
      PDS_MARK_WIDGET,
      1,
      { 495, 721, 595, 842 },
      { 0, 0 } },
};

static void find_keywords(void)
{
    static const pds_found all[] = { { 1, { 50, 700, 150, 720 } },
                                     { 2, { 300, 100, 400, 120 } },
                                     { 4, { 100, 200, 150, 220 } } };
    memcpy(found, all, sizeof all);
    found_count = 3;
}

static size_t count_texts(const char *const *texts)
{
    size_t n = 0;
    while (n < 3 && texts[n] != NULL) {
        n++;
    }
    return n;
}

static void lies_there(void **state)
{
    const place_row *row = *state;
    STAGE(s);
    open_stage(&s, NULL, NULL);
    find_keywords();
    pds_look look = { .seal = SEAL,
                      .places = row->places,
                      .place_count = count_texts(row->places),
                      .dates = row->dates,
                      .date_count = count_texts(row->dates),
                      .date_format = "yyyy-MM-dd",
                      .text = row->text };
    laid(&s, NULL, &look);
    assert_true(s.scene.layouts[0].mark_count > row->mark);
    const pds_mark *mark = &s.scene.layouts[0].marks[row->mark];
    assert_int_equal(mark->kind, row->kind);
    assert_int_equal(mark->page.number, row->page);
    near(mark->rect, row->rect, row->what);
    const double *room = composed[mark->drawing].room;
    assert_true(fabs(room[0] - row->room[0]) < 0.001 && fabs(room[1] - row->room[1]) < 0.001);
    if (row->kind == PDS_MARK_WIDGET) {
        near(s.plans[0].rect, row->rect, "the plan's");
        assert_int_equal(s.plans[0].page_number, row->page);
        assert_int_equal(s.plans[0].page.ref.num, row->page + 2);
    }
}

/* ---- existing fields ---- */

static void an_existing_field_is_filled(void **state)
{
    (void)state;
    STAGE(s);
    open_stage(&s, NULL, NULL);
    pds_look look = { .seal = SEAL };
    laid(&s, "Turned", &look);
    const pds_layout *l = &s.scene.layouts[0];
    assert_int_equal(l->mark_count, 1);
    assert_int_equal(l->marks[0].kind, PDS_MARK_WIDGET);
    assert_int_equal(l->marks[0].page.number, 2);
    near(l->marks[0].rect, (double[]){ 100, 100, 150, 300 }, "the field's own");
    assert_float_equal(composed[0].room[0], 200, 0.001); /* as it is shown */
    assert_float_equal(composed[0].room[1], 50, 0.001);
    assert_float_equal(s.plans[0].rect[2], 0, 0); /* no new one */
}

static void a_date_goes_into_an_existing_field(void **state)
{
    (void)state;
    STAGE(s);
    open_stage(&s, NULL, NULL);
    pds_look look = {
        .seal = SEAL, .dates = (const char *[]){ "@last" }, .date_count = 1, .date_size = 9
    };
    laid(&s, "Sig", &look);
    assert_int_equal(s.scene.layouts[0].mark_count, 1);
    near(s.scene.layouts[0].marks[0].rect, (double[]){ 200, 10, 300, 110 }, "it does not grow");
    assert_string_equal(composed_text[0], "|2026年11月21日");
    assert_float_equal(composed[0].date_size, 9, 0.001);
    assert_float_equal(composed[0].room[1], 100, 0.001);
}

static void a_date_longer_than_its_field_is_made_smaller(void **state)
{
    static const struct {
        const char *what, *format;
        double asked, size;
    } rows[] = {
        { "as wide as the field", "'1234567890123456789'", 0, 10.5 },
        { "wider", "'12345678901234567890'", 0, 0 }, /* 0: as fits */
        { "wider as was asked for", "'12345678901234567890'", 12, 12 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        STAGE(s);
        print_message("%s\n", rows[i].what);
        open_stage(&s, NULL, NULL);
        composed_count = 0;
        pds_look look = { .seal = SEAL,
                          .dates = (const char *[]){ "@last" },
                          .date_count = 1,
                          .date_format = rows[i].format,
                          .date_size = rows[i].asked };
        laid(&s, "Sig", &look);
        assert_float_equal(composed[0].date_size, rows[i].size, 0);
    }
}

static void a_date_alone_stands_in_a_field(void **state)
{
    (void)state;
    STAGE(s);
    open_stage(&s, NULL, NULL);
    pds_look look = { .dates = (const char *[]){ "@last" }, .date_count = 1 };
    laid(&s, "Sig", &look);
    assert_int_equal(s.scene.layouts[0].marks[0].kind, PDS_MARK_WIDGET);
    assert_string_equal(composed_text[0], "2026年11月21日|");
}

static void a_place_without_a_drawing_is_kept_free(void **state)
{
    (void)state;
    STAGE(s);
    pds_err e = { 0 };
    open_stage(&s, NULL, NULL);
    pds_look look = { .places = (const char *[]){ "1@tr:50x50" }, .place_count = 1 };
    laid(&s, NULL, &look);
    assert_int_equal(s.scene.layouts[0].mark_count, 0);
    near(s.plans[0].rect, (double[]){ 545, 792, 595, 842 }, "the widget");
    assert_int_equal(lay(&s, 1, NULL, &look, &e), PDS_E_PLACE_TAKEN);
    assert_non_null(strstr(e.text, "signer 1"));
}

static void nothing_seen_is_on_the_first_page(void **state)
{
    (void)state;
    STAGE(s);
    open_stage(&s, NULL, NULL);
    laid(&s, NULL, &(pds_look){ 0 });
    assert_int_equal(s.scene.layouts[0].mark_count, 0);
    assert_int_equal(s.plans[0].page.ref.num, 3);
    assert_float_equal(s.plans[0].rect[2], 0, 0);
    assert_null(s.scene.typesetter); /* and no text is set */
    assert_null(s.scene.reader);
}

/* ---- what is written ---- */

typedef struct text_row {
    const char *what, *text, *show, *format, *value;
    const char *wanted; /* text|date */
} text_row;

static const text_row TEXTS[] = {
    { "the default date", NULL, NULL, NULL, NULL, "|2026年11月21日" },
    { "digits", NULL, NULL, "yyyy-MM-dd", NULL, "|2026-11-21" },
    { "Chinese numerals", NULL, NULL, "中文", NULL, "|二〇二六年十一月二十一日" },
    { "another day", NULL, NULL, NULL, "2024-02-29", "|2024年2月29日" },
    { "text before what is shown", "甲方", "name,date", "yyyy.M.d", NULL,
      "甲方\n张三\n2026.11.21|2026.11.21" },
    { "all that can be shown", NULL, "location,contact,reason,name", NULL, NULL,
      "北京\na@b\n同意\n张三|2026年11月21日" },
};

static void is_written(void **state)
{
    const text_row *row = *state;
    STAGE(s);
    open_stage(&s, NULL, NULL);
    pds_signature_options *options = &s.signings[0].signature;
    options->name = "张三";
    options->reason = "同意";
    options->location = "北京";
    options->contact = "a@b";
    pds_look look = { .seal = SEAL,
                      .dates = (const char *[]){ "@last" },
                      .date_count = 1,
                      .text = row->text,
                      .show = row->show,
                      .date_format = row->format,
                      .date_value = row->value };
    laid(&s, "Sig", &look);
    assert_string_equal(composed_text[0], row->wanted);
}

static void an_unknown_name_is_told_or_dotted(void **state)
{
    (void)state;
    STAGE(s);
    pds_err e = { 0 };
    open_stage(&s, NULL, NULL);
    pds_look look = { .show = "name" };
    s.job.dry_run = true;
    laid(&s, "Sig", &look);
    assert_string_equal(composed_text[0], "……|");
    s.job.dry_run = false;
    assert_int_equal(lay(&s, 1, "Turned", &look, &e), PDS_E_USAGE);
    assert_non_null(strstr(e.hint, "--name"));
}

static void colours_and_manners_are_passed_on(void **state)
{
    (void)state;
    STAGE(s);
    open_stage(&s, NULL, NULL);
    pds_look look = { .seal = SEAL,
                      .text = "t",
                      .text_color = "#010203",
                      .text_size = 7,
                      .text_place = PDS_TEXT_OVER,
                      .vertical = true,
                      .plain = true,
                      .dates = (const char *[]){ "@last" },
                      .date_count = 1,
                      .date_color = "blue" };
    laid(&s, "Sig", &look);
    uint8_t blue[3];
    assert_int_equal(pds_color_parse("blue", NULL, blue, NULL), PDS_OK);
    assert_memory_equal(composed[0].text_color, ((uint8_t[]){ 1, 2, 3 }), 3);
    assert_memory_equal(composed[0].date_color, blue, 3);
    assert_float_equal(composed[0].text_size, 7, 0);
    assert_float_equal(composed[0].date_size, 10.5, 0);
    assert_int_equal(composed[0].text_place, PDS_TEXT_OVER);
    assert_true(composed[0].vertical && composed[0].plain);
}

static void one_drawing_for_places_of_one_size(void **state)
{
    (void)state;
    STAGE(s);
    open_stage(&s, NULL, NULL);
    const char *places[] = { "1@tr", "2@tr", "3@c:40x40", "4@tr", "1@tl:40x40" };
    pds_look look = { .seal = SEAL, .places = places, .place_count = 5 };
    laid(&s, NULL, &look);
    assert_int_equal(s.scene.layouts[0].mark_count, 5);
    assert_int_equal(s.scene.layouts[0].drawing_count, 2);
}

/* ---- text fields ---- */

typedef struct field_row {
    const char *what, *more;
    double size;
    const char *wanted; /* a part of the content */
} field_row;

static const field_row FIELDS[] = {
    { "in the form's size, from the left", "", 0, "1 0 0 1 2 4 cm\n(2026-11-21) 12" },
    { "in its own size, centred", "/Q 1/DA(/F 8 Tf)", 0, "1 0 0 1 30 6 cm\n(2026-11-21) 8" },
    { "in the size asked for, to the right", "/Q 2", 6, "1 0 0 1 68 7 cm\n(2026-11-21) 6" },
    { "as fits where the form's is too large", "/DA(/F 40 Tf)", 0, "(2026-11-21) 10.5" },
    { "a value is replaced", "/V(21 November)", 0, "(2026-11-21) 12" },
};

static void a_text_field_is_filled(void **state)
{
    const field_row *row = *state;
    STAGE(s);
    open_stage(&s, row->more, NULL);
    pds_look look = { .dates = (const char *[]){ "field:date" },
                      .date_count = 1,
                      .date_format = "yyyy-MM-dd",
                      .date_size = row->size };
    laid(&s, NULL, &look);
    pds_layout *l = &s.scene.layouts[0];
    assert_int_equal(l->mark_count, 1);
    assert_int_equal(l->marks[0].kind, PDS_MARK_FIELD);
    assert_string_equal(l->marks[0].value, "2026-11-21");
    assert_string_equal(l->marks[0].name, "date");
    assert_int_equal(l->marks[0].field.num, 8);
    near(l->marks[0].rect, (double[]){ 10, 10, 110, 30 }, "its place");
    const char *content = pds_buf_cstr(&l->drawings[l->marks[0].drawing].drawing.content);
    if (strstr(content, row->wanted) == NULL) {
        fail_msg("%s lacks %s", content, row->wanted);
    }
    assert_null(strstr(content, "BMC")); /* the form that holds it is marked as the field's */
}

/* ---- what is refused ---- */

#define SIGNED "/V<</Type/Sig/Filter/X/Contents<00>/ByteRange[0 1 2 3]>>"

typedef struct refusal_row {
    const char *what;
    const char *field, *places[3], *dates[3];
    const char *signature_more, *text_more; /* of the fields of the file */
    pds_look look;
    pds_code code;
    const char *says; /* a part of text, found or hint */
} refusal_row;

static const refusal_row REFUSALS[] = {
    { "off the page, naming its size",
      NULL,
      { "1@tr-1,0" },
      { NULL },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_REFUSED,
      "595.00 x 842.00" },
    { "a page that is not there",
      NULL,
      { "5@tr" },
      { NULL },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_REFUSED,
      "4" },
    { "an empty rectangle",
      NULL,
      { "1/10,10,10,50" },
      { NULL },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_REFUSED,
      "empty" },
    { "no size at all", NULL, { "1@tr" }, { NULL }, NULL, NULL, { 0 }, PDS_E_USAGE, "size" },
    { "a seal without a place",
      NULL,
      { NULL },
      { NULL },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_USAGE,
      "--at" },
    { "a seal in an invisible field",
      "Invisible",
      { NULL },
      { NULL },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_REFUSED,
      "invisible" },
    { "nothing to draw at a second place",
      NULL,
      { "1@tr:9x9", "2@tr:9x9" },
      { NULL },
      NULL,
      NULL,
      { 0 },
      PDS_E_USAGE,
      "nothing to draw" },
    { "on a field",
      NULL,
      { "1/250,50,350,150" },
      { NULL },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_TAKEN,
      "'Sig'" },
    { "page content on a field",
      NULL,
      { "1@tr", "1/250,50,350,150" },
      { NULL },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_TAKEN,
      "'Sig'" },
    { "a date on a field",
      NULL,
      { "1@tr" },
      { "1/90,20,150,40" },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_TAKEN,
      "'date'" },
    { "two seals on each other",
      NULL,
      { "1@tr", "1@tr-0,50:20x20" },
      { NULL },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_TAKEN,
      "this signer" },
    { "growing for a date onto a field",
      NULL,
      { "1/200,110.2,300,200" },
      { "@last" },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_TAKEN,
      "'Sig'" },
    { "growing for a date off the page",
      NULL,
      { "3@bl" },
      { "@last" },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_REFUSED,
      "date below" },
    { "@last twice",
      NULL,
      { "1@tr" },
      { "@last", "@last" },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_USAGE,
      "twice" },
    { "@last without a seal",
      NULL,
      { NULL },
      { "@last" },
      NULL,
      NULL,
      { 0 },
      PDS_E_USAGE,
      "no seal" },
    { "@last for a seal",
      NULL,
      { "1@tr", "@last" },
      { NULL },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_USAGE,
      "--date" },
    { "page content of a signed file",
      NULL,
      { "1@tr", "2@tr" },
      { NULL },
      SIGNED,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_REFUSED,
      "'Sig'" },
    { "a date on a page of a signed file",
      NULL,
      { "1@tr" },
      { "2@tr" },
      SIGNED,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_REFUSED,
      "@last" },
    { "a further match on a signed file",
      NULL,
      { "text:\"K\"#all" },
      { NULL },
      SIGNED,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_REFUSED,
      "'Sig'" },
    { "filling a field of a file certified without changes",
      NULL,
      { NULL },
      { "field:date" },
      "/V<</Type/Sig/Contents<00>/Reference[<</TransformMethod/DocMDP/TransformParams<</P 1>>>>]>>",
      NULL,
      { 0 },
      PDS_E_DOCMDP_FORBIDS,
      "P=1" },
    { "filling a locked field",
      NULL,
      { NULL },
      { "field:date" },
      "/V<</Type/Sig/Contents<00>/Reference[<</TransformMethod/FieldMDP/TransformParams"
      "<</Action/All>>>>]>>",
      NULL,
      { 0 },
      PDS_E_FIELDMDP_FORBIDS,
      "'date'" },
    { "replacing a value of a signed file",
      NULL,
      { NULL },
      { "field:date" },
      SIGNED,
      "/V(x)",
      { 0 },
      PDS_E_PLACE_REFUSED,
      "filled in already" },
    { "a read-only field",
      NULL,
      { NULL },
      { "field:date" },
      NULL,
      "/Ff 1",
      { 0 },
      PDS_E_PLACE_REFUSED,
      "read-only" },
    { "a password field",
      NULL,
      { NULL },
      { "field:date" },
      NULL,
      "/Ff 8192",
      { 0 },
      PDS_E_PLACE_REFUSED,
      "password" },
    { "a field too short for the date",
      NULL,
      { NULL },
      { "field:date" },
      NULL,
      "/MaxLen 9",
      { 0 },
      PDS_E_PLACE_REFUSED,
      "characters" },
    { "a date on a push-button",
      NULL,
      { NULL },
      { "field:button" },
      NULL,
      NULL,
      { 0 },
      PDS_E_PLACE_REFUSED,
      "push-button" },
    { "a seal in a text field",
      NULL,
      { "1@tr", "field:date" },
      { NULL },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_REFUSED,
      "text field" },
    { "a seal in a second signature field",
      NULL,
      { "1@tr", "field:Sig" },
      { NULL },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_PLACE_REFUSED,
      "signature field" },
    { "a field that is not there",
      NULL,
      { NULL },
      { "field:nowhere" },
      NULL,
      NULL,
      { 0 },
      PDS_E_FIELD_UNKNOWN,
      "'nowhere'" },
    { "a keyword on fewer places",
      NULL,
      { "text:\"K\"#4" },
      { NULL },
      NULL,
      NULL,
      { .seal = SEAL },
      PDS_E_TEXT_NOT_FOUND,
      "3 times" },
    { "a word that --show does not know",
      "Sig",
      { NULL },
      { NULL },
      NULL,
      NULL,
      { .show = "name,age" },
      PDS_E_USAGE,
      "'age'" },
    { "a reason that is not given",
      "Sig",
      { NULL },
      { NULL },
      NULL,
      NULL,
      { .show = "reason" },
      PDS_E_USAGE,
      "--reason" },
    { "a colour that is none",
      "Sig",
      { NULL },
      { NULL },
      NULL,
      NULL,
      { .text = "t", .text_color = "loud" },
      PDS_E_USAGE,
      "loud" },
    { "a day that is none",
      "Sig",
      { NULL },
      { "@last" },
      NULL,
      NULL,
      { .date_value = "2026-02-30" },
      PDS_E_USAGE,
      "2026-02-30" },
};

static void is_refused(void **state)
{
    const refusal_row *row = *state;
    STAGE(s);
    pds_err e = { 0 };
    open_stage(&s, row->text_more, row->signature_more);
    find_keywords();
    pds_look look = row->look;
    look.places = row->places;
    look.place_count = count_texts(row->places);
    look.dates = row->dates;
    look.date_count = count_texts(row->dates);
    look.date_format = "yyyy-MM-dd";
    s.signings[0].signature.name = "N";
    assert_string_equal(pds_code_name(lay(&s, 0, row->field, &look, &e)), pds_code_name(row->code));
    if (strstr(e.text, row->says) == NULL && strstr(e.hint, row->says) == NULL) {
        fail_msg("'%s' (%s) lacks '%s'", e.text, e.hint, row->says);
    }
}

static void allowed_overlap_is_no_fault(void **state)
{
    (void)state;
    STAGE(s);
    open_stage(&s, NULL, NULL);
    const char *places[] = { "1/250,50,350,150", "1/250,50,350,150" };
    pds_look look = { .seal = SEAL, .places = places, .place_count = 2, .allow_overlap = true };
    laid(&s, NULL, &look);
    assert_int_equal(s.scene.layouts[0].mark_count, 2);
}

static void touching_is_no_overlap(void **state)
{
    (void)state;
    STAGE(s);
    open_stage(&s, NULL, NULL);
    const char *places[] = { "1/299.6,10,400,110", "1/400,10,500,110" };
    pds_look look = { .seal = SEAL, .places = places, .place_count = 2 };
    laid(&s, NULL, &look);
}

static void two_signers_keep_apart(void **state)
{
    (void)state;
    STAGE(s);
    pds_err e = { 0 };
    open_stage(&s, NULL, NULL);
    pds_look look = { .seal = SEAL, .places = (const char *[]){ "1@tr" }, .place_count = 1 };
    laid(&s, NULL, &look);
    pds_look other = look;
    other.places = (const char *[]){ "1@tr+50,50" };
    assert_int_equal(lay(&s, 1, NULL, &other, &e), PDS_E_PLACE_TAKEN);
    assert_non_null(strstr(e.text, "signer 2"));
    assert_int_equal(e.page, 1);
}

/* ---- keywords ---- */

static void a_keyword_is_searched_for_once(void **state)
{
    (void)state;
    STAGE(s);
    open_stage(&s, NULL, NULL);
    find_keywords();
    pds_look look = { .seal = SEAL,
                      .places = (const char *[]){ "text:\"K\"" },
                      .place_count = 1,
                      .dates = (const char *[]){ "text:\"K\"@below" },
                      .date_count = 1 };
    laid(&s, NULL, &look);
    assert_int_equal(searches, 1);
}

static void a_keyword_not_found_names_the_nearest(void **state)
{
    (void)state;
    STAGE(s);
    pds_err e = { 0 };
    open_stage(&s, NULL, NULL);
    nearest = "甲方 (签字)";
    pds_look look = { .seal = SEAL,
                      .places = (const char *[]){ "text:\"甲方（盖章）\"" },
                      .place_count = 1 };
    assert_int_equal(lay(&s, 0, NULL, &look, &e), PDS_E_TEXT_NOT_FOUND);
    assert_string_equal(e.found, nearest);
    assert_string_equal(e.expected, "甲方（盖章）");
}

static void pages_of_pictures_are_told(void **state)
{
    (void)state;
    STAGE(s);
    pds_err e = { 0 };
    open_stage(&s, NULL, NULL);
    pds_look look = { .seal = SEAL, .places = (const char *[]){ "text:\"K\"" }, .place_count = 1 };
    assert_int_equal(lay(&s, 0, NULL, &look, &e), PDS_E_TEXT_NOT_FOUND);
    assert_non_null(strstr(e.text, "only pictures"));
}

#define EACH(rows, test)                                                     \
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows)[0]; i++) {            \
        tests[n++] = (struct CMUnitTest){ (rows)[i].what, test, NULL, NULL,  \
                                          (void *)(uintptr_t) & (rows)[i] }; \
    }

int main(void)
{
    struct CMUnitTest tests[160] = {
        cmocka_unit_test(an_existing_field_is_filled),
        cmocka_unit_test(a_date_goes_into_an_existing_field),
        cmocka_unit_test(a_date_longer_than_its_field_is_made_smaller),
        cmocka_unit_test(a_date_alone_stands_in_a_field),
        cmocka_unit_test(a_place_without_a_drawing_is_kept_free),
        cmocka_unit_test(nothing_seen_is_on_the_first_page),
        cmocka_unit_test(an_unknown_name_is_told_or_dotted),
        cmocka_unit_test(colours_and_manners_are_passed_on),
        cmocka_unit_test(one_drawing_for_places_of_one_size),
        cmocka_unit_test(allowed_overlap_is_no_fault),
        cmocka_unit_test(touching_is_no_overlap),
        cmocka_unit_test(two_signers_keep_apart),
        cmocka_unit_test(a_keyword_is_searched_for_once),
        cmocka_unit_test(a_keyword_not_found_names_the_nearest),
        cmocka_unit_test(pages_of_pictures_are_told),
    };
    size_t n = 14;
    EACH(PLACES, lies_there)
    EACH(TEXTS, is_written)
    EACH(FIELDS, a_text_field_is_filled)
    EACH(REFUSALS, is_refused)
    int failed = _cmocka_run_group_tests("pdfsign.layout", tests, n, NULL, NULL);
    sample_clean();
    return failed;
}
