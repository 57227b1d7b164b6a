/* No try is spent without need, and no PIN is kept longer than asked for. */

#include "base/own.h"
#include "token/pin_care.h"

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

/* ---- tries ---- */

typedef struct check_row {
    const char *name;
    pds_pin_state state;
    bool force;
    pds_code code;
} check_row;

/* clang-format off */
static check_row checks[] = {
    { "nothing is told", { .tries = -1 }, false, PDS_OK },
    { "three tries", { .tries = 3 }, false, PDS_OK },
    { "few tries", { .tries = -1, .low = true }, false, PDS_OK },
    { "one try", { .tries = 1 }, false, PDS_E_PIN_LAST_TRY },
    { "one try, by a flag", { .tries = -1, .last = true }, false, PDS_E_PIN_LAST_TRY },
    { "one try, forced", { .tries = 1, .last = true }, true, PDS_OK },
    { "no try", { .tries = 0 }, true, PDS_E_PIN_LOCKED },
    { "blocked", { .tries = -1, .blocked = true }, true, PDS_E_PIN_LOCKED },
    { "never set", { .tries = -1, .unset = true }, true, PDS_OK },
};
/* clang-format on */

static void a_try_is_allowed(void **state)
{
    const check_row *const r = *state;
    assert_int_equal(pds_pin_check(&r->state, "card", r->force, NULL), r->code);
}

