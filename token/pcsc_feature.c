#include "token/pcsc_lite.h"

#include <reader.h>
#include <string.h>

#include <arpa/inet.h>

/* What a reader can do beside passing commands on (PC/SC, part 10). */

enum { ROOM = 256 };

static pds_span ask(const pds_card *card, uint32_t code, uint8_t room[ROOM])
{
    const pds_pcsc_lite *lite = NULL;
    DWORD len = 0;
    const bool told =
        pds_pcsc_lite_load(&lite, NULL) == PDS_OK &&
        lite->control(card->handle, code, NULL, 0, room, ROOM, &len) == SCARD_S_SUCCESS;
    return pds_span_of(room, told ? len : 0);
}

/* The value behind a tag of one byte, and a length of one. */
static bool find(pds_span in, uint8_t tag, pds_span *value)
{
    enum { HEAD = 2 };
    while (in.len >= HEAD && in.len - HEAD >= in.ptr[1]) {
        const size_t len = in.ptr[1];
        if (in.ptr[0] == tag) {
            *value = pds_span_of(in.ptr + HEAD, len);
            return true;
        }
        in = pds_span_of(in.ptr + HEAD + len, in.len - HEAD - len);
    }
    return false;
}

/* The control code of a feature (2.2); 0: it has none. */
static uint32_t code_of(pds_span features, uint8_t tag)
{
    uint32_t code = 0;
    pds_span value = { 0 };
    if (find(features, tag, &value) && value.len == sizeof code) {
        memcpy(&code, value.ptr, sizeof code);
    }
    return ntohl(code);
}

/* Those that take short commands alone say 0; numbers have their lowest byte first (2.6.14). Who
 * says nothing, as readers do that are no CCID, may take more. */
static bool takes_long(const pds_card *card, uint32_t properties)
{
    enum { LEAST = 0xFFFF };
    uint8_t room[ROOM];
    pds_span value = { 0 };
    uint32_t most = 0;
    if (properties == 0 ||
        !find(ask(card, properties, room), PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize, &value) ||
        value.len != sizeof most) {
        return true;
    }
    for (size_t i = value.len; i > 0; i--) {
        most = most << 8 | value.ptr[i - 1];
    }
    return most >= LEAST;
}

void pds_card_find_features(pds_card *card)
{
    uint8_t room[ROOM];
    const pds_span features = ask(card, CM_IOCTL_GET_FEATURE_REQUEST, room);
    card->pad = code_of(features, FEATURE_VERIFY_PIN_DIRECT);
    card->pad_changes = code_of(features, FEATURE_MODIFY_PIN_DIRECT);
    card->extended = card->protocol == SCARD_PROTOCOL_T1 &&
                     pds_atr_extended(pds_span_of(card->atr, card->atr_len)) &&
                     takes_long(card, code_of(features, FEATURE_GET_TLV_PROPERTIES));
}
