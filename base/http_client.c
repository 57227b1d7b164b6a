#include "base/http_client.h"

#include "base/http_access.h"
#include "base/own.h"

#include <pthread.h>
#include <stdlib.h>

enum { IDLE_MAX = 32 };

typedef struct idle {
    pds_curl *curls[IDLE_MAX];
    size_t count;
} idle;

struct pds_http_client {
    pds_access access;
    pthread_mutex_t lock;
    idle idle[2]; /* of those who may not reach private hosts, and of those who may */
};

static pds_code out_of_memory(pds_err *e)
{
    PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
}

pds_code pds_http_client_new(const pds_http_access *access, pds_http_client **out, pds_err *e)
{
    PDS_TRY(pds_http_load(e));
    pds_http_client *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return out_of_memory(e);
    }
    if (pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return out_of_memory(e);
    }
    const pds_code code = pds_access_load(access, &made->access, e);
    if (code != PDS_OK) {
        pds_http_client_drop(&made);
        return code;
    }
    *out = made;
    return PDS_OK;
}

void pds_http_client_drop(pds_http_client **client)
{
    if (client == NULL || *client == NULL) {
        return;
    }
    for (size_t kind = 0; kind < 2; kind++) {
        idle *const i = &(*client)->idle[kind];
        while (i->count > 0) {
            pds_curl_drop(&i->curls[--i->count]);
        }
    }
    pds_access_drop(&(*client)->access);
    (void)pthread_mutex_destroy(&(*client)->lock);
    free(*client);
    *client = NULL;
}

/* The one used last is the likeliest to be connected still. */
static pds_curl *take_idle(pds_http_client *client, bool private_hosts)
{
    (void)pthread_mutex_lock(&client->lock);
    idle *const i = &client->idle[private_hosts ? 1 : 0];
    pds_curl *const taken = i->count > 0 ? i->curls[--i->count] : NULL;
    (void)pthread_mutex_unlock(&client->lock);
    return taken;
}

pds_code pds_client_take(pds_http_client *client, bool private_hosts, pds_curl **out, pds_err *e)
{
    *out = client == NULL ? NULL : take_idle(client, private_hosts);
    return *out != NULL ? PDS_OK : pds_curl_new(client == NULL ? NULL : &client->access, out, e);
}

void pds_client_give(pds_http_client *client, bool private_hosts, pds_curl **curl)
{
    if (client != NULL && *curl != NULL) {
        (void)pthread_mutex_lock(&client->lock);
        idle *const i = &client->idle[private_hosts ? 1 : 0];
        if (i->count < IDLE_MAX) {
            i->curls[i->count++] = *curl;
            *curl = NULL;
        }
        (void)pthread_mutex_unlock(&client->lock);
    }
    pds_curl_drop(curl);
}
