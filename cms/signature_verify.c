#include "base/own.h"
#include "cms/der.h"
#include "cms/evp.h"
#include "cms/signature_algorithm.h"

#include <limits.h>

#include <openssl/core_names.h>
#include <openssl/rsa.h>

enum { PARAMS_MAX = 5 };

static void key_ctx_drop(EVP_PKEY_CTX **ctx)
{
    EVP_PKEY_CTX_free(*ctx);
}

static void md_ctx_drop(EVP_MD_CTX **ctx)
{
    EVP_MD_CTX_free(*ctx);
}

static OSSL_PARAM text_param(const char *key, const char *text)
{
    return OSSL_PARAM_construct_utf8_string(key, (char *)(uintptr_t)text, 0); /* only read */
}

/* salt must outlive params. */
static void set_params(const pds_signature_algorithm *algorithm, int *salt,
                       OSSL_PARAM params[PARAMS_MAX])
{
    size_t n = 0;
    params[n++] = text_param(OSSL_SIGNATURE_PARAM_DIGEST, pds_evp_md_name(algorithm->md));
    if (algorithm->scheme == PDS_SCHEME_RSA_PKCS1) {
        params[n++] = text_param(OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PKEY_RSA_PAD_MODE_PKCSV15);
    }
    if (algorithm->scheme == PDS_SCHEME_RSA_PSS) {
        params[n++] = text_param(OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PKEY_RSA_PAD_MODE_PSS);
        params[n++] = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, salt);
        params[n++] =
            text_param(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, pds_evp_md_name(algorithm->mgf_md));
    }
    params[n] = OSSL_PARAM_construct_end();
}

pds_code pds_signature_fits_digest(const pds_cert *c, const pds_signature_algorithm *algorithm,
                                   pds_span digest, pds_span signature, bool *fits, pds_err *e)
{
    PDS_OWN(key_ctx_drop) EVP_PKEY_CTX *ctx = NULL;
    OSSL_PARAM params[PARAMS_MAX];
    int salt = algorithm->salt > INT_MAX ? INT_MAX : (int)algorithm->salt;
    *fits = false;
    if (!pds_evp_fits(pds_cert_kind(c), algorithm->scheme) ||
        algorithm->scheme == PDS_SCHEME_ED25519 || digest.len != pds_md_size(algorithm->md)) {
        return PDS_OK;
    }
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pds_cert_key(c), NULL);
    if (ctx == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    set_params(algorithm, &salt, params);
    *fits = EVP_PKEY_verify_init_ex(ctx, params) == 1 &&
            EVP_PKEY_verify(ctx, signature.ptr, signature.len, digest.ptr, digest.len) == 1;
    pds_evp_forget();
    return PDS_OK;
}

/* RFC 8032, 5.1: the message goes in as it is. */
static pds_code fits_whole(const pds_cert *c, pds_span message, pds_span signature, bool *fits,
                           pds_err *e)
{
    PDS_OWN(md_ctx_drop) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    *fits = EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL, pds_cert_key(c), NULL) == 1 &&
            EVP_DigestVerify(ctx, signature.ptr, signature.len, message.ptr, message.len) == 1;
    pds_evp_forget();
    return PDS_OK;
}

pds_code pds_signature_fits(const pds_cert *c, const pds_signature_algorithm *algorithm,
                            pds_span message, pds_span signature, bool *fits, pds_err *e)
{
    uint8_t digest[PDS_DIGEST_MAX];
    *fits = false;
    if (!pds_evp_fits(pds_cert_kind(c), algorithm->scheme)) {
        return PDS_OK;
    }
    if (algorithm->scheme == PDS_SCHEME_ED25519) {
        return fits_whole(c, message, signature, fits, e);
    }
    PDS_TRY(pds_md_hash_of(algorithm->md, message, digest, e));
    return pds_signature_fits_digest(c, algorithm, pds_span_of(digest, pds_md_size(algorithm->md)),
                                     signature, fits, e);
}

/* DigestInfo (RFC 8017, 9.2). Its digest is compared when the signature is verified. */
static bool read_digest_info(pds_span in, pds_md *out)
{
    pds_der info;
    pds_der id;
    pds_der digest;
    return pds_der_expect(&in, PDS_DER_SEQUENCE, &info) && in.len == 0 &&
           pds_der_expect(&info.body, PDS_DER_SEQUENCE, &id) &&
           pds_der_expect(&info.body, PDS_DER_OCTETS, &digest) && info.body.len == 0 &&
           pds_md_read(id.whole, out) && digest.body.len == pds_md_size(*out);
}

bool pds_signature_names_digest(const pds_cert *c, pds_span signature, pds_md *out)
{
    enum { MODULUS_MAX = 2048 }; /* bytes: 16384 bits, OpenSSL's own limit */
    PDS_OWN(key_ctx_drop) EVP_PKEY_CTX *ctx = NULL;
    uint8_t info[MODULUS_MAX];
    size_t len = sizeof info;
    if (pds_cert_kind(c) != PDS_KEY_RSA || pds_cert_bits(c) > MODULUS_MAX * CHAR_BIT) {
        return false;
    }
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pds_cert_key(c), NULL);
    bool fine = ctx != NULL && EVP_PKEY_verify_recover_init(ctx) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_verify_recover(ctx, info, &len, signature.ptr, signature.len) == 1 &&
                read_digest_info(pds_span_of(info, len), out);
    pds_evp_forget();
    return fine;
}
