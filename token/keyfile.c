/* `file:` — a private key in PEM or DER, encrypted or not, perhaps with its certificates. */

#include "base/locked.h"
#include "base/own.h"
#include "cms/der.h"
#include "cms/evp.h"
#include "cms/pem.h"
#include "token/pbe.h"
#include "token/softkey.h"

#include <openssl/pem.h>

typedef struct keyfile {
    const char *path;
    const pds_key_options *options;
    pds_softkey *keys;
} keyfile;

static void sig_drop(X509_SIG **sig)
{
    X509_SIG_free(*sig);
}

/* PKCS#8 EncryptedPrivateKeyInfo (RFC 5958, 3) */
static pds_code add_encrypted(keyfile *f, pds_span der, pds_err *e)
{
    const unsigned char *at = der.ptr;
    PDS_OWN(sig_drop) X509_SIG *sig = d2i_X509_SIG(NULL, &at, (long)der.len);
    PDS_OWN(pds_secret_drop) pds_secret *password = NULL;
    PDS_OWN(pds_locked_drop) pds_buf plain = { 0 };
    const X509_ALGOR *algorithm = NULL;
    const ASN1_OCTET_STRING *data = NULL;

    if (sig == NULL) {
        PDS_FAIL(e, PDS_E_KEY_UNREADABLE, "the encrypted private key is broken: %s",
                 pds_evp_reason());
    }
    X509_SIG_get0(sig, &algorithm, &data);
    PDS_TRY(pds_pin_ask(f->options, f->path, -1, &password, e));
    PDS_TRY(pds_pbe_decrypt(algorithm, data, pds_secret_text(password), &plain, e));
    pds_span info = pds_buf_span(&plain);
    if (!pds_der_valid(info)) { /* one wrong password in 256 leaves a padding that seems right */
        PDS_FAIL(e, PDS_E_PIN_WRONG, "the password does not open the key file");
    }
    return pds_softkey_add(f->keys, info, e);
}

/* RSAPrivateKey, ECPrivateKey, PrivateKeyInfo; a sequence that begins with a sequence is encrypted.
 */
static pds_code add_der(keyfile *f, pds_span der, pds_err *e)
{
    pds_span in = der;
    pds_der outer;
    pds_der first;
    bool encrypted = pds_der_expect(&in, PDS_DER_SEQUENCE, &outer) &&
                     pds_der_expect(&outer.body, PDS_DER_SEQUENCE, &first);
    return encrypted ? add_encrypted(f, der, e) : pds_softkey_add(f->keys, der, e);
}

static int give_password(char *room, int size, int writing, void *password)
{
    pds_span text = pds_secret_span(password);
    (void)writing;
    if (text.len > (size_t)size) {
        return -1;
    }
    memcpy(room, text.ptr, text.len);
    return (int)text.len;
}

/* RFC 1421 encryption, as OpenSSL wrote it before PKCS#8: in place. */
static pds_code decrypt_traditional(keyfile *f, pds_span headers, uint8_t *der, size_t *len,
                                    pds_err *e)
{
    char text[512] = "";
    EVP_CIPHER_INFO cipher;
    long plain_len = (long)*len;
    PDS_OWN(pds_secret_drop) pds_secret *password = NULL;

    if (headers.len >= sizeof text) {
        PDS_FAIL(e, PDS_E_KEY_UNREADABLE, "the headers of the PEM block are too long");
    }
    memcpy(text, headers.ptr, headers.len);
    if (PEM_get_EVP_CIPHER_INFO(text, &cipher) != 1) {
        PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "the encryption of the PEM block is not supported: %s",
                 pds_evp_reason());
    }
    if (cipher.cipher == NULL) {
        return PDS_OK; /* headers, but none about encryption */
    }
    PDS_TRY(pds_pin_ask(f->options, f->path, -1, &password, e));
    int done = PEM_do_header(&cipher, der, &plain_len, give_password, password);
    pds_evp_forget();
    if (done != 1 || plain_len < 0 || !pds_der_valid(pds_span_of(der, (size_t)plain_len))) {
        PDS_FAIL(e, PDS_E_PIN_WRONG, "the password does not open the key file");
    }
    *len = (size_t)plain_len;
    return PDS_OK;
}

