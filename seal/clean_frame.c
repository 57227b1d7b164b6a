#include "base/own.h"
#include "seal/clean.h"

#include <math.h>

typedef struct box {
    uint32_t left, top, right, bottom; /* right and bottom: the first that is outside */
} box;

/* What is drawn; empty: nothing. */
static box drawn_box(const pds_picture *p)
{
    box b = { p->width, p->height, 0, 0 };
    const uint8_t *q = p->pixels + 3;
    for (uint32_t y = 0; y < p->height; y++) {
        for (uint32_t x = 0; x < p->width; x++, q += 4) {
            if (*q != 0) {
                b.left = x < b.left ? x : b.left;
                b.right = x >= b.right ? x + 1 : b.right;
                b.top = y < b.top ? y : b.top;
                b.bottom = y + 1;
            }
        }
    }
    return b;
}

static void replace(pds_picture *p, pds_picture *by)
{
    pds_picture_drop(p);
    *p = *by;
    *by = (pds_picture){ .pixels = NULL };
}

/* The box in the middle of a clear picture of that size, both at least as large. */
static pds_code cut_out(pds_picture *p, box b, const uint32_t size[2], pds_err *e)
{
    PDS_OWN(pds_picture_drop) pds_picture out = { .pixels = NULL };
    PDS_TRY(pds_picture_new(size[0], size[1], &out, e));
    const size_t x = (size[0] - (b.right - b.left)) / 2;
    const size_t y = (size[1] - (b.bottom - b.top)) / 2;
    for (size_t row = 0; row < b.bottom - b.top; row++) {
        memcpy(out.pixels + 4 * ((y + row) * out.width + x),
               p->pixels + 4 * ((b.top + row) * p->width + b.left), (size_t)4 * (b.right - b.left));
    }
    memcpy(out.dpi, p->dpi, sizeof out.dpi);
    replace(p, &out);
    return PDS_OK;
}

/* Pixels as the printed size has its sides: what is round stays round. */
static void widen(const double points[2], uint32_t size[2])
{
    const double ratio = points[0] / points[1];
    const double width = round(size[1] * ratio);
    const double height = round(size[0] / ratio);
    if (width > size[0]) {
        size[0] = (uint32_t)fmin(width, PDS_PICTURE_SIDE_MAX + 1.0);
    } else if (height > size[1]) {
        size[1] = (uint32_t)fmin(height, PDS_PICTURE_SIDE_MAX + 1.0);
    }
}

static pds_code set_resolution(pds_picture *p, const pds_cleaning *how, pds_err *e)
{
    const bool sized = how->size[0] > 0.0;
    if (sized && how->dpi > 0.0) {
        PDS_OWN(pds_picture_drop) pds_picture small = { .pixels = NULL };
        uint32_t most[2];
        for (size_t i = 0; i < 2; i++) {
            const uint32_t side = i == 0 ? p->width : p->height;
            const double wanted = fmax(round(how->size[i] / 72.0 * how->dpi), 1.0);
            most[i] = wanted < side ? (uint32_t)wanted : side;
        }
        PDS_TRY(pds_picture_shrink(p, most[0], most[1], &small, e));
        replace(p, &small);
    }
    if (sized) {
        p->dpi[0] = p->width / how->size[0] * 72.0;
        p->dpi[1] = p->height / how->size[1] * 72.0;
    } else if (how->dpi > 0.0) {
        p->dpi[0] = p->dpi[1] = how->dpi;
    }
    return PDS_OK;
}

pds_code pds_clean_frame(pds_picture *p, const pds_cleaning *how, pds_err *e)
{
    box b = drawn_box(p);
    if (b.right == 0) {
        return pds_err_hint(
            pds_fail(e, PDS_E_PICTURE_UNSUPPORTED, __func__, "nothing is drawn on the picture"), e,
            "fainter ink counts with a smaller --threshold");
    }
    if (how->keep_border) {
        b = (box){ 0, 0, p->width, p->height };
    }
    uint32_t size[2] = { b.right - b.left, b.bottom - b.top };
    if (how->size[0] > 0.0) {
        widen(how->size, size);
    }
    if (size[0] != p->width || size[1] != p->height) {
        PDS_TRY(cut_out(p, b, size, e));
    }
    return set_resolution(p, how, e);
}
