#include "view/pool.h"

#include "view/client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { IDLE_MAX = 16 };

struct pds_reader {
    char program[PATH_MAX];
    pthread_mutex_t lock; /* of what follows */
    pds_helper idle[IDLE_MAX];
    size_t count;
};

static pds_code new_reader(pds_reader **out, pds_err *e)
{
    pds_reader *r = calloc(1, sizeof *r);

    if (r == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    (void)pthread_mutex_init(&r->lock, NULL);
    *out = r;
    return PDS_OK;
}

pds_code pds_reader_new(pds_reader **out, pds_err *e)
{
    PDS_TRY(new_reader(out, e));
    (void)pds_child_find("pdfsign-view",
                         (*out)->program); /* if it is missing, the first use says so */
    return PDS_OK;
}

pds_code pds_reader_new_with(const char *program, pds_reader **out, pds_err *e)
{
    PDS_TRY(new_reader(out, e));
    (void)snprintf((*out)->program, sizeof(*out)->program, "%s", program);
    return PDS_OK;
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
    return pds_helper_start(pool->program, h, e);
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
