#include "token/softkey.h"

#include "base/file.h"
#include "base/locked.h"
#include "base/own.h"
#include "base/secret_heap.h"
#include "cms/cert_query.h"
#include "cms/der.h"
#include "cms/evp.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/decoder.h>
#include <openssl/objects.h>
#include <openssl/rand.h>

pds_code pds_softkey_new(pds_softkey **out, pds_err *e)
{
    pds_secret_heap_init();
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

void pds_softkey_drop(pds_softkey **s)
{
    if (*s == NULL) {
        return;
    }
    for (size_t i = 0; i < (*s)->count; i++) {
        EVP_PKEY_free((*s)->keys[i]);
    }
    pds_certs_drop(&(*s)->certs);
    free(*s);
    *s = NULL;
}

pds_code pds_softkey_slurp(const char *path, pds_buf *locked, pds_err *e)
{
    PDS_TRY(pds_locked_new(PDS_SOFTKEY_FILE_MAX + 1, locked, e));
    pds_code code = pds_file_slurp(path, PDS_SOFTKEY_FILE_MAX, locked, e);
    if (code == PDS_E_INPUT_UNREADABLE || code == PDS_E_LIMIT) {
        code = pds_fail(e, PDS_E_KEY_UNREADABLE, __func__, "the key file: %s",
                        e == NULL ? "" : e->text);
    }
    return pds_err_file(code, e, path);
}

/* ---- decoding ---- */

/* What OSSL_DECODER is told to expect: left to find out by itself it tries everything it has, which
 * takes four times as long. */
typedef struct encoding {
    const char *structure;
    const char *type;
} encoding;

static const char *oid_text(pds_span der, char *room, size_t len)
{
    const unsigned char *at = der.ptr;
    ASN1_OBJECT *object = d2i_ASN1_OBJECT(NULL, &at, (long)der.len);
    if (object == NULL || OBJ_obj2txt(room, (int)len, object, 0) <= 0) {
        (void)snprintf(room, len, "?");
    }
    ASN1_OBJECT_free(object);
    return room;
}

static pds_code unsupported(const char *expected, pds_span oid, pds_err *e)
{
    char name[80];
    pds_code code =
        pds_fail(e, PDS_E_KEY_UNSUPPORTED, __func__, "this kind of key is not supported");
    return pds_err_expected(code, e, expected, oid_text(oid, name, sizeof name));
}

static bool is_one_of(pds_span oid, const int *nids, size_t count)
{
    const unsigned char *at = oid.ptr;
    ASN1_OBJECT *object = d2i_ASN1_OBJECT(NULL, &at, (long)oid.len);
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        found = found || OBJ_obj2nid(object) == nids[i];
    }
    ASN1_OBJECT_free(object);
    return found;
}

/* RFC 5480, 2.1.1: named curves only. */
static pds_code check_curve(pds_span parameters, pds_err *e)
{
    static const int curves[] = { NID_X9_62_prime256v1, NID_secp384r1, NID_secp521r1 };
    pds_der curve;
    if (!pds_der_expect(&parameters, PDS_DER_OID, &curve)) {
        PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "an elliptic curve without a name is not supported");
    }
    return is_one_of(curve.whole, curves, sizeof curves / sizeof curves[0])
               ? PDS_OK
               : unsupported("curve P-256, P-384 or P-521", curve.whole, e);
}

/* RFC 5208, 5 */
static pds_code identify_pkcs8(pds_span algorithm, encoding *out, pds_err *e)
{
    static const struct {
        int nid;
        const char *type;
    } types[] = {
        { NID_rsaEncryption, "RSA" },
        { NID_rsassaPss, "RSA-PSS" },
        { NID_X9_62_id_ecPublicKey, "EC" },
        { NID_ED25519, "ED25519" },
    };
    pds_der oid;
    if (!pds_der_expect(&algorithm, PDS_DER_OID, &oid)) {
        PDS_FAIL(e, PDS_E_KEY_UNREADABLE, "the private key is broken: no algorithm");
    }
    out->structure = "PrivateKeyInfo";
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (is_one_of(oid.whole, &types[i].nid, 1)) {
            out->type = types[i].type;
            return types[i].nid == NID_X9_62_id_ecPublicKey ? check_curve(algorithm, e) : PDS_OK;
        }
    }
    return unsupported("RSA, P-256, P-384, P-521 or Ed25519", oid.whole, e);
}

