/* What is encrypted for a certificate: EnvelopedData and AuthEnvelopedData, DER and BER, up to the
 * plain bytes. The first byte says for whose key: RSA or P-256. The seeds' program made the keys.
 */

#include "base/locked.h"
#include "base/own.h"
#include "cms/enveloped.h"
#include "token/token.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KEY_MAX = 4096, PLAIN_MAX = 1 << 20 };

static pds_key *open_key(const char *uri)
{
    const pds_key_options options = { .uri = uri, .decrypts = true };
    pds_key *key = NULL;
    pds_err e;
    if (pds_key_open(&options, &key, &e) != PDS_OK) {
        (void)fprintf(stderr, "%s: %s\n", uri, e.text);
        abort();
    }
    return key;
}

static const pds_key *key_of(bool rsa)
{
    static pds_key *keys[2];
    if (keys[0] == NULL) {
        keys[0] = open_key("file:" FUZZ_KEYS "/ec.pem");
        keys[1] = open_key("file:" FUZZ_KEYS "/rsa.pem");
    }
    return keys[rsa ? 1 : 0];
}

static pds_code find_key(const pds_key *key, const pds_recipient *r, pds_buf *locked)
{
    PDS_OWN(pds_locked_drop) pds_buf shared = { 0 };
    pds_decryption how = { .scheme = r->oaep ? PDS_DECRYPT_OAEP : PDS_DECRYPT_PKCS1,
                           .digest = r->digest,
                           .mgf = r->mgf,
                           .ciphertext = r->encrypted };
    if (!r->agreed) {
        return pds_key_decrypt(key, &how, locked, NULL);
    }
    how = (pds_decryption){ .scheme = PDS_DECRYPT_ECDH, .peer = r->peer };
    PDS_TRY(pds_locked_new(KEY_MAX, &shared, NULL));
    PDS_TRY(pds_key_decrypt(key, &how, &shared, NULL));
    return pds_recipient_unwrap(r, pds_buf_span(&shared), locked, NULL);
}

/* Where the key of the content does not come out, any other does: what follows is read all the
 * same. */
static void open_content(const pds_enveloped *v, pds_buf *content_key)
{
    static const size_t sizes[] = { 16, 24, 32 };
    static const uint8_t zeros[32];
    PDS_OWN(pds_buf_drop) pds_buf plain = { .max = PLAIN_MAX };
    pds_code code = pds_enveloped_open(v, pds_buf_span(content_key), &plain, NULL);
    assert(code == PDS_OK || plain.len == 0);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] && code != PDS_OK; i++) {
        code = pds_enveloped_open(v, pds_span_of(zeros, sizes[i]), &plain, NULL);
        assert(code == PDS_OK || plain.len == 0);
    }
    assert(plain.len <= v->content.len);
}

static void decrypt(pds_span cms, const pds_key *key)
{
    PDS_OWN(pds_enveloped_drop) pds_enveloped v = { .recipients = { 0 } };
    PDS_OWN(pds_recipient_drop) pds_recipient r = { .peer = NULL };
    PDS_OWN(pds_locked_drop) pds_buf content_key = { 0 };
    pds_err e;
    if (pds_enveloped_read(cms, &v, &e) != PDS_OK ||
        pds_locked_new(KEY_MAX, &content_key, &e) != PDS_OK) {
        return;
    }
    if (pds_enveloped_recipient(&v, pds_key_cert(key), &r, &e) == PDS_OK) {
        (void)!find_key(key, &r, &content_key);
    }
    open_content(&v, &content_key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0) {
        decrypt(pds_span_of(data + 1, size - 1), key_of((data[0] & 1) != 0));
    }
    return 0;
}
