#include "seal/compact.h"

#include "base/flate.h"
#include "base/own.h"

enum { HEAD = 7, RGBA = 4, SIDE_MAX = 4096, FULL = 255 };

/* ---- from a picture ---- */

/* How much of a pixel is ink: what is transparent or white lets the page through. */
static unsigned ink_of(const uint8_t *pixel)
{
    unsigned darkest = pixel[0];
    darkest = pixel[1] < darkest ? pixel[1] : darkest;
    darkest = pixel[2] < darkest ? pixel[2] : darkest;
    return pixel[3] * (FULL - darkest) / FULL;
}

/* The mean of what is drawn, weighed by how much; *full: how much a pixel of that colour counts. */
static bool find_color(const pds_picture *p, uint8_t color[3], unsigned *full)
{
    uint64_t sums[3] = { 0, 0, 0 };
    uint64_t weight = 0;
    for (size_t i = 0; i < (size_t)p->width * p->height; i++) {
        const uint8_t *const pixel = p->pixels + i * RGBA;
        const unsigned ink = ink_of(pixel);
        for (size_t k = 0; k < 3; k++) {
            sums[k] += (uint64_t)pixel[k] * ink;
        }
        weight += ink;
    }
    for (size_t k = 0; k < 3 && weight > 0; k++) {
        color[k] = (uint8_t)(sums[k] / weight);
    }
    const uint8_t whole[RGBA] = { color[0], color[1], color[2], FULL };
    *full = weight > 0 ? ink_of(whole) : 0;
    return *full > 0;
}

static void put_head(const pds_picture *p, const uint8_t color[3], pds_buf *out)
{
    pds_buf_put(out, pds_span_of(color, 3));
    pds_buf_byte(out, (uint8_t)(p->width >> 8));
    pds_buf_byte(out, (uint8_t)p->width);
    pds_buf_byte(out, (uint8_t)(p->height >> 8));
    pds_buf_byte(out, (uint8_t)p->height);
}

static pds_code put_mask(const pds_picture *p, unsigned full, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf mask = { 0 };
    const size_t count = (size_t)p->width * p->height;
    uint8_t *const room = pds_buf_grow(&mask, count);
    PDS_TRY(pds_buf_end(&mask, e));
    for (size_t i = 0; i < count; i++) {
        const unsigned ink = ink_of(p->pixels + i * RGBA) * FULL / full;
        room[i] = (uint8_t)(ink > FULL ? FULL : ink);
    }
    return pds_deflate(pds_buf_span(&mask), out, e);
}

static pds_code put(const pds_picture *p, pds_buf *out, pds_err *e)
{
    uint8_t color[3] = { 0, 0, 0 };
    unsigned full = 0;
    if (!find_color(p, color, &full)) {
        PDS_FAIL(e, PDS_E_PICTURE_UNSUPPORTED, "nothing is drawn on the picture");
    }
    put_head(p, color, out);
    return put_mask(p, full, out, e);
}

pds_code pds_compact_put(const pds_picture *p, size_t max, pds_buf *out, pds_err *e)
{
    static const uint32_t shares[] = { 100, 80, 65, 50, 42, 34 }; /* hundredths of a side */
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        PDS_OWN(pds_picture_drop) pds_picture small = { .pixels = NULL };
        PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
        const uint32_t width = p->width * shares[i] / 100, height = p->height * shares[i] / 100;
        if (width == 0 || height == 0 || width > SIDE_MAX || height > SIDE_MAX) {
            continue;
        }
        PDS_TRY(pds_picture_shrink(p, width, height, &small, e));
        PDS_TRY(put(&small, &bytes, e));
        if (bytes.len <= max) {
            pds_buf_put(out, pds_buf_span(&bytes));
            return pds_buf_end(out, e);
        }
    }
    PDS_FAIL(e, PDS_E_PICTURE_LIMIT,
             "the picture does not fit %zu bytes, even at a third of its resolution", max);
}

/* ---- to a picture ---- */

static pds_code damaged(pds_err *e)
{
    PDS_FAIL(e, PDS_E_SEAL_DAMAGED,
             "the seal in the token is not whole: its mask is of another size");
}

pds_code pds_compact_take(pds_span bytes, pds_picture *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf mask = { 0 };
    if (bytes.len < HEAD) {
        return damaged(e);
    }
    const uint8_t *const head = bytes.ptr;
    const uint32_t width = (uint32_t)head[3] << 8 | head[4],
                   height = (uint32_t)head[5] << 8 | head[6];
    const size_t count = (size_t)width * height;
    if (count == 0 || width > SIDE_MAX || height > SIDE_MAX) {
        return damaged(e);
    }
    mask.max = count;
    const pds_code code = pds_inflate(pds_span_of(bytes.ptr + HEAD, bytes.len - HEAD), &mask, e);
    if (code == PDS_E_NO_MEMORY) {
        return code;
    }
    if (code != PDS_OK || mask.len != count) {
        return damaged(e);
    }
    PDS_TRY(pds_picture_new(width, height, out, e));
    for (size_t i = 0; i < count; i++) {
        memcpy(out->pixels + i * RGBA, head, 3);
        out->pixels[i * RGBA + 3] = mask.ptr[i];
    }
    return PDS_OK;
}
