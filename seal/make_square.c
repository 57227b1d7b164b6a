#include "base/own.h"
#include "seal/make_kind.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double MM_PER_POINT = 25.4 / 72.0;
static const double PADDING =
    0.5; /* between frame and characters; this and below in mm of the row */
static const double MARK_ROOM = 2.9; /* at the foot, for the test mark */
static const double MARK_HEIGHT = 1.9;
static const double GAP = 0.5;                       /* between characters */
static const double SLIMMEST = 0.55, BROADEST = 1.3; /* width of a character to its height */

enum { NAME_MAX = 12, COLUMNS_MAX = 3, TEXT_MAX = 128 };

/* Columns from right to left, each from top to bottom, as seals are read. */
typedef struct grid {
    double left, bottom, width, height;
    size_t columns;
    size_t rows[COLUMNS_MAX]; /* of each column */
} grid;

/* "张三丰" and "印" fill a square of four; a name of two or four fills it by itself. */
static size_t characters_of(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += ((uint8_t)*text & 0xC0) != 0x80 ? 1U : 0U;
    }
    return count;
}

/* What stands in the square: the name, and the label where that makes the columns even. */
static pds_code text_of(const pds_make_plan *plan, char out[TEXT_MAX], pds_err *e)
{
    size_t count = characters_of(plan->name);
    if (plan->name[strspn(plan->name, " ")] == '\0') {
        PDS_FAIL(e, PDS_E_USAGE, "the %s is empty", "name");
    }
    bool odd = count == 1 || count == 3 || count == 5;
    const char *label = plan->label != NULL && odd ? plan->label : "";
    int len = snprintf(out, TEXT_MAX, "%s%s", plan->name, label);
    if (count > NAME_MAX || len >= TEXT_MAX || characters_of(out) > NAME_MAX) {
        PDS_FAIL(e, PDS_E_USAGE, "the name is too long for this seal: at most %d characters",
                 NAME_MAX);
    }
    return PDS_OK;
}

/* The first columns take what does not go evenly. */
static void divide(grid *g, size_t count)
{
    g->columns = count <= 2 ? 1 : count <= 6 ? 2 : 3;
    for (size_t i = 0; i < g->columns; i++) {
        g->rows[i] = (count + g->columns - 1 - i) / g->columns;
    }
}

static pds_cell cell_of(const grid *g, size_t column, size_t row, double gap)
{
    double width = g->width / (double)g->columns, height = g->height / (double)g->rows[column];
    double em = width - gap, tall = height - gap;
    return (pds_cell){
        .at = { g->left + g->width - width * ((double)column + 0.5),
                g->bottom + g->height - height * ((double)row + 0.5) },
        .up = { 0, 1 },
        .em = fmin(em, tall * BROADEST),
        .height = fmin(tall, em / SLIMMEST),
    };
}

static void put_in_grid(const grid *g, const pds_run *run, double gap, pds_vector *out)
{
    size_t next = 0;
    for (size_t column = 0; column < g->columns; column++) {
        for (size_t row = 0; row < g->rows[column]; row++) {
            pds_cell cell = cell_of(g, column, row, gap);
            pds_run_put(run, next++, &cell, out);
        }
    }
}

static void put_frame(double width, double height, double frame, pds_vector *out)
{
    double x = width / 2, y = height / 2;
    pds_vector_rect(out, (const double[]){ -x, -y, x, y }, false);
    pds_vector_rect(out, (const double[]){ -x + frame, -y + frame, x - frame, y - frame }, true);
    pds_vector_fill(out);
}

static pds_code put_mark(const grid *g, double unit, const pds_glyphs *glyphs, pds_vector *out,
                         pds_err *e)
{
    PDS_OWN(pds_run_drop) pds_run run = { .count = 0 };
    double height = MARK_HEIGHT * unit;
    pds_line_plan line = { g->bottom + height / 2, height, height / 2, g->width / 2 };
    PDS_TRY(pds_run_set(PDS_TEST_MARK, "test mark", glyphs, &run, e));
    if (!pds_text_on_line(&run, &line, out)) {
        PDS_FAIL(e, PDS_E_USAGE, "the seal is too narrow for its test mark");
    }
    return PDS_OK;
}

static pds_code put_name(const pds_make_plan *plan, grid *g, double gap, const pds_glyphs *glyphs,
                         pds_vector *out, pds_err *e)
{
    PDS_OWN(pds_run_drop) pds_run run = { .count = 0 };
    char text[TEXT_MAX];
    PDS_TRY(text_of(plan, text, e));
    PDS_TRY(pds_run_set(text, "name", glyphs, &run, e));
    divide(g, run.count);
    put_in_grid(g, &run, gap, out);
    return PDS_OK;
}

pds_code pds_make_square(const pds_kind_row *row, const pds_make_plan *plan,
                         const pds_glyphs *glyphs, pds_vector *out, pds_err *e)
{
    double width = plan->size[0] * MM_PER_POINT, height = plan->size[1] * MM_PER_POINT;
    double unit = fmin(width / row->size[0], height / row->size[1]);
    double border = (row->ring + PADDING) * unit;
    grid g = { .left = border - width / 2,
               .bottom = border - height / 2,
               .width = width - 2 * border,
               .height = height - 2 * border };
    if (plan->code != NULL && *plan->code != '\0') {
        PDS_FAIL(e, PDS_E_USAGE, "a square seal has no place for a code");
    }
    put_frame(width, height, row->ring * unit, out);
    if (plan->test_mark) {
        PDS_TRY(put_mark(&g, unit, glyphs, out, e));
        g.bottom += (MARK_ROOM - PADDING) * unit;
        g.height -= (MARK_ROOM - PADDING) * unit;
    }
    return put_name(plan, &g, GAP * unit, glyphs, out, e);
}
