/* PIV cards that work: every key, digest and habit of a card; PIN and PUK; objects; two readers. */

#include "base/locked.h"
#include "base/own.h"
#include "cms/evp.h"
#include "tests/base/memory.h"
#include "tests/cms/pki.h"
#include "tests/token/plug.h"
#include "token/token.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <openssl/rsa.h>

#include <cmocka.h>

static void expect(pds_code code, pds_code expected, const pds_err *e)
{
    if (code != expected) {
        print_error("%s: %s\n", pds_code_name(code), e->text);
    }
    assert_int_equal(code, expected);
}

/* ---- signing ---- */

/* One row: a card, and how many exchanges a signature by its keys may take after log-in. */
typedef struct card_row {
    const char *name, *options;
    struct {
        const char *slot;
        long exchanges;
    } keys[5];
} card_row;

/* clang-format off */
static card_row cards[] = {
    { "RSA-2048, P-256, P-384 in pieces",
      "--key 9a=rsa2048 --key 9c=p256 --key 9d=p384 --key 82=p256 --key 83=rsa2048",
      { { "9a", 4 }, { "9c", 2 }, { "9d", 1 }, { "82", 1 }, { "83", 4 } } },
    { "T=0, where the answer to what is sent is fetched",
      "--t0 --key 9a=rsa2048 --key 9c=p256 --key 9d=p384",
      { { "9a", 4 }, { "9c", 3 }, { "9d", 2 } } },
    { "RSA-2048, P-256, P-384 in one",
      "--extended --key 9a=rsa2048 --key 9c=p256 --key 9d=p384",
      { { "9a", 1 }, { "9c", 2 }, { "9d", 1 } } },
    { "certificates that are compressed",
      "--compress --key 9a=rsa2048 --key 9c=p384",
      { { "9a", 4 }, { "9c", 2 } } },
    { "certificates that another bit marks as compressed",
      "--compress=80 --key 9a=p256", { { "9a", 1 } } },
    { "certificates that are compressed as Net iD does",
      "--compress=netid --key 9a=p256 --key 9d=rsa2048", { { "9a", 1 }, { "9d", 4 } } },
    { "retired keys that no history tells of",
      "--metadata --no-history --key 9a=p256 --key 82=p256 --key 95=p384",
      { { "9a", 1 }, { "82", 1 }, { "95", 1 } } },
    { "RSA-3072, RSA-4096 in pieces",
      "--key 9a=rsa3072 --key 9c=rsa4096",
      { { "9a", 4 }, { "9c", 6 } } },
    { "RSA-3072, RSA-4096 in one",
      "--extended --compress --key 9a=rsa3072 --key 9c=rsa4096",
      { { "9a", 1 }, { "9c", 2 } } },
    { "a management key of another kind beside", "--manage aes256 --key 9a=p256", { { "9a", 1 } } },
};
/* clang-format on */

static void sign_by(pds_guarded *device, const pds_device_key *key, pds_algorithm algorithm)
{
    PDS_OWN(pds_secret_drop) pds_secret *pin = plug_secret("123456");
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    const pds_span message = pds_span_text("what is signed");
    pds_err e = { 0 };
    expect(pds_guard_sign(device, key, algorithm, message, key->asks_always ? pin : NULL,
                          &signature, &e),
           PDS_OK, &e);
    expect(pds_cert_verify(key->cert, algorithm, message, pds_buf_span(&signature), &e), PDS_OK,
           &e);
}

static void sign_in_all_ways(const plug *p, pds_guarded *device, const pds_device_key *key,
                             long exchanges)
{
    static const pds_digest digests[] = { PDS_SHA256, PDS_SHA384, PDS_SHA512 };
    const bool rsa = pds_cert_kind(key->cert) == PDS_KEY_RSA;
    for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++) {
        const pds_scheme scheme = rsa ? PDS_SCHEME_RSA_PKCS1 : PDS_SCHEME_ECDSA;
        (void)plug_tell(p, "zero");
        sign_by(device, key, (pds_algorithm){ scheme, digests[i] });
        assert_in_range(plug_count(p, "exchanges"), 1, exchanges);
        if (rsa) {
            sign_by(device, key, (pds_algorithm){ PDS_SCHEME_RSA_PSS, digests[i] });
        }
    }
}

