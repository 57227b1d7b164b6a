#include "cms/cert.h"

#include "base/own.h"
#include "cms/der.h"
#include "cms/digest.h"
#include "cms/evp.h"
#include "cms/x509.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>

struct pds_cert {
    atomic_uint shares;
    uint8_t *der;
    size_t der_len;
    pds_cert_parts parts; /* in der */
    X509 *x509;
    EVP_PKEY *key; /* x509's own */
    char *label;
    char *subject_text;
    time_t not_before, not_after;
    uint8_t sha256[PDS_DIGEST_MAX];
};

/* RFC 5280, 4.1 */
bool pds_cert_parts_read(pds_span der, pds_cert_parts *out)
{
    enum { TAG_VERSION = 0xa0 };
    pds_span in = der;
    pds_der part;

    if (!pds_der_expect(&in, PDS_DER_SEQUENCE, &part) || in.len != 0) {
        return false;
    }
    in = part.body;
    if (!pds_der_expect(&in, PDS_DER_SEQUENCE, &part)) {
        return false;
    }
    in = part.body;
    (void)pds_der_expect(&in, TAG_VERSION, &part);

    struct {
        uint8_t tag;
        pds_span *whole;
    } parts[] = {
        { PDS_DER_INTEGER, &out->serial },   { PDS_DER_SEQUENCE, NULL /* signature */ },
        { PDS_DER_SEQUENCE, &out->issuer },  { PDS_DER_SEQUENCE, NULL /* validity */ },
        { PDS_DER_SEQUENCE, &out->subject }, { PDS_DER_SEQUENCE, &out->spki },
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!pds_der_expect(&in, parts[i].tag, &part)) {
            return false;
        }
        if (parts[i].whole != NULL) {
            *parts[i].whole = part.whole;
        }
    }
    return true;
}

/* Looks before it copies: a private key that was taken for a certificate must leave no copy. */
static pds_code copy_der(pds_cert *c, pds_span der, pds_err *e)
{
    if (der.len > LONG_MAX || !pds_cert_parts_read(der, &c->parts)) {
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "not an X.509 certificate in DER form");
    }
    c->der = malloc(der.len);
    if (c->der == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    memcpy(c->der, der.ptr, der.len);
    c->der_len = der.len;
    return PDS_OK;
}

static void number_drop(BIGNUM **number)
{
    BN_free(*number);
}

/* To verify with an RSA key takes time by the square of its modulus and the length of its exponent:
 * a file full of keys made for it would keep a verifier busy for minutes. Nobody has such keys, nor
 * certificates for keys of other kinds that documents are signed with. */
static bool is_dear(const EVP_PKEY *key)
{
    enum { BITS_MAX = 8192, EXPONENT_BITS = 17 };
    const uint64_t most = (uint64_t)BITS_MAX * BITS_MAX * EXPONENT_BITS;
    PDS_OWN(number_drop) BIGNUM *exponent = NULL;
    const pds_key_kind kind = pds_evp_kind(key);
    if (kind != PDS_KEY_RSA && kind != PDS_KEY_RSA_PSS) {
        return kind == PDS_KEY_OTHER;
    }
    const uint64_t bits = (uint64_t)EVP_PKEY_get_bits(key);
    return EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1 ||
           bits * bits * (uint64_t)BN_num_bits(exponent) > most;
}

static pds_code parse(pds_cert *c, pds_err *e)
{
    const unsigned char *at = c->der;
    (void)pds_cert_parts_read(pds_cert_der(c), &c->parts);
    if (c->x509 == NULL) {
        c->x509 = d2i_X509(NULL, &at, (long)c->der_len);
    }
    if (c->x509 == NULL) {
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "not an X.509 certificate: %s", pds_evp_reason());
    }
    c->key = X509_get0_pubkey(c->x509);
    c->key = is_dear(c->key) ? NULL : c->key;
    pds_evp_forget();
    return PDS_OK;
}

static pds_code describe(pds_cert *c, pds_err *e)
{
    const X509_NAME *subject = X509_get_subject_name(c->x509);
    if (!pds_x509_time(X509_get0_notBefore(c->x509), &c->not_before) ||
        !pds_x509_time(X509_get0_notAfter(c->x509), &c->not_after)) {
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "the dates of the certificate can't be read");
    }
    c->subject_text = pds_x509_name_text(subject);
    c->label = pds_x509_common_name(subject);
    if (c->subject_text == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return pds_hash_of(PDS_SHA256, pds_cert_der(c), c->sha256, e);
}

