/* What modules of PKCS#11 differ in: mechanisms, return values, flags, keys without their halves.
 */

#include "base/locked.h"
#include "base/own.h"
#include "tests/cms/pki_private.h"
#include "tests/token/softhsm.h"
#include "token/pin_offer.h"
#include "token/token.h"

#include <pds/token.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define MODULE "?module-path=" P11_PROXY

static const char PIN[] = "271828";
static const char SO_PIN[] = "31415926";

static scratch folder;
static pki *rsa, *ec, *bare_rsa, *bare_ec, *long_ec, *old;

/* ---- tokens ---- */

static pki *make(pki_key kind, const char *name, long begins, long ends)
{
    return pki_new(&(pki_profile){ .key = kind, .name = name, .begins = begins, .ends = ends });
}

static void fill_whole(void)
{
    const CK_SLOT_ID slot = softhsm_token("whole", PIN, SO_PIN);
    softhsm_add_key(slot, PIN, &(softhsm_key){ .key = rsa, .label = "RSA key", .id = 1 });
    softhsm_add_key(slot, PIN, &(softhsm_key){ .key = ec, .label = "EC key", .id = 2 });
    softhsm_add_key(slot, PIN, &(softhsm_key){ .key = long_ec, .label = "long EC key", .id = 3 });
}

/* Keys whose certificates are elsewhere. */
static void fill_bare(void)
{
    const CK_SLOT_ID slot = softhsm_token("bare", PIN, SO_PIN);
    softhsm_add_key(
        slot, PIN,
        &(softhsm_key){
            .key = bare_rsa, .label = "bare RSA", .id = 1, .no_cert = true, .no_public = true });
    softhsm_add_key(slot, PIN,
                    &(softhsm_key){ .key = bare_ec, .label = "bare EC", .id = 2, .no_cert = true });
}

/* A key with its certificate, and a newer one whose certificate is elsewhere. */
static void fill_renewed(void)
{
    const CK_SLOT_ID slot = softhsm_token("renewed", PIN, SO_PIN);
    softhsm_add_key(slot, PIN, &(softhsm_key){ .key = ec, .label = "EC key", .id = 1 });
    softhsm_add_key(slot, PIN,
                    &(softhsm_key){ .key = bare_ec, .label = "new EC", .id = 2, .no_cert = true });
}

static void fill_hidden(void)
{
    const CK_SLOT_ID slot = softhsm_token("hidden", PIN, SO_PIN);
    softhsm_add_key(slot, PIN,
                    &(softhsm_key){ .key = ec, .label = "EC key", .id = 2, .no_public = true });
}

static void fill_always(void)
{
    const CK_SLOT_ID slot = softhsm_token("always", PIN, SO_PIN);
    softhsm_add_key(slot, PIN,
                    &(softhsm_key){ .key = ec, .label = "EC key", .id = 2, .asks_always = true });
}

static void fill_open(void)
{
    const CK_SLOT_ID slot = softhsm_token("open", PIN, SO_PIN);
    softhsm_add_key(slot, PIN,
                    &(softhsm_key){ .key = ec, .label = "EC key", .id = 2, .open = true });
}

static void fill_old(void)
{
    const CK_SLOT_ID slot = softhsm_token("old", PIN, SO_PIN);
    softhsm_add_key(slot, PIN, &(softhsm_key){ .key = old, .label = "old key", .id = 1 });
}

static int start(void **state)
{
    static const long DAY = 86400;
    (void)state;
    rsa = make(PKI_RSA_2048, "Whole RSA", 0, 0);
    ec = make(PKI_P256, "Whole EC", 0, 0);
    bare_rsa = make(PKI_RSA_2048, "Bare RSA", 0, 0);
    bare_ec = make(PKI_P384, "Bare EC", 0, 0);
    long_ec = make(PKI_P521, "Long EC", 0, 0);
    old = make(PKI_P256, "Old", -9 * DAY, -DAY);
    scratch_open(&folder);
    softhsm_begin(&folder);
    fill_whole();
    fill_bare();
    fill_renewed();
    fill_hidden();
    fill_always();
    fill_open();
    fill_old();
    softhsm_end();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    pki_drop(&rsa);
    pki_drop(&ec);
    pki_drop(&bare_rsa);
    pki_drop(&bare_ec);
    pki_drop(&long_ec);
    pki_drop(&old);
    scratch_close(&folder);
    return 0;
}

/* ---- keys ---- */

static unsigned asked, told;
static const char *give;

static int reset(void **state)
{
    (void)state;
    asked = told = 0;
    give = PIN;
    softhsm_reset();
    pds_guard_set_patience(0);
    pds_token_forget(NULL);
    return 0;
}

static pds_code answer(void *ctx, const char *label, int tries_left, pds_secret *into, pds_err *e)
{
    (void)ctx;
    (void)label;
    (void)tries_left;
    asked++;
    return pds_secret_set(into, pds_span_text(give), e);
}

static void hear(void *ctx, const char *text)
{
    (void)ctx;
    (void)text;
    told++;
}

