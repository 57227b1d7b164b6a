#include "base/own.h"
#include "pdf/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Values as they stand in files: what the scanner takes and refuses, and what the readers make of
 * it. */

typedef struct row {
    const char *name, *text, *want;
    pds_code code;
    int64_t offset;
} row;

static const row TAKEN_ROWS[] = {
    { "an integer ends at white space", "12 x", "12", 0, 0 },
    { "a plus sign is part of a number", "+17 ", "+17", 0, 0 },
    { "a number may begin with its point", " -.002", "-.002", 0, 0 },
    { "a number may end with its point", "4.]", "4.", 0, 0 },
    { "leading zeros are allowed", "00012", "00012", 0, 0 },
    { "the largest integer", "9223372036854775807", "9223372036854775807", 0, 0 },
    { "zeros don't make an integer large", "0000000000000000000000012", "0000000000000000000000012",
      0, 0 },
    { "a reference is one value", "12 0 R/X", "12 0 R", 0, 0 },
    { "a comment may stand within a reference", "12%a\n0%b\rR ", "12%a\n0%b\rR", 0, 0 },
    { "an R with more behind it makes no reference", "12 0 RG", "12", 0, 0 },
    { "two integers are two values", "12 0 4", "12", 0, 0 },
    { "white space of every kind", "\t\n\f\r 7", "7", 0, 0 },
    { "comments before a value end at CR", "%a(\r%b<<\ntrue", "true", 0, 0 },
    { "null", "null", "null", 0, 0 },
    { "the empty name", "/ /A", "/", 0, 0 },
    { "a name with escapes", "/A#20B#2f ", "/A#20B#2f", 0, 0 },
    { "a number sign without digits stands for itself", "/C# ", "/C#", 0, 0 },
    { "parentheses nest in a literal string", "(a(b)c)d", "(a(b)c)", 0, 0 },
    { "an escaped parenthesis does not count", "(a\\)b)c", "(a\\)b)", 0, 0 },
    { "an escaped backslash does not escape", "(a\\\\)b", "(a\\\\)", 0, 0 },
    { "delimiters mean nothing in a string", "(>>]<%)", "(>>]<%)", 0, 0 },
    { "a hexadecimal string with white space", "<4 1\n42 4>", "<4 1\n42 4>", 0, 0 },
    { "the empty hexadecimal string", "<>", "<>", 0, 0 },
    { "an empty dictionary", "<<>>", "<<>>", 0, 0 },
    { "an empty array", "[]", "[]", 0, 0 },
    { "a string may stand against a dictionary's end", "<</A<41>>>", "<</A<41>>>", 0, 0 },
    { "containers nest", "[<</A[1 2 0 R(x)]>>/B]endobj", "[<</A[1 2 0 R(x)]>>/B]", 0, 0 },
    { "a comment before the end of a dictionary", "<</A 1%>>\n>>", "<</A 1%>>\n>>", 0, 0 },
    { "names that differ in case are two keys", "<</a 1/A 2>>", "<</a 1/A 2>>", 0, 0 },
    { "the same key in an inner dictionary", "<</A<</A 1>>/B 2>>", "<</A<</A 1>>/B 2>>", 0, 0 },
    { "a null value is a value", "<</A null>>", "<</A null>>", 0, 0 },
};

