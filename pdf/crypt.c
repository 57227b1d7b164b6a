#include "pdf/crypt.h"

#include "base/own.h"
#include "cms/digest.h"
#include "pdf/crypt_key.h"

#include <stdlib.h>
#include <string.h>

/* Permission bits that let a form be filled in (table 22), counted from 0. */
enum { BIT_MODIFY = 3, BIT_ANNOTATE = 5, BIT_FILL_IN = 8 };

/* Of one stream that are looked at; sound ones have two or three. */
enum { FILTERS_MAX = 16 };

struct pds_crypt {
    pds_cipher *cipher;
    pds_hash *sha256;
    size_t key_len; /* of the file key, which lies where core dumps do not look */
    pds_crypt_dict dict;
    pds_buf encrypt;          /* text of the encryption dictionary, for named crypt filters */
    pds_buf clear, scrambled; /* of one string */
    bool owner;
};

/* ---- opening ---- */

static pds_code new_empty(pds_crypt **out, pds_err *e)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return pds_cipher_new(&(*out)->cipher, e);
}

static pds_code wrong_password(bool given, pds_err *e)
{
    if (!given) {
        return pds_err_hint(pds_fail(e, PDS_E_PASSWORD_NEEDED, __func__,
                                     "the file is encrypted and needs a password"),
                            e, "give it with --password-file");
    }
    PDS_FAIL(e, PDS_E_PASSWORD_WRONG, "the password does not open the file");
}

static pds_code find_key(pds_crypt *c, const pds_secret *password, pds_err *e)
{
    PDS_OWN(pds_crypt_key_wipe) pds_crypt_key key = { .len = 0 };
    pds_crypt_try t = { .cipher = c->cipher, .dict = &c->dict };

    if (password != NULL) {
        t.password = pds_secret_span(password);
    }
    t.as_owner = t.password.len != 0;
    PDS_TRY(c->dict.version == 5 ? pds_crypt_key_aes(&t, &key, e) : pds_crypt_key_rc4(&t, &key, e));
    if (!key.found) {
        return wrong_password(t.as_owner, e);
    }
    c->owner = key.owner;
    c->key_len = key.len;
    memcpy(pds_cipher_key(c->cipher), key.bytes, key.len);
    return PDS_OK;
}

pds_code pds_crypt_open(pds_span encrypt, pds_span id0, const pds_secret *password, pds_crypt **out,
                        pds_err *e)
{
    PDS_OWN(pds_crypt_drop) pds_crypt *c = NULL;

    PDS_TRY(new_empty(&c, e));
    PDS_TRY(pds_crypt_dict_read(encrypt, id0, &c->dict, e));
    pds_buf_put(&c->encrypt, encrypt);
    PDS_TRY(pds_buf_end(&c->encrypt, e));
    PDS_TRY(find_key(c, password, e));
    *out = c;
    c = NULL;
    return PDS_OK;
}

static void buf_wipe(pds_buf *b)
{
    if (b->ptr != NULL) {
        explicit_bzero(b->ptr, b->cap);
    }
    pds_buf_drop(b);
}

void pds_crypt_drop(pds_crypt **c)
{
    if (*c == NULL) {
        return;
    }
    pds_cipher_drop(&(*c)->cipher);
    pds_hash_drop(&(*c)->sha256);
    pds_buf_drop(&(*c)->encrypt);
    buf_wipe(&(*c)->clear);
    buf_wipe(&(*c)->scrambled);
    free(*c);
    *c = NULL;
}

void pds_crypt_key_wipe(pds_crypt_key *k)
{
    explicit_bzero(k, sizeof *k);
}

bool pds_crypt_may_sign(const pds_crypt *c)
{
    uint32_t bits = 1U << BIT_ANNOTATE;

    if (c->dict.revision >= 3) { /* before, bit 9 was reserved */
        bits |= 1U << BIT_FILL_IN;
    }
    return c->owner || (c->dict.p & bits) != 0;
}

bool pds_crypt_may_add_fields(const pds_crypt *c)
{
    const uint32_t bits = 1U << BIT_MODIFY | 1U << BIT_ANNOTATE;

    return c->owner || (c->dict.p & bits) == bits;
}

/* ---- one run of bytes ---- */

/* A string or stream of an object, and which of them it is. */
typedef struct numbered {
    pds_span bytes;
    uint32_t counter;
} numbered;

static pds_span file_key_of(pds_crypt *c)
{
    return pds_span_of(pds_cipher_key(c->cipher), c->key_len);
}

