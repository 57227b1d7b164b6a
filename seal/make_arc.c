#include "seal/make_arc.h"

#include <math.h>
#include <stddef.h>

static const double PI = 3.14159265358979323846;

/* Speed and curvature of the ellipse (rx sin t, ry cos t). */
static double speed(const pds_arc *arc, double t)
{
    return hypot(arc->radii[0] * cos(t), arc->radii[1] * sin(t));
}

static double curvature(const pds_arc *arc, double t)
{
    double v = speed(arc, t);
    return v * v * v / (arc->radii[0] * arc->radii[1]);
}

/* A parallel curve is slower by as much as its radius is smaller. */
static double inner_speed(const pds_arc *arc, double t)
{
    return speed(arc, t) * (1 - arc->depth / curvature(arc, t));
}

void pds_arc_init(pds_arc *arc, const double radii[2], double depth)
{
    double step = PI / PDS_ARC_STEPS;
    arc->radii[0] = radii[0];
    arc->radii[1] = radii[1];
    arc->depth = depth;
    arc->lengths[0] = 0;
    for (size_t i = 1; i <= PDS_ARC_STEPS; i++) {
        double t = step * (double)i;
        double sum =
            inner_speed(arc, t - step) + 4 * inner_speed(arc, t - step / 2) + inner_speed(arc, t);
        arc->lengths[i] = arc->lengths[i - 1] + sum * step / 6; /* Simpson's rule */
    }
    arc->length = arc->lengths[PDS_ARC_STEPS];
}

/* The parameter at a distance from 0 to the whole length. */
static double parameter(const pds_arc *arc, double distance)
{
    size_t low = 0, high = PDS_ARC_STEPS;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (arc->lengths[middle] <= distance) {
            low = middle;
        } else {
            high = middle;
        }
    }
    double share = (distance - arc->lengths[low]) / (arc->lengths[high] - arc->lengths[low]);
    return PI / PDS_ARC_STEPS * ((double)low + share);
}

pds_arc_point pds_arc_at(const pds_arc *arc, double distance)
{
    double t = parameter(arc, fmin(fabs(distance), arc->length));
    double side = distance < 0 ? -1 : 1, v = speed(arc, t);
    double out[2] = { arc->radii[1] * sin(t) / v, arc->radii[0] * cos(t) / v };
    return (pds_arc_point){
        .at = { side * (arc->radii[0] * sin(t) - arc->depth * out[0]),
                arc->radii[1] * cos(t) - arc->depth * out[1] },
        .out = { side * out[0], out[1] },
        .curvature = curvature(arc, t) - arc->depth,
    };
}
