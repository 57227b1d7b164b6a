/* Keys in files of every kind: opened, signed with, refused. */

#include "base/file.h"
#include "base/own.h"
#include "tests/base/scratch.h"
#include "tests/cms/pki.h"
#include "token/token.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <openssl/objects.h>

#include <cmocka.h>

enum { DAY = 86400 };

static const char PASSWORD[] = "sesam öffne dich";

/* ---- who is asked ---- */

typedef struct asked {
    const char *answer; /* NULL: nobody there */
    unsigned times;
} asked;

static pds_code answer(void *ctx, const char *label, int tries_left, pds_secret *into, pds_err *e)
{
    asked *a = ctx;
    a->times++;
    assert_true(label[0] == '/');
    assert_int_equal(tries_left, -1);
    if (a->answer == NULL) {
        PDS_FAIL(e, PDS_E_PIN_NEEDED, "nobody there");
    }
    return pds_secret_set(into, pds_span_text(a->answer), e);
}

static void it_signs(const pds_key *key)
{
    pds_algorithm algorithm;
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    assert_true(pds_key_can_sign(key));
    assert_int_equal(
        pds_cert_algorithm(pds_key_cert(key), PDS_DIGEST_DEFAULT, false, &algorithm, NULL), PDS_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            pds_key_sign(key, algorithm, pds_span_text("attributes"), &signature, NULL), PDS_OK);
    }
}

static void report(pds_code code, pds_code expected, const pds_err *e)
{
    if (code != expected) {
        print_error("%s: %s (%s, %s)\n", pds_code_name(code), e->text, e->expected, e->found);
    }
}

/* ---- PEM and DER ---- */

typedef struct file_row {
    const char *name;
    pki_key key;
    pki_form form;
    const char *cipher; /* NULL: not encrypted */
    const char *given;  /* password */
    pds_code code;
    unsigned asks;
} file_row;

#define FORMS(text, key)                                                                          \
    { text ", PKCS#8 PEM", key, PKI_PKCS8_PEM, NULL, NULL, PDS_OK, 0 },                           \
        { text ", PKCS#8 DER", key, PKI_PKCS8_DER, NULL, NULL, PDS_OK, 0 },                       \
        { text ", traditional PEM", key, PKI_TRADITIONAL_PEM, NULL, NULL, PDS_OK, 0 },            \
        { text ", traditional DER", key, PKI_TRADITIONAL_DER, NULL, NULL, PDS_OK, 0 },            \
        { text ", PKCS#8 PEM, AES-256", key, PKI_PKCS8_PEM, "AES-256-CBC", PASSWORD, PDS_OK, 1 }, \
        { text ", PKCS#8 DER, AES-128", key, PKI_PKCS8_DER, "AES-128-CBC", PASSWORD, PDS_OK, 1 }, \
    {                                                                                             \
        text ", traditional PEM, 3DES", key, PKI_TRADITIONAL_PEM, "DES-EDE3-CBC", PASSWORD,       \
            PDS_OK, 1                                                                             \
    }

