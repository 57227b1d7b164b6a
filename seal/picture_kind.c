#include "seal/png_chunks.h"

/* What a file is that is no PNG, so that the fault can say it. */
typedef struct kind_row {
    const char *name;
    size_t at;
    size_t len;
    const char *bytes;
} kind_row;

static const kind_row KINDS[] = {
    { N_("a JPEG"), 0, 3, "\xff\xd8\xff" },
    { N_("a TIFF"), 0, 4, "II*\0" },
    { N_("a TIFF"), 0, 4, "MM\0*" },
    { N_("a WebP"), 8, 4, "WEBP" },
    { N_("a GIF"), 0, 4, "GIF8" },
    { N_("a BMP"), 0, 2, "BM" },
    { N_("a PDF"), 0, 5, "%PDF-" },
    { N_("an HEIC or AVIF"), 4, 4, "ftyp" },
    { N_("a JPEG 2000"), 0, 12, "\0\0\0\x0cjP  \r\n\x87\n" },
    { N_("a JPEG XL"), 0, 2, "\xff\x0a" },
    { N_("a PostScript file"), 0, 4, "%!PS" },
    { N_("a Photoshop file"), 0, 4, "8BPS" },
    { N_("a JNG"), 0, 8, "\x8bJNG\r\n\x1a\n" },
    { N_("a MNG"), 0, 8, "\x8aMNG\r\n\x1a\n" },
};

enum { SVG_SEARCH = 1024 };

/* An SVG may begin with white space, a declaration and comments. */
static bool is_svg(pds_span file)
{
    static const char bom[] = "\xef\xbb\xbf";
    size_t at = file.len > 3 && memcmp(file.ptr, bom, 3) == 0 ? 3 : 0;
    size_t end = file.len < SVG_SEARCH ? file.len : SVG_SEARCH;
    while (at < end && (file.ptr[at] == ' ' || (file.ptr[at] >= '\t' && file.ptr[at] <= '\r'))) {
        at++;
    }
    return at < end && file.ptr[at] == '<' && memmem(file.ptr + at, end - at, "<svg", 4) != NULL;
}

const char *pds_picture_kind(pds_span file)
{
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        const kind_row *k = &KINDS[i];
        if (file.len >= k->at + k->len && memcmp(file.ptr + k->at, k->bytes, k->len) == 0) {
            return k->name;
        }
    }
    return is_svg(file) ? N_("an SVG") : NULL;
}
