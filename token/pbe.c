#include "token/pbe.h"

#include "base/own.h"
#include "base/secret_heap.h"
#include "cms/evp.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs12err.h>
#include <openssl/provider.h>

enum { ITERATIONS_MAX = 10000000 }; /* some seconds of work */

void pds_plain_drop(pds_plain *plain)
{
    OPENSSL_clear_free(plain->ptr, plain->len < 0 ? 0 : (size_t)plain->len);
    *plain = (pds_plain){ 0 };
}

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

/* One result: 1 done, 0 the padding shows a wrong password, -1 the algorithm is not there. */
static int crypt(const X509_ALGOR *algorithm, const ASN1_OCTET_STRING *data, const char *password,
                 OSSL_LIB_CTX *context, pds_plain *out)
{
    int password_len = password == NULL ? 0 : (int)strlen(password);
    pds_secret_heap_enter();
    const unsigned char *done =
        PKCS12_pbe_crypt_ex(algorithm, password, password_len, ASN1_STRING_get0_data(data),
                            ASN1_STRING_length(data), &out->ptr, &out->len, 0, context, NULL);
    pds_secret_heap_leave();
    if (done != NULL) {
        return 1;
    }
    return ERR_GET_REASON(ERR_peek_last_error()) == PKCS12_R_PKCS12_CIPHERFINAL_ERROR ? 0 : -1;
}

static int crypt_legacy(const X509_ALGOR *algorithm, const ASN1_OCTET_STRING *data,
                        const char *password, pds_plain *out)
{
    PDS_OWN(context_drop) OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
    PDS_OWN(provider_drop) OSSL_PROVIDER *usual = NULL;
    PDS_OWN(provider_drop) OSSL_PROVIDER *legacy = NULL;
    if (context == NULL) {
        return -1;
    }
    usual = OSSL_PROVIDER_load(context, "default");
    legacy = OSSL_PROVIDER_load(context, "legacy");
    return usual == NULL || legacy == NULL ? -1 : crypt(algorithm, data, password, context, out);
}

static pds_code unsupported(const X509_ALGOR *algorithm, pds_err *e)
{
    char name[80] = "";
    (void)OBJ_obj2txt(name, sizeof name, algorithm->algorithm, 0);
    PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "the encryption of the key file (%s) is not supported: %s",
             name, pds_evp_reason());
}

pds_code pds_pbe_decrypt(const X509_ALGOR *algorithm, const ASN1_OCTET_STRING *data,
                         const char *password, pds_plain *out, pds_err *e)
{
    bool v2 = OBJ_obj2nid(algorithm->algorithm) == NID_pbes2;
    PDS_TRY(v2 ? check_pbes2(algorithm, e) : check_pbes1(algorithm, e));
    int result = crypt(algorithm, data, password, NULL, out);
    if (result < 0) {
        result = crypt_legacy(algorithm, data, password, out);
    }
    if (result < 0) {
        return unsupported(algorithm, e);
    }
    pds_evp_forget();
    if (result == 0) {
        PDS_FAIL(e, PDS_E_PIN_WRONG, "the password does not open the key file");
    }
    return PDS_OK;
}
