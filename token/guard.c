#include "token/guard.h"

#include "base/interrupt.h"
#include "base/locked.h"
#include "base/own.h"
#include "token/worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 8, MS = 1000, PLAIN_MAX = 4096 };

/* Seconds: a card that makes RSA-4096 signatures takes some, a person at a pin pad more, and most
 * where three PINs are typed. */
enum { LOOK = 15, SIGN = 30, WRITE = 60, PERSON = 150, PERSON_CHANGES = 300 };

static long patience; /* atomic; 0: as above */

void pds_guard_set_patience(long seconds)
{
    __atomic_store_n(&patience, seconds, __ATOMIC_RELAXED);
}

/* ---- the device, shared by its guard and calls that may outlive it ---- */

typedef struct box {
    const pds_device_ops *ops;
    void *self;
    pid_t process; /* that opened it: a child of fork() leaves it alone */
    int holders;   /* atomic */
} box;

static box *box_share(box *b)
{
    (void)__atomic_add_fetch(&b->holders, 1, __ATOMIC_RELAXED);
    return b;
}

static void box_leave(box *b)
{
    if (b != NULL && __atomic_sub_fetch(&b->holders, 1, __ATOMIC_ACQ_REL) == 0) {
        if (b->self != NULL && b->process == getpid()) {
            b->ops->close(b->self);
        }
        free(b);
    }
}

/* ---- one call: owns all that it is lent, and what comes of it ---- */

typedef struct call {
    pds_task task; /* first: it is the call */
    pds_code (*act)(struct call *c);
    const pds_device_ops *ops;
    box *device; /* NULL: none is open yet */
    char text[PDS_DEVICE_URI];
    pds_device_info info;
    pds_device_key key;
    pds_algorithm algorithm;
    pds_decryption how;
    unsigned number;
    pds_buf in;
    pds_secret *secrets[2];
    /* what comes of it */
    pds_device_list list;
    pds_device_keys keys;
    pds_pin_state state;
    size_t size;
    uint64_t mark;
    pds_buf out;
    bool locked; /* out is */
    pds_code code;
    pds_err e;
} call;

static void call_drop(pds_task *task)
{
    call *const c = (call *)task;
    box_leave(c->device);
    pds_cert_drop(&c->key.cert);
    EVP_PKEY_free(c->key.public_half);
    EVP_PKEY_free((EVP_PKEY *)c->how.peer);
    pds_buf_drop(&c->in);
    pds_secret_drop(&c->secrets[0]);
    pds_secret_drop(&c->secrets[1]);
    pds_device_list_drop(&c->list);
    pds_device_keys_drop(&c->keys);
    if (c->locked) {
        pds_locked_drop(&c->out);
    } else {
        pds_buf_drop(&c->out);
    }
    free(c);
}

static void call_run(pds_task *task)
{
    call *const c = (call *)task;
    c->code = c->act(c);
}

