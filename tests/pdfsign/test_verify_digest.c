/* Digests of many byte ranges of one file. */
#include "base/own.h"
#include "pdfsign/verify_digest.h"
#include "tests/pdf/make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BYTES = 700000 };

static pds_buf content;
static pds_file file;

static int fill(void **state)
{
    (void)state;
    uint8_t *const bytes = pds_buf_grow(&content, BYTES);
    uint32_t random = 1;
    for (size_t i = 0; i < BYTES; i++) {
        random = random * 1103515245 + 12345;
        bytes[i] = (uint8_t)(random >> 16);
    }
    file = make_file(&content);
    return 0;
}

static int empty(void **state)
{
    (void)state;
    pds_file_close(&file);
    pds_buf_drop(&content);
    return 0;
}

static void expect_digest(pds_digester *d, pds_md md, const uint64_t range[4])
{
    uint8_t got[PDS_DIGEST_MAX] = { 0 };
    uint8_t want[PDS_DIGEST_MAX] = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf both = { 0 };
    pds_buf_put(&both, pds_span_of(content.ptr, (size_t)range[1]));
    pds_buf_put(&both, pds_span_of(content.ptr + range[2], (size_t)range[3]));
    assert_int_equal(pds_digest_range(d, md, range, got, NULL), PDS_OK);
    assert_int_equal(pds_md_hash_of(md, pds_buf_span(&both), want, NULL), PDS_OK);
    assert_memory_equal(got, want, pds_md_size(md));
}

static void ranges_in_order_read_the_beginning_once(void **state)
{
    PDS_OWN(pds_digester_drop) pds_digester d = { .file = &file };
    const uint64_t ranges[][4] = { { 0, 300000, 300100, 900 },
                                   { 0, 400000, 400010, 5000 },
                                   { 0, 600000, 600001, 99999 } };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        expect_digest(&d, PDS_MD_SHA256, ranges[i]);
    }
    assert_int_equal(d.spent, 600000 + 900 + 5000 + 99999);
}

static void ranges_out_of_order_and_other_algorithms_are_right(void **state)
{
    PDS_OWN(pds_digester_drop) pds_digester d = { .file = &file };
    const uint64_t late[4] = { 0, 400000, 400010, 5000 };
    const uint64_t early[4] = { 0, 100, 110, 1 };
    const uint64_t none[4] = { 0, 0, 10, BYTES - 10 };
    (void)state;
    expect_digest(&d, PDS_MD_SHA512, late);
    expect_digest(&d, PDS_MD_SHA256, late);
    expect_digest(&d, PDS_MD_SHA512, early);
    expect_digest(&d, PDS_MD_SHA256, none);
    expect_digest(&d, PDS_MD_SHA1, late);
}

static void ranges_that_no_real_signatures_have_meet_a_limit(void **state)
{
    PDS_OWN(pds_digester_drop) pds_digester d = { .file = &file };
    const uint64_t range[4] = { 0, 0, 10, BYTES - 10 };
    uint8_t digest[PDS_DIGEST_MAX];
    pds_code code = PDS_OK;
    (void)state;
    for (int i = 0; i < 100 && code == PDS_OK; i++) {
        code = pds_digest_range(&d, PDS_MD_SHA256, range, digest, NULL);
    }
    assert_int_equal(code, PDS_E_PDF_LIMIT);
}

/* ---- what is known of the first bytes ---- */

enum { KNOWN = 300000 };

static pds_known_digests known_of(pds_digest digest)
{
    PDS_OWN(pds_digests_drop) pds_digests digests = { .of = { NULL } };
    pds_known_digests known = { .size = KNOWN };
    assert_int_equal(pds_digests_want(&digests, digest, NULL), PDS_OK);
    assert_int_equal(pds_digests_put(&digests, pds_span_of(content.ptr, KNOWN), NULL), PDS_OK);
    assert_int_equal(pds_known_digests_take(&known, &digests, NULL), PDS_OK);
    return known;
}

