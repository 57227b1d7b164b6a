#include "seal/make_text.h"

#include "seal/make_arc.h"

#include <math.h>

static const double WIDEST = 0.85;    /* width of an em to its height; seals have slim characters */
static const double SLIM = 0.62;      /* narrower only when the text is as low as it may be */
static const double NARROWEST = 0.40; /* narrower ones cannot be read */
static const double GLYPH_SHARE = 0.95;   /* of the distance, where characters come closest */
static const double LETTER_SPREAD = 1.05; /* ems that an em of letters takes at most */
static const double LOWER = 0.98;         /* next height to try */

/* How a run is to be set. */
typedef struct setting {
    double height;   /* of the line */
    double distance; /* along it, a weight of 1 takes */
    double em;       /* width of an em */
} setting;

static double em_height(const pds_run *run, double height)
{
    return height / (run->top - run->bottom);
}

/* tightest: how much closer than on the line, of that room, glyphs come somewhere. */
static setting set_in(const pds_run *run, double height, const pds_arc_plan *plan, double room,
                      double tightest)
{
    double em = em_height(run, height);
    double spread = run->ideographs ? plan->spread : fmin(plan->spread, LETTER_SPREAD);
    double distance = fmin(room / run->weight, em * spread);
    return (setting){ height, distance, fmin(distance * tightest * GLYPH_SHARE, WIDEST * em) };
}

static double slimness(const pds_run *run, const setting *s)
{
    return s->em / em_height(run, s->height);
}

/* Position of a glyph's middle along the line, 0 in the middle of the run. */
static double middle_of(const pds_run *run, size_t glyph, double distance)
{
    double before = 0;
    for (size_t i = 0; i < glyph; i++) {
        before += run->glyphs[i].weight;
    }
    return (before + run->glyphs[glyph].weight / 2 - run->weight / 2) * distance;
}

static double room_on(const pds_arc *arc, const pds_arc_plan *plan)
{
    return 2 * plan->reach * arc->length;
}

static pds_arc_point point_on(const pds_arc *arc, bool below, double middle)
{
    double from_top = middle;
    if (below) {
        from_top = middle < 0 ? -(arc->length + middle) : arc->length - middle;
    }
    return pds_arc_at(arc, from_top);
}

/* Heads or feet that point inwards come closer than the middles: by how much, where it is worst. */
static double tightest_on(const pds_run *run, const pds_arc *arc, const pds_arc_plan *plan,
                          double height)
{
    double distance = room_on(arc, plan) / run->weight, worst = 1;
    for (size_t i = 0; i < run->count; i++) {
        pds_arc_point p = point_on(arc, plan->below, middle_of(run, i, distance));
        worst = fmin(worst, 1 - height / 2 / p.curvature);
    }
    return worst;
}

static setting fit_on_arc(const pds_run *run, const pds_arc_plan *plan, pds_arc *arc)
{
    setting s = { .em = 0 };
    double height = plan->height;
    do {
        height = fmax(height, plan->least);
        pds_arc_init(arc, plan->radii, plan->edge + height / 2);
        double tightest = tightest_on(run, arc, plan, height);
        s = set_in(run, height, plan, room_on(arc, plan), tightest);
        height *= LOWER;
    } while (slimness(run, &s) < SLIM && s.height > plan->least);
    return s;
}

bool pds_text_on_arc(const pds_run *run, const pds_arc_plan *plan, pds_vector *out)
{
    pds_arc arc;
    setting s = fit_on_arc(run, plan, &arc);
    for (size_t i = 0; i < run->count; i++) {
        pds_arc_point p = point_on(&arc, plan->below, middle_of(run, i, s.distance));
        double turn = plan->below ? -1 : 1;
        pds_cell cell = {
            { p.at[0], p.at[1] }, { turn * p.out[0], turn * p.out[1] }, s.em, s.height
        };
        pds_run_put(run, i, &cell, out);
    }
    return slimness(run, &s) >= NARROWEST;
}

static setting fit_on_line(const pds_run *run, const pds_line_plan *plan)
{
    setting s = { .em = 0 };
    double height = plan->height;
    do {
        height = fmax(height, plan->least);
        double distance = 2 * plan->half / run->weight, widest = WIDEST * em_height(run, height);
        double em = fmin(distance * GLYPH_SHARE, widest);
        s = (setting){ height, em / GLYPH_SHARE, em };
        height *= LOWER;
    } while (slimness(run, &s) < SLIM && s.height > plan->least);
    return s;
}

bool pds_text_on_line(const pds_run *run, const pds_line_plan *plan, pds_vector *out)
{
    setting s = fit_on_line(run, plan);
    for (size_t i = 0; i < run->count; i++) {
        pds_cell cell = { { middle_of(run, i, s.distance), plan->y }, { 0, 1 }, s.em, s.height };
        pds_run_put(run, i, &cell, out);
    }
    return slimness(run, &s) >= NARROWEST;
}
