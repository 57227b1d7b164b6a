#include "base/flate.h"
#include "base/own.h"
#include "pdf/page.h"
#include "pdf/xref.h"
#include "tests/pdf/make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The end of a file, tables, cross-reference streams, hybrid files and chains of sections. */

#define DAMAGED PDS_E_PDF_DAMAGED
#define ENTRY_1 "0000000015 00000 n" /* of object 1, behind the header */

static const damage_row DAMAGE[] = {
    { "a byte before the header", MAKE_TABLE, "%PDF-1.7", "x%PDF-1.7", DAMAGED, "x%PDF", 0 },
    { "a version that does not exist", MAKE_TABLE, "%PDF-1.7", "%PDF-3.7", PDS_E_NOT_PDF, NULL, 0 },
    { "a version without its second digit", MAKE_TABLE, "%PDF-1.7", "%PDF-1.x", PDS_E_NOT_PDF, NULL,
      0 },
    { "a byte behind the end", MAKE_TABLE, "%%EOF\n", "%%EOF\nx", DAMAGED, "%%EOF", 5 },
    { "no end", MAKE_TABLE, "%%EOF\n", "", DAMAGED, "$", 0 },
    { "half an end", MAKE_TABLE, "%%EOF\n", "%%EO", DAMAGED, "$", 0 },
    { "no startxref", MAKE_TABLE, "startxref", "startxfer", DAMAGED, "%%EOF", 5 },
    { "startxref without a number", MAKE_TABLE, "startxref\n", "startxref\nx", DAMAGED, "startxref",
      9 },
    { "startxref with more than a number", MAKE_TABLE, "%%EOF", "x\n%%EOF", DAMAGED, "startxref",
      9 },
    { "startxref beyond the file", MAKE_TABLE, "startxref\n", "startxref\n9", DAMAGED, "startxref",
      9 },
    { "startxref beyond 64 bits", MAKE_TABLE, "startxref\n", "startxref\n99999999999999999999",
      DAMAGED, "startxref", 9 },

    { "an entry of 19 bytes", MAKE_TABLE, "65535 f \n", "65535 f\n", DAMAGED, "0000000000 65535",
      0 },
    { "an entry of 21 bytes", MAKE_TABLE, "65535 f \n", "65535 f \r\n", DAMAGED, "\n" ENTRY_1, 0 },
    { "an entry that ends in LF CR", MAKE_TABLE, "65535 f \n", "65535 f\n\r", DAMAGED,
      "0000000000 65535", 0 },
    { "an offset with a letter", MAKE_TABLE, ENTRY_1, "000000001x 00000 n", DAMAGED, "000000001x",
      0 },
    { "a generation with a letter", MAKE_TABLE, ENTRY_1, "0000000015 0000x n", DAMAGED,
      "0000000015 0000x", 0 },
    { "an offset that is not set apart", MAKE_TABLE, ENTRY_1, "0000000015-00000 n", DAMAGED,
      "0000000015-", 0 },
    { "an entry that is neither free nor in use", MAKE_TABLE, ENTRY_1, "0000000015 00000 x",
      DAMAGED, "0000000015 00000 x", 0 },
    { "more entries promised than there are", MAKE_TABLE, "xref\n0 7", "xref\n0 8", DAMAGED,
      "trailer", 0 },
    { "fewer entries promised than there are", MAKE_TABLE, "xref\n0 7", "xref\n0 6", DAMAGED,
      "n \ntrailer", 0 },
    { "billions of entries promised", MAKE_TABLE, "xref\n0 7", "xref\n0 4000000000", DAMAGED,
      "trailer", 0 },
    { "a table that begins at a high number", MAKE_TABLE, "xref\n0 7", "xref\n8388605 7",
      PDS_E_PDF_LIMIT, "xref\n8", 0 },
    { "numbers that wrap around", MAKE_TABLE, "xref\n0 7", "xref\n4294967295 7", DAMAGED, ENTRY_1,
      -20 },
    { "a subsection number of eleven digits", MAKE_TABLE, "xref\n0 7", "xref\n99999999999 7",
      DAMAGED, "99999999999", 0 },
    { "a negative subsection number", MAKE_TABLE, "xref\n0 7", "xref\n-1 7", DAMAGED, "-1 7", 0 },
    { "a subsection without a count", MAKE_TABLE, "xref\n0 7", "xref\n0", DAMAGED,
      "0000000000 65535", 11 },
    { "a keyword that goes on behind xref", MAKE_TABLE, "xref\n0", "xrefs\n0", DAMAGED, "xrefs",
      0 },
    { "no trailer", MAKE_TABLE, "trailer", "trailor", DAMAGED, "trailor", 0 },
    { "a trailer that is no dictionary", MAKE_TABLE, "trailer", "trailer[]", DAMAGED, "trailer",
      7 },
    { "a trailer without an end", MAKE_TABLE, "/Size 7>>", "/Size 7", DAMAGED, "startxref", 0 },
    { "a key twice in the trailer", MAKE_TABLE, "/Size 7", "/Size 7/Size 8", DAMAGED, "/Size 8",
      0 },
    { "no /Size", MAKE_TABLE, "/Size 7", "/Sice 7", DAMAGED, "xref\n0", 0 },
    { "a /Size of nothing", MAKE_TABLE, "/Size 7", "/Size 0", DAMAGED, "xref\n0", 0 },
    { "a /Size that is a reference", MAKE_TABLE, "/Size 7", "/Size 6 0 R", DAMAGED, "xref\n0", 0 },
    { "a /Size below the highest object", MAKE_TABLE, "/Size 7", "/Size 6", DAMAGED, "xref\n0", 0 },
    { "no /Root", MAKE_TABLE, "/Root", "/Boot", DAMAGED, "xref\n0", 0 },
    { "a /Root that is no reference", MAKE_TABLE, "/Root 1 0 R", "/Root<</Pages 2 0 R>>", DAMAGED,
      "xref\n0", 0 },
    { "a /Root that is not there", MAKE_TABLE, "/Root 1 0 R", "/Root 9 0 R", DAMAGED, NULL, 0 },
    { "a /Root of another generation", MAKE_TABLE, "/Root 1 0 R", "/Root 1 1 R", DAMAGED, NULL, 0 },
    { "a /Root that is free", MAKE_TABLE, ENTRY_1, "0000000015 00000 f", DAMAGED, NULL, 0 },
    { "a /Root that is no catalog", MAKE_TABLE, "/Root 1 0 R", "/Root 3 0 R", DAMAGED, "3 0 obj",
      0 },
    { "an object beyond the end", MAKE_TABLE, ENTRY_1, "9000000015 00000 n", DAMAGED, "xref\n0",
      0 },
    { "a generation beyond 65535", MAKE_TABLE, ENTRY_1, "0000000015 65536 n", DAMAGED, "xref\n0",
      0 },
    { "an offset one byte too high", MAKE_TABLE, ENTRY_1, "0000000016 00000 n", DAMAGED, "1 0 obj",
      1 },
    { "an offset one byte too low is white space", MAKE_TABLE, ENTRY_1, "0000000014 00000 n",
      PDS_OK, NULL, 0 },
    { "an offset into the header", MAKE_TABLE, ENTRY_1, "0000000001 00000 n", DAMAGED, "%PDF", 1 },
    { "an object listed twice at two places", MAKE_TABLE, "trailer\n",
      "1 1\n0000000099 00000 n \ntrailer\n", DAMAGED, "xref\n0", 0 },
    { "an object listed twice at one place", MAKE_TABLE, "trailer\n",
      "1 1\n" ENTRY_1 " \ntrailer\n", PDS_OK, NULL, 0 },

    { "white space of all kinds around subsections", MAKE_TABLE, "xref\n0 7\n",
      "xref \r\n \t0 7 \r\n", PDS_OK, NULL, 0 },
    { "a subsection without entries", MAKE_TABLE, "xref\n", "xref\n0 0\n", PDS_OK, NULL, 0 },
    { "entries that end in CR LF", MAKE_TABLE, "65535 f \n", "65535 f\r\n", PDS_OK, NULL, 0 },
    { "entries that end in space and CR", MAKE_TABLE, "65535 f \n", "65535 f \r", PDS_OK, NULL, 0 },
    { "object 0 in use", MAKE_TABLE, "65535 f", "65535 n", PDS_OK, NULL, 0 },
    { "a /Size far too large", MAKE_TABLE, "/Size 7", "/Size 2000000000", PDS_OK, NULL, 0 },
    { "white space and NUL behind the end", MAKE_TABLE, "%%EOF\n", "%%EOF\r\n\t \n\n", PDS_OK, NULL,
      0 },
    { "an end without a line end", MAKE_TABLE, "%%EOF\n", "%%EOF", PDS_OK, NULL, 0 },
    { "a header of PDF 2.0", MAKE_TABLE, "%PDF-1.7", "%PDF-2.0", PDS_OK, NULL, 0 },
    { "a header of PDF 1.0", MAKE_TABLE, "%PDF-1.7", "%PDF-1.0", PDS_OK, NULL, 0 },
    { "white space before the section", MAKE_TABLE, "startxref\n", "startxref \r\n", PDS_OK, NULL,
      0 },

    { "a /Prev beyond the file", MAKE_UPDATED, "/Prev ", "/Prev 9", DAMAGED, "xref\n4", 0 },
    { "a /Prev that is no integer", MAKE_UPDATED, "/Prev ", "/Prev /", DAMAGED, "xref\n4", 0 },
    { "a negative /Prev", MAKE_UPDATED, "/Prev ", "/Prev -", DAMAGED, "xref\n4", 0 },
    { "a /Prev to no section", MAKE_UPDATED, "/Prev ", "/Prev 1 /X ", DAMAGED, "%PDF", 1 },
    { "a /Prev of 0", MAKE_UPDATED, "/Prev ", "/Prev 0 /X ", DAMAGED, "%PDF", 0 },
    { "a /Prev to an object", MAKE_UPDATED, "/Prev ", "/Prev 15 /X ", DAMAGED, "1 0 obj", 0 },
    { "damage in an older section", MAKE_UPDATED, "0 7\n0000000000 65535", "0 7\n000000000x 65535",
      DAMAGED, "000000000x", 0 },
    { "an older /Size is not looked at", MAKE_UPDATED, "/Size 7", "/Size 3", PDS_OK, NULL, 0 },

    { "a section that is no cross-reference stream", MAKE_STREAM, "/Type/XRef", "/Type/Yref",
      DAMAGED, "8 0 obj", 0 },
    { "no /W", MAKE_STREAM, "/W[1 4 2]", "", DAMAGED, "8 0 obj", 0 },
    { "two widths", MAKE_STREAM, "/W[1 4 2]", "/W[1 4]", DAMAGED, "8 0 obj", 0 },
    { "a width of nine bytes", MAKE_STREAM, "/W[1 4 2]", "/W[1 9 2]", DAMAGED, "8 0 obj", 0 },
    { "a negative width", MAKE_STREAM, "/W[1 4 2]", "/W[1 4 -2]", DAMAGED, "8 0 obj", 0 },
    { "entries without bytes", MAKE_STREAM, "/W[1 4 2]", "/W[0 0 0]", DAMAGED, "8 0 obj", 0 },
    { "an odd /Index", MAKE_STREAM, "/W[", "/Index[0 9 1]/W[", DAMAGED, "8 0 obj", 0 },
    { "a negative /Index", MAKE_STREAM, "/W[", "/Index[-1 9]/W[", DAMAGED, "8 0 obj", 0 },
    { "a negative count", MAKE_STREAM, "/W[", "/Index[0 -9]/W[", DAMAGED, "8 0 obj", 0 },
    { "an /Index of names", MAKE_STREAM, "/W[", "/Index[/A/B]/W[", DAMAGED, "8 0 obj", 0 },
    { "a count beyond the data", MAKE_STREAM, "/W[", "/Index[0 10]/W[", DAMAGED, "8 0 obj", 0 },
    { "a gigantic count", MAKE_STREAM, "/W[", "/Index[0 9223372036854775807]/W[", DAMAGED,
      "8 0 obj", 0 },
    { "a gigantic first number", MAKE_STREAM, "/W[", "/Index[9223372036854775807 9]/W[", DAMAGED,
      "8 0 obj", 0 },
    { "numbers beyond the limit", MAKE_STREAM, "/W[", "/Index[8388608 9]/W[", PDS_E_PDF_LIMIT,
      "8 0 obj", 0 },
    { "a /Size beyond the data", MAKE_STREAM, "/Size 9", "/Size 10", DAMAGED, "8 0 obj", 0 },
    { "a stream without /Size", MAKE_STREAM, "/Size 9", "/Sice 9", DAMAGED, "8 0 obj", 0 },
    { "an indirect /Length", MAKE_STREAM, "HexDecode/Length", "HexDecode/Length 6 0 R/L", DAMAGED,
      "8 0 obj", 0 },
    { "a wrong /Length", MAKE_STREAM, "HexDecode/Length", "HexDecode/Length 1/L", DAMAGED,
      "00 00000000 0000", 1 },
    { "a filter that is not known", MAKE_STREAM, "/ASCIIHexDecode", "/LZWDecode",
      PDS_E_PDF_UNSUPPORTED, "8 0 obj", 0 },
    { "data that do not decode", MAKE_STREAM, "02 00000007 0000", "02 0000000x 0000", DAMAGED,
      "8 0 obj", 0 },
    { "an object stream of number 0", MAKE_STREAM, "02 00000007 0000", "02 00000000 0000", DAMAGED,
      "8 0 obj", 0 },
    { "an object stream beyond the limit", MAKE_STREAM, "02 00000007 0000", "02 00800000 0000",
      DAMAGED, "8 0 obj", 0 },
    { "an object stream in an object stream", MAKE_STREAM, "02 00000007 0000", "02 00000006 0000",
      DAMAGED, NULL, 0 },
    { "an object stream that is not there", MAKE_STREAM, "02 00000007 0000", "02 00000009 0000",
      DAMAGED, NULL, 0 },
    { "an index that is another object's", MAKE_STREAM, "02 00000007 0001", "02 00000007 0002",
      DAMAGED, NULL, 0 },
    { "an index beyond the object stream", MAKE_STREAM, "02 00000007 0001", "02 00000007 0009",
      DAMAGED, NULL, 0 },
    { "an entry of an unknown type is null, here a /Length", MAKE_STREAM, "02 00000007 0003",
      "07 00000007 0003", DAMAGED, "5 0 obj", 0 },
    { "a /Prev of a stream to an object", MAKE_STREAM, "/W[", "/Prev 15/W[", DAMAGED, "1 0 obj",
      0 },

    { "a hybrid stream beyond the file", MAKE_HYBRID, "/XRefStm ", "/XRefStm 9", DAMAGED, "xref\n0",
      0 },
    { "a hybrid stream that is no integer", MAKE_HYBRID, "/XRefStm ", "/XRefStm /", DAMAGED,
      "xref\n0", 0 },
    { "a hybrid stream that is no section", MAKE_HYBRID, "/XRefStm ", "/XRefStm 1 /X ", DAMAGED,
      "%PDF", 1 },
    { "a hybrid stream that is another object", MAKE_HYBRID, "/XRefStm ", "/XRefStm 15 /X ",
      DAMAGED, "1 0 obj", 0 },
    { "damage in a hybrid stream", MAKE_HYBRID, "/W[1 4 2]", "/W[1 4 9]", DAMAGED, "8 0 obj", 0 },
};

