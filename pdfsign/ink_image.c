#include "base/own.h"
#include "pdfsign/ink_internal.h"
#include "seal/color.h"

#include <stdlib.h>

/* Images and colour. */

pds_code pds_ink_put_rgb(pds_ink *ink, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    PDS_TRY(pds_ink_begin(ink, e));
    if (ink->pdfa.rgb) {
        pds_buf_text(out, "/DeviceRGB");
        return PDS_OK;
    }
    if (ink->profile.num == 0) {
        pds_buf_text(&dict, "<</N 3");
        PDS_TRY(pds_ink_deflated(ink, &dict, pds_srgb_profile(), &ink->profile, e));
    }
    pds_ink_put_entry(out, "[/ICCBased", ink->profile);
    pds_buf_byte(out, ']');
    return PDS_OK;
}

/* Grey is grey in every colour space of a device; where PDF/A knows of none, the curve of sRGB
 * comes near. */
static pds_code put_color_space(pds_ink *ink, unsigned components, pds_buf *out, pds_err *e)
{
    if (components == 3) {
        return pds_ink_put_rgb(ink, out, e);
    }
    pds_buf_text(out, pds_pdfa_device_grey(&ink->pdfa)
                          ? "/DeviceGray"
                          : "[/CalGray<</WhitePoint[.9505 1 1.089]/Gamma 2.2>>]");
    return PDS_OK;
}

/* Flate data of samples, as pds_image holds them. */
static void put_image_dict(pds_buf *out, const pds_image *image, unsigned components,
                           const char *color_space)
{
    pds_buf_printf(out,
                   "<</Type/XObject/Subtype/Image/Width %u/Height %u/ColorSpace%s"
                   "/BitsPerComponent 8/Filter/FlateDecode"
                   "/DecodeParms<</Predictor 15/Colors %u/Columns %u>>",
                   (unsigned)image->width, (unsigned)image->height, color_space, components,
                   (unsigned)image->width);
}

static pds_code put_stencil(pds_ink *ink, const pds_image *image, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    const pds_span data = pds_buf_span(&image->stencil);
    pds_ref mask;
    pds_buf_printf(&dict,
                   "<</Type/XObject/Subtype/Image/Width %u/Height %u/ImageMask true"
                   "/BitsPerComponent 1/Filter/FlateDecode>>",
                   (unsigned)image->width, (unsigned)image->height);
    PDS_TRY(pds_buf_end(&dict, e));
    PDS_TRY(pds_ink_object(ink, pds_buf_span(&dict), &data, &mask, e));
    pds_ink_put_entry(out, "/Mask", mask);
    return PDS_OK;
}

static pds_code put_soft_mask(pds_ink *ink, const pds_image *image, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    const pds_span data = pds_buf_span(&image->alpha);
    pds_ref mask;
    put_image_dict(&dict, image, 1, "/DeviceGray");
    pds_buf_text(&dict, ">>");
    PDS_TRY(pds_buf_end(&dict, e));
    PDS_TRY(pds_ink_object(ink, pds_buf_span(&dict), &data, &mask, e));
    pds_ink_put_entry(out, "/SMask", mask);
    return PDS_OK;
}

static pds_code stage_image(pds_ink *ink, pds_ink_image *made, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf space = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    const pds_image *image = made->image;
    const pds_span data = pds_buf_span(&image->samples);
    PDS_TRY(put_color_space(ink, image->components, &space, e));
    put_image_dict(&dict, image, image->components, pds_buf_cstr(&space));
    if (made->stencil) {
        PDS_TRY(put_stencil(ink, image, &dict, e));
    } else if (image->alpha.len > 0 && pds_pdfa_transparency(&ink->pdfa)) {
        PDS_TRY(put_soft_mask(ink, image, &dict, e));
    }
    pds_buf_text(&dict, ">>");
    PDS_TRY(pds_buf_end(&dict, e));
    return pds_ink_object(ink, pds_buf_span(&dict), &data, &made->ref, e);
}

/* Without transparency, what would show through is left out by a mask of 1 bit. */
static bool needs_stencil(const pds_ink *ink, const pds_drawing *d)
{
    return !pds_pdfa_transparency(&ink->pdfa) && d->image->stencil.len > 0 &&
           (d->multiply || d->image->alpha.len > 0);
}

pds_code pds_ink_image_ref(pds_ink *ink, const pds_drawing *d, pds_ref *out, pds_err *e)
{
    PDS_TRY(pds_ink_begin(ink, e));
    const bool stencil = needs_stencil(ink, d);
    for (size_t i = 0; i < ink->image_count; i++) {
        if (ink->images[i].image == d->image && ink->images[i].stencil == stencil) {
            *out = ink->images[i].ref;
            return PDS_OK;
        }
    }
    pds_ink_image *more = realloc(ink->images, (ink->image_count + 1) * sizeof *more);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    ink->images = more;
    pds_ink_image *made = &more[ink->image_count];
    *made = (pds_ink_image){ .image = d->image, .stencil = stencil };
    PDS_TRY(stage_image(ink, made, e));
    ink->image_count++;
    *out = made->ref;
    return PDS_OK;
}
