/* What keys and digests are worth. */

#include "base/own.h"
#include "cms/crypto_limits.h"
#include "tests/cms/pki_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <cmocka.h>

static const char *judge_with(const pds_crypto_limits *limits, const pds_cert *cert)
{
    PDS_OWN(pds_findings_drop) pds_findings found = { 0 };
    assert_int_equal(pds_crypto_limits_key(limits, cert, &found, NULL), PDS_OK);
    assert_in_range(found.count, 0, 1);
    return found.count == 0 ? "" : pds_finding_name(found.items[0].code);
}

/* A certificate of this key, which signs nothing. */
static pds_cert *cert_with(EVP_PKEY *key)
{
    pki *p = pki_new(&(pki_profile){ .key = PKI_P256 });
    X509 *copy = X509_dup(p->cert);
    unsigned char *der = NULL;
    pds_cert *cert = NULL;
    NEED(X509_set_pubkey(copy, key) == 1);
    NEED(X509_sign(copy, p->key, EVP_sha256()) > 0);
    int len = i2d_X509(copy, &der);
    NEED(len > 0);
    NEED(pds_cert_new(pds_span_of(der, (size_t)len), &cert, NULL) == PDS_OK);
    OPENSSL_free(der);
    X509_free(copy);
    pki_drop(&p);
    EVP_PKEY_free(key);
    return cert;
}

/* The modulus of a real key with another public exponent. */
static EVP_PKEY *rsa_with(const char *exponent)
{
    pki *p = pki_new(&(pki_profile){ .key = PKI_RSA_2048 });
    BIGNUM *n = NULL;
    BIGNUM *e = NULL;
    EVP_PKEY *made = NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    NEED(EVP_PKEY_get_bn_param(p->key, OSSL_PKEY_PARAM_RSA_N, &n) == 1);
    NEED(BN_dec2bn(&e, exponent) > 0);
    NEED(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1);
    NEED(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    NEED(EVP_PKEY_fromdata_init(ctx) == 1);
    NEED(EVP_PKEY_fromdata(ctx, &made, EVP_PKEY_PUBLIC_KEY, params) == 1);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    BN_free(n);
    BN_free(e);
    pki_drop(&p);
    return made;
}

static void exponents(void **state)
{
    static const struct {
        const char *exponent;
        const char *found;
    } rows[] = {
        { "65537", "" },
        { "1", "KEY_WEAK" },
        { "3", "KEY_WEAK" },
        { "17", "KEY_WEAK" },
        { "65536", "KEY_WEAK" },
        { "65538", "KEY_WEAK" },
        { "4294967297", "" },
        /* 2^255 + 1 can be verified with; 2^512 + 1 takes too long */
        { "57896044618658097711785492504343953926634992332820282019728792003956564819969", "" },
        { "1340780792994259709957402499820584612747936582059239337772356144372176403007354697680187"
          "4298"
          "166903427690031858186486050853753882811946569946433649006084097",
          "KEY_WEAK" },
    };
    pds_crypto_limits low = *pds_crypto_limits_usual();
    low.rsa_exponent_min = 0;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(pds_cert_drop) pds_cert *cert = cert_with(rsa_with(rows[i].exponent));
        assert_string_equal(judge_with(pds_crypto_limits_usual(), cert), rows[i].found);
    }
    /* no policy lets 1 pass: every value would be its own signature */
    PDS_OWN(pds_cert_drop) pds_cert *one = cert_with(rsa_with("1"));
    PDS_OWN(pds_cert_drop) pds_cert *three = cert_with(rsa_with("3"));
    assert_string_equal(judge_with(&low, one), "KEY_WEAK");
    assert_string_equal(judge_with(&low, three), "");
}

/* P-256 with its parameters written out, as in CVE-2020-0601. */
static void curves_by_name_only(void **state)
{
    EVP_PKEY *key = NULL;
    const OSSL_PARAM params[] = { OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 5),
                                  OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING,
                                                         OSSL_PKEY_EC_ENCODING_EXPLICIT,
                                                         sizeof OSSL_PKEY_EC_ENCODING_EXPLICIT - 1),
                                  OSSL_PARAM_END };
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    (void)state;
    NEED(EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_CTX_set_params(ctx, params) == 1);
    NEED(EVP_PKEY_keygen(ctx, &key) == 1);
    EVP_PKEY_CTX_free(ctx);
    PDS_OWN(pds_cert_drop) pds_cert *cert = cert_with(key);
    assert_string_equal(judge_with(pds_crypto_limits_usual(), cert), "KEY_WEAK");
}

static void kinds_of_keys(void **state)
{
    static const struct {
        pki_key key;
        const char *found;
    } rows[] = {
        { PKI_RSA_1024, "KEY_WEAK" },
        { PKI_RSA_2048, "" },
        { PKI_RSA_PSS_2048, "" },
        { PKI_P256, "" },
        { PKI_P384, "" },
        { PKI_P521, "" },
        { PKI_ED25519, "" },
        { PKI_BRAINPOOL, "" },
        { PKI_SECP256K1, "KEY_WEAK" },
        { PKI_SM2, "KEY_WEAK" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(pki_drop)
        pki *p = pki_new(
            &(pki_profile){ .key = rows[i].key, .digest = rows[i].key == PKI_SM2 ? "SM3" : NULL });
        PDS_OWN(pds_cert_drop) pds_cert *cert = pki_cert(p);
        assert_string_equal(judge_with(pds_crypto_limits_usual(), cert), rows[i].found);
    }
}

static void limits_are_the_callers(void **state)
{
    PDS_OWN(pki_drop) pki *rsa = pki_new(&(pki_profile){ .key = PKI_RSA_2048 });
    PDS_OWN(pki_drop) pki *ec = pki_new(&(pki_profile){ .key = PKI_P256 });
    PDS_OWN(pki_drop) pki *ed = pki_new(&(pki_profile){ .key = PKI_ED25519 });
    const pki *const owners[] = { rsa, ec, ed };
    pds_crypto_limits strict = *pds_crypto_limits_usual();
    (void)state;
    strict.rsa_bits_min = 3072;
    strict.curves = 1U << PDS_CURVE_P384;
    strict.ed25519 = false;
    for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
        PDS_OWN(pds_cert_drop) pds_cert *cert = pki_cert(owners[i]);
        assert_string_equal(judge_with(&strict, cert), "KEY_WEAK");
    }
}

static void digests(void **state)
{
    (void)state;
    for (pds_md md = PDS_MD_NONE + 1; md < PDS_MD_COUNT; md++) {
        PDS_OWN(pds_findings_drop) pds_findings found = { 0 };
        bool weak = md == PDS_MD_MD5 || md == PDS_MD_SHA1 || md == PDS_MD_SHA224;
        assert_int_equal(
            pds_crypto_limits_digest(pds_crypto_limits_usual(), md, "here", &found, NULL), PDS_OK);
        assert_int_equal(found.count, weak);
        assert_true(!weak || found.items[0].code == PDS_F_DIGEST_WEAK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponents),     cmocka_unit_test(curves_by_name_only),
        cmocka_unit_test(kinds_of_keys), cmocka_unit_test(limits_are_the_callers),
        cmocka_unit_test(digests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
