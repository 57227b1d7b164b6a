#include "base/own.h"
#include "token/hardkey.h"
#include "token/softkey.h"
#include "token/token.h"

#include <stdlib.h>
#include <time.h>

const pds_token_ops *const pds_token_drivers[] = { &pds_token_file, &pds_token_p12, &pds_token_p11,
                                                   &pds_token_pcsc, NULL };

struct pds_key {
    const pds_token_ops *ops; /* NULL: certificate only */
    void *self;
    pds_cert *cert;
    pds_certs chain;
    bool decrypts; /* opened for that alone: whether it may sign was not looked at */
};

void pds_key_drop(pds_key **key)
{
    if (key == NULL || *key == NULL) {
        return;
    }
    if ((*key)->ops != NULL && (*key)->ops->close != NULL) {
        (*key)->ops->close((*key)->self);
    }
    pds_cert_drop(&(*key)->cert);
    pds_certs_drop(&(*key)->chain);
    free(*key);
    *key = NULL;
}

pds_code pds_key_from(const pds_token_ops *ops, void *self, pds_cert *cert, pds_certs *chain,
                      pds_key **out, pds_err *e)
{
    pds_key *key = calloc(1, sizeof *key);
    if (key == NULL) {
        if (ops != NULL && ops->close != NULL) {
            ops->close(self);
        }
        pds_cert_drop(&cert);
        pds_certs_drop(chain);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    *key = (pds_key){ .ops = ops, .self = self, .cert = cert, .chain = *chain };
    *chain = (pds_certs){ 0 };
    *out = key;
    return PDS_OK;
}

/* ---- opening ---- */

/* What is known of a key that is being opened. */
typedef struct opening {
    const pds_key_options *options;
    pds_key *key;   /* ops, self, cert, chain as they are found */
    pds_certs pool; /* where issuers may be */
} opening;

/* A certificate that can't be read is a fault of the key, not of the document. */
static pds_code load_certs(pds_certs *list, const char *path, pds_err *e)
{
    pds_code code = pds_certs_load(list, path, e);
    if (code == PDS_E_INPUT_UNREADABLE || code == PDS_E_LIMIT) {
        code = pds_fail(e, PDS_E_CERT_UNREADABLE, __func__, "the certificates can't be read: %s",
                        e == NULL ? "" : e->text);
    }
    return pds_err_file(code, e, path);
}

static pds_code open_driver(opening *o, pds_err *e)
{
    const pds_token_ops *driver = NULL;
    const char *rest = NULL;
    if (o->options->uri == NULL) {
        return PDS_OK;
    }
    PDS_TRY(pds_uri_split(o->options->uri, &driver, &rest, e));
    PDS_TRY(driver->open(rest, o->options, &o->key->self, e));
    o->key->ops = driver;
    return driver->certs(o->key->self, &o->key->cert, &o->pool, e);
}

/* Without a key, any certificate may be meant. */
static pds_code fits(const pds_key *key, const pds_cert *cert, pds_err *e)
{
    return key->ops == NULL ? PDS_OK : key->ops->matches(key->self, cert, e);
}

/* The first certificate of the file that belongs to the key; the others may be its issuers. */
static pds_code choose_cert(opening *o, const pds_certs *given, pds_err *e)
{
    if (given->count == 0) {
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "the file holds no certificate");
    }
    for (size_t i = 0; i < given->count; i++) {
        if (fits(o->key, given->items[i], NULL) == PDS_OK) {
            pds_cert_drop(&o->key->cert);
            o->key->cert = pds_cert_share(given->items[i]);
            return PDS_OK;
        }
    }
    return fits(o->key, given->items[0], e); /* says what is wrong with the first */
}

static pds_code take_given_cert(opening *o, pds_err *e)
{
    PDS_OWN(pds_certs_drop) pds_certs given = { 0 };
    if (o->options->cert == NULL) {
        return PDS_OK;
    }
    PDS_TRY(load_certs(&given, o->options->cert, e));
    PDS_TRY(pds_err_file(choose_cert(o, &given, e), e, o->options->cert));
    for (size_t i = 0; i < given.count; i++) {
        PDS_TRY(pds_certs_add(&o->pool, pds_cert_share(given.items[i]), e));
    }
    return PDS_OK;
}

