#include "base/locked.h"
#include "base/own.h"
#include "token/pcsc_lite.h"
#include "token/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SHORT_MAX = 255,
    CHAIN = 0x10,
    MORE = 0x61,     /* SW1: more of the answer waits */
    WRONG_LE = 0x6C, /* SW1: SW2 says how long it is */
    WRONG_LENGTH = 0x6700,
    ANSWER_MAX = 65536,
    APDU_MAX = 7 + 65535 + 2,
    GET_RESPONSE = 0xC0
};

/* ---- connecting ---- */

static const pds_pcsc_lite *lite_of(void)
{
    const pds_pcsc_lite *lite = NULL;
    return pds_pcsc_lite_load(&lite, NULL) == PDS_OK ? lite : NULL; /* it was, when the card came */
}

/* While a card is reset, by another program for instance, its ATR is none: the service finds no
 * protocol in it, or no card that has power. */
static bool is_being_reset(LONG rv)
{
    return rv == SCARD_E_PROTO_MISMATCH || rv == SCARD_W_UNPOWERED_CARD || rv == SCARD_W_RESET_CARD;
}

/* Has some program a card in that reader open? */
static bool is_in_use(const pds_pcsc_lite *lite, const pds_card *c)
{
    SCARD_READERSTATE state = { .szReader = c->reader };
    return lite->get_status_change(c->context, 0, &state, 1) == SCARD_S_SUCCESS &&
           (state.dwEventState & (SCARD_STATE_INUSE | SCARD_STATE_EXCLUSIVE)) != 0;
}

/* The service has who connects wait for the end of another program's transaction. */
static LONG connect_once(const pds_pcsc_lite *lite, pds_card *c)
{
    pds_worker_queues(is_in_use(lite, c));
    const LONG rv = lite->connect(c->context, c->reader, SCARD_SHARE_SHARED,
                                  SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &c->handle, &c->protocol);
    pds_worker_queues(false);
    c->handle = rv == SCARD_S_SUCCESS ? c->handle : 0;
    return rv;
}

/* ---- letting go ---- */

/* A card without power has forgotten the PIN. */
static bool has_no_power(LONG rv)
{
    return rv == SCARD_E_NO_SMARTCARD || rv == SCARD_W_REMOVED_CARD ||
           rv == SCARD_W_UNPOWERED_CARD || rv == SCARD_E_READER_UNAVAILABLE ||
           rv == SCARD_E_UNKNOWN_READER;
}

/* Who comes too late to hold it, or whose handle is of no use, reaches it once more. */
static bool reset(const pds_pcsc_lite *lite, pds_card *c)
{
    LONG rv =
        c->handle == 0 ? SCARD_E_INVALID_HANDLE : lite->disconnect(c->handle, SCARD_RESET_CARD);
    if (rv != SCARD_S_SUCCESS && !has_no_power(rv)) {
        if (c->context == 0) {
            (void)lite->establish_context(SCARD_SCOPE_SYSTEM, NULL, NULL, &c->context);
        }
        rv = connect_once(lite, c);
        rv = rv == SCARD_S_SUCCESS ? lite->disconnect(c->handle, SCARD_RESET_CARD) : rv;
    }
    c->handle = 0;
    return rv == SCARD_S_SUCCESS || has_no_power(rv);
}

/* Nobody else shall sign with the PIN that was given to us. */
static void let_go(const pds_pcsc_lite *lite, pds_card *c)
{
    bool resets = c->joined ? pds_reader_leave(c->reader, c->used_pin) : c->used_pin;
    if (c->handle != 0 && !resets) {
        (void)lite->disconnect(c->handle, SCARD_LEAVE_CARD);
    }
    while (resets) {
        const bool done = reset(lite, c);
        resets = c->joined && pds_reader_left(c->reader, done);
    }
}

