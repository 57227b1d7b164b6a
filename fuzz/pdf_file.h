#ifndef FUZZ_PDF_FILE_H
#define FUZZ_PDF_FILE_H

#include "base/file.h"

/* PDF files of what a fuzzer makes up. */

enum { FUZZ_OBJECTS = 64 };

/* Appends a cross-reference table of the objects "N 0 obj", N below FUZZ_OBJECTS, that stand in the
 * file from `from` on, so that the fuzzer needs no luck with offsets to reach what lies behind
 * them. trailer: its entries but /Size. An update's table has the objects alone. */
void fuzz_put_table(pds_buf *file, size_t from, const char *trailer);

/* The bytes as an open file, the same one each time; its path names it. */
pds_file fuzz_file(const pds_buf *bytes);

#endif
