#include "base/own.h"
#include "cms/evp.h"
#include "token/emsa.h"
#include "token/p11_kit.h"

#include <openssl/evp.h>

/* What is handed to a mechanism. */
typedef enum form {
    MESSAGE,     /* it digests */
    DIGEST,      /* as it is, of ECDSA no longer than the curve */
    DIGEST_INFO, /* PKCS#1 v1.5 */
    ENCODED      /* padded to the modulus */
} form;

/* Ways to make one kind of signature, the best first: digests are made here where the token lets
 * us, for that saves the way of the bytes. */
typedef struct way {
    pds_scheme scheme;
    pds_digest digest; /* DEFAULT: any */
    CK_MECHANISM_TYPE mechanism;
    form form;
} way;

static const way WAYS[] = {
    { PDS_SCHEME_RSA_PKCS1, PDS_DIGEST_DEFAULT, CKM_RSA_PKCS, DIGEST_INFO },
    { PDS_SCHEME_RSA_PKCS1, PDS_SHA256, CKM_SHA256_RSA_PKCS, MESSAGE },
    { PDS_SCHEME_RSA_PKCS1, PDS_SHA384, CKM_SHA384_RSA_PKCS, MESSAGE },
    { PDS_SCHEME_RSA_PKCS1, PDS_SHA512, CKM_SHA512_RSA_PKCS, MESSAGE },
    { PDS_SCHEME_RSA_PKCS1, PDS_DIGEST_DEFAULT, CKM_RSA_X_509, ENCODED },
    { PDS_SCHEME_RSA_PSS, PDS_DIGEST_DEFAULT, CKM_RSA_PKCS_PSS, DIGEST },
    { PDS_SCHEME_RSA_PSS, PDS_SHA256, CKM_SHA256_RSA_PKCS_PSS, MESSAGE },
    { PDS_SCHEME_RSA_PSS, PDS_SHA384, CKM_SHA384_RSA_PKCS_PSS, MESSAGE },
    { PDS_SCHEME_RSA_PSS, PDS_SHA512, CKM_SHA512_RSA_PKCS_PSS, MESSAGE },
    { PDS_SCHEME_RSA_PSS, PDS_DIGEST_DEFAULT, CKM_RSA_X_509, ENCODED },
    { PDS_SCHEME_ECDSA, PDS_DIGEST_DEFAULT, CKM_ECDSA, DIGEST },
    { PDS_SCHEME_ECDSA, PDS_SHA256, CKM_ECDSA_SHA256, MESSAGE },
    { PDS_SCHEME_ECDSA, PDS_SHA384, CKM_ECDSA_SHA384, MESSAGE },
    { PDS_SCHEME_ECDSA, PDS_SHA512, CKM_ECDSA_SHA512, MESSAGE },
    { PDS_SCHEME_ED25519, PDS_DIGEST_DEFAULT, CKM_EDDSA, MESSAGE },
};

static bool offers(const pds_p11 *p, CK_MECHANISM_TYPE type)
{
    CK_MECHANISM_INFO info;
    return p->module->C_GetMechanismInfo(p->slot, type, &info) == CKR_OK &&
           (info.flags & CKF_SIGN) != 0;
}

static const way *next_way(const pds_p11 *p, pds_algorithm algorithm, const way *before)
{
    for (const way *w = before == NULL ? WAYS : before + 1; w < WAYS + sizeof WAYS / sizeof *WAYS;
         w++) {
        const bool digest = w->digest == PDS_DIGEST_DEFAULT || w->digest == algorithm.digest;
        if (w->scheme == algorithm.scheme && digest && offers(p, w->mechanism)) {
            return w;
        }
    }
    return NULL;
}

/* ---- parameters ---- */

static CK_MECHANISM mechanism_of(const way *w, pds_algorithm algorithm,
                                 CK_RSA_PKCS_PSS_PARAMS *params)
{
    CK_MECHANISM m = { w->mechanism, NULL, 0 };
    if (w->scheme != PDS_SCHEME_RSA_PSS || w->form == ENCODED) {
        return m;
    }
    const pds_p11_hash *const of = pds_p11_hash_of(algorithm.digest);
    *params = (CK_RSA_PKCS_PSS_PARAMS){ of->hash, of->mgf, pds_digest_size(algorithm.digest) };
    m.pParameter = params;
    m.ulParameterLen = sizeof *params;
    return m;
}

