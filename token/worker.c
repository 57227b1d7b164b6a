#include "token/worker.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/own.h"

#include <pds/token.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>

enum { SLICE_MS = 100, MS = 1000, NS_OF_MS = 1000000 };

struct pds_worker {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pds_task *task; /* at work, or waiting for the thread */
    bool lost;      /* a call was given up */
    bool ended;     /* nobody wants anything any more */
    bool queues;    /* atomic; see pds_worker_queues. In one order with `lost`: either who gives up
                       sees that it queues no more, or the thread sees that it is given up */
    int holders;    /* the owner and the thread */
    pthread_t thread;
    pid_t process; /* whose thread it is */
};

static _Thread_local pds_worker *mine; /* whose thread this is */
static int astray; /* atomic: threads whose call was given up, and that have not ended */

bool pds_worker_given_up(void)
{
    return mine != NULL && pds_worker_is_lost(mine);
}

pds_code pds_worker_wanted(pds_err *e)
{
    if (pds_worker_given_up()) {
        PDS_FAIL(e, PDS_E_TOKEN_HUNG, "the token gave no answer for too long");
    }
    return PDS_OK;
}

void pds_worker_queues(bool queues)
{
    if (mine != NULL) {
        __atomic_store_n(&mine->queues, queues, __ATOMIC_SEQ_CST);
    }
}

static void task_leave(pds_task *task)
{
    if (__atomic_sub_fetch(&task->holders, 1, __ATOMIC_ACQ_REL) == 0) {
        task->drop(task);
    }
}

void pds_task_release(pds_task *task)
{
    if (task != NULL) {
        task_leave(task);
    }
}

static void worker_leave(pds_worker *w)
{
    (void)pthread_mutex_lock(&w->lock);
    const bool last = --w->holders == 0;
    (void)pthread_mutex_unlock(&w->lock);
    if (last) {
        (void)pthread_cond_destroy(&w->changed);
        (void)pthread_mutex_destroy(&w->lock);
        free(w);
    }
}

/* The thread: it may come back from a call when its worker is long given up. */
static void *work(void *arg)
{
    pds_worker *const w = arg;
    mine = w;
    (void)pthread_mutex_lock(&w->lock);
    while (!w->ended) {
        pds_task *const task = w->task;
        if (task == NULL) {
            (void)pthread_cond_wait(&w->changed, &w->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&w->lock);
        task->run(task);
        (void)pthread_mutex_lock(&w->lock);
        task->done = true;
        w->task = NULL;
        (void)pthread_mutex_unlock(&w->lock);
        (void)pthread_cond_broadcast(&w->changed);
        task_leave(task); /* of a call that was given up: closes a device, which may hang too */
        (void)pthread_mutex_lock(&w->lock);
    }
    const bool lost = w->lost;
    (void)pthread_mutex_unlock(&w->lock);
    worker_leave(w);
    OPENSSL_thread_stop(); /* a module may have left something of this thread there */
    if (lost) {
        (void)__atomic_fetch_sub(&astray, 1, __ATOMIC_RELEASE);
    }
    return NULL;
}

/* Signals are for the threads that wait for something of theirs, a terminal for one. */
static pds_code start(pds_worker *w, pds_err *e)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const int bad = pthread_create(&w->thread, NULL, work, w);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (bad != 0) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no thread for the token: %s", pds_errno_text(bad));
    }
    return PDS_OK;
}

