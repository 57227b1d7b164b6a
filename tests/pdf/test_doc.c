#include "base/flate.h"
#include "base/own.h"
#include "pdf/object.h"
#include "tests/pdf/make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Objects, streams and object streams of an open document. */

#define DAMAGED PDS_E_PDF_DAMAGED

static const damage_row DAMAGE[] = {
    { "no endobj", MAKE_TABLE, "842]>>\nendobj", "842]>>", DAMAGED, "3 0 obj", 0 },
    { "endobj that goes on", MAKE_TABLE, "842]>>\nendobj", "842]>>\nendobject", DAMAGED,
      "endobject", 0 },
    { "a second value", MAKE_TABLE, "842]>>\nendobj", "842]>> 1\nendobj", DAMAGED, " 1\nendobj",
      1 },
    { "no value", MAKE_TABLE, "6 0 obj\n5", "6 0 obj\n", DAMAGED, "6 0 obj", 9 },
    { "a value that is a keyword", MAKE_TABLE, "6 0 obj\n5", "6 0 obj\nfive", DAMAGED, "five", 0 },
    { "a broken value", MAKE_TABLE, "842]>>", "842>>", DAMAGED, "842>>", 3 },
    { "a string that never ends", MAKE_TABLE, "/Count 2", "/Count(2", DAMAGED, "$", 0 },
    { "a key twice in an object", MAKE_TABLE, "/Count 2", "/Count 2/Count 2", DAMAGED,
      "/Count 2/Count", 8 },
    { "a keyword that is not obj", MAKE_TABLE, "4 0 obj", "4 0 obi", DAMAGED, "4 0 obi", 0 },
    { "another object's number", MAKE_TABLE, "4 0 obj", "9 0 obj", DAMAGED, "9 0 obj", 0 },
    { "another generation", MAKE_TABLE, "4 0 obj", "4 1 obj", DAMAGED, "4 1 obj", 0 },
    { "a number beyond 32 bits", MAKE_TABLE, "4 0 obj", "4294967300 0 obj", DAMAGED, "4294967300",
      0 },
    { "no white space in a header", MAKE_TABLE, "4 0 obj", "4 0obj", DAMAGED, "4 0obj", 0 },
    { "white space and comments in an object", MAKE_TABLE, "6 0 obj\n5",
      "6\t0\robj%x\n\f5 %endobj\n", PDS_OK, NULL, 0 },
    { "no line end before endobj", MAKE_TABLE, "842]>>\nendobj", "842]>>endobj", PDS_OK, NULL, 0 },
    { "delimiters against keywords", MAKE_TABLE, "6 0 obj\n5", "6 0 obj%\n5", PDS_OK, NULL, 0 },

    { "CR behind stream", MAKE_TABLE, "stream\nBT", "stream\rBT", DAMAGED, "stream\rBT", 0 },
    { "a space behind stream", MAKE_TABLE, "stream\nBT", "stream \nBT", DAMAGED, "stream \nBT", 0 },
    { "nothing behind stream", MAKE_TABLE, "stream\nBT", "stream(BT", DAMAGED, "stream(BT", 0 },
    { "a stream of an array", MAKE_TABLE, "<</Length 6 0 R>>", "[6 0 R]", DAMAGED, "stream\nBT",
      0 },
    { "a length too small", MAKE_TABLE, "6 0 obj\n5", "6 0 obj\n4", DAMAGED, "BT ET", 4 },
    { "a length too large", MAKE_TABLE, "6 0 obj\n5", "6 0 obj\n8", DAMAGED, "BT ET", 8 },
    { "a length of nothing", MAKE_TABLE, "6 0 obj\n5", "6 0 obj\n0", DAMAGED, "BT ET", 0 },
    { "a negative length", MAKE_TABLE, "6 0 obj\n5", "6 0 obj\n-5", DAMAGED, "BT ET", 0 },
    { "a length beyond the file", MAKE_TABLE, "6 0 obj\n5", "6 0 obj\n9999999999", DAMAGED, "BT ET",
      0 },
    { "a length of 63 bits", MAKE_TABLE, "6 0 obj\n5", "6 0 obj\n9223372036854775807", DAMAGED,
      "BT ET", 0 },
    { "a length that is no integer", MAKE_TABLE, "6 0 obj\n5", "6 0 obj\n5.0", DAMAGED, "5 0 obj",
      0 },
    { "no length", MAKE_TABLE, "/Length 6 0 R", "/L 6 0 R", DAMAGED, "5 0 obj", 0 },
    { "a length that is not there", MAKE_TABLE, "/Length 6 0 R", "/Length 9 0 R", DAMAGED,
      "5 0 obj", 0 },
    { "a length that is the stream itself", MAKE_TABLE, "/Length 6 0 R", "/Length 5 0 R", DAMAGED,
      NULL, 0 },
    { "a length that is a reference again", MAKE_TABLE, "6 0 obj\n5", "6 0 obj\n6 0 R", DAMAGED,
      "5 0 obj", 0 },
    { "no endstream", MAKE_TABLE, "endstream", "endstrea", DAMAGED, "BT ET", 5 },
    { "no endobj behind a stream", MAKE_TABLE, "endstream\nendobj", "endstream", DAMAGED, "xref\n0",
      0 },
    { "CR LF behind stream", MAKE_TABLE, "stream\nBT", "stream\r\nBT", PDS_OK, NULL, 0 },
    { "CR before endstream", MAKE_TABLE, "BT ET\nend", "BT ET\rend", PDS_OK, NULL, 0 },
    { "nothing before endstream", MAKE_TABLE, "BT ET\nend", "BT ETend", PDS_OK, NULL, 0 },
    { "a comment behind endstream", MAKE_TABLE, "endstream\n", "endstream %x\n", PDS_OK, NULL, 0 },

    { "data that are not compressed", MAKE_TABLE, "6 0 R>>", "6 0 R/Filter/FlateDecode>>", DAMAGED,
      "BT ET", 0 },
    { "a filter that is no name", MAKE_TABLE, "6 0 R>>", "6 0 R/Filter 5>>", DAMAGED, "BT ET", 0 },
    { "a filter that is not known", MAKE_TABLE, "6 0 R>>", "6 0 R/Filter/JBIG2Decode>>",
      PDS_E_PDF_UNSUPPORTED, "BT ET", 0 },
    { "an array of filters with one not known", MAKE_TABLE, "6 0 R>>",
      "6 0 R/Filter[/ASCII85Decode/LZWDecode]>>", PDS_E_PDF_UNSUPPORTED, "BT ET", 0 },
    { "a filter in an object of its own", MAKE_TABLE, "6 0 R>>", "6 0 R/Filter 6 0 R>>", DAMAGED,
      "BT ET", 0 },
    { "more filters than anybody needs", MAKE_TABLE, "6 0 R>>",
      "6 0 R/Filter[/A85/A85/A85/A85/A85/A85/A85/A85/A85]>>", PDS_E_PDF_DAMAGED, "BT ET", 0 },
    { "filters that leave data alone", MAKE_TABLE, "6 0 R>>",
      "6 0 R/Filter[/Crypt/Crypt]/DecodeParms null>>", PDS_OK, NULL, 0 },

    { "an object stream of another type", MAKE_STREAM, "/Type/ObjStm", "/Type/ObjStn", DAMAGED,
      "7 0 obj", 0 },
    { "an object stream without /N", MAKE_STREAM, "/N 4", "/M 4", DAMAGED, "7 0 obj", 0 },
    { "an object stream without /First", MAKE_STREAM, "/First ", "/Fist ", DAMAGED, "7 0 obj", 0 },
    { "a negative /N", MAKE_STREAM, "/N 4", "/N -4", DAMAGED, "7 0 obj", 0 },
    { "an /N beyond the pairs", MAKE_STREAM, "/N 4", "/N 9", DAMAGED, "7 0 obj", 0 },
    { "a gigantic /N", MAKE_STREAM, "/N 4", "/N 9223372036854775807", DAMAGED, "7 0 obj", 0 },
    { "an /N that leaves out an object", MAKE_STREAM, "/N 4", "/N 3", DAMAGED, NULL, 0 },
    { "a /First beyond the data", MAKE_STREAM, "/First ", "/First 9", DAMAGED, "7 0 obj", 0 },
    { "a gigantic /First", MAKE_STREAM, "/First ", "/First 99999999999", DAMAGED, "7 0 obj", 0 },
    { "a pair that is no number", MAKE_STREAM, "2 0 3 ", "2 x 3 ", DAMAGED, "7 0 obj", 0 },
    { "pairs whose offsets fall", MAKE_STREAM, "2 0 3 ", "2 900 3 ", DAMAGED, "7 0 obj", 0 },
    { "two values in one place", MAKE_STREAM, "/Count 2/MediaBox", ">>1 <<   /MediaBox", DAMAGED,
      NULL, 0 },
    { "a packed value that is cut", MAKE_STREAM, "/Count 2/MediaBox", "(Count 2/MediaBox", DAMAGED,
      NULL, 0 },
    { "a packed value with an error", MAKE_STREAM, "/Count 2/MediaBox", "/Count 2)MediaBox",
      DAMAGED, NULL, 0 },
    { "an object stream that is cut", MAKE_STREAM, "/Type/ObjStm",
      "/Filter/FlateDecode/Type/ObjStm", DAMAGED, "2 0 3 ", 0 },
};

