/* Secrets of cards that may be wrong: what is left of a PUK's tries, one try for many threads, and
 * for a PIN that no answer came to. */

#include "base/own.h"
#include "tests/token/plug.h"
#include "token/token.h"

#include <pds/token.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static plug card;

/* ---- who is asked ---- */

static const char *puk, *old_pin; /* what is answered */
static unsigned asked;            /* how often for one of these */
static int left;                  /* tries that were told then */

static pds_code answer(void *ctx, pds_secret_kind kind, const char *label, int tries_left,
                       pds_secret *into, pds_err *e)
{
    (void)ctx;
    (void)label;
    if (kind == PDS_SECRET_NEW_PIN) {
        return pds_secret_set(into, pds_span_text("654321"), e);
    }
    asked++;
    left = tries_left;
    return pds_secret_set(into, pds_span_text(kind == PDS_SECRET_PUK ? puk : old_pin), e);
}

static void unblock(const char *with, bool force, pds_code expected, const char *hint)
{
    const pds_token_options options = { .uri = "pcsc:*00", .ask = answer, .force_last_try = force };
    pds_err e = { 0 };
    puk = with;
    const pds_code code = pds_token_unblock_pin(&options, &e);
    if (code != expected || (hint != NULL && strstr(e.hint, hint) == NULL)) {
        print_error("%s: %s (%s)\n", pds_code_name(code), e.text, e.hint);
    }
    assert_int_equal(code, expected);
    assert_true(hint == NULL || strstr(e.hint, hint) != NULL);
}

static int take_out(void **state)
{
    (void)state;
    pds_guard_set_patience(0);
    plug_out(&card);
    asked = 0;
    left = 99;
    return 0;
}

/* ---- PUKs ---- */

static void tries_of_a_puk_are_told_as_far_as_they_are_known(void **state)
{
    (void)state;
    plug_in(&card, 0, "--guid 00000000000000000000000000000001 --key 9a=p256");
    unblock("00000000", false, PDS_E_PIN_WRONG, "2 tries are left");
    assert_int_equal(left, -1);
    unblock("00000000", false, PDS_E_PIN_WRONG, NULL); /* the same is not tried again */
    assert_int_equal(plug_count(&card, "puk_left"), 2);
    assert_int_equal(left, 2);
    unblock("00000001", false, PDS_E_PIN_WRONG, "one try is left");
    assert_int_equal(asked, 3);
    unblock("00000002", false, PDS_E_PIN_LAST_TRY, NULL);
    assert_int_equal(asked, 3);
    assert_int_equal(plug_count(&card, "puk_left"), 1);
    unblock("00000002", true, PDS_E_PIN_WRONG, "blocked");
    unblock("12345678", true, PDS_E_PIN_LOCKED, NULL);
    assert_int_equal(asked, 4);
}

static void a_right_puk_sets_its_tries_back(void **state)
{
    (void)state;
    plug_in(&card, 0, "--guid 00000000000000000000000000000002 --key 9a=p256");
    unblock("00000000", false, PDS_E_PIN_WRONG, "2 tries are left");
    unblock("12345678", false, PDS_OK, NULL);
    assert_int_equal(plug_count(&card, "puk_left"), 3);
    unblock("12345678", false, PDS_OK, NULL);
    assert_int_equal(left, -1);
}

/* Some makers' cards tell before anything was tried. */
static void a_card_may_tell_of_its_puk(void **state)
{
    (void)state;
    plug_in(&card, 0, "--guid 00000000000000000000000000000003 --metadata --key 9a=p256");
    unblock("00000000", false, PDS_E_PIN_WRONG, "2 tries are left");
    assert_int_equal(left, 3);
    plug_out(&card);
    plug_in(&card, 0, "--guid 00000000000000000000000000000004 --metadata --tries 1 --key 9a=p256");
    asked = 0;
    unblock("00000000", false, PDS_E_PIN_LAST_TRY, NULL);
    assert_int_equal(asked, 0);
    unblock("12345678", true, PDS_OK, NULL);
}

/* ---- in another reader ---- */

static void change(const char *uri, pds_code expected)
{
    const pds_token_options options = { .uri = uri, .ask = answer };
    assert_int_equal(pds_token_change_pin(&options, NULL), expected);
}

/* Cards that want others than 123456, or 8 digits: no try is counted, and the old one is in no
 * doubt. */
static void a_new_pin_that_the_card_refuses(void **state)
{
    static const char *const refusals[] = { "6a80", "6985" };
    (void)state;
    plug_in(&card, 0, "--guid 000000000000000000000000000000c1 --key 9a=p256");
    old_pin = "123456";
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        char fault[40];
        (void)snprintf(fault, sizeof fault, "fault status %s ins=24", refusals[i]);
        for (int times = 0; times < 3; times++) {
            (void)plug_tell(&card, fault);
            change("pcsc:*00", PDS_E_PIN_REFUSED);
        }
        (void)snprintf(fault, sizeof fault, "fault status %s ins=2c", refusals[i]);
        (void)plug_tell(&card, fault);
        unblock("12345678", false, PDS_E_PIN_REFUSED, NULL);
    }
    change("pcsc:*00", PDS_OK);
    unblock("12345678", false, PDS_OK, NULL);
}

static void what_was_refused_is_known_in_another_reader(void **state)
{
    static const char GUID[] = "--guid 00000000000000000000000000000008 --key 9a=p256";
    (void)state;
    plug_in(&card, 0, GUID);
    old_pin = "000000";
    change("pcsc:*00", PDS_E_PIN_WRONG);
    unblock("00000000", false, PDS_E_PIN_WRONG, "2 tries are left");
    plug_out(&card);
    plug_in(&card, 1, GUID);
    change("pcsc:*01", PDS_E_PIN_WRONG);
    assert_int_equal(plug_count(&card, "pin_tries"), 0);
    plug_out(&card);
    plug_in(&card, 0, GUID);
    unblock("00000000", false, PDS_E_PIN_WRONG, NULL);
    assert_int_equal(left, 2);
    assert_int_equal(plug_count(&card, "puk_left"), 3);
}