static void expect(pds_code code, pds_code expected, const pds_err *e)
{
    if (code != expected) {
        print_error("%s: %s (%s)\n", pds_code_name(code), e->text, e->where);
    }
    assert_int_equal(code, expected);
}

static pds_key_options options_of(const char *uri, const char *identity)
{
    return (pds_key_options){ .uri = uri, .identity = identity, .pin = answer, .tell = hear };
}

static void open_as(const pds_key_options *options, pds_key **key, pds_code expected)
{
    pds_err e;
    expect(pds_key_open(options, key, &e), expected, &e);
}

static void open_ec(pds_key **key)
{
    const pds_key_options options = options_of("pkcs11:token=whole" MODULE, "Whole EC");
    open_as(&options, key, PDS_OK);
}

static void sign_as(const pds_key *key, pds_algorithm algorithm, pds_code expected)
{
    pds_err e;
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    expect(pds_key_sign(key, algorithm, pds_span_text("signed attributes"), &signature, &e),
           expected, &e);
}

static const pds_algorithm EC_SHA256 = { PDS_SCHEME_ECDSA, PDS_SHA256 };
static const pds_algorithm RSA_SHA256 = { PDS_SCHEME_RSA_PKCS1, PDS_SHA256 };

/* ---- mechanisms ---- */

typedef struct way_row {
    const char *name;
    const char *identity;
    pds_algorithm algorithm;
    CK_MECHANISM_TYPE only;
    pds_code code;
} way_row;

/* clang-format off */
static way_row ways[] = {
    { "RSA padded in the token", "Whole RSA", { PDS_SCHEME_RSA_PKCS1, PDS_SHA256 }, CKM_RSA_PKCS, PDS_OK },
    { "RSA padded in the token, SHA-512", "Whole RSA", { PDS_SCHEME_RSA_PKCS1, PDS_SHA512 }, CKM_RSA_PKCS, PDS_OK },
    { "RSA digested in the token", "Whole RSA", { PDS_SCHEME_RSA_PKCS1, PDS_SHA256 }, CKM_SHA256_RSA_PKCS, PDS_OK },
    { "RSA digested in the token, SHA-384", "Whole RSA", { PDS_SCHEME_RSA_PKCS1, PDS_SHA384 }, CKM_SHA384_RSA_PKCS, PDS_OK },
    { "RSA digested in the token, SHA-512", "Whole RSA", { PDS_SCHEME_RSA_PKCS1, PDS_SHA512 }, CKM_SHA512_RSA_PKCS, PDS_OK },
    { "RSA raw", "Whole RSA", { PDS_SCHEME_RSA_PKCS1, PDS_SHA384 }, CKM_RSA_X_509, PDS_OK },
    { "RSA with another digest alone", "Whole RSA", { PDS_SCHEME_RSA_PKCS1, PDS_SHA384 }, CKM_SHA256_RSA_PKCS, PDS_E_KEY_UNSUPPORTED },
    { "PSS of a digest", "Whole RSA", { PDS_SCHEME_RSA_PSS, PDS_SHA256 }, CKM_RSA_PKCS_PSS, PDS_OK },
    { "PSS of a digest, SHA-384", "Whole RSA", { PDS_SCHEME_RSA_PSS, PDS_SHA384 }, CKM_RSA_PKCS_PSS, PDS_OK },
    { "PSS of a digest, SHA-512", "Whole RSA", { PDS_SCHEME_RSA_PSS, PDS_SHA512 }, CKM_RSA_PKCS_PSS, PDS_OK },
    { "PSS digested in the token", "Whole RSA", { PDS_SCHEME_RSA_PSS, PDS_SHA256 }, CKM_SHA256_RSA_PKCS_PSS, PDS_OK },
    { "PSS digested in the token, SHA-512", "Whole RSA", { PDS_SCHEME_RSA_PSS, PDS_SHA512 }, CKM_SHA512_RSA_PKCS_PSS, PDS_OK },
    { "PSS raw", "Whole RSA", { PDS_SCHEME_RSA_PSS, PDS_SHA256 }, CKM_RSA_X_509, PDS_OK },
    { "PSS raw, SHA-512", "Whole RSA", { PDS_SCHEME_RSA_PSS, PDS_SHA512 }, CKM_RSA_X_509, PDS_OK },
    { "ECDSA of a digest", "Whole EC", { PDS_SCHEME_ECDSA, PDS_SHA256 }, CKM_ECDSA, PDS_OK },
    { "ECDSA of a longer digest", "Whole EC", { PDS_SCHEME_ECDSA, PDS_SHA512 }, CKM_ECDSA, PDS_OK },
    { "no mechanism for the key", "Whole EC", { PDS_SCHEME_ECDSA, PDS_SHA256 }, CKM_RSA_PKCS, PDS_E_KEY_UNSUPPORTED },
};
/* clang-format on */

