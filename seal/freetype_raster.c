/* The door to FreeType's rasterizer: filled contours become shares of covered pixels. */
#include "base/load.h"
#include "base/own.h"
#include "seal/path.h"

#include <ft2build.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include FT_OUTLINE_H

typedef struct raster_api {
    __typeof__(FT_Init_FreeType) *init;
    __typeof__(FT_Done_FreeType) *done;
    __typeof__(FT_Outline_Render) *render;
} raster_api;

static raster_api api;

static const pds_symbol SYMBOLS[] = {
    { "FT_Init_FreeType", offsetof(raster_api, init) },
    { "FT_Done_FreeType", offsetof(raster_api, done) },
    { "FT_Outline_Render", offsetof(raster_api, render) },
};

static pds_library library = {
    .soname = "libfreetype.so.6",
    .package = "libfreetype6",
    .symbols = SYMBOLS,
    .count = sizeof SYMBOLS / sizeof SYMBOLS[0],
    .table = &api,
};

/* FT_Outline counts its points in a short. */
enum { POINTS_MAX = SHRT_MAX - 4, CONTOURS_MAX = SHRT_MAX / 4, SUBPIXELS = 64 };

/* One shape at a time. */
typedef struct canvas {
    FT_Library freetype;
    pds_picture *picture;
    double scale[2]; /* of points to subpixels */
    const uint8_t *color;
    FT_Vector points[POINTS_MAX];
    char tags[POINTS_MAX];
    short ends[CONTOURS_MAX];
    size_t point_count, contour_count;
    bool full;
} canvas;

static void canvas_drop(canvas **c)
{
    if (*c != NULL && (*c)->freetype != NULL) {
        (void)api.done((*c)->freetype);
    }
    free(*c);
}

static void put_point(canvas *c, const double at[2], char tag)
{
    if (c->point_count == POINTS_MAX) {
        c->full = true;
        return;
    }
    c->points[c->point_count] =
        (FT_Vector){ .x = lround(at[0] * c->scale[0]), .y = lround(at[1] * c->scale[1]) };
    c->tags[c->point_count++] = tag;
}

static size_t contour_begin(const canvas *c)
{
    return c->contour_count == 0 ? 0 : (size_t)c->ends[c->contour_count - 1] + 1;
}

/* Contours are closed by themselves; one point makes none. */
static void end_contour(canvas *c)
{
    size_t begin = contour_begin(c);
    if (c->point_count - begin < 2) {
        c->point_count = begin;
    } else if (c->contour_count == CONTOURS_MAX) {
        c->full = true;
    } else {
        c->ends[c->contour_count++] = (short)(c->point_count - 1);
    }
}

static void put_segment(canvas *c, const pds_segment *segment)
{
    switch (segment->kind) {
    case PDS_SEGMENT_MOVE:
        end_contour(c);
        put_point(c, segment->at, FT_CURVE_TAG_ON);
        break;
    case PDS_SEGMENT_LINE:
        put_point(c, segment->at, FT_CURVE_TAG_ON);
        break;
    case PDS_SEGMENT_CURVE:
        put_point(c, segment->at, FT_CURVE_TAG_CUBIC);
        put_point(c, segment->at + 2, FT_CURVE_TAG_CUBIC);
        put_point(c, segment->at + 4, FT_CURVE_TAG_ON);
        break;
    default:
        break;
    }
}

/* What two shapes cover of a pixel, taken as independent. */
static void cover(uint8_t pixel[4], const uint8_t color[3], unsigned share)
{
    unsigned free_share = (255U - pixel[3]) * (255U - share);
    memcpy(pixel, color, 3);
    pixel[3] = (uint8_t)(255U - (free_share + 127U) / 255U);
}

