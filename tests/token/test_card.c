/* What the card driver makes of what cards answer: TLV, status words, and cards at fault. */

#include "base/own.h"
#include "tests/token/plug.h"
#include "token/pcsc_lite.h"
#include "token/piv.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- TLV ---- */

typedef struct tlv_row {
    const char *name;
    uint8_t bytes[12];
    size_t len;
    uint32_t tag;
    bool found;
    size_t value; /* its length */
} tlv_row;

/* clang-format off */
static tlv_row tlvs[] = {
    { "the only element", { 0x53, 2, 1, 2 }, 4, 0x53, true, 2 },
    { "the second element", { 0x81, 1, 9, 0x82, 2, 1, 2 }, 7, 0x82, true, 2 },
    { "an empty value", { 0x82, 0 }, 2, 0x82, true, 0 },
    { "a tag of two bytes", { 0x7F, 0x49, 1, 5 }, 4, 0x7F49, true, 1 },
    { "a length of two bytes", { 0x53, 0x81, 2, 1, 2 }, 5, 0x53, true, 2 },
    { "a length of three bytes", { 0x53, 0x82, 0, 2, 1, 2 }, 6, 0x53, true, 2 },
    { "another tag", { 0x53, 1, 1 }, 3, 0x54, false, 0 },
    { "nothing", { 0 }, 0, 0x53, false, 0 },
    { "a tag alone", { 0x53 }, 1, 0x53, false, 0 },
    { "half a tag", { 0x7F }, 1, 0x7F49, false, 0 },
    { "a value cut short", { 0x53, 3, 1, 2 }, 4, 0x53, false, 0 },
    { "a length cut short", { 0x53, 0x82, 1 }, 3, 0x53, false, 0 },
    { "an indefinite length", { 0x53, 0x80, 1, 0, 0 }, 5, 0x53, false, 0 },
    { "a length of four bytes", { 0x53, 0x84, 0, 0, 0, 1, 7 }, 7, 0x53, false, 0 },
    { "behind an element that is cut short", { 0x81, 9, 1, 0x53, 1, 1 }, 6, 0x53, false, 0 },
};
/* clang-format on */

static void element_is_found(void **state)
{
    const tlv_row *const r = *state;
    pds_span value = { 0 };
    assert_int_equal(pds_tlv_find(pds_span_of(r->bytes, r->len), r->tag, &value), r->found);
    if (r->found) {
        assert_int_equal(value.len, r->value);
    }
}

static void what_is_put_is_found(void **state)
{
    static const size_t sizes[] = { 0, 1, 127, 128, 255, 256, 2990, 65535 };
    pds_span nothing = { 0 };
    (void)state;
    assert_false(pds_tlv_find(nothing, 0x53, &nothing));
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        PDS_OWN(pds_buf_drop) pds_buf value = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
        pds_span found = { 0 };
        pds_buf_fill(&value, 0xA5, sizes[i]);
        pds_tlv_put(&out, 0x81, pds_span_of("", 0));
        pds_tlv_put(&out, 0x53, pds_buf_span(&value));
        assert_int_equal(pds_buf_end(&out, NULL), PDS_OK);
        assert_true(pds_tlv_find(pds_buf_span(&out), 0x53, &found));
        assert_true(pds_span_eq(found, pds_buf_span(&value)));
    }
}

/* ---- ATRs ---- */

typedef struct atr_row {
    const char *name;
    uint8_t bytes[33];
    size_t len;
    bool extended;
} atr_row;

