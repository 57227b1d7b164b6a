#include "tests/seal/png_make.h"

#include "base/flate.h"
#include "seal/png_chunks.h"

#include <stdlib.h>

static void put_number(pds_buf *out, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        pds_buf_byte(out, (uint8_t)(number >> shift));
    }
}

void png_put_chunk(pds_buf *out, const char *name, pds_span body)
{
    put_number(out, (uint32_t)body.len);
    size_t begin = out->len;
    pds_buf_text(out, name);
    pds_buf_put(out, body);
    put_number(out, pds_png_crc(pds_span_of(out->ptr + begin, out->len - begin)));
}

unsigned png_channels(unsigned color_type)
{
    static const unsigned channels[7] = { 1, 0, 3, 1, 2, 0, 4 };
    return channels[color_type];
}

/* One row of a pass: pixels x, x + step, …; the samples' high bits. */
static void put_row(const png_make *m, uint32_t x, uint32_t step, uint32_t y, pds_buf *out)
{
    unsigned bits = 0;
    unsigned held = 0;
    pds_buf_byte(out, 0);
    for (; x < m->width; x += step) {
        for (unsigned k = 0; k < png_channels(m->color_type); k++) {
            const uint8_t sample = m->sample(x, y, k);
            if (m->depth >= 8) {
                pds_buf_fill(out, sample, m->depth / 8);
                continue;
            }
            held = held << m->depth | sample >> (8 - m->depth);
            bits += m->depth;
            if (bits == 8) {
                pds_buf_byte(out, (uint8_t)held);
                bits = held = 0;
            }
        }
    }
    if (bits > 0) {
        pds_buf_byte(out, (uint8_t)(held << (8 - bits)));
    }
}

/* PNG, 8.2: first column and row, and steps, of the seven passes. */
static void put_rows(const png_make *m, pds_buf *out)
{
    static const uint8_t passes[7][4] = { { 0, 0, 8, 8 }, { 4, 0, 8, 8 }, { 0, 4, 4, 8 },
                                          { 2, 0, 4, 4 }, { 0, 2, 2, 4 }, { 1, 0, 2, 2 },
                                          { 0, 1, 1, 2 } };
    for (size_t i = 0; m->interlaced && i < 7; i++) {
        const uint8_t *p = passes[i];
        for (uint32_t y = p[1]; y < m->height && p[0] < m->width; y += p[3]) {
            put_row(m, p[0], p[2], y, out);
        }
    }
    for (uint32_t y = 0; !m->interlaced && y < m->height; y++) {
        put_row(m, 0, 1, y, out);
    }
}

void png_put(const png_make *m, pds_buf *out)
{
    pds_buf rows = { 0 };
    pds_buf data = { 0 };
    pds_err e;
    pds_buf_put(out, pds_span_of("\x89PNG\r\n\x1a\n", 8));
    put_number(&data, m->width);
    put_number(&data, m->height);
    pds_buf_byte(&data, (uint8_t)m->depth);
    pds_buf_byte(&data, (uint8_t)m->color_type);
    pds_buf_fill(&data, 0, 2);
    pds_buf_byte(&data, m->interlaced ? 1 : 0);
    png_put_chunk(out, "IHDR", pds_buf_span(&data));
    pds_buf_put(out, m->before);
    pds_buf_clear(&data);
    put_rows(m, &rows);
    if (pds_deflate(pds_buf_span(&rows), &data, &e) != PDS_OK) {
        abort();
    }
    png_put_chunk(out, "IDAT", pds_buf_span(&data));
    png_put_chunk(out, "IEND", pds_span_of("", 0));
    pds_buf_drop(&rows);
    pds_buf_drop(&data);
}
