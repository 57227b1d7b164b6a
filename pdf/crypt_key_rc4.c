#include "base/own.h"
#include "pdf/crypt_key.h"

#include <string.h>

/* File keys of revisions 2 to 4. Algorithm numbers are those of ISO 32000-2, 7.6.4. */

enum { PAD_SIZE = 32, MD5_ROUNDS = 50, RC4_ROUNDS = 20 };

static const uint8_t PAD[PAD_SIZE] = { 0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41,
                                       0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08,
                                       0x2E, 0x2E, 0x00, 0xB6, 0xD0, 0x68, 0x3E, 0x80,
                                       0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A };

/* PDFDocEncoding where it is not Latin-1 (annex D.3): 0x18 to 0x1F, then 0x80 to 0xA0. */
static const uint16_t LOW[] = { 0x02D8, 0x02C7, 0x02C6, 0x02D9, 0x02DD, 0x02DB, 0x02DA, 0x02DC };
static const uint16_t HIGH[] = { 0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x0192,
                                 0x2044, 0x2039, 0x203A, 0x2212, 0x2030, 0x201E, 0x201C,
                                 0x201D, 0x2018, 0x2019, 0x201A, 0x2122, 0xFB01, 0xFB02,
                                 0x0141, 0x0152, 0x0160, 0x0178, 0x017D, 0x0131, 0x0142,
                                 0x0153, 0x0161, 0x017E, 0xFFFF, 0x20AC };

/* A password filled up to 32 bytes. */
typedef struct padded {
    uint8_t bytes[PAD_SIZE];
} padded;

static void padded_wipe(padded *p)
{
    explicit_bzero(p, sizeof *p);
}

static void pad(pds_span password, padded *out)
{
    size_t n = password.len < PAD_SIZE ? password.len : PAD_SIZE;

    if (n != 0) {
        memcpy(out->bytes, password.ptr, n);
    }
    memcpy(out->bytes + n, PAD, PAD_SIZE - n);
}

static int table_find(const uint16_t *table, size_t count, uint32_t code, int first)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i] == code) {
            return first + (int)i;
        }
    }
    return -1;
}

/* -1: not in PDFDocEncoding. */
static int doc_byte(uint32_t code)
{
    if ((code < 0x80 && (code < 0x18 || code > 0x1F)) || (code > 0xA0 && code <= 0xFF)) {
        return (int)code;
    }
    int byte = table_find(LOW, sizeof LOW / sizeof LOW[0], code, 0x18);
    return byte >= 0 ? byte : table_find(HIGH, sizeof HIGH / sizeof HIGH[0], code, 0x80);
}

/* One code point below U+10000; false: not UTF-8. */
static bool utf8_take(pds_span *in, uint32_t *code)
{
    uint8_t lead = in->ptr[0];
    size_t n = lead < 0x80                   ? 1
               : lead >= 0xC2 && lead < 0xE0 ? 2
               : lead >= 0xE0 && lead < 0xF0 ? 3
                                             : 0;
    pds_span part;

    if (n == 0 || !pds_span_take(in, n, &part)) {
        return false;
    }
    *code = n == 1 ? lead : n == 2 ? lead & 0x1FU : lead & 0x0FU;
    for (size_t i = 1; i < n; i++) {
        if ((part.ptr[i] & 0xC0) != 0x80) {
            return false;
        }
        *code = *code << 6 | (part.ptr[i] & 0x3FU);
    }
    return true;
}

/* The password in PDFDocEncoding. False: it is not UTF-8, or has characters that are not there, so
 * that its bytes have to stand for themselves. */
static bool pad_from_utf8(pds_span password, padded *out)
{
    PDS_OWN(padded_wipe) padded doc = { { 0 } };
    size_t len = 0;

    while (password.len != 0 && len < PAD_SIZE) {
        uint32_t code = 0;
        int byte = utf8_take(&password, &code) ? doc_byte(code) : -1;
        if (byte < 0) {
            return false;
        }
        doc.bytes[len++] = (uint8_t)byte;
    }
    pad(pds_span_of(doc.bytes, len), out);
    return true;
}

static pds_code md5_again(pds_cipher *c, uint8_t *digest, size_t len, pds_err *e)
{
    for (int i = 0; i < MD5_ROUNDS; i++) {
        PDS_TRY(pds_cipher_md5(c, pds_span_of(digest, len), digest, e));
    }
    return PDS_OK;
}

/* RC4 in place, once or with 20 keys that differ by a counter. */
static pds_code rc4_rounds(const pds_crypt_try *t, pds_span key, uint8_t bytes[PAD_SIZE + 16],
                           bool down, pds_err *e)
{
    int rounds = t->dict->revision == 2 ? 1 : RC4_ROUNDS;

    for (int i = 0; i < rounds; i++) {
        PDS_OWN(pds_crypt_key_wipe) pds_crypt_key turned = { .len = key.len };
        uint8_t mask = (uint8_t)(down ? rounds - 1 - i : i);
        for (size_t k = 0; k < key.len; k++) {
            turned.bytes[k] = key.ptr[k] ^ mask;
        }
        pds_cipher_run run = { .kind = PDS_RC4,
                               .encrypt = true,
                               .key = pds_span_of(turned.bytes, key.len),
                               .in = pds_span_of(bytes, PAD_SIZE),
                               .out = bytes };
        PDS_TRY(pds_cipher_do(t->cipher, &run, e));
    }
    return PDS_OK;
}

