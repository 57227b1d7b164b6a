#include "base/locked.h"
#include "base/own.h"
#include "cms/evp.h"
#include "token/emsa.h"
#include "token/piv.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

enum { AUTHENTICATE = 0x87, CHALLENGE = 0x81, RESPONSE = 0x82, POINT = 0x85 };
enum { ANSWER_MAX = 1024 }; /* what comes of a private key of 4096 bits, and more */

/* Algorithm references of GENERAL AUTHENTICATE (SP 800-78-5, table 8). */
static const struct {
    pds_key_kind kind;
    int bits;
    uint8_t reference;
} ALGORITHMS[] = {
    { PDS_KEY_RSA, 2048, 0x07 }, { PDS_KEY_RSA, 3072, 0x05 }, { PDS_KEY_RSA, 4096, 0x16 },
    { PDS_KEY_EC, 256, 0x11 },   { PDS_KEY_EC, 384, 0x14 },
};

static pds_code find_algorithm(const pds_device_key *key, uint8_t *out, pds_err *e)
{
    for (size_t i = 0; key->public_half != NULL && i < sizeof ALGORITHMS / sizeof ALGORITHMS[0];
         i++) {
        if (pds_evp_kind(key->public_half) == ALGORITHMS[i].kind &&
            EVP_PKEY_get_bits(key->public_half) == ALGORITHMS[i].bits) {
            *out = ALGORITHMS[i].reference;
            return PDS_OK;
        }
    }
    PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED,
             "keys of PIV cards are RSA of 2048 to 4096 bits, P-256, P-384");
}

/* A key of the card, and whose PIN is for it. */
typedef struct use {
    pds_card *card;
    const pds_piv *piv;
    const pds_device_key *key;
} use;

/* 7C { 82 empty, tag value } and back: 7C { 82 answer } (SP 800-73-4, part 2, 3.2.4). */
static pds_code authenticate(const use *u, uint8_t tag, pds_span value, pds_buf *answer,
                             pds_span *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf inner = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    pds_span outer = { 0 };
    uint16_t status = 0;
    uint8_t algorithm = 0;
    PDS_TRY(find_algorithm(u->key, &algorithm, e));
    pds_tlv_put(&inner, RESPONSE, pds_span_of(NULL, 0));
    pds_tlv_put(&inner, tag, value);
    PDS_TRY(pds_buf_end(&inner, e));
    pds_tlv_put(&data, 0x7C, pds_buf_span(&inner));
    PDS_TRY(pds_buf_end(&data, e));
    const pds_apdu apdu = { .ins = AUTHENTICATE,
                            .p1 = algorithm,
                            .p2 = (uint8_t)strtoul(u->key->id, NULL, 16),
                            .data = pds_buf_span(&data),
                            .expected = pds_buf_span(&data).len > 256 ? 65536 : 256 };
    PDS_TRY(pds_card_send(u->card, &apdu, answer, &status, e));
    PDS_TRY(pds_piv_check_use(u->card, u->piv, status, "use the key", e));
    if (!pds_tlv_find(pds_buf_span(answer), 0x7C, &outer) || !pds_tlv_find(outer, RESPONSE, out) ||
        out->len == 0) {
        PDS_FAIL(e, PDS_E_KEY_FAILED, "the card reported success, but its answer holds no result");
    }
    if (outer.ptr + outer.len != answer->ptr + answer->len) {
        PDS_FAIL(e, PDS_E_KEY_FAILED, "the card's answer has bytes too many");
    }
    return PDS_OK;
}

/* As long as the curve's order (SP 800-73-4, part 2, 3.2.4): cut, or with zeros before it. */
static pds_code put_number(pds_span digest, size_t size, pds_buf *out, pds_err *e)
{
    const size_t len = digest.len > size ? size : digest.len;
    pds_buf_fill(out, 0, size - len);
    pds_buf_put(out, pds_span_of(digest.ptr, len));
    return pds_buf_end(out, e);
}

