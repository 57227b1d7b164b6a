/* Another program at the card between two signatures: it resets it, or selects another application.
 * Keys that tell when they want the PIN. */

#include "base/own.h"
#include "cms/cert.h"
#include "tests/token/plug.h"
#include "token/pcsc_lite.h"
#include "token/token.h"

#include <pds/token.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

static plug card;
static unsigned asked;

static int card_in(void **state)
{
    (void)state;
    plug_in(&card, 0, "--key 9a=p256 --key 9c=p256");
    return 0;
}

static int card_out(void **state)
{
    (void)state;
    plug_out(&card);
    return 0;
}

static void expect(pds_code code, pds_code expected, const pds_err *e)
{
    if (code != expected) {
        print_error("%s: %s (%s)\n", pds_code_name(code), e->text, e->where);
    }
    assert_int_equal(code, expected);
}

/* ---- the other program ---- */

static void select_another(const pds_pcsc_lite *lite, SCARDHANDLE handle)
{
    static const uint8_t command[] = { 0, 0xA4, 4, 0, 6, 0xF0, 'o', 't', 'h', 'e', 'r', 0 };
    const SCARD_IO_REQUEST how = { .dwProtocol = SCARD_PROTOCOL_T1, .cbPciLength = sizeof how };
    uint8_t answer[258];
    DWORD len = sizeof answer;
    assert_int_equal(lite->transmit(handle, &how, command, sizeof command, NULL, answer, &len),
                     SCARD_S_SUCCESS);
    assert_int_equal(answer[len - 2], 0x90);
}

static void meddle_with(size_t reader, bool resets)
{
    const pds_pcsc_lite *lite = NULL;
    PDS_OWN(pds_readers_drop) pds_readers readers = { .count = 0 };
    SCARDHANDLE handle = 0;
    DWORD protocol = 0;
    assert_int_equal(pds_pcsc_lite_load(&lite, NULL), PDS_OK);
    assert_int_equal(pds_readers_list(&readers, NULL), PDS_OK);
    assert_int_equal(lite->connect(readers.context, readers.items[reader].name, SCARD_SHARE_SHARED,
                                   SCARD_PROTOCOL_T1, &handle, &protocol),
                     SCARD_S_SUCCESS);
    if (!resets) {
        select_another(lite, handle);
    }
    assert_int_equal(lite->disconnect(handle, resets ? SCARD_RESET_CARD : SCARD_LEAVE_CARD),
                     SCARD_S_SUCCESS);
}

static void meddle(bool resets)
{
    meddle_with(0, resets);
}

/* ---- the key ---- */

static pds_code answer(void *ctx, const char *label, int tries_left, pds_secret *into, pds_err *e)
{
    (void)ctx;
    (void)label;
    (void)tries_left;
    asked++;
    return pds_secret_set(into, pds_span_text("123456"), e);
}

static void open_key(const char *uri, long cache, pds_key **key)
{
    const pds_key_options options = { .uri = uri, .pin = answer, .pin_cache = cache };
    pds_err e = { 0 };
    asked = 0;
    pds_token_forget(NULL);
    (void)plug_tell(&card, "zero");
    expect(pds_key_open(&options, key, &e), PDS_OK, &e);
}

static pds_code sign(const pds_key *key, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    const pds_algorithm algorithm = { PDS_SCHEME_ECDSA, PDS_SHA256 };
    return pds_key_sign(key, algorithm, pds_span_text("signed attributes"), &signature, e);
}

typedef struct meddle_row {
    const char *name, *uri;
    bool resets;
    long cache;
    bool later; /* than a moment */
} meddle_row;

static meddle_row rows[] = {
    { "a reset", "pcsc:;slot=9a", true, 0, false },
    { "a reset, a PIN in the cache", "pcsc:;slot=9a", true, 60, false },
    { "a reset, a key that wants its PIN each time", "pcsc:;slot=9c", true, 0, false },
    { "another application", "pcsc:;slot=9a", false, 0, false },
    { "another application, a PIN in the cache", "pcsc:;slot=9a", false, 60, false },
    { "another application, a key that wants its PIN each time", "pcsc:;slot=9c", false, 0, true },
};

