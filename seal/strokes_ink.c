#include "seal/strokes_ink.h"

#include "base/own.h"

#include <math.h>
#include <stdlib.h>

static const double STEP = 0.25;     /* points between places: finer than any printer's dots show */
static const double SAME = 0.02;     /* closer points are one */
static const double DOT = 0.25;      /* pen widths: a shorter stroke is a dot */
static const double THINNEST = 0.12; /* of the pen's width */
static const double PLAIN = 0.8;     /* width where neither pressure nor time is known */

/* A point of the hand, on paper. */
typedef struct knot {
    double x, y, time, pressure;
    double width; /* of the pen's, 0 to 1 */
} knot;

static double apart(const knot *a, const knot *b)
{
    return hypot(b->x - a->x, b->y - a->y);
}

static size_t take_knots(const pds_stroke_point *points, size_t count, const pds_hand *hand,
                         knot *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        knot k = { points[i].x * hand->scale[0] + hand->scale[1],
                   points[i].y * hand->scale[0] + hand->scale[2], points[i].time,
                   points[i].pressure, 0 };
        if (kept > 0 && apart(&out[kept - 1], &k) < SAME) {
            out[kept - 1].pressure = fmax(out[kept - 1].pressure, k.pressure);
            out[kept - 1].time = k.time;
        } else {
            out[kept++] = k;
        }
    }
    return kept;
}

/* Moves each knot by a share of the way to the middle of its neighbours; the less, the wider apart
 * they are: those were meant. */
static void relax(knot *k, size_t count, double pen, double share)
{
    knot before = k[0];
    for (size_t i = 1; i + 1 < count; i++) {
        knot here = k[i];
        double far = fmax(apart(&before, &here), apart(&here, &k[i + 1]));
        double part = share * fmax(0, fmin(1, 2 - far / (1.5 * pen)));
        k[i].x += part * ((before.x + k[i + 1].x) / 2 - here.x);
        k[i].y += part * ((before.y + k[i + 1].y) / 2 - here.y);
        before = here;
    }
}

/* Takes out the jitter of coarse grids, and by steps back (Taubin's way) keeps bends as wide as
 * they were. */
static void calm(knot *k, size_t count, double pen)
{
    enum { PASSES = 4 };
    for (int i = 0; i < PASSES; i++) {
        relax(k, count, pen, 0.6);
        relax(k, count, pen, -0.63);
    }
}

/* Fast lines are thin, as ink has less time to flow. */
static double width_of_speed(double speed, double mean)
{
    return fmax(0.5, fmin(1, 1.2 - 0.35 * speed / mean));
}

static double speed_at(const knot *k, size_t count, size_t i)
{
    const knot *a = &k[i > 0 ? i - 1 : 0], *b = &k[i + 1 < count ? i + 1 : i];
    double length = apart(a, &k[i]) + apart(&k[i], b);
    return length / fmax(b->time - a->time, 1);
}

static void set_widths(knot *k, size_t count, const pds_hand *hand)
{
    for (size_t i = 0; i < count; i++) {
        k[i].width = hand->pressed ? 0.2 + 0.8 * pow(k[i].pressure, 0.7) : PLAIN;
        if (hand->timed && hand->speed > 0) {
            double thin = width_of_speed(speed_at(k, count, i), hand->speed);
            k[i].width *= hand->pressed ? (1 + thin) / 2 : thin / PLAIN;
        }
        k[i].width = fmin(k[i].width, 1);
    }
}

static void even_widths(knot *k, size_t count)
{
    double before = k[0].width;
    for (size_t i = 1; i + 1 < count; i++) {
        double here = k[i].width;
        k[i].width = (before + 2 * here + k[i + 1].width) / 4;
        before = here;
    }
}

/* Point of the centripetal Catmull-Rom curve between q[1] and q[2], by Barry and Goldman's pyramid:
 * it passes through every knot and makes no loops of its own. */
static void curve_at(const knot *const q[4], double share, double at[2])
{
    double t[4] = { 0 };
    for (int i = 1; i < 4; i++) {
        t[i] = t[i - 1] + sqrt(fmax(apart(q[i - 1], q[i]), SAME));
    }
    double now = t[1] + (t[2] - t[1]) * share;
    double p[4][2];
    for (int i = 0; i < 4; i++) {
        p[i][0] = q[i]->x;
        p[i][1] = q[i]->y;
    }
    for (int level = 1; level < 4; level++) {
        for (int i = 0; i < 4 - level; i++) {
            int from = level == 3 ? 1 : i, to = level == 3 ? 2 : i + level;
            double part = (now - t[from]) / (t[to] - t[from]);
            p[i][0] += (p[i + 1][0] - p[i][0]) * part;
            p[i][1] += (p[i + 1][1] - p[i][1]) * part;
        }
    }
    at[0] = p[0][0];
    at[1] = p[0][1];
}

