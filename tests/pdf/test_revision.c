#include "base/own.h"
#include "pdf/object.h"
#include "tests/pdf/chain.h"
#include "tests/pdf/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The revisions of a file, documents as of them, and gate 2. */

#define TOKEN "<3003020101000000>"

/* ---- where revisions begin and end ---- */

static void every_layout_has_its_revisions(void **state)
{
    (void)state;
    for (int layout = 0; layout < MAKE_LAYOUTS; layout++) {
        PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
        make m = { 0 };
        make_pdf(&m, (make_layout)layout);
        const uint64_t size = m.file.len;
        chain_open(&c, &m);
        const uint32_t count = layout == MAKE_UPDATED ? 2 : 1;
        assert_int_equal(pds_revisions_count(c.revisions), count);
        assert_int_equal(pds_revisions_at(c.revisions, 1)->begin, 0);
        assert_int_equal(pds_revisions_at(c.revisions, count)->end, size);
        assert_int_equal(pds_revisions_at(c.revisions, count)->section_count, 1);
        assert_int_equal(c.findings.count, 0);
    }
}

static void bounds_are_to_the_byte(void **state)
{
    static const struct {
        const char *line_end;
        unsigned eol; /* bytes of it that belong to the revision */
    } rows[] = { { "\n", 1 }, { "\r\n", 2 }, { "\r", 1 }, { "", 0 }, { "\n\n \n", 1 } };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
        char end[32];
        (void)snprintf(end, sizeof end, "%%%%EOF%s", rows[i].line_end);
        make m = { .find = "%%EOF\n", .put = end };
        make_pdf(&m, MAKE_TABLE);
        const uint64_t end_of_first = m.file.len;
        const uint64_t eof = end_of_first - strlen(rows[i].line_end);
        chain_change(&m);
        const uint64_t size = m.file.len;
        chain_open(&c, &m);
        const pds_revision *const one = pds_revisions_at(c.revisions, 1);
        const pds_revision *const two = pds_revisions_at(c.revisions, 2);
        assert_int_equal(pds_revisions_count(c.revisions), 2);
        assert_int_equal(one->eof, eof);
        assert_int_equal(one->end, eof + rows[i].eol);
        assert_int_equal(one->rest, end_of_first);
        assert_int_equal(two->begin, one->end);
        assert_int_equal(two->end, size);
        assert_int_equal(pds_revisions_of_byte(c.revisions, one->end - 1), 1);
        assert_int_equal(pds_revisions_of_byte(c.revisions, one->end), 2);
        assert_int_equal(pds_revisions_of_byte(c.revisions, size), 0);
        assert_int_equal(pds_revisions_ending(c.revisions, eof), 1);
        assert_int_equal(pds_revisions_ending(c.revisions, one->end), 1);
        assert_int_equal(pds_revisions_ending(c.revisions, one->rest), 1);
        assert_int_equal(pds_revisions_ending(c.revisions, eof - 1), 0);
        assert_int_equal(pds_revisions_ending(c.revisions, one->rest + 1), 0);
        assert_int_equal(pds_revisions_ending(c.revisions, size), 2);
    }
}

static void a_linearized_file_is_one_revision(void **state)
{
    (void)state;
    for (int updated = 0; updated < 2; updated++) {
        PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
        PDS_OWN(pds_doc_drop) pds_doc *doc = NULL;
        pds_err e = { 0 };
        make m = { 0 };
        chain_linearized(&m);
        const uint64_t size = m.file.len;
        if (updated) {
            make_object(&m, 2, "(another)");
            m.place[6] = m.file.len;
            make_object(&m, 6, "(new)");
            pds_buf b = { 0 };
            pds_buf_printf(&b, "xref\n2 1\n%010llu 00000 n \n6 1\n%010llu 00000 n \n",
                           (unsigned long long)m.place[2], (unsigned long long)m.place[6]);
            pds_buf_printf(&b, "trailer\n<</Size 7/Root 5 0 R/Prev %llu>>\n",
                           (unsigned long long)m.section);
            m.section = m.place[6] + strlen("6 0 obj\n(new)\nendobj\n");
            make_piece(&m, pds_buf_cstr(&b));
            pds_buf_drop(&b);
            make_end(&m);
        }
        chain_open(&c, &m);
        assert_int_equal(pds_revisions_count(c.revisions), 1 + updated);
        assert_int_equal(pds_revisions_at(c.revisions, 1)->end, size);
        assert_int_equal(pds_revisions_at(c.revisions, 1)->section_count, 2);
        assert_true(pds_revisions_at(c.revisions, 1)->linearized);
        assert_int_equal(pds_revisions_doc(c.revisions, 1, &doc, &e), PDS_OK);
        assert_int_equal(pds_revisions_check(c.revisions, 1, &c.findings, &e), PDS_OK);
        chain_expect(&c, NULL);
        assert_int_equal(chain_count(&c, "UNREFERENCED_BYTES"), 0);
    }
}

