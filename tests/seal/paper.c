#include "paper.h"

#include "base/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { OBJECTS_MAX = 128 };

typedef struct paper {
    pds_buf file;
    size_t offsets[OBJECTS_MAX];
    unsigned count; /* objects begun; number 1 is the first */
} paper;

static void paper_drop(paper *p)
{
    pds_buf_drop(&p->file);
}

static unsigned begin(paper *p)
{
    assert_true(p->count + 1 < OBJECTS_MAX);
    p->offsets[++p->count] = p->file.len;
    pds_buf_printf(&p->file, "%u 0 obj\n", p->count);
    return p->count;
}

static void end(paper *p)
{
    pds_buf_text(&p->file, "\nendobj\n");
}

/* keys: more of the stream's dictionary */
static unsigned put_stream(paper *p, const char *keys, const pds_buf *bytes)
{
    unsigned number = begin(p);
    pds_buf_printf(&p->file, "<<%s /Length %zu>>\nstream\n", keys, bytes->len);
    pds_buf_put(&p->file, pds_buf_span(bytes));
    pds_buf_text(&p->file, "\nendstream");
    end(p);
    return number;
}

static unsigned put_descriptor(paper *p, const pds_face_subset *s)
{
    unsigned program = put_stream(p, "/Subtype /CIDFontType0C /Filter /FlateDecode", &s->program);
    unsigned number = begin(p);
    pds_buf_printf(&p->file,
                   "<</Type /FontDescriptor /FontName /%s /Flags %u /FontBBox [%d %d %d %d] "
                   "/ItalicAngle %d /Ascent %d /Descent %d /CapHeight %d /StemV %d "
                   "/FontFile3 %u 0 R>>",
                   s->name, s->flags, s->bbox[0], s->bbox[1], s->bbox[2], s->bbox[3],
                   s->italic_angle, s->ascent, s->descent, s->cap_height, s->stem_v, program);
    end(p);
    return number;
}

static unsigned put_font(paper *p, pds_face_subset *s)
{
    unsigned descriptor = put_descriptor(p, s);
    unsigned map = put_stream(p, "/Filter /FlateDecode", &s->to_unicode);
    unsigned number = begin(p);
    pds_buf_printf(&p->file,
                   "<</Type /Font /Subtype /Type0 /BaseFont /%s-%s /Encoding /%s "
                   "/ToUnicode %u 0 R /DescendantFonts [<</Type /Font /Subtype /CIDFontType0 "
                   "/BaseFont /%s /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) "
                   "/Supplement 0>> /FontDescriptor %u 0 R /W %s",
                   s->name, s->vertical ? "Identity-V" : "Identity-H",
                   s->vertical ? "Identity-V" : "Identity-H", map, s->name, descriptor,
                   pds_buf_cstr(&s->widths));
    if (s->vertical) {
        pds_buf_printf(&p->file, " /W2 %s", pds_buf_cstr(&s->widths_v));
    }
    pds_buf_text(&p->file, ">>]>>");
    end(p);
    return number;
}

static void put_fonts(paper *p, pds_typesetter *t, pds_buf *names)
{
    for (size_t i = 0; i < pds_typesetter_faces(t); i++) {
        PDS_OWN(pds_face_subset_drop) pds_face_subset s;
        pds_err e = { 0 };
        assert_int_equal(pds_typesetter_subset(t, i, &s, &e), PDS_OK);
        pds_buf_printf(names, "/F%zu %u 0 R ", i, put_font(p, &s));
    }
}

static unsigned put_image(paper *p, const pds_image *image)
{
    char keys[512];
    unsigned mask = 0;
    if (image->alpha.len != 0) {
        (void)snprintf(keys, sizeof keys,
                       "/Type /XObject /Subtype /Image /Width %u /Height %u /ColorSpace "
                       "/DeviceGray /BitsPerComponent 8 /Filter /FlateDecode "
                       "/DecodeParms <</Predictor 15 /Columns %u>>",
                       image->width, image->height, image->width);
        mask = put_stream(p, keys, &image->alpha);
    }
    int n =
        snprintf(keys, sizeof keys,
                 "/Type /XObject /Subtype /Image /Width %u /Height %u /ColorSpace /%s "
                 "/BitsPerComponent 8 /Filter /FlateDecode "
                 "/DecodeParms <</Predictor 15 /Columns %u /Colors %u>>",
                 image->width, image->height, image->components == 1 ? "DeviceGray" : "DeviceRGB",
                 image->width, image->components);
    if (mask != 0) {
        (void)snprintf(keys + n, sizeof keys - (size_t)n, " /SMask %u 0 R", mask);
    }
    return put_stream(p, keys, &image->samples);
}

static unsigned put_page(paper *p, const pds_drawing *d, pds_buf *fonts)
{
    unsigned image = d->image == NULL ? 0 : put_image(p, d->image);
    unsigned content = put_stream(p, "", &d->content);
    unsigned page = begin(p);
    pds_buf_printf(&p->file,
                   "<</Type /Page /Parent %u 0 R /MediaBox [0 0 %.3f %.3f] /Contents %u 0 R "
                   "/Resources <</ColorSpace <</Cs0 /DeviceRGB>> /ExtGState <</Gs0 <</BM "
                   "/Multiply>>>> /Font <<%s>>",
                   page + 1, d->size[0], d->size[1], content, pds_buf_cstr(fonts));
    if (image != 0) {
        pds_buf_printf(&p->file, " /XObject <</Im0 %u 0 R>>", image);
    }
    pds_buf_text(&p->file, ">>>>");
    end(p);
    return page;
}

static unsigned put_catalog(paper *p, unsigned page)
{
    unsigned pages = begin(p);
    pds_buf_printf(&p->file, "<</Type /Pages /Kids [%u 0 R] /Count 1>>", page);
    end(p);
    unsigned catalog = begin(p);
    pds_buf_printf(&p->file, "<</Type /Catalog /Pages %u 0 R>>", pages);
    end(p);
    return catalog;
}

static void put_xref(paper *p, unsigned catalog)
{
    size_t at = p->file.len;
    pds_buf_printf(&p->file, "xref\n0 %u\n0000000000 65535 f \n", p->count + 1);
    for (unsigned i = 1; i <= p->count; i++) {
        pds_buf_printf(&p->file, "%010zu 00000 n \n", p->offsets[i]);
    }
    pds_buf_printf(&p->file, "trailer\n<</Size %u /Root %u 0 R>>\nstartxref\n%zu\n%%%%EOF\n",
                   p->count + 1, catalog, at);
}

void paper_write(const char *path, pds_typesetter *t, const pds_drawing *d)
{
    PDS_OWN(paper_drop) paper p = { .count = 0 };
    PDS_OWN(pds_buf_drop) pds_buf fonts = { 0 };
    pds_buf_text(&p.file, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
    put_fonts(&p, t, &fonts);
    put_xref(&p, put_catalog(&p, put_page(&p, d, &fonts)));
    assert_int_equal(pds_buf_end(&p.file, NULL), PDS_OK);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p.file.ptr, 1, p.file.len, f), p.file.len);
    assert_int_equal(fclose(f), 0);
}
