#include "seal/seal.h"

#include "base/own.h"
#include "seal/place.h"
#include "seal/png_chunks.h"

#include <math.h>
#include <stdlib.h>

struct pds_seal {
    pds_image image;
};

static bool own_size(const pds_picture *p, double size[2])
{
    size[0] = p->dpi[0] > 0.0 ? p->width / p->dpi[0] * 72.0 : 0.0;
    size[1] = p->dpi[1] > 0.0 ? p->height / p->dpi[1] * 72.0 : 0.0;
    return size[0] > 0.0 && size[1] > 0.0;
}

static pds_code find_size(const pds_picture *p, const char *text, double size[2], pds_err *e)
{
    static const double most = 14400.0; /* points: the largest page of ISO 32000-1, annex C */
    if (text != NULL) {
        PDS_TRY(pds_size_parse(text, size, e));
    } else if (!own_size(p, size)) {
        pds_code code = pds_fail(e, PDS_E_USAGE, __func__,
                                 "the picture does not say how large it is to be printed");
        return pds_err_hint(code, e, "give its size, as in --size 42mmx42mm");
    }
    if (!(size[0] >= 1.0 && size[1] >= 1.0 && size[0] <= most && size[1] <= most)) {
        pds_code code = pds_fail(e, PDS_E_USAGE, __func__,
                                 "a printed size of %.4g x %.4g mm is none for a seal",
                                 size[0] / 72.0 * 25.4, size[1] / 72.0 * 25.4);
        return pds_err_expected(code, e, "0.36mm to 5080mm a side", NULL);
    }
    return PDS_OK;
}

/* A signature would look as if it had no seal at all. */
static pds_code check_seen(const pds_picture *p, pds_err *e)
{
    const size_t pixels = (size_t)p->width * p->height;
    for (const uint8_t *q = p->pixels; q < p->pixels + 4 * pixels; q += 4) {
        if (q[3] != 0 && (q[0] & q[1] & q[2]) != 0xFF) {
            return PDS_OK;
        }
    }
    return pds_err_hint(
        pds_fail(e, PDS_E_PICTURE_UNSUPPORTED, __func__,
                 "the picture is white or transparent everywhere: there is nothing to see"),
        e, "save it with what is drawn on it");
}

pds_code pds_seal_new(pds_span png, const char *size, pds_seal **out, pds_err *e)
{
    PDS_OWN(pds_picture_drop) pds_picture picture = { .pixels = NULL };
    PDS_OWN(pds_seal_drop) pds_seal *seal = NULL;
    double points[2];
    PDS_TRY(pds_png_read(png, &picture, e));
    PDS_TRY(check_seen(&picture, e));
    PDS_TRY(find_size(&picture, size, points, e));
    seal = calloc(1, sizeof *seal);
    if (seal == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    PDS_TRY(pds_image_make(&picture, points, &seal->image, e));
    *out = seal;
    seal = NULL;
    return PDS_OK;
}

void pds_seal_drop(pds_seal **seal)
{
    if (seal != NULL && *seal != NULL) {
        pds_image_drop(&(*seal)->image);
        free(*seal);
        *seal = NULL;
    }
}

const pds_image *pds_seal_image(const struct pds_seal *seal)
{
    return &seal->image;
}

/* Share of what is drawn, and the mean of its colours by their weight. */
static void measure_ink(const pds_picture *p, pds_seal_info *out)
{
    const size_t pixels = (size_t)p->width * p->height;
    uint64_t sums[4] = { 0 };
    size_t drawn = 0;
    for (const uint8_t *q = p->pixels; q < p->pixels + 4 * pixels; q += 4) {
        drawn += q[3] != 0 ? 1 : 0;
        for (size_t k = 0; k < 3; k++) {
            sums[k] += (uint64_t)q[k] * q[3];
        }
        sums[3] += q[3];
    }
    out->opaque = (double)drawn / (double)pixels;
    for (size_t k = 0; k < 3 && sums[3] > 0; k++) {
        out->ink[k] = (uint8_t)((sums[k] + sums[3] / 2) / sums[3]);
    }
}

pds_code pds_seal_describe(pds_span png, pds_seal_info *out, pds_err *e)
{
    pds_png_chunks chunks;
    PDS_OWN(pds_picture_drop) pds_picture picture = { .pixels = NULL };
    PDS_TRY(pds_png_scan(png, &chunks, e));
    PDS_TRY(pds_png_read(png, &picture, e));
    *out = (pds_seal_info){
        .width = chunks.width,
        .height = chunks.height,
        .depth = chunks.depth,
        .color = (chunks.color_type & PDS_PNG_PALETTE) != 0 ? "palette"
                 : (chunks.color_type & PDS_PNG_COLOR) != 0 ? "rgb"
                                                            : "grey",
        .alpha = (chunks.color_type & PDS_PNG_ALPHA) != 0 || chunks.transparency,
        .interlaced = chunks.interlaced,
        .dpi = { picture.dpi[0], picture.dpi[1] },
    };
    (void)own_size(&picture, out->size);
    measure_ink(&picture, out);
    return PDS_OK;
}
