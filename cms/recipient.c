#include "base/own.h"
#include "cms/ber.h"
#include "cms/enveloped.h"
#include "cms/evp.h"
#include "cms/oid.h"
#include "cms/x509.h"

#include <string.h>

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/x509v3.h>

static const pds_span RSA_PKCS1 = PDS_OID("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01");
static const pds_span RSA_OAEP = PDS_OID("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x07");

void pds_recipient_drop(pds_recipient *r)
{
    EVP_PKEY_free(r->peer);
    *r = (pds_recipient){ .peer = NULL };
}

/* ---- who it is for ---- */

/* subjectKeyIdentifier of the certificate; empty: none. */
static pds_span key_identifier(const pds_cert *cert)
{
    const X509 *const x = pds_cert_x509(cert);
    const ASN1_OCTET_STRING *const id = x == NULL ? NULL : X509_get0_subject_key_id((X509 *)x);
    return id == NULL ? pds_span_of(NULL, 0) : pds_asn1_span(id);
}

/* IssuerAndSerialNumber, or [0] a key's identifier. */
static bool is_for(const pds_der *id, const pds_cert *cert)
{
    pds_der part = { 0 };
    bool loose = false;
    pds_span body = id->body;
    if (id->tag == PDS_DER_PRIMITIVE_0) {
        const pds_span own = key_identifier(cert);
        return own.len > 0 && pds_span_eq(id->body, own);
    }
    return id->tag == PDS_DER_SEQUENCE && pds_ber_take(&body, &part, &loose) &&
           pds_span_eq(part.whole, pds_cert_issuer_der(cert)) &&
           pds_ber_take(&body, &part, &loose) && pds_span_eq(part.whole, pds_cert_serial_der(cert));
}

/* ---- keys that are transported ---- */

static const struct {
    pds_span oid;
    pds_digest digest;
} HASHES[] = {
    { PDS_OID("\x2B\x0E\x03\x02\x1A"), PDS_DIGEST_DEFAULT },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x01"), PDS_SHA256 },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x02"), PDS_SHA384 },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x03"), PDS_SHA512 },
};

static const pds_span MGF1 = PDS_OID("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x08");
static const pds_span SPECIFIED = PDS_OID("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x09");

/* AlgorithmIdentifier: the identifier, and what stands behind it. */
static bool take_algorithm(pds_span *in, pds_span *oid, pds_span *parameters)
{
    pds_der whole = { 0 };
    pds_der part = { 0 };
    bool loose = false;
    if (!pds_ber_expect(in, PDS_DER_SEQUENCE, &whole, &loose)) {
        return false;
    }
    *parameters = whole.body;
    if (!pds_ber_expect(parameters, PDS_DER_OID, &part, &loose)) {
        return false;
    }
    *oid = part.body;
    return true;
}

static bool read_hash(pds_span algorithm, pds_digest *out)
{
    pds_span oid = { 0 };
    pds_span parameters = { 0 };
    if (!take_algorithm(&algorithm, &oid, &parameters)) {
        return false;
    }
    for (size_t i = 0; i < sizeof HASHES / sizeof HASHES[0]; i++) {
        if (pds_span_eq(HASHES[i].oid, oid)) {
            *out = HASHES[i].digest;
            return true;
        }
    }
    return false;
}

static bool read_mgf(pds_span algorithm, pds_digest *out)
{
    pds_span oid = { 0 };
    pds_span parameters = { 0 };
    return take_algorithm(&algorithm, &oid, &parameters) && pds_span_eq(oid, MGF1) &&
           read_hash(parameters, out);
}

/* The label, which nobody uses: an empty one. */
static bool is_label_empty(pds_span algorithm)
{
    pds_span oid = { 0 };
    pds_span parameters = { 0 };
    pds_der label = { 0 };
    bool loose = false;
    return take_algorithm(&algorithm, &oid, &parameters) && pds_span_eq(oid, SPECIFIED) &&
           pds_ber_expect(&parameters, PDS_DER_OCTETS, &label, &loose) && label.body.len == 0;
}

/* RSAES-OAEP-params ::= SEQUENCE { [0] hash DEFAULT SHA-1, [1] MGF1 with a hash DEFAULT SHA-1,
 * [2] label DEFAULT empty } (RFC 8017, A.2.1). */
