#ifndef TOKEN_DEVICE_H
#define TOKEN_DEVICE_H

#include "cms/cert.h"
#include "token/decryption.h"

#include <pds/token.h>

#include <openssl/evp.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Devices that hold keys: one row of the table for each way to reach them. A row knows bytes, APDUs
 * and mechanisms; whose PIN is asked for when, which key is meant, waiting and caching are the same
 * for all (token/hardkey.c, token/pin_care.h).
 */

enum { PDS_DEVICE_ID = 64, PDS_DEVICE_NAME = 128, PDS_DEVICE_URI = 1024, PDS_ALIAS_NAME = 43 };

/* How a device looks from outside. Texts are UTF-8, "" where there is none. */
typedef struct pds_device_info {
    char uri[PDS_DEVICE_URI]; /* what opens this one and no other */
    char label[PDS_DEVICE_NAME], maker[PDS_DEVICE_NAME], model[PDS_DEVICE_NAME];
    char again[PDS_DEVICE_URI]; /* likewise, wherever it is plugged in; "": as uri */
    char serial[PDS_DEVICE_NAME], reader[PDS_DEVICE_URI];
    char alias[PDS_ALIAS_NAME]; /* token/alias.h */
    /* of places: */
    bool bare;       /* a reader; what is in it is not looked at */
    bool empty;      /* nothing is in it */
    uint32_t events; /* another number when something came or went */
} pds_device_info;

typedef struct pds_pin_state {
    int tries, puk_tries; /* left; -1: not told */
    bool low, last, blocked, unset;
    bool open;        /* it wants no login */
    bool puk_low;     /* the PUK was typed wrongly at least once */
    bool pad;         /* typed on the device */
    bool pad_changes; /* a new one, too, and PUKs */
    bool in;          /* this process is logged in already: what is offered now is not looked at */
} pds_pin_state;

/* A key, or a certificate alone. */
typedef struct pds_device_key {
    char id[PDS_DEVICE_ID * 2 + 1]; /* hexadecimal; a PIV slot, "9c" */
    char label[PDS_DEVICE_NAME];
    pds_cert *cert;        /* owned; NULL: none */
    EVP_PKEY *public_half; /* owned; of the certificate, or of the device; NULL: not known */
    bool has_key, signs, decrypts, asks_always;
    bool retired;         /* for what is old: taken by name, or where there is no other */
    bool wants_touch;     /* of the device, for each signature or now and then */
    bool shares_id;       /* with another: their labels tell them apart */
    bool hides_key;       /* shown as a certificate alone, whose key may be behind the login */
    unsigned long handle; /* the driver's */
} pds_device_key;

typedef struct pds_device_keys {
    pds_device_key *items; /* owned */
    size_t count;
    bool hides; /* a login may show others, that these do not tell of */
} pds_device_keys;
void pds_device_keys_drop(pds_device_keys *keys);

/* Those that are plugged in. */
typedef struct pds_device_list {
    pds_device_info *items; /* owned */
    size_t count;
    char (*notes)[256]; /* owned: who could not be asked, and why */
    size_t note_count;
    pds_code note_code; /* of one that hangs, else is busy, else of the last */
} pds_device_list;
void pds_device_list_drop(pds_device_list *list);
/* errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_device_list_add(pds_device_list *list, const pds_device_info *info,
                                     pds_err *e);
PDS_USE pds_code pds_device_list_note(pds_device_list *list, pds_code code, const char *who,
                                      const char *why, pds_err *e);
/* Moves what `more` has behind it. */
PDS_USE pds_code pds_device_list_join(pds_device_list *list, pds_device_list *more, pds_err *e);

/* Why a device did not do it, as far as all of them have it in common: what PIN care and waiting
 * decide by. The error's text says the rest. */
/* PIN errors: PDS_E_PIN_WRONG, PDS_E_PIN_LOCKED, PDS_E_PIN_REFUSED
 * device errors: PDS_E_TOKEN_REMOVED, _RESET another program ended the login, _BUSY, _HUNG,
 * _FAILED, PDS_E_INTERRUPTED, PDS_E_NO_MEMORY */

/* `self` is the driver's own state of one open device. Slots after `sign` may be NULL where a kind
 * has no such thing. Any thread may call `sign` and `decrypt` at any time; the others are called by
 * one thread at a time, with none of these two under way. */
