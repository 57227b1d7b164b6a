#include "token/hardkey.h"

#include "base/clock.h"
#include "base/own.h"
#include "cms/evp.h"
#include "token/log.h"
#include "token/pin_care.h"
#include "token/pin_offer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A key in a device. */
typedef struct hardkey {
    pds_key_options options; /* what is lent for as long as the key is open; texts are owned */
    char uri[PDS_DEVICE_URI];
    pid_t process; /* atomic: whose threads have the lock; see adopt */
    bool moving;   /* under lock: the device is being found again; in a child: was, at the fork */
    bool broken;   /* what a child got of it is half */
    pthread_rwlock_t lock; /* read while it works, written while the device is found again */
    pds_opened opened;
    pds_device_info home; /* of the device that it was first found in */
    unsigned generation;  /* of the device: counts how often it was looked for again */
    pds_code lost;        /* atomic: why the device that is open is of no more use; PDS_OK: it is */
    bool each_time;       /* atomic: no login lasts until it is used: each use gets the PIN */
    bool seen_early;      /* the key could be seen before the login */
    bool gone;            /* another device may be there since: no mere end of a cache */
    pds_code found;       /* what came of looking for it again, as the next */
    pds_err why;
    pds_cert *own;    /* that the device had for it; NULL: none */
    pds_cert *wanted; /* that tells which key: the given one, else the key's; NULL: none does */
    pds_device_key key;
    pds_certs others;
    pds_token_options asking; /* the options, as of tokens */
    pds_pin_kept kept;
} hardkey;

static void key_drop(pds_device_key *key)
{
    pds_cert_drop(&key->cert);
    EVP_PKEY_free(key->public_half);
    *key = (pds_device_key){ .handle = 0 };
}

static bool is_half(const hardkey *h)
{
    return h->broken || (h->moving && h->process != getpid());
}

static void close_key(void *self)
{
    hardkey *const h = self;
    if (h == NULL || is_half(h)) {
        return;
    }
    pds_opened_drop(&h->opened);
    key_drop(&h->key);
    pds_cert_drop(&h->own);
    pds_cert_drop(&h->wanted);
    pds_certs_drop(&h->others);
    pds_secret_drop(&h->kept.pin);
    if (h->kept.cached) {
        (void)pds_pin_cache_forget(h->kept.own);
    }
    free((char *)h->options.identity);
    (void)pthread_rwlock_destroy(&h->lock);
    free(h);
}

static void close_owned(hardkey **h)
{
    close_key(*h);
}

/* ---- the PIN ---- */

/* A key's owner has a callback of his own. */
static pds_code ask(void *ctx, pds_secret_kind kind, const char *label, int tries, pds_secret *into,
                    pds_err *e)
{
    const pds_key_options *const options = ctx;
    (void)kind;
    return options->pin(options->pin_ctx, label, tries, into, e);
}

static pds_holder holder_of(hardkey *h)
{
    return (pds_holder){ .token = &h->opened, .options = &h->asking, .kept = &h->kept };
}

static pds_code log_in(hardkey *h, pds_err *e)
{
    const pds_holder holder = holder_of(h);
    return pds_holder_log_in(&holder, e);
}

/* What another program ends is begun anew without a word; for a device that was pulled out the PIN
 * is typed anew, unless it was waited for. Under lock. */
static void drop_needless(hardkey *h)
{
    if (h->lost == PDS_E_TOKEN_RESET) {
        return;
    }
    (void)pds_pin_cache_forget(h->kept.own); /* another device may be in that reader now */
    if (!h->key.asks_always && h->options.wait == 0) {
        pds_secret_drop(&h->kept.pin);
    }
}

/* Where other threads are at it, they come here, too. */
static void drop_of_removed(hardkey *h)
{
    if (pthread_rwlock_trywrlock(&h->lock) == 0) {
        drop_needless(h);
        (void)pthread_rwlock_unlock(&h->lock);
    }
}

/* Modules of tokens tell of no login that another program ended: there is nothing to begin anew. */
static void drop_used(hardkey *h)
{
    if (!h->key.asks_always && h->options.wait == 0 &&
        !pds_guard_ops(h->opened.device)->in_readers) {
        pds_secret_drop(&h->kept.pin);
    }
}

/* ---- finding ---- */

enum { TRIES = 3 }; /* to get over a device that goes, where it is waited for */

static bool is_gone(pds_code code)
{
    return code == PDS_E_TOKEN_REMOVED || code == PDS_E_TOKEN_RESET || code == PDS_E_TOKEN_HUNG;
}

