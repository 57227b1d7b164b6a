#ifndef TESTS_TIMESTAMP_TSA_H
#define TESTS_TIMESTAMP_TSA_H

/* A timestamping authority on loopback (RFC 3161 over HTTP/1.1), with faults on demand. Each
 * connection has a thread of a pool, and stays open.
 *
 * The path of a request says what shall go wrong; parts stand between slashes, as in
 * "/slow=100/nonce/times=2":
 *   slow=MS      answers that much later
 *   status=N     answers with this status instead; retry-after=S says when to come back
 *   hangup       closes the connection instead
 *   cut          closes it in the middle of the answer
 *   loop         redirects to itself
 *   type         calls the answer text/html
 *   garbage      answers with bytes of no meaning
 *   endless      answers with 3 MiB
 *   rejected     rejects the request
 *   nonce        a token with another nonce
 *   imprint      a token of something else
 *   policy       a token of another policy
 *   forged       a token whose signature is wrong
 *   bare         a token without certificates, asked for or not
 *   huge         a token of 64 KiB and more
 *   ahead=S      a token of a clock that is ahead
 *   times=N      all this for the first N requests of that path only */

#include "tests/cms/pki.h"

typedef struct tsa tsa;

enum { TSA_CHAIN_MAX = 4 };

/* All lent. */
typedef struct tsa_options {
    const pki *signer;
    const pki *chain[TSA_CHAIN_MAX]; /* certificates that a token brings besides; until NULL */
    unsigned threads;                /* 0: 32, which is also how many connections it serves */
    unsigned delay_ms;               /* before each answer */
    const char *user;                /* "NAME:PASSWORD" that is demanded; NULL: none */
} tsa_options;

/* Ends the program where it can't be started. */
tsa *tsa_start(const tsa_options *options);
void tsa_stop(tsa **t);

typedef struct tsa_counts {
    unsigned requests, connections;
} tsa_counts;

unsigned tsa_port(const tsa *t);
const char *tsa_origin(const tsa *t); /* "http://127.0.0.1:PORT" */
tsa_counts tsa_count(const tsa *t);

#endif
