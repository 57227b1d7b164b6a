#ifndef PDFSIGN_LAYOUT_SPOT_H
#define PDFSIGN_LAYOUT_SPOT_H

#include "pdfsign/layout.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where on which page a PLACE leads; a keyword may lead to many. */
typedef struct pds_spot {
    pds_page page;
    double found[4]; /* TEXT: box of the keyword, as pds_found has it */
} pds_spot;

typedef struct pds_spots {
    pds_spot *items; /* in page order */
    size_t count;    /* at least 1 */
} pds_spots;
void pds_spots_drop(pds_spots *spots);

/* place: RECT, CORNER or TEXT. errors: PDS_E_PLACE_REFUSED no such page; PDS_E_TEXT_NOT_FOUND with
 * the nearest text there is */
PDS_USE pds_code pds_spots_find(pds_scene *s, const pds_place *place, pds_spots *out, pds_err *e);
/* The rectangle there, in default user space. size: where the place has none; or NULL. errors:
 * those of pds_place_rect */
PDS_USE pds_code pds_spot_rect(const pds_spot *spot, const pds_place *place, const double size[2],
                               double rect[4], pds_err *e);

/* The page as far as placing needs it. */
pds_sheet pds_page_sheet(const pds_page *page);
/* A rectangle of default user space on the page as shown, points from its lower left corner. */
void pds_rect_shown(const pds_page *page, const double rect[4], double shown[4]);
/* Width and height of it there. */
void pds_rect_size(const pds_page *page, const double rect[4], double size[2]);

#ifdef __cplusplus
}
#endif
#endif
