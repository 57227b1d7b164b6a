#include "token/pin_care.h"

#include "base/clock.h"
#include "base/own.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/mman.h>

/* ---- tries ---- */

pds_code pds_pin_check(const pds_pin_state *state, const char *label, bool force_last_try,
                       pds_err *e)
{
    if (state->blocked || state->tries == 0) {
        PDS_FAIL(e, PDS_E_PIN_LOCKED, "the PIN of '%s' is blocked", label);
    }
    if ((state->last || state->tries == 1) && !force_last_try) {
        PDS_FAIL(e, PDS_E_PIN_LAST_TRY, "one try is left for the PIN of '%s'", label);
    }
    return PDS_OK;
}

pds_code pds_puk_check(const pds_pin_state *state, const char *label, bool force_last_try,
                       pds_err *e)
{
    if (state->puk_tries == 0) {
        PDS_FAIL(e, PDS_E_PIN_LOCKED, "the PUK of '%s' is blocked, too", label);
    }
    if (state->puk_tries == 1 && !force_last_try) {
        PDS_FAIL(e, PDS_E_PIN_LAST_TRY, "one try is left for the PUK of '%s'", label);
    }
    return PDS_OK;
}

static pds_code tell_tries(pds_code code, int tries, bool low, pds_err *e)
{
    char left[64];
    if (tries == 1) {
        return pds_err_hint(code, e, "one try is left");
    }
    if (tries > 0) {
        (void)snprintf(left, sizeof left, pds_translated(N_("%d tries are left")), tries);
        return pds_err_hint(code, e, left);
    }
    return low ? pds_err_hint(code, e, "few tries are left") : code;
}

pds_code pds_pin_tell_left(pds_code code, const pds_pin_state *after, pds_err *e)
{
    if (after->blocked || after->tries == 0) {
        return pds_err_hint(code, e, "it is blocked now: `pdfsign token unblock` sets a new one");
    }
    return tell_tries(code, after->last ? 1 : after->tries, after->low, e);
}

pds_code pds_puk_tell_left(pds_code code, const pds_pin_state *after, pds_err *e)
{
    if (after->puk_tries == 0) {
        return pds_err_hint(code, e,
                            "it is blocked now: only the token's maker or issuer can help");
    }
    return tell_tries(code, after->puk_tries, after->puk_low, e);
}

/* ---- memory ---- */

enum {
    KNOWN_MAX = 16,
    KEPT_MAX = 16,
    NAMES_MAX = 8,
    SALT = 16,
    DIGEST = 32,
    TOKEN_MAX = PDS_DEVICE_URI + 8 /* "puk " before it */
};

typedef struct known {
    char token[TOKEN_MAX];
    uint8_t digest[DIGEST]; /* of salt and PIN */
    int tries;              /* doubtful ones: that were left before */
    unsigned times;         /* likewise: how often it was offered */
} known;

/* The last ones; the oldest goes first. */
typedef struct knowledge {
    known items[KNOWN_MAX];
    size_t next;
} knowledge;

typedef struct puk {
    char token[TOKEN_MAX]; /* "" free */
    int left;
} puk;

typedef struct kept {
    char token[TOKEN_MAX];            /* "" free */
    uint8_t names[NAMES_MAX][DIGEST]; /* what people call it; digests, as they may be long */
    size_t next_name;
    pds_secret *pin;
    long seconds;
    int64_t until; /* ms of a clock that nobody sets */
} kept;

/* Pages of its own: digests of PINs are as good as PINs, so short they are. */
typedef struct memory {
    pid_t process; /* whose memory this is; of nobody in a child of fork() */
    uint8_t salt[SALT];
    knowledge wrong, right, doubtful;
    puk puks[KNOWN_MAX];
    size_t next_puk;
    kept kept[KEPT_MAX];
    bool watched; /* a thread wipes what was kept long enough */
} memory;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static memory *all;            /* under lock; NULL: not needed yet, or not to be had */
static pthread_cond_t changed; /* what is kept; made with it */

static void before_fork(void)
{
    (void)pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
    (void)pthread_mutex_unlock(&lock);
}

static memory *new_memory(void)
{
    memory *const made =
        mmap(NULL, sizeof *made, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED) {
        return NULL;
    }
    (void)mlock(made, sizeof *made);
    (void)madvise(made, sizeof *made, MADV_DONTDUMP);
    (void)madvise(made, sizeof *made, MADV_WIPEONFORK);
    (void)pthread_atfork(before_fork, after_fork, after_fork);
    return made;
}

