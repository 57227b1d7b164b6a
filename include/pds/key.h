#ifndef PDS_KEY_H
#define PDS_KEY_H

#include <pds/algorithm.h>
#include <pds/secret.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A signing key with its certificate and chain, wherever it lives. May be used by several threads.
 * In a child of fork() it finds its token anew, or says that it has to be opened again; locks of
 * libraries that other threads had at the fork (OpenSSL's, p11-kit's, a module's) stay with them.
 */
typedef struct pds_key pds_key;

/* Asks for the PIN or password of `label` (a path or token name). tries_left: -1 unknown.
 * Fills `into`; PDS_E_PIN_NEEDED where nobody can be asked. Called at most once a key, and again
 * where it is not kept any longer (pds_key_options.pin_cache). Other keys may be opened there, but
 * none used that may have to ask for a PIN. Where two threads each ask for one token's PIN and open
 * a key of the other's token there, one of them gets PDS_E_TOKEN_BUSY. */
typedef pds_code (*pds_pin_fn)(void *ctx, const char *label, int tries_left, pds_secret *into,
                               pds_err *e);

typedef struct pds_key_options {
    const char *uri; /* "p12:PATH", "file:PATH", "pkcs11:…", "pcsc:…"; NULL: certificate only (a
                        prepared job) */
    const char *identity; /* pattern (*, ?) of the certificate's name, subject, serial number or
                             fingerprint, where several keys are found; NULL: the only one that may
                             sign */
    const char *cert;     /* PEM or DER file, or NULL: the key brings it */
    const char *const *chains; /* PEM/DER files or folders with issuers' certificates */
    size_t chain_count;
    pds_pin_fn pin;
    void *pin_ctx;
    bool allow_expired;
    /* of tokens */
    bool force_last_try; /* else a PIN with one try left is not tried */
    /* Says what goes on to whoever waits: "plug in …", "type the PIN on the reader". NULL: nobody.
     * Lent with its context as long as the key is open, as pin and pin_ctx are. */
    void (*tell)(void *ctx, const char *text);
    void *tell_ctx;
    long pin_cache; /* seconds that the PIN is kept after each use, in this process, at most 7200;
                       then it is asked for again; 0: as long as the key is open */
    long wait;      /* seconds to wait for a token that is not there, was removed, or hung; 0: the
                       call fails, and the next one looks for it again */
    bool decrypts;  /* opened for pds_decrypt, not to sign: of several keys the one whose
                       certificate is for encryption; whether it is valid is not asked */
} pds_key_options;

/**
 * Opens a key, finds its certificate, completes the chain, and checks that all of it may sign now
 * (not with options->decrypts): by the machine's clock, not by SOURCE_DATE_EPOCH. Of several keys
 * in a file the one is taken whose certificate may sign, or which options->cert belongs to.
 *
 * key     out: owned by the caller
 * errors  PDS_E_KEY_*, PDS_E_PIN_*, PDS_E_CERT_*; PDS_E_USAGE a secret in the URI
 */
PDS_API PDS_USE pds_code pds_key_open(const pds_key_options *options, pds_key **key, pds_err *e);
PDS_API void pds_key_drop(pds_key **key); /* wipes; NULL is allowed */

/* What a person calls this key: the subject's common name, else its whole name. Lent. */
PDS_API const char *pds_key_label(const pds_key *key);

#ifdef __cplusplus
}
#endif
#endif
