#ifndef SEAL_MAKE_TEXT_H
#define SEAL_MAKE_TEXT_H

#include "seal/make_run.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Lengths are of one unit, whichever; the centre of the seal is 0,0. */

/* Text along a curve within an ellipse, read from left to right. */
typedef struct pds_arc_plan {
    double radii[2];      /* of the ellipse */
    double edge;          /* from it to the text */
    double height, least; /* of the text, as it should be and as it may be made */
    double reach;         /* share of the half circle that it may fill on either side */
    double spread;        /* ems that an ideograph takes at most, where there are few */
    bool below;           /* in the lower half, heads inwards; else in the upper, heads outwards */
} pds_arc_plan;

/* Text on a straight line, centred. */
typedef struct pds_line_plan {
    double y; /* of its middle */
    double height, least;
    double half; /* of the width that it may fill */
} pds_line_plan;

/* Glyphs at even distances, made narrower and then lower where there are many. false: too many to
 * be read. */
PDS_USE bool pds_text_on_arc(const pds_run *run, const pds_arc_plan *plan, pds_vector *out);
PDS_USE bool pds_text_on_line(const pds_run *run, const pds_line_plan *plan, pds_vector *out);

#ifdef __cplusplus
}
#endif
#endif