/* clang-format off */
static atr_row atrs[] = {
    { "capabilities with extended lengths", { 0x3B, 0x85, 0x80, 0x01, 0x80, 0x73, 0xC0, 0x01, 0xC0, 0x45 }, 10, true },
    { "capabilities without", { 0x3B, 0x85, 0x80, 0x01, 0x80, 0x73, 0xC0, 0x01, 0x80, 0x05 }, 10, false },
    { "73 for TA1 and TC1", { 0x3B, 0x51, 0x73, 0x73, 0x40 }, 5, false },
    { "73 for TB3, then capabilities with", { 0x3B, 0xD5, 0x18, 0xFF, 0x81, 0xB1, 0xFE, 0x73, 0x1F, 0x03, 0x80, 0x73, 0xC0, 0x01, 0xC0, 0 }, 16, true },
    { "73 within another element", { 0x3B, 0x87, 0x80, 0x01, 0x80, 0x65, 0x73, 0x00, 0x00, 0x40, 0x00, 0 }, 12, false },
    { "behind another element", { 0x3B, 0x87, 0x80, 0x01, 0x80, 0x31, 0x80, 0x73, 0xC0, 0x01, 0xC0, 0 }, 12, true },
    { "with a status behind", { 0x3B, 0x88, 0x80, 0x01, 0x00, 0x73, 0xC0, 0x01, 0xC0, 0x00, 0x90, 0x00, 0 }, 13, true },
    { "one table alone", { 0x3B, 0x83, 0x80, 0x01, 0x80, 0x71, 0xC0, 0 }, 8, false },
    { "an element cut short", { 0x3B, 0x84, 0x80, 0x01, 0x80, 0x73, 0xC0, 0x01, 0 }, 9, false },
    { "historical bytes of a maker's own", { 0x3B, 0x85, 0x80, 0x01, 0x4A, 0x73, 0xC0, 0x01, 0xC0, 0 }, 10, false },
    { "none", { 0x3B, 0x80, 0x80, 0x01, 0x81 }, 5, false },
    { "cut short", { 0x3B, 0x8F, 0x80, 0x01, 0x80, 0x73, 0xC0 }, 7, false },
    { "indicators without end", { 0x3B, 0xF0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, 10, false },
    { "one byte", { 0x3B }, 1, false },
    { "nothing", { 0 }, 0, false },
};
/* clang-format on */

static void atr_tells_of_lengths(void **state)
{
    const atr_row *const r = *state;
    assert_int_equal(pds_atr_extended(pds_span_of(r->bytes, r->len)), r->extended);
}

/* ---- status words ---- */

typedef struct status_row {
    const char *name;
    uint16_t status;
    pds_code code;
} status_row;

static status_row statuses[] = {
    { "9000", 0x9000, PDS_OK },
    { "63C2: a wrong PIN", 0x63C2, PDS_E_PIN_WRONG },
    { "63C0: a wrong PIN, the last", 0x63C0, PDS_E_PIN_WRONG },
    { "6300: a wrong PIN, of older cards", 0x6300, PDS_E_PIN_WRONG },
    { "6983: blocked", 0x6983, PDS_E_PIN_LOCKED },
    { "6D00: another application", 0x6D00, PDS_E_TOKEN_RESET },
    { "6E00: likewise", 0x6E00, PDS_E_TOKEN_RESET },
    { "6A82: nothing found", 0x6A82, PDS_E_TOKEN_FAILED },
    { "6A84: no room", 0x6A84, PDS_E_TOKEN_FULL },
    { "6A81: no such algorithm", 0x6A81, PDS_E_KEY_UNSUPPORTED },
    { "6A86: no such algorithm", 0x6A86, PDS_E_KEY_UNSUPPORTED },
    { "6F00", 0x6F00, PDS_E_TOKEN_FAILED },
    { "0000", 0x0000, PDS_E_TOKEN_FAILED },
};

static void status_means(void **state)
{
    const status_row *const r = *state;
    pds_err e = { 0 };
    assert_int_equal(pds_piv_check(r->status, "do it", &e), r->code);
}

/* ---- URIs ---- */

typedef struct uri_row {
    const char *name, *rest;
    pds_code code;
    const char *reader, *serial, *slot;
} uri_row;

/* clang-format off */
static uri_row uris[] = {
    { "nothing: any reader", "", PDS_OK, "*", "", "" },
    { "a reader", "ACS%20ACR39U", PDS_OK, "ACS ACR39U", "", "" },
    { "a pattern", "ACS*", PDS_OK, "ACS*", "", "" },
    { "a slot alone", ";slot=9c", PDS_OK, "*", "", "9c" },
    { "a slot without what is before it", "slot=9c", PDS_OK, "*", "", "9c" },
    { "all of them", "reader=A;serial=0f;slot=9a", PDS_OK, "A", "0f", "9a" },
    { "a part that is not known", ";pin-value=1", PDS_E_USAGE, NULL, NULL, NULL },
    { "a slot that is no number", ";slot=zz", PDS_E_USAGE, NULL, NULL, NULL },
    { "a slot of one digit", ";slot=9", PDS_E_USAGE, NULL, NULL, NULL },
    { "a slot of three digits", ";slot=9ca", PDS_E_USAGE, NULL, NULL, NULL },
    { "a slot that is too long", ";slot=123456789", PDS_E_USAGE, NULL, NULL, NULL },
    { "a NUL in it", "A%00B", PDS_E_USAGE, NULL, NULL, NULL },
};
/* clang-format on */

static void uri_is_read(void **state)
{
    const uri_row *const r = *state;
    pds_pcsc_uri uri;
    assert_int_equal(pds_pcsc_uri_parse(r->rest, &uri, NULL), r->code);
    if (r->code == PDS_OK) {
        assert_string_equal(uri.reader, r->reader);
        assert_string_equal(uri.serial, r->serial);
        assert_string_equal(uri.slot, r->slot);
    }
}

/* A name of a reader comes back whole, or not at all. */
static void a_reader_is_named_whole(void **state)
{
    char name[PDS_DEVICE_URI] = "";
    char text[PDS_DEVICE_URI];
    (void)state;
    for (size_t len = 1; len + 1 < sizeof name; len++) {
        pds_pcsc_uri uri;
        name[len - 1] = len % 3 == 0 ? ' ' : 'a';
        const pds_code code = pds_pcsc_uri_put(name, "0f", "9a", text, NULL);
        assert_true(code == PDS_E_LIMIT || (code == PDS_OK && len < 600));
        if (code == PDS_OK) {
            assert_int_equal(pds_pcsc_uri_parse(strchr(text, ':') + 1, &uri, NULL), PDS_OK);
            assert_string_equal(uri.reader, name);
        }
    }
    assert_int_equal(pds_pcsc_uri_put(name, "0f", "9a", text, NULL), PDS_E_LIMIT);
}

/* ---- faults ---- */

/* One card for all rows; each leaves it as it was. */
static plug card;

static int card_in(void **state)
{
    (void)state;
    plug_in(&card, 0, "--key 9a=p256 --key 9d=rsa2048");
    return 0;
}

static int card_out(void **state)
{
    (void)state;
    plug_out(&card);
    return 0;
}

typedef struct fault_row {
    const char *name, *fault, *slot;
    pds_code open, login, sign;
} fault_row;

#define ALL_WELL PDS_OK, PDS_OK, PDS_OK

/* clang-format off */
static fault_row faults[] = {
    { "no fault", "none", "9a", ALL_WELL },
    { "slow", "slow 30", "9d", ALL_WELL },
    { "hung while it signs", "hang ins=87", "9a", PDS_OK, PDS_OK, PDS_E_TOKEN_HUNG },
    { "late, but in time", "hang 300 ins=87", "9a", ALL_WELL },
    { "hung while it takes the PIN", "hang ins=20 skip=1", "9a", PDS_OK, PDS_E_TOKEN_HUNG, PDS_OK },
    { "hung while it is looked at", "hang ins=a4", "9a", PDS_E_TOKEN_HUNG, PDS_OK, PDS_OK },
    { "another length is wanted of the PIN's answer", "status 6c08 ins=20 skip=1", "9a", PDS_OK, PDS_E_TOKEN_FAILED, PDS_OK },
    { "pulled while it signs", "pull ins=87", "9a", PDS_OK, PDS_OK, PDS_E_TOKEN_REMOVED },
    { "pulled while it takes the PIN", "pull ins=20 skip=1", "9a", PDS_OK, PDS_E_TOKEN_REMOVED, PDS_OK },
    { "pulled while it gives the rest of a signature", "pull ins=c0", "9d", PDS_OK, PDS_OK, PDS_E_TOKEN_REMOVED },
    { "pulled while it is looked at", "pull ins=a4", "9a", PDS_E_TOKEN_REMOVED, PDS_OK, PDS_OK },
    { "success with no bytes", "empty ins=87", "9a", PDS_OK, PDS_OK, PDS_E_KEY_FAILED },
    { "half of the signature", "short ins=87", "9a", PDS_OK, PDS_OK, PDS_E_KEY_FAILED },
    { "more than the signature", "long ins=87", "9a", PDS_OK, PDS_OK, PDS_E_KEY_FAILED },
    { "noise for the signature", "garbage ins=87", "9a", PDS_OK, PDS_OK, PDS_E_KEY_FAILED },
    { "an answer without a status word", "bare ins=87", "9a", PDS_OK, PDS_OK, PDS_E_TOKEN_FAILED },
    { "a part that never ends", "empty ins=c0", "9d", PDS_OK, PDS_OK, PDS_E_TOKEN_FAILED },
    { "another length is wanted of the rest", "status 6c08 ins=c0", "9d", ALL_WELL },
    { "another length is wanted of it for ever", "status 6c08 ins=c0 times=9", "9d", PDS_OK, PDS_OK, PDS_E_TOKEN_FAILED },
    { "a status word nobody knows", "status 6f00 ins=87", "9a", PDS_OK, PDS_OK, PDS_E_TOKEN_FAILED },
    { "nobody is logged in any more", "status 6982 ins=87", "9a", PDS_OK, PDS_OK, PDS_E_TOKEN_RESET },
    { "the application is gone", "status 6d00 ins=87", "9a", PDS_OK, PDS_OK, PDS_E_TOKEN_RESET },
    { "the key is gone", "status 6a88 ins=87", "9a", PDS_OK, PDS_OK, PDS_E_TOKEN_FAILED },
    { "the key is of another kind", "status 6a86 ins=87", "9a", PDS_OK, PDS_OK, PDS_E_KEY_UNSUPPORTED },
    { "noise for the CHUID", "garbage ins=cb", "9a", PDS_E_TOKEN_FAILED, PDS_OK, PDS_OK },
    { "success with no bytes for the CHUID", "empty ins=cb", "9a", PDS_E_TOKEN_FAILED, PDS_OK, PDS_OK },
    { "a card of another kind", "status 6a82 ins=a4", "9a", PDS_E_KEY_UNSUPPORTED, PDS_OK, PDS_OK },
};
/* clang-format on */

static void expect(pds_code code, pds_code expected, const pds_err *e)
{
    if (code != expected) {
        print_error("%s: %s\n", pds_code_name(code), e->text);
    }
    assert_int_equal(code, expected);
}

static pds_code sign(pds_guarded *device, const pds_device_key *key, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    pds_algorithm algorithm;
    const pds_span message = pds_span_text("what is signed");
    assert_int_equal(pds_cert_algorithm(key->cert, PDS_DIGEST_DEFAULT, false, &algorithm, NULL),
                     PDS_OK);
    PDS_TRY(pds_guard_sign(device, key, algorithm, message, NULL, &signature, e));
    return pds_cert_verify(key->cert, algorithm, message, pds_buf_span(&signature), e);
}

static void use_spoilt(const fault_row *r)
{
    PDS_OWN(pds_guard_close) pds_guarded *device = NULL;
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    pds_err e = { 0 };
    char request[64];
    pds_pin_state tries = { .tries = -1 };
    (void)snprintf(request, sizeof request, "fault %s", r->fault);
    const bool at_once = r->open != PDS_OK;
    if (at_once) {
        (void)plug_tell(&card, request);
    }
    expect(plug_try_open(&card, &device, &e), r->open, &e);
    if (at_once) {
        return;
    }
    const pds_device_key *const key = plug_key(device, r->slot, &keys);
    (void)plug_tell(&card, request);
    expect(pds_guard_pin_state(device, &tries, &e), PDS_OK, &e);
    assert_int_equal(tries.tries, 3);
    expect(plug_login(device, "123456", &e), r->login, &e);
    if (r->login == PDS_OK) {
        expect(sign(device, key, &e), r->sign, &e);
    }
}

/* Whatever befell it: no PIN counted as wrong, and the next who comes can sign. */
static void fault_is_told(void **state)
{
    const fault_row *const r = *state;
    static fault_row again = { "again", "none", "9a", ALL_WELL };
    pds_guard_set_patience(strstr(r->fault, "hang ins") != NULL ? 1 : 0);
    use_spoilt(r);
    pds_guard_set_patience(0);
    (void)plug_tell(&card, "fault none");
    if (plug_count(&card, "inserted") == 0) {
        (void)plug_tell(&card, "insert");
    }
    plug_wait(&card, true);
    assert_int_equal(plug_count(&card, "wrong_pins"), 0);
    assert_int_equal(plug_count(&card, "pin_left"), 3);
    use_spoilt(&again);
}

/* ---- readers and their service ---- */

static void a_service_that_stops_is_a_card_that_is_gone(void **state)
{
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    pds_err e = { 0 };
    (void)state;
    pds_guarded *device = plug_open(&card);
    const pds_device_key *const key = plug_key(device, "9a", &keys);
    expect(plug_login(device, "123456", &e), PDS_OK, &e);
    plug_service(false);
    expect(sign(device, key, &e), PDS_E_TOKEN_REMOVED, &e);
    pds_guard_close(&device);
    expect(plug_try_open(&card, &device, &e), PDS_E_TOKEN_MISSING, &e);
    plug_service(true);
    plug_wait(&card, true);
    static fault_row again = { "again", "none", "9a", ALL_WELL };
    use_spoilt(&again);
}

/* As another program does; on the first reader. */
static SCARDHANDLE connect_other(DWORD share, pds_readers *readers, const pds_pcsc_lite **lite)
{
    SCARDHANDLE handle = 0;
    DWORD protocol = 0;
    assert_int_equal(pds_pcsc_lite_load(lite, NULL), PDS_OK);
    assert_int_equal(pds_readers_list(readers, NULL), PDS_OK);
    assert_int_equal((*lite)->connect(readers->context, readers->items[0].name, share,
                                      SCARD_PROTOCOL_T1, &handle, &protocol),
                     SCARD_S_SUCCESS);
    return handle;
}

static void a_card_that_another_program_has_is_busy(void **state)
{
    const pds_pcsc_lite *lite = NULL;
    PDS_OWN(pds_readers_drop) pds_readers readers = { .count = 0 };
    PDS_OWN(pds_guard_close) pds_guarded *device = NULL;
    pds_err e = { 0 };
    (void)state;
    const SCARDHANDLE handle = connect_other(SCARD_SHARE_EXCLUSIVE, &readers, &lite);
    expect(plug_try_open(&card, &device, &e), PDS_E_TOKEN_BUSY, &e);
    assert_int_equal(lite->disconnect(handle, SCARD_LEAVE_CARD), SCARD_S_SUCCESS);
    expect(plug_try_open(&card, &device, &e), PDS_OK, &e);
}

static void a_card_that_is_held_is_busy(void **state)
{
    const pds_pcsc_lite *lite = NULL;
    PDS_OWN(pds_readers_drop) pds_readers readers = { .count = 0 };
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    PDS_OWN(pds_guard_close) pds_guarded *device = plug_open(&card);
    const pds_device_key *const key = plug_key(device, "9a", &keys);
    pds_err e = { 0 };
    (void)state;
    const SCARDHANDLE handle = connect_other(SCARD_SHARE_SHARED, &readers, &lite);
    assert_int_equal(lite->begin_transaction(handle), SCARD_S_SUCCESS);
    pds_guard_set_patience(1);
    expect(sign(device, key, &e), PDS_E_TOKEN_BUSY, &e);
    pds_guard_set_patience(0);
    assert_int_equal(lite->end_transaction(handle, SCARD_LEAVE_CARD), SCARD_S_SUCCESS);
    assert_int_equal(lite->disconnect(handle, SCARD_LEAVE_CARD), SCARD_S_SUCCESS);
}

/* ---- one of two readers ---- */

static void find_all(pds_device_list *out)
{
    pds_err e = { 0 };
    expect(pds_guard_find(&pds_device_pcsc, "", out, &e), PDS_OK, &e);
}

static void a_card_that_hangs_hides_no_other(void **state)
{
    plug other;
    (void)state;
    plug_in(&other, 1, "--guid 00112233445566778899aabbccddeeff --key 9a=p256");
    (void)plug_tell(&card, "fault hang ins=a4");
    pds_guard_set_patience(1);
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    find_all(&list);
    pds_guard_set_patience(0);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].serial, "00112233445566778899aabbccddeeff");
    assert_int_equal(list.note_count, 1);
    assert_non_null(strstr(list.notes[0], "00 00: "));
    assert_int_equal(list.note_code, PDS_E_TOKEN_HUNG);
    (void)plug_tell(&card, "fault none");
    plug_out(&other);
}

