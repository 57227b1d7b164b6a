#ifndef TESTS_PDFSIGN_TIMELINE_PRIVATE_H
#define TESTS_PDFSIGN_TIMELINE_PRIVATE_H

#include "tests/pdfsign/timeline.h"

enum { TIMELINE_STAMPS = 2 };

#define TIMELINE_DOCUMENT "%PDF-1.7" /* the bytes that are signed */

extern pki *timeline_who[WHO_COUNT];

/* The DER of a list or response, a token of these bytes, and a signature's CMS; each behind out. */
void timeline_list(const list_row *row, pds_buf *out);
void timeline_token(const stamp_row *row, pds_span imprinted, pds_buf *out);
/* A document timestamp, the first with the lists that stand in it. */
void timeline_document(const timeline_row *row, size_t index, pds_buf *out);
void timeline_sign(const timeline_row *row, pds_buf *out);

#endif
