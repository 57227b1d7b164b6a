#ifndef SEAL_SEAM_H
#define SEAL_SEAM_H

#include "seal/drawing.h"
#include "seal/place.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pds_edge { PDS_EDGE_RIGHT, PDS_EDGE_LEFT, PDS_EDGE_TOP, PDS_EDGE_BOTTOM } pds_edge;

/* EDGE[,KEY=VALUE]... of docs/cli.md; docs/seams.md says what joins. */
typedef struct pds_seam {
    pds_edge edge;
    bool at_given;
    double at;    /* share of the edge, from its left or lower end, where the seal's middle lies */
    double shift; /* points that are added to it */
    char pages[256]; /* range of seal/page_range.h; "" all */
    unsigned max;    /* pages a seal */
    double first;    /* share of the first page, 0 to 1; 0: equal */
    bool facing;     /* even pages carry theirs on the opposite edge, and make seals of their own */
    double opacity;  /* 1 opaque */
    bool skip_single; /* single=skip */
} pds_seam;

enum { PDS_SEAM_MAX_DEFAULT = 20, PDS_SEAM_MAX_LIMIT = 500 };

/* errors: PDS_E_USAGE, naming the key */
PDS_USE pds_code pds_seam_parse(const char *text, pds_seam *out, pds_err *e);
/* "right", "left", "top", "bottom"; static. */
const char *pds_edge_name(pds_edge edge);
/* What is not as usual, in the same form: reading it back gives the same. opacity is left out: it
 * is not the place's. */
void pds_seam_put(const pds_seam *seam, pds_buf *out);

/* One slice: the part [from, to] of the seal's width (right and left edges) or height (top, bottom;
 * from its top), which stands on one page. */
typedef struct pds_slice {
    uint32_t page;         /* from 1 */
    uint32_t index, count; /* from 0; of its group */
    double from, to;
    pds_edge edge; /* of this page */
} pds_slice;

/* pages: numbers of the document's pages that take part, ascending; out: room for count slices, in
 * the same order. *used: how many there are, fewer where single=skip left pages out.
 * errors: PDS_E_SEAM_REFUSED no page, or one that none joins, without single=skip */
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