/* ---- reading ---- */

typedef struct opened {
    pds_file file;
    pds_doc *doc;
    pds_object object;
} opened;

static void opened_drop(opened *o)
{
    pds_object_drop(&o->object);
    pds_doc_drop(&o->doc);
    pds_file_close(&o->file);
}

#define OPENED(name) PDS_OWN(opened_drop) opened name = { PDS_FILE_NONE, NULL, { .offset = -1 } }

static void open_made(opened *o, make *m)
{
    pds_err e = { 0 };
    o->file = make_file(&m->file);
    const pds_code code = pds_doc_open(&o->file, NULL, &o->doc, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(code, PDS_OK);
    pds_buf_drop(&m->file);
}

static void open_layout(opened *o, make_layout layout)
{
    make m = { 0 };
    make_pdf(&m, layout);
    open_made(o, &m);
}

static void read_object(opened *o, uint32_t num, uint32_t gen)
{
    pds_err e = { 0 };
    const pds_code code = pds_doc_read(o->doc, (pds_ref){ num, gen }, &o->object, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(code, PDS_OK);
    assert_int_equal(o->object.ref.num, num);
}

static void what_is_not_there_is_null(void **state)
{
    static const pds_ref refs[] = { { 0, 0 }, { 7, 0 }, { 4000000000U, 0 }, { 3, 1 } };
    (void)state;
    OPENED(o);
    open_layout(&o, MAKE_TABLE);
    for (size_t i = 0; i < sizeof refs / sizeof refs[0]; i++) {
        read_object(&o, refs[i].num, refs[i].gen);
        assert_true(pds_span_is(o.object.value, "null"));
        assert_true(o.object.offset == -1 && !o.object.stream);
    }
}

static void an_object_tells_its_place(void **state)
{
    (void)state;
    OPENED(o);
    make m = { 0 };
    make_pdf(&m, MAKE_TABLE);
    const uint64_t five = m.place[5];
    open_made(&o, &m);
    read_object(&o, 5, 0);
    assert_true(o.object.stream);
    assert_true(o.object.offset == (int64_t)five);
    assert_true(pds_span_is(o.object.value, "<</Length 6 0 R>>"));
    assert_true(o.object.data == five + strlen("5 0 obj\n<</Length 6 0 R>>\nstream\n"));
    assert_true(o.object.data_len == 5);
    read_object(&o, 6, 0);
    assert_false(o.object.stream);
    assert_true(o.object.data == 0 && o.object.data_len == 0);
}

static void a_packed_object_has_no_place(void **state)
{
    (void)state;
    OPENED(o);
    open_layout(&o, MAKE_STREAM);
    read_object(&o, 4, 0);
    assert_true(pds_span_is(o.object.value, "<</Type/Page/Parent 2 0 R/Rotate 90>>"));
    assert_true(o.object.offset == -1);
}

static void streams_are_decoded(void **state)
{
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    open_layout(&o, MAKE_TABLE);
    read_object(&o, 5, 0);
    pds_buf_text(&data, "old");
    assert_int_equal(pds_doc_stream(o.doc, &o.object, 5, &data, &e), PDS_OK);
    assert_string_equal(pds_buf_cstr(&data), "BT ET");
    assert_int_equal(pds_doc_stream(o.doc, &o.object, 4, &data, &e), PDS_E_PDF_LIMIT);
    read_object(&o, 4, 0);
    assert_int_equal(pds_doc_stream(o.doc, &o.object, 5, &data, &e), PDS_E_INTERNAL);
}

static void filters_may_be_references(void **state)
{
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    make m = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    static const uint8_t rows[] = { 2, 'A', 'B', 2, 1, 1 };
    assert_int_equal(pds_deflate(pds_span_of(rows, sizeof rows), &data, &e), PDS_OK);
    make_piece(&m, "%PDF-1.5\n");
    make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    make_object(&m, 2, "<</Kids[]>>");
    make_stream(&m, 3, "/Filter 4 0 R/DecodeParms[5 0 R]", pds_buf_span(&data));
    make_object(&m, 4, "[6 0 R]");
    make_object(&m, 5, "<</Predictor 7 0 R/Columns 2>>");
    make_object(&m, 6, "/FlateDecode");
    make_object(&m, 7, "12");
    make_table(&m, 8, "/Size 8");
    open_made(&o, &m);
    read_object(&o, 3, 0);
    assert_int_equal(pds_doc_stream(o.doc, &o.object, 100, &out, &e), PDS_OK);
    assert_string_equal(pds_buf_cstr(&out), "ABBC");
}

static void values_are_resolved(void **state)
{
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    make m = { 0 };
    make_piece(&m, "%PDF-1.5\n");
    make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R/A 3 0 R/B(direct)/C 9 0 R>>");
    make_object(&m, 2, "<</Kids[]>>");
    make_object(&m, 3, "4 0 R");
    make_object(&m, 4, "5 0 R");
    make_object(&m, 5, "(chained)");
    make_table(&m, 6, "/Size 6");
    open_made(&o, &m);
    read_object(&o, 1, 0);
    PDS_OWN(pds_object_drop) pds_object value = { 0 };
    assert_int_equal(pds_doc_get(o.doc, o.object.value, "A", &value, &e), PDS_OK);
    assert_true(pds_span_is(value.value, "(chained)"));
    assert_int_equal(value.ref.num, 5);
    assert_int_equal(pds_doc_get(o.doc, o.object.value, "B", &value, &e), PDS_OK);
    assert_true(pds_span_is(value.value, "(direct)"));
    assert_int_equal(value.ref.num, 0);
    assert_int_equal(pds_doc_get(o.doc, o.object.value, "C", &value, &e), PDS_OK);
    assert_int_equal(pds_value_kind(value.value), PDS_KIND_NULL);
    assert_int_equal(pds_doc_get(o.doc, o.object.value, "D", &value, &e), PDS_OK);
    assert_int_equal(pds_value_kind(value.value), PDS_KIND_NONE);
    /* into the object that the dictionary itself lies in */
    assert_int_equal(pds_doc_get(o.doc, o.object.value, "B", &o.object, &e), PDS_OK);
    assert_true(pds_span_is(o.object.value, "(direct)"));
    read_object(&o, 1, 0);
    assert_int_equal(pds_doc_get(o.doc, o.object.value, "A", &o.object, &e), PDS_OK);
    assert_true(pds_span_is(o.object.value, "(chained)"));
}

static void the_catalog_is_lent(void **state)
{
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    open_layout(&o, MAKE_UPDATED);
    assert_int_equal(pds_doc_catalog(o.doc, &o.object, &e), PDS_OK);
    assert_int_equal(o.object.ref.num, 1);
    assert_true(pds_span_is(o.object.value, "<</Type/Catalog/Pages 2 0 R>>"));
}

static void references_that_lead_in_a_ring_are_told(void **state)
{
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    make m = { 0 };
    make_piece(&m, "%PDF-1.5\n");
    make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    make_object(&m, 2, "3 0 R");
    make_object(&m, 3, "2 0 R");
    make_table(&m, 4, "/Size 4");
    open_made(&o, &m);
    assert_int_equal(pds_doc_resolve(o.doc, pds_span_text("2 0 R"), &o.object, &e), DAMAGED);
    assert_non_null(strstr(e.text, "leads on and on"));
}

/* Objects that just fit and just don't fit into the windows that are read. */
static void an_object_may_end_anywhere_in_a_window(void **state)
{
    (void)state;
    for (size_t len = 1960; len < 2100; len++) {
        OPENED(o);
        make m = { 0 };
        pds_buf text = { 0 };
        pds_buf_text(&text, "<</K 2 0 R/S(");
        pds_buf_fill(&text, 'x', len);
        pds_buf_text(&text, ")/R 12 0 R/N 12/W true/E <41>>>");
        make_piece(&m, "%PDF-1.5\n");
        make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R>>");
        make_object(&m, 2, "<</Kids[]>>");
        make_object(&m, 3, pds_buf_cstr(&text));
        pds_buf_replace(&text, text.len - 2, 2, pds_span_text("/Length 3>>"));
        m.place[4] = m.file.len;
        pds_buf_printf(&m.file, "4 0 obj %s stream\nabc\nendstream endobj ", pds_buf_cstr(&text));
        make_table(&m, 5, "/Size 5");
        open_made(&o, &m);
        read_object(&o, 4, 0);
        assert_true(o.object.stream && o.object.data_len == 3);
        assert_true(pds_span_eq(o.object.value, pds_buf_span(&text)));
        read_object(&o, 3, 0);
        assert_int_equal(o.object.value.len, text.len - 9);
        pds_buf_drop(&text);
    }
}

/* Many object streams, read in turn: those given up are decoded again. */
static void object_streams_are_kept_in_turn(void **state)
{
    (void)state;
    OPENED(o);
    make m = { 0 };
    pds_buf rows = { 0 }, entries = { 0 };
    make_piece(&m, "%PDF-1.5\n");
    make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    make_object(&m, 2, "<</Kids[]>>");
    pds_buf_printf(&rows, "00 0000 00 01 %04X 00 01 %04X 00\n", (unsigned)m.place[1],
                   (unsigned)m.place[2]);
    uint64_t place[16];
    for (unsigned i = 0; i < 12; i++) { /* object 20 + i in stream 3 + i */
        char data[64];
        (void)snprintf(data, sizeof data, "%u 0 (number %u)", 20 + i, i);
        make_stream(&m, 3 + i, "/Type/ObjStm/N 1/First 5", pds_span_text(data));
        place[i] = m.place[3 + i];
    }
    for (unsigned i = 0; i < 12; i++) {
        pds_buf_printf(&rows, "01 %04X 00\n", (unsigned)place[i]);
    }
    for (unsigned i = 0; i < 12; i++) {
        pds_buf_printf(&rows, "02 %04X 00\n", 3 + i);
    }
    pds_buf_text(&rows, ">");
    m.section = m.file.len;
    pds_buf_text(&entries,
                 "/Type/XRef/Size 40/Root 1 0 R/W[1 2 1]/Index[0 15 20 12]/Filter/ASCIIHexDecode");
    make_stream(&m, 15, pds_buf_cstr(&entries), pds_buf_span(&rows));
    make_end(&m);
    pds_buf_drop(&rows);
    pds_buf_drop(&entries);
    open_made(&o, &m);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 12; i++) {
            char want[32];
            (void)snprintf(want, sizeof want, "(number %u)", i);
            read_object(&o, 20 + i, 0);
            assert_true(pds_span_is(o.object.value, want));
        }
    }
}