static void a_service_that_does_not_run_is_told(void **state)
{
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    (void)state;
    plug_service(false);
    find_all(&list);
    plug_service(true);
    plug_wait(&card, true);
    assert_int_equal(list.count, 0);
    assert_int_equal(list.note_count, 1);
    assert_string_equal(list.notes[0], "pcsc: pcscd does not run");
}

static LONG no_status(SCARDCONTEXT context, DWORD ms, SCARD_READERSTATE *states, DWORD count)
{
    (void)context;
    (void)ms;
    (void)states;
    (void)count;
    return SCARD_F_INTERNAL_ERROR;
}

/* It is not the same as no card. */
static void a_service_that_cannot_tell_of_cards_is_told(void **state)
{
    const pds_pcsc_lite *lite = NULL;
    PDS_OWN(pds_readers_drop) pds_readers readers = { .count = 0 };
    (void)state;
    assert_int_equal(pds_pcsc_lite_load(&lite, NULL), PDS_OK);
    pds_pcsc_lite *const door = (pds_pcsc_lite *)lite;
    const pds_pcsc_lite before = *lite;
    door->get_status_change = no_status;
    const pds_code code = pds_readers_list(&readers, NULL);
    *door = before;
    assert_int_equal(code, PDS_E_TOKEN_FAILED);
}

