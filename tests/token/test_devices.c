/* What holds of every kind of device that keys live in. */

#include "base/own.h"
#include "cms/cert.h"
#include "tests/base/scratch.h"
#include "tests/cms/pki.h"
#include "tests/token/device_rig.h"
#include "token/guard.h"
#include "token/pin_care.h"
#include "token/token.h"

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
#include <unistd.h>

#include <sys/wait.h>

#include <cmocka.h>

static const device_rig *rig;

/* ---- who is asked, and how keys are opened ---- */

static unsigned asked;   /* how often */
static unsigned told;    /* likewise */
static char last[512];   /* for which device */
static const char *give; /* the PIN; NULL: nobody there */

/* The device is pulled out while somebody is asked, and comes again. */
static bool bounces;
static pthread_t hand;

static void *insert_later(void *unused)
{
    const struct timespec nap = { .tv_sec = 1 };
    (void)unused;
    (void)nanosleep(&nap, NULL);
    rig->remove(false);
    return NULL;
}

static void bounce(void)
{
    bounces = false;
    rig->remove(true);
    assert_int_equal(pthread_create(&hand, NULL, insert_later, NULL), 0);
}

static pds_code (*use_there)(void); /* called while somebody is asked; NULL: nothing */
static pds_code used;               /* what came of it */

static pds_code answer(void *ctx, const char *label, int tries_left, pds_secret *into, pds_err *e)
{
    (void)ctx;
    (void)tries_left;
    asked++;
    assert_true(label[0] != '\0');
    (void)snprintf(last, sizeof last, "%s", label);
    if (bounces) {
        bounce();
    }
    if (use_there != NULL) {
        used = use_there();
    }
    if (give == NULL) {
        PDS_FAIL(e, PDS_E_PIN_NEEDED, "nobody there");
    }
    return pds_secret_set(into, pds_span_text(give), e);
}

static void hear(void *ctx, const char *text)
{
    (void)ctx;
    assert_true(text[0] != '\0');
    told++;
}

static pds_key_options options_of(const char *uri, const char *identity)
{
    return (pds_key_options){ .uri = uri, .identity = identity, .pin = answer, .tell = hear };
}

static void expect(pds_code code, pds_code expected, const pds_err *e)
{
    if (code != expected) {
        print_error("%s: %s (%s)\n", pds_code_name(code), e->text, e->where);
    }
    assert_int_equal(code, expected);
}

static void open_as(const pds_key_options *options, pds_key **key, pds_code expected, pds_err *e)
{
    expect(pds_key_open(options, key, e), expected, e);
}

/* The key that most of this is about. */
static void open_first(pds_key **key, pds_err *e)
{
    const pds_key_options options = options_of(rig->uri, "P-256");
    open_as(&options, key, PDS_OK, e);
}

static pds_code sign_as(const pds_key *key, pds_algorithm algorithm, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    return pds_key_sign(key, algorithm, pds_span_text("signed attributes"), &signature, e);
}

static pds_code sign_once(const pds_key *key, pds_err *e)
{
    pds_algorithm algorithm;
    PDS_TRY(pds_cert_algorithm(pds_key_cert(key), PDS_DIGEST_DEFAULT, false, &algorithm, e));
    return sign_as(key, algorithm, e);
}

static void begin(void)
{
    asked = told = 0;
    bounces = false;
    use_there = NULL;
    give = rig->pin;
    rig->reset();
    pds_guard_set_patience(0);
    pds_token_forget(NULL);
}

static int before_each(void **state)
{
    (void)state;
    begin();
    return 0;
}

/* ---- rows ---- */

static void all_keys_are_found(void **state)
{
    (void)state;
    for (const device_rig_key *k = rig->keys; k->identity != NULL; k++) {
        PDS_OWN(pds_key_drop) pds_key *key = NULL;
        pds_err e;
        const pds_key_options options = options_of(rig->uri, k->identity);
        open_as(&options, &key, PDS_OK, &e);
        assert_string_equal(pds_key_label(key), k->identity);
    }
}

