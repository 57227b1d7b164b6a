/* One PIN at a time, for each token. */

#include "token/turn.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <sys/wait.h>

#include <cmocka.h>

static bool taken; /* atomic */

static void nap(long ms)
{
    const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    (void)nanosleep(&t, NULL);
}

static void *take(void *token)
{
    pds_turn *turn = pds_turn_take(token);
    __atomic_store_n(&taken, true, __ATOMIC_SEQ_CST);
    pds_turn_give(&turn);
    return NULL;
}

/* Does another thread get its turn while this one has that of "pkcs11:token=a"? */
static bool goes_on(const char *token)
{
    pthread_t other;
    bool went = false;
    pds_turn *mine = pds_turn_take("pkcs11:token=a");
    taken = false;
    assert_int_equal(pthread_create(&other, NULL, take, (void *)token), 0);
    for (int i = 0; i < 30 && !went; i++) {
        nap(10);
        went = __atomic_load_n(&taken, __ATOMIC_SEQ_CST);
    }
    pds_turn_give(&mine);
    assert_null(mine);
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_true(taken);
    return went;
}

static void others_wait_for_the_same_token_alone(void **state)
{
    (void)state;
    assert_false(goes_on("pkcs11:token=a"));
    assert_false(goes_on("pkcs11:token=a?module-path=/a.so"));
    assert_true(goes_on("pkcs11:token=aa"));
    assert_true(goes_on("pcsc:a"));
}

static void a_turn_nests(void **state)
{
    pthread_t other;
    (void)state;
    pds_turn *first = pds_turn_take("pkcs11:token=a");
    pds_turn *second = pds_turn_take("pkcs11:token=a");
    pds_turn_give(&second);
    taken = false;
    assert_int_equal(pthread_create(&other, NULL, take, (void *)"pkcs11:token=a"), 0);
    nap(100);
    assert_false(__atomic_load_n(&taken, __ATOMIC_SEQ_CST));
    pds_turn_give(&first);
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_true(taken);
}

/* Whoever had the turn is not there. */
static void a_child_waits_for_no_thread_of_its_parent(void **state)
{
    (void)state;
    pthread_t other;
    int status = 0;
    pds_turn *mine = pds_turn_take("pkcs11:token=a");
    const pid_t child = fork();
    if (child == 0) {
        (void)alarm(5);
        (void)pthread_create(&other, NULL, take, (void *)"pkcs11:token=a");
        (void)pthread_join(other, NULL);
        pds_turn_give(&mine);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    pds_turn_give(&mine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(others_wait_for_the_same_token_alone),
        cmocka_unit_test(a_turn_nests),
        cmocka_unit_test(a_child_waits_for_no_thread_of_its_parent),
    };
    return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