static const row REFUSED_ROWS[] = {
    { "an empty text", "", "end", PDS_E_PDF_DAMAGED, 0 },
    { "white space alone", " \n%x\n", "end", PDS_E_PDF_DAMAGED, 5 },
    { "a comment without an end", "%x", "end", PDS_E_PDF_DAMAGED, 2 },
    { "an array without an end", "[1 2", "end", PDS_E_PDF_DAMAGED, 4 },
    { "a dictionary without an end", "<</A 1", "end", PDS_E_PDF_DAMAGED, 6 },
    { "a dictionary with half an end", "<</A 1>", "end", PDS_E_PDF_DAMAGED, 7 },
    { "a string without an end", "(a(b)", "end", PDS_E_PDF_DAMAGED, 5 },
    { "a string that ends in its escape", "(a\\", "end", PDS_E_PDF_DAMAGED, 3 },
    { "a hexadecimal string without an end", "<41", "end", PDS_E_PDF_DAMAGED, 3 },
    { "a keyword that may go on", "[tru", "end", PDS_E_PDF_DAMAGED, 4 },
    { "a keyword is no value", "obj ", "obj", PDS_E_PDF_DAMAGED, 0 },
    { "an unknown keyword in an array", "[1 two 3]", "two", PDS_E_PDF_DAMAGED, 3 },
    { "a constant is written in small letters", "[ True ]", "True", PDS_E_PDF_DAMAGED, 2 },
    { "an integer beyond 64 bits", "[9223372036854775808]", "9223372036854775808",
      PDS_E_PDF_DAMAGED, 1 },
    { "a sign alone", "[- 1]", "-", PDS_E_PDF_DAMAGED, 1 },
    { "a number with two points", "[1.2.3]", "1.2.3", PDS_E_PDF_DAMAGED, 1 },
    { "an exponent", "[1e5]", "1e5", PDS_E_PDF_DAMAGED, 1 },
    { "a letter in a hexadecimal string", "[<4x>]", "<4x", PDS_E_PDF_DAMAGED, 1 },
    { "a closing parenthesis alone", "[)]", ")", PDS_E_PDF_DAMAGED, 1 },
    { "a brace", "[{]", "{", PDS_E_PDF_DAMAGED, 1 },
    { "a greater sign alone", "[> ]", "> ", PDS_E_PDF_DAMAGED, 1 },
    { "an array closed as a dictionary", "[1 >> ", ">>", PDS_E_PDF_DAMAGED, 3 },
    { "a dictionary closed as an array", "<</A 1 ] ", "]", PDS_E_PDF_DAMAGED, 7 },
    { "a closing bracket alone", "] ", "]", PDS_E_PDF_DAMAGED, 0 },
    { "a key that is no name", "<<1 2>>", "1", PDS_E_PDF_DAMAGED, 2 },
    { "a key without a value", "<</A 1/B>> ", ">>", PDS_E_PDF_DAMAGED, 8 },
    { "a key that stands twice", "<</A 1/B 2/A 3>>", "", PDS_E_PDF_DAMAGED, 10 },
    { "a key that stands twice, once with an escape", "<</A 1/#41 2>>", "", PDS_E_PDF_DAMAGED, 6 },
    { "a key that stands twice within an array", "[<</A 1/A 1>>]", "", PDS_E_PDF_DAMAGED, 7 },
    { "a NUL in a name", "[/A#00]", "/A#00", PDS_E_PDF_DAMAGED, 1 },
    { "a NUL in a key", "<</A#00 1>>", "/A#00", PDS_E_PDF_DAMAGED, 2 },
    { "a reference with a sign", "[-1 0 R]", "R", PDS_E_PDF_DAMAGED, 6 },
};

static void value_is_taken(void **state)
{
    const row *r = *state;
    pds_err e;
    pds_span text = pds_span_text(r->text), value = { 0 };
    assert_int_equal(pds_value_scan(&text, &value, &e), PDS_OK);
    assert_int_equal(value.len, strlen(r->want));
    assert_memory_equal(value.ptr, r->want, value.len);
    assert_ptr_equal(text.ptr, value.ptr + value.len);
    assert_int_equal(text.ptr + text.len - (const uint8_t *)r->text, strlen(r->text));
}

static void value_is_refused(void **state)
{
    const row *r = *state;
    pds_err e;
    pds_span text = pds_span_text(r->text), value = { 0 };
    assert_int_equal(pds_value_scan(&text, &value, &e), r->code);
    assert_int_equal(e.offset, r->offset);
    assert_string_equal(e.found, r->want);
    assert_int_equal(text.len, strcmp(r->want, "end") == 0 ? 0 : strlen(r->text));
    text = pds_span_text(r->text);
    assert_int_equal(pds_value_scan(&text, &value, NULL), r->code);
}

static pds_buf repeated(const char *head, const char *unit, int count, const char *tail)
{
    pds_buf b = { 0 };
    pds_buf_text(&b, head);
    for (int i = 0; i < count; i++) {
        pds_buf_printf(&b, unit, i);
    }
    pds_buf_text(&b, tail);
    return b;
}

