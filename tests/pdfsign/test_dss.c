/* Document security stores: what is put into files, and what is not. */
#include "base/own.h"
#include "tests/pdf/sample.h"
#include "tests/pdfsign/archive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { HEAD = 900 /* bytes of an update beside the streams: objects, table, trailer */ };

/* ---- on every kind of file ---- */

static const archive_row ROWS[] = {
    { ARCHIVE_TABLE, 0, NULL, 1 },   { ARCHIVE_TABLE, 1, NULL, 1 },
    { ARCHIVE_TABLE, 2, NULL, 1 },   { ARCHIVE_TABLE, 3, NULL, 2 },
    { ARCHIVE_TABLE, 0, "all", 2 },  { ARCHIVE_STREAM, 0, NULL, 1 },
    { ARCHIVE_STREAM, 2, "all", 2 }, { ARCHIVE_HYBRID, 0, NULL, 2 },
    { ARCHIVE_AES_128, 0, NULL, 1 }, { ARCHIVE_AES_256, 1, NULL, 1 },
    { ARCHIVE_PDF_2, 0, NULL, 2 },
};

static size_t size_of(const pds_dss_items *content)
{
    size_t size = 0;
    for (size_t i = 0; i < PDS_DSS_KINDS; i++) {
        for (size_t n = 0; n < content->of[i].count; n++) {
            size += content->of[i].items[n].len;
        }
    }
    return size;
}

static void holds_after_each_kind_of_signature(void **state)
{
    (void)state;
    const pds_dss_items content = archive_content();
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        ARCHIVE(a);
        archive_sign(&a, &ROWS[i]);
        assert_true(archive_store(&a, &content));
        print_message("%s: %zu bytes for %zu\n", archive_name(ROWS[i].file), a.updates.len,
                      size_of(&content));
        assert_true(a.updates.len < size_of(&content) + HEAD + 400);
        archive_write(&a);
        archive_expect(&a, ROWS[i].signings, 0, PDS_LEVEL_B);
        archive_check(&a);
    }
}

/* ---- nothing twice ---- */

static const archive_row ONE = { ARCHIVE_TABLE, 0, NULL, 1 };

static void what_stands_is_not_written_again(void **state)
{
    (void)state;
    for (archive_file file = ARCHIVE_TABLE; file < ARCHIVE_FILES; file++) {
        ARCHIVE(a);
        const archive_row row = { file, 0, NULL, 1 };
        const pds_dss_items content = archive_content();
        archive_sign(&a, &row);
        assert_true(archive_store(&a, &content));
        assert_false(archive_store(&a, &content)); /* in memory … */
        archive_write(&a);
        assert_false(archive_store(&a, &content)); /* … and in the file */
        assert_int_equal(a.updates.len, 0);
    }
}

static size_t count_of(const archive *a, const char *text)
{
    pds_buf bytes = sample_read(a->path);
    size_t count = 0;
    pds_span rest = pds_buf_span(&bytes);
    for (const uint8_t *at; (at = memmem(rest.ptr, rest.len, text, strlen(text))) != NULL;) {
        count++;
        const size_t gone = (size_t)(at - rest.ptr) + 1;
        rest = pds_span_of(rest.ptr + gone, rest.len - gone);
    }
    pds_buf_drop(&bytes);
    return count;
}

/* References in the first array that begins so. */
static size_t elements_of(const archive *a, const char *text)
{
    pds_buf bytes = sample_read(a->path);
    const char *at = memmem(bytes.ptr, bytes.len, text, strlen(text));
    size_t count = 0;
    assert_non_null(at);
    for (; *at != ']'; at++) {
        count += *at == 'R' ? 1 : 0;
    }
    pds_buf_drop(&bytes);
    return count;
}

static void only_what_is_new_is_added(void **state)
{
    ARCHIVE(a);
    (void)state;
    pds_dss_items content = archive_content();
    archive_sign(&a, &ONE);
    content.of[PDS_DSS_CERT].count = 1;
    content.of[PDS_DSS_CRL].count = 0;
    content.of[PDS_DSS_OCSP].count = 0;
    assert_true(archive_store(&a, &content));
    const size_t first = a.updates.len;
    content = archive_content();
    assert_true(archive_store(&a, &content));
    assert_true(a.updates.len - first < size_of(&content) - content.of[0].items[0].len + HEAD);
    archive_write(&a);
    assert_int_equal(count_of(&a, "/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 1>>>>"), 1);
    archive_expect(&a, 1, 0, PDS_LEVEL_B);
    archive_check(&a);
}

