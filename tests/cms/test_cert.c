#include "base/own.h"
#include "cms/cert.h"
#include "tests/cms/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { DAY = 86400 };

/* ---- may it sign? ---- */

typedef struct use_row {
    const char *name;
    pki_profile profile;
    bool allow_expired;
    pds_code code;
    const char *found; /* in the error; NULL: not looked at */
} use_row;

/* clang-format off */
static use_row uses[] = {
    { "no extensions at all", { .key = PKI_P256 }, false, PDS_OK, NULL },
    { "digitalSignature", { .key = PKI_P256, .key_usage = "digitalSignature" }, false, PDS_OK, NULL },
    { "nonRepudiation alone", { .key = PKI_P256, .key_usage = "critical,nonRepudiation" }, false, PDS_OK, NULL },
    { "key usage for encryption", { .key = PKI_P256, .key_usage = "keyEncipherment,dataEncipherment" }, false,
      PDS_E_CERT_USAGE, "keyEncipherment, dataEncipherment" },
    { "a CA by its key usage", { .key = PKI_P256, .key_usage = "keyCertSign,cRLSign", .constraints = "CA:TRUE" }, false,
      PDS_E_CERT_USAGE, "keyCertSign, cRLSign" },
    { "a self-signed CA without key usage, as `openssl req -x509` makes it",
      { .key = PKI_P256, .constraints = "critical,CA:TRUE" }, false, PDS_OK, NULL },
    { "mail and client authentication", { .key = PKI_P256, .purposes = "clientAuth,emailProtection" }, false, PDS_OK, NULL },
    { "document signing of RFC 9336", { .key = PKI_P256, .purposes = "1.3.6.1.5.5.7.3.36" }, false, PDS_OK, NULL },
    { "a web server and more", { .key = PKI_P256, .purposes = "serverAuth,clientAuth" }, false, PDS_OK, NULL },
    { "a web server only", { .key = PKI_P256, .purposes = "serverAuth" }, false, PDS_E_CERT_USAGE, "serverAuth" },
    { "a timestamp authority", { .key = PKI_P256, .purposes = "critical,timeStamping" }, false, PDS_E_CERT_USAGE, "timeStamping" },
    { "expired yesterday", { .key = PKI_P256, .begins = -2L * DAY, .ends = -DAY }, false, PDS_E_CERT_EXPIRED, NULL },
    { "expired yesterday, allowed", { .key = PKI_P256, .begins = -2L * DAY, .ends = -DAY }, true, PDS_OK, NULL },
    { "from tomorrow", { .key = PKI_P256, .begins = DAY, .ends = 2L * DAY }, false, PDS_E_CERT_NOT_YET_VALID, NULL },
    { "from tomorrow, allowed", { .key = PKI_P256, .begins = DAY, .ends = 2L * DAY }, true, PDS_OK, NULL },
    { "RSA-2048", { .key = PKI_RSA_2048 }, false, PDS_OK, NULL },
    { "RSA-1024", { .key = PKI_RSA_1024 }, true, PDS_E_KEY_WEAK, "1024 bits" },
    { "RSA for PSS", { .key = PKI_RSA_PSS_2048 }, false, PDS_OK, NULL },
    { "P-384", { .key = PKI_P384 }, false, PDS_OK, NULL },
    { "P-521", { .key = PKI_P521 }, false, PDS_OK, NULL },
    { "Ed25519", { .key = PKI_ED25519 }, false, PDS_OK, NULL },
    { "secp256k1", { .key = PKI_SECP256K1 }, false, PDS_E_KEY_UNSUPPORTED, "secp256k1" },
    { "brainpool", { .key = PKI_BRAINPOOL }, false, PDS_E_KEY_UNSUPPORTED, "brainpoolP256r1" },
    { "DSA", { .key = PKI_DSA }, false, PDS_E_KEY_UNSUPPORTED, "dsaEncryption" },
    { "its issuer signed it with SHA-1: not for us to judge", { .key = PKI_RSA_2048, .digest = "SHA1" }, false, PDS_OK, NULL },
};
/* clang-format on */

