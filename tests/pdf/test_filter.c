#include "base/flate.h"
#include "base/own.h"
#include "pdf/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Stream data: what filters and predictors make of them. */

#define BYTES(s) (s), sizeof(s) - 1

typedef struct row {
    const char *name, *dict, *data;
    size_t len;
    pds_code code;
    const char *want;
    size_t want_len;
} row;

static const row PLAIN_ROWS[] = {
    { "no filter", "<<>>", BYTES("abc"), PDS_OK, BYTES("abc") },
    { "no filter, no data", "<<>>", BYTES(""), PDS_OK, BYTES("") },
    { "a null filter", "<</Filter null>>", BYTES("abc"), PDS_OK, BYTES("abc") },
    { "no filters in an array", "<</Filter[]>>", BYTES("abc"), PDS_OK, BYTES("abc") },
    { "hexadecimal digits", "<</Filter/ASCIIHexDecode>>", BYTES("61 6\n2 6C>zz"), PDS_OK,
      BYTES("abl") },
    { "an odd hexadecimal digit", "<</Filter/ASCIIHexDecode>>", BYTES("617>"), PDS_OK,
      BYTES("ap") },
    { "hexadecimal data without an end", "<</Filter/ASCIIHexDecode>>", BYTES("61"), PDS_OK,
      BYTES("a") },
    { "a letter among digits", "<</Filter/AHx>>", BYTES("6x>"), PDS_E_PDF_DAMAGED, NULL, 0 },
    { "base 85", "<</Filter/ASCII85Decode>>", BYTES("9jqo^\nBlbD-~>"), PDS_OK, BYTES("Man is d") },
    { "base 85 with zeros", "<</Filter/ASCII85Decode>>", BYTES("z9jqo^~>"), PDS_OK,
      BYTES("\0\0\0\0Man ") },
    { "base 85, the last group short", "<</Filter/A85>>", BYTES("9jqo^Bl~>"), PDS_OK,
      BYTES("Man i") },
    { "a group of one digit", "<</Filter/A85>>", BYTES("9jqo^B~>"), PDS_E_PDF_DAMAGED, NULL, 0 },
    { "a group beyond 32 bits", "<</Filter/A85>>", BYTES("uuuuu~>"), PDS_E_PDF_DAMAGED, NULL, 0 },
    { "zeros within a group", "<</Filter/A85>>", BYTES("9jz~>"), PDS_E_PDF_DAMAGED, NULL, 0 },
    { "a byte that base 85 has not", "<</Filter/A85>>", BYTES("9jqo\x7f~>"), PDS_E_PDF_DAMAGED,
      NULL, 0 },
    { "one filter behind the other", "<</Filter[/ASCIIHexDecode/ASCII85Decode]>>",
      BYTES("396A716F5E7E3E>"), PDS_OK, BYTES("Man ") },
    { "a crypt filter has been undone before",
      "<</Filter[/Crypt/AHx]/DecodeParms[<</Name/Identity>>null]>>", BYTES("61>"), PDS_OK,
      BYTES("a") },
    { "a filter that is not known", "<</Filter/LZWDecode>>", BYTES("61>"), PDS_E_PDF_UNSUPPORTED,
      NULL, 0 },
    { "a filter that is a string", "<</Filter(AHx)>>", BYTES("61>"), PDS_E_PDF_DAMAGED, NULL, 0 },
    { "nine filters", "<</Filter[/Crypt/Crypt/Crypt/Crypt/Crypt/Crypt/Crypt/Crypt/Crypt]>>",
      BYTES("a"), PDS_E_PDF_LIMIT, NULL, 0 },
    { "more than the most", "<<>>", BYTES("0123456789012345678901234567890123456789"),
      PDS_E_PDF_LIMIT, NULL, 0 },
    { "more than the most, decoded", "<</Filter/A85>>", BYTES("zzzzzzzzz~>"), PDS_E_PDF_LIMIT, NULL,
      0 },
    { "data that are not compressed", "<</Filter/FlateDecode>>", BYTES("abc"), PDS_E_PDF_DAMAGED,
      NULL, 0 },
    { "nothing to inflate", "<</Filter/Fl>>", BYTES(""), PDS_E_PDF_DAMAGED, NULL, 0 },
};

#define PARMS(s) "<</Filter[/FlateDecode]/DecodeParms[<<" s ">>]>>"

