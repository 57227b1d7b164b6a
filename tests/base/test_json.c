#include "base/err.h"
#include "base/own.h"

#include <pds/json.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_dump(const pds_json *value, const char *text)
{
    char *dump = pds_json_dump(value);
    assert_non_null(dump);
    assert_string_equal(dump, text);
    free(dump);
}

static void members_keep_their_order(void **state)
{
    PDS_OWN(pds_json_drop) pds_json *o = pds_json_object();
    pds_json *list = pds_json_array();
    (void)state;
    pds_json_set_int(o, "z", INT64_MIN);
    pds_json_set_text(o, "a", "line\n\"quoted\" 合同");
    pds_json_set_text(o, "none", NULL);
    pds_json_set_bool(o, "yes", true);
    pds_json_set_real(o, "half", 0.5);
    pds_json_set_real(o, "tenth", 0.1);
    pds_json_set_real(o, "nan", NAN); /* JSON has none */
    pds_json_add_text(list, "x");
    pds_json_add_text(list, NULL);
    pds_json_add(list, pds_json_object());
    pds_json_set(o, "list", list);
    assert_dump(o, "{\"z\":-9223372036854775808,\"a\":\"line\\n\\\"quoted\\\" 合同\",\"yes\":true,"
                   "\"half\":0.5,\"tenth\":0.1,\"list\":[\"x\",{}]}");
}

static void no_memory_is_carried_along(void **state)
{
    pds_json *none = NULL;
    (void)state;
    pds_json_set_int(NULL, "a", 1);
    pds_json_set(NULL, "a", pds_json_object()); /* taken over all the same: no leak */
    pds_json_add(NULL, pds_json_array());
    pds_json_add_text(NULL, "x");
    assert_null(pds_json_text(NULL, "a"));
    assert_int_equal(pds_json_count(NULL), 0);
    assert_null(pds_json_at(NULL, 0));
    assert_null(pds_json_dump(NULL));
    pds_json_drop(&none);
    pds_json_drop(NULL);
}

typedef struct utf8_row {
    const char *name;
    const char *in, *out;
} utf8_row;

#define BAD "\xEF\xBF\xBD"

static utf8_row strings[] = {
    { "sound text stays", "aé章😀", "aé章😀" },
    { "a lone continuation byte", "a\x80z", "a" BAD "z" },
    { "a byte of no encoding", "\xFF", BAD },
    { "GB18030 is mostly not UTF-8", "\xBA\xCF\xD6\xBD", BAD BAD "\xD6\xBD" },
    { "an overlong slash", "\xC0\xAF", BAD BAD },
    { "an overlong three-byte form", "\xE0\x80\x80", BAD BAD BAD },
    { "a surrogate", "\xED\xA0\x80", BAD BAD BAD },
    { "beyond U+10FFFF", "\xF4\x90\x80\x80", BAD BAD BAD BAD },
    { "cut off at the end", "a\xE7\xAB", "a" BAD BAD },
    { "cut off before a letter", "\xE7\xABz", BAD BAD "z" },
    { "the last characters of each length", "\x7F\xDF\xBF\xEF\xBF\xBF\xF4\x8F\xBF\xBF",
      "\x7F\xDF\xBF\xEF\xBF\xBF\xF4\x8F\xBF\xBF" },
};

static void strings_become_utf8(void **state)
{
    const utf8_row *r = *state;
    PDS_OWN(pds_json_drop) pds_json *o = pds_json_object();
    pds_json_set_text(o, "s", r->in);
    assert_string_equal(pds_json_text(o, "s"), r->out);
}

typedef struct parse_row {
    const char *name;
    const char *text;
    const char *fault; /* in the message; NULL: accepted */
} parse_row;

static parse_row parses[] = {
    { "an object", "{\"a\": [1, 2.5, null, true, \"x\"]}", NULL },
    { "white space around it", " \n{}\r\n", NULL },
    { "any value alone", "12", NULL },
    { "nothing", "", "line 1" },
    { "a duplicate key", "{\"a\":1,\"a\":2}", "duplicate" },
    { "a second value", "{} {}", "end of file" },
    { "a trailing comma", "{\"a\":1,}", "line 1, column 8" },
    { "a comment", "{}//", "end of file" },
    { "a single quote", "{'a':1}", "line 1" },
    { "the line is told", "{\n\"a\":\nx}", "line 3" },
    { "broken UTF-8", "\"\xC0\xAF\"", "decode" },
    { "an escaped NUL", "\"\\u0000\"", "NUL" },
    { "a number beyond 64 bits", "9223372036854775808", "integer" },
    { "not a number", "NaN", "line 1" },
};

static void parsing_is_strict(void **state)
{
    const parse_row *r = *state;
    PDS_OWN(pds_json_drop) pds_json *value = NULL;
    pds_err e;
    pds_code code = pds_json_parse(r->text, strlen(r->text), &value, &e);
    if (r->fault == NULL) {
        assert_int_equal(code, PDS_OK);
        assert_non_null(value);
        return;
    }
    assert_int_equal(code, PDS_E_USAGE);
    assert_null(value);
    assert_non_null(strcasestr(e.text, r->fault));
}

static void deep_nesting_is_a_fault(void **state)
{
    enum { DEEP = 1000000 };
    PDS_OWN(pds_json_drop) pds_json *value = NULL;
    char *text = malloc(DEEP);
    (void)state;
    assert_non_null(text);
    memset(text, '[', DEEP);
    assert_int_equal(pds_json_parse(text, DEEP, &value, NULL), PDS_E_USAGE);
    free(text);
}

