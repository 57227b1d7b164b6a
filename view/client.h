#ifndef VIEW_CLIENT_H
#define VIEW_CLIENT_H

#include "base/file.h"

#include <pds/reader.h>
#include <pds/secret.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where a text was found, in points of the page as it is shown (CropBox, /Rotate, UserUnit), from
 * its lower left corner. */
typedef struct pds_found {
    uint32_t page; /* from 1 */
    double box[4]; /* left, bottom, right, top */
} pds_found;

typedef struct pds_finds {
    pds_found *items; /* in page, then reading order */
    size_t count;
    char nearest[256]; /* where count is 0: the most alike text of the pages; "" no text at all */
} pds_finds;
void pds_finds_drop(pds_finds *f);

/* What of a file the helper is to look at; it gets the descriptor, never a path. */
typedef struct pds_view {
    int fd;
    const pds_secret *password; /* or NULL */
} pds_view;

/* Finds all occurrences of a text: also over several operators or lines, on turned pages, in form
 * XObjects; full-width and half-width forms and white space do not count. reader may be used by
 * several threads. errors: PDS_E_READER_FAILED, PDS_E_LIBRARY_MISSING */
PDS_USE pds_code pds_reader_find(pds_reader *reader, const pds_view *view, const char *text,
                                 pds_finds *out, pds_err *e);
/* Called for each page in order with its picture. */
typedef pds_code (*pds_picture_fn)(void *ctx, uint32_t page, pds_span png, pds_err *e);
PDS_USE pds_code pds_reader_pictures(pds_reader *reader, const pds_view *view, double dpi,
                                     pds_picture_fn fn, void *ctx, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
