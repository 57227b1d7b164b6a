#include "base/own.h"
#include "fuzz/pdf_file.h"
#include "pdf/byte_range.h"
#include "pdf/page.h"

/*
 * The reader of files that nobody can be trusted to have made. Input that begins with 'T' gets a
 * sound table of the objects in it; other input is a file as it is.
 */

enum { STREAM_MAX = 1 << 20 };

static void read_all(pds_doc *doc)
{
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_err e;
    for (uint32_t num = 0; num < pds_doc_size(doc) && num < FUZZ_OBJECTS; num++) {
        if (pds_doc_read(doc, (pds_ref){ num, 0 }, &o, &e) != PDS_OK) {
            continue;
        }
        if (o.stream) {
            (void)!pds_doc_stream(doc, &o, STREAM_MAX, &data, &e);
        }
        pds_span key = { 0 }, value = { 0 };
        for (pds_iter it = pds_iter_of(o.value); pds_iter_next(&it, &key, &value);) {
            pds_buf_clear(&text);
            (void)pds_value_utf8(value, &text);
        }
    }
}

static void use(const pds_file *file)
{
    PDS_OWN(pds_doc_drop) pds_doc *doc = NULL;
    pds_err e;
    pds_page page;
    if (pds_doc_open(file, NULL, &doc, &e) != PDS_OK) {
        return;
    }
    (void)!pds_doc_check_objects(doc, &e);
    (void)!pds_page_find(doc, -1, &page, &e);
    read_all(doc);
}

/* The revisions, as after a signature in the first, and small objects as if they were one. */
static void use_revisions(const pds_file *file)
{
    pds_findings findings = { 0 };
    pds_revisions *r = NULL;
    pds_byte_range range = { .sound = false };
    pds_err e;
    if (pds_revisions_open(file, NULL, &findings, &r, &e) == PDS_OK) {
        const uint32_t count = pds_revisions_count(r);
        for (uint32_t num = 1; num < 16; num++) {
            const pds_signature_place place = { num, NULL, count };
            (void)!pds_byte_range_read(r, &place, &range, &findings, &e);
        }
        (void)!pds_revisions_check(r, 1, &findings, &e);
        (void)!pds_revisions_check(r, count, &findings, &e);
    }
    pds_byte_range_drop(&range);
    pds_revisions_drop(&r);
    pds_findings_drop(&findings);
}

/* NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    if (size > 0 && data[0] == 'T') {
        pds_buf_text(&bytes, "%PDF-1.7\n");
        pds_buf_put(&bytes, pds_span_of(data + 1, size - 1));
        fuzz_put_table(&bytes, 0, "/Root 1 0 R");
    } else {
        pds_buf_put(&bytes, pds_span_of(data, size));
    }
    const pds_file file = fuzz_file(&bytes);
    use(&file);
    use_revisions(&file);
    return 0;
}
