#ifndef SEAL_MAKE_ARC_H
#define SEAL_MAKE_ARC_H

#ifdef __cplusplus
extern "C" {
#endif

enum { PDS_ARC_STEPS = 720 };

/* The right half of a curve that keeps `depth` within an ellipse around 0,0, from its top to its
 * bottom; the left half mirrors it. */
typedef struct pds_arc {
    double radii[2], depth; /* depth: less than the ellipse's least radius of curvature */
    double length;
    double lengths[PDS_ARC_STEPS + 1]; /* from the top, at equal steps of the parameter */
} pds_arc;

typedef struct pds_arc_point {
    double at[2];
    double out[2];    /* unit vector outwards */
    double curvature; /* radius of the curve there */
} pds_arc_point;

void pds_arc_init(pds_arc *arc, const double radii[2], double depth);
/* The point at a distance along the curve from the top, clockwise; negative: the other way. */
pds_arc_point pds_arc_at(const pds_arc *arc, double distance);

#ifdef __cplusplus
}
#endif
#endif
