#include "seal/picture.h"

#include "base/own.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

pds_code pds_picture_new(uint32_t width, uint32_t height, pds_picture *out, pds_err *e)
{
    *out = (pds_picture){ .pixels = NULL };
    if (width == 0 || height == 0 || width > PDS_PICTURE_SIDE_MAX ||
        height > PDS_PICTURE_SIDE_MAX || (uint64_t)width * height > PDS_PICTURE_PIXELS_MAX) {
        return pds_err_expected(pds_fail(e, PDS_E_PICTURE_LIMIT, __func__,
                                         "a picture of %u x %u pixels", width, height),
                                e, "1 to 20000 a side, at most 50 million", NULL);
    }
    out->pixels = calloc((size_t)width * height, 4);
    if (out->pixels == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    out->width = width;
    out->height = height;
    return PDS_OK;
}

void pds_picture_drop(pds_picture *p)
{
    if (p != NULL) {
        free(p->pixels);
        *p = (pds_picture){ .pixels = NULL };
    }
}

/* Which columns a column of the smaller picture covers, and how much of the outer two. */
typedef struct cover {
    uint32_t from, to; /* the last one is `to` */
    float head, tail;  /* shares of columns `from` and `to`; from == to: head alone counts */
} cover;

/* Of `large` columns, those below column `i` of `small`. */
static cover covered(uint32_t i, uint32_t small, uint32_t large)
{
    const double scale = (double)large / small;
    const double begin = i * scale;
    const double end = fmin((i + 1) * scale, large);
    cover c = { .from = (uint32_t)begin, .to = (uint32_t)end };
    if (c.to >= large || end - c.to < 1e-6) {
        c.to--; /* nothing of it is covered */
    }
    c.head = (float)(c.from == c.to ? end - begin : c.from + 1 - begin);
    c.tail = (float)(end - c.to);
    return c;
}

typedef struct shrinker {
    const pds_picture *from;
    pds_picture *to;
    cover *columns;
    float *row;   /* one row of `from`, narrowed; premultiplied, 4 a pixel */
    float *sum;   /* rows of `from` for one of `to` */
    float *plain; /* one row of `from`, premultiplied */
} shrinker;

static void shrinker_drop(shrinker *s)
{
    free(s->columns);
    free(s->row);
    free(s->sum);
    free(s->plain);
}

static void premultiply(const uint8_t *restrict pixels, uint32_t width, float *restrict out)
{
    for (uint32_t x = 0; x < width; x++, pixels += 4, out += 4) {
        const float alpha = pixels[3];
        out[0] = (float)pixels[0] * alpha;
        out[1] = (float)pixels[1] * alpha;
        out[2] = (float)pixels[2] * alpha;
        out[3] = alpha;
    }
}

static inline void add(float *restrict sum, const float *restrict pixel, float weight)
{
    for (int k = 0; k < 4; k++) {
        sum[k] += pixel[k] * weight;
    }
}

static void narrow(const shrinker *s, uint32_t y)
{
    premultiply(s->from->pixels + (size_t)4 * s->from->width * y, s->from->width, s->plain);
    for (uint32_t x = 0; x < s->to->width; x++) {
        const cover c = s->columns[x];
        float sum[4] = { 0 };
        add(sum, s->plain + (size_t)4 * c.from, c.head);
        for (uint32_t i = c.from + 1; i < c.to; i++) {
            add(sum, s->plain + (size_t)4 * i, 1.0F);
        }
        if (c.to > c.from) {
            add(sum, s->plain + (size_t)4 * c.to, c.tail);
        }
        memcpy(s->row + (size_t)4 * x, sum, sizeof sum);
    }
}

/* The rows hold what narrow() has put there. */
static void add_row(const shrinker *s, float weight)
{
    const size_t n = (size_t)4 * s->to->width;
    float *restrict sum = s->sum;
    const float *restrict row = s->row;
    for (size_t i = 0; i < n; i++) {
        sum[i] += row[i] * weight;
    }
}

static inline float least(float a, float b)
{
    return a < b ? a : b;
}

static void put_row(const shrinker *s, uint32_t y, float area)
{
    uint8_t *to = s->to->pixels + (size_t)4 * s->to->width * y;
    const float *sum = s->sum;
    for (uint32_t x = 0; x < s->to->width; x++, to += 4, sum += 4) {
        const float alpha = sum[3];
        const float scale = alpha > 0.0F ? 1.0F / alpha : 0.0F;
        for (int k = 0; k < 3; k++) {
            to[k] = (uint8_t)least(sum[k] * scale + 0.5F, 255.0F);
        }
        to[3] = (uint8_t)least(alpha / area + 0.5F, 255.0F);
    }
}

static void shrink_rows(const shrinker *s)
{
    const double area =
        (double)s->from->width / s->to->width * ((double)s->from->height / s->to->height);
    uint32_t narrowed = UINT32_MAX;
    for (uint32_t y = 0; y < s->to->height; y++) {
        const cover c = covered(y, s->to->height, s->from->height);
        memset(s->sum, 0, (size_t)4 * s->to->width * sizeof *s->sum);
        for (uint32_t i = c.from; i <= c.to; i++) {
            if (i != narrowed) {
                narrow(s, i);
                narrowed = i;
            }
            add_row(s, i == c.from ? c.head : i == c.to ? c.tail : 1.0F);
        }
        put_row(s, y, (float)area);
    }
}

pds_code pds_picture_shrink(const pds_picture *p, uint32_t width, uint32_t height, pds_picture *out,
                            pds_err *e)
{
    if (width > p->width || height > p->height) {
        PDS_FAIL(e, PDS_E_INTERNAL, "a picture is shrunk, never enlarged");
    }
    PDS_TRY(pds_picture_new(width, height, out, e));
    const size_t row = (size_t)4 * width * sizeof(float);
    PDS_OWN(shrinker_drop)
    shrinker s = { .from = p,
                   .to = out,
                   .columns = calloc(width, sizeof *s.columns),
                   .row = calloc(1, row),
                   .sum = malloc(row),
                   .plain = malloc((size_t)4 * p->width * sizeof(float)) };
    if (s.columns == NULL || s.row == NULL || s.sum == NULL || s.plain == NULL) {
        pds_picture_drop(out);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (uint32_t x = 0; x < width; x++) {
        s.columns[x] = covered(x, width, p->width);
    }
    shrink_rows(&s);
    out->dpi[0] = p->dpi[0] * width / p->width;
    out->dpi[1] = p->dpi[1] * height / p->height;
    return PDS_OK;
}