static void may_sign(void **state)
{
    const use_row *r = *state;
    pki *p = pki_new(&r->profile);
    pds_cert *cert = pki_cert(p);
    pds_err e = { 0 };
    assert_int_equal(pds_cert_may_sign(cert, time(NULL), r->allow_expired, &e), r->code);
    if (r->found != NULL) {
        assert_string_equal(e.found, r->found);
    }
    if (r->code != PDS_OK) {
        assert_non_null(strstr(e.text, "Tester"));
    }
    pds_cert_drop(&cert);
    pki_drop(&p);
}

/* ---- which algorithm? ---- */

typedef struct algorithm_row {
    const char *name;
    pki_key key;
    pds_digest digest;
    bool pss;
    pds_code code;
    pds_algorithm made;
} algorithm_row;

/* clang-format off */
static algorithm_row algorithms[] = {
    { "RSA by default", PKI_RSA_2048, PDS_DIGEST_DEFAULT, false, PDS_OK, { PDS_SCHEME_RSA_PKCS1, PDS_SHA256 } },
    { "RSA, SHA-512, PSS", PKI_RSA_2048, PDS_SHA512, true, PDS_OK, { PDS_SCHEME_RSA_PSS, PDS_SHA512 } },
    { "an RSASSA-PSS key signs with its digest", PKI_RSA_PSS_2048, PDS_DIGEST_DEFAULT, false, PDS_OK,
      { PDS_SCHEME_RSA_PSS, PDS_SHA384 } },
    { "an RSASSA-PSS key signs with no other digest", PKI_RSA_PSS_2048, PDS_SHA256, true, PDS_E_KEY_UNSUPPORTED, { 0, 0 } },
    { "P-256 by default", PKI_P256, PDS_DIGEST_DEFAULT, false, PDS_OK, { PDS_SCHEME_ECDSA, PDS_SHA256 } },
    { "P-384 by default", PKI_P384, PDS_DIGEST_DEFAULT, false, PDS_OK, { PDS_SCHEME_ECDSA, PDS_SHA384 } },
    { "P-521 by default", PKI_P521, PDS_DIGEST_DEFAULT, false, PDS_OK, { PDS_SCHEME_ECDSA, PDS_SHA512 } },
    { "P-521 with SHA-256", PKI_P521, PDS_SHA256, false, PDS_OK, { PDS_SCHEME_ECDSA, PDS_SHA256 } },
    { "P-256 with PSS", PKI_P256, PDS_SHA256, true, PDS_E_KEY_UNSUPPORTED, { 0, 0 } },
    { "Ed25519 by default", PKI_ED25519, PDS_DIGEST_DEFAULT, false, PDS_OK, { PDS_SCHEME_ED25519, PDS_SHA512 } },
    { "Ed25519 with SHA-256", PKI_ED25519, PDS_SHA256, false, PDS_E_KEY_UNSUPPORTED, { 0, 0 } },
    { "Ed25519 with PSS", PKI_ED25519, PDS_SHA512, true, PDS_E_KEY_UNSUPPORTED, { 0, 0 } },
    { "DSA", PKI_DSA, PDS_SHA256, false, PDS_E_KEY_UNSUPPORTED, { 0, 0 } },
};
/* clang-format on */

static void algorithm_is_chosen(void **state)
{
    const algorithm_row *r = *state;
    pki *p = pki_new(&(pki_profile){ .key = r->key });
    pds_cert *cert = pki_cert(p);
    pds_algorithm made = { 0 };
    assert_int_equal(pds_cert_algorithm(cert, r->digest, r->pss, &made, NULL), r->code);
    if (r->code == PDS_OK) {
        assert_int_equal(made.scheme, r->made.scheme);
        assert_int_equal(made.digest, r->made.digest);
    }
    pds_cert_drop(&cert);
    pki_drop(&p);
}

/* ---- reading ---- */

