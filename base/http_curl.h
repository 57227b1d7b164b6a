#ifndef BASE_HTTP_CURL_H
#define BASE_HTTP_CURL_H

#include "base/http.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pds_access;

/* A handle of libcurl, whose connections stay open: no redirect, no retry. */
typedef struct pds_curl pds_curl;

/* access: outlives it; NULL: nothing */
PDS_USE pds_code pds_curl_new(const struct pds_access *access, pds_curl **out, pds_err *e);
void pds_curl_drop(pds_curl **curl);

/* What one hop sends, and when it must be over. */
typedef struct pds_hop {
    const pds_http_request *request;
    const char *url;
    bool post;
    bool own;         /* it goes to the host that the request is for */
    int64_t deadline; /* pds_http_clock */
} pds_hop;

/* What it told besides the response. */
typedef struct pds_hop_end {
    char *next;       /* owned: where it redirects to; NULL: it does not */
    long retry_after; /* seconds; 0: not told */
    bool dropped;     /* the connection was closed before a byte of an answer came */
} pds_hop_end;
void pds_hop_end_drop(pds_hop_end *end);

/* errors: PDS_E_NO_MEMORY, PDS_E_INTERRUPTED */
PDS_USE pds_code pds_curl_hop(pds_curl *curl, const pds_hop *hop, pds_http_response *out,
                              pds_hop_end *end, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
