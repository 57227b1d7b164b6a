#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static pds_code quiet(pds_code code)
{
    return code;
}

static void every_code_has_its_own_name(void **state)
{
    (void)state;
    for (int code = 0; code < PDS_CODE_COUNT; code++) {
        const char *name = pds_code_name((pds_code)code);
        assert_int_equal(strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), strlen(name));
        for (int other = 0; other < code; other++) {
            assert_string_not_equal(name, pds_code_name((pds_code)other));
        }
    }
    assert_string_equal(pds_code_name(PDS_CODE_COUNT), "INTERNAL");
    assert_string_equal(pds_code_name((pds_code)-1), "INTERNAL");
}

typedef struct exit_row {
    const char *name;
    pds_code code;
    const char *code_name;
    int exit;
} exit_row;

static exit_row exits[] = {
    { "done is 0", PDS_OK, "OK", 0 },
    { "wrong usage is 2", PDS_E_USAGE, "USAGE", 2 },
    { "no field chosen is wrong usage", PDS_E_FIELD_AMBIGUOUS, "FIELD_AMBIGUOUS", 2 },
    { "an unreadable input is 5", PDS_E_INPUT_UNREADABLE, "INPUT_UNREADABLE", 5 },
    { "a damaged PDF is 5", PDS_E_PDF_DAMAGED, "PDF_DAMAGED", 5 },
    { "a wrong file password is 5", PDS_E_PASSWORD_WRONG, "PASSWORD_WRONG", 5 },
    { "damage beyond repair is 5", PDS_E_REPAIR_FAILED, "REPAIR_FAILED", 5 },
    { "a wrong PIN is 8", PDS_E_PIN_WRONG, "PIN_WRONG", 8 },
    { "an expired certificate is 8", PDS_E_CERT_EXPIRED, "CERT_EXPIRED", 8 },
    { "a wrong signature value is 8", PDS_E_SIGNATURE_WRONG, "SIGNATURE_WRONG", 8 },
    { "no timestamp is 9", PDS_E_TIMESTAMP_FAILED, "TIMESTAMP_FAILED", 9 },
    { "an unknown field is 10", PDS_E_FIELD_UNKNOWN, "FIELD_UNKNOWN", 10 },
    { "a certification that forbids is 10", PDS_E_DOCMDP_FORBIDS, "DOCMDP_FORBIDS", 10 },
    { "a state that does not fit is 10", PDS_E_STATE_MISMATCH, "STATE_MISMATCH", 10 },
    { "an output that exists is 11", PDS_E_OUTPUT_EXISTS, "OUTPUT_EXISTS", 11 },
    { "a full disk is 11", PDS_E_OUTPUT_FAILED, "OUTPUT_FAILED", 11 },
    { "no memory is 12", PDS_E_NO_MEMORY, "NO_MEMORY", 12 },
    { "an interruption is 130", PDS_E_INTERRUPTED, "INTERRUPTED", 130 },
};

static void exit_is_the_documented_one(void **state)
{
    const exit_row *r = *state;
    assert_int_equal(pds_code_exit(r->code), r->exit);
    assert_string_equal(pds_code_name(r->code), r->code_name);
}

static void every_failure_has_an_exit(void **state)
{
    (void)state;
    for (int code = 1; code < PDS_CODE_COUNT; code++) {
        assert_true(pds_code_exit((pds_code)code) > 0);
    }
}

static void a_fault_begins_anew(void **state)
{
    pds_err e;
    (void)state;
    memset(&e, 'x', sizeof e);
    assert_int_equal(pds_fail(&e, PDS_E_NOT_PDF, "here", "byte %d is wrong", 7), PDS_E_NOT_PDF);
    assert_int_equal(e.code, PDS_E_NOT_PDF);
    assert_string_equal(e.where, "here");
    assert_string_equal(e.text, "byte 7 is wrong");
    assert_int_equal(e.offset, -1);
    assert_int_equal(e.object, 0);
    assert_string_equal(e.file, "");
    assert_string_equal(e.hint, "");
    assert_int_equal(pds_fail(NULL, PDS_E_LIMIT, "here", "%s", "x"), PDS_E_LIMIT);
}

static void a_fault_may_quote_the_one_before(void **state)
{
    pds_err e;
    (void)state;
    (void)quiet(pds_fail(&e, PDS_E_LIMIT, "a", "inner"));
    (void)quiet(pds_fail(&e, PDS_E_LIMIT, "b", "outer: %s", e.text));
    assert_string_equal(e.text, "outer: inner");
}

