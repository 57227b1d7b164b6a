#ifndef VIEW_POPPLER_PAPER_H
#define VIEW_POPPLER_PAPER_H

#include "view/find.h"
#include "view/protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A PDF as poppler shows it. */
typedef struct pds_paper pds_paper;

/* Loads what every file needs: fonts' list, tables of characters, drawing. */
void pds_paper_warm_up(void);
/* 0, or a pds_view_fault. fd stays open and the caller's. password: UTF-8, "" none. */
uint32_t pds_paper_open(int fd, const char *password, pds_paper **out);
uint32_t pds_paper_pages(const pds_paper *paper);
/* The text of a page (from 1) in reading order; false: unreadable, or more than any page has. */
bool pds_paper_glyphs(pds_paper *paper, uint32_t page, pds_glyphs *out);
/* Takes some bytes of a picture; false ends it. */
typedef bool (*pds_part_fn)(void *ctx, const uint8_t *bytes, size_t len);
/* The page (from 1) as it is shown, as a PNG; with fewer dots per inch than asked for where it
 * would have more than PDS_VIEW_PIXELS_MAX. */
bool pds_paper_picture(const pds_paper *paper, uint32_t page, double dpi, pds_part_fn fn,
                       void *ctx);

#ifdef __cplusplus
}
#endif
#endif
