#include "tests/cms/enveloped_undo.h"

#include "base/locked.h"
#include "base/own.h"
#include "tests/cms/pki_private.h"

#include <openssl/rsa.h>

static bool take_padding(EVP_PKEY_CTX *ctx, const pds_recipient *r)
{
    static const char *const names[] = { "SHA1", "SHA256", "SHA384", "SHA512" };
    const EVP_MD *const md = EVP_get_digestbyname(names[r->digest]);
    const EVP_MD *const mgf = EVP_get_digestbyname(names[r->mgf]);
    if (!r->oaep) {
        return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
    }
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(ctx, md) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, mgf) == 1;
}

static bool use_rsa(const pki *p, const pds_recipient *r, uint8_t *out, size_t *len)
{
    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new(p->key, NULL);
    const bool done = EVP_PKEY_decrypt_init(ctx) == 1 && take_padding(ctx, r) &&
                      EVP_PKEY_decrypt(ctx, out, len, r->encrypted.ptr, r->encrypted.len) == 1;
    EVP_PKEY_CTX_free(ctx);
    return done;
}

static bool agree(const pki *p, const pds_recipient *r, uint8_t *out, size_t *len)
{
    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new(p->key, NULL);
    const bool done = EVP_PKEY_derive_init(ctx) == 1 &&
                      EVP_PKEY_derive_set_peer(ctx, r->peer) == 1 &&
                      EVP_PKEY_derive(ctx, out, len) == 1;
    EVP_PKEY_CTX_free(ctx);
    return done;
}

pds_code enveloped_find_key(const pki *p, const pds_recipient *r, pds_buf *key, pds_err *e)
{
    uint8_t bytes[1024];
    size_t len = sizeof bytes;
    if (!(r->agreed ? agree(p, r, bytes, &len) : use_rsa(p, r, bytes, &len))) {
        PDS_FAIL(e, PDS_E_NOT_FOR_KEY, "the key does not fit");
    }
    if (r->agreed) {
        return pds_recipient_unwrap(r, pds_span_of(bytes, len), key, e);
    }
    pds_buf_put(key, pds_span_of(bytes, len));
    return pds_buf_end(key, e);
}

pds_code enveloped_undo(const pki *p, pds_span cms, pds_buf *plain, pds_err *e)
{
    PDS_OWN(pds_cert_drop) pds_cert *cert = pki_cert(p);
    PDS_OWN(pds_enveloped_drop) pds_enveloped v = { .recipients = { 0 } };
    PDS_OWN(pds_recipient_drop) pds_recipient r = { .peer = NULL };
    PDS_OWN(pds_locked_drop) pds_buf key = { 0 };
    PDS_TRY(pds_enveloped_read(cms, &v, e));
    PDS_TRY(pds_enveloped_recipient(&v, cert, &r, e));
    PDS_TRY(pds_locked_new(4096, &key, e));
    PDS_TRY(enveloped_find_key(p, &r, &key, e));
    return pds_enveloped_open(&v, pds_buf_span(&key), plain, e);
}