static void card_signs(void **state)
{
    const card_row *const r = *state;
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    plug p;
    pds_err e = { 0 };
    size_t count = 0;
    plug_in(&p, 0, r->options);
    pds_guarded *device = plug_open(&p);
    assert_int_equal(pds_guard_keys(device, "", &keys, NULL), PDS_OK);
    expect(plug_login(device, "123456", &e), PDS_OK, &e);
    while (count < 5 && r->keys[count].slot != NULL) {
        pds_device_keys_drop(&keys);
        const pds_device_key *const key = plug_key(device, r->keys[count].slot, &keys);
        sign_in_all_ways(&p, device, key, r->keys[count].exchanges);
        count++;
    }
    assert_int_equal(keys.count, count);
    assert_int_equal(plug_count(&p, "wrong_pins"), 0);
    pds_guard_close(&device);
    plug_out(&p);
}

/* ---- the others share a card each ---- */

typedef struct holder {
    plug p;
    pds_guarded *device;
} holder;

static holder h;

static int hold(const char *options)
{
    plug_in(&h.p, 0, options);
    h.device = plug_open(&h.p);
    return 0;
}

static int hold_plain(void **state)
{
    (void)state;
    return hold("--key 9a=p256 --key 9d=rsa2048 --key 82=p384");
}

static int let_go(void **state)
{
    (void)state;
    pds_guard_close(&h.device);
    plug_out(&h.p);
    return 0;
}

/* ---- PIN and PUK ---- */

static int tries_left(void)
{
    pds_pin_state state = { .tries = -1 };
    assert_int_equal(pds_guard_pin_state(h.device, &state, NULL), PDS_OK);
    assert_int_equal(state.blocked, state.tries == 0);
    assert_int_equal(state.last, state.tries == 1);
    return state.tries;
}

static pds_code change(const char *old, const char *pin, bool by_puk)
{
    PDS_OWN(pds_secret_drop) pds_secret *one = plug_secret(old);
    PDS_OWN(pds_secret_drop) pds_secret *two = plug_secret(pin);
    return by_puk ? pds_guard_unblock(h.device, one, two, NULL)
                  : pds_guard_change_pin(h.device, one, two, NULL);
}

static void tries_are_told_and_cost_none(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(tries_left(), 3);
    }
    assert_int_equal(plug_count(&h.p, "pin_tries"), 0);
}

static void a_pin_that_can_be_none_is_not_tried(void **state)
{
    static const char *const none[] = { "12345", "123456789", "12345a", "密码密码" };
    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_int_equal(plug_login(h.device, none[i], NULL), PDS_E_PIN_WRONG);
        assert_int_equal(change(none[i], "222222", false), PDS_E_PIN_WRONG);
        assert_int_equal(change("123456", none[i], false), PDS_E_PIN_REFUSED);
        assert_int_equal(change("12345678", none[i], true), PDS_E_PIN_REFUSED);
    }
    assert_int_equal(plug_count(&h.p, "pin_tries"), 0);
}

/* Two secrets go into one command: what is refused for the one leaves nothing of the other. */
static void a_new_pin_is_wiped_where_the_old_one_is_none(void **state)
{
    (void)state;
    assert_int_equal(change("12345", "654987", false), PDS_E_PIN_WRONG);
    assert_int_equal(change("12345", "654987", true), PDS_E_PIN_WRONG);
    assert_false(is_in_memory("654987\xFF\xFF"));
}

static void a_pin_is_changed(void **state)
{
    (void)state;
    assert_int_equal(change("123456", "87654321", false), PDS_OK);
    assert_int_equal(plug_login(h.device, "87654321", NULL), PDS_OK);
    assert_int_equal(plug_login(h.device, "123456", NULL), PDS_E_PIN_WRONG);
    assert_int_equal(tries_left(), 2);
    assert_int_equal(change("87654321", "123456", false), PDS_OK);
    assert_int_equal(plug_login(h.device, "123456", NULL), PDS_OK);
}