static pds_code encode(const pds_device_key *key, pds_algorithm algorithm, pds_span digest,
                       pds_buf *out, pds_err *e)
{
    const int bits = EVP_PKEY_get_bits(key->public_half);
    const size_t bytes = ((size_t)bits + 7) / 8;
    return algorithm.scheme == PDS_SCHEME_RSA_PSS
               ? pds_emsa_pss(algorithm.digest, digest, (size_t)bits, out, e)
               : pds_emsa_pkcs1(algorithm.digest, digest, bytes, out, e);
}

/* Tokens may take no more than counts: the digest's first bits, as many as the curve's order has
 * (FIPS 186-4, 6.4), or the octets that hold them. */
static size_t cut(const pds_device_key *key, size_t size)
{
    const size_t most = ((size_t)EVP_PKEY_get_bits(key->public_half) + 7) / 8;
    return most > 0 && most < size ? most : size;
}

static pds_code make_input(const way *w, const pds_device_key *key, pds_algorithm algorithm,
                           pds_span message, pds_buf *out, pds_err *e)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    if (w->form == MESSAGE) {
        pds_buf_put(out, message);
        return pds_buf_end(out, e);
    }
    if (EVP_Digest(message.ptr, message.len, digest, NULL, pds_evp_md(algorithm.digest), NULL) !=
        1) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no digest: %s", pds_evp_reason());
    }
    const size_t size = pds_digest_size(algorithm.digest);
    const pds_span value =
        pds_span_of(digest, w->scheme == PDS_SCHEME_ECDSA ? cut(key, size) : size);
    switch (w->form) {
    case DIGEST_INFO:
        return pds_emsa_digest_info(algorithm.digest, value, out, e);
    case ENCODED:
        return encode(key, algorithm, value, out, e);
    default:
        pds_buf_put(out, value);
        return pds_buf_end(out, e);
    }
}

/* ---- signing ---- */

enum { SIGNATURE_MAX = 2048 };

typedef struct signing {
    pds_p11 *p;
    CK_SESSION_HANDLE session;
    const pds_device_key *key;
    pds_algorithm algorithm;
    pds_span message;
    const pds_secret *pin;
    pds_err *e;
} signing;

static pds_code take_value(const signing *s, pds_span value, pds_buf *out)
{
    if (s->algorithm.scheme == PDS_SCHEME_ECDSA) {
        return pds_ecdsa_value_put(value, out, s->e);
    }
    pds_buf_put(out, value);
    return pds_buf_end(out, s->e);
}

/* *last: the PIN was given for it; another way would want it once more. */
static pds_code sign_by(const signing *s, const way *w, pds_buf *out, bool *last)
{
    PDS_OWN(pds_buf_drop) pds_buf input = { 0 };
    CK_RSA_PKCS_PSS_PARAMS params;
    CK_BYTE value[SIGNATURE_MAX];
    CK_ULONG len = sizeof value;
    const CK_FUNCTION_LIST *const module = s->p->module;
    CK_MECHANISM mechanism = mechanism_of(w, s->algorithm, &params);
    PDS_TRY(make_input(w, s->key, s->algorithm, s->message, &input, s->e));
    PDS_TRY(pds_p11_check(s->p, module->C_SignInit(s->session, &mechanism, s->key->handle), "sign",
                          s->e));
    if (s->key->asks_always) {
        *last = true;
        PDS_TRY(pds_p11_login_again(s->p, s->session, s->pin, s->e));
    }
    PDS_TRY(pds_p11_check(s->p, module->C_Sign(s->session, input.ptr, input.len, value, &len),
                          "sign", s->e));
    return take_value(s, pds_span_of(value, len < sizeof value ? len : sizeof value), out);
}

static pds_code sign(const signing *s, pds_buf *out)
{
    const way *w = next_way(s->p, s->algorithm, NULL);
    pds_code code = pds_fail(s->e, PDS_E_KEY_UNSUPPORTED, __func__,
                             "the token offers no mechanism for such signatures");
    while (w != NULL && code == PDS_E_KEY_UNSUPPORTED) {
        bool last = false;
        code = sign_by(s, w, out, &last);
        w = last ? NULL : next_way(s->p, s->algorithm, w);
    }
    return code;
}

pds_code pds_p11_sign(void *self, const pds_device_key *key, pds_algorithm algorithm,
                      pds_span message, const pds_secret *pin, pds_buf *signature, pds_err *e)
{
    signing s = {
        .p = self, .key = key, .algorithm = algorithm, .message = message, .pin = pin, .e = e
    };
    PDS_TRY(pds_p11_take(s.p, &s.session, e));
    const pds_code code = sign(&s, signature);
    pds_p11_give(s.p, s.session, code == PDS_OK); /* an operation may be under way in another */
    return code;
}
