#include "cms/digest.h"

#include "base/own.h"
#include "cms/evp.h"

#include <stdlib.h>

struct pds_hash {
    EVP_MD_CTX *ctx;
    const EVP_MD *md;
};

static pds_code hash_failed(pds_err *e)
{
    PDS_FAIL(e, PDS_E_INTERNAL, "OpenSSL does not digest: %s", pds_evp_reason());
}

static pds_code hash_of_kind(const EVP_MD *md, pds_hash **out, pds_err *e)
{
    PDS_OWN(pds_hash_drop) pds_hash *h = calloc(1, sizeof *h);
    if (h == NULL || (h->ctx = EVP_MD_CTX_new()) == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    h->md = md;
    *out = h;
    h = NULL;
    return PDS_OK;
}

pds_code pds_md_hash_new(pds_md md, pds_hash **out, pds_err *e)
{
    PDS_OWN(pds_hash_drop) pds_hash *h = NULL;
    PDS_TRY(hash_of_kind(pds_evp_md_get(md), &h, e));
    PDS_TRY(pds_hash_begin(h, e));
    *out = h;
    h = NULL;
    return PDS_OK;
}

pds_code pds_hash_new(pds_digest digest, pds_hash **out, pds_err *e)
{
    return pds_md_hash_new(pds_md_of(digest), out, e);
}

pds_code pds_hash_copy(const pds_hash *h, pds_hash **out, pds_err *e)
{
    PDS_OWN(pds_hash_drop) pds_hash *copy = NULL;
    PDS_TRY(hash_of_kind(h->md, &copy, e));
    if (EVP_MD_CTX_copy_ex(copy->ctx, h->ctx) != 1) {
        return hash_failed(e);
    }
    *out = copy;
    copy = NULL;
    return PDS_OK;
}

pds_code pds_hash_begin(pds_hash *h, pds_err *e)
{
    return h->md != NULL && EVP_DigestInit_ex2(h->ctx, h->md, NULL) == 1 ? PDS_OK : hash_failed(e);
}

pds_code pds_hash_put(pds_hash *h, pds_span bytes, pds_err *e)
{
    return EVP_DigestUpdate(h->ctx, bytes.ptr, bytes.len) == 1 ? PDS_OK : hash_failed(e);
}

pds_code pds_hash_end(pds_hash *h, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    if (EVP_DigestFinal_ex(h->ctx, out, NULL) != 1) {
        return hash_failed(e);
    }
    return PDS_OK;
}

void pds_hash_drop(pds_hash **h)
{
    if (h != NULL && *h != NULL) {
        EVP_MD_CTX_free((*h)->ctx);
        free(*h);
        *h = NULL;
    }
}

pds_code pds_md_hash_of(pds_md md, pds_span bytes, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    const EVP_MD *evp = pds_evp_md_get(md);
    if (evp == NULL || EVP_Digest(bytes.ptr, bytes.len, out, NULL, evp, NULL) != 1) {
        return hash_failed(e);
    }
    return PDS_OK;
}

pds_code pds_hash_of(pds_digest digest, pds_span bytes, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    return pds_md_hash_of(pds_md_of(digest), bytes, out, e);
}
