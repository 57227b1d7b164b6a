#ifndef TOKEN_PCSC_LITE_H
#define TOKEN_PCSC_LITE_H

/* The door to PCSC-lite, which is loaded when it is first needed. */

#include "token/card.h"

#include <winscard.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Its functions that are used, without their SCard. */
typedef struct pds_pcsc_lite {
    __typeof__(SCardEstablishContext) *establish_context;
    __typeof__(SCardReleaseContext) *release_context;
    __typeof__(SCardListReaders) *list_readers;
    __typeof__(SCardGetStatusChange) *get_status_change;
    __typeof__(SCardConnect) *connect;
    __typeof__(SCardReconnect) *reconnect;
    __typeof__(SCardDisconnect) *disconnect;
    __typeof__(SCardBeginTransaction) *begin_transaction;
    __typeof__(SCardEndTransaction) *end_transaction;
    __typeof__(SCardTransmit) *transmit;
    __typeof__(SCardControl) *control;
    __typeof__(SCardStatus) *status;
    __typeof__(pcsc_stringify_error) *stringify_error;
} pds_pcsc_lite;

/* errors: PDS_E_LIBRARY_MISSING */
PDS_USE pds_code pds_pcsc_lite_load(const pds_pcsc_lite **out, pds_err *e);
/* The fault that a return value means; what: "connect" … errors: PDS_E_TOKEN_REMOVED, _RESET,
 * _BUSY, _HUNG, _FAILED; PDS_E_NO_MEMORY; PDS_OK for success */
PDS_USE pds_code pds_pcsc_check(LONG rv, const char *what, pds_err *e);

/* A context of its own, of SCardEstablishContext. After pds_pcsc_lite_load. */
LONG pds_pcsc_begin(SCARDCONTEXT *out);

/* ---- pcsc_reader.c ---- */

enum { PDS_READERS_MAX = 16 };

/* Readers of this machine, and what is in them. */
typedef struct pds_readers {
    SCARDCONTEXT context; /* released by drop */
    bool served;          /* the service runs */
    struct {
        char name[MAX_READERNAME];
        bool card;
        uint32_t events; /* how often a card came or went, as the service counts */
    } items[PDS_READERS_MAX];
    size_t count;
} pds_readers;
/* No service, no reader: none. errors: PDS_E_LIBRARY_MISSING, PDS_E_TOKEN_REMOVED they come and go,
 * PDS_E_TOKEN_FAILED, _HUNG */
PDS_USE pds_code pds_readers_list(pds_readers *out, pds_err *e);
void pds_readers_drop(pds_readers *r);
/* Another number when a reader or card came or went. */
uint64_t pds_readers_mark(const pds_readers *r);

/* What the rest of a pcsc: URI says: "[READER][;serial=HEX][;slot=9c]", READER a pattern or an
 * alias, percent-encoded. */
typedef struct pds_pcsc_uri {
    char reader[PDS_DEVICE_URI]; /* "*" where nothing is said */
    char serial[PDS_DEVICE_NAME], slot[8];
    char bound[PDS_DEVICE_NAME]; /* the serial number that the alias holds; "" any */
} pds_pcsc_uri;
PDS_USE pds_code pds_pcsc_uri_parse(const char *rest, pds_pcsc_uri *out, pds_err *e);
/* Does it mean a card of that number in that reader? */
bool pds_pcsc_uri_fits(const pds_pcsc_uri *uri, const char *reader, const char *serial);
/* The name that somebody gave it; "" none. */
void pds_pcsc_alias(const char *reader, const char *serial, char name[PDS_ALIAS_NAME]);
PDS_USE pds_code pds_pcsc_uri_put(const char *reader, const char *serial, const char *slot,
                                  char out[PDS_DEVICE_URI], pds_err *e);

/* ---- pcsc_card.c ---- */

struct pds_card {
    SCARDCONTEXT context; /* its own: a context serves one call at a time */
    SCARDHANDLE handle;
    DWORD protocol;
    char reader[MAX_READERNAME];
    uint8_t atr[MAX_ATR_SIZE];
    size_t atr_len;
    int locks;
    bool extended;             /* card and reader take APDUs of more than 255 bytes, as far as is
                                  known */
    bool used_pin;             /* and has not forgotten it since: the card is reset when the last
                                  of this process lets it go */
    bool joined;               /* counted by pds_reader_join */
    uint32_t pad, pad_changes; /* control codes of the reader's pin pad, to verify a PIN and to
                                  change it; 0: none */
};

/* ---- atr.c ---- */

/* Does an ATR (ISO/IEC 7816-3, 8) say that lengths may be extended (7816-4, 12.1.1.9)? */
bool pds_atr_extended(pds_span atr);

/* ---- pcsc_share.c ---- */

/* A card of this process in that reader more, after the reset by one that leaves; false: too many
 * readers, nobody counts. */
bool pds_reader_join(const char *reader);
/* One less. True: it was the last, and one of them was given a PIN: the card is to be reset, and
 * then pds_reader_left to be called; false, too, while another one is resetting it. */
bool pds_reader_leave(const char *reader, bool used_pin);
/* done: it was reset, or has no power; else the next who comes and goes does it. True: it is to be
 * reset once more. */
bool pds_reader_left(const char *reader, bool done);

/* errors: PDS_E_TOKEN_MISSING, _BUSY, _FAILED */
PDS_USE pds_code pds_card_open(const char *reader, pds_card **out, pds_err *e);
void pds_card_close(pds_card **card);
/* After PDS_E_TOKEN_RESET it can be held again. errors: device errors */
PDS_USE pds_code pds_card_renew(pds_card *card, pds_err *e);
/* Takes its power away, where nobody uses it. errors: PDS_E_TOKEN_BUSY somebody does;
 * PDS_E_TOKEN_REMOVED, _FAILED */
PDS_USE pds_code pds_card_power_down(const char *reader, pds_err *e);

/* ---- pcsc_feature.c ---- */

/* Finds out what the reader can do: has it a pin pad, and are extended lengths for it and the card?
 * Others must not hold the card meanwhile. */
void pds_card_find_features(pds_card *card);

#ifdef __cplusplus
}
#endif
#endif
