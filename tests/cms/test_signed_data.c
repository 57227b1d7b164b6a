#include "base/own.h"
#include "cms/der.h"
#include "cms/signed_data.h"
#include "cms/signed_data_read.h"
#include "tests/cms/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const char CONTENT[] = "what the two byte ranges hold";

typedef struct row {
    const char *name;
    pki_key key;
    pds_digest digest;
    bool pss;
    bool chain; /* with an intermediate certificate */
} row;

#define ALL_DIGESTS(text, key, pss)                        \
    { text ", SHA-256", key, PDS_SHA256, pss, false },     \
        { text ", SHA-384", key, PDS_SHA384, pss, false }, \
    {                                                      \
        text ", SHA-512", key, PDS_SHA512, pss, true       \
    }

/* clang-format off */
static row rows[] = {
    ALL_DIGESTS("RSA-2048 PKCS#1", PKI_RSA_2048, false),
    ALL_DIGESTS("RSA-2048 PSS", PKI_RSA_2048, true),
    ALL_DIGESTS("RSA-3072 PKCS#1", PKI_RSA_3072, false),
    ALL_DIGESTS("RSA-3072 PSS", PKI_RSA_3072, true),
    ALL_DIGESTS("RSA-4096 PKCS#1", PKI_RSA_4096, false),
    ALL_DIGESTS("RSA-4096 PSS", PKI_RSA_4096, true),
    ALL_DIGESTS("P-256", PKI_P256, false),
    ALL_DIGESTS("P-384", PKI_P384, false),
    ALL_DIGESTS("P-521", PKI_P521, false),
    { "Ed25519", PKI_ED25519, PDS_SHA512, false, false },
    { "Ed25519 with a chain", PKI_ED25519, PDS_DIGEST_DEFAULT, false, true },
    { "a key for PSS with SHA-384 only", PKI_RSA_PSS_2048, PDS_DIGEST_DEFAULT, false, true },
    { "P-384 by default", PKI_P384, PDS_DIGEST_DEFAULT, false, true },
};
/* clang-format on */
enum { COUNT = sizeof rows / sizeof rows[0] };

typedef struct made {
    pki *root, *middle, *signer;
    pds_cert *cert;
    pds_certs chain;
    pds_signer as;
    uint8_t digest[PDS_DIGEST_MAX];
    pds_buf attributes, signature, cms;
} made;

static void make_identity(made *m, const row *r)
{
    m->root = pki_new(&(pki_profile){ .key = PKI_P256,
                                      .name = "Root",
                                      .constraints = "critical,CA:TRUE",
                                      .key_usage = "keyCertSign" });
    m->middle = pki_new(&(pki_profile){ .key = PKI_P256,
                                        .name = "Middle",
                                        .constraints = "critical,CA:TRUE",
                                        .key_usage = "keyCertSign",
                                        .issuer = m->root });
    m->signer = pki_new(&(pki_profile){ .key = r->key,
                                        .name = "张三",
                                        .key_usage = "digitalSignature,nonRepudiation",
                                        .constraints = "CA:FALSE",
                                        .issuer = r->chain ? m->middle : m->root });
    m->cert = pki_cert(m->signer);
    if (r->chain) {
        assert_int_equal(pds_certs_add(&m->chain, pki_cert(m->middle), NULL), PDS_OK);
    }
}

static pds_span digest_of(const made *m)
{
    return pds_span_of(m->digest, pds_digest_size(m->as.algorithm.digest));
}

static pds_code digest_of_content(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    (void)self;
    return pds_md_hash_of(md, pds_span_text(CONTENT), out, e);
}

/* Puts it together; token: the timestamp, may be empty. */
static void put_together(made *m, pds_span token)
{
    const pds_signed_value value = { pds_buf_span(&m->attributes), pds_buf_span(&m->signature),
                                     token };
    assert_int_equal(pds_signed_data(&m->as, &value, &m->cms, NULL), PDS_OK);
}