static pds_code call_new(const pds_device_ops *ops, pds_code (*act)(call *c), call **out,
                         pds_err *e)
{
    call *const c = calloc(1, sizeof *c);
    if (c == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    c->task = (pds_task){ .run = call_run, .drop = call_drop, .holders = 1 };
    c->ops = ops;
    c->act = act;
    c->e.offset = -1;
    *out = c;
    return PDS_OK;
}

static void call_release(call **c)
{
    if (*c != NULL) {
        pds_task_release(&(*c)->task);
    }
}

static pds_code lend_secret(call *c, size_t index, const pds_secret *secret, pds_err *e)
{
    if (secret == NULL) {
        return PDS_OK;
    }
    PDS_TRY(pds_secret_new(&c->secrets[index], e));
    return pds_secret_set(c->secrets[index], pds_secret_span(secret), e);
}

static void lend_key(call *c, const pds_device_key *key)
{
    c->key = *key;
    c->key.cert = key->cert == NULL ? NULL : pds_cert_share(key->cert);
    if (key->public_half != NULL) {
        (void)EVP_PKEY_up_ref(key->public_half);
    }
}

/* ---- guards ---- */

struct pds_guarded {
    box *device;
    pthread_mutex_t lock;
    pthread_cond_t free;
    pds_worker *idle[WORKERS]; /* under lock, as the next ones */
    size_t idle_count;
    bool busy; /* of a device that does one thing at a time */
    bool lost;
};

const pds_device_ops *pds_guard_ops(const pds_guarded *g)
{
    return g->device->ops;
}

bool pds_guard_is_lost(pds_guarded *g)
{
    if (g->device->process != getpid()) {
        return true;
    }
    (void)pthread_mutex_lock(&g->lock);
    const bool lost = g->lost;
    (void)pthread_mutex_unlock(&g->lock);
    return lost;
}

static struct timespec soon(void)
{
    enum { SLICE_NS = 100000000, NS = 1000000000 };
    struct timespec t = { 0 };
    (void)clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += SLICE_NS;
    t.tv_sec += t.tv_nsec / NS;
    t.tv_nsec %= NS;
    return t;
}

/* Those before are done in bounded time; the own time begins when it is one's turn. Looks up now
 * and then, for a signal wakes nobody here. */
static pds_code wait_for_turn(pds_guarded *g, pds_err *e)
{
    while (g->busy && !g->lost) {
        const struct timespec at = soon();
        (void)pthread_cond_timedwait(&g->free, &g->lock, &at);
        PDS_TRY(pds_interrupt_check(e));
    }
    if (g->lost) {
        PDS_FAIL(e, PDS_E_TOKEN_HUNG, "the token gave no answer before");
    }
    g->busy = !g->device->ops->parallel;
    return PDS_OK;
}

static void end_turn(pds_guarded *g)
{
    g->busy = false;
    (void)pthread_cond_broadcast(&g->free);
}

/* One thread for each call at a time where the device can do several at once, else one alone. */
static pds_code take_worker(pds_guarded *g, pds_worker **out, pds_err *e)
{
    *out = NULL;
    if (g->device->process != getpid()) {
        PDS_FAIL(e, PDS_E_TOKEN_REMOVED, "the token was opened by another process");
    }
    (void)pthread_mutex_lock(&g->lock);
    pds_code code = wait_for_turn(g, e);
    if (code == PDS_OK && g->idle_count > 0) {
        *out = g->idle[--g->idle_count];
    } else if (code == PDS_OK) {
        code = pds_worker_new(out, e);
        if (code != PDS_OK) {
            end_turn(g);
        }
    }
    (void)pthread_mutex_unlock(&g->lock);
    return code;
}

static void give_worker(pds_guarded *g, pds_worker *worker)
{
    (void)pthread_mutex_lock(&g->lock);
    g->lost = g->lost || pds_worker_is_lost(worker);
    const bool keep = !pds_worker_is_lost(worker) && g->idle_count < WORKERS;
    if (keep) {
        g->idle[g->idle_count++] = worker;
    }
    end_turn(g);
    (void)pthread_mutex_unlock(&g->lock);
    if (!keep) {
        pds_worker_drop(&worker);
    }
}

static long time_for(long seconds)
{
    const long set = __atomic_load_n(&patience, __ATOMIC_RELAXED);
    return (set != 0 ? set : seconds) * MS;
}

/* c->code and c->e where the call came back. */
static pds_code result_of(const call *c, pds_err *e)
{
    if (c->code != PDS_OK && e != NULL) {
        *e = c->e;
    }
    return c->code;
}

static pds_code run(pds_guarded *g, call *c, long seconds, pds_err *e)
{
    pds_worker *worker = NULL;
    c->device = box_share(g->device);
    PDS_TRY(take_worker(g, &worker, e));
    const pds_code code = pds_worker_run(worker, &c->task, time_for(seconds), e);
    give_worker(g, worker);
    return code != PDS_OK ? code : result_of(c, e);
}

/* Without a device. */
static pds_code run_alone(call *c, long seconds, pds_err *e)
{
    PDS_OWN(pds_worker_drop) pds_worker *worker = NULL;
    PDS_TRY(pds_worker_new(&worker, e));
    PDS_TRY(pds_worker_run(worker, &c->task, time_for(seconds), e));
    return result_of(c, e);
}

pds_code pds_guard_unsupported(const pds_device_ops *ops, pds_err *e)
{
    PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "tokens of %s: can't do that", ops->scheme);
}

