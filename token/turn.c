#include "token/turn.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "token/pin_care.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Of each thread: the turn that it waits for. */
typedef struct waiter {
    const pds_turn *wants; /* under lock; NULL: none */
} waiter;

struct pds_turn {
    const waiter *owner; /* under lock, as all of it; NULL: nobody */
    unsigned depth;      /* how often its owner took it */
    unsigned users;      /* takes that were not given yet, or wait */
    pds_turn *next;
    char token[PDS_DEVICE_URI];
};

static _Thread_local waiter me;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t given; /* some turn has no owner any more */
static pds_turn *turns;      /* under lock: those that somebody uses */
static pid_t process;        /* likewise: whose threads these are */

/* ---- fork ---- */

static void before_fork(void)
{
    (void)pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
    (void)pthread_mutex_unlock(&lock);
}

static void register_fork(void)
{
    (void)pthread_atfork(before_fork, after_fork, after_fork);
}

static void init_clock(void)
{
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&given, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

/* In a child of fork() the other threads are gone, and give nothing back. */
static void lock_mine(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, register_fork);
    (void)pthread_mutex_lock(&lock);
    if (process != getpid()) {
        process = getpid();
        turns = NULL;
        init_clock();
    }
}

/* ---- taking and giving ---- */

static pds_turn *find(const char *token)
{
    for (pds_turn *one = turns; one != NULL; one = one->next) {
        if (pds_pin_is_same_token(one->token, token)) {
            return one;
        }
    }
    return NULL;
}

static pds_code find_or_add(const char *token, pds_turn **out, pds_err *e)
{
    *out = find(token);
    if (*out != NULL) {
        return PDS_OK;
    }
    pds_turn *const made = calloc(1, sizeof *made);
    if (made == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    (void)snprintf(made->token, sizeof made->token, "%s", token);
    made->next = turns;
    turns = made;
    *out = made;
    return PDS_OK;
}

/* Does whoever has it wait, over however many others, for a turn of this thread? */
static bool waits_for_me(const pds_turn *turn)
{
    const waiter *owner = turn->owner;
    while (owner != NULL && owner != &me) {
        owner = owner->wants == NULL ? NULL : owner->wants->owner;
    }
    return owner == &me;
}

static void wait_a_moment(void)
{
    enum { SLICE_MS = 100, MS = 1000, NS_OF_MS = 1000000 };
    const int64_t at = pds_clock_ms(CLOCK_MONOTONIC) + SLICE_MS;
    const struct timespec until = { .tv_sec = (time_t)(at / MS),
                                    .tv_nsec = (long)(at % MS) * NS_OF_MS };
    (void)pthread_cond_timedwait(&given, &lock, &until);
}

/* Looks up now and then, for a signal wakes nobody here. */
static pds_code wait_for(const pds_turn *turn, pds_err *e)
{
    pds_code code = PDS_OK;
    while (code == PDS_OK && turn->owner != NULL && turn->owner != &me) {
        if (waits_for_me(turn)) {
            PDS_FAIL(e, PDS_E_TOKEN_BUSY,
                     "who is asked for this token's PIN waits for that of another one, which is "
                     "asked for here");
        }
        me.wants = turn;
        wait_a_moment();
        me.wants = NULL;
        code = turn->owner == NULL ? PDS_OK : pds_interrupt_check(e);
    }
    return code;
}

static void leave(pds_turn *turn)
{
    if (--turn->users > 0) {
        return;
    }
    for (pds_turn **at = &turns; *at != NULL; at = &(*at)->next) {
        if (*at == turn) {
            *at = turn->next;
            break;
        }
    }
    free(turn);
}

static pds_code take(const char *token, pds_turn **out, pds_err *e)
{
    pds_turn *turn = NULL;
    PDS_TRY(find_or_add(token, &turn, e));
    turn->users++;
    const pds_code code = wait_for(turn, e);
    if (code != PDS_OK) {
        leave(turn);
        return code;
    }
    turn->owner = &me;
    turn->depth++;
    *out = turn;
    return PDS_OK;
}

pds_code pds_turn_take(const char *token, pds_turn **out, pds_err *e)
{
    lock_mine();
    const pds_code code = take(token, out, e);
    (void)pthread_mutex_unlock(&lock);
    return code;
}

void pds_turn_give(pds_turn **turn)
{
    pds_turn *const mine = *turn;
    *turn = NULL;
    if (mine == NULL) {
        return;
    }
    lock_mine();
    if (--mine->depth == 0) {
        mine->owner = NULL;
        (void)pthread_cond_broadcast(&given);
    }
    leave(mine);
    (void)pthread_mutex_unlock(&lock);
}