static void make_cms(made *m, const row *r)
{
    pds_span content = pds_span_text(CONTENT);
    m->as = (pds_signer){ .cert = m->cert, .chain = &m->chain };
    assert_int_equal(pds_cert_algorithm(m->cert, r->digest, r->pss, &m->as.algorithm, NULL),
                     PDS_OK);
    assert_int_equal(pds_hash_of(m->as.algorithm.digest, content, m->digest, NULL), PDS_OK);
    assert_int_equal(pds_signed_attributes(&m->as, digest_of(m), &m->attributes, NULL), PDS_OK);
    pki_sign(m->signer, m->as.algorithm, pds_buf_span(&m->attributes), &m->signature);
    put_together(m, pds_span_of(NULL, 0));
}

static void made_drop(made *m)
{
    pki_drop(&m->root);
    pki_drop(&m->middle);
    pki_drop(&m->signer);
    pds_cert_drop(&m->cert);
    pds_certs_drop(&m->chain);
    pds_buf_drop(&m->attributes);
    pds_buf_drop(&m->signature);
    pds_buf_drop(&m->cms);
}

static pds_code accept_it(const made *m, pds_span cms, pds_digest digest)
{
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    return pds_signed_data_accept(cms, digest_of(m), digest, &found, NULL);
}

static void is_accepted(const made *m)
{
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    pds_cert *signer = NULL;
    pds_err e;
    pds_code code = pds_signed_data_accept(pds_buf_span(&m->cms), digest_of(m),
                                           m->as.algorithm.digest, &found, &e);
    if (code != PDS_OK) {
        print_error("%s\n", e.text);
    }
    assert_int_equal(code, PDS_OK);
    assert_true(pds_span_eq(pds_cert_der(found.signer), pds_cert_der(m->cert)));
    assert_int_equal(pds_signed_data_signer(pds_buf_span(&m->cms), &signer, NULL), PDS_OK);
    assert_true(pds_span_eq(pds_cert_der(signer), pds_cert_der(m->cert)));
    pds_cert_drop(&signer);
}

/* The room reserved is what the longest signature value takes, not a byte more. */
static void room_is_exact(const made *m)
{
    size_t max = 0;
    assert_int_equal(pds_signed_data_max(&m->as, 0, &max, NULL), PDS_OK);
    assert_in_range(m->signature.len, 1, pds_cert_signature_max(m->cert));
    size_t short_by = pds_cert_signature_max(m->cert) - m->signature.len;
    assert_int_equal(max, m->cms.len + short_by);
}

static void verifies_elsewhere(void **state)
{
    PDS_OWN(made_drop) made m = { 0 };
    make_identity(&m, *state);
    make_cms(&m, *state);
    assert_true(pds_der_valid(pds_buf_span(&m.cms)));
    assert_true(pki_cms_verifies(pds_buf_span(&m.cms), pds_span_text(CONTENT), m.root));
    assert_false(pki_cms_verifies(pds_buf_span(&m.cms), pds_span_text("other"), m.root));
    is_accepted(&m);
    room_is_exact(&m);
}

/* Every ECDSA value lies within the room, also the longest one, which one in four is. */
static void room_holds_any_ecdsa_value(void **state)
{
    const row r = { "", PKI_P521, PDS_SHA512, false, false };
    PDS_OWN(made_drop) made m = { 0 };
    size_t max = 0;
    size_t longest = 0;
    (void)state;
    make_identity(&m, &r);
    make_cms(&m, &r);
    assert_int_equal(pds_signed_data_max(&m.as, 0, &max, NULL), PDS_OK);
    for (size_t i = 0; i < 200 && longest < max; i++) {
        pds_buf_clear(&m.signature);
        pds_buf_clear(&m.cms);
        pki_sign(m.signer, m.as.algorithm, pds_buf_span(&m.attributes), &m.signature);
        put_together(&m, pds_span_of(NULL, 0));
        longest = m.cms.len > longest ? m.cms.len : longest;
    }
    assert_int_equal(longest, max);
}

