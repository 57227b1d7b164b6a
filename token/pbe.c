#include "token/pbe.h"

#include "base/own.h"
#include "cms/evp.h"

#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

enum { ITERATIONS_MAX = 10000000 }; /* some seconds of work */

/* ---- iterations ---- */

pds_code pds_pbe_check_iterations(const ASN1_INTEGER *iterations, pds_err *e)
{
    int64_t count = 0;
    if (iterations != NULL &&
        (ASN1_INTEGER_get_int64(&count, iterations) != 1 || count < 1 || count > ITERATIONS_MAX)) {
        pds_evp_forget();
        PDS_FAIL(e, PDS_E_LIMIT, "the key file asks for more than %d iterations of its password",
                 ITERATIONS_MAX);
    }
    return PDS_OK;
}

static void *parameters_of(const X509_ALGOR *algorithm, const ASN1_ITEM *as)
{
    const void *value = NULL;
    int type = V_ASN1_UNDEF;
    X509_ALGOR_get0(NULL, &type, &value, algorithm);
    return type == V_ASN1_SEQUENCE ? ASN1_item_unpack(value, as) : NULL;
}

/* RFC 8018, A.4: the key derivation function of PBES2, mostly PBKDF2. scrypt has OpenSSL's limit.
 */
static pds_code check_pbes2(const X509_ALGOR *algorithm, pds_err *e)
{
    PBE2PARAM *outer = parameters_of(algorithm, ASN1_ITEM_rptr(PBE2PARAM));
    PBKDF2PARAM *kdf = NULL;
    if (outer != NULL && OBJ_obj2nid(outer->keyfunc->algorithm) == NID_id_pbkdf2) {
        kdf = parameters_of(outer->keyfunc, ASN1_ITEM_rptr(PBKDF2PARAM));
    }
    pds_code code = kdf == NULL ? PDS_OK : pds_pbe_check_iterations(kdf->iter, e);
    PBKDF2PARAM_free(kdf);
    PBE2PARAM_free(outer);
    return code;
}

static pds_code check_pbes1(const X509_ALGOR *algorithm, pds_err *e)
{
    PBEPARAM *kdf = parameters_of(algorithm, ASN1_ITEM_rptr(PBEPARAM));
    pds_code code = kdf == NULL ? PDS_OK : pds_pbe_check_iterations(kdf->iter, e);
    PBEPARAM_free(kdf);
    return code;
}

/* ---- decrypting ---- */

static void context_drop(OSSL_LIB_CTX **context)
{
    OSSL_LIB_CTX_free(*context);
}

static void provider_drop(OSSL_PROVIDER **provider)
{
    if (*provider != NULL) {
        (void)OSSL_PROVIDER_unload(*provider);
    }
}

static void cipher_drop(EVP_CIPHER_CTX **cipher)
{
    EVP_CIPHER_CTX_free(*cipher);
}

/* What the algorithm and the password make; NULL: the algorithm is not there. */
static EVP_CIPHER_CTX *prepare(const X509_ALGOR *algorithm, const char *password,
                               OSSL_LIB_CTX *context)
{
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int len = password == NULL ? 0 : (int)strlen(password);
    if (cipher != NULL &&
        EVP_PBE_CipherInit_ex(algorithm->algorithm, password, len, algorithm->parameter, cipher, 0,
                              context, NULL) != 1) {
        cipher_drop(&cipher);
        cipher = NULL;
    }
    return cipher;
}

/* False: the padding is wrong, and so is the password. out has room for a block more. */
static bool finish(EVP_CIPHER_CTX *cipher, pds_span in, pds_buf *out)
{
    int most = 0;
    int last = 0;
    bool right = EVP_DecryptUpdate(cipher, out->ptr, &most, in.ptr, (int)in.len) == 1 &&
                 EVP_DecryptFinal_ex(cipher, out->ptr + most, &last) == 1;
    out->len = right ? (size_t)most + (size_t)last : out->cap; /* all that is to be wiped */
    return right;
}

typedef enum outcome { DONE, WRONG_PASSWORD, NOT_THERE } outcome;

static outcome decrypt(const X509_ALGOR *algorithm, pds_span in, const char *password,
                       OSSL_LIB_CTX *context, pds_buf *out)
{
    PDS_OWN(cipher_drop) EVP_CIPHER_CTX *cipher = prepare(algorithm, password, context);
    if (cipher == NULL) {
        return NOT_THERE;
    }
    return finish(cipher, in, out) ? DONE : WRONG_PASSWORD;
}

static outcome decrypt_legacy(const X509_ALGOR *algorithm, pds_span in, const char *password,
                              pds_buf *out)
{
    PDS_OWN(context_drop) OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
    PDS_OWN(provider_drop) OSSL_PROVIDER *usual = NULL;
    PDS_OWN(provider_drop) OSSL_PROVIDER *legacy = NULL;
    if (context == NULL) {
        return NOT_THERE;
    }
    usual = OSSL_PROVIDER_load(context, "default");
    legacy = OSSL_PROVIDER_load(context, "legacy");
    return usual == NULL || legacy == NULL ? NOT_THERE
                                           : decrypt(algorithm, in, password, context, out);
}

static pds_code unsupported(const X509_ALGOR *algorithm, pds_err *e)
{
    char name[80] = "";
    (void)OBJ_obj2txt(name, sizeof name, algorithm->algorithm, 0);
    PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "the encryption of the key file (%s) is not supported: %s",
             name, pds_evp_reason());
}

pds_code pds_pbe_decrypt(const X509_ALGOR *algorithm, const ASN1_OCTET_STRING *data,
                         const char *password, pds_buf *locked, pds_err *e)
{
    bool v2 = OBJ_obj2nid(algorithm->algorithm) == NID_pbes2;
    pds_span in = pds_asn1_span(data);
    PDS_TRY(v2 ? check_pbes2(algorithm, e) : check_pbes1(algorithm, e));
    PDS_TRY(pds_locked_new(in.len + EVP_MAX_BLOCK_LENGTH, locked, e));
    outcome result = decrypt(algorithm, in, password, NULL, locked);
    if (result == NOT_THERE) {
        result = decrypt_legacy(algorithm, in, password, locked);
    }
    if (result == NOT_THERE) {
        return unsupported(algorithm, e);
    }
    pds_evp_forget();
    if (result == WRONG_PASSWORD) {
        PDS_FAIL(e, PDS_E_PIN_WRONG, "the password does not open the key file");
    }
    return PDS_OK;
}