static void put_le32(uint8_t *out, uint32_t n)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(n >> (8 * i));
    }
}

/* Algorithm 2. */
static pds_code file_key(const pds_crypt_try *t, const padded *password, pds_crypt_key *out,
                         pds_err *e)
{
    const pds_crypt_dict *d = t->dict;
    uint8_t text[2 * PAD_SIZE + 4 + PDS_CRYPT_ID_MAX + 4];
    size_t len = 0;

    memcpy(text, password->bytes, PAD_SIZE);
    memcpy(text + PAD_SIZE, d->o, PAD_SIZE);
    put_le32(text + (size_t)2 * PAD_SIZE, d->p);
    len = 2 * PAD_SIZE + 4;
    memcpy(text + len, d->id0, d->id0_len);
    len += d->id0_len;
    if (d->revision >= 4 && !d->encrypt_metadata) {
        memset(text + len, 0xFF, 4);
        len += 4;
    }
    pds_code rc = pds_cipher_md5(t->cipher, pds_span_of(text, len), out->bytes, e);
    explicit_bzero(text, sizeof text);
    PDS_TRY(rc);
    out->len = d->key_len;
    return d->revision == 2 ? PDS_OK : md5_again(t->cipher, out->bytes, out->len, e);
}

/* Algorithms 4 to 6: what /U has to be under this key; 32 bytes at revision 2, else 16. */
static pds_code user_check(const pds_crypt_try *t, pds_crypt_key *key, pds_err *e)
{
    const pds_crypt_dict *d = t->dict;
    uint8_t text[PAD_SIZE + PDS_CRYPT_ID_MAX];
    uint8_t made[PAD_SIZE + 16] = { 0 };

    memcpy(text, PAD, PAD_SIZE);
    if (d->revision == 2) {
        memcpy(made, PAD, PAD_SIZE);
    } else {
        memcpy(text + PAD_SIZE, d->id0, d->id0_len);
        PDS_TRY(pds_cipher_md5(t->cipher, pds_span_of(text, PAD_SIZE + d->id0_len), made, e));
    }
    PDS_TRY(rc4_rounds(t, pds_span_of(key->bytes, key->len), made, false, e));
    key->found = memcmp(made, d->u, d->revision == 2 ? PAD_SIZE : 16) == 0;
    return PDS_OK;
}

static pds_code try_user(const pds_crypt_try *t, const padded *password, pds_crypt_key *out,
                         pds_err *e)
{
    PDS_TRY(file_key(t, password, out, e));
    return user_check(t, out, e);
}

/* Algorithm 7: the owner's password opens /O, which holds the user's. */
static pds_code try_owner(const pds_crypt_try *t, const padded *password, pds_crypt_key *out,
                          pds_err *e)
{
    PDS_OWN(pds_crypt_key_wipe) pds_crypt_key key = { .len = t->dict->key_len };
    PDS_OWN(padded_wipe) padded user;
    uint8_t opened[PAD_SIZE + 16];

    PDS_TRY(pds_cipher_md5(t->cipher, pds_span_of(password->bytes, PAD_SIZE), key.bytes, e));
    if (t->dict->revision >= 3) {
        PDS_TRY(md5_again(t->cipher, key.bytes, PDS_MD5_SIZE, e));
    }
    memcpy(opened, t->dict->o, PAD_SIZE);
    pds_code rc = rc4_rounds(t, pds_span_of(key.bytes, key.len), opened, true, e);
    memcpy(user.bytes, opened, PAD_SIZE);
    explicit_bzero(opened, sizeof opened);
    PDS_TRY(rc);
    PDS_TRY(try_user(t, &user, out, e));
    out->owner = out->found;
    return PDS_OK;
}

static pds_code try_both(const pds_crypt_try *t, const padded *password, pds_crypt_key *out,
                         pds_err *e)
{
    if (t->as_owner) {
        PDS_TRY(try_owner(t, password, out, e));
    }
    return out->found ? PDS_OK : try_user(t, password, out, e);
}

pds_code pds_crypt_key_rc4(const pds_crypt_try *t, pds_crypt_key *out, pds_err *e)
{
    PDS_OWN(padded_wipe) padded raw = { { 0 } };
    PDS_OWN(padded_wipe) padded doc = { { 0 } };

    pad(t->password, &raw);
    if (pad_from_utf8(t->password, &doc)) {
        PDS_TRY(try_both(t, &doc, out, e));
        if (out->found || memcmp(&raw, &doc, sizeof raw) == 0) {
            return PDS_OK;
        }
    }
    return try_both(t, &raw, out, e);
}
