#ifndef SEAL_COMPACT_H
#define SEAL_COMPACT_H

#include "seal/picture.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A picture of one colour, small enough for a card: r g b, width and height as two bytes each, high
 * one first, and how much is drawn of each pixel, 8 bits, rows from the top, by zlib. Bright paper
 * around the ink is let through. */

/* The colour is the mean of what is drawn; pixels become so many as fit `max` bytes, but not less
 * than a third. errors: PDS_E_PICTURE_UNSUPPORTED nothing is drawn on it; PDS_E_PICTURE_LIMIT it
 * does not fit */
PDS_USE pds_code pds_compact_put(const pds_picture *p, size_t max, pds_buf *out, pds_err *e);
/* errors: PDS_E_SEAL_DAMAGED */
PDS_USE pds_code pds_compact_take(pds_span bytes, pds_picture *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
