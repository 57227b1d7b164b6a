#include "base/flate.h"
#include "base/load.h"
#include "base/own.h"
#include "seal/picture.h"
#include "seal/png_chunks.h"
#include "seal/profile.h"

#include <png.h>
#include <setjmp.h>

typedef struct png_table {
    __typeof__(png_create_read_struct) *create;
    __typeof__(png_create_info_struct) *create_info;
    __typeof__(png_destroy_read_struct) *destroy;
    __typeof__(png_set_read_fn) *set_read_fn;
    __typeof__(png_get_io_ptr) *get_io_ptr;
    __typeof__(png_get_error_ptr) *get_error_ptr;
    __typeof__(png_set_crc_action) *set_crc_action;
    __typeof__(png_set_user_limits) *set_user_limits;
    __typeof__(png_read_info) *read_info;
    __typeof__(png_set_expand) *set_expand;
    __typeof__(png_set_scale_16) *set_scale_16;
    __typeof__(png_set_gray_to_rgb) *set_gray_to_rgb;
    __typeof__(png_set_add_alpha) *set_add_alpha;
    __typeof__(png_set_interlace_handling) *set_interlace_handling;
    __typeof__(png_read_update_info) *read_update_info;
    __typeof__(png_get_rowbytes) *get_rowbytes;
    __typeof__(png_read_row) *read_row;
} png_table;

static png_table png;

static const pds_symbol SYMBOLS[] = {
    { "png_create_read_struct", offsetof(png_table, create) },
    { "png_create_info_struct", offsetof(png_table, create_info) },
    { "png_destroy_read_struct", offsetof(png_table, destroy) },
    { "png_set_read_fn", offsetof(png_table, set_read_fn) },
    { "png_get_io_ptr", offsetof(png_table, get_io_ptr) },
    { "png_get_error_ptr", offsetof(png_table, get_error_ptr) },
    { "png_set_crc_action", offsetof(png_table, set_crc_action) },
    { "png_set_user_limits", offsetof(png_table, set_user_limits) },
    { "png_read_info", offsetof(png_table, read_info) },
    { "png_set_expand", offsetof(png_table, set_expand) },
    { "png_set_scale_16", offsetof(png_table, set_scale_16) },
    { "png_set_gray_to_rgb", offsetof(png_table, set_gray_to_rgb) },
    { "png_set_add_alpha", offsetof(png_table, set_add_alpha) },
    { "png_set_interlace_handling", offsetof(png_table, set_interlace_handling) },
    { "png_read_update_info", offsetof(png_table, read_update_info) },
    { "png_get_rowbytes", offsetof(png_table, get_rowbytes) },
    { "png_read_row", offsetof(png_table, read_row) },
};

static pds_library library = {
    "libpng16.so.16", "libpng16-16", SYMBOLS, sizeof SYMBOLS / sizeof SYMBOLS[0], &png, 0
};

/* libpng leaves a fault by a long jump: between decode() and its calls nothing may be owned. */
typedef struct reader {
    png_structp decoder;
    png_infop info;
    jmp_buf fault;
    char text[128];   /* of the fault */
    pds_span needed;  /* what of the file is still to come */
    pds_span current; /* rest of the signature or of a chunk */
    pds_picture *out;
} reader;

static void reader_drop(reader *r)
{
    if (r->decoder != NULL) {
        png.destroy(&r->decoder, &r->info, NULL);
    }
}

_Noreturn static void on_fault(png_structp decoder, png_const_charp text)
{
    reader *r = png.get_error_ptr(decoder);
    (void)snprintf(r->text, sizeof r->text, "%s", text);
    longjmp(r->fault, 1);
}

static void on_warning(png_structp decoder, png_const_charp text)
{
    (void)decoder;
    (void)text;
}

static void on_read(png_structp decoder, png_bytep to, size_t n)
{
    reader *r = png.get_io_ptr(decoder);
    while (n > 0) {
        if (r->current.len == 0 && !pds_png_next(&r->needed, &r->current)) {
            on_fault(decoder, "cut off");
        }
        pds_span part = { NULL, 0 };
        (void)pds_span_take(&r->current, n < r->current.len ? n : r->current.len, &part);
        memcpy(to, part.ptr, part.len);
        to += part.len;
        n -= part.len;
    }
}

static void decode_rows(reader *r)
{
    const size_t row = (size_t)4 * r->out->width;
    const int passes = png.set_interlace_handling(r->decoder);
    png.read_update_info(r->decoder, r->info);
    if (png.get_rowbytes(r->decoder, r->info) != row) {
        on_fault(r->decoder, "rows of another length");
    }
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < r->out->height; y++) {
            png.read_row(r->decoder, r->out->pixels + row * y, NULL);
        }
    }
}

