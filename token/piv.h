#ifndef TOKEN_PIV_H
#define TOKEN_PIV_H

#include "token/card.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the files of the PIV card (NIST SP 800-73-4, part 2) share. */

typedef struct pds_piv {
    uint8_t pin;   /* reference of the holder's: one of those below */
    char guid[33]; /* of the CHUID (part 1, 3.1.2), hexadecimal; "" none */
    bool puk_told; /* the card said how many tries of the PUK are left: the next */
    int puk_tries;
    bool no_metadata; /* it does not answer what some cards do */
} pds_piv;

enum { PDS_PIV_PIN = 0x80, PDS_PIV_GLOBAL_PIN = 0x00 };

/* BER-TLV of one or two bytes of tag: the value of the first with that tag. False: none. */
bool pds_tlv_find(pds_span in, uint32_t tag, pds_span *value);
/* Tag, length, value. */
void pds_tlv_put(pds_buf *out, uint8_t tag, pds_span value);

/* What a status word means (SP 800-73-4, part 1, 5.6; ISO/IEC 7816-4, 5.6); what: "sign" … errors:
 * PDS_E_PIN_WRONG, PDS_E_PIN_LOCKED, PDS_E_TOKEN_FULL,
 * PDS_E_KEY_UNSUPPORTED, PDS_E_TOKEN_RESET the application is gone,
 * PDS_E_TOKEN_FAILED; PDS_OK for 9000 */
PDS_USE pds_code pds_piv_check(uint16_t status, const char *what, pds_err *e);
/* Likewise of a command that wants the application and its PIN, right behind it (piv_pin.c). What
 * may come of another program that was there is asked of the card. errors: also PDS_E_TOKEN_RESET
 * the login is gone */
PDS_USE pds_code pds_piv_check_use(pds_card *card, const pds_piv *piv, uint16_t status,
                                   const char *what, pds_err *e);

/* ---- piv_object.c ---- */

/* Content of a data object (GET DATA, 3.1.2), without its 53; nothing where there is none. */
PDS_USE pds_code pds_piv_get(pds_card *card, uint32_t tag, pds_buf *out, pds_err *e);
/* Which PIN the card's policy has first: that of all applications, or its own. */
PDS_USE pds_code pds_piv_find_pin(pds_card *card, uint8_t *reference, pds_err *e);
/* PUT DATA (3.3.2); after the management key. */
PDS_USE pds_code pds_piv_put(pds_card *card, uint32_t tag, pds_span bytes, pds_err *e);
/* The certificate in such an object, unpacked where it is compressed; NULL: none. */
PDS_USE pds_code pds_piv_get_cert(pds_card *card, uint32_t tag, pds_cert **out, pds_err *e);
PDS_USE pds_code pds_piv_read_object(pds_card *card, void *state, unsigned number, pds_buf *out,
                                     pds_err *e);
PDS_USE pds_code pds_piv_write_object(pds_card *card, void *state, unsigned number, pds_span bytes,
                                      const pds_secret *management, pds_err *e);
size_t pds_piv_object_max(pds_card *card, void *state);

/* ---- piv_metadata.c ---- */

/* What the card tells of a key, PIN or PUK (GET METADATA of some makers' cards, YubiKeys from 5.3
 * on for one): nothing where there is no such, or where it does not know that command. */
PDS_USE pds_code pds_piv_get_metadata(pds_card *card, pds_piv *piv, uint8_t reference, pds_buf *out,
                                      pds_err *e);

/* ---- piv_manage.c ---- */

/* Proves the knowledge of the management key (9B): hexadecimal, Triple DES or AES, by its length
 * and what the card says. errors: PDS_E_PIN_WRONG; PDS_E_USAGE not such a key, nor of the length
 * that the card's has: nothing was tried */
PDS_USE pds_code pds_piv_manage(pds_card *card, const pds_secret *management, pds_err *e);

/* ---- slots ---- */

PDS_USE pds_code pds_piv_keys(pds_card *card, void *state, const char *named, pds_device_keys *out,
                              pds_err *e);
PDS_USE pds_code pds_piv_pin_state(pds_card *card, void *state, pds_pin_state *out, pds_err *e);
PDS_USE pds_code pds_piv_login(pds_card *card, void *state, const pds_secret *pin, pds_err *e);
PDS_USE pds_code pds_piv_change_pin(pds_card *card, void *state, const pds_secret *old,
                                    const pds_secret *pin, pds_err *e);
PDS_USE pds_code pds_piv_unblock(pds_card *card, void *state, const pds_secret *puk,
                                 const pds_secret *pin, pds_err *e);
PDS_USE pds_code pds_piv_sign(pds_card *card, void *state, const pds_device_key *key,
                              pds_algorithm algorithm, pds_span message, pds_buf *signature,
                              pds_err *e);
PDS_USE pds_code pds_piv_decrypt(pds_card *card, void *state, const pds_device_key *key,
                                 const pds_decryption *how, pds_buf *locked, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