/* Algorithm 1: the key of an object; 1.A: version 5 uses the file key. */
static pds_code object_key(const pds_crypt_use *use, pds_crypt_method method, pds_crypt_key *out,
                           pds_err *e)
{
    static const uint8_t salt[] = { 's', 'A', 'l', 'T' };
    pds_span file_key = file_key_of(use->crypt);
    uint8_t text[32 + 5 + 4];
    size_t len = file_key.len;

    if (method == PDS_CRYPT_AESV3) {
        memcpy(out->bytes, file_key.ptr, file_key.len);
        out->len = file_key.len;
        return PDS_OK;
    }
    memcpy(text, file_key.ptr, file_key.len);
    for (int i = 0; i < 3; i++) {
        text[len++] = (uint8_t)(use->ref.num >> (8 * i));
    }
    text[len++] = (uint8_t)use->ref.gen;
    text[len++] = (uint8_t)(use->ref.gen >> 8);
    if (method == PDS_CRYPT_AESV2) {
        memcpy(text + len, salt, sizeof salt);
        len += sizeof salt;
    }
    pds_code rc = pds_cipher_md5(use->crypt->cipher, pds_span_of(text, len), out->bytes, e);
    explicit_bzero(text, sizeof text);
    out->len = file_key.len + 5 < 16 ? file_key.len + 5 : 16;
    return rc;
}

/* The initialization vector: unpredictable without the key, and the same whenever the same file is
 * made again. */
static pds_code vector(const pds_crypt_use *use, const numbered *in, uint8_t *out, pds_err *e)
{
    pds_hash **hash = &use->crypt->sha256;
    uint32_t place[3] = { use->ref.num, use->ref.gen, in->counter };
    uint8_t digest[PDS_DIGEST_MAX];

    if (*hash == NULL) {
        PDS_TRY(pds_hash_new(PDS_SHA256, hash, e));
    }
    PDS_TRY(pds_hash_begin(*hash, e));
    PDS_TRY(pds_hash_put(*hash, file_key_of(use->crypt), e));
    for (size_t i = 0; i < sizeof place / sizeof place[0]; i++) {
        uint8_t be[4] = { (uint8_t)(place[i] >> 24), (uint8_t)(place[i] >> 16),
                          (uint8_t)(place[i] >> 8), (uint8_t)place[i] };
        PDS_TRY(pds_hash_put(*hash, pds_span_of(be, sizeof be), e));
    }
    PDS_TRY(pds_hash_put(*hash, in->bytes, e));
    PDS_TRY(pds_hash_end(*hash, digest, e));
    memcpy(out, digest, PDS_CIPHER_BLOCK);
    return PDS_OK;
}

static pds_code run_into(const pds_crypt_use *use, pds_cipher_run *run, pds_buf *out, pds_err *e)
{
    size_t start = out->len;

    run->encrypt = use->way == PDS_ENCRYPT;
    run->out = pds_buf_grow(out, run->in.len + PDS_CIPHER_BLOCK);
    PDS_TRY(pds_buf_end(out, e));
    pds_code rc = pds_cipher_do(use->crypt->cipher, run, e);
    out->len = start + run->out_len;
    return pds_err_object(rc, e, use->ref.num);
}

/* AES data begin with their initialization vector. Empty data, or a vector alone, stand for
 * nothing: some writers leave the padding out there. */
static pds_code decrypt_aes(const pds_crypt_use *use, pds_span key, pds_span in, pds_buf *out,
                            pds_err *e)
{
    pds_cipher_run run = { .kind = PDS_AES_CBC_PAD, .key = key, .in = in };

    if (in.len == 0) {
        return PDS_OK;
    }
    if (!pds_span_take(&run.in, PDS_CIPHER_BLOCK, &run.iv)) {
        return pds_err_object(
            pds_fail(e, PDS_E_PDF_DAMAGED, __func__, "%zu encrypted bytes are too few", in.len), e,
            use->ref.num);
    }
    return run.in.len == 0 ? PDS_OK : run_into(use, &run, out, e);
}

static pds_code encrypt_aes(const pds_crypt_use *use, pds_span key, const numbered *in,
                            pds_buf *out, pds_err *e)
{
    uint8_t iv[PDS_CIPHER_BLOCK] = { 0 };
    pds_cipher_run run = {
        .kind = PDS_AES_CBC_PAD, .key = key, .iv = pds_span_of(iv, sizeof iv), .in = in->bytes
    };

    PDS_TRY(vector(use, in, iv, e));
    pds_buf_put(out, run.iv);
    return run_into(use, &run, out, e);
}

/* `in` changed by a method, behind out. */
static pds_code put_changed(const pds_crypt_use *use, pds_crypt_method method, const numbered *in,
                            pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_crypt_key_wipe) pds_crypt_key key = { .len = 0 };

    if (method == PDS_CRYPT_IDENTITY) {
        pds_buf_put(out, in->bytes);
        return pds_buf_end(out, e);
    }
    PDS_TRY(object_key(use, method, &key, e));
    pds_span bytes = pds_span_of(key.bytes, key.len);
    if (method == PDS_CRYPT_RC4) {
        pds_cipher_run run = { .kind = PDS_RC4, .key = bytes, .in = in->bytes };
        return run_into(use, &run, out, e);
    }
    return use->way == PDS_ENCRYPT ? encrypt_aes(use, bytes, in, out, e)
                                   : decrypt_aes(use, bytes, in->bytes, out, e);
}