static void a_way_to_sign_is_found(void **state)
{
    const way_row *const r = *state;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const pds_key_options options = options_of("pkcs11:token=whole" MODULE, r->identity);
    (void)reset(NULL);
    softhsm_proxy()->only[0] = r->only;
    open_as(&options, &key, PDS_OK);
    sign_as(key, r->algorithm, r->code);
}

/* ---- return values ---- */

typedef struct fault_row {
    const char *name;
    p11_point point;
    CK_RV rv;
    pds_code code; /* of opening, or signing where the point is there */
} fault_row;

/* clang-format off */
static fault_row faults[] = {
    { "a wrong PIN", P11_AT_LOGIN, CKR_PIN_INCORRECT, PDS_E_PIN_WRONG },
    { "a PIN of a length that can't be", P11_AT_LOGIN, CKR_PIN_LEN_RANGE, PDS_E_PIN_REFUSED },
    { "a blocked PIN", P11_AT_LOGIN, CKR_PIN_LOCKED, PDS_E_PIN_LOCKED },
    { "an expired PIN", P11_AT_LOGIN, CKR_PIN_EXPIRED, PDS_E_PIN_LOCKED },
    { "a PIN that was never set", P11_AT_LOGIN, CKR_USER_PIN_NOT_INITIALIZED, PDS_E_PIN_LOCKED },
    { "another user at work", P11_AT_LOGIN, CKR_USER_ANOTHER_ALREADY_LOGGED_IN, PDS_E_TOKEN_BUSY },
    { "nothing typed at the pad", P11_AT_LOGIN, CKR_FUNCTION_CANCELED, PDS_E_PIN_NEEDED },
    { "refused at the device", P11_AT_LOGIN, CKR_FUNCTION_REJECTED, PDS_E_PIN_NEEDED },
    { "gone at the login", P11_AT_LOGIN, CKR_DEVICE_REMOVED, PDS_E_TOKEN_REMOVED },
    { "no room for a session", P11_AT_OPEN, CKR_SESSION_COUNT, PDS_E_TOKEN_BUSY },
    { "gone at opening", P11_AT_OPEN, CKR_TOKEN_NOT_PRESENT, PDS_E_TOKEN_REMOVED },
    { "a fault of the device", P11_AT_FIND, CKR_DEVICE_ERROR, PDS_E_TOKEN_FAILED },
    { "no memory in the module", P11_AT_FIND, CKR_HOST_MEMORY, PDS_E_NO_MEMORY },
    { "gone when the signature begins", P11_AT_SIGN_INIT, CKR_SESSION_HANDLE_INVALID, PDS_E_TOKEN_REMOVED },
    { "the login lost", P11_AT_SIGN_INIT, CKR_USER_NOT_LOGGED_IN, PDS_E_TOKEN_REMOVED },
    { "the key gone", P11_AT_SIGN_INIT, CKR_KEY_HANDLE_INVALID, PDS_E_TOKEN_REMOVED },
    { "a mechanism refused", P11_AT_SIGN_INIT, CKR_MECHANISM_INVALID, PDS_E_KEY_UNSUPPORTED },
    { "a key for something else", P11_AT_SIGN_INIT, CKR_KEY_FUNCTION_NOT_PERMITTED, PDS_E_KEY_UNSUPPORTED },
    { "a signature refused at the device", P11_AT_SIGN, CKR_FUNCTION_REJECTED, PDS_E_PIN_NEEDED },
    { "gone while it signs", P11_AT_SIGN, CKR_DEVICE_REMOVED, PDS_E_TOKEN_REMOVED },
    { "a fault while it signs", P11_AT_SIGN, CKR_FUNCTION_FAILED, PDS_E_TOKEN_FAILED },
    { "a fault of a vendor's own", P11_AT_SIGN, CKR_VENDOR_DEFINED | 7, PDS_E_TOKEN_FAILED },
};
/* clang-format on */

static void a_fault_has_its_code(void **state)
{
    const fault_row *const r = *state;
    const bool opens = r->point != P11_AT_SIGN && r->point != P11_AT_SIGN_INIT;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const pds_key_options options = options_of("pkcs11:token=whole" MODULE, "Whole EC");
    char pin[32];
    (void)reset(NULL);
    (void)snprintf(pin, sizeof pin, "for %lx at %d", r->rv, (int)r->point); /* not tried before */
    give = opens ? pin : PIN;
    softhsm_proxy()->at[r->point].rv = r->rv;
    open_as(&options, &key, opens ? r->code : PDS_OK);
    if (!opens) {
        sign_as(key, EC_SHA256, r->code);
    }
}

/* It is no matter of the officer's PIN. */
static void an_expired_pin_can_be_changed(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const pds_key_options options = options_of("pkcs11:token=whole" MODULE, "Whole EC");
    pds_err e = { 0 };
    (void)state;
    softhsm_proxy()->at[P11_AT_LOGIN].rv = CKR_PIN_EXPIRED;
    assert_int_equal(pds_key_open(&options, &key, &e), PDS_E_PIN_LOCKED);
    assert_non_null(strstr(e.hint, "token pin"));
}

