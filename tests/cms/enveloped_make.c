#include "tests/cms/enveloped_make.h"

#include "tests/cms/pki_private.h"

#include <string.h>

#include <openssl/cms.h>
#include <openssl/rsa.h>

static void add(CMS_ContentInfo *info, const pki *to, const enveloped_kind *kind)
{
    const unsigned flags = CMS_KEY_PARAM | (kind->by_identifier ? CMS_USE_KEYID : 0U);
    CMS_RecipientInfo *const one = CMS_add1_recipient_cert(info, to->cert, flags);
    NEED(one != NULL);
    if (kind->oaep != NULL) {
        EVP_PKEY_CTX *const ctx = CMS_RecipientInfo_get0_pkey_ctx(one);
        NEED(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1);
        NEED(EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_get_digestbyname(kind->oaep)) == 1);
        NEED(EVP_PKEY_CTX_set_rsa_mgf1_md(
                 ctx, EVP_get_digestbyname(kind->mgf != NULL ? kind->mgf : kind->oaep)) == 1);
        if (kind->label != NULL) {
            char *const label = OPENSSL_strdup(kind->label);
            NEED(EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, label, (int)strlen(label)) == 1);
        }
    }
}

void enveloped_make(const pki *to, const enveloped_kind *kind, pds_span content, pds_buf *out)
{
    const unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_STREAM;
    const enveloped_kind plain = { .oaep = NULL };
    BIO *const in = BIO_new_mem_buf(content.ptr, (int)content.len);
    BIO *const made = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    CMS_ContentInfo *const info =
        CMS_encrypt(NULL, NULL, EVP_get_cipherbyname(kind->cipher), flags);
    NEED(info != NULL);
    if (kind->stranger != NULL) {
        add(info, kind->stranger, &plain);
    }
    add(info, to, kind);
    if (kind->streamed) {
        NEED(i2d_CMS_bio_stream(made, info, in, CMS_BINARY | CMS_STREAM) == 1);
    } else {
        NEED(CMS_final(info, in, NULL, CMS_BINARY) == 1 && i2d_CMS_bio(made, info) == 1);
    }
    const long len = BIO_get_mem_data(made, &bytes);
    pds_buf_put(out, pds_span_of(bytes, (size_t)len));
    CMS_ContentInfo_free(info);
    BIO_free(in);
    BIO_free(made);
}
