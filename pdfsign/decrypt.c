#include "base/base64.h"
#include "base/file.h"
#include "base/locked.h"
#include "base/own.h"
#include "base/publish.h"
#include "cms/enveloped.h"
#include "cms/pem.h"
#include "token/token.h"

#include <pds/token.h>

#include <string.h>

enum { INPUT_MAX = 256 << 20, KEY_MAX = 4096 };

static void wipe_buf(pds_buf *b)
{
    if (b->ptr != NULL) {
        explicit_bzero(b->ptr, b->len);
    }
    pds_buf_drop(b);
}

static pds_code read_all(const pds_file *file, pds_buf *out, pds_err *e)
{
    if (file->size > INPUT_MAX) {
        PDS_FAIL(e, PDS_E_LIMIT, "it is larger than %d MiB", INPUT_MAX >> 20);
    }
    uint8_t *const room = pds_buf_grow(out, (size_t)file->size);
    PDS_TRY(pds_buf_end(out, e));
    return file->size == 0 ? PDS_OK : pds_file_read(file, 0, room, (size_t)file->size, e);
}

/* DER or BER as it is, else the first block of PEM, else base64. */
static pds_code read_input(const pds_file *file, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf decoded = { .max = INPUT_MAX };
    pds_pem block;
    out->max = INPUT_MAX;
    PDS_TRY(read_all(file, out, e));
    pds_span text = pds_buf_span(out);
    if (text.len == 0 || text.ptr[0] == 0x30) {
        return PDS_OK;
    }
    const pds_span base64 = pds_pem_next(&text, &block) ? block.base64 : pds_buf_span(out);
    if (pds_base64_take(base64, &decoded) && decoded.len > 0) {
        pds_buf_drop(out);
        *out = pds_buf_take(&decoded);
    }
    return pds_buf_end(out, e);
}

/* The content's key, by the private key where it is. */
static pds_code find_content_key(const pds_key *key, const pds_recipient *r, pds_buf *locked,
                                 pds_err *e)
{
    PDS_OWN(pds_locked_drop) pds_buf shared = { 0 };
    const pds_decryption how = {
        .scheme = r->agreed ? PDS_DECRYPT_ECDH
                  : r->oaep ? PDS_DECRYPT_OAEP
                            : PDS_DECRYPT_PKCS1,
        .digest = r->digest,
        .mgf = r->mgf,
        .ciphertext = r->agreed ? pds_span_of(NULL, 0) : r->encrypted,
        .peer = r->peer,
    };
    if (!r->agreed) {
        return pds_key_decrypt(key, &how, locked, e);
    }
    PDS_TRY(pds_locked_new(KEY_MAX, &shared, e));
    PDS_TRY(pds_key_decrypt(key, &how, &shared, e));
    return pds_recipient_unwrap(r, pds_buf_span(&shared), locked, e);
}

static pds_code open_envelope(const pds_key *key, const pds_enveloped *v, pds_buf *plain,
                              pds_err *e)
{
    PDS_OWN(pds_recipient_drop) pds_recipient r = { .peer = NULL };
    PDS_OWN(pds_locked_drop) pds_buf content_key = { 0 };
    PDS_TRY(pds_enveloped_recipient(v, pds_key_cert(key), &r, e));
    PDS_TRY(pds_locked_new(KEY_MAX, &content_key, e));
    PDS_TRY(find_content_key(key, &r, &content_key, e));
    return pds_enveloped_open(v, pds_buf_span(&content_key), plain, e);
}

pds_code pds_decrypt(const pds_key *key, const char *input, const pds_output *output, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    PDS_OWN(wipe_buf) pds_buf plain = { .max = INPUT_MAX + KEY_MAX };
    PDS_OWN(pds_enveloped_drop) pds_enveloped v = { .recipients = { 0 } };
    PDS_OWN(pds_file_close) pds_file file = PDS_FILE_NONE;
    PDS_OWN(pds_publish_drop) pds_publish *out = NULL;
    PDS_TRY(pds_file_open(input, &file, e));
    PDS_TRY(pds_err_file(read_input(&file, &cms, e), e, input));
    PDS_TRY(pds_err_file(pds_enveloped_read(pds_buf_span(&cms), &v, e), e, input));
    PDS_TRY(pds_err_file(open_envelope(key, &v, &plain, e), e, input));
    PDS_TRY(pds_publish_open(output, &file, &out, e));
    PDS_TRY(pds_publish_write(out, pds_buf_span(&plain), e));
    return pds_publish_commit(out, e);
}
