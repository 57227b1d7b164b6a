#include "base/own.h"
#include "base/secret_heap.h"
#include "cms/evp.h"
#include "token/softkey.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

static void context_drop(EVP_PKEY_CTX **ctx)
{
    EVP_PKEY_CTX_free(*ctx);
}

static const EVP_MD *md_of(pds_digest digest)
{
    return digest == PDS_DIGEST_DEFAULT ? EVP_sha1() : pds_evp_md(digest);
}

static bool set_padding(EVP_PKEY_CTX *ctx, const pds_decryption *how)
{
    if (how->scheme == PDS_DECRYPT_PKCS1) {
        return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
    }
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(ctx, md_of(how->digest)) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md_of(how->mgf)) == 1;
}

static bool decrypt_rsa(EVP_PKEY_CTX *ctx, const pds_decryption *how, uint8_t *out, size_t *len)
{
    return EVP_PKEY_decrypt_init(ctx) == 1 && set_padding(ctx, how) &&
           EVP_PKEY_decrypt(ctx, out, len, how->ciphertext.ptr, how->ciphertext.len) == 1;
}

static bool agree(EVP_PKEY_CTX *ctx, const pds_decryption *how, uint8_t *out, size_t *len)
{
    return EVP_PKEY_derive_init(ctx) == 1 &&
           EVP_PKEY_derive_set_peer(ctx, (EVP_PKEY *)how->peer) == 1 &&
           EVP_PKEY_derive(ctx, out, len) == 1;
}

pds_code pds_softkey_decrypt(void *self, const pds_decryption *how, pds_buf *locked, pds_err *e)
{
    const pds_softkey *const s = self;
    const size_t max = (size_t)EVP_PKEY_get_size(s->chosen);
    const size_t before = locked->len;
    size_t len = max;
    PDS_OWN(context_drop) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(s->chosen, NULL);
    uint8_t *const room = pds_buf_grow(locked, max);
    PDS_TRY(pds_buf_end(locked, e));
    pds_secret_heap_enter();
    const bool done =
        ctx != NULL && (how->scheme == PDS_DECRYPT_ECDH ? agree(ctx, how, room, &len)
                                                        : decrypt_rsa(ctx, how, room, &len));
    pds_secret_heap_leave();
    locked->len = before + (done ? len : 0);
    if (!done) {
        pds_evp_forget();
        PDS_FAIL(e, PDS_E_NOT_FOR_KEY, "what was encrypted is not for this key");
    }
    return PDS_OK;
}