/* All three begin with a version; what follows it tells them apart. */
static pds_code identify(pds_span der, encoding *out, pds_err *e)
{
    pds_der sequence;
    pds_der part;
    if (!pds_der_expect(&der, PDS_DER_SEQUENCE, &sequence) ||
        !pds_der_expect(&sequence.body, PDS_DER_INTEGER, &part) ||
        !pds_der_take(&sequence.body, &part)) {
        PDS_FAIL(e, PDS_E_KEY_UNREADABLE, "not a private key in a known form");
    }
    switch (part.tag) {
    case PDS_DER_SEQUENCE:
        return identify_pkcs8(part.body, out, e);
    case PDS_DER_INTEGER:
        *out = (encoding){ "type-specific", "RSA" };
        return PDS_OK;
    case PDS_DER_OCTETS:
        *out = (encoding){ "type-specific", "EC" };
        return PDS_OK;
    default:
        PDS_FAIL(e, PDS_E_KEY_UNREADABLE, "not a private key in a known form");
    }
}

static void decoder_drop(OSSL_DECODER_CTX **decoder)
{
    OSSL_DECODER_CTX_free(*decoder);
}

static pds_code decode(pds_span der, encoding as, EVP_PKEY **out, pds_err *e)
{
    const unsigned char *at = der.ptr;
    size_t left = der.len;
    PDS_OWN(decoder_drop)
    OSSL_DECODER_CTX *decoder = OSSL_DECODER_CTX_new_for_pkey(out, "DER", as.structure, as.type,
                                                              EVP_PKEY_KEYPAIR, NULL, NULL);
    pds_secret_heap_enter();
    int done = decoder == NULL ? 0 : OSSL_DECODER_from_data(decoder, &at, &left);
    pds_secret_heap_leave();
    if (done != 1) {
        PDS_FAIL(e, PDS_E_KEY_UNREADABLE, "the private key is broken: %s", pds_evp_reason());
    }
    return PDS_OK;
}

pds_code pds_softkey_add(pds_softkey *s, pds_span der, pds_err *e)
{
    encoding as = { .type = NULL };
    if (s->count == PDS_SOFTKEY_KEYS_MAX) {
        PDS_FAIL(e, PDS_E_LIMIT, "more than %d private keys in one file", PDS_SOFTKEY_KEYS_MAX);
    }
    PDS_TRY(identify(der, &as, e));
    PDS_TRY(decode(der, as, &s->keys[s->count], e));
    s->count++;
    return PDS_OK;
}

/* ---- choosing ---- */

static pds_cert *cert_of(const pds_softkey *s, const EVP_PKEY *key)
{
    for (size_t i = 0; key != NULL && i < s->certs.count; i++) {
        const EVP_PKEY *public_half = pds_cert_key(s->certs.items[i]);
        if (public_half != NULL && EVP_PKEY_eq(public_half, key) == 1) {
            return s->certs.items[i];
        }
    }
    return NULL;
}

static bool is_meant(const pds_cert *cert, const pds_key_options *options)
{
    return options->decrypts
               ? pds_cert_is_for_encryption(cert)
               : pds_cert_may_sign(cert, time(NULL), options->allow_expired, NULL) == PDS_OK;
}

static pds_code ambiguous(const char *labels, const pds_key_options *options, pds_err *e)
{
    pds_code code =
        pds_fail(e, PDS_E_KEY_AMBIGUOUS, __func__,
                 options->decrypts ? N_("the file holds several keys for encryption: %s")
                                   : N_("the file holds several keys that may sign: %s"),
                 labels);
    return pds_err_hint(code, e, "name the certificate of the key you mean with --cert");
}

