#ifndef TESTS_BASE_TLS_FRONT_H
#define TESTS_BASE_TLS_FRONT_H

/* TLS in front of a web (tests/base/web.h): one connection at a time, one request each. */

#include <stdbool.h>

typedef struct tls_front tls_front;

typedef struct tls_front_options {
    unsigned port;          /* of the web behind it */
    const char *cert, *key; /* PEM files, its own */
    const char
        *clients; /* PEM file of who may come: each must show such a certificate; NULL: all */
} tls_front_options;

tls_front *tls_front_start(const tls_front_options *options);
void tls_front_stop(tls_front **f);
const char *tls_front_origin(const tls_front *f); /* "https://localhost:PORT" */

#endif
