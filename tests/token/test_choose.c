/* Which of a device's keys is meant. */

#include "base/own.h"
#include "cms/evp.h"
#include "tests/cms/pki_private.h"
#include "token/hardkey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include <cmocka.h>

enum { ANNA, BERTA, EXPIRED, SEALING, KEEPING, RENEWED, ISSUER, CERTS };

static pki *made[CERTS];
static pds_cert *certs[CERTS];

static int start(void **state)
{
    static const long DAY = 86400;
    (void)state;
    made[ANNA] = pki_new(&(pki_profile){
        .key = PKI_P256, .name = "Anna Änderung", .key_usage = "digitalSignature" });
    /* one key of each kind is made in a test program */
    made[BERTA] =
        pki_new(&(pki_profile){ .key = PKI_P384, .name = "Berta", .key_usage = "nonRepudiation" });
    made[EXPIRED] =
        pki_new(&(pki_profile){ .key = PKI_P256, .name = "Old", .begins = -9 * DAY, .ends = -DAY });
    made[SEALING] = pki_new(
        &(pki_profile){ .key = PKI_P256, .name = "Anna sealed", .key_usage = "keyAgreement" });
    made[KEEPING] = pki_new(&(pki_profile){
        .key = PKI_RSA_2048, .name = "Anna's old one", .key_usage = "digitalSignature" });
    made[RENEWED] = pki_new(&(pki_profile){
        .key = PKI_P256, .name = "Anna, renewed", .key_usage = "digitalSignature" });
    made[ISSUER] = pki_new(
        &(pki_profile){ .key = PKI_P256, .name = "Issuer", .constraints = "critical,CA:TRUE" });
    for (size_t i = 0; i < CERTS; i++) {
        certs[i] = pki_cert(made[i]);
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < CERTS; i++) {
        pds_cert_drop(&certs[i]);
        pki_drop(&made[i]);
    }
    return 0;
}

/* ---- patterns ---- */

static void put_numbers(const pds_cert *cert, char sha256[96], char sha1[64], char serial[96])
{
    const pds_span der = pds_cert_der(cert);
    const pds_span number = pds_cert_serial_der(cert);
    uint8_t digest[SHA256_DIGEST_LENGTH];
    size_t at = number.ptr[2] == 0 && number.len > 3 ? 3 : 2;
    (void)SHA256(der.ptr, der.len, digest);
    for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        (void)snprintf(sha256 + 3 * i, 4, "%02X%s", digest[i],
                       i + 1 < SHA256_DIGEST_LENGTH ? ":" : "");
    }
    (void)SHA1(der.ptr, der.len, digest);
    for (size_t i = 0; i < SHA_DIGEST_LENGTH; i++) {
        (void)snprintf(sha1 + 2 * i, 3, "%02x", digest[i]);
    }
    serial[0] = '\0';
    for (; at < number.len; at++) {
        (void)snprintf(serial + strlen(serial), 3, "%02x", number.ptr[at]);
    }
}

static void a_pattern_fits(void **state)
{
    char sha256[96];
    char sha1[64];
    char serial[96];
    const pds_cert *const c = certs[ANNA];
    const char *const fit[] = { "Anna Änderung", "anna*", "*Änd*", "*CN=Anna*", "my key",
                                "MY*",           sha256,  sha1,    serial };
    const char *const unfit[] = { "Anna", "Berta", "", "key", "CN=Anna", "00:11" };
    (void)state;
    put_numbers(c, sha256, sha1, serial);
    for (size_t i = 0; i < sizeof fit / sizeof fit[0]; i++) {
        if (!pds_identity_fits(fit[i], c, "my key")) {
            fail_msg("'%s' does not fit", fit[i]);
        }
    }
    for (size_t i = 0; i < sizeof unfit / sizeof unfit[0]; i++) {
        if (pds_identity_fits(unfit[i], c, "my key")) {
            fail_msg("'%s' fits", unfit[i]);
        }
    }
    sha256[strlen(sha256) - 1] = sha256[strlen(sha256) - 1] == '0' ? '1' : '0';
    assert_false(pds_identity_fits(sha256, c, "my key"));
}

static void a_long_pattern_takes_no_long_time(void **state)
{
    char pattern[2048];
    for (size_t i = 0; i + 1 < sizeof pattern; i++) {
        pattern[i] = i % 2 == 0 ? '*' : 'a';
    }
    pattern[sizeof pattern - 1] = '\0';
    (void)state;
    assert_false(pds_identity_fits(pattern, certs[BERTA], "b"));
}

/* ---- one of several ---- */

