#include "token/hardkey.h"

#include "base/own.h"
#include "cms/evp.h"
#include "token/log.h"
#include "token/pin_care.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A key in a device. */
typedef struct hardkey {
    pds_key_options options; /* what is lent for as long as the key is open; texts are owned */
    char uri[PDS_DEVICE_URI];
    pthread_rwlock_t lock; /* read while it works, written while the device is found again */
    pds_opened opened;
    unsigned generation; /* of the device: counts how often it was found */
    pds_device_key key;
    pds_certs others;
    pds_secret *pin; /* for as long as the key is open; NULL: not needed, or in the cache */
} hardkey;

static void key_drop(pds_device_key *key)
{
    pds_cert_drop(&key->cert);
    EVP_PKEY_free(key->public_half);
    *key = (pds_device_key){ .handle = 0 };
}

static void close_key(void *self)
{
    hardkey *const h = self;
    if (h == NULL) {
        return;
    }
    pds_opened_drop(&h->opened);
    key_drop(&h->key);
    pds_certs_drop(&h->others);
    pds_secret_drop(&h->pin);
    free((char *)h->options.identity);
    (void)pthread_rwlock_destroy(&h->lock);
    free(h);
}

static void close_owned(hardkey **h)
{
    close_key(*h);
}

/* ---- the PIN ---- */

static const char *label_of(const hardkey *h)
{
    return h->opened.info.label[0] != '\0' ? h->opened.info.label : h->opened.info.reader;
}

/* Of the key, the cache, or who can be asked. */
static pds_code get_pin(hardkey *h, const pds_pin_state *state, pds_secret **out, pds_err *e)
{
    PDS_OWN(pds_secret_drop) pds_secret *cached = NULL;
    PDS_TRY(pds_secret_new(&cached, e));
    if (h->pin != NULL) {
        PDS_TRY(pds_secret_set(cached, pds_secret_span(h->pin), e));
    } else if (!pds_pin_cache_get(h->opened.info.uri, cached)) {
        return pds_pin_ask(&h->options, label_of(h), state->tries, out, e);
    }
    *out = cached;
    cached = NULL;
    return PDS_OK;
}

/* What is needed again: for keys that want it each time, and to go on after the token was away. */
static pds_code keep_pin(hardkey *h, pds_secret **pin, pds_err *e)
{
    if (h->options.pin_cache > 0) {
        return pds_pin_cache_put(h->opened.info.uri, *pin, h->options.pin_cache, e);
    }
    if ((h->key.asks_always || h->options.wait > 0) && h->pin == NULL) {
        h->pin = *pin;
        *pin = NULL;
    }
    return PDS_OK;
}

static void forget_pin(hardkey *h)
{
    pds_secret_drop(&h->pin);
    pds_pin_cache_forget(h->opened.info.uri);
}

/* A wrong PIN costs a try: it is offered once, and never again. */
static pds_code wrong_pin(hardkey *h, const pds_secret *pin, pds_code code, pds_err *e)
{
    pds_pin_state after = { .tries = -1 };
    if (code == PDS_E_PIN_WRONG && pin != NULL) {
        pds_pin_set_wrong(h->opened.info.uri, pin);
    }
    forget_pin(h);
    if (pds_guard_pin_state(h->opened.device, &after, NULL) == PDS_OK) {
        code = pds_pin_tell_left(code, &after, e);
    }
    return code;
}

static pds_code offer_pin(hardkey *h, const pds_pin_state *state, pds_secret **pin, pds_err *e)
{
    if (state->pad) {
        if (h->options.tell != NULL) {
            h->options.tell(h->options.tell_ctx, pds_translated(N_("type the PIN on the reader")));
        }
    } else {
        PDS_TRY(get_pin(h, state, pin, e));
        if (pds_pin_was_wrong(h->opened.info.uri, *pin)) {
            forget_pin(h);
            PDS_FAIL(e, PDS_E_PIN_WRONG,
                     "this PIN was refused by '%s' before: it is not tried again", label_of(h));
        }
    }
    const pds_code code = pds_guard_login(h->opened.device, *pin, e);
    return code == PDS_E_PIN_WRONG || code == PDS_E_PIN_LOCKED ? wrong_pin(h, *pin, code, e) : code;
}

