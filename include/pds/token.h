#ifndef PDS_TOKEN_H
#define PDS_TOKEN_H

#include <pds/key.h>
#include <pds/output.h>
#include <pds/seal.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Keys that never leave a USB key or a card: `pkcs11:` (RFC 7512) and `pcsc:` URIs of
 * docs/tokens.md. Each call that talks to a device ends in bounded time, also where reader, card or
 * module hang. */

/* ---- what is plugged in ---- */

typedef enum pds_token_use { PDS_USE_SIGNING = 1, PDS_USE_ENCRYPTION = 2 } pds_token_use;

/* A key in a token and its certificate. Texts are UTF-8, NULL where there is none. */
typedef struct pds_token_key {
    const char *uri;   /* names this key and no other, for --key */
    const char *id;    /* CKA_ID in hexadecimal; a PIV slot, "9c" */
    const char *label; /* CKA_LABEL; the slot's purpose */
    const char *name;  /* common name of the certificate, else its subject */
    const char *subject, *issuer;
    const char *serial, *sha256;   /* of the certificate, hexadecimal */
    int64_t not_before, not_after; /* seconds since 1970, 0: none */
    const char *algorithm;         /* "RSA 2048", "EC P-256", "Ed25519" */
    unsigned use;                  /* pds_token_use of the certificate, or of the key without one */
    bool has_key;                  /* false: a certificate alone, an issuer's for instance */
    bool asks_always;              /* the PIN is wanted for each signature */
    const uint8_t *cert;           /* DER; NULL: none */
    size_t cert_bytes;
} pds_token_key;

/* A device. */
typedef struct pds_token {
    const char *uri;    /* names this token and no other */
    const char *driver; /* "pkcs11", "pcsc" */
    const char *label, *maker, *model, *serial;
    const char *reader;       /* of a card; the module's path for PKCS#11 */
    const char *alias;        /* of docs/tokens.md, "Aliases" */
    int pin_tries, puk_tries; /* left; -1: not told */
    bool pin_low;             /* it was typed wrongly at least once */
    bool pin_last;            /* the next wrong one blocks it */
    bool pin_blocked, pin_unset;
    bool pin_pad;  /* it is typed on the device, never here */
    bool has_seal; /* of pds_token_seal_read */
    bool bare;     /* of pds_tokens_search: a reader in which no token was seen */
    const pds_token_key *keys;
    size_t key_count;
} pds_token;

/* The caller drops it. */
typedef struct pds_token_list {
    const pds_token *items;
    size_t count;
    const char *const *notes; /* modules and readers that could not be asked, and why */
    size_t note_count;
    void *owner; /* internal */
} pds_token_list;

/* uri: "pkcs11:…", "pcsc:…", their beginnings; NULL: all drivers. Asks for no PIN: what is private
 * to the owner is not seen. errors: PDS_E_USAGE, PDS_E_LIBRARY_MISSING of a driver that was named,
 * PDS_E_NO_MEMORY, PDS_E_INTERRUPTED. No token at all is an empty list */
PDS_API PDS_USE pds_code pds_tokens_list(const char *uri, pds_token_list *out, pds_err *e);
PDS_API void pds_token_list_drop(pds_token_list *list);

/* ---- the PIN ---- */

/* Whose secret is asked for. */
typedef enum pds_secret_kind {
    PDS_SECRET_PIN,
    PDS_SECRET_NEW_PIN,
    PDS_SECRET_PUK,       /* security officer's PIN of PKCS#11 */
    PDS_SECRET_MANAGEMENT /* management key of PIV, in hexadecimal */
} pds_secret_kind;

/* As pds_pin_fn. */
typedef pds_code (*pds_secret_fn)(void *ctx, pds_secret_kind kind, const char *label,
                                  int tries_left, pds_secret *into, pds_err *e);

typedef struct pds_token_options {
    const char *uri; /* of one token, or a key in it */
    pds_secret_fn ask;
    void *ask_ctx;
    bool force_last_try; /* else a secret with one try left is not tried: PDS_E_PIN_LAST_TRY */
    /* Says what is to be typed on the reader. NULL: to nobody. */
    void (*tell)(void *ctx, const char *text);
    void *tell_ctx;
} pds_token_options;

/* New PIN for the old. errors: PDS_E_PIN_WRONG, with the tries left in the text; PDS_E_PIN_LOCKED;
 * PDS_E_PIN_REFUSED the token does not take the new one; PDS_E_TOKEN_* */
PDS_API PDS_USE pds_code pds_token_change_pin(const pds_token_options *options, pds_err *e);
/* New PIN by the PUK. errors: likewise, of the PUK */
PDS_API PDS_USE pds_code pds_token_unblock_pin(const pds_token_options *options, pds_err *e);
/* PINs that are kept in this process for keys (pds_key_options.pin_cache) are wiped, and those keys
 * ask anew when they are next used. What keys without such a time need is theirs until they are
 * dropped. uri: as a key was opened by, or of a token as pds_tokens_list has it; NULL, or one that
 * no key was opened by: all. Any thread. */
PDS_API void pds_token_forget(const char *uri);

/* Is a call that was given up (PDS_E_TOKEN_HUNG, PDS_E_INTERRUPTED …) still under way in a thread
 * of its own? A program that ends then ends by _exit(): what a module and libraries take down at
 * exit() may be what that call is using. */
PDS_API bool pds_token_hangs(void);

/* ---- certificates ---- */