/* clang-format off */
static file_row files[] = {
    FORMS("RSA-2048", PKI_RSA_2048),
    FORMS("P-256", PKI_P256),
    { "RSA-3072", PKI_RSA_3072, PKI_PKCS8_PEM, NULL, NULL, PDS_OK, 0 },
    { "RSA-4096", PKI_RSA_4096, PKI_PKCS8_PEM, NULL, NULL, PDS_OK, 0 },
    { "RSASSA-PSS", PKI_RSA_PSS_2048, PKI_PKCS8_PEM, NULL, NULL, PDS_OK, 0 },
    { "P-384", PKI_P384, PKI_PKCS8_PEM, NULL, NULL, PDS_OK, 0 },
    { "P-521", PKI_P521, PKI_PKCS8_PEM, NULL, NULL, PDS_OK, 0 },
    { "Ed25519", PKI_ED25519, PKI_PKCS8_PEM, NULL, NULL, PDS_OK, 0 },
    { "Ed25519, encrypted", PKI_ED25519, PKI_PKCS8_PEM, "AES-256-CBC", PASSWORD, PDS_OK, 1 },
    { "a wrong password, PKCS#8", PKI_P256, PKI_PKCS8_PEM, "AES-256-CBC", "sesam", PDS_E_PIN_WRONG, 1 },
    { "a wrong password, traditional", PKI_RSA_2048, PKI_TRADITIONAL_PEM, "AES-128-CBC", "sesam", PDS_E_PIN_WRONG, 1 },
    { "nobody gives the password", PKI_P256, PKI_PKCS8_PEM, "AES-256-CBC", NULL, PDS_E_PIN_NEEDED, 1 },
    { "nobody gives the password, traditional", PKI_P256, PKI_TRADITIONAL_PEM, "AES-256-CBC", NULL, PDS_E_PIN_NEEDED, 1 },
    { "secp256k1", PKI_SECP256K1, PKI_PKCS8_PEM, NULL, NULL, PDS_E_KEY_UNSUPPORTED, 0 },
    { "secp256k1, traditional", PKI_SECP256K1, PKI_TRADITIONAL_PEM, NULL, NULL, PDS_E_KEY_UNSUPPORTED, 0 },
    { "brainpool", PKI_BRAINPOOL, PKI_PKCS8_PEM, NULL, NULL, PDS_E_KEY_UNSUPPORTED, 0 },
    { "SM2", PKI_SM2, PKI_PKCS8_PEM, NULL, NULL, PDS_E_KEY_UNSUPPORTED, 0 },
    { "DSA", PKI_DSA, PKI_PKCS8_PEM, NULL, NULL, PDS_E_KEY_UNSUPPORTED, 0 },
    { "DSA, traditional", PKI_DSA, PKI_TRADITIONAL_PEM, NULL, NULL, PDS_E_KEY_UNSUPPORTED, 0 },
    { "RSA-1024", PKI_RSA_1024, PKI_PKCS8_PEM, NULL, NULL, PDS_E_KEY_WEAK, 0 },
};
/* clang-format on */

static const char *uri_of(const char *scheme, const char *path)
{
    static char uri[256];
    (void)snprintf(uri, sizeof uri, "%s:%s", scheme, path);
    return uri;
}

static void key_file_opens(void **state)
{
    const file_row *r = *state;
    /* SM2 has no certificate here that OpenSSL signs with SHA-256 */
    pki *p = pki_new(&(pki_profile){ .key = r->key == PKI_SM2 ? PKI_SM2 : r->key,
                                     .digest = r->key == PKI_SM2 ? "SM3" : NULL });
    scratch s;
    scratch_open(&s);
    const char *key_path = scratch_path(&s, "key");
    const char *cert_path = scratch_path(&s, "cert.pem");
    asked a = { r->given, 0 };
    pds_key *key = NULL;
    pds_err e = { 0 };
    pki_write_key(p, r->form, r->cipher, r->cipher == NULL ? NULL : PASSWORD, key_path);
    pki_append_cert_pem(p, cert_path);
    pds_key_options options = {
        .uri = uri_of("file", key_path), .cert = cert_path, .pin = answer, .pin_ctx = &a
    };
    pds_code code = pds_key_open(&options, &key, &e);
    report(code, r->code, &e);
    assert_int_equal(code, r->code);
    assert_int_equal(a.times, r->asks);
    if (code == PDS_OK) {
        it_signs(key);
        pds_key_drop(&key);
    } else {
        assert_true(e.file[0] == '/');
    }
    scratch_close(&s);
    pki_drop(&p);
}

/* ---- PKCS#12 ---- */

typedef struct p12_row {
    const char *name;
    const char *password; /* NULL: none at all */
    int key_pbe, cert_pbe, iterations;
    bool no_mac, no_certs;
    const char *given;
    pds_code code;
    unsigned asks;
} p12_row;

enum {
    RC2_40 = NID_pbe_WithSHA1And40BitRC2_CBC,
    RC2_128 = NID_pbe_WithSHA1And128BitRC2_CBC,
    RC4_128 = NID_pbe_WithSHA1And128BitRC4,
    DES3 = NID_pbe_WithSHA1And3_Key_TripleDES_CBC
};