/* As one office suite writes them: an update without objects, whose stream stands before it. */
static void a_hybrid_update_with_an_old_stream_is_read(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    pds_err e = { 0 };
    make m = { 0 };
    make_pdf(&m, MAKE_STREAM);
    m.file.len -= strlen("startxref\n%%EOF\n") + 4; /* its end, with a number of three digits */
    const uint64_t stream = m.section;
    make_table(&m, 9, "/Size 9");
    const uint64_t first_end = m.file.len;
    pds_buf b = { 0 };
    pds_buf_printf(&b, "/Size 9/XRefStm %llu", (unsigned long long)stream);
    chain_table(&m, (const uint32_t[]){ 0 }, pds_buf_cstr(&b));
    pds_buf_drop(&b);
    chain_open(&c, &m);
    assert_int_equal(pds_revisions_count(c.revisions), 2);
    assert_int_equal(pds_revisions_at(c.revisions, 1)->end, first_end);
    assert_int_equal(pds_revisions_check(c.revisions, 2, &c.findings, &e), PDS_OK);
    chain_expect(&c, NULL);
    assert_int_equal(pds_revisions_check(c.revisions, 1, &c.findings, &e), PDS_OK);
    assert_true(chain_count(&c, "UPDATE_ENTRY_OUTSIDE") > 0); /* but not behind a signature */
}

/* The file's end names an old section: what stands between is of no section. */
static void bytes_behind_the_named_section_are_a_revision(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    pds_err e = { 0 };
    make m = { 0 };
    make_pdf(&m, MAKE_TABLE);
    chain_sign(&m, TOKEN);
    const uint64_t section = m.section, end = m.file.len;
    chain_change(&m);
    m.section = section;
    make_end(&m);
    chain_open(&c, &m);
    assert_int_equal(pds_revisions_count(c.revisions), 3);
    assert_int_equal(pds_revisions_at(c.revisions, 2)->end, end);
    assert_int_equal(pds_revisions_at(c.revisions, 3)->section_count, 0);
    assert_int_equal(pds_revisions_check(c.revisions, 2, &c.findings, &e), PDS_OK);
    chain_expect(&c, "UPDATE_BYTES_UNREFERENCED");
}

static void bytes_behind_the_last_end_are_a_revision(void **state)
{
    static const char *const rows[] = { "x", "\n%hidden\n", "%%EOF\n", "5 0 obj\nnull\nendobj\n",
                                        "trailer\n<</Root 5 0 R>>\n%%EOF" };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
        pds_err e = { 0 };
        make m = { 0 };
        chain_make(&m, false);
        const uint64_t end = m.file.len;
        make_piece(&m, rows[i]);
        const uint64_t size = m.file.len;
        chain_open(&c, &m);
        assert_int_equal(pds_revisions_count(c.revisions), 4);
        assert_int_equal(pds_revisions_at(c.revisions, 3)->end, end);
        assert_int_equal(pds_revisions_at(c.revisions, 4)->end, size);
        assert_int_equal(pds_revisions_ending(c.revisions, size), 0); /* not even of a signature */
        assert_int_equal(pds_revisions_check(c.revisions, 2, &c.findings, &e), PDS_OK);
        chain_expect(&c, "UPDATE_BYTES_UNREFERENCED");
        assert_int_equal(pds_revisions_check(c.revisions, 0, &c.findings, &e), PDS_E_PDF_DAMAGED);
        assert_int_equal(e.offset, end);
    }
}

static void a_revision_that_prev_skips_is_none(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    pds_err e = { 0 };
    make m = { 0 };
    make_pdf(&m, MAKE_TABLE);
    const uint64_t first = m.section, first_end = m.file.len;
    chain_sign(&m, TOKEN);
    m.section = first;
    chain_change(&m);
    chain_open(&c, &m);
    assert_int_equal(pds_revisions_count(c.revisions), 2);
    assert_int_equal(pds_revisions_at(c.revisions, 2)->begin, first_end);
    assert_int_equal(pds_revisions_check(c.revisions, 1, &c.findings, &e), PDS_OK);
    chain_expect(&c, "UPDATE_BYTES_UNREFERENCED");
}

static void a_section_without_an_end_counts_to_the_next(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    pds_err e = { 0 };
    make m = { 0 };
    make_pdf(&m, MAKE_TABLE);
    m.find = "startxref";
    m.put = "startxferx";
    chain_sign(&m, TOKEN);
    chain_change(&m);
    chain_open(&c, &m);
    assert_int_equal(pds_revisions_count(c.revisions), 2);
    assert_int_equal(pds_revisions_at(c.revisions, 2)->section_count, 2);
    assert_int_equal(pds_revisions_check(c.revisions, 1, &c.findings, &e), PDS_OK);
    assert_int_equal(chain_count(&c, "REVISION_WITHOUT_END"), 1);
    assert_int_equal(chain_count(&c, "UPDATE_BYTES_UNREFERENCED"), 1);
}

