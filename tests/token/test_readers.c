/* Readers that come and go: search, connect, disconnect, watch. */

#include "base/own.h"
#include "tests/token/plug.h"
#include "token/pin_care.h"

#include <pds/token.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static plug cards[2];

static int all_out(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        plug_out(&cards[i]);
    }
    assert_int_equal(pds_token_alias("me", NULL, NULL), PDS_OK);
    pds_guard_set_patience(0);
    return 0;
}

static void nap(long ms)
{
    const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    (void)nanosleep(&t, NULL);
}

static int64_t now_ms(void)
{
    struct timespec t = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* No reader, no card. */
static const pds_token NOBODY = { .uri = "" };

static const pds_token *in_reader(const pds_token_list *list, int slot)
{
    char end[8];
    (void)snprintf(end, sizeof end, " %02d", slot);
    for (size_t i = 0; i < list->count; i++) {
        const char *const reader = list->items[i].reader;
        if (strcmp(reader + strlen(reader) - 3, end) == 0) {
            return &list->items[i];
        }
    }
    return &NOBODY;
}

/* ---- search ---- */

static void readers_are_found_with_and_without_a_card(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    (void)state;
    plug_in(&cards[0], 0, "--key 9a=p256");
    assert_int_equal(pds_token_alias("me", "pcsc:* 01", NULL), PDS_OK);
    assert_int_equal(pds_tokens_search(0, &list, NULL), PDS_OK);
    assert_int_equal(list.count, 2);
    const pds_token *const full = in_reader(&list, 0), *const bare = in_reader(&list, 1);
    assert_true(full->uri[0] != '\0' && !full->bare && bare->bare);
    assert_string_equal(full->label, "PIV");
    assert_int_equal(full->key_count, 1);
    assert_null(full->alias);
    assert_string_equal(bare->alias, "me");
    assert_string_equal(bare->uri, "pcsc:Virtual%20PCD%2000%2001");
    assert_int_equal(list.note_count, 0);
}

typedef struct later {
    long ms;
    int64_t done; /* when */
} later;

/* A card that is there for a short time only. */
static void *come_and_go(void *arg)
{
    const later *const l = arg;
    nap(l->ms);
    (void)plug_tell(&cards[1], "insert");
    nap(1500);
    (void)plug_tell(&cards[1], "pull");
    return NULL;
}

static void what_comes_meanwhile_is_found_though_it_goes(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    pthread_t thread;
    later l = { .ms = 700 };
    (void)state;
    plug_in(&cards[1], 1, "--out");
    const int64_t begin = now_ms();
    assert_int_equal(pthread_create(&thread, NULL, come_and_go, &l), 0);
    const pds_code code = pds_tokens_search(5, &list, NULL);
    (void)pthread_join(thread, NULL);
    assert_int_equal(code, PDS_OK);
    assert_in_range(now_ms() - begin, 4900, 9000);
    assert_true(in_reader(&list, 0)->bare);
    /* it was looked into while it was there, and could not be opened again when all was told */
    assert_ptr_equal(in_reader(&list, 1), &NOBODY);
    assert_int_equal(list.note_count, 1);
    assert_non_null(strstr(list.notes[0], "PIV: there is no card"));
}

static void a_card_that_stays_takes_its_readers_place(void **state)
{
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    pthread_t thread;
    later l = { .ms = 500 };
    (void)state;
    plug_in(&cards[1], 1, "--out");
    assert_int_equal(pthread_create(&thread, NULL, come_and_go, &l), 0);
    const pds_code code = pds_guard_search(&pds_device_pcsc, 1600, &list, NULL);
    (void)pthread_join(thread, NULL);
    assert_int_equal(code, PDS_OK);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0].bare + list.items[1].bare, 1);
}

static void a_card_of_no_known_kind_is_a_note_once(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    (void)state;
    plug_in(&cards[0], 0, "");
    (void)plug_tell(&cards[0], "fault status 6a82 ins=a4 times=1000");
    assert_int_equal(pds_tokens_search(1, &list, NULL), PDS_OK);
    assert_int_equal(list.count, 2);
    assert_true(in_reader(&list, 0)->bare);
    assert_int_equal(list.note_count, 1);
}

