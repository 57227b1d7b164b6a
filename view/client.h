#ifndef VIEW_CLIENT_H
#define VIEW_CLIENT_H

#include "base/file.h"

#include <pds/reader.h>
#include <pds/secret.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where a text was found, on the page as it is shown (CropBox, /Rotate), from its lower left
 * corner. In units of the page's user space, which are points unless it has a /UserUnit:
 * pds_place_beside knows. Of a text broken over lines: the part on its last line. */
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

/* What of a file the helper is to look at; it gets a descriptor, read-only, never a path. */
typedef struct pds_view {
    int fd;
    const pds_secret *password; /* or NULL */
} pds_view;

/* Finds all occurrences of a text: also over several operators or lines, on turned pages, in form
 * XObjects; full-width and half-width forms and white space do not count, letters' case does.
 * reader may be used by several threads. errors: PDS_E_READER_FAILED, PDS_E_LIBRARY_MISSING,
 * PDS_E_PASSWORD_NEEDED, PDS_E_PASSWORD_WRONG, PDS_E_INTERRUPTED; PDS_E_USAGE the text is empty,
 * longer than 255 bytes, or not UTF-8 */
PDS_USE pds_code pds_reader_find(pds_reader *reader, const pds_view *view, const char *text,
                                 pds_finds *out, pds_err *e);
/* Called for each page in order with its picture. */
typedef pds_code (*pds_picture_fn)(void *ctx, uint32_t page, pds_span png, pds_err *e);
/* dpi: 10 to 600; a page that would have more than 36 million pixels gets fewer. */
PDS_USE pds_code pds_reader_pictures(pds_reader *reader, const pds_view *view, double dpi,
                                     pds_picture_fn fn, void *ctx, pds_err *e);

/* pds_reader_new with another helper program, and another patience until the first answer. */
PDS_USE pds_code pds_reader_new_with(const char *program, int64_t patience_ms, pds_reader **out,
                                     pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