static void wrong_pins_block_and_the_puk_frees(void **state)
{
    (void)state;
    for (int left = 2; left >= 0; left--) {
        assert_int_equal(plug_login(h.device, "999999", NULL), PDS_E_PIN_WRONG);
        assert_int_equal(tries_left(), left);
    }
    assert_int_equal(plug_login(h.device, "123456", NULL), PDS_E_PIN_LOCKED);
    assert_int_equal(change("123456", "222222", false), PDS_E_PIN_LOCKED);
    assert_int_equal(change("87654321", "222222", true), PDS_E_PIN_WRONG);
    assert_int_equal(plug_count(&h.p, "puk_left"), 2);
    assert_int_equal(change("12345678", "222222", true), PDS_OK);
    assert_int_equal(tries_left(), 3);
    assert_int_equal(plug_login(h.device, "222222", NULL), PDS_OK);
}

/* ---- which PIN is the holder's ---- */

typedef struct policy_row {
    const char *name, *options, *pin, *other;
    bool global; /* the other one is the application's */
} policy_row;

static policy_row policies[] = {
    { "no discovery object", "--global 888888", "123456", "888888", false },
    { "the application's PIN alone", "--global 888888 --discovery 4000", "123456", "888888",
      false },
    { "both, the application's first", "--global 888888 --discovery 6010", "123456", "888888",
      false },
    { "both, the global one first", "--global 888888 --discovery 6020", "888888", "123456", true },
    { "and a fingerprint", "--global 888888 --discovery 7020", "888888", "123456", true },
    { "the global one first, which is none", "--global 888888 --discovery 4020", "123456", "888888",
      false },
};

static void expect_left(long own, long global)
{
    assert_int_equal(plug_count(&h.p, "pin_left"), own);
    assert_int_equal(plug_count(&h.p, "global_left"), global);
}

static int hold_with_policy(void **state)
{
    const policy_row *const r = *state;
    char options[128];
    (void)snprintf(options, sizeof options, "--key 9a=p256 %s", r->options);
    return hold(options);
}

/* What is offered goes to the one, and costs the other nothing. */
static void the_holders_pin_is_offered(void **state)
{
    const policy_row *const r = *state;
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    const pds_algorithm algorithm = { PDS_SCHEME_ECDSA, PDS_SHA256 };
    const pds_device_key *const key = plug_key(h.device, "9a", &keys);
    assert_int_equal(plug_login(h.device, r->other, NULL), PDS_E_PIN_WRONG);
    expect_left(r->global ? 3 : 2, r->global ? 2 : 3);
    assert_int_equal(tries_left(), 2);
    assert_int_equal(plug_login(h.device, r->pin, NULL), PDS_OK);
    sign_by(h.device, key, algorithm);
    expect_left(3, 3);
    assert_int_equal(change(r->pin, "222222", false), PDS_OK);
    assert_int_equal(plug_login(h.device, "222222", NULL), PDS_OK);
    assert_int_equal(change("12345678", "333333", true),
                     r->global ? PDS_E_KEY_UNSUPPORTED : PDS_OK);
    assert_int_equal(plug_count(&h.p, "puk_left"), 3);
    assert_int_equal(plug_login(h.device, r->global ? "222222" : "333333", NULL), PDS_OK);
    expect_left(3, 3);
}

/* ---- decrypting ---- */

static const char SECRET[] = "the key of a document!!";

static void encrypt_rsa(EVP_PKEY *key, int padding, const EVP_MD *md, pds_buf *out)
{
    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    size_t len = 512;
    uint8_t *const room = pds_buf_grow(out, len);
    assert_int_equal(EVP_PKEY_encrypt_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, padding), 1);
    if (md != NULL) {
        assert_int_equal(EVP_PKEY_CTX_set_rsa_oaep_md(ctx, md), 1);
    }
    assert_int_equal(EVP_PKEY_encrypt(ctx, room, &len, (const uint8_t *)SECRET, sizeof SECRET), 1);
    out->len = len;
    EVP_PKEY_CTX_free(ctx);
}

static pds_code decrypt(const pds_device_key *key, const pds_decryption *how, bool *same)
{
    PDS_OWN(pds_locked_drop) pds_buf plain = { 0 };
    assert_int_equal(pds_locked_new(512, &plain, NULL), PDS_OK);
    PDS_TRY(pds_guard_decrypt(h.device, key, how, NULL, &plain, NULL));
    *same = pds_span_eq(pds_buf_span(&plain), pds_span_of(SECRET, sizeof SECRET));
    return PDS_OK;
}

