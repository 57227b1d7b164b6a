/* Which certificate belongs to which key, where CKA_ID does not tell, or tells wrongly. */

#include "base/own.h"
#include "tests/token/softhsm.h"
#include "token/token.h"

#include <pds/token.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MODULE "?module-path=" P11_PROXY

static const char PIN[] = "271828";
static const char SO_PIN[] = "31415926";

static scratch folder;

/* ---- tokens ---- */

static pki *make(pki_key kind, const char *name, const char *usage)
{
    return pki_new(&(pki_profile){ .key = kind, .name = name, .key_usage = usage });
}

/* Two pairs, one for each purpose, under one CKA_ID. */
static void fill_double(const char *token, bool ec, bool no_public)
{
    const CK_SLOT_ID slot = softhsm_token(token, PIN, SO_PIN);
    pki *enc = make(ec ? PKI_P384 : PKI_RSA_3072, "Enc", ec ? "keyAgreement" : "keyEncipherment");
    pki *sign = make(ec ? PKI_P256 : PKI_RSA_2048, "Sign", "digitalSignature");
    softhsm_add_key(slot, PIN,
                    &(softhsm_key){ .key = enc, .label = "enc", .id = 1, .no_public = no_public });
    softhsm_add_key(
        slot, PIN, &(softhsm_key){ .key = sign, .label = "sign", .id = 1, .no_public = no_public });
    pki_drop(&enc);
    pki_drop(&sign);
}

/* One of the two shows itself by its public half before the login, the other does not. */
static void fill_half_shown(void)
{
    const CK_SLOT_ID slot = softhsm_token("half shown", PIN, SO_PIN);
    pki *enc = make(PKI_RSA_2048, "Enc", "keyEncipherment");
    pki *sign = make(PKI_P256, "Sign", "digitalSignature");
    softhsm_add_key(slot, PIN, &(softhsm_key){ .key = enc, .label = "enc", .id = 1 });
    softhsm_add_key(slot, PIN,
                    &(softhsm_key){ .key = sign, .label = "sign", .id = 1, .no_public = true });
    pki_drop(&enc);
    pki_drop(&sign);
}

/* The certificate has another CKA_ID than its key. */
static void fill_loose(const char *token, pki_key kind, bool info)
{
    const CK_SLOT_ID slot = softhsm_token(token, PIN, SO_PIN);
    pki *sign = make(kind, "Sign", "digitalSignature");
    softhsm_add_key(slot, PIN,
                    &(softhsm_key){ .key = sign,
                                    .label = "sign",
                                    .id = 1,
                                    .no_cert = true,
                                    .no_public = info,
                                    .info = info });
    softhsm_add_cert(slot, PIN, sign, "loose");
    pki_drop(&sign);
}

/* The key was renewed; its former certificate is under its CKA_ID still. */
static void fill_former(void)
{
    const CK_SLOT_ID slot = softhsm_token("former", PIN, SO_PIN);
    pki *former = make(PKI_P384, "Former", "digitalSignature");
    pki *sign = make(PKI_P256, "Sign", "digitalSignature");
    softhsm_add_key(slot, PIN, &(softhsm_key){ .key = sign, .label = "sign", .id = 0xCA });
    softhsm_add_cert(slot, PIN, former, "former");
    pki_drop(&former);
    pki_drop(&sign);
}

static int start(void **state)
{
    (void)state;
    scratch_open(&folder);
    softhsm_begin(&folder);
    fill_double("double RSA", false, false);
    fill_double("double EC", true, false);
    fill_double("double EC alone", true, true);
    fill_loose("loose RSA", PKI_RSA_2048, false);
    fill_loose("loose EC", PKI_P256, false);
    fill_loose("loose EC with info", PKI_P256, true);
    fill_former();
    fill_half_shown();
    softhsm_end();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    scratch_close(&folder);
    return 0;
}

/* ---- keys ---- */

static unsigned asked;

static pds_code answer(void *ctx, const char *label, int tries_left, pds_secret *into, pds_err *e)
{
    asked++;
    (void)ctx;
    (void)label;
    (void)tries_left;
    return pds_secret_set(into, pds_span_text(PIN), e);
}

typedef struct row {
    const char *name, *uri;
    pds_algorithm algorithm;
    const char *identity; /* NULL: the one that may sign is meant */
} row;

#define RSA                              \
    {                                    \
        PDS_SCHEME_RSA_PKCS1, PDS_SHA256 \
    }
