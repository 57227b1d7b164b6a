#ifndef TOKEN_TOKEN_H
#define TOKEN_TOKEN_H

#include "cms/cert.h"
#include "token/decryption.h"

#include <pds/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One row of the driver table: a kind of place where keys live. `self` is the driver's own state.
 * Slots may be NULL where a kind has no such thing.
 */
typedef struct pds_token_ops {
    const char *scheme; /* of the URI: "p12", "file" */
    bool any;           /* nothing after the colon is right, too: whichever there is */
    /* Finds the key. Asks for the PIN through options->pin at most once. Blocks. */
    pds_code (*open)(const char *rest, const pds_key_options *options, void **self, pds_err *e);
    /* The key's own certificate, if it brings one (else *out stays NULL), and all others found
     * beside it. */
    pds_code (*certs)(void *self, pds_cert **own, pds_certs *others, pds_err *e);
    /* Does this certificate hold the public half of the key? PDS_E_KEY_MISMATCH if not. */
    pds_code (*matches)(void *self, const pds_cert *cert, pds_err *e);
    /* Signs a message (the driver digests). Called by several threads at once. */
    pds_code (*sign)(void *self, pds_algorithm algorithm, pds_span message, pds_buf *signature,
                     pds_err *e);
    /* Undoes what was encrypted for the key; NULL: such keys can't. errors: PDS_E_NOT_FOR_KEY it
     * does not come out right */
    pds_code (*decrypt)(void *self, const pds_decryption *how, pds_buf *locked, pds_err *e);
    void (*close)(void *self); /* wipes */
} pds_token_ops;

/* The table, ended by NULL. Those of hardkey.c are the rows of token/device.h seen as keys. */
extern const pds_token_ops *const pds_token_drivers[];

/* A key from a driver's state and its certificate. Takes self, cert and chain, also on error;
 * nothing is checked. */
PDS_USE pds_code pds_key_from(const pds_token_ops *ops, void *self, pds_cert *cert,
                              pds_certs *chain, pds_key **out, pds_err *e);

PDS_USE pds_code pds_key_decrypt(const pds_key *key, const pds_decryption *how, pds_buf *locked,
                                 pds_err *e);

/* Asks for the PIN or password of `label` as the options say. out: the caller drops it.
 * errors: PDS_E_PIN_NEEDED nobody can be asked; what the callback returns */
PDS_USE pds_code pds_pin_ask(const pds_key_options *options, const char *label, int tries_left,
                             pds_secret **out, pds_err *e);

/* Others see arguments, logs and faults. errors: PDS_E_USAGE a PIN or password in the URI, which is
 * not repeated; NULL has none */
PDS_USE pds_code pds_uri_refuse_secrets(const char *uri, pds_err *e);
/* "p12:PATH" in its two halves: the driver, and the rest of it as it stands.
 * errors: PDS_E_KEY_UNREADABLE no or unknown scheme; PDS_E_USAGE a secret in the URI */
PDS_USE pds_code pds_uri_split(const char *uri, const pds_token_ops **driver, const char **rest,
                               pds_err *e);

/* A key as the engine sees it. */
const pds_cert *pds_key_cert(const pds_key *key);   /* lent */
const pds_certs *pds_key_chain(const pds_key *key); /* lent, without the leaf */
bool pds_key_can_sign(const pds_key *key); /* false: certificate only, or opened to decrypt */
/* Signs, and verifies the signature against the certificate before returning it.
 * errors: PDS_E_KEY_FAILED, PDS_E_SIGNATURE_WRONG */
PDS_USE pds_code pds_key_sign(const pds_key *key, pds_algorithm algorithm, pds_span message,
                              pds_buf *signature, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
