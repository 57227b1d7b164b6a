#ifndef PDFSIGN_FETCH_ASK_H
#define PDFSIGN_FETCH_ASK_H

#include "base/http.h"
#include "pdfsign/fetch_cache.h"
#include "pdfsign/fetch_store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One question to one service, over HTTP and through the cache and the folder. */

typedef enum pds_service {
    PDS_SERVICE_OCSP,
    PDS_SERVICE_LIST,
    PDS_SERVICE_ISSUER,
    PDS_SERVICE_COUNT
} pds_service;

/* Who asks: a call of pdfsign/fetch.h. */
typedef struct pds_asker {
    pds_fetch_cache *cache;
    pds_fetch_store *store; /* NULL: none */
    pds_trust *trust;
    pds_http_client *client;
    bool private_hosts;
    int64_t deadline; /* pds_http_clock */
    time_t since;     /* answers that were fetched before do not count … */
    bool asked;       /* … nor those of the folder */
} pds_asker;

/**
 * body  posted to OCSP responders; else empty
 * out   ->what: the answer, or why there is none, as its failure; NULL: no time is left. Released
 *       by the caller
 */
PDS_USE pds_code pds_service_ask(const pds_asker *asker, pds_service service, const char *url,
                                 pds_span body, pds_fetch_hold *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