static void init_clock(pthread_cond_t *condition)
{
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(condition, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

pds_code pds_worker_new(pds_worker **out, pds_err *e)
{
    pds_worker *w = calloc(1, sizeof *w);
    if (w == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    (void)pthread_mutex_init(&w->lock, NULL);
    init_clock(&w->changed);
    w->holders = 2;
    w->process = getpid();
    const pds_code code = start(w, e);
    if (code != PDS_OK) {
        w->holders = 1;
        worker_leave(w);
        return code;
    }
    *out = w;
    return PDS_OK;
}

void pds_worker_drop(pds_worker **worker)
{
    pds_worker *const w = *worker;
    *worker = NULL;
    if (w == NULL) {
        return;
    }
    if (w->process != getpid()) {
        free(w);
        return;
    }
    (void)pthread_mutex_lock(&w->lock);
    const bool lost = w->lost;
    w->ended = true;
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_unlock(&w->lock);
    if (lost) {
        (void)pthread_detach(w->thread);
    } else {
        (void)pthread_join(w->thread, NULL); /* it has nothing to do: at exit it is not midway */
    }
    worker_leave(w);
}

/* For the worker to be free, or the task to be done. */
static bool may_go_on(const pds_worker *w, const pds_task *task)
{
    return task != NULL ? task->done : w->task == NULL || w->lost;
}

/* Once for each call, however many wait for it. How many there were before. */
static int lose(pds_worker *w)
{
    if (w->lost) {
        return __atomic_load_n(&astray, __ATOMIC_RELAXED) - 1;
    }
    __atomic_store_n(&w->lost, true, __ATOMIC_SEQ_CST);
    return __atomic_fetch_add(&astray, 1, __ATOMIC_RELAXED);
}

bool pds_token_hangs(void)
{
    return __atomic_load_n(&astray, __ATOMIC_ACQUIRE) > 0;
}

static pds_code give_up(pds_worker *w, pds_err *e)
{
    const int before = lose(w);
    if (__atomic_load_n(&w->queues, __ATOMIC_SEQ_CST) && before == 0) { /* none of ours has it */
        PDS_FAIL(e, PDS_E_TOKEN_BUSY, "another program has the token for too long");
    }
    PDS_FAIL(e, PDS_E_TOKEN_HUNG, "the token gives no answer");
}

/* Until `until`; looks up now and then, for a signal wakes nobody here. */
static pds_code wait_for(pds_worker *w, const pds_task *task, int64_t until, pds_err *e)
{
    while (!may_go_on(w, task)) {
        const int64_t now = pds_clock_ms(CLOCK_MONOTONIC);
        const int64_t next = now + SLICE_MS < until ? now + SLICE_MS : until;
        const struct timespec at = { .tv_sec = (time_t)(next / MS),
                                     .tv_nsec = (long)(next % MS) * NS_OF_MS };
        if (now >= until) {
            return give_up(w, e);
        }
        (void)pthread_cond_timedwait(&w->changed, &w->lock, &at);
        const pds_code code = may_go_on(w, task) ? PDS_OK : pds_interrupt_check(e);
        if (code != PDS_OK) {
            (void)lose(w);
            return code;
        }
    }
    return PDS_OK;
}

static pds_code run(pds_worker *w, pds_task *task, int64_t until, pds_err *e)
{
    PDS_TRY(wait_for(w, NULL, until, e));
    if (w->lost) {
        PDS_FAIL(e, PDS_E_TOKEN_HUNG, "the token gave no answer before");
    }
    task->holders = 2;
    w->task = task;
    /* whoever is woken finds the lock free: two system calls less, each way */
    (void)pthread_mutex_unlock(&w->lock);
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_lock(&w->lock);
    return wait_for(w, task, until, e);
}

pds_code pds_worker_run(pds_worker *worker, pds_task *task, long ms, pds_err *e)
{
    task->holders = 1;
    task->done = false;
    if (worker->process != getpid()) {
        PDS_FAIL(e, PDS_E_TOKEN_REMOVED, "the token was opened by another process");
    }
    (void)pthread_mutex_lock(&worker->lock);
    const pds_code code = run(worker, task, pds_clock_ms(CLOCK_MONOTONIC) + ms, e);
    (void)pthread_mutex_unlock(&worker->lock);
    return code;
}

bool pds_worker_is_lost(const pds_worker *worker)
{
    return __atomic_load_n(&worker->lost, __ATOMIC_SEQ_CST);
}
