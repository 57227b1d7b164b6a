#include "token/pcsc_lite.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* A card that was given a PIN is reset when this process lets it go, but not while another key in
 * it is still at work. */

typedef struct shared {
    char reader[MAX_READERNAME];
    unsigned holders; /* 0: a free place */
    bool used_pin;
} shared;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static shared all[PDS_READERS_MAX]; /* under lock */

static shared *find(const char *reader)
{
    for (size_t i = 0; i < PDS_READERS_MAX; i++) {
        if (all[i].holders > 0 && strcmp(all[i].reader, reader) == 0) {
            return &all[i];
        }
    }
    return NULL;
}

static shared *find_free(void)
{
    for (size_t i = 0; i < PDS_READERS_MAX; i++) {
        if (all[i].holders == 0) {
            return &all[i];
        }
    }
    return NULL;
}

bool pds_reader_join(const char *reader)
{
    (void)pthread_mutex_lock(&lock);
    shared *s = find(reader);
    if (s == NULL) {
        s = find_free();
        if (s != NULL) {
            *s = (shared){ .holders = 0 };
            (void)snprintf(s->reader, sizeof s->reader, "%s", reader);
        }
    }
    if (s != NULL) {
        s->holders++;
    }
    (void)pthread_mutex_unlock(&lock);
    return s != NULL;
}

bool pds_reader_leave(const char *reader, bool used_pin)
{
    bool resets = used_pin;
    (void)pthread_mutex_lock(&lock);
    shared *const s = find(reader);
    if (s != NULL) {
        s->used_pin = s->used_pin || used_pin;
        s->holders--;
        resets = s->holders == 0 && s->used_pin;
    }
    (void)pthread_mutex_unlock(&lock);
    return resets;
}