typedef struct closing {
    pds_guarded *device;
    long after_us;
} closing;

static void *close_it(void *of)
{
    closing *const c = of;
    const struct timespec nap = { .tv_nsec = c->after_us * 1000 };
    (void)nanosleep(&nap, NULL);
    pds_guard_close(&c->device);
    return NULL;
}

/* The last one that was given a PIN resets the card, which has no ATR meanwhile. */
static void a_card_is_opened_while_it_is_let_go_of(void **state)
{
    enum { ROUNDS = 40, STEP_US = 100 };
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
        PDS_OWN(pds_guard_close) pds_guarded *again = NULL;
        pds_err e = { 0 };
        pthread_t closer;
        closing c = { .device = plug_open(&card), .after_us = i * (long)STEP_US };
        expect(plug_login(c.device, "123456", &e), PDS_OK, &e);
        assert_int_equal(pthread_create(&closer, NULL, close_it, &c), 0);
        const pds_code code = plug_try_open(&card, &again, &e);
        assert_int_equal(pthread_join(closer, NULL), 0);
        expect(code, PDS_OK, &e);
        const pds_device_key *const key = plug_key(again, "9a", &keys);
        expect(plug_login(again, "123456", &e), PDS_OK, &e);
        expect(sign(again, key, &e), PDS_OK, &e);
    }
}

