#include "base/own.h"
#include "pdf/page.h"
#include "tests/pdf/make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The page tree: its damages, what pages inherit, finding one. */

#define DAMAGED PDS_E_PDF_DAMAGED

static const damage_row DAMAGE[] = {
    { "a kid that is its own parent", MAKE_TABLE, "[3 0 R 4 0 R]", "[3 0 R 2 0 R]", DAMAGED,
      "2 0 obj", 0 },
    { "a page met twice", MAKE_TABLE, "[3 0 R 4 0 R]", "[3 0 R 3 0 R]", DAMAGED, "3 0 obj", 0 },
    { "a kid that is not there", MAKE_TABLE, "[3 0 R 4 0 R]", "[3 0 R 9 0 R]", DAMAGED, NULL, 0 },
    { "a kid that is a number", MAKE_TABLE, "[3 0 R 4 0 R]", "[3 0 R 6 0 R]", DAMAGED, "6 0 obj",
      0 },
    { "a kid that is a stream", MAKE_TABLE, "[3 0 R 4 0 R]", "[3 0 R 5 0 R]", DAMAGED, "5 0 obj",
      0 },
    { "a kid that is no reference", MAKE_TABLE, "[3 0 R 4 0 R]", "[3 0 R<</Type/Page>>]", DAMAGED,
      "2 0 obj", 0 },
    { "a null among the kids", MAKE_TABLE, "[3 0 R 4 0 R]", "[3 0 R null]", DAMAGED, "2 0 obj", 0 },
    { "a kid of another type", MAKE_TABLE, "/Type/Page/Parent 2 0 R/Rotate", "/Type/Font/Rotate",
      DAMAGED, "4 0 obj", 0 },
    { "a node without kids", MAKE_TABLE, "/Type/Page/Parent 2 0 R/Rotate", "/Type/Pages/Rotate",
      DAMAGED, "4 0 obj", 0 },
    { "kids that are no array", MAKE_TABLE, "[3 0 R 4 0 R]", " 3 0 R", DAMAGED, "2 0 obj", 0 },
    { "a root that is a page", MAKE_TABLE, "/Pages 2 0 R", "/Pages 3 0 R", DAMAGED, "3 0 obj", 0 },
    { "a root that is not there", MAKE_TABLE, "/Pages 2 0 R", "/Pages 9 0 R", DAMAGED, NULL, 0 },
    { "a root that is no reference", MAKE_TABLE, "/Pages 2 0 R", "/Pages<</Kids[]>>", DAMAGED, NULL,
      0 },
    { "a catalog without pages", MAKE_TABLE, "/Pages 2 0 R", "/Paces 2 0 R", DAMAGED, "1 0 obj",
      0 },
    { "a kid with a broken attribute", MAKE_TABLE, "/Rotate 90", "/MediaBox 9 0 R/Rotate 5 0 R",
      PDS_OK, NULL, 0 },
    { "a kid whose attribute cannot be read", MAKE_TABLE, "6 0 obj\n5\n", "6 0 obj\n(5\n", DAMAGED,
      "$", 0 },
    { "a node without its type", MAKE_TABLE, "/Type/Pages/Kids", "/Kids", PDS_OK, NULL, 0 },
    { "a page without its type", MAKE_TABLE, "/Type/Page/Parent 2 0 R/Rotate", "/Rotate", PDS_OK,
      NULL, 0 },
    { "a count that is wrong", MAKE_TABLE, "/Count 2", "/Count -7", PDS_OK, NULL, 0 },
};

typedef struct opened {
    pds_file file;
    pds_doc *doc;
} opened;

static void opened_drop(opened *o)
{
    pds_doc_drop(&o->doc);
    pds_file_close(&o->file);
}

#define OPENED(name) PDS_OWN(opened_drop) opened name = { PDS_FILE_NONE, NULL }

