/* Encrypted CMS that somebody made with care, so that it should not be taken. */
#include "base/locked.h"
#include "base/own.h"
#include "tests/cms/enveloped_make.h"
#include "tests/cms/enveloped_undo.h"
#include "tests/cms/pki_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <cmocka.h>

static const char TEXT[] = "the contract's bytes, and enough of them for two blocks";
static pki *rsa, *curve;

/* What was read of it, and the content's key. */
typedef struct opened {
    pds_buf cms, key;
    pds_enveloped v;
    pds_recipient r;
} opened;

static void opened_drop(opened *o)
{
    pds_enveloped_drop(&o->v);
    pds_recipient_drop(&o->r);
    pds_buf_drop(&o->cms);
    pds_buf_drop(&o->key);
}

static void open_as_made(const pki *p, const enveloped_kind *kind, opened *out)
{
    PDS_OWN(pds_cert_drop) pds_cert *cert = pki_cert(p);
    enveloped_make(p, kind, pds_span_text(TEXT), &out->cms);
    assert_int_equal(pds_enveloped_read(pds_buf_span(&out->cms), &out->v, NULL), PDS_OK);
    assert_int_equal(pds_enveloped_recipient(&out->v, cert, &out->r, NULL), PDS_OK);
    assert_int_equal(enveloped_find_key(p, &out->r, &out->key, NULL), PDS_OK);
}

static pds_code open_content(const opened *o, pds_buf *plain)
{
    return pds_enveloped_open(&o->v, pds_buf_span(&o->key), plain, NULL);
}

/* ---- authentication codes ---- */

/* GCMParameters with the nonce of `o` and what follows it. */
static void put_parameters(const opened *o, pds_span behind, pds_buf *out)
{
    const size_t head = 4; /* of the SEQUENCE and of the nonce */
    const pds_span nonce = pds_span_of(o->v.parameters.ptr + head, o->v.parameters.ptr[3]);
    pds_buf_byte(out, 0x30);
    pds_buf_byte(out, (uint8_t)(2 + nonce.len + behind.len));
    pds_buf_byte(out, 0x04);
    pds_buf_byte(out, (uint8_t)nonce.len);
    pds_buf_put(out, nonce);
    pds_buf_put(out, behind);
    assert_int_equal(pds_buf_end(out, NULL), PDS_OK);
}

typedef struct code_row {
    const char *name;
    const char *behind; /* the nonce */
    size_t behind_len, mac;
    pds_code code;
} code_row;

static code_row codes[] = {
    { "a code of the 16 bytes that it says", "\x02\x01\x10", 3, 16, PDS_OK },
    { "a code of the 12 bytes that it says", "\x02\x01\x0c", 3, 12, PDS_OK },
    { "a code of 12 bytes, which need not be said", "", 0, 12, PDS_OK },
    { "a code that is longer than what is usual", "", 0, 16, PDS_E_CMS_UNREADABLE },
    { "a code that is shorter than it says", "\x02\x01\x10", 3, 12, PDS_E_CMS_UNREADABLE },
    { "a code that is longer than it says", "\x02\x01\x0c", 3, 16, PDS_E_CMS_UNREADABLE },
    { "a code of 4 bytes", "\x02\x01\x04", 3, 4, PDS_E_CMS_UNREADABLE },
    { "a code of 11 bytes", "\x02\x01\x0b", 3, 11, PDS_E_CMS_UNREADABLE },
    { "a code of none", "\x02\x01\x00", 3, 0, PDS_E_CMS_UNREADABLE },
    { "a code of less than none", "\x02\x01\xf4", 3, 12, PDS_E_CMS_UNREADABLE },
    { "a code whose length has two bytes", "\x02\x02\x00\x10", 4, 16, PDS_E_CMS_UNREADABLE },
    { "a code whose length is no number", "\x04\x01\x10", 3, 16, PDS_E_CMS_UNREADABLE },
    { "what says that it is authenticated, and is not", "\x02\x01\x10", 3, 0,
      PDS_E_CMS_UNREADABLE },
};

static void code_is_judged(void **state)
{
    const code_row *const r = *state;
    PDS_OWN(opened_drop) opened o = { .cms = { 0 } };
    PDS_OWN(pds_buf_drop) pds_buf parameters = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf plain = { 0 };
    open_as_made(rsa, &(enveloped_kind){ .cipher = "id-aes256-GCM" }, &o);
    put_parameters(&o, pds_span_of(r->behind, r->behind_len), &parameters);
    o.v.parameters = pds_buf_span(&parameters);
    o.v.mac.len = r->mac;
    assert_int_equal(open_content(&o, &plain), r->code);
    assert_int_equal(plain.len, r->code == PDS_OK ? strlen(TEXT) : 0);
}

