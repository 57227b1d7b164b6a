#include "token/emsa.h"

#include "base/own.h"
#include "cms/evp.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

/* ---- PKCS#1 v1.5 ---- */

/* What stands before a digest: SEQUENCE { AlgorithmIdentifier with NULL, OCTET STRING }. */
typedef struct lead {
    pds_digest digest;
    uint8_t der[19];
} lead;

enum { LEAD = 19 };
#define SHA2(total, arc, size)                                                                    \
    {                                                                                             \
        0x30, total, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc, \
            0x05, 0x00, 0x04, size                                                                \
    }
static const lead LEADS[] = {
    { PDS_SHA256, SHA2(0x31, 0x01, 0x20) },
    { PDS_SHA384, SHA2(0x41, 0x02, 0x30) },
    { PDS_SHA512, SHA2(0x51, 0x03, 0x40) },
};
#undef SHA2

pds_code pds_emsa_digest_info(pds_digest digest, pds_span value, pds_buf *out, pds_err *e)
{
    for (size_t i = 0; i < sizeof LEADS / sizeof LEADS[0]; i++) {
        if (LEADS[i].digest == digest) {
            pds_buf_put(out, pds_span_of(LEADS[i].der, LEAD));
            pds_buf_put(out, value);
            return pds_buf_end(out, e);
        }
    }
    PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "no such digest with PKCS#1 v1.5");
}

pds_code pds_emsa_pkcs1(pds_digest digest, pds_span value, size_t modulus_bytes, pds_buf *out,
                        pds_err *e)
{
    enum { LEAST = 11 }; /* 00 01, eight of FF, 00 */
    PDS_OWN(pds_buf_drop) pds_buf info = { 0 };
    PDS_TRY(pds_emsa_digest_info(digest, value, &info, e));
    if (info.len + LEAST > modulus_bytes) {
        PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "the key is too short for that digest");
    }
    pds_buf_byte(out, 0x00);
    pds_buf_byte(out, 0x01);
    for (size_t i = info.len + 3; i < modulus_bytes; i++) {
        pds_buf_byte(out, 0xFF);
    }
    pds_buf_byte(out, 0x00);
    pds_buf_put(out, pds_buf_span(&info));
    return pds_buf_end(out, e);
}

/* ---- PSS ---- */

static bool hash3(const EVP_MD *md, pds_span a, pds_span b, pds_span c, uint8_t *out)
{
    EVP_MD_CTX *const ctx = EVP_MD_CTX_new();
    const bool done =
        ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) == 1 &&
        EVP_DigestUpdate(ctx, a.ptr, a.len) == 1 && EVP_DigestUpdate(ctx, b.ptr, b.len) == 1 &&
        EVP_DigestUpdate(ctx, c.ptr, c.len) == 1 && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return done;
}

/* MGF1 (appendix B.2.1), laid over what is there. */
static bool mask_by(const EVP_MD *md, pds_span seed, uint8_t *over, size_t len)
{
    uint8_t block[EVP_MAX_MD_SIZE];
    const size_t size = (size_t)EVP_MD_get_size(md);
    for (size_t i = 0; i * size < len; i++) {
        const uint8_t counter[4] = { (uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8),
                                     (uint8_t)i };
        if (!hash3(md, seed, pds_span_of(counter, sizeof counter), pds_span_of(NULL, 0), block)) {
            return false;
        }
        for (size_t k = i * size; k < len && k < (i + 1) * size; k++) {
            over[k] ^= block[k - i * size];
        }
    }
    return true;
}

/* EM = maskedDB || H || BC, in em_len bytes; the salt is as long as the digest. */
static bool encode(const EVP_MD *md, pds_span value, uint8_t *em, size_t em_len)
{
    static const uint8_t zeros[8];
    const size_t size = value.len;
    uint8_t *const salt = em + em_len - 1 - 2 * size;
    uint8_t *const hash = salt + size;
    memset(em, 0, em_len);
    salt[-1] = 0x01;
    em[em_len - 1] = 0xBC;
    return RAND_bytes(salt, (int)size) == 1 &&
           hash3(md, pds_span_of(zeros, sizeof zeros), value, pds_span_of(salt, size), hash) &&
           mask_by(md, pds_span_of(hash, size), em, em_len - 1 - size);
}

pds_code pds_emsa_pss(pds_digest digest, pds_span value, size_t modulus_bits, pds_buf *out,
                      pds_err *e)
{
    const size_t bits = modulus_bits - 1, len = (bits + 7) / 8, whole = (modulus_bits + 7) / 8;
    if (len < 2 * value.len + 2) {
        PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "the key is too short for that digest");
    }
    uint8_t *const room = pds_buf_grow(out, whole);
    PDS_TRY(pds_buf_end(out, e));
    room[0] = 0;
    uint8_t *const em = room + (whole - len);
    if (!encode(pds_evp_md(digest), value, em, len)) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "the padding can't be made: %s", pds_evp_reason());
    }
    em[0] &= (uint8_t)(0xFF >> (8 * len - bits));
    return PDS_OK;
}

