#ifndef SEAL_STROKES_H
#define SEAL_STROKES_H

#include "seal/path.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A hand writes far less in a signature. */
enum { PDS_STROKES_BYTES_MAX = 2 << 20, PDS_STROKES_POINTS_MAX = 100000 };

typedef struct pds_stroke_point {
    double x, y;     /* y upwards */
    double time;     /* milliseconds */
    double pressure; /* 0 to 1 */
} pds_stroke_point;

/* What a hand wrote, in units of whatever recorded it. */
typedef struct pds_strokes {
    pds_buf points; /* pds_stroke_point */
    pds_buf ends;   /* size_t: of each stroke, the number of points up to its end */
    bool timed, pressed;
} pds_strokes;

/* JSON or SVG of docs/cli.md, told apart by the first character.
 * errors: PDS_E_USAGE not understood, no strokes, numbers out of range; PDS_E_LIMIT */
PDS_USE pds_code pds_strokes_read(pds_span input, pds_strokes *out, pds_err *e);
PDS_USE pds_code pds_strokes_read_json(pds_span input, pds_strokes *out, pds_err *e);
PDS_USE pds_code pds_strokes_read_svg(pds_span input, pds_strokes *out, pds_err *e);
void pds_strokes_drop(pds_strokes *s);

/* For readers. errors: PDS_E_USAGE not a number of a sensible size; PDS_E_LIMIT */
PDS_USE pds_code pds_strokes_add(pds_strokes *s, pds_stroke_point point, pds_err *e);
/* The points since the last end are a stroke; none: nothing happens. */
void pds_strokes_end(pds_strokes *s);

size_t pds_strokes_count(const pds_strokes *s);
/* Points of one stroke, lent. */
const pds_stroke_point *pds_strokes_at(const pds_strokes *s, size_t stroke, size_t *count);

typedef struct pds_pen {
    double width;   /* points, at full pressure */
    double size[2]; /* box that the ink is fitted into and centred in; 0: the ink's own, in one of
                       50 x 20 mm */
    uint8_t color[3];
} pds_pen;

/* errors: PDS_E_USAGE the box is too small for the pen; PDS_E_LIMIT */
PDS_USE pds_code pds_strokes_draw(const pds_strokes *s, const pds_pen *pen, pds_vector *out,
                                  pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
