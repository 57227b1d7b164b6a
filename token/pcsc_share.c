#include "token/pcsc_lite.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A card that was given a PIN is reset when this process lets it go, but not while another key in
 * it is still at work, and nobody opens it while it is being reset. */

typedef struct shared {
    char reader[MAX_READERNAME];
    unsigned holders; /* with it that resets */
    bool used_pin;    /* since it was last reset, or begun to be */
    bool resets;      /* one of them is at it */
} shared;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static shared all[PDS_READERS_MAX]; /* under lock, as the next */
static pid_t process;               /* whose they are */

/* A child of fork() has none of its parent's cards. */
static void begin(void)
{
    (void)pthread_mutex_lock(&lock);
    if (process != getpid()) {
        memset(all, 0, sizeof all);
        process = getpid();
    }
}

/* One that nobody holds, and that could not be reset, waits for the next who comes. */
static shared *find(const char *reader)
{
    for (size_t i = 0; i < PDS_READERS_MAX; i++) {
        if ((all[i].holders > 0 || all[i].used_pin) && strcmp(all[i].reader, reader) == 0) {
            return &all[i];
        }
    }
    return NULL;
}

static shared *find_free(void)
{
    shared *found = NULL;
    for (size_t i = 0; i < PDS_READERS_MAX; i++) {
        const bool better = found == NULL || (found->used_pin && !all[i].used_pin);
        found = all[i].holders == 0 && better ? &all[i] : found;
    }
    return found;
}

static shared *add(const char *reader)
{
    shared *const s = find_free();
    if (s != NULL) {
        *s = (shared){ .holders = 0 };
        (void)snprintf(s->reader, sizeof s->reader, "%s", reader);
    }
    return s;
}

/* A reset takes a moment; one that hangs holds up nobody for ever. */
static shared *wait_for_reset(const char *reader)
{
    enum { SECONDS = 3 };
    struct timespec until = { 0 };
    shared *s = find(reader);
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += SECONDS;
    while (s != NULL && s->resets && pthread_cond_timedwait(&changed, &lock, &until) == 0) {
        s = find(reader);
    }
    return find(reader);
}

bool pds_reader_join(const char *reader)
{
    begin();
    shared *s = wait_for_reset(reader);
    s = s != NULL ? s : add(reader);
    if (s != NULL) {
        s->holders++;
    }
    (void)pthread_mutex_unlock(&lock);
    return s != NULL;
}

bool pds_reader_leave(const char *reader, bool used_pin)
{
    bool resets = used_pin;
    begin();
    shared *const s = find(reader);
    if (s != NULL) {
        s->used_pin = s->used_pin || used_pin;
        resets = !s->resets && s->holders == 1 && s->used_pin;
        s->resets = s->resets || resets;
        s->used_pin = s->used_pin && !resets;
        s->holders -= resets ? 0 : 1;
    }
    (void)pthread_mutex_unlock(&lock);
    return resets;
}

/* Who came and went meanwhile may have given a PIN behind the reset. */
bool pds_reader_left(const char *reader, bool done)
{
    bool again = false;
    begin();
    shared *const s = find(reader);
    if (s != NULL && s->resets) {
        again = done && s->used_pin && s->holders == 1;
        s->used_pin = !again && (s->used_pin || !done);
        s->resets = again;
        s->holders -= again ? 0 : 1;
    }
    (void)pthread_cond_broadcast(&changed);
    (void)pthread_mutex_unlock(&lock);
    return again;
}
