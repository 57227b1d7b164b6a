#include "tests/pdf/make.h"

#include "base/own.h"
#include "pdf/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include <cmocka.h>

static const char HEADER[] = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";
static const char CATALOG[] = "<</Type/Catalog/Pages 2 0 R>>";
static const char TREE[] = "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 595 842]>>";
static const char FIRST_PAGE[] = "<</Type/Page/Parent 2 0 R/Contents 5 0 R>>";
static const char SECOND_PAGE[] = "<</Type/Page/Parent 2 0 R/Rotate 90>>";

void make_piece(make *m, const char *text)
{
    const char *const hit = m->find == NULL ? NULL : strstr(text, m->find);
    if (hit == NULL) {
        pds_buf_text(&m->file, text);
        return;
    }
    pds_buf_put(&m->file, pds_span_of(text, (size_t)(hit - text)));
    pds_buf_text(&m->file, m->put);
    pds_buf_text(&m->file, hit + strlen(m->find));
    m->find = NULL;
}

static void make_text(make *m, pds_buf *text)
{
    make_piece(m, pds_buf_cstr(text));
    pds_buf_drop(text);
}

void make_object(make *m, uint32_t num, const char *text)
{
    pds_buf b = { 0 };
    m->place[num] = m->file.len;
    pds_buf_printf(&b, "%u 0 obj\n%s\nendobj\n", (unsigned)num, text);
    make_text(m, &b);
}

void make_stream(make *m, uint32_t num, const char *entries, pds_span data)
{
    pds_buf b = { 0 };
    m->place[num] = m->file.len;
    pds_buf_printf(&b, "%u 0 obj\n<<%s/Length %zu>>\nstream\n", (unsigned)num, entries, data.len);
    make_text(m, &b);
    pds_buf_put(&m->file, data);
    make_piece(m, "\nendstream\nendobj\n");
}

void make_end(make *m)
{
    pds_buf b = { 0 };
    pds_buf_printf(&b, "startxref\n%llu\n%%%%EOF\n", (unsigned long long)m->section);
    make_text(m, &b);
}

void make_table(make *m, uint32_t size, const char *entries)
{
    pds_buf b = { 0 };
    m->section = m->file.len;
    pds_buf_printf(&b, "xref\n0 %u\n0000000000 65535 f \n", (unsigned)size);
    for (uint32_t i = 1; i < size; i++) {
        pds_buf_printf(&b, "%010llu %05d %c \n", (unsigned long long)m->place[i], m->place[i] == 0,
                       m->place[i] == 0 ? 'f' : 'n');
    }
    pds_buf_printf(&b, "trailer\n<</Root 1 0 R%s>>\n", entries);
    make_text(m, &b);
    make_end(m);
}

static void make_objects(make *m)
{
    make_object(m, 2, TREE);
    make_object(m, 3, FIRST_PAGE);
    make_object(m, 4, SECOND_PAGE);
    make_object(m, 6, "5");
}

static void make_contents(make *m)
{
    m->place[5] = m->file.len;
    make_piece(m, "5 0 obj\n<</Length 6 0 R>>\nstream\nBT ET\nendstream\nendobj\n");
}

/* Object stream 7. */
static void make_packed(make *m)
{
    const char *const texts[] = { TREE, FIRST_PAGE, SECOND_PAGE, "5" };
    const unsigned numbers[] = { 2, 3, 4, 6 };
    pds_buf pairs = { 0 }, data = { 0 };
    for (size_t i = 0; i < 4; i++) {
        pds_buf_printf(&pairs, "%u %zu ", numbers[i], data.len);
        pds_buf_printf(&data, "%s\n", texts[i]);
    }
    make inner = { .find = m->find, .put = m->put };
    make_piece(&inner, pds_buf_cstr(&pairs));
    const size_t first = inner.file.len;
    make_piece(&inner, pds_buf_cstr(&data));
    m->find = inner.find;
    pds_buf entries = { 0 };
    pds_buf_printf(&entries, "/Type/ObjStm/N 4/First %zu", first);
    make_stream(m, 7, pds_buf_cstr(&entries), pds_buf_span(&inner.file));
    pds_buf_drop(&pairs);
    pds_buf_drop(&data);
    pds_buf_drop(&entries);
    pds_buf_drop(&inner.file);
}

