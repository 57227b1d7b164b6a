#include "base/own.h"
#include "token/pcsc_lite.h"

#include <reader.h>
#include <string.h>

/* Pin pads of readers (PC/SC, part 10): the reader asks for the PIN, puts it into the command that
 * it is lent, and sends that to the card. */

enum {
    SECONDS = 60,       /* for a person to begin, and between two keys; PERSON of guard.c is more */
    BLOCK = 8,          /* a PIN in the command: ASCII, left, filled up with FF */
    LEAST = 6,          /* digits */
    FORMAT = 0x82,      /* units are bytes, position 0, left, ASCII */
    BY_CONFIRM_KEY = 2, /* a PIN ends by that key */
    HEAD = 5,           /* of a command: CLA, INS, P1, P2, Lc */
    ENGLISH = 0x0409    /* of the reader's own words */
};

static const pds_pcsc_lite *lite_of(void)
{
    const pds_pcsc_lite *lite = NULL;
    return pds_pcsc_lite_load(&lite, NULL) == PDS_OK ? lite : NULL;
}

/* ---- what the reader can do ---- */

bool pds_card_has_pad(const pds_card *card)
{
    return card->pad != 0;
}

bool pds_card_pad_changes(const pds_card *card)
{
    return card->pad_changes != 0;
}

/* ---- what it is asked ---- */

/* The command with room for so many PINs. */
static size_t put_command(const pds_apdu *apdu, size_t pins, uint8_t *out)
{
    const uint8_t head[HEAD] = { apdu->cla, apdu->ins, apdu->p1, apdu->p2,
                                 (uint8_t)(pins * BLOCK) };
    memcpy(out, head, HEAD);
    memset(out + HEAD, 0xFF, pins * BLOCK);
    return HEAD + pins * BLOCK;
}

static size_t put_verify(const pds_apdu *apdu, uint8_t *out, size_t room)
{
    PIN_VERIFY_STRUCTURE *const s = (PIN_VERIFY_STRUCTURE *)(void *)out;
    memset(out, 0, room);
    s->bTimerOut = SECONDS;
    s->bTimerOut2 = SECONDS;
    s->bmFormatString = FORMAT;
    s->bmPINBlockString = BLOCK;
    s->wPINMaxExtraDigit = LEAST << 8 | BLOCK;
    s->bEntryValidationCondition = BY_CONFIRM_KEY;
    s->bNumberMessage = 1;
    s->wLangId = ENGLISH;
    s->ulDataLength = (uint32_t)put_command(apdu, 1, s->abData);
    return offsetof(PIN_VERIFY_STRUCTURE, abData) + s->ulDataLength;
}

/* The old secret, then the new PIN, which is typed twice. */
static size_t put_modify(const pds_apdu *apdu, uint8_t *out, size_t room)
{
    enum { CONFIRM_NEW = 1, ASK_OLD = 2 };
    PIN_MODIFY_STRUCTURE *const s = (PIN_MODIFY_STRUCTURE *)(void *)out;
    memset(out, 0, room);
    s->bTimerOut = SECONDS;
    s->bTimerOut2 = SECONDS;
    s->bmFormatString = FORMAT;
    s->bmPINBlockString = BLOCK;
    s->bInsertionOffsetNew = BLOCK;
    s->wPINMaxExtraDigit = LEAST << 8 | BLOCK;
    s->bConfirmPIN = CONFIRM_NEW | ASK_OLD;
    s->bEntryValidationCondition = BY_CONFIRM_KEY;
    s->bNumberMessage = 3;
    s->wLangId = ENGLISH;
    s->bMsgIndex2 = 1;
    s->bMsgIndex3 = 2;
    s->ulDataLength = (uint32_t)put_command(apdu, 2, s->abData);
    return offsetof(PIN_MODIFY_STRUCTURE, abData) + s->ulDataLength;
}

/* ---- what comes of it ---- */

/* Readers tell in the card's place why nothing was sent to it (PC/SC, part 10, 2.5), or by an
 * error of the call. */
static const struct {
    uint32_t value;
    pds_code code;
    const char *text, *hint;
} UNSENT[] = {
    { 0x6400, PDS_E_PIN_NEEDED, N_("nobody typed the PIN on the reader in time"),
      N_("type it on the reader when it asks") },
    { (uint32_t)SCARD_E_TIMEOUT, PDS_E_PIN_NEEDED, N_("nobody typed the PIN on the reader in time"),
      N_("type it on the reader when it asks") },
    { 0x6401, PDS_E_PIN_NEEDED, N_("it was cancelled on the reader"),
      N_("type the PIN on the reader when it asks") },
    { (uint32_t)SCARD_W_CANCELLED_BY_USER, PDS_E_PIN_NEEDED, N_("it was cancelled on the reader"),
      N_("type the PIN on the reader when it asks") },
    { 0x6402, PDS_E_PIN_REFUSED, N_("the two new PINs differ: nothing was changed"), NULL },
    { 0x6403, PDS_E_PIN_WRONG, N_("such a PIN is no PIN of this card: it was not tried"), NULL },
};

static pds_code check_sent(uint32_t value, pds_err *e)
{
    for (size_t i = 0; i < sizeof UNSENT / sizeof UNSENT[0]; i++) {
        if (UNSENT[i].value == value) {
            const pds_code code =
                pds_fail(e, UNSENT[i].code, __func__, "%s", pds_translated(UNSENT[i].text));
            return UNSENT[i].hint == NULL ? code : pds_err_hint(code, e, UNSENT[i].hint);
        }
    }
    return PDS_OK;
}

static pds_code ask_reader(pds_card *card, uint32_t code, const uint8_t *out, size_t size,
                           uint16_t *status, pds_err *e)
{
    uint8_t answer[16];
    DWORD len = 0;
    PDS_TRY(pds_card_lock(card, e));
    const LONG rv =
        lite_of()->control(card->handle, code, out, (DWORD)size, answer, sizeof answer, &len);
    pds_card_unlock(card);
    card->used_pin = true;
    PDS_TRY(check_sent((uint32_t)rv, e));
    PDS_TRY(pds_pcsc_check(rv, "take the PIN", e));
    if (len < 2) {
        PDS_FAIL(e, PDS_E_TOKEN_FAILED, "the reader's answer has %lu bytes", (unsigned long)len);
    }
    *status = (uint16_t)(answer[len - 2] << 8 | answer[len - 1]);
    return check_sent(*status, e);
}

pds_code pds_card_verify_by_pad(pds_card *card, const pds_apdu *apdu, uint16_t *status, pds_err *e)
{
    uint8_t out[128];
    const size_t size = put_verify(apdu, out, sizeof out);
    return ask_reader(card, card->pad, out, size, status, e);
}

pds_code pds_card_change_by_pad(pds_card *card, const pds_apdu *apdu, uint16_t *status, pds_err *e)
{
    uint8_t out[128];
    const size_t size = put_modify(apdu, out, sizeof out);
    return ask_reader(card, card->pad_changes, out, size, status, e);
}