static void the_devices_issuers_make_the_chain(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_err e;
    (void)state;
    open_first(&key, &e);
    /* the root of a longer chain is left out */
    assert_int_equal(pds_key_chain(key)->count, rig->issuers > 1 ? rig->issuers - 1 : rig->issuers);
}

static void every_algorithm_signs(void **state)
{
    (void)state;
    for (const device_rig_key *k = rig->keys; k->identity != NULL; k++) {
        PDS_OWN(pds_key_drop) pds_key *key = NULL;
        pds_err e;
        const pds_key_options options = options_of(rig->uri, k->identity);
        open_as(&options, &key, PDS_OK, &e);
        for (const pds_algorithm *a = k->algorithms; a->digest != PDS_DIGEST_DEFAULT; a++) {
            expect(sign_as(key, *a, &e), PDS_OK, &e);
        }
    }
}

static void several_keys_are_told_and_none_is_guessed(void **state)
{
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pds_err e;
    const pds_key_options options = options_of(rig->uri, NULL);
    (void)state;
    open_as(&options, &key, PDS_E_KEY_AMBIGUOUS, &e);
    for (const device_rig_key *k = rig->keys; k->identity != NULL; k++) {
        assert_non_null(strstr(e.text, k->identity));
    }
    assert_int_equal(asked, 0);
}

static void a_wrong_pin_costs_one_try_and_no_second(void **state)
{
    pds_err e;
    const pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    give = rig->wrong_pin;
    const unsigned before = rig->tries();
    open_as(&options, &key, PDS_E_PIN_WRONG, &e);
    assert_int_equal(rig->tries() - before, 1);
    open_as(&options, &key, PDS_E_PIN_WRONG, &e);
    assert_int_equal(rig->tries() - before, 1);
    assert_int_equal(asked, 2);
    give = rig->pin;
    open_as(&options, &key, PDS_OK, &e);
    expect(sign_once(key, &e), PDS_OK, &e);
}

static void the_last_try_is_kept(void **state)
{
    pds_err e;
    pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    rig->leave_last_try();
    open_as(&options, &key, PDS_E_PIN_LAST_TRY, &e);
    assert_int_equal(asked, 0);
    options.force_last_try = true;
    open_as(&options, &key, PDS_OK, &e);
    assert_int_equal(asked, 1);
}

static void a_blocked_pin_is_asked_of_nobody(void **state)
{
    pds_err e;
    pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    options.force_last_try = true;
    rig->block();
    open_as(&options, &key, PDS_E_PIN_LOCKED, &e);
    assert_int_equal(asked, 0);
}

static void nobody_to_ask_costs_no_try(void **state)
{
    pds_err e;
    const pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    give = NULL;
    const unsigned before = rig->tries();
    open_as(&options, &key, PDS_E_PIN_NEEDED, &e);
    assert_int_equal(rig->tries(), before);
}

static void a_second_key_wants_the_right_pin_too(void **state)
{
    pds_err e;
    const pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *first = NULL;
    PDS_OWN(pds_key_drop) pds_key *second = NULL;
    (void)state;
    open_as(&options, &first, PDS_OK, &e);
    give = "888888";
    open_as(&options, &second, PDS_E_PIN_WRONG, &e);
    expect(sign_once(first, &e), PDS_OK, &e);
    give = rig->pin;
    open_as(&options, &second, PDS_OK, &e);
    expect(sign_once(second, &e), PDS_OK, &e);
    pds_key_drop(&second); /* takes nothing from the first */
    expect(sign_once(first, &e), PDS_OK, &e);
}

/* ---- keys that it has not ---- */

static void a_key_that_is_not_there_costs_no_try(void **state)
{
    pds_err e;
    const pds_key_options options = options_of(rig->uri, "*Company*");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    const unsigned before = rig->tries();
    open_as(&options, &key, PDS_E_KEY_UNREADABLE, &e);
    assert_int_equal(asked, 0);
    assert_int_equal(rig->tries(), before);
}

