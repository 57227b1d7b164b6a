#include "base/flate.h"
#include "base/own.h"
#include "seal/picture.h"
#include "seal/png_chunks.h"
#include "seal/png_filter.h"

#include <math.h>

/* A writer of our own: filters and deflate are needed for PDF in any case, and what is left is
 * frames around them. The same pixels always give the same bytes. */

static void put_number(pds_buf *out, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        pds_buf_byte(out, (uint8_t)(number >> shift));
    }
}

static void put_chunk(pds_buf *out, const char *name, pds_span body)
{
    put_number(out, (uint32_t)body.len);
    size_t begin = out->len;
    pds_buf_text(out, name);
    pds_buf_put(out, body);
    if (out->bad == PDS_OK) {
        put_number(out, pds_png_crc(pds_span_of(out->ptr + begin, out->len - begin)));
    }
}

/* Which of a pixel's four bytes are written. */
typedef struct layout {
    bool color, alpha;
} layout;

static layout layout_of(const pds_picture *p)
{
    layout l = { false, false };
    const uint8_t *end = p->pixels + (size_t)4 * p->width * p->height;
    for (const uint8_t *q = p->pixels; q < end; q += 4) {
        l.color = l.color || q[0] != q[1] || q[1] != q[2];
        l.alpha = l.alpha || q[3] != 255;
    }
    return l;
}

static size_t depth_of(layout l)
{
    return (l.color ? 3U : 1U) + (l.alpha ? 1U : 0U);
}

static pds_code put_samples(const pds_picture *p, layout l, pds_buf *out, pds_err *e)
{
    const size_t pixels = (size_t)p->width * p->height;
    uint8_t *to = pds_buf_grow(out, pixels * depth_of(l));
    PDS_TRY(pds_buf_end(out, e));
    for (const uint8_t *q = p->pixels; q < p->pixels + 4 * pixels; q += 4) {
        *to++ = q[0];
        if (l.color) {
            *to++ = q[1];
            *to++ = q[2];
        }
        if (l.alpha) {
            *to++ = q[3];
        }
    }
    return PDS_OK;
}

static void put_header(const pds_picture *p, layout l, pds_buf *out)
{
    pds_buf_put(out, pds_span_of("\x89PNG\r\n\x1a\n", 8));
    PDS_OWN(pds_buf_drop) pds_buf body = { .max = 64 };
    put_number(&body, p->width);
    put_number(&body, p->height);
    pds_buf_byte(&body, 8);
    pds_buf_byte(&body, (uint8_t)((l.color ? PDS_PNG_COLOR : 0) | (l.alpha ? PDS_PNG_ALPHA : 0)));
    pds_buf_fill(&body, 0, 3);
    put_chunk(out, "IHDR", pds_buf_span(&body));
    put_chunk(out, "sRGB", pds_span_of("\0", 1));
    if (p->dpi[0] > 0.0 && p->dpi[1] > 0.0) {
        pds_buf_clear(&body);
        put_number(&body, (uint32_t)lround(fmin(p->dpi[0] / 0.0254, 1e9)));
        put_number(&body, (uint32_t)lround(fmin(p->dpi[1] / 0.0254, 1e9)));
        pds_buf_byte(&body, 1);
        put_chunk(out, "pHYs", pds_buf_span(&body));
    }
}

pds_code pds_png_write(const pds_picture *p, pds_buf *out, pds_err *e)
{
    const layout l = layout_of(p);
    PDS_OWN(pds_buf_drop) pds_buf samples = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf filtered = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    const size_t depth = depth_of(l);
    PDS_TRY(put_samples(p, l, &samples, e));
    PDS_TRY(pds_png_filter(pds_buf_span(&samples), depth * p->width, depth, &filtered, e));
    PDS_TRY(pds_deflate(pds_buf_span(&filtered), &data, e));
    put_header(p, l, out);
    put_chunk(out, "IDAT", pds_buf_span(&data));
    put_chunk(out, "IEND", pds_span_of("", 0));
    return pds_buf_end(out, e);
}
