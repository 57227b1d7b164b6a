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

static pds_turn *turn_of(const char *token)
{
    pds_turn *turn = NULL;
    assert_int_equal(pds_turn_take(token, &turn, NULL), PDS_OK);
    return turn;
}

static void *take(void *token)
{
    pds_turn *turn = turn_of(token);
    __atomic_store_n(&taken, true, __ATOMIC_SEQ_CST);
    pds_turn_give(&turn);
    return NULL;
}

/* Does another thread get its turn while this one has that of "pkcs11:token=a"? */
static bool goes_on(const char *token)
{
    pthread_t other;
    bool went = false;
    pds_turn *mine = turn_of("pkcs11:token=a");
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
    pds_turn *first = turn_of("pkcs11:token=a");
    pds_turn *second = turn_of("pkcs11:token=a");
    pds_turn_give(&second);
    taken = false;
    assert_int_equal(pthread_create(&other, NULL, take, (void *)"pkcs11:token=a"), 0);
    nap(100);
    assert_false(__atomic_load_n(&taken, __ATOMIC_SEQ_CST));
    pds_turn_give(&first);
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_true(taken);
}

/* Has a token's turn, and wants the next one's, in a circle. */
enum { ROUND = 3 };
static const char *const CIRCLE[ROUND] = { "pkcs11:token=a", "pkcs11:token=b", "pcsc:c" };
static pthread_barrier_t all_have_one;

static void *take_two(void *index)
{
    static int busy;
    const size_t i = *(const size_t *)index;
    pds_turn *first = turn_of(CIRCLE[i]);
    pds_turn *second = NULL;
    (void)pthread_barrier_wait(&all_have_one);
    const pds_code code = pds_turn_take(CIRCLE[(i + 1) % ROUND], &second, NULL);
    assert_true(code == PDS_OK || code == PDS_E_TOKEN_BUSY);
    pds_turn_give(&second);
    pds_turn_give(&first);
    return code == PDS_OK ? NULL : &busy;
}

static void who_would_wait_for_himself_is_told(void **state)
{
    pthread_t threads[ROUND];
    size_t places[ROUND];
    unsigned busy = 0;
    (void)state;
    (void)alarm(20);
    assert_int_equal(pthread_barrier_init(&all_have_one, NULL, ROUND), 0);
    for (size_t i = 0; i < ROUND; i++) {
        places[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, take_two, &places[i]), 0);
    }
    for (size_t i = 0; i < ROUND; i++) {
        void *was = NULL;
        assert_int_equal(pthread_join(threads[i], &was), 0);
        busy += was != NULL ? 1 : 0;
    }
    (void)alarm(0);
    assert_int_equal(busy, 1);
}

/* Whoever had the turn is not there. */
static void a_child_waits_for_no_thread_of_its_parent(void **state)
{
    (void)state;
    pthread_t other;
    int status = 0;
    pds_turn *mine = turn_of("pkcs11:token=a");
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
        cmocka_unit_test(who_would_wait_for_himself_is_told),
        cmocka_unit_test(a_child_waits_for_no_thread_of_its_parent),
    };
    return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