static void a_strangers_certificate_costs_no_try(void **state)
{
    pds_err e;
    scratch folder;
    pki *company = pki_new(&(pki_profile){ .key = PKI_P384, .name = "Company" });
    pds_key_options options = options_of(rig->second, NULL);
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    scratch_open(&folder);
    options.cert = scratch_path(&folder, "company.pem");
    pki_append_cert_pem(company, options.cert);
    open_as(&options, &key, PDS_E_KEY_MISMATCH, &e);
    assert_int_equal(asked, 0);
    pki_drop(&company);
    scratch_close(&folder);
}

static void a_key_for_encryption_costs_no_try(void **state)
{
    pds_err e;
    const pds_key_options options = options_of(rig->uri, NULL);
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    if (rig->seal_only == NULL) {
        return;
    }
    rig->seal_only();
    open_as(&options, &key, PDS_E_KEY_UNREADABLE, &e);
    assert_int_equal(asked, 0);
    assert_int_equal(rig->tries(), 0);
}

/* ---- removed, held, broken, hung ---- */

static void a_device_that_is_not_there_is_missing(void **state)
{
    pds_err e;
    const pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    rig->remove(true);
    open_as(&options, &key, PDS_E_TOKEN_MISSING, &e);
    assert_int_equal(asked, 0);
}

static void a_removed_device_is_told(void **state)
{
    pds_err e;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    open_first(&key, &e);
    rig->remove(true);
    expect(sign_once(key, &e), PDS_E_TOKEN_REMOVED, &e);
}

static void a_removed_device_is_waited_for(void **state)
{
    pds_err e;
    pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    options.wait = 20;
    open_as(&options, &key, PDS_OK, &e);
    expect(sign_once(key, &e), PDS_OK, &e);
    rig->remove(true);
    assert_int_equal(pthread_create(&hand, NULL, insert_later, NULL), 0);
    expect(sign_once(key, &e), PDS_OK, &e);
    assert_int_equal(pthread_join(hand, NULL), 0);
    assert_int_equal(asked, 1);
    assert_int_equal(told, 1);
}

static void a_device_that_goes_again_is_waited_for_again(void **state)
{
    pds_err e;
    pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    options.wait = 20;
    options.pin_cache = 60; /* asked for again when it comes back */
    bounces = true;
    open_as(&options, &key, PDS_OK, &e);
    assert_int_equal(pthread_join(hand, NULL), 0);
    assert_int_equal(asked, 2);
    bounces = true;
    pds_token_forget(NULL);
    expect(sign_once(key, &e), PDS_OK, &e);
    assert_int_equal(pthread_join(hand, NULL), 0);
    assert_int_equal(asked, 4);
}

static void the_wait_ends(void **state)
{
    pds_err e;
    pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    options.wait = 1;
    open_as(&options, &key, PDS_OK, &e);
    rig->remove(true);
    expect(sign_once(key, &e), PDS_E_TOKEN_MISSING, &e);
    rig->remove(false);
    expect(sign_once(key, &e), PDS_OK, &e);
}

/* Without being told to wait a call fails; the next one looks again. */
static void a_removed_device_is_looked_for_by_the_next_call(void **state)
{
    pds_err e;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    open_first(&key, &e);
    rig->remove(true);
    expect(sign_once(key, &e), PDS_E_TOKEN_REMOVED, &e);
    expect(sign_once(key, &e), PDS_E_TOKEN_MISSING, &e);
    rig->remove(false);
    expect(sign_once(key, &e), PDS_OK, &e);
    expect(sign_once(key, &e), PDS_OK, &e);
    assert_int_equal(asked, 2);
}

static void *fail_to_sign(void *key)
{
    static int bad;
    pds_err e;
    const pds_code code = sign_once(key, &e);
    return code == PDS_E_TOKEN_REMOVED || code == PDS_E_TOKEN_MISSING ? NULL : &bad;
}

enum { THREADS = 8, EACH = 25, MANY = 1000 };

static void in_all_threads(void *(*act)(void *), void *key)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, act, key), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *bad = NULL;
        assert_int_equal(pthread_join(threads[i], &bad), 0);
        assert_null(bad);
    }
}

static void *sign_some(void *key)
{
    static int bad;
    for (int i = 0; i < EACH; i++) {
        pds_err e;
        if (sign_once(key, &e) != PDS_OK) {
            print_error("%s: %s\n", pds_code_name(e.code), e.text);
            return &bad;
        }
    }
    return NULL;
}