/* Whatever it is, it comes out as RGBA of 8 bits. Checksums have been looked at. */
static bool decode(reader *r)
{
    if (setjmp(r->fault) != 0) {
        return false;
    }
    png.set_crc_action(r->decoder, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    png.set_user_limits(r->decoder, PDS_PICTURE_SIDE_MAX, PDS_PICTURE_SIDE_MAX);
    png.set_read_fn(r->decoder, r, on_read);
    png.read_info(r->decoder, r->info);
    png.set_scale_16(r->decoder);
    png.set_expand(r->decoder);
    png.set_gray_to_rgb(r->decoder);
    png.set_add_alpha(r->decoder, 0xff, PNG_FILLER_AFTER);
    decode_rows(r);
    return true;
}

static pds_code read_pixels(pds_span file, const pds_png_chunks *chunks, pds_picture *out,
                            pds_err *e)
{
    PDS_OWN(reader_drop)
    reader r = { .needed = chunks->needed, .current = pds_span_of(file.ptr, 8), .out = out };
    PDS_TRY(pds_library_load(&library, e));
    r.decoder = png.create(PNG_LIBPNG_VER_STRING, &r, on_fault, on_warning);
    r.info = r.decoder == NULL ? NULL : png.create_info(r.decoder);
    if (r.info == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    if (!decode(&r)) {
        PDS_FAIL(e, PDS_E_PICTURE_UNREADABLE, "the PNG is damaged: %s", r.text);
    }
    return PDS_OK;
}

static double share_at(pds_span chunk, size_t at)
{
    const uint8_t *p = chunk.ptr + at;
    return ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]) / 100000.0;
}

static pds_code map_of_profile(pds_span chunk, pds_color_map *map, pds_err *e)
{
    enum { NAME_MAX_LEN = 79, PROFILE_MAX = 8 << 20 };
    PDS_OWN(pds_buf_drop) pds_buf profile = { .max = PROFILE_MAX };
    const uint8_t *end = memchr(chunk.ptr, 0, chunk.len);
    size_t at = end == NULL ? chunk.len : (size_t)(end - chunk.ptr) + 2; /* and the method */
    if (at >= chunk.len || at > NAME_MAX_LEN + 2) {
        PDS_FAIL(e, PDS_E_PICTURE_UNREADABLE, "the picture's colour profile is damaged");
    }
    pds_code code = pds_inflate(pds_span_of(chunk.ptr + at, chunk.len - at), &profile, NULL);
    if (code == PDS_E_PDF_LIMIT) {
        PDS_FAIL(e, PDS_E_PICTURE_LIMIT, "the picture's colour profile has more than %d bytes",
                 (int)PROFILE_MAX);
    }
    if (code != PDS_OK) {
        PDS_FAIL(e, PDS_E_PICTURE_UNREADABLE, "the picture's colour profile is damaged");
    }
    return pds_color_map_icc(pds_buf_span(&profile), map, e);
}

/* A profile says more than sRGB's own chunk, that more than a gamma (PNG, 13.13). */
static pds_code map_of(const pds_png_chunks *c, pds_color_map *map, pds_err *e)
{
    double xy[8];
    if (c->profile.len > 0) {
        return map_of_profile(c->profile, map, e);
    }
    map->identity = c->srgb || c->gamma.len == 0;
    if (map->identity) {
        return PDS_OK;
    }
    for (size_t i = 0; c->chromaticities.len > 0 && i < 8; i++) {
        xy[i] = share_at(c->chromaticities, 4 * i);
    }
    return pds_color_map_gamma(share_at(c->gamma, 0), c->chromaticities.len > 0 ? xy : NULL, map,
                               e);
}

static void set_dpi(pds_span physical, pds_picture *out)
{
    bool meters = physical.len == 9 && physical.ptr[8] == 1;
    for (size_t i = 0; meters && i < 2; i++) {
        out->dpi[i] = share_at(physical, 4 * i) * 100000.0 * 0.0254;
    }
    if (!(out->dpi[0] > 0.0 && out->dpi[1] > 0.0)) {
        out->dpi[0] = out->dpi[1] = 0.0;
    }
}

pds_code pds_png_read(pds_span file, pds_picture *out, pds_err *e)
{
    pds_png_chunks chunks;
    pds_color_map map;
    PDS_OWN(pds_picture_drop) pds_picture picture = { .pixels = NULL };
    PDS_TRY(pds_png_scan(file, &chunks, e));
    PDS_TRY(map_of(&chunks, &map, e));
    PDS_TRY(pds_picture_new(chunks.width, chunks.height, &picture, e));
    PDS_TRY(read_pixels(file, &chunks, &picture, e));
    if (!map.identity) {
        pds_color_map_apply(&map, picture.pixels, (size_t)picture.width * picture.height);
    }
    set_dpi(chunks.physical, &picture);
    *out = picture;
    picture = (pds_picture){ .pixels = NULL };
    return PDS_OK;
}
