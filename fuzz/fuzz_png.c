#include "base/own.h"
#include "seal/clean.h"
#include "seal/image.h"
#include "seal/png_chunks.h"
#include "seal/profile.h"

/*
 * Pictures from anywhere: read, and what is small also made ready for a PDF and cleaned. Input that
 * begins with 'C' is a file whose checksums are set right, so that the fuzzer gets behind them;
 * with 'I', a colour profile; other input is a file as it is.
 */

enum { PIXELS_MAX = 1 << 16, SIGNATURE_LEN = 8, FRAME = 12 };

static void use(pds_picture *p)
{
    static const double size[2] = { 30, 30 };
    static const pds_cleaning how = { .size = { 72, 72 } };
    PDS_OWN(pds_image_drop) pds_image image = { .width = 0 };
    pds_err e;
    (void)!pds_image_make(p, size, &image, &e);
    (void)!pds_clean(p, &how, &e);
}

static void read_png(pds_span file)
{
    PDS_OWN(pds_picture_drop) pds_picture picture = { .pixels = NULL };
    pds_err e;
    if (pds_png_read(file, &picture, &e) == PDS_OK &&
        (uint64_t)picture.width * picture.height <= PIXELS_MAX) {
        use(&picture);
    }
}

static void set_checksums(pds_buf *file)
{
    size_t at = SIGNATURE_LEN;
    while (at + FRAME <= file->len) {
        const uint8_t *p = file->ptr + at;
        const size_t len = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
        if (len > file->len - at - FRAME) {
            break;
        }
        const uint32_t crc = pds_png_crc(pds_span_of(p + 4, len + 4));
        for (size_t i = 0; i < 4; i++) {
            file->ptr[at + 8 + len + i] = (uint8_t)(crc >> (24 - 8 * i));
        }
        at += len + FRAME;
    }
}

static void read_profile(pds_span profile)
{
    uint8_t pixels[8] = { 0, 128, 255, 255, 17, 34, 51, 0 };
    pds_color_map map;
    pds_err e;
    if (pds_color_map_icc(profile, &map, &e) == PDS_OK) {
        pds_color_map_apply(&map, pixels, 2);
    }
}

/* NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    const uint8_t kind = size > 0 ? data[0] : 0;
    const bool told = kind == 'C' || kind == 'I';
    pds_buf_put(&bytes, pds_span_of(data + (told ? 1 : 0), size - (told ? 1 : 0)));
    if (kind == 'I') {
        read_profile(pds_buf_span(&bytes));
        return 0;
    }
    if (kind == 'C') {
        set_checksums(&bytes);
    }
    read_png(pds_buf_span(&bytes));
    return 0;
}
