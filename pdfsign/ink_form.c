#include "base/own.h"
#include "pdfsign/ink_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Form XObjects of drawings. */

/* Does the content name this resource? */
static bool mentions(const pds_buf *content, const char *name)
{
    const size_t len = strlen(name);
    const uint8_t *at = content->ptr;
    const uint8_t *end = at + content->len;
    while (content->len > 0 && (at = memmem(at, (size_t)(end - at), name, len)) != NULL) {
        at += len;
        if (at == end || strchr(" \t\r\n/[]<>()", *at) != NULL) {
            return true;
        }
    }
    return false;
}

/* ---- resources ---- */

static pds_code put_images(pds_ink *ink, const pds_drawing *d, pds_buf *out, pds_err *e)
{
    pds_ref image;
    if (d->image == NULL || !mentions(&d->content, "/Im0")) {
        return PDS_OK;
    }
    PDS_TRY(pds_ink_image_ref(ink, d, &image, e));
    pds_ink_put_entry(out, "/XObject<</Im0", image);
    pds_buf_text(out, ">>");
    return PDS_OK;
}

static pds_code put_fonts(pds_ink *ink, const pds_drawing *d, pds_buf *out, pds_err *e)
{
    char name[16];
    pds_ref face;
    if (d->faces == 0) {
        return PDS_OK;
    }
    pds_buf_text(out, "/Font<<");
    for (unsigned i = 0; i < PDS_INK_FACES; i++) {
        if ((d->faces >> i & 1) != 0) {
            PDS_TRY(pds_ink_face_ref(ink, i, &face, e));
            (void)snprintf(name, sizeof name, "/F%u", i);
            pds_ink_put_entry(out, name, face);
        }
    }
    pds_buf_text(out, ">>");
    return PDS_OK;
}

/* A faint drawing is a group: the form that draws it has the blend mode and the opacity, since some
 * viewers drop the opacity of an image that is blended and has a soft mask. */
static bool faint(const pds_ink *ink, const pds_drawing *d)
{
    return d->opacity < 1 && pds_pdfa_transparency(&ink->pdfa);
}

static bool multiplies(const pds_ink *ink, const pds_drawing *d)
{
    return d->multiply && pds_pdfa_transparency(&ink->pdfa);
}

static void put_blend_mode(pds_buf *out, bool multiply)
{
    pds_buf_printf(out, "/ExtGState<</Gs0<</BM/%s", multiply ? "Multiply" : "Normal");
}

/* Without transparency the graphics state changes nothing, but the content names it. */
static void put_graphics_state(const pds_ink *ink, const pds_drawing *d, pds_buf *out)
{
    if (!mentions(&d->content, "/Gs0")) {
        return;
    }
    put_blend_mode(out, multiplies(ink, d) && !faint(ink, d));
    pds_buf_text(out, ">>>>");
}

static pds_code put_colors(pds_ink *ink, const pds_drawing *d, pds_buf *out, pds_err *e)
{
    if (!mentions(&d->content, "/Cs0")) {
        return PDS_OK;
    }
    pds_buf_text(out, "/ColorSpace<</Cs0");
    PDS_TRY(pds_ink_put_rgb(ink, out, e));
    pds_buf_text(out, ">>");
    return PDS_OK;
}

static pds_code put_resources(pds_ink *ink, const pds_drawing *d, pds_buf *out, pds_err *e)
{
    pds_buf_text(out, "/Resources<<");
    PDS_TRY(put_images(ink, d, out, e));
    PDS_TRY(put_fonts(ink, d, out, e));
    put_graphics_state(ink, d, out);
    PDS_TRY(put_colors(ink, d, out, e));
    pds_buf_text(out, ">>");
    return pds_buf_end(out, e);
}

/* ---- the form ---- */

static void put_numbers(pds_buf *out, const char *key, const double *numbers, size_t count)
{
    pds_buf_text(out, key);
    for (size_t i = 0; i < count; i++) {
        pds_buf_byte(out, i == 0 ? '[' : ' ');
        pds_real_put(out, numbers[i]);
    }
    pds_buf_byte(out, ']');
}

/* Turns the drawing so that it is upright on a page which is turned clockwise by as much when it is
 * shown. Where the box comes to lie does not matter: it is moved into /Rect (12.5.5). */