static void a_puk_is_treated_likewise(void **state)
{
    static const struct {
        pds_pin_state at;
        pds_code code, forced;
        const char *hint;
    } rows[] = {
        { { .tries = 1, .puk_tries = -1 }, PDS_OK, PDS_OK, "" },
        { { .tries = 1, .puk_tries = -1, .puk_low = true }, PDS_OK, PDS_OK, "few tries are left" },
        { { .tries = 0, .puk_tries = 2 }, PDS_OK, PDS_OK, "2 tries are left" },
        { { .puk_tries = 1 }, PDS_E_PIN_LAST_TRY, PDS_OK, "one try is left" },
        { { .tries = 3, .puk_tries = 0 }, PDS_E_PIN_LOCKED, PDS_E_PIN_LOCKED, "maker or issuer" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pds_err e;
        const pds_code code = pds_fail(&e, PDS_E_PIN_WRONG, __func__, "wrong");
        assert_int_equal(pds_puk_check(&rows[i].at, "card", false, NULL), rows[i].code);
        assert_int_equal(pds_puk_check(&rows[i].at, "card", true, NULL), rows[i].forced);
        assert_int_equal(pds_puk_tell_left(code, &rows[i].at, &e), PDS_E_PIN_WRONG);
        assert_non_null(strstr(e.hint, rows[i].hint));
    }
}

static void what_is_left_is_told(void **state)
{
    static const struct {
        pds_pin_state after;
        const char *hint;
    } rows[] = {
        { { .tries = 2 }, "2 tries are left" },
        { { .tries = 1 }, "one try is left" },
        { { .tries = -1, .last = true }, "one try is left" },
        { { .tries = -1, .low = true }, "few tries are left" },
        { { .tries = 0 }, "blocked" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pds_err e;
        const pds_code code = pds_fail(&e, PDS_E_PIN_WRONG, __func__, "wrong");
        assert_int_equal(pds_pin_tell_left(code, &rows[i].after, &e), PDS_E_PIN_WRONG);
        assert_non_null(strstr(e.hint, rows[i].hint));
    }
}

/* ---- wrong ones ---- */

static pds_secret *secret_of(const char *text)
{
    pds_secret *s = NULL;
    assert_int_equal(pds_secret_new(&s, NULL), PDS_OK);
    assert_int_equal(pds_secret_set(s, pds_span_text(text), NULL), PDS_OK);
    return s;
}

static void wrong_ones_are_known(void **state)
{
    PDS_OWN(pds_secret_drop) pds_secret *pin = secret_of("123456");
    PDS_OWN(pds_secret_drop) pds_secret *other = secret_of("123457");
    (void)state;
    assert_false(pds_pin_was_wrong("pkcs11:token=a", pin));
    pds_pin_set_wrong("pkcs11:token=a", pin);
    assert_true(pds_pin_was_wrong("pkcs11:token=a", pin));
    assert_true(pds_pin_was_wrong("pkcs11:token=a?module-path=/m.so", pin));
    assert_false(pds_pin_was_wrong("pkcs11:token=a", other));
    assert_false(pds_pin_was_wrong("pkcs11:token=ab", pin));
    pds_pin_forget_known("pkcs11:token=a?module-path=/m.so");
    assert_false(pds_pin_was_wrong("pkcs11:token=a", pin));
}

static void the_last_sixteen_are_known(void **state)
{
    enum { MANY = 17 };
    PDS_OWN(pds_secret_drop) pds_secret *pin = secret_of("0");
    char text[8];
    (void)state;
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        assert_int_equal(pds_secret_set(pin, pds_span_text(text), NULL), PDS_OK);
        pds_pin_set_wrong("pcsc:b", pin);
    }
    assert_true(pds_pin_was_wrong("pcsc:b", pin));
    assert_int_equal(pds_secret_set(pin, pds_span_text("1"), NULL), PDS_OK);
    assert_true(pds_pin_was_wrong("pcsc:b", pin));
    assert_int_equal(pds_secret_set(pin, pds_span_text("0"), NULL), PDS_OK);
    assert_false(pds_pin_was_wrong("pcsc:b", pin));
}

static void the_right_one_is_known(void **state)
{
    PDS_OWN(pds_secret_drop) pds_secret *pin = secret_of("123456");
    PDS_OWN(pds_secret_drop) pds_secret *other = secret_of("654321");
    (void)state;
    assert_false(pds_pin_is_another("pcsc:r", other)); /* nobody knows */
    pds_pin_set_right("pcsc:r", pin);
    assert_false(pds_pin_is_another("pcsc:r", pin));
    assert_true(pds_pin_is_another("pcsc:r", other));
    pds_pin_set_right("pcsc:r", other);
    assert_true(pds_pin_is_another("pcsc:r", pin));
    pds_pin_forget_known("pcsc:r");
    assert_false(pds_pin_is_another("pcsc:r", pin));
}

/* ---- kept ones ---- */

static void keep(const char *token, const char *text, long seconds)
{
    PDS_OWN(pds_secret_drop) pds_secret *pin = secret_of(text);
    assert_int_equal(pds_pin_cache_put(token, pin, seconds, NULL), PDS_OK);
}

/* "" for none. */
static const char *kept(const char *token)
{
    static char text[64];
    PDS_OWN(pds_secret_drop) pds_secret *pin = secret_of("none");
    (void)snprintf(text, sizeof text, "%s",
                   pds_pin_cache_get(token, pin) ? pds_secret_text(pin) : "");
    return text;
}

static int forget(void **state)
{
    (void)state;
    pds_pin_cache_forget(NULL);
    return 0;
}

static void a_pin_is_kept_for_its_token(void **state)
{
    (void)state;
    keep("pcsc:a;serial=0f", "1111", 60);
    keep("pcsc:b;serial=0f", "2222", 60);
    assert_string_equal(kept("pcsc:a;serial=0f"), "1111");
    assert_string_equal(kept("pcsc:b;serial=0f"), "2222");
    assert_string_equal(kept("pcsc:c;serial=0f"), "");
    keep("pcsc:a;serial=0f", "3333", 60);
    assert_string_equal(kept("pcsc:a;serial=0f"), "3333");
    pds_pin_cache_forget("pcsc:a;serial=0f");
    assert_string_equal(kept("pcsc:a;serial=0f"), "");
    assert_true(pds_pin_cache_has("pcsc:b;serial=0f"));
    pds_pin_cache_forget(NULL);
    assert_string_equal(kept("pcsc:b;serial=0f"), "");
}

/* Another card in the same reader would get its PIN. */
static void no_pin_is_kept_of_a_token_without_a_number(void **state)
{
    static const struct {
        const char *token;
        bool may;
    } rows[] = {
        { "pcsc:Reader%2000;serial=0f", true },
        { "pkcs11:serial=1;token=a?module-path=m", true },
        { "pkcs11:token=a;serial=1?module-path=m", true },
        { "pcsc:Reader%2000", false },
        { "pcsc:Reader%2000;serial=", false },
        { "pkcs11:token=a;serial=;model=m", false },
        { "pkcs11:token=a;serial=?module-path=m", false },
        { "pkcs11:token=a?module-path=m;serial=1", false },
        { "pkcs11:token=a;theserial=1", false },
        { "", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(pds_pin_may_be_cached(rows[i].token), rows[i].may);
        keep(rows[i].token, "1111", 60);
        assert_string_equal(kept(rows[i].token), rows[i].may ? "1111" : "");
    }
}

static void nap(long ms)
{
    const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    (void)nanosleep(&t, NULL);
}

static void each_use_begins_its_time_anew(void **state)
{
    (void)state;
    keep("pcsc:a;serial=0f", "1111", 3);
    for (int i = 0; i < 4; i++) {
        nap(1200);
        assert_string_equal(kept("pcsc:a;serial=0f"), "1111");
    }
    nap(4100);
    assert_string_equal(kept("pcsc:a;serial=0f"), "");
}

/* The threads of this process. */
static long threads(void)
{
    char line[128] = "";
    long count = -1;
    FILE *const f = fopen("/proc/self/status", "re");
    assert_non_null(f);
    while (count < 0 && fgets(line, sizeof line, f) != NULL) {
        count = strncmp(line, "Threads:", 8) == 0 ? strtol(line + 8, NULL, 10) : -1;
    }
    (void)fclose(f);
    return count;
}

/* Besides those of a sanitizer. */
static long others;

static void wait_for_threads(long count)
{
    for (int i = 0; i < 100 && threads() != others + count; i++) {
        nap(10);
    }
    assert_int_equal(threads(), others + count);
}

/* Nobody looks for it, and it goes all the same. */
static void a_pin_is_wiped_when_its_time_is_over(void **state)
{
    (void)state;
    wait_for_threads(1);
    keep("pcsc:a;serial=0f", "1111", 1);
    keep("pcsc:b;serial=0f", "2222", 3);
    wait_for_threads(2);
    nap(900);
    assert_true(pds_pin_cache_has("pcsc:a;serial=0f"));
    nap(400);
    assert_false(pds_pin_cache_has("pcsc:a;serial=0f"));
    assert_true(pds_pin_cache_has("pcsc:b;serial=0f"));
    wait_for_threads(2);
    nap(2000);
    assert_false(pds_pin_cache_has("pcsc:b;serial=0f"));
    wait_for_threads(1); /* nothing is kept, nobody watches */
    keep("pcsc:a;serial=0f", "1111", 60);
    wait_for_threads(2);
    pds_pin_cache_forget(NULL);
    wait_for_threads(1);
}

static void a_use_without_looking_counts_as_one(void **state)
{
    (void)state;
    keep("pcsc:a;serial=0f", "1111", 2);
    for (int i = 0; i < 3; i++) {
        nap(1200);
        assert_true(pds_pin_cache_use("pcsc:a;serial=0f"));
    }
    nap(2200);
    assert_false(pds_pin_cache_use("pcsc:a;serial=0f"));
    assert_false(pds_pin_cache_use("pcsc:none;serial=0f"));
}

static void a_pin_is_forgotten_by_what_its_token_is_called(void **state)
{
    static const char *const names[] = { "pkcs11:token=a", "pkcs11:token=a;object=key",
                                         "pkcs11:serial=1" };
    char name[32];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        keep("pkcs11:serial=1;token=a?module-path=m", "1111", 60);
        keep("pkcs11:serial=2;token=b?module-path=m", "2222", 60);
        for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
            pds_pin_cache_name("pkcs11:serial=1;token=a", names[n]);
        }
        assert_true(pds_pin_cache_forget(names[i]));
        assert_false(pds_pin_cache_has("pkcs11:serial=1;token=a"));
        assert_true(pds_pin_cache_has("pkcs11:serial=2;token=b"));
        assert_false(pds_pin_cache_forget(names[i]));
    }
    keep("pcsc:a;serial=0f", "1111", 60);
    for (int i = 0; i < 20; i++) { /* the last ones are known */
        (void)snprintf(name, sizeof name, "pcsc:;slot=%02x", 0x82 + i);
        pds_pin_cache_name("pcsc:a;serial=0f", name);
    }
    assert_false(pds_pin_cache_forget("pcsc:;slot=82"));
    assert_true(pds_pin_cache_forget(name));
    assert_false(pds_pin_cache_has("pcsc:a;serial=0f"));
}

