#include "base/own.h"
#include "seal/text_internal.h"
#include "seal/text_unicode.h"

#include <math.h>
#include <stdlib.h>

/* Sizes that are tried: 10.5 to 4 points in quarters. */
static const double SIZE_STEPS = 4.0;
enum { SIZE_STEPS_USUAL = 42, SIZE_STEPS_LEAST = 16 };

static const double ROOM_TOLERANCE = 0.01; /* points */

/* Of the least line, which ink enlarges. */
enum { TOP_LEAST = 760, BOTTOM_LEAST = -140, HALF_COLUMN = 500, LEADING = 1250 };

/* A text being set. */
typedef struct job {
    const pds_text *text;
    pds_typesetter *typesetter;
    pds_buf items; /* pds_item; line ends too */
    int top,
        bottom; /* of all lines, horizontal: ink from the baseline; vertical: from the middle */
    size_t lines;
    int longest;
    bool split;
} job;

/* What to do with each line, once paragraphs are broken. */
typedef pds_code on_line(void *ctx, const pds_paragraph *p, size_t first, size_t end, pds_err *e);

static void job_drop(job *j)
{
    pds_buf_drop(&j->items);
}

pds_code pds_typesetter_new(struct pds_fonts *fonts, pds_typesetter **out, pds_err *e)
{
    pds_typesetter *t = calloc(1, sizeof *t);
    if (t == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory to set text");
    }
    t->fonts = fonts;
    *out = t;
    return PDS_OK;
}

void pds_typesetter_use(pds_typesetter *t, struct pds_fonts *fonts)
{
    t->fonts = fonts;
}

void pds_typesetter_drop(pds_typesetter **t)
{
    if (*t == NULL) {
        return;
    }
    for (size_t i = 0; i < (*t)->slot_count; i++) {
        pds_slot_drop(&(*t)->slots[i]);
    }
    free(*t);
    *t = NULL;
}

void pds_block_drop(pds_block *b)
{
    pds_buf_drop(&b->content);
    *b = (pds_block){ .faces = 0 };
}

static size_t count_items(const job *j)
{
    return j->items.len / sizeof(pds_item);
}

static pds_item *items_of(const job *j)
{
    return (pds_item *)(void *)j->items.ptr;
}

static pds_code make_items(job *j, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf characters = { .max = PDS_TEXT_MAX * sizeof(uint32_t) };
    PDS_TRY(pds_unicode_load(e));
    pds_code code = pds_unicode_decode(j->text->utf8, &characters, e);
    if (code == PDS_E_LIMIT) {
        PDS_FAIL(e, PDS_E_LIMIT, "a text of more than %d characters", PDS_TEXT_MAX);
    }
    PDS_TRY(code);
    if (characters.len == 0) {
        PDS_FAIL(e, PDS_E_USAGE, "the text to be drawn is empty");
    }
    const uint32_t *c = (const uint32_t *)(const void *)characters.ptr;
    for (size_t i = 0; i < characters.len / sizeof *c; i++) {
        bool begins = i == 0 || c[i - 1] == '\n' || c[i] == '\n';
        pds_item item = { .character = c[i] };
        item.joined = !begins && (pds_unicode_is_mark(c[i]) || pds_unicode_is_unseen(c[i]) ||
                                  c[i - 1] == 0x200D);
        pds_buf_put(&j->items, pds_span_of(&item, sizeof item));
    }
    return pds_buf_end(&j->items, e);
}

/* The paragraph that begins at *at, up to its line end; false: there is no more. */
static bool next_paragraph(const job *j, size_t *at, pds_paragraph *p)
{
    size_t count = count_items(j);
    if (count == 0 || *at > count) {
        return false;
    }
    size_t end = *at;
    while (end < count && items_of(j)[end].character != '\n') {
        end++;
    }
    /* the first item's level tells the paragraph's, once levels are known */
    uint8_t base = end > *at && items_of(j)[*at].level != 0 ? 1 : 0;
    *p = (pds_paragraph){ items_of(j) + *at, end - *at, base };
    *at = end + 1;
    return true;
}

/* The ink across the line, seen from its baseline or middle: lowest or leftmost, highest or
 * rightmost. */
