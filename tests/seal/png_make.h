#ifndef TESTS_SEAL_PNG_MAKE_H
#define TESTS_SEAL_PNG_MAKE_H

#include "base/buf.h"

/* Makes PNG files of every kind for tests and fuzzing, byte by byte. */
typedef struct png_make {
    uint32_t width, height;
    unsigned depth, color_type;
    bool interlaced;
    pds_span before; /* whole chunks to stand before the data */
    uint8_t (*sample)(uint32_t x, uint32_t y, unsigned channel); /* its high byte; low ones alike */
} png_make;

void png_put(const png_make *m, pds_buf *out);
void png_put_chunk(pds_buf *out, const char *name, pds_span body);
unsigned png_channels(unsigned color_type);

#endif