void pds_card_close(pds_card **card)
{
    pds_card *const c = *card;
    if (c == NULL) {
        return;
    }
    const pds_pcsc_lite *const lite = lite_of();
    if (c->handle != 0 && c->locks > 0) {
        (void)lite->end_transaction(c->handle, SCARD_LEAVE_CARD);
    }
    let_go(lite, c);
    if (c->context != 0) {
        (void)lite->release_context(c->context);
    }
    free(c);
    *card = NULL;
}

/* ---- opening ---- */

static LONG look_at(const pds_pcsc_lite *lite, pds_card *c)
{
    char reader[MAX_READERNAME];
    DWORD name = sizeof reader, state = 0, atr = sizeof c->atr;
    const LONG rv = lite->status(c->handle, reader, &name, &state, &c->protocol, c->atr, &atr);
    c->atr_len = rv == SCARD_S_SUCCESS ? atr : 0;
    return rv;
}

/* A reset that came between is taken note of; nothing was told to the card before it. */
static LONG reach(const pds_pcsc_lite *lite, pds_card *c)
{
    LONG rv = c->handle == 0 ? connect_once(lite, c)
                             : lite->reconnect(c->handle, SCARD_SHARE_SHARED,
                                               SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                                               SCARD_LEAVE_CARD, &c->protocol);
    return rv == SCARD_S_SUCCESS ? look_at(lite, c) : rv;
}

pds_code pds_card_renew(pds_card *c, pds_err *e)
{
    enum { TRIES = 40, NAP_NS = 50000000 };
    const struct timespec nap = { .tv_nsec = NAP_NS };
    const pds_pcsc_lite *const lite = lite_of();
    LONG rv = reach(lite, c);
    for (int i = 0; i < TRIES && is_being_reset(rv) && !pds_worker_given_up(); i++) {
        (void)nanosleep(&nap, NULL);
        rv = reach(lite, c);
    }
    return pds_pcsc_check(rv, "reach the card", e);
}

static pds_code connect(pds_card *c, pds_err *e)
{
    PDS_TRY(pds_pcsc_check(pds_pcsc_begin(&c->context), "begin", e));
    return pds_card_renew(c, e);
}

