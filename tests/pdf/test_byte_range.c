#include "base/own.h"
#include "tests/pdf/chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Gate 1: /ByteRange and /Contents. */

/* One trick with a signature dictionary, and the finding. */
typedef struct trick {
    const char *name;
    const char *find, *put; /* in the signed revision; NULL: nothing */
    const char *finding;    /* NULL: none that fails */
    const char *contents;   /* NULL: the usual token */
} trick;

#define TOKEN "<3003020101000000>"
#define RANGE "/ByteRange[0 aaaaaaaaaa bbbbbbbbbb cccccccccc]"

static const trick TRICKS[] = {
    { "a sound signature", NULL, NULL, NULL, NULL },
    { "no padding", NULL, NULL, NULL, "<3003020101>" },
    { "lower-case digits", NULL, NULL, NULL, "<30060201013a0b00>" },
    { "an element of indefinite length", NULL, NULL, NULL, "<3080308002010100000000000000>" },
    { "spaces and line ends in /ByteRange", "[0 a", "[ 0\n a", NULL, NULL },
    { "an octet string, as of adbe.x509.rsa_sha1", NULL, NULL, NULL, "<0403AABBCC00>" },

    { "no /ByteRange", "/ByteRange", "/ByteRabge", "BYTE_RANGE_WRONG", NULL },
    { "a /ByteRange that is no array", RANGE, "/ByteRange(0 1 2 3)", "BYTE_RANGE_WRONG", NULL },
    { "three numbers", "cccccccccc]", "]", "BYTE_RANGE_WRONG", NULL },
    { "five numbers", "cccccccccc]", "cccccccccc 1]", "BYTE_RANGE_WRONG", NULL },
    { "six numbers", "cccccccccc]", "cccccccccc 1 1]", "BYTE_RANGE_WRONG", NULL },
    { "no numbers", RANGE, "/ByteRange[]", "BYTE_RANGE_WRONG", NULL },
    { "a real number", "[0 a", "[0.0 a", "BYTE_RANGE_WRONG", NULL },
    { "a negative number", "[0 a", "[-0 a", "BYTE_RANGE_WRONG", NULL },
    { "a number with a sign", "[0 a", "[+0 a", "BYTE_RANGE_WRONG", NULL },
    { "a beginning behind the first byte", "[0 a", "[1 a", "BYTE_RANGE_WRONG", NULL },
    { "a length beyond the file", "cccccccccc]", "99999999999]", "BYTE_RANGE_WRONG", NULL },
    { "a second part beyond the file", "bbbbbbbbbb ", "99999999999 ", "BYTE_RANGE_WRONG", NULL },
    { "numbers that wrap around", "cccccccccc]", "9223372036854775807]", "BYTE_RANGE_WRONG", NULL },
    { "a number beyond 64 bits", "cccccccccc]", "99999999999999999999]", "SIGNATURE_UNREADABLE",
      NULL },
    { "a /ByteRange that is a reference", RANGE, "/ByteRange 6 0 R", "SIGNATURE_VALUE_INDIRECT",
      NULL },
    { "a number that is a reference", "[0 a", "[6 0 R a", "SIGNATURE_VALUE_INDIRECT", NULL },
    { "two /ByteRange", "/Type/Sig", "/Type/Sig/ByteRange[0 1 2 3]", "SIGNATURE_UNREADABLE", NULL },
    { "two /ByteRange, one escaped", "/Type/Sig", "/Type/Sig/Byte#52ange[0 1 2 3]",
      "SIGNATURE_UNREADABLE", NULL },
    { "an escaped /ByteRange", "/ByteRange", "/Byte#52ange", "SIGNATURE_KEY_ESCAPED", NULL },

    { "no /Contents", "/Contents " TOKEN, "/Content " TOKEN, "CONTENTS_WRONG", NULL },
    { "two /Contents", "/Type/Sig", "/Type/Sig/Contents<3000>", "SIGNATURE_UNREADABLE", NULL },
    { "two /Contents, one escaped", "/Type/Sig", "/Type/Sig/#43ontents<3000>",
      "SIGNATURE_UNREADABLE", NULL },
    { "an escaped /Contents", "/Contents", "/Content#73", "SIGNATURE_KEY_ESCAPED", NULL },
    { "an escaped /SubFilter", "/SubFilter", "/Sub#46ilter", "SIGNATURE_KEY_ESCAPED", NULL },
    { "a literal string", NULL, NULL, "CONTENTS_WRONG", "(0\003\002\001\001)" },
    { "a reference", NULL, NULL, "SIGNATURE_VALUE_INDIRECT", "6 0 R" },
    { "a name", NULL, NULL, "CONTENTS_WRONG", "/Nothing" },
    { "a space in the token", NULL, NULL, "CONTENTS_WRONG", "<3003 0201010000>" },
    { "a line end in the padding", NULL, NULL, "CONTENTS_WRONG", "<30030201010000\n>" },
    { "an odd digit", NULL, NULL, "CONTENTS_WRONG", "<30030201010>" },
    { "an empty token", NULL, NULL, "CONTENTS_WRONG", "<>" },
    { "zeros only", NULL, NULL, "CONTENTS_WRONG", "<0000000000>" },
    { "an element that is cut", NULL, NULL, "CONTENTS_WRONG", "<3004020101>" },
    { "an element of indefinite length without an end", NULL, NULL, "CONTENTS_WRONG",
      "<308002010100>" },
    { "a length of five bytes", NULL, NULL, "CONTENTS_WRONG", "<30850000000003020101>" },
    { "one byte of padding is used", NULL, NULL, "CONTENTS_PADDING", "<300302010100010000>" },
    { "the last byte of padding is used", NULL, NULL, "CONTENTS_PADDING", "<300302010100000001>" },
    { "a second signature in the padding", NULL, NULL, "CONTENTS_PADDING",
      "<30030201013003020102>" },

    { "the hole is shorter than the token", "aaaaaaaaaa bbbbbbbbbb", "0 bbbbbbbbbb",
      "BYTE_RANGE_GAP", NULL },
    { "the dictionary is no dictionary", "<</Type/Sig", "(sig) %<</Type/Sig",
      "SIGNATURE_UNREADABLE", NULL },
    { "another object stands there", "7 0 obj", "6 0 obj", "SIGNATURE_UNREADABLE", NULL },
};