static void another_program_ends_the_login(void **state)
{
    enum { TIMES = 3, LONGER_THAN_A_MOMENT = 3 };
    const struct timespec nap = { .tv_sec = LONGER_THAN_A_MOMENT };
    const meddle_row *const r = *state;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_err e = { 0 };
    open_key(r->uri, r->cache, &key);
    for (int i = 0; i < TIMES; i++) {
        expect(sign(key, &e), PDS_OK, &e);
        meddle(r->resets);
        if (r->later) {
            (void)nanosleep(&nap, NULL);
        }
        expect(sign(key, &e), PDS_OK, &e);
    }
    assert_int_equal(asked, 1);
    assert_int_equal(plug_count(&card, "signatures"), 2 * TIMES);
    assert_int_equal(plug_count(&card, "wrong_pins"), 0);
    assert_int_equal(plug_count(&card, "strays"), 0);
}

/* It takes no login from the other program, whose reset has ended ours already. */
static void a_card_that_was_reset_is_not_reset_again(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_err e = { 0 };
    (void)state;
    open_key("pcsc:;slot=9a", 0, &key);
    expect(sign(key, &e), PDS_OK, &e);
    meddle(true);
    (void)plug_tell(&card, "zero");
    expect(sign(key, &e), PDS_OK, &e);
    assert_int_equal(plug_count(&card, "resets"), 0);
    pds_key_drop(&key);
    assert_int_equal(plug_count(&card, "verified"), 0);
}

/* The service tells of the reset alone. */
static void another_card_that_is_reset_gets_no_pin(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_err e = { 0 };
    plug other;
    (void)state;
    plug_in(&other, 1, "--guid 00112233445566778899aabbccddeeff --key 9c=p256");
    open_key("pcsc:;serial=00112233445566778899aabbccddeeff;slot=9c", 0, &key);
    expect(sign(key, &e), PDS_OK, &e);
    plug_out(&other);
    plug_in(&other, 1, "--guid ffeeddccbbaa99887766554433221100 --pin 654321 --key 9c=p256");
    meddle_with(1, true);
    assert_int_not_equal(sign(key, &e), PDS_OK);
    assert_int_equal(plug_count(&other, "pin_tries"), 0);
    pds_key_drop(&key);
    plug_out(&other);
}

/* Some keys want their PIN each time though nothing tells so. */
static void a_login_that_does_not_last(void **state)
{
    enum { MORE = 3 };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_err e = { 0 };
    (void)state;
    open_key("pcsc:;slot=9a", 0, &key);
    (void)plug_tell(&card, "fault status 6982 ins=87 times=2");
    expect(sign(key, &e), PDS_OK, &e);
    const long before = plug_count(&card, "pin_tries");
    for (int i = 0; i < MORE; i++) {
        expect(sign(key, &e), PDS_OK, &e);
    }
    assert_int_equal(plug_count(&card, "pin_tries"), before + MORE);
    (void)plug_tell(&card, "fault status 6982 ins=87 times=9");
    expect(sign(key, &e), PDS_E_TOKEN_RESET, &e);
    (void)plug_tell(&card, "fault none");
    expect(sign(key, &e), PDS_OK, &e);
    assert_int_equal(asked, 1);
    assert_int_equal(plug_count(&card, "wrong_pins"), 0);
}

/* ---- keys that tell when they want PIN and touch ---- */

static unsigned told;

static void hear(void *ctx, const char *text)
{
    (void)ctx;
    (void)text;
    told++;
}

#define OTHER "pcsc:;serial=00112233445566778899aabbccddeeff"

typedef struct policy_row {
    const char *name, *uri;
    long pins; /* of three signatures, and the login */
    unsigned touches;
} policy_row;

static policy_row policies[] = {
    { "the PIN each time", OTHER ";slot=9a", 4, 0 },
    { "the PIN once, of the slot that wants it each time", OTHER ";slot=9c", 1, 0 },
    { "a touch", OTHER ";slot=82", 1, 3 },
};

