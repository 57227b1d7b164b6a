/* Document timestamps, before and behind validation data. */
#include "base/own.h"
#include "tests/pdf/sample.h"
#include "tests/pdfsign/archive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct order_row {
    const char *name;
    const char *steps; /* S a store, T a timestamp, W written in between */
    size_t stamps;
    pds_level level;
} order_row;

static const order_row ORDERS[] = {
    { "a timestamp alone", "T", 1, PDS_LEVEL_T },
    { "data behind it", "TS", 1, PDS_LEVEL_LT },
    { "data before it", "ST", 1, PDS_LEVEL_LTA },
    { "data written before", "SWT", 1, PDS_LEVEL_LTA },
    { "renewed", "STST", 2, PDS_LEVEL_LTA },
    { "renewed later", "STWTW", 2, PDS_LEVEL_LTA },
};

static const archive_row FILES[] = {
    { ARCHIVE_TABLE, 0, NULL, 1 },    { ARCHIVE_TABLE, 1, NULL, 1 },
    { ARCHIVE_TABLE, 2, NULL, 2 },    { ARCHIVE_TABLE, 3, "all", 1 },
    { ARCHIVE_STREAM, 0, "all", 2 },  { ARCHIVE_STREAM, 1, NULL, 1 },
    { ARCHIVE_HYBRID, 0, NULL, 1 },   { ARCHIVE_AES_128, 2, NULL, 1 },
    { ARCHIVE_AES_256, 1, "all", 1 }, { ARCHIVE_PDF_2, 0, NULL, 2 },
};

static void go(archive *a, const char *steps)
{
    const pds_dss_items content = archive_content();
    pds_document_timestamp made;
    for (const char *step = steps; *step != '\0'; step++) {
        if (*step == 'S') {
            (void)archive_store(a, &content);
        } else if (*step == 'T') {
            archive_stamp(a, &made);
        } else {
            archive_write(a);
        }
    }
    archive_write(a);
}

static void levels_are_reached_on_all_kinds_of_files(void **state)
{
    const order_row *const order = *state;
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        ARCHIVE(a);
        a.chain_known = strchr(order->steps, 'S') == NULL;
        archive_sign(&a, &FILES[i]);
        const uint64_t before = a.file.size;
        go(&a, order->steps);
        print_message("%s: %s: %llu bytes more\n", order->name, archive_name(FILES[i].file),
                      (unsigned long long)(a.file.size - before));
        archive_expect(&a, FILES[i].signings + order->stamps, 0, order->level);
        archive_check(&a);
    }
}

/* ---- what it is ---- */

static const archive_row ONE = { ARCHIVE_TABLE, 0, NULL, 1 };

static void its_field_is_new_and_not_seen(void **state)
{
    ARCHIVE(a);
    PDS_OWN(pds_verification_drop) pds_verification v;
    (void)state;
    archive_sign(&a, &ONE);
    go(&a, "STT");
    archive_verify(&a, &v);
    assert_int_equal(v.signature_count, 3);
    assert_string_equal(v.signatures[1].kind, "timestamp");
    assert_string_equal(v.signatures[1].fields[0], "Timestamp1");
    assert_string_equal(v.signatures[2].fields[0], "Timestamp2");
    assert_string_equal(v.signatures[1].sub_filter, "ETSI.RFC3161");
    assert_null(v.signatures[1].claimed_time);
    assert_true(v.signatures[2].covers_all);
}

static void add_metadata(archive *a, const char *xmp)
{
    PDS_OWN(pds_append_drop) pds_append update = { .doc = NULL };
    pds_err e = { 0 };
    assert_int_equal(pds_append_open(&a->base, &a->updates, &update, &e), PDS_OK);
    assert_int_equal(
        pds_update_put(
            update.update, (pds_ref){ .num = 1 },
            pds_span_text("<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R/Metadata 30 0 R>>"), &e),
        PDS_OK);
    assert_int_equal(pds_update_put_stream(update.update, (pds_ref){ .num = 30 },
                                           pds_span_text("<</Type/Metadata/Subtype/XML>>"),
                                           pds_span_text(xmp), &e),
                     PDS_OK);
    assert_int_equal(pds_append_write(&update, &a->updates, NULL, &e), PDS_OK);
    archive_write(a);
}

/* Others would hold it against a lock or a certification. */
static void it_has_a_look_in_pdfa_1_alone(void **state)
{
    static const char *const Metadata[] = { "<x/>", "<x pdfaid:part='2'/>",
                                            "<x pdfaid:part='1'/>" };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        ARCHIVE(a);
        pds_document_timestamp made;
        const sample kind = { .kind = SAMPLE_TABLE };
        sample_make(&kind, sample_path("plain.pdf"));
        archive_open(&a, sample_path("plain.pdf"), NULL);
        add_metadata(&a, Metadata[i]);
        archive_stamp(&a, &made);
        const bool looks = memmem(a.updates.ptr, a.updates.len, "/AP<</N", 7) != NULL;
        assert_int_equal(looks, i == 2);
    }
}

static void a_file_without_signatures_gets_one(void **state)
{
    ARCHIVE(a);
    PDS_OWN(pds_verification_drop) pds_verification v;
    (void)state;
    const sample kind = { .kind = SAMPLE_STREAM };
    sample_make(&kind, sample_path("plain.pdf"));
    archive_open(&a, sample_path("plain.pdf"), NULL);
    go(&a, "TS");
    archive_verify(&a, &v);
    assert_int_equal(v.signature_count, 1);
    sample_check(a.path, NULL);
}

