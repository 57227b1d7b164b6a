#include "pdfsign/fetch_cache.h"

#include "base/http.h"
#include "base/interrupt.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ENTRIES_MAX = 256,
    BYTES_MAX = 32 << 20, /* a list takes eight times as much once it is read */
    DOWN_MAX = 48,
    DOWN_MS = 60000,
    LOOK_MS = 100 /* how often who waits looks for an interruption */
};

typedef struct entry {
    uint8_t key[32];
    pds_fetched what;
    bool busy;      /* somebody asks */
    bool listed;    /* others can find it */
    unsigned users; /* who hold it */
    uint64_t used;  /* when, by the cache's count */
} entry;

typedef struct down {
    char name[320], why[256];
    int64_t until; /* pds_http_clock */
} down;

struct pds_fetch_cache {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    entry *entries[ENTRIES_MAX];
    size_t count, bytes;
    uint64_t uses;
    down down[DOWN_MAX];
    size_t down_next;
};

static pds_code out_of_memory(pds_err *e)
{
    PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
}

/* For deadlines of the monotonic clock. */
static bool make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t how;
    if (pthread_condattr_init(&how) != 0) {
        return false;
    }
    const bool made = pthread_condattr_setclock(&how, CLOCK_MONOTONIC) == 0 &&
                      pthread_cond_init(condition, &how) == 0;
    (void)pthread_condattr_destroy(&how);
    return made;
}

pds_code pds_fetch_cache_new(pds_fetch_cache **out, pds_err *e)
{
    pds_fetch_cache *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return out_of_memory(e);
    }
    if (pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return out_of_memory(e);
    }
    if (!make_condition(&made->answered)) {
        (void)pthread_mutex_destroy(&made->lock);
        free(made);
        return out_of_memory(e);
    }
    *out = made;
    return PDS_OK;
}

static void entry_free(entry *one)
{
    pds_evidence_drop(&one->what.evidence);
    pds_certs_drop(&one->what.certs);
    free(one);
}

void pds_fetch_cache_drop(pds_fetch_cache **cache)
{
    if (*cache == NULL) {
        return;
    }
    for (size_t i = 0; i < (*cache)->count; i++) {
        entry_free((*cache)->entries[i]);
    }
    (void)pthread_cond_destroy(&(*cache)->answered);
    (void)pthread_mutex_destroy(&(*cache)->lock);
    free(*cache);
    *cache = NULL;
}

/* ---- entries; the lock is held ---- */

static entry *find(const pds_fetch_cache *cache, const uint8_t key[32])
{
    for (size_t i = 0; i < cache->count; i++) {
        if (memcmp(cache->entries[i]->key, key, sizeof cache->entries[i]->key) == 0) {
            return cache->entries[i];
        }
    }
    return NULL;
}

/* Who holds it keeps it. */
static void unlist(pds_fetch_cache *cache, entry *one)
{
    size_t at = 0;
    while (at < cache->count && cache->entries[at] != one) {
        at++;
    }
    if (at == cache->count) {
        return;
    }
    cache->entries[at] = cache->entries[--cache->count];
    cache->bytes -= one->what.bytes;
    one->listed = false;
    if (one->users == 0) {
        entry_free(one);
    }
}

static entry *longest_unused(const pds_fetch_cache *cache)
{
    entry *found = NULL;
    for (size_t i = 0; i < cache->count; i++) {
        entry *one = cache->entries[i];
        if (one->users == 0 && (found == NULL || one->used < found->used)) {
            found = one;
        }
    }
    return found;
}

static void make_room(pds_fetch_cache *cache)
{
    entry *one = NULL;
    while ((cache->count >= ENTRIES_MAX || cache->bytes > BYTES_MAX) &&
           (one = longest_unused(cache)) != NULL) {
        unlist(cache, one);
    }
}

static entry *new_entry(pds_fetch_cache *cache, const uint8_t key[32])
{
    entry *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    memcpy(made->key, key, sizeof made->key);
    made->busy = true;
    made->users = 1;
    make_room(cache);
    made->listed = cache->count < ENTRIES_MAX;
    if (made->listed) {
        cache->entries[cache->count++] = made;
    }
    return made;
}

static void hold(pds_fetch_cache *cache, entry *one, pds_fetch_hold *out)
{
    one->users++;
    one->used = ++cache->uses;
    *out = (pds_fetch_hold){ &one->what, one };
}