static void put_section(make *m, uint64_t prev)
{
    pds_buf b = { 0 };
    m->section = m->file.len;
    pds_buf_printf(&b, "xref\n0 0\ntrailer\n<</Root 1 0 R/Size 7/Prev %010llu>>\n",
                   (unsigned long long)prev);
    make_piece(m, pds_buf_cstr(&b));
    pds_buf_drop(&b);
    pds_buf_printf(&b, "startxref\n%010llu\n%%%%EOF\n", (unsigned long long)m->section);
    make_piece(m, pds_buf_cstr(&b));
    pds_buf_drop(&b);
}

/* Cut behind the first of these two sections, the file could not be read. */
static void a_section_whose_prev_leads_on_ends_no_revision(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    pds_err e = { 0 };
    make m = { 0 };
    make probe = { 0 };
    make_pdf(&m, MAKE_TABLE);
    const uint64_t base = m.section, one = m.file.len;
    put_section(&probe, 0);
    const uint64_t two = one + probe.file.len;
    pds_buf_drop(&probe.file);
    put_section(&m, two);
    put_section(&m, base);
    put_section(&m, one);
    chain_open(&c, &m);
    assert_int_equal(pds_revisions_count(c.revisions), 2);
    assert_int_equal(pds_revisions_at(c.revisions, 2)->section_count, 3);
    assert_int_equal(pds_revisions_check(c.revisions, 1, &c.findings, &e), PDS_OK);
    assert_true(chain_count(&c, "REVISION_WITHOUT_END") == 1);
}

/* ---- documents as they stood ---- */

static void value_is(pds_revisions *r, uint32_t revision, uint32_t num, const char *want)
{
    pds_err e = { 0 };
    PDS_OWN(pds_doc_drop) pds_doc *doc = NULL;
    PDS_OWN(pds_object_drop) pds_object o = { 0 };
    assert_int_equal(pds_revisions_doc(r, revision, &doc, &e), PDS_OK);
    assert_int_equal(pds_doc_read(doc, (pds_ref){ num, 0 }, &o, &e), PDS_OK);
    if (!pds_span_is(o.value, want)) {
        fail_msg("object %u of revision %u: %.*s", num, revision, (int)o.value.len, o.value.ptr);
    }
    assert_int_equal(pds_doc_catalog(doc, &o, &e), PDS_OK);
    assert_int_equal(o.ref.num, 1);
}

static void documents_are_as_they_stood(void **state)
{
    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
        PDS_OWN(pds_doc_drop) pds_doc *doc = NULL;
        pds_err e = { 0 };
        make m = { 0 };
        chain_make(&m, packed != 0);
        chain_open(&c, &m);
        assert_int_equal(pds_revisions_count(c.revisions), 3);
        value_is(c.revisions, 1, 4, "<</Type/Page/Parent 2 0 R/Rotate 90>>");
        value_is(c.revisions, 2, 4, "<</Type/Page/Parent 2 0 R/Rotate 90>>");
        value_is(c.revisions, 3, 4, "<</Type/Page/Parent 2 0 R/Rotate 180>>");
        value_is(c.revisions, 1, CHAIN_SIGNATURE, "null");
        value_is(c.revisions, 3, 6, "5");
        assert_int_equal(pds_revisions_doc(c.revisions, 3, &doc, &e), PDS_OK);
        assert_int_equal(pds_doc_has_xref_stream(doc), packed);
        assert_int_equal(pds_doc_size(doc), packed ? 11 : 9);
        assert_int_equal(pds_doc_file(doc)->size, c.file.size);
        assert_int_equal(pds_doc_check_objects(doc, &e), PDS_OK);
    }
}

static void changes_are_told(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    pds_change change;
    size_t at = 0, count = 0;
    make m = { 0 };
    make_pdf(&m, MAKE_TABLE);
    chain_sign(&m, TOKEN);
    const uint64_t before = m.place[4];
    chain_change(&m);
    const uint64_t after = m.place[4];
    chain_open(&c, &m);
    while (pds_revisions_change(c.revisions, 1, &at, &change)) {
        assert_int_equal(change.was.kind, PDS_PLACE_NONE);
        count++;
    }
    assert_int_equal(count, 6);
    at = 0;
    assert_true(pds_revisions_change(c.revisions, 3, &at, &change));
    assert_int_equal(change.num, 4);
    assert_int_equal(change.was.at, before);
    assert_int_equal(change.now.at, after);
    assert_false(pds_revisions_change(c.revisions, 3, &at, &change));
    assert_false(pds_revisions_change(c.revisions, 3, &at, &change));
}