static void what_is_not_authenticated_brings_no_code(void **state)
{
    PDS_OWN(opened_drop) opened o = { .cms = { 0 } };
    PDS_OWN(pds_buf_drop) pds_buf plain = { 0 };
    (void)state;
    open_as_made(rsa, &(enveloped_kind){ .cipher = "AES-256-CBC" }, &o);
    o.v.mac = pds_span_of(TEXT, 16);
    assert_int_equal(open_content(&o, &plain), PDS_E_CMS_UNREADABLE);
}

/* What is decrypted before its code is looked at stays nowhere. */
static void nothing_of_what_was_changed_is_left_in_memory(void **state)
{
    PDS_OWN(opened_drop) opened o = { .cms = { 0 } };
    PDS_OWN(pds_buf_drop) pds_buf plain = { 0 };
    (void)state;
    open_as_made(rsa, &(enveloped_kind){ .cipher = "id-aes256-GCM" }, &o);
    *(uint8_t *)o.v.mac.ptr ^= 1;
    assert_int_equal(open_content(&o, &plain), PDS_E_NOT_FOR_KEY);
    assert_int_equal(plain.len, 0);
    assert_true(plain.cap >= strlen(TEXT));
    for (size_t i = 0; i < strlen(TEXT); i++) {
        assert_int_equal(plain.ptr[i], 0);
    }
}

static void initial_values_of_other_sizes_are_refused(void **state)
{
    uint8_t parameters[2 + 100] = { 0x04 };
    PDS_OWN(opened_drop) opened o = { .cms = { 0 } };
    (void)state;
    open_as_made(rsa, &(enveloped_kind){ .cipher = "AES-256-CBC" }, &o);
    for (uint8_t len = 0; len <= 100; len++) {
        PDS_OWN(pds_buf_drop) pds_buf plain = { 0 };
        parameters[1] = len;
        o.v.parameters = pds_span_of(parameters, 2U + len);
        assert_true(len == 16 || open_content(&o, &plain) != PDS_OK);
    }
}

/* ---- keys that are wrapped ---- */

static void wrapped_keys_of_other_sizes_are_refused(void **state)
{
    static const uint8_t zeros[65536];
    static const size_t sizes[] = { 0, 1, 8, 15, 16, 17, 23, 24, 25, 63, 64, 65, 72, 4096, 65536 };
    const uint8_t shared[32] = { 1 };
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        PDS_OWN(pds_locked_drop) pds_buf key = { 0 };
        PDS_OWN(opened_drop) opened o = { .cms = { 0 } };
        open_as_made(curve, &(enveloped_kind){ .cipher = "AES-128-CBC" }, &o);
        assert_int_equal(pds_locked_new(4096, &key, NULL), PDS_OK);
        o.r.encrypted = pds_span_of(zeros, sizes[i]);
        const pds_code code =
            pds_recipient_unwrap(&o.r, pds_span_of(shared, sizeof shared), &key, NULL);
        assert_int_equal(code, sizes[i] == 24 || sizes[i] == 64 ? PDS_E_NOT_FOR_KEY
                                                                : PDS_E_CMS_UNREADABLE);
        assert_int_equal(key.len, 0);
    }
}

/* X9.63 over what OpenSSL writes of algorithm and ukm, and the key wrapped by it. */
static void wrap(const pds_recipient *r, pds_span ukm, pds_span shared, uint8_t out[24])
{
    const unsigned char *id = r->wrap_id.ptr;
    unsigned char *info = NULL;
    uint8_t kek[16];
    const uint8_t content_key[16] = { 7 };
    int len = 0;
    X509_ALGOR *const algorithm = d2i_X509_ALGOR(NULL, &id, (long)r->wrap_id.len);
    ASN1_OCTET_STRING *const value = ASN1_OCTET_STRING_new();
    NEED(algorithm != NULL && ASN1_OCTET_STRING_set(value, ukm.ptr, (int)ukm.len) == 1);
    const int info_len = CMS_SharedInfo_encode(&info, algorithm, value, sizeof kek);
    EVP_KDF *const kdf = EVP_KDF_fetch(NULL, "X963KDF", NULL);
    EVP_KDF_CTX *const ctx = EVP_KDF_CTX_new(kdf);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)r->kdf, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)shared.ptr, shared.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, (size_t)info_len),
        OSSL_PARAM_construct_end(),
    };
    NEED(info_len > 0 && EVP_KDF_derive(ctx, kek, sizeof kek, params) == 1);
    EVP_CIPHER_CTX *const c = EVP_CIPHER_CTX_new();
    EVP_CIPHER_CTX_set_flags(c, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    NEED(EVP_EncryptInit_ex(c, EVP_aes_128_wrap(), NULL, kek, NULL) == 1 &&
         EVP_EncryptUpdate(c, out, &len, content_key, sizeof content_key) == 1 && len == 24);
    EVP_CIPHER_CTX_free(c);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    OPENSSL_free(info);
    ASN1_OCTET_STRING_free(value);
    X509_ALGOR_free(algorithm);
}

