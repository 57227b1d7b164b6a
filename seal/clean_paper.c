#include "base/own.h"
#include "seal/clean.h"

#include <math.h>
#include <stdlib.h>

/*
 * Light falls unevenly but smoothly, and most of a picture is paper. A first guess takes the
 * lighter pixels of each cell; cells that lie well under a smooth surface laid over all are covered
 * with ink, and get their paper from their neighbours.
 */

enum {
    CELLS_A_SIDE = 24,
    CELL_MIN = 8,
    CELL_MAX = 256,
    TERMS = 6, /* of a quadratic surface: 1 x y xx xy yy */
    ROUNDS = 20
};

static const double ABOVE = 0.95;   /* weight of cells over the surface; those under it: the rest */
static const double COVERED = 0.85; /* of the surface: darker cells are no paper */
static const double PAPER_SHARE = 0.1; /* of a cell, for its mean to count */

void pds_paper_drop(pds_paper *paper)
{
    free(paper->colors);
    *paper = (pds_paper){ .colors = NULL };
}

static void free_bytes(bool **bytes)
{
    free(*bytes);
}

typedef struct area {
    uint32_t x0, y0, x1, y1;
} area;

static area area_of(const pds_paper *paper, const pds_picture *p, size_t cell)
{
    const uint32_t x = (uint32_t)(cell % paper->columns) * paper->cell;
    const uint32_t y = (uint32_t)(cell / paper->columns) * paper->cell;
    const area a = { x, y, x + paper->cell < p->width ? x + paper->cell : p->width,
                     y + paper->cell < p->height ? y + paper->cell : p->height };
    return a;
}

static uint8_t darkest(const uint8_t *p)
{
    const uint8_t a = p[0] < p[1] ? p[0] : p[1];
    return a < p[2] ? a : p[2];
}

/* The level below which a share of the pixels lies. */
static unsigned level_at(const uint32_t counts[256], double share)
{
    uint64_t total = 0;
    uint64_t below = 0;
    unsigned level = 0;
    for (size_t i = 0; i < 256; i++) {
        total += counts[i];
    }
    while (level < 255 && (double)(below += counts[level]) < share * (double)total) {
        level++;
    }
    return level;
}

/* Mean colour of the lighter pixels, but not of the lightest: those may shine. */
static void guess_cell(const pds_picture *p, area a, float out[3])
{
    uint32_t counts[256] = { 0 };
    double sums[3] = { 0 };
    double n = 0;
    for (uint32_t y = a.y0; y < a.y1; y++) {
        for (uint32_t x = a.x0; x < a.x1; x++) {
            counts[darkest(p->pixels + 4 * ((size_t)y * p->width + x))]++;
        }
    }
    const unsigned low = level_at(counts, 0.8);
    const unsigned high = level_at(counts, 0.97);
    for (uint32_t y = a.y0; y < a.y1; y++) {
        for (uint32_t x = a.x0; x < a.x1; x++) {
            const uint8_t *q = p->pixels + 4 * ((size_t)y * p->width + x);
            const unsigned level = darkest(q);
            if (level >= low && level <= high) {
                for (size_t k = 0; k < 3; k++) {
                    sums[k] += q[k];
                }
                n += 1;
            }
        }
    }
    for (size_t k = 0; k < 3; k++) {
        out[k] = (float)(sums[k] / fmax(n, 1));
    }
}

static void terms_at(const pds_paper *paper, size_t cell, double t[TERMS])
{
    const size_t column = cell % paper->columns;
    const size_t row = cell / paper->columns;
    const double x = ((double)column + 0.5) / paper->columns - 0.5;
    const double y = ((double)row + 0.5) / paper->rows - 0.5;
    const double terms[TERMS] = { 1, x, y, x * x, x * y, y * y };
    memcpy(t, terms, sizeof terms);
}

static double level_of(const pds_paper *paper, size_t cell)
{
    const float *c = paper->colors + 3 * cell;
    return (double)(c[0] + c[1] + c[2]) / 3.0;
}

