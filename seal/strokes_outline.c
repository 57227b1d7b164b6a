#include "seal/strokes_ink.h"

#include <math.h>

/* A line is drawn as strips, closed contours along both its sides. Where it turns within its own
 * width the inner side would run backwards and cut a hole; there the strip ends, and discs and a
 * piece of its own bridge the bend. All contours turn the same way, so that overlaps stay full. */

enum { STRIP_MAX = 4000, SHAPE_MAX = 10000 };

typedef struct side_pair {
    double left[2], right[2];
} side_pair;

typedef struct line {
    const pds_ink *ink;
    size_t count;
    pds_vector *out;
    size_t filled; /* segments of `out` at the last fill */
} line;

static void set_sides(const pds_ink *at, double dx, double dy, side_pair *out)
{
    double length = fmax(hypot(dx, dy), 1e-12), nx = -dy / length, ny = dx / length;
    out->left[0] = at->x + at->radius * nx;
    out->left[1] = at->y + at->radius * ny;
    out->right[0] = at->x - at->radius * nx;
    out->right[1] = at->y - at->radius * ny;
}

/* Sides of the line at a place, square to its direction there. */
static side_pair sides_at(const line *l, size_t i)
{
    const pds_ink *a = &l->ink[i > 0 ? i - 1 : 0], *b = &l->ink[i + 1 < l->count ? i + 1 : i];
    side_pair s;
    set_sides(&l->ink[i], b->x - a->x, b->y - a->y, &s);
    return s;
}

static void put_disc(line *l, size_t i)
{
    const pds_ink *k = &l->ink[i];
    pds_vector_ellipse(l->out, (const double[]){ k->x, k->y },
                       (const double[]){ k->radius, k->radius }, false);
}

static void put_strip(line *l, size_t first, size_t last)
{
    for (size_t i = first; i <= last; i++) {
        side_pair s = sides_at(l, i);
        (i == first ? pds_vector_move : pds_vector_line)(l->out, s.right[0], s.right[1]);
    }
    for (size_t i = last + 1; i-- > first;) {
        side_pair s = sides_at(l, i);
        pds_vector_line(l->out, s.left[0], s.left[1]);
    }
    pds_vector_close(l->out);
}

/* The piece between two neighbours, straight. */
static void put_piece(line *l, size_t i)
{
    const pds_ink *a = &l->ink[i], *b = &l->ink[i + 1];
    side_pair s, t;
    set_sides(a, b->x - a->x, b->y - a->y, &s);
    set_sides(b, b->x - a->x, b->y - a->y, &t);
    pds_vector_move(l->out, s.right[0], s.right[1]);
    pds_vector_line(l->out, t.right[0], t.right[1]);
    pds_vector_line(l->out, t.left[0], t.left[1]);
    pds_vector_line(l->out, s.left[0], s.left[1]);
    pds_vector_close(l->out);
}

/* Do both sides go the line's way from a place to the next? */
static bool goes_on(const line *l, size_t i)
{
    const pds_ink *a = &l->ink[i], *b = &l->ink[i + 1];
    side_pair s = sides_at(l, i), t = sides_at(l, i + 1);
    double dx = b->x - a->x, dy = b->y - a->y;
    return (t.left[0] - s.left[0]) * dx + (t.left[1] - s.left[1]) * dy > 0 &&
           (t.right[0] - s.right[0]) * dx + (t.right[1] - s.right[1]) * dy > 0;
}

/* Rasterizers and viewers have limits; the disc that comes next hides where shapes meet. */
static void end_shape(line *l, bool last)
{
    if (last || pds_vector_count(l->out) - l->filled > SHAPE_MAX) {
        pds_vector_fill(l->out);
        l->filled = pds_vector_count(l->out);
    }
}

void pds_ink_outline(const pds_ink *ink, size_t count, pds_vector *out)
{
    line l = { ink, count, out, pds_vector_count(out) };
    size_t first = 0;
    put_disc(&l, 0);
    for (size_t i = 0; i + 1 < count; i++) {
        bool smooth = goes_on(&l, i);
        bool full = i - first >= STRIP_MAX;
        if ((!smooth || full) && i > first) {
            put_strip(&l, first, i);
            put_disc(&l, i);
            end_shape(&l, false);
            put_disc(&l, i);
            first = i;
        }
        if (!smooth) {
            put_piece(&l, i);
            first = i + 1;
            put_disc(&l, first);
        }
    }
    if (first + 1 < count) {
        put_strip(&l, first, count - 1);
        put_disc(&l, count - 1);
    }
    end_shape(&l, true);
}
