#include "token/turn.h"

#include "token/pin_care.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct pds_turn {
    pthread_mutex_t mutex; /* recursive */
    unsigned users;        /* that have it or wait for it; under lock */
    pds_turn *next;
    char token[PDS_DEVICE_URI];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pds_turn *turns; /* under lock: those that somebody uses */
static pid_t process;   /* likewise: whose threads these are */

/* Where there is no memory for one. */
static pds_turn of_all = { .mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP };

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

/* In a child of fork() the other threads are gone, and give nothing back. */
static void lock_mine(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, register_fork);
    (void)pthread_mutex_lock(&lock);
    if (process != getpid()) {
        process = getpid();
        turns = NULL;
    }
}

/* ---- taking and giving ---- */

static pds_turn *turn_new(const char *token)
{
    pds_turn *const made = calloc(1, sizeof *made);
    if (made == NULL) {
        return &of_all;
    }
    made->mutex = (pthread_mutex_t)PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    (void)snprintf(made->token, sizeof made->token, "%s", token);
    made->next = turns;
    turns = made;
    return made;
}

static pds_turn *find(const char *token)
{
    for (pds_turn *one = turns; one != NULL; one = one->next) {
        if (pds_pin_is_same_token(one->token, token)) {
            return one;
        }
    }
    return turn_new(token);
}

pds_turn *pds_turn_take(const char *token)
{
    lock_mine();
    pds_turn *const turn = find(token);
    turn->users++;
    (void)pthread_mutex_unlock(&lock);
    (void)pthread_mutex_lock(&turn->mutex);
    return turn;
}

static void forget(const pds_turn *turn)
{
    for (pds_turn **at = &turns; *at != NULL; at = &(*at)->next) {
        if (*at == turn) {
            *at = turn->next;
            return;
        }
    }
}

void pds_turn_give(pds_turn **turn)
{
    pds_turn *const mine = *turn;
    *turn = NULL;
    (void)pthread_mutex_unlock(&mine->mutex);
    lock_mine();
    const bool last = --mine->users == 0 && mine != &of_all;
    if (last) {
        forget(mine);
    }
    (void)pthread_mutex_unlock(&lock);
    if (last) {
        (void)pthread_mutex_destroy(&mine->mutex);
        free(mine);
    }
}
