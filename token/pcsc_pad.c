#include "base/own.h"
#include "token/pcsc_lite.h"

#include <reader.h>
#include <string.h>

#include <arpa/inet.h>

/* Pin pads of readers (PC/SC, part 10). */

static const pds_pcsc_lite *lite_of(void)
{
    const pds_pcsc_lite *lite = NULL;
    return pds_pcsc_lite_load(&lite, NULL) == PDS_OK ? lite : NULL;
}

void pds_card_find_pad(pds_card *card)
{
    enum { FEATURE = 6 }; /* tag, length 4, control code */
    uint8_t features[256];
    DWORD len = 0;
    card->pad = 0;
    if (lite_of()->control(card->handle, CM_IOCTL_GET_FEATURE_REQUEST, NULL, 0, features,
                           sizeof features, &len) != SCARD_S_SUCCESS) {
        return;
    }
    for (DWORD i = 0; i + FEATURE <= len; i += FEATURE) {
        uint32_t code = 0;
        memcpy(&code, features + i + 2, sizeof code);
        card->pad = features[i] == FEATURE_VERIFY_PIN_DIRECT ? ntohl(code) : card->pad;
    }
}

bool pds_card_has_pad(const pds_card *card)
{
    return card->pad != 0;
}

/* A PIN of 6 to 8 ASCII digits, left, filled up with FF to 8 bytes. */
static size_t put_verify(const pds_apdu *apdu, uint8_t *out, size_t room)
{
    enum { SECONDS = 60, PIN_BYTES = 8, LEAST = 6 };
    const uint8_t command[] = { apdu->cla, apdu->ins, apdu->p1, apdu->p2, PIN_BYTES, 0xFF, 0xFF,
                                0xFF,      0xFF,      0xFF,     0xFF,     0xFF,      0xFF };
    PIN_VERIFY_STRUCTURE *const s = (PIN_VERIFY_STRUCTURE *)(void *)out;
    memset(out, 0, room);
    s->bTimerOut = SECONDS;
    s->bTimerOut2 = SECONDS;
    s->bmFormatString = 0x82; /* bytes, at offset 0, left, ASCII */
    s->bmPINBlockString = 0x08;
    s->wPINMaxExtraDigit = LEAST << 8 | PIN_BYTES;
    s->bEntryValidationCondition = 0x02; /* by the key that confirms */
    s->bNumberMessage = 0x01;
    s->wLangId = 0x0409;
    s->ulDataLength = sizeof command;
    memcpy(s->abData, command, sizeof command);
    return offsetof(PIN_VERIFY_STRUCTURE, abData) + sizeof command;
}

pds_code pds_card_verify_by_pad(pds_card *card, const pds_apdu *apdu, uint16_t *status, pds_err *e)
{
    uint8_t out[128];
    uint8_t answer[16];
    DWORD len = 0;
    const size_t size = put_verify(apdu, out, sizeof out);
    PDS_TRY(pds_card_lock(card, e));
    const LONG rv =
        lite_of()->control(card->handle, card->pad, out, (DWORD)size, answer, sizeof answer, &len);
    pds_card_unlock(card);
    card->used_pin = true;
    PDS_TRY(pds_pcsc_check(rv, "take the PIN", e));
    if (len < 2) {
        PDS_FAIL(e, PDS_E_TOKEN_FAILED, "the reader's answer has %lu bytes", (unsigned long)len);
    }
    *status = (uint16_t)(answer[len - 2] << 8 | answer[len - 1]);
    return PDS_OK;
}