static void bytes_that_are_known_are_not_read(void **state)
{
    PDS_OWN(pds_known_digests_drop) pds_known_digests known = known_of(PDS_SHA256);
    PDS_OWN(pds_digester_drop) pds_digester d = { .file = &file, .known = &known };
    const uint64_t range[4] = { 0, KNOWN + 1000, KNOWN + 1010, 500 };
    (void)state;
    expect_digest(&d, PDS_MD_SHA256, range);
    assert_int_equal(d.spent, 1000 + 500);
}

static void what_ends_before_them_is_read_and_others_after_it_are_right(void **state)
{
    PDS_OWN(pds_known_digests_drop) pds_known_digests known = known_of(PDS_SHA256);
    PDS_OWN(pds_digester_drop) pds_digester d = { .file = &file, .known = &known };
    const uint64_t ranges[][4] = { { 0, 1000, 1010, 500 },
                                   { 0, KNOWN, KNOWN + 10, 500 },
                                   { 0, KNOWN + 2000, KNOWN + 2010, 500 },
                                   { 0, KNOWN + 1000, KNOWN + 1010, 500 } };
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        expect_digest(&d, PDS_MD_SHA256, ranges[i]);
    }
    assert_int_equal(d.spent, 1000 + 500 + 500 + 2000 + 500 + 1000 + 500);
}

static void another_algorithm_is_not_known(void **state)
{
    PDS_OWN(pds_known_digests_drop) pds_known_digests known = known_of(PDS_SHA512);
    PDS_OWN(pds_digester_drop) pds_digester d = { .file = &file, .known = &known };
    const uint64_t range[4] = { 0, KNOWN + 1000, KNOWN + 1010, 500 };
    (void)state;
    expect_digest(&d, PDS_MD_SHA256, range);
    assert_int_equal(d.spent, KNOWN + 1000 + 500);
}

static void a_range_among_them_is_digested_once(void **state)
{
    PDS_OWN(pds_known_digests_drop) pds_known_digests known = { .size = KNOWN };
    const uint64_t range[4] = { 0, 1000, 1010, KNOWN - 1010 };
    const uint64_t longer[4] = { 0, 1000, 1010, KNOWN - 1010 + 1 };
    (void)state;
    for (uint64_t i = 0; i < 2; i++) {
        PDS_OWN(pds_digester_drop) pds_digester d = { .file = &file, .known = &known };
        expect_digest(&d, PDS_MD_SHA256, range);
        assert_int_equal(d.spent, i == 0 ? KNOWN - 10 : 0);
        expect_digest(&d, PDS_MD_SHA384, range);
        expect_digest(&d, PDS_MD_SHA256, longer);
    }
    assert_int_equal(known.range_count, 2);
}

static void more_ranges_than_there_is_room_for_are_right(void **state)
{
    PDS_OWN(pds_known_digests_drop) pds_known_digests known = { .size = KNOWN };
    PDS_OWN(pds_digester_drop) pds_digester d = { .file = &file, .known = &known };
    (void)state;
    for (uint64_t i = 0; i < (uint64_t)2 * PDS_KNOWN_RANGES_MAX; i++) {
        const uint64_t range[4] = { 0, 1000 + i % (PDS_KNOWN_RANGES_MAX + 1), 2000, 500 };
        expect_digest(&d, PDS_MD_SHA256, range);
    }
    assert_int_equal(known.range_count, PDS_KNOWN_RANGES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_in_order_read_the_beginning_once),
        cmocka_unit_test(ranges_out_of_order_and_other_algorithms_are_right),
        cmocka_unit_test(ranges_that_no_real_signatures_have_meet_a_limit),
        cmocka_unit_test(bytes_that_are_known_are_not_read),
        cmocka_unit_test(what_ends_before_them_is_read_and_others_after_it_are_right),
        cmocka_unit_test(another_algorithm_is_not_known),
        cmocka_unit_test(a_range_among_them_is_digested_once),
        cmocka_unit_test(more_ranges_than_there_is_room_for_are_right),
    };
    return cmocka_run_group_tests_name("digests of byte ranges", tests, fill, empty);
}