/* ---- many at once ---- */

enum { THREADS = 8 };

static void *unblock_wrongly(void *unused)
{
    const pds_token_options options = { .uri = "pcsc:*00", .ask = answer };
    (void)unused;
    (void)!pds_token_unblock_pin(&options, NULL);
    return NULL;
}

static void *change_wrongly(void *unused)
{
    const pds_token_options options = { .uri = "pcsc:*00", .ask = answer };
    (void)unused;
    (void)!pds_token_change_pin(&options, NULL);
    return NULL;
}

static void in_all_threads(void *(*act)(void *))
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, act, NULL), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
}

static void eight_threads_with_a_wrong_secret_cost_one_try(void **state)
{
    (void)state;
    plug_in(&card, 0, "--guid 00000000000000000000000000000005 --key 9a=p256");
    puk = "00000000";
    old_pin = "000000";
    in_all_threads(unblock_wrongly);
    assert_int_equal(plug_count(&card, "puk_left"), 2);
    in_all_threads(change_wrongly);
    assert_int_equal(plug_count(&card, "pin_left"), 2);
}

/* ---- a PIN that no answer came to ---- */

static const char *pin;

static pds_code give_pin(void *ctx, const char *label, int tries_left, pds_secret *into, pds_err *e)
{
    (void)ctx;
    (void)label;
    (void)tries_left;
    return pds_secret_set(into, pds_span_text(pin), e);
}

static pds_code open_key(const char *with)
{
    const pds_key_options options = { .uri = "pcsc:*00", .pin = give_pin };
    pds_key *key = NULL;
    pin = with;
    const pds_code code = pds_key_open(&options, &key, NULL);
    pds_key_drop(&key);
    return code;
}

/* As open_key; the card takes the PIN, and its answer is lost. */
static pds_code open_in_vain(const char *with)
{
    (void)plug_tell(&card, "fault hang 0 ins=20 skip=2"); /* behind two questions for its tries */
    pds_guard_set_patience(1);
    const pds_code code = open_key(with);
    pds_guard_set_patience(0);
    (void)plug_tell(&card, "fault none");
    return code;
}

static void a_pin_that_was_counted_unseen_is_not_tried_again(void **state)
{
    (void)state;
    plug_in(&card, 0, "--guid 00000000000000000000000000000006 --key 9a=p256");
    assert_int_equal(open_in_vain("000000"), PDS_E_TOKEN_HUNG);
    assert_int_equal(plug_count(&card, "pin_left"), 2);
    assert_int_equal(open_key("000000"), PDS_E_PIN_WRONG);
    assert_int_equal(plug_count(&card, "pin_left"), 2);
    assert_int_equal(open_in_vain("123456"), PDS_E_TOKEN_HUNG); /* the right one cost nothing */
    assert_int_equal(open_key("123456"), PDS_OK);
    assert_int_equal(plug_count(&card, "pin_left"), 3);
}

/* ---- kept by the key alone ---- */

static unsigned pins_asked;

static pds_code count_pin(void *ctx, const char *label, int tries_left, pds_secret *into,
                          pds_err *e)
{
    pins_asked++;
    pin = "123456";
    return give_pin(ctx, label, tries_left, into, e);
}

static pds_code sign(const pds_key *key)
{
    static const pds_algorithm algorithm = { PDS_SCHEME_ECDSA, PDS_SHA256 };
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    return pds_key_sign(key, algorithm, pds_span_text("signed attributes"), &signature, NULL);
}

static void expect_asked(const pds_key *key, unsigned times)
{
    pins_asked = 0;
    assert_int_equal(sign(key), PDS_OK);
    assert_int_equal(pins_asked, times);
}

/* Another card in that reader looks the same. */
static void a_card_without_a_number_is_asked_for_when_it_is_time(void **state)
{
    enum { CACHE = 2 };
    const struct timespec longer = { .tv_sec = CACHE + 1 };
    const pds_key_options options = { .uri = "pcsc:*00;slot=9c",
                                      .pin = count_pin,
                                      .pin_cache = CACHE };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    plug_in(&card, 0, "--guid 00000000000000000000000000000000 --key 9c=p256");
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    expect_asked(key, 0);
    (void)nanosleep(&longer, NULL);
    expect_asked(key, 1);
    expect_asked(key, 0);
    pds_token_forget(NULL);
    expect_asked(key, 1);
    pds_token_forget("pcsc:*00;slot=9c");
    expect_asked(key, 1);
    (void)plug_tell(&card, "pull");
    plug_wait(&card, false);
    assert_int_equal(sign(key), PDS_E_TOKEN_REMOVED);
    (void)plug_tell(&card, "insert");
    plug_wait(&card, true);
    expect_asked(key, 1);
}

#define ROW(test) cmocka_unit_test_teardown(test, take_out)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(tries_of_a_puk_are_told_as_far_as_they_are_known),
        ROW(a_right_puk_sets_its_tries_back),
        ROW(a_card_may_tell_of_its_puk),
        ROW(a_new_pin_that_the_card_refuses),
        ROW(what_was_refused_is_known_in_another_reader),
        ROW(eight_threads_with_a_wrong_secret_cost_one_try),
        ROW(a_pin_that_was_counted_unseen_is_not_tried_again),
        ROW(a_card_without_a_number_is_asked_for_when_it_is_time),
    };
    pds_secret_init();
    return cmocka_run_group_tests_name("PUK", tests, NULL, NULL);
}