/* ---- OAEP ---- */

/* DB = lHash || zeros || 01 || message: all of it is looked at before anything is said. */
static bool find_message(pds_span db, const uint8_t *label, size_t size, size_t *at)
{
    unsigned bad = CRYPTO_memcmp(db.ptr, label, size) != 0;
    size_t one = 0;
    for (size_t i = size; i < db.len; i++) {
        bad |= one == 0 && db.ptr[i] > 1;
        one = one == 0 && db.ptr[i] == 1 ? i : one;
    }
    *at = one + 1;
    return bad == 0 && one != 0;
}

/* Where CMS and PKCS #1 name no digest. */
static const EVP_MD *md_of(pds_digest digest)
{
    return digest == PDS_DIGEST_DEFAULT ? EVP_sha1() : pds_evp_md(digest);
}

static bool undo_oaep(const EVP_MD *md, const EVP_MD *mgf, uint8_t *em, size_t len,
                      pds_span *message)
{
    uint8_t label[EVP_MAX_MD_SIZE];
    const size_t size = (size_t)EVP_MD_get_size(md);
    uint8_t *const seed = em + 1;
    uint8_t *const db = em + 1 + size;
    const size_t db_len = len - 1 - size;
    size_t at = 0;
    /* maskedSeed = seed ^ MGF(maskedDB), of the digest's size; then DB */
    if (!mask_by(mgf, pds_span_of(db, db_len), seed, size) ||
        !mask_by(mgf, pds_span_of(seed, size), db, db_len) ||
        EVP_Digest("", 0, label, NULL, md, NULL) != 1 || em[0] != 0 ||
        !find_message(pds_span_of(db, db_len), label, size, &at)) {
        return false;
    }
    *message = pds_span_of(db + at, db_len - at);
    return true;
}

pds_code pds_emsa_oaep_undo(pds_digest digest, pds_digest mgf, pds_span em, pds_buf *out,
                            pds_err *e)
{
    enum { MODULUS_MAX = 1024 };
    uint8_t copy[MODULUS_MAX];
    const EVP_MD *const md = md_of(digest);
    pds_span message = { 0 };
    const bool fits = em.len <= sizeof copy && em.len >= 2 * (size_t)EVP_MD_get_size(md) + 2;
    if (fits) {
        memcpy(copy, em.ptr, em.len);
    }
    const bool done = fits && undo_oaep(md, md_of(mgf), copy, em.len, &message);
    if (done) {
        pds_buf_put(out, message);
    }
    OPENSSL_cleanse(copy, sizeof copy);
    if (!done) {
        PDS_FAIL(e, PDS_E_NOT_FOR_KEY, "what was encrypted is not for this key");
    }
    return pds_buf_end(out, e);
}

/* ---- ECDH ---- */

pds_code pds_ecdh_point(const EVP_PKEY *peer, uint8_t out[PDS_POINT_MAX], size_t *len, pds_err *e)
{
    if (peer == NULL || EVP_PKEY_get_octet_string_param(peer, OSSL_PKEY_PARAM_PUB_KEY, out,
                                                        PDS_POINT_MAX, len) != 1) {
        PDS_FAIL(e, PDS_E_CMS_UNREADABLE, "the sender's key is of a kind that is not known");
    }
    return PDS_OK;
}

/* ---- ECDSA ---- */

/* INTEGER: without leading zeros, with one where it would be negative. */
static void put_integer(pds_span number, pds_buf *out)
{
    while (number.len > 1 && number.ptr[0] == 0) {
        number = pds_span_of(number.ptr + 1, number.len - 1);
    }
    const bool high = (number.ptr[0] & 0x80) != 0;
    pds_buf_byte(out, 0x02);
    pds_buf_byte(out, (uint8_t)(number.len + (high ? 1 : 0)));
    if (high) {
        pds_buf_byte(out, 0x00);
    }
    pds_buf_put(out, number);
}

pds_code pds_ecdsa_value_put(pds_span r_and_s, pds_buf *out, pds_err *e)
{
    enum { NUMBER_MAX = 66, LONG = 0x80 }; /* P-521 */
    PDS_OWN(pds_buf_drop) pds_buf numbers = { 0 };
    const size_t half = r_and_s.len / 2;
    if (r_and_s.len == 0 || r_and_s.len % 2 != 0 || half > NUMBER_MAX) {
        PDS_FAIL(e, PDS_E_KEY_FAILED, "the token's signature has %zu bytes", r_and_s.len);
    }
    put_integer(pds_span_of(r_and_s.ptr, half), &numbers);
    put_integer(pds_span_of(r_and_s.ptr + half, half), &numbers);
    PDS_TRY(pds_buf_end(&numbers, e));
    pds_buf_byte(out, 0x30);
    if (numbers.len >= LONG) {
        pds_buf_byte(out, 0x81);
    }
    pds_buf_byte(out, (uint8_t)numbers.len);
    pds_buf_put(out, pds_buf_span(&numbers));
    return pds_buf_end(out, e);
}
