#include "base/buf.h"
#include "seal/png_chunks.h"

#include <math.h>
#include <string.h>

enum { SIGNATURE = 8, FRAME = 12, HEADER_END = SIGNATURE + FRAME + 13, NAME = 4, BODY = 8 };

static uint32_t number_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put_number(uint8_t *to, uint32_t number)
{
    for (int i = 0; i < 4; i++) {
        to[i] = (uint8_t)(number >> (24 - 8 * i));
    }
}

/* pHYs (PNG, 11.3.4.3), in pixels per metre. */
static void put_physical(pds_buf *out, uint32_t across, uint32_t down)
{
    uint8_t chunk[FRAME + 9] = { 0, 0, 0, 9, 'p', 'H', 'Y', 's' };
    put_number(chunk + BODY, across);
    put_number(chunk + BODY + 4, down);
    chunk[BODY + 8] = 1;
    put_number(chunk + BODY + 9, pds_png_crc(pds_span_of(chunk + NAME, 4 + 9)));
    pds_buf_put(out, pds_span_of(chunk, sizeof chunk));
}

/* Sizes come from tokens, where anything may stand. */
static uint32_t per_metre(uint32_t pixels, double metres)
{
    const double most = 0x7FFFFFFF; /* PNG, 7.1 */
    return (uint32_t)lround(fmin(pixels / metres, most));
}

pds_code pds_png_put_size(pds_span png, const double metres[2], pds_buf *out, pds_err *e)
{
    pds_png_chunks chunks;
    PDS_TRY(pds_png_scan(png, &chunks, e)); /* all lengths hold */
    pds_buf_put(out, pds_span_of(png.ptr, HEADER_END));
    put_physical(out, per_metre(chunks.width, metres[0]), per_metre(chunks.height, metres[1]));
    for (size_t at = HEADER_END; at + FRAME <= png.len;) {
        const size_t len = FRAME + (size_t)number_at(png.ptr + at);
        if (len > png.len - at) {
            break;
        }
        if (memcmp(png.ptr + at + NAME, "pHYs", 4) != 0) {
            pds_buf_put(out, pds_span_of(png.ptr + at, len));
        }
        at += len;
    }
    return pds_buf_end(out, e);
}
