/* PKCS#11 sessions that are lost, and what officers' PINs have left. */

#include "base/own.h"
#include "tests/token/softhsm.h"
#include "token/guard.h"
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
#include <unistd.h>

#include <sys/wait.h>

#include <cmocka.h>

#define MODULE "?module-path=" P11_PROXY

static const char PIN[] = "271828";
static const char SO_PIN[] = "31415926";

static scratch folder;

static int start(void **state)
{
    pki *ec = pki_new(&(pki_profile){ .key = PKI_P256, .name = "EC" });
    (void)state;
    scratch_open(&folder);
    softhsm_begin(&folder);
    const CK_SLOT_ID slot = softhsm_token("whole", PIN, SO_PIN);
    softhsm_add_key(slot, PIN, &(softhsm_key){ .key = ec, .label = "EC key", .id = 1 });
    const CK_SLOT_ID other = softhsm_token("always", PIN, SO_PIN);
    softhsm_add_key(other, PIN,
                    &(softhsm_key){ .key = ec, .label = "EC key", .id = 1, .asks_always = true });
    softhsm_end();
    pki_drop(&ec);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    scratch_close(&folder);
    return 0;
}

static unsigned asked;

static void reset(void)
{
    asked = 0;
    softhsm_reset();
    pds_guard_set_patience(0);
    pds_token_forget(NULL);
}

static pds_code answer(void *ctx, const char *label, int tries_left, pds_secret *into, pds_err *e)
{
    (void)ctx;
    (void)label;
    (void)tries_left;
    asked++;
    return pds_secret_set(into, pds_span_text(PIN), e);
}

static pds_code sign(const pds_key *key)
{
    static const pds_algorithm algorithm = { PDS_SCHEME_ECDSA, PDS_SHA256 };
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    return pds_key_sign(key, algorithm, pds_span_text("signed attributes"), &signature, NULL);
}

/* ---- sessions ---- */

typedef struct lost_row {
    const char *name;
    const char *uri;
    p11_point point;
    CK_RV rv;
    pds_code code;
} lost_row;

#define WHOLE  "pkcs11:token=whole" MODULE
#define ALWAYS "pkcs11:token=always" MODULE

/* clang-format off */
static lost_row rows[] = {
    { "the session is closed", WHOLE, P11_AT_SIGN_INIT, CKR_SESSION_CLOSED, PDS_E_TOKEN_REMOVED },
    { "the session is of before", WHOLE, P11_AT_SIGN_INIT, CKR_SESSION_HANDLE_INVALID, PDS_E_TOKEN_REMOVED },
    { "the login is lost", WHOLE, P11_AT_SIGN_INIT, CKR_USER_NOT_LOGGED_IN, PDS_E_TOKEN_REMOVED },
    { "the login is lost midway", WHOLE, P11_AT_SIGN, CKR_USER_NOT_LOGGED_IN, PDS_E_TOKEN_REMOVED },
    { "the key is of before", WHOLE, P11_AT_SIGN_INIT, CKR_KEY_HANDLE_INVALID, PDS_E_TOKEN_REMOVED },
    { "the object is of before", WHOLE, P11_AT_SIGN_INIT, CKR_OBJECT_HANDLE_INVALID, PDS_E_TOKEN_REMOVED },
    { "the token is gone", WHOLE, P11_AT_SIGN, CKR_DEVICE_REMOVED, PDS_E_TOKEN_REMOVED },
    { "no token is there", WHOLE, P11_AT_SIGN, CKR_TOKEN_NOT_PRESENT, PDS_E_TOKEN_REMOVED },
    { "the token is of another kind", WHOLE, P11_AT_SIGN, CKR_TOKEN_NOT_RECOGNIZED, PDS_E_TOKEN_REMOVED },
    { "the reader is gone", WHOLE, P11_AT_SIGN, CKR_SLOT_ID_INVALID, PDS_E_TOKEN_REMOVED },
    { "the module was begun by another process", WHOLE, P11_AT_SIGN, CKR_CRYPTOKI_NOT_INITIALIZED, PDS_E_TOKEN_REMOVED },
    { "no more sessions", WHOLE, P11_AT_OPEN, CKR_SESSION_COUNT, PDS_E_TOKEN_BUSY },
    { "another operation is under way", WHOLE, P11_AT_SIGN_INIT, CKR_OPERATION_ACTIVE, PDS_E_TOKEN_BUSY },
    { "the device fails", WHOLE, P11_AT_SIGN, CKR_DEVICE_ERROR, PDS_E_TOKEN_FAILED },
    { "the token is gone when it gets the PIN", ALWAYS, P11_AT_LOGIN, CKR_DEVICE_REMOVED, PDS_E_TOKEN_REMOVED },
    { "the session is of before when it gets the PIN", ALWAYS, P11_AT_LOGIN, CKR_SESSION_HANDLE_INVALID, PDS_E_TOKEN_REMOVED },
};
/* clang-format on */

