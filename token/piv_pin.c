#include "base/own.h"
#include "token/piv.h"

#include <string.h>

#include <openssl/crypto.h>

/* PIN and PUK are 6 to 8 digits, the PUK 8 bytes, filled up with FF (SP 800-73-4, part 2, 2.4.3).
 */
enum { VERIFY = 0x20, CHANGE = 0x24, RESET = 0x2C, PUK = 0x81, SECRET = 8, PIN_MIN = 6 };

static bool fits(pds_span text, bool digits)
{
    bool right = text.len >= PIN_MIN && text.len <= SECRET;
    for (size_t i = 0; digits && right && i < text.len; i++) {
        right = text.ptr[i] >= '0' && text.ptr[i] <= '9';
    }
    return right;
}

/* A PIN that no such card can have is not sent: it would cost a try. */
static pds_code check_pin(const pds_secret *pin, pds_code code, pds_err *e)
{
    if (fits(pds_secret_span(pin), true)) {
        return PDS_OK;
    }
    return pds_err_expected(
        pds_fail(e, code, __func__, "such a PIN is no PIN of a PIV card: it was not tried"), e,
        "6 to 8 digits", "");
}

static pds_code check_puk(const pds_secret *puk, pds_err *e)
{
    if (fits(pds_secret_span(puk), false)) {
        return PDS_OK;
    }
    return pds_err_expected(pds_fail(e, PDS_E_PIN_WRONG, __func__,
                                     "such a PUK is no PUK of a PIV card: it was not tried"),
                            e, "6 to 8 characters", "");
}

/* One that was checked. */
static void put(const pds_secret *secret, uint8_t out[SECRET])
{
    const pds_span text = pds_secret_span(secret);
    memset(out, 0xFF, SECRET);
    memcpy(out, text.ptr, text.len);
}

static pds_code send(pds_card *card, uint8_t ins, uint8_t reference, pds_span secrets,
                     uint16_t *status, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf none = { 0 };
    const pds_apdu apdu = {
        .ins = ins, .p2 = reference, .data = secrets, .secret = secrets.len > 0
    };
    return pds_card_send(card, &apdu, &none, status, e);
}

/* ---- another program that was there ---- */

enum {
    DONE = 0x9000,
    NOT_IN = 0x6982,
    NO_SUCH_INS = 0x6D00,
    BLOCKED = 0x6983,
    TRIES_LEFT = 0x63C0
};

/* As that program left the card, or as the key is. */
static bool may_be_gone(uint16_t status)
{
    static const uint16_t those[] = { NOT_IN, NO_SUCH_INS, 0x6E00, 0x6A86, 0x6A88, 0x6B00 };
    bool may = false;
    for (size_t i = 0; i < sizeof those / sizeof those[0]; i++) {
        may = may || those[i] == status;
    }
    return may;
}

pds_code pds_piv_check_use(pds_card *card, const pds_piv *piv, uint16_t status, const char *what,
                           pds_err *e)
{
    uint16_t pin = 0;
    if (!may_be_gone(status)) {
        return pds_piv_check(status, what, e);
    }
    PDS_TRY(send(card, VERIFY, piv->pin, pds_span_of(NULL, 0), &pin, e));
    const bool out = pin == BLOCKED || (pin & 0xFFF0) == TRIES_LEFT;
    if (out) {
        pds_card_set_forgotten(card);
    }
    if (status == NOT_IN || (pin != DONE && !out)) {
        PDS_FAIL(e, PDS_E_TOKEN_RESET, "the card did not %s (status %04X)", pds_translated(what),
                 status);
    }
    return pds_piv_check(status, what, e);
}

/* ---- tries ---- */

static void learn_puk(pds_piv *piv, int tries)
{
    piv->puk_told = tries >= 0;
    piv->puk_tries = tries;
}

/* Some cards tell of the PUK, too: tries in all, and left. */
static pds_code ask_of_puk(pds_card *card, pds_piv *piv, pds_err *e)
{
    enum { RETRIES = 0x06 };
    PDS_OWN(pds_buf_drop) pds_buf answer = { 0 };
    pds_span retries = { 0 };
    PDS_TRY(pds_piv_get_metadata(card, piv, PUK, &answer, e));
    if (pds_tlv_find(pds_buf_span(&answer), RETRIES, &retries) && retries.len == 2) {
        learn_puk(piv, retries.ptr[1]);
    }
    return PDS_OK;
}