static void rsa_decrypts(void **state)
{
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    const pds_device_key *const key = plug_key(h.device, "9d", &keys);
    PDS_OWN(pds_buf_drop) pds_buf one = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf two = { 0 };
    bool same = false;
    (void)state;
    assert_true(key->decrypts);
    assert_int_equal(plug_login(h.device, "123456", NULL), PDS_OK);
    encrypt_rsa(key->public_half, RSA_PKCS1_PADDING, NULL, &one);
    encrypt_rsa(key->public_half, RSA_PKCS1_OAEP_PADDING, EVP_sha256(), &two);
    pds_decryption how = { .scheme = PDS_DECRYPT_PKCS1, .ciphertext = pds_buf_span(&one) };
    assert_int_equal(decrypt(key, &how, &same), PDS_OK);
    assert_true(same);
    how = (pds_decryption){ .scheme = PDS_DECRYPT_OAEP,
                            .digest = PDS_SHA256,
                            .mgf = PDS_SHA256,
                            .ciphertext = pds_buf_span(&two) };
    same = false;
    assert_int_equal(decrypt(key, &how, &same), PDS_OK);
    assert_true(same);
    how.ciphertext = pds_buf_span(&one);
    assert_int_equal(decrypt(key, &how, &same), PDS_E_NOT_FOR_KEY);
    how.ciphertext.len--;
    assert_int_equal(decrypt(key, &how, &same), PDS_E_NOT_FOR_KEY);
}

/* What the card gave back, padding and all, is nowhere once it was taken. */
static void nothing_is_left_of_what_was_decrypted(void **state)
{
    static const int paddings[] = { RSA_PKCS1_PADDING, RSA_PKCS1_OAEP_PADDING };
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    const pds_device_key *const key = plug_key(h.device, "9d", &keys);
    (void)state;
    assert_int_equal(plug_login(h.device, "123456", NULL), PDS_OK);
    for (size_t i = 0; i < 2; i++) {
        PDS_OWN(pds_buf_drop) pds_buf sent = { 0 };
        PDS_OWN(pds_locked_drop) pds_buf plain = { 0 };
        pds_decryption how = { .scheme = i == 0 ? PDS_DECRYPT_PKCS1 : PDS_DECRYPT_OAEP };
        encrypt_rsa(key->public_half, paddings[i], NULL, &sent);
        how.ciphertext = pds_buf_span(&sent);
        assert_int_equal(pds_locked_new(512, &plain, NULL), PDS_OK);
        assert_int_equal(pds_guard_decrypt(h.device, key, &how, NULL, &plain, NULL), PDS_OK);
        assert_true(is_in_memory(SECRET)); /* it sees what it looks for */
        pds_locked_drop(&plain);
        assert_false(is_in_memory(SECRET));
    }
}

/* ---- keys that nothing on the card tells of ---- */

typedef struct bare_row {
    const char *name, *uri;
    bool given; /* the certificate is */
    pds_code code;
} bare_row;

static pds_code tell_pin(void *ctx, const char *label, int tries, pds_secret *into, pds_err *e)
{
    (void)ctx;
    (void)label;
    (void)tries;
    return pds_secret_set(into, pds_span_text("123456"), e);
}

static void open_bare(const bare_row *r, const char *cert)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    pds_err e = { 0 };
    const pds_algorithm algorithm = { PDS_SCHEME_ECDSA, PDS_SHA256 };
    const pds_key_options options = { .uri = r->uri,
                                      .cert = r->given ? cert : NULL,
                                      .pin = tell_pin };
    print_message("%s\n", r->name);
    expect(pds_key_open(&options, &key, &e), r->code, &e);
    if (r->code == PDS_OK) {
        expect(pds_key_sign(key, algorithm, pds_span_text("signed"), &signature, &e), PDS_OK, &e);
    }
}