static pds_code log_in(hardkey *h, pds_err *e)
{
    PDS_OWN(pds_secret_drop) pds_secret *pin = NULL;
    pds_pin_state state = { .tries = -1 };
    PDS_TRY(pds_guard_pin_state(h->opened.device, &state, e));
    PDS_TRY(pds_pin_check(&state, label_of(h), h->options.force_last_try, e));
    const pds_code code = offer_pin(h, &state, &pin, e);
    pds_token_log("login", h->opened.info.uri, code);
    PDS_TRY(code);
    return pin == NULL ? PDS_OK : keep_pin(h, &pin, e);
}

/* ---- finding ---- */

static const char *rest_of(const hardkey *h)
{
    return strchr(h->uri, ':') + 1;
}

/* Takes the chosen one, leaves the others' certificates as issuers. */
static pds_code take_key(hardkey *h, pds_device_keys *keys, size_t index, pds_err *e)
{
    key_drop(&h->key);
    for (size_t i = 0; i < keys->count; i++) {
        if (i != index && keys->items[i].cert != NULL) {
            PDS_TRY(pds_certs_add(&h->others, pds_cert_share(keys->items[i].cert), e));
        }
    }
    h->key = keys->items[index];
    keys->items[index] = (pds_device_key){ .handle = 0 };
    return PDS_OK;
}

static pds_code find_key(hardkey *h, const pds_cert *cert, pds_err *e)
{
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    size_t index = 0;
    PDS_TRY(pds_guard_keys(h->opened.device, rest_of(h), &keys, e));
    PDS_TRY(pds_device_choose(&keys, &h->options, cert, &index, e));
    return take_key(h, &keys, index, e);
}

/* Which key it is, is known before anybody is asked for a PIN, where certificates can be seen. */
static pds_code find_and_log_in(hardkey *h, const pds_cert *cert, pds_err *e)
{
    const pds_code before = find_key(h, cert, e);
    if (before != PDS_OK && before != PDS_E_KEY_UNREADABLE) {
        return before;
    }
    PDS_TRY(log_in(h, e));
    return find_key(h, cert != NULL ? cert : h->key.cert, e);
}