/* That call fails, the next one goes on. */
static void what_was_lost_is_found_again(void **state)
{
    const lost_row *const r = *state;
    const pds_key_options options = { .uri = r->uri, .pin = answer };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    reset();
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    softhsm_proxy()->at[r->point].rv = r->rv;
    assert_int_equal(sign(key), r->code);
    softhsm_reset();
    assert_int_equal(sign(key), PDS_OK);
    assert_int_equal(sign(key), PDS_OK);
    assert_in_range(asked, 1, 2);
}

/* Modules that say no more than that it failed are asked. */
static void a_fault_of_a_token_that_is_gone(void **state)
{
    static const CK_RV faults[] = { CKR_DEVICE_ERROR, CKR_FUNCTION_FAILED, CKR_GENERAL_ERROR };
    const pds_key_options options = { .uri = WHOLE, .pin = answer };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    reset();
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        softhsm_proxy()->at[P11_AT_SIGN_INIT].rv = faults[i];
        softhsm_proxy()->unseated = true; /* the slot is empty */
        assert_int_equal(sign(key), PDS_E_TOKEN_REMOVED);
        softhsm_reset();
        assert_int_equal(sign(key), PDS_OK);
        softhsm_proxy()->at[P11_AT_SIGN_INIT].rv = faults[i];
        softhsm_proxy()->closes = true; /* another token is there meanwhile */
        assert_int_equal(sign(key), PDS_E_TOKEN_REMOVED);
        softhsm_reset();
        assert_int_equal(sign(key), PDS_OK);
    }
}

/* Told to wait, not even that call fails. */
static void it_is_found_within_the_call(void **state)
{
    const pds_key_options options = { .uri = WHOLE, .pin = answer, .wait = 5 };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    reset();
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    softhsm_proxy()->closes = true; /* as another part of the program may do */
    assert_int_equal(sign(key), PDS_OK);
    assert_int_equal(asked, 1);
}

/* Modules show what came when they are asked how many slots there are (PKCS#11, 5.5). */
static void what_is_plugged_in_later_is_seen(void **state)
{
    const pds_key_options options = { .uri = WHOLE, .pin = answer };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    reset();
    softhsm_proxy()->removed = true;
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_E_TOKEN_MISSING);
    softhsm_reset();
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
}

/* Each look that hangs keeps a thread. */
static void what_hangs_is_looked_for_ever_more_rarely(void **state)
{
    enum { SECONDS = 5, LOOKS = 3 };
    const pds_key_options options = { .uri = WHOLE, .pin = answer, .wait = SECONDS };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    reset();
    pds_guard_set_patience(1);
    __atomic_store_n(&softhsm_proxy()->at[P11_AT_TOKEN].hangs, true, __ATOMIC_RELAXED);
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_E_TOKEN_HUNG);
    assert_in_range(softhsm_proxy()->at[P11_AT_TOKEN].calls, 2, LOOKS);
    __atomic_store_n(&softhsm_proxy()->at[P11_AT_TOKEN].hangs, false, __ATOMIC_RELAXED);
    reset();
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
}

/* What keeps it from being known again is told. */
static void a_fault_while_it_is_looked_at_is_no_other_token(void **state)
{
    const pds_key_options options = { .uri = WHOLE, .pin = answer };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    (void)state;
    reset();
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    softhsm_proxy()->at[P11_AT_SIGN].rv = CKR_DEVICE_REMOVED;
    assert_int_equal(sign(key), PDS_E_TOKEN_REMOVED);
    softhsm_proxy()->at[P11_AT_FIND].rv = CKR_DEVICE_ERROR;
    assert_int_equal(sign(key), PDS_E_TOKEN_FAILED);
    softhsm_reset();
    assert_int_equal(sign(key), PDS_OK);
}

/* ---- children of fork() while threads are at work ---- */

static void *sign_in_thread(void *key)
{
    (void)sign(key);
    return NULL;
}