/* The call that was given up comes back, and lets go of the card, while others open it. */
static void a_card_is_opened_after_a_call_that_hung(void **state)
{
    enum { ROUNDS = 8 };
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
        PDS_OWN(pds_guard_close) pds_guarded *again = NULL;
        pds_err e = { 0 };
        pds_guarded *device = plug_open(&card);
        const pds_device_key *const key = plug_key(device, "9a", &keys);
        expect(plug_login(device, "123456", &e), PDS_OK, &e);
        (void)plug_tell(&card, "fault hang 0 ins=87");
        pds_guard_set_patience(1);
        expect(sign(device, key, &e), PDS_E_TOKEN_HUNG, &e);
        pds_guard_close(&device);
        pds_guard_set_patience(0);
        (void)plug_tell(&card, "fault none");
        expect(plug_try_open(&card, &again, &e), PDS_OK, &e);
        expect(plug_login(again, "123456", &e), PDS_OK, &e);
        expect(sign(again, key, &e), PDS_OK, &e);
    }
}

/* Another program resets it between two calls, or while it is opened. */
static void a_reset_by_another_program_is_seen(void **state)
{
    const pds_pcsc_lite *lite = NULL;
    PDS_OWN(pds_readers_drop) pds_readers readers = { .count = 0 };
    PDS_OWN(pds_guard_close) pds_guarded *device = plug_open(&card);
    PDS_OWN(pds_guard_close) pds_guarded *again = NULL;
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    const pds_device_key *const key = plug_key(device, "9a", &keys);
    pds_err e = { 0 };
    (void)state;
    expect(plug_login(device, "123456", &e), PDS_OK, &e);
    const SCARDHANDLE handle = connect_other(SCARD_SHARE_SHARED, &readers, &lite);
    assert_int_equal(lite->disconnect(handle, SCARD_RESET_CARD), SCARD_S_SUCCESS);
    expect(sign(device, key, &e), PDS_E_TOKEN_RESET, &e);
    expect(plug_try_open(&card, &again, &e), PDS_OK, &e);
}