static bool read_oaep(pds_span parameters, pds_recipient *out)
{
    pds_der params = { 0 };
    pds_der part = { 0 };
    bool loose = false;
    if (parameters.len == 0) {
        return true;
    }
    if (!pds_ber_expect(&parameters, PDS_DER_SEQUENCE, &params, &loose)) {
        return false;
    }
    pds_span body = params.body;
    if (pds_ber_expect(&body, PDS_DER_CONTEXT_0, &part, &loose) &&
        !read_hash(part.body, &out->digest)) {
        return false;
    }
    if (pds_ber_expect(&body, PDS_DER_CONTEXT_1, &part, &loose) &&
        !read_mgf(part.body, &out->mgf)) {
        return false;
    }
    if (pds_ber_expect(&body, PDS_DER_CONTEXT_2, &part, &loose) && !is_label_empty(part.body)) {
        return false;
    }
    return body.len == 0;
}

/* KeyTransRecipientInfo ::= SEQUENCE { version, rid, keyEncryptionAlgorithm, encryptedKey } */
static pds_code read_transport(pds_span body, const pds_cert *cert, pds_recipient *out, bool *is,
                               pds_err *e)
{
    pds_der version = { 0 };
    pds_der id = { 0 };
    pds_der algorithm = { 0 };
    pds_der key = { 0 };
    pds_der oid = { 0 };
    bool loose = false;
    if (!pds_ber_expect(&body, PDS_DER_INTEGER, &version, &loose) ||
        !pds_ber_take(&body, &id, &loose) || !is_for(&id, cert)) {
        return PDS_OK;
    }
    if (!pds_ber_expect(&body, PDS_DER_SEQUENCE, &algorithm, &loose) ||
        !pds_ber_expect(&body, PDS_DER_OCTETS, &key, &loose)) {
        return PDS_OK;
    }
    pds_span parts = algorithm.body;
    *is = pds_ber_expect(&parts, PDS_DER_OID, &oid, &loose);
    out->encrypted = key.body;
    out->oaep = *is && pds_span_eq(oid.body, RSA_OAEP);
    const bool known =
        *is && (pds_span_eq(oid.body, RSA_PKCS1) || (out->oaep && read_oaep(parts, out)));
    if (!known) {
        PDS_FAIL(e, PDS_E_CMS_UNREADABLE, "the key of the content is encrypted in an unknown way");
    }
    return PDS_OK;
}

/* ---- keys that are agreed on ---- */

/* dhSinglePass-stdDH-…kdf-scheme (RFC 5753, 7.1.4). */
static const struct {
    pds_span oid;
    const char *kdf;
} SCHEMES[] = {
    { PDS_OID("\x2B\x81\x05\x10\x86\x48\x3F\x00\x02"), "SHA1" },
    { PDS_OID("\x2B\x81\x04\x01\x0B\x01"), "SHA256" },
    { PDS_OID("\x2B\x81\x04\x01\x0B\x02"), "SHA384" },
    { PDS_OID("\x2B\x81\x04\x01\x0B\x03"), "SHA512" },
};

static const struct {
    pds_span oid;
    const char *cipher;
    size_t key;
} WRAPS[] = {
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x05"), "AES-128-WRAP", 16 },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x19"), "AES-192-WRAP", 24 },
    { PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2D"), "AES-256-WRAP", 32 },
};

static bool read_scheme(pds_span algorithm, pds_recipient *out)
{
    pds_der oid = { 0 };
    pds_der wrap = { 0 };
    bool loose = false;
    if (!pds_ber_expect(&algorithm, PDS_DER_OID, &oid, &loose) ||
        !pds_ber_expect(&algorithm, PDS_DER_SEQUENCE, &wrap, &loose)) {
        return false;
    }
    for (size_t i = 0; i < sizeof SCHEMES / sizeof SCHEMES[0]; i++) {
        out->kdf = pds_span_eq(SCHEMES[i].oid, oid.body) ? SCHEMES[i].kdf : out->kdf;
    }
    out->wrap_id = wrap.whole;
    pds_span parts = wrap.body;
    if (!pds_ber_expect(&parts, PDS_DER_OID, &oid, &loose)) {
        return false;
    }
    for (size_t i = 0; i < sizeof WRAPS / sizeof WRAPS[0]; i++) {
        if (pds_span_eq(WRAPS[i].oid, oid.body)) {
            out->wrap = WRAPS[i].cipher;
            out->wrap_key = WRAPS[i].key;
        }
    }
    return out->kdf != NULL && out->wrap != NULL;
}

