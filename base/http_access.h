#ifndef BASE_HTTP_ACCESS_H
#define BASE_HTTP_ACCESS_H

#include "base/http_url.h"
#include "base/locked.h"

#ifdef __cplusplus
extern "C" {
#endif

/* pds_http_access, looked at and ready for use. */
typedef struct pds_access {
    pds_http_access given; /* lent */
    bool pkcs12;           /* what given.cert is */
    pds_buf ca;            /* PEM; empty: the system's store */
    pds_buf authorization; /* header line with NUL behind, locked; empty: none */
} pds_access;

/* given: NULL: nothing. errors: those of pds_http_client_new */
PDS_USE pds_code pds_access_load(const pds_http_access *given, pds_access *out, pds_err *e);
void pds_access_drop(pds_access *access);
/* For what is sent next. own: it goes to the host that name and certificate are for. */
bool pds_access_set(const pds_access *access, CURL *easy, bool own);
bool pds_access_add_line(const pds_access *access, bool own, struct curl_slist **list);

#ifdef __cplusplus
}
#endif
#endif