/* Who signs last leaves a card that wants the PIN again. */
static void nobody_signs_with_the_pin_of_another(void **state)
{
    static fault_row well = { "well", "none", "9a", ALL_WELL };
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    pds_err e = { 0 };
    (void)state;
    use_spoilt(&well);
    PDS_OWN(pds_guard_close) pds_guarded *device = plug_open(&card);
    expect(sign(device, plug_key(device, "9a", &keys), &e), PDS_E_TOKEN_RESET, &e);
}

/* ---- who lets go of a card, and when ---- */

static void one_resets_and_nobody_is_lost(void **state)
{
    static const char reader[] = "a reader of this test";
    (void)state;
    assert_true(pds_reader_join(reader)); /* A */
    assert_true(pds_reader_leave(reader, true));
    assert_true(pds_reader_join(reader)); /* B, who waited long enough for the reset */
    assert_false(pds_reader_leave(reader, false));
    assert_false(pds_reader_left(reader, true));
    assert_true(pds_reader_join(reader)); /* C: nobody else has it, and no PIN is known */
    assert_false(pds_reader_leave(reader, false));
    assert_true(pds_reader_join(reader)); /* D */
    assert_true(pds_reader_leave(reader, true));
    assert_false(pds_reader_left(reader, false)); /* who could not reset it */
    assert_true(pds_reader_join(reader));         /* E does it */
    assert_true(pds_reader_leave(reader, false));
    assert_true(pds_reader_join(reader)); /* F comes late, and gives a PIN behind the reset */
    assert_false(pds_reader_leave(reader, true));
    assert_true(pds_reader_left(reader, true)); /* E does it again */
    assert_false(pds_reader_left(reader, true));
    assert_true(pds_reader_join(reader));
    assert_false(pds_reader_leave(reader, false));
}