/* An OCTET STRING of so many bytes, in shortest form. */
static void put_octets(size_t len, pds_buf *out)
{
    pds_buf_byte(out, 0x04);
    if (len >= 0x100) {
        pds_buf_byte(out, 0x82);
        pds_buf_byte(out, (uint8_t)(len >> 8));
    } else if (len >= 0x80) {
        pds_buf_byte(out, 0x81);
    }
    pds_buf_byte(out, (uint8_t)len);
    pds_buf_fill(out, 0x55, len);
}

static void long_user_keying_material_is_taken_as_it_is(void **state)
{
    static const size_t sizes[] = { 1, 64, 100, 120, 127, 128, 129, 255, 256, 1000, 20000 };
    const uint8_t shared[32] = { 9 };
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        PDS_OWN(opened_drop) opened o = { .cms = { 0 } };
        PDS_OWN(pds_buf_drop) pds_buf ukm = { 0 };
        PDS_OWN(pds_locked_drop) pds_buf key = { 0 };
        uint8_t wrapped[24];
        open_as_made(curve, &(enveloped_kind){ .cipher = "AES-128-CBC" }, &o);
        put_octets(sizes[i], &ukm);
        wrap(&o.r, pds_span_of(ukm.ptr + (ukm.len - sizes[i]), sizes[i]),
             pds_span_of(shared, sizeof shared), wrapped);
        o.r.ukm = pds_buf_span(&ukm);
        o.r.encrypted = pds_span_of(wrapped, sizeof wrapped);
        assert_int_equal(pds_locked_new(4096, &key, NULL), PDS_OK);
        assert_int_equal(pds_recipient_unwrap(&o.r, pds_span_of(shared, sizeof shared), &key, NULL),
                         PDS_OK);
        assert_int_equal(key.len, 16);
        assert_int_equal(key.ptr[0], 7);
    }
}

/* ---- keys that are transported ---- */

static void labels_are_refused(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf plain = { 0 };
    (void)state;
    enveloped_make(rsa,
                   &(enveloped_kind){ .cipher = "AES-128-CBC", .oaep = "SHA256", .label = "x" },
                   pds_span_text(TEXT), &cms);
    assert_int_equal(enveloped_undo(rsa, pds_buf_span(&cms), &plain, NULL), PDS_E_CMS_UNREADABLE);
}

static void digests_that_are_not_known_are_refused(void **state)
{
    static const enveloped_kind kinds[] = {
        { .cipher = "AES-128-CBC", .oaep = "SHA224" },
        { .cipher = "AES-128-CBC", .oaep = "SHA256", .mgf = "SHA224" },
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf plain = { 0 };
        enveloped_make(rsa, &kinds[i], pds_span_text(TEXT), &cms);
        assert_int_equal(enveloped_undo(rsa, pds_buf_span(&cms), &plain, NULL),
                         PDS_E_CMS_UNREADABLE);
    }
}

/* A bit anywhere: an error, or what went in (where the bit means nothing), or, in what is not
 * authenticated, other bytes of about that length. */
static void each_changed_byte_ends_well(void **state)
{
    static const enveloped_kind kinds[] = {
        { .cipher = "AES-128-CBC", .oaep = "SHA256", .mgf = "SHA1" },
        { .cipher = "AES-128-CBC", .streamed = true },
    };
    (void)state;
    for (size_t kind = 0; kind < 2; kind++) {
        const pki *const p = kind == 0 ? rsa : curve;
        PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
        enveloped_make(p, &kinds[kind], pds_span_text(TEXT), &cms);
        for (size_t i = 0; i < cms.len; i++) {
            PDS_OWN(pds_buf_drop) pds_buf plain = { 0 };
            cms.ptr[i] ^= 0x04;
            const pds_code code = enveloped_undo(p, pds_buf_span(&cms), &plain, NULL);
            cms.ptr[i] ^= 0x04;
            assert_true(plain.len <= strlen(TEXT) + 16);
            assert_true(code == PDS_OK || plain.len == 0);
        }
    }
}

/* ---- structures ---- */

/* ContentInfo { envelopedData, EnvelopedData { 0, {}, { data, aes128-CBC, content } } }, all of
 * indefinite length, with `content` behind. */
