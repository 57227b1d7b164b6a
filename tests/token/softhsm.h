#ifndef TESTS_TOKEN_SOFTHSM_H
#define TESTS_TOKEN_SOFTHSM_H

/* Tokens of SoftHSM, made for one test program in a folder of its own. A fault ends the program. */

#include "tests/base/scratch.h"
#include "tests/cms/pki.h"
#include "tests/token/p11_proxy.h"

/* A private key with its public half and certificate. */
typedef struct softhsm_key {
    const pki *key;
    const char *label;
    uint8_t id;
    bool asks_always;
    bool no_public; /* no object for the public half */
    bool no_cert;
    bool open; /* it can be used without a login */
    bool info; /* the private key tells its public half */
} softhsm_key;

/* Between these two tokens are made; then they can be reached by modules. */
void softhsm_begin(const scratch *folder);
void softhsm_end(void);
/* PINs: the user's, the officer's. */
CK_SLOT_ID softhsm_token(const char *label, const char *pin, const char *so_pin);
void softhsm_add_key(CK_SLOT_ID slot, const char *pin, const softhsm_key *key);
/* A certificate alone. */
void softhsm_add_cert(CK_SLOT_ID slot, const char *pin, const pki *cert, const char *label);

/* SoftHSM with faults; the module's path for URIs is P11_PROXY. */
p11_proxy *softhsm_proxy(void);
/* As if nothing had ever gone wrong. */
void softhsm_reset(void);

#endif