static __typeof__(SCardConnect) *real_connect;
static pds_guarded *to_close; /* by whoever connects next */

static LONG connect_too_late(SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD protocols,
                             LPSCARDHANDLE handle, LPDWORD protocol)
{
    if (to_close == NULL) {
        return real_connect(context, reader, share, protocols, handle, protocol);
    }
    pds_guard_close(&to_close);
    return SCARD_F_INTERNAL_ERROR;
}

/* It left the reset to one who could not reach the card. */
static void a_card_is_reset_by_one_that_has_no_handle(void **state)
{
    const pds_pcsc_lite *lite = NULL;
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    PDS_OWN(pds_device_keys_drop) pds_device_keys keys = { .items = NULL };
    PDS_OWN(pds_guard_close) pds_guarded *late = NULL;
    PDS_OWN(pds_guard_close) pds_guarded *next = NULL;
    pds_err e = { 0 };
    (void)state;
    find_all(&list);
    assert_int_equal(list.count, 1);
    assert_int_equal(pds_pcsc_lite_load(&lite, NULL), PDS_OK);
    pds_guarded *const first = plug_open(&card);
    expect(plug_login(first, "123456", &e), PDS_OK, &e);
    pds_pcsc_lite *const door = (pds_pcsc_lite *)lite;
    const pds_pcsc_lite before = *lite;
    real_connect = before.connect;
    to_close = first;
    door->connect = connect_too_late;
    const pds_code code = pds_guard_open(&pds_device_pcsc, &list.items[0], &late, &e);
    *door = before;
    expect(code, PDS_E_TOKEN_FAILED, &e);
    expect(plug_try_open(&card, &next, &e), PDS_OK, &e);
    expect(sign(next, plug_key(next, "9a", &keys), &e), PDS_E_TOKEN_RESET, &e);
}

/* ---- what hangs costs who waits no more than its time ---- */

static int hung;          /* atomic: calls hang as long as it is set */
static int calls;         /* atomic: how many came */
static int closed_inline; /* atomic: by the thread that let go */
static pthread_t closer_thread;

static void nap_ms(long ms)
{
    const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    (void)nanosleep(&t, NULL);
}

static void hang(void)
{
    (void)__atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&hung, __ATOMIC_SEQ_CST) != 0) {
        nap_ms(5);
    }
}

static void let_all_come_back(void)
{
    __atomic_store_n(&hung, 0, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 1000 && pds_token_hangs(); i++) {
        nap_ms(5);
    }
    assert_false(pds_token_hangs());
}

static pds_code open_fake(const pds_device_info *info, void **self, pds_err *e)
{
    static int state;
    (void)info;
    (void)e;
    *self = &state;
    return PDS_OK;
}

static pds_code hang_in_pin_state(void *self, pds_pin_state *out, pds_err *e)
{
    (void)self;
    (void)out;
    (void)e;
    hang();
    return PDS_OK;
}

static void hang_in_close(void *self)
{
    (void)self;
    __atomic_store_n(&closed_inline, pthread_equal(pthread_self(), closer_thread) != 0,
                     __ATOMIC_SEQ_CST);
    hang();
}