/* VERIFY without data tells how many tries are left and costs none (3.2.1). */
pds_code pds_piv_pin_state(pds_card *card, void *state, pds_pin_state *out, pds_err *e)
{
    pds_piv *const piv = state;
    uint16_t status = 0;
    *out = (pds_pin_state){ .tries = -1,
                            .puk_tries = -1,
                            .pad = pds_card_has_pad(card),
                            .pad_changes = pds_card_pad_changes(card) };
    PDS_TRY(send(card, VERIFY, piv->pin, pds_span_of(NULL, 0), &status, e));
    if ((status & 0xFFF0) == 0x63C0) {
        out->tries = status & 0x0F;
        out->last = out->tries == 1;
    } else if (status == 0x6983) {
        out->tries = 0;
    } else if (status != 0x9000) {
        return pds_piv_check(status, "tell of its PIN", e);
    }
    out->in = status == 0x9000; /* a wrong PIN now would end what others may do by the right one */
    out->blocked = out->tries == 0;
    PDS_TRY(ask_of_puk(card, piv, e));
    out->puk_tries = piv->puk_told ? piv->puk_tries : -1;
    return PDS_OK;
}

pds_code pds_piv_login(pds_card *card, void *state, const pds_secret *pin, pds_err *e)
{
    const pds_piv *const piv = state;
    uint8_t bytes[SECRET];
    uint16_t status = 0;
    if (pin == NULL) {
        const pds_apdu template = { .ins = VERIFY, .p2 = piv->pin };
        PDS_TRY(pds_card_verify_by_pad(card, &template, &status, e));
        return pds_piv_check(status, "take the PIN", e);
    }
    PDS_TRY(check_pin(pin, PDS_E_PIN_WRONG, e));
    put(pin, bytes);
    const pds_code code = send(card, VERIFY, piv->pin, pds_span_of(bytes, SECRET), &status, e);
    OPENSSL_cleanse(bytes, sizeof bytes);
    PDS_TRY(code);
    return status == NOT_IN ? pds_piv_check(status, "take the PIN", e)
                            : pds_piv_check_use(card, piv, status, "take the PIN", e);
}

/* ---- new ones ---- */

/* Both were checked. */
static pds_code send_two(pds_card *card, const pds_apdu *head, const pds_secret *const both[2],
                         uint16_t *status, pds_err *e)
{
    uint8_t bytes[2 * SECRET];
    put(both[0], bytes);
    put(both[1], bytes + SECRET);
    const pds_code code =
        send(card, head->ins, head->p2, pds_span_of(bytes, sizeof bytes), status, e);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return code;
}

/* A new PIN that the card does not take counts no try of the old secret (3.2.2, 3.2.3); some have
 * rules of their own. */
static pds_code check_new(uint16_t status, pds_err *e)
{
    enum { WRONG_DATA = 0x6A80, CONDITIONS = 0x6985 };
    if (status == WRONG_DATA || status == CONDITIONS) {
        PDS_FAIL(e, PDS_E_PIN_REFUSED, "the card does not take such a new PIN (status %04X)",
                 status);
    }
    return pds_piv_check(status, "change the PIN", e);
}

static pds_code change(pds_card *card, const pds_apdu *head, const pds_secret *old,
                       const pds_secret *pin, uint16_t *status, pds_err *e)
{
    const pds_secret *const both[2] = { old, pin };
    PDS_TRY(check_pin(pin, PDS_E_PIN_REFUSED, e));
    PDS_TRY(check_pin(old, PDS_E_PIN_WRONG, e));
    return send_two(card, head, both, status, e);
}

pds_code pds_piv_change_pin(pds_card *card, void *state, const pds_secret *old,
                            const pds_secret *pin, pds_err *e)
{
    const pds_piv *const piv = state;
    const pds_apdu head = { .ins = CHANGE, .p2 = piv->pin };
    uint16_t status = 0;
    PDS_TRY(old == NULL && pin == NULL ? pds_card_change_by_pad(card, &head, &status, e)
                                       : change(card, &head, old, pin, &status, e));
    return check_new(status, e);
}

static pds_code unblock(pds_card *card, const pds_apdu *head, const pds_secret *puk,
                        const pds_secret *pin, uint16_t *status, pds_err *e)
{
    const pds_secret *const both[2] = { puk, pin };
    PDS_TRY(check_pin(pin, PDS_E_PIN_REFUSED, e));
    PDS_TRY(check_puk(puk, e));
    return send_two(card, head, both, status, e);
}

/* What is left of the PUK's tries is told by the refusal alone. The global PIN is none of this
 * command's (3.2.3): another one would be set, and the holder's stay blocked. */
pds_code pds_piv_unblock(pds_card *card, void *state, const pds_secret *puk, const pds_secret *pin,
                         pds_err *e)
{
    pds_piv *const piv = state;
    const pds_apdu head = { .ins = RESET, .p2 = PDS_PIV_PIN };
    uint16_t status = 0;
    if (piv->pin == PDS_PIV_GLOBAL_PIN) {
        PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED,
                 "the card's PIN is that of all its applications, which no PUK of PIV unblocks: "
                 "nothing was tried");
    }
    PDS_TRY(puk == NULL && pin == NULL ? pds_card_change_by_pad(card, &head, &status, e)
                                       : unblock(card, &head, puk, pin, &status, e));
    learn_puk(piv, status == 0x6983 ? 0 : (status & 0xFFF0) == 0x63C0 ? status & 0x0F : -1);
    return check_new(status, e);
}