/* The next way is tried where the first was refused, not where it failed. */
static void a_failed_signature_is_not_made_otherwise(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const pds_key_options options = options_of("pkcs11:token=whole" MODULE, "Whole RSA");
    (void)state;
    open_as(&options, &key, PDS_OK);
    softhsm_proxy()->at[P11_AT_SIGN].rv = CKR_DEVICE_ERROR;
    sign_as(key, RSA_SHA256, PDS_E_TOKEN_FAILED);
    assert_int_equal(softhsm_proxy()->at[P11_AT_SIGN].calls, 1);
}

/* Some begin with a mechanism that they do not have; what a token takes is known at its end. */
static void a_mechanism_refused_at_the_end_is_not_the_last(void **state)
{
    static const CK_RV refusals[] = { CKR_DATA_LEN_RANGE, CKR_MECHANISM_INVALID,
                                      CKR_FUNCTION_NOT_SUPPORTED };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const pds_key_options options = options_of("pkcs11:token=whole" MODULE, "Whole RSA");
    (void)state;
    open_as(&options, &key, PDS_OK);
    softhsm_proxy()->refused = CKM_RSA_PKCS;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        softhsm_proxy()->refusal = refusals[i];
        sign_as(key, RSA_SHA256, PDS_OK);
    }
}

/* Each way would want it once more. */
static void a_pin_is_given_for_one_way_alone(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const pds_key_options options = options_of("pkcs11:token=always" MODULE, NULL);
    (void)state;
    open_as(&options, &key, PDS_OK);
    const unsigned before = softhsm_proxy()->at[P11_AT_LOGIN].calls;
    softhsm_proxy()->at[P11_AT_SIGN].rv = CKR_DATA_LEN_RANGE;
    sign_as(key, EC_SHA256, PDS_E_KEY_UNSUPPORTED);
    assert_int_equal(softhsm_proxy()->at[P11_AT_LOGIN].calls - before, 1);
    assert_int_equal(softhsm_proxy()->at[P11_AT_SIGN].calls, 1);
}

static void a_digest_is_no_longer_than_the_curve(void **state)
{
    static const pds_algorithm algorithm = { PDS_SCHEME_ECDSA, PDS_SHA512 };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    enum { P256 = 32 };
    (void)state;
    open_ec(&key);
    softhsm_proxy()->only[0] = CKM_ECDSA;
    softhsm_proxy()->longest = P256;
    sign_as(key, algorithm, PDS_OK);
}

/* A device that is pulled out may report success. */
static void a_signature_that_is_none_is_refused(void **state)
{
    static const struct {
        const char *identity;
        pds_algorithm algorithm;
        pds_code codes[4];
    } rows[] = {
        { "Whole EC",
          { PDS_SCHEME_ECDSA, PDS_SHA256 },
          { PDS_OK, PDS_E_KEY_FAILED, PDS_E_KEY_FAILED, PDS_E_SIGNATURE_WRONG } },
        { "Whole RSA",
          { PDS_SCHEME_RSA_PKCS1, PDS_SHA256 },
          { PDS_OK, PDS_E_KEY_FAILED, PDS_E_SIGNATURE_WRONG, PDS_E_SIGNATURE_WRONG } },
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        PDS_OWN(pds_key_drop) pds_key *key = NULL;
        const pds_key_options options = options_of("pkcs11:token=whole" MODULE, rows[i].identity);
        open_as(&options, &key, PDS_OK);
        for (int form = P11_AS_IT_IS; form <= P11_CHANGED; form++) {
            softhsm_proxy()->signature = (p11_form)form;
            sign_as(key, rows[i].algorithm, rows[i].codes[form]);
        }
        softhsm_reset();
    }
}

/* ---- flags ---- */

static void a_low_count_is_no_reason_to_refuse(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    softhsm_proxy()->set = CKF_USER_PIN_COUNT_LOW;
    open_ec(&key);
}

/* Few modules set that flag with care; to offer a PIN where there is none costs no try. */
static void a_token_that_tells_of_no_pin_is_asked(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    softhsm_proxy()->clear = CKF_USER_PIN_INITIALIZED;
    open_ec(&key);
    sign_as(key, EC_SHA256, PDS_OK);
    assert_int_equal(asked, 1);
}

static void a_token_without_login_gets_no_pin(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const pds_key_options options = options_of("pkcs11:token=open" MODULE, NULL);
    (void)state;
    softhsm_proxy()->clear = CKF_LOGIN_REQUIRED;
    softhsm_proxy()->set = CKF_USER_PIN_LOCKED;
    open_as(&options, &key, PDS_OK);
    sign_as(key, EC_SHA256, PDS_OK);
    assert_int_equal(asked, 0);
    assert_int_equal(softhsm_proxy()->at[P11_AT_LOGIN].calls, 0);
}

static void type_at_device(void)
{
    softhsm_proxy()->set = CKF_PROTECTED_AUTHENTICATION_PATH;
    softhsm_proxy()->pad_pin = PIN;
}

