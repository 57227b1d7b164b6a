#include "base/own.h"
#include "tests/cms/pki_private.h"

#include <stdio.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/provider.h>

static void write_file(const char *path, pds_span bytes)
{
    FILE *f = fopen(path, "wb");
    NEED(f != NULL);
    NEED(bytes.len == 0 || fwrite(bytes.ptr, bytes.len, 1, f) == 1);
    NEED(fclose(f) == 0);
}

/* ---- keys ---- */

static int write_key(BIO *to, EVP_PKEY *key, pki_form form, const EVP_CIPHER *cipher,
                     char *password)
{
    int len = password == NULL ? 0 : (int)strlen(password);
    switch (form) {
    case PKI_PKCS8_PEM:
        return PEM_write_bio_PKCS8PrivateKey(to, key, cipher, password, len, NULL, NULL);
    case PKI_PKCS8_DER:
        return i2d_PKCS8PrivateKey_bio(to, key, cipher, password, len, NULL, NULL);
    case PKI_TRADITIONAL_PEM:
        return PEM_write_bio_PrivateKey_traditional(to, key, cipher, (unsigned char *)password, len,
                                                    NULL, NULL);
    case PKI_TRADITIONAL_DER:
        return i2d_PrivateKey_bio(to, key);
    }
    return 0;
}

void pki_write_key(const pki *p, pki_form form, const char *cipher, const char *password,
                   const char *path)
{
    char room[128] = "";
    EVP_CIPHER *with = cipher == NULL ? NULL : EVP_CIPHER_fetch(NULL, cipher, NULL);
    BIO *to = BIO_new_file(path, "wb");
    NEED(to != NULL && (cipher == NULL || with != NULL));
    (void)snprintf(room, sizeof room, "%s", password == NULL ? "" : password);
    NEED(write_key(to, p->key, form, with, password == NULL ? NULL : room) == 1);
    explicit_bzero(room, sizeof room); /* some tests look for what is left of it */
    BIO_free(to);
    EVP_CIPHER_free(with);
}

/* ---- certificates ---- */

void pki_append_cert_pem(const pki *p, const char *path)
{
    BIO *to = BIO_new_file(path, "ab");
    NEED(to != NULL && PEM_write_bio_X509(to, p->cert) == 1);
    BIO_free(to);
}

void pki_write_cert_der(const pki *p, const char *path)
{
    write_file(path, pki_cert_der(p));
}

void pki_write_pkcs7(const pki *const *all, size_t count, const char *path)
{
    PKCS7 *p7 = PKCS7_new();
    BIO *to = BIO_new_file(path, "wb");
    NEED(PKCS7_set_type(p7, NID_pkcs7_signed) == 1 && PKCS7_content_new(p7, NID_pkcs7_data) == 1);
    for (size_t i = 0; i < count; i++) {
        NEED(PKCS7_add_certificate(p7, all[i]->cert) == 1);
    }
    NEED(to != NULL && i2d_PKCS7_bio(to, p7) == 1);
    BIO_free(to);
    PKCS7_free(p7);
}

/* ---- PKCS#12 ---- */

/* RC2 and RC4, in a context of its own: the code under test must find them by itself. */
typedef struct old_ciphers {
    OSSL_LIB_CTX *context;
    OSSL_PROVIDER *usual, *legacy;
} old_ciphers;

static old_ciphers old_ciphers_load(void)
{
    old_ciphers old = { .context = OSSL_LIB_CTX_new() };
    NEED(old.context != NULL);
    old.usual = OSSL_PROVIDER_load(old.context, "default");
    old.legacy = OSSL_PROVIDER_load(old.context, "legacy");
    NEED(old.usual != NULL && old.legacy != NULL);
    return old;
}

static void old_ciphers_drop(old_ciphers *old)
{
    NEED(OSSL_PROVIDER_unload(old->legacy) == 1 && OSSL_PROVIDER_unload(old->usual) == 1);
    OSSL_LIB_CTX_free(old->context);
}

static int pbe_of(int asked)
{
    return asked == 0 ? NID_aes_256_cbc : asked;
}

static void put_keys(const pki_p12 *what, int iterations, OSSL_LIB_CTX *old,
                     STACK_OF(PKCS12_SAFEBAG) * *keys, STACK_OF(PKCS12_SAFEBAG) * *certs)
{
    for (size_t i = 0; i < 4 && what->keys[i] != NULL; i++) {
        NEED(PKCS12_add_key_ex(keys, what->keys[i]->key, 0, iterations, pbe_of(what->key_pbe),
                               what->password, old, NULL) != NULL);
        if (!what->no_certs) {
            NEED(PKCS12_add_cert(certs, what->keys[i]->cert) != NULL);
        }
    }
    for (size_t i = 0; i < 4 && what->certs[i] != NULL; i++) {
        NEED(PKCS12_add_cert(certs, what->certs[i]->cert) != NULL);
    }
}

void pki_write_p12(const pki_p12 *what, const char *path)
{
    int iterations = what->iterations == 0 ? 2048 : what->iterations;
    STACK_OF(PKCS12_SAFEBAG) *keys = NULL;
    STACK_OF(PKCS12_SAFEBAG) *certs = NULL;
    STACK_OF(PKCS7) *safes = NULL;
    PDS_OWN(old_ciphers_drop) old_ciphers with = old_ciphers_load();
    put_keys(what, iterations, with.context, &keys, &certs);
    if (certs != NULL) {
        NEED(PKCS12_add_safe_ex(&safes, certs, pbe_of(what->cert_pbe), iterations, what->password,
                                with.context, NULL) == 1);
    }
    NEED(PKCS12_add_safe(&safes, keys, -1, 0, NULL) == 1);
    PKCS12 *pfx = PKCS12_add_safes(safes, 0);
    NEED(pfx != NULL);
    if (!what->no_mac) {
        NEED(PKCS12_set_mac(pfx, what->password, -1, NULL, 0, iterations, EVP_sha256()) == 1);
    }
    BIO *to = BIO_new_file(path, "wb");
    NEED(to != NULL && i2d_PKCS12_bio(to, pfx) == 1);
    BIO_free(to);
    PKCS12_free(pfx);
    sk_PKCS7_pop_free(safes, PKCS7_free);
    sk_PKCS12_SAFEBAG_pop_free(keys, PKCS12_SAFEBAG_free);
    sk_PKCS12_SAFEBAG_pop_free(certs, PKCS12_SAFEBAG_free);
}
