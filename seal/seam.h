#ifndef SEAL_SEAM_H
#define SEAL_SEAM_H

#include "seal/drawing.h"
#include "seal/place.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pds_edge { PDS_EDGE_RIGHT, PDS_EDGE_LEFT, PDS_EDGE_TOP, PDS_EDGE_BOTTOM } pds_edge;

/* EDGE[,KEY=VALUE]... of docs/cli.md. */
typedef struct pds_seam {
    pds_edge edge;
    bool at_given;
    double at; /* along the edge: 0 to 1 of it, or points where at_points; from the left, or
                  from the bottom, to the seal's middle */
    bool at_points;
    char pages[256];  /* range as qpdf's; "" all */
    unsigned max;     /* pages a seal, default 20 */
    double first;     /* share of the first page, 0 to 1; 0: equal */
    bool facing;      /* even pages carry theirs on the opposite edge */
    double opacity;   /* 1 */
    bool skip_single; /* single=skip */
} pds_seam;

/* errors: PDS_E_USAGE, naming the key */
PDS_USE pds_code pds_seam_parse(const char *text, pds_seam *out, pds_err *e);

/* One slice: the part [from, to] of the seal's width (right and left edges) or height (top, bottom;
 * from its top), which stands on one page. */
typedef struct pds_slice {
    uint32_t page;         /* from 1 */
    uint32_t index, count; /* from 0; of its group */
    double from, to;
    pds_edge edge; /* of this page */
} pds_slice;

/* pages: numbers of the document's pages that take part, in order; out: room for count slices.
 * *used: how many there are. errors: PDS_E_SEAM_REFUSED a single page without single=skip */
PDS_USE pds_code pds_seam_slices(const pds_seam *seam, const uint32_t *pages, size_t count,
                                 pds_slice *out, size_t *used, pds_err *e);
/* Where a slice lies on its page, default user space. size: of the whole seal, points.
 * errors: PDS_E_PLACE_REFUSED the seal is longer than the edge, or `at` puts it off the page */
PDS_USE pds_code pds_slice_rect(const pds_seam *seam, const pds_slice *slice,
                                const pds_sheet *sheet, const double size[2], double rect[4],
                                pds_err *e);
/* The slice alone: a clip of the one image, size that of the slice. */
PDS_USE pds_code pds_slice_draw(const pds_seam *seam, const pds_slice *slice,
                                const pds_image *image, bool multiply, pds_drawing *out,
                                pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
