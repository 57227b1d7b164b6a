/* Paddings, judged by OpenSSL. */

#include "base/own.h"
#include "tests/cms/pki_private.h"
#include "token/emsa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <openssl/rsa.h>

#include <cmocka.h>

static const struct {
    pds_digest digest;
    const char *name;
} DIGESTS[] = { { PDS_SHA256, "SHA256" }, { PDS_SHA384, "SHA384" }, { PDS_SHA512, "SHA512" } };

static pki *keys[3];

static int start(void **state)
{
    static const pki_key kinds[] = { PKI_RSA_1024, PKI_RSA_2048, PKI_RSA_3072 };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        keys[i] = pki_new(&(pki_profile){ .key = kinds[i] });
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        pki_drop(&keys[i]);
    }
    return 0;
}

/* The bare operation with the private key. */
static void sign_raw(EVP_PKEY *key, pds_span encoded, uint8_t *out, size_t *len)
{
    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new(key, NULL);
    NEED(EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
         EVP_PKEY_sign(ctx, out, len, encoded.ptr, encoded.len) == 1);
    EVP_PKEY_CTX_free(ctx);
}

static bool verifies(EVP_PKEY *key, int padding, const EVP_MD *md, pds_span value, pds_span digest)
{
    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new(key, NULL);
    NEED(EVP_PKEY_verify_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, padding) == 1 &&
         EVP_PKEY_CTX_set_signature_md(ctx, md) == 1);
    if (padding == RSA_PKCS1_PSS_PADDING) {
        NEED(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1);
    }
    const int result = EVP_PKEY_verify(ctx, value.ptr, value.len, digest.ptr, digest.len);
    EVP_PKEY_CTX_free(ctx);
    return result == 1;
}

static void check(EVP_PKEY *key, size_t which, bool pss)
{
    uint8_t digest[64];
    uint8_t value[512];
    size_t len = sizeof value;
    PDS_OWN(pds_buf_drop) pds_buf encoded = { 0 };
    const size_t bits = (size_t)EVP_PKEY_get_bits(key);
    const size_t size = pds_digest_size(DIGESTS[which].digest);
    const pds_span hash = pds_span_of(digest, size);
    memset(digest, 0xA5, sizeof digest);
    const pds_code code =
        pss ? pds_emsa_pss(DIGESTS[which].digest, hash, bits, &encoded, NULL)
            : pds_emsa_pkcs1(DIGESTS[which].digest, hash, bits / 8, &encoded, NULL);
    if (pss && bits == 1024 && size == 64) {
        assert_int_equal(code, PDS_E_KEY_UNSUPPORTED); /* no room */
        return;
    }
    assert_int_equal(code, PDS_OK);
    assert_int_equal(encoded.len, bits / 8);
    sign_raw(key, pds_buf_span(&encoded), value, &len);
    assert_true(verifies(key, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING,
                         EVP_get_digestbyname(DIGESTS[which].name), pds_span_of(value, len), hash));
}

static void signatures_verify(void **state)
{
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        for (size_t d = 0; d < 3; d++) {
            check(keys[k]->key, d, false);
            check(keys[k]->key, d, true);
        }
    }
}

static void a_modulus_may_have_odd_bits(void **state)
{
    static const size_t bits[] = { 2041, 2047, 2048, 2049 };
    uint8_t digest[32] = { 1 };
    (void)state;
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
        assert_int_equal(
            pds_emsa_pss(PDS_SHA256, pds_span_of(digest, sizeof digest), bits[i], &out, NULL),
            PDS_OK);
        assert_int_equal(out.len, (bits[i] + 7) / 8);
        assert_int_equal(out.ptr[out.len - 1], 0xBC);
        /* less than the modulus: no bit where its highest is, or above */
        const size_t high = (bits[i] - 1) % 8;
        assert_int_equal(out.ptr[0] >> (high == 0 ? 0 : high), 0);
    }
}

static void a_short_modulus_is_refused(void **state)
{
    uint8_t digest[64] = { 1 };
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    (void)state;
    assert_int_equal(pds_emsa_pkcs1(PDS_SHA512, pds_span_of(digest, sizeof digest), 64, &out, NULL),
                     PDS_E_KEY_UNSUPPORTED);
    assert_int_equal(pds_emsa_pkcs1(PDS_SHA512, pds_span_of(digest, sizeof digest), 0, &out, NULL),
                     PDS_E_KEY_UNSUPPORTED);
    assert_int_equal(pds_emsa_pss(PDS_SHA512, pds_span_of(digest, sizeof digest), 0, &out, NULL),
                     PDS_E_KEY_UNSUPPORTED);
    assert_int_equal(out.len, 0);
}