/* The call that was given up has come back before it is let go of. */
static void a_lost_device_is_closed_by_another_thread(void **state)
{
    static const pds_device_ops fake = {
        .scheme = "fake", .open = open_fake, .close = hang_in_close, .pin_state = hang_in_pin_state
    };
    const pds_device_info info = { .uri = "fake:" };
    pds_pin_state tries = { .tries = -1 };
    pds_guarded *device = NULL;
    pds_err e = { 0 };
    (void)state;
    closer_thread = pthread_self();
    pds_guard_set_patience(1);
    expect(pds_guard_open(&fake, &info, &device, &e), PDS_OK, &e);
    __atomic_store_n(&hung, 1, __ATOMIC_SEQ_CST);
    expect(pds_guard_pin_state(device, &tries, &e), PDS_E_TOKEN_HUNG, &e);
    let_all_come_back();
    calls = 0;
    __atomic_store_n(&hung, 1, __ATOMIC_SEQ_CST);
    closed_inline = -1;
    (void)alarm(20); /* else it hangs here */
    pds_guard_close(&device);
    (void)alarm(0);
    pds_guard_set_patience(0);
    assert_int_equal(__atomic_load_n(&calls, __ATOMIC_SEQ_CST), 1);
    assert_int_equal(__atomic_load_n(&closed_inline, __ATOMIC_SEQ_CST), 0);
    let_all_come_back();
}

static LONG hang_in_establish(DWORD scope, LPCVOID one, LPCVOID two, LPSCARDCONTEXT context)
{
    (void)scope;
    (void)one;
    (void)two;
    *context = 0;
    hang();
    return SCARD_F_INTERNAL_ERROR;
}

static pds_code tell_nobody(void *ctx, pds_token_change change, const pds_token *token, pds_err *e)
{
    (void)ctx;
    (void)change;
    (void)token;
    (void)e;
    return PDS_OK;
}

static void a_watch_asks_rarely_what_hangs(void **state)
{
    enum { SECONDS = 5 };
    const pds_pcsc_lite *lite = NULL;
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_pcsc_lite_load(&lite, NULL), PDS_OK);
    pds_pcsc_lite *const door = (pds_pcsc_lite *)lite;
    const pds_pcsc_lite before = *lite;
    calls = 0;
    __atomic_store_n(&hung, 1, __ATOMIC_SEQ_CST);
    door->establish_context = hang_in_establish;
    pds_guard_set_patience(1);
    const pds_code code = pds_tokens_watch("pcsc:", SECONDS, tell_nobody, NULL, &e);
    pds_guard_set_patience(0);
    const int came = __atomic_load_n(&calls, __ATOMIC_SEQ_CST);
    let_all_come_back();
    *door = before;
    expect(code, PDS_OK, &e);
    assert_int_equal(came, 2); /* its mark, and what there is */
}

#define ROWS(table, function)                                                 \
    for (size_t i = 0; i < sizeof(table) / sizeof((table)[0]); i++) {         \
        tests[count++] = (struct CMUnitTest){ .name = (table)[i].name,        \
                                              .test_func = (function),        \
                                              .initial_state = &(table)[i] }; \
    }

int main(void)
{
    static struct CMUnitTest tests[128];
    size_t count = 0;
    ROWS(tlvs, element_is_found)
    ROWS(atrs, atr_tells_of_lengths)
    ROWS(statuses, status_means)
    ROWS(uris, uri_is_read)
    ROWS(faults, fault_is_told)
    const struct CMUnitTest others[] = {
        cmocka_unit_test(what_is_put_is_found),
        cmocka_unit_test(a_reader_is_named_whole),
        cmocka_unit_test(a_service_that_stops_is_a_card_that_is_gone),
        cmocka_unit_test(a_card_that_another_program_has_is_busy),
        cmocka_unit_test(a_card_that_is_held_is_busy),
        cmocka_unit_test(a_card_that_hangs_hides_no_other),
        cmocka_unit_test(a_service_that_does_not_run_is_told),
        cmocka_unit_test(a_service_that_cannot_tell_of_cards_is_told),
        cmocka_unit_test(a_card_is_opened_while_it_is_let_go_of),
        cmocka_unit_test(a_card_is_opened_after_a_call_that_hung),
        cmocka_unit_test(a_reset_by_another_program_is_seen),
        cmocka_unit_test(nobody_signs_with_the_pin_of_another),
        cmocka_unit_test(one_resets_and_nobody_is_lost),
        cmocka_unit_test(a_card_is_reset_by_one_that_has_no_handle),
        cmocka_unit_test(a_lost_device_is_closed_by_another_thread),
        cmocka_unit_test(a_watch_asks_rarely_what_hangs),
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        tests[count++] = others[i];
    }
    return _cmocka_run_group_tests("card", tests, count, card_in, card_out);
}