static void the_same_bytes_are_one_stream(void **state)
{
    ARCHIVE(a);
    (void)state;
    pds_span twice[2] = { archive_of.certs[0], archive_of.certs[0] };
    const pds_dss_items content = { .of = { { twice, 2 } } };
    archive_sign(&a, &ONE);
    assert_true(archive_store(&a, &content));
    assert_true(a.updates.len < twice[0].len + HEAD);
    archive_write(&a);
    assert_int_equal(count_of(&a, "/Certs["), 1);
    assert_int_equal(elements_of(&a, "/Certs["), 1);
    archive_check(&a);
}

static void nothing_given_is_nothing_written(void **state)
{
    ARCHIVE(a);
    (void)state;
    const pds_dss_items content = { .of = { { NULL, 0 } } };
    archive_sign(&a, &ONE);
    assert_false(archive_store(&a, &content));
    assert_int_equal(a.updates.len, 0);
}

/* ---- stores of others ---- */

typedef struct foreign_row {
    const char *name;
    const char *catalog;    /* /DSS and what else stands there */
    const char *objects[3]; /* 20, 21, 22; NULL: none. %s: a reference to the certificate */
    bool lacks;             /* something is put in though it is the same certificate */
} foreign_row;

static const foreign_row FOREIGN[] = {
    { "indirect store and array", "/DSS 20 0 R", { "<</Certs 21 0 R>>", "[30 0 R]" }, false },
    { "indirect store", "/DSS 20 0 R", { "<</Type/DSS/Certs[30 0 R]>>" }, false },
    { "direct store", "/DSS<</Certs[30 0 R]>>", { NULL }, false },
    { "direct store, indirect array", "/DSS<</Certs 21 0 R>>", { NULL, "[30 0 R]" }, false },
    { "another kind of list", "/DSS<</CRLs[30 0 R]>>", { NULL }, true },
    { "only in /VRI", "/DSS<</VRI<</AA<</Cert[30 0 R]>>>>>>", { NULL }, true },
    { "an indirect /VRI",
      "/DSS 20 0 R",
      { "<</VRI 21 0 R>>", "<</AA 22 0 R>>", "<</Cert[30 0 R]>>" },
      true },
    { "no dictionary", "/DSS[1 2]", { NULL }, true },
    { "references to nothing", "/DSS<</Certs[99 0 R 7 0 R]>>", { NULL }, true },
    { "no array", "/DSS<</Certs 7>>", { NULL }, true },
    { "extensions of others",
      "/Extensions<</ADBE<</BaseVersion/1.7/ExtensionLevel 8>>>>",
      { NULL },
      true },
    { "indirect extensions", "/Extensions 20 0 R", { "<</ADBE<</BaseVersion/1.7>>>>" }, true },
};

/* An update by somebody else: the certificate is object 30, encoded in another way. */
static void add_foreign(archive *a, const foreign_row *row)
{
    PDS_OWN(pds_append_drop) pds_append update = { .doc = NULL };
    PDS_OWN(pds_buf_drop) pds_buf hex = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf catalog = { 0 };
    pds_err e = { 0 };
    assert_int_equal(pds_append_open(&a->base, &a->updates, &update, &e), PDS_OK);
    for (size_t i = 0; i < archive_of.certs[0].len; i++) {
        pds_buf_printf(&hex, "%02x", archive_of.certs[0].ptr[i]);
    }
    pds_buf_text(&hex, ">");
    pds_buf_printf(&catalog, "<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R%s>>", row->catalog);
    assert_int_equal(
        pds_update_put(update.update, (pds_ref){ .num = 1 }, pds_buf_span(&catalog), &e), PDS_OK);
    assert_int_equal(pds_update_put_stream(update.update, (pds_ref){ .num = 30 },
                                           pds_span_text("<</Filter/ASCIIHexDecode>>"),
                                           pds_buf_span(&hex), &e),
                     PDS_OK);
    for (uint32_t i = 0; i < 3; i++) {
        if (row->objects[i] != NULL) {
            assert_int_equal(pds_update_put(update.update, (pds_ref){ .num = 20 + i },
                                            pds_span_text(row->objects[i]), &e),
                             PDS_OK);
        }
    }
    assert_int_equal(pds_append_write(&update, &a->updates, NULL, &e), PDS_OK);
}

static void open_plain(archive *a)
{
    const sample kind = { .kind = SAMPLE_TABLE };
    sample_make(&kind, sample_path("foreign.pdf"));
    archive_open(a, sample_path("foreign.pdf"), NULL);
}