/* An entry that says again what stood there, and one of an object that was never in use. */
static void entries_without_news_are_no_changes(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    pds_err e = { 0 };
    pds_change change;
    size_t at = 0;
    make m = { 0 };
    make_pdf(&m, MAKE_TABLE);
    pds_buf b = { 0 };
    const uint64_t before = m.section;
    m.section = m.file.len;
    pds_buf_printf(&b,
                   "xref\n0 2\n0000000007 65535 f \n%010llu 00000 n \n7 1\n0000000000 00001 f \n",
                   (unsigned long long)m.place[1]);
    pds_buf_printf(&b, "trailer\n<</Size 8/Root 1 0 R/Prev %llu>>\n", (unsigned long long)before);
    make_piece(&m, pds_buf_cstr(&b));
    pds_buf_drop(&b);
    make_end(&m);
    chain_open(&c, &m);
    assert_false(pds_revisions_change(c.revisions, 2, &at, &change));
    assert_int_equal(pds_revisions_check(c.revisions, 1, &c.findings, &e), PDS_OK);
    chain_expect(&c, NULL);
}

/* Many revisions: each document finds its own objects. */
static void many_revisions_are_told_apart(void **state)
{
    enum { COUNT = 700 };
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    pds_err e = { 0 };
    make m = { 0 };
    uint64_t places[2][COUNT + 2];
    make_pdf(&m, MAKE_TABLE);
    for (uint32_t i = 2; i <= COUNT; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "(%u)", (unsigned)i);
        const uint32_t num = i % 3 == 0 ? 4 : 6;
        make_object(&m, num, text);
        chain_table(&m, (const uint32_t[]){ num, 0 }, "/Size 7");
        places[0][i] = m.place[4];
        places[1][i] = m.place[6];
    }
    chain_open(&c, &m);
    assert_int_equal(pds_revisions_count(c.revisions), COUNT);
    for (uint32_t i = 2; i <= COUNT; i++) {
        assert_int_equal(pds_revisions_place(c.revisions, i, 4)->at, places[0][i]);
        assert_int_equal(pds_revisions_place(c.revisions, i, 6)->at, places[1][i]);
    }
    value_is(c.revisions, 300, 4, "(300)");
    value_is(c.revisions, 301, 4, "(300)");
    value_is(c.revisions, 301, 6, "(301)");
    assert_int_equal(pds_revisions_check(c.revisions, 1, &c.findings, &e), PDS_OK);
    chain_expect(&c, NULL);
}

/* What the reader refuses, the reader of revisions refuses with the same words. */
static void damage_is_the_same_as_elsewhere(void **state)
{
    static const struct {
        make_layout layout;
        const char *find, *put;
    } rows[] = {
        { MAKE_TABLE, "%PDF-1.7", "x%PDF-1.7" },
        { MAKE_TABLE, "%%EOF\n", "%%EO\n" },
        { MAKE_TABLE, "startxref\n", "startxref\n9" },
        { MAKE_TABLE, "65535 f \n", "65535 f\n" },
        { MAKE_UPDATED, "/Prev ", "/Prev 15 /X " },
        { MAKE_STREAM, "/W[1 4 2]", "/W[1 4]" },
        { MAKE_STREAM, "02 00000007 0000", "02 00000000 0000" },
        { MAKE_HYBRID, "/XRefStm ", "/XRefStm 15 /X " },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        make m = { .find = rows[i].find, .put = rows[i].put };
        PDS_OWN(pds_findings_drop) pds_findings f = { 0 };
        pds_doc *doc = NULL;
        pds_revisions *r = NULL;
        pds_err one = { 0 }, two = { 0 };
        make_pdf(&m, rows[i].layout);
        PDS_OWN(pds_file_close) pds_file file = make_file(&m.file);
        pds_buf_drop(&m.file);
        assert_true(pds_doc_open(&file, NULL, &doc, &one) != PDS_OK);
        assert_int_equal(pds_revisions_open(&file, NULL, &f, &r, &two), one.code);
        assert_null(r);
        assert_string_equal(one.text, two.text);
        assert_int_equal(one.offset, two.offset);
    }
}

/* The file key is derived once, and outlives the document that did it. */
static void an_encrypted_file_is_read_again_and_again(void **state)
{
    (void)state;
    const sample s = { .kind = SAMPLE_STREAM };
    const char *const plain = sample_path("plain.pdf"), *const path = sample_path("secret.pdf");
    const char *const qpdf[] = { "qpdf", "--encrypt", "", "owner", "256", "--", plain, path, NULL };
    pds_err e = { 0 };
    PDS_OWN(pds_findings_drop) pds_findings f = { 0 };
    PDS_OWN(pds_file_close) pds_file file = PDS_FILE_NONE;
    pds_revisions *r = NULL;
    sample_make(&s, plain);
    assert_int_equal(sample_run(qpdf), 0);
    assert_int_equal(pds_file_open(path, &file, &e), PDS_OK);
    assert_int_equal(pds_revisions_open(&file, NULL, &f, &r, &e), PDS_OK);
    for (int i = 0; i < 3; i++) {
        PDS_OWN(pds_doc_drop) pds_doc *doc = NULL;
        PDS_OWN(pds_object_drop) pds_object info = { 0 };
        assert_int_equal(pds_revisions_doc(r, 1, &doc, &e), PDS_OK);
        assert_true(pds_doc_encrypted(doc));
        assert_int_equal(pds_doc_get(doc, pds_doc_trailer(doc), "Info", &info, &e), PDS_OK);
        assert_int_equal(pds_value_kind(info.value), PDS_KIND_DICT);
    }
    assert_int_equal(pds_revisions_check(r, 1, &f, &e), PDS_OK);
    for (size_t i = 0; i < f.count; i++) {
        assert_int_equal(pds_finding_indication(f.items[i].code), PDS_PASSED);
    }
    pds_revisions_drop(&r);
    sample_clean();
}