/* Whoever has a key may read what was encrypted for it, be it with a key usage that says otherwise,
 * or long ago. Validity is a question to the real clock: SOURCE_DATE_EPOCH makes output repeatable,
 * it does not make an expired certificate valid. */
static pds_code check_cert(const opening *o, pds_err *e)
{
    if (o->key->cert == NULL) {
        PDS_FAIL(e, PDS_E_CERT_MISSING, "there is no certificate for the key");
    }
    o->key->decrypts = o->options->decrypts;
    return o->options->decrypts
               ? PDS_OK
               : pds_cert_may_sign(o->key->cert, time(NULL), o->options->allow_expired, e);
}

static pds_code complete_chain(opening *o, pds_err *e)
{
    for (size_t i = 0; i < o->options->chain_count; i++) {
        PDS_TRY(load_certs(&o->pool, o->options->chains[i], e));
    }
    return pds_certs_chain(o->key->cert, &o->pool, &o->key->chain, e);
}

static pds_code open_all(opening *o, pds_err *e)
{
    const char *named = o->options->cert != NULL ? o->options->cert : o->options->uri;
    PDS_TRY(open_driver(o, e));
    PDS_TRY(take_given_cert(o, e));
    PDS_TRY(pds_err_file(check_cert(o, e), e, named));
    return complete_chain(o, e);
}

pds_code pds_key_open(const pds_key_options *options, pds_key **key, pds_err *e)
{
    pds_secret_init();
    PDS_OWN(pds_key_drop) pds_key *made = calloc(1, sizeof *made);
    if (made == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    opening o = { .options = options, .key = made };
    pds_code code = open_all(&o, e);
    pds_certs_drop(&o.pool);
    PDS_TRY(code);
    *key = made;
    made = NULL;
    return PDS_OK;
}

/* ---- using ---- */

const char *pds_key_label(const pds_key *key)
{
    return pds_cert_label(key->cert);
}

const pds_cert *pds_key_cert(const pds_key *key)
{
    return key->cert;
}

const pds_certs *pds_key_chain(const pds_key *key)
{
    return &key->chain;
}

bool pds_key_can_sign(const pds_key *key)
{
    return key->ops != NULL && !key->decrypts;
}

/* A card that is pulled out while signing may report success and give nothing. */
static pds_code check_returned(const pds_key *key, pds_algorithm algorithm, pds_span message,
                               pds_span signature, pds_err *e)
{
    if (signature.len == 0) {
        PDS_FAIL(e, PDS_E_KEY_FAILED, "the key reported success, but gave no signature");
    }
    return pds_cert_verify(key->cert, algorithm, message, signature, e);
}

pds_code pds_key_sign(const pds_key *key, pds_algorithm algorithm, pds_span message,
                      pds_buf *signature, pds_err *e)
{
    size_t before = signature->len;
    if (!pds_key_can_sign(key)) {
        PDS_FAIL(e, PDS_E_USAGE, "there is a certificate, but no key to sign with");
    }
    pds_code code = key->ops->sign(key->self, algorithm, message, signature, e);
    if (code == PDS_OK) {
        pds_span returned = { 0 };
        if (signature->len > before) {
            returned = pds_span_of(signature->ptr + before, signature->len - before);
        }
        code = check_returned(key, algorithm, message, returned, e);
    }
    if (code != PDS_OK) {
        signature->len = before;
    }
    return pds_err_key(code, e, pds_key_label(key));
}

pds_code pds_key_decrypt(const pds_key *key, const pds_decryption *how, pds_buf *locked, pds_err *e)
{
    if (key->ops == NULL || key->ops->decrypt == NULL) {
        PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "keys of this kind can't decrypt");
    }
    return pds_err_key(key->ops->decrypt(key->self, how, locked, e), e, pds_key_label(key));
}