static void stores_of_others_go_on(void **state)
{
    (void)state;
    const pds_dss_items one = { .of = { { archive_of.certs, 1 } } };
    const pds_dss_items all = archive_content();
    for (size_t i = 0; i < sizeof FOREIGN / sizeof FOREIGN[0]; i++) {
        ARCHIVE(a);
        print_message("%s\n", FOREIGN[i].name);
        open_plain(&a);
        add_foreign(&a, &FOREIGN[i]);
        const size_t before = a.updates.len;
        assert_int_equal(archive_store(&a, &one), FOREIGN[i].lacks);
        const bool reused = i < 7;
        assert_true(!reused || a.updates.len - before < HEAD);
        assert_true(archive_store(&a, &all));
        assert_false(archive_store(&a, &all));
        archive_write(&a);
        sample_check(a.path, NULL);
    }
}

/* Which version of PDF says that it uses what is in PDF 2.0 anyway. */
static const struct {
    const char *header, *catalog;
    size_t said;
} VERSIONS[] = {
    { "1.7", "", 1 },
    { "1.4", "", 0 },
    { "1.4", "/Version/1.7", 1 },
    { "1.7", "/Version/1.4", 1 },
    { "1.7", "/Version/2.0", 0 },
    { "2.0", "", 0 },
    { "2.0", "/Version/1.7", 0 },
    { "1.7", "/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 5>>>>", 0 },
};

static void open_version(archive *a, const char *version)
{
    const sample kind = { .kind = SAMPLE_TABLE };
    const char *const path = sample_path("version.pdf");
    sample_make(&kind, path);
    pds_buf bytes = sample_read(path);
    memcpy(bytes.ptr + strlen("%PDF-"), version, strlen(version));
    sample_write(path, pds_buf_span(&bytes));
    pds_buf_drop(&bytes);
    archive_open(a, path, NULL);
}

static void only_pdf_1_7_tells_an_extension(void **state)
{
    const pds_dss_items content = archive_content();
    (void)state;
    for (size_t i = 0; i < sizeof VERSIONS / sizeof VERSIONS[0]; i++) {
        ARCHIVE(a);
        const foreign_row row = { .catalog = VERSIONS[i].catalog };
        print_message("%s%s\n", VERSIONS[i].header, VERSIONS[i].catalog);
        open_version(&a, VERSIONS[i].header);
        add_foreign(&a, &row);
        assert_true(archive_store(&a, &content));
        archive_write(&a);
        assert_int_equal(count_of(&a, "/ExtensionLevel 1"), VERSIONS[i].said);
        sample_check(a.path, NULL);
    }
}

/* A store that leads to nothing, at great length, costs neither time nor memory. */
static void a_hostile_store_is_bounded(void **state)
{
    ARCHIVE(a);
    PDS_OWN(pds_append_drop) pds_append update = { .doc = NULL };
    PDS_OWN(pds_buf_drop) pds_buf catalog = { 0 };
    pds_err e = { 0 };
    const pds_dss_items content = archive_content();
    (void)state;
    open_plain(&a);
    pds_buf_text(&catalog, "<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R/DSS<</Certs[");
    for (unsigned i = 0; i < 200000; i++) {
        pds_buf_printf(&catalog, "%u 0 R ", 20 + i);
    }
    pds_buf_text(&catalog, "]/VRI 1 0 R>>>>");
    assert_int_equal(pds_append_open(&a.base, &a.updates, &update, &e), PDS_OK);
    assert_int_equal(
        pds_update_put(update.update, (pds_ref){ .num = 1 }, pds_buf_span(&catalog), &e), PDS_OK);
    assert_int_equal(pds_append_write(&update, &a.updates, NULL, &e), PDS_OK);
    const size_t before = a.updates.len;
    assert_true(archive_store(&a, &content));
    assert_true(a.updates.len - before < catalog.len * 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_after_each_kind_of_signature),
        cmocka_unit_test(what_stands_is_not_written_again),
        cmocka_unit_test(only_what_is_new_is_added),
        cmocka_unit_test(the_same_bytes_are_one_stream),
        cmocka_unit_test(nothing_given_is_nothing_written),
        cmocka_unit_test(only_pdf_1_7_tells_an_extension),
        cmocka_unit_test(stores_of_others_go_on),
        cmocka_unit_test(a_hostile_store_is_bounded),
    };
    return cmocka_run_group_tests_name("document security store", tests, archive_begin,
                                       archive_end);
}