static void open_made(opened *o, make *m)
{
    pds_err e = { 0 };
    o->file = make_file(&m->file);
    const pds_code code = pds_doc_open(&o->file, NULL, &o->doc, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(code, PDS_OK);
    pds_buf_drop(&m->file);
}

/* What the entries of node 2, node 3 and page 4 make of the page. */
typedef struct attribute_row {
    const char *name, *outer, *inner, *page;
    double crop[4];
    int rotate;
    double unit;
} attribute_row;

static const attribute_row ATTRIBUTE_ROWS[] = {
    { "a box of the page", "", "", "/MediaBox[0 0 100 200]", { 0, 0, 100, 200 }, 0, 1 },
    { "a box of the outer node", "/MediaBox[0 0 100 200]", "", "", { 0, 0, 100, 200 }, 0, 1 },
    { "the nearest box counts",
      "/MediaBox[0 0 1 1]",
      "/MediaBox[0 0 2 2]",
      "/MediaBox[0 0 3 3]",
      { 0, 0, 3, 3 },
      0,
      1 },
    { "the inner node's box counts",
      "/MediaBox[0 0 1 1]",
      "/MediaBox[0 0 2 2]",
      "",
      { 0, 0, 2, 2 },
      0,
      1 },
    { "corners in another order", "", "", "/MediaBox[100 200 0 0]", { 0, 0, 100, 200 }, 0, 1 },
    { "corners that cross", "", "", "/MediaBox[100 0 0 200]", { 0, 0, 100, 200 }, 0, 1 },
    { "real numbers and negative ones",
      "",
      "",
      "/MediaBox[-10.5 -.5 4. +7]",
      { -10.5, -0.5, 4, 7 },
      0,
      1 },
    { "no box anywhere is US Letter", "", "", "", { 0, 0, 612, 792 }, 0, 1 },
    { "a box of three numbers is none",
      "/MediaBox[0 0 5 5]",
      "",
      "/MediaBox[0 0 9]",
      { 0, 0, 5, 5 },
      0,
      1 },
    { "a box of names is none",
      "/MediaBox[0 0 5 5]",
      "",
      "/MediaBox[0 0/A 9]",
      { 0, 0, 5, 5 },
      0,
      1 },
    { "a box without area is none",
      "/MediaBox[0 0 5 5]",
      "",
      "/MediaBox[0 0 0 9]",
      { 0, 0, 5, 5 },
      0,
      1 },
    { "a null box is none", "/MediaBox[0 0 5 5]", "", "/MediaBox null", { 0, 0, 5, 5 }, 0, 1 },
    { "a crop box within", "", "", "/MediaBox[0 0 9 9]/CropBox[1 2 3 4]", { 1, 2, 3, 4 }, 0, 1 },
    { "a crop box that sticks out is cut",
      "",
      "",
      "/MediaBox[0 0 9 9]/CropBox[-1 2 30 4]",
      { 0, 2, 9, 4 },
      0,
      1 },
    { "a crop box beside is none",
      "",
      "",
      "/MediaBox[0 0 9 9]/CropBox[10 10 20 20]",
      { 0, 0, 9, 9 },
      0,
      1 },
    { "a crop box inherited", "/CropBox[1 1 2 2]", "", "/MediaBox[0 0 9 9]", { 1, 1, 2, 2 }, 0, 1 },
    { "boxes in objects of their own", "", "", "/MediaBox 7 0 R", { 1, 2, 33, 44 }, 0, 1 },
    { "rotation inherited", "/Rotate 90", "", "", { 0, 0, 612, 792 }, 90, 1 },
    { "rotation of the page",
      "/Rotate 90",
      "/Rotate 180",
      "/Rotate 270",
      { 0, 0, 612, 792 },
      270,
      1 },
    { "rotation of the page back to none",
      "/Rotate 90",
      "",
      "/Rotate 0",
      { 0, 0, 612, 792 },
      0,
      1 },
    { "rotation backwards", "", "", "/Rotate -90", { 0, 0, 612, 792 }, 270, 1 },
    { "rotation beyond a turn", "", "", "/Rotate 810", { 0, 0, 612, 792 }, 90, 1 },
    { "rotation as a real number", "", "", "/Rotate 90.0", { 0, 0, 612, 792 }, 90, 1 },
    { "rotation by 45 degrees is none", "", "", "/Rotate 45", { 0, 0, 612, 792 }, 0, 1 },
    { "rotation beyond all numbers is none",
      "",
      "",
      "/Rotate 9223372036854775807",
      { 0, 0, 612, 792 },
      0,
      1 },
    { "rotation that is a name is not inherited from",
      "/Rotate 90",
      "",
      "/Rotate/A",
      { 0, 0, 612, 792 },
      90,
      1 },
    { "a user unit", "", "", "/UserUnit 2.5", { 0, 0, 612, 792 }, 0, 2.5 },
    { "a user unit is not inherited", "/UserUnit 2.5", "", "", { 0, 0, 612, 792 }, 0, 1 },
    { "a user unit of nothing is none", "", "", "/UserUnit 0", { 0, 0, 612, 792 }, 0, 1 },
};

static void put(make *m, uint32_t num, const char *head, const char *entries)
{
    char text[256];
    (void)snprintf(text, sizeof text, "<<%s%s>>", head, entries);
    make_object(m, num, text);
}

static void page_has_its_attributes(void **state)
{
    const attribute_row *const r = *state;
    OPENED(o);
    pds_err e = { 0 };
    pds_page page = { 0 };
    make m = { 0 };
    make_piece(&m, "%PDF-1.5\n");
    make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    put(&m, 2, "/Type/Pages/Kids[3 0 R 6 0 R]", r->outer);
    put(&m, 3, "/Type/Pages/Kids[4 0 R]", r->inner);
    put(&m, 4, "/Type/Page", r->page);
    make_object(&m, 5, "33");
    make_object(&m, 6, "<</Type/Page/MediaBox[0 0 1 1]/Rotate 90/CropBox[0 0 1 1]>>");
    make_object(&m, 7, "[1 2 5 0 R 44]");
    make_table(&m, 8, "/Size 8");
    open_made(&o, &m);
    assert_int_equal(pds_page_find(o.doc, 1, &page, &e), PDS_OK);
    assert_int_equal(page.number, 1);
    assert_int_equal(page.ref.num, 4);
    for (int i = 0; i < 4; i++) {
        assert_true(page.crop[i] == r->crop[i]);
    }
    assert_int_equal(page.rotate, r->rotate);
    assert_true(page.user_unit == r->unit);
}

/* A tree of `count` pages, 20 to a node; the page numbered n is object 100 + n. */
static void make_tree(make *m, unsigned count)
{
    static uint64_t place[5000];
    const unsigned nodes = (count + 19) / 20, size = 100 + count + 1;
    memset(place, 0, sizeof place);
    make_piece(m, "%PDF-1.5\n");
    make_object(m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    place[1] = m->place[1];
    place[2] = m->file.len;
    pds_buf_text(&m->file, "2 0 obj<</Type/Pages/Kids[");
    for (unsigned i = 0; i < nodes; i++) {
        pds_buf_printf(&m->file, "%u 0 R ", 1000 + count + i);
    }
    pds_buf_text(&m->file, "]/MediaBox[0 0 5 5]>>endobj\n");
    for (unsigned i = 0; i < nodes; i++) {
        place[1000 + count + i] = m->file.len;
        pds_buf_printf(&m->file, "%u 0 obj<</Type/Pages/Kids[", 1000 + count + i);
        for (unsigned k = 20 * i; k < count && k < 20 * i + 20; k++) {
            pds_buf_printf(&m->file, "%u 0 R ", 101 + k);
        }
        pds_buf_text(&m->file, "]>>endobj\n");
    }
    for (unsigned i = 1; i <= count; i++) {
        place[100 + i] = m->file.len;
        pds_buf_printf(&m->file, "%u 0 obj<</Type/Page>>endobj\n", 100 + i);
    }
    (void)size;
    m->section = m->file.len;
    pds_buf_printf(&m->file, "xref\n0 %u\n", 1000 + count + nodes);
    for (unsigned i = 0; i < 1000 + count + nodes; i++) {
        pds_buf_printf(&m->file, "%010llu 00000 %c \n", (unsigned long long)place[i],
                       place[i] == 0 ? 'f' : 'n');
    }
    pds_buf_printf(&m->file, "trailer<</Root 1 0 R/Size %u>>\n", 1000 + count + nodes);
    make_end(m);
}

static void pages_are_counted_and_found(void **state)
{
    static const struct {
        int64_t number;
        uint32_t want; /* 0: refused */
    } rows[] = { { 1, 1 },     { 20, 20 },       { 21, 21 },       { 333, 333 }, { -1, 333 },
                 { -16, 318 }, { -17, 317 },     { -333, 1 },      { -334, 0 },  { 334, 0 },
                 { 0, 0 },     { INT64_MAX, 0 }, { -INT64_MAX, 0 } };
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    uint32_t count = 0;
    make m = { 0 };
    make_tree(&m, 333);
    open_made(&o, &m);
    assert_int_equal(pds_page_count(o.doc, &count, &e), PDS_OK);
    assert_int_equal(count, 333);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pds_page page = { 0 };
        const pds_code code = pds_page_find(o.doc, rows[i].number, &page, &e);
        assert_int_equal(code, rows[i].want == 0 ? PDS_E_PLACE_REFUSED : PDS_OK);
        assert_int_equal(page.number, rows[i].want);
        assert_int_equal(page.ref.num, rows[i].want == 0 ? 0 : 100 + rows[i].want);
    }
}

static pds_code stop_at_two(void *ctx, const pds_page *page, const pds_object *object, bool *stop,
                            pds_err *e)
{
    (void)e;
    assert_true(pds_span_is(object->value, "<</Type/Page>>"));
    assert_int_equal(object->ref.num, page->ref.num);
    *(uint32_t *)ctx += page->number;
    *stop = page->number == 2;
    return PDS_OK;
}

static pds_code fail_at_two(void *ctx, const pds_page *page, const pds_object *object, bool *stop,
                            pds_err *e)
{
    (void)ctx;
    (void)object;
    (void)stop;
    if (page->number == 2) {
        PDS_FAIL(e, PDS_E_PLACE_REFUSED, "not this one");
    }
    return PDS_OK;
}

static void a_walk_may_end_early(void **state)
{
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    uint32_t sum = 0;
    make m = { 0 };
    make_tree(&m, 50);
    open_made(&o, &m);
    assert_int_equal(pds_pages_each(o.doc, stop_at_two, &sum, &e), PDS_OK);
    assert_int_equal(sum, 3);
    assert_int_equal(pds_pages_each(o.doc, fail_at_two, NULL, &e), PDS_E_PLACE_REFUSED);
    assert_int_equal(e.page, 2);
}

/* DAMAGE behind a page that is found early is not met. */
static void finding_stops_at_the_page(void **state)
{
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    pds_page page = { 0 };
    make m = { .find = "[3 0 R 4 0 R]", .put = "[3 0 R 2 0 R]" };
    make_pdf(&m, MAKE_TABLE);
    open_made(&o, &m);
    assert_int_equal(pds_page_find(o.doc, 1, &page, &e), PDS_OK);
    assert_int_equal(pds_page_find(o.doc, 2, &page, &e), DAMAGED);
}

static void levels_have_a_limit(void **state)
{
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    uint32_t count = 0;
    make m = { 0 };
    make_piece(&m, "%PDF-1.5\n");
    make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    uint64_t place[205] = { 0 };
    for (unsigned i = 2; i < 205; i++) {
        place[i] = m.file.len;
        pds_buf_printf(&m.file, "%u 0 obj<</Kids[%u 0 R]>>endobj\n", i, i + 1);
    }
    m.section = m.file.len;
    pds_buf_printf(&m.file, "xref\n1 1\n%010llu 00000 n \n2 203\n", (unsigned long long)m.place[1]);
    for (unsigned i = 2; i < 205; i++) {
        pds_buf_printf(&m.file, "%010llu 00000 n \n", (unsigned long long)place[i]);
    }
    pds_buf_text(&m.file, "trailer<</Root 1 0 R/Size 205>>\n");
    make_end(&m);
    open_made(&o, &m);
    assert_int_equal(pds_page_count(o.doc, &count, &e), PDS_E_PDF_LIMIT);
}

static void a_document_may_have_no_pages(void **state)
{
    (void)state;
    OPENED(o);
    pds_err e = { 0 };
    pds_page page = { 0 };
    uint32_t count = 7;
    make m = { .find = "[3 0 R 4 0 R]", .put = "[]" };
    make_pdf(&m, MAKE_TABLE);
    open_made(&o, &m);
    assert_int_equal(pds_page_count(o.doc, &count, &e), PDS_OK);
    assert_int_equal(count, 0);
    assert_int_equal(pds_page_find(o.doc, -1, &page, &e), PDS_E_PLACE_REFUSED);
}

enum { ATTRIBUTES = sizeof ATTRIBUTE_ROWS / sizeof ATTRIBUTE_ROWS[0] };

static int run_attributes(void)
{
    static struct CMUnitTest tests[ATTRIBUTES];
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        tests[i] = (struct CMUnitTest){ ATTRIBUTE_ROWS[i].name, page_has_its_attributes, NULL, NULL,
                                        (void *)(uintptr_t)&ATTRIBUTE_ROWS[i] };
    }
    return cmocka_run_group_tests_name("attributes", tests, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_counted_and_found),  cmocka_unit_test(a_walk_may_end_early),
        cmocka_unit_test(finding_stops_at_the_page),    cmocka_unit_test(levels_have_a_limit),
        cmocka_unit_test(a_document_may_have_no_pages),
    };
    return damage_run("damage", DAMAGE, sizeof DAMAGE / sizeof DAMAGE[0]) + run_attributes() +
           cmocka_run_group_tests(tests, NULL, NULL);
}
