#include "base/own.h"
#include "tests/timestamp/tsa_fault.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <sys/socket.h>

enum { THREADS = 32, THREADS_MAX = 256, REQUEST_MAX = 1 << 16, PATHS_MAX = 64, PATH_SIZE = 128 };

typedef struct counter {
    char path[PATH_SIZE];
    long hits;
} counter;

typedef struct worker {
    struct tsa *tsa;
    pthread_t thread;
    int fd; /* its connection; -1: none; under the lock */
} worker;

struct tsa {
    tsa_options options;
    char authorization[256]; /* header line that is demanded; "": none */
    int listener;
    unsigned port;
    char origin[64];
    pthread_mutex_t lock;
    bool stopping;
    counter counters[PATHS_MAX];
    size_t paths;
    unsigned requests, connections; /* atomic */
    worker workers[THREADS_MAX];
    unsigned threads;
};

static void need(bool fine, const char *what)
{
    if (!fine) {
        perror(what);
        abort();
    }
}

/* ---- what all threads share ---- */

static bool is_stopping(tsa *t)
{
    (void)pthread_mutex_lock(&t->lock);
    const bool stopping = t->stopping;
    (void)pthread_mutex_unlock(&t->lock);
    return stopping;
}

static void hold(worker *w, int fd)
{
    (void)pthread_mutex_lock(&w->tsa->lock);
    w->fd = fd;
    if (fd >= 0 && w->tsa->stopping) {
        (void)shutdown(fd, SHUT_RDWR);
    }
    (void)pthread_mutex_unlock(&w->tsa->lock);
}

/* How many requests for the path came before. */
static long count_path(tsa *t, const char *path)
{
    (void)pthread_mutex_lock(&t->lock);
    size_t i = 0;
    while (i < t->paths && strcmp(t->counters[i].path, path) != 0) {
        i++;
    }
    if (i == t->paths) {
        need(t->paths < PATHS_MAX, "paths");
        (void)snprintf(t->counters[t->paths++].path, PATH_SIZE, "%s", path);
    }
    const long before = t->counters[i].hits++;
    (void)pthread_mutex_unlock(&t->lock);
    return before;
}

static void nap(tsa *t, long ms)
{
    enum { SLICE = 100 };
    while (ms > 0 && !is_stopping(t)) {
        const long part = ms < SLICE ? ms : SLICE;
        const struct timespec wait = { .tv_nsec = part * 1000000 };
        (void)nanosleep(&wait, NULL);
        ms -= part;
    }
}

/* ---- requests ---- */

typedef struct request {
    char path[PATH_SIZE];
    bool authorized, last;
    pds_span body; /* lent */
    size_t length; /* of it all */
} request;

static bool read_some(int fd, pds_buf *in)
{
    char room[8192];
    const ssize_t got = recv(fd, room, sizeof room, 0);
    if (got > 0) {
        pds_buf_put(in, pds_span_of(room, (size_t)got));
    }
    return got > 0 && in->bad == PDS_OK;
}

static size_t length_told(const char *head)
{
    const char *line = strcasestr(head, "\r\nContent-Length:");
    return line == NULL ? 0 : strtoul(line + strlen("\r\nContent-Length:"), NULL, 10);
}

/* False: the client went away. */
static bool read_request(tsa *t, int fd, pds_buf *in, request *r)
{
    const char *end = NULL;
    while ((end = strstr(pds_buf_cstr(in), "\r\n\r\n")) == NULL) {
        if (!read_some(fd, in)) {
            return false;
        }
    }
    const size_t head = (size_t)(end - (const char *)in->ptr) + 4;
    in->ptr[head - 1] = '\0'; /* what stands behind is not text */
    const char *const text = (const char *)in->ptr;
    if (sscanf(text, "%*15s %127s", r->path) != 1) {
        return false;
    }
    r->authorized = t->authorization[0] == '\0' || strstr(text, t->authorization) != NULL;
    r->last = strcasestr(text, "\r\nConnection: close") != NULL;
    r->length = head + length_told(text);
    while (in->len < r->length) {
        if (!read_some(fd, in)) {
            return false;
        }
    }
    r->body = pds_span_of(in->ptr + head, r->length - head);
    return true;
}

/* ---- answers ---- */

