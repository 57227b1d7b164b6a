#ifndef TESTS_TOKEN_TOKEN_FAKE_H
#define TESTS_TOKEN_TOKEN_FAKE_H

/* A key that does as it is told, to see what the engine makes of it. */

#include "tests/cms/pki.h"
#include "token/token.h"

typedef enum fake_behaviour {
    FAKE_SIGNS,
    FAKE_REFUSES, /* PDS_E_KEY_FAILED */
    FAKE_EMPTY,   /* success and no bytes, as a card that is pulled out */
    FAKE_WRONG,   /* success and the signature of something else */
    FAKE_GARBAGE, /* success and zeros */
    FAKE_SLOW     /* signs after 200 ms */
} fake_behaviour;

typedef struct token_fake {
    const pki *identity; /* lent: signs with it */
    fake_behaviour behaviour;
    unsigned good; /* so many signatures before it misbehaves */
    /* filled in: */
    unsigned calls;
    unsigned closed;
    uint8_t last_message[512]; /* its beginning */
    size_t last_length;
} token_fake;

/* A key over fake (lent, must outlive it) with the identity's certificate and this chain (taken,
 * may be NULL). */
pds_key *token_fake_key(token_fake *fake, pds_certs *chain);

#endif
