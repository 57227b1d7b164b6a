#include "seal/image.h"

#include "base/flate.h"
#include "base/own.h"
#include "seal/png_filter.h"

#include <math.h>
#include <stdlib.h>

static const double DPI_MAX = 300.0;

enum {
    WHITE = 224 /* from here on, in all channels, a file without transparency shows its page */
};

void pds_image_drop(pds_image *image)
{
    if (image != NULL) {
        pds_buf_drop(&image->samples);
        pds_buf_drop(&image->alpha);
        pds_buf_drop(&image->stencil);
        *image = (pds_image){ .width = 0 };
    }
}

static uint32_t fewer(uint32_t pixels, double points)
{
    double most = floor(points / 72.0 * DPI_MAX + 1e-6);
    return most < 1.0 ? 1 : most < pixels ? (uint32_t)most : pixels;
}

typedef struct traits {
    bool color, alpha;
    uint8_t densest; /* alpha */
} traits;

static traits look_at(const pds_picture *p)
{
    traits t = { .densest = 0 };
    const uint8_t *end = p->pixels + (size_t)4 * p->width * p->height;
    for (const uint8_t *q = p->pixels; q < end; q += 4) {
        t.color = t.color || (q[3] != 0 && (q[0] != q[1] || q[1] != q[2]));
        t.alpha = t.alpha || q[3] != 255;
        t.densest = q[3] > t.densest ? q[3] : t.densest;
    }
    return t;
}

/* The colour of what is seen first, else white. */
static void first_color(const pds_picture *p, uint8_t color[3])
{
    const uint8_t *end = p->pixels + (size_t)4 * p->width * p->height;
    const uint8_t *q = p->pixels;
    while (q < end && q[3] == 0) {
        q += 4;
    }
    for (size_t k = 0; k < 3; k++) {
        color[k] = q < end ? q[k] : 255;
    }
}

static void put_grey_row(const uint8_t *from, uint32_t width, uint8_t seen, uint8_t *to)
{
    for (uint32_t x = 0; x < width; x++, from += 4) {
        seen = from[3] == 0 ? seen : from[0];
        to[x] = seen;
    }
}

static void put_color_row(const uint8_t *from, uint32_t width, const uint8_t seen[3], uint8_t *to)
{
    uint8_t r = seen[0];
    uint8_t g = seen[1];
    uint8_t b = seen[2];
    for (uint32_t x = 0; x < width; x++, from += 4, to += 3) {
        const bool kept = from[3] == 0;
        to[0] = r = kept ? r : from[0];
        to[1] = g = kept ? g : from[1];
        to[2] = b = kept ? b : from[2];
    }
}

/* The colour of what isn't seen is that of the last pixel seen: nothing new to compress, and no
 * fringe where a viewer smooths colour and mask apart. */
static void put_colors(const pds_picture *p, unsigned components, uint8_t *to)
{
    uint8_t first[3];
    const uint8_t *seen = first; /* before a row: what the row above begins with */
    first_color(p, first);
    for (uint32_t y = 0; y < p->height; y++) {
        const uint8_t *from = p->pixels + (size_t)4 * p->width * y;
        if (components == 1) {
            put_grey_row(from, p->width, *seen, to);
        } else {
            put_color_row(from, p->width, seen, to);
        }
        seen = to;
        to += (size_t)components * p->width;
    }
}

static void put_alpha(const pds_picture *p, uint8_t *to)
{
    const size_t n = (size_t)p->width * p->height;
    for (size_t i = 0; i < n; i++) {
        to[i] = p->pixels[4 * i + 3];
    }
}

static bool is_masked(const uint8_t *p, uint8_t solid)
{
    return p[3] < solid || (p[0] >= WHITE && p[1] >= WHITE && p[2] >= WHITE);
}

/* ISO 32000-2, 8.9.6.3: 1 masks out; rows begin at a byte. Drawn is what is more than half as
 * dense as the densest ink: a faint picture is not lost as a whole. */
static void put_stencil(const pds_picture *p, uint8_t densest, uint8_t *to)
{
    const uint8_t solid = (uint8_t)(densest / 2 + 1);
    const uint8_t *from = p->pixels;
    for (uint32_t y = 0; y < p->height; y++) {
        unsigned held = 0;
        for (uint32_t x = 0; x < p->width; x++, from += 4) {
            held = held << 1 | (is_masked(from, solid) ? 1U : 0U);
            if (x % 8 == 7) {
                *to++ = (uint8_t)held;
            }
        }
        if (p->width % 8 != 0) {
            *to++ = (uint8_t)(held << (8 - p->width % 8));
        }
    }
}

static pds_code deflate_rows(pds_span samples, size_t row, size_t depth, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf filtered = { .max = samples.len + samples.len / row + 1 };
    PDS_TRY(pds_png_filter(samples, row, depth, &filtered, e));
    return pds_deflate(pds_buf_span(&filtered), out, e);
}

static void free_bytes(uint8_t **bytes)
{
    free(*bytes);
}

static pds_code make_streams(const pds_picture *p, pds_image *out, pds_err *e)
{
    const traits t = look_at(p);
    const size_t pixels = (size_t)p->width * p->height;
    const size_t stencil_len = ((size_t)p->width + 7) / 8 * p->height;
    PDS_OWN(free_bytes) uint8_t *bytes = malloc(3 * pixels); /* each in turn */
    if (bytes == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    out->components = t.color ? 3 : 1;
    put_colors(p, out->components, bytes);
    PDS_TRY(deflate_rows(pds_span_of(bytes, out->components * pixels),
                         (size_t)out->components * p->width, out->components, &out->samples, e));
    if (t.alpha) {
        put_alpha(p, bytes);
        PDS_TRY(deflate_rows(pds_span_of(bytes, pixels), p->width, 1, &out->alpha, e));
    }
    put_stencil(p, t.densest, bytes);
    return pds_deflate(pds_span_of(bytes, stencil_len), &out->stencil, e);
}

pds_code pds_image_make(const pds_picture *p, const double size[2], pds_image *out, pds_err *e)
{
    PDS_OWN(pds_picture_drop) pds_picture small = { .pixels = NULL };
    PDS_OWN(pds_image_drop) pds_image image = { .size = { size[0], size[1] } };
    const uint32_t width = fewer(p->width, size[0]);
    const uint32_t height = fewer(p->height, size[1]);
    const bool shrinks = width < p->width || height < p->height;
    if (shrinks) {
        PDS_TRY(pds_picture_shrink(p, width, height, &small, e));
    }
    image.width = width;
    image.height = height;
    PDS_TRY(make_streams(shrinks ? &small : p, &image, e));
    *out = image;
    image = (pds_image){ .width = 0 };
    return PDS_OK;
}
