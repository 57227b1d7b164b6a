#ifndef SEAL_CLEAN_H
#define SEAL_CLEAN_H

#include "seal/picture.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pds_cleaning {
    const uint8_t *color; /* sRGB, or NULL: the picture's own */
    double size[2];       /* printed, points; 0: not known */
    double dpi;           /* 0: the picture's own */
    double threshold;     /* distance from the paper where ink begins, 0 to 1; 0: found */
    bool keep_border;
} pds_cleaning;

/* A photo or scan of a stamp or signature loses its paper, in place; one that is transparent
 * already keeps its alpha. errors: PDS_E_PICTURE_UNSUPPORTED nothing is drawn on it;
 * PDS_E_NO_MEMORY */
PDS_USE pds_code pds_clean(pds_picture *p, const pds_cleaning *how, pds_err *e);

/* Steps of it. */

/* The paper's colour everywhere: cells of a grid, the colour at their middles. */
typedef struct pds_paper {
    uint32_t cell, columns, rows; /* cell: pixels a side */
    float *colors;                /* 3 a cell */
} pds_paper;
void pds_paper_drop(pds_paper *paper);
/* First by what is light and lies on a smooth surface. */
PDS_USE pds_code pds_paper_guess(const pds_picture *p, pds_paper *out, pds_err *e);
/* Then by the mean of what is nearer to it than `limit`. distances: one byte a pixel. */
PDS_USE pds_code pds_paper_refine(const pds_picture *p, const uint8_t *distances, unsigned limit,
                                  pds_paper *paper, pds_err *e);
/* The paper's colours along a row, 3 a pixel. */
void pds_paper_row(const pds_paper *paper, uint32_t y, uint32_t width, float *out);

/* Alpha becomes 0 in patches without strong ink, or of fewer than `least` pixels.
 * distances: as above; a patch is what touches, also at corners, with a distance of `begin` on. */
typedef struct pds_patch_rule {
    unsigned begin, strong;
    size_t least;
} pds_patch_rule;
PDS_USE pds_code pds_clean_specks(pds_picture *p, const uint8_t *distances,
                                  const pds_patch_rule *rule, pds_err *e);

/* Border, printed size, resolution. */
PDS_USE pds_code pds_clean_frame(pds_picture *p, const pds_cleaning *how, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