/* originatorKey [1] { algorithm, BIT STRING }: a point of the recipient's own curve. */
static EVP_PKEY *take_peer(pds_span originator, const pds_cert *cert)
{
    pds_der key = { 0 };
    pds_der algorithm = { 0 };
    pds_der bits = { 0 };
    bool loose = false;
    EVP_PKEY *peer = EVP_PKEY_new();
    if (!pds_ber_expect(&originator, PDS_DER_CONTEXT_1, &key, &loose)) {
        EVP_PKEY_free(peer);
        return NULL;
    }
    pds_span body = key.body;
    const bool done =
        pds_ber_expect(&body, PDS_DER_SEQUENCE, &algorithm, &loose) &&
        pds_ber_expect(&body, PDS_DER_BITS, &bits, &loose) && bits.body.len > 1 &&
        pds_cert_key(cert) != NULL && peer != NULL &&
        EVP_PKEY_copy_parameters(peer, pds_cert_key(cert)) == 1 &&
        EVP_PKEY_set1_encoded_public_key(peer, bits.body.ptr + 1, bits.body.len - 1) == 1;
    if (!done) {
        EVP_PKEY_free(peer);
        pds_evp_forget();
        return NULL;
    }
    return peer;
}

/* The encrypted key among RecipientEncryptedKeys that is the certificate's. */
static bool find_key(pds_span keys, const pds_cert *cert, pds_span *out)
{
    pds_der one = { 0 };
    pds_der id = { 0 };
    pds_der key = { 0 };
    bool loose = false;
    while (pds_ber_expect(&keys, PDS_DER_SEQUENCE, &one, &loose)) {
        pds_span body = one.body;
        if (!pds_ber_take(&body, &id, &loose) ||
            !pds_ber_expect(&body, PDS_DER_OCTETS, &key, &loose)) {
            continue;
        }
        if (id.tag == PDS_DER_CONTEXT_0) { /* RecipientKeyIdentifier: its first is the identifier */
            pds_der inner = { 0 };
            pds_span parts = id.body;
            if (!pds_ber_expect(&parts, PDS_DER_OCTETS, &inner, &loose)) {
                continue;
            }
            id = inner;
            id.tag = PDS_DER_PRIMITIVE_0;
        }
        if (is_for(&id, cert)) {
            *out = key.body;
            return true;
        }
    }
    return false;
}

/* KeyAgreeRecipientInfo ::= SEQUENCE { version, originator [0] EXPLICIT, ukm [1] EXPLICIT OPTIONAL,
 * keyEncryptionAlgorithm, recipientEncryptedKeys } */
static pds_code read_agreement(pds_span body, const pds_cert *cert, pds_recipient *out, bool *is,
                               pds_err *e)
{
    pds_der part = { 0 };
    pds_der originator = { 0 };
    pds_der algorithm = { 0 };
    pds_der keys = { 0 };
    bool loose = false;
    if (!pds_ber_expect(&body, PDS_DER_INTEGER, &part, &loose) ||
        !pds_ber_expect(&body, PDS_DER_CONTEXT_0, &originator, &loose)) {
        return PDS_OK;
    }
    if (pds_ber_expect(&body, PDS_DER_CONTEXT_1, &part, &loose)) {
        out->ukm = part.body;
    }
    if (!pds_ber_expect(&body, PDS_DER_SEQUENCE, &algorithm, &loose) ||
        !pds_ber_expect(&body, PDS_DER_SEQUENCE, &keys, &loose) ||
        !find_key(keys.body, cert, &out->encrypted)) {
        return PDS_OK;
    }
    *is = out->agreed = true;
    out->peer = take_peer(originator.body, cert);
    if (out->peer == NULL || !read_scheme(algorithm.body, out)) {
        PDS_FAIL(e, PDS_E_CMS_UNREADABLE, "the key of the content is agreed on in an unknown way");
    }
    return PDS_OK;
}

pds_code pds_enveloped_recipient(const pds_enveloped *v, const pds_cert *cert, pds_recipient *out,
                                 pds_err *e)
{
    pds_span left = v->recipients;
    pds_der one = { 0 };
    bool loose = false;
    bool is = false;
    while (!is && pds_ber_take(&left, &one, &loose)) {
        pds_recipient_drop(out);
        if (one.tag == PDS_DER_SEQUENCE) {
            PDS_TRY(read_transport(one.body, cert, out, &is, e));
        } else if (one.tag == PDS_DER_CONTEXT_1) {
            PDS_TRY(read_agreement(one.body, cert, out, &is, e));
        }
    }
    if (!is) {
        PDS_FAIL(e, PDS_E_NOT_FOR_KEY, "the input is not encrypted for '%s'", pds_cert_label(cert));
    }
    return PDS_OK;
}

