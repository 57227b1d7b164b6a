#ifndef TESTS_PDF_SAMPLE_H
#define TESTS_PDF_SAMPLE_H

#include "base/file.h"

/* What the tests of files share: a folder that goes away, other programs, and small PDFs made here.
 */

/* A path in the test's own folder; at most 16 names. */
const char *sample_path(const char *name);
/* Removes the folder and all that is in it. */
void sample_clean(void);

void sample_write(const char *path, pds_span bytes);
void sample_append(const char *path, pds_span bytes);
pds_buf sample_read(const char *path);

/* Runs a program (arguments end with NULL); its exit status. What it says goes to
 * sample_path("said"). */
int sample_run(const char *const *arguments);
/* qpdf, poppler and mupdf find nothing to complain of. password: NULL or one without special
 * characters */
void sample_check(const char *path, const char *password);

typedef enum sample_kind { SAMPLE_TABLE, SAMPLE_STREAM, SAMPLE_HYBRID } sample_kind;

typedef struct sample {
    sample_kind kind;
    const char *trailer; /* further entries; NULL: an /ID */
    uint64_t gap;        /* zeros in the data of an unused stream, not written but left out */
    bool no_newline;     /* nothing behind %%EOF */
} sample;

/* One page with a form: 1 catalog, 2 pages, 3 page, 4 content, 5 info with strings, 6 form; 7 has
 * generation 3; 8 and 9 lie in an object stream where there is one; then come the structure's own.
 */
void sample_make(const sample *s, const char *path);

#endif
