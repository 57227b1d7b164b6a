#ifndef SEAL_STROKES_INK_H
#define SEAL_STROKES_INK_H

#include "seal/strokes.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PDS_INK_MAX = 200000 };

/* A place on the line that a pen leaves, close to the next. */
typedef struct pds_ink {
    double x, y, radius;
} pds_ink;

/* What all strokes of a signature share. Lengths are points. */
typedef struct pds_hand {
    double width; /* of the pen at full pressure */
    bool timed, pressed;
    double speed;    /* mean, points a millisecond */
    double scale[3]; /* x' = x * [0] + [1], y' = y * [0] + [2] */
} pds_hand;

/* A smooth line through the points of one stroke, behind out. A dot gives one place.
 * errors: PDS_E_LIMIT, PDS_E_NO_MEMORY */
PDS_USE pds_code pds_ink_along(const pds_stroke_point *points, size_t count, const pds_hand *hand,
                               pds_buf *out, pds_err *e);
/* Its outline, as shapes without gaps. */
void pds_ink_outline(const pds_ink *ink, size_t count, pds_vector *out);

#ifdef __cplusplus
}
#endif
#endif
