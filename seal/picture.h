#ifndef SEAL_PICTURE_H
#define SEAL_PICTURE_H

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pixels in memory: rows from the top, RGBA of 8 bits each, sRGB, not premultiplied. */
typedef struct pds_picture {
    uint32_t width, height;
    uint8_t *pixels; /* 4 * width * height; owned */
    double dpi[2];   /* 0: unknown */
} pds_picture;

/* Limits of what is read: a picture of a seal needs far less; a page scanned at 600 dpi has 35
 * million pixels. In memory that is at most 200 MB. */
enum { PDS_PICTURE_SIDE_MAX = 20000, PDS_PICTURE_PIXELS_MAX = 50000000 };

/* errors: PDS_E_NO_MEMORY, PDS_E_PICTURE_LIMIT */
PDS_USE pds_code pds_picture_new(uint32_t width, uint32_t height, pds_picture *out, pds_err *e);
void pds_picture_drop(pds_picture *p);

/* The door to libpng (seal/png_*.c). Reads every colour type, depth, interlacing and alpha; gamma
 * and profiles other than sRGB's own are handled or refused as docs/cli.md says.
 * errors: PDS_E_PICTURE_UNREADABLE, PDS_E_PICTURE_UNSUPPORTED, PDS_E_PICTURE_LIMIT */
PDS_USE pds_code pds_png_read(pds_span png, pds_picture *out, pds_err *e);
enum { PDS_PNG_BYTES_MAX = 128 << 20 };
/* RGBA, or grey where all is grey, with pHYs where dpi is known. */
PDS_USE pds_code pds_png_write(const pds_picture *p, pds_buf *out, pds_err *e);

/* A smaller picture by area averages, premultiplied so that edges keep their colour; the dpi shrink
 * along. */
PDS_USE pds_code pds_picture_shrink(const pds_picture *p, uint32_t width, uint32_t height,
                                    pds_picture *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