static void names_are_readable(void **state)
{
    pki *p = pki_new(&(pki_profile){ .key = PKI_P256, .name = "张三, \x1b[31m" });
    pds_cert *cert = pki_cert(p);
    (void)state;
    assert_string_equal(pds_cert_label(cert), "张三, \\1B[31m");
    assert_string_equal(pds_cert_subject(cert), "C=CN,O=测试公司,CN=张三\\, \\1B[31m");
    assert_int_equal(pds_cert_kind(cert), PDS_KEY_EC);
    assert_int_equal(pds_cert_bits(cert), 256);
    assert_true(pds_cert_self_issued(cert));
    assert_in_range(pds_cert_not_after(cert) - pds_cert_not_before(cert), 366 * DAY - 5,
                    366 * DAY + 5);
    assert_true(pds_span_eq(pds_cert_issuer_der(cert), pds_cert_subject_der(cert)));
    assert_int_equal(pds_cert_serial_der(cert).ptr[0], 0x02);
    assert_int_equal(pds_cert_spki_der(cert).ptr[0], 0x30);
    pds_cert_drop(&cert);
    pki_drop(&p);
}

static void broken_ones_are_refused(void **state)
{
    pki *p = pki_new(&(pki_profile){ .key = PKI_P256 });
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pds_cert *cert = NULL;
    (void)state;
    pds_buf_put(&der, pki_cert_der(p));
    for (size_t len = 0; len < der.len; len++) {
        assert_int_equal(pds_cert_new(pds_span_of(der.ptr, len), &cert, NULL),
                         PDS_E_CERT_UNREADABLE);
    }
    pds_buf_byte(&der, 0);
    assert_int_equal(pds_cert_new(pds_buf_span(&der), &cert, NULL), PDS_E_CERT_UNREADABLE);
    for (size_t i = 0; i + 1 < der.len; i++) { /* any outcome but a crash */
        der.ptr[i] ^= 0xff;
        if (pds_cert_new(pds_span_of(der.ptr, der.len - 1), &cert, NULL) == PDS_OK) {
            pds_code any = pds_cert_may_sign(cert, time(NULL), true, NULL);
            assert_in_range(any, PDS_OK, PDS_CODE_COUNT);
            pds_cert_drop(&cert);
        }
        der.ptr[i] ^= 0xff;
    }
    pki_drop(&p);
}

/* ---- signatures of the wrong kind ---- */

static void a_scheme_of_another_key_does_not_verify(void **state)
{
    static const pds_algorithm all[] = { { PDS_SCHEME_RSA_PKCS1, PDS_SHA256 },
                                         { PDS_SCHEME_RSA_PSS, PDS_SHA256 },
                                         { PDS_SCHEME_ECDSA, PDS_SHA256 },
                                         { PDS_SCHEME_ED25519, PDS_SHA512 } };
    pki *p = pki_new(&(pki_profile){ .key = PKI_RSA_2048 });
    pds_cert *cert = pki_cert(p);
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    pds_span message = pds_span_text("message");
    (void)state;
    pki_sign(p, all[0], message, &signature);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_int_equal(pds_cert_verify(cert, all[i], message, pds_buf_span(&signature), NULL),
                         i == 0 ? PDS_OK : PDS_E_SIGNATURE_WRONG);
    }
    assert_int_equal(
        pds_cert_verify(cert, all[0], pds_span_text("massage"), pds_buf_span(&signature), NULL),
        PDS_E_SIGNATURE_WRONG);
    assert_int_equal(pds_cert_verify(cert, all[0], message, pds_span_of(NULL, 0), NULL),
                     PDS_E_SIGNATURE_WRONG);
    pds_cert_drop(&cert);
    pki_drop(&p);
}

int main(void)
{
    enum { USES = sizeof uses / sizeof uses[0] };
    enum { ALGORITHMS = sizeof algorithms / sizeof algorithms[0] };
    struct CMUnitTest tests[USES + ALGORITHMS];
    const struct CMUnitTest others[] = {
        cmocka_unit_test(names_are_readable),
        cmocka_unit_test(broken_ones_are_refused),
        cmocka_unit_test(a_scheme_of_another_key_does_not_verify),
    };
    for (size_t i = 0; i < USES; i++) {
        tests[i] = (struct CMUnitTest){ uses[i].name, may_sign, NULL, NULL, &uses[i] };
    }
    for (size_t i = 0; i < ALGORITHMS; i++) {
        tests[USES + i] = (struct CMUnitTest){ algorithms[i].name, algorithm_is_chosen, NULL, NULL,
                                               &algorithms[i] };
    }
    int failed = cmocka_run_group_tests_name("uses", tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("certificates", others, NULL, NULL);
}