static void a_reader_that_hangs_hides_no_other(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    PDS_OWN(pds_token_list_drop) pds_token_list one = { .items = NULL };
    (void)state;
    plug_in(&cards[0], 0, "");
    plug_in(&cards[1], 1, "--key 9a=p256");
    pds_guard_set_patience(1);
    (void)plug_tell(&cards[0], "fault hang 0 ins=a4 times=1000");
    assert_int_equal(pds_tokens_search(3, &list, NULL), PDS_OK);
    assert_int_equal(list.count, 2);
    assert_true(in_reader(&list, 0)->bare);
    assert_int_equal(in_reader(&list, 1)->key_count, 1);
    assert_int_equal(list.note_count, 1); /* it was asked once */
    assert_int_equal(pds_token_connect("pcsc:*", &one, NULL), PDS_OK);
    assert_int_equal(one.count, 1);
    assert_string_equal(one.items[0].reader, in_reader(&list, 1)->reader);
}

static void without_a_service_nothing_is_found(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    (void)state;
    plug_service(false);
    const pds_code code = pds_tokens_search(0, &list, NULL);
    plug_service(true);
    assert_int_equal(code, PDS_OK);
    assert_int_equal(list.count, 0);
    assert_int_equal(list.note_count, 1);
    assert_non_null(strstr(list.notes[0], "pcscd does not run"));
}

/* ---- connect, disconnect ---- */

/* The reader does not wait for the card to hear of it. */
static void expect_powered(const plug *p, long expected)
{
    for (int i = 0; i < 500 && plug_count(p, "powered") != expected; i++) {
        nap(10);
    }
    assert_int_equal(plug_count(p, "powered"), expected);
}

static void connect_powers_up_and_says_what_answers(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    (void)state;
    plug_in(&cards[0], 0, "--key 9c=p256");
    assert_int_equal(pds_token_alias("me", "pcsc:*00 00", NULL), PDS_OK);
    assert_int_equal(pds_token_connect("pcsc:me", &list, NULL), PDS_OK);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].alias, "me");
    assert_int_equal(list.items[0].key_count, 1);
    assert_int_equal(pds_token_disconnect("pcsc:me", NULL), PDS_OK);
    expect_powered(&cards[0], 0);
    assert_int_equal(pds_token_connect("pcsc:me", NULL, NULL), PDS_OK);
    expect_powered(&cards[0], 1);
}

static void the_aliass_number_holds(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    char uri[200];
    (void)state;
    plug_in(&cards[0], 0, "--key 9c=p256");
    assert_int_equal(pds_token_connect("pcsc:", &list, NULL), PDS_OK);
    (void)snprintf(uri, sizeof uri, "pcsc:*;serial=%s", list.items[0].serial);
    assert_int_equal(pds_token_alias("me", uri, NULL), PDS_OK);
    assert_int_equal(pds_token_connect("pcsc:me", NULL, NULL), PDS_OK);
    assert_int_equal(pds_token_connect("pcsc:me;serial=00", NULL, NULL), PDS_E_TOKEN_MISSING);
    assert_int_equal(pds_token_alias("me", "pcsc:*;serial=00", NULL), PDS_OK);
    assert_int_equal(pds_token_connect("pcsc:me", NULL, NULL), PDS_E_TOKEN_MISSING);
}

static void which_one_has_to_be_clear(void **state)
{
    pds_err e;
    (void)state;
    assert_int_equal(pds_token_connect("pcsc:nobody", NULL, &e), PDS_E_TOKEN_MISSING);
    assert_string_equal(e.text, "no reader is called so");
    assert_int_equal(pds_token_connect("pcsc:", NULL, &e), PDS_E_TOKEN_MISSING);
    assert_string_equal(e.text, "there is no card in the reader");
    plug_in(&cards[0], 0, "");
    plug_in(&cards[1], 1, "");
    assert_int_equal(pds_token_connect("pcsc:", NULL, &e), PDS_E_TOKEN_AMBIGUOUS);
    assert_int_equal(pds_token_disconnect("pcsc:", &e), PDS_E_TOKEN_AMBIGUOUS);
    assert_int_equal(pds_token_connect("pkcs11:", NULL, &e), PDS_E_KEY_UNSUPPORTED);
    assert_int_equal(pds_token_disconnect("pkcs11:", &e), PDS_E_KEY_UNSUPPORTED);
    assert_int_equal(pds_token_connect("usb:1", NULL, &e), PDS_E_USAGE);
    assert_int_equal(pds_token_connect("pcsc:;x=1", NULL, &e), PDS_E_USAGE);
}