static void a_pin_is_typed_at_the_device(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    type_at_device();
    open_ec(&key);
    sign_as(key, EC_SHA256, PDS_OK);
    assert_int_equal(asked, 0);
    assert_int_equal(told, 1);
}

static void a_pin_is_typed_at_the_device_each_time(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const pds_key_options options = options_of("pkcs11:token=always" MODULE, NULL);
    (void)state;
    type_at_device();
    open_as(&options, &key, PDS_OK);
    sign_as(key, EC_SHA256, PDS_OK);
    sign_as(key, EC_SHA256, PDS_OK);
    assert_int_equal(asked, 0);
    assert_int_equal(told, 3);
}

static void a_pin_refused_at_a_signature_is_not_tried_again(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const pds_key_options options = options_of("pkcs11:token=always" MODULE, NULL);
    (void)state;
    open_as(&options, &key, PDS_OK);
    sign_as(key, EC_SHA256, PDS_OK);
    softhsm_proxy()->at[P11_AT_LOGIN].rv = CKR_PIN_INCORRECT;
    const unsigned before = softhsm_proxy()->at[P11_AT_LOGIN].calls;
    sign_as(key, EC_SHA256, PDS_E_PIN_WRONG);
    sign_as(key, EC_SHA256, PDS_E_PIN_WRONG); /* asked, and given the same */
    assert_int_equal(softhsm_proxy()->at[P11_AT_LOGIN].calls - before, 1);
    assert_int_equal(asked, 2);
    pds_token_forget(NULL);
}

/* ---- keys without their other halves ---- */

static void a_key_without_public_half_is_seen_after_the_login(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const pds_key_options options = options_of("pkcs11:token=hidden" MODULE, NULL);
    (void)state;
    open_as(&options, &key, PDS_OK);
    assert_string_equal(pds_key_label(key), "Whole EC");
    sign_as(key, EC_SHA256, PDS_OK);
}

static void a_token_that_shows_nothing_is_logged_in_to(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_token_list list = { .count = 0 };
    (void)state;
    softhsm_proxy()->shy = true;
    assert_int_equal(pds_tokens_list("pkcs11:token=whole" MODULE, &list, NULL), PDS_OK);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].key_count, 0);
    pds_token_list_drop(&list);
    open_ec(&key);
    sign_as(key, EC_SHA256, PDS_OK);
    assert_int_equal(asked, 1);
}

static void a_given_certificate_tells_which_key(void **state)
{
    static const struct {
        pki **cert;
        pds_algorithm algorithm;
    } rows[] = { { &bare_rsa, { PDS_SCHEME_RSA_PKCS1, PDS_SHA256 } },
                 { &bare_ec, { PDS_SCHEME_ECDSA, PDS_SHA384 } } };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(pds_key_drop) pds_key *key = NULL;
        pds_key_options options = options_of("pkcs11:token=bare" MODULE, NULL);
        options.cert = scratch_path(&folder, "given.der");
        pki_write_cert_der(*rows[i].cert, options.cert);
        open_as(&options, &key, PDS_OK);
        sign_as(key, rows[i].algorithm, PDS_OK);
    }
}

static void a_newer_certificate_is_of_the_newer_key(void **state)
{
    static const pds_algorithm algorithm = { PDS_SCHEME_ECDSA, PDS_SHA384 };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_key_options options = options_of("pkcs11:token=renewed" MODULE, NULL);
    (void)state;
    options.cert = scratch_path(&folder, "newer.der");
    pki_write_cert_der(bare_ec, options.cert);
    open_as(&options, &key, PDS_OK);
    sign_as(key, algorithm, PDS_OK);
}

static void a_strangers_certificate_is_refused(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_key_options options = options_of("pkcs11:token=bare" MODULE, NULL);
    (void)state;
    options.cert = scratch_path(&folder, "strange.der");
    pki_write_cert_der(ec, options.cert);
    open_as(&options, &key, PDS_E_KEY_MISMATCH);
}

static void a_raw_signature_wants_no_certificate_in_the_token(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_key_options options = options_of("pkcs11:token=bare" MODULE, NULL);
    (void)state;
    options.cert = scratch_path(&folder, "raw.der");
    pki_write_cert_der(bare_rsa, options.cert);
    softhsm_proxy()->only[0] = CKM_RSA_X_509;
    open_as(&options, &key, PDS_OK);
    sign_as(key, RSA_SHA256, PDS_OK);
}

static void an_expired_certificate_is_refused_before_the_pin(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_key_options options = options_of("pkcs11:token=old" MODULE, NULL);
    (void)state;
    open_as(&options, &key, PDS_E_CERT_EXPIRED);
    assert_int_equal(asked, 0);
    options.allow_expired = true;
    open_as(&options, &key, PDS_OK);
}

/* ---- URIs ---- */

typedef struct uri_row {
    const char *name, *uri;
    pds_code code;
    const char *label; /* of the certificate, where it opens */
} uri_row;