static void put_http(pds_buf *out, long status, const char *line, const char *type, pds_span body)
{
    pds_buf_printf(out,
                   "HTTP/1.1 %ld Of its own\r\n%sContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                   status, line, type, body.len);
    pds_buf_put(out, body);
}

/* A status that is not the authority's own. True: that was it. */
static bool put_status(const request *r, const tsa_fault *fault, pds_buf *out)
{
    char line[PATH_SIZE + 64] = "";
    long status = fault->status;
    if (!r->authorized) {
        status = 401;
        (void)snprintf(line, sizeof line, "WWW-Authenticate: Basic realm=\"tsa\"\r\n");
    } else if (fault->loop != 0) {
        status = 307;
        (void)snprintf(line, sizeof line, "Location: %s\r\n", r->path);
    } else if (fault->retry_after != 0) {
        (void)snprintf(line, sizeof line, "Retry-After: %ld\r\n", fault->retry_after);
    }
    if (status != 0) {
        put_http(out, status, line, "text/plain", pds_span_text("not now"));
    }
    return status != 0;
}

static void put_body(tsa *t, const request *r, const tsa_fault *fault, pds_buf *out)
{
    enum { ENDLESS = 3 << 20, GARBAGE = 1000 };
    const long serial = (long)__atomic_load_n(&t->requests, __ATOMIC_RELAXED);
    if (fault->endless != 0 || fault->garbage != 0) {
        pds_buf_fill(out, 0xa5, fault->endless != 0 ? ENDLESS : GARBAGE);
    } else {
        (void)tsa_answer(&t->options, fault, r->body, serial, out);
    }
}

static bool send_all(int fd, pds_span bytes)
{
    while (bytes.len > 0) {
        const ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes = pds_span_of(bytes.ptr + sent, bytes.len - (size_t)sent);
    }
    return true;
}

/* False: the connection is at its end. */
static bool answer(tsa *t, int fd, const request *r)
{
    PDS_OWN(pds_buf_drop) pds_buf body = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    tsa_fault fault = tsa_fault_of(r->path);
    (void)__atomic_add_fetch(&t->requests, 1, __ATOMIC_RELAXED);
    if (count_path(t, r->path) >= fault.times && fault.times != 0) {
        fault = (tsa_fault){ .slow = 0 };
    }
    nap(t, (long)t->options.delay_ms + fault.slow);
    if (fault.hangup != 0 || is_stopping(t)) {
        return false;
    }
    if (!put_status(r, &fault, &out)) {
        put_body(t, r, &fault, &body);
        put_http(&out, 200, "", fault.type != 0 ? "text/html" : "application/timestamp-reply",
                 pds_buf_span(&body));
    }
    out.len -= fault.cut != 0 ? body.len / 2 : 0;
    return send_all(fd, pds_buf_span(&out)) && fault.cut == 0 && !r->last;
}

static void serve(tsa *t, int fd)
{
    PDS_OWN(pds_buf_drop) pds_buf in = { .max = REQUEST_MAX };
    request r = { .length = 0 };
    while (read_request(t, fd, &in, &r) && answer(t, fd, &r)) {
        pds_buf_replace(&in, 0, r.length, pds_span_text(""));
    }
}

static void *work(void *context)
{
    worker *const w = context;
    const int on = 1;
    while (!is_stopping(w->tsa)) {
        const int fd = accept4(w->tsa->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            continue;
        }
        (void)__atomic_add_fetch(&w->tsa->connections, 1, __ATOMIC_RELAXED);
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        hold(w, fd);
        serve(w->tsa, fd);
        hold(w, -1);
        (void)close(fd);
    }
    return NULL;
}

/* ---- start and stop ---- */

static void set_authorization(tsa *t, const char *user)
{
    unsigned char encoded[200];
    if (user != NULL) {
        need(strlen(user) < 100, "user");
        (void)EVP_EncodeBlock(encoded, (const unsigned char *)user, (int)strlen(user));
        (void)snprintf(t->authorization, sizeof t->authorization, "\r\nAuthorization: Basic %s\r\n",
                       (const char *)encoded);
    }
}

static void listen_on_loopback(tsa *t)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof at;
    t->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(t->listener >= 0, "socket");
    need(bind(t->listener, (struct sockaddr *)&at, sizeof at) == 0, "bind");
    need(listen(t->listener, 128) == 0, "listen");
    need(getsockname(t->listener, (struct sockaddr *)&at, &len) == 0, "name");
    t->port = ntohs(at.sin_port);
    (void)snprintf(t->origin, sizeof t->origin, "http://127.0.0.1:%u", t->port);
}

tsa *tsa_start(const tsa_options *options)
{
    tsa *t = calloc(1, sizeof *t);
    need(t != NULL, "memory");
    t->options = *options;
    t->threads = options->threads == 0 ? THREADS : options->threads;
    need(t->threads <= THREADS_MAX, "threads");
    set_authorization(t, options->user);
    listen_on_loopback(t);
    need(pthread_mutex_init(&t->lock, NULL) == 0, "mutex");
    for (unsigned i = 0; i < t->threads; i++) {
        t->workers[i] = (worker){ .tsa = t, .fd = -1 };
    }
    for (unsigned i = 0; i < t->threads; i++) {
        need(pthread_create(&t->workers[i].thread, NULL, work, &t->workers[i]) == 0, "thread");
    }
    return t;
}

void tsa_stop(tsa **t)
{
    if (*t == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&(*t)->lock);
    (*t)->stopping = true;
    for (unsigned i = 0; i < (*t)->threads; i++) {
        if ((*t)->workers[i].fd >= 0) {
            (void)shutdown((*t)->workers[i].fd, SHUT_RDWR);
        }
    }
    (void)pthread_mutex_unlock(&(*t)->lock);
    (void)shutdown((*t)->listener, SHUT_RDWR);
    for (unsigned i = 0; i < (*t)->threads; i++) {
        (void)pthread_join((*t)->workers[i].thread, NULL);
    }
    (void)close((*t)->listener);
    (void)pthread_mutex_destroy(&(*t)->lock);
    free(*t);
    *t = NULL;
}

unsigned tsa_port(const tsa *t)
{
    return t->port;
}

const char *tsa_origin(const tsa *t)
{
    return t->origin;
}

tsa_counts tsa_count(const tsa *t)
{
    return (tsa_counts){ __atomic_load_n(&t->requests, __ATOMIC_RELAXED),
                         __atomic_load_n(&t->connections, __ATOMIC_RELAXED) };
}