/* Two object streams, each larger than all that is kept. */
static void large_object_streams_give_way(void **state)
{
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    make m = { 0 };
    char rows[128];
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    pds_buf_text(&data, "20 0 (a)");
    pds_buf_fill(&data, ' ', PDS_PACKED_BYTES + 1);
    make_piece(&m, "%PDF-1.5\n");
    make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    make_stream(&m, 3, "/Type/ObjStm/N 1/First 5", pds_buf_span(&data));
    memcpy(data.ptr, "21 0 (b)", 8);
    make_stream(&m, 4, "/Type/ObjStm/N 1/First 5", pds_buf_span(&data));
    (void)snprintf(rows, sizeof rows, "01 %08X 01 %08X 01 %08X 02 00000003 02 00000004>",
                   (unsigned)m.place[1], (unsigned)m.place[3], (unsigned)m.place[4]);
    m.section = m.file.len;
    make_stream(&m, 5,
                "/Type/XRef/Size 22/Root 1 0 R/W[1 4 0]/Index[1 1 3 2 20 2]/Filter/ASCIIHexDecode",
                pds_span_text(rows));
    make_end(&m);
    open_made(&o, &m);
    for (int i = 0; i < 3; i++) {
        read_object(&o, 20, 0);
        assert_true(pds_span_is(o.object.value, "(a)"));
        assert_int_equal(pds_doc_read(o.doc, (pds_ref){ 21, 0 }, &o.object, &e), PDS_OK);
        assert_true(pds_span_is(o.object.value, "(b)"));
    }
}

