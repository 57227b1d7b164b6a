#ifndef SEAL_HARFBUZZ_LIBRARY_H
#define SEAL_HARFBUZZ_LIBRARY_H

#include "base/err.h"

#include <hb-ot.h>
#include <hb.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The functions of HarfBuzz that are used, without their hb_. */
typedef struct pds_harfbuzz {
    __typeof__(hb_blob_create_from_file_or_fail) *blob_create_from_file_or_fail;
    __typeof__(hb_blob_destroy) *blob_destroy;
    __typeof__(hb_blob_get_data) *blob_get_data;
    __typeof__(hb_buffer_add_codepoints) *buffer_add_codepoints;
    __typeof__(hb_buffer_allocation_successful) *buffer_allocation_successful;
    __typeof__(hb_buffer_create) *buffer_create;
    __typeof__(hb_buffer_destroy) *buffer_destroy;
    __typeof__(hb_buffer_get_glyph_infos) *buffer_get_glyph_infos;
    __typeof__(hb_buffer_get_glyph_positions) *buffer_get_glyph_positions;
    __typeof__(hb_buffer_set_cluster_level) *buffer_set_cluster_level;
    __typeof__(hb_buffer_set_direction) *buffer_set_direction;
    __typeof__(hb_buffer_set_language) *buffer_set_language;
    __typeof__(hb_buffer_set_script) *buffer_set_script;
    __typeof__(hb_draw_funcs_create) *draw_funcs_create;
    __typeof__(hb_draw_funcs_destroy) *draw_funcs_destroy;
    __typeof__(hb_draw_funcs_set_close_path_func) *draw_funcs_set_close_path_func;
    __typeof__(hb_draw_funcs_set_cubic_to_func) *draw_funcs_set_cubic_to_func;
    __typeof__(hb_draw_funcs_set_line_to_func) *draw_funcs_set_line_to_func;
    __typeof__(hb_draw_funcs_set_move_to_func) *draw_funcs_set_move_to_func;
    __typeof__(hb_face_count) *face_count;
    __typeof__(hb_face_create) *face_create;
    __typeof__(hb_face_destroy) *face_destroy;
    __typeof__(hb_face_get_glyph_count) *face_get_glyph_count;
    __typeof__(hb_face_make_immutable) *face_make_immutable;
    __typeof__(hb_face_reference_table) *face_reference_table;
    __typeof__(hb_font_create) *font_create;
    __typeof__(hb_font_destroy) *font_destroy;
    __typeof__(hb_font_get_glyph_extents) *font_get_glyph_extents;
    __typeof__(hb_font_get_glyph_h_advance) *font_get_glyph_h_advance;
    __typeof__(hb_font_get_glyph_shape) *font_get_glyph_shape;
    __typeof__(hb_font_get_glyph_v_advance) *font_get_glyph_v_advance;
    __typeof__(hb_font_get_glyph_v_origin) *font_get_glyph_v_origin;
    __typeof__(hb_font_get_nominal_glyph) *font_get_nominal_glyph;
    __typeof__(hb_font_make_immutable) *font_make_immutable;
    __typeof__(hb_font_set_scale) *font_set_scale;
    __typeof__(hb_language_from_string) *language_from_string;
    __typeof__(hb_ot_name_get_utf8) *ot_name_get_utf8;
    __typeof__(hb_script_get_horizontal_direction) *script_get_horizontal_direction;
    __typeof__(hb_shape) *shape;
    __typeof__(hb_unicode_funcs_get_default) *unicode_funcs_get_default;
    __typeof__(hb_unicode_general_category) *unicode_general_category;
    __typeof__(hb_unicode_script) *unicode_script;
} pds_harfbuzz;

/* Filled by pds_harfbuzz_load(); whoever holds a face may call them. */
extern pds_harfbuzz pds_hb;
/* errors: PDS_E_LIBRARY_MISSING */
PDS_USE pds_code pds_harfbuzz_load(pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