static pds_byte_range read_signature(chain *c)
{
    pds_err e = { 0 };
    pds_byte_range range = { .sound = false };
    const pds_signature_place place = { CHAIN_SIGNATURE, NULL, pds_revisions_count(c->revisions) };
    const pds_code code = pds_byte_range_read(c->revisions, &place, &range, &c->findings, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(code, PDS_OK);
    return range;
}

static void a_trick_is_told(void **state)
{
    const trick *const t = *state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    make m = { 0 };
    make_pdf(&m, MAKE_TABLE);
    m.find = t->find;
    m.put = t->put;
    chain_sign(&m, t->contents == NULL ? TOKEN : t->contents);
    assert_null(m.find);
    chain_change(&m);
    chain_open(&c, &m);
    PDS_OWN(pds_byte_range_drop) pds_byte_range range = read_signature(&c);
    chain_expect(&c, t->finding);
    assert_int_equal(range.sound, t->finding == NULL);
    if (t->finding == NULL) {
        assert_int_equal(range.revision, 2);
        assert_true(range.range[1] == range.open && range.range[2] == range.close);
    }
}

static void the_element_comes_without_padding(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    make m = { 0 };
    chain_make(&m, false);
    chain_open(&c, &m);
    PDS_OWN(pds_byte_range_drop) pds_byte_range range = read_signature(&c);
    assert_true(pds_span_eq(pds_buf_span(&range.contents), pds_span_of("0\003\002\001\001", 5)));
}

/* ---- ranges that end where no revision ends ---- */

/* Puts another length of the second part, of as many digits. */
static void set_length(make *m, int64_t by)
{
    uint8_t *at = memmem(m->file.ptr, m->file.len, "/ByteRange[0 ", 13);
    assert_non_null(at);
    char *text = (char *)at + 13 + 22;
    pds_buf b = { 0 };
    pds_buf_printf(&b, "%-10lld", strtoll(text, NULL, 10) + (long long)by);
    memcpy(text, b.ptr, 10);
    pds_buf_drop(&b);
}

static void the_end_is_that_of_a_revision(void **state)
{
    static const struct {
        int64_t by; /* from the revision's last byte */
        const char *finding;
    } rows[] = {
        { 0, NULL },
        { -1, NULL }, /* behind %%EOF, before the line end */
        { -2, "BYTE_RANGE_END" },
        { 1, "BYTE_RANGE_END" },
        { -40, "BYTE_RANGE_END" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
        make m = { 0 };
        chain_make(&m, false);
        set_length(&m, rows[i].by);
        chain_open(&c, &m);
        PDS_OWN(pds_byte_range_drop) pds_byte_range range = read_signature(&c);
        chain_expect(&c, rows[i].finding);
        assert_int_equal(range.sound, rows[i].finding == NULL);
    }
}

/* A %%EOF that no section names ends nothing. */
static void an_end_that_is_made_up_is_none(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    make m = { 0 };
    make_pdf(&m, MAKE_TABLE);
    chain_sign(&m, TOKEN);
    const uint64_t signed_end = m.file.len;
    make_piece(&m, "8 0 obj\n(\nstartxref\n9\n%%EOF\n");
    const uint64_t end = m.file.len;
    make_piece(&m, ")\nendobj\n");
    m.place[8] = signed_end;
    chain_table(&m, (const uint32_t[]){ 8, 0 }, "/Size 9");
    set_length(&m, (int64_t)(end - signed_end));
    chain_open(&c, &m);
    PDS_OWN(pds_byte_range_drop) pds_byte_range range = read_signature(&c);
    chain_expect(&c, "BYTE_RANGE_END");
    assert_int_equal(range.revision, 0);
}

static void a_hole_beside_the_token_is_told(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
        make m = { 0 };
        chain_make(&m, false);
        char *const text = memmem(m.file.ptr, m.file.len, "/ByteRange[0 ", 13);
        assert_non_null(text);
        const size_t at =
            i == 0 ? 13 : 13 + 11; /* the '<' or the byte behind '>' is left out too */
        pds_buf b = { 0 };
        pds_buf_printf(&b, "%-10lld", strtoll(text + at, NULL, 10) + (i == 0 ? -1 : 1));
        memcpy(text + at, b.ptr, 10);
        pds_buf_drop(&b);
        set_length(&m, i == 0 ? 0 : -1);
        chain_open(&c, &m);
        PDS_OWN(pds_byte_range_drop) pds_byte_range range = read_signature(&c);
        chain_expect(&c, "BYTE_RANGE_GAP");
        assert_int_equal(range.revision, 2);
    }
}

/* ---- where the dictionary stands ---- */

static void an_empty_range_is_told(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    make m = { 0 };
    make_pdf(&m, MAKE_TABLE);
    m.find = RANGE;
    m.put = "/ByteRange[0 0 0 0]";
    chain_sign(&m, TOKEN);
    chain_open(&c, &m);
    PDS_OWN(pds_byte_range_drop) pds_byte_range range = read_signature(&c);
    assert_false(range.sound);
    assert_int_equal(chain_count(&c, "BYTE_RANGE_GAP"), 1);
    assert_int_equal(chain_count(&c, "BYTE_RANGE_END"), 1);
}

/* The universal trick: the signed dictionary is replaced by one that names the same bytes. */
static void a_dictionary_that_was_replaced_is_told(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    make m = { 0 };
    make_pdf(&m, MAKE_TABLE);
    chain_sign(&m, TOKEN);
    make_object(&m, CHAIN_SIGNATURE, "<</Type/Sig/ByteRange[0 1 2 3]/Contents<3003020101000000>>>");
    chain_table(&m, (const uint32_t[]){ CHAIN_SIGNATURE, 0 }, "/Size 8");
    chain_open(&c, &m);
    const uint64_t end = pds_revisions_at(c.revisions, 2)->end;
    PDS_OWN(pds_byte_range_drop) pds_byte_range range = read_signature(&c);
    assert_false(range.sound);
    assert_true(range.close > end);
    assert_true(chain_count(&c, "BYTE_RANGE_GAP") == 1);
    assert_true(chain_count(&c, "BYTE_RANGE_END") == 1);
}

static void an_entry_back_to_an_old_dictionary_is_told(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    make m = { 0 };
    make_pdf(&m, MAKE_TABLE);
    chain_sign(&m, TOKEN);
    chain_change(&m);
    const uint64_t old = m.place[CHAIN_SIGNATURE];
    make_object(&m, CHAIN_SIGNATURE, "null");
    chain_table(&m, (const uint32_t[]){ CHAIN_SIGNATURE, 0 }, "/Size 9");
    m.place[CHAIN_SIGNATURE] = old;
    chain_table(&m, (const uint32_t[]){ CHAIN_SIGNATURE, 0 }, "/Size 9");
    chain_open(&c, &m);
    PDS_OWN(pds_byte_range_drop) pds_byte_range range = read_signature(&c);
    chain_expect(&c,
                 NULL); /* it is the signed one again: what gate 2 has to say is another matter */
    assert_int_equal(range.revision, 2);
}

/* It covers a revision in which it was not there. */
static void a_dictionary_that_was_away_is_told(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    make m = { 0 };
    make_pdf(&m, MAKE_TABLE);
    chain_sign(&m, TOKEN);
    const uint64_t old = m.place[CHAIN_SIGNATURE], end = m.file.len;
    make_object(&m, CHAIN_SIGNATURE, "null");
    chain_table(&m, (const uint32_t[]){ CHAIN_SIGNATURE, 0 }, "/Size 8");
    set_length(&m, (int64_t)(m.file.len - end));
    m.place[CHAIN_SIGNATURE] = old;
    chain_table(&m, (const uint32_t[]){ CHAIN_SIGNATURE, 0 }, "/Size 8");
    chain_open(&c, &m);
    PDS_OWN(pds_byte_range_drop) pds_byte_range range = read_signature(&c);
    chain_expect(&c, "SIGNATURE_REPLACED");
    assert_int_equal(range.revision, 3);
}

static void a_dictionary_that_is_not_there_is_told(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    make m = { 0 };
    pds_err e = { 0 };
    chain_make(&m, true);
    chain_open(&c, &m);
    PDS_OWN(pds_byte_range_drop) pds_byte_range range = { .sound = true };
    const uint32_t numbers[] = { 8, 500 }; /* in an object stream; nowhere */
    for (size_t i = 0; i < 2; i++) {
        const pds_signature_place place = { numbers[i], NULL, 3 };
        assert_int_equal(pds_byte_range_read(c.revisions, &place, &range, &c.findings, &e), PDS_OK);
        assert_false(range.sound);
        assert_int_equal(chain_count(&c, "SIGNATURE_UNREADABLE"), i + 1);
    }
}

/* A field may hold its dictionary directly. */
static void a_direct_dictionary_is_read(void **state)
{
    (void)state;
    PDS_OWN(chain_drop) chain c = { PDS_FILE_NONE, NULL, { 0 } };
    make m = { 0 };
    pds_err e = { 0 };
    make_pdf(&m, MAKE_TABLE);
    m.find = "<</Type/Sig";
    m.put = "<</FT/Sig/V<</Type/Sig";
    chain_sign(&m, TOKEN ">>/Y 1");
    chain_open(&c, &m);
    PDS_OWN(pds_byte_range_drop) pds_byte_range range = { .sound = false };
    const pds_signature_place place = { CHAIN_SIGNATURE, "V", 2 };
    assert_int_equal(pds_byte_range_read(c.revisions, &place, &range, &c.findings, &e), PDS_OK);
    assert_true(range.open > 0);
    assert_int_equal(range.close - range.open, strlen(TOKEN));
    chain_expect(&c, "BYTE_RANGE_GAP"); /* the helper took all it was given for the token */
}

static void two_signatures_in_one_hole_are_told(void **state)
{
    (void)state;
    pds_err e = { 0 };
    PDS_OWN(pds_findings_drop) pds_findings f = { 0 };
    const pds_byte_range ranges[] = {
        { .ref = { 9, 0 }, .open = 500, .close = 600 },
        { .ref = { 7, 0 }, .open = 100, .close = 200 },
        { .ref = { 8, 0 }, .open = 200, .close = 300 },
        { .ref = { 7, 0 }, .open = 100, .close = 200 }, /* one signature of two fields */
    };
    assert_int_equal(pds_byte_ranges_check(ranges, 4, &f, &e), PDS_OK);
    assert_int_equal(f.count, 0);
    pds_byte_range shared[4];
    memcpy(shared, ranges, sizeof shared);
    shared[2].open = 199;
    assert_int_equal(pds_byte_ranges_check(shared, 4, &f, &e), PDS_OK);
    assert_int_equal(f.count, 1);
    assert_int_equal(f.items[0].code, PDS_F_CONTENTS_SHARED);
    assert_int_equal(f.items[0].object, 8);
    assert_int_equal(pds_byte_ranges_check(NULL, 0, &f, &e), PDS_OK);
}

static int run_tricks(void)
{
    enum { COUNT = sizeof TRICKS / sizeof TRICKS[0] };
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ TRICKS[i].name, a_trick_is_told, NULL, NULL, NULL };
        memcpy(&tests[i].initial_state, &(const trick *){ &TRICKS[i] }, sizeof(void *));
    }
    return _cmocka_run_group_tests("tricks", tests, COUNT, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_element_comes_without_padding),
        cmocka_unit_test(the_end_is_that_of_a_revision),
        cmocka_unit_test(an_end_that_is_made_up_is_none),
        cmocka_unit_test(a_hole_beside_the_token_is_told),
        cmocka_unit_test(an_empty_range_is_told),
        cmocka_unit_test(a_dictionary_that_was_replaced_is_told),
        cmocka_unit_test(an_entry_back_to_an_old_dictionary_is_told),
        cmocka_unit_test(a_dictionary_that_was_away_is_told),
        cmocka_unit_test(a_dictionary_that_is_not_there_is_told),
        cmocka_unit_test(a_direct_dictionary_is_read),
        cmocka_unit_test(two_signatures_in_one_hole_are_told),
    };
    return run_tricks() + cmocka_run_group_tests(tests, NULL, NULL);
}