/* What signing in a child comes to. */
static int sign_in_child(const pds_key *key)
{
    int status = -1;
    const pid_t child = fork();
    if (child == 0) {
        (void)alarm(20);
        softhsm_proxy()->removed = false;
        softhsm_proxy()->at[P11_AT_SIGN].hangs = false;
        _exit((int)sign(key));
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void nap(long ms)
{
    const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    (void)nanosleep(&t, NULL);
}

/* All of it, with `begin` making the thread wait within the key. */
static void fork_while(void (*begin)(bool), pds_code expected)
{
    const pds_key_options options = { .uri = WHOLE, .pin = answer, .wait = 20 };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    pthread_t thread;
    reset();
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    begin(true);
    assert_int_equal(pthread_create(&thread, NULL, sign_in_thread, key), 0);
    nap(500);
    const int code = sign_in_child(key);
    begin(false);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(code, expected);
    assert_int_equal(sign(key), PDS_OK);
}

static void hang_at_signatures(bool on)
{
    __atomic_store_n(&softhsm_proxy()->at[P11_AT_SIGN].hangs, on, __ATOMIC_RELAXED);
}

static void take_out(bool on)
{
    __atomic_store_n(&softhsm_proxy()->removed, on, __ATOMIC_RELAXED);
}

static void a_child_waits_for_no_thread_that_signs(void **state)
{
    (void)state;
    fork_while(hang_at_signatures, PDS_OK);
}

static void a_child_waits_for_no_thread_that_looks_for_the_token(void **state)
{
    (void)state;
    fork_while(take_out, PDS_E_TOKEN_REMOVED);
}

/* Another part of the program has logged in. */
static void a_login_that_is_there_is_good(void **state)
{
    const pds_key_options options = { .uri = WHOLE, .pin = answer };
    PDS_OWN(pds_key_drop) pds_key *key = NULL;
    PDS_OWN(pds_key_drop) pds_key *second = NULL;
    (void)state;
    reset();
    assert_int_equal(pds_key_open(&options, &key, NULL), PDS_OK);
    softhsm_proxy()->at[P11_AT_LOGIN].rv = CKR_USER_ALREADY_LOGGED_IN;
    assert_int_equal(pds_key_open(&options, &second, NULL), PDS_OK);
    assert_int_equal(sign(second), PDS_OK);
}

/* ---- officers' PINs ---- */

typedef struct officer {
    const char *puk;
    unsigned asked;
} officer;

static pds_code give_secret(void *ctx, pds_secret_kind kind, const char *label, int tries_left,
                            pds_secret *into, pds_err *e)
{
    officer *const o = ctx;
    (void)label;
    (void)tries_left;
    o->asked += kind == PDS_SECRET_PUK ? 1 : 0;
    return pds_secret_set(into, pds_span_text(kind == PDS_SECRET_PUK ? o->puk : PIN), e);
}

static pds_code unblock(officer *o, bool force, pds_err *e)
{
    const pds_token_options options = {
        .uri = WHOLE, .ask = give_secret, .ask_ctx = o, .force_last_try = force
    };
    return pds_token_unblock_pin(&options, e);
}

static void an_officers_last_try_is_kept(void **state)
{
    officer o = { .puk = SO_PIN };
    (void)state;
    reset();
    softhsm_proxy()->set = CKF_SO_PIN_FINAL_TRY | CKF_SO_PIN_COUNT_LOW;
    assert_int_equal(unblock(&o, false, NULL), PDS_E_PIN_LAST_TRY);
    assert_int_equal(o.asked, 0);
    assert_int_equal(unblock(&o, true, NULL), PDS_OK);
    softhsm_proxy()->set = CKF_SO_PIN_LOCKED;
    assert_int_equal(unblock(&o, true, NULL), PDS_E_PIN_LOCKED);
    assert_int_equal(o.asked, 1);
}

static void an_officers_wrong_pin_is_told_and_not_tried_again(void **state)
{
    officer o = { .puk = "00000000" };
    pds_err e = { 0 };
    (void)state;
    reset();
    softhsm_proxy()->set = CKF_SO_PIN_COUNT_LOW;
    assert_int_equal(unblock(&o, false, &e), PDS_E_PIN_WRONG);
    assert_non_null(strstr(e.hint, "few tries are left"));
    const unsigned before = softhsm_proxy()->at[P11_AT_LOGIN].calls;
    assert_int_equal(unblock(&o, false, &e), PDS_E_PIN_WRONG);
    assert_int_equal(softhsm_proxy()->at[P11_AT_LOGIN].calls, before);
    o.puk = SO_PIN;
    assert_int_equal(unblock(&o, false, &e), PDS_OK);
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[ROWS + 10];
    size_t count = 0;
    for (; count < ROWS; count++) {
        tests[count] = (struct CMUnitTest){ rows[count].name, what_was_lost_is_found_again, NULL,
                                            NULL, &rows[count] };
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_fault_of_a_token_that_is_gone);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(it_is_found_within_the_call);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(what_is_plugged_in_later_is_seen);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(a_fault_while_it_is_looked_at_is_no_other_token);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(what_hangs_is_looked_for_ever_more_rarely);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_child_waits_for_no_thread_that_signs);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(a_child_waits_for_no_thread_that_looks_for_the_token);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_login_that_is_there_is_good);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(an_officers_last_try_is_kept);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(an_officers_wrong_pin_is_told_and_not_tried_again);
    return cmocka_run_group_tests_name("pkcs11 lost", tests, start, stop);
}
