#ifndef SEAL_PNG_CHUNKS_H
#define SEAL_PNG_CHUNKS_H

#include "base/buf.h"

#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Colour types of IHDR: bits of their number (PNG, 11.2.2). */
enum { PDS_PNG_PALETTE = 1, PDS_PNG_COLOR = 2, PDS_PNG_ALPHA = 4 };

/* What a PNG says of itself before its pixels are read. Spans are bodies of chunks, empty: none. */
typedef struct pds_png_chunks {
    uint32_t width, height;
    unsigned depth, color_type;
    bool interlaced;
    bool transparency; /* tRNS */
    bool srgb;
    pds_span gamma, chromaticities, profile, physical;
    pds_span needed; /* from the first chunk on; internal to pds_png_next */
} pds_png_chunks;

/* Looks through the whole file: every length and checksum holds, and the header names a picture
 * within the limits whose data can be there.
 * errors: PDS_E_PICTURE_UNREADABLE, PDS_E_PICTURE_UNSUPPORTED, PDS_E_PICTURE_LIMIT */
PDS_USE pds_code pds_png_scan(pds_span png, pds_png_chunks *out, pds_err *e);
/* The next chunk that pixels are made of, with length, name and checksum. No other chunk is shown
 * to a decoder: texts, animations and private data can do it no harm. */
bool pds_png_next(pds_span *needed, pds_span *chunk);

/* CRC-32 of the name and body of a chunk (PNG, 5.5). */
uint32_t pds_png_crc(pds_span bytes);

/* The same picture that says of itself how large it is printed. errors: as of pds_png_scan */
PDS_USE pds_code pds_png_put_size(pds_span png, const double metres[2], pds_buf *out, pds_err *e);

/* "a JPEG", "a PDF" and so on by its first bytes; NULL: not known. Static. */
const char *pds_picture_kind(pds_span file);

#ifdef __cplusplus
}
#endif
#endif
