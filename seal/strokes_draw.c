#include "base/own.h"
#include "seal/strokes_ink.h"

#include <math.h>

static const double POINTS_PER_MM = 72.0 / 25.4;
static const double USUAL_BOX[2] = { 50, 20 }; /* mm: as people sign on a line */

typedef struct bounds {
    double low[2], high[2];
} bounds;

static void widen(bounds *b, double x, double y)
{
    b->low[0] = fmin(b->low[0], x);
    b->low[1] = fmin(b->low[1], y);
    b->high[0] = fmax(b->high[0], x);
    b->high[1] = fmax(b->high[1], y);
}

static bounds bounds_of_strokes(const pds_strokes *s)
{
    bounds b = { { INFINITY, INFINITY }, { -INFINITY, -INFINITY } };
    for (size_t i = 0; i < pds_strokes_count(s); i++) {
        size_t count = 0;
        const pds_stroke_point *points = pds_strokes_at(s, i, &count);
        for (size_t k = 0; k < count; k++) {
            widen(&b, points[k].x, points[k].y);
        }
    }
    return b;
}

static bounds bounds_of_drawing(const pds_vector *v)
{
    bounds b = { { INFINITY, INFINITY }, { -INFINITY, -INFINITY } };
    for (size_t i = 0; i < pds_vector_count(v); i++) {
        pds_segment segment = pds_vector_at(v, i);
        for (size_t k = 0; k < pds_segment_numbers(segment.kind); k += 2) {
            widen(&b, segment.at[k], segment.at[k + 1]);
        }
    }
    return b;
}

static void box_of(const pds_pen *pen, double box[2])
{
    for (int i = 0; i < 2; i++) {
        box[i] = pen->size[0] > 0 ? pen->size[i] : USUAL_BOX[i] * POINTS_PER_MM;
    }
}

/* The largest scale at which both sides fit; a side of nothing fits always. */
static double fit(const bounds *b, const double room[2], double most)
{
    double scale = most;
    for (int i = 0; i < 2; i++) {
        double side = b->high[i] - b->low[i];
        scale = side > 0 ? fmin(scale, room[i] / side) : scale;
    }
    return scale;
}

/* From the recorder's units to points on paper; how fast the hand was there, by the way. */
static pds_code know_hand(const pds_strokes *s, const pds_pen *pen, pds_hand *out, pds_err *e)
{
    bounds b = bounds_of_strokes(s);
    double room[2];
    box_of(pen, room);
    for (int i = 0; i < 2; i++) {
        room[i] -= pen->width;
        if (!(room[i] > 0)) {
            PDS_FAIL(e, PDS_E_USAGE, "the size leaves no room beside the pen's width");
        }
    }
    double scale = fit(&b, room, 1e6);
    *out = (pds_hand){ .width = pen->width,
                       .timed = s->timed,
                       .pressed = s->pressed,
                       .scale = { scale, -b.low[0] * scale, -b.low[1] * scale } };
    return PDS_OK;
}

static double mean_speed(const pds_strokes *s, double scale)
{
    double length = 0, time = 0;
    for (size_t i = 0; i < pds_strokes_count(s); i++) {
        size_t count = 0;
        const pds_stroke_point *p = pds_strokes_at(s, i, &count);
        for (size_t k = 1; k < count; k++) {
            length += hypot(p[k].x - p[k - 1].x, p[k].y - p[k - 1].y) * scale;
            time += fmax(p[k].time - p[k - 1].time, 0);
        }
    }
    return time > 0 ? length / time : 0;
}

static pds_code draw_all(const pds_strokes *s, const pds_hand *hand, pds_vector *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf ink = { 0 };
    for (size_t i = 0; i < pds_strokes_count(s); i++) {
        size_t count = 0, begin = ink.len;
        const pds_stroke_point *points = pds_strokes_at(s, i, &count);
        PDS_TRY(pds_ink_along(points, count, hand, &ink, e));
        pds_ink_outline((const pds_ink *)(const void *)(ink.ptr + begin),
                        (ink.len - begin) / sizeof(pds_ink), out);
    }
    return pds_buf_end(&out->shapes, e);
}

/* Into the box asked for, centred; or a picture as large as the ink. */
static void place(const pds_vector *drawn, const pds_pen *pen, pds_vector *out)
{
    bounds b = bounds_of_drawing(drawn);
    double box[2], offset[2];
    box_of(pen, box);
    double scale = fit(&b, box, 1);
    for (int i = 0; i < 2; i++) {
        double side = (b.high[i] - b.low[i]) * scale;
        out->size[i] = pen->size[0] > 0 ? box[i] : side;
        offset[i] = (out->size[i] - side) / 2 - b.low[i] * scale;
    }
    pds_matrix m = { scale, 0, 0, scale, offset[0], offset[1] };
    pds_vector_add(out, drawn, 0, pds_vector_count(drawn), &m);
}

pds_code pds_strokes_draw(const pds_strokes *s, const pds_pen *pen, pds_vector *out, pds_err *e)
{
    PDS_OWN(pds_vector_drop) pds_vector drawn = { 0 };
    pds_hand hand;
    PDS_TRY(know_hand(s, pen, &hand, e));
    hand.speed = mean_speed(s, hand.scale[0]);
    PDS_TRY(draw_all(s, &hand, &drawn, e));
    *out = (pds_vector){ .size = { 0 } };
    memcpy(out->color, pen->color, sizeof out->color);
    place(&drawn, pen, out);
    return pds_buf_end(&out->shapes, e);
}
