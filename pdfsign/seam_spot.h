#ifndef PDFSIGN_SEAM_SPOT_H
#define PDFSIGN_SEAM_SPOT_H

#include "pdfsign/seam_file.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A slice of another seam: it is laid out already, or has its field there. */
typedef struct pds_seam_taken {
    uint32_t page;
    double rect[4];
} pds_seam_taken;

typedef struct pds_seam_takens {
    pds_seam_taken *items;
    size_t count, room;
} pds_seam_takens;
void pds_seam_takens_drop(pds_seam_takens *t);
/* A page of number 0 is none. */
PDS_USE pds_code pds_seam_take(pds_seam_takens *t, uint32_t page, const double rect[4], pds_err *e);
/* The fields made for seams. */
PDS_USE pds_code pds_seam_take_fields(pds_seam_takens *t, const pds_seam_file *file, pds_err *e);

/* One seam about to be placed. */
typedef struct pds_seam_spot {
    const pds_page *pages;   /* of the document */
    pds_seam_takens taken;   /* owned by the caller; put in order here */
    const pds_slice *slices; /* in page order */
    size_t slice_count;
    double size[2]; /* of the whole seal */
    bool overlap;   /* allowed */
} pds_seam_spot;

/* Rectangles of the slices (room for slice_count of four numbers), default user space. Without at=
 * the seam goes to the middle of the edge or, where another stands there, to the nearest free place
 * beside it, which seam->shift then says.
 * errors: PDS_E_PLACE_REFUSED off the page; PDS_E_PLACE_TAKEN by another seam, or no room left */
PDS_USE pds_code pds_seam_place(pds_seam_spot *spot, pds_seam *seam, double (*rects)[4],
                                pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
