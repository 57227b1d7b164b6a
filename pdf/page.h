#ifndef PDF_PAGE_H
#define PDF_PAGE_H

#include "pdf/doc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A page with what it inherits (ISO 32000-2, 7.7.3.4). A box that is not four numbers, or has no
 * area, counts as missing; without any MediaBox a page is US Letter, as the common readers have it.
 */
typedef struct pds_page {
    uint32_t number; /* from 1 */
    pds_ref ref;
    double crop[4];    /* CropBox within MediaBox: left, bottom, right, top; default user space */
    int rotate;        /* 0, 90, 180, 270 clockwise */
    double user_unit;  /* 1/72 inch */
    pds_ref resources; /* the page or node whose /Resources it has; num 0: none */
} pds_page;

/* Called for each page in order; `object` is lent. PDS_OK and *stop end the walk early. */
typedef pds_code (*pds_page_fn)(void *ctx, const pds_page *page, const pds_object *object,
                                bool *stop, pds_err *e);

/* Walks the page tree itself; /Count is not believed. errors: PDS_E_PDF_DAMAGED a loop, a kid that
 * is neither; PDS_E_PDF_LIMIT depth */
PDS_USE pds_code pds_pages_each(pds_doc *doc, pds_page_fn fn, void *ctx, pds_err *e);
/* Page `number` from 1, or from the end: -1 is the last. errors: PDS_E_PLACE_REFUSED no such page
 */
PDS_USE pds_code pds_page_find(pds_doc *doc, int64_t number, pds_page *out, pds_err *e);
PDS_USE pds_code pds_page_count(pds_doc *doc, uint32_t *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