static pds_code scan_all(const pds_buf *b, pds_err *e)
{
    pds_span text = pds_buf_span(b), value = { 0 };
    return pds_value_scan(&text, &value, e);
}

static void nesting_has_a_limit(void **state)
{
    (void)state;
    pds_err e;
    PDS_OWN(pds_buf_drop) pds_buf deep = repeated("", "[", PDS_DEPTH_MAX, "1");
    PDS_OWN(pds_buf_drop) pds_buf deeper = repeated("", "<</A[", PDS_DEPTH_MAX, "1");
    for (int i = 0; i < PDS_DEPTH_MAX; i++) {
        pds_buf_byte(&deep, ']');
    }
    assert_int_equal(scan_all(&deep, &e), PDS_OK);
    assert_int_equal(scan_all(&deeper, &e), PDS_E_PDF_LIMIT);
    assert_int_equal(e.offset, PDS_DEPTH_MAX / 2 * 5);
}

static void a_large_dictionary_has_each_key_once(void **state)
{
    (void)state;
    pds_err e;
    PDS_OWN(pds_buf_drop) pds_buf once = repeated("<<", "/K%d 1", 50000, ">>");
    PDS_OWN(pds_buf_drop) pds_buf twice = repeated("<<", "/K%d 1", 50000, "/K#3100 2>>");
    pds_span value = { 0 };
    assert_int_equal(scan_all(&once, &e), PDS_OK);
    assert_int_equal(scan_all(&twice, &e), PDS_E_PDF_DAMAGED);
    assert_non_null(strstr(e.text, "/K#3100"));
    assert_true(pds_dict_get(pds_buf_span(&once), "K49999", &value));
}

static void keys_have_a_limit(void **state)
{
    (void)state;
    pds_err e;
    PDS_OWN(pds_buf_drop) pds_buf many = repeated("<<", "/%x 1", 1000 * 1000 + 100000, ">>");
    assert_int_equal(scan_all(&many, &e), PDS_E_PDF_LIMIT);
}

static void tokens_come_one_by_one(void **state)
{
    static const char *const want[] = { "12", "0", "obj", "<<", "/A", "(x)", ">>", "stream" };
    (void)state;
    pds_span text = pds_span_text(" 12 0 obj<</A(x)>>%c\nstream"), token = { 0 };
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        assert_true(pds_token_take(&text, &token));
        assert_true(pds_span_is(token, want[i]));
    }
    assert_false(pds_token_take(&text, &token));
    text = pds_span_text("(x");
    assert_false(pds_token_take(&text, &token));
    text = pds_span_text("} x");
    assert_false(pds_token_take(&text, &token));
}

static void space_is_skipped(void **state)
{
    (void)state;
    pds_span text = pds_span_text(" \f%x\r\n/A"), empty = { 0 };
    pds_space_skip(&text);
    assert_true(pds_span_is(text, "/A"));
    pds_space_skip(&empty);
    assert_int_equal(empty.len, 0);
}

static void kind_is_told_by_the_text(void **state)
{
    static const struct {
        const char *text;
        pds_kind kind;
    } rows[] = {
        { "", PDS_KIND_NONE },       { "null", PDS_KIND_NULL }, { "true", PDS_KIND_BOOL },
        { "false", PDS_KIND_BOOL },  { "12", PDS_KIND_INT },    { "-12", PDS_KIND_INT },
        { ".5", PDS_KIND_REAL },     { "4.", PDS_KIND_REAL },   { "(a)", PDS_KIND_STRING },
        { "<41>", PDS_KIND_STRING }, { "/A", PDS_KIND_NAME },   { "[1]", PDS_KIND_ARRAY },
        { "<<>>", PDS_KIND_DICT },   { "1 0 R", PDS_KIND_REF }, { "endobj", PDS_KIND_WORD },
        { "nul", PDS_KIND_WORD },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(pds_value_kind(pds_span_text(rows[i].text)), rows[i].kind);
    }
}