/* Cross-reference stream 8 in hexadecimal digits, so that rows of tests can edit it. */
static void make_section_stream(make *m, const char *entries)
{
    make digits = { .find = m->find, .put = m->put };
    m->place[8] = m->section = m->file.len;
    for (unsigned i = 0; i <= 8; i++) {
        const bool packed = i == 2 || i == 3 || i == 4 || i == 6;
        pds_buf row = { 0 };
        if (packed) {
            pds_buf_printf(&row, "02 00000007 %04X\n", i == 6 ? 3 : i - 2);
        } else {
            pds_buf_printf(&row, "%02X %08llX 0000\n", i != 0, (unsigned long long)m->place[i]);
        }
        make_piece(&digits, pds_buf_cstr(&row));
        pds_buf_drop(&row);
    }
    make_piece(&digits, ">");
    m->find = digits.find;
    pds_buf all = { 0 };
    pds_buf_printf(&all, "/Type/XRef/Size 9/W[1 4 2]/Root 1 0 R/Filter/ASCIIHexDecode%s", entries);
    make_stream(m, 8, pds_buf_cstr(&all), pds_buf_span(&digits.file));
    pds_buf_drop(&all);
    pds_buf_drop(&digits.file);
}

static void make_packed_file(make *m, bool hybrid)
{
    make_contents(m);
    make_packed(m);
    make_section_stream(m, "");
    if (hybrid) {
        pds_buf entries = { 0 };
        pds_buf_printf(&entries, "/Size 9/XRefStm %llu", (unsigned long long)m->section);
        make_table(m, 9, pds_buf_cstr(&entries));
        pds_buf_drop(&entries);
    } else {
        make_end(m);
    }
}

static void make_update(make *m)
{
    pds_buf b = { 0 };
    const uint64_t before = m->section;
    make_object(m, 4, "<</Type/Page/Parent 2 0 R/Rotate 180>>");
    m->section = m->file.len;
    pds_buf_printf(&b, "xref\n4 1\n%010llu 00000 n \ntrailer\n<</Root 1 0 R/Size 7/Prev %llu>>\n",
                   (unsigned long long)m->place[4], (unsigned long long)before);
    make_text(m, &b);
    make_end(m);
}

void make_pdf(make *m, make_layout layout)
{
    make_piece(m, HEADER);
    make_object(m, 1, CATALOG);
    if (layout == MAKE_STREAM || layout == MAKE_HYBRID) {
        make_packed_file(m, layout == MAKE_HYBRID);
        return;
    }
    make_objects(m);
    make_contents(m);
    make_table(m, 7, "/Size 7");
    if (layout == MAKE_UPDATED) {
        make_update(m);
    }
}

pds_file make_file(const pds_buf *bytes)
{
    pds_file f = { .fd = memfd_create("test", MFD_CLOEXEC),
                   .size = bytes->len,
                   .path = "test.pdf" };
    assert_true(f.fd >= 0);
    for (size_t at = 0; at < bytes->len;) {
        const ssize_t written = write(f.fd, bytes->ptr + at, bytes->len - at);
        assert_true(written > 0);
        at += (size_t)written;
    }
    return f;
}

static pds_code probe_objects(pds_doc *doc, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    for (uint32_t num = 1; num < pds_doc_size(doc); num++) {
        PDS_TRY(pds_doc_read(doc, (pds_ref){ num, 0 }, &o, e));
        if (o.stream) {
            PDS_TRY(pds_doc_stream(doc, &o, 1 << 20, &data, e));
        }
    }
    return PDS_OK;
}

pds_code make_probe(const pds_buf *bytes, uint32_t *pages, pds_err *e)
{
    PDS_OWN(pds_file_close) pds_file file = make_file(bytes);
    PDS_OWN(pds_doc_drop) pds_doc *doc = NULL;
    PDS_TRY(pds_doc_open(&file, NULL, &doc, e));
    PDS_TRY(pds_doc_check_objects(doc, e));
    PDS_TRY(pds_page_count(doc, pages, e));
    return probe_objects(doc, e);
}

static int64_t wanted_offset(const damage_row *r, const pds_buf *file)
{
    if (r->at == NULL) {
        return -1;
    }
    if (strcmp(r->at, "$") == 0) {
        return (int64_t)file->len;
    }
    const uint8_t *const at = memmem(file->ptr, file->len, r->at, strlen(r->at));
    assert_non_null(at);
    return at - file->ptr + r->plus;
}

void damage_is_told(void **state)
{
    const damage_row *const r = *state;
    make m = { .find = r->find, .put = r->put };
    uint32_t pages = 0;
    pds_err e = { .offset = -1 };
    make_pdf(&m, r->layout);
    assert_null(m.find); /* the edit was made */
    const pds_code code = make_probe(&m.file, &pages, &e);
    assert_string_equal(pds_code_name(code), pds_code_name(r->code));
    if (code != PDS_OK) {
        assert_int_equal(e.offset, wanted_offset(r, &m.file));
        assert_string_not_equal(e.text, "");
    }
    pds_buf_drop(&m.file);
}

int damage_run(const char *name, const damage_row *rows, size_t count)
{
    struct CMUnitTest *const tests = calloc(count, sizeof *tests);
    if (tests == NULL) {
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, damage_is_told, NULL, NULL, NULL };
        memcpy(&tests[i].initial_state, &(const damage_row *){ &rows[i] }, sizeof(void *));
    }
    const int failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
    free(tests);
    return failed;
}