/* ---- gate 2 ---- */

typedef enum stage {
    OF_BASE,   /* the edit is made in the first revision */
    OF_SIGNED, /* … the signed one */
    OF_UPDATE, /* … behind it */
    OF_PACKED  /* the same, an object stream and a cross-reference stream */
} stage;

typedef struct trick {
    const char *name;
    stage where;
    const char *find, *put;
    const char *finding; /* or several, with a space between; NULL: none that fails */
} trick;

static const trick TRICKS[] = {
    { "a sound update", OF_UPDATE, NULL, NULL, NULL },
    { "a sound update with streams", OF_PACKED, NULL, NULL, NULL },
    { "white space of all kinds", OF_UPDATE, "4 0 obj", "\r\n \t\n4 0 obj", NULL },
    { "a usual comment", OF_UPDATE, "180>>\nendobj\n", "180>>\nendobj\n%\xe2\xe3\xcf\xd3\n", NULL },
    { "a version comment before the section", OF_UPDATE, "startxref", "%PDF-1.7\nstartxref", NULL },
    { "a second %%EOF", OF_UPDATE, "startxref", "%%EOF\nstartxref", NULL },
    { "a maker's name before startxref", OF_UPDATE, "startxref", "%maker-1.2\nstartxref", NULL },

    { "a word between objects", OF_UPDATE, "180>>\nendobj\n", "180>>\nendobj\nhidden\n",
      "UPDATE_BYTES_UNREFERENCED" },
    { "an object without an entry", OF_UPDATE, "180>>\nendobj\n",
      "180>>\nendobj\n5 0 obj\nnull\nendobj\n", "UPDATE_BYTES_UNREFERENCED" },
    { "an object without an entry, before the others", OF_UPDATE, "4 0 obj",
      "5 0 obj\nnull\nendobj\n4 0 obj", "OBJECT_BROKEN" },
    { "an object in a comment", OF_UPDATE, "180>>\nendobj\n",
      "180>>\nendobj\n%5 0 obj null endobj\n", "UPDATE_BYTES_UNREFERENCED" },
    { "a trailer in a comment", OF_UPDATE, "180>>\nendobj\n",
      "180>>\nendobj\n%trailer<</Root 5 0 R>>\n", "UPDATE_BYTES_UNREFERENCED" },
    { "a long comment", OF_UPDATE, "180>>\nendobj\n",
      "180>>\nendobj\n"
      "%0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
      "123456789012345678901234567890123456789012345678901234567890\n",
      "UPDATE_BYTES_UNREFERENCED" },
    { "an array behind the trailer", OF_UPDATE, "startxref", "[1 2]\nstartxref",
      "UPDATE_BYTES_UNREFERENCED" },

    { "an object in a comment of the trailer", OF_UPDATE, "/Size 9",
      "%5 0 obj null endobj\n/Size 9", "UPDATE_BYTES_UNREFERENCED" },
    { "a stream in a comment of an object", OF_UPDATE, "/Rotate 180", "%stream\n/Rotate 180",
      "UPDATE_BYTES_UNREFERENCED" },
    { "an object in a comment before another's value", OF_UPDATE, "4 0 obj",
      "4 0 obj %5 0 obj null endobj", "UPDATE_BYTES_UNREFERENCED" },
    { "an object in a comment behind another's value", OF_UPDATE, "180>>\n",
      "180>>\n%5 0 obj null endobj\n", "UPDATE_BYTES_UNREFERENCED" },
    { "a comment in an object", OF_UPDATE, "/Rotate 180", "%right\n/Rotate 180", NULL },
    { "a percent sign in a string", OF_UPDATE, "/Rotate 180", "/T(%stream)/Rotate 180", NULL },
    { "a trailer without /Root", OF_UPDATE, "trailer\n<</Root", "trailer\n<</Loot", "XREF_WRONG" },
    { "a /Root that is no reference", OF_UPDATE, "/Root 1 0 R", "/Root<</Pages 2 0 R>>",
      "XREF_WRONG" },
    { "a cross-reference stream without /Root", OF_PACKED, "/Root 1 0 R", "/Loot 1 0 R",
      "XREF_WRONG" },
    { "an /Encrypt that is added", OF_UPDATE, "/Size 9", "/Size 9/Encrypt 5 0 R", "XREF_WRONG" },
    { "an /ID that is added", OF_UPDATE, "/Size 9", "/Size 9/ID[<00><01>]", NULL },

    { "an object that is broken", OF_UPDATE, "/Rotate 180>>", "/Rotate 180>", "OBJECT_BROKEN" },
    { "an object without endobj", OF_UPDATE, "180>>\nendobj", "180>>\n", "OBJECT_BROKEN" },
    { "an object of another number", OF_UPDATE, "4 0 obj", "5 0 obj", "OBJECT_BROKEN" },
    { "an object of another generation", OF_UPDATE, "4 0 obj", "4 1 obj", "OBJECT_BROKEN" },
    { "a key twice", OF_UPDATE, "/Rotate 180", "/Rotate 180/Rotate 0", "OBJECT_BROKEN" },

    { "an entry back into the signed bytes", OF_UPDATE, "4 1\n", "6 1\n0000000015 00000 n \n4 1\n",
      "UPDATE_ENTRY_OUTSIDE" },
    { "an entry into the header", OF_UPDATE, "4 1\n", "8 1\n0000000001 00000 n \n4 1\n",
      "UPDATE_ENTRY_OUTSIDE" },
    { "an entry behind the file", OF_UPDATE, "4 1\n", "8 1\n0000999999 00000 n \n4 1\n",
      "UPDATE_ENTRY_OUTSIDE" },
    { "an entry that says nothing new", OF_UPDATE, "4 1\n", "1 1\n0000000015 00000 n \n4 1\n",
      NULL },
    { "an object that is freed", OF_UPDATE, "4 1\n", "6 1\n0000000000 00001 f \n4 1\n", NULL },
    { "an object at two places", OF_UPDATE, "00000 n \ntrailer",
      "00000 n \n4 1\n0000000015 00000 n \ntrailer", "OBJECT_AMBIGUOUS" },
    { "an object that is free, too", OF_UPDATE, "00000 n \ntrailer",
      "00000 n \n4 1\n0000000000 00000 f \ntrailer", "OBJECT_AMBIGUOUS" },
    { "a /Size that is too small", OF_UPDATE, "/Size 9", "/Size 4", "XREF_WRONG" },

    { "a member that no entry names", OF_PACKED, "8 0 4 5 <<>>", "5 0 4 5 <<>>",
      "OBJECT_STREAM_WRONG" },
    { "a member at another index", OF_PACKED, "02 00000009 01", "02 00000009 00",
      "OBJECT_STREAM_WRONG" },
    { "a member beyond the object stream", OF_PACKED, "02 00000009 01", "02 00000009 07",
      "OBJECT_STREAM_WRONG" },
    { "a member of an object stream that is not there", OF_PACKED, "02 00000009 01",
      "02 00000063 01", "UPDATE_ENTRY_OUTSIDE OBJECT_STREAM_WRONG" },
    { "a member of what is no object stream", OF_PACKED, "/Type/ObjStm", "/Type/Obj5tm",
      "OBJECT_BROKEN" },
    { "an object stream without an entry", OF_PACKED, "/Index[4 1 8 1 9 1", "/Index[4 1 8 1 7 1",
      "UPDATE_ENTRY_OUTSIDE OBJECT_BROKEN" },
    { "fewer entries in /Index than rows", OF_PACKED, " 10 1]", "]", "XREF_WRONG" },
    { "a /Size of a stream that is too small", OF_PACKED, "/Size 11", "/Size 10", "XREF_WRONG" },
    { "bytes behind the stream", OF_PACKED, "startxref", "(x)\nstartxref",
      "UPDATE_BYTES_UNREFERENCED" },

    { "bytes of nothing before the signature", OF_SIGNED, "Z)>>\nendobj\n", "Z)>>\nendobj\n(x)\n",
      NULL },
    { "an object of nothing before the signature", OF_BASE, "\n5\nendobj\n",
      "\n5\nendobj\n9 0 obj\nnull\nendobj\n", NULL },
    { "an object that is broken before the signature", OF_BASE, "\n5\n", "\n(5\n",
      "OBJECT_BROKEN" },
    { "a wrong length before the signature", OF_BASE, "\n5\n", "\n3\n", "OBJECT_BROKEN" },
    { "an entry to no object before the signature", OF_BASE, "6 0 obj", "7 0 obj",
      "OBJECT_BROKEN" },
    { "an object within another before the signature", OF_BASE, "2 0 obj", "6 0 obj",
      "OBJECT_BROKEN" },
    { "an object at two places before the signature", OF_SIGNED, "00000 n \ntrailer",
      "00000 n \n7 1\n0000000015 00000 n \ntrailer", "OBJECT_AMBIGUOUS" },
};