static pds_code add_block(keyfile *f, const pds_pem *block, pds_err *e)
{
    PDS_OWN(pds_locked_drop) pds_buf der = { 0 };
    size_t len = 0;
    PDS_TRY(pds_locked_new(pds_pem_room(block), &der, e));
    uint8_t *room = pds_buf_grow(&der, der.cap); /* all of it is wiped in the end */
    if (!pds_pem_decode(block, room, &len)) {
        PDS_FAIL(e, PDS_E_KEY_UNREADABLE, "the base64 of the private key is broken");
    }
    if (block->headers.len != 0) {
        PDS_TRY(decrypt_traditional(f, block->headers, room, &len, e));
    }
    return add_der(f, pds_span_of(room, len), e);
}

static bool is_private_key(pds_span label)
{
    static const char end[] = "PRIVATE KEY"; /* after nothing, ENCRYPTED, RSA, EC, OPENSSH … */
    size_t len = sizeof end - 1;
    return label.len >= len && memcmp(label.ptr + label.len - len, end, len) == 0;
}

static pds_code check_label(pds_span label, pds_err *e)
{
    static const char *const known[] = { "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY",
                                         "EC PRIVATE KEY" };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (pds_span_is(label, known[i])) {
            return PDS_OK;
        }
    }
    PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "a PEM block of kind '%.*s' is not supported",
             (int)(label.len > 64 ? 64 : label.len), (const char *)label.ptr);
}

/* Exactly one private key, among certificates and whatever else. */
static pds_code read_pem(keyfile *f, pds_span text, pds_err *e)
{
    pds_span rest = text;
    pds_pem block;
    size_t found = 0;
    while (pds_pem_next(&rest, &block)) {
        if (!is_private_key(block.label)) {
            continue;
        }
        if (++found > 1) {
            PDS_FAIL(e, PDS_E_KEY_AMBIGUOUS, "the file holds more than one private key");
        }
        PDS_TRY(check_label(block.label, e));
        PDS_TRY(add_block(f, &block, e));
    }
    if (found == 0) {
        PDS_FAIL(e, PDS_E_KEY_UNREADABLE, "the file holds no private key");
    }
    return pds_certs_read(&f->keys->certs, text, &found, e);
}

static pds_code read_file(keyfile *f, pds_err *e)
{
    PDS_OWN(pds_locked_drop) pds_buf file = { 0 };
    pds_pem block;
    PDS_TRY(pds_softkey_slurp(f->path, &file, e));
    pds_span rest = pds_buf_span(&file);
    bool pem = pds_pem_next(&rest, &block);
    PDS_TRY(pem ? read_pem(f, pds_buf_span(&file), e) : add_der(f, pds_buf_span(&file), e));
    return pds_softkey_choose(f->keys, f->options, e);
}

static pds_code keyfile_open(const char *path, const pds_key_options *options, void **self,
                             pds_err *e)
{
    PDS_OWN(pds_softkey_drop) pds_softkey *keys = NULL;
    PDS_TRY(pds_softkey_new(&keys, e));
    keyfile f = { path, options, keys };
    PDS_TRY(pds_err_file(read_file(&f, e), e, path));
    *self = keys;
    keys = NULL;
    return PDS_OK;
}

const pds_token_ops pds_token_file = {
    .scheme = "file",
    .open = keyfile_open,
    .certs = pds_softkey_certs,
    .matches = pds_softkey_matches,
    .sign = pds_softkey_sign,
    .decrypt = pds_softkey_decrypt,
    .close = pds_softkey_close,
};