static void a_named_slot_takes_a_given_certificate(void **state)
{
    static const bare_row rows[] = {
        { "the certificate alone: no slot is seen", "pcsc:", true, PDS_E_KEY_MISMATCH },
        { "slot and certificate", "pcsc:;slot=9c", true, PDS_OK },
        { "a retired one", "pcsc:;slot=85", true, PDS_OK },
        { "the slot alone", "pcsc:;slot=9c", false, PDS_E_CERT_MISSING },
    };
    char options[1200];
    plug p;
    scratch s;
    (void)state;
    scratch_open(&s);
    pki *made = pki_new(
        &(pki_profile){ .key = PKI_P256, .name = "Given", .key_usage = "digitalSignature" });
    const char *const key = scratch_path(&s, "key.pem");
    const char *const cert = scratch_path(&s, "cert.der");
    pki_write_key(made, PKI_PKCS8_PEM, NULL, NULL, key);
    pki_write_cert_der(made, cert);
    (void)snprintf(options, sizeof options, "--load 9c=%s --load 85=%s", key, key);
    plug_in(&p, 0, options);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        open_bare(&rows[i], cert);
    }
    plug_out(&p);
    pki_drop(&made);
    scratch_close(&s);
}

static void a_curve_agrees(void **state)
{
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    PDS_OWN(pds_locked_drop) pds_buf shared = { 0 };
    const pds_device_key *const key = plug_key(h.device, "82", &keys);
    EVP_PKEY *const mine = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new_from_pkey(NULL, mine, NULL);
    uint8_t expected[64];
    size_t len = sizeof expected;
    const pds_decryption how = { .scheme = PDS_DECRYPT_ECDH, .peer = mine };
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(plug_login(h.device, "123456", NULL), PDS_OK);
    assert_int_equal(pds_locked_new(512, &shared, NULL), PDS_OK);
    expect(pds_guard_decrypt(h.device, key, &how, NULL, &shared, &e), PDS_OK, &e);
    assert_int_equal(EVP_PKEY_derive_init(ctx), 1);
    assert_int_equal(EVP_PKEY_derive_set_peer(ctx, key->public_half), 1);
    assert_int_equal(EVP_PKEY_derive(ctx, expected, &len), 1);
    assert_int_equal(shared.len, len);
    assert_memory_equal(shared.ptr, expected, len);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(mine);
}

/* ---- threads ---- */

enum { THREADS = 8, EACH = 25 };

static void *sign_some(void *arg)
{
    const pds_device_key *const key = arg;
    const pds_algorithm algorithm = { PDS_SCHEME_ECDSA, PDS_SHA256 };
    size_t good = 0;
    for (int i = 0; i < EACH; i++) {
        PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
        const pds_span message = pds_span_of(&i, sizeof i);
        good +=
            pds_guard_sign(h.device, key, algorithm, message, NULL, &signature, NULL) == PDS_OK &&
            pds_cert_verify(key->cert, algorithm, message, pds_buf_span(&signature), NULL) ==
                PDS_OK;
    }
    return (void *)good;
}

static void threads_share_a_card(void **state)
{
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    const pds_device_key *const key = plug_key(h.device, "9a", &keys);
    pthread_t threads[THREADS];
    (void)state;
    assert_int_equal(plug_login(h.device, "123456", NULL), PDS_OK);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, sign_some, (void *)key), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *good = NULL;
        assert_int_equal(pthread_join(threads[i], &good), 0);
        assert_int_equal((size_t)good, EACH);
    }
}

/* ---- objects ---- */

#define KEY8 "0102030405060708"

typedef struct object_row {
    const char *name, *options, *management;
    size_t size;
    pds_code code;
} object_row;