static void cover_spans(int y, int count, const FT_Span *spans, void *ctx)
{
    const canvas *c = ctx;
    int height = (int)c->picture->height, width = (int)c->picture->width;
    if (y < 0 || y >= height) {
        return;
    }
    uint8_t *row = c->picture->pixels + (size_t)4 * (size_t)width * (size_t)(height - 1 - y);
    for (int i = 0; i < count; i++) {
        for (int x = spans[i].x; x < spans[i].x + spans[i].len && x < width; x++) {
            if (x >= 0 && spans[i].coverage > 0) {
                cover(row + (size_t)4 * (size_t)x, c->color, spans[i].coverage);
            }
        }
    }
}

static pds_code render_shape(canvas *c, pds_err *e)
{
    end_contour(c);
    if (c->full) {
        PDS_FAIL(e, PDS_E_LIMIT, "a shape of more than %d points", POINTS_MAX);
    }
    FT_Outline outline = { .n_contours = (short)c->contour_count,
                           .n_points = (short)c->point_count,
                           .points = c->points,
                           .tags = c->tags,
                           .contours = c->ends };
    FT_Raster_Params params = {
        .flags = FT_RASTER_FLAG_AA | FT_RASTER_FLAG_DIRECT | FT_RASTER_FLAG_CLIP,
        .gray_spans = cover_spans,
        .user = c,
        .clip_box = { 0, 0, (FT_Pos)c->picture->width, (FT_Pos)c->picture->height }
    };
    if (c->contour_count > 0 && api.render(c->freetype, &outline, &params) != 0) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "the rasterizer gave up");
    }
    c->point_count = c->contour_count = 0;
    return PDS_OK;
}

/* Like paper to whoever passes over the alpha. */
static void clear(pds_picture *p)
{
    static const uint8_t ground[4] = { 255, 255, 255, 0 };
    for (size_t i = 0; i < (size_t)p->width * p->height; i++) {
        memcpy(p->pixels + 4 * i, ground, sizeof ground);
    }
}

static pds_code new_picture(const pds_vector *v, double dpi, pds_picture *out, pds_err *e)
{
    uint32_t pixels[2];
    for (size_t i = 0; i < 2; i++) {
        double side = round(v->size[i] * dpi / 72.0);
        if (!(side >= 1 && side <= PDS_PICTURE_SIDE_MAX)) {
            PDS_FAIL(e, PDS_E_PICTURE_LIMIT, "a picture of 1 to %d pixels a side is expected",
                     PDS_PICTURE_SIDE_MAX);
        }
        pixels[i] = (uint32_t)side;
    }
    PDS_TRY(pds_picture_new(pixels[0], pixels[1], out, e));
    clear(out);
    out->dpi[0] = out->dpi[1] = dpi;
    return PDS_OK;
}

static pds_code new_canvas(const pds_vector *v, pds_picture *picture, canvas **out, pds_err *e)
{
    canvas *c = calloc(1, sizeof *c);
    *out = c;
    if (c == NULL || api.init(&c->freetype) != 0) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    c->picture = picture;
    c->color = v->color;
    c->scale[0] = picture->width * (double)SUBPIXELS / v->size[0]; /* whole pixels at both edges */
    c->scale[1] = picture->height * (double)SUBPIXELS / v->size[1];
    return PDS_OK;
}

static pds_code render_all(const pds_vector *v, pds_picture *picture, pds_err *e)
{
    PDS_OWN(canvas_drop) canvas *c = NULL;
    PDS_TRY(new_canvas(v, picture, &c, e));
    for (size_t i = 0; i < pds_vector_count(v); i++) {
        pds_segment segment = pds_vector_at(v, i);
        put_segment(c, &segment);
        if (segment.kind == PDS_SEGMENT_FILL) {
            PDS_TRY(render_shape(c, e));
        }
    }
    return PDS_OK;
}

pds_code pds_vector_render(const pds_vector *v, double dpi, pds_picture *out, pds_err *e)
{
    PDS_OWN(pds_picture_drop) pds_picture picture = { 0 };
    PDS_TRY(pds_buf_end(&v->shapes, e));
    PDS_TRY(pds_library_load(&library, e));
    PDS_TRY(new_picture(v, dpi, &picture, e));
    PDS_TRY(render_all(v, &picture, e));
    *out = picture;
    picture = (pds_picture){ 0 };
    return PDS_OK;
}
