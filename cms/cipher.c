#include "cms/cipher.h"

#include <limits.h>
#include <pthread.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

typedef enum cipher_row { AES_128_CBC, AES_256_CBC, AES_256_ECB, RC4, ROW_COUNT } cipher_row;

static const char *const NAMES[ROW_COUNT] = {
    [AES_128_CBC] = "AES-128-CBC",
    [AES_256_CBC] = "AES-256-CBC",
    [AES_256_ECB] = "AES-256-ECB",
    [RC4] = "RC4",
};

struct pds_cipher {
    EVP_CIPHER_CTX *ctx;
    EVP_CIPHER *ciphers[ROW_COUNT]; /* fetched when first met: a fetch is dear */
    EVP_MD_CTX *md_ctx;
    EVP_MD *md5;
    uint8_t key[PDS_CIPHER_KEY_MAX];
};

/* RC4 stays in a library context of its own, so that nothing else in the process can pick it.
 * Loaded once, at the first RC4 file, and kept. */
static OSSL_LIB_CTX *legacy;
static pthread_once_t legacy_once = PTHREAD_ONCE_INIT;

static void legacy_load(void)
{
    OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
    if (context != NULL && OSSL_PROVIDER_load(context, "legacy") == NULL) {
        OSSL_LIB_CTX_free(context);
        context = NULL;
    }
    legacy = context;
}

pds_code pds_cipher_new(pds_cipher **out, pds_err *e)
{
    pds_cipher *c = OPENSSL_secure_zalloc(sizeof *c);
    if (c != NULL) {
        c->ctx = EVP_CIPHER_CTX_new();
        c->md_ctx = EVP_MD_CTX_new();
    }
    if (c == NULL || c->ctx == NULL || c->md_ctx == NULL) {
        pds_cipher_drop(&c);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    *out = c;
    return PDS_OK;
}

void pds_cipher_drop(pds_cipher **c)
{
    if (*c == NULL) {
        return;
    }
    EVP_CIPHER_CTX_free((*c)->ctx); /* wipes the key schedule */
    EVP_MD_CTX_free((*c)->md_ctx);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        EVP_CIPHER_free((*c)->ciphers[i]);
    }
    EVP_MD_free((*c)->md5);
    OPENSSL_secure_clear_free(*c, sizeof **c);
    *c = NULL;
}

uint8_t *pds_cipher_key(pds_cipher *c)
{
    return c->key;
}

static pds_code row_of(const pds_cipher_run *run, cipher_row *row, pds_err *e)
{
    bool aes_cbc = run->kind == PDS_AES_CBC || run->kind == PDS_AES_CBC_PAD;
    size_t key = run->key.len;

    if (run->kind == PDS_RC4 && key >= 5 && key <= 16) {
        *row = RC4;
    } else if (run->kind == PDS_AES_ECB && key == 32) {
        *row = AES_256_ECB;
    } else if (aes_cbc && run->iv.len == PDS_CIPHER_BLOCK && (key == 16 || key == 32)) {
        *row = key == 16 ? AES_128_CBC : AES_256_CBC;
    } else {
        PDS_FAIL(e, PDS_E_INTERNAL, "no cipher with a key of %zu bytes", key);
    }
    return PDS_OK;
}

static pds_code fetch(pds_cipher *c, cipher_row row, pds_err *e)
{
    if (c->ciphers[row] != NULL) {
        return PDS_OK;
    }
    if (row == RC4) {
        (void)pthread_once(&legacy_once, legacy_load);
    }
    if (row != RC4 || legacy != NULL) {
        c->ciphers[row] = EVP_CIPHER_fetch(row == RC4 ? legacy : NULL, NAMES[row], NULL);
    }
    if (c->ciphers[row] == NULL) {
        ERR_clear_error();
        return pds_err_hint(pds_fail(e, PDS_E_PDF_UNSUPPORTED, __func__,
                                     "this OpenSSL does not have the cipher %s", NAMES[row]),
                            e, row == RC4 ? "install OpenSSL's legacy provider" : "");
    }
    return PDS_OK;
}

/* RC4's key size has to be set between choosing the cipher and giving the key. */
static bool begin(pds_cipher *c, const pds_cipher_run *run, const EVP_CIPHER *cipher)
{
    int encrypt = run->encrypt ? 1 : 0;
    const uint8_t *iv = run->iv.len == 0 ? NULL : run->iv.ptr;

    return EVP_CipherInit_ex2(c->ctx, cipher, NULL, NULL, encrypt, NULL) == 1 &&
           EVP_CIPHER_CTX_set_key_length(c->ctx, (int)run->key.len) == 1 &&
           EVP_CipherInit_ex2(c->ctx, NULL, run->key.ptr, iv, encrypt, NULL) == 1 &&
           EVP_CIPHER_CTX_set_padding(c->ctx, run->kind == PDS_AES_CBC_PAD ? 1 : 0) == 1;
}

static bool check_length(const pds_cipher_run *run)
{
    if (run->kind == PDS_RC4) {
        return true;
    }
    if (run->kind == PDS_AES_CBC_PAD && run->encrypt) {
        return true;
    }
    return run->in.len % PDS_CIPHER_BLOCK == 0 &&
           (run->kind != PDS_AES_CBC_PAD || run->in.len != 0);
}

pds_code pds_cipher_do(pds_cipher *c, pds_cipher_run *run, pds_err *e)
{
    cipher_row row = RC4;
    int n = 0;
    int last = 0;

    run->out_len = 0;
    if (run->in.len > (size_t)INT_MAX - PDS_CIPHER_BLOCK) {
        PDS_FAIL(e, PDS_E_LIMIT, "%zu bytes are too many for one cipher run", run->in.len);
    }
    if (!check_length(run)) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "%zu encrypted bytes are not whole blocks", run->in.len);
    }
    PDS_TRY(row_of(run, &row, e));
    PDS_TRY(fetch(c, row, e));
    if (!begin(c, run, c->ciphers[row]) ||
        EVP_CipherUpdate(c->ctx, run->out, &n, run->in.ptr, (int)run->in.len) != 1) {
        PDS_FAIL(e, PDS_E_INTERNAL, "the cipher %s failed", NAMES[row]);
    }
    if (EVP_CipherFinal_ex(c->ctx, run->out + n, &last) != 1) {
        ERR_clear_error();
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "encrypted bytes end in wrong padding");
    }
    run->out_len = (size_t)n + (size_t)last;
    return PDS_OK;
}

pds_code pds_cipher_md5(pds_cipher *c, pds_span in, uint8_t out[PDS_MD5_SIZE], pds_err *e)
{
    if (c->md5 == NULL) {
        c->md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    }
    if (c->md5 == NULL) {
        ERR_clear_error();
        PDS_FAIL(e, PDS_E_PDF_UNSUPPORTED, "this OpenSSL does not have the digest %s", "MD5");
    }
    if (EVP_DigestInit_ex2(c->md_ctx, c->md5, NULL) != 1 ||
        EVP_DigestUpdate(c->md_ctx, in.ptr, in.len) != 1 ||
        EVP_DigestFinal_ex(c->md_ctx, out, NULL) != 1) {
        PDS_FAIL(e, PDS_E_INTERNAL, "the digest %s failed", "MD5");
    }
    return PDS_OK;
}