/* From the first fault on: all that is tried in vain takes no longer in sum. */
static int64_t end_of_wait(const hardkey *h)
{
    enum { MS = 1000 };
    return pds_clock_ms(CLOCK_MONOTONIC) + (int64_t)h->options.wait * MS;
}

static bool is_over(int64_t until)
{
    return pds_clock_ms(CLOCK_MONOTONIC) >= until;
}

static const char *rest_of(const hardkey *h)
{
    return strchr(h->uri, ':') + 1;
}

/* Takes the chosen one, leaves the others' certificates as issuers. */
static pds_code take_key(hardkey *h, pds_device_keys *keys, size_t index, pds_err *e)
{
    key_drop(&h->key);
    pds_certs_drop(&h->others);
    for (size_t i = 0; i < keys->count; i++) {
        if (i != index && keys->items[i].cert != NULL) {
            PDS_TRY(pds_certs_add(&h->others, pds_cert_share(keys->items[i].cert), e));
        }
    }
    h->key = keys->items[index];
    h->key.asks_always = h->key.asks_always || __atomic_load_n(&h->each_time, __ATOMIC_RELAXED);
    keys->items[index] = (pds_device_key){ .handle = 0 };
    return PDS_OK;
}

/* hides: a login may show it, where it was not found. */
static pds_code find_key(hardkey *h, const pds_cert *cert, bool *hides, pds_err *e)
{
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    size_t index = 0;
    PDS_TRY(pds_guard_keys(h->opened.device, rest_of(h), &keys, e));
    const pds_code code = pds_device_choose(&keys, &h->options, cert, &index, e);
    *hides = (code == PDS_E_KEY_UNREADABLE || code == PDS_E_KEY_MISMATCH) &&
             pds_device_may_hide(&keys, &h->options, cert);
    return code == PDS_OK ? take_key(h, &keys, index, e) : code;
}

/* A certificate that may not sign is refused before anybody is asked for a PIN. */
static pds_code check_found(const hardkey *h, pds_err *e)
{
    if (h->key.cert == NULL || h->options.decrypts) {
        return PDS_OK;
    }
    return pds_cert_may_sign(h->key.cert, time(NULL), h->options.allow_expired, e);
}

/* Who types his PIN on the reader for each signature types it no further time before. */
static pds_code log_in_unless_alone(hardkey *h, pds_err *e)
{
    pds_pin_state state = { .tries = -1 };
    if (h->key.asks_always && pds_guard_ops(h->opened.device)->signs_alone) {
        PDS_TRY(pds_guard_pin_state(h->opened.device, &state, e));
    }
    return state.pad ? PDS_OK : log_in(h, e);
}

/* Which key it is, is known before anybody is asked for a PIN, where certificates can be seen: it
 * may be another person's token. */
static pds_code find_and_log_in(hardkey *h, pds_err *e)
{
    bool hides = false;
    const pds_code before = find_key(h, h->wanted, &hides, e);
    if (before != PDS_OK && !hides) {
        return before;
    }
    if (before == PDS_OK && h->wanted == NULL) {
        PDS_TRY(check_found(h, e));
    }
    h->seen_early = before == PDS_OK;
    PDS_TRY(log_in_unless_alone(h, e));
    PDS_TRY(find_key(h, h->wanted != NULL ? h->wanted : h->key.cert, &hides, e));
    drop_used(h);
    return PDS_OK;
}

/* Of the options: it tells which key is meant. *out stays NULL where none is given, or issuers
 * with it. */
static pds_code load_given(const char *path, pds_cert **out, pds_err *e)
{
    PDS_OWN(pds_certs_drop) pds_certs all = { 0 };
    if (path == NULL) {
        return PDS_OK;
    }
    if (pds_certs_load(&all, path, e) != PDS_OK) {
        const pds_code code =
            pds_fail(e, PDS_E_CERT_UNREADABLE, __func__, "the certificates can't be read: %s",
                     e == NULL ? "" : e->text);
        return pds_err_file(code, e, path);
    }
    *out = all.count == 1 ? pds_cert_share(all.items[0]) : NULL;
    return PDS_OK;
}

static void take_pin_cache(hardkey *h, long seconds)
{
    static unsigned keys; /* atomic */
    h->kept = (pds_pin_kept){ .seconds = seconds, .spelling = h->uri };
    (void)snprintf(h->kept.own, sizeof h->kept.own, "key:serial=%u",
                   __atomic_add_fetch(&keys, 1, __ATOMIC_RELAXED));
}

