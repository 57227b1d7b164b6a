#include "base/own.h"
#include "seal/color.h"
#include "seal/png_chunks.h"
#include "tests/seal/png_make.h"

#include <stdio.h>
#include <stdlib.h>

/* Writes a PNG of every kind and a colour profile into the folder given: where fuzzing begins. */

static uint8_t spot(uint32_t x, uint32_t y, unsigned channel)
{
    return (uint8_t)(x > 3 && x < 9 && y > 3 && y < 9 ? 60 * channel : 240 - x);
}

static int write_seed(const char *folder, int number, const char *head, pds_span body)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/seed-%d", folder, number);
    FILE *const f = fopen(path, "wbe");
    if (f == NULL) {
        return 1;
    }
    const int failed = fputs(head, f) < 0 || fwrite(body.ptr, 1, body.len, f) != body.len;
    return fclose(f) != 0 || failed;
}

/* All that says something of colours and sizes, and a palette where one is needed. */
static void put_before(unsigned color_type, unsigned depth, pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf colors = { .max = 1024 };
    png_put_chunk(out, "gAMA", pds_span_of("\0\x01\x86\xa0", 4));
    png_put_chunk(out, "cHRM",
                  pds_span_of("\0\0z&\0\0\x80\x84\0\0\xfa\0\0\0\x80\xe8"
                              "\0\0u0\0\0\xea`\0\0:\x98\0\0\x17p",
                              32));
    png_put_chunk(out, "pHYs", pds_span_of("\0\0\x2e\x23\0\0\x2e\x23\1", 9));
    if (color_type == PDS_PNG_PALETTE + PDS_PNG_COLOR) {
        pds_buf_fill(&colors, 0x5a, (size_t)3 << depth);
        png_put_chunk(out, "PLTE", pds_buf_span(&colors));
        png_put_chunk(out, "tRNS", pds_span_of("\x40", 1));
    }
}

int main(int argc, char **argv)
{
    static const unsigned kinds[][2] = { { 0, 1 }, { 0, 8 }, { 0, 16 }, { 2, 8 }, { 2, 16 },
                                         { 3, 2 }, { 3, 8 }, { 4, 8 },  { 6, 8 }, { 6, 16 } };
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    int failed = argc != 2;
    for (int i = 0; !failed && i < 2 * KINDS; i++) {
        PDS_OWN(pds_buf_drop) pds_buf before = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
        const unsigned *kind = kinds[i / 2];
        put_before(kind[0], kind[1], &before);
        const png_make m = {
            13, 11, kind[1], kind[0], i % 2 == 1, pds_buf_span(&before), .sample = spot
        };
        png_put(&m, &file);
        failed = write_seed(argv[1], i, "C", pds_buf_span(&file));
    }
    return failed || write_seed(argv[1], 2 * KINDS, "I", pds_srgb_profile()) ? EXIT_FAILURE
                                                                             : EXIT_SUCCESS;
}