static pds_code lend_text(call *c, const char *rest, pds_err *e)
{
    if (strlen(rest) >= sizeof c->text) {
        PDS_FAIL(e, PDS_E_USAGE, "the URI is longer than %zu bytes", sizeof c->text);
    }
    memcpy(c->text, rest, strlen(rest) + 1);
    return PDS_OK;
}

static void take_list(call *c, pds_device_list *out)
{
    pds_device_list_drop(out);
    *out = c->list;
    c->list = (pds_device_list){ .count = 0 };
}

/* ---- finding ---- */

static pds_code act_places(call *c)
{
    return c->ops->places(c->text, &c->list, &c->e);
}

static pds_code act_look(call *c)
{
    return c->ops->look(c->info.reader, c->text, &c->list, &c->e);
}

pds_code pds_guard_places(const pds_device_ops *ops, const char *rest, pds_device_list *out,
                          pds_err *e)
{
    PDS_OWN(call_release) call *c = NULL;
    PDS_TRY(call_new(ops, act_places, &c, e));
    PDS_TRY(lend_text(c, rest, e));
    PDS_TRY(run_alone(c, LOOK, e));
    take_list(c, out);
    return PDS_OK;
}

static pds_code look_into(const pds_device_ops *ops, const pds_device_info *place, const char *rest,
                          pds_device_list *out, pds_err *e)
{
    PDS_OWN(call_release) call *c = NULL;
    PDS_TRY(call_new(ops, act_look, &c, e));
    PDS_TRY(lend_text(c, rest, e));
    c->info = *place;
    PDS_TRY(run_alone(c, LOOK, e));
    return pds_device_list_join(out, &c->list, e);
}

pds_code pds_guard_look(const pds_device_ops *ops, const pds_device_info *place, const char *rest,
                        pds_device_list *out, pds_err *e)
{
    pds_err why = { .offset = -1 };
    const pds_code code = look_into(ops, place, rest, out, &why);
    if (pds_device_is_fatal(code)) {
        return pds_err_pass(code, e, &why);
    }
    return code == PDS_OK ? PDS_OK : pds_device_list_note(out, code, place->reader, why.text, e);
}

pds_code pds_guard_find(const pds_device_ops *ops, const char *rest, pds_device_list *out,
                        pds_err *e)
{
    PDS_OWN(pds_device_list_drop) pds_device_list places = { .count = 0 };
    PDS_TRY(pds_guard_places(ops, rest, &places, e));
    for (size_t i = 0; i < places.count; i++) {
        if (!places.items[i].empty) {
            PDS_TRY(pds_guard_look(ops, &places.items[i], rest, out, e));
        }
    }
    places.count = 0; /* what they hold is in `out`; their notes come last */
    return pds_device_list_join(out, &places, e);
}

/* ---- what comes and goes ---- */

static pds_code act_mark(call *c)
{
    return c->ops->mark(&c->mark, &c->e);
}

pds_code pds_guard_mark(const pds_device_ops *ops, uint64_t *out, pds_err *e)
{
    PDS_OWN(call_release) call *c = NULL;
    if (ops->mark == NULL) {
        return pds_guard_unsupported(ops, e);
    }
    PDS_TRY(call_new(ops, act_mark, &c, e));
    PDS_TRY(run_alone(c, LOOK, e));
    *out = c->mark;
    return PDS_OK;
}