static pds_code take_options(hardkey *h, const char *uri, const pds_key_options *options,
                             pds_err *e)
{
    h->options = *options;
    h->options.uri = h->uri;
    h->options.cert = NULL;
    h->options.chains = NULL;
    h->options.chain_count = 0;
    h->options.identity = options->identity == NULL ? NULL : strdup(options->identity);
    if (options->identity != NULL && h->options.identity == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    if (options->pin_cache < 0 || options->pin_cache > PDS_PIN_CACHE_MAX) {
        PDS_FAIL(e, PDS_E_USAGE, "a PIN is kept for at most %d seconds", PDS_PIN_CACHE_MAX);
    }
    if (strlen(uri) >= sizeof h->uri) {
        PDS_FAIL(e, PDS_E_USAGE, "the key's URI is longer than %zu bytes", sizeof h->uri);
    }
    memcpy(h->uri, uri, strlen(uri) + 1);
    h->asking = (pds_token_options){ .ask = options->pin == NULL ? NULL : ask,
                                     .ask_ctx = &h->options,
                                     .force_last_try = options->force_last_try,
                                     .tell = options->tell,
                                     .tell_ctx = options->tell_ctx };
    take_pin_cache(h, options->pin_cache);
    return PDS_OK;
}

/* One that goes while it is logged in to is waited for again. */
static pds_code find_first(hardkey *h, pds_err *e)
{
    const pds_seeking any = { .uri = h->uri, .options = &h->options };
    int64_t until = 0;
    pds_code code = PDS_E_TOKEN_REMOVED;
    for (int i = 0; i < TRIES && is_gone(code); i++) {
        pds_opened_drop(&h->opened);
        PDS_TRY(pds_opened_find(&any, &h->opened, e));
        h->home = h->opened.info;
        code = find_and_log_in(h, e);
        until = i == 0 ? end_of_wait(h) : until;
        if (is_over(until)) {
            break;
        }
    }
    return code;
}

static pds_code open_key(const char *uri, const pds_key_options *options, void **self, pds_err *e)
{
    PDS_OWN(close_owned) hardkey *h = calloc(1, sizeof *h);
    if (h == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    (void)pthread_rwlock_init(&h->lock, NULL);
    h->process = getpid();
    PDS_TRY(take_options(h, uri, options, e));
    PDS_TRY(load_given(options->cert, &h->wanted, e));
    PDS_TRY(find_first(h, e));
    h->own = h->key.cert == NULL ? NULL : pds_cert_share(h->key.cert);
    if (h->wanted == NULL && h->own != NULL) {
        h->wanted = pds_cert_share(h->own);
    }
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

/* While it is opened. A key that tells nothing of itself is believed to be the certificate's: the
 * first signature tells. */
static pds_code matches(void *self, const pds_cert *cert, pds_err *e)
{
    hardkey *const h = self;
    EVP_PKEY *const wanted = pds_cert_key(cert);
    if (h->key.public_half == NULL && wanted != NULL) {
        (void)EVP_PKEY_up_ref(wanted);
        h->key.public_half = wanted;
    }
    if (wanted == NULL || EVP_PKEY_eq(wanted, h->key.public_half) != 1) {
        PDS_FAIL(e, PDS_E_KEY_MISMATCH, "the certificate of '%s' belongs to another key",
                 pds_cert_label(cert));
    }
    return PDS_OK;
}

/* ---- finding it again ---- */

/* A call that was given up, a device that was pulled out; or nobody has used the PIN for so long
 * that it is wanted anew. Under lock. */
static bool is_lost(hardkey *h)
{
    if (h->opened.device == NULL || __atomic_load_n(&h->lost, __ATOMIC_RELAXED) != PDS_OK ||
        pds_guard_is_lost(h->opened.device)) {
        return true;
    }
    return !h->key.asks_always && h->kept.cached &&
           !pds_pin_cache_use(pds_pin_kept_name(&h->kept, &h->opened));
}

static bool shows_own(const hardkey *h, const pds_device_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        const pds_cert *const cert = keys->items[i].cert;
        if (keys->items[i].has_key && cert != NULL &&
            pds_span_eq(pds_cert_der(cert), pds_cert_der(h->own))) {
            return true;
        }
    }
    return false;
}

/* Another device in its place never gets its PIN: it has the number, and the key that could be seen
 * without can be seen again. One of the two there must be. */
static pds_code check_home(const pds_opened *d, void *of, pds_err *e)
{
    const hardkey *const h = of;
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    const bool shown = h->seen_early && h->own != NULL;
    bool is = strcmp(d->info.serial, h->home.serial) == 0;
    if (is && shown) {
        PDS_TRY(pds_guard_keys(d->device, rest_of(h), &keys, e));
        is = shows_own(h, &keys);
    }
    if (!is) {
        PDS_FAIL(e, PDS_E_TOKEN_MISSING, "another token is plugged in than before");
    }
    if (!shown && h->gone && h->home.serial[0] == '\0') {
        PDS_FAIL(e, PDS_E_TOKEN_MISSING,
                 "the token has no number and no certificate that would tell it from another one");
    }
    return PDS_OK;
}

/* Wherever it is plugged in now. */
static pds_code find_same(hardkey *h, pds_err *e)
{
    const pds_seeking home = { .uri = h->home.uri,
                               .also = h->home.again[0] == '\0' ? NULL : h->home.again,
                               .options = &h->options,
                               .is = check_home,
                               .ctx = h };
    PDS_TRY(pds_opened_find(&home, &h->opened, e));
    return find_and_log_in(h, e);
}

static pds_code find_now(hardkey *h, pds_err *e)
{
    EVP_PKEY *half = h->key.public_half;
    h->gone = h->gone || h->lost != PDS_OK ||
              (h->opened.device != NULL && pds_guard_is_lost(h->opened.device));
    drop_needless(h);
    h->key.public_half = NULL; /* kept until it is known whether the key is the same */
    pds_opened_drop(&h->opened);
    pds_code code = find_same(h, e);
    if (h->key.public_half == NULL) {
        h->key.public_half = half;
        half = NULL;
    }
    if (code == PDS_OK && half != NULL && h->key.public_half != NULL &&
        EVP_PKEY_eq(half, h->key.public_half) != 1) {
        code = pds_fail(e, PDS_E_KEY_MISMATCH, __func__, "the token holds another key now");
        EVP_PKEY *const other = h->key.public_half;
        h->key.public_half = half;
        half = other;
    }
    if (code != PDS_OK) {
        pds_opened_drop(&h->opened);
    }
    EVP_PKEY_free(half);
    return code;
}

/* The lock tells who has it already: this thread, in a call of whoever is asked for the PIN. */
static pds_code check_lock(int bad, pds_err *e)
{
    if (bad != 0) {
        PDS_FAIL(e, PDS_E_USAGE, "the key waits for its PIN: who is asked for it can't use it");
    }
    return PDS_OK;
}

/* One thread finds the device again, the others wait and then go on with it; or none goes on. */
static pds_code find_again(hardkey *h, unsigned generation, pds_err *e)
{
    PDS_TRY(check_lock(pthread_rwlock_wrlock(&h->lock), e));
    if (h->generation == generation) {
        h->moving = true;
        h->found = find_now(h, &h->why);
        h->moving = false;
        h->gone = h->gone && h->found != PDS_OK;
        h->lost = h->found == PDS_E_TOKEN_RESET ? PDS_E_TOKEN_RESET : PDS_OK;
        h->generation++;
    }
    const pds_code code = h->found == PDS_OK ? PDS_OK : pds_err_pass(h->found, e, &h->why);
    (void)pthread_rwlock_unlock(&h->lock);
    return code;
}

/* ---- in a child of fork() ---- */

static pthread_mutex_t adopting = PTHREAD_MUTEX_INITIALIZER;

static void before_fork(void)
{
    (void)pthread_mutex_lock(&adopting);
}

static void after_fork(void)
{
    (void)pthread_mutex_unlock(&adopting);
}

static void register_fork(void)
{
    (void)pthread_atfork(before_fork, after_fork, after_fork);
}

/* Threads of the parent that had the lock are not there to give it back; one that was finding the
 * device again left all half. */
static void adopt(hardkey *h)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const pid_t mine = getpid();
    if (__atomic_load_n(&h->process, __ATOMIC_ACQUIRE) == mine) {
        return;
    }
    (void)pthread_once(&once, register_fork);
    (void)pthread_mutex_lock(&adopting);
    if (h->process != mine) {
        h->broken = is_half(h);
        (void)pthread_rwlock_init(&h->lock, NULL);
        __atomic_store_n(&h->process, mine, __ATOMIC_RELEASE);
    }
    (void)pthread_mutex_unlock(&adopting);
}

static pds_code make_ready(hardkey *h, pds_err *e)
{
    adopt(h);
    if (h->broken) {
        PDS_FAIL(e, PDS_E_TOKEN_REMOVED,
                 "the token was being looked for when this process began: open the key again");
    }
    PDS_TRY(check_lock(pthread_rwlock_rdlock(&h->lock), e));
    const unsigned generation = h->generation;
    const bool lost = is_lost(h);
    (void)pthread_rwlock_unlock(&h->lock);
    return lost ? find_again(h, generation, e) : PDS_OK;
}

/* ---- using ---- */

/* What is done with the key while the device stays where it is. */
typedef struct using
{
    hardkey *h;
    pds_algorithm algorithm;
    pds_span message;
    const pds_decryption *how; /* NULL: sign */
    pds_buf *out;
    pds_err *e;
    bool touch; /* the key waits for one */
}
using;

static pds_code use_with(void *ctx, const pds_secret *pin, pds_err *e)
{
    const using *const u = ctx;
    hardkey *const h = u->h;
    return u->how != NULL ? pds_guard_decrypt(h->opened.device, &h->key, u->how, pin, u->out, e)
                          : pds_guard_sign(h->opened.device, &h->key, u->algorithm, u->message, pin,
                                           u->out, e);
}

static pds_code use_locked(using *u)
{
    hardkey *const h = u->h;
    if (h->opened.device == NULL) { /* another thread looked for it meanwhile */
        PDS_FAIL(u->e, PDS_E_TOKEN_REMOVED, "the token is gone");
    }
    const pds_holder holder = holder_of(h);
    u->touch = h->key.wants_touch;
    if (u->touch && h->options.tell != NULL) {
        h->options.tell(h->options.tell_ctx, pds_translated(N_("touch the key")));
    }
    const pds_code code =
        h->key.asks_always ? pds_holder_use(&holder, use_with, u, u->e) : use_with(u, NULL, u->e);
    if (code == PDS_E_TOKEN_REMOVED) {
        (void)pds_pin_cache_forget(pds_pin_kept_name(&h->kept, &h->opened));
    }
    if (is_gone(code)) {
        __atomic_store_n(&h->lost, code, __ATOMIC_RELAXED);
    }
    return code;
}

static pds_code use_once(using *u)
{
    PDS_TRY(check_lock(pthread_rwlock_rdlock(&u->h->lock), u->e));
    const pds_code code = use_locked(u);
    (void)pthread_rwlock_unlock(&u->h->lock);
    return code;
}

/* A call that fails for want of the device fails, unless it was said to wait; the next one looks
 * for the device again. What another program did to the card is got over at once; where that comes
 * again, nothing comes between PIN and use any more. */
static pds_code use(using *u)
{
    hardkey *const h = u->h;
    int64_t until = 0;
    pds_code code = PDS_E_TOKEN_REMOVED;
    for (int i = 0; i < TRIES && is_gone(code); i++) {
        code = make_ready(h, u->e); /* it may go while it is logged in to */
        code = code == PDS_OK ? use_once(u) : code;
        if (code == PDS_E_TOKEN_RESET && i > 0 && !u->touch) {
            __atomic_store_n(&h->each_time, true, __ATOMIC_RELAXED);
        }
        until = i == 0 ? end_of_wait(h) : until;
        if (code != PDS_E_TOKEN_RESET && is_over(until)) {
            break;
        }
    }
    if (code == PDS_E_TOKEN_REMOVED) {
        drop_of_removed(h);
    }
    pds_token_log(u->how != NULL ? "decrypt" : "sign", h->uri, code);
    return code == PDS_E_TOKEN_RESET && u->touch
               ? pds_err_hint(code, u->e, "touch the key while it waits")
               : code;
}

static pds_code sign(void *self, pds_algorithm algorithm, pds_span message, pds_buf *signature,
                     pds_err *e)
{
    using u = { .h = self, .algorithm = algorithm, .message = message, .out = signature, .e = e };
    return use(&u);
}

static pds_code decrypt(void *self, const pds_decryption *how, pds_buf *locked, pds_err *e)
{
    using u = { .h = self, .how = how, .out = locked, .e = e };
    return use(&u);
}

static pds_code open_uri(const char *rest, const pds_key_options *options, void **self, pds_err *e)
{
    (void)rest;
    return open_key(options->uri, options, self, e);
}

/* The device's row does the rest. */
#define KEYS_OF(name)                                                                        \
    {                                                                                        \
        .scheme = (name), .any = true, .open = open_uri, .certs = certs, .matches = matches, \
        .sign = sign, .decrypt = decrypt, .close = close_key                                 \
    }

const pds_token_ops pds_token_p11 = KEYS_OF("pkcs11");
const pds_token_ops pds_token_pcsc = KEYS_OF("pcsc");
