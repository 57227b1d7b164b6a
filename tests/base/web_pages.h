#ifndef TESTS_BASE_WEB_PAGES_H
#define TESTS_BASE_WEB_PAGES_H

#include "tests/base/web.h"

/* The last request for /echo. */
typedef struct web_seen {
    char method[16], head[4096], body[64];
} web_seen;

/* A web_answer with pages of every kind, for a client's tests; context: a web_seen. What it does
 * not know is answered with "by proxy": a proxy is asked for whole addresses. */
void web_pages(void *context, const web_request *request, pds_buf *out);

#endif
