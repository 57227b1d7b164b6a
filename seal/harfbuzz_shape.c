#include "base/own.h"
#include "seal/harfbuzz_face.h"

static void buffer_drop(hb_buffer_t **buffer)
{
    pds_hb.buffer_destroy(*buffer);
}

static hb_direction_t direction_of(pds_flow flow)
{
    static const hb_direction_t directions[] = { HB_DIRECTION_LTR, HB_DIRECTION_RTL,
                                                 HB_DIRECTION_TTB };
    return directions[flow];
}

/* The language chooses between forms of one character; that of the seals' country, always, so that
 * no locale changes what is drawn. */
static void describe(hb_buffer_t *buffer, const pds_shape_run *run)
{
    pds_hb.buffer_set_direction(buffer, direction_of(run->flow));
    pds_hb.buffer_set_script(buffer, (hb_script_t)run->script);
    pds_hb.buffer_set_language(buffer, pds_hb.language_from_string("zh-hans", -1));
    pds_hb.buffer_set_cluster_level(buffer, HB_BUFFER_CLUSTER_LEVEL_MONOTONE_CHARACTERS);
}

/* From top to bottom a glyph is placed by its vertical origin, as a PDF does it. */
static pds_shape_glyph glyph_of(const pds_face *face, pds_flow flow, const hb_glyph_info_t *info,
                                const hb_glyph_position_t *at)
{
    pds_shape_glyph g = { info->codepoint, info->cluster, at->x_advance, at->x_offset,
                          at->y_offset };
    if (flow == PDS_FLOW_TTB) {
        pds_glyph_column column = pds_face_column(face, info->codepoint);
        g.advance = face->columns ? at->y_advance : column.advance;
        g.dx = face->columns ? at->x_offset + column.x : 0;
        g.dy = face->columns ? at->y_offset + column.y : 0;
    }
    return g;
}

pds_code pds_face_shape(const pds_face *face, const pds_shape_run *run, pds_buf *out, pds_err *e)
{
    unsigned count = 0;
    PDS_OWN(buffer_drop) hb_buffer_t *buffer = pds_hb.buffer_create();
    pds_hb.buffer_add_codepoints(buffer, run->characters, (int)run->count, 0, (int)run->count);
    describe(buffer, run);
    pds_hb.shape(face->font, buffer, NULL, 0);
    if (pds_hb.buffer_allocation_successful(buffer) == 0) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory to set text");
    }
    const hb_glyph_info_t *infos = pds_hb.buffer_get_glyph_infos(buffer, &count);
    const hb_glyph_position_t *at = pds_hb.buffer_get_glyph_positions(buffer, &count);
    for (unsigned i = 0; i < count; i++) {
        pds_shape_glyph g = glyph_of(face, run->flow, &infos[i], &at[i]);
        pds_buf_put(out, pds_span_of(&g, sizeof g));
    }
    return pds_buf_end(out, e);
}

pds_code pds_face_has_column_form(const pds_face *face, uint32_t character, bool *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf shaped = { 0 };
    pds_shape_run run = { &character, 1, HB_SCRIPT_HAN, PDS_FLOW_TTB };
    PDS_TRY(pds_face_shape(face, &run, &shaped, e));
    const pds_shape_glyph *glyphs = (const pds_shape_glyph *)(const void *)shaped.ptr;
    *out = shaped.len == sizeof *glyphs && glyphs->glyph != pds_face_glyph(face, character);
    return PDS_OK;
}
