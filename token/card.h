#ifndef TOKEN_CARD_H
#define TOKEN_CARD_H

#include "token/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Smart cards over PC/SC: readers (token/pcsc_*.c) on one side, what a kind of card understands on
 * the other. A further kind is one more file with a pds_card_type. */

/* A card that is reached: sends one APDU, gets its answer. */
typedef struct pds_card pds_card;

/* ISO/IEC 7816-4, 5. */
typedef struct pds_apdu {
    uint8_t cla, ins, p1, p2;
    pds_span data;   /* longer than 255 bytes: extended length, or chained where the reader or card
                        has none */
    size_t expected; /* of the answer; 0: none, 65536: all there is */
    bool secret;     /* holds a PIN: never kept, wiped at once */
} pds_apdu;

/* Answers longer than one APDU are fetched to their end (GET RESPONSE). answer: without the status
 * word, at most 64 KiB; wiped on drop by whoever owns it where it is secret. errors:
 * PDS_E_TOKEN_REMOVED, _RESET another program was there, _BUSY, _HUNG, _FAILED; a status word is no
 * error */
PDS_USE pds_code pds_card_send(pds_card *card, const pds_apdu *apdu, pds_buf *answer,
                               uint16_t *status, pds_err *e);
/* Nobody else talks to the card between these two; nested calls count. errors: as above. */
PDS_USE pds_code pds_card_lock(pds_card *card, pds_err *e);
void pds_card_unlock(pds_card *card);
/* Nobody is logged in any more, as the card says: it needs no reset. */
void pds_card_set_forgotten(pds_card *card);
/* Has its reader a pin pad for VERIFY (PC/SC part 10)? */
bool pds_card_has_pad(const pds_card *card);
/* And for what takes an old secret and a new PIN? */
bool pds_card_pad_changes(const pds_card *card);
/* VERIFY with the PIN typed there: apdu without data; the PIN is ASCII in 8 bytes, filled up with
 * FF. errors: PDS_E_PIN_NEEDED nobody typed it, or cancelled; PDS_E_PIN_WRONG too short to be sent;
 * device errors */
PDS_USE pds_code pds_card_verify_by_pad(pds_card *card, const pds_apdu *apdu, uint16_t *status,
                                        pds_err *e);
/* CHANGE REFERENCE DATA or RESET RETRY COUNTER, both secrets of that form. errors: also
 * PDS_E_PIN_REFUSED the new one was typed differently the second time */
PDS_USE pds_code pds_card_change_by_pad(pds_card *card, const pds_apdu *apdu, uint16_t *status,
                                        pds_err *e);

/* What a kind of card can do: slots as in pds_device_ops, over a card. `state` is the kind's own.
 */
typedef struct pds_card_type {
    /* Is it such a card? Selects its application. */
    pds_code (*select)(pds_card *card, bool *is, void **state, pds_err *e);
    void (*drop)(void *state);
    /* Selects it again, as other programs may have selected another: whoever was logged in may be
     * so no more. */
    pds_code (*select_again)(pds_card *card, void *state, pds_err *e);
    /* After a reset: and sees whether it is the card from before. errors: PDS_E_TOKEN_RESET another
     * one, or nothing tells */
    pds_code (*select_same)(pds_card *card, void *state, pds_err *e);
    pds_code (*info)(pds_card *card, void *state, pds_device_info *out, pds_err *e);
    /* named: the id of a key that is there, though nothing on the card may tell of it; "" none */
    pds_code (*keys)(pds_card *card, void *state, const char *named, pds_device_keys *out,
                     pds_err *e);
    pds_code (*pin_state)(pds_card *card, void *state, pds_pin_state *out, pds_err *e);
    pds_code (*login)(pds_card *card, void *state, const pds_secret *pin, pds_err *e);
    pds_code (*sign)(pds_card *card, void *state, const pds_device_key *key,
                     pds_algorithm algorithm, pds_span digest_or_message, pds_buf *signature,
                     pds_err *e);
    pds_code (*decrypt)(pds_card *card, void *state, const pds_device_key *key,
                        const pds_decryption *how, pds_buf *locked, pds_err *e);
    pds_code (*change_pin)(pds_card *card, void *state, const pds_secret *old,
                           const pds_secret *pin, pds_err *e);
    pds_code (*unblock)(pds_card *card, void *state, const pds_secret *puk, const pds_secret *pin,
                        pds_err *e);
    pds_code (*read_object)(pds_card *card, void *state, unsigned number, pds_buf *out, pds_err *e);
    pds_code (*write_object)(pds_card *card, void *state, unsigned number, pds_span bytes,
                             const pds_secret *management, pds_err *e);
    size_t (*object_max)(pds_card *card, void *state);
} pds_card_type;

extern const pds_card_type pds_card_piv;
/* The table, ended by NULL: the first that selects has the card. */
extern const pds_card_type *const pds_card_types[];

#ifdef __cplusplus
}
#endif
#endif
