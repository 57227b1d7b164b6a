#include "seal/make_run.h"

#include "base/utf8.h"

#include <math.h>

/* Fonts of ideographs draw within this box, whatever the ascent they claim. */
static const double IDEOGRAPH_BOTTOM = -0.12, IDEOGRAPH_TOP = 0.88;
static const double LETTER_GAP = 0.08; /* ems between letters */

enum { FIRST_IDEOGRAPH = 0x2E80, FIRST_PRINTABLE = 0x20, DELETE = 0x7F, LAST_CONTROL = 0x9F };

static void sink_move(void *ctx, double x, double y)
{
    pds_vector_move(ctx, x, y);
}

static void sink_line(void *ctx, double x, double y)
{
    pds_vector_line(ctx, x, y);
}

static void sink_curve(void *ctx, const double p[6])
{
    pds_vector_curve(ctx, p[0], p[1], p[2], p[3], p[4], p[5]);
}

static void sink_close(void *ctx)
{
    pds_vector_close(ctx);
}

static const pds_outline SINK = { sink_move, sink_line, sink_curve, sink_close };

static void measure(pds_run *run, pds_run_glyph *glyph, uint32_t character, const double box[4])
{
    bool ideograph = character >= FIRST_IDEOGRAPH;
    bool inked = box[3] > box[1];
    glyph->weight = glyph->advance + (ideograph ? 0.0 : LETTER_GAP);
    run->weight += glyph->weight;
    run->ideographs = run->ideographs || ideograph;
    if (inked) {
        run->bottom = fmin(run->bottom, box[1]);
        run->top = fmax(run->top, box[3]);
    }
}

static pds_code add(pds_run *run, uint32_t character, const pds_glyphs *from, pds_err *e)
{
    pds_run_glyph *glyph = &run->glyphs[run->count];
    double box[4] = { 0 };
    glyph->first = pds_vector_count(&run->outlines);
    PDS_TRY(from->draw(from->ctx, character, &SINK, &run->outlines, &glyph->advance, box, e));
    glyph->end = pds_vector_count(&run->outlines);
    measure(run, glyph, character, box);
    run->count++;
    return PDS_OK;
}

static bool is_control(uint32_t character)
{
    return character < FIRST_PRINTABLE || (character >= DELETE && character <= LAST_CONTROL);
}

static pds_code add_all(pds_run *run, const char *text, const char *what, const pds_glyphs *from,
                        pds_err *e)
{
    for (const char *at = text; *at != '\0';) {
        uint32_t character = 0;
        if (!pds_utf8_take(&at, &character)) {
            PDS_FAIL(e, PDS_E_USAGE, "the %s is not UTF-8", what);
        }
        if (is_control(character)) {
            PDS_FAIL(e, PDS_E_USAGE, "the %s holds the control character U+%04X", what,
                     (unsigned)character);
        }
        if (run->count == PDS_RUN_MAX) {
            PDS_FAIL(e, PDS_E_USAGE, "the %s is too long: at most %d characters", what,
                     PDS_RUN_MAX);
        }
        PDS_TRY(add(run, character, from, e));
    }
    return PDS_OK;
}

pds_code pds_run_set(const char *text, const char *what, const pds_glyphs *from, pds_run *out,
                     pds_err *e)
{
    *out = (pds_run){ .count = 0 };
    if (text[strspn(text, " ")] == '\0') {
        PDS_FAIL(e, PDS_E_USAGE, "the %s is empty", what);
    }
    PDS_TRY(add_all(out, text, what, from, e));
    PDS_TRY(pds_buf_end(&out->outlines.shapes, e));
    if (out->ideographs) {
        out->bottom = IDEOGRAPH_BOTTOM;
        out->top = IDEOGRAPH_TOP;
    }
    if (!(out->top > out->bottom && out->weight > 0)) {
        PDS_FAIL(e, PDS_E_USAGE, "the %s has nothing to draw", what);
    }
    return PDS_OK;
}

void pds_run_drop(pds_run *run)
{
    pds_vector_drop(&run->outlines);
}

void pds_run_put(const pds_run *run, size_t glyph, const pds_cell *cell, pds_vector *out)
{
    const pds_run_glyph *g = &run->glyphs[glyph];
    double tall = cell->height / (run->top - run->bottom);
    double ux = cell->up[0], uy = cell->up[1];
    double x = g->advance / 2, y = (run->top + run->bottom) / 2; /* comes to lie at the centre */
    pds_matrix m = { uy * cell->em, -ux * cell->em, ux * tall, uy * tall, 0, 0 };
    pds_matrix_apply(&m, &x, &y);
    m.e = cell->at[0] - x;
    m.f = cell->at[1] - y;
    if (g->end > g->first) {
        pds_vector_add(out, &run->outlines, g->first, g->end, &m);
        pds_vector_fill(out);
    }
}
