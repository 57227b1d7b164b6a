#include "base/flate.h"
#include "base/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Text that compresses, with places that do not. */
static void make_text(pds_buf *b, size_t len)
{
    uint32_t x = 12345;
    for (size_t i = 0; i < len; i++) {
        x = x * 1664525U + 1013904223U;
        pds_buf_byte(b, (uint8_t)(i % 1000 < 500 ? x >> 24 : i % 10 + '0'));
    }
}

static void what_goes_in_comes_out(void **state)
{
    static const size_t lengths[] = { 0,   1,     255,   256,   257,   511,    512,
                                      513, 32767, 32768, 32769, 65536, 100000, 1000000 };
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf packed = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf out = { .max = lengths[i] + 2 };
        make_text(&text, lengths[i]);
        assert_int_equal(pds_deflate(pds_buf_span(&text), &packed, NULL), PDS_OK);
        pds_buf_text(&out, "->"); /* the result stands behind what was there */
        assert_int_equal(pds_inflate(pds_buf_span(&packed), &out, NULL), PDS_OK);
        assert_int_equal(out.len, lengths[i] + 2);
        assert_memory_equal(out.ptr, "->", 2);
        assert_true(lengths[i] == 0 || memcmp(out.ptr + 2, text.ptr, lengths[i]) == 0);
    }
}

static void a_bomb_is_a_fault(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf packed = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf out = { .max = 1000 };
    pds_err e;
    (void)state;
    pds_buf_fill(&text, 0, 1 << 20);
    assert_int_equal(pds_deflate(pds_buf_span(&text), &packed, NULL), PDS_OK);
    assert_true(packed.len < 2000);
    assert_int_equal(pds_inflate(pds_buf_span(&packed), &out, &e), PDS_E_PDF_LIMIT);
    assert_true(out.cap <= 1024);
}

static void one_byte_over_the_limit_is_a_fault(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf packed = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf fits = { .max = 10 };
    PDS_OWN(pds_buf_drop) pds_buf over = { .max = 9 };
    (void)state;
    assert_int_equal(pds_deflate(pds_span_text("0123456789"), &packed, NULL), PDS_OK);
    assert_int_equal(pds_inflate(pds_buf_span(&packed), &fits, NULL), PDS_OK);
    assert_int_equal(pds_inflate(pds_buf_span(&packed), &over, NULL), PDS_E_PDF_LIMIT);
}

static void each_cut_is_found(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf packed = { 0 };
    (void)state;
    make_text(&text, 600);
    assert_int_equal(pds_deflate(pds_buf_span(&text), &packed, NULL), PDS_OK);
    for (size_t len = 0; len < packed.len; len++) {
        PDS_OWN(pds_buf_drop) pds_buf out = { .max = 600 };
        uint8_t *exact = malloc(len == 0 ? 1 : len); /* a sanitizer sees what is read behind it */
        memcpy(exact, packed.ptr, len);
        assert_int_equal(pds_inflate(pds_span_of(exact, len), &out, NULL), PDS_E_PDF_DAMAGED);
        free(exact);
    }
}

static void each_changed_byte_is_found_or_harmless(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf packed = { 0 };
    (void)state;
    make_text(&text, 600);
    assert_int_equal(pds_deflate(pds_buf_span(&text), &packed, NULL), PDS_OK);
    for (size_t i = 2; i < packed.len; i++) { /* the first two are zlib's own settings */
        PDS_OWN(pds_buf_drop) pds_buf out = { .max = 4096 };
        packed.ptr[i] ^= 0x10;
        pds_code code = pds_inflate(pds_buf_span(&packed), &out, NULL);
        packed.ptr[i] ^= 0x10;
        assert_true(code == PDS_E_PDF_DAMAGED || code == PDS_E_PDF_LIMIT);
    }
}

typedef struct tail_row {
    const char *name;
    const char *tail;
} tail_row;

static tail_row tails[] = {
    { "a line end may follow", "\r\n" },
    { "any bytes may follow", "endstream garbage" },
};

static void tails_are_passed_over(void **state)
{
    const tail_row *r = *state;
    PDS_OWN(pds_buf_drop) pds_buf packed = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf out = { .max = 5 };
    assert_int_equal(pds_deflate(pds_span_text("hello"), &packed, NULL), PDS_OK);
    pds_buf_text(&packed, r->tail);
    assert_int_equal(pds_inflate(pds_buf_span(&packed), &out, NULL), PDS_OK);
    assert_true(pds_span_is(pds_buf_span(&out), "hello"));
}

