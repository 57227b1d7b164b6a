#include "cms/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct row {
    const char *name;
    const char *text;
    pds_code code;
    pds_digest digest;
} row;

static row rows[] = {
    { "as the command line names it", "sha256", PDS_OK, PDS_SHA256 },
    { "as the standards name it", "SHA-384", PDS_OK, PDS_SHA384 },
    { "any case", "Sha512", PDS_OK, PDS_SHA512 },
    { "the default", "default", PDS_OK, PDS_DIGEST_DEFAULT },
    { "SHA-1 is weak, not unknown", "sha1", PDS_E_KEY_WEAK, 0 },
    { "SHA-1 with its dash", "SHA-1", PDS_E_KEY_WEAK, 0 },
    { "MD5 is weak", "MD5", PDS_E_KEY_WEAK, 0 },
    { "SHA-224 is not offered", "sha224", PDS_E_USAGE, 0 },
    { "nothing", "", PDS_E_USAGE, 0 },
};

static void a_name_is_read(void **state)
{
    const row *r = *state;
    pds_digest digest = (pds_digest)77;
    pds_err e = { 0 };
    assert_int_equal(pds_digest_from_name(r->text, &digest, &e), r->code);
    if (r->code == PDS_OK) {
        assert_int_equal(digest, r->digest);
    } else {
        assert_int_equal(digest, 77);
        assert_string_equal(e.expected, "sha256, sha384 or sha512");
        assert_string_equal(e.found, r->text);
    }
}

static void sizes_and_names(void **state)
{
    (void)state;
    assert_int_equal(pds_digest_size(PDS_SHA256), 32);
    assert_int_equal(pds_digest_size(PDS_SHA384), 48);
    assert_int_equal(pds_digest_size(PDS_SHA512), 64);
    assert_string_equal(pds_digest_name(PDS_SHA512), "sha512");
    assert_string_equal(pds_digest_name(PDS_DIGEST_DEFAULT), "default");
}

/* FIPS 180-4, the example "abc". */
static void a_digest_in_pieces_is_that_of_the_whole(void **state)
{
    static const uint8_t abc[] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea };
    uint8_t whole[PDS_DIGEST_MAX];
    uint8_t pieces[PDS_DIGEST_MAX];
    pds_hash *h = NULL;
    (void)state;
    assert_int_equal(pds_hash_of(PDS_SHA256, pds_span_text("abc"), whole, NULL), PDS_OK);
    assert_memory_equal(whole, abc, sizeof abc);
    assert_int_equal(pds_hash_new(PDS_DIGEST_DEFAULT, &h, NULL), PDS_OK);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(pds_hash_begin(h, NULL), PDS_OK);
        assert_int_equal(pds_hash_put(h, pds_span_text("a"), NULL), PDS_OK);
        assert_int_equal(pds_hash_put(h, pds_span_text(""), NULL), PDS_OK);
        assert_int_equal(pds_hash_put(h, pds_span_text("bc"), NULL), PDS_OK);
        assert_int_equal(pds_hash_end(h, pieces, NULL), PDS_OK);
        assert_memory_equal(pieces, whole, 32);
    }
    pds_hash_drop(&h);
    assert_null(h);
}

static void a_copy_goes_its_own_way(void **state)
{
    uint8_t whole[PDS_DIGEST_MAX];
    uint8_t made[PDS_DIGEST_MAX];
    pds_hash *h = NULL;
    pds_hash *copy = NULL;
    (void)state;
    assert_int_equal(pds_hash_of(PDS_SHA384, pds_span_text("abc"), whole, NULL), PDS_OK);
    assert_int_equal(pds_hash_new(PDS_SHA384, &h, NULL), PDS_OK);
    assert_int_equal(pds_hash_put(h, pds_span_text("ab"), NULL), PDS_OK);
    assert_int_equal(pds_hash_copy(h, &copy, NULL), PDS_OK);
    assert_int_equal(pds_hash_put(h, pds_span_text("xyz"), NULL), PDS_OK);
    assert_int_equal(pds_hash_put(copy, pds_span_text("c"), NULL), PDS_OK);
    assert_int_equal(pds_hash_end(copy, made, NULL), PDS_OK);
    assert_memory_equal(made, whole, 48);
    pds_hash_drop(&copy);
    pds_hash_drop(&h);
}

int main(void)
{
    enum { COUNT = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[COUNT + 3];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, a_name_is_read, NULL, NULL, &rows[i] };
    }
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(sizes_and_names);
    tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(a_digest_in_pieces_is_that_of_the_whole);
    tests[COUNT + 2] = (struct CMUnitTest)cmocka_unit_test(a_copy_goes_its_own_way);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