static object_row objects[] = {
    { "Triple DES", "--manage 3des", KEY8 KEY8 KEY8, 100, PDS_OK },
    { "AES-128", "--manage aes128", KEY8 KEY8, 100, PDS_OK },
    { "AES-192", "--manage aes192", KEY8 KEY8 KEY8, 100, PDS_OK },
    { "AES-256", "--manage aes256", KEY8 KEY8 KEY8 KEY8, 100, PDS_OK },
    { "as much as goes in", "", KEY8 KEY8 KEY8, 2990, PDS_OK },
    { "as much as goes in, at once", "--extended", KEY8 KEY8 KEY8, 2990, PDS_OK },
    { "one byte", "", KEY8 KEY8 KEY8, 1, PDS_OK },
    { "as much as one short command", "", KEY8 KEY8 KEY8, 246, PDS_OK },
    { "one more", "", KEY8 KEY8 KEY8, 247, PDS_OK },
    { "more than goes in", "--object-max 200", KEY8 KEY8 KEY8, 201, PDS_E_TOKEN_FULL },
    { "another management key", "", KEY8 KEY8 "0102030405060788", 100, PDS_E_PIN_WRONG },
    { "a management key of a length that the card has not", "", KEY8 KEY8, 100, PDS_E_USAGE },
    { "a management key of a length that no card has", "", KEY8, 100, PDS_E_USAGE },
    { "a management key that is longer than any", "", KEY8 KEY8 KEY8 KEY8 KEY8, 100, PDS_E_USAGE },
    { "a management key that is no number", "", "secret", 100, PDS_E_USAGE },
};

static pds_code write_object(pds_guarded *device, const object_row *r, pds_span bytes)
{
    PDS_OWN(pds_secret_drop) pds_secret *management = plug_secret(r->management);
    return pds_guard_write_object(device, 3, bytes, management, NULL);
}

static void object_is_written(void **state)
{
    const object_row *const r = *state;
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf back = { 0 };
    plug p;
    size_t most = 0;
    plug_in(&p, 1, r->options);
    pds_guarded *device = plug_open(&p);
    pds_buf_fill(&bytes, 0x5A, r->size);
    assert_int_equal(pds_guard_object_max(device, &most, NULL), PDS_OK);
    assert_int_equal(most, 2990);
    assert_int_equal(pds_guard_read_object(device, 3, &back, NULL), PDS_OK);
    assert_int_equal(back.len, 0);
    assert_int_equal(write_object(device, r, pds_buf_span(&bytes)), r->code);
    if (r->code == PDS_OK) {
        assert_int_equal(pds_guard_read_object(device, 3, &back, NULL), PDS_OK);
        assert_true(pds_span_eq(pds_buf_span(&back), pds_buf_span(&bytes)));
        assert_int_equal(write_object(device, r, pds_span_of(NULL, 0)), PDS_OK);
    }
    pds_buf_clear(&back);
    assert_int_equal(pds_guard_read_object(device, 3, &back, NULL), PDS_OK);
    assert_int_equal(back.len, 0);
    pds_guard_close(&device);
    plug_out(&p);
}

/* ---- two readers ---- */

typedef struct find_row {
    const char *rest;
    size_t count;
} find_row;

static void cards_are_found(void **state)
{
    static const find_row rows[] = {
        { "", 2 },
        { "Virtual*", 2 },
        { "virtual pcd 00 01", 1 },
        { "Virtual%20PCD%2000%2000", 1 },
        { "*;serial=00112233445566778899aabbccddeeff", 1 },
        { "serial=00112233445566778899AABBCCDDEEFF;slot=9a", 1 },
        { "serial=00", 0 },
        { "Omnikey*", 0 },
    };
    plug one;
    plug two;
    (void)state;
    plug_in(&one, 0, "--key 9a=p256");
    plug_in(&two, 1, "--guid 00112233445566778899aabbccddeeff --key 9a=p256");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
        assert_int_equal(pds_guard_find(&pds_device_pcsc, rows[i].rest, &list, NULL), PDS_OK);
        assert_int_equal(list.count, rows[i].count);
        for (size_t n = 0; n < list.count; n++) { /* what is found names itself */
            PDS_OWN(pds_device_list_drop) pds_device_list again = { .count = 0 };
            const char *const rest = strchr(list.items[n].uri, ':') + 1;
            assert_int_equal(pds_guard_find(&pds_device_pcsc, rest, &again, NULL), PDS_OK);
            assert_int_equal(again.count, 1);
            assert_string_equal(again.items[0].uri, list.items[n].uri);
        }
    }
    plug_out(&two);
    plug_out(&one);
}