static void numbers_are_read(void **state)
{
    static const struct {
        const char *text;
        double want;
    } rows[] = {
        { "0", 0 },
        { "+17", 17 },
        { "-98", -98 },
        { "34.5", 34.5 },
        { "-3.62", -3.62 },
        { "+123.6", 123.6 },
        { "4.", 4 },
        { "-.002", -.002 },
        { "0.0", 0 },
        { "595.276", 595.276 },
        { "841.8898", 841.8898 },
        { "0.000000000000000000000001", 0 },
        { "1.00000000000000000000000000001", 1 },
    };
    (void)state;
    double real = 0;
    int64_t n = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(pds_value_real(pds_span_text(rows[i].text), &real));
        assert_true(real - rows[i].want < 1e-12 && rows[i].want - real < 1e-12);
    }
    assert_true(pds_value_int(pds_span_text("-9223372036854775807"), &n));
    assert_true(n == -INT64_MAX);
    assert_false(pds_value_int(pds_span_text("4."), &n));
    assert_false(pds_value_int(pds_span_text("1 0 R"), &n));
    assert_false(pds_value_int(pds_span_text("-"), &n));
    assert_false(pds_value_int(pds_span_text(""), &n));
    assert_false(pds_value_real(pds_span_text(""), &real));
    assert_false(pds_value_real(pds_span_text("1 0 R"), &real));
    assert_false(pds_value_real(pds_span_text("."), &real));
}

static void references_are_read(void **state)
{
    (void)state;
    pds_ref ref = { 0 };
    assert_true(pds_value_ref(pds_span_text("12 3 R"), &ref));
    assert_int_equal(ref.num, 12);
    assert_int_equal(ref.gen, 3);
    assert_true(pds_value_ref(pds_span_text("4294967295 %x\n0\tR"), &ref));
    assert_false(pds_value_ref(pds_span_text("4294967296 0 R"), &ref));
    assert_false(pds_value_ref(pds_span_text("12"), &ref));
    assert_false(pds_value_ref(pds_span_text("/A 0 R"), &ref));
    assert_false(pds_value_ref(pds_span_text(""), &ref));
}

static void booleans_are_read(void **state)
{
    (void)state;
    bool b = false;
    assert_true(pds_value_bool(pds_span_text("true"), &b) && b);
    assert_true(pds_value_bool(pds_span_text("false"), &b) && !b);
    assert_false(pds_value_bool(pds_span_text("null"), &b));
    assert_false(pds_value_bool(pds_span_text("1"), &b));
}

static void names_compare_decoded(void **state)
{
    (void)state;
    assert_true(pds_value_is_name(pds_span_text("/Sig"), "Sig"));
    assert_true(pds_value_is_name(pds_span_text("/#53ig"), "Sig"));
    assert_true(pds_value_is_name(pds_span_text("/"), ""));
    assert_true(pds_value_is_name(pds_span_text("/C#"), "C#"));
    assert_false(pds_value_is_name(pds_span_text("/A#20"), "A#20"));
    assert_false(pds_value_is_name(pds_span_text("/Sig"), "Sign"));
    assert_false(pds_value_is_name(pds_span_text("/Sign"), "Sig"));
    assert_false(pds_value_is_name(pds_span_text("(Sig)"), "Sig"));
    assert_false(pds_value_is_name(pds_span_text(""), "Sig"));
}

typedef bool (*text_fn)(pds_span value, pds_buf *out);

static void check_text(text_fn fn, const char *text, size_t len, const char *want, size_t want_len)
{
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    pds_buf_text(&out, "before ");
    assert_true(fn(pds_span_of(text, len), &out));
    assert_int_equal(out.len, want_len + 7);
    assert_memory_equal(out.ptr + 7, want, want_len);
}

#define TEXT(s) (s), sizeof(s) - 1