/* A timestamp is an attribute that the signature does not cover, and the room counts it. */
static void a_timestamp_goes_along(void **state)
{
    static const uint8_t token[] = { 0x30, 0x05, 0x04, 0x03, 'a', 'b', 'c' };
    const row r = { "", PKI_RSA_2048, PDS_SHA256, false, false };
    const pds_span stamp = pds_span_of(token, sizeof token);
    PDS_OWN(made_drop) made m = { 0 };
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { .length = 0 };
    size_t max = 0;
    (void)state;
    make_identity(&m, &r);
    make_cms(&m, &r);
    pds_buf_clear(&m.cms);
    put_together(&m, stamp);
    const pds_signed_data_input in = { .contents = pds_buf_span(&m.cms),
                                       .source = { digest_of_content, &m } };
    assert_int_equal(pds_signed_data_read(&in, &found, NULL), PDS_OK);
    assert_true(found.digest_fits && found.signature_fits);
    assert_int_equal(found.timestamps.count, 1);
    assert_true(pds_span_eq(found.timestamps.items[0], stamp));
    assert_true(pki_cms_verifies(pds_buf_span(&m.cms), pds_span_text(CONTENT), m.root));
    assert_int_equal(pds_signed_data_max(&m.as, sizeof token, &max, NULL), PDS_OK);
    assert_int_equal(max, m.cms.len);
}

/* Which bytes of a signature nothing depends on. */
static bool is_indifferent(const made *m, size_t at)
{
    /* versions of SignedData and SignerInfo, and the SET that only announces the digest */
    static const uint8_t announced[] = { 0x02, 0x01, 0x01 };
    return at + 1 >= 3 && memcmp(m->cms.ptr + at - 2, announced, 3) == 0;
}

/* One bit of any byte: refused, or at least not taken for the same signature of the same signer. */
static void any_changed_byte_is_refused(void **state)
{
    const row *r = *state;
    PDS_OWN(made_drop) made m = { 0 };
    size_t accepted = 0;
    make_identity(&m, r);
    make_cms(&m, r);
    for (size_t i = 0; i < m.cms.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            m.cms.ptr[i] ^= (uint8_t)(1 << bit);
            pds_code code = accept_it(&m, pds_buf_span(&m.cms), m.as.algorithm.digest);
            m.cms.ptr[i] ^= (uint8_t)(1 << bit);
            if (code == PDS_OK && !is_indifferent(&m, i)) {
                print_error("accepted: offset %zu of %zu, bit %d, value %02x\n", i, m.cms.len, bit,
                            m.cms.ptr[i]);
                accepted++;
            }
        }
    }
    assert_int_equal(accepted, 0);
}

static void any_cut_is_refused(void **state)
{
    const row r = { "", PKI_P256, PDS_SHA256, false, true };
    PDS_OWN(made_drop) made m = { 0 };
    (void)state;
    make_identity(&m, &r);
    make_cms(&m, &r);
    for (size_t len = 0; len < m.cms.len; len++) {
        pds_cert *signer = NULL;
        pds_span cut = pds_span_of(m.cms.ptr, len);
        assert_int_equal(accept_it(&m, cut, PDS_SHA256), PDS_E_STATE_MISMATCH);
        assert_int_equal(pds_signed_data_signer(cut, &signer, NULL), PDS_E_CERT_UNREADABLE);
    }
    pds_buf_fill(&m.cms, 0, 20);
    pds_cert *signer = NULL;
    assert_int_equal(pds_signed_data_signer(pds_buf_span(&m.cms), &signer, NULL), PDS_OK);
    pds_cert_drop(&signer);
    assert_int_equal(accept_it(&m, pds_buf_span(&m.cms), PDS_SHA256), PDS_E_STATE_MISMATCH);
}

static void another_document_is_refused(void **state)
{
    const row r = { "", PKI_P256, PDS_SHA256, false, true };
    PDS_OWN(made_drop) made m = { 0 };
    (void)state;
    make_identity(&m, &r);
    make_cms(&m, &r);
    m.digest[0] ^= 1;
    assert_int_equal(accept_it(&m, pds_buf_span(&m.cms), PDS_SHA256), PDS_E_STATE_MISMATCH);
    m.digest[0] ^= 1;
    assert_int_equal(accept_it(&m, pds_buf_span(&m.cms), PDS_SHA384), PDS_E_STATE_MISMATCH);
}

