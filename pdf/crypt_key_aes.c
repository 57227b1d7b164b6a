#include "base/own.h"
#include "cms/digest.h"
#include "pdf/crypt_key.h"

#include <string.h>

/* File keys of revisions 5 and 6 (AES-256). Algorithm numbers are those of ISO 32000-2, 7.6.4. */

enum {
    PASSWORD_MAX = 127,
    HASH_SIZE = 32,
    U_SIZE = 48,
    REPEATS = 64,
    ROUNDS_MIN = 64,
    SEED_MAX = PASSWORD_MAX + PDS_DIGEST_MAX + U_SIZE
};

/* Algorithm 2.B at work. Everything in it is secret. */
typedef struct hardened {
    pds_hash *sha[3]; /* SHA-256, SHA-384, SHA-512 */
    uint8_t k[PDS_DIGEST_MAX];
    size_t k_len;
    uint8_t text[REPEATS * SEED_MAX + PDS_CIPHER_BLOCK];
    size_t len;
} hardened;

static void hardened_wipe(hardened *h)
{
    for (size_t i = 0; i < 3; i++) {
        pds_hash_drop(&h->sha[i]);
    }
    explicit_bzero(h, sizeof *h);
}

static pds_code hardened_begin(hardened *h, pds_err *e)
{
    static const pds_digest digests[] = { PDS_SHA256, PDS_SHA384, PDS_SHA512 };

    for (size_t i = 0; i < 3; i++) {
        PDS_TRY(pds_hash_new(digests[i], &h->sha[i], e));
    }
    return PDS_OK;
}

static void text_put(hardened *h, pds_span bytes)
{
    if (bytes.len != 0) {
        memcpy(h->text + h->len, bytes.ptr, bytes.len);
        h->len += bytes.len;
    }
}

/* h->k becomes the digest of h->text: 0 SHA-256, 1 SHA-384, 2 SHA-512. */
static pds_code text_hash(hardened *h, size_t which, pds_err *e)
{
    PDS_TRY(pds_hash_begin(h->sha[which], e));
    PDS_TRY(pds_hash_put(h->sha[which], pds_span_of(h->text, h->len), e));
    PDS_TRY(pds_hash_end(h->sha[which], h->k, e));
    h->k_len = 32 + 16 * which;
    return PDS_OK;
}

/* One round; *last gets the last byte of E. */
static pds_code harden(const pds_crypt_try *t, hardened *h, pds_span user, uint8_t *last,
                       pds_err *e)
{
    h->len = 0;
    text_put(h, t->password);
    text_put(h, pds_span_of(h->k, h->k_len));
    text_put(h, user);
    size_t seed = h->len;
    for (int i = 1; i < REPEATS; i++) {
        text_put(h, pds_span_of(h->text, seed));
    }

    pds_cipher_run run = { .kind = PDS_AES_CBC,
                           .encrypt = true,
                           .key = pds_span_of(h->k, 16),
                           .iv = pds_span_of(h->k + 16, 16),
                           .in = pds_span_of(h->text, h->len),
                           .out = h->text };
    PDS_TRY(pds_cipher_do(t->cipher, &run, e));

    unsigned sum = 0; /* 256 is 1 modulo 3: the number's remainder is that of its digits' sum */
    for (int i = 0; i < 16; i++) {
        sum += h->text[i];
    }
    *last = h->text[h->len - 1];
    return text_hash(h, sum % 3, e);
}

/* The hash of revision 5 (plain SHA-256) or 6 (algorithm 2.B) over password, salt and, for the
 * owner's password, the whole of /U. */
static pds_code password_hash(const pds_crypt_try *t, pds_span salt, pds_span user,
                              pds_crypt_key *out, pds_err *e)
{
    PDS_OWN(hardened_wipe) hardened h = { .len = 0 };
    uint8_t last = 0;

    PDS_TRY(hardened_begin(&h, e));
    text_put(&h, t->password);
    text_put(&h, salt);
    text_put(&h, user);
    PDS_TRY(text_hash(&h, 0, e));
    if (t->dict->revision == 6) {
        for (int round = 1; round <= ROUNDS_MIN || last > round - 1 - 32; round++) {
            PDS_TRY(harden(t, &h, user, &last, e));
        }
    }
    memcpy(out->bytes, h.k, HASH_SIZE);
    out->len = HASH_SIZE;
    return PDS_OK;
}

/* A 48-byte /U or /O is a hash, a salt to check it and a salt for the key. */
static pds_code try_one(const pds_crypt_try *t, bool owner, pds_crypt_key *out, pds_err *e)
{
    static const uint8_t zeros[PDS_CIPHER_BLOCK];
    const uint8_t *entry = owner ? t->dict->o : t->dict->u;
    pds_span user = pds_span_of(t->dict->u, owner ? U_SIZE : 0);
    PDS_OWN(pds_crypt_key_wipe) pds_crypt_key hash = { .len = 0 };
    uint8_t opened[32 + PDS_CIPHER_BLOCK];

    PDS_TRY(password_hash(t, pds_span_of(entry + 32, 8), user, &hash, e));
    if (memcmp(hash.bytes, entry, HASH_SIZE) != 0) {
        return PDS_OK;
    }
    PDS_TRY(password_hash(t, pds_span_of(entry + 40, 8), user, &hash, e));
    pds_cipher_run run = { .kind = PDS_AES_CBC,
                           .key = pds_span_of(hash.bytes, HASH_SIZE),
                           .iv = pds_span_of(zeros, sizeof zeros),
                           .in = pds_span_of(owner ? t->dict->oe : t->dict->ue, 32),
                           .out = opened };
    PDS_TRY(pds_cipher_do(t->cipher, &run, e));
    memcpy(out->bytes, opened, 32);
    explicit_bzero(opened, sizeof opened);
    out->len = 32;
    out->found = true;
    out->owner = owner;
    return PDS_OK;
}

/* Algorithm 13: /Perms is /P under the file key, so that nobody changes /P alone. */
static pds_code check_perms(const pds_crypt_try *t, const pds_crypt_key *key, pds_err *e)
{
    const pds_crypt_dict *d = t->dict;
    uint8_t clear[2 * PDS_CIPHER_BLOCK] = { 0 };
    pds_cipher_run run = { .kind = PDS_AES_ECB,
                           .key = pds_span_of(key->bytes, key->len),
                           .in = pds_span_of(d->perms, sizeof d->perms),
                           .out = clear };

    PDS_TRY(pds_cipher_do(t->cipher, &run, e));
    uint32_t p =
        clear[0] | (uint32_t)clear[1] << 8 | (uint32_t)clear[2] << 16 | (uint32_t)clear[3] << 24;
    if (memcmp(clear + 9, "adb", 3) != 0 || p != d->p ||
        clear[8] != (d->encrypt_metadata ? 'T' : 'F')) {
        PDS_FAIL(e, PDS_E_PDF_DAMAGED, "the permissions do not match their encrypted copy /Perms");
    }
    return PDS_OK;
}

pds_code pds_crypt_key_aes(const pds_crypt_try *t, pds_crypt_key *out, pds_err *e)
{
    pds_crypt_try cut = *t;

    cut.password.len = cut.password.len < PASSWORD_MAX ? cut.password.len : PASSWORD_MAX;
    if (t->as_owner) {
        PDS_TRY(try_one(&cut, true, out, e));
    }
    if (!out->found) {
        PDS_TRY(try_one(&cut, false, out, e));
    }
    return out->found ? check_perms(&cut, out, e) : PDS_OK;
}
