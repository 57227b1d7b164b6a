#include "tests/base/web.h"

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
#include <sys/socket.h>
#include <sys/time.h>

enum { PATHS_MAX = 64, REQUEST_MAX = 1 << 16 };

typedef struct counter {
    char path[256];
    unsigned hits;
} counter;

struct web {
    web_answer answer;
    void *context;
    int listener;
    unsigned port;
    char origin[64];
    pthread_t thread;
    pthread_mutex_t lock;
    counter counters[PATHS_MAX];
    size_t count;
    bool stopping;
};

static void need(bool fine, const char *what)
{
    if (!fine) {
        perror(what);
        abort();
    }
}

static counter *counter_of(web *w, const char *path)
{
    size_t i = 0;
    while (i < w->count && strcmp(w->counters[i].path, path) != 0) {
        i++;
    }
    if (i == w->count) {
        need(w->count < PATHS_MAX, "paths");
        (void)snprintf(w->counters[w->count++].path, sizeof w->counters[0].path, "%s", path);
    }
    return &w->counters[i];
}

static unsigned count_one(web *w, const char *path)
{
    (void)pthread_mutex_lock(&w->lock);
    const unsigned before = counter_of(w, path)->hits++;
    (void)pthread_mutex_unlock(&w->lock);
    return before;
}

unsigned web_hits(web *w, const char *path)
{
    (void)pthread_mutex_lock(&w->lock);
    const unsigned hits = counter_of(w, path)->hits;
    (void)pthread_mutex_unlock(&w->lock);
    return hits;
}

static bool read_some(int fd, pds_buf *in)
{
    char room[4096];
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
static bool read_request(int fd, pds_buf *in, web_request *r)
{
    const char *end = NULL;
    while ((end = strstr(pds_buf_cstr(in), "\r\n\r\n")) == NULL) {
        if (!read_some(fd, in) || in->ptr[0] < ' ') { /* TLS, perhaps */
            return false;
        }
    }
    const size_t head = (size_t)(end - (const char *)in->ptr) + 4;
    (void)snprintf(r->head, sizeof r->head, "%.*s", (int)head, (const char *)in->ptr);
    need(sscanf(r->head, "%15s %255s", r->method, r->path) == 2, "request line");
    const size_t body = length_told(r->head);
    while (in->len < head + body) {
        if (!read_some(fd, in)) {
            return false;
        }
    }
    r->body = pds_span_of(in->ptr + head, body);
    return true;
}

static void send_all(int fd, pds_span bytes)
{
    while (bytes.len > 0) {
        const ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0) {
            return; /* the client has seen enough */
        }
        bytes = pds_span_of(bytes.ptr + sent, bytes.len - (size_t)sent);
    }
}

static void serve(web *w, int fd)
{
    pds_buf in = { .max = REQUEST_MAX };
    pds_buf out = { 0 };
    web_request r = { .number = 0 };
    const struct timeval patience = { .tv_sec = 5 };
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (read_request(fd, &in, &r)) {
        r.number = count_one(w, r.path);
        w->answer(w->context, &r, &out);
        send_all(fd, pds_buf_span(&out));
    }
    pds_buf_drop(&in);
    pds_buf_drop(&out);
}

static bool is_stopping(web *w)
{
    (void)pthread_mutex_lock(&w->lock);
    const bool stopping = w->stopping;
    (void)pthread_mutex_unlock(&w->lock);
    return stopping;
}

static void *run(void *context)
{
    web *w = context;
    while (!is_stopping(w)) {
        const int fd = accept(w->listener, NULL, NULL);
        if (fd >= 0) {
            serve(w, fd);
            (void)shutdown(fd, SHUT_WR);
            (void)close(fd);
        }
    }
    return NULL;
}

web *web_start(web_answer answer, void *context)
{
    web *w = calloc(1, sizeof *w);
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof at;
    need(w != NULL, "memory");
    w->answer = answer;
    w->context = context;
    w->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(w->listener >= 0, "socket");
    need(bind(w->listener, (struct sockaddr *)&at, sizeof at) == 0, "bind");
    need(listen(w->listener, 16) == 0, "listen");
    need(getsockname(w->listener, (struct sockaddr *)&at, &len) == 0, "name");
    w->port = ntohs(at.sin_port);
    (void)snprintf(w->origin, sizeof w->origin, "http://127.0.0.1:%u", w->port);
    need(pthread_mutex_init(&w->lock, NULL) == 0, "mutex");
    need(pthread_create(&w->thread, NULL, run, w) == 0, "thread");
    return w;
}

void web_stop(web **w)
{
    if (*w == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&(*w)->lock);
    (*w)->stopping = true;
    (void)pthread_mutex_unlock(&(*w)->lock);
    (void)shutdown((*w)->listener, SHUT_RDWR);
    (void)pthread_join((*w)->thread, NULL);
    (void)close((*w)->listener);
    (void)pthread_mutex_destroy(&(*w)->lock);
    free(*w);
    *w = NULL;
}

const char *web_origin(const web *w)
{
    return w->origin;
}

unsigned web_port(const web *w)
{
    return w->port;
}

void web_put(pds_buf *out, int status, const char *type, pds_span body)
{
    pds_buf_printf(out, "HTTP/1.1 %d Of its own\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                   status, type, body.len);
    pds_buf_put(out, body);
}

void web_wait(long ms)
{
    const struct timespec nap = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    (void)nanosleep(&nap, NULL);
}