static void bytes_are_decoded(void **state)
{
    (void)state;
    check_text(pds_value_bytes, TEXT("(abc)"), TEXT("abc"));
    check_text(pds_value_bytes, TEXT("()"), TEXT(""));
    check_text(pds_value_bytes, TEXT("(a(b)c)"), TEXT("a(b)c"));
    check_text(pds_value_bytes, TEXT("(\\n\\r\\t\\b\\f\\(\\)\\\\\\x)"), TEXT("\n\r\t\b\f()\\x"));
    check_text(pds_value_bytes, TEXT("(a\\\nb\\\r\nc\\\rd)"), TEXT("abcd"));
    check_text(pds_value_bytes, TEXT("(a\r\nb\rc\nd)"), TEXT("a\nb\nc\nd"));
    check_text(pds_value_bytes, TEXT("(\\101\\0501\\5a\\08)"), TEXT("A(1\005a\0008"));
    check_text(pds_value_bytes, TEXT("(\\777)"), TEXT("\377"));
    check_text(pds_value_bytes, TEXT("<4 1\n4a4B>"), TEXT("AJK"));
    check_text(pds_value_bytes, TEXT("<417>"), TEXT("Ap"));
    check_text(pds_value_bytes, TEXT("/A#20B"), TEXT("A B"));
    check_text(pds_value_bytes, TEXT("/"), TEXT(""));
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    assert_false(pds_value_bytes(pds_span_text("12"), &out));
    assert_false(pds_value_bytes(pds_span_text(""), &out));
    assert_int_equal(out.len, 0);
}

static void text_becomes_utf8(void **state)
{
    (void)state;
    check_text(pds_value_utf8, TEXT("(abc)"), TEXT("abc"));
    check_text(pds_value_utf8, TEXT("(\\200\\240\\030\\344\\237)"),
               TEXT("\xe2\x80\xa2\xe2\x82\xac\xcb\x98\xc3\xa4\xef\xbf\xbd"));
    check_text(pds_value_utf8, TEXT("<FEFF53>"), TEXT("\xef\xbf\xbd"));
    check_text(pds_value_utf8, TEXT("<FEFF7532>"), TEXT("\xe7\x94\xb2"));
    check_text(pds_value_utf8, TEXT("<FFFE3275>"), TEXT("\xe7\x94\xb2"));
    check_text(pds_value_utf8, TEXT("<FEFFD842DFB7>"), TEXT("\xf0\xa0\xae\xb7"));
    check_text(pds_value_utf8, TEXT("<FEFFD8420041>"),
               TEXT("\xef\xbf\xbd"
                    "A"));
    check_text(pds_value_utf8, TEXT("<FEFFDFB70041>"),
               TEXT("\xef\xbf\xbd"
                    "A"));
    check_text(pds_value_utf8, TEXT("<FEFF001B7A680043004E001B7532>"), TEXT("\xe7\x94\xb2"));
    check_text(pds_value_utf8, TEXT("<FEFF00410000>"), TEXT("A\xef\xbf\xbd"));
    check_text(pds_value_utf8, TEXT("<EFBBBFE794B2>"), TEXT("\xe7\x94\xb2"));
    check_text(pds_value_utf8, TEXT("<EFBBBF1B7A681BE794B2>"), TEXT("\xe7\x94\xb2"));
    check_text(pds_value_utf8, TEXT("<EFBBBFC080E79441>"),
               TEXT("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                    "A"));
    check_text(pds_value_utf8, TEXT("/#E7#94#B2"), TEXT("\xe7\x94\xb2"));
    check_text(pds_value_utf8, TEXT("/#E4"), TEXT("\xc3\xa4"));
    check_text(pds_value_utf8, TEXT("()"), TEXT(""));
}

static void dictionaries_are_walked(void **state)
{
    (void)state;
    pds_span dict = pds_span_text("<< /Type /Page%x\n /B[1 0 R<</C 2>>]/D 3 0 R/#45 (>>) >>");
    pds_span value = { 0 };
    assert_true(pds_dict_get(dict, "Type", &value) && pds_span_is(value, "/Page"));
    assert_true(pds_dict_get(dict, "B", &value) && pds_span_is(value, "[1 0 R<</C 2>>]"));
    assert_true(pds_dict_get(dict, "D", &value) && pds_span_is(value, "3 0 R"));
    assert_true(pds_dict_get(dict, "E", &value) && pds_span_is(value, "(>>)"));
    assert_false(pds_dict_get(dict, "C", &value));
    assert_int_equal(value.len, 0);
    assert_false(pds_dict_get(pds_span_text("[/A 1]"), "A", &value));
    assert_false(pds_dict_get(pds_span_text(""), "A", &value));
}

static void arrays_are_walked(void **state)
{
    static const char *const want[] = { "1", "2 0 R", "0", "0", "[3]", "(x)", "-1" };
    (void)state;
    pds_iter it = pds_iter_of(pds_span_text("[1 2 0 R 0 0[3](x)-1]"));
    pds_span key = { 0 }, value = { 0 };
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        assert_true(pds_iter_next(&it, &key, &value));
        assert_int_equal(key.len, 0);
        assert_true(pds_span_is(value, want[i]));
    }
    assert_false(pds_iter_next(&it, &key, &value));
    it = pds_iter_of(pds_span_text("12"));
    assert_false(pds_iter_next(&it, &key, &value));
}

/* Text that was never checked must not be read past its end, nor walked for ever. */
static void unchecked_text_is_harmless(void **state)
{
    static const char *const texts[] = { "<<", "[",        "<</A", "<</A ", "[[",
                                         "[(", "<</A[<<>", "<<>",  "[<4",   "<</A 1 0",
                                         "(",  "<",        "/",    "[]]",   "<</A>>>>" };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const size_t len = strlen(texts[i]);
        uint8_t *const exact = malloc(len);
        assert_non_null(exact);
        memcpy(exact, texts[i], len);
        const pds_span span = pds_span_of(exact, len);
        pds_span value = { 0 }, key = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
        pds_iter it = pds_iter_of(span);
        for (int n = 0; pds_iter_next(&it, &key, &value); n++) {
            assert_true(n < 10);
        }
        assert_false(pds_dict_get(span, "B", &value));
        (void)pds_value_utf8(span, &out);
        pds_dict_put(&out, span, &(pds_entry){ "B", pds_span_text("1") }, 1);
        pds_array_put(&out, span, pds_span_text("1"));
        free(exact);
    }
}

