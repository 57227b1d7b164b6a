/* RFC 7512: what names a token or a key. */

#include "base/own.h"
#include "token/p11_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct row {
    const char *name, *rest;
    pds_code code;
} row;

/* clang-format off */
static row rows[] = {
    { "everything", "", PDS_OK },
    { "a token", "token=my%20key;serial=1234;manufacturer=Maker;model=M1", PDS_OK },
    { "a key", "token=a;object=b;id=%01%02;type=private", PDS_OK },
    { "a module", "token=a?module-path=/usr/lib/m.so", PDS_OK },
    { "a module by name", "token=a?module-name=opensc", PDS_OK },
    { "a slot", "slot-id=3", PDS_OK },
    { "percent without digits", "token=%", PDS_E_USAGE },
    { "percent with other letters", "token=%zz", PDS_E_USAGE },
    { "an attribute that nobody knows", "token=a;colour=red", PDS_E_USAGE },
    { "no attribute at all", "token", PDS_E_USAGE },
};
/* clang-format on */

static void a_uri_is_parsed(void **state)
{
    const row *const r = *state;
    pds_err e;
    PDS_OWN(pds_p11_uri_drop) P11KitUri *uri = NULL;
    const pds_code code = pds_p11_uri_parse(r->rest, &uri, &e);
    assert_int_equal(code, r->code);
    assert_int_equal(uri != NULL, code == PDS_OK);
}

static void a_long_one_is_refused(void **state)
{
    char rest[PDS_DEVICE_URI + 1];
    PDS_OWN(pds_p11_uri_drop) P11KitUri *uri = NULL;
    (void)state;
    memset(rest, 'a', sizeof rest);
    memcpy(rest, "token=", 6);
    rest[sizeof rest - 1] = '\0';
    assert_int_equal(pds_p11_uri_parse(rest, &uri, NULL), PDS_E_USAGE);
}

static void put(CK_UTF8CHAR *field, size_t size, const char *text)
{
    for (size_t i = 0; i < size; i++) {
        field[i] = (CK_UTF8CHAR)(i < strlen(text) ? text[i] : ' ');
    }
}

static void names_are_made_and_read_back(void **state)
{
    CK_TOKEN_INFO token = { .flags = 0 };
    pds_device_info info = { .uri = "" };
    const pds_device_key by_id = { .id = "0aff", .label = "signing" };
    const pds_device_key by_label = { .id = "", .label = "my key; second" };
    char text[PDS_DEVICE_URI];
    PDS_OWN(pds_p11_uri_drop) P11KitUri *like = NULL;
    PDS_OWN(pds_p11_uri_drop) P11KitUri *again = NULL;
    (void)state;
    put(token.label, sizeof token.label, "my token");
    put(token.serialNumber, sizeof token.serialNumber, "12;34");
    put(token.manufacturerID, sizeof token.manufacturerID, "");
    put(token.model, sizeof token.model, "M");
    assert_int_equal(pds_p11_uri_parse("?module-path=/m.so", &like, NULL), PDS_OK);
    assert_int_equal(pds_p11_uri_of_token(like, &token, info.uri, NULL), PDS_OK);
    assert_non_null(strstr(info.uri, "token=my%20token"));
    assert_non_null(strcasestr(info.uri, "serial=12%3b34"));
    assert_non_null(strstr(info.uri, "?module-path="));
    assert_int_equal(pds_p11_uri_of_key(&info, &by_id, text, NULL), PDS_OK);
    assert_non_null(strcasestr(text, "id=%0a%ff"));
    assert_non_null(strstr(text, "token=my%20token"));
    assert_int_equal(pds_p11_uri_parse(text + strlen("pkcs11:"), &again, NULL), PDS_OK);
    assert_int_equal(pds_p11_uri_of_key(&info, &by_label, text, NULL), PDS_OK);
    assert_non_null(strcasestr(text, "object=my%20key%3b%20second"));
}

static void texts_are_trimmed_and_utf8(void **state)
{
    CK_UTF8CHAR field[32];
    char text[PDS_DEVICE_NAME];
    (void)state;
    put(field, sizeof field, "Schl\xC3\xBCssel");
    pds_p11_text(field, sizeof field, text, sizeof text);
    assert_string_equal(text, "Schl\xC3\xBCssel");
    put(field, sizeof field,
        "\xFF"
        "bad\x01");
    pds_p11_text(field, sizeof field, text, sizeof text);
    assert_string_equal(text, "?bad?");
    memset(field, ' ', sizeof field);
    field[31] = 0xC3; /* the first half of a letter */
    pds_p11_text(field, sizeof field, text, sizeof text);
    assert_int_equal(text[31], '?');
}

int main(void)
{
    static struct CMUnitTest tests[32];
    size_t count = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        tests[count++] = (struct CMUnitTest){ rows[i].name, a_uri_is_parsed, NULL, NULL, &rows[i] };
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_long_one_is_refused);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(names_are_made_and_read_back);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(texts_are_trimmed_and_utf8);
    return _cmocka_run_group_tests("pkcs11 uri", tests, count, NULL, NULL);
}
