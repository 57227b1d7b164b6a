#ifndef SEAL_IMAGE_H
#define SEAL_IMAGE_H

#include "seal/picture.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A picture made ready for a PDF: what the streams of its image objects hold, deflated. Prepared
 * once, never changed, so that threads may share it. */
typedef struct pds_image {
    uint32_t width, height; /* pixels, at most 300 dpi at the printed size */
    double size[2];         /* printed size in points */
    unsigned components;    /* 1 grey, 3 RGB */
    pds_buf samples;        /* FlateDecode, PNG predictor 15, `components` of 8 bits */
    pds_buf alpha;          /* soft mask: FlateDecode, predictor 15, 8 bits; empty: opaque */
    pds_buf stencil; /* for files without transparency: FlateDecode, 1 bit, no predictor; 1 = not
                        painted; white counts as not painted */
} pds_image;

/* size: printed, points. */
PDS_USE pds_code pds_image_make(const pds_picture *p, const double size[2], pds_image *out,
                                pds_err *e);
void pds_image_drop(pds_image *image);

/* What is behind the public pds_seal; lent. */
struct pds_seal;
const pds_image *pds_seal_image(const struct pds_seal *seal);

#ifdef __cplusplus
}
#endif
#endif