/* clang-format off */
static p12_row p12s[] = {
    { "as OpenSSL 3 makes it", PASSWORD, 0, 0, 0, false, false, PASSWORD, PDS_OK, 1 },
    { "as OpenSSL 1 and Windows made it", PASSWORD, DES3, RC2_40, 0, false, false, PASSWORD, PDS_OK, 1 },
    { "RC2 for the key too", PASSWORD, RC2_40, RC2_128, 0, false, false, PASSWORD, PDS_OK, 1 },
    { "RC4", PASSWORD, RC4_128, RC4_128, 0, false, false, PASSWORD, PDS_OK, 1 },
    { "certificates in the clear", PASSWORD, 0, -1, 0, false, false, PASSWORD, PDS_OK, 1 },
    { "an empty password needs no question", "", 0, 0, 0, false, false, NULL, PDS_OK, 0 },
    { "an empty password, old ciphers", "", DES3, RC2_40, 0, false, false, NULL, PDS_OK, 0 },
    { "no password at all", NULL, DES3, RC2_40, 0, false, false, NULL, PDS_OK, 1 },
    { "nothing encrypted, no integrity check", "", -1, -1, 0, true, false, NULL, PDS_OK, 1 },
    { "no integrity check", PASSWORD, 0, 0, 0, true, false, PASSWORD, PDS_OK, 1 },
    { "no integrity check, a wrong password", PASSWORD, 0, 0, 0, true, false, "sesam", PDS_E_PIN_WRONG, 1 },
    { "a wrong password", PASSWORD, 0, 0, 0, false, false, "sesam", PDS_E_PIN_WRONG, 1 },
    { "a wrong password, old ciphers", PASSWORD, DES3, RC2_40, 0, false, false, "sesam", PDS_E_PIN_WRONG, 1 },
    { "nobody gives the password", PASSWORD, 0, 0, 0, false, false, NULL, PDS_E_PIN_NEEDED, 1 },
    { "100,000 iterations", PASSWORD, 0, 0, 100000, false, false, PASSWORD, PDS_OK, 1 },
    { "no certificate in it", PASSWORD, 0, 0, 0, false, true, PASSWORD, PDS_E_CERT_MISSING, 1 },
};
/* clang-format on */

static void p12_opens(void **state)
{
    const p12_row *r = *state;
    pki *root =
        pki_new(&(pki_profile){ .key = PKI_P256, .name = "Root", .constraints = "CA:TRUE" });
    pki *middle = pki_new(
        &(pki_profile){ .key = PKI_P256, .name = "CA", .constraints = "CA:TRUE", .issuer = root });
    pki *p = pki_new(&(pki_profile){ .key = PKI_P256, .name = "王五", .issuer = middle });
    scratch s;
    scratch_open(&s);
    const char *path = scratch_path(&s, "me.p12");
    asked a = { r->given, 0 };
    pds_key *key = NULL;
    pds_err e = { 0 };
    pki_p12 what = { .keys = { p },
                     .certs = { root, middle },
                     .password = r->password,
                     .key_pbe = r->key_pbe,
                     .cert_pbe = r->cert_pbe,
                     .iterations = r->iterations,
                     .no_mac = r->no_mac,
                     .no_certs = r->no_certs };
    pki_write_p12(&what, path);
    pds_key_options options = { .uri = uri_of("p12", path), .pin = answer, .pin_ctx = &a };
    pds_code code = pds_key_open(&options, &key, &e);
    report(code, r->code, &e);
    assert_int_equal(code, r->code);
    assert_int_equal(a.times, r->asks);
    if (code == PDS_OK) {
        assert_string_equal(pds_key_label(key), "王五");
        assert_int_equal(pds_key_chain(key)->count, 1);
        assert_string_equal(pds_cert_label(pds_key_chain(key)->items[0]), "CA");
        it_signs(key);
        pds_key_drop(&key);
    } else {
        assert_non_null(strstr(e.file, "me.p12"));
        assert_null(strstr(e.text, "sesam"));
    }
    scratch_close(&s);
    pki_drop(&p);
    pki_drop(&middle);
    pki_drop(&root);
}

/* ---- several keys, other certificates ---- */

typedef struct people {
    scratch s;
    pki *ca, *one, *two, *sealing, *expired;
} people;