static void a_trick_is_told(void **state)
{
    const trick *const t = *state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    pds_err e = { 0 };
    const make edit = { .find = t->find, .put = t->put };
    make m = { 0 };
    m.find = t->where == OF_BASE ? edit.find : NULL;
    m.put = edit.put;
    make_pdf(&m, MAKE_TABLE);
    m.find = t->where == OF_SIGNED ? edit.find : m.find;
    chain_sign(&m, TOKEN);
    m.find = t->where >= OF_UPDATE ? edit.find : m.find;
    if (t->where == OF_PACKED) {
        chain_change_packed(&m);
    } else {
        chain_change(&m);
    }
    assert_null(m.find);
    chain_open(&c, &m);
    const pds_code code = pds_revisions_check(c.revisions, 2, &c.findings, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(code, PDS_OK);
    chain_expect(&c, t->finding);
}

static pds_code check_made(chain *c, make *m, uint32_t signed_revision)
{
    pds_err e = { 0 };
    chain_open(c, m);
    const pds_code code = pds_revisions_check(c->revisions, signed_revision, &c->findings, &e);
    assert_string_equal(e.text, "");
    return code;
}

/* An object hidden in the data of another. */
static void objects_that_overlap_are_told(void **state)
{
    (void)state;
    for (uint32_t signed_revision = 1; signed_revision <= 2; signed_revision++) {
        PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
        make m = { 0 };
        make_pdf(&m, MAKE_TABLE);
        static const char Inner[] = "4 0 obj\n<</Type/Page/Parent 2 0 R>>\nendobj\n";
        make_stream(&m, 8, "", pds_span_text(Inner));
        const uint8_t *const at = memmem(m.file.ptr, m.file.len, Inner, strlen(Inner));
        assert_non_null(at);
        m.place[4] = (uint64_t)(at - m.file.ptr);
        chain_table(&m, (const uint32_t[]){ 4, 8, 0 }, "/Size 9");
        assert_int_equal(check_made(&c, &m, signed_revision), PDS_OK);
        chain_expect(&c, "OBJECTS_OVERLAP");
    }
}

/* Read from the front, the object is a part of the comment. */
static void a_comment_ends_with_its_line(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
        make m = { 0 };
        make_pdf(&m, MAKE_TABLE);
        make_piece(&m, i == 0 ? "%note\n" : "%note ");
        chain_change(&m);
        assert_int_equal(check_made(&c, &m, 1), PDS_OK);
        chain_expect(&c, i == 0 ? NULL : "UPDATE_BYTES_UNREFERENCED");
    }
}

