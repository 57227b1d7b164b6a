#ifndef PDFSIGN_FETCH_CACHE_H
#define PDFSIGN_FETCH_CACHE_H

#include "cms/revocation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What one question to one service gave: unchanging once it is there. */
typedef struct pds_fetched {
    char failure[256];      /* why there is nothing, for people; "" */
    pds_evidence *evidence; /* one list or response */
    pds_certs certs;        /* of issuers */
    size_t bytes;           /* that came */
    time_t fetched;         /* before it was asked for */
    time_t until;           /* it is good for; 0: it is not kept */
    bool stored;            /* it was taken from a folder, not asked for now */
} pds_fetched;

/* Answers of a batch, each asked for once: who wants what another thread is asking for waits. Any
 * thread. Bounded in count and bytes; what was not used longest goes first. */
typedef struct pds_fetch_cache pds_fetch_cache;

PDS_USE pds_code pds_fetch_cache_new(pds_fetch_cache **out, pds_err *e);
void pds_fetch_cache_drop(pds_fetch_cache **cache); /* nobody holds an answer any more */

/* One look at an answer. */
typedef struct pds_fetch_hold {
    const pds_fetched *what; /* lent until released; NULL: it did not come before the deadline */
    void *entry;             /* internal */
} pds_fetch_hold;

/* Asks the service. errors end the question and are not kept. */
typedef pds_code (*pds_fetch_ask)(void *context, pds_fetched *out, pds_err *e);

/* One question. */
typedef struct pds_fetch_wanted {
    uint8_t key[32];
    time_t since;     /* an answer that was fetched before does not count … */
    bool asked;       /* … nor one that was not asked for by this cache */
    int64_t deadline; /* of pds_http_clock, for the wait on another thread */
    pds_fetch_ask ask;
    void *context; /* its own */
} pds_fetch_wanted;

/* errors: of ask; PDS_E_NO_MEMORY, PDS_E_INTERRUPTED */
PDS_USE pds_code pds_fetch_cache_get(pds_fetch_cache *cache, const pds_fetch_wanted *wanted,
                                     pds_fetch_hold *out, pds_err *e);
void pds_fetch_cache_release(pds_fetch_cache *cache, pds_fetch_hold *held);

/* A service that can't be reached: why, for the minute after it was tried. */
void pds_fetch_cache_set_down(pds_fetch_cache *cache, const char *name, const char *why);
bool pds_fetch_cache_is_down(pds_fetch_cache *cache, const char *name, char *why, size_t room);

#ifdef __cplusplus
}
#endif
#endif