static pds_code act_disconnect(call *c)
{
    return c->ops->disconnect(&c->info, &c->e);
}

pds_code pds_guard_disconnect(const pds_device_ops *ops, const pds_device_info *info, pds_err *e)
{
    PDS_OWN(call_release) call *c = NULL;
    if (ops->disconnect == NULL) {
        return pds_guard_unsupported(ops, e);
    }
    PDS_TRY(call_new(ops, act_disconnect, &c, e));
    c->info = *info;
    return run_alone(c, LOOK, e);
}

/* ---- opening ---- */

static pds_code act_open(call *c)
{
    return c->ops->open(&c->info, &c->device->self, &c->e);
}

static pds_code guarded_new(const pds_device_ops *ops, pds_guarded **out, pds_err *e)
{
    pds_guarded *const g = calloc(1, sizeof *g);
    box *const b = calloc(1, sizeof *b);
    if (g == NULL || b == NULL) {
        free(g);
        free(b);
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    *b = (box){ .ops = ops, .process = getpid(), .holders = 1 };
    g->device = b;
    (void)pthread_mutex_init(&g->lock, NULL);
    (void)pthread_cond_init(&g->free, NULL);
    *out = g;
    return PDS_OK;
}

pds_code pds_guard_open(const pds_device_ops *ops, const pds_device_info *info, pds_guarded **out,
                        pds_err *e)
{
    PDS_OWN(pds_guard_close) pds_guarded *g = NULL; /* last: the call closes no device here */
    PDS_OWN(call_release) call *c = NULL;
    PDS_TRY(call_new(ops, act_open, &c, e));
    PDS_TRY(guarded_new(ops, &g, e));
    c->info = *info;
    PDS_TRY(run(g, c, LOOK, e));
    *out = g;
    g = NULL;
    return PDS_OK;
}

/* No other call is under way: whoever closes was the last to use it. */
static pds_code act_close(call *c)
{
    void *const self = c->device->self;
    c->device->self = NULL;
    if (self != NULL) {
        c->ops->close(self);
    }
    return PDS_OK;
}

/* Closing talks to the device, too, and may hang as anything else. False: it is not closed, or
 * nobody knows. */
static bool close_in_time(pds_guarded *g)
{
    PDS_OWN(call_release) call *c = NULL;
    if (pds_guard_is_lost(g)) {
        return false;
    }
    return g->device->self == NULL || (call_new(g->device->ops, act_close, &c, NULL) == PDS_OK &&
                                       run(g, c, LOOK, NULL) == PDS_OK);
}

/* Whoever leaves last closes it. */
static pds_code act_leave(call *c)
{
    box *const b = c->device;
    c->device = NULL;
    box_leave(b);
    return PDS_OK;
}

/* As box_leave, where a call that was given up may have come back since: then this is the last, and
 * does not close it in the caller's thread. */
static void leave_in_time(box *b)
{
    PDS_OWN(pds_worker_drop) pds_worker *worker = NULL;
    PDS_OWN(call_release) call *c = NULL;
    if (pds_worker_new(&worker, NULL) == PDS_OK &&
        call_new(b->ops, act_leave, &c, NULL) == PDS_OK) {
        c->device = b;
        const pds_code code = pds_worker_run(worker, &c->task, time_for(LOOK), NULL);
        (void)code; /* what can't be closed ends with the process */
    }
}

void pds_guard_close(pds_guarded **g)
{
    if (*g == NULL) {
        return;
    }
    const bool mine = (*g)->device->process == getpid(); /* else threads that are none may wait */
    const bool closed = close_in_time(*g);
    for (size_t i = 0; i < (*g)->idle_count; i++) {
        pds_worker_drop(&(*g)->idle[i]);
    }
    if (closed || !mine) {
        box_leave((*g)->device);
    } else {
        leave_in_time((*g)->device);
    }
    if (mine) {
        (void)pthread_cond_destroy(&(*g)->free);
        (void)pthread_mutex_destroy(&(*g)->lock);
    }
    free(*g);
    *g = NULL;
}

/* ---- slots ---- */

static pds_code act_keys(call *c)
{
    return c->ops->keys(c->device->self, c->text, &c->keys, &c->e);
}

pds_code pds_guard_keys(pds_guarded *g, const char *rest, pds_device_keys *out, pds_err *e)
{
    PDS_OWN(call_release) call *c = NULL;
    PDS_TRY(call_new(g->device->ops, act_keys, &c, e));
    PDS_TRY(lend_text(c, rest, e));
    PDS_TRY(run(g, c, SIGN, e));
    pds_device_keys_drop(out);
    *out = c->keys;
    c->keys = (pds_device_keys){ .count = 0 };
    return PDS_OK;
}

static pds_code act_pin_state(call *c)
{
    return c->ops->pin_state(c->device->self, &c->state, &c->e);
}

pds_code pds_guard_pin_state(pds_guarded *g, pds_pin_state *out, pds_err *e)
{
    PDS_OWN(call_release) call *c = NULL;
    PDS_TRY(call_new(g->device->ops, act_pin_state, &c, e));
    PDS_TRY(run(g, c, LOOK, e));
    *out = c->state;
    return PDS_OK;
}

static pds_code act_login(call *c)
{
    return c->ops->login(c->device->self, c->secrets[0], &c->e);
}

pds_code pds_guard_login(pds_guarded *g, const pds_secret *pin, pds_err *e)
{
    PDS_OWN(call_release) call *c = NULL;
    PDS_TRY(call_new(g->device->ops, act_login, &c, e));
    PDS_TRY(lend_secret(c, 0, pin, e));
    return run(g, c, pin == NULL ? PERSON : SIGN, e);
}

static pds_code act_sign(call *c)
{
    return c->ops->sign(c->device->self, &c->key, c->algorithm, pds_buf_span(&c->in), c->secrets[0],
                        &c->out, &c->e);
}

/* It may wait for a PIN at a pad, a button of the token, a window of its module. */
static long time_to_use(const pds_guarded *g, const pds_device_key *key, const pds_secret *pin)
{
    const bool typed = key->asks_always && pin == NULL;
    return typed || g->device->ops->asks_itself ? PERSON : SIGN;
}

pds_code pds_guard_sign(pds_guarded *g, const pds_device_key *key, pds_algorithm algorithm,
                        pds_span message, const pds_secret *pin, pds_buf *signature, pds_err *e)
{
    PDS_OWN(call_release) call *c = NULL;
    PDS_TRY(call_new(g->device->ops, act_sign, &c, e));
    PDS_TRY(lend_secret(c, 0, pin, e));
    lend_key(c, key);
    c->algorithm = algorithm;
    pds_buf_put(&c->in, message);
    PDS_TRY(pds_buf_end(&c->in, e));
    PDS_TRY(run(g, c, time_to_use(g, key, pin), e));
    pds_buf_put(signature, pds_buf_span(&c->out));
    return pds_buf_end(signature, e);
}

static pds_code act_decrypt(call *c)
{
    c->how.ciphertext = pds_buf_span(&c->in);
    return c->ops->decrypt(c->device->self, &c->key, &c->how, c->secrets[0], &c->out, &c->e);
}

pds_code pds_guard_decrypt(pds_guarded *g, const pds_device_key *key, const pds_decryption *how,
                           const pds_secret *pin, pds_buf *locked, pds_err *e)
{
    PDS_OWN(call_release) call *c = NULL;
    if (g->device->ops->decrypt == NULL) {
        return pds_guard_unsupported(g->device->ops, e);
    }
    PDS_TRY(call_new(g->device->ops, act_decrypt, &c, e));
    PDS_TRY(lend_secret(c, 0, pin, e));
    PDS_TRY(pds_locked_new(PLAIN_MAX, &c->out, e));
    c->locked = true;
    lend_key(c, key);
    c->how = *how;
    if (how->peer != NULL) {
        (void)EVP_PKEY_up_ref((EVP_PKEY *)how->peer);
    }
    pds_buf_put(&c->in, how->ciphertext);
    PDS_TRY(pds_buf_end(&c->in, e));
    PDS_TRY(run(g, c, time_to_use(g, key, pin), e));
    pds_buf_put(locked, pds_buf_span(&c->out));
    return pds_buf_end(locked, e);
}

static pds_code act_change_pin(call *c)
{
    return c->ops->change_pin(c->device->self, c->secrets[0], c->secrets[1], &c->e);
}

static pds_code act_unblock(call *c)
{
    return c->ops->unblock(c->device->self, c->secrets[0], c->secrets[1], &c->e);
}

static pds_code run_two(pds_guarded *g, pds_code (*act)(call *c), const pds_secret *one,
                        const pds_secret *two, pds_err *e)
{
    PDS_OWN(call_release) call *c = NULL;
    PDS_TRY(call_new(g->device->ops, act, &c, e));
    PDS_TRY(lend_secret(c, 0, one, e));
    PDS_TRY(lend_secret(c, 1, two, e));
    return run(g, c, one == NULL || two == NULL ? PERSON_CHANGES : SIGN, e);
}

pds_code pds_guard_change_pin(pds_guarded *g, const pds_secret *old, const pds_secret *pin,
                              pds_err *e)
{
    return g->device->ops->change_pin == NULL ? pds_guard_unsupported(g->device->ops, e)
                                              : run_two(g, act_change_pin, old, pin, e);
}

pds_code pds_guard_unblock(pds_guarded *g, const pds_secret *puk, const pds_secret *pin, pds_err *e)
{
    return g->device->ops->unblock == NULL ? pds_guard_unsupported(g->device->ops, e)
                                           : run_two(g, act_unblock, puk, pin, e);
}

static pds_code act_read_object(call *c)
{
    return c->ops->read_object(c->device->self, c->number, &c->out, &c->e);
}

pds_code pds_guard_read_object(pds_guarded *g, unsigned number, pds_buf *out, pds_err *e)
{
    PDS_OWN(call_release) call *c = NULL;
    if (g->device->ops->read_object == NULL) {
        return pds_guard_unsupported(g->device->ops, e);
    }
    PDS_TRY(call_new(g->device->ops, act_read_object, &c, e));
    c->number = number;
    PDS_TRY(run(g, c, SIGN, e));
    pds_buf_put(out, pds_buf_span(&c->out));
    return pds_buf_end(out, e);
}

static pds_code act_write_object(call *c)
{
    return c->ops->write_object(c->device->self, c->number, pds_buf_span(&c->in), c->secrets[0],
                                &c->e);
}

pds_code pds_guard_write_object(pds_guarded *g, unsigned number, pds_span bytes,
                                const pds_secret *management, pds_err *e)
{
    PDS_OWN(call_release) call *c = NULL;
    if (g->device->ops->write_object == NULL) {
        return pds_guard_unsupported(g->device->ops, e);
    }
    PDS_TRY(call_new(g->device->ops, act_write_object, &c, e));
    PDS_TRY(lend_secret(c, 0, management, e));
    c->number = number;
    pds_buf_put(&c->in, bytes);
    PDS_TRY(pds_buf_end(&c->in, e));
    return run(g, c, WRITE, e);
}

static pds_code act_object_max(call *c)
{
    c->size = c->ops->object_max(c->device->self);
    return PDS_OK;
}

pds_code pds_guard_object_max(pds_guarded *g, size_t *out, pds_err *e)
{
    PDS_OWN(call_release) call *c = NULL;
    if (g->device->ops->object_max == NULL) {
        return pds_guard_unsupported(g->device->ops, e);
    }
    PDS_TRY(call_new(g->device->ops, act_object_max, &c, e));
    PDS_TRY(run(g, c, LOOK, e));
    *out = c->size;
    return PDS_OK;
}