/* Writes a certificate of the token, as DER or PEM. identity: of several the one that it fits, as
 * of pds_key_options; NULL: the only one, else that of the only key. Asks for no PIN. errors:
 * PDS_E_CERT_MISSING none fits; PDS_E_KEY_AMBIGUOUS several do, with a list; PDS_E_TOKEN_* */
PDS_API PDS_USE pds_code pds_token_export(const pds_token_options *options, const char *identity,
                                          bool der, const pds_output *output, pds_err *e);

/* ---- the seal in the token ---- */

/* The picture as it was written, a PNG with its printed size (pHYs). errors: PDS_E_SEAL_MISSING;
 * PDS_E_SEAL_DAMAGED its parts do not fit together; PDS_E_TOKEN_* */
PDS_API PDS_USE pds_code pds_token_seal_read(const pds_token_options *options,
                                             const pds_output *output, pds_err *e);
/* Replaces it; the old one stays whole until the new one is there, where the token has room for
 * both. The PIN (PIV: the management key too) is asked for before anything is written.
 * size    "WxH" as of --size; NULL: what the picture says of itself
 * compact one colour and an alpha mask, for small cards; what that loses is refused unless asked
 * for errors  PDS_E_PICTURE_*; PDS_E_TOKEN_FULL with the bytes there are; PDS_E_PIN_*;
 * PDS_E_TOKEN_* */
PDS_API PDS_USE pds_code pds_token_seal_write(const pds_token_options *options, const char *picture,
                                              const char *size, bool compact, pds_err *e);

/* The same for pds_look.seal, of the token that pds_key_open finds by these options, waiting as it
 * does; nobody is asked for a PIN. errors: likewise, and those of pds_seal_open */
PDS_API PDS_USE pds_code pds_seal_open_token(const pds_key_options *key, const char *size,
                                             pds_seal **out, pds_err *e);

/* ---- the log ---- */

typedef enum pds_token_log_change { PDS_LOG_ON, PDS_LOG_OFF, PDS_LOG_CLEAR } pds_token_log_change;
/* Kept in $XDG_STATE_HOME/pdfsign, else ~/.local/state/pdfsign. OFF keeps what is there. errors:
 * PDS_E_OUTPUT_FAILED */
PDS_API PDS_USE pds_code pds_token_log_set(pds_token_log_change change, pds_err *e);
/* on: is it written? Copies all of it to the output, unless that is NULL. */
PDS_API PDS_USE pds_code pds_token_log_get(bool *on, const pds_output *output, pds_err *e);

/* ---- aliases, wireless readers, what comes and goes ---- */

/* From now on, and in all of this process, "pcsc:ALIAS" means what this pcsc: URI does: its reader,
 * the card of its serial number where it has one, and its slot where none is given with the alias.
 * An alias comes before readers of that name. It holds letters, digits, '-', '_', '.', at most 42
 * bytes. uri NULL: it is removed. Any thread. errors: PDS_E_USAGE; PDS_E_LIMIT more than 1,000;
 * PDS_E_NO_MEMORY */
PDS_API PDS_USE pds_code pds_token_alias(const char *alias, const char *uri, pds_err *e);

/* All that drivers of readers see in so many seconds (0: what is there), with and without a token,
 * also what is gone again: as pds_tokens_list. errors: likewise; PDS_E_LIBRARY_MISSING */
PDS_API PDS_USE pds_code pds_tokens_search(long seconds, pds_token_list *out, pds_err *e);
/* Powers a token up, and says in `out` what it is, one item; out NULL: nothing is told. errors:
 * PDS_E_TOKEN_MISSING no reader is called so, none has a token, or that of none answers;
 * PDS_E_TOKEN_AMBIGUOUS; PDS_E_TOKEN_*; PDS_E_KEY_UNSUPPORTED not with this driver; PDS_E_USAGE */
PDS_API PDS_USE pds_code pds_token_connect(const char *uri, pds_token_list *out, pds_err *e);
/* Powers it down and forgets its PIN. errors: likewise; PDS_E_TOKEN_BUSY it is in use, by this
 * program or another */
PDS_API PDS_USE pds_code pds_token_disconnect(const char *uri, pds_err *e);

typedef enum pds_token_change {
    PDS_TOKEN_THERE, /* when the watch began */
    PDS_TOKEN_CAME,
    PDS_TOKEN_GONE
} pds_token_change;

/* token: lent; without keys, and what is known of its PIN is not told. Anything but PDS_OK ends the
 * watch. */
typedef pds_code (*pds_token_watch_fn)(void *ctx, pds_token_change change, const pds_token *token,
                                       pds_err *e);
/* Tells of each token that comes or goes for so many seconds (0: without end), as pds_tokens_list
 * takes its URI. Readers, modules and services that fail, stop and start again do not end it.
 * errors: PDS_E_USAGE; PDS_E_LIBRARY_MISSING of a driver that was named; PDS_E_NO_MEMORY;
 * PDS_E_INTERRUPTED; those of fn */
PDS_API PDS_USE pds_code pds_tokens_watch(const char *uri, long seconds, pds_token_watch_fn fn,
                                          void *ctx, pds_err *e);

/* ---- decryption ---- */

/* The content of a CMS EnvelopedData (RFC 5652, 6; DER, BER or PEM) for which the key is the
 * recipient's. errors: PDS_E_NOT_FOR_KEY; PDS_E_CMS_UNREADABLE; PDS_E_TOKEN_*, PDS_E_PIN_* */
PDS_API PDS_USE pds_code pds_decrypt(const pds_key *key, const char *input,
                                     const pds_output *output, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