static void no_field_is_made_where_the_encryption_forbids_it(void **state)
{
    ARCHIVE(a);
    pds_document_timestamp made;
    pds_err e = { 0 };
    size_t room = 0;
    const sample kind = { .kind = SAMPLE_TABLE };
    (void)state;
    sample_make(&kind, sample_path("plain.pdf"));
    const char *const encrypt[] = { "qpdf",
                                    "--encrypt",
                                    "user",
                                    "owner",
                                    "256",
                                    "--modify=none",
                                    "--",
                                    sample_path("plain.pdf"),
                                    sample_path("shut.pdf"),
                                    NULL };
    assert_int_equal(sample_run(encrypt), 0);
    archive_open(&a, sample_path("shut.pdf"), "user");
    assert_int_equal(pds_document_timestamp_append(&a.base, &a.stamper, &a.digests, &room,
                                                   &a.updates, &made, &e),
                     PDS_E_DOCMDP_FORBIDS);
    assert_int_equal(a.updates.len, 0);
    const pds_dss_items content = archive_content();
    assert_true(archive_store(&a, &content)); /* no part of the document */
}

/* ---- the room for the token ---- */

static void a_large_token_is_asked_for_twice(void **state)
{
    ARCHIVE(a);
    pds_document_timestamp made;
    pds_err e = { 0 };
    size_t room = 0;
    (void)state;
    a.token_min = 20000;
    archive_sign(&a, &ONE);
    a.stamper.self = &a;
    assert_int_equal(pds_document_timestamp_append(&a.base, &a.stamper, &a.digests, &room,
                                                   &a.updates, &made, &e),
                     PDS_OK);
    assert_int_equal(a.stamped, 2);
    assert_true(made.token > 20000);
    assert_in_range(room, made.token, made.token + 1000);
    archive_write(&a);
    archive_check(&a);
    /* and the next one at once */
    assert_int_equal(pds_document_timestamp_append(&a.base, &a.stamper, &a.digests, &room,
                                                   &a.updates, &made, &e),
                     PDS_OK);
    assert_int_equal(a.stamped, 1);
    archive_write(&a);
    archive_check(&a);
}

typedef struct bad_stamper {
    size_t size, more, asked;
    pds_code code;
} bad_stamper;

static pds_code answer_badly(void *self, pds_span imprint, pds_buf *token, pds_err *e)
{
    bad_stamper *const bad = self;
    (void)imprint;
    pds_buf_fill(token, 0x30, bad->size);
    bad->size += bad->more;
    bad->asked++;
    if (bad->code != PDS_OK) {
        return pds_fail(e, bad->code, __func__, "no answer");
    }
    return PDS_OK;
}

static void without_a_token_nothing_is_left(void **state)
{
    static const struct {
        bad_stamper stamper;
        pds_code code;
        size_t asked;
    } Rows[] = {
        { { .code = PDS_E_KEY_FAILED }, PDS_E_KEY_FAILED, 1 },
        { { .size = 2 << 20 }, PDS_E_LIMIT, 1 },
        { { .size = 9000, .more = 9000 }, PDS_E_LIMIT, 3 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof Rows / sizeof Rows[0]; i++) {
        for (int stored = 0; stored < 2; stored++) {
            ARCHIVE(a);
            bad_stamper bad = Rows[i].stamper;
            const pds_dss_items content = archive_content();
            const pds_stamp_source stamper = { answer_badly, &bad, PDS_SHA256 };
            pds_document_timestamp made;
            pds_err e = { 0 };
            size_t room = 0;
            archive_sign(&a, &ONE);
            assert_int_equal(stored != 0 && archive_store(&a, &content), stored);
            const size_t before = a.updates.len;
            assert_int_equal(pds_document_timestamp_append(&a.base, &stamper, &a.digests, &room,
                                                           &a.updates, &made, &e),
                             Rows[i].code);
            assert_int_equal(bad.asked, Rows[i].asked);
            assert_int_equal(a.updates.len, before);
            go(&a, "T"); /* and it goes on */
            archive_check(&a);
        }
    }
}

int main(void)
{
    enum { COUNT = sizeof ORDERS / sizeof ORDERS[0] };
    static struct CMUnitTest tests[COUNT + 6];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ .name = ORDERS[i].name,
                                        .test_func = levels_are_reached_on_all_kinds_of_files,
                                        .initial_state = (void *)(uintptr_t)&ORDERS[i] };
    }
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(its_field_is_new_and_not_seen);
    tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(a_file_without_signatures_gets_one);
    tests[COUNT + 2] = (struct CMUnitTest)cmocka_unit_test(a_large_token_is_asked_for_twice);
    tests[COUNT + 3] = (struct CMUnitTest)cmocka_unit_test(without_a_token_nothing_is_left);
    tests[COUNT + 4] =
        (struct CMUnitTest)cmocka_unit_test(no_field_is_made_where_the_encryption_forbids_it);
    tests[COUNT + 5] = (struct CMUnitTest)cmocka_unit_test(it_has_a_look_in_pdfa_1_alone);
    return cmocka_run_group_tests_name("document timestamps", tests, archive_begin, archive_end);
}
