#include "view/poppler_paper.h"

#include <cairo.h>
#include <poppler.h>

/* A page with a word in a font that is not embedded, and one in a Chinese font. */
static const char SAMPLE[] =
    "%PDF-1.4\n"
    "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<<"
    "/A<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>/B<</Type/Font/Subtype/Type0/BaseFont"
    "/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType0"
    "/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/DW 1000>>"
    "]>>>>>>>>\nendobj\n"
    "4 0 obj\n<</Length 57>>\nstream\n"
    "BT /A 9 Tf 9 50 Td (warm) Tj 0 -20 Td /B 9 Tf <7532> Tj ET\nendstream\nendobj\n"
    "trailer\n<</Root 1 0 R/Size 5>>\n%%EOF\n";

static void draw(PopplerPage *page)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 99, 99);
    cairo_t *cairo = cairo_create(surface);

    poppler_page_render(page, cairo);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
}

/* The document stays open: poppler forgets its tables with the last one. The conversion is that of
 * passwords, whose code is loaded while that is allowed. */
void pds_paper_warm_up(void)
{
    static PopplerDocument *kept;
    static GIConv conversion;
    GBytes *bytes = g_bytes_new_static(SAMPLE, sizeof SAMPLE - 1);

    kept = poppler_document_new_from_bytes(bytes, NULL, NULL);
    g_bytes_unref(bytes);
    conversion = g_iconv_open("ISO-8859-1", "UTF-8");
    (void)conversion; /* never closed */
    PopplerPage *page = kept == NULL ? NULL : poppler_document_get_page(kept, 0);
    if (page != NULL) {
        g_free(poppler_page_get_text(page));
        draw(page);
        g_object_unref(page);
    }
}
