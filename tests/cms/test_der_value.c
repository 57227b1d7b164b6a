/* Values of DER elements, identifiers, and the BER of envelopes. */

#include "cms/ber.h"
#include "cms/oid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct time_row {
    const char *text;
    uint8_t tag;
    time_t time; /* -1: none */
} time_row;

static void times_are_read(void **state)
{
    static const time_row rows[] = {
        { "260102030405Z", PDS_DER_UTC_TIME, 1767323045 },
        { "500101000000Z", PDS_DER_UTC_TIME, -631152000 },
        { "20260102030405Z", PDS_DER_GENERALIZED_TIME, 1767323045 },
        { "20260102030405.001Z", PDS_DER_GENERALIZED_TIME, 1767323045 },
        { "20240229000000Z", PDS_DER_GENERALIZED_TIME, 1709164800 },
        { "20260102030405.10Z", PDS_DER_GENERALIZED_TIME, -1 },
        { "20260102030405.Z", PDS_DER_GENERALIZED_TIME, -1 },
        { "20260102030405.x5Z", PDS_DER_GENERALIZED_TIME, -1 },
        { "20260102030405", PDS_DER_GENERALIZED_TIME, -1 },
        { "20260102030405+0800", PDS_DER_GENERALIZED_TIME, -1 },
        { "202601020304Z", PDS_DER_GENERALIZED_TIME, -1 },
        { "20250229000000Z", PDS_DER_GENERALIZED_TIME, -1 },
        { "20260102240000Z", PDS_DER_GENERALIZED_TIME, -1 },
        { "20260102036000Z", PDS_DER_GENERALIZED_TIME, -1 },
        { "20260002030405Z", PDS_DER_GENERALIZED_TIME, -1 },
        { "260102030405.5Z", PDS_DER_UTC_TIME, -1 },
        { "2601020304Z", PDS_DER_UTC_TIME, -1 },
        { " 60102030405Z", PDS_DER_UTC_TIME, -1 },
        { "260102030405Z", PDS_DER_OCTETS, -1 },
        { "", PDS_DER_UTC_TIME, -1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const pds_der element = { .tag = rows[i].tag, .body = pds_span_text(rows[i].text) };
        time_t found = -1;
        if (pds_der_time(&element, &found) != (rows[i].time != -1)) {
            print_error("%s\n", rows[i].text);
        }
        assert_int_equal(pds_der_time(&element, &found), rows[i].time != -1);
        assert_true(rows[i].time == -1 || found == rows[i].time);
    }
}

static void numbers_are_read(void **state)
{
    static const struct {
        pds_span body;
        int64_t value; /* -1: none */
    } rows[] = {
        { PDS_OID("\x00"), 0 },
        { PDS_OID("\x7f"), 127 },
        { PDS_OID("\x00\x80"), 128 },
        { PDS_OID("\x01\x00\x01"), 65537 },
        { PDS_OID("\x00\xff\xff\xff\xff"), UINT32_MAX },
        { PDS_OID("\x01\x00\x00\x00\x00"), -1 },
        { PDS_OID("\x00\x7f"), -1 },
        { PDS_OID("\x00\x00"), -1 },
        { PDS_OID("\x80"), -1 },
        { PDS_OID(""), -1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t found = 0;
        assert_int_equal(pds_der_uint(rows[i].body, &found), rows[i].value != -1);
        assert_true(rows[i].value == -1 || found == rows[i].value);
    }
}

static void identifiers_are_shown(void **state)
{
    static const struct {
        pds_span body;
        const char *text;
    } rows[] = {
        { PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), "1.2.840.113549.1.7.2" },
        { PDS_OID("\x2b\x65\x70"), "1.3.101.112" },
        { PDS_OID("\x88\x37\x03"), "2.999.3" },
        { PDS_OID("\x06"), "0.6" },
        { PDS_OID(""), "?" },
        { PDS_OID("\x2a\x86"), "?" },
        { PDS_OID("\x2a\x80\x01"), "?" },
        { PDS_OID("\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "?" },
    };
    char text[PDS_OID_TEXT];
    uint8_t longest[200];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pds_oid_text(rows[i].body, text);
        assert_string_equal(text, rows[i].text);
    }
    memset(longest, 1, sizeof longest);
    pds_oid_text(pds_span_of(longest, sizeof longest), text);
    assert_string_equal(text, "?");
}

typedef struct ber_row {
    const char *name;
    pds_span in;
    bool taken, loose;
    size_t whole, body;
} ber_row;

static void elements_are_taken(void **state)
{
    static const ber_row rows[] = {
        { "DER", PDS_OID("\x30\x02\x05\x00"), true, false, 4, 2 },
        { "indefinite", PDS_OID("\x30\x80\x05\x00\x00\x00zz"), true, true, 6, 2 },
        { "indefinite in indefinite", PDS_OID("\x30\x80\x30\x80\x00\x00\x00\x00"), true, true, 8,
          4 },
        { "an end inside of a definite one is no end", PDS_OID("\x30\x80\x04\x02\x00\x00\x00\x00"),
          true, true, 8, 4 },
        { "longer than need be", PDS_OID("\x04\x81\x01\x41"), true, true, 4, 1 },
        { "zeros before the length", PDS_OID("\x04\x83\x00\x00\x01\x41"), true, true, 6, 1 },
        { "no end", PDS_OID("\x30\x80\x05\x00"), false, false, 0, 0 },
        { "half an end", PDS_OID("\x30\x80\x05\x00\x00"), false, false, 0, 0 },
        { "an end that has a body", PDS_OID("\x30\x80\x00\x01\x00\x00\x00"), false, false, 0, 0 },
        { "an end in long form", PDS_OID("\x30\x80\x00\x81\x00\x00\x00"), false, false, 0, 0 },
        { "an end alone", PDS_OID("\x00\x00"), false, false, 0, 0 },
        { "a primitive of indefinite length", PDS_OID("\x04\x80\x00\x00"), false, false, 0, 0 },
        { "a length of nine octets", PDS_OID("\x04\x89\0\0\0\0\0\0\0\0\x01\x41"), false, false, 0,
          0 },
        { "a length beyond memory", PDS_OID("\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff"), false,
          false, 0, 0 },
        { "a high tag number", PDS_OID("\x1f\x81\x01\x00"), false, false, 0, 0 },
        { "nothing", PDS_OID(""), false, false, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pds_span in = rows[i].in;
        pds_der found = { 0 };
        bool loose = false;
        bool taken = pds_ber_take(&in, &found, &loose);
        if (taken != rows[i].taken) {
            print_error("%s\n", rows[i].name);
        }
        assert_int_equal(taken, rows[i].taken);
        assert_int_equal(loose, rows[i].loose);
        assert_int_equal(found.whole.len, rows[i].whole);
        assert_int_equal(found.body.len, rows[i].body);
        assert_int_equal(in.len, rows[i].in.len - rows[i].whole);
    }
}

/* Two strings in pieces: the second does not move the first. */
static void pieces_are_joined(void **state)
{
    static const pds_span one = PDS_OID("\x24\x80\x04\x01\x41\x04\x02\x42\x43\x00\x00"
                                        "\x24\x06\x04\x01\x44\x04\x01\x45");
    pds_span in = one;
    pds_buf joined = { .max = one.len };
    pds_span first;
    pds_span second;
    bool loose = false;
    (void)state;
    assert_true(pds_ber_take_string(&in, PDS_DER_OCTETS, &joined, &first, &loose));
    assert_true(pds_ber_take_string(&in, PDS_DER_OCTETS, &joined, &second, &loose));
    assert_true(pds_span_is(first, "ABC"));
    assert_true(pds_span_is(second, "DE"));
    assert_true(loose);
    assert_int_equal(in.len, 0);
    pds_buf_drop(&joined);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read),        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(identifiers_are_shown), cmocka_unit_test(elements_are_taken),
        cmocka_unit_test(pieces_are_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
