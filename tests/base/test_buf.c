#include "base/buf.h"
#include "base/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Sanitizers stop at a request that malloc() would only refuse. */
const char *__asan_default_options(void); // NOLINT
const char *__asan_default_options(void)  // NOLINT
{
    return "allocator_may_return_null=1";
}

static void puts_stand_behind_each_other(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf b = { 0 };
    (void)state;
    pds_buf_text(&b, "ab");
    pds_buf_byte(&b, 'c');
    pds_buf_printf(&b, "%d-%s", 12, "x");
    pds_buf_fill(&b, '.', 3);
    pds_buf_put(&b, pds_span_of(NULL, 0));
    pds_buf_text(&b, NULL);
    assert_int_equal(pds_buf_end(&b, NULL), PDS_OK);
    assert_true(pds_span_is(pds_buf_span(&b), "abc12-x..."));
    assert_string_equal(pds_buf_cstr(&b), "abc12-x...");
    assert_int_equal(b.len, 10);
}

static void the_limit_is_exact(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf b = { .max = 10 };
    pds_err e;
    (void)state;
    pds_buf_text(&b, "0123456789");
    assert_int_equal(b.bad, PDS_OK);
    assert_string_equal(pds_buf_cstr(&b), "0123456789"); /* the NUL is not counted */
    pds_buf_byte(&b, 'x');
    assert_int_equal(b.bad, PDS_E_LIMIT);
    pds_buf_put(&b, pds_span_of("", 0));
    assert_int_equal(pds_buf_end(&b, &e), PDS_E_LIMIT);
    assert_string_equal(e.text, "more than 10 bytes");
    assert_int_equal(b.len, 10);
    assert_string_equal(pds_buf_cstr(&b), "");
}

static void the_first_fault_sticks(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf b = { .max = 4 };
    (void)state;
    pds_buf_text(&b, "12345");
    pds_buf_text(&b, "1");
    pds_buf_printf(&b, "1");
    pds_buf_replace(&b, 0, 0, pds_span_text("1"));
    assert_null(pds_buf_grow(&b, 1));
    assert_int_equal(b.len, 0);
    assert_int_equal(b.bad, PDS_E_LIMIT);
    pds_buf_clear(&b);
    pds_buf_text(&b, "1234");
    assert_int_equal(b.bad, PDS_OK);
}

static void a_length_that_overflows_is_a_fault(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf b = { .max = SIZE_MAX };
    (void)state;
    pds_buf_byte(&b, 'x');
    assert_null(pds_buf_grow(&b, SIZE_MAX));
    assert_int_equal(b.bad, PDS_E_LIMIT);
    pds_buf_clear(&b);
    assert_null(pds_buf_grow(&b, SIZE_MAX / 2));
    assert_int_equal(b.bad, PDS_E_NO_MEMORY);
    assert_int_equal(pds_buf_end(&b, NULL), PDS_E_NO_MEMORY);
}

static void printf_fits_to_the_byte(void **state)
{
    (void)state;
    for (size_t before = 0; before < 70; before++) {
        PDS_OWN(pds_buf_drop) pds_buf b = { .max = before + 5 };
        pds_buf_fill(&b, '.', before);
        pds_buf_printf(&b, "%s", "12345");
        assert_int_equal(pds_buf_end(&b, NULL), PDS_OK);
        assert_int_equal(b.len, before + 5);
        assert_memory_equal(b.ptr + before, "12345", 5);
        pds_buf_printf(&b, "%c", 'x');
        assert_int_equal(b.bad, PDS_E_LIMIT);
    }
}

static void growth_is_geometric(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf b = { 0 };
    size_t moves = 0;
    size_t cap = 0;
    (void)state;
    for (int i = 0; i < 1000000; i++) {
        pds_buf_byte(&b, 'x');
        moves += b.cap != cap ? 1 : 0;
        cap = b.cap;
    }
    assert_in_range(moves, 1, 20);
}

typedef struct replace_row {
    const char *name;
    size_t at, drop;
    const char *bytes, *result;
} replace_row;

static replace_row replaces[] = {
    { "the same length", 1, 2, "xy", "0xy345" },
    { "longer", 1, 1, "wxyz", "0wxyz2345" },
    { "shorter", 1, 4, "x", "0x5" },
    { "nothing for something", 0, 6, "", "" },
    { "at the end it appends", 6, 0, "67", "01234567" },
    { "at the front it inserts", 0, 0, "ab", "ab012345" },
    { "behind the end is a bug", 7, 0, "x", NULL },
    { "more than there is is a bug", 3, 4, "x", NULL },
};

static void replace_moves_the_rest(void **state)
{
    const replace_row *r = *state;
    PDS_OWN(pds_buf_drop) pds_buf b = { 0 };
    pds_buf_text(&b, "012345");
    pds_buf_replace(&b, r->at, r->drop, pds_span_text(r->bytes));
    if (r->result == NULL) {
        assert_int_equal(pds_buf_end(&b, NULL), PDS_E_INTERNAL);
        assert_int_equal(b.len, 6);
    } else {
        assert_int_equal(pds_buf_end(&b, NULL), PDS_OK);
        assert_string_equal(pds_buf_cstr(&b), r->result);
    }
}

static void replace_works_in_an_empty_buffer(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf b = { 0 };
    (void)state;
    pds_buf_replace(&b, 0, 0, pds_span_text("ab"));
    assert_string_equal(pds_buf_cstr(&b), "ab");
}

static void take_leaves_an_empty_buffer(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf b = { .max = 8 };
    (void)state;
    pds_buf_text(&b, "abc");
    PDS_OWN(pds_buf_drop) pds_buf taken = pds_buf_take(&b);
    assert_true(pds_span_is(pds_buf_span(&taken), "abc"));
    assert_null(b.ptr);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.max, 8);
    assert_string_equal(pds_buf_cstr(&b), "");
}

static void grow_by_nothing_is_no_fault(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf b = { 0 };
    (void)state;
    assert_non_null(pds_buf_grow(&b, 0));
    assert_int_equal(b.len, 0);
}

enum { REPLACES = sizeof replaces / sizeof replaces[0] };

int main(void)
{
    struct CMUnitTest rows[REPLACES];
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_stand_behind_each_other),
        cmocka_unit_test(the_limit_is_exact),
        cmocka_unit_test(the_first_fault_sticks),
        cmocka_unit_test(a_length_that_overflows_is_a_fault),
        cmocka_unit_test(printf_fits_to_the_byte),
        cmocka_unit_test(growth_is_geometric),
        cmocka_unit_test(replace_works_in_an_empty_buffer),
        cmocka_unit_test(take_leaves_an_empty_buffer),
        cmocka_unit_test(grow_by_nothing_is_no_fault),
    };
    for (size_t i = 0; i < REPLACES; i++) {
        rows[i] = (struct CMUnitTest){ replaces[i].name, replace_moves_the_rest, NULL, NULL,
                                       &replaces[i] };
    }
    return cmocka_run_group_tests_name("buf.replace", rows, NULL, NULL) +
           cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