pds_code pds_card_open(const char *reader, pds_card **out, pds_err *e)
{
    const pds_pcsc_lite *lite = NULL;
    PDS_TRY(pds_pcsc_lite_load(&lite, e));
    PDS_OWN(pds_card_close) pds_card *c = calloc(1, sizeof *c);
    if (c == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    (void)snprintf(c->reader, sizeof c->reader, "%s", reader);
    c->joined = pds_reader_join(c->reader);
    const pds_code code = connect(c, e);
    if (code == PDS_E_TOKEN_REMOVED) {
        PDS_FAIL(e, PDS_E_TOKEN_MISSING, "there is no card in '%s'", reader);
    }
    PDS_TRY(code);
    *out = c;
    c = NULL;
    return PDS_OK;
}

/* ---- transactions ---- */

void pds_card_set_forgotten(pds_card *card)
{
    card->used_pin = false;
}

/* What another program reset has forgotten our PIN: to reset it once more would but take that
 * program's login from it. */
static pds_code check(pds_card *c, LONG rv, const char *what, pds_err *e)
{
    if (rv == SCARD_W_RESET_CARD) {
        pds_card_set_forgotten(c);
    }
    return pds_pcsc_check(rv, what, e);
}

/* Nothing more is done with the card for somebody who does not wait any longer: no PIN is tried. */
/* Waits for as long as another program holds it: whoever calls this can be given up. */
pds_code pds_card_lock(pds_card *card, pds_err *e)
{
    if (card->locks == 0) {
        pds_worker_queues(true);
        const LONG rv = lite_of()->begin_transaction(card->handle);
        pds_worker_queues(false);
        PDS_TRY(check(card, rv, "hold the card", e));
    }
    card->locks++;
    const pds_code code = pds_worker_wanted(e);
    if (code != PDS_OK) {
        pds_card_unlock(card);
    }
    return code;
}

void pds_card_unlock(pds_card *card)
{
    if (card->locks > 0 && --card->locks == 0) {
        (void)lite_of()->end_transaction(card->handle, SCARD_LEAVE_CARD);
    }
}

/* ---- one exchange ---- */

/* A command as it goes over the wire, and its answer: PINs go there, and what a key decrypts comes
 * back. */
typedef struct wire {
    pds_buf room; /* locked: the command, then the answer */
    uint8_t *bytes, *answer;
    size_t len;
    bool t0;
    bool asks; /* the command ends by the length of its answer */
    LONG rv;   /* of the last exchange */
} wire;

static pds_code wire_new(wire *w, const pds_card *c, pds_err *e)
{
    *w = (wire){ .t0 = c->protocol == SCARD_PROTOCOL_T0 };
    PDS_TRY(pds_locked_new(APDU_MAX + ANSWER_MAX + 2, &w->room, e));
    w->bytes = w->room.ptr;
    w->answer = w->bytes + APDU_MAX;
    return PDS_OK;
}

/* What was used is noted there, for the drop to wipe. */
static void note_use(wire *w, size_t answer)
{
    const size_t used = answer == 0 ? w->len : APDU_MAX + answer;
    w->room.len = used > w->room.len ? used : w->room.len;
}

static void wire_drop(wire *w)
{
    pds_locked_drop(&w->room);
}

static void put_length(wire *w, bool extended, size_t value, bool first)
{
    if (!extended) {
        w->bytes[w->len++] = (uint8_t)value;
        return;
    }
    if (first) {
        w->bytes[w->len++] = 0;
    }
    w->bytes[w->len++] = (uint8_t)(value >> 8);
    w->bytes[w->len++] = (uint8_t)value;
}

/* With T=0 there is a fifth byte always, 0 for nothing, and no length behind data: who sends some
 * fetches the answer (ISO/IEC 7816-3, 12.2). */
static void encode(wire *w, const pds_apdu *a, pds_span data, uint8_t cla, size_t expected,
                   bool extended)
{
    w->asks = expected > 0 && (data.len == 0 || !w->t0);
    w->len = 0;
    w->bytes[w->len++] = cla;
    w->bytes[w->len++] = a->ins;
    w->bytes[w->len++] = a->p1;
    w->bytes[w->len++] = a->p2;
    if (data.len > 0) {
        put_length(w, extended, data.len, true);
        memcpy(w->bytes + w->len, data.ptr, data.len);
        w->len += data.len;
    }
    if (w->asks) {
        put_length(w, extended, expected, data.len == 0); /* 256, 65536: zeros */
    } else if (w->t0 && data.len == 0) {
        w->bytes[w->len++] = 0;
    }
}

/* Appends the answer to out; *status: its status word. */
static pds_code exchange(pds_card *c, wire *w, pds_buf *out, uint16_t *status, pds_err *e)
{
    const SCARD_IO_REQUEST how = { .dwProtocol = c->protocol, .cbPciLength = sizeof how };
    DWORD len = ANSWER_MAX + 2;
    PDS_TRY(pds_worker_wanted(e));
    note_use(w, 0);
    w->rv = lite_of()->transmit(c->handle, &how, w->bytes, (DWORD)w->len, NULL, w->answer, &len);
    PDS_TRY(check(c, w->rv, "bring an answer", e));
    if (len == 0) { /* what a card gives that is pulled meanwhile, with success */
        PDS_FAIL(e, PDS_E_TOKEN_REMOVED, "the card gave no answer: it was pulled out");
    }
    if (len < 2 || len > ANSWER_MAX + 2) {
        PDS_FAIL(e, PDS_E_TOKEN_FAILED, "the card's answer has %lu bytes", (unsigned long)len);
    }
    note_use(w, len);
    *status = (uint16_t)(w->answer[len - 2] << 8 | w->answer[len - 1]);
    pds_buf_put(out, pds_span_of(w->answer, len - 2));
    return pds_buf_end(out, e);
}

/* Once more where the card knows the length better. A command that does not end by a length ends by
 * its data, a PIN for one, which are not touched. */
static pds_code correct(pds_card *c, wire *w, pds_buf *out, uint16_t *status, pds_err *e)
{
    if (!w->asks || *status >> 8 != WRONG_LE) {
        return PDS_OK;
    }
    w->bytes[w->len - 1] = (uint8_t)*status;
    return exchange(c, w, out, status, e);
}

/* The rest of an answer, piece by piece. */
static pds_code finish(pds_card *c, wire *w, pds_buf *out, uint16_t *status, pds_err *e)
{
    PDS_TRY(correct(c, w, out, status, e));
    while (*status >> 8 == MORE) {
        const pds_apdu more = { .ins = GET_RESPONSE };
        const size_t left = (*status & 0xFF) == 0 ? 256 : (size_t)(*status & 0xFF);
        const size_t before = out->len;
        encode(w, &more, pds_span_of(NULL, 0), 0, left, false);
        PDS_TRY(exchange(c, w, out, status, e));
        PDS_TRY(correct(c, w, out, status, e));
        if (out->len == before || out->len > ANSWER_MAX) {
            PDS_FAIL(e, PDS_E_TOKEN_FAILED, "the card's answer does not end");
        }
    }
    return PDS_OK;
}

/* Too long for one: all pieces but the last are marked as parts of a chain (ISO/IEC 7816-4, 5.3.3).
 */
static pds_code send_chain(pds_card *c, const pds_apdu *a, wire *w, pds_buf *out, uint16_t *status,
                           pds_err *e)
{
    pds_span left = a->data;
    while (left.len > SHORT_MAX) {
        encode(w, a, pds_span_of(left.ptr, SHORT_MAX), a->cla | CHAIN, 0, false);
        PDS_TRY(exchange(c, w, out, status, e));
        if (*status != 0x9000) {
            return PDS_OK;
        }
        left = pds_span_of(left.ptr + SHORT_MAX, left.len - SHORT_MAX);
    }
    encode(w, a, left, a->cla, a->expected > 256 ? 256 : a->expected, false);
    PDS_TRY(exchange(c, w, out, status, e));
    return finish(c, w, out, status, e);
}

/* That is what cards say, and drivers of readers for short commands, which bring the card none. */
static bool is_too_long(const wire *w, pds_code code, uint16_t status)
{
    return w->rv == SCARD_E_NOT_TRANSACTED || w->rv == SCARD_F_COMM_ERROR ||
           (code == PDS_OK && status == WRONG_LENGTH);
}

static pds_code send(pds_card *c, const pds_apdu *a, wire *w, pds_buf *out, uint16_t *status,
                     pds_err *e)
{
    const bool is_long = a->data.len > SHORT_MAX || a->expected > 256;
    if (!c->extended || !is_long) {
        return send_chain(c, a, w, out, status, e);
    }
    encode(w, a, a->data, a->cla, a->expected, true);
    const pds_code code = exchange(c, w, out, status, e);
    if (is_too_long(w, code, *status)) {
        c->extended = false;
        return send_chain(c, a, w, out, status, e);
    }
    PDS_TRY(code);
    return finish(c, w, out, status, e);
}

pds_code pds_card_send(pds_card *card, const pds_apdu *apdu, pds_buf *answer, uint16_t *status,
                       pds_err *e)
{
    PDS_OWN(wire_drop) wire w = { .len = 0 };
    PDS_TRY(wire_new(&w, card, e));
    if (apdu->data.len > 65535) {
        PDS_FAIL(e, PDS_E_LIMIT, "a command of %zu bytes", apdu->data.len);
    }
    PDS_TRY(pds_card_lock(card, e));
    const pds_code code = send(card, apdu, &w, answer, status, e);
    pds_card_unlock(card);
    card->used_pin = card->used_pin || apdu->secret;
    return code;
}