#define EC                           \
    {                                \
        PDS_SCHEME_ECDSA, PDS_SHA256 \
    }

/* clang-format off */
static row rows[] = {
    { "two RSA keys of one id", "pkcs11:token=double%20RSA" MODULE, RSA, NULL },
    { "the id and the label name one", "pkcs11:token=double%20RSA;id=%01;object=sign" MODULE, RSA, NULL },
    { "two EC keys of one id", "pkcs11:token=double%20EC" MODULE, EC, NULL },
    { "two EC keys that tell nothing of themselves go by their labels", "pkcs11:token=double%20EC%20alone" MODULE, EC, NULL },
    { "two keys of one id, of which one tells nothing of itself", "pkcs11:token=half%20shown" MODULE, EC, "Sign" },
    { "an RSA certificate of another id", "pkcs11:token=loose%20RSA" MODULE, RSA, NULL },
    { "an EC certificate of another id", "pkcs11:token=loose%20EC" MODULE, EC, NULL },
    { "a key that tells its public half", "pkcs11:token=loose%20EC%20with%20info" MODULE, EC, NULL },
    { "the key's id is what counts", "pkcs11:token=loose%20EC;id=%01" MODULE, EC, NULL },
    { "a former certificate of the same id", "pkcs11:token=former" MODULE, EC, NULL },
};
/* clang-format on */

/* The one that may sign is taken, and signs for its certificate. */
static void a_certificate_has_its_key(void **state)
{
    const row *const r = *state;
    const pds_key_options options = { .uri = r->uri, .identity = r->identity, .pin = answer };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    pds_err e = { 0 };
    const pds_code code = pds_key_open(&options, &key, &e);
    if (code != PDS_OK) {
        print_error("%s: %s\n", pds_code_name(code), e.text);
    }
    assert_int_equal(code, PDS_OK);
    assert_string_equal(pds_key_label(key), "Sign");
    assert_int_equal(
        pds_key_sign(key, r->algorithm, pds_span_text("signed attributes"), &signature, &e),
        PDS_OK);
}

/* What is listed can be copied. */
static void a_listed_uri_names_one_key(void **state)
{
    pds_token_list list = { .count = 0 };
    size_t opened = 0;
    (void)state;
    assert_int_equal(pds_tokens_list("pkcs11:token=double%20RSA" MODULE, &list, NULL), PDS_OK);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].key_count, 2);
    for (size_t i = 0; i < list.items[0].key_count; i++) {
        const pds_token_key *const one = &list.items[0].keys[i];
        const pds_key_options options = { .uri = one->uri,
                                          .pin = answer,
                                          .decrypts = strcmp(one->name, "Enc") == 0 };
        PDS_OWN(pds_key_drop) pds_key *key = NULL;
        assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
        assert_string_equal(pds_key_label(key), one->name);
        opened++;
    }
    assert_int_equal(opened, 2);
    pds_token_list_drop(&list);
}

/* Certificates without their keys are all that these tokens show before the login. */
static void only_what_may_be_behind_the_login_costs_one(void **state)
{
    static const struct {
        const char *uri, *identity;
        bool logs_in;
    } cases[] = {
        { "pkcs11:token=double%20EC%20alone" MODULE, "Company", false },
        { "pkcs11:" MODULE, "Company", false },
        { "pkcs11:token=double%20EC%20alone;object=enc" MODULE, "Sign", false },
        { "pkcs11:object=company;serial=no" MODULE, NULL, false },
        { "pkcs11:token=double%20EC%20alone;object=company" MODULE, NULL, true },
        { "pkcs11:token=double%20EC%20alone" MODULE, "Sign", true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const pds_key_options options = { .uri = cases[i].uri,
                                          .identity = cases[i].identity,
                                          .pin = answer };
        PDS_OWN(pds_key_drop) pds_key *key = NULL;
        asked = 0;
        (void)!pds_key_open(&options, &key, NULL);
        assert_int_equal(asked, cases[i].logs_in);
    }
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[ROWS + 2];
    size_t count = 0;
    for (; count < ROWS; count++) {
        tests[count] = (struct CMUnitTest){ rows[count].name, a_certificate_has_its_key, NULL, NULL,
                                            &rows[count] };
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_listed_uri_names_one_key);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(only_what_may_be_behind_the_login_costs_one);
    return cmocka_run_group_tests_name("pkcs11 keys", tests, start, stop);
}