static void put_place(pds_buf *out, double x, double y, double width)
{
    pds_ink place = { x, y, width };
    pds_buf_put(out, pds_span_of(&place, sizeof place));
}

/* A knot beyond the end: where the line came from, mirrored. */
static knot beyond(const knot *end, const knot *inner)
{
    knot k = *end;
    k.x += end->x - inner->x;
    k.y += end->y - inner->y;
    return k;
}

static pds_code put_curve(const knot *k, size_t count, pds_buf *out, pds_err *e)
{
    knot first = beyond(&k[0], &k[1]), last = beyond(&k[count - 1], &k[count - 2]);
    for (size_t i = 0; i + 1 < count; i++) {
        const knot *const q[4] = { i == 0 ? &first : &k[i - 1], &k[i], &k[i + 1],
                                   i + 2 < count ? &k[i + 2] : &last };
        double length = ceil(apart(q[1], q[2]) / STEP);
        size_t steps = length > PDS_INK_MAX ? PDS_INK_MAX + 1U : (size_t)length;
        if (out->len / sizeof(pds_ink) + steps > PDS_INK_MAX) {
            PDS_FAIL(e, PDS_E_LIMIT, "the strokes are too long for a signature");
        }
        for (size_t n = 0; n < steps; n++) {
            double share = (double)n / length, at[2];
            curve_at(q, share, at);
            put_place(out, at[0], at[1], q[1]->width + (q[2]->width - q[1]->width) * share);
        }
    }
    put_place(out, k[count - 1].x, k[count - 1].y, k[count - 1].width);
    return pds_buf_end(out, e);
}

static double ease(double share)
{
    double s = fmax(0, fmin(1, share));
    return s * s * (3 - 2 * s);
}

/* The pen comes down quickly and leaves slowly. Until here, a radius is a share of the pen. */
static void taper(pds_ink *ink, size_t count, const pds_hand *hand)
{
    double length = 0, way = 0, low[2] = { 0.45, 0.2 };
    for (size_t i = 1; i < count; i++) {
        length += hypot(ink[i].x - ink[i - 1].x, ink[i].y - ink[i - 1].y);
    }
    double down = fmin(1.5 * hand->width, 0.25 * length), up = fmin(4 * hand->width, 0.4 * length);
    if (hand->pressed) {
        low[0] = 0.7; /* the pressure has said most of it */
        low[1] = 0.45;
    }
    for (size_t i = 0; i < count; i++) {
        way += i == 0 ? 0 : hypot(ink[i].x - ink[i - 1].x, ink[i].y - ink[i - 1].y);
        double begin = low[0] + (1 - low[0]) * ease(way / down);
        double end = low[1] + (1 - low[1]) * ease((length - way) / up);
        ink[i].radius = hand->width / 2 * fmax(THINNEST, ink[i].radius * fmin(begin, end));
    }
}

static double length_of(const knot *k, size_t count)
{
    double length = 0;
    for (size_t i = 1; i < count; i++) {
        length += apart(&k[i - 1], &k[i]);
    }
    return length;
}

static pds_code draw_knots(knot *k, size_t count, const pds_hand *hand, pds_buf *out, pds_err *e)
{
    enum { WIDTH_PASSES = 3 };
    size_t begin = out->len;
    calm(k, count, hand->width);
    set_widths(k, count, hand);
    for (int i = 0; i < WIDTH_PASSES; i++) {
        even_widths(k, count);
    }
    PDS_TRY(put_curve(k, count, out, e));
    taper((pds_ink *)(void *)(out->ptr + begin), (out->len - begin) / sizeof(pds_ink), hand);
    return PDS_OK;
}

static void knots_drop(knot **knots)
{
    free(*knots);
}

pds_code pds_ink_along(const pds_stroke_point *points, size_t count, const pds_hand *hand,
                       pds_buf *out, pds_err *e)
{
    PDS_OWN(knots_drop) knot *k = calloc(count, sizeof *k);
    if (k == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    size_t kept = take_knots(points, count, hand, k);
    if (kept < 2 || length_of(k, kept) < DOT * hand->width) {
        double width = hand->pressed ? 0.4 + 0.6 * k[0].pressure : PLAIN;
        put_place(out, k[0].x, k[0].y, hand->width / 2 * width);
        return pds_buf_end(out, e);
    }
    return draw_knots(k, kept, hand, out, e);
}