static void a_card_in_use_keeps_its_power(void **state)
{
    (void)state;
    plug_in(&cards[0], 0, "--key 9c=p256");
    pds_guarded *device = plug_open(&cards[0]);
    assert_int_equal(pds_token_disconnect("pcsc:", NULL), PDS_E_TOKEN_BUSY);
    assert_int_equal(plug_count(&cards[0], "powered"), 1);
    pds_guard_close(&device);
    assert_int_equal(pds_token_disconnect("pcsc:", NULL), PDS_OK);
}

static void a_disconnected_card_loses_its_pin_and_no_other_does(void **state)
{
    static const char other[] = "pcsc:%2A;serial=0b";
    char own[200];
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    PDS_OWN(pds_secret_drop) pds_secret *pin = plug_secret("123456");
    (void)state;
    plug_in(&cards[0], 0, "--key 9c=p256");
    assert_int_equal(pds_token_connect("pcsc:", &list, NULL), PDS_OK);
    assert_int_equal(pds_pin_cache_put(other, pin, 60, NULL), PDS_OK);
    assert_int_equal(pds_token_disconnect("pcsc:", NULL), PDS_OK); /* it had none */
    assert_true(pds_pin_cache_has(other));
    (void)snprintf(own, sizeof own, "pcsc:%%2A;serial=%s", list.items[0].serial);
    assert_int_equal(pds_pin_cache_put(own, pin, 60, NULL), PDS_OK);
    assert_int_equal(pds_token_connect("pcsc:", NULL, NULL), PDS_OK);
    assert_int_equal(pds_token_disconnect("pcsc:", NULL), PDS_OK);
    assert_false(pds_pin_cache_has(own));
    assert_true(pds_pin_cache_has(other));
    pds_token_forget(NULL);
}

static void a_card_that_hangs_is_given_up(void **state)
{
    (void)state;
    plug_in(&cards[0], 0, "");
    pds_guard_set_patience(1);
    (void)plug_tell(&cards[0], "fault hang 0 ins=a4");
    const int64_t begin = now_ms();
    const pds_code code = pds_token_connect("pcsc:", NULL, NULL);
    assert_int_equal(code, PDS_E_TOKEN_HUNG);
    assert_in_range(now_ms() - begin, 900, 6000);
}

/* ---- watch ---- */

typedef struct watching {
    pthread_mutex_t lock;
    char seen[400];  /* "there 00;came 01;" under lock */
    pds_code answer; /* to each */
    long seconds;
    pds_code code;
} watching;

static pds_code note(void *ctx, pds_token_change change, const pds_token *token, pds_err *e)
{
    static const char *const words[] = { "there", "came", "gone" };
    watching *const w = ctx;
    (void)pthread_mutex_lock(&w->lock);
    const size_t len = strlen(w->seen);
    (void)snprintf(w->seen + len, sizeof w->seen - len, "%s%s%s %s;", words[change],
                   token->alias != NULL ? " " : "", token->alias != NULL ? token->alias : "",
                   token->reader + strlen(token->reader) - 2);
    (void)pthread_mutex_unlock(&w->lock);
    if (w->answer != PDS_OK) {
        PDS_FAIL(e, w->answer, "enough");
    }
    return PDS_OK;
}

static void *watch(void *arg)
{
    watching *const w = arg;
    w->code = pds_tokens_watch("pcsc:", w->seconds, note, w, NULL);
    return NULL;
}

static void wait_for(watching *w, const char *wanted)
{
    enum { NAPS = 1500 };
    bool same = false;
    char seen[400];
    for (int i = 0; i < NAPS && !same; i++) {
        (void)pthread_mutex_lock(&w->lock);
        (void)snprintf(seen, sizeof seen, "%s", w->seen);
        (void)pthread_mutex_unlock(&w->lock);
        same = strcmp(seen, wanted) == 0;
        nap(10);
    }
    assert_string_equal(seen, wanted);
}

