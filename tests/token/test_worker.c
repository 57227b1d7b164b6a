/* Calls that may never come back. */

#include "base/own.h"
#include "token/worker.h"

#include <pds/token.h>

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

/* A piece of work that naps as long as it is told to. */
typedef struct work {
    pds_task task;
    int *naps;    /* atomic: sleeps while this is set; NULL: not at all */
    int *runs;    /* atomic: how many are at work now */
    int *most;    /* the most there were at once */
    int *dropped; /* atomic: how many were let go */
    sigset_t blocked;
} work;

static void nap(void)
{
    const struct timespec t = { .tv_nsec = 2000000 };
    (void)nanosleep(&t, NULL);
}

static void run(pds_task *task)
{
    work *const w = (work *)task;
    const int now = w->runs == NULL ? 0 : __atomic_add_fetch(w->runs, 1, __ATOMIC_SEQ_CST);
    if (w->most != NULL && now > *w->most) {
        *w->most = now;
    }
    (void)pthread_sigmask(SIG_SETMASK, NULL, &w->blocked);
    while (w->naps != NULL && __atomic_load_n(w->naps, __ATOMIC_SEQ_CST) != 0) {
        nap();
    }
    if (w->runs != NULL) {
        (void)__atomic_sub_fetch(w->runs, 1, __ATOMIC_SEQ_CST);
    }
}

static void drop(pds_task *task)
{
    work *const w = (work *)task;
    if (w->dropped != NULL) {
        (void)__atomic_add_fetch(w->dropped, 1, __ATOMIC_SEQ_CST);
    }
    free(w);
}

static work *work_new(void)
{
    work *const w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->task = (pds_task){ .run = run, .drop = drop };
    return w;
}

static void work_is_done(void **state)
{
    PDS_OWN(pds_worker_drop) pds_worker *worker = NULL;
    int dropped = 0;
    (void)state;
    assert_int_equal(pds_worker_new(&worker, NULL), PDS_OK);
    for (int i = 0; i < 3; i++) {
        work *const w = work_new();
        w->dropped = &dropped;
        assert_int_equal(pds_worker_run(worker, &w->task, 5000, NULL), PDS_OK);
        assert_true(w->task.done);
        assert_int_equal(sigismember(&w->blocked, SIGINT), 1); /* for others to handle */
        pds_task_release(&w->task);
    }
    for (int i = 0; i < 500 && __atomic_load_n(&dropped, __ATOMIC_SEQ_CST) < 3; i++) {
        nap();
    }
    assert_int_equal(dropped, 3);
    assert_false(pds_worker_is_lost(worker));
}

static void work_that_hangs_is_given_up(void **state)
{
    PDS_OWN(pds_worker_drop) pds_worker *worker = NULL;
    pds_err e;
    int naps = 1;
    int dropped = 0;
    work *const hung = work_new();
    work *const next = work_new();
    (void)state;
    hung->naps = &naps;
    hung->dropped = &dropped;
    assert_int_equal(pds_worker_new(&worker, NULL), PDS_OK);
    assert_int_equal(pds_worker_run(worker, &hung->task, 50, &e), PDS_E_TOKEN_HUNG);
    assert_true(pds_worker_is_lost(worker));
    pds_task_release(&hung->task);
    assert_int_equal(dropped, 0); /* it is still at work with it */
    assert_int_equal(pds_worker_run(worker, &next->task, 5000, &e), PDS_E_TOKEN_HUNG);
    pds_task_release(&next->task);
    pds_worker_drop(&worker);
    assert_true(pds_token_hangs());
    __atomic_store_n(&naps, 0, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 500 && __atomic_load_n(&dropped, __ATOMIC_SEQ_CST) == 0; i++) {
        nap();
    }
    assert_int_equal(dropped, 1);
    for (int i = 0; i < 500 && pds_token_hangs(); i++) {
        nap();
    }
    assert_false(pds_token_hangs());
}

enum { THREADS = 8 };

typedef struct crowd {
    pds_worker *worker;
    int runs, most;
} crowd;

static void *use(void *arg)
{
    crowd *const c = arg;
    for (int i = 0; i < 50; i++) {
        work *const w = work_new();
        w->runs = &c->runs;
        w->most = &c->most;
        if (pds_worker_run(c->worker, &w->task, 20000, NULL) != PDS_OK) {
            abort();
        }
        pds_task_release(&w->task);
    }
    return NULL;
}

static void one_piece_at_a_time(void **state)
{
    crowd c = { .most = 0 };
    pthread_t threads[THREADS];
    (void)state;
    assert_int_equal(pds_worker_new(&c.worker, NULL), PDS_OK);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, use, &c), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(c.most, 1);
    pds_worker_drop(&c.worker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_is_done),
        cmocka_unit_test(work_that_hangs_is_given_up),
        cmocka_unit_test(one_piece_at_a_time),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