static void put_outline(const char *content, size_t len, pds_buf *out)
{
    static const uint8_t head[] = {
        0x30, 0x80, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x03, 0xA0,
        0x80, 0x30, 0x80, 0x02, 0x01, 0x00, 0x31, 0x00, 0x30, 0x80, 0x06, 0x09, 0x2A, 0x86,
        0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01, 0x30, 0x1D, 0x06, 0x09, 0x60, 0x86, 0x48,
        0x01, 0x65, 0x03, 0x04, 0x01, 0x02, 0x04, 0x10, 0,    0,    0,    0,    0,    0,
        0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
    };
    pds_buf_put(out, pds_span_of(head, sizeof head));
    pds_buf_put(out, pds_span_of(content, len));
}

static pds_code read_it(const pds_buf *cms)
{
    PDS_OWN(pds_enveloped_drop) pds_enveloped v = { .recipients = { 0 } };
    return pds_enveloped_read(pds_buf_span(cms), &v, NULL);
}

static void pieces_in_pieces_end(void **state)
{
    enum { DEEP = 100000 };
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    (void)state;
    put_outline("\xA0\x80", 2, &cms);
    for (size_t i = 0; i < DEEP; i++) {
        pds_buf_put(&cms, pds_span_of("\x24\x80", 2));
    }
    pds_buf_put(&cms, pds_span_of("\x04\x01x", 3));
    pds_buf_fill(&cms, 0, 2 * (size_t)DEEP + 10);
    assert_int_equal(read_it(&cms), PDS_E_CMS_UNREADABLE);
}

typedef struct outline_row {
    const char *name, *content;
    size_t len;
    pds_code code;
} outline_row;

#define CONTENT(text) text, sizeof(text) - 1

static outline_row outlines[] = {
    { "content in pieces", CONTENT("\xA0\x80\x04\x01x\x04\x01y\0\0\0\0\0\0\0\0\0\0"), PDS_OK },
    { "content in no piece", CONTENT("\xA0\x80\0\0\0\0\0\0\0\0\0\0"), PDS_OK },
    { "no content", CONTENT("\0\0\0\0\0\0\0\0"), PDS_E_CMS_UNREADABLE },
    { "a piece that is no piece", CONTENT("\xA0\x80\x02\x01x\0\0\0\0\0\0\0\0\0\0"),
      PDS_E_CMS_UNREADABLE },
    { "a piece that is longer than all", CONTENT("\xA0\x80\x04\x84\xff\xff\xff\xffx"),
      PDS_E_CMS_UNREADABLE },
    { "a piece whose length has nine bytes", CONTENT("\xA0\x80\x04\x89\0\0\0\0\0\0\0\0\1x"),
      PDS_E_CMS_UNREADABLE },
    { "pieces that do not end", CONTENT("\xA0\x80\x04\x01x"), PDS_E_CMS_UNREADABLE },
};

static void outline_is_judged(void **state)
{
    const outline_row *const r = *state;
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    put_outline(r->content, r->len, &cms);
    assert_int_equal(read_it(&cms), r->code);
}

/* ---- */

static int make_people(void **state)
{
    (void)state;
    rsa = pki_new(&(pki_profile){ .key = PKI_RSA_2048, .key_identifier = true });
    curve = pki_new(&(pki_profile){ .key = PKI_P256, .key_identifier = true });
    return 0;
}

static int drop_people(void **state)
{
    (void)state;
    pki_drop(&rsa);
    pki_drop(&curve);
    return 0;
}

int main(void)
{
    enum {
        CODES = sizeof codes / sizeof codes[0],
        OUTLINES = sizeof outlines / sizeof outlines[0],
        OTHERS = 9
    };
    struct CMUnitTest tests[OTHERS + CODES + OUTLINES] = {
        cmocka_unit_test(what_is_not_authenticated_brings_no_code),
        cmocka_unit_test(nothing_of_what_was_changed_is_left_in_memory),
        cmocka_unit_test(initial_values_of_other_sizes_are_refused),
        cmocka_unit_test(wrapped_keys_of_other_sizes_are_refused),
        cmocka_unit_test(long_user_keying_material_is_taken_as_it_is),
        cmocka_unit_test(labels_are_refused),
        cmocka_unit_test(digests_that_are_not_known_are_refused),
        cmocka_unit_test(each_changed_byte_ends_well),
        cmocka_unit_test(pieces_in_pieces_end),
    };
    for (size_t i = 0; i < CODES; i++) {
        tests[OTHERS + i] =
            (struct CMUnitTest){ codes[i].name, code_is_judged, NULL, NULL, &codes[i] };
    }
    for (size_t i = 0; i < OUTLINES; i++) {
        tests[OTHERS + CODES + i] =
            (struct CMUnitTest){ outlines[i].name, outline_is_judged, NULL, NULL, &outlines[i] };
    }
    return cmocka_run_group_tests(tests, make_people, drop_people);
}