/* Its length lies in itself. */
static void an_object_stream_that_needs_itself_is_told(void **state)
{
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    make m = { 0 };
    char rows[128];
    make_piece(&m, "%PDF-1.5\n");
    make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    m.place[3] = m.file.len;
    make_piece(
        &m, "3 0 obj <</Type/ObjStm/N 1/First 4/Length 2 0 R>> stream\n2 0 5\nendstream endobj ");
    (void)snprintf(rows, sizeof rows, "01 %08X 02 00000003 01 %08X>", (unsigned)m.place[1],
                   (unsigned)m.place[3]);
    m.section = m.file.len;
    make_stream(&m, 4, "/Type/XRef/Size 5/Root 1 0 R/W[1 4 0]/Index[1 3]/Filter/ASCIIHexDecode",
                pds_span_text(rows));
    make_end(&m);
    open_made(&o, &m);
    assert_int_equal(pds_doc_read(o.doc, (pds_ref){ 2, 0 }, &o.object, &e), DAMAGED);
    assert_non_null(strstr(e.text, "needs itself"));
    read_object(&o, 1, 0); /* no depth is left behind */
}

/* 64 KB that grow to more than an object stream may. */
static void a_bomb_in_an_object_stream_is_stopped(void **state)
{
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    make m = { 0 };
    char rows[128];
    PDS_OWN(pds_buf_drop) pds_buf spaces = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    pds_buf_text(&spaces, "2 0 1");
    pds_buf_fill(&spaces, ' ', 70 << 20);
    assert_int_equal(pds_deflate(pds_buf_span(&spaces), &data, &e), PDS_OK);
    make_piece(&m, "%PDF-1.5\n");
    make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    make_stream(&m, 3, "/Type/ObjStm/N 1/First 4/Filter/FlateDecode", pds_buf_span(&data));
    (void)snprintf(rows, sizeof rows, "01 %08X 02 00000003 01 %08X>", (unsigned)m.place[1],
                   (unsigned)m.place[3]);
    m.section = m.file.len;
    make_stream(&m, 4, "/Type/XRef/Size 5/Root 1 0 R/W[1 4 0]/Index[1 3]/Filter/ASCIIHexDecode",
                pds_span_text(rows));
    make_end(&m);
    open_made(&o, &m);
    assert_int_equal(pds_doc_read(o.doc, (pds_ref){ 2, 0 }, &o.object, &e), PDS_E_PDF_LIMIT);
    assert_int_equal(e.object, 3);
    assert_true(pds_span_is(o.object.value, "null"));
}

