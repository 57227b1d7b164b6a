#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include "base/buf.h"

#include <pds/secret.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A client of HTTP/1.1 for small answers, by libcurl. Proxies are those of the environment
 * (http_proxy, https_proxy, all_proxy, no_proxy). TLS is checked against the system's store, or one
 * that is given. */

/* Why there is no answer to be used: the network's affairs are data, not faults of the program. */
typedef enum pds_http_fault {
    PDS_HTTP_FINE,            /* 2xx */
    PDS_HTTP_URL_REFUSED,     /* neither http nor https, or with a user's name in it */
    PDS_HTTP_ADDRESS_REFUSED, /* this machine, a private network */
    PDS_HTTP_NOT_FOUND,       /* no such host, or proxy */
    PDS_HTTP_NOT_CONNECTED,   /* nobody listens, or not in time */
    PDS_HTTP_TIMEOUT,         /* connected, but the answer comes too late */
    PDS_HTTP_TLS,
    PDS_HTTP_SERVER_CERT, /* of nobody known, expired, or of another host */
    PDS_HTTP_CLIENT_CERT, /* the certificate that we show, its key, or the key's password */
    PDS_HTTP_TOO_LARGE,
    PDS_HTTP_REDIRECTS, /* too many, or from https to http */
    PDS_HTTP_STATUS,    /* any but 2xx; the body is there */
    PDS_HTTP_BROKEN,    /* cut off, not HTTP */
    PDS_HTTP_FAULT_COUNT
} pds_http_fault;

/* What one service wants to know of who asks, and how it is recognised. All lent. */
typedef struct pds_http_access {
    const char *user; /* of basic authentication; NULL: none */
    const pds_secret *password;
    const char *cert; /* a file for TLS: PEM, or PKCS#12 with its key; NULL: none */
    const char *key;  /* PEM; NULL: it stands in the file of the certificate */
    const pds_secret *key_password;
    const char *ca; /* PEM file, or a folder of such, in place of the system's store; or NULL */
} pds_http_access;

/* Connections that stay open from one request to the next, for one service. Any number of threads;
 * no more idle ones are kept than threads were at work at the same time, and 32 at most. */
typedef struct pds_http_client pds_http_client;

/**
 * access  NULL: { 0 }. Must outlive the client. Name, password and certificate go only to the host
 *         that a request is for, never where it redirects to. The files are looked at: it is known
 *         early that they are there
 * errors  PDS_E_USAGE a file can't be read, holds nothing of that kind, or a user's name with a
 *         colon; PDS_E_LIBRARY_MISSING, PDS_E_NO_MEMORY
 */
PDS_USE pds_code pds_http_client_new(const pds_http_access *access, pds_http_client **out,
                                     pds_err *e);
/* Closes its connections; nobody is using it any more. */
void pds_http_client_drop(pds_http_client **client);

typedef struct pds_http_request {
    const char *url;
    const char *content_type; /* of the body, which is posted; NULL: GET */
    pds_span body;
    const char *accept; /* NULL: anything */
    size_t body_max;    /* of the answer; 0: 1 MiB */
    long total_ms;      /* with all redirects and retries; 0: 30 s */
    long connect_ms;    /* 0: 10 s */
    int redirects;      /* that are followed; a POST stays one but for 303 */
    int retries;        /* after 429, 500, 502, 503, 504, as far as there is time for the wait */
    bool private_hosts; /* addresses that are not public are fine */
    pds_http_client *client; /* NULL: a connection for this request alone */
} pds_http_request;

/* Begin with { 0 }; the caller drops it. */
typedef struct pds_http_response {
    pds_http_fault fault;
    char text[256]; /* why, for people, in their language */
    long status;    /* 0: none came */
    char content_type[128];
    pds_buf body;
} pds_http_response;

/* Any thread, any time. What a server closes without a word is asked once more, whatever `retries`.
 * errors: PDS_E_LIBRARY_MISSING, PDS_E_NO_MEMORY, PDS_E_INTERRUPTED */
PDS_USE pds_code pds_http_exchange(const pds_http_request *request, pds_http_response *out,
                                   pds_err *e);
void pds_http_response_drop(pds_http_response *response);

/* Loads the library, to know early whether it is there. errors: PDS_E_LIBRARY_MISSING */
PDS_USE pds_code pds_http_load(pds_err *e);
/* "http://host:port" of a URL, in lower case. False: not such a URL, or longer than room. */
bool pds_http_origin(const char *url, char *out, size_t room);
/* Milliseconds of a clock that nobody sets. */
int64_t pds_http_clock(void);

#ifdef __cplusplus
}
#endif
#endif