static pki *person(const pki *ca, const char *name, const char *usage, long begins, long ends)
{
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .key_usage = usage,
                                   .issuer = ca,
                                   .begins = begins,
                                   .ends = ends });
}

static int people_make(void **state)
{
    static people all;
    scratch_open(&all.s);
    all.ca = pki_new(&(pki_profile){ .key = PKI_P256, .name = "CA", .constraints = "CA:TRUE" });
    all.one = person(all.ca, "One", "digitalSignature", 0, 0);
    all.two = person(all.ca, "Two", "nonRepudiation", 0, 0);
    all.sealing = person(all.ca, "Cipher", "keyEncipherment", 0, 0);
    all.expired = person(all.ca, "Old", "digitalSignature", -3L * DAY, -DAY);
    *state = &all;
    return 0;
}

static int people_drop(void **state)
{
    people *all = *state;
    pki_drop(&all->one);
    pki_drop(&all->two);
    pki_drop(&all->sealing);
    pki_drop(&all->expired);
    pki_drop(&all->ca);
    scratch_close(&all->s);
    return 0;
}

static pds_code open_p12(const people *all, pki_p12 what, const char *cert, bool allow_expired,
                         pds_key **key, pds_err *e)
{
    const char *path = scratch_path(&all->s, "several.p12");
    asked a = { PASSWORD, 0 };
    what.password = PASSWORD;
    pki_write_p12(&what, path);
    pds_key_options options = { .uri = uri_of("p12", path),
                                .cert = cert,
                                .pin = answer,
                                .pin_ctx = &a,
                                .allow_expired = allow_expired };
    return pds_key_open(&options, key, e);
}

static void the_one_that_may_sign_is_chosen(void **state)
{
    const people *all = *state;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pki_p12 what = { .keys = { all->sealing, all->expired, all->two } };
    assert_int_equal(open_p12(all, what, NULL, false, &key, NULL), PDS_OK);
    assert_string_equal(pds_key_label(key), "Two");
    it_signs(key);
}

static void several_that_may_sign_are_listed(void **state)
{
    const people *all = *state;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_err e = { 0 };
    pki_p12 what = { .keys = { all->sealing, all->one, all->two } };
    assert_int_equal(open_p12(all, what, NULL, false, &key, &e), PDS_E_KEY_AMBIGUOUS);
    assert_non_null(strstr(e.text, "One, Two"));
    assert_non_null(strstr(e.hint, "--cert"));
    assert_non_null(strstr(e.file, "several.p12"));
}

static void a_given_certificate_chooses(void **state)
{
    const people *all = *state;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const char *cert = scratch_path(&all->s, "two.pem");
    pki_p12 what = { .keys = { all->one, all->two } };
    pki_append_cert_pem(all->two, cert);
    assert_int_equal(open_p12(all, what, cert, false, &key, NULL), PDS_OK);
    assert_string_equal(pds_key_label(key), "Two");
    it_signs(key);
}

static void one_that_may_not_sign_says_why(void **state)
{
    const people *all = *state;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_err e = { 0 };
    pki_p12 what = { .keys = { all->expired } };
    assert_int_equal(open_p12(all, what, NULL, false, &key, &e), PDS_E_CERT_EXPIRED);
    assert_non_null(strstr(e.text, "'Old' expired on 20"));
    assert_int_equal(open_p12(all, what, NULL, true, &key, &e), PDS_OK);
    pds_key_drop(&key);
    what.keys[0] = all->sealing;
    assert_int_equal(open_p12(all, what, NULL, false, &key, &e), PDS_E_CERT_USAGE);
}

/* Old letters are read with keys that may do nothing else any more. */
static void what_may_not_sign_may_decrypt(void **state)
{
    const people *all = *state;
    pki *const weak = pki_new(&(pki_profile){ .key = PKI_RSA_1024, .name = "Weak" });
    const pki *const those[] = { all->sealing, all->expired, all->ca, weak };
    for (size_t i = 0; i < sizeof those / sizeof those[0]; i++) {
        PDS_OWN(pds_key_drop) pds_key *key = NULL;
        PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
        const char *const path = scratch_path(&all->s, "receiver.pem");
        pds_err e = { 0 };
        pki_write_key(those[i], PKI_PKCS8_PEM, NULL, NULL, path);
        pki_append_cert_pem(those[i], path);
        const pds_key_options options = { .uri = uri_of("file", path), .decrypts = true };
        const pds_code code = pds_key_open(&options, &key, &e);
        report(code, PDS_OK, &e);
        assert_int_equal(code, PDS_OK);
        assert_int_equal(pds_key_sign(key, (pds_algorithm){ PDS_SCHEME_ECDSA, PDS_SHA256 },
                                      pds_span_text("x"), &signature, NULL),
                         PDS_E_USAGE);
    }
    pki *drop = weak;
    pki_drop(&drop);
}

