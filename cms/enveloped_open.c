#include "base/own.h"
#include "cms/der.h"
#include "cms/enveloped.h"
#include "cms/evp.h"
#include "cms/oid.h"

#include <limits.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

static const struct {
    pds_span oid;
    const char *cipher;
    size_t key;
    bool gcm;
} CIPHERS[] = {
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x02"), "AES-128-CBC", 16, false },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x16"), "AES-192-CBC", 24, false },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2A"), "AES-256-CBC", 32, false },
    { PDS_OID("\x2A\x86\x48\x86\xF7\x0D\x03\x07"), "DES-EDE3-CBC", 24, false },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x06"), "AES-128-GCM", 16, true },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x1A"), "AES-192-GCM", 24, true },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2E"), "AES-256-GCM", 32, true },
};

enum { CIPHER_COUNT = sizeof CIPHERS / sizeof CIPHERS[0], BLOCK = 16, IV_MAX = 64 };
/* RFC 5084, 3.2: shorter codes are found by trying; what is not said is 12. */
enum { MAC_MIN = 12, MAC_MAX = 16 };

/* IV OCTET STRING; of GCM SEQUENCE { nonce, bytes of the code DEFAULT 12 }. *mac: those bytes; 0
 * where there is no code. */
static bool read_parameters(pds_span parameters, bool gcm, pds_span *iv, size_t *mac)
{
    pds_der element = { 0 };
    *mac = gcm ? MAC_MIN : 0;
    if (gcm) {
        if (!pds_der_expect(&parameters, PDS_DER_SEQUENCE, &element)) {
            return false;
        }
        parameters = element.body;
    }
    if (!pds_der_expect(&parameters, PDS_DER_OCTETS, &element)) {
        return false;
    }
    *iv = element.body;
    if (gcm && parameters.len > 0) {
        if (!pds_der_expect(&parameters, PDS_DER_INTEGER, &element) || element.body.len != 1) {
            return false;
        }
        *mac = element.body.ptr[0];
    }
    return iv->len > 0 && iv->len <= IV_MAX && (!gcm || (*mac >= MAC_MIN && *mac <= MAC_MAX));
}

static bool begin(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *cipher, const pds_enveloped *v,
                  pds_span key, pds_span iv)
{
    const bool gcm = v->mac.len > 0;
    int none = 0;
    if (EVP_DecryptInit_ex2(ctx, cipher, NULL, NULL, NULL) != 1 ||
        (gcm && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, (int)iv.len, NULL) != 1) ||
        (!gcm && iv.len != (size_t)EVP_CIPHER_get_iv_length(cipher)) ||
        EVP_DecryptInit_ex2(ctx, NULL, key.ptr, iv.ptr, NULL) != 1) {
        return false;
    }
    if (gcm &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)v->mac.len, (void *)v->mac.ptr) != 1) {
        return false;
    }
    /* what is authenticated besides is the SET, not its context's tag (RFC 5083, 2.2) */
    const uint8_t set = PDS_DER_SET;
    return v->attributes.len == 0 || (EVP_DecryptUpdate(ctx, NULL, &none, &set, 1) == 1 &&
                                      EVP_DecryptUpdate(ctx, NULL, &none, v->attributes.ptr + 1,
                                                        (int)v->attributes.len - 1) == 1);
}

static pds_code decrypt(const char *name, const pds_enveloped *v, pds_span key, pds_span iv,
                        pds_buf *out, pds_err *e)
{
    int got = 0;
    int last = 0;
    const size_t before = out->len;
    uint8_t *const room = pds_buf_grow(out, v->content.len + BLOCK);
    PDS_TRY(pds_buf_end(out, e));
    EVP_CIPHER *const cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    EVP_CIPHER_CTX *const ctx = EVP_CIPHER_CTX_new();
    const bool done =
        cipher != NULL && ctx != NULL && begin(ctx, cipher, v, key, iv) &&
        EVP_DecryptUpdate(ctx, room, &got, v->content.ptr, (int)v->content.len) == 1 &&
        EVP_DecryptFinal_ex(ctx, room + got, &last) == 1;
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
    out->len = before + (done ? (size_t)got + (size_t)last : 0);
    if (!done) {
        OPENSSL_cleanse(room, v->content.len + BLOCK); /* what nobody has vouched for */
        pds_evp_forget();
        PDS_FAIL(e, PDS_E_NOT_FOR_KEY,
                 "the content does not come out right: another key, or it was changed");
    }
    return PDS_OK;
}

pds_code pds_enveloped_open(const pds_enveloped *v, pds_span key, pds_buf *out, pds_err *e)
{
    pds_span iv = { 0 };
    size_t mac = 0;
    size_t i = 0;
    while (i < CIPHER_COUNT && !pds_span_eq(CIPHERS[i].oid, v->cipher)) {
        i++;
    }
    if (i == CIPHER_COUNT || !read_parameters(v->parameters, CIPHERS[i].gcm, &iv, &mac) ||
        v->mac.len != mac || v->content.len > INT_MAX) {
        char oid[PDS_OID_TEXT];
        pds_oid_text(v->cipher, oid);
        PDS_FAIL(e, PDS_E_CMS_UNREADABLE, "the content is encrypted in an unknown way (%s)", oid);
    }
    if (key.len != CIPHERS[i].key) {
        PDS_FAIL(e, PDS_E_NOT_FOR_KEY, "the key of the content does not come out right");
    }
    return decrypt(CIPHERS[i].cipher, v, key, iv, out, e);
}
