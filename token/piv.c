#include "token/piv.h"

#include "base/own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t AID[] = { 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00 };
enum { SELECT = 0xA4, CHUID = 0x5FC102, GUID = 0x34, GUID_BYTES = 16 };

/* ---- status words ---- */

static const struct {
    uint16_t status, mask;
    pds_code code;
} MEANINGS[] = {
    { 0x63C0, 0xFFF0, PDS_E_PIN_WRONG },
    { 0x6300, 0xFFFF, PDS_E_PIN_WRONG },
    { 0x6983, 0xFFFF, PDS_E_PIN_LOCKED },
    { 0x6D00, 0xFFFF, PDS_E_TOKEN_RESET }, /* another program has selected another application */
    { 0x6E00, 0xFFFF, PDS_E_TOKEN_RESET },
    { 0x6A84, 0xFFFF, PDS_E_TOKEN_FULL },
    { 0x6A81, 0xFFFF, PDS_E_KEY_UNSUPPORTED },
    { 0x6A86, 0xFFFF, PDS_E_KEY_UNSUPPORTED },
};

pds_code pds_piv_check(uint16_t status, const char *what, pds_err *e)
{
    pds_code code = PDS_E_TOKEN_FAILED;
    if (status == 0x9000) {
        return PDS_OK;
    }
    for (size_t i = 0; i < sizeof MEANINGS / sizeof MEANINGS[0]; i++) {
        const bool is = (status & MEANINGS[i].mask) == MEANINGS[i].status;
        code = is ? MEANINGS[i].code : code;
    }
    PDS_FAIL(e, code, "the card did not %s (status %04X)", pds_translated(what), status);
}

/* ---- the application ---- */

/* Cards that were personalised without care are all alike: zeros tell none from another. */
static bool is_number(pds_span guid)
{
    uint8_t any = 0;
    for (size_t i = 0; i < guid.len; i++) {
        any |= guid.ptr[i];
    }
    return guid.len == GUID_BYTES && any != 0;
}

static pds_code read_guid(pds_card *card, pds_piv *piv, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf chuid = { 0 };
    pds_span guid = { 0 };
    PDS_TRY(pds_piv_get(card, CHUID, &chuid, e)); /* cards that nobody has personalised have none */
    if (pds_tlv_find(pds_buf_span(&chuid), GUID, &guid) && is_number(guid)) {
        for (size_t i = 0; i < GUID_BYTES; i++) {
            (void)snprintf(piv->guid + 2 * i, 3, "%02x", guid.ptr[i]);
        }
    }
    return PDS_OK;
}

static pds_code send_select(pds_card *card, uint16_t *status, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf answer = { 0 };
    const pds_apdu apdu = {
        .ins = SELECT, .p1 = 0x04, .data = pds_span_of(AID, sizeof AID), .expected = 256
    };
    return pds_card_send(card, &apdu, &answer, status, e);
}

static pds_code select_again(pds_card *card, void *state, pds_err *e)
{
    uint16_t status = 0;
    (void)state;
    PDS_TRY(send_select(card, &status, e));
    return pds_piv_check(status, "select its application", e);
}

/* One without a number may be any. */
static pds_code select_same(pds_card *card, void *state, pds_err *e)
{
    const pds_piv *const piv = state;
    pds_piv there = { .guid = "" };
    PDS_TRY(select_again(card, state, e));
    PDS_TRY(read_guid(card, &there, e));
    if (piv->guid[0] == '\0' || strcmp(there.guid, piv->guid) != 0) {
        PDS_FAIL(e, PDS_E_TOKEN_RESET, "the card was reset, or it is another one");
    }
    return PDS_OK;
}

static pds_code select_piv(pds_card *card, bool *is, void **state, pds_err *e)
{
    uint16_t status = 0;
    PDS_TRY(send_select(card, &status, e));
    *is = status == 0x9000;
    if (!*is) {
        return PDS_OK;
    }
    pds_piv *const piv = calloc(1, sizeof *piv);
    if (piv == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    *state = piv;
    PDS_TRY(read_guid(card, piv, e));
    return pds_piv_find_pin(card, &piv->pin, e);
}

static pds_code info(pds_card *card, void *state, pds_device_info *out, pds_err *e)
{
    const pds_piv *const piv = state;
    (void)card;
    (void)e;
    (void)snprintf(out->label, sizeof out->label, "PIV");
    (void)snprintf(out->model, sizeof out->model, "PIV");
    (void)snprintf(out->serial, sizeof out->serial, "%s", piv->guid);
    return PDS_OK;
}

const pds_card_type pds_card_piv = {
    .select = select_piv,
    .drop = free,
    .select_again = select_again,
    .select_same = select_same,
    .info = info,
    .keys = pds_piv_keys,
    .pin_state = pds_piv_pin_state,
    .login = pds_piv_login,
    .sign = pds_piv_sign,
    .decrypt = pds_piv_decrypt,
    .change_pin = pds_piv_change_pin,
    .unblock = pds_piv_unblock,
    .read_object = pds_piv_read_object,
    .write_object = pds_piv_write_object,
    .object_max = pds_piv_object_max,
};

const pds_card_type *const pds_card_types[] = { &pds_card_piv, NULL };
