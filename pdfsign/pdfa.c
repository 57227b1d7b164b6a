#include "pdfsign/pdfa.h"

#include "base/own.h"

enum { METADATA_MAX = 8 << 20, INTENTS_MAX = 64 };

/* ---- metadata ---- */

/* XMP may also be UTF-16 or UTF-32: what is looked for is ASCII. */
static void drop_zeros(pds_buf *text)
{
    size_t kept = 0;
    for (size_t i = 0; i < text->len; i++) {
        if (text->ptr[i] != 0) {
            text->ptr[kept++] = text->ptr[i];
        }
    }
    text->len = kept;
}

/* The digit behind `pdfaid:part`, be that an element or an attribute; 0: none. */
static int part_of(pds_span xmp)
{
    static const char Name[] = "pdfaid:part";
    static const char Between[] = " \t\r\n=>\"'";
    const size_t len = sizeof Name - 1;
    for (size_t i = 0; i + len < xmp.len; i++) {
        if (xmp.ptr[i] != 'p' || memcmp(xmp.ptr + i, Name, len) != 0) {
            continue;
        }
        size_t at = i + len;
        while (at < xmp.len && xmp.ptr[at] != 0 && strchr(Between, xmp.ptr[at]) != NULL) {
            at++;
        }
        if (at < xmp.len && xmp.ptr[at] >= '1' && xmp.ptr[at] <= '9') {
            return xmp.ptr[at] - '0';
        }
    }
    return 0;
}

static bool cannot_decode(pds_code code)
{
    return code == PDS_E_PDF_DAMAGED || code == PDS_E_PDF_LIMIT || code == PDS_E_PDF_UNSUPPORTED;
}

static pds_code read_part(pds_doc *doc, pds_span catalog, int *part, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object metadata = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf xmp = { 0 };
    PDS_TRY(pds_doc_get(doc, catalog, "Metadata", &metadata, e));
    if (!metadata.stream) {
        return PDS_OK;
    }
    const pds_code code = pds_doc_stream(doc, &metadata, METADATA_MAX, &xmp, e);
    if (cannot_decode(code)) {
        *part = PDS_PDFA_UNKNOWN;
        return PDS_OK;
    }
    PDS_TRY(code);
    drop_zeros(&xmp);
    *part = part_of(pds_buf_span(&xmp));
    return PDS_OK;
}

/* ---- output intents ---- */

static pds_code read_intent(pds_doc *doc, pds_span value, pds_pdfa *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object intent = { 0 };
    PDS_OWN(pds_object_drop) pds_object kind = { 0 };
    PDS_OWN(pds_object_drop) pds_object profile = { 0 };
    PDS_OWN(pds_object_drop) pds_object components = { 0 };
    int64_t n = 0;
    PDS_TRY(pds_doc_resolve(doc, value, &intent, e));
    PDS_TRY(pds_doc_get(doc, intent.value, "S", &kind, e));
    PDS_TRY(pds_doc_get(doc, intent.value, "DestOutputProfile", &profile, e));
    if (!pds_value_is_name(kind.value, "GTS_PDFA1") || !profile.stream) {
        return PDS_OK;
    }
    PDS_TRY(pds_doc_get(doc, profile.value, "N", &components, e));
    out->intent = true;
    out->rgb = pds_value_int(components.value, &n) && n == 3;
    return PDS_OK;
}

static pds_code read_intents(pds_doc *doc, pds_span catalog, pds_pdfa *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object intents = { 0 };
    pds_span key;
    pds_span value;
    PDS_TRY(pds_doc_get(doc, catalog, "OutputIntents", &intents, e));
    pds_iter it = pds_iter_of(intents.value);
    for (int i = 0; i < INTENTS_MAX && !out->intent && pds_iter_next(&it, &key, &value); i++) {
        PDS_TRY(read_intent(doc, value, out, e));
    }
    return PDS_OK;
}

pds_code pds_pdfa_read(pds_doc *doc, pds_pdfa *out, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object catalog = { 0 };
    *out = (pds_pdfa){ 0 };
    PDS_TRY(pds_doc_catalog(doc, &catalog, e));
    PDS_TRY(read_part(doc, catalog.value, &out->part, e));
    return read_intents(doc, catalog.value, out, e);
}

bool pds_pdfa_transparency(const pds_pdfa *p)
{
    return p->part == 0 || (p->part > 1 && p->intent);
}

bool pds_pdfa_device_grey(const pds_pdfa *p)
{
    return p->part == 0 || p->intent;
}