static void an_id_has_a_part_that_stays(void **state)
{
    static const struct {
        const char *id;
        const char *finding;
    } rows[] = {
        { "/Size 8/ID[<4142><02>]", NULL },
        { "/Size 8/ID[(AB)<02>]", NULL },
        { "/Size 8/ID[<4143><01>]", "XREF_WRONG" },
        { "/Size 8/ID[]", "XREF_WRONG" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
        make m = { .find = "/Size 7", .put = "/Size 7/ID[<4142><01>]" };
        make_pdf(&m, MAKE_TABLE);
        make_object(&m, 4, "null");
        chain_table(&m, (const uint32_t[]){ 4, 0 }, rows[i].id);
        assert_int_equal(check_made(&c, &m, 1), PDS_OK);
        chain_expect(&c, rows[i].finding);
    }
}

static void two_objects_at_one_place_are_told(void **state)
{
    (void)state;
    for (uint32_t signed_revision = 1; signed_revision <= 2; signed_revision++) {
        PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
        make m = { 0 };
        make_pdf(&m, MAKE_TABLE);
        make_object(&m, 4, "null");
        m.place[8] = m.place[4];
        chain_table(&m, (const uint32_t[]){ 4, 8, 0 }, "/Size 9");
        assert_int_equal(check_made(&c, &m, signed_revision), PDS_OK);
        chain_expect(&c, "OBJECTS_OVERLAP");
    }
}

/* Entries of a hybrid file's table and stream that contradict each other. */
static void a_hybrid_file_with_two_readings_is_told(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    make m = { .find = "01 0000000F 0000", .put = "01 00000010 0000" };
    make_pdf(&m, MAKE_HYBRID);
    assert_null(m.find);
    assert_int_equal(check_made(&c, &m, 1), PDS_OK);
    chain_expect(&c, "OBJECT_AMBIGUOUS");
}

static void an_object_stream_that_is_replaced_is_told(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    make m = { 0 };
    make_pdf(&m, MAKE_STREAM);
    const char *const data = "2 0 3 40 4 80 6 99 "
                             "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 1>>"
                             "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>           5";
    make_stream(&m, 7, "/Type/ObjStm/N 4/First 19", pds_span_text(data));
    chain_stream(&m, (const uint32_t[]){ 7, 0 }, 9, "/Size 10");
    assert_int_equal(check_made(&c, &m, 1), PDS_OK);
    assert_true(chain_count(&c, "OBJECT_STREAM_REPLACED") == 1);
}

/* New entries for objects in an object stream of the signed bytes, where they were not in use. */
static void an_entry_into_an_old_object_stream_is_told(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    make m = { 0 };
    make_pdf(&m, MAKE_STREAM);
    m.place[4] = UINT64_C(1) << 40 | UINT64_C(1) << 32 | 7;
    chain_stream(&m, (const uint32_t[]){ 4, 0 }, 9, "/Size 10");
    assert_int_equal(check_made(&c, &m, 1), PDS_OK);
    chain_expect(&c, "UPDATE_ENTRY_OUTSIDE");
}

static void unreferenced_bytes_of_the_base_are_a_note(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    make m = { .find = "\n5\nendobj\n", .put = "\n5\nendobj\n9 0 obj\nnull\nendobj\n" };
    make_pdf(&m, MAKE_TABLE);
    chain_change(&m);
    assert_int_equal(check_made(&c, &m, 0), PDS_OK);
    chain_expect(&c, NULL);
    assert_int_equal(c.findings.count, 1);
    assert_int_equal(c.findings.items[0].code, PDS_F_UNREFERENCED_BYTES);
    assert_int_equal(c.findings.items[0].revision, 2);
    assert_non_null(strstr(c.findings.items[0].text, "20 bytes"));
}

/* The bytes of each signed file, one flipped behind the signature: what is not told cannot matter,
 * as it is white space, a comment, or the number of a free entry. */
static void a_changed_byte_behind_the_signature_is_told_or_read(void **state)
{
    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        make whole = { 0 };
        chain_make(&whole, packed != 0);
        for (size_t at = whole.file.len / 2; at < whole.file.len; at++) {
            pds_findings f = { 0 };
            pds_revisions *r = NULL;
            whole.file.ptr[at] ^= 1;
            PDS_OWN(pds_file_close) pds_file file = make_file(&whole.file);
            whole.file.ptr[at] ^= 1;
            pds_code code = pds_revisions_open(&file, NULL, &f, &r, NULL);
            code = code == PDS_OK ? pds_revisions_check(r, 2, &f, NULL) : code;
            assert_true(code == PDS_OK || code == PDS_E_PDF_DAMAGED ||
                        code == PDS_E_PDF_UNSUPPORTED || code == PDS_E_PDF_LIMIT);
            pds_revisions_drop(&r);
            pds_findings_drop(&f);
        }
        pds_buf_drop(&whole.file);
    }
}