typedef struct put_row {
    const char *name, *dict, *want;
    pds_entry entries[3];
} put_row;

static const put_row PUT_ROWS[] = {
    { "an entry is added to nothing", "", "<</A 1>>", { { "A", { (const uint8_t *)"1", 1 } } } },
    { "an entry is added at the end",
      "<</X(y)>>",
      "<</X(y)/A 1>>",
      { { "A", { (const uint8_t *)"1", 1 } } } },
    { "behind a comment that ends",
      "<</X 1%c\n>>",
      "<</X 1%c\n/A 1>>",
      { { "A", { (const uint8_t *)"1", 1 } } } },
    { "a value is changed where it stands",
      "<</A  2/B 3>>",
      "<</A  1/B 3>>",
      { { "A", { (const uint8_t *)"1", 1 } } } },
    { "a value of another kind keeps apart",
      "<</A/B/C[]>>",
      "<</A 1/C[]>>",
      { { "A", { (const uint8_t *)"1", 1 } } } },
    { "a reference is replaced as a whole",
      "<</A 2 0 R/B 3>>",
      "<</A 1/B 3>>",
      { { "A", { (const uint8_t *)"1", 1 } } } },
    { "an escaped key is found",
      "<</#41 2>>",
      "<</#41 1>>",
      { { "A", { (const uint8_t *)"1", 1 } } } },
    { "an entry is removed", "<</X 1/A 2/B 3>>", "<</X 1/B 3>>", { { "A", { NULL, 0 } } } },
    { "an entry that is not there stays away", "<</B 3>>", "<</B 3>>", { { "A", { NULL, 0 } } } },
    { "changed, removed and added at once",
      "<</A 2/B 3>>",
      "<</A 1/C[]>>",
      { { "C", { (const uint8_t *)"[]", 2 } },
        { "B", { NULL, 0 } },
        { "A", { (const uint8_t *)"1", 1 } } } },
    { "an inner dictionary is left alone",
      "<</X<</A 2>>>>",
      "<</X<</A 2>>/A 1>>",
      { { "A", { (const uint8_t *)"1", 1 } } } },
};

static void dictionary_is_edited(void **state)
{
    const put_row *r = *state;
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    size_t count = 0;
    while (count < 3 && r->entries[count].key != NULL) {
        count++;
    }
    pds_dict_put(&out, pds_span_text(r->dict), r->entries, count);
    assert_string_equal(pds_buf_cstr(&out), r->want);
}

#define PUT(call, want)                                \
    do {                                               \
        PDS_OWN(pds_buf_drop) pds_buf out = { 0 };     \
        call;                                          \
        assert_int_equal(out.len, sizeof(want) - 1);   \
        assert_memory_equal(out.ptr, (want), out.len); \
    } while (0)