/* Data that are deflated first. */
static const row DEFLATED_ROWS[] = {
    { "no parameters", "<</Filter/FlateDecode>>", BYTES("abc"), PDS_OK, BYTES("abc") },
    { "a predictor that does nothing", PARMS("/Predictor 1/Columns 2"), BYTES("abc"), PDS_OK,
      BYTES("abc") },
    { "rows as they are", PARMS("/Predictor 10/Columns 2"), BYTES("\0ab\0cd"), PDS_OK,
      BYTES("abcd") },
    { "rows by the byte to the left", PARMS("/Predictor 11/Columns 3"), BYTES("\1a\1\1\1A\1\1"),
      PDS_OK, BYTES("abcABC") },
    { "rows by the byte above", PARMS("/Predictor 12/Columns 2"), BYTES("\2ab\2\1\1"), PDS_OK,
      BYTES("abbc") },
    { "rows by the mean of both", PARMS("/Predictor 13/Columns 2"), BYTES("\3\x40\x20\3\x10\x10"),
      PDS_OK, BYTES("\x40\x40\x30\x48") },
    { "rows by Paeth", PARMS("/Predictor 14/Columns 3"), BYTES("\4abc\4\1\1\1"), PDS_OK,
      BYTES("a\xc3\x26"
            "b\xc4\x27") },
    { "a kind in each row", PARMS("/Predictor 15/Columns 1"), BYTES("\0a\1b\2\1\3\1\4\1"), PDS_OK,
      BYTES("abc23") },
    { "pixels of three bytes", PARMS("/Predictor 11/Columns 2/Colors 3"), BYTES("\1abc\1\1\1"),
      PDS_OK, BYTES("abcbcd") },
    { "pixels of 16 bits", PARMS("/Predictor 11/Columns 2/BitsPerComponent 16"), BYTES("\1ab\1\1"),
      PDS_OK, BYTES("abbc") },
    { "pixels of one bit", PARMS("/Predictor 12/Columns 12/BitsPerComponent 1"),
      BYTES("\2ab\2\1\1"), PDS_OK, BYTES("abbc") },
    { "bytes wrap around", PARMS("/Predictor 12/Columns 1"), BYTES("\2\xff\2\2"), PDS_OK,
      BYTES("\xff\1") },
    { "TIFF", PARMS("/Predictor 2/Columns 3"), BYTES("a\1\1A\1\1"), PDS_OK, BYTES("abcABC") },
    { "TIFF of two colours", PARMS("/Predictor 2/Columns 2/Colors 2"), BYTES("aA\1\1"), PDS_OK,
      BYTES("aAbB") },
    { "TIFF of four bits", PARMS("/Predictor 2/BitsPerComponent 4"), BYTES("a"),
      PDS_E_PDF_UNSUPPORTED, NULL, 0 },
    { "no rows", PARMS("/Predictor 12/Columns 2"), BYTES(""), PDS_OK, BYTES("") },
    { "a row that is cut", PARMS("/Predictor 12/Columns 2"), BYTES("\2ab\2a"), PDS_E_PDF_DAMAGED,
      NULL, 0 },
    { "a row of an unknown kind", PARMS("/Predictor 12/Columns 2"), BYTES("\5ab"),
      PDS_E_PDF_DAMAGED, NULL, 0 },
    { "a predictor that does not exist", PARMS("/Predictor 3"), BYTES("a"), PDS_E_PDF_DAMAGED, NULL,
      0 },
    { "a predictor that is a name", PARMS("/Predictor/Up"), BYTES("a"), PDS_E_PDF_DAMAGED, NULL,
      0 },
    { "no columns", PARMS("/Predictor 12/Columns 0"), BYTES("a"), PDS_E_PDF_DAMAGED, NULL, 0 },
    { "billions of columns", PARMS("/Predictor 12/Columns 4000000000"), BYTES("a"),
      PDS_E_PDF_DAMAGED, NULL, 0 },
    { "no colours", PARMS("/Predictor 12/Colors 0"), BYTES("a"), PDS_E_PDF_DAMAGED, NULL, 0 },
    { "more than the most", "<</Filter/FlateDecode>>",
      BYTES("0123456789012345678901234567890123456789"), PDS_E_PDF_LIMIT, NULL, 0 },
};

enum {
    MOST = 32,
    PLAIN = sizeof PLAIN_ROWS / sizeof PLAIN_ROWS[0],
    DEFLATED = sizeof DEFLATED_ROWS / sizeof DEFLATED_ROWS[0]
};

static void check(const row *r, pds_span data)
{
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    pds_err e = { 0 };
    pds_buf_text(&out, "what was there");
    assert_string_equal(
        pds_code_name(pds_filter_decode(pds_span_text(r->dict), data, MOST, &out, &e)),
        pds_code_name(r->code));
    if (r->code == PDS_OK) {
        assert_int_equal(out.len, r->want_len);
        assert_memory_equal(out.ptr == NULL ? (const uint8_t *)"" : out.ptr, r->want, out.len);
    }
}

static void plain_data(void **state)
{
    const row *const r = *state;
    check(r, pds_span_of(r->data, r->len));
}

static void deflated_data(void **state)
{
    const row *const r = *state;
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    assert_int_equal(pds_deflate(pds_span_of(r->data, r->len), &data, NULL), PDS_OK);
    check(r, pds_buf_span(&data));
}

int main(void)
{
    static struct CMUnitTest tests[PLAIN + DEFLATED];
    for (size_t i = 0; i < PLAIN; i++) {
        tests[i] = (struct CMUnitTest){ PLAIN_ROWS[i].name, plain_data, NULL, NULL,
                                        (void *)(uintptr_t)&PLAIN_ROWS[i] };
    }
    for (size_t i = 0; i < DEFLATED; i++) {
        tests[PLAIN + i] = (struct CMUnitTest){ DEFLATED_ROWS[i].name, deflated_data, NULL, NULL,
                                                (void *)(uintptr_t)&DEFLATED_ROWS[i] };
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
