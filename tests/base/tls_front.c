#include "tests/base/tls_front.h"

#include "base/own.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

struct tls_front {
    unsigned behind;
    int listener;
    char origin[64];
    SSL_CTX *context;
    pthread_t thread;
    int stopping; /* atomic */
};

static void need(bool fine, const char *what)
{
    if (!fine) {
        perror(what);
        abort();
    }
}

static void ssl_drop(SSL **ssl)
{
    SSL_free(*ssl);
}

static int connect_behind(const tls_front *f)
{
    const struct sockaddr_in at = { .sin_family = AF_INET,
                                    .sin_port = htons((uint16_t)f->behind),
                                    .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0, "connect");
    return fd;
}

/* What comes in one piece is the request: those of the tests are small. */
static void forward(const tls_front *f, SSL *ssl)
{
    char room[16384];
    const int got = SSL_read(ssl, room, sizeof room);
    if (got <= 0) {
        return;
    }
    const int fd = connect_behind(f);
    ssize_t answered = send(fd, room, (size_t)got, MSG_NOSIGNAL);
    while (answered > 0 && (answered = recv(fd, room, sizeof room, 0)) > 0) {
        (void)SSL_write(ssl, room, (int)answered);
    }
    (void)close(fd);
    (void)SSL_shutdown(ssl);
}

static void serve(const tls_front *f, int fd)
{
    const struct timeval patience = { .tv_sec = 5 };
    PDS_OWN(ssl_drop) SSL *ssl = SSL_new(f->context);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    need(ssl != NULL && SSL_set_fd(ssl, fd) == 1, "SSL");
    if (SSL_accept(ssl) == 1) {
        forward(f, ssl);
    }
}

static void *run(void *context)
{
    tls_front *const f = context;
    while (__atomic_load_n(&f->stopping, __ATOMIC_SEQ_CST) == 0) {
        const int fd = accept(f->listener, NULL, NULL);
        if (fd >= 0) {
            serve(f, fd);
            (void)close(fd);
        }
    }
    return NULL;
}

static SSL_CTX *make_context(const tls_front_options *options)
{
    SSL_CTX *made = SSL_CTX_new(TLS_server_method());
    need(made != NULL, "SSL_CTX");
    need(SSL_CTX_use_certificate_chain_file(made, options->cert) == 1, options->cert);
    need(SSL_CTX_use_PrivateKey_file(made, options->key, SSL_FILETYPE_PEM) == 1, options->key);
    if (options->clients != NULL) {
        need(SSL_CTX_load_verify_locations(made, options->clients, NULL) == 1, options->clients);
        SSL_CTX_set_verify(made, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        /* Refusals come while the client still listens. */
        need(SSL_CTX_set_max_proto_version(made, TLS1_2_VERSION) == 1, "TLS 1.2");
    }
    return made;
}

tls_front *tls_front_start(const tls_front_options *options)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof at;
    tls_front *f = calloc(1, sizeof *f);
    need(f != NULL, "memory");
    f->behind = options->port;
    f->context = make_context(options);
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(f->listener >= 0, "socket");
    need(bind(f->listener, (struct sockaddr *)&at, sizeof at) == 0, "bind");
    need(listen(f->listener, 16) == 0, "listen");
    need(getsockname(f->listener, (struct sockaddr *)&at, &len) == 0, "name");
    (void)snprintf(f->origin, sizeof f->origin, "https://localhost:%u", ntohs(at.sin_port));
    need(pthread_create(&f->thread, NULL, run, f) == 0, "thread");
    return f;
}

void tls_front_stop(tls_front **f)
{
    if (*f == NULL) {
        return;
    }
    __atomic_store_n(&(*f)->stopping, 1, __ATOMIC_SEQ_CST);
    (void)shutdown((*f)->listener, SHUT_RDWR);
    (void)pthread_join((*f)->thread, NULL);
    (void)close((*f)->listener);
    SSL_CTX_free((*f)->context);
    free(*f);
    *f = NULL;
}

const char *tls_front_origin(const tls_front *f)
{
    return f->origin;
}