/* 0: a child knows nothing of its parent's, and can keep its own. */
static int look_in_child(void)
{
    PDS_OWN(pds_secret_drop) pds_secret *pin = secret_of("9999");
    if (pds_pin_cache_has("pcsc:a;serial=0f") || pds_pin_was_wrong("pcsc:w;serial=0f", pin)) {
        return 1;
    }
    keep("pcsc:a;serial=0f", "3333", 1);
    if (strcmp(kept("pcsc:a;serial=0f"), "3333") != 0) {
        return 2;
    }
    nap(1500);
    return pds_pin_cache_has("pcsc:a;serial=0f") ? 3 : 0;
}

static void a_child_knows_nothing(void **state)
{
    PDS_OWN(pds_secret_drop) pds_secret *pin = secret_of("9999");
    int status = -1;
    (void)state;
    pds_pin_set_wrong("pcsc:w;serial=0f", pin);
    keep("pcsc:a;serial=0f", "1111", 60);
    const pid_t child = fork();
    if (child == 0) {
        (void)alarm(30);
        _exit(look_in_child());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_string_equal(kept("pcsc:a;serial=0f"), "1111");
    pds_pin_cache_forget(NULL);
}

/* ---- in doubt ---- */

static void what_is_in_doubt_is_tried_once_more_at_most(void **state)
{
    PDS_OWN(pds_secret_drop) pds_secret *pin = secret_of("4711");
    PDS_OWN(pds_secret_drop) pds_secret *other = secret_of("4712");
    (void)state;
    pds_pin_set_doubtful("pcsc:d;serial=0f", pin, 3);
    assert_false(pds_pin_is_doubtful("pcsc:d;serial=0f", pin, 3)); /* it cost nothing */
    assert_true(pds_pin_is_doubtful("pcsc:d;serial=0f", pin, 2));
    assert_false(pds_pin_is_doubtful("pcsc:d;serial=0f", other, 2));
    assert_false(pds_pin_is_doubtful("pcsc:e;serial=0f", pin, 2));
    pds_pin_set_doubtful("pkcs11:d", pin, -1);
    assert_false(pds_pin_is_doubtful("pkcs11:d", pin, -1)); /* nobody tells */
    pds_pin_set_doubtful("pkcs11:d", pin, -1);
    assert_true(pds_pin_is_doubtful("pkcs11:d", pin, -1));
    pds_pin_set_right("pkcs11:d", other);
    assert_false(pds_pin_is_doubtful("pkcs11:d", pin, -1));
    pds_pin_set_right("pkcs11:d", pin);
    pds_pin_set_doubtful("pkcs11:d", pin, -1); /* that is known */
    pds_pin_set_doubtful("pkcs11:d", pin, -1);
    assert_false(pds_pin_is_doubtful("pkcs11:d", pin, -1));
}

static void tries_of_puks_are_remembered(void **state)
{
    char token[32];
    (void)state;
    assert_int_equal(pds_puk_left("pcsc:p;serial=0f"), -1);
    pds_puk_set_left("pcsc:p;serial=0f", 2);
    pds_puk_set_left("pcsc:q;serial=0f", 1);
    pds_puk_set_left("pcsc:p;serial=0f", 1);
    assert_int_equal(pds_puk_left("pcsc:p;serial=0f"), 1);
    assert_int_equal(pds_puk_left("pcsc:q;serial=0f"), 1);
    pds_puk_set_left("pcsc:p;serial=0f", -1);
    assert_int_equal(pds_puk_left("pcsc:p;serial=0f"), -1);
    for (int i = 0; i < 16; i++) {
        (void)snprintf(token, sizeof token, "pcsc:%d;serial=0f", i);
        pds_puk_set_left(token, 0);
    }
    assert_int_equal(pds_puk_left("pcsc:q;serial=0f"), -1);
}

static void no_more_than_sixteen_are_kept(void **state)
{
    enum { MANY = 20 };
    char token[32];
    int found = 0;
    (void)state;
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(token, sizeof token, "pcsc:%d;serial=0f", i);
        keep(token, "1111", 60 + i);
    }
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(token, sizeof token, "pcsc:%d;serial=0f", i);
        found += pds_pin_cache_has(token) ? 1 : 0;
    }
    assert_int_equal(found, 16);
    assert_true(pds_pin_cache_has("pcsc:19;serial=0f"));
}

int main(void)
{
    static struct CMUnitTest tests[32];
    size_t count = 0;
    others = threads() - 1;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        tests[count++] =
            (struct CMUnitTest){ checks[i].name, a_try_is_allowed, NULL, NULL, &checks[i] };
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(what_is_left_is_told);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_puk_is_treated_likewise);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(tries_of_puks_are_remembered);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(what_is_in_doubt_is_tried_once_more_at_most);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test_setup(a_pin_is_wiped_when_its_time_is_over, forget);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test_setup(a_use_without_looking_counts_as_one, forget);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test_setup(
        a_pin_is_forgotten_by_what_its_token_is_called, forget);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test_setup(a_child_knows_nothing, forget);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(wrong_ones_are_known);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(the_last_sixteen_are_known);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(the_right_one_is_known);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test_setup(a_pin_is_kept_for_its_token, forget);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test_setup(
        no_pin_is_kept_of_a_token_without_a_number, forget);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test_setup(each_use_begins_its_time_anew, forget);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test_setup(no_more_than_sixteen_are_kept, forget);
    return _cmocka_run_group_tests("pin care", tests, count, NULL, NULL);
}