static double dot(const double a[TERMS], const double b[TERMS])
{
    double sum = 0;
    for (size_t i = 0; i < TERMS; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

/* Gauss and Jordan; the matrix is positive, as every term has a little on its diagonal. */
static void solve(double m[TERMS][TERMS + 1], double out[TERMS])
{
    for (size_t i = 0; i < TERMS; i++) {
        for (size_t r = 0; r < TERMS; r++) {
            const double factor = r == i ? 0.0 : m[r][i] / m[i][i];
            for (size_t c = i; c <= TERMS; c++) {
                m[r][c] -= factor * m[i][c];
            }
        }
    }
    for (size_t i = 0; i < TERMS; i++) {
        out[i] = m[i][TERMS] / m[i][i];
    }
}

/* Asymmetric least squares: the surface rises to the lighter cells. */
static void fit(const pds_paper *paper, double surface[TERMS])
{
    const size_t cells = (size_t)paper->columns * paper->rows;
    memset(surface, 0, TERMS * sizeof *surface);
    for (int round = 0; round < ROUNDS; round++) {
        double m[TERMS][TERMS + 1] = { { 0 } };
        for (size_t i = 0; i < cells; i++) {
            double t[TERMS];
            terms_at(paper, i, t);
            const double level = level_of(paper, i);
            const double weight = level >= dot(t, surface) ? ABOVE : 1 - ABOVE;
            for (size_t r = 0; r < TERMS; r++) {
                for (size_t c = 0; c < TERMS; c++) {
                    m[r][c] += weight * t[r] * t[c];
                }
                m[r][TERMS] += weight * t[r] * level;
            }
        }
        for (size_t i = 0; i < TERMS; i++) {
            m[i][i] += i == 0 ? 1e-9 : 1e-3;
        }
        solve(m, surface);
    }
}

static bool fill_one(const pds_paper *paper, const bool *known, size_t cell, float out[3])
{
    const int64_t x = (int64_t)(cell % paper->columns);
    const int64_t y = (int64_t)(cell / paper->columns);
    float sum[3] = { 0 };
    float n = 0;
    for (int64_t i = 0; i < 9; i++) {
        const int64_t nx = x + i % 3 - 1;
        const int64_t ny = y + i / 3 - 1;
        if (nx < 0 || ny < 0 || nx >= paper->columns || ny >= paper->rows) {
            continue;
        }
        const size_t other = (size_t)(ny * paper->columns + nx);
        for (size_t k = 0; k < 3 && known[other]; k++) {
            sum[k] += paper->colors[3 * other + k];
        }
        n += known[other] ? 1.0F : 0.0F;
    }
    for (size_t k = 0; k < 3 && n > 0; k++) {
        out[k] = sum[k] / n;
    }
    return n > 0;
}

/* From the known cells outwards, until all are; some cell always is known. */
static pds_code fill(pds_paper *paper, bool *known, pds_err *e)
{
    const size_t cells = (size_t)paper->columns * paper->rows;
    PDS_OWN(free_bytes) bool *next = malloc(cells * sizeof *next);
    if (next == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (bool changed = true; changed;) {
        changed = false;
        memcpy(next, known, cells * sizeof *known);
        for (size_t i = 0; i < cells; i++) {
            if (!known[i] && fill_one(paper, known, i, paper->colors + 3 * i)) {
                next[i] = changed = true;
            }
        }
        memcpy(known, next, cells * sizeof *known);
    }
    return PDS_OK;
}

static pds_code new_grid(const pds_picture *p, pds_paper *out, pds_err *e)
{
    const uint32_t side = p->width > p->height ? p->width : p->height;
    uint32_t cell = side / CELLS_A_SIDE;
    cell = cell < CELL_MIN ? CELL_MIN : cell > CELL_MAX ? CELL_MAX : cell;
    out->cell = cell;
    out->columns = (p->width + cell - 1) / cell;
    out->rows = (p->height + cell - 1) / cell;
    out->colors = calloc((size_t)out->columns * out->rows, 3 * sizeof *out->colors);
    if (out->colors == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

pds_code pds_paper_guess(const pds_picture *p, pds_paper *out, pds_err *e)
{
    double surface[TERMS];
    PDS_TRY(new_grid(p, out, e));
    const size_t cells = (size_t)out->columns * out->rows;
    PDS_OWN(free_bytes) bool *known = calloc(cells, sizeof *known);
    if (known == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < cells; i++) {
        guess_cell(p, area_of(out, p, i), out->colors + 3 * i);
    }
    fit(out, surface);
    for (size_t i = 0; i < cells; i++) {
        double t[TERMS];
        terms_at(out, i, t);
        known[i] = level_of(out, i) >= COVERED * dot(t, surface);
    }
    return fill(out, known, e);
}

static bool mean_of_paper(const pds_picture *p, const uint8_t *distances, unsigned limit, area a,
                          float out[3])
{
    double sums[3] = { 0 };
    double n = 0;
    for (uint32_t y = a.y0; y < a.y1; y++) {
        for (uint32_t x = a.x0; x < a.x1; x++) {
            const size_t i = (size_t)y * p->width + x;
            for (size_t k = 0; k < 3 && distances[i] < limit; k++) {
                sums[k] += p->pixels[4 * i + k];
            }
            n += distances[i] < limit ? 1 : 0;
        }
    }
    if (n < 1 || n < PAPER_SHARE * (a.x1 - a.x0) * (a.y1 - a.y0)) {
        return false;
    }
    for (size_t k = 0; k < 3; k++) {
        out[k] = (float)(sums[k] / n);
    }
    return true;
}

pds_code pds_paper_refine(const pds_picture *p, const uint8_t *distances, unsigned limit,
                          pds_paper *paper, pds_err *e)
{
    const size_t cells = (size_t)paper->columns * paper->rows;
    PDS_OWN(free_bytes) bool *known = calloc(cells, sizeof *known);
    bool any = false;
    if (known == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < cells; i++) {
        known[i] = mean_of_paper(p, distances, limit, area_of(paper, p, i), paper->colors + 3 * i);
        any = any || known[i];
    }
    return any ? fill(paper, known, e) : PDS_OK;
}

/* Between the middles of two cells; beyond the outermost their colour. */
static float between(double place, uint32_t count, uint32_t *low, uint32_t *high)
{
    const double held = fmin(fmax(place, 0.0), count - 1.0);
    *low = (uint32_t)held;
    *high = *low + 1 < count ? *low + 1 : *low;
    return (float)(held - *low);
}

void pds_paper_row(const pds_paper *paper, uint32_t y, uint32_t width, float *out)
{
    uint32_t top = 0;
    uint32_t bottom = 0;
    const float down = between((y + 0.5) / paper->cell - 0.5, paper->rows, &top, &bottom);
    const float *upper = paper->colors + (size_t)3 * top * paper->columns;
    const float *lower = paper->colors + (size_t)3 * bottom * paper->columns;
    for (uint32_t x = 0; x < width; x++, out += 3) {
        uint32_t a = 0;
        uint32_t b = 0;
        const float right = between((x + 0.5) / paper->cell - 0.5, paper->columns, &a, &b);
        for (size_t k = 0; k < 3; k++) {
            const size_t from = (size_t)3 * a + k;
            const size_t to = (size_t)3 * b + k;
            const float u = upper[from] + (upper[to] - upper[from]) * right;
            const float l = lower[from] + (lower[to] - lower[from]) * right;
            out[k] = u + (l - u) * down;
        }
    }
}