static void every_layout_is_read(void **state)
{
    (void)state;
    for (int layout = 0; layout < MAKE_LAYOUTS; layout++) {
        make m = { 0 };
        uint32_t pages = 0;
        pds_err e = { 0 };
        make_pdf(&m, (make_layout)layout);
        const pds_code code = make_probe(&m.file, &pages, &e);
        assert_string_equal(e.text, "");
        assert_int_equal(code, PDS_OK);
        assert_int_equal(pages, 2);
        pds_buf_drop(&m.file);
    }
}

typedef struct opened {
    pds_file file;
    pds_doc *doc;
} opened;

static void opened_drop(opened *o)
{
    pds_doc_drop(&o->doc);
    pds_file_close(&o->file);
}

static void open_made(opened *o, make *m)
{
    pds_err e = { 0 };
    o->file = make_file(&m->file);
    const pds_code code = pds_doc_open(&o->file, NULL, &o->doc, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(code, PDS_OK);
    pds_buf_drop(&m->file);
}

static void value_is(opened *o, uint32_t num, const char *want)
{
    pds_err e = { 0 };
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    assert_int_equal(pds_doc_read(o->doc, (pds_ref){ num, 0 }, &object, &e), PDS_OK);
    assert_true(pds_span_is(object.value, want));
}

static pds_code probe_made(make *m, pds_err *e)
{
    uint32_t pages = 0;
    const pds_code code = make_probe(&m->file, &pages, e);
    pds_buf_drop(&m->file);
    return code;
}

static void the_newest_section_wins(void **state)
{
    (void)state;
    PDS_OWN(opened_drop) opened o = { PDS_FILE_NONE, NULL };
    make m = { 0 };
    make_pdf(&m, MAKE_UPDATED);
    const uint64_t section = m.section;
    open_made(&o, &m);
    value_is(&o, 4, "<</Type/Page/Parent 2 0 R/Rotate 180>>");
    value_is(&o, 6, "5");
    assert_true(pds_doc_startxref(o.doc) == section);
    assert_int_equal(pds_doc_size(o.doc), 7);
    assert_false(pds_doc_has_xref_stream(o.doc));
    assert_false(pds_doc_encrypted(o.doc));
    assert_ptr_equal(pds_doc_file(o.doc), &o.file);
}

static void a_stream_section_is_told(void **state)
{
    (void)state;
    PDS_OWN(opened_drop) opened o = { PDS_FILE_NONE, NULL };
    pds_span value = { 0 };
    make m = { 0 };
    make_pdf(&m, MAKE_STREAM);
    open_made(&o, &m);
    assert_true(pds_doc_has_xref_stream(o.doc));
    assert_true(pds_dict_get(pds_doc_trailer(o.doc), "W", &value));
    assert_int_equal(pds_doc_size(o.doc), 9);
}

static void a_large_size_leaves_room_for_it(void **state)
{
    (void)state;
    PDS_OWN(opened_drop) opened o = { PDS_FILE_NONE, NULL };
    PDS_OWN(opened_drop) opened p = { PDS_FILE_NONE, NULL };
    make m = { .find = "/Size 7", .put = "/Size 20" };
    make n = { .find = "/Size 7", .put = "/Size 2000000000" };
    make_pdf(&m, MAKE_TABLE);
    make_pdf(&n, MAKE_TABLE);
    open_made(&o, &m);
    open_made(&p, &n);
    assert_int_equal(pds_doc_size(o.doc), 20);
    assert_int_equal(pds_doc_size(p.doc), 7);
}

/* A section of one entry behind what is there. */
static void add_section(make *m, const char *rows, const char *entries)
{
    pds_buf b = { 0 };
    m->section = m->file.len;
    pds_buf_printf(&b, "xref\n%strailer\n<</Size 9/Root 1 0 R%s>>\n", rows, entries);
    make_piece(m, pds_buf_cstr(&b));
    pds_buf_drop(&b);
    make_end(m);
}

static void sections_that_loop_are_told(void **state)
{
    (void)state;
    pds_err e = { 0 };
    make m = { 0 };
    char entries[64];
    make_pdf(&m, MAKE_TABLE);
    const uint64_t self = m.file.len;
    (void)snprintf(entries, sizeof entries, "/Prev %llu", (unsigned long long)self);
    add_section(&m, "0 0\n", entries);
    assert_int_equal(probe_made(&m, &e), DAMAGED);
    assert_true(e.offset == (int64_t)self);
    assert_non_null(strstr(e.text, "loop"));
}

static void sections_that_loop_in_a_ring_are_told(void **state)
{
    (void)state;
    pds_err e = { 0 };
    make m = { 0 };
    char entries[64];
    make_pdf(&m, MAKE_TABLE);
    const uint64_t first = m.file.len;
    pds_buf ahead = { 0 }; /* as long as the section to come */
    pds_buf_printf(
        &ahead,
        "xref\n0 0\ntrailer\n<</Size 9/Root 1 0 R/Prev %04llu>>\nstartxref\n%llu\n%%%%EOF\n",
        (unsigned long long)first, (unsigned long long)first);
    (void)snprintf(entries, sizeof entries, "/Prev %04llu", (unsigned long long)first + ahead.len);
    pds_buf_drop(&ahead);
    add_section(&m, "0 0\n", entries);
    (void)snprintf(entries, sizeof entries, "/Prev %04llu", (unsigned long long)first);
    add_section(&m, "0 0\n", entries);
    assert_int_equal(probe_made(&m, &e), DAMAGED);
    assert_non_null(strstr(e.text, "loop"));
}

static void sections_have_a_limit(void **state)
{
    (void)state;
    pds_err e = { 0 };
    make m = { 0 };
    char entries[64];
    make_pdf(&m, MAKE_TABLE);
    for (int i = 0; i < 4096; i++) {
        (void)snprintf(entries, sizeof entries, "/Prev %llu", (unsigned long long)m.section);
        add_section(&m, "0 0\n", entries);
    }
    assert_int_equal(probe_made(&m, &e), PDS_E_PDF_LIMIT);
}

/* Cross-reference stream 8 of one row for each object, all in use. */
static void add_rows(make *m, const char *index, const char *rows)
{
    pds_buf b = { 0 };
    m->section = m->file.len;
    pds_buf_printf(&b, "/Type/XRef/Size 9/Root 1 0 R/Filter/ASCIIHexDecode/W[1 4 0]/Index[%s]",
                   index);
    make_stream(m, 8, pds_buf_cstr(&b), pds_span_text(rows));
    pds_buf_drop(&b);
}

static void hybrid_sections_have_their_order(void **state)
{
    (void)state;
    PDS_OWN(opened_drop) opened o = { PDS_FILE_NONE, NULL };
    make m = { 0 };
    char rows[128], entries[128];
    make_pdf(&m, MAKE_TABLE);
    const uint64_t before = m.section;
    make_object(&m, 3, "(3 of the stream)");
    const uint64_t three = m.place[3];
    make_object(&m, 4, "(4 of the stream)");
    const uint64_t four = m.place[4];
    make_object(&m, 4, "(4 of the table)");
    (void)snprintf(rows, sizeof rows, "01%08llX 01%08llX>", (unsigned long long)three,
                   (unsigned long long)four);
    add_rows(&m, "3 2", rows);
    (void)snprintf(entries, sizeof entries, "/XRefStm %llu/Prev %llu",
                   (unsigned long long)m.section, (unsigned long long)before);
    (void)snprintf(rows, sizeof rows,
                   "3 2\n0000000000 00000 f \n%010llu 00000 n \n6 1\n0000000000 00001 f \n",
                   (unsigned long long)m.place[4]);
    add_section(&m, rows, entries);
    open_made(&o, &m);
    value_is(&o, 3, "(3 of the stream)"); /* the table calls it free */
    value_is(&o, 4, "(4 of the table)");
    value_is(&o, 6, "null"); /* freed, whatever the older table says */
}

static void a_copied_hybrid_entry_is_no_loop(void **state)
{
    (void)state;
    pds_err e = { 0 };
    make m = { 0 };
    char entries[128];
    make_pdf(&m, MAKE_HYBRID);
    (void)snprintf(entries, sizeof entries, "/XRefStm %llu/Prev %llu",
                   (unsigned long long)m.place[8], (unsigned long long)m.section);
    add_section(&m, "0 0\n", entries);
    assert_int_equal(probe_made(&m, &e), PDS_OK);
}

static void a_hybrid_stream_that_is_a_table_is_told(void **state)
{
    (void)state;
    pds_err e = { 0 };
    make m = { 0 };
    char entries[128];
    make_pdf(&m, MAKE_TABLE);
    (void)snprintf(entries, sizeof entries, "/XRefStm %llu", (unsigned long long)m.section);
    add_section(&m, "0 0\n", entries);
    assert_int_equal(probe_made(&m, &e), DAMAGED);
    assert_non_null(strstr(e.text, "table"));
}

static void two_objects_at_one_place_are_told(void **state)
{
    (void)state;
    pds_err e = { 0 };
    make m = { 0 };
    make_pdf(&m, MAKE_TABLE);
    char rows[128], entries[128];
    (void)snprintf(rows, sizeof rows, "7 1\n%010llu 00000 n \n", (unsigned long long)m.place[4]);
    (void)snprintf(entries, sizeof entries, "/Prev %llu", (unsigned long long)m.section);
    const int64_t place = (int64_t)m.place[4];
    add_section(&m, rows, entries);
    assert_int_equal(probe_made(&m, &e), DAMAGED);
    assert_true(e.offset == place);
    assert_int_equal(e.object, 7);
}

/* A hole of 5 GiB, and behind it an object and a section of each kind. */
static void offsets_go_beyond_32_bits(void **state)
{
    static const uint64_t Far = UINT64_C(5) << 30;
    for (int stream = 0; stream < 2; stream++) {
        pds_err e = { 0 };
        PDS_OWN(pds_doc_drop) pds_doc *doc = NULL;
        PDS_OWN(pds_object_drop) pds_object object = { 0 };
        make m = { 0 }, tail = { 0 };
        char text[512];
        make_pdf(&m, MAKE_TABLE);
        make_object(&tail, 4, "(far)");
        const uint64_t section = Far + tail.file.len;
        if (stream) {
            (void)snprintf(text, sizeof text, "01%016llX>", (unsigned long long)Far);
            pds_buf entries = { 0 };
            pds_buf_printf(
                &entries,
                "/Type/XRef/Size 9/Root 1 0 R/Filter/ASCIIHexDecode/W[1 8 0]/Index[4 1]/Prev %llu",
                (unsigned long long)m.section);
            make_stream(&tail, 8, pds_buf_cstr(&entries), pds_span_text(text));
            pds_buf_drop(&entries);
        } else {
            (void)snprintf(
                text, sizeof text,
                "xref\n4 1\n%010llu 00000 n \ntrailer\n<</Size 7/Root 1 0 R/Prev %llu>>\n",
                (unsigned long long)Far, (unsigned long long)m.section);
            make_piece(&tail, text);
        }
        tail.section = section;
        make_end(&tail);
        PDS_OWN(pds_file_close) pds_file file = make_file(&m.file);
        assert_true(pwrite(file.fd, tail.file.ptr, tail.file.len, (off_t)Far) ==
                    (ssize_t)tail.file.len);
        file.size = Far + tail.file.len;
        assert_int_equal(pds_doc_open(&file, NULL, &doc, &e), PDS_OK);
        assert_int_equal(pds_doc_check_objects(doc, &e), PDS_OK);
        assert_int_equal(pds_doc_read(doc, (pds_ref){ 4, 0 }, &object, &e), PDS_OK);
        assert_true(pds_span_is(object.value, "(far)"));
        assert_true(object.offset == (int64_t)Far);
        assert_true(pds_doc_startxref(doc) == section);
        pds_buf_drop(&m.file);
        pds_buf_drop(&tail.file);
    }
    (void)state;
}

/* As most files have it: deflated, with the predictor Up. */
static void a_compressed_section_is_read(void **state)
{
    (void)state;
    pds_err e = { 0 };
    make m = { 0 };
    make_piece(&m, "%PDF-1.5\n");
    make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    make_object(&m, 2, "<</Type/Pages/Kids[3 0 R 4 0 R]>>");
    make_object(&m, 3, "<</Type/Page>>");
    make_object(&m, 4, "<</Type/Page>>");
    m.place[5] = m.section = m.file.len;
    uint8_t rows[5 * 4] = { 0 }, before[3] = { 0 };
    for (unsigned i = 0; i < 5; i++) { /* Up; type 1 by default, offset of 2 bytes, generation */
        const uint8_t row[3] = { (uint8_t)(m.place[i + 1] >> 8), (uint8_t)m.place[i + 1], 0 };
        uint8_t *const to = rows + (size_t)4 * i;
        to[0] = 2;
        for (unsigned k = 0; k < 3; k++) {
            to[1 + k] = (uint8_t)(row[k] - before[k]);
            before[k] = row[k];
        }
    }
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    assert_int_equal(pds_deflate(pds_span_of(rows, sizeof rows), &data, &e), PDS_OK);
    make_stream(&m, 5,
                "/Type/XRef/Size 6/Root 1 0 R/W[0 2 1]/Index[1 5]/Filter/FlateDecode"
                "/DecodeParms<</Predictor 12/Columns 3>>",
                pds_buf_span(&data));
    make_end(&m);
    const pds_code code = probe_made(&m, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(code, PDS_OK);
}

/* 40 million entries from some 40 KB. */
static void entries_have_a_limit(void **state)
{
    (void)state;
    pds_err e = { 0 };
    make m = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf zeros = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    pds_buf_fill(&zeros, 0, 40000000);
    assert_int_equal(pds_deflate(pds_buf_span(&zeros), &data, &e), PDS_OK);
    make_piece(&m, "%PDF-1.5\n");
    m.section = m.file.len;
    make_stream(&m, 1,
                "/Type/XRef/Size 9/Root 1 0 R/W[0 1 0]/Filter/FlateDecode"
                "/Index[0 8000000 0 8000000 0 8000000 0 8000000 0 8000000]",
                pds_buf_span(&data));
    make_end(&m);
    assert_int_equal(probe_made(&m, &e), PDS_E_PDF_LIMIT);
}

static void a_bomb_is_stopped(void **state)
{
    (void)state;
    pds_err e = { 0 };
    make m = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf zeros = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    pds_buf_fill(&zeros, 0, 70 << 20);
    assert_int_equal(pds_deflate(pds_buf_span(&zeros), &data, &e), PDS_OK);
    make_piece(&m, "%PDF-1.5\n");
    m.section = m.file.len;
    make_stream(&m, 1, "/Type/XRef/Size 9/Root 1 0 R/W[1 2 1]/Filter/FlateDecode",
                pds_buf_span(&data));
    make_end(&m);
    assert_int_equal(probe_made(&m, &e), PDS_E_PDF_LIMIT);
    assert_true(e.offset == (int64_t)strlen("%PDF-1.5\n"));
}

static void files_that_are_no_pdf_are_told(void **state)
{
    static const struct {
        const char *text;
        pds_code code;
    } rows[] = {
        { "", PDS_E_NOT_PDF },
        { "x", PDS_E_NOT_PDF },
        { "%PDF-1.", PDS_E_NOT_PDF },
        { "hello\nworld\n", PDS_E_NOT_PDF },
        { "%PDF-1.7", PDS_E_PDF_DAMAGED },
        { "%PDF-1.7\n%%EOF", PDS_E_PDF_DAMAGED },
        { "%PDF-1.7\nstartxref\n%%EOF", PDS_E_PDF_DAMAGED },
        { "%PDF-1.7\nstartxref\n0\n%%EOF", PDS_E_PDF_DAMAGED },
        { "%PDF-1.7\nxref\ntrailer\n<<>>\nstartxref\n9\n%%EOF", PDS_E_PDF_DAMAGED },
        { "%PDF-1.7\nxref", PDS_E_PDF_DAMAGED },
        { "%PDF-1.7\nxref startxref 9 %%EOF", PDS_E_PDF_DAMAGED },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pds_err e = { 0 };
        make m = { 0 };
        make_piece(&m, rows[i].text);
        assert_int_equal(probe_made(&m, &e), rows[i].code);
        assert_string_equal(e.file, "test.pdf");
    }
}

/* Cut at any byte, a file is refused: its end is missing. */
static void a_cut_file_is_refused(void **state)
{
    (void)state;
    for (int layout = 0; layout < MAKE_LAYOUTS; layout++) {
        make m = { 0 };
        make_pdf(&m, (make_layout)layout);
        const size_t whole = m.file.len - 1; /* the last line end may be missing */
        for (size_t len = 0; len < whole; len++) {
            uint32_t pages = 0;
            pds_err e = { 0 };
            const pds_buf cut = { .ptr = m.file.ptr, .len = len };
            const pds_code code = make_probe(&cut, &pages, &e);
            const bool older = layout == MAKE_UPDATED && code == PDS_OK; /* its first revision */
            assert_true(older || code == PDS_E_NOT_PDF || code == PDS_E_PDF_DAMAGED);
        }
        pds_buf_drop(&m.file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layout_is_read),
        cmocka_unit_test(the_newest_section_wins),
        cmocka_unit_test(a_stream_section_is_told),
        cmocka_unit_test(a_large_size_leaves_room_for_it),
        cmocka_unit_test(sections_that_loop_are_told),
        cmocka_unit_test(sections_that_loop_in_a_ring_are_told),
        cmocka_unit_test(sections_have_a_limit),
        cmocka_unit_test(hybrid_sections_have_their_order),
        cmocka_unit_test(a_copied_hybrid_entry_is_no_loop),
        cmocka_unit_test(a_hybrid_stream_that_is_a_table_is_told),
        cmocka_unit_test(two_objects_at_one_place_are_told),
        cmocka_unit_test(offsets_go_beyond_32_bits),
        cmocka_unit_test(a_compressed_section_is_read),
        cmocka_unit_test(entries_have_a_limit),
        cmocka_unit_test(a_bomb_is_stopped),
        cmocka_unit_test(files_that_are_no_pdf_are_told),
        cmocka_unit_test(a_cut_file_is_refused),
    };
    return damage_run("damage", DAMAGE, sizeof DAMAGE / sizeof DAMAGE[0]) +
           cmocka_run_group_tests(tests, NULL, NULL);
}