enum { NONE = -1, ALL = 5 };

typedef struct choose_row {
    const char *name;
    int certs[ALL]; /* of the keys there are, and one more; CERTS: none, CERTS + 1: ends them */
    const char *identity;
    bool decrypts, allow_expired;
    int given; /* certificate; NONE */
    pds_code code;
    size_t chosen;
    const char *text; /* part of the fault */
} choose_row;

enum { BARE = CERTS, END = CERTS + 1 };

/* clang-format off */
static choose_row rows[] = {
    { "the only one", { ANNA, END }, NULL, false, false, NONE, PDS_OK, 0, NULL },
    { "the only one that may sign", { SEALING, BERTA, EXPIRED, END }, NULL, false, false, NONE, PDS_OK, 1, NULL },
    { "two that may", { ANNA, BERTA, END }, NULL, false, false, NONE, PDS_E_KEY_AMBIGUOUS, 0, "Anna Änderung (0), Berta (1)" },
    { "named of two", { ANNA, BERTA, END }, "berta", false, false, NONE, PDS_OK, 1, NULL },
    { "a name of two, one of which may sign", { SEALING, ANNA, END }, "anna*", false, false, NONE, PDS_OK, 1, NULL },
    { "a name of nobody", { ANNA, BERTA, END }, "carla", false, false, NONE, PDS_E_KEY_UNREADABLE, 0, "Berta" },
    { "an expired one that is alone is told of later", { EXPIRED, END }, NULL, false, false, NONE, PDS_OK, 0, NULL },
    { "an expired one that is named", { ANNA, EXPIRED, END }, "old", false, false, NONE, PDS_OK, 1, NULL },
    { "an expired one that is allowed", { ANNA, EXPIRED, END }, NULL, false, true, NONE, PDS_E_KEY_AMBIGUOUS, 0, "Old" },
    { "no key", { END }, NULL, false, false, NONE, PDS_E_KEY_UNREADABLE, 0, "holds no key" },
    { "one to decrypt with", { ANNA, SEALING, END }, NULL, true, false, NONE, PDS_OK, 1, NULL },
    { "one to decrypt with, for signatures by its certificate", { KEEPING, END }, NULL, true, false, NONE, PDS_OK, 0, NULL },
    { "the one for encryption by its certificate", { KEEPING, SEALING, END }, NULL, true, false, NONE, PDS_OK, 1, NULL },
    { "none to decrypt with", { ANNA, END }, NULL, true, false, NONE, PDS_E_KEY_UNREADABLE, 0, "decrypt" },
    { "of a certificate", { ANNA, BERTA, END }, NULL, false, false, BERTA, PDS_OK, 1, NULL },
    { "of a certificate, beside one that is not known", { BARE, BERTA, END }, NULL, false, false, BERTA, PDS_OK, 1, NULL },
    { "of a certificate, perhaps", { BARE, ANNA, END }, NULL, false, false, BERTA, PDS_OK, 0, NULL },
    { "of a certificate, two that tell nothing", { BARE, BARE, END }, NULL, false, false, BERTA, PDS_E_KEY_AMBIGUOUS, 0, "bare 0 (0), bare 1 (1)" },
    { "of a certificate, named of two that tell nothing", { BARE, BARE, END }, "bare 1", false, false, BERTA, PDS_OK, 1, NULL },
    { "of a certificate that fits the name, two that tell nothing", { BARE, BARE, END }, "berta", false, false, BERTA, PDS_E_KEY_AMBIGUOUS, 0, "bare 1" },
    { "of a certificate that fits the name", { BARE, BERTA, END }, "berta", false, false, BERTA, PDS_OK, 1, NULL },
    { "of a certificate, but named otherwise", { ANNA, BERTA, END }, "anna*", false, false, BERTA, PDS_E_KEY_UNREADABLE, 0, "Berta" },
    { "of a certificate, which has its key beside another of that key", { RENEWED, ANNA, END }, NULL, false, false, ANNA, PDS_OK, 1, NULL },
    { "of a certificate, which has its key beside others, by its name", { RENEWED, ANNA, END }, "anna, renewed", false, false, RENEWED, PDS_OK, 0, NULL },
    { "of a certificate that is not there, two of its key", { RENEWED, ANNA, END }, NULL, false, false, EXPIRED, PDS_E_KEY_AMBIGUOUS, 0, "Anna, renewed (0), Anna" },
    { "a certificate that is there twice", { ANNA, ANNA, END }, NULL, false, false, NONE, PDS_OK, 0, NULL },
    { "a certificate that is there twice, and is meant", { ANNA, ANNA, END }, NULL, false, false, ANNA, PDS_OK, 0, NULL },
    { "a certificate that is there twice, beside another's", { ANNA, BERTA, ANNA, END }, NULL, false, false, NONE, PDS_E_KEY_AMBIGUOUS, 0, "fit: Anna Änderung (0), Berta (1)" },
    { "of nobody's certificate", { ANNA, END }, NULL, false, false, BERTA, PDS_E_KEY_MISMATCH, 0, "Berta" },
};
/* clang-format on */

