#include "token/pin_care.h"

#include "base/own.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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
    if (state->unset) {
        PDS_FAIL(e, PDS_E_PIN_LOCKED, "'%s' has no PIN yet", label);
    }
    if ((state->last || state->tries == 1) && !force_last_try) {
        PDS_FAIL(e, PDS_E_PIN_LAST_TRY, "one try is left for the PIN of '%s'", label);
    }
    return PDS_OK;
}

pds_code pds_pin_tell_left(pds_code code, const pds_pin_state *after, pds_err *e)
{
    char left[64];
    if (after->blocked || after->tries == 0) {
        return pds_err_hint(code, e, "it is blocked now: `pdfsign token unblock` sets a new one");
    }
    if (after->last || after->tries == 1) {
        return pds_err_hint(code, e, "one try is left");
    }
    if (after->tries > 0) {
        (void)snprintf(left, sizeof left, pds_translated(N_("%d tries are left")), after->tries);
        return pds_err_hint(code, e, left);
    }
    return after->low ? pds_err_hint(code, e, "few tries are left") : code;
}

/* ---- memory ---- */

enum { KNOWN_MAX = 16, KEPT_MAX = 16, SALT = 16, DIGEST = 32, TOKEN_MAX = PDS_DEVICE_URI };

typedef struct known {
    char token[TOKEN_MAX];
    uint8_t digest[DIGEST]; /* of salt and PIN */
} known;

/* The last ones; the oldest goes first. */
typedef struct knowledge {
    known items[KNOWN_MAX];
    size_t next;
} knowledge;

typedef struct kept {
    char token[TOKEN_MAX]; /* "" free */
    pds_secret *pin;
    long seconds;
    time_t until; /* of a clock that nobody sets */
} kept;

/* One page or more of its own: digests of PINs are as good as PINs, so short they are. */
typedef struct memory {
    uint8_t salt[SALT];
    knowledge wrong, right;
    kept kept[KEPT_MAX];
} memory;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static memory *all; /* under lock; NULL: not needed yet, or not to be had */

static bool begin(void)
{
    (void)pthread_mutex_lock(&lock);
    if (all != NULL) {
        return true;
    }
    memory *const made =
        mmap(NULL, sizeof *made, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED || RAND_bytes(made->salt, SALT) != 1) {
        return false;
    }
    (void)mlock(made, sizeof *made);
    (void)madvise(made, sizeof *made, MADV_DONTDUMP);
    (void)madvise(made, sizeof *made, MADV_WIPEONFORK);
    all = made;
    return true;
}

static void end(void)
{
    (void)pthread_mutex_unlock(&lock);
}

/* One token may be reached with its module named or not: "pkcs11:…?module-path=…". */
static bool is_same_token(const char *a, const char *b)
{
    const size_t len = strcspn(a, "?");
    return len > 0 && strcspn(b, "?") == len && strncmp(a, b, len) == 0;
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
        if (is_same_token(k->items[i].token, token)) {
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

static void learn(knowledge *k, const char *token, const uint8_t digest[DIGEST])
{
    known *const one = &k->items[k->next++ % KNOWN_MAX];
    (void)snprintf(one->token, sizeof one->token, "%s", token);
    memcpy(one->digest, digest, DIGEST);
}

bool pds_pin_was_wrong(const char *token, const pds_secret *pin)
{
    uint8_t digest[DIGEST];
    bool found = false;
    if (begin() && digest_of(pin, digest)) {
        for (size_t i = 0; i < KNOWN_MAX; i++) {
            const known *const one = &all->wrong.items[i];
            found = found || (is_same_token(one->token, token) &&
                              CRYPTO_memcmp(one->digest, digest, DIGEST) == 0);
        }
    }
    end();
    OPENSSL_cleanse(digest, sizeof digest);
    return found;
}

void pds_pin_set_wrong(const char *token, const pds_secret *pin)
{
    uint8_t digest[DIGEST];
    if (begin() && digest_of(pin, digest)) {
        learn(&all->wrong, token, digest);
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
        learn(&all->right, token, digest);
    }
    end();
    OPENSSL_cleanse(digest, sizeof digest);
}

void pds_pin_forget_known(const char *token)
{
    if (begin()) {
        forget_token(&all->wrong, token);
        forget_token(&all->right, token);
    }
    end();
}

/* ---- kept ---- */

static time_t now(void)
{
    struct timespec t = { 0 };
    (void)clock_gettime(CLOCK_BOOTTIME, &t); /* a machine asleep is not at work */
    return t.tv_sec;
}

static void let_go(kept *k)
{
    pds_secret_drop(&k->pin);
    *k = (kept){ .seconds = 0 };
}

/* Its place, or a free one, or that which ends first. */
static kept *place_of(const char *token)
{
    kept *best = &all->kept[0];
    for (size_t i = 0; i < KEPT_MAX; i++) {
        kept *const k = &all->kept[i];
        if (is_same_token(k->token, token)) {
            return k;
        }
        best = k->until < best->until ? k : best;
    }
    return best;
}

pds_code pds_pin_cache_put(const char *token, const pds_secret *pin, long seconds, pds_err *e)
{
    PDS_OWN(pds_secret_drop) pds_secret *copy = NULL;
    PDS_TRY(pds_secret_new(&copy, e));
    PDS_TRY(pds_secret_set(copy, pds_secret_span(pin), e));
    if (begin()) {
        kept *const k = place_of(token);
        let_go(k);
        (void)snprintf(k->token, sizeof k->token, "%s", token);
        k->pin = copy;
        k->seconds = seconds;
        k->until = now() + seconds;
        copy = NULL;
    }
    end();
    return PDS_OK;
}

bool pds_pin_cache_get(const char *token, pds_secret *into)
{
    bool found = false;
    if (begin()) {
        for (size_t i = 0; i < KEPT_MAX; i++) {
            kept *const k = &all->kept[i];
            if (k->pin != NULL && now() >= k->until) {
                let_go(k);
            }
            if (k->pin != NULL && is_same_token(k->token, token)) {
                found = pds_secret_set(into, pds_secret_span(k->pin), NULL) == PDS_OK;
                k->until = now() + k->seconds;
            }
        }
    }
    end();
    return found;
}

void pds_pin_cache_forget(const char *token)
{
    if (begin()) {
        for (size_t i = 0; i < KEPT_MAX; i++) {
            if (token == NULL || is_same_token(all->kept[i].token, token)) {
                let_go(&all->kept[i]);
            }
        }
    }
    end();
}

bool pds_pin_cache_has(const char *token)
{
    bool has = false;
    if (begin()) {
        for (size_t i = 0; i < KEPT_MAX; i++) {
            has = has || (all->kept[i].pin != NULL && is_same_token(all->kept[i].token, token));
        }
    }
    end();
    return has;
}