static void a_preset_dictionary_is_refused(void **state)
{
    static const uint8_t bytes[] = { 0x78, 0xBB, 0, 0, 0, 1, 3, 0 };
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    pds_err e;
    (void)state;
    assert_int_equal(pds_inflate(pds_span_of(bytes, sizeof bytes), &out, &e), PDS_E_PDF_DAMAGED);
    assert_non_null(strstr(e.text, "dictionary"));
}

static void a_bad_buffer_stays_bad(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf out = { .max = 1 };
    (void)state;
    pds_buf_text(&out, "too long");
    assert_int_equal(pds_deflate(pds_span_text("x"), &out, NULL), PDS_E_LIMIT);
    assert_int_equal(pds_inflate(pds_span_text("x"), &out, NULL), PDS_E_LIMIT);
}

static void compressed_data_is_bounded_too(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf out = { .max = 100 };
    (void)state;
    make_text(&text, 1000);
    assert_int_equal(pds_deflate(pds_buf_span(&text), &out, NULL), PDS_E_PDF_LIMIT);
}

enum { TAILS = sizeof tails / sizeof tails[0] };

/* ---- gzip ---- */

/* "hello" as a gzip file; the four bytes before its last are the checksum, the last its length. */
static const uint8_t GZIP[] = { 0x1f, 0x8b, 8,    0,    0,    0,    0,    0,    0,
                                3,    0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x86,
                                0xa6, 0x10, 0x36, 5,    0,    0,    0 };

static pds_code gunzip(const uint8_t *bytes, size_t len, size_t max, bool *same)
{
    PDS_OWN(pds_buf_drop) pds_buf out = { .max = max };
    uint8_t *const exact = malloc(len == 0 ? 1 : len); /* a sanitizer sees what is read behind it */
    memcpy(exact, bytes, len);
    const pds_code code = pds_gunzip(pds_span_of(exact, len), &out, NULL);
    free(exact);
    *same = code == PDS_OK && pds_span_is(pds_buf_span(&out), "hello");
    return code;
}

static void gzip_comes_out(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf packed = { 0 };
    bool same = false;
    (void)state;
    assert_int_equal(gunzip(GZIP, sizeof GZIP, 5, &same), PDS_OK);
    assert_true(same);
    assert_int_equal(pds_deflate(pds_span_text("hello"), &packed, NULL), PDS_OK);
    assert_int_equal(gunzip(packed.ptr, packed.len, 5, &same), PDS_OK); /* zlib's, too */
    assert_true(same);
}

static void gzip_is_bounded(void **state)
{
    bool same = false;
    (void)state;
    assert_int_equal(gunzip(GZIP, sizeof GZIP, 4, &same), PDS_E_PDF_LIMIT);
}

static void gzip_that_is_cut_is_found(void **state)
{
    bool same = false;
    (void)state;
    for (size_t len = 0; len < sizeof GZIP; len++) {
        assert_int_equal(gunzip(GZIP, len, 5, &same), PDS_E_PDF_DAMAGED);
    }
}

/* What comes out is what went in, or an error; fields that say when and where may differ. */
static void gzip_that_is_changed_is_found_or_harmless(void **state)
{
    (void)state;
    for (size_t i = 0; i < 8 * sizeof GZIP; i++) {
        uint8_t bytes[sizeof GZIP];
        bool same = false;
        memcpy(bytes, GZIP, sizeof bytes);
        bytes[i / 8] ^= (uint8_t)(1U << i % 8);
        const pds_code code = gunzip(bytes, sizeof bytes, 4096, &same);
        assert_true(same || code == PDS_E_PDF_DAMAGED || code == PDS_E_PDF_LIMIT);
    }
}

int main(void)
{
    struct CMUnitTest rows[TAILS];
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(a_bomb_is_a_fault),
        cmocka_unit_test(one_byte_over_the_limit_is_a_fault),
        cmocka_unit_test(each_cut_is_found),
        cmocka_unit_test(each_changed_byte_is_found_or_harmless),
        cmocka_unit_test(a_preset_dictionary_is_refused),
        cmocka_unit_test(a_bad_buffer_stays_bad),
        cmocka_unit_test(compressed_data_is_bounded_too),
        cmocka_unit_test(gzip_comes_out),
        cmocka_unit_test(gzip_is_bounded),
        cmocka_unit_test(gzip_that_is_cut_is_found),
        cmocka_unit_test(gzip_that_is_changed_is_found_or_harmless),
    };
    for (size_t i = 0; i < TAILS; i++) {
        rows[i] =
            (struct CMUnitTest){ tails[i].name, tails_are_passed_over, NULL, NULL, &tails[i] };
    }
    return cmocka_run_group_tests_name("flate.tails", rows, NULL, NULL) +
           cmocka_run_group_tests_name("flate", tests, NULL, NULL);
}