static void the_one_for_encryption_is_chosen_to_decrypt(void **state)
{
    const people *all = *state;
    const char *const path = scratch_path(&all->s, "several.p12");
    asked a = { PASSWORD, 0 };
    const pds_key_options options = {
        .uri = uri_of("p12", path), .pin = answer, .pin_ctx = &a, .decrypts = true
    };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_err e = { 0 };
    pki_p12 what = { .keys = { all->one, all->sealing, all->two }, .password = PASSWORD };
    pki_write_p12(&what, path);
    assert_int_equal(pds_key_open(&options, &key, &e), PDS_OK);
    assert_string_equal(pds_key_label(key), "Cipher");
    what.keys[2] = all->ca; /* without key usage: for all */
    pki_write_p12(&what, path);
    pds_key_drop(&key);
    assert_int_equal(pds_key_open(&options, &key, &e), PDS_E_KEY_AMBIGUOUS);
    assert_non_null(strstr(e.text, "Cipher, CA"));
}

static void a_certificate_of_another_key_is_refused(void **state)
{
    const people *all = *state;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const char *path = scratch_path(&all->s, "one.key");
    const char *cert = scratch_path(&all->s, "other.pem");
    pds_err e = { 0 };
    pki_write_key(all->one, PKI_PKCS8_PEM, NULL, NULL, path);
    pki_append_cert_pem(all->two, cert);
    pds_key_options options = { .uri = uri_of("file", path), .cert = cert };
    assert_int_equal(pds_key_open(&options, &key, &e), PDS_E_KEY_MISMATCH);
    assert_string_equal(e.file, cert);
    pki_append_cert_pem(all->one, cert); /* the right one may be the second of the file */
    assert_int_equal(pds_key_open(&options, &key, &e), PDS_OK);
    assert_string_equal(pds_key_label(key), "One");
}

static void certificates_beside_the_key_in_one_file(void **state)
{
    const people *all = *state;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const char *path = scratch_path(&all->s, "all.pem");
    pki_write_key(all->one, PKI_TRADITIONAL_PEM, NULL, NULL, path);
    pki_append_cert_pem(all->ca, path);
    pki_append_cert_pem(all->one, path);
    pds_key_options options = { .uri = uri_of("file", path) };
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    assert_string_equal(pds_key_label(key), "One");
    assert_int_equal(pds_key_chain(key)->count, 1);
    it_signs(key);
}

static void issuers_from_chain_files_and_folders(void **state)
{
    const people *all = *state;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const char *path = scratch_path(&all->s, "chained.pem");
    const char *ca = scratch_path(&all->s, "ca.der");
    const char *chains[] = { ca };
    pki_write_key(all->one, PKI_PKCS8_PEM, NULL, NULL, path);
    pki_append_cert_pem(all->one, path);
    pki_write_cert_der(all->ca, ca);
    pds_key_options options = { .uri = uri_of("file", path), .chains = chains, .chain_count = 1 };
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    assert_int_equal(pds_key_chain(key)->count, 1);
    pds_key_drop(&key);
    chains[0] = all->s.folder;
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    assert_int_equal(pds_key_chain(key)->count, 1);
    pds_key_drop(&key);
    chains[0] = "/nonexistent.pem";
    pds_err e = { 0 };
    assert_int_equal(pds_key_open(&options, &key, &e), PDS_E_CERT_UNREADABLE);
    assert_string_equal(e.file, "/nonexistent.pem");
}

