#include "base/own.h"
#include "tests/token/token_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- what comes back from a key ---- */

typedef struct row {
    const char *name;
    fake_behaviour behaviour;
    pds_code code;
} row;

static row rows[] = {
    { "a good signature is returned", FAKE_SIGNS, PDS_OK },
    { "a refusal is passed on", FAKE_REFUSES, PDS_E_KEY_FAILED },
    { "success without bytes is a failure", FAKE_EMPTY, PDS_E_KEY_FAILED },
    { "a signature of something else is caught", FAKE_WRONG, PDS_E_SIGNATURE_WRONG },
    { "garbage is caught", FAKE_GARBAGE, PDS_E_SIGNATURE_WRONG },
    { "a slow key is waited for", FAKE_SLOW, PDS_OK },
};

static void signature_is_checked(void **state)
{
    const row *r = *state;
    pki *identity = pki_new(&(pki_profile){ .key = PKI_P256 });
    token_fake fake = { .identity = identity, .behaviour = r->behaviour, .good = 1 };
    PDS_OWN(pds_key_drop) pds_key *key = token_fake_key(&fake, NULL);
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    const pds_algorithm algorithm = { PDS_SCHEME_ECDSA, PDS_SHA256 };
    pds_span message = pds_span_text("attributes");

    pds_buf_text(&signature, "before");
    assert_int_equal(pds_key_sign(key, algorithm, message, &signature, NULL), PDS_OK);
    size_t after_good = signature.len;
    assert_int_equal(pds_key_sign(key, algorithm, message, &signature, NULL), r->code);
    assert_int_equal(signature.len > after_good, r->code == PDS_OK);
    assert_memory_equal(signature.ptr, "before", 6);
    assert_int_equal(fake.calls, 2);
    pds_key_drop(&key);
    assert_int_equal(fake.closed, 1);
    pki_drop(&identity);
}

static void a_certificate_alone_does_not_sign(void **state)
{
    pki *identity = pki_new(&(pki_profile){ .key = PKI_P256, .name = "李四" });
    pds_certs none = { 0 };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    (void)state;
    assert_int_equal(pds_key_from(NULL, NULL, pki_cert(identity), &none, &key, NULL), PDS_OK);
    assert_false(pds_key_can_sign(key));
    assert_string_equal(pds_key_label(key), "李四");
    assert_int_equal(pds_key_sign(key, (pds_algorithm){ PDS_SCHEME_ECDSA, PDS_SHA256 },
                                  pds_span_text("x"), &signature, NULL),
                     PDS_E_USAGE);
    pki_drop(&identity);
}

/* ---- URIs ---- */

typedef struct uri_row {
    const char *name;
    const char *uri;
    pds_code code;
    const char *rest;
} uri_row;

static uri_row uris[] = {
    { "a PKCS#12 file", "p12:me.p12", PDS_OK, "me.p12" },
    { "a path may hold colons and spaces", "file:/a b:c.pem", PDS_OK, "/a b:c.pem" },
    { "a path is literal", "file:a%20b?.pem", PDS_OK, "a%20b?.pem" },
    { "the kind in capitals", "P12:me.p12", PDS_OK, "me.p12" },
    { "an empty path", "p12:", PDS_E_KEY_UNREADABLE, "" },
    { "any token", "pkcs11:", PDS_OK, "" },
    { "no kind", "me.p12", PDS_E_KEY_UNREADABLE, NULL },
    { "an unknown kind", "hsm:me", PDS_E_KEY_UNREADABLE, NULL },
    { "nothing", "", PDS_E_KEY_UNREADABLE, NULL },
    { "only a colon", ":x", PDS_E_KEY_UNREADABLE, NULL },
    { "a PIN in the URI", "p12:me.p12?pin-value=1234", PDS_E_USAGE, NULL },
    { "a PIN among others", "pkcs11:token=a;PIN-VALUE=1234", PDS_E_USAGE, NULL },
    { "a PIN alone", "pkcs11:pin-value=1234", PDS_E_USAGE, NULL },
    { "a file with a PIN", "pkcs11:token=a?pin-source=file:/tmp/1234", PDS_E_USAGE, NULL },
    { "a file with a PIN, as it was once called", "pkcs11:pinfile=1234", PDS_E_USAGE, NULL },
    { "a PIN, and no kind", "me?pin=1234", PDS_E_USAGE, NULL },
    { "a password in the URI", "p12:me.p12?x=1&password=abc", PDS_E_USAGE, NULL },
};

static void uri_is_split(void **state)
{
    const uri_row *r = *state;
    const pds_token_ops *driver = NULL;
    const char *rest = NULL;
    pds_err e = { 0 };
    assert_int_equal(pds_uri_split(r->uri, &driver, &rest, &e), r->code);
    if (r->code == PDS_OK) {
        assert_string_equal(rest, r->rest);
    } else if (r->code == PDS_E_USAGE) {
        assert_null(strstr(e.text, "1234"));
        assert_null(strstr(e.found, "1234"));
    } else if (r->rest != NULL) {
        assert_string_equal(e.text, "no file after p12:");
    } else {
        assert_string_equal(e.expected, "file:, p12:, pkcs11:, pcsc:");
    }
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0], URIS = sizeof uris / sizeof uris[0] };
    struct CMUnitTest tests[ROWS + URIS + 1];
    pds_secret_init(); /* before OpenSSL is used, as programs do */
    for (size_t i = 0; i < ROWS; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, signature_is_checked, NULL, NULL, &rows[i] };
    }
    for (size_t i = 0; i < URIS; i++) {
        tests[ROWS + i] = (struct CMUnitTest){ uris[i].name, uri_is_split, NULL, NULL, &uris[i] };
    }
    tests[ROWS + URIS] = (struct CMUnitTest)cmocka_unit_test(a_certificate_alone_does_not_sign);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
