#include "cms/der.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct row {
    const char *name;
    size_t len;
    uint8_t bytes[16];
    size_t taken; /* octets of the first element; 0: refused */
    bool valid;   /* all of it is one element */
} row;

static row rows[] = {
    { "nothing is no element", 0, { 0 }, 0, false },
    { "a tag alone is no element", 1, { 0x04 }, 0, false },
    { "an empty octet string", 2, { 0x04, 0x00 }, 2, true },
    { "an integer of one octet", 3, { 0x02, 0x01, 0x05 }, 3, true },
    { "a second element may follow, but then it is not one",
      4,
      { 0x05, 0x00, 0x05, 0x00 },
      2,
      false },
    { "a body that is cut", 3, { 0x04, 0x02, 0x01 }, 0, false },
    { "a long length where a short one would do", 4, { 0x04, 0x81, 0x01, 0x00 }, 0, false },
    { "a length with a leading zero", 5, { 0x04, 0x82, 0x00, 0x80, 0x00 }, 0, false },
    { "the indefinite length of BER", 4, { 0x30, 0x80, 0x00, 0x00 }, 0, false },
    { "the reserved length 0xff", 3, { 0x30, 0xff, 0x00 }, 0, false },
    { "a length of five octets", 7, { 0x04, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00 }, 0, false },
    { "a length of four octets that reaches beyond the end",
      6,
      { 0x04, 0x84, 0xff, 0xff, 0xff, 0xff },
      0,
      false },
    { "length octets that are cut", 2, { 0x04, 0x82 }, 0, false },
    { "a tag number above 30", 4, { 0x1f, 0x81, 0x00, 0x00 }, 0, false },
    { "a sequence of two", 6, { 0x30, 0x04, 0x05, 0x00, 0x05, 0x00 }, 6, true },
    { "a sequence whose inside is broken", 4, { 0x30, 0x02, 0x04, 0x05 }, 4, false },
    { "a sequence whose inside reaches beyond it",
      6,
      { 0x30, 0x03, 0x04, 0x02, 0x00, 0x00 },
      5,
      false },
    { "an octet string is not looked into", 4, { 0x04, 0x02, 0x04, 0x05 }, 4, true },
    { "a context tag is looked into", 4, { 0xa0, 0x02, 0x04, 0x05 }, 4, false },
    { "a SET in primitive form is no DER", 4, { 0x30, 0x02, 0x11, 0x00 }, 4, false },
    { "an octet string in pieces is no DER", 4, { 0x30, 0x02, 0x24, 0x00 }, 4, false },
    { "an application tag may be either", 6, { 0x30, 0x04, 0x41, 0x00, 0x61, 0x00 }, 6, true },
    { "empty sequences in sequences",
      8,
      { 0x30, 0x06, 0x30, 0x02, 0x30, 0x00, 0x30, 0x00 },
      8,
      true },
};

static void takes_what_is_shortest(void **state)
{
    const row *r = *state;
    pds_span in = pds_span_of(r->bytes, r->len);
    pds_der out = { 0 };
    assert_int_equal(pds_der_take(&in, &out), r->taken != 0);
    assert_int_equal(in.len, r->len - r->taken);
    assert_int_equal(out.whole.len, r->taken);
    if (r->taken != 0) {
        assert_int_equal(out.tag, r->bytes[0]);
        assert_ptr_equal(out.whole.ptr, r->bytes);
        assert_ptr_equal(out.body.ptr + out.body.len, r->bytes + r->taken);
    }
    assert_int_equal(pds_der_valid(pds_span_of(r->bytes, r->len)), r->valid);
}

static void another_tag_moves_nothing(void **state)
{
    static const uint8_t bytes[] = { 0x02, 0x01, 0x05 };
    pds_span in = pds_span_of(bytes, sizeof bytes);
    pds_der out;
    (void)state;
    assert_false(pds_der_expect(&in, PDS_DER_OCTETS, &out));
    assert_int_equal(in.len, sizeof bytes);
    assert_true(pds_der_expect(&in, PDS_DER_INTEGER, &out));
    assert_int_equal(in.len, 0);
}

static void nesting_ends_at_64(void **state)
{
    uint8_t bytes[2 * 66];
    (void)state;
    for (size_t depth = 1; depth <= 66; depth++) {
        for (size_t i = 0; i < depth; i++) {
            bytes[2 * i] = PDS_DER_SEQUENCE;
            bytes[2 * i + 1] = (uint8_t)(2 * (depth - 1 - i));
        }
        bool expected = depth <= 64;
        bool fits = depth * 2 - 2 < 128;
        assert_int_equal(pds_der_valid(pds_span_of(bytes, 2 * depth)), expected && fits);
    }
}

int main(void)
{
    enum { COUNT = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[COUNT + 2];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] =
            (struct CMUnitTest){ rows[i].name, takes_what_is_shortest, NULL, NULL, &rows[i] };
    }
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(another_tag_moves_nothing);
    tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(nesting_ends_at_64);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