/* ---- unwrapping ---- */

static void put_head(pds_buf *out, int tag, int class, size_t len)
{
    enum { HEAD_MAX = 8 };
    uint8_t head[HEAD_MAX];
    uint8_t *end = head;
    ASN1_put_object(&end, 1, (int)len, tag, class);
    pds_buf_put(out, pds_span_of(head, (size_t)(end - head)));
}

/* ECC-CMS-SharedInfo ::= SEQUENCE { keyInfo, entityUInfo [0] EXPLICIT OPTIONAL, suppPubInfo [2]
 * EXPLICIT OCTET STRING: bits of the wrapping key } (RFC 5753, 7.2). */
static pds_code put_shared_info(const pds_recipient *r, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf body = { 0 };
    const size_t bits = r->wrap_key * 8;
    const uint8_t supp[] = { 0xA2, 0x06, 0x04, 0x04, 0, 0, (uint8_t)(bits >> 8), (uint8_t)bits };
    pds_buf_put(&body, r->wrap_id);
    if (r->ukm.len > 0) {
        put_head(&body, 0, V_ASN1_CONTEXT_SPECIFIC, r->ukm.len);
        pds_buf_put(&body, r->ukm);
    }
    pds_buf_put(&body, pds_span_of(supp, sizeof supp));
    PDS_TRY(pds_buf_end(&body, e));
    put_head(out, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, body.len);
    pds_buf_put(out, pds_buf_span(&body));
    return pds_buf_end(out, e);
}

static bool derive(const pds_recipient *r, pds_span shared, pds_span info, uint8_t *out)
{
    EVP_KDF *const kdf = EVP_KDF_fetch(NULL, "X963KDF", NULL);
    EVP_KDF_CTX *const ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)r->kdf, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, (void *)shared.ptr, shared.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info.ptr, info.len),
        OSSL_PARAM_construct_end(),
    };
    const bool done = ctx != NULL && EVP_KDF_derive(ctx, out, r->wrap_key, params) == 1;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return done;
}

static bool unwrap(const pds_recipient *r, const uint8_t *kek, uint8_t *out, size_t *len)
{
    int got = 0;
    int last = 0;
    EVP_CIPHER *const cipher = EVP_CIPHER_fetch(NULL, r->wrap, NULL);
    EVP_CIPHER_CTX *const ctx = EVP_CIPHER_CTX_new();
    bool done = cipher != NULL && ctx != NULL;
    if (done) {
        EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
        done = EVP_DecryptInit_ex2(ctx, cipher, kek, NULL, NULL) == 1 &&
               EVP_DecryptUpdate(ctx, out, &got, r->encrypted.ptr, (int)r->encrypted.len) == 1 &&
               EVP_DecryptFinal_ex(ctx, out + got, &last) == 1;
    }
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
    *len = (size_t)got + (size_t)last;
    return done;
}

pds_code pds_recipient_unwrap(const pds_recipient *r, pds_span shared, pds_buf *key, pds_err *e)
{
    enum { KEK_MAX = 32, WRAPPED_MIN = 24, WRAPPED_MAX = 64, WRAPPED_STEP = 8, BLOCK = 16 };
    PDS_OWN(pds_buf_drop) pds_buf info = { 0 };
    uint8_t kek[KEK_MAX];
    size_t len = 0;
    PDS_TRY(put_shared_info(r, &info, e));
    if (r->encrypted.len < WRAPPED_MIN || r->encrypted.len > WRAPPED_MAX ||
        r->encrypted.len % WRAPPED_STEP != 0) { /* RFC 3394, 2.2 */
        PDS_FAIL(e, PDS_E_CMS_UNREADABLE, "the wrapped key has %zu bytes", r->encrypted.len);
    }
    const size_t before = key->len;
    uint8_t *const room = pds_buf_grow(key, WRAPPED_MAX + BLOCK);
    PDS_TRY(pds_buf_end(key, e));
    const bool done = derive(r, shared, pds_buf_span(&info), kek) && unwrap(r, kek, room, &len);
    OPENSSL_cleanse(kek, sizeof kek);
    key->len = before + (done ? len : 0);
    if (!done) {
        pds_evp_forget();
        PDS_FAIL(e, PDS_E_NOT_FOR_KEY, "the key of the content does not come out right");
    }
    return PDS_OK;
}