static bool ink_across(const pds_placed *g, int across[2])
{
    int ink[4];
    bool upright = g->vertical && g->form != PDS_FORM_TURNED;
    if (!pds_face_ink(g->face, g->glyph, ink)) {
        return false;
    }
    int shift = g->vertical || g->form == PDS_FORM_LYING ? g->x : g->y;
    if (upright) {
        shift -= pds_face_column(g->face, g->glyph).x;
    } else if (g->form == PDS_FORM_TURNED) {
        shift -= PDS_LYING_BASELINE;
    }
    across[0] = ink[upright ? 0 : 1] + shift;
    across[1] = ink[upright ? 2 : 3] + shift;
    return true;
}

static void cover_ink(job *j, const pds_line *line)
{
    const pds_placed *glyphs = (const pds_placed *)(const void *)line->glyphs.ptr;
    for (size_t i = 0; i < line->glyphs.len / sizeof *glyphs; i++) {
        int across[2];
        if (ink_across(&glyphs[i], across)) {
            j->bottom = across[0] < j->bottom ? across[0] : j->bottom;
            j->top = across[1] > j->top ? across[1] : j->top;
        }
    }
}

static pds_code measure(job *j, pds_paragraph *p, pds_err *e)
{
    PDS_OWN(pds_line_drop) pds_line line = { .length = 0 };
    PDS_TRY(pds_line_set(p, 0, p->count, j->text->vertical, &line, e));
    pds_line_measure(&line, p);
    cover_ink(j, &line);
    return PDS_OK;
}

static pds_code prepare_paragraph(job *j, pds_paragraph *p, pds_buf *missing, pds_err *e)
{
    PDS_TRY(pds_items_choose(j->typesetter->fonts, p, missing, e));
    pds_items_scripts(p);
    pds_items_breaks(p);
    pds_bidi_resolve(p);
    if (j->text->vertical) {
        PDS_TRY(pds_items_lay(p, e));
    }
    return missing->len == 0 ? measure(j, p, e) : PDS_OK;
}

static pds_code prepare(job *j, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf missing = { 0 };
    pds_paragraph p;
    size_t at = 0;
    PDS_TRY(make_items(j, e));
    while (next_paragraph(j, &at, &p)) {
        PDS_TRY(prepare_paragraph(j, &p, &missing, e));
    }
    if (missing.len != 0) {
        return pds_fonts_missing((const uint32_t *)(const void *)missing.ptr,
                                 missing.len / sizeof(uint32_t), e);
    }
    return PDS_OK;
}

/* The room in ems of that size: along a line, and for lines side by side. */
static double room_along(const job *j, double size)
{
    double room = j->text->room[j->text->vertical ? 1 : 0];
    return room > 0 ? (room + ROOM_TOLERANCE) * PDS_EMS / size : INFINITY;
}

static double room_across(const job *j, double size)
{
    double room = j->text->room[j->text->vertical ? 0 : 1];
    return room > 0 ? (room + ROOM_TOLERANCE) * PDS_EMS / size : INFINITY;
}

static int leading(const job *j)
{
    int ink = j->top - j->bottom;
    return ink > LEADING ? ink : LEADING;
}

/* All lines side by side. */
static double depth(const job *j)
{
    return j->lines == 0 ? 0 : (double)(j->lines - 1) * leading(j) + (j->top - j->bottom);
}

static int length_of(const pds_paragraph *p, size_t first, size_t end)
{
    int length = 0;
    for (size_t i = first; i < end; i++) {
        length += p->items[i].advance;
    }
    return length;
}

static pds_code each_line(job *j, double size, on_line *visit, void *ctx, pds_err *e)
{
    pds_paragraph p;
    size_t at = 0;
    j->lines = 0;
    j->longest = 0;
    j->split = false;
    while (next_paragraph(j, &at, &p)) {
        size_t first = 0;
        do {
            size_t end = 0;
            size_t next = 0;
            bool split = pds_line_end(&p, first, room_along(j, size), &end, &next);
            j->split = j->split || split || (j->text->whole && next < p.count);
            int length = length_of(&p, first, end);
            j->longest = length > j->longest ? length : j->longest;
            if (visit != NULL) {
                PDS_TRY(visit(ctx, &p, first, end, e));
            }
            j->lines++;
            first = next;
        } while (first < p.count);
    }
    return PDS_OK;
}

static bool fits(job *j, double size)
{
    (void)each_line(j, size, NULL, NULL, NULL); /* only counts */
    return depth(j) <= room_across(j, size) && j->longest <= room_along(j, size) + 1;
}

