#include "view/pool.h"

#include "view/client.h"
#include "view/protocol.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { IDLE_MAX = 16 };

struct pds_reader {
    char program[PATH_MAX];
    int64_t patience_ms;
    pthread_mutex_t lock; /* of what follows */
    pds_helper idle[IDLE_MAX];
    size_t count;
};

pds_code pds_reader_new_with(const char *program, int64_t patience_ms, pds_reader **out, pds_err *e)
{
    pds_reader *r = calloc(1, sizeof *r);

    if (r == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    (void)pthread_mutex_init(&r->lock, NULL);
    (void)snprintf(r->program, sizeof r->program, "%s", program);
    r->patience_ms = patience_ms;
    *out = r;
    return PDS_OK;
}

pds_code pds_reader_new(pds_reader **out, pds_err *e)
{
    char program[PATH_MAX];

    (void)pds_child_find("pdfsign-view", program); /* if it is missing, its first use says so */
    return pds_reader_new_with(program, (int64_t)PDS_VIEW_START_SECONDS * 1000, out, e);
}

int64_t pds_pool_patience(const pds_reader *pool)
{
    return pool->patience_ms;
}

void pds_reader_drop(pds_reader **reader)
{
    pds_reader *r = *reader;

    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        pds_helper_drop(&r->idle[i]);
    }
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
    *reader = NULL;
}

static bool take_idle(pds_reader *pool, pds_helper *h)
{
    bool got = false;

    (void)pthread_mutex_lock(&pool->lock);
    if (pool->count > 0) {
        *h = pool->idle[--pool->count];
        got = true;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return got;
}

pds_code pds_pool_borrow(pds_reader *pool, pds_helper *h, pds_err *e)
{
    while (take_idle(pool, h)) {
        if (pds_helper_alive(h)) {
            return PDS_OK;
        }
        pds_helper_drop(h); /* somebody has killed it in the meantime */
    }
    return pds_helper_start(pool->program, pool->patience_ms, h, e);
}

void pds_pool_return(pds_reader *pool, pds_helper *h, bool keep)
{
    (void)pthread_mutex_lock(&pool->lock);
    if (keep && pool->count < IDLE_MAX) {
        pool->idle[pool->count++] = *h;
        *h = (pds_helper)PDS_HELPER_NONE;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    pds_helper_drop(h);
}
