#ifndef SEAL_PATH_H
#define SEAL_PATH_H

#include "base/buf.h"
#include "seal/picture.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A vector picture: filled shapes in points, lower left corner at 0,0; shapes with one colour. It
 * becomes SVG, a one-page PDF or, by FreeType's rasterizer, pixels. */
typedef struct pds_vector {
    double size[2];
    pds_buf shapes; /* packed segments; internal */
    uint8_t color[3];
} pds_vector;

void pds_vector_drop(pds_vector *v);
void pds_vector_move(pds_vector *v, double x, double y);
void pds_vector_line(pds_vector *v, double x, double y);
void pds_vector_curve(pds_vector *v, double x1, double y1, double x2, double y2, double x,
                      double y);
void pds_vector_close(pds_vector *v);
/* Ends a shape: what was drawn since the last end is filled, nonzero winding. */
void pds_vector_fill(pds_vector *v);

/* Closed contours of a shape; clockwise ones cut holes into those that are not. */
void pds_vector_ellipse(pds_vector *v, const double center[2], const double radii[2],
                        bool clockwise);
void pds_vector_rect(pds_vector *v, const double box[4], bool clockwise);

typedef enum pds_segment_kind {
    PDS_SEGMENT_MOVE,
    PDS_SEGMENT_LINE,
    PDS_SEGMENT_CURVE, /* two control points, then the end */
    PDS_SEGMENT_CLOSE,
    PDS_SEGMENT_FILL
} pds_segment_kind;

typedef struct pds_segment {
    pds_segment_kind kind;
    double at[6];
} pds_segment;

size_t pds_vector_count(const pds_vector *v);
pds_segment pds_vector_at(const pds_vector *v, size_t index);
/* Numbers that a segment carries: 0, 2 or 6. */
size_t pds_segment_numbers(pds_segment_kind kind);

/* x' = a x + c y + e, y' = b x + d y + f, as in ISO 32000-2, 8.3.4. */
typedef struct pds_matrix {
    double a, b, c, d, e, f;
} pds_matrix;

void pds_matrix_apply(const pds_matrix *m, double *x, double *y);
/* Appends segments `first` to `end` of another picture, moved by m. */
void pds_vector_add(pds_vector *v, const pds_vector *from, size_t first, size_t end,
                    const pds_matrix *m);

/* All of these give the same bytes for the same picture; title is UTF-8 or NULL. */
PDS_USE pds_code pds_vector_svg(const pds_vector *v, const char *title, pds_buf *out, pds_err *e);
PDS_USE pds_code pds_vector_pdf(const pds_vector *v, const char *title, pds_buf *out, pds_err *e);
/* RGBA on a transparent ground. errors: PDS_E_PICTURE_LIMIT, PDS_E_LIBRARY_MISSING */
PDS_USE pds_code pds_vector_render(const pds_vector *v, double dpi, pds_picture *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