static void the_first_to_say_a_place_knows_best(void **state)
{
    pds_err e;
    (void)state;
    pds_code code = pds_fail(&e, PDS_E_PDF_DAMAGED, "here", "broken");
    code = pds_err_at(pds_err_at(code, &e, 12), &e, 99);
    code = pds_err_object(pds_err_object(code, &e, 3), &e, 99);
    code = pds_err_page(pds_err_page(code, &e, 2), &e, 99);
    code = pds_err_file(pds_err_file(code, &e, "a.pdf"), &e, "other");
    code = pds_err_field(pds_err_field(code, &e, "S1"), &e, "other");
    code = pds_err_expected(pds_err_expected(code, &e, "endobj", "end"), &e, "x", "y");
    assert_int_equal(code, PDS_E_PDF_DAMAGED);
    assert_int_equal(e.offset, 12);
    assert_int_equal(e.object, 3);
    assert_int_equal(e.page, 2);
    assert_string_equal(e.file, "a.pdf");
    assert_string_equal(e.field, "S1");
    assert_string_equal(e.expected, "endobj");
    assert_string_equal(e.found, "end");
}

static void success_is_left_alone(void **state)
{
    pds_err e = { .text = "old" };
    (void)state;
    assert_int_equal(pds_err_file(PDS_OK, &e, "a.pdf"), PDS_OK);
    assert_int_equal(pds_err_hint(PDS_OK, &e, "x"), PDS_OK);
    assert_string_equal(e.file, "");
    assert_string_equal(e.hint, "");
    assert_int_equal(pds_err_file(PDS_E_LIMIT, NULL, "a.pdf"), PDS_E_LIMIT);
}

static void a_hint_replaces_only_the_usual_one(void **state)
{
    pds_err e;
    (void)state;
    pds_code code = pds_fail(&e, PDS_E_OUTPUT_EXISTS, "here", "exists");
    assert_non_null(strstr(e.hint, "--overwrite"));
    code = pds_err_hint(code, &e, "mine");
    code = pds_err_hint(code, &e, "later");
    assert_int_equal(code, PDS_E_OUTPUT_EXISTS);
    assert_string_equal(e.hint, "mine");
}

static void a_message_cannot_steer_a_terminal(void **state)
{
    pds_err e;
    (void)state;
    (void)quiet(pds_fail(&e, PDS_E_LIMIT, "here", "%s",
                         "a\x1b[2Jb\nc\x7f\xc2\x9b"
                         "d 合同"));
    assert_string_equal(e.text, "a?[2Jb?c???d 合同");
}

static void a_long_text_ends_with_a_whole_character(void **state)
{
    char text[400];
    pds_err e;
    (void)state;
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'a', shift);
        for (size_t i = 0; i < 120; i++) {
            memcpy(text + shift + 3 * i, "章", 4);
        }
        (void)quiet(pds_fail(&e, PDS_E_LIMIT, "here", "%s", text));
        size_t len = strlen(e.text);
        assert_in_range(len, sizeof e.text - 4, sizeof e.text - 1);
        assert_int_equal((len - shift) % 3, 0);
    }
}

static void errno_has_a_text(void **state)
{
    (void)state;
    assert_string_equal(pds_errno_text(2), "No such file or directory");
    assert_non_null(strstr(pds_errno_text(99999), "99999"));
}

enum { EXITS = sizeof exits / sizeof exits[0] };

static void a_fault_kept_apart_goes_on_whole(void **state)
{
    pds_err why = { .offset = -1 }, e = { .offset = 7 };
    (void)state;
    assert_int_equal(pds_err_pass(PDS_OK, &e, &why), PDS_OK);
    assert_int_equal(e.offset, 7);
    assert_int_equal(pds_fail(&why, PDS_E_LIMIT, __func__, "too much"), PDS_E_LIMIT);
    assert_int_equal(pds_err_pass(PDS_E_LIMIT, &e, &why), PDS_E_LIMIT);
    assert_string_equal(e.text, "too much");
    assert_int_equal(e.offset, -1);
    assert_int_equal(pds_err_pass(PDS_E_LIMIT, NULL, &why), PDS_E_LIMIT);
}

int main(void)
{
    struct CMUnitTest rows[EXITS];
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_kept_apart_goes_on_whole),
        cmocka_unit_test(every_code_has_its_own_name),
        cmocka_unit_test(every_failure_has_an_exit),
        cmocka_unit_test(a_fault_begins_anew),
        cmocka_unit_test(a_fault_may_quote_the_one_before),
        cmocka_unit_test(the_first_to_say_a_place_knows_best),
        cmocka_unit_test(success_is_left_alone),
        cmocka_unit_test(a_hint_replaces_only_the_usual_one),
        cmocka_unit_test(a_message_cannot_steer_a_terminal),
        cmocka_unit_test(a_long_text_ends_with_a_whole_character),
        cmocka_unit_test(errno_has_a_text),
    };
    for (size_t i = 0; i < EXITS; i++) {
        rows[i] =
            (struct CMUnitTest){ exits[i].name, exit_is_the_documented_one, NULL, NULL, &exits[i] };
    }
    return cmocka_run_group_tests_name("err.exits", rows, NULL, NULL) +
           cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
