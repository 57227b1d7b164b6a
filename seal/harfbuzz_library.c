#include "seal/harfbuzz_library.h"

#include "base/load.h"

pds_harfbuzz pds_hb;

static const pds_symbol SYMBOLS[] = {
    { "hb_blob_create_from_file_or_fail", offsetof(pds_harfbuzz, blob_create_from_file_or_fail) },
    { "hb_blob_destroy", offsetof(pds_harfbuzz, blob_destroy) },
    { "hb_blob_get_data", offsetof(pds_harfbuzz, blob_get_data) },
    { "hb_buffer_add_codepoints", offsetof(pds_harfbuzz, buffer_add_codepoints) },
    { "hb_buffer_allocation_successful", offsetof(pds_harfbuzz, buffer_allocation_successful) },
    { "hb_buffer_create", offsetof(pds_harfbuzz, buffer_create) },
    { "hb_buffer_destroy", offsetof(pds_harfbuzz, buffer_destroy) },
    { "hb_buffer_get_glyph_infos", offsetof(pds_harfbuzz, buffer_get_glyph_infos) },
    { "hb_buffer_get_glyph_positions", offsetof(pds_harfbuzz, buffer_get_glyph_positions) },
    { "hb_buffer_set_cluster_level", offsetof(pds_harfbuzz, buffer_set_cluster_level) },
    { "hb_buffer_set_direction", offsetof(pds_harfbuzz, buffer_set_direction) },
    { "hb_buffer_set_language", offsetof(pds_harfbuzz, buffer_set_language) },
    { "hb_buffer_set_script", offsetof(pds_harfbuzz, buffer_set_script) },
    { "hb_draw_funcs_create", offsetof(pds_harfbuzz, draw_funcs_create) },
    { "hb_draw_funcs_destroy", offsetof(pds_harfbuzz, draw_funcs_destroy) },
    { "hb_draw_funcs_set_close_path_func", offsetof(pds_harfbuzz, draw_funcs_set_close_path_func) },
    { "hb_draw_funcs_set_cubic_to_func", offsetof(pds_harfbuzz, draw_funcs_set_cubic_to_func) },
    { "hb_draw_funcs_set_line_to_func", offsetof(pds_harfbuzz, draw_funcs_set_line_to_func) },
    { "hb_draw_funcs_set_move_to_func", offsetof(pds_harfbuzz, draw_funcs_set_move_to_func) },
    { "hb_face_count", offsetof(pds_harfbuzz, face_count) },
    { "hb_face_create", offsetof(pds_harfbuzz, face_create) },
    { "hb_face_destroy", offsetof(pds_harfbuzz, face_destroy) },
    { "hb_face_get_glyph_count", offsetof(pds_harfbuzz, face_get_glyph_count) },
    { "hb_face_make_immutable", offsetof(pds_harfbuzz, face_make_immutable) },
    { "hb_face_reference_table", offsetof(pds_harfbuzz, face_reference_table) },
    { "hb_font_create", offsetof(pds_harfbuzz, font_create) },
    { "hb_font_destroy", offsetof(pds_harfbuzz, font_destroy) },
    { "hb_font_get_glyph_extents", offsetof(pds_harfbuzz, font_get_glyph_extents) },
    { "hb_font_get_glyph_h_advance", offsetof(pds_harfbuzz, font_get_glyph_h_advance) },
    { "hb_font_get_glyph_shape", offsetof(pds_harfbuzz, font_get_glyph_shape) },
    { "hb_font_get_glyph_v_advance", offsetof(pds_harfbuzz, font_get_glyph_v_advance) },
    { "hb_font_get_glyph_v_origin", offsetof(pds_harfbuzz, font_get_glyph_v_origin) },
    { "hb_font_get_nominal_glyph", offsetof(pds_harfbuzz, font_get_nominal_glyph) },
    { "hb_font_make_immutable", offsetof(pds_harfbuzz, font_make_immutable) },
    { "hb_font_set_scale", offsetof(pds_harfbuzz, font_set_scale) },
    { "hb_language_from_string", offsetof(pds_harfbuzz, language_from_string) },
    { "hb_ot_name_get_utf8", offsetof(pds_harfbuzz, ot_name_get_utf8) },
    { "hb_script_get_horizontal_direction",
      offsetof(pds_harfbuzz, script_get_horizontal_direction) },
    { "hb_shape", offsetof(pds_harfbuzz, shape) },
    { "hb_unicode_funcs_get_default", offsetof(pds_harfbuzz, unicode_funcs_get_default) },
    { "hb_unicode_general_category", offsetof(pds_harfbuzz, unicode_general_category) },
    { "hb_unicode_script", offsetof(pds_harfbuzz, unicode_script) },
};

static pds_library library = {
    .soname = "libharfbuzz.so.0",
    .package = "libharfbuzz0b",
    .symbols = SYMBOLS,
    .count = sizeof SYMBOLS / sizeof SYMBOLS[0],
    .table = &pds_hb,
};

pds_code pds_harfbuzz_load(pds_err *e)
{
    return pds_library_load(&library, e);
}
