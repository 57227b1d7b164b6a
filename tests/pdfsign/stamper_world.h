#ifndef TESTS_PDFSIGN_STAMPER_WORLD_H
#define TESTS_PDFSIGN_STAMPER_WORLD_H

/* Authorities on loopback, and services that the certificates of all name. The root issued two
 * that issue: "ca" the signer and a responder, "stampers" the authorities. Tokens bring the
 * authority's own certificate alone. */

#include "fixtures/tsa/tsa.h"
#include "tests/base/web.h"

typedef enum world_answer { WORLD_GOOD, WORLD_EARLY, WORLD_REVOKED, WORLD_MISSING } world_answer;

extern struct world {
    web *server;
    pki *root, *ca, *stampers, *signer, *responder;
    pki *clocks[2]; /* of the two authorities */
    tsa *tsas[2];
    world_answer signer_ocsp, clock_ocsp[2]; /* EARLY: good, as of an hour ago */
} world;

void world_start(void);
void world_stop(void);
/* How often all services were asked so far, without the authorities. */
unsigned world_hits(void);
/* Paths of these services; NULL at the end. */
extern const char *const WORLD_PATHS[];

#endif
