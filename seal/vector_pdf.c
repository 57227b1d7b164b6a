#include "base/flate.h"
#include "base/own.h"
#include "base/utf8.h"
#include "seal/color.h"
#include "seal/path.h"
#include "seal/text_unicode.h"
#include "seal/vector_number.h"

enum { OBJECTS = 7, CATALOG = 1, PAGES, PAGE, CONTENT, PROFILE, INFO };

typedef struct pdf_file {
    pds_buf *out;
    size_t offsets[OBJECTS];
} pdf_file;

static const char *const OPERATORS[] = {
    [PDS_SEGMENT_MOVE] = " m\n", [PDS_SEGMENT_LINE] = " l\n", [PDS_SEGMENT_CURVE] = " c\n",
    [PDS_SEGMENT_CLOSE] = "h\n", [PDS_SEGMENT_FILL] = "f\n",
};

static void put_content(const pds_vector *v, pds_buf *out)
{
    double color[3];
    for (size_t i = 0; i < 3; i++) {
        color[i] = v->color[i] / 255.0;
    }
    pds_buf_text(out, "/Cs0 cs ");
    pds_vector_numbers(out, color, 3);
    pds_buf_text(out, " sc\n");
    for (size_t i = 0; i < pds_vector_count(v); i++) {
        pds_segment segment = pds_vector_at(v, i);
        pds_vector_numbers(out, segment.at, pds_segment_numbers(segment.kind));
        pds_buf_text(out, OPERATORS[segment.kind]);
    }
}

static void begin(pdf_file *f, size_t number)
{
    f->offsets[number] = f->out->len;
    pds_buf_printf(f->out, "%zu 0 obj\n", number);
}

static void put_pages(pdf_file *f, const pds_vector *v)
{
    begin(f, CATALOG);
    pds_buf_printf(f->out, "<< /Type /Catalog /Pages %d 0 R >>\nendobj\n", PAGES);
    begin(f, PAGES);
    pds_buf_printf(f->out, "<< /Type /Pages /Kids [%d 0 R] /Count 1 >>\nendobj\n", PAGE);
    begin(f, PAGE);
    pds_buf_printf(f->out, "<< /Type /Page /Parent %d 0 R /MediaBox [0 0 ", PAGES);
    pds_vector_numbers(f->out, v->size, 2);
    pds_buf_printf(f->out,
                   "] /Contents %d 0 R /Resources << /ColorSpace << /Cs0 [/ICCBased %d 0 R] >> >> "
                   ">>\nendobj\n",
                   CONTENT, PROFILE);
}

static pds_code put_stream(pdf_file *f, size_t number, const char *entries, pds_span bytes,
                           pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf packed = { 0 };
    PDS_TRY(pds_deflate(bytes, &packed, e));
    begin(f, number);
    pds_buf_printf(f->out, "<< %s/Filter /FlateDecode /Length %zu >>\nstream\n", entries,
                   packed.len);
    pds_buf_put(f->out, pds_buf_span(&packed));
    pds_buf_text(f->out, "\nendstream\nendobj\n");
    return PDS_OK;
}

/* A text string (ISO 32000-2, 7.9.2.2): UTF-16BE behind a byte order mark. */
static void put_text(pds_buf *out, const char *text)
{
    uint32_t character = 0;
    pds_buf_text(out, "<FEFF");
    while (pds_utf8_take(&text, &character)) {
        pds_unicode_put_hex(out, character);
    }
    pds_buf_text(out, ">");
}

static void put_info(pdf_file *f, const char *title)
{
    begin(f, INFO);
    pds_buf_text(f->out, "<< /Title ");
    put_text(f->out, title == NULL ? "" : title);
    pds_buf_text(f->out, " >>\nendobj\n");
}

static void put_xref(const pdf_file *f)
{
    size_t start = f->out->len;
    pds_buf_printf(f->out, "xref\n0 %d\n0000000000 65535 f \n", OBJECTS);
    for (size_t i = 1; i < OBJECTS; i++) {
        pds_buf_printf(f->out, "%010zu 00000 n \n", f->offsets[i]);
    }
    pds_buf_printf(f->out,
                   "trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%zu\n%%%%EOF\n",
                   OBJECTS, CATALOG, INFO, start);
}

pds_code pds_vector_pdf(const pds_vector *v, const char *title, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf content = { 0 };
    pdf_file f = { .out = out };
    PDS_TRY(pds_buf_end(&v->shapes, e));
    put_content(v, &content);
    PDS_TRY(pds_buf_end(&content, e));
    pds_buf_text(out, "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n");
    put_pages(&f, v);
    PDS_TRY(put_stream(&f, CONTENT, "", pds_buf_span(&content), e));
    PDS_TRY(put_stream(&f, PROFILE, "/N 3 /Alternate /DeviceRGB ", pds_srgb_profile(), e));
    put_info(&f, title);
    put_xref(&f);
    return pds_buf_end(out, e);
}