/* ---- strings ---- */

typedef struct text_walk {
    const pds_crypt_use *use;
    pds_buf *out;
    const uint8_t *copied; /* the text before it is in out already */
    uint32_t counter;
} text_walk;

static void copy_until(text_walk *w, const uint8_t *end)
{
    pds_buf_put(w->out, pds_span_of(w->copied, (size_t)(end - w->copied)));
    w->copied = end;
}

static pds_code put_string(text_walk *w, pds_span string, pds_err *e)
{
    pds_crypt *c = w->use->crypt;

    pds_buf_clear(&c->clear);
    pds_buf_clear(&c->scrambled);
    if (!pds_value_bytes(string, &c->clear)) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "a string that cannot be read");
    }
    PDS_TRY(pds_buf_end(&c->clear, e));
    const numbered in = { pds_buf_span(&c->clear), w->counter++ };
    PDS_TRY(put_changed(w->use, c->dict.strings, &in, &c->scrambled, e));
    copy_until(w, string.ptr);
    pds_string_put(w->out, pds_buf_span(&c->scrambled));
    w->copied = string.ptr + string.len;
    return PDS_OK;
}

static pds_code put_value(text_walk *w, pds_span value, pds_err *e)
{
    pds_kind kind = pds_value_kind(value);
    pds_iter it = pds_iter_of(value);
    pds_span key;
    pds_span item;

    if (kind == PDS_KIND_STRING) {
        return put_string(w, value, e);
    }
    if (kind != PDS_KIND_ARRAY && kind != PDS_KIND_DICT) {
        return PDS_OK;
    }
    bool signature = kind == PDS_KIND_DICT && pds_dict_get(value, "ByteRange", &item);
    while (pds_iter_next(&it, &key, &item)) {
        if (!signature || !pds_value_is_name(key, "Contents")) {
            PDS_TRY(put_value(w, item, e));
        }
    }
    return PDS_OK;
}

pds_code pds_crypt_text(const pds_crypt_use *use, pds_span text, pds_buf *out, pds_err *e)
{
    text_walk walk = { .use = use, .out = out, .copied = text.ptr };

    if (use->crypt->dict.strings != PDS_CRYPT_IDENTITY) {
        PDS_TRY(pds_err_object(put_value(&walk, text, e), e, use->ref.num));
    }
    copy_until(&walk, text.ptr + text.len);
    return pds_buf_end(out, e);
}

/* ---- streams ---- */

/* Item n of an array; empty where there is none. */
static pds_span item_of(pds_span array, size_t n)
{
    pds_iter it = pds_iter_of(array);
    pds_span key;
    pds_span item = { NULL, 0 };

    for (size_t i = 0; i <= n; i++) {
        if (!pds_iter_next(&it, &key, &item)) {
            return pds_span_of(NULL, 0);
        }
    }
    return item;
}

/* Is /Crypt among the filters? Then its parameters, which may be empty. */
static bool crypt_filter_of(pds_span dict, pds_span *parameters)
{
    pds_span filter;

    (void)pds_dict_get(dict, "Filter", &filter);
    (void)pds_dict_get(dict, "DecodeParms", parameters);
    if (pds_value_kind(filter) != PDS_KIND_ARRAY) {
        return pds_value_is_name(filter, "Crypt");
    }
    for (size_t i = 0; i < FILTERS_MAX; i++) {
        pds_span item = item_of(filter, i);
        if (pds_value_is_name(item, "Crypt")) {
            *parameters = item_of(*parameters, i);
            return true;
        }
    }
    return false;
}

static pds_code stream_method(const pds_crypt *c, pds_span dict, pds_crypt_method *out, pds_err *e)
{
    const pds_crypt_dict *d = &c->dict;
    pds_span type = { NULL, 0 };
    pds_span parms;
    pds_span name;

    *out = d->streams;
    (void)pds_dict_get(dict, "Type", &type);
    if (pds_value_is_name(type, "XRef") ||
        (pds_value_is_name(type, "Metadata") && !d->encrypt_metadata)) {
        *out = PDS_CRYPT_IDENTITY;
    } else if (d->version >= 4 && crypt_filter_of(dict, &parms)) {
        *out = PDS_CRYPT_IDENTITY; /* table 14: the default name */
        return pds_dict_get(parms, "Name", &name)
                   ? pds_crypt_filter(pds_buf_span(&c->encrypt), d, name, out, e)
                   : PDS_OK;
    } else if (pds_value_is_name(type, "EmbeddedFile")) {
        *out = d->embedded;
    }
    return PDS_OK;
}

pds_code pds_crypt_stream(const pds_crypt_use *use, pds_span dict, pds_span data, pds_buf *out,
                          pds_err *e)
{
    pds_crypt_method method = PDS_CRYPT_IDENTITY;
    const numbered in = { data, UINT32_MAX };

    PDS_TRY(pds_err_object(stream_method(use->crypt, dict, &method, e), e, use->ref.num));
    return put_changed(use, method, &in, out, e);
}