static void put_geometry(pds_buf *out, const double size[2], int turn)
{
    const double w = size[0];
    const double h = size[1];
    const double box[] = { 0, 0, w, h };
    const double matrices[][6] = { { 0, 1, -1, 0, h, 0 },
                                   { -1, 0, 0, -1, w, h },
                                   { 0, -1, 1, 0, 0, w } };
    put_numbers(out, "/BBox", box, 4);
    if (turn != 0) {
        put_numbers(out, "/Matrix", matrices[turn / 90 - 1], 6);
    }
}

/* A form with /PieceInfo has a date, too (table 93); the newest of its data dictionaries. */
static void put_piece(pds_buf *out, pds_span piece)
{
    pds_iter it = pds_iter_of(piece);
    pds_span key;
    pds_span data;
    pds_span date;
    if (piece.len == 0) {
        return;
    }
    pds_buf_text(out, "/PieceInfo");
    pds_buf_put(out, piece);
    if (pds_iter_next(&it, &key, &data) && pds_dict_get(data, "LastModified", &date)) {
        pds_buf_text(out, "/LastModified");
        pds_buf_put(out, date);
    }
}

/* The value of a text field is marked, so that a form filler knows what to replace (12.7.4.3). */
static void put_content(pds_buf *out, pds_span content, pds_ink_way way)
{
    pds_buf_text(out, way.field ? "/Tx BMC\nq\n" : "");
    pds_buf_put(out, content);
    pds_buf_text(out, way.field ? "\nQ\nEMC\n" : "");
}

/* The form that draws the group, as far as its resources. */
static pds_code put_group(pds_ink *ink, const pds_drawing *d, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    pds_ref group;
    pds_buf_text(&dict, "<</Type/XObject/Subtype/Form/Group<</S/Transparency/I true>>");
    put_geometry(&dict, d->size, 0);
    PDS_TRY(put_resources(ink, d, &dict, e));
    pds_buf_text(&dict, ">>");
    PDS_TRY(pds_buf_end(&dict, e));
    PDS_TRY(pds_ink_shared(ink, pds_buf_span(&dict), pds_buf_span(&d->content), &group, e));
    pds_ink_put_entry(out, "/Resources<</XObject<</Fm0", group);
    pds_buf_text(out, ">>");
    put_blend_mode(out, multiplies(ink, d));
    pds_buf_text(out, "/CA ");
    pds_real_put(out, d->opacity);
    pds_buf_text(out, "/ca ");
    pds_real_put(out, d->opacity);
    pds_buf_text(out, ">>>>>>");
    return pds_buf_end(out, e);
}

static pds_code stage_form(pds_ink *ink, pds_ink_form *made, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf content = { 0 };
    const pds_drawing *d = &made->laid->drawing;
    PDS_TRY(pds_ink_begin(ink, e));
    const bool group = faint(ink, d);
    pds_buf_text(&dict, "<</Type/XObject/Subtype/Form");
    put_geometry(&dict, d->size, made->way.turn);
    PDS_TRY((group ? put_group : put_resources)(ink, d, &dict, e));
    put_piece(&dict, pds_buf_span(&made->laid->piece));
    pds_buf_text(&dict, ">>");
    PDS_TRY(pds_buf_end(&dict, e));
    put_content(&content, group ? pds_span_text("q /Gs0 gs /Fm0 Do Q") : pds_buf_span(&d->content),
                made->way);
    PDS_TRY(pds_buf_end(&content, e));
    return pds_ink_shared(ink, pds_buf_span(&dict), pds_buf_span(&content), &made->ref, e);
}

static bool same_way(pds_ink_way a, pds_ink_way b)
{
    return a.turn == b.turn && a.field == b.field;
}

pds_code pds_ink_form_ref(pds_ink *ink, const pds_laid_drawing *laid, pds_ink_way way, pds_ref *out,
                          pds_err *e)
{
    for (size_t i = 0; i < ink->form_count; i++) {
        if (ink->forms[i].laid == laid && same_way(ink->forms[i].way, way)) {
            *out = ink->forms[i].ref;
            return PDS_OK;
        }
    }
    pds_ink_form *more = realloc(ink->forms, (ink->form_count + 1) * sizeof *more);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    ink->forms = more;
    pds_ink_form *made = &more[ink->form_count];
    *made = (pds_ink_form){ .laid = laid, .way = way };
    PDS_TRY(stage_form(ink, made, e));
    ink->form_count++;
    *out = made->ref;
    return PDS_OK;
}