static void what_comes_and_goes_is_told(void **state)
{
    watching w = { .lock = PTHREAD_MUTEX_INITIALIZER, .seconds = 14 };
    pthread_t thread;
    (void)state;
    assert_int_equal(pds_token_alias("me", "pcsc:*01", NULL), PDS_OK);
    plug_in(&cards[0], 0, "");
    assert_int_equal(pthread_create(&thread, NULL, watch, &w), 0);
    wait_for(&w, "there 00;");
    plug_in(&cards[1], 1, "");
    wait_for(&w, "there 00;came me 01;");
    (void)plug_tell(&cards[0], "pull");
    wait_for(&w, "there 00;came me 01;gone 00;");
    /* the service is stopped, and started again: what is there comes back */
    plug_service(false);
    wait_for(&w, "there 00;came me 01;gone 00;gone me 01;");
    plug_service(true);
    wait_for(&w, "there 00;came me 01;gone 00;gone me 01;came me 01;");
    (void)pthread_join(thread, NULL);
    assert_int_equal(w.code, PDS_OK);
    assert_string_equal(w.seen, "there 00;came me 01;gone 00;gone me 01;came me 01;");
}

static void cards_are_left_in_peace(void **state)
{
    watching w = { .lock = PTHREAD_MUTEX_INITIALIZER, .seconds = 4 };
    pthread_t thread;
    (void)state;
    plug_in(&cards[0], 0, "");
    assert_int_equal(pthread_create(&thread, NULL, watch, &w), 0);
    wait_for(&w, "there 00;");
    nap(300);
    const long before = plug_count(&cards[0], "exchanges");
    (void)pthread_join(thread, NULL);
    assert_int_equal(plug_count(&cards[0], "exchanges"), before);
    assert_string_equal(w.seen, "there 00;");
}

static void a_card_that_is_in_use_is_not_gone(void **state)
{
    watching w = { .lock = PTHREAD_MUTEX_INITIALIZER, .seconds = 9 };
    pthread_t thread;
    (void)state;
    plug_in(&cards[0], 0, "");
    assert_int_equal(pthread_create(&thread, NULL, watch, &w), 0);
    wait_for(&w, "there 00;");
    (void)plug_tell(&cards[0], "fault status 6f00 ins=a4 times=2");
    plug_in(&cards[1], 1, ""); /* so that both are looked at */
    wait_for(&w, "there 00;came 01;");
    (void)pthread_join(thread, NULL);
    assert_string_equal(w.seen, "there 00;came 01;");
}

static void who_is_told_may_end_it(void **state)
{
    watching w = { .answer = PDS_E_OUTPUT_FAILED, .lock = PTHREAD_MUTEX_INITIALIZER };
    (void)state;
    plug_in(&cards[0], 0, "");
    (void)watch(&w);
    assert_int_equal(w.code, PDS_E_OUTPUT_FAILED);
    assert_int_equal(pds_tokens_watch("usb:", 1, note, &w, NULL), PDS_E_USAGE);
    assert_int_equal(pds_tokens_watch("pcsc:;x=1", 1, note, &w, NULL), PDS_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(readers_are_found_with_and_without_a_card, all_out),
        cmocka_unit_test_teardown(what_comes_meanwhile_is_found_though_it_goes, all_out),
        cmocka_unit_test_teardown(a_card_that_stays_takes_its_readers_place, all_out),
        cmocka_unit_test_teardown(a_card_of_no_known_kind_is_a_note_once, all_out),
        cmocka_unit_test_teardown(a_reader_that_hangs_hides_no_other, all_out),
        cmocka_unit_test_teardown(without_a_service_nothing_is_found, all_out),
        cmocka_unit_test_teardown(connect_powers_up_and_says_what_answers, all_out),
        cmocka_unit_test_teardown(the_aliass_number_holds, all_out),
        cmocka_unit_test_teardown(which_one_has_to_be_clear, all_out),
        cmocka_unit_test_teardown(a_card_in_use_keeps_its_power, all_out),
        cmocka_unit_test_teardown(a_disconnected_card_loses_its_pin_and_no_other_does, all_out),
        cmocka_unit_test_teardown(what_comes_and_goes_is_told, all_out),
        cmocka_unit_test_teardown(cards_are_left_in_peace, all_out),
        cmocka_unit_test_teardown(a_card_that_is_in_use_is_not_gone, all_out),
        cmocka_unit_test_teardown(who_is_told_may_end_it, all_out),
        cmocka_unit_test_teardown(a_card_that_hangs_is_given_up, all_out),
    };
    return cmocka_run_group_tests_name("readers", tests, NULL, NULL);
}