static void a_certificate_without_a_key(void **state)
{
    const people *all = *state;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const char *cert = scratch_path(&all->s, "alone.pem");
    pki_append_cert_pem(all->one, cert);
    pki_append_cert_pem(all->ca, cert);
    pds_key_options options = { .cert = cert };
    pds_err e = { 0 };
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    assert_false(pds_key_can_sign(key));
    assert_string_equal(pds_key_label(key), "One");
    assert_int_equal(pds_key_chain(key)->count, 1);
    pds_key_drop(&key);
    options.cert = NULL;
    assert_int_equal(pds_key_open(&options, &key, &e), PDS_E_CERT_MISSING);
}

/* ---- many at once ---- */

typedef struct shared {
    const pds_key *key;
    pds_algorithm algorithm;
    unsigned failed;
} shared;

static void *sign_often(void *arg)
{
    shared *job = arg;
    for (int i = 0; i < 20; i++) {
        PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
        if (pds_key_sign(job->key, job->algorithm, pds_span_text("attributes"), &signature, NULL) !=
            PDS_OK) {
            __atomic_fetch_add(&job->failed, 1, __ATOMIC_RELAXED);
        }
    }
    return NULL;
}

static void threads_share_a_key(void **state)
{
    static const pki_key kinds[] = { PKI_P256, PKI_RSA_2048, PKI_ED25519 };
    const people *all = *state;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        pki *p = pki_new(&(pki_profile){ .key = kinds[k] });
        const char *path = scratch_path(&all->s, "shared.pem");
        PDS_OWN(pds_key_drop) pds_key *key = NULL;
        pthread_t threads[4];
        pki_write_key(p, PKI_PKCS8_PEM, NULL, NULL, path);
        pki_append_cert_pem(p, path);
        pds_key_options options = { .uri = uri_of("file", path) };
        assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
        shared job = { .key = key };
        assert_int_equal(
            pds_cert_algorithm(pds_key_cert(key), PDS_DIGEST_DEFAULT, false, &job.algorithm, NULL),
            PDS_OK);
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, sign_often, &job), 0);
        }
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(pthread_join(threads[i], NULL), 0);
        }
        assert_int_equal(job.failed, 0);
        pki_drop(&p);
    }
}

/* More than the locked memory has room for all of. */
static void a_hundred_keys_stand_open(void **state)
{
    enum { KEYS = 100 };
    const people *all = *state;
    pki *p = pki_new(&(pki_profile){ .key = PKI_RSA_4096 });
    const char *path = scratch_path(&all->s, "hundred.pem");
    pds_key *keys[KEYS] = { NULL };
    pki_write_key(p, PKI_PKCS8_PEM, NULL, NULL, path);
    pki_append_cert_pem(p, path);
    pds_key_options options = { .uri = uri_of("file", path) };
    for (size_t i = 0; i < KEYS; i++) {
        PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
        assert_int_equal(pds_key_open(&options, &keys[i], NULL), PDS_OK);
        assert_int_equal(pds_key_sign(keys[i], (pds_algorithm){ PDS_SCHEME_RSA_PKCS1, PDS_SHA256 },
                                      pds_span_text("attributes"), &signature, NULL),
                         PDS_OK);
    }
    for (size_t i = 0; i < KEYS; i++) {
        pds_key_drop(&keys[i]);
    }
    pki_drop(&p);
}

/* ---- what is no key ---- */

typedef struct bad_row {
    const char *text; /* of the file; NULL: there is none */
    pds_code code;
} bad_row;