/* With x509 (taken) or without. */
static pds_code make(pds_span der, X509 *x509, pds_cert **out, pds_err *e)
{
    PDS_OWN(pds_cert_drop) pds_cert *c = calloc(1, sizeof *c);
    if (c == NULL) {
        X509_free(x509);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    atomic_init(&c->shares, 1);
    c->x509 = x509;
    PDS_TRY(copy_der(c, der, e));
    PDS_TRY(parse(c, e));
    PDS_TRY(describe(c, e));
    *out = c;
    c = NULL;
    return PDS_OK;
}

pds_code pds_cert_new(pds_span der, pds_cert **out, pds_err *e)
{
    return make(der, NULL, out, e);
}

pds_code pds_cert_take(X509 *x509, pds_cert **out, pds_err *e)
{
    unsigned char *der = NULL;
    int len = i2d_X509(x509, &der);
    if (len < 0) {
        X509_free(x509);
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "not an X.509 certificate: %s", pds_evp_reason());
    }
    pds_code code = make(pds_span_of(der, (size_t)len), x509, out, e);
    OPENSSL_free(der);
    return code;
}

pds_cert *pds_cert_share(pds_cert *c)
{
    atomic_fetch_add(&c->shares, 1);
    return c;
}

void pds_cert_drop(pds_cert **c)
{
    if (c == NULL || *c == NULL) {
        return;
    }
    if (atomic_fetch_sub(&(*c)->shares, 1) == 1) {
        X509_free((*c)->x509);
        free((*c)->label);
        free((*c)->subject_text);
        free((*c)->der);
        free(*c);
    }
    *c = NULL;
}

pds_span pds_cert_der(const pds_cert *c)
{
    return pds_span_of(c->der, c->der_len);
}

pds_span pds_cert_issuer_der(const pds_cert *c)
{
    return c->parts.issuer;
}

pds_span pds_cert_subject_der(const pds_cert *c)
{
    return c->parts.subject;
}

pds_span pds_cert_serial_der(const pds_cert *c)
{
    return c->parts.serial;
}

/* Without the zero that makes it positive; it is shorter than 128 bytes. */
pds_span pds_cert_serial(const pds_cert *c)
{
    enum { HEAD = 2 };
    const pds_span der = c->parts.serial;
    const size_t skip = der.len > HEAD + 1 && der.ptr[HEAD] == 0 ? HEAD + 1 : HEAD;
    return der.len < HEAD ? pds_span_of(NULL, 0) : pds_span_of(der.ptr + skip, der.len - skip);
}

pds_span pds_cert_spki_der(const pds_cert *c)
{
    return c->parts.spki;
}

const char *pds_cert_label(const pds_cert *c)
{
    return c->label != NULL ? c->label : c->subject_text;
}

const char *pds_cert_subject(const pds_cert *c)
{
    return c->subject_text;
}

EVP_PKEY *pds_cert_key(const pds_cert *c)
{
    return c->key;
}

X509 *pds_cert_x509(const pds_cert *c)
{
    return c->x509;
}

pds_key_kind pds_cert_kind(const pds_cert *c)
{
    return pds_evp_kind(c->key);
}

int pds_cert_bits(const pds_cert *c)
{
    return c->key == NULL ? 0 : EVP_PKEY_get_bits(c->key);
}

time_t pds_cert_not_before(const pds_cert *c)
{
    return c->not_before;
}

time_t pds_cert_not_after(const pds_cert *c)
{
    return c->not_after;
}

char *pds_cert_issuer(const pds_cert *c)
{
    return pds_x509_name_text(X509_get_issuer_name(c->x509));
}

bool pds_cert_self_issued(const pds_cert *c)
{
    return X509_NAME_cmp(X509_get_subject_name(c->x509), X509_get_issuer_name(c->x509)) == 0;
}

void pds_cert_sha256(const pds_cert *c, uint8_t out[32])
{
    memcpy(out, c->sha256, 32);
}
