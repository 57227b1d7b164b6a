#include "base/base64.h"
#include "base/locked.h"
#include "base/own.h"
#include "token/piv.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

/* Algorithms of management keys (SP 800-78-4, table 6-1). */
static const struct {
    uint8_t reference;
    size_t key, block;
    const char *cipher;
} CIPHERS[] = {
    { 0x03, 24, 8, "DES-EDE3-ECB" },
    { 0x08, 16, 16, "AES-128-ECB" },
    { 0x0A, 24, 16, "AES-192-ECB" },
    { 0x0C, 32, 16, "AES-256-ECB" },
};

enum { AUTHENTICATE = 0x87, MANAGEMENT = 0x9B, CIPHER_COUNT = 4, BLOCK_MAX = 16, KEY_MAX = 32 };

static pds_code take_challenge(pds_card *card, uint8_t reference, pds_buf *out, uint16_t *status,
                               pds_err *e)
{
    static const uint8_t ask[] = { 0x7C, 0x02, 0x81, 0x00 };
    PDS_OWN(pds_buf_drop) pds_buf answer = { 0 };
    pds_span outer = { 0 };
    pds_span challenge = { 0 };
    const pds_apdu apdu = { .ins = AUTHENTICATE,
                            .p1 = reference,
                            .p2 = MANAGEMENT,
                            .data = pds_span_of(ask, sizeof ask),
                            .expected = 256 };
    PDS_TRY(pds_card_send(card, &apdu, &answer, status, e));
    if (*status == 0x9000 && pds_tlv_find(pds_buf_span(&answer), 0x7C, &outer) &&
        pds_tlv_find(outer, 0x81, &challenge)) {
        pds_buf_put(out, challenge);
    }
    return pds_buf_end(out, e);
}

static bool encrypt_block(const char *name, const uint8_t *key, pds_span in, uint8_t out[BLOCK_MAX])
{
    int len = 0;
    EVP_CIPHER *const cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    EVP_CIPHER_CTX *const ctx = EVP_CIPHER_CTX_new();
    const bool done = cipher != NULL && ctx != NULL &&
                      EVP_EncryptInit_ex2(ctx, cipher, key, NULL, NULL) == 1 &&
                      EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
                      EVP_EncryptUpdate(ctx, out, &len, in.ptr, (int)in.len) == 1;
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
    return done && (size_t)len == in.len;
}

static pds_code answer_challenge(pds_card *card, size_t row, pds_span key, pds_span challenge,
                                 pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf response = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf none = { 0 };
    uint8_t block[BLOCK_MAX];
    uint16_t status = 0;
    if (challenge.len != CIPHERS[row].block ||
        !encrypt_block(CIPHERS[row].cipher, key.ptr, challenge, block)) {
        PDS_FAIL(e, PDS_E_TOKEN_FAILED, "the card's challenge can't be answered");
    }
    pds_tlv_put(&response, 0x82, pds_span_of(block, challenge.len));
    PDS_TRY(pds_buf_end(&response, e));
    pds_tlv_put(&data, 0x7C, pds_buf_span(&response));
    PDS_TRY(pds_buf_end(&data, e));
    const pds_apdu apdu = { .ins = AUTHENTICATE,
                            .p1 = CIPHERS[row].reference,
                            .p2 = MANAGEMENT,
                            .data = pds_buf_span(&data),
                            .secret = true };
    PDS_TRY(pds_card_send(card, &apdu, &none, &status, e));
    if (status != 0x9000) {
        PDS_FAIL(e, PDS_E_PIN_WRONG, "the card does not take the management key");
    }
    return PDS_OK;
}

/* The first kind of that length that the card knows. */
static pds_code prove(pds_card *card, pds_span key, pds_err *e)
{
    for (size_t i = 0; i < CIPHER_COUNT; i++) {
        PDS_OWN(pds_buf_drop) pds_buf challenge = { 0 };
        uint16_t status = 0;
        if (CIPHERS[i].key != key.len) {
            continue;
        }
        PDS_TRY(take_challenge(card, CIPHERS[i].reference, &challenge, &status, e));
        if (challenge.len > 0) {
            return answer_challenge(card, i, key, pds_buf_span(&challenge), e);
        }
    }
    PDS_FAIL(e, PDS_E_USAGE, "the card has no management key of %zu bytes: it was not tried",
             key.len);
}

static bool is_length(size_t bytes)
{
    for (size_t i = 0; i < CIPHER_COUNT; i++) {
        if (CIPHERS[i].key == bytes) {
            return true;
        }
    }
    return false;
}

pds_code pds_piv_manage(pds_card *card, const pds_secret *management, pds_err *e)
{
    PDS_OWN(pds_locked_drop) pds_buf key = { 0 };
    if (management == NULL) {
        PDS_FAIL(e, PDS_E_PIN_NEEDED, "the card's management key is needed to write");
    }
    PDS_TRY(pds_locked_new(KEY_MAX, &key, e));
    if (!pds_hex_take(pds_secret_span(management), &key) || key.bad != PDS_OK ||
        !is_length(key.len)) {
        PDS_FAIL(e, PDS_E_USAGE, "a management key is 32, 48 or 64 hexadecimal digits");
    }
    return prove(card, pds_buf_span(&key), e);
}
