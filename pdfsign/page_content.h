#ifndef PDFSIGN_PAGE_CONTENT_H
#define PDFSIGN_PAGE_CONTENT_H

#include "pdf/page.h"
#include "pdf/update.h"
#include "pdfsign/intern.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Resources of pages that get more XObjects. A dictionary that pages share is copied once, to be
 * shared by those of them that are drawn on; the old one stays for the others.
 */
typedef struct pds_page_resources {
    pds_update *u; /* borrowed */
    struct pds_more_names *names;
    struct pds_more_resources *copies;
    size_t name_count, name_room, copy_count, copy_room;
    pds_intern known; /* place + 1 in names or copies, by kind and object number */
} pds_page_resources;
void pds_page_resources_drop(pds_page_resources *r);
/* Stages what pages share: after all pages. */
PDS_USE pds_code pds_page_resources_end(pds_page_resources *r, pds_err *e);

/* The new resources of one page. */
typedef struct pds_page_names {
    size_t names; /* in names */
    bool shared;
    size_t copy; /* shared: in copies */
    pds_buf own; /* else the page's own dictionary as it stands */
} pds_page_names;
void pds_page_names_drop(pds_page_names *n);

/* object: the page's dictionary. errors: those of reading */
PDS_USE pds_code pds_page_names_find(pds_page_resources *r, const pds_page *page, pds_span object,
                                     pds_page_names *out, pds_err *e);
/* Adds an XObject under a name that nothing else has there; puts that name with its slash behind
 * out. errors: PDS_E_PDF_LIMIT */
PDS_USE pds_code pds_page_names_add(pds_page_resources *r, const pds_page_names *n, pds_ref xobject,
                                    pds_buf *out, pds_err *e);
/* Text of the page's /Resources, once all its names are added. */
PDS_USE pds_code pds_page_names_put(pds_page_resources *r, const pds_page_names *n, pds_buf *out,
                                    pds_err *e);

/* The references of a page's content streams, parted by spaces, behind out; none: there is no
 * content. */
PDS_USE pds_code pds_page_contents(pds_update *u, pds_span page, pds_buf *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