typedef struct pds_device_ops {
    const char *scheme; /* "pkcs11", "pcsc" */
    /* Where devices may be that fit the rest of a URI, of a key's URI the token's: modules, each by
     * its name in `reader`; or readers, with all that is known of these, and no card is touched.
     * errors: PDS_E_USAGE the URI; PDS_E_LIBRARY_MISSING; device errors of all of them at once */
    pds_code (*places)(const char *rest, pds_device_list *out, pds_err *e);
    /* Devices that are there, in one such place. */
    pds_code (*look)(const char *place, const char *rest, pds_device_list *out, pds_err *e);
    /* Opens one that was found. errors: PDS_E_TOKEN_MISSING it is gone; device errors */
    pds_code (*open)(const pds_device_info *info, void **self, pds_err *e);
    void (*close)(void *self); /* logs out, leaves no lock */
    /* Keys and certificates that can be seen as it is (again after login), of those that the rest
     * of the URI names. */
    pds_code (*keys)(void *self, const char *rest, pds_device_keys *out, pds_err *e);
    /* What names that key and no other. */
    pds_code (*key_uri)(const pds_device_info *info, const pds_device_key *key,
                        char out[PDS_DEVICE_URI], pds_err *e);
    pds_code (*pin_state)(void *self, pds_pin_state *out, pds_err *e); /* costs no try */
    /* pin NULL: it is typed on the device. errors: PIN errors, device errors */
    pds_code (*login)(void *self, const pds_secret *pin, pds_err *e);
    /* Signs a message, which is digested where the device does not. pin: for asks_always, else
     * NULL. signature: as in CMS (ECDSA as Ecdsa-Sig-Value). errors: PDS_E_KEY_UNSUPPORTED the
     * scheme or digest; PIN errors; device errors */
    pds_code (*sign)(void *self, const pds_device_key *key, pds_algorithm algorithm,
                     pds_span message, const pds_secret *pin, pds_buf *signature, pds_err *e);
    /* RSA PKCS#1 v1.5 or OAEP, or the shared secret of ECDH; pds_decryption below. */
    pds_code (*decrypt)(void *self, const pds_device_key *key, const pds_decryption *how,
                        const pds_secret *pin, pds_buf *locked, pds_err *e);
    /* Both NULL: they are typed on the device. errors: likewise */
    pds_code (*change_pin)(void *self, const pds_secret *old, const pds_secret *pin, pds_err *e);
    pds_code (*unblock)(void *self, const pds_secret *puk, const pds_secret *pin, pds_err *e);
    /* Small named objects, 0 to 15, that the owner can read and write after login; what is empty
     * is not there. errors: PDS_E_TOKEN_FULL */
    pds_code (*read_object)(void *self, unsigned number, pds_buf *out, pds_err *e);
    pds_code (*write_object)(void *self, unsigned number, pds_span bytes,
                             const pds_secret *management, pds_err *e); /* empty: removes it */
    size_t (*object_max)(void *self);                                   /* bytes of one */
    bool parallel;         /* sign and decrypt go on at the same time */
    bool wants_management; /* to write objects: PDS_SECRET_MANAGEMENT */
    bool signs_alone;      /* a key that asks always needs no login before */
    bool asks_itself;      /* a signature may wait for a person: a button, a window of the module */
    bool in_readers;       /* they are told apart by the readers they are in */
    /* A number that is another one when devices came or went; costs them nothing. NULL: nobody
     * knows but find. */
    pds_code (*mark)(uint64_t *out, pds_err *e);
    /* Takes the power of one that was found. errors: as of open; PDS_E_TOKEN_BUSY somebody uses it
     */
    pds_code (*disconnect)(const pds_device_info *info, pds_err *e);
} pds_device_ops;

/* Is it nobody's fault but the caller's? Of devices that are looked at one by one it ends all. */
bool pds_device_is_fatal(pds_code code);

/* Sleeps at most so many milliseconds, a fifth of a second at a time: few drivers can wait for an
 * event, so it is looked again. errors: PDS_E_INTERRUPTED */
PDS_USE pds_code pds_device_nap(long ms, pds_err *e);

extern const pds_device_ops pds_device_p11, pds_device_pcsc;
/* The rows that a URI means, and what follows its colon: the one of its scheme (rest "" where there
 * is no more of it), of no URI all of them. errors: PDS_E_USAGE none; a secret in the URI */
enum { PDS_DEVICE_ROWS = 2 };
typedef struct pds_device_meant {
    const pds_device_ops *rows[PDS_DEVICE_ROWS];
    size_t count;
    const char *rest; /* lent, of the URI */
} pds_device_meant;
PDS_USE pds_code pds_devices_meant(const char *uri, pds_device_meant *out, pds_err *e);
/* The row that a token's URI names. errors: likewise; uri NULL, or without a colon */
PDS_USE pds_code pds_device_row(const char *uri, const pds_device_ops **out, const char **rest,
                                pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