/* ---- asking ---- */

static struct timespec soon(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += LOOK_MS * 1000000L;
    at.tv_sec += at.tv_nsec / 1000000000L;
    at.tv_nsec %= 1000000000L;
    return at;
}

static bool is_good(const pds_fetched *what, const pds_fetch_wanted *wanted)
{
    return what->until > time(NULL) && what->fetched >= wanted->since &&
           !(wanted->asked && what->stored);
}

/* What is there and good; NULL: this thread is to ask, or it is too late. */
static pds_code wait_for(pds_fetch_cache *cache, const pds_fetch_wanted *wanted, bool *late,
                         pds_fetch_hold *out, pds_err *e)
{
    entry *one = NULL;
    while ((one = find(cache, wanted->key)) != NULL && one->busy) {
        const struct timespec next = soon();
        (void)pthread_cond_timedwait(&cache->answered, &cache->lock, &next);
        PDS_TRY(pds_interrupt_check(e));
        if (pds_http_clock() >= wanted->deadline) {
            *late = true;
            return PDS_OK;
        }
    }
    if (one != NULL && is_good(&one->what, wanted)) {
        hold(cache, one, out);
    } else if (one != NULL) {
        unlist(cache, one);
    }
    return PDS_OK;
}

static void settle(pds_fetch_cache *cache, entry *one, pds_code code, pds_fetch_hold *out)
{
    (void)pthread_mutex_lock(&cache->lock);
    one->busy = false;
    one->users--;
    cache->bytes += one->listed ? one->what.bytes : 0;
    if (code == PDS_OK) {
        hold(cache, one, out);
    }
    if (code != PDS_OK || one->what.until == 0) {
        const bool alone = !one->listed && one->users == 0;
        unlist(cache, one);
        if (alone) {
            entry_free(one);
        }
    }
    make_room(cache);
    (void)pthread_cond_broadcast(&cache->answered);
    (void)pthread_mutex_unlock(&cache->lock);
}

pds_code pds_fetch_cache_get(pds_fetch_cache *cache, const pds_fetch_wanted *wanted,
                             pds_fetch_hold *out, pds_err *e)
{
    entry *one = NULL;
    bool late = false;
    *out = (pds_fetch_hold){ .what = NULL };
    (void)pthread_mutex_lock(&cache->lock);
    pds_code code = wait_for(cache, wanted, &late, out, e);
    if (code == PDS_OK && out->what == NULL && !late) {
        one = new_entry(cache, wanted->key);
        code = one == NULL ? out_of_memory(e) : PDS_OK;
    }
    (void)pthread_mutex_unlock(&cache->lock);
    if (one == NULL) {
        return code;
    }
    code = wanted->ask(wanted->context, &one->what, e);
    settle(cache, one, code, out);
    return code;
}

void pds_fetch_cache_release(pds_fetch_cache *cache, pds_fetch_hold *held)
{
    entry *one = held->entry;
    *held = (pds_fetch_hold){ .what = NULL };
    if (one == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&cache->lock);
    one->users--;
    if (one->users == 0 && !one->listed) {
        entry_free(one);
    }
    (void)pthread_mutex_unlock(&cache->lock);
}

/* ---- services that are down ---- */

void pds_fetch_cache_set_down(pds_fetch_cache *cache, const char *name, const char *why)
{
    (void)pthread_mutex_lock(&cache->lock);
    down *d = &cache->down[cache->down_next];
    cache->down_next = (cache->down_next + 1) % DOWN_MAX;
    (void)snprintf(d->name, sizeof d->name, "%s", name);
    (void)snprintf(d->why, sizeof d->why, "%s", why);
    d->until = pds_http_clock() + DOWN_MS;
    (void)pthread_mutex_unlock(&cache->lock);
}

bool pds_fetch_cache_is_down(pds_fetch_cache *cache, const char *name, char *why, size_t room)
{
    bool is = false;
    (void)pthread_mutex_lock(&cache->lock);
    for (size_t i = 0; i < DOWN_MAX && !is; i++) {
        const down *d = &cache->down[i];
        is = d->until > pds_http_clock() && strcmp(d->name, name) == 0;
        if (is) {
            (void)snprintf(why, room, "%s", d->why);
        }
    }
    (void)pthread_mutex_unlock(&cache->lock);
    return is;
}
