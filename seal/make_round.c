#include "base/own.h"
#include "seal/make_kind.h"

#include <math.h>

static const double PI = 3.14159265358979323846;
static const double MM_PER_POINT = 25.4 / 72.0;

/* A round or oval seal being drawn. */
typedef struct round_seal {
    const pds_kind_row *row;
    const pds_glyphs *glyphs;
    double radii[2]; /* mm */
    double unit;     /* mm that one of the row has become */
    pds_vector *out;
} round_seal;

static void put_ring(const round_seal *s)
{
    double center[2] = { 0, 0 }, width = s->row->ring * s->unit;
    double inner[2] = { s->radii[0] - width, s->radii[1] - width };
    pds_vector_ellipse(s->out, center, s->radii, false);
    pds_vector_ellipse(s->out, center, inner, true);
    pds_vector_fill(s->out);
}

/* Five points, one upwards; the notches lie where the lines between points cross. */
static void put_star(const round_seal *s)
{
    double notch = sin(PI / 10) / sin(3 * PI / 10);
    double radius = s->row->star * s->unit;
    for (int i = 0; i < 10; i++) {
        double r = i % 2 == 0 ? radius : radius * notch;
        double x = r * -sin(i * PI / 5), y = r * cos(i * PI / 5);
        (i == 0 ? pds_vector_move : pds_vector_line)(s->out, x, y);
    }
    pds_vector_close(s->out);
    pds_vector_fill(s->out);
}

static bool put_on_arc(const round_seal *s, const pds_arc_plan *row, const pds_run *run)
{
    pds_arc_plan plan = *row;
    plan.radii[0] = s->radii[0];
    plan.radii[1] = s->radii[1];
    plan.edge *= s->unit;
    plan.height *= s->unit;
    plan.least *= s->unit;
    return pds_text_on_arc(run, &plan, s->out);
}

static bool put_on_line(const round_seal *s, const pds_line_plan *row, const pds_run *run)
{
    pds_line_plan plan = { row->y * s->unit, row->height * s->unit, row->least * s->unit,
                           row->half * s->unit };
    return pds_text_on_line(run, &plan, s->out);
}

static pds_code put_text(const round_seal *s, const pds_text_plan *plan, const char *text,
                         const char *what, pds_err *e)
{
    PDS_OWN(pds_run_drop) pds_run run = { .count = 0 };
    PDS_TRY(pds_run_set(text, what, s->glyphs, &run, e));
    bool fits =
        plan->arc.height > 0 ? put_on_arc(s, &plan->arc, &run) : put_on_line(s, &plan->line, &run);
    if (!fits) {
        PDS_FAIL(e, PDS_E_USAGE, "the %s is too long for this seal: %zu characters", what,
                 run.count);
    }
    return PDS_OK;
}

static bool is_given(const char *text)
{
    return text != NULL && *text != '\0';
}

pds_code pds_make_round(const pds_kind_row *row, const pds_make_plan *plan,
                        const pds_glyphs *glyphs, pds_vector *out, pds_err *e)
{
    double width = plan->size[0] * MM_PER_POINT, height = plan->size[1] * MM_PER_POINT;
    round_seal s = { row, glyphs, { width / 2, height / 2 }, 0, out };
    s.unit = fmin(width / row->size[0], height / row->size[1]);
    put_ring(&s);
    if (row->star > 0) {
        put_star(&s);
    }
    PDS_TRY(put_text(&s, &row->name, plan->name, "name", e));
    if (is_given(plan->label)) {
        PDS_TRY(put_text(&s, &row->label, plan->label, "label", e));
    }
    if (is_given(plan->code)) {
        PDS_TRY(put_text(&s, &row->code, plan->code, "code", e));
    }
    return plan->test_mark ? put_text(&s, &row->mark, PDS_TEST_MARK, "test mark", e) : PDS_OK;
}