pds_code pds_softkey_choose(pds_softkey *s, const pds_key_options *options, pds_err *e)
{
    char labels[256] = "";
    size_t fit = 0;
    if (options->cert != NULL && s->count > 1) {
        return PDS_OK; /* that certificate will choose */
    }
    s->chosen = s->keys[0];
    for (size_t i = 0; s->count > 1 && i < s->count; i++) {
        const pds_cert *cert = cert_of(s, s->keys[i]);
        if (cert == NULL || !is_meant(cert, options)) {
            continue;
        }
        size_t len = strlen(labels);
        (void)snprintf(labels + len, sizeof labels - len, "%s%s", fit == 0 ? "" : ", ",
                       pds_cert_label(cert));
        s->chosen = fit == 0 ? s->keys[i] : s->chosen;
        fit++;
    }
    return fit > 1 ? ambiguous(labels, options, e) : PDS_OK;
}

/* ---- slots ---- */

pds_code pds_softkey_certs(void *self, pds_cert **own, pds_certs *others, pds_err *e)
{
    const pds_softkey *s = self;
    pds_cert *cert = cert_of(s, s->chosen);
    *own = cert == NULL ? NULL : pds_cert_share(cert);
    for (size_t i = 0; i < s->certs.count; i++) {
        if (s->certs.items[i] != cert) {
            PDS_TRY(pds_certs_add(others, pds_cert_share(s->certs.items[i]), e));
        }
    }
    return PDS_OK;
}

pds_code pds_softkey_matches(void *self, const pds_cert *cert, pds_err *e)
{
    pds_softkey *s = self;
    const EVP_PKEY *public_half = pds_cert_key(cert);
    for (size_t i = 0; public_half != NULL && i < s->count; i++) {
        if (EVP_PKEY_eq(public_half, s->keys[i]) == 1) {
            s->chosen = s->keys[i];
            return PDS_OK;
        }
    }
    PDS_FAIL(e, PDS_E_KEY_MISMATCH, "the certificate of '%s' belongs to another key",
             pds_cert_label(cert));
}

static void ctx_drop(EVP_MD_CTX **ctx)
{
    EVP_MD_CTX_free(*ctx);
}

/* What outlives the call is made before it: the secret heap is small and slow. */
static bool begin(EVP_MD_CTX *ctx, EVP_PKEY *key, pds_algorithm algorithm)
{
    bool randomised = algorithm.scheme != PDS_SCHEME_ED25519;
    return EVP_DigestSignInit_ex(ctx, NULL, pds_evp_digest_name(algorithm), NULL, NULL, key,
                                 pds_evp_params(algorithm)) == 1 &&
           (!randomised || RAND_get0_private(NULL) != NULL);
}

pds_code pds_softkey_sign(void *self, pds_algorithm algorithm, pds_span message, pds_buf *signature,
                          pds_err *e)
{
    const pds_softkey *s = self;
    PDS_OWN(ctx_drop) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t max = (size_t)EVP_PKEY_get_size(s->chosen);
    size_t len = max;
    uint8_t *room = pds_buf_grow(signature, max);
    PDS_TRY(pds_buf_end(signature, e));
    if (ctx == NULL || !begin(ctx, s->chosen, algorithm)) {
        PDS_FAIL(e, PDS_E_KEY_FAILED, "the key can't sign: %s", pds_evp_reason());
    }
    pds_secret_heap_enter();
    int done = EVP_DigestSign(ctx, room, &len, message.ptr, message.len);
    pds_secret_heap_leave();
    if (done != 1 || len > max) {
        PDS_FAIL(e, PDS_E_KEY_FAILED, "the key did not sign: %s", pds_evp_reason());
    }
    signature->len -= max - len;
    return PDS_OK;
}

void pds_softkey_close(void *self)
{
    pds_softkey *s = self;
    pds_softkey_drop(&s);
}
