#ifndef TESTS_SEAL_PAPER_H
#define TESTS_SEAL_PAPER_H

#include "seal/text.h"

/* A PDF of one page that shows a drawing, so that other programs can judge it. */
void paper_write(const char *path, pds_typesetter *t, const pds_drawing *d);

#endif