/* clang-format off */
static uri_row uris[] = {
    { "a key by its label", "pkcs11:token=whole;object=EC%20key" MODULE, PDS_OK, "Whole EC" },
    { "a key by its id", "pkcs11:token=whole;id=%01" MODULE, PDS_OK, "Whole RSA" },
    { "a key by its id and kind", "pkcs11:token=whole;id=%01;type=private" MODULE, PDS_OK, "Whole RSA" },
    { "no such id", "pkcs11:token=whole;id=%09" MODULE, PDS_E_KEY_UNREADABLE, NULL },
    { "no such token", "pkcs11:token=nobody" MODULE, PDS_E_TOKEN_MISSING, NULL },
    { "several tokens have such a key", "pkcs11:object=EC%20key" MODULE, PDS_E_TOKEN_AMBIGUOUS, NULL },
    { "no such module", "pkcs11:token=whole?module-path=/nowhere.so", PDS_E_KEY_UNREADABLE, NULL },
    { "a PIN in it", "pkcs11:token=whole?pin-value=1234", PDS_E_USAGE, NULL },
    { "not RFC 7512", "pkcs11:token=%zz", PDS_E_USAGE, NULL },
};
/* clang-format on */

static void a_uri_means_a_key(void **state)
{
    const uri_row *const r = *state;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const pds_key_options options = options_of(r->uri, NULL);
    (void)reset(NULL);
    open_as(&options, &key, r->code);
    if (r->code == PDS_OK) {
        assert_string_equal(pds_key_label(key), r->label);
    }
}

/* ---- decryption ---- */

static void encrypt_to(EVP_PKEY *to, int padding, pds_span plain, pds_buf *out)
{
    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new(to, NULL);
    size_t len = 0;
    NEED(EVP_PKEY_encrypt_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, padding) == 1 &&
         EVP_PKEY_encrypt(ctx, NULL, &len, plain.ptr, plain.len) == 1);
    uint8_t *const room = pds_buf_grow(out, len);
    NEED(EVP_PKEY_encrypt(ctx, room, &len, plain.ptr, plain.len) == 1);
    EVP_PKEY_CTX_free(ctx);
}

static void what_was_encrypted_comes_out(void **state)
{
    static const struct {
        int padding, scheme;
    } rows[] = { { 1, PDS_DECRYPT_PKCS1 }, { 4, PDS_DECRYPT_OAEP } };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_key_options options = options_of("pkcs11:token=whole;id=%01" MODULE, NULL);
    (void)state;
    options.decrypts = true;
    open_as(&options, &key, PDS_OK);
    for (size_t i = 0; i < 2; i++) {
        pds_err e;
        PDS_OWN(pds_buf_drop) pds_buf sent = { 0 };
        PDS_OWN(pds_locked_drop) pds_buf got = { 0 };
        pds_decryption how = { .digest = PDS_DIGEST_DEFAULT };
        encrypt_to(rsa->key, rows[i].padding, pds_span_text("a content key"), &sent);
        how.ciphertext = pds_buf_span(&sent);
        how.scheme = rows[i].scheme == PDS_DECRYPT_OAEP ? PDS_DECRYPT_OAEP : PDS_DECRYPT_PKCS1;
        assert_int_equal(pds_locked_new(4096, &got, NULL), PDS_OK);
        expect(pds_key_decrypt(key, &how, &got, &e), PDS_OK, &e);
        assert_int_equal(got.len, strlen("a content key"));
        assert_memory_equal(got.ptr, "a content key", got.len);
        sent.ptr[20] ^= 1;
        got.len = 0;
        const pds_code code = pds_key_decrypt(key, &how, &got, &e);
        assert_true(code != PDS_OK || got.len != strlen("a content key"));
    }
}

/* A module that says it wrote more than there was room for. */
static void lengths_that_cannot_be_are_refused(void **state)
{
    enum { SLOTS = 300, BYTES = 5000 };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    PDS_OWN(pds_buf_drop) pds_buf sent = { 0 };
    PDS_OWN(pds_locked_drop) pds_buf got = { 0 };
    pds_err e;
    pds_key_options options = options_of("pkcs11:token=whole;id=%01" MODULE, NULL);
    (void)state;
    options.decrypts = true;
    softhsm_proxy()->slots = SLOTS;
    open_as(&options, &key, PDS_E_TOKEN_MISSING);
    softhsm_proxy()->slots = 0;
    open_as(&options, &key, PDS_OK);
    encrypt_to(rsa->key, 1, pds_span_text("a content key"), &sent);
    const pds_decryption how = { .scheme = PDS_DECRYPT_PKCS1, .ciphertext = pds_buf_span(&sent) };
    assert_int_equal(pds_locked_new(4096, &got, NULL), PDS_OK);
    softhsm_proxy()->plain = BYTES;
    expect(pds_key_decrypt(key, &how, &got, &e), PDS_E_TOKEN_FAILED, &e);
    assert_int_equal(got.len, 0);
}

