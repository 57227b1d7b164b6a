#ifndef TESTS_BASE_WEB_H
#define TESTS_BASE_WEB_H

#include "base/buf.h"

/* A web server of one thread on loopback: connections one after another, closed after an answer. */
typedef struct web web;

/* One request, as it came. */
typedef struct web_request {
    char method[16];
    char path[256];
    char head[4096]; /* all lines */
    pds_span body;
    unsigned number; /* of this path, from 0 */
} web_request;

/* Writes all that is sent, with status line and head. It may wait before it does. */
typedef void (*web_answer)(void *context, const web_request *request, pds_buf *out);

web *web_start(web_answer answer, void *context);
void web_stop(web **w);
/* "http://127.0.0.1:PORT" */
const char *web_origin(const web *w);
unsigned web_port(const web *w);
/* How many requests for this path came so far. */
unsigned web_hits(web *w, const char *path);

/* "HTTP/1.1 STATUS …" with the right length, and the body. */
void web_put(pds_buf *out, int status, const char *type, pds_span body);
void web_wait(long ms);

#endif
