#ifndef PDFSIGN_OVERLAP_H
#define PDFSIGN_OVERLAP_H

#include "pdfsign/layout.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What stands where: the marks of this job, and the widgets of one page of the file at a time. */
typedef struct pds_ground pds_ground;
void pds_ground_drop(pds_ground **g);

/* A part of a page that a mark is going to take. */
typedef struct pds_claim {
    size_t signing;
    const pds_page *page;
    const double *rect; /* four numbers, default user space */
    const pds_sig_field
        *signed_field; /* the field being signed, which is not in its own way; or NULL */
    bool date;         /* of page content: may cross its own signer's seal, as dates do */
} pds_claim;

/* Keeps the claim for those that follow, after making sure that no visible widget of the page and
 * no mark of this job stands there, unless the signing's look allows it. Touching by less than half
 * a point is no overlap. Pages in order are cheap: only the newest one's widgets are kept.
 * errors: PDS_E_PLACE_TAKEN naming the field or signer that is there */
PDS_USE pds_code pds_scene_claim(pds_scene *s, const pds_claim *claim, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
