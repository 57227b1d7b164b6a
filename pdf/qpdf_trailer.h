#ifndef PDF_QPDF_TRAILER_H
#define PDF_QPDF_TRAILER_H

#include <stdbool.h>

/* Part of the program pdfsign-repair. */

/* How an end can be given to a file that has lost it. */
enum qpdf_end {
    QPDF_END_XREF_STREAM, /* startxref to the last cross-reference stream */
    QPDF_END_CATALOG      /* a trailer that names the last catalog; qpdf finds the objects */
};

/* A copy of the file with a new end, as a file descriptor; -1: there is nothing to begin with. */
int qpdf_with_end(int in, enum qpdf_end end);

#endif