static void agree(const char *uri, pki_key kind, const pki *own)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    PDS_OWN(pds_locked_drop) pds_buf got = { 0 };
    pds_err e;
    uint8_t ours[80];
    size_t len = sizeof ours;
    pds_key_options options = options_of(uri, NULL);
    pki *peer = make(kind, "Peer", 0, 0);
    const pds_decryption how = { .scheme = PDS_DECRYPT_ECDH, .peer = peer->key };
    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new(peer->key, NULL);
    options.decrypts = true;
    open_as(&options, &key, PDS_OK);
    assert_int_equal(pds_locked_new(4096, &got, NULL), PDS_OK);
    expect(pds_key_decrypt(key, &how, &got, &e), PDS_OK, &e);
    NEED(EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, own->key) == 1 &&
         EVP_PKEY_derive(ctx, ours, &len) == 1);
    assert_int_equal(got.len, len);
    assert_memory_equal(got.ptr, ours, len);
    EVP_PKEY_CTX_free(ctx);
    pki_drop(&peer);
}

static void a_secret_is_agreed_on(void **state)
{
    (void)state;
    agree("pkcs11:token=whole;id=%02" MODULE, PKI_P256, ec);
    agree("pkcs11:token=whole;id=%03" MODULE, PKI_P521, long_ec);
}

/* Modules of before 2.20 want the point as it is in CKA_EC_POINT. */
static void a_point_in_an_octet_string_is_tried(void **state)
{
    static const CK_RV refusals[] = { CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD };
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        softhsm_proxy()->raw_refusal = refusals[i];
        agree("pkcs11:token=whole;id=%02" MODULE, PKI_P256, ec);
        agree("pkcs11:token=whole;id=%03" MODULE, PKI_P521, long_ec);
    }
}

/* ---- calls that hang ---- */

static void hang_at(p11_point point, bool hangs)
{
    __atomic_store_n(&softhsm_proxy()->at[point].hangs, hangs, __ATOMIC_RELAXED);
}

static void opening_ends_where_a_call_hangs(void **state)
{
    static const p11_point points[] = { P11_AT_SLOTS, P11_AT_TOKEN, P11_AT_OPEN, P11_AT_LOGIN,
                                        P11_AT_FIND };
    const struct timespec nap = { .tv_nsec = 50000000 };
    const pds_key_options options = options_of("pkcs11:token=whole" MODULE, "Whole EC");
    (void)state;
    pds_guard_set_patience(1);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        PDS_OWN(pds_key_drop) pds_key *key = NULL;
        const time_t begun = time(NULL);
        hang_at(points[i], true);
        open_as(&options, &key, PDS_E_TOKEN_HUNG);
        hang_at(points[i], false);
        assert_true(time(NULL) - begun < 4);
        (void)nanosleep(&nap, NULL); /* the given-up call ends on its own */
    }
}

static void closing_ends_where_a_call_hangs(void **state)
{
    pds_key *key = NULL;
    const struct timespec nap = { .tv_nsec = 50000000 };
    (void)state;
    open_ec(&key);
    pds_guard_set_patience(1);
    hang_at(P11_AT_CLOSE, true);
    const time_t begun = time(NULL);
    pds_key_drop(&key);
    assert_true(time(NULL) - begun < 4);
    hang_at(P11_AT_CLOSE, false);
    (void)nanosleep(&nap, NULL);
}

/* The last thing that this program does: it has to end all the same. */
static void leave_a_call_hung(void)
{
    pds_key *key = NULL;
    const pds_key_options options = options_of("pkcs11:token=whole" MODULE, "Whole EC");
    (void)reset(NULL);
    pds_guard_set_patience(1);
    hang_at(P11_AT_SLOTS, true);
    (void)!pds_key_open(&options, &key, NULL);
}

/* ---- PINs changed ---- */

typedef struct secrets {
    const char *of[4]; /* by pds_secret_kind */
    unsigned asked;
} secrets;

static pds_code give_secret(void *ctx, pds_secret_kind kind, const char *label, int tries_left,
                            pds_secret *into, pds_err *e)
{
    secrets *const s = ctx;
    (void)label;
    (void)tries_left;
    s->asked++;
    return pds_secret_set(into, pds_span_text(s->of[kind]), e);
}

static void a_pin_is_changed(void **state)
{
    pds_err e;
    secrets s = { .of = { PIN, "161803" } };
    const pds_token_options there = { .uri = "pkcs11:token=hidden" MODULE,
                                      .ask = give_secret,
                                      .ask_ctx = &s };
    const pds_key_options options = options_of(there.uri, NULL);
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    expect(pds_token_change_pin(&there, &e), PDS_OK, &e);
    expect(pds_token_change_pin(&there, &e), PDS_E_PIN_WRONG, &e); /* the old one is no more */
    give = "161803";
    open_as(&options, &key, PDS_OK);
    pds_key_drop(&key);
    s = (secrets){ .of = { [PDS_SECRET_NEW_PIN] = PIN, [PDS_SECRET_PUK] = SO_PIN } };
    expect(pds_token_unblock_pin(&there, &e), PDS_OK, &e);
    give = PIN;
    open_as(&options, &key, PDS_OK);
}

/* ---- objects ---- */