static void eight_threads_find_a_removed_device_again(void **state)
{
    pds_err e;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    open_first(&key, &e);
    in_all_threads(sign_some, key);
    rig->remove(true);
    in_all_threads(fail_to_sign, key);
    rig->remove(false);
    in_all_threads(sign_some, key);
    assert_int_equal(asked, 2);
}

static void a_device_in_its_place_is_not_used(void **state)
{
    pds_err e;
    const pds_key_options options = options_of(rig->both, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    open_as(&options, &key, PDS_OK, &e);
    rig->remove(true);
    expect(sign_once(key, &e), PDS_E_TOKEN_REMOVED, &e);
    expect(sign_once(key, &e), PDS_E_TOKEN_MISSING, &e);
    assert_int_equal(asked, 1);
    rig->remove(false);
    expect(sign_once(key, &e), PDS_OK, &e);
}

static long long now_ms(void)
{
    struct timespec t = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void the_wait_is_as_long_as_was_said(void **state)
{
    enum { SECONDS = 2, MOST_MS = 3500 };
    pds_err e;
    pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    options.wait = SECONDS;
    rig->remove(true);
    const struct timespec nap = { .tv_nsec = 900000000 }; /* late in a second of the clock */
    struct timespec t = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    if (t.tv_nsec < nap.tv_nsec) {
        const struct timespec rest = { .tv_nsec = nap.tv_nsec - t.tv_nsec };
        (void)nanosleep(&rest, NULL);
    }
    const long long begun = now_ms();
    open_as(&options, &key, PDS_E_TOKEN_MISSING, &e);
    assert_in_range(now_ms() - begun, SECONDS * 1000, MOST_MS);
}

static void a_device_that_is_held_is_busy(void **state)
{
    pds_err e;
    const pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    if (rig->hold == NULL) {
        return; /* nothing like it */
    }
    rig->hold(true);
    open_as(&options, &key, PDS_E_TOKEN_BUSY, &e);
    rig->hold(false);
    open_as(&options, &key, PDS_OK, &e);
}

static void a_fault_of_the_device_is_told(void **state)
{
    pds_err e;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    open_first(&key, &e);
    rig->break_sign();
    expect(sign_once(key, &e), PDS_E_TOKEN_FAILED, &e);
    rig->reset();
    expect(sign_once(key, &e), PDS_OK, &e);
}

static void a_call_that_hangs_is_given_up(void **state)
{
    pds_err e;
    pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    open_as(&options, &key, PDS_OK, &e);
    pds_guard_set_patience(1);
    rig->hang(true);
    const time_t begun = time(NULL);
    expect(sign_once(key, &e), PDS_E_TOKEN_HUNG, &e);
    pds_key_drop(&key);
    assert_true(time(NULL) - begun < 5);
    rig->hang(false);
    pds_guard_set_patience(0);
    options.wait = 10; /* the call that was given up ends while the device is looked for */
    open_as(&options, &key, PDS_OK, &e);
    expect(sign_once(key, &e), PDS_OK, &e);
}

static void a_key_lives_on_after_a_call_that_hung(void **state)
{
    enum { NAPS = 100, NAP_NS = 50000000 };
    pds_err e;
    const struct timespec nap = { .tv_nsec = NAP_NS };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    open_first(&key, &e);
    pds_guard_set_patience(1);
    rig->hang(true);
    expect(sign_once(key, &e), PDS_E_TOKEN_HUNG, &e);
    expect(sign_once(key, &e), PDS_E_TOKEN_HUNG, &e);
    rig->hang(false);
    pds_guard_set_patience(0);
    pds_code code = sign_once(key, &e);
    for (int i = 0; i < NAPS && code == PDS_E_TOKEN_HUNG; i++) { /* it comes back any moment */
        (void)nanosleep(&nap, NULL);
        code = sign_once(key, &e);
    }
    expect(code, PDS_OK, &e);
    expect(sign_once(key, &e), PDS_OK, &e);
}

/* ---- in a child of fork() ---- */

/* 0: the key that it came with is opened anew there and signs, and so does one of its own. */
static int sign_in_child(const pds_key *key)
{
    pds_err e;
    pds_key *mine = NULL;
    const pds_key_options options = options_of(rig->uri, "P-256");
    if (sign_once(key, &e) != PDS_OK) {
        print_error("%s: %s\n", pds_code_name(e.code), e.text);
        return 1;
    }
    if (pds_key_open(&options, &mine, &e) != PDS_OK || sign_once(mine, &e) != PDS_OK) {
        print_error("%s: %s\n", pds_code_name(e.code), e.text);
        return 2;
    }
    pds_key_drop(&mine);
    return 0;
}

static void a_child_has_sessions_of_its_own(void **state)
{
    pds_err e;
    int status = -1;
    pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    options.pin_cache = 60;
    open_as(&options, &key, PDS_OK, &e);
    expect(sign_once(key, &e), PDS_OK, &e);
    const pid_t child = fork();
    if (child == 0) {
        (void)alarm(60);
        _exit(sign_in_child(key));
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    expect(sign_once(key, &e), PDS_OK, &e); /* the parent's go on */
    assert_int_equal(asked, 1);
}

/* ---- PINs at each signature, kept ones ---- */

static void a_key_may_want_its_pin_each_time(void **state)
{
    pds_err e;
    const pds_key_options options = options_of(rig->always, NULL);
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    open_as(&options, &key, PDS_OK, &e);
    expect(sign_once(key, &e), PDS_OK, &e);
    expect(sign_once(key, &e), PDS_OK, &e);
    assert_int_equal(asked, 1);
}

static void a_kept_pin_is_asked_for_once(void **state)
{
    pds_err e;
    pds_key_options options = options_of(rig->uri, "P-256");
    (void)state;
    options.pin_cache = 60;
    for (int i = 0; i < 3; i++) {
        PDS_OWN(pds_key_drop) pds_key *key = NULL;
        open_as(&options, &key, PDS_OK, &e);
        expect(sign_once(key, &e), PDS_OK, &e);
    }
    assert_int_equal(asked, 1);
    pds_token_forget(NULL);
    PDS_OWN(pds_key_drop) pds_key *again = NULL;
    open_as(&options, &again, PDS_OK, &e);
    assert_int_equal(asked, 2);
}

static void wait_ms(long ms)
{
    const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    (void)nanosleep(&t, NULL);
}

/* Each signature begins its time anew; when that is over the device is logged in anew. */
static void a_kept_pin_is_asked_for_when_its_time_is_over(void **state)
{
    enum { STEP = 1200, OVER = 2500 };
    pds_err e;
    pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    options.pin_cache = 2;
    open_as(&options, &key, PDS_OK, &e);
    for (int i = 0; i < 3; i++) {
        wait_ms(STEP);
        expect(sign_once(key, &e), PDS_OK, &e);
    }
    assert_int_equal(asked, 1);
    wait_ms(OVER);
    give = NULL;
    expect(sign_once(key, &e), PDS_E_PIN_NEEDED, &e);
    give = rig->pin;
    expect(sign_once(key, &e), PDS_OK, &e);
    assert_int_equal(asked, 3);
}

static void forget_as_listed(void)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .count = 0 };
    assert_int_equal(pds_tokens_list(rig->uri, &list, NULL), PDS_OK);
    assert_int_equal(list.count, 1);
    pds_token_forget(list.items[0].uri);
}

static pds_key *waiting;

static pds_code sign_with_waiting(void)
{
    return sign_once(waiting, NULL);
}

static void who_is_asked_for_the_pin_uses_no_key_that_waits(void **state)
{
    pds_err e;
    pds_key_options options = options_of(rig->uri, "P-256");
    (void)state;
    options.pin_cache = 60;
    open_as(&options, &waiting, PDS_OK, &e);
    pds_token_forget(NULL);
    use_there = sign_with_waiting;
    expect(sign_once(waiting, &e), PDS_OK, &e);
    assert_int_equal(used, PDS_E_USAGE);
    assert_int_equal(asked, 2);
    expect(sign_once(waiting, &e), PDS_OK, &e);
    pds_key_drop(&waiting);
}

static void one_device_of_two_is_forgotten(void **state)
{
    pds_err e;
    pds_key_options first = options_of(rig->uri, "P-256");
    pds_key_options second = options_of(rig->second, NULL);
    PDS_OWN(pds_key_drop) pds_key *one = NULL;
    PDS_OWN(pds_key_drop) pds_key *other = NULL;
    (void)state;
    first.pin_cache = second.pin_cache = 60;
    open_as(&first, &one, PDS_OK, &e);
    open_as(&second, &other, PDS_OK, &e);
    pds_token_forget(rig->uri); /* as it was spelt */
    expect(sign_once(other, &e), PDS_OK, &e);
    assert_int_equal(asked, 2);
    expect(sign_once(one, &e), PDS_OK, &e);
    assert_int_equal(asked, 3);
    pds_token_forget(rig->both); /* nobody spelt it so: all */
    expect(sign_once(other, &e), PDS_OK, &e);
    assert_int_equal(asked, 4);
    expect(sign_once(one, &e), PDS_OK, &e);
    assert_int_equal(asked, 5);
    forget_as_listed();
    expect(sign_once(other, &e), PDS_OK, &e);
    assert_int_equal(asked, 5);
    expect(sign_once(one, &e), PDS_OK, &e);
    assert_int_equal(asked, 6);
}

static void *forget_soon(void *unused)
{
    (void)unused;
    wait_ms(500);
    pds_token_forget(NULL);
    rig->hang(false);
    return NULL;
}

static void a_pin_that_is_forgotten_while_it_is_used_is_not_put_back(void **state)
{
    pds_err e;
    pthread_t other;
    pds_key_options options = options_of(rig->always, NULL);
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    options.pin_cache = 60;
    open_as(&options, &key, PDS_OK, &e);
    expect(sign_once(key, &e), PDS_OK, &e);
    assert_int_equal(asked, 1);
    rig->hang(true);
    assert_int_equal(pthread_create(&other, NULL, forget_soon, NULL), 0);
    expect(sign_once(key, &e), PDS_OK, &e);
    assert_int_equal(pthread_join(other, NULL), 0);
    expect(sign_once(key, &e), PDS_OK, &e);
    assert_int_equal(asked, 2);
}

static void a_kept_pin_leaves_the_last_try(void **state)
{
    pds_err e;
    pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    options.pin_cache = 60;
    open_as(&options, &key, PDS_OK, &e);
    pds_key_drop(&key);
    rig->leave_last_try();
    const unsigned before = rig->tries();
    open_as(&options, &key, PDS_E_PIN_LAST_TRY, &e);
    assert_int_equal(rig->tries(), before);
}

/* Others may have spent the rest of the tries since the last signature. */
static void each_time_the_last_try_is_left(void **state)
{
    enum { LONGER_THAN_A_MOMENT = 3 };
    pds_err e;
    const pds_key_options options = options_of(rig->always, NULL);
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    const struct timespec wait = { .tv_sec = LONGER_THAN_A_MOMENT };
    (void)state;
    open_as(&options, &key, PDS_OK, &e);
    expect(sign_once(key, &e), PDS_OK, &e);
    rig->leave_last_try();
    const unsigned before = rig->tries();
    (void)nanosleep(&wait, NULL);
    pds_code code = sign_once(key, &e);
    if (code == PDS_E_TOKEN_REMOVED) { /* cards are reset by whoever came in between */
        code = sign_once(key, &e);
    }
    expect(code, PDS_E_PIN_LAST_TRY, &e);
    assert_int_equal(rig->tries(), before);
}

static void a_pin_is_kept_for_two_hours_at_most(void **state)
{
    pds_err e;
    pds_key_options options = options_of(rig->uri, "P-256");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    options.pin_cache = 7201;
    open_as(&options, &key, PDS_E_USAGE, &e);
    options.pin_cache = -1;
    open_as(&options, &key, PDS_E_USAGE, &e);
    assert_int_equal(asked, 0);
}

/* ---- several devices, threads, many signatures ---- */

static void of_two_devices_the_one_with_the_key_is_meant(void **state)
{
    pds_err e;
    const pds_key_options options = options_of(rig->both, "Second");
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    open_as(&options, &key, PDS_OK, &e);
    assert_string_equal(pds_key_label(key), "Second");
    assert_int_equal(asked, 1);
}

static void two_devices_sign_in_turn(void **state)
{
    pds_err e;
    const pds_key_options of_first = options_of(rig->uri, "P-256");
    const pds_key_options of_second = options_of(rig->second, NULL);
    PDS_OWN(pds_key_drop) pds_key *first = NULL;
    PDS_OWN(pds_key_drop) pds_key *second = NULL;
    (void)state;
    open_as(&of_first, &first, PDS_OK, &e);
    open_as(&of_second, &second, PDS_OK, &e);
    for (int i = 0; i < 3; i++) {
        expect(sign_once(first, &e), PDS_OK, &e);
        expect(sign_once(second, &e), PDS_OK, &e);
    }
    pds_key_drop(&first); /* takes nothing from the other */
    expect(sign_once(second, &e), PDS_OK, &e);
}

static void eight_threads_sign(void **state)
{
    pds_err e;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    open_first(&key, &e);
    in_all_threads(sign_some, key);
}

/* Who is asked for the PIN of one waits until somebody is asked for the other's. */
static unsigned both_asked;

static pds_code answer_when_both_are_asked(void *ctx, const char *label, int tries_left,
                                           pds_secret *into, pds_err *e)
{
    (void)ctx;
    (void)label;
    (void)tries_left;
    (void)__atomic_add_fetch(&both_asked, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 500 && __atomic_load_n(&both_asked, __ATOMIC_SEQ_CST) < 2; i++) {
        wait_ms(10);
    }
    if (__atomic_load_n(&both_asked, __ATOMIC_SEQ_CST) < 2) {
        PDS_FAIL(e, PDS_E_PIN_NEEDED, "the other one waits");
    }
    return pds_secret_set(into, pds_span_text(rig->pin), e);
}

static void *open_this(void *uri)
{
    static int bad;
    const pds_key_options options = { .uri = uri,
                                      .identity = uri == rig->uri ? "P-256" : NULL,
                                      .pin = answer_when_both_are_asked };
    pds_key *key = NULL;
    const pds_code code = pds_key_open(&options, &key, NULL);
    pds_key_drop(&key);
    return code == PDS_OK ? NULL : &bad;
}

static void two_devices_are_asked_for_at_the_same_time(void **state)
{
    pthread_t other;
    void *bad = NULL;
    (void)state;
    both_asked = 0;
    assert_int_equal(pthread_create(&other, NULL, open_this, (void *)rig->second), 0);
    const void *const mine = open_this((void *)rig->uri);
    assert_int_equal(pthread_join(other, &bad), 0);
    assert_null(mine);
    assert_null(bad);
}

static void who_is_asked_knows_which_device_is_meant(void **state)
{
    pds_err e;
    const pds_key_options of_second = options_of(rig->second, NULL);
    PDS_OWN(pds_key_drop) pds_key *first = NULL;
    PDS_OWN(pds_key_drop) pds_key *second = NULL;
    char of_first[sizeof last];
    (void)state;
    open_first(&first, &e);
    (void)snprintf(of_first, sizeof of_first, "%s", last);
    open_as(&of_second, &second, PDS_OK, &e);
    assert_int_equal(asked, 2);
    assert_string_not_equal(last, of_first);
    assert_non_null(strstr(last, " ("));
}

static void *open_wrongly(void *unused)
{
    pds_err e;
    pds_key *key = NULL;
    const pds_key_options options = options_of(rig->uri, "P-256");
    (void)unused;
    (void)!pds_key_open(&options, &key, &e);
    pds_key_drop(&key);
    return NULL;
}

static void eight_threads_with_a_wrong_pin_cost_one_try(void **state)
{
    (void)state;
    give = "999999";
    const unsigned before = rig->tries();
    in_all_threads(open_wrongly, NULL);
    assert_int_equal(rig->tries() - before, 1);
}

/* Pages that the process has. */
static long pages(void)
{
    char line[128];
    char *end = line;
    FILE *const f = fopen("/proc/self/statm", "re");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    (void)fclose(f);
    (void)strtol(line, &end, 10); /* all; then those in memory */
    return strtol(end, NULL, 10);
}

static void a_thousand_signatures_leave_nothing(void **state)
{
    enum { WARM = 100, PAGES = 512 };
    pds_err e;
    long before = 0;
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    open_first(&key, &e);
    for (int i = 0; i < MANY; i++) {
        before = i == WARM ? pages() : before;
        expect(sign_once(key, &e), PDS_OK, &e);
    }
#if !defined(__has_feature)
    assert_true(pages() - before < PAGES); /* else the sanitizer's own count tells */
#else
    (void)before;
#endif
}

/* ---- all of it, for one rig ---- */

static const device_rig *const RIGS[] = { &pds_rig_softhsm, &pds_rig_piv };

#define ROW(test) cmocka_unit_test_setup(test, before_each)

static int run(const device_rig *which)
{
    const struct CMUnitTest tests[] = {
        ROW(all_keys_are_found),
        ROW(the_devices_issuers_make_the_chain),
        ROW(every_algorithm_signs),
        ROW(several_keys_are_told_and_none_is_guessed),
        ROW(a_wrong_pin_costs_one_try_and_no_second),
        ROW(the_last_try_is_kept),
        ROW(a_blocked_pin_is_asked_of_nobody),
        ROW(nobody_to_ask_costs_no_try),
        ROW(a_second_key_wants_the_right_pin_too),
        ROW(a_key_that_is_not_there_costs_no_try),
        ROW(a_strangers_certificate_costs_no_try),
        ROW(a_key_for_encryption_costs_no_try),
        ROW(a_device_that_is_not_there_is_missing),
        ROW(a_removed_device_is_told),
        ROW(a_removed_device_is_looked_for_by_the_next_call),
        ROW(eight_threads_find_a_removed_device_again),
        ROW(a_device_in_its_place_is_not_used),
        ROW(a_removed_device_is_waited_for),
        ROW(a_device_that_goes_again_is_waited_for_again),
        ROW(the_wait_ends),
        ROW(the_wait_is_as_long_as_was_said),
        ROW(a_device_that_is_held_is_busy),
        ROW(a_fault_of_the_device_is_told),
        ROW(a_call_that_hangs_is_given_up),
        ROW(a_key_lives_on_after_a_call_that_hung),
        ROW(a_child_has_sessions_of_its_own),
        ROW(a_key_may_want_its_pin_each_time),
        ROW(a_kept_pin_is_asked_for_once),
        ROW(a_kept_pin_is_asked_for_when_its_time_is_over),
        ROW(who_is_asked_for_the_pin_uses_no_key_that_waits),
        ROW(one_device_of_two_is_forgotten),
        ROW(a_pin_that_is_forgotten_while_it_is_used_is_not_put_back),
        ROW(a_kept_pin_leaves_the_last_try),
        ROW(each_time_the_last_try_is_left),
        ROW(a_pin_is_kept_for_two_hours_at_most),
        ROW(of_two_devices_the_one_with_the_key_is_meant),
        ROW(two_devices_sign_in_turn),
        ROW(two_devices_are_asked_for_at_the_same_time),
        ROW(who_is_asked_knows_which_device_is_meant),
        ROW(eight_threads_sign),
        ROW(eight_threads_with_a_wrong_pin_cost_one_try),
        ROW(a_thousand_signatures_leave_nothing),
    };
    rig = which;
    if (!rig->start()) {
        print_message("%s can't be played on this machine\n", rig->name);
        return 1;
    }
    const int failed = cmocka_run_group_tests_name(rig->name, tests, NULL, NULL);
    rig->stop();
    return failed;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof RIGS / sizeof RIGS[0]; i++) {
        if (argc == 2 && strcmp(argv[1], RIGS[i]->name) == 0) {
            return run(RIGS[i]);
        }
    }
    print_error("which rig?\n");
    return 2;
}
