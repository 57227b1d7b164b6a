#ifndef BASE_HTTP_CLIENT_H
#define BASE_HTTP_CLIENT_H

#include "base/http_curl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A handle of libcurl with its open connections, for one thread until it is given back. client:
 * NULL: a new one. Handles that may reach private hosts are never lent to who may not: an open
 * connection is not judged again. */
PDS_USE pds_code pds_client_take(pds_http_client *client, bool private_hosts, pds_curl **out,
                                 pds_err *e);
void pds_client_give(pds_http_client *client, bool private_hosts, pds_curl **curl);

#ifdef __cplusplus
}
#endif
#endif
