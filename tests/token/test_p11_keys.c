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

/* One key can be seen before the login, the other's certificate alone. */
static void fill_open(void)
{
    const CK_SLOT_ID slot = softhsm_token("open", PIN, SO_PIN);
    pki *card = make(PKI_P384, "Card", "digitalSignature");
    pki *sign = make(PKI_P256, "Sign", "digitalSignature");
    softhsm_add_key(
        slot, PIN,
        &(softhsm_key){ .key = card, .label = "card", .id = 1, .open = true, .info = true });
    softhsm_add_key(slot, PIN,
                    &(softhsm_key){ .key = sign, .label = "sign", .id = 2, .no_public = true });
    pki_drop(&card);
    pki_drop(&sign);
}

/* The same beside one that shows its public half alone. */
static void fill_open_bare(void)
{
    const CK_SLOT_ID slot = softhsm_token("open bare", PIN, SO_PIN);
    pki *card = make(PKI_P384, "Card", "digitalSignature");
    pki *sign = make(PKI_P256, "Sign", "digitalSignature");
    softhsm_add_key(
        slot, PIN,
        &(softhsm_key){ .key = card, .label = "card", .id = 1, .open = true, .info = true });
    softhsm_add_key(slot, PIN,
                    &(softhsm_key){ .key = sign, .label = "sign", .id = 2, .no_cert = true });
    pki_drop(&card);
    pki_drop(&sign);
}

/* A key with its own certificate, and with others of other CKA_IDs, one of them twice. */
static void fill_several(void)
{
    const CK_SLOT_ID slot = softhsm_token("several", PIN, SO_PIN);
    pki *sign = make(PKI_P256, "Sign", "digitalSignature");
    pki *other = pki_renew(
        sign, &(pki_profile){ .key = PKI_P256, .name = "Other", .key_usage = "digitalSignature" });
    softhsm_add_cert(slot, PIN, other, "other");
    softhsm_add_cert(slot, PIN, other, "again");
    softhsm_add_key(slot, PIN, &(softhsm_key){ .key = sign, .label = "sign", .id = 1 });
    pki_drop(&other);
    pki_drop(&sign);
}

/* Whoever made it issued its certificate himself. */
static void fill_issuer(void)
{
    const CK_SLOT_ID slot = softhsm_token("issuer", PIN, SO_PIN);
    pki *sign = pki_new(
        &(pki_profile){ .key = PKI_P256, .name = "Sign", .constraints = "critical,CA:TRUE" });
    pki *card = make(PKI_P384, "Card", "digitalSignature");
    softhsm_add_key(slot, PIN, &(softhsm_key){ .key = card, .label = "card", .id = 1 });
    softhsm_add_key(slot, PIN,
                    &(softhsm_key){ .key = sign, .label = "sign", .id = 2, .no_public = true });
    pki_drop(&card);
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
    fill_open();
    fill_open_bare();
    fill_several();
    fill_issuer();
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
    { "a key that hides beside one that does not", "pkcs11:token=open" MODULE, EC, "Sign" },
    { "the certificate of the key's id, of several", "pkcs11:token=several" MODULE, EC, NULL },
    { "the certificate of the key's id, named of several", "pkcs11:token=several" MODULE, EC, "Sign" },
    { "a hidden key whose certificate is an issuer's", "pkcs11:token=issuer" MODULE, EC, "Sign" },
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
        { "pkcs11:token=double%20EC%20alone;object=company" MODULE, NULL, false },
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

static void put_serial(const char *token, char *out, size_t room)
{
    pds_token_list list = { .count = 0 };
    assert_int_equal(pds_tokens_list(token, &list, NULL), PDS_OK);
    assert_int_equal(list.count, 1);
    (void)snprintf(out, room, "%s", list.items[0].serial);
    pds_token_list_drop(&list);
}

/* Other tokens are called so, too, but none has this number. */
static void who_names_the_very_token_knows_of_a_key_that_hides(void **state)
{
    char serial[64];
    char uri[512];
    const pds_key_options options = { .uri = uri, .pin = answer };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    put_serial("pkcs11:token=double%20EC%20alone" MODULE, serial, sizeof serial);
    (void)snprintf(uri, sizeof uri, "pkcs11:serial=%s;object=company" MODULE, serial);
    asked = 0;
    assert_int_not_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    assert_int_equal(asked, 1);
}

/* Of several certificates of one key, one of them stored twice. */
static void each_of_a_keys_certificates_can_be_named(void **state)
{
    const pds_key_options options = { .uri = "pkcs11:token=several" MODULE,
                                      .identity = "other",
                                      .pin = answer };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    assert_string_equal(pds_key_label(key), "Other");
}

/* Its certificate is in a file; all that the token shows of it is its public half. */
static void a_public_half_tells_of_a_key_beside_one_that_is_shown(void **state)
{
    const pds_key_options options = { .uri = "pkcs11:token=open%20bare" MODULE,
                                      .identity = "sign",
                                      .pin = answer };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    asked = 0;
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_E_CERT_MISSING);
    assert_int_equal(asked, 1);
}

/* The public half of a key for agreements does not say so before the login. */
static void a_key_on_a_curve_may_decrypt(void **state)
{
    const pds_key_options options = { .uri = "pkcs11:token=double%20EC" MODULE,
                                      .pin = answer,
                                      .decrypts = true };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    assert_string_equal(pds_key_label(key), "Enc");
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(a_listed_uri_names_one_key),
        cmocka_unit_test(only_what_may_be_behind_the_login_costs_one),
        cmocka_unit_test(who_names_the_very_token_knows_of_a_key_that_hides),
        cmocka_unit_test(each_of_a_keys_certificates_can_be_named),
        cmocka_unit_test(a_public_half_tells_of_a_key_beside_one_that_is_shown),
        cmocka_unit_test(a_key_on_a_curve_may_decrypt),
    };
    enum { ROWS = sizeof rows / sizeof rows[0], OTHERS = sizeof others / sizeof others[0] };
    struct CMUnitTest tests[ROWS + OTHERS];
    size_t count = 0;
    for (; count < ROWS; count++) {
        tests[count] = (struct CMUnitTest){ rows[count].name, a_certificate_has_its_key, NULL, NULL,
                                            &rows[count] };
    }
    memcpy(tests + count, others, sizeof others);
    return cmocka_run_group_tests_name("pkcs11 keys", tests, start, stop);
}