static void init_clock(void)
{
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

/* A child of fork() knows nothing: no thread watches there. */
static bool make_mine(void)
{
    OPENSSL_cleanse(all, sizeof *all);
    if (RAND_bytes(all->salt, SALT) != 1) {
        return false;
    }
    init_clock();
    all->process = getpid();
    return true;
}

static bool begin(void)
{
    (void)pthread_mutex_lock(&lock);
    all = all != NULL ? all : new_memory();
    return all != NULL && (all->process == getpid() || make_mine());
}

static void end(void)
{
    (void)pthread_mutex_unlock(&lock);
}

bool pds_pin_is_same_token(const char *a, const char *b)
{
    const size_t len = strcspn(a, "?");
    return len > 0 && strcspn(b, "?") == len && strncmp(a, b, len) == 0;
}

bool pds_pin_may_be_cached(const char *token)
{
    static const char name[] = "serial=";
    const char *part = token + strcspn(token, ":");
    while (*part == ':' || *part == ';') {
        part++;
        const size_t len = strcspn(part, ";?");
        if (len > strlen(name) && strncmp(part, name, strlen(name)) == 0) {
            return true;
        }
        part += len;
    }
    return false;
}

/* ---- tried, in vain or not ---- */

static bool digest_of(const pds_secret *pin, uint8_t out[DIGEST])
{
    EVP_MD_CTX *const ctx = EVP_MD_CTX_new();
    const pds_span bytes = pds_secret_span(pin);
    unsigned len = 0;
    const bool done = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
                      EVP_DigestUpdate(ctx, all->salt, SALT) == 1 &&
                      EVP_DigestUpdate(ctx, bytes.ptr, bytes.len) == 1 &&
                      EVP_DigestFinal_ex(ctx, out, &len) == 1;
    EVP_MD_CTX_free(ctx);
    return done;
}

static known *find_token(knowledge *k, const char *token)
{
    for (size_t i = 0; i < KNOWN_MAX; i++) {
        if (pds_pin_is_same_token(k->items[i].token, token)) {
            return &k->items[i];
        }
    }
    return NULL;
}

static void forget_token(knowledge *k, const char *token)
{
    for (known *one = find_token(k, token); one != NULL; one = find_token(k, token)) {
        OPENSSL_cleanse(one, sizeof *one);
    }
}

static known *learn(knowledge *k, const char *token, const uint8_t digest[DIGEST])
{
    known *const one = &k->items[k->next++ % KNOWN_MAX];
    *one = (known){ .tries = -1 };
    (void)snprintf(one->token, sizeof one->token, "%s", token);
    memcpy(one->digest, digest, DIGEST);
    return one;
}

static known *find_pin(knowledge *k, const char *token, const uint8_t digest[DIGEST])
{
    known *found = NULL;
    for (size_t i = 0; i < KNOWN_MAX; i++) {
        known *const one = &k->items[i];
        if (pds_pin_is_same_token(one->token, token) &&
            CRYPTO_memcmp(one->digest, digest, DIGEST) == 0) {
            found = one;
        }
    }
    return found;
}

bool pds_pin_was_wrong(const char *token, const pds_secret *pin)
{
    uint8_t digest[DIGEST];
    const bool found =
        begin() && digest_of(pin, digest) && find_pin(&all->wrong, token, digest) != NULL;
    end();
    OPENSSL_cleanse(digest, sizeof digest);
    return found;
}

void pds_pin_set_wrong(const char *token, const pds_secret *pin)
{
    uint8_t digest[DIGEST];
    if (begin() && digest_of(pin, digest)) {
        (void)learn(&all->wrong, token, digest);
    }
    end();
    OPENSSL_cleanse(digest, sizeof digest);
}

bool pds_pin_is_another(const char *token, const pds_secret *pin)
{
    uint8_t digest[DIGEST];
    bool another = false;
    if (begin() && digest_of(pin, digest)) {
        const known *const one = find_token(&all->right, token);
        another = one != NULL && CRYPTO_memcmp(one->digest, digest, DIGEST) != 0;
    }
    end();
    OPENSSL_cleanse(digest, sizeof digest);
    return another;
}

void pds_pin_set_right(const char *token, const pds_secret *pin)
{
    uint8_t digest[DIGEST];
    if (begin() && digest_of(pin, digest)) {
        forget_token(&all->right, token);
        forget_token(&all->doubtful, token);
        (void)learn(&all->right, token, digest);
    }
    end();
    OPENSSL_cleanse(digest, sizeof digest);
}

bool pds_pin_is_in_doubt(pds_code code)
{
    return code == PDS_E_TOKEN_HUNG || code == PDS_E_TOKEN_REMOVED || code == PDS_E_TOKEN_FAILED ||
           code == PDS_E_INTERRUPTED;
}

void pds_pin_set_doubtful(const char *token, const pds_secret *pin, int tries)
{
    uint8_t digest[DIGEST];
    if (begin() && digest_of(pin, digest) && find_pin(&all->right, token, digest) == NULL) {
        known *one = find_pin(&all->doubtful, token, digest);
        if (one == NULL) {
            one = learn(&all->doubtful, token, digest);
            one->tries = tries;
        }
        one->times++;
    }
    end();
    OPENSSL_cleanse(digest, sizeof digest);
}

bool pds_pin_is_doubtful(const char *token, const pds_secret *pin, int tries)
{
    enum { TWICE = 2 };
    uint8_t digest[DIGEST];
    bool is = false;
    if (begin() && digest_of(pin, digest)) {
        const known *const one = find_pin(&all->doubtful, token, digest);
        const bool told = one != NULL && one->tries >= 0 && tries >= 0;
        is = one != NULL && (told ? tries < one->tries : one->times >= TWICE);
    }
    end();
    OPENSSL_cleanse(digest, sizeof digest);
    return is;
}

void pds_pin_forget_known(const char *token)
{
    if (begin()) {
        forget_token(&all->wrong, token);
        forget_token(&all->right, token);
        forget_token(&all->doubtful, token);
    }
    end();
}

/* ---- tries of PUKs ---- */

static puk *find_puk(const char *token)
{
    for (size_t i = 0; i < KNOWN_MAX; i++) {
        if (pds_pin_is_same_token(all->puks[i].token, token)) {
            return &all->puks[i];
        }
    }
    return NULL;
}

void pds_puk_set_left(const char *token, int tries)
{
    if (begin()) {
        puk *one = find_puk(token);
        one = one != NULL ? one : &all->puks[all->next_puk++ % KNOWN_MAX];
        (void)snprintf(one->token, sizeof one->token, "%s", token);
        one->left = tries;
    }
    end();
}

int pds_puk_left(const char *token)
{
    int left = -1;
    if (begin()) {
        const puk *const one = find_puk(token);
        left = one != NULL ? one->left : -1;
    }
    end();
    return left;
}

/* ---- kept ---- */

enum { MS = 1000, NS_OF_MS = 1000000 };

/* A machine asleep is not at work: its time counts. */
static int64_t now(void)
{
    return pds_clock_ms(CLOCK_BOOTTIME);
}

static void let_go(kept *k)
{
    pds_secret_drop(&k->pin);
    *k = (kept){ .seconds = 0 };
}

/* Wipes what is too old. In how many ms there will be more of it; -1: nothing is kept. */
static int64_t let_old_go(void)
{
    const int64_t at = now();
    int64_t next = -1;
    for (size_t i = 0; i < KEPT_MAX; i++) {
        kept *const k = &all->kept[i];
        if (k->pin != NULL && at >= k->until) {
            let_go(k);
        }
        if (k->pin != NULL && (next < 0 || k->until - at < next)) {
            next = k->until - at;
        }
    }
    return next;
}

/* The thread that wipes, for as long as anything is kept. No clock to wait by runs while the
 * machine sleeps: it looks up now and then. */
static void *watch(void *unused)
{
    enum { LOOK_UP_MS = 10000 };
    (void)unused;
    (void)pthread_mutex_lock(&lock);
    for (int64_t next = let_old_go(); next >= 0; next = let_old_go()) {
        const int64_t at = pds_clock_ms(CLOCK_MONOTONIC) + (next < LOOK_UP_MS ? next : LOOK_UP_MS);
        const struct timespec until = { .tv_sec = (time_t)(at / MS),
                                        .tv_nsec = (long)(at % MS) * NS_OF_MS };
        (void)pthread_cond_timedwait(&changed, &lock, &until);
    }
    all->watched = false;
    (void)pthread_mutex_unlock(&lock);
    return NULL;
}

/* Signals are for other threads. Where there can be no thread, what is too old goes when it is
 * looked for. */
static void begin_watch(void)
{
    pthread_attr_t detached;
    pthread_t thread;
    sigset_t signals, before;
    if (all->watched) {
        (void)pthread_cond_signal(&changed);
        return;
    }
    (void)sigfillset(&signals);
    (void)pthread_sigmask(SIG_SETMASK, &signals, &before);
    (void)pthread_attr_init(&detached);
    (void)pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    all->watched = pthread_create(&thread, &detached, watch, NULL) == 0;
    (void)pthread_attr_destroy(&detached);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static kept *find_kept(const char *token)
{
    for (size_t i = 0; i < KEPT_MAX; i++) {
        if (all->kept[i].pin != NULL && pds_pin_is_same_token(all->kept[i].token, token)) {
            return &all->kept[i];
        }
    }
    return NULL;
}

/* Its place, or a free one, or that which ends first. */
static kept *place_of(const char *token)
{
    kept *best = find_kept(token);
    if (best != NULL) {
        return best;
    }
    best = &all->kept[0];
    for (size_t i = 0; i < KEPT_MAX; i++) {
        best = all->kept[i].until < best->until ? &all->kept[i] : best;
    }
    let_go(best);
    return best;
}

pds_code pds_pin_cache_put(const char *token, const pds_secret *pin, long seconds, pds_err *e)
{
    PDS_OWN(pds_secret_drop) pds_secret *copy = NULL;
    if (!pds_pin_may_be_cached(token)) {
        return PDS_OK;
    }
    PDS_TRY(pds_secret_new(&copy, e));
    PDS_TRY(pds_secret_set(copy, pds_secret_span(pin), e));
    if (begin()) {
        kept *const k = place_of(token);
        (void)snprintf(k->token, sizeof k->token, "%s", token);
        pds_secret_drop(&k->pin);
        k->pin = copy;
        k->seconds = seconds;
        k->until = now() + (int64_t)seconds * MS;
        copy = NULL;
        begin_watch();
    }
    end();
    return PDS_OK;
}

static kept *use(const char *token)
{
    (void)let_old_go();
    kept *const k = find_kept(token);
    if (k != NULL) {
        k->until = now() + (int64_t)k->seconds * MS;
    }
    return k;
}

bool pds_pin_cache_get(const char *token, pds_secret *into)
{
    bool found = false;
    if (begin()) {
        const kept *const k = use(token);
        found = k != NULL && pds_secret_set(into, pds_secret_span(k->pin), NULL) == PDS_OK;
    }
    end();
    return found;
}

bool pds_pin_cache_use(const char *token)
{
    const bool found = begin() && use(token) != NULL;
    end();
    return found;
}

bool pds_pin_cache_has(const char *token)
{
    const bool has = begin() && find_kept(token) != NULL;
    end();
    return has;
}

/* ---- what they are called ---- */

static bool digest_name(const char *spelling, uint8_t out[DIGEST])
{
    return EVP_Digest(spelling, strlen(spelling), out, NULL, EVP_sha256(), NULL) == 1;
}

static bool is_called(const kept *k, const uint8_t name[DIGEST])
{
    for (size_t i = 0; i < NAMES_MAX && i < k->next_name; i++) {
        if (memcmp(k->names[i], name, DIGEST) == 0) {
            return true;
        }
    }
    return false;
}

void pds_pin_cache_name(const char *token, const char *spelling)
{
    uint8_t name[DIGEST];
    kept *const k = begin() ? find_kept(token) : NULL;
    if (k != NULL && digest_name(spelling, name) && !is_called(k, name)) {
        memcpy(k->names[k->next_name++ % NAMES_MAX], name, DIGEST);
    }
    end();
}

bool pds_pin_cache_forget(const char *uri)
{
    uint8_t name[DIGEST];
    bool found = false;
    const bool named = uri != NULL && digest_name(uri, name);
    if (begin()) {
        for (size_t i = 0; i < KEPT_MAX; i++) {
            kept *const k = &all->kept[i];
            const bool is =
                k->pin != NULL && (uri == NULL || pds_pin_is_same_token(k->token, uri) ||
                                   (named && is_called(k, name)));
            if (is) {
                let_go(k);
                found = true;
            }
        }
        (void)pthread_cond_signal(&changed);
    }
    end();
    return found;
}