static size_t fill(const choose_row *r, pds_device_key *keys)
{
    size_t count = 0;
    for (; r->certs[count] != END; count++) {
        const int which = r->certs[count];
        keys[count] = (pds_device_key){ .has_key = true, .signs = true };
        keys[count].decrypts = which == SEALING || which == KEEPING;
        keys[count].handle = which == BARE ? END + count : (unsigned long)which;
        (void)snprintf(keys[count].id, sizeof keys[count].id, "%zu", count);
        if (which != BARE) {
            keys[count].cert = certs[which];
            keys[count].public_half = pds_cert_key(certs[which]);
        } else {
            (void)snprintf(keys[count].label, sizeof keys[count].label, "bare %zu", count);
        }
    }
    return count;
}

static void a_key_is_chosen(void **state)
{
    const choose_row *const r = *state;
    pds_device_key keys[ALL] = { { .handle = 0 } };
    const pds_device_keys list = { .items = keys, .count = fill(r, keys) };
    const pds_key_options options = { .identity = r->identity,
                                      .decrypts = r->decrypts,
                                      .allow_expired = r->allow_expired };
    size_t chosen = 99;
    pds_err e;
    const pds_code code =
        pds_device_choose(&list, &options, r->given == NONE ? NULL : certs[r->given], &chosen, &e);
    assert_int_equal(code, r->code);
    if (code == PDS_OK) {
        assert_int_equal(chosen, r->chosen);
    } else if (strstr(e.text, r->text) == NULL) {
        fail_msg("%s", e.text);
    }
}

/* ---- one that is not shown ---- */

/* A certificate of an issuer may be that of a key, but who names nothing does not mean it. */
static void an_issuers_key_hides_for_who_names_it(void **state)
{
    static const struct {
        int which, given;
        const char *identity;
        bool hides;
    } cases[] = {
        { ANNA, NONE, NULL, true },       { ISSUER, NONE, NULL, false },
        { ISSUER, NONE, "issuer", true }, { ISSUER, NONE, "anna*", false },
        { ISSUER, ISSUER, NULL, true },   { ISSUER, BERTA, NULL, false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pds_device_key key = { .cert = certs[cases[i].which], .hides_key = true };
        const pds_device_keys list = { .items = &key, .count = 1 };
        const pds_key_options options = { .identity = cases[i].identity };
        const pds_cert *const given = cases[i].given == NONE ? NULL : certs[cases[i].given];
        if (pds_device_may_hide(&list, &options, given) != cases[i].hides) {
            fail_msg("case %zu", i);
        }
    }
}

/* Who has named it so, or can't, is not told to. */
static void who_can_name_a_hidden_key_is_told_how(void **state)
{
    static const struct {
        const char *uri;
        int given;
        bool told;
    } cases[] = {
        { "pkcs11:token=company", NONE, true },
        { "pkcs11:token=company", BERTA, true },
        { "pkcs11:serial=1;id=%01", BERTA, false },
        { "pcsc:", NONE, false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const pds_device_keys none = { .count = 0 };
        const pds_key_options options = { .uri = cases[i].uri };
        const pds_cert *const given = cases[i].given == NONE ? NULL : certs[cases[i].given];
        size_t chosen = 0;
        pds_err e = { 0 };
        assert_int_not_equal(pds_device_choose(&none, &options, given, &chosen, &e), PDS_OK);
        if ((strstr(e.hint, "serial=") != NULL) != cases[i].told) {
            fail_msg("%s: %s", cases[i].uri, e.hint);
        }
    }
}

int main(void)
{
    static struct CMUnitTest tests[40];
    size_t count = 0;
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_pattern_fits);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_long_pattern_takes_no_long_time);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        tests[count++] = (struct CMUnitTest){ rows[i].name, a_key_is_chosen, NULL, NULL, &rows[i] };
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(an_issuers_key_hides_for_who_names_it);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(who_can_name_a_hidden_key_is_told_how);
    return _cmocka_run_group_tests("choose", tests, count, start, stop);
}