static void objects_are_written_and_read(void **state)
{
    secrets s = { .of = { PIN } };
    const pds_token_options there = { .uri = "pkcs11:token=whole" MODULE,
                                      .ask = give_secret,
                                      .ask_ctx = &s };
    PDS_OWN(pds_opened_drop) pds_opened d = { .device = NULL };
    const pds_holder holder = { .token = &d, .options = &there };
    PDS_OWN(pds_buf_drop) pds_buf got = { 0 };
    pds_err e;
    (void)state;
    expect(pds_opened_only(there.uri, &d, &e), PDS_OK, &e);
    expect(pds_guard_read_object(d.device, 3, &got, &e), PDS_OK, &e);
    assert_int_equal(got.len, 0);
    expect(pds_holder_log_in(&holder, &e), PDS_OK, &e);
    expect(pds_guard_write_object(d.device, 3, pds_span_text("one"), NULL, &e), PDS_OK, &e);
    expect(pds_guard_write_object(d.device, 3, pds_span_text("other"), NULL, &e), PDS_OK, &e);
    expect(pds_guard_read_object(d.device, 3, &got, &e), PDS_OK, &e);
    assert_int_equal(got.len, 5);
    assert_memory_equal(got.ptr, "other", 5);
    expect(pds_guard_write_object(d.device, 3, pds_span_of(NULL, 0), NULL, &e), PDS_OK, &e);
    pds_buf_clear(&got);
    expect(pds_guard_read_object(d.device, 3, &got, &e), PDS_OK, &e);
    assert_int_equal(got.len, 0);
    s.of[PDS_SECRET_PIN] = "000000";
    PDS_OWN(pds_opened_drop) pds_opened other = { .device = NULL };
    const pds_holder of_other = { .token = &other, .options = &there };
    expect(pds_opened_only("pkcs11:token=old" MODULE, &other, &e), PDS_OK, &e);
    expect(pds_holder_log_in(&of_other, &e), PDS_E_PIN_WRONG, &e);
    const unsigned before = softhsm_proxy()->at[P11_AT_LOGIN].calls;
    expect(pds_holder_log_in(&of_other, &e), PDS_E_PIN_WRONG, &e);
    assert_int_equal(softhsm_proxy()->at[P11_AT_LOGIN].calls, before);
}

/* Each row of a table is a test of its name. */
static size_t add_rows(struct CMUnitTest *tests, const char *const *first, size_t count,
                       size_t size, CMUnitTestFunction test)
{
    for (size_t i = 0; i < count; i++) {
        char *const row = (char *)first + i * size;
        tests[i] = (struct CMUnitTest){ *(const char **)(void *)row, test, NULL, NULL, row };
    }
    return count;
}

#define ROWS(rows, test)                                                                \
    count += add_rows(tests + count, &(rows)[0].name, sizeof(rows) / sizeof((rows)[0]), \
                      sizeof((rows)[0]), (test))
#define ONE(test) tests[count++] = (struct CMUnitTest)cmocka_unit_test_setup(test, reset)

int main(void)
{
    static struct CMUnitTest tests[128];
    size_t count = 0;
    ROWS(ways, a_way_to_sign_is_found);
    ROWS(faults, a_fault_has_its_code);
    ROWS(uris, a_uri_means_a_key);
    ONE(an_expired_pin_can_be_changed);
    ONE(a_failed_signature_is_not_made_otherwise);
    ONE(a_mechanism_refused_at_the_end_is_not_the_last);
    ONE(a_pin_is_given_for_one_way_alone);
    ONE(a_digest_is_no_longer_than_the_curve);
    ONE(a_signature_that_is_none_is_refused);
    ONE(a_low_count_is_no_reason_to_refuse);
    ONE(a_token_that_tells_of_no_pin_is_asked);
    ONE(a_token_without_login_gets_no_pin);
    ONE(a_pin_is_typed_at_the_device);
    ONE(a_pin_is_typed_at_the_device_each_time);
    ONE(a_pin_refused_at_a_signature_is_not_tried_again);
    ONE(a_key_without_public_half_is_seen_after_the_login);
    ONE(a_token_that_shows_nothing_is_logged_in_to);
    ONE(a_given_certificate_tells_which_key);
    ONE(a_newer_certificate_is_of_the_newer_key);
    ONE(a_strangers_certificate_is_refused);
    ONE(a_raw_signature_wants_no_certificate_in_the_token);
    ONE(an_expired_certificate_is_refused_before_the_pin);
    ONE(what_was_encrypted_comes_out);
    ONE(lengths_that_cannot_be_are_refused);
    ONE(a_secret_is_agreed_on);
    ONE(a_point_in_an_octet_string_is_tried);
    ONE(opening_ends_where_a_call_hangs);
    ONE(closing_ends_where_a_call_hangs);
    ONE(a_pin_is_changed);
    ONE(objects_are_written_and_read);
    const int failed = _cmocka_run_group_tests("pkcs11", tests, count, start, stop);
    leave_a_call_hung();
    return failed;
}
