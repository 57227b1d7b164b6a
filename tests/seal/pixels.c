#include "tests/seal/pixels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static double pixels_per_mm(const pds_picture *p)
{
    return p->dpi[0] / 25.4;
}

unsigned ink_at(const pds_picture *p, double x, double y)
{
    double column = floor(p->width / 2.0 + x * pixels_per_mm(p));
    double row = floor(p->height / 2.0 - y * pixels_per_mm(p));
    if (column < 0 || row < 0 || column >= p->width || row >= p->height) {
        return 0;
    }
    return p->pixels[4 * ((size_t)row * p->width + (size_t)column) + 3];
}

typedef struct flood {
    const pds_picture *picture;
    bool *seen;
    size_t *stack;
    size_t depth;
    uint32_t low[2], high[2];
    size_t pixels;
} flood;

static void visit(flood *f, size_t at)
{
    if (!f->seen[at] && f->picture->pixels[4 * at + 3] >= 128) {
        f->seen[at] = true;
        f->stack[f->depth++] = at;
    }
}

static void spread(flood *f, size_t at)
{
    uint32_t width = f->picture->width, x = (uint32_t)(at % width), y = (uint32_t)(at / width);
    f->low[0] = x < f->low[0] ? x : f->low[0];
    f->low[1] = y < f->low[1] ? y : f->low[1];
    f->high[0] = x > f->high[0] ? x : f->high[0];
    f->high[1] = y > f->high[1] ? y : f->high[1];
    f->pixels++;
    for (uint32_t row = y > 0 ? y - 1 : 0; row <= y + 1 && row < f->picture->height; row++) {
        for (uint32_t column = x > 0 ? x - 1 : 0; column <= x + 1 && column < width; column++) {
            visit(f, (size_t)row * width + column);
        }
    }
}

static spot measure(const flood *f)
{
    double unit = pixels_per_mm(f->picture);
    double w = f->high[0] - f->low[0] + 1.0, h = f->high[1] - f->low[1] + 1.0;
    return (spot){ (f->low[0] + w / 2 - f->picture->width / 2.0) / unit,
                   (f->picture->height / 2.0 - f->low[1] - h / 2) / unit, w / unit, h / unit,
                   f->pixels };
}

size_t find_spots(const pds_picture *p, spot spots[SPOTS_MAX])
{
    size_t all = (size_t)p->width * p->height, count = 0;
    flood f = { .picture = p, .seen = calloc(all, sizeof(bool)), .stack = calloc(all, 8) };
    assert_non_null(f.seen);
    assert_non_null(f.stack);
    assert_true(p->width > 0);
    for (size_t i = 0; i < all; i++) {
        f.low[0] = f.low[1] = UINT32_MAX;
        f.high[0] = f.high[1] = 0;
        f.pixels = 0;
        visit(&f, i);
        while (f.depth > 0) {
            spread(&f, f.stack[--f.depth]);
        }
        if (f.pixels > 0) {
            assert_true(count < SPOTS_MAX);
            spots[count++] = measure(&f);
        }
    }
    free(f.seen);
    free(f.stack);
    return count;
}