/* What the card is handed: the padded digest, or for curves the digest as a number. */
static pds_code make_input(const pds_device_key *key, pds_algorithm algorithm, pds_span message,
                           pds_buf *out, pds_err *e)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    const size_t bits = (size_t)EVP_PKEY_get_bits(key->public_half);
    const pds_span value = pds_span_of(digest, pds_digest_size(algorithm.digest));
    if (EVP_Digest(message.ptr, message.len, digest, NULL, pds_evp_md(algorithm.digest), NULL) !=
        1) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no digest: %s", pds_evp_reason());
    }
    switch (algorithm.scheme) {
    case PDS_SCHEME_RSA_PKCS1:
        return pds_emsa_pkcs1(algorithm.digest, value, bits / 8, out, e);
    case PDS_SCHEME_RSA_PSS:
        return pds_emsa_pss(algorithm.digest, value, bits, out, e);
    case PDS_SCHEME_ECDSA:
        return put_number(value, bits / 8, out, e);
    default:
        PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "PIV cards make no such signatures");
    }
}

pds_code pds_piv_sign(pds_card *card, void *state, const pds_device_key *key,
                      pds_algorithm algorithm, pds_span message, pds_buf *signature, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf input = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf answer = { 0 };
    pds_span value = { 0 };
    uint8_t known = 0;
    const use u = { .card = card, .piv = state, .key = key };
    PDS_TRY(find_algorithm(key, &known, e));
    PDS_TRY(make_input(key, algorithm, message, &input, e));
    PDS_TRY(authenticate(&u, CHALLENGE, pds_buf_span(&input), &answer, &value, e));
    pds_buf_put(signature, value); /* curves: Ecdsa-Sig-Value already */
    return pds_buf_end(signature, e);
}

/* ---- decrypting ---- */

/* The card raises to the power and leaves the padding to its host, which looks at all of it before
 * it says anything (RFC 8017, 7.2.2, note). */
static pds_code unpad_pkcs1(pds_span em, pds_buf *locked, pds_err *e)
{
    size_t zero = 0;
    unsigned bad = em.len < 11 || em.ptr[0] != 0 || em.ptr[1] != 2;
    for (size_t i = 2; i < em.len; i++) {
        zero = zero == 0 && em.ptr[i] == 0 ? i : zero;
    }
    bad |= zero < 10;
    if (bad != 0) {
        PDS_FAIL(e, PDS_E_NOT_FOR_KEY, "what was encrypted is not for this key");
    }
    pds_buf_put(locked, pds_span_of(em.ptr + zero + 1, em.len - zero - 1));
    return pds_buf_end(locked, e);
}

static pds_code decrypt_ecdh(const use *u, const EVP_PKEY *peer, pds_buf *locked, pds_err *e)
{
    PDS_OWN(pds_locked_drop) pds_buf answer = { 0 };
    uint8_t point[PDS_POINT_MAX];
    size_t len = 0;
    pds_span value = { 0 };
    PDS_TRY(pds_locked_new(ANSWER_MAX, &answer, e));
    PDS_TRY(pds_ecdh_point(peer, point, &len, e));
    PDS_TRY(authenticate(u, POINT, pds_span_of(point, len), &answer, &value, e));
    pds_buf_put(locked, value);
    return pds_buf_end(locked, e);
}

pds_code pds_piv_decrypt(pds_card *card, void *state, const pds_device_key *key,
                         const pds_decryption *how, pds_buf *locked, pds_err *e)
{
    PDS_OWN(pds_locked_drop) pds_buf answer = { 0 };
    pds_span value = { 0 };
    const use u = { .card = card, .piv = state, .key = key };
    if (how->scheme == PDS_DECRYPT_ECDH) {
        return decrypt_ecdh(&u, how->peer, locked, e);
    }
    if (key->public_half == NULL ||
        how->ciphertext.len != (size_t)EVP_PKEY_get_size(key->public_half)) {
        PDS_FAIL(e, PDS_E_NOT_FOR_KEY, "what was encrypted is not for this key");
    }
    PDS_TRY(pds_locked_new(ANSWER_MAX, &answer, e));
    PDS_TRY(authenticate(&u, CHALLENGE, how->ciphertext, &answer, &value, e));
    return how->scheme == PDS_DECRYPT_OAEP
               ? pds_emsa_oaep_undo(how->digest, how->mgf, value, locked, e)
               : unpad_pkcs1(value, locked, e);
}