/* RFC 5652, 5.3: "signed with another key" must not pass for the named certificate. */
static void a_signature_of_another_key_is_refused(void **state)
{
    const row r = { "", PKI_P256, PDS_SHA256, false, false };
    PDS_OWN(made_drop) made m = { 0 };
    PDS_OWN(made_drop) made other = { 0 };
    (void)state;
    make_identity(&m, &r);
    make_identity(&other, &r);
    make_cms(&other, &r);
    m.as = (pds_signer){ .cert = m.cert, .algorithm = other.as.algorithm };
    memcpy(m.digest, other.digest, sizeof m.digest);
    assert_int_equal(pds_signed_attributes(&m.as, digest_of(&m), &m.attributes, NULL), PDS_OK);
    pki_sign(other.signer, m.as.algorithm, pds_buf_span(&m.attributes), &m.signature);
    put_together(&m, pds_span_of(NULL, 0));
    assert_int_equal(accept_it(&m, pds_buf_span(&m.cms), PDS_SHA256), PDS_E_SIGNATURE_WRONG);
}

/* RFC 5280, 7.1: names compare without regard to case. Enough to list who signed, not to embed. */
static void an_issuer_in_other_letters(void **state)
{
    const row r = { "", PKI_P256, PDS_SHA256, false, false };
    PDS_OWN(made_drop) made m = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *signer = NULL;
    size_t issuer = 0;
    (void)state;
    make_identity(&m, &r);
    make_cms(&m, &r);
    for (size_t i = 0; i + 4 < m.cms.len; i++) {
        issuer = memcmp(m.cms.ptr + i, "Root", 4) == 0 ? i : issuer;
    }
    assert_int_not_equal(issuer, 0); /* the last one is that of the SignerInfo */
    m.cms.ptr[issuer] = 'r';
    assert_int_equal(pds_signed_data_signer(pds_buf_span(&m.cms), &signer, NULL), PDS_OK);
    assert_int_equal(accept_it(&m, pds_buf_span(&m.cms), PDS_SHA256), PDS_E_STATE_MISMATCH);
}

static void signing_time_is_not_written(void **state)
{
    static const uint8_t signing_time[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05 };
    const row r = { "", PKI_P256, PDS_SHA256, false, false };
    PDS_OWN(made_drop) made m = { 0 };
    (void)state;
    make_identity(&m, &r);
    make_cms(&m, &r);
    assert_null(memmem(m.cms.ptr, m.cms.len, signing_time, sizeof signing_time));
}

int main(void)
{
    static row flipped[] = {
        { "any changed bit is refused, P-256", PKI_P256, PDS_SHA256, false, false },
        { "any changed bit is refused, RSA PSS", PKI_RSA_2048, PDS_SHA256, true, false },
        { "any changed bit is refused, Ed25519", PKI_ED25519, PDS_SHA512, false, false },
    };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(room_holds_any_ecdsa_value),
        cmocka_unit_test(a_timestamp_goes_along),
        cmocka_unit_test(any_cut_is_refused),
        cmocka_unit_test(another_document_is_refused),
        cmocka_unit_test(a_signature_of_another_key_is_refused),
        cmocka_unit_test(an_issuer_in_other_letters),
        cmocka_unit_test(signing_time_is_not_written),
        { flipped[0].name, any_changed_byte_is_refused, NULL, NULL, &flipped[0] },
        { flipped[1].name, any_changed_byte_is_refused, NULL, NULL, &flipped[1] },
        { flipped[2].name, any_changed_byte_is_refused, NULL, NULL, &flipped[2] },
    };
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, verifies_elsewhere, NULL, NULL, &rows[i] };
    }
    int failed = cmocka_run_group_tests_name("SignedData", tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("refusals", others, NULL, NULL);
}