static pds_code refuse_room(const job *j, double size, pds_err *e)
{
    PDS_FAIL(e, PDS_E_PLACE_REFUSED, "text of %g points does not fit into %.1f x %.1f points", size,
             j->text->room[0], j->text->room[1]);
}

/* The largest size that fits without splitting a word (a line that shall be whole), else the
 * largest that fits. */
static pds_code choose_size(job *j, double *size, pds_err *e)
{
    double best = 0;
    if (j->text->size > 0) {
        *size = j->text->size;
        return fits(j, *size) ? PDS_OK : refuse_room(j, *size, e);
    }
    for (int step = SIZE_STEPS_USUAL; step >= SIZE_STEPS_LEAST; step--) {
        *size = step / SIZE_STEPS;
        bool fit = fits(j, *size);
        if (fit && !j->split) {
            return PDS_OK;
        }
        best = fit && best <= 0 ? *size : best;
    }
    *size = best > 0 ? best : SIZE_STEPS_LEAST / SIZE_STEPS;
    return fits(j, *size) ? PDS_OK : refuse_room(j, *size, e); /* counts the lines of that size */
}

/* Lines being written one by one. */
typedef struct line_writer {
    job *j;
    pds_setting setting;
    double extent[2]; /* of the block, points */
    size_t line;
    pds_block *out;
} line_writer;

/* Where the line begins, from the lower left of the block. */
static void origin_of(const line_writer *w, const pds_line *line, double origin[2])
{
    static const double shares[] = { 0.0, 0.5, 1.0 };
    double ems = w->setting.size / PDS_EMS;
    bool vertical = w->j->text->vertical;
    double spare = w->extent[vertical ? 1 : 0] - line->length * ems;
    double share = shares[w->j->text->align];
    double across = w->j->top * ems + (double)w->line * leading(w->j) * ems;
    if (vertical) {
        origin[0] = w->extent[0] - across;
        origin[1] = w->extent[1] - spare * share;
    } else {
        origin[0] = spare * (line->rtl ? 1.0 - share : share);
        origin[1] = w->extent[1] - across;
    }
}

static pds_code write_line(void *ctx, const pds_paragraph *p, size_t first, size_t end, pds_err *e)
{
    line_writer *w = ctx;
    double origin[2];
    PDS_OWN(pds_line_drop) pds_line line = { .length = 0 };
    PDS_TRY(pds_line_set(p, first, end, w->j->text->vertical, &line, e));
    origin_of(w, &line, origin);
    PDS_TRY(pds_line_write(&w->setting, &line, p, origin, w->out, e));
    w->line++;
    return PDS_OK;
}

static void put_color(pds_buf *b, const uint8_t color[3])
{
    pds_buf_text(b, "/Cs0 cs ");
    for (int i = 0; i < 3; i++) {
        pds_draw_number(b, color[i] / 255.0);
        pds_buf_byte(b, ' ');
    }
    pds_buf_text(b, "sc\n");
}

static pds_code write_block(job *j, double size, pds_block *out, pds_err *e)
{
    double ems = size / PDS_EMS;
    line_writer w = { .j = j, .setting = { j->text, size, j->typesetter }, .out = out };
    w.extent[j->text->vertical ? 1 : 0] = j->longest * ems;
    w.extent[j->text->vertical ? 0 : 1] = depth(j) * ems;
    out->size[0] = w.extent[0];
    out->size[1] = w.extent[1];
    out->font_size = size;
    pds_buf_text(&out->content, "BT\n");
    put_color(&out->content, j->text->color);
    PDS_TRY(each_line(j, size, write_line, &w, e));
    pds_buf_text(&out->content, "ET\n");
    return pds_buf_end(&out->content, e);
}

static pds_code set_text(job *j, pds_block *out, pds_err *e)
{
    double size = 0;
    j->top = j->text->vertical ? HALF_COLUMN : TOP_LEAST;
    j->bottom = j->text->vertical ? -HALF_COLUMN : BOTTOM_LEAST;
    PDS_TRY(prepare(j, e));
    PDS_TRY(choose_size(j, &size, e));
    return write_block(j, size, out, e);
}

pds_code pds_typeset(pds_typesetter *t, const pds_text *text, pds_block *out, pds_err *e)
{
    PDS_OWN(job_drop) job j = { .text = text, .typesetter = t };
    *out = (pds_block){ .faces = 0 };
    pds_code code = set_text(&j, out, e);
    if (code != PDS_OK) {
        pds_block_drop(out);
    }
    return code;
}