/* ---- OAEP ---- */

static void encrypt(EVP_PKEY *key, const char *const names[2], pds_span plain, uint8_t *out,
                    size_t *len)
{
    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new(key, NULL);
    NEED(EVP_PKEY_encrypt_init(ctx) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md_name(ctx, names[0], NULL) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, names[1], NULL) == 1 &&
         EVP_PKEY_encrypt(ctx, out, len, plain.ptr, plain.len) == 1);
    EVP_PKEY_CTX_free(ctx);
}

static void decrypt_raw(EVP_PKEY *key, pds_span in, uint8_t *out, size_t *len)
{
    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new(key, NULL);
    NEED(EVP_PKEY_decrypt_init(ctx) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
         EVP_PKEY_decrypt(ctx, out, len, in.ptr, in.len) == 1);
    EVP_PKEY_CTX_free(ctx);
}

static void oaep_is_undone(void **state)
{
    static const char plain[] = "a content key";
    static const struct {
        pds_digest digest, mgf;
        const char *names[2];
    } rows[] = { { PDS_DIGEST_DEFAULT, PDS_DIGEST_DEFAULT, { "SHA1", "SHA1" } },
                 { PDS_SHA256, PDS_SHA256, { "SHA256", "SHA256" } },
                 { PDS_SHA256, PDS_DIGEST_DEFAULT, { "SHA256", "SHA1" } },
                 { PDS_DIGEST_DEFAULT, PDS_SHA256, { "SHA1", "SHA256" } },
                 { PDS_SHA512, PDS_SHA512, { "SHA512", "SHA512" } } };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t sent[512];
        uint8_t em[512];
        size_t sent_len = sizeof sent;
        size_t len = sizeof em;
        PDS_OWN(pds_buf_drop) pds_buf got = { 0 };
        encrypt(keys[1]->key, rows[i].names, pds_span_text(plain), sent, &sent_len);
        decrypt_raw(keys[1]->key, pds_span_of(sent, sent_len), em, &len);
        assert_int_equal(
            pds_emsa_oaep_undo(rows[i].digest, rows[i].mgf, pds_span_of(em, len), &got, NULL),
            PDS_OK);
        assert_int_equal(got.len, strlen(plain));
        assert_memory_equal(got.ptr, plain, got.len);
        em[len / 2] ^= 1;
        assert_int_equal(
            pds_emsa_oaep_undo(rows[i].digest, rows[i].mgf, pds_span_of(em, len), &got, NULL),
            PDS_E_NOT_FOR_KEY);
        assert_int_equal(
            pds_emsa_oaep_undo(rows[i].digest, rows[i].mgf, pds_span_of(em, 20), &got, NULL),
            PDS_E_NOT_FOR_KEY);
    }
}

/* ---- ECDSA ---- */

static void numbers_are_shortest(void **state)
{
    static const struct {
        uint8_t in[8];
        size_t in_len;
        uint8_t out[16];
        size_t out_len;
    } rows[] = {
        { { 1, 2, 3, 4 }, 4, { 0x30, 8, 2, 2, 1, 2, 2, 2, 3, 4 }, 10 },
        { { 0, 2, 0, 0 }, 4, { 0x30, 6, 2, 1, 2, 2, 1, 0 }, 8 },
        { { 0x80, 0, 0, 0x80 }, 4, { 0x30, 9, 2, 3, 0, 0x80, 0, 2, 2, 0, 0x80 }, 11 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
        assert_int_equal(pds_ecdsa_value_put(pds_span_of(rows[i].in, rows[i].in_len), &out, NULL),
                         PDS_OK);
        assert_int_equal(out.len, rows[i].out_len);
        assert_memory_equal(out.ptr, rows[i].out, out.len);
    }
}

static void numbers_that_are_none_are_refused(void **state)
{
    static const uint8_t bytes[200] = { 1 };
    static const size_t lengths[] = { 0, 1, 63, 134, 200 };
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        assert_int_equal(pds_ecdsa_value_put(pds_span_of(bytes, lengths[i]), &out, NULL),
                         PDS_E_KEY_FAILED);
    }
    assert_int_equal(pds_ecdsa_value_put(pds_span_of(bytes, 132), &out, NULL), PDS_OK); /* P-521 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_verify),
        cmocka_unit_test(a_modulus_may_have_odd_bits),
        cmocka_unit_test(a_short_modulus_is_refused),
        cmocka_unit_test(oaep_is_undone),
        cmocka_unit_test(numbers_are_shortest),
        cmocka_unit_test(numbers_that_are_none_are_refused),
    };
    return cmocka_run_group_tests_name("emsa", tests, start, stop);
}