static void readers_ask_for_a_kind(void **state)
{
    static const char text[] = "{\"t\":\"x\",\"i\":7,\"b\":true,\"l\":[1,\"y\"],\"r\":1.5}";
    PDS_OWN(pds_json_drop) pds_json *o = NULL;
    (void)state;
    assert_int_equal(pds_json_parse(text, sizeof text - 1, &o, NULL), PDS_OK);
    assert_string_equal(pds_json_text(o, "t"), "x");
    assert_null(pds_json_text(o, "i"));
    assert_null(pds_json_text(o, "missing"));
    assert_int_equal(pds_json_int(o, "i"), 7);
    assert_int_equal(pds_json_int(o, "r"), -1);
    assert_int_equal(pds_json_int(o, "t"), -1);
    assert_true(pds_json_bool(o, "b"));
    assert_false(pds_json_bool(o, "i"));
    assert_int_equal(pds_json_count(pds_json_get(o, "l")), 2);
    assert_int_equal(pds_json_count(o), 0);
    assert_dump(pds_json_at(pds_json_get(o, "l"), 1), "\"y\"");
    assert_null(pds_json_at(pds_json_get(o, "l"), 2));
}

static void a_fault_tells_only_what_is_known(void **state)
{
    pds_err e;
    (void)state;
    pds_code code = pds_fail(&e, PDS_E_PLACE_REFUSED, "here", "off the page");
    PDS_OWN(pds_json_drop) pds_json *bare = pds_err_json(&e);
    assert_dump(bare, "{\"code\":\"PLACE_REFUSED\",\"exit\":10,\"text\":\"off the page\"}");
    code = pds_err_at(pds_err_file(pds_err_page(code, &e, 3), &e, "a.pdf"), &e, 0);
    code = pds_err_field(pds_err_object(code, &e, 12), &e, "S");
    code = pds_err_hint(pds_err_expected(code, &e, "x", "y"), &e, "h");
    assert_int_equal(code, PDS_E_PLACE_REFUSED);
    PDS_OWN(pds_json_drop) pds_json *full = pds_err_json(&e);
    assert_dump(full, "{\"code\":\"PLACE_REFUSED\",\"exit\":10,\"text\":\"off the page\","
                      "\"file\":\"a.pdf\",\"page\":3,\"field\":\"S\",\"object\":12,\"offset\":0,"
                      "\"expected\":\"x\",\"found\":\"y\",\"hint\":\"h\"}");
}

enum {
    STRINGS = sizeof strings / sizeof strings[0],
    PARSES = sizeof parses / sizeof parses[0],
};

static void kinds_are_told_apart(void **state)
{
    static const char text[] = "[null,true,false,1,1.0,\"x\",[],{}]";
    static const pds_json_kind kinds[] = { PDS_JSON_NULL,  PDS_JSON_BOOL,  PDS_JSON_BOOL,
                                           PDS_JSON_INT,   PDS_JSON_REAL,  PDS_JSON_TEXT,
                                           PDS_JSON_ARRAY, PDS_JSON_OBJECT };
    PDS_OWN(pds_json_drop) pds_json *a = NULL;
    (void)state;
    assert_int_equal(pds_json_parse(text, sizeof text - 1, &a, NULL), PDS_OK);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        assert_int_equal(pds_json_kind_of(pds_json_at(a, i)), kinds[i]);
    }
    assert_int_equal(pds_json_kind_of(NULL), PDS_JSON_NONE);
}

static void keys_come_one_after_another(void **state)
{
    static const char text[] = "{\"b\":1,\"a\":2,\"\":3,\"c\":{\"d\":4}}";
    PDS_OWN(pds_json_drop) pds_json *o = NULL;
    int64_t sum = 0;
    size_t count = 0;
    (void)state;
    assert_int_equal(pds_json_parse(text, sizeof text - 1, &o, NULL), PDS_OK);
    for (const char *key = NULL; (key = pds_json_key_after(o, key)) != NULL; count++) {
        sum += pds_json_int(o, key);
    }
    assert_int_equal(count, 4);
    assert_int_equal(sum, 1 + 2 + 3 - 1); /* c is no number */
    assert_null(pds_json_key_after(o, "e"));
    assert_null(pds_json_key_after(pds_json_get(o, "a"), NULL));
    assert_null(pds_json_key_after(NULL, NULL));
}

int main(void)
{
    struct CMUnitTest string_tests[STRINGS];
    struct CMUnitTest parse_tests[PARSES];
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_keep_their_order),
        cmocka_unit_test(no_memory_is_carried_along),
        cmocka_unit_test(deep_nesting_is_a_fault),
        cmocka_unit_test(readers_ask_for_a_kind),
        cmocka_unit_test(kinds_are_told_apart),
        cmocka_unit_test(keys_come_one_after_another),
        cmocka_unit_test(a_fault_tells_only_what_is_known),
    };
    for (size_t i = 0; i < STRINGS; i++) {
        string_tests[i] =
            (struct CMUnitTest){ strings[i].name, strings_become_utf8, NULL, NULL, &strings[i] };
    }
    for (size_t i = 0; i < PARSES; i++) {
        parse_tests[i] =
            (struct CMUnitTest){ parses[i].name, parsing_is_strict, NULL, NULL, &parses[i] };
    }
    return cmocka_run_group_tests_name("json.string", string_tests, NULL, NULL) +
           cmocka_run_group_tests_name("json.parse", parse_tests, NULL, NULL) +
           cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
