#ifndef SEAL_DRAWING_H
#define SEAL_DRAWING_H

#include "seal/image.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A drawing: content-stream bytes and what they name, in points, lower left corner at 0,0, upright,
 * independent of any file. The engine makes form XObjects of it. Names in the content:
 *   /Im0   the image (the unit square, as ISO 32000-2, 8.9.5.1)
 *   /F0 …  faces of the job's typesetter, by number
 *   /Gs0   graphics state: multiply, or opacity
 *   /Cs0   the colour space of colours set in the content: "/Cs0 cs r g b sc"
 */
typedef struct pds_drawing {
    double size[2]; /* /BBox [0 0 width height] */
    pds_buf content;
    const pds_image *image; /* lent; NULL: none */
    uint32_t faces;         /* bit n: /Fn is used */
    bool multiply;
    double opacity; /* 1 opaque */
} pds_drawing;

void pds_drawing_drop(pds_drawing *d);
/* A number as content streams want it: at most 4 decimals, never an exponent, locale-free. */
void pds_draw_number(pds_buf *out, double number);

#ifdef __cplusplus
}
#endif
#endif