static void a_large_object_is_read_and_has_a_limit(void **state)
{
    static const size_t Sizes[] = { 3 << 20, 33 << 20 };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        OPENED(o);
        pds_err e = { 0 };
        make m = { 0 };
        make_piece(&m, "%PDF-1.5\n");
        make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R>>");
        m.place[2] = m.file.len;
        pds_buf_text(&m.file, "2 0 obj [");
        pds_buf_fill(&m.file, ' ', Sizes[i]);
        pds_buf_text(&m.file, "] endobj\n");
        make_table(&m, 3, "/Size 3");
        open_made(&o, &m);
        assert_int_equal(pds_doc_read(o.doc, (pds_ref){ 2, 0 }, &o.object, &e),
                         i == 0 ? PDS_OK : PDS_E_PDF_LIMIT);
    }
}

/* Objects 1 and 2 in a file: 2 is an array of so many spaces, by itself or in object stream 3. */
static void make_large(make *m, size_t spaces, bool packed)
{
    pds_err e = { 0 };
    char rows[64];
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    pds_buf_text(&text, packed ? "2 0 [" : "2 0 obj [");
    pds_buf_fill(&text, ' ', spaces);
    pds_buf_text(&text, packed ? "]" : "] endobj\n");
    make_piece(m, "%PDF-1.5\n");
    make_object(m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    m->place[2] = m->file.len;
    if (!packed) {
        pds_buf_put(&m->file, pds_buf_span(&text));
        make_table(m, 3, "/Size 3");
        return;
    }
    assert_int_equal(pds_deflate(pds_buf_span(&text), &data, &e), PDS_OK);
    make_stream(m, 3, "/Type/ObjStm/N 1/First 4/Filter/FlateDecode", pds_buf_span(&data));
    (void)snprintf(rows, sizeof rows, "01 %08X 02 00000003 01 %08X>", (unsigned)m->place[1],
                   (unsigned)m->place[3]);
    m->section = m->file.len;
    make_stream(m, 4, "/Type/XRef/Size 5/Root 1 0 R/W[1 4 0]/Index[1 3]/Filter/ASCIIHexDecode",
                pds_span_text(rows));
    make_end(m);
}

/* Reads of one large object: a form is read some dozens of times, and reading for ever is noticed.
 */
typedef struct limit_row {
    const char *name;
    size_t spaces;
    bool packed;
    int least, most;
} limit_row;

static limit_row limit_rows[] = {
    { "a large object in the file", 7 << 20, false, 20, 40 },
    { "a large object in an object stream", 7 << 20, true, 8, 12 },
    { "a form of 100 KB in the file", 100 << 10, false, 400, 1000 },
    { "a form of 100 KB in an object stream", 100 << 10, true, 400, 1000 },
    { "a form of 1 MB in an object stream", 1 << 20, true, 50, 80 },
    { "a small object in the file", 1000, false, 10000, 10000 },
    { "a small object in an object stream", 1000, true, 10000, 10000 },
};

static void reading_has_a_limit(void **state)
{
    const limit_row *const row = *state;
    OPENED(o);
    pds_err e = { 0 };
    make m = { 0 };
    make_large(&m, row->spaces, row->packed);
    open_made(&o, &m);
    pds_code code = PDS_OK;
    int reads = -1; /* the one that fails does not count */
    for (; code == PDS_OK && reads < 10000; reads++) {
        code = pds_doc_read(o.doc, (pds_ref){ 2, 0 }, &o.object, &e);
    }
    assert_in_range(reads, row->least, row->most);
    assert_int_equal(code, reads < 10000 ? PDS_E_PDF_LIMIT : PDS_OK);
    assert_int_equal(e.object, reads < 10000 ? 2 : e.object);
}

/* The file is cut while it is open. */
static void a_file_that_shrinks_is_told(void **state)
{
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    open_layout(&o, MAKE_TABLE);
    assert_int_equal(ftruncate(o.file.fd, 100), 0);
    assert_int_equal(pds_doc_check_objects(o.doc, &e), PDS_E_INPUT_CHANGED);
    assert_int_equal(pds_doc_read(o.doc, (pds_ref){ 5, 0 }, &o.object, &e), PDS_E_INPUT_CHANGED);
    assert_true(pds_span_is(o.object.value, "null"));
}

/* Places in no order, many of them, with large gaps between some. */
static void many_places_are_checked(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    static uint64_t place[COUNT];
    OPENED(o);
    pds_err e = { 0 };
    make m = { 0 };
    make_piece(&m, "%PDF-1.5\n");
    make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    place[1] = m.place[1];
    for (unsigned i = 0; i + 2 < COUNT; i++) {
        const unsigned num = 2 + (i * 1009) % (COUNT - 2);
        place[num] = m.file.len;
        pds_buf_printf(&m.file, "%u 0 obj null endobj\n", num);
        if (i % 100 == 0) {
            pds_buf_fill(&m.file, ' ', 40000);
        }
    }
    m.section = m.file.len;
    pds_buf_printf(&m.file, "xref\n1 %d\n", COUNT - 1);
    for (unsigned i = 1; i < COUNT; i++) {
        pds_buf_printf(&m.file, "%010llu 00000 n \n", (unsigned long long)place[i]);
    }
    pds_buf_printf(&m.file, "trailer <</Root 1 0 R/Size %d>>\n", COUNT);
    make_end(&m);
    m.file.ptr[place[COUNT - 7]] = '1'; /* 2993 becomes 1993 */
    open_made(&o, &m);
    assert_int_equal(pds_doc_check_objects(o.doc, &e), DAMAGED);
    assert_int_equal(e.object, COUNT - 7);
    assert_true(e.offset == (int64_t)place[COUNT - 7]);
    assert_string_equal(e.expected, "2993 0 obj");
    assert_string_equal(e.found, "1993 0 obj");
    assert_int_equal(pwrite(o.file.fd, "2", 1, (off_t)place[COUNT - 7]), 1);
    assert_int_equal(pds_doc_check_objects(o.doc, &e), PDS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_there_is_null),
        cmocka_unit_test(an_object_tells_its_place),
        cmocka_unit_test(a_packed_object_has_no_place),
        cmocka_unit_test(streams_are_decoded),
        cmocka_unit_test(filters_may_be_references),
        cmocka_unit_test(values_are_resolved),
        cmocka_unit_test(the_catalog_is_lent),
        cmocka_unit_test(references_that_lead_in_a_ring_are_told),
        cmocka_unit_test(an_object_may_end_anywhere_in_a_window),
        cmocka_unit_test(object_streams_are_kept_in_turn),
        cmocka_unit_test(large_object_streams_give_way),
        cmocka_unit_test(an_object_stream_that_needs_itself_is_told),
        cmocka_unit_test(a_bomb_in_an_object_stream_is_stopped),
        cmocka_unit_test(a_large_object_is_read_and_has_a_limit),
        cmocka_unit_test(a_file_that_shrinks_is_told),
        cmocka_unit_test(many_places_are_checked),
    };
    struct CMUnitTest limits[sizeof limit_rows / sizeof limit_rows[0]];
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        limits[i] = (struct CMUnitTest){ limit_rows[i].name, reading_has_a_limit, NULL, NULL,
                                         &limit_rows[i] };
    }
    return damage_run("damage", DAMAGE, sizeof DAMAGE / sizeof DAMAGE[0]) +
           cmocka_run_group_tests(tests, NULL, NULL) + cmocka_run_group_tests(limits, NULL, NULL);
}