static void values_are_written(void **state)
{
    (void)state;
    PUT(pds_array_put(&out, pds_span_text(""), pds_span_text("1 0 R")), "[1 0 R]");
    PUT(pds_array_put(&out, pds_span_text("[2 0 R]"), pds_span_text("1 0 R")), "[2 0 R 1 0 R]");
    PUT(pds_array_put(&out, pds_span_text("[(x) ]"), pds_span_text("1 0 R")), "[(x) 1 0 R]");
    PUT(pds_ref_put(&out, (pds_ref){ 4294967295U, 10 }), "4294967295 10 R");
    PUT(pds_string_put(&out, pds_span_text("a(b)\\\r\n")), "(a\\(b\\)\\\\\\r\n)");
    PUT(pds_string_put(&out, pds_span_text("((((")), "<28282828>");
    PUT(pds_string_put(&out, pds_span_text("")), "()");
    PUT(pds_text_put(&out, "Ort: Berlin"), "(Ort: Berlin)");
    PUT(pds_text_put(&out, "\xe7\x94\xb2"), "(\xfe\xff\x75\x32)");
    PUT(pds_text_put(&out, "\xf0\xa0\xae\xb7"), "(\xfe\xff\xd8\x42\xdf\xb7)");
    PUT(pds_text_put(&out, "\xe7\x94"), "(\xfe\xff\xff\xfd)");
    PUT(pds_text_put(&out, "\x1b"
                           "a"),
        "(\xfe\xff\0\x1b\0a)");
    PUT(pds_name_put(&out, pds_span_text("A B#/\xe4")), "/A#20B#23#2F#E4");
    PUT(pds_real_put(&out, 0), "0");
    PUT(pds_real_put(&out, -0.00001), "0");
    PUT(pds_real_put(&out, 595.276), "595.276");
    PUT(pds_real_put(&out, -0.5), "-0.5");
    PUT(pds_real_put(&out, 0.00005), "0.0001");
    PUT(pds_real_put(&out, 1e300), "1000000000");
    PUT(pds_real_put(&out, 12.0304), "12.0304");
}

enum {
    TAKEN = sizeof TAKEN_ROWS / sizeof TAKEN_ROWS[0],
    REFUSED = sizeof REFUSED_ROWS / sizeof REFUSED_ROWS[0],
    PUTS = sizeof PUT_ROWS / sizeof PUT_ROWS[0]
};

static int run_rows(void)
{
    static struct CMUnitTest tests[TAKEN + REFUSED + PUTS];
    size_t n = 0;
    for (size_t i = 0; i < TAKEN; i++) {
        tests[n++] = (struct CMUnitTest){ TAKEN_ROWS[i].name, value_is_taken, NULL, NULL,
                                          (void *)(uintptr_t)&TAKEN_ROWS[i] };
    }
    for (size_t i = 0; i < REFUSED; i++) {
        tests[n++] = (struct CMUnitTest){ REFUSED_ROWS[i].name, value_is_refused, NULL, NULL,
                                          (void *)(uintptr_t)&REFUSED_ROWS[i] };
    }
    for (size_t i = 0; i < PUTS; i++) {
        tests[n++] = (struct CMUnitTest){ PUT_ROWS[i].name, dictionary_is_edited, NULL, NULL,
                                          (void *)(uintptr_t)&PUT_ROWS[i] };
    }
    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(a_large_dictionary_has_each_key_once),
        cmocka_unit_test(keys_have_a_limit),
        cmocka_unit_test(tokens_come_one_by_one),
        cmocka_unit_test(space_is_skipped),
        cmocka_unit_test(kind_is_told_by_the_text),
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(references_are_read),
        cmocka_unit_test(booleans_are_read),
        cmocka_unit_test(names_compare_decoded),
        cmocka_unit_test(bytes_are_decoded),
        cmocka_unit_test(text_becomes_utf8),
        cmocka_unit_test(dictionaries_are_walked),
        cmocka_unit_test(arrays_are_walked),
        cmocka_unit_test(unchecked_text_is_harmless),
        cmocka_unit_test(values_are_written),
    };
    const int rows = run_rows();
    return rows + cmocka_run_group_tests(tests, NULL, NULL);
}
