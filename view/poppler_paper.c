#include "view/poppler_paper.h"

#include "view/glib_fold.h"
#include "view/poppler_paper_internal.h"

#include <cairo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- opening ---- */

static uint32_t fault_of(const GError *error, const char *password)
{
    if (g_error_matches(error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED)) {
        return *password == '\0' ? PDS_VIEW_PASSWORD_NEEDED : PDS_VIEW_PASSWORD_WRONG;
    }
    return PDS_VIEW_UNREADABLE;
}

/* By its name below /proc, not by its number: poppler tries a password in two encodings, and has
 * closed the descriptor before the second. */
static PopplerDocument *open_document(int fd, const char *password, GError **error)
{
    char uri[64];

    (void)snprintf(uri, sizeof uri, "file:///proc/self/fd/%d", fd);
    return poppler_document_new_from_file(uri, *password == '\0' ? NULL : password, error);
}

uint32_t pds_paper_open(int fd, const char *password, pds_paper **out)
{
    GError *error = NULL;
    PopplerDocument *document = open_document(fd, password, &error);

    if (document == NULL) {
        uint32_t fault = fault_of(error, password);
        g_clear_error(&error);
        return fault;
    }
    int pages = poppler_document_get_n_pages(document);
    *out = calloc(1, sizeof **out);
    if (*out == NULL || pages <= 0 || pages > PDS_VIEW_PAGES_MAX) {
        g_object_unref(document);
        free(*out);
        *out = NULL;
        return PDS_VIEW_UNREADABLE;
    }
    **out = (pds_paper){ .document = document, .pages = (uint32_t)pages };
    return 0;
}

uint32_t pds_paper_pages(const pds_paper *paper)
{
    return paper->pages;
}

static PopplerPage *page_of(const pds_paper *paper, uint32_t page)
{
    return poppler_document_get_page(paper->document, (int)page - 1);
}

/* ---- words ---- */

/* Poppler counts downwards from the upper left corner. */
static void set_box(pds_glyph *glyph, const PopplerRectangle *from, double height)
{
    glyph->box[0] = (float)fmin(from->x1, from->x2);
    glyph->box[1] = (float)(height - fmax(from->y1, from->y2));
    glyph->box[2] = (float)fmax(from->x1, from->x2);
    glyph->box[3] = (float)(height - fmin(from->y1, from->y2));
}

static bool add_character(pds_glyphs *out, pds_glyph *glyph, uint32_t c)
{
    uint32_t folded[PDS_FOLD_MAX];
    size_t n = pds_fold(c, folded);

    glyph->raw = c;
    for (size_t i = 0; i < n; i++) {
        glyph->folded = folded[i];
        if (!pds_glyphs_add(out, glyph)) {
            return false;
        }
        glyph->raw = 0;
        glyph->after_space = glyph->after_line = false;
    }
    if (n == 0) {
        glyph->after_line = glyph->after_line || c == '\n';
        glyph->after_space = glyph->after_space || c != '\n';
    }
    return true;
}

/* Each character of text has its rectangle. */
static bool add_text(pds_glyphs *out, const char *text, const PopplerRectangle *boxes, size_t count,
                     double height)
{
    pds_glyph glyph = { .folded = 0 };
    bool added = true;

    for (size_t i = 0; i < count && *text != '\0' && added; i++) {
        set_box(&glyph, &boxes[i], height);
        added = add_character(out, &glyph, g_utf8_get_char(text));
        text = g_utf8_next_char(text);
    }
    return added;
}

bool pds_paper_glyphs(pds_paper *paper, uint32_t page, pds_glyphs *out)
{
    PopplerPage *p = page_of(paper, page);
    PopplerRectangle *boxes = NULL;
    guint count = 0;
    double height = 0;
    bool added = true;

    if (p == NULL) {
        return false;
    }
    poppler_page_get_size(p, NULL, &height);
    char *text = poppler_page_get_text(p);
    if (text != NULL && poppler_page_get_text_layout(p, &boxes, &count)) {
        pds_paper_mend_vertical(paper, p, text, boxes, count);
        added = add_text(out, text, boxes, count, height);
    }
    g_free(boxes);
    g_free(text);
    g_object_unref(p);
    return added;
}

/* ---- pictures ---- */

typedef struct part_sink {
    pds_part_fn fn;
    void *ctx;
} part_sink;

static cairo_status_t write_part(void *closure, const unsigned char *data, unsigned int length)
{
    const part_sink *sink = closure;

    return sink->fn(sink->ctx, data, length) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static double scale_of(double width, double height, double dpi)
{
    double scale = dpi / 72.0;
    double most = sqrt(PDS_VIEW_PIXELS_MAX / (width * height));

    return scale < most ? scale : most;
}

/* A page a hair's breadth high still has a pixel. */
static int pixels(double points, double scale)
{
    double n = floor(points * scale + 0.5);

    return n < 1.0 ? 1 : n > 32767.0 ? 32767 : (int)n;
}

static cairo_surface_t *draw(PopplerPage *page, double dpi)
{
    double width = 0;
    double height = 0;

    poppler_page_get_size(page, &width, &height);
    if (!(width > 0.0) || !(height > 0.0)) {
        return NULL;
    }
    double scale = scale_of(width, height, dpi);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, pixels(width, scale), pixels(height, scale));
    cairo_t *cairo = cairo_create(surface);

    cairo_set_source_rgb(cairo, 1.0, 1.0, 1.0);
    cairo_paint(cairo);
    cairo_scale(cairo, scale, scale);
    poppler_page_render(page, cairo);
    cairo_destroy(cairo);
    return surface;
}

bool pds_paper_picture(const pds_paper *paper, uint32_t page, double dpi, pds_part_fn fn, void *ctx)
{
    part_sink sink = { .fn = fn, .ctx = ctx };
    PopplerPage *p = page_of(paper, page);

    if (p == NULL) {
        return false;
    }
    cairo_surface_t *surface = draw(p, dpi);
    bool drawn = surface != NULL && cairo_surface_write_to_png_stream(surface, write_part, &sink) ==
                                        CAIRO_STATUS_SUCCESS;
    if (surface != NULL) {
        cairo_surface_destroy(surface);
    }
    g_object_unref(p);
    return drawn;
}