static void what_is_no_key_is_refused(void **state)
{
    static const bad_row bad[] = {
        { NULL, PDS_E_KEY_UNREADABLE },
        { "", PDS_E_KEY_UNREADABLE },
        { "hello\n", PDS_E_KEY_UNREADABLE },
        { "-----BEGIN PRIVATE KEY-----\n", PDS_E_KEY_UNREADABLE },
        { "-----BEGIN PRIVATE KEY-----\n!!!\n-----END PRIVATE KEY-----\n", PDS_E_KEY_UNREADABLE },
        { "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n", PDS_E_KEY_UNREADABLE },
        { "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", PDS_E_KEY_UNREADABLE },
        { "-----BEGIN OPENSSH PRIVATE KEY-----\nMAA=\n-----END OPENSSH PRIVATE KEY-----\n",
          PDS_E_KEY_UNSUPPORTED },
        { "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", PDS_E_KEY_UNREADABLE },
        { "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: NONE,00\n\nMAA=\n"
          "-----END RSA PRIVATE KEY-----\n",
          PDS_E_KEY_UNSUPPORTED },
    };
    static const char *const schemes[] = { "file", "p12" };
    const people *all = *state;
    for (size_t i = 0; i < 2 * sizeof bad / sizeof bad[0]; i++) {
        const bad_row *r = &bad[i / 2];
        const char *path = scratch_path(&all->s, "missing");
        if (r->text != NULL) {
            path = scratch_file(&all->s, "bad", r->text);
        }
        pds_key *key = NULL;
        pds_err e = { 0 };
        pds_key_options options = { .uri = uri_of(schemes[i % 2], path) };
        assert_int_equal(pds_key_open(&options, &key, &e),
                         i % 2 == 0 ? r->code : PDS_E_KEY_UNREADABLE);
        assert_string_equal(e.file, path);
    }
    pds_key *key = NULL;
    pds_key_options folder = { .uri = uri_of("p12", all->s.folder) };
    assert_int_equal(pds_key_open(&folder, &key, NULL), PDS_E_KEY_UNREADABLE);
}

static void a_cut_p12_is_refused(void **state)
{
    const people *all = *state;
    const char *path = scratch_path(&all->s, "whole.p12");
    PDS_OWN(pds_buf_drop) pds_buf whole = { 0 };
    pki_write_p12(&(pki_p12){ .keys = { all->one }, .password = PASSWORD, .iterations = 1 }, path);
    assert_int_equal(pds_file_slurp(path, 1 << 20, &whole, NULL), PDS_OK);
    for (size_t i = 0; i < whole.len; i += 3) {
        asked a = { PASSWORD, 0 };
        pds_key *key = NULL;
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        whole.ptr[i] ^= 0x55; /* cut, and one byte changed: the integrity check finds either */
        assert_int_equal(fwrite(whole.ptr, 1, i % 2 == 0 ? i : whole.len, f),
                         i % 2 == 0 ? i : whole.len);
        assert_int_equal(fclose(f), 0);
        whole.ptr[i] ^= 0x55;
        pds_key_options options = { .uri = uri_of("p12", path), .pin = answer, .pin_ctx = &a };
        pds_code code = pds_key_open(&options, &key, NULL);
        assert_int_not_equal(code, PDS_OK);
    }
}

int main(void)
{
    enum { FILES = sizeof files / sizeof files[0], P12S = sizeof p12s / sizeof p12s[0] };
    struct CMUnitTest tests[FILES + P12S];
    const struct CMUnitTest others[] = {
        cmocka_unit_test(the_one_that_may_sign_is_chosen),
        cmocka_unit_test(several_that_may_sign_are_listed),
        cmocka_unit_test(a_given_certificate_chooses),
        cmocka_unit_test(one_that_may_not_sign_says_why),
        cmocka_unit_test(what_may_not_sign_may_decrypt),
        cmocka_unit_test(the_one_for_encryption_is_chosen_to_decrypt),
        cmocka_unit_test(a_certificate_of_another_key_is_refused),
        cmocka_unit_test(certificates_beside_the_key_in_one_file),
        cmocka_unit_test(issuers_from_chain_files_and_folders),
        cmocka_unit_test(a_certificate_without_a_key),
        cmocka_unit_test(threads_share_a_key),
        cmocka_unit_test(a_hundred_keys_stand_open),
        cmocka_unit_test(what_is_no_key_is_refused),
        cmocka_unit_test(a_cut_p12_is_refused),
    };
    pds_secret_init(); /* before OpenSSL is used, as programs do */
    for (size_t i = 0; i < FILES; i++) {
        tests[i] = (struct CMUnitTest){ files[i].name, key_file_opens, NULL, NULL, &files[i] };
    }
    for (size_t i = 0; i < P12S; i++) {
        tests[FILES + i] = (struct CMUnitTest){ p12s[i].name, p12_opens, NULL, NULL, &p12s[i] };
    }
    int failed = cmocka_run_group_tests_name("files", tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("choices", others, people_make, people_drop);
}
