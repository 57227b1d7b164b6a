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

PDS_USE pds_code pds_vector_svg(const pds_vector *v, const char *title, pds_buf *out, pds_err *e);
PDS_USE pds_code pds_vector_pdf(const pds_vector *v, const char *title, pds_buf *out, pds_err *e);
PDS_USE pds_code pds_vector_render(const pds_vector *v, double dpi, pds_picture *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