static void thousands_of_updates_are_refused(void **state)
{
    (void)state;
    make m = { 0 };
    pds_err e = { 0 };
    PDS_OWN(pds_findings_drop) pds_findings f = { 0 };
    pds_revisions *r = NULL;
    make_pdf(&m, MAKE_TABLE);
    for (int i = 0; i < 10000; i++) {
        chain_table(&m, (const uint32_t[]){ 1, 0 }, "/Size 7");
    }
    PDS_OWN(pds_file_close) pds_file file = make_file(&m.file);
    pds_buf_drop(&m.file);
    assert_int_equal(pds_revisions_open(&file, NULL, &f, &r, &e), PDS_E_PDF_LIMIT);
}

static int run_tricks(void)
{
    enum { COUNT = sizeof TRICKS / sizeof TRICKS[0] };
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ TRICKS[i].name, a_trick_is_told, NULL, NULL, NULL };
        memcpy(&tests[i].initial_state, &(const trick *){ &TRICKS[i] }, sizeof(void *));
    }
    return _cmocka_run_group_tests("tricks", tests, COUNT, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layout_has_its_revisions),
        cmocka_unit_test(bounds_are_to_the_byte),
        cmocka_unit_test(a_linearized_file_is_one_revision),
        cmocka_unit_test(a_hybrid_update_with_an_old_stream_is_read),
        cmocka_unit_test(bytes_behind_the_named_section_are_a_revision),
        cmocka_unit_test(bytes_behind_the_last_end_are_a_revision),
        cmocka_unit_test(a_revision_that_prev_skips_is_none),
        cmocka_unit_test(a_section_without_an_end_counts_to_the_next),
        cmocka_unit_test(a_section_whose_prev_leads_on_ends_no_revision),
        cmocka_unit_test(documents_are_as_they_stood),
        cmocka_unit_test(changes_are_told),
        cmocka_unit_test(entries_without_news_are_no_changes),
        cmocka_unit_test(many_revisions_are_told_apart),
        cmocka_unit_test(damage_is_the_same_as_elsewhere),
        cmocka_unit_test(an_encrypted_file_is_read_again_and_again),
        cmocka_unit_test(objects_that_overlap_are_told),
        cmocka_unit_test(a_comment_ends_with_its_line),
        cmocka_unit_test(an_id_has_a_part_that_stays),
        cmocka_unit_test(two_objects_at_one_place_are_told),
        cmocka_unit_test(a_hybrid_file_with_two_readings_is_told),
        cmocka_unit_test(an_object_stream_that_is_replaced_is_told),
        cmocka_unit_test(an_entry_into_an_old_object_stream_is_told),
        cmocka_unit_test(unreferenced_bytes_of_the_base_are_a_note),
        cmocka_unit_test(a_changed_byte_behind_the_signature_is_told_or_read),
        cmocka_unit_test(thousands_of_updates_are_refused),
    };
    return run_tricks() + cmocka_run_group_tests(tests, NULL, NULL);
}
