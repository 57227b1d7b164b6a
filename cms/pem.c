#include "cms/pem.h"

#include "base/own.h"

#include <limits.h>

#include <openssl/evp.h>

/* Moves *in behind the first `text`; what stood before it goes to *before. */
static bool skip_past(pds_span *in, const char *text, pds_span *before)
{
    size_t len = strlen(text);
    const uint8_t *found = in->len == 0 ? NULL : memmem(in->ptr, in->len, text, len);
    pds_span ignored;
    return found != NULL && pds_span_take(in, (size_t)(found - in->ptr), before) &&
           pds_span_take(in, len, &ignored);
}

/* Headers end with an empty line; base64 has no colon. */
static void split_headers(pds_span body, pds_pem *out)
{
    static const char *const empty_lines[] = { "\n\n", "\n\r\n" };
    while (body.len != 0 && (body.ptr[0] == '\r' || body.ptr[0] == '\n')) {
        body.ptr++; /* the end of the BEGIN line */
        body.len--;
    }
    out->headers = pds_span_of(body.ptr, 0);
    out->base64 = body;
    if (body.len == 0 || memchr(body.ptr, ':', body.len) == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof empty_lines / sizeof empty_lines[0]; i++) {
        if (skip_past(&body, empty_lines[i], &out->headers)) {
            out->headers.len++; /* with the end of its last line */
            out->base64 = body;
            return;
        }
    }
}

bool pds_pem_next(pds_span *in, pds_pem *out)
{
    pds_span rest = *in;
    pds_span before;
    pds_span body;
    if (!skip_past(&rest, "-----BEGIN ", &before) || !skip_past(&rest, "-----", &out->label) ||
        !skip_past(&rest, "-----END ", &body) || rest.len < out->label.len ||
        memcmp(rest.ptr, out->label.ptr, out->label.len) != 0) {
        return false;
    }
    split_headers(body, out);
    *in = rest;
    return true;
}

size_t pds_pem_room(const pds_pem *block)
{
    return block->base64.len / 4 * 3 + 3;
}

static void ctx_drop(EVP_ENCODE_CTX **ctx)
{
    EVP_ENCODE_CTX_free(*ctx);
}

bool pds_pem_decode(const pds_pem *block, uint8_t *room, size_t *len)
{
    PDS_OWN(ctx_drop) EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
    int most = 0;
    int last = 0;
    if (ctx == NULL || block->base64.len > INT_MAX) {
        return false;
    }
    EVP_DecodeInit(ctx);
    if (EVP_DecodeUpdate(ctx, room, &most, block->base64.ptr, (int)block->base64.len) < 0 ||
        EVP_DecodeFinal(ctx, room + most, &last) != 1) {
        return false;
    }
    *len = (size_t)most + (size_t)last;
    return true;
}
