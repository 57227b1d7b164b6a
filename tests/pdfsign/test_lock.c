/* Locks: what the option says, what the dictionary says, and which fields they cover. */
#include "base/own.h"
#include "pdfsign/lock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct good_row {
    const char *option;
    const char *entries; /* in the dictionary */
} good_row;

static const good_row GOOD[] = {
    { "all", "/Action/All" },
    { "include:a", "/Action/Include/Fields[(a)]" },
    { "include:a,b.c", "/Action/Include/Fields[(a)(b.c)]" },
    { "exclude:金额", "/Action/Exclude/Fields[(\xFE\xFF\x91\xD1\x98\x9D)]" },
};

static void option_becomes_entries(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        PDS_OWN(pds_lock_drop) pds_lock lock = { .action = PDS_LOCK_NONE };
        PDS_OWN(pds_buf_drop) pds_buf entries = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf words = { 0 };
        assert_int_equal(pds_lock_parse(GOOD[i].option, &lock, NULL), PDS_OK);
        pds_lock_put(&lock, &entries);
        pds_lock_describe(&lock, &words);
        assert_string_equal(pds_buf_cstr(&words), GOOD[i].option);
        assert_string_equal(pds_buf_cstr(&entries), GOOD[i].entries);
    }
}

static const char *const BAD[] = {
    "", "everything", "include:", "include:,a", "exclude:a,,b", "exclude:a,", "all:", "ALL",
};

static void bad_option_is_wrong_usage(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        pds_lock lock;
        pds_err e = { 0 };
        assert_int_equal(pds_lock_parse(BAD[i], &lock, &e), PDS_E_USAGE);
        assert_true(e.expected[0] != '\0');
    }
}

typedef struct cover_row {
    const char *option;
    const char *field;
    bool covered;
} cover_row;

static const cover_row COVERS[] = {
    { "all", "anything", true },   { "include:a", "a", true },
    { "include:a", "a.b", true },  /* the tree below it */
    { "include:a", "ab", false },  /* not a longer name */
    { "include:a.b", "a", false }, /* not what is above it */
    { "include:a,b", "b", true },  { "exclude:a", "a", false },
    { "exclude:a", "a.b", false }, { "exclude:a", "b", true },
    { NULL, "a", false },
};

static void covers_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof COVERS / sizeof COVERS[0]; i++) {
        PDS_OWN(pds_lock_drop) pds_lock lock = { .action = PDS_LOCK_NONE };
        assert_int_equal(pds_lock_parse(COVERS[i].option, &lock, NULL), PDS_OK);
        assert_int_equal(pds_lock_covers(&lock, COVERS[i].field), COVERS[i].covered);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(option_becomes_entries),
        cmocka_unit_test(bad_option_is_wrong_usage),
        cmocka_unit_test(covers_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