static void plug_in_policies(plug *other)
{
    plug_in(other, 1,
            "--guid 00112233445566778899aabbccddeeff --metadata --key 82=p256 --key 9a=p256 "
            "--policy 9a=0301 --key 9c=p256 --policy 9c=0201 --policy 82=0002");
}

static pds_key_options options_of(const char *uri)
{
    return (pds_key_options){ .uri = uri, .pin = answer, .tell = hear };
}

static void a_key_tells_what_it_wants(void **state)
{
    enum { SIGNATURES = 3 };
    const policy_row *const r = *state;
    const pds_key_options options = options_of(r->uri);
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_err e = { 0 };
    plug other;
    plug_in_policies(&other);
    told = 0;
    expect(pds_key_open(&options, &key, &e), PDS_OK, &e);
    for (int i = 0; i < SIGNATURES; i++) {
        expect(sign(key, &e), PDS_OK, &e);
    }
    assert_int_equal(plug_count(&other, "pin_tries"), r->pins);
    assert_int_equal(told, r->touches);
    pds_key_drop(&key);
    plug_out(&other);
}

/* Cards say of that, too, that nobody is logged in. */
static void a_touch_that_does_not_come(void **state)
{
    const pds_key_options options = options_of(OTHER ";slot=82");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_err e = { 0 };
    plug other;
    (void)state;
    plug_in_policies(&other);
    expect(pds_key_open(&options, &key, &e), PDS_OK, &e);
    (void)plug_tell(&other, "fault status 6982 ins=87 times=9");
    expect(sign(key, &e), PDS_E_TOKEN_RESET, &e);
    assert_string_equal(e.hint, "touch the key while it waits");
    pds_key_drop(&key);
    plug_out(&other);
}

/* ---- PINs ---- */

/* What others have selected gets no PIN. */
static void each_pin_goes_to_its_application(void **state)
{
    PDS_OWN(pds_guard_close) pds_guarded *device = plug_open(&card);
    PDS_OWN(pds_secret_drop) pds_secret *pin = plug_secret("123456");
    PDS_OWN(pds_secret_drop) pds_secret *puk = plug_secret("12345678");
    pds_pin_state tries = { .tries = -1 };
    pds_err e = { 0 };
    (void)state;
    (void)plug_tell(&card, "zero");
    meddle(false);
    expect(pds_guard_pin_state(device, &tries, &e), PDS_OK, &e);
    assert_int_equal(tries.tries, 3);
    meddle(false);
    expect(plug_login(device, "123456", &e), PDS_OK, &e);
    meddle(false);
    expect(pds_guard_change_pin(device, pin, pin, &e), PDS_OK, &e);
    meddle(false);
    expect(pds_guard_unblock(device, puk, pin, &e), PDS_OK, &e);
    assert_int_equal(plug_count(&card, "pin_tries"), 3);
    assert_int_equal(plug_count(&card, "strays"), 0);
}

int main(void)
{
    static struct CMUnitTest tests[16];
    size_t count = 0;
    for (; count < sizeof rows / sizeof rows[0]; count++) {
        tests[count] = (struct CMUnitTest){ .name = rows[count].name,
                                            .test_func = another_program_ends_the_login,
                                            .initial_state = &rows[count] };
    }
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        tests[count++] = (struct CMUnitTest){ .name = policies[i].name,
                                              .test_func = a_key_tells_what_it_wants,
                                              .initial_state = &policies[i] };
    }
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_card_that_was_reset_is_not_reset_again),
        cmocka_unit_test(another_card_that_is_reset_gets_no_pin),
        cmocka_unit_test(a_login_that_does_not_last),
        cmocka_unit_test(a_touch_that_does_not_come),
        cmocka_unit_test(each_pin_goes_to_its_application),
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        tests[count++] = others[i];
    }
    return _cmocka_run_group_tests("meddle", tests, count, card_in, card_out);
}
