#include "base/own.h"
#include "pdf/byte_range.h"
#include "pdf/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/mman.h>

/*
 * The reader of files that nobody can be trusted to have made. Input that begins with 'T' gets a
 * sound table of the objects in it, so that the fuzzer needs no luck with offsets to reach what
 * lies behind them; other input is a file as it is.
 */

enum { OBJECTS = 64, STREAM_MAX = 1 << 20 };

/* Where "N 0 obj" stands, for small N. */
static void find_objects(pds_span text, uint64_t place[OBJECTS])
{
    for (size_t i = 2; i + 6 < text.len; i++) {
        const uint8_t *const p = text.ptr + i;
        if (memcmp(p, " 0 obj", 6) != 0 || p[-1] < '0' || p[-1] > '9') {
            continue;
        }
        const bool two = p[-2] >= '0' && p[-2] <= '9';
        const unsigned num = (unsigned)(p[-1] - '0') + (two ? 10U * (unsigned)(p[-2] - '0') : 0);
        if (num < OBJECTS) {
            place[num] = i - (two ? 2 : 1);
        }
    }
}

static void put_table(pds_buf *file)
{
    uint64_t place[OBJECTS] = { 0 };
    find_objects(pds_buf_span(file), place);
    const size_t start = file->len + 1;
    pds_buf_printf(file, "\nxref\n0 %d\n", (int)OBJECTS);
    for (unsigned i = 0; i < OBJECTS; i++) {
        pds_buf_printf(file, "%010llu 00000 %c \n", (unsigned long long)place[i],
                       place[i] == 0 ? 'f' : 'n');
    }
    pds_buf_printf(file, "trailer<</Root 1 0 R/Size %d%s>>\nstartxref\n%zu\n%%%%EOF\n",
                   (int)OBJECTS, place[OBJECTS - 1] == 0 ? "" : "/Encrypt 63 0 R", start);
}

static void read_all(pds_doc *doc)
{
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_err e;
    for (uint32_t num = 0; num < pds_doc_size(doc) && num < OBJECTS; num++) {
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
    static int fd = -1;
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
    }
    if (size > 0 && data[0] == 'T') {
        pds_buf_text(&bytes, "%PDF-1.7\n");
        pds_buf_put(&bytes, pds_span_of(data + 1, size - 1));
        put_table(&bytes);
    } else {
        pds_buf_put(&bytes, pds_span_of(data, size));
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 ||
        pwrite(fd, bytes.ptr, bytes.len, 0) != (ssize_t)bytes.len) {
        abort();
    }
    const pds_file file = { .fd = fd, .size = bytes.len, .path = "fuzz" };
    use(&file);
    use_revisions(&file);
    return 0;
}