/* A card that was exchanged for another is not taken for it. */
static void another_card_is_not_the_same(void **state)
{
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    PDS_OWN(pds_guard_close) pds_guarded *device = NULL;
    plug p;
    (void)state;
    plug_in(&p, 0, "--key 9a=p256");
    assert_int_equal(pds_guard_find(&pds_device_pcsc, "", &list, NULL), PDS_OK);
    assert_int_equal(list.count, 1);
    plug_out(&p);
    plug_in(&p, 0, "--guid 00112233445566778899aabbccddeeff --key 9a=p256");
    assert_int_equal(pds_guard_open(&pds_device_pcsc, &list.items[0], &device, NULL),
                     PDS_E_TOKEN_MISSING);
    plug_out(&p);
}

static void zeros_are_no_number(void **state)
{
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    plug p;
    (void)state;
    plug_in(&p, 0, "--guid 00000000000000000000000000000000 --key 9a=p256");
    assert_int_equal(pds_guard_find(&pds_device_pcsc, "", &list, NULL), PDS_OK);
    plug_out(&p);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].serial, "");
    assert_null(strstr(list.items[0].uri, "serial="));
}

static void a_card_in_a_folder_survives(void **state)
{
    PDS_OWN(pds_guard_close) pds_guarded *device = NULL;
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    char options[256];
    scratch s;
    plug p;
    (void)state;
    scratch_open(&s);
    (void)snprintf(options, sizeof options, "--folder %s --key 9a=p256", scratch_path(&s, "card"));
    plug_in(&p, 0, options);
    device = plug_open(&p);
    assert_int_equal(plug_login(device, "111111", NULL), PDS_E_PIN_WRONG);
    pds_guard_close(&device);
    plug_out(&p);
    (void)snprintf(options, sizeof options, "--folder %s", scratch_path(&s, "card"));
    plug_in(&p, 0, options);
    device = plug_open(&p);
    (void)plug_key(device, "9a", &keys);
    assert_int_equal(plug_count(&p, "pin_left"), 2);
    pds_guard_close(&device);
    plug_out(&p);
    scratch_close(&s);
}

int main(void)
{
    enum {
        CARDS = sizeof cards / sizeof cards[0],
        OBJECTS = sizeof objects / sizeof objects[0],
        POLICIES = sizeof policies / sizeof policies[0]
    };
    struct CMUnitTest tests[CARDS + OBJECTS + POLICIES];
    const struct CMUnitTest others[] = {
        cmocka_unit_test(cards_are_found),
        cmocka_unit_test(another_card_is_not_the_same),
        cmocka_unit_test(zeros_are_no_number),
        cmocka_unit_test(a_card_in_a_folder_survives),
        cmocka_unit_test(a_named_slot_takes_a_given_certificate),
    };
    const struct CMUnitTest held[] = {
        cmocka_unit_test(tries_are_told_and_cost_none),
        cmocka_unit_test(a_pin_that_can_be_none_is_not_tried),
        cmocka_unit_test(a_new_pin_is_wiped_where_the_old_one_is_none),
        cmocka_unit_test(a_pin_is_changed),
        cmocka_unit_test(rsa_decrypts),
        cmocka_unit_test(nothing_is_left_of_what_was_decrypted),
        cmocka_unit_test(a_curve_agrees),
        cmocka_unit_test(threads_share_a_card),
        cmocka_unit_test_setup_teardown(wrong_pins_block_and_the_puk_frees, NULL, NULL),
    };
    pds_secret_init();
    for (size_t i = 0; i < CARDS; i++) {
        tests[i] = (struct CMUnitTest){ cards[i].name, card_signs, NULL, NULL, &cards[i] };
    }
    for (size_t i = 0; i < OBJECTS; i++) {
        tests[CARDS + i] =
            (struct CMUnitTest){ objects[i].name, object_is_written, NULL, NULL, &objects[i] };
    }
    for (size_t i = 0; i < POLICIES; i++) {
        tests[CARDS + OBJECTS + i] =
            (struct CMUnitTest){ policies[i].name, the_holders_pin_is_offered, hold_with_policy,
                                 let_go, &policies[i] };
    }
    const int failed = cmocka_run_group_tests_name("cards", tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("one card", held, hold_plain, let_go) +
           cmocka_run_group_tests_name("readers", others, NULL, NULL);
}