static pds_code open_key(const char *uri, const pds_key_options *options, void **self, pds_err *e)
{
    PDS_OWN(close_owned) hardkey *h = calloc(1, sizeof *h);
    if (h == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    (void)pthread_rwlock_init(&h->lock, NULL);
    h->options = *options;
    h->options.identity = options->identity == NULL ? NULL : strdup(options->identity);
    if (strlen(uri) >= sizeof h->uri) {
        PDS_FAIL(e, PDS_E_USAGE, "the key's URI is longer than %zu bytes", sizeof h->uri);
    }
    strcpy(h->uri, uri);
    PDS_TRY(pds_opened_find(uri, &h->options, &h->opened, e));
    PDS_TRY(find_and_log_in(h, NULL, e));
    *self = h;
    h = NULL;
    return PDS_OK;
}

/* ---- slots ---- */

static pds_code certs(void *self, pds_cert **own, pds_certs *others, pds_err *e)
{
    const hardkey *const h = self;
    *own = h->key.cert == NULL ? NULL : pds_cert_share(h->key.cert);
    for (size_t i = 0; i < h->others.count; i++) {
        PDS_TRY(pds_certs_add(others, pds_cert_share(h->others.items[i]), e));
    }
    return PDS_OK;
}

static pds_code matches(void *self, const pds_cert *cert, pds_err *e)
{
    const hardkey *const h = self;
    const EVP_PKEY *const wanted = pds_cert_key(cert);
    if (h->key.public_half == NULL) {
        return PDS_OK; /* the first signature tells */
    }
    if (wanted == NULL || EVP_PKEY_eq(wanted, h->key.public_half) != 1) {
        PDS_FAIL(e, PDS_E_KEY_MISMATCH, "the certificate of '%s' belongs to another key",
                 pds_cert_label(cert));
    }
    return PDS_OK;
}

/* One thread finds the device again, the others wait and then go on with it. */
static pds_code find_again(hardkey *h, unsigned generation, pds_err *e)
{
    pds_code code = PDS_OK;
    (void)pthread_rwlock_wrlock(&h->lock);
    if (h->generation == generation) {
        pds_cert *const cert = h->key.cert == NULL ? NULL : pds_cert_share(h->key.cert);
        pds_opened_drop(&h->opened);
        code = pds_opened_find(h->uri, &h->options, &h->opened, e);
        code = code == PDS_OK ? find_and_log_in(h, cert, e) : code;
        pds_cert_drop((pds_cert **)&cert);
        h->generation += code == PDS_OK ? 1 : 0;
    }
    (void)pthread_rwlock_unlock(&h->lock);
    return code;
}

/* What is done with the key while the device stays where it is. */
typedef struct using
{
    hardkey *h;
    pds_algorithm algorithm;
    pds_span message;
    const pds_decryption *how; /* NULL: sign */
    pds_buf *out;
    pds_err *e;
}
using;

static pds_code use_once(const using *u)
{
    hardkey *const h = u->h;
    PDS_OWN(pds_secret_drop) pds_secret *pin = NULL;
    const pds_pin_state state = { .tries = -1 };
    if (h->opened.device == NULL) {
        PDS_FAIL(u->e, PDS_E_TOKEN_REMOVED, "the token is gone");
    }
    if (h->key.asks_always) {
        PDS_TRY(get_pin(h, &state, &pin, u->e));
    }
    return u->how != NULL ? pds_guard_decrypt(h->opened.device, &h->key, u->how, pin, u->out, u->e)
                          : pds_guard_sign(h->opened.device, &h->key, u->algorithm, u->message, pin,
                                           u->out, u->e);
}

static pds_code use(const using *u)
{
    enum { TRIES = 3 };
    hardkey *const h = u->h;
    pds_code code = PDS_OK;
    for (int i = 0; i < TRIES; i++) {
        (void)pthread_rwlock_rdlock(&h->lock);
        const unsigned generation = h->generation;
        code = use_once(u);
        (void)pthread_rwlock_unlock(&h->lock);
        if (code == PDS_E_TOKEN_REMOVED) {
            pds_pin_cache_forget(h->opened.info.uri);
        }
        if (code != PDS_E_TOKEN_REMOVED || h->options.wait == 0) {
            break;
        }
        PDS_TRY(find_again(h, generation, u->e));
    }
    pds_token_log(u->how != NULL ? "decrypt" : "sign", h->uri, code);
    return code;
}

static pds_code sign(void *self, pds_algorithm algorithm, pds_span message, pds_buf *signature,
                     pds_err *e)
{
    const using u = {
        .h = self, .algorithm = algorithm, .message = message, .out = signature, .e = e
    };
    return use(&u);
}

static pds_code decrypt(void *self, const pds_decryption *how, pds_buf *locked, pds_err *e)
{
    const using u = { .h = self, .how = how, .out = locked, .e = e };
    return use(&u);
}

static pds_code open_uri(const char *rest, const pds_key_options *options, void **self, pds_err *e)
{
    (void)rest;
    return open_key(options->uri, options, self, e);
}

const pds_token_ops pds_token_p11 = { .scheme = "pkcs11",
                                      .open = open_uri,
                                      .certs = certs,
                                      .matches = matches,
                                      .sign = sign,
                                      .decrypt = decrypt,
                                      .close = close_key };
const pds_token_ops pds_token_pcsc = { .scheme = "pcsc",
                                       .open = open_uri,
                                       .certs = certs,
                                       .matches = matches,
                                       .sign = sign,
                                       .decrypt = decrypt,
                                       .close = close_key };
