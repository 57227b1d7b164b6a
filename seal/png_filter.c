#include "seal/png_filter.h"

#include "base/own.h"

#include <stdlib.h>

enum { NONE, SUB, UP, AVERAGE, PAETH, FILTERS };

typedef struct filter {
    size_t row, depth;
    uint8_t *above; /* `depth` zeros, then the row above; then the same for this row */
    uint8_t *here;
    uint8_t *tries; /* FILTERS rows */
} filter;

static void filter_drop(filter *f)
{
    free(f->above);
    free(f->here);
    free(f->tries);
}

static inline int distance(int a, int b)
{
    return a > b ? a - b : b - a;
}

static inline uint8_t paeth(int left, int up, int corner)
{
    const int to_left = distance(up, corner);
    const int to_up = distance(left, corner);
    const int to_corner = distance(left + up, 2 * corner);
    const int near = to_up <= to_corner ? up : corner;
    const int least = to_up <= to_corner ? to_up : to_corner;
    return (uint8_t)(to_left <= least ? left : near);
}

static void try_all(const filter *f)
{
    const size_t n = f->row;
    const uint8_t *restrict x = f->here + f->depth;
    const uint8_t *restrict left = f->here;
    const uint8_t *restrict up = f->above + f->depth;
    const uint8_t *restrict corner = f->above;
    uint8_t *restrict sub = f->tries + SUB * n;
    uint8_t *restrict high = f->tries + UP * n;
    uint8_t *restrict average = f->tries + AVERAGE * n;
    uint8_t *restrict best = f->tries + PAETH * n;
    memcpy(f->tries, x, n);
    for (size_t i = 0; i < n; i++) {
        sub[i] = (uint8_t)(x[i] - left[i]);
        high[i] = (uint8_t)(x[i] - up[i]);
        average[i] = (uint8_t)(x[i] - (left[i] + up[i]) / 2);
    }
    for (size_t i = 0; i < n; i++) {
        best[i] = (uint8_t)(x[i] - paeth(left[i], up[i], corner[i]));
    }
}

static uint64_t weight(const uint8_t *restrict bytes, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t back = (uint8_t)(0U - bytes[i]);
        sum += bytes[i] < back ? bytes[i] : back;
    }
    return sum;
}

/* On equal weight the simplest. */
static size_t lightest(const filter *f)
{
    size_t best = NONE;
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < FILTERS; i++) {
        uint64_t w = weight(f->tries + i * f->row, f->row);
        if (w < least) {
            least = w;
            best = i;
        }
    }
    return best;
}

/* A row like the one above, as most of a seal's are: nothing to choose. */
static bool is_repeated(const filter *f)
{
    return memcmp(f->above + f->depth, f->here + f->depth, f->row) == 0;
}

static void put_row(filter *f, const uint8_t *row, pds_buf *out)
{
    memcpy(f->here + f->depth, row, f->row);
    if (is_repeated(f)) {
        pds_buf_byte(out, UP);
        pds_buf_fill(out, 0, f->row);
    } else {
        try_all(f);
        const size_t best = lightest(f);
        pds_buf_byte(out, (uint8_t)best);
        pds_buf_put(out, pds_span_of(f->tries + best * f->row, f->row));
    }
    uint8_t *used = f->above;
    f->above = f->here;
    f->here = used;
}

pds_code pds_png_filter(pds_span samples, size_t row, size_t depth, pds_buf *out, pds_err *e)
{
    PDS_OWN(filter_drop)
    filter f = { .row = row,
                 .depth = depth,
                 .above = calloc(1, row + depth),
                 .here = calloc(1, row + depth),
                 .tries = malloc(FILTERS * row) };
    if (f.above == NULL || f.here == NULL || f.tries == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (size_t at = 0; at + row <= samples.len; at += row) {
        put_row(&f, samples.ptr + at, out);
    }
    return pds_buf_end(out, e);
}
