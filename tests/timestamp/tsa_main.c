/* The authority of tsa.h as a program: prints its port on standard output, serves until standard
 * input ends or SIGTERM or SIGINT comes, and then says on standard error what it did. */
#include "base/own.h"
#include "tests/cms/pki_private.h"
#include "tests/timestamp/tsa.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

static const char USAGE[] =
    "test_tsa [--key PEM --cert PEM [--chain PEM]] [--anchor OUT.pem] [--threads N] [--delay MS] "
    "[--user NAME:PASSWORD]\n"
    "Without --cert it makes certificates of its own. --anchor writes the root of these.\n";

typedef struct arguments {
    const char *key, *cert, *chain, *anchor;
    tsa_options options;
} arguments;

static const struct option OPTIONS[] = {
    { "key", required_argument, NULL, 'k' },     { "cert", required_argument, NULL, 'c' },
    { "chain", required_argument, NULL, 'h' },   { "anchor", required_argument, NULL, 'a' },
    { "threads", required_argument, NULL, 't' }, { "delay", required_argument, NULL, 'd' },
    { "user", required_argument, NULL, 'u' },    { NULL, 0, NULL, 0 },
};

static bool read_arguments(int argc, char **argv, arguments *out)
{
    int c = 0;
    *out = (arguments){ .key = NULL };
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread so far
    while ((c = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
        switch (c) {
        case 'k':
            out->key = optarg;
            break;
        case 'c':
            out->cert = optarg;
            break;
        case 'h':
            out->chain = optarg;
            break;
        case 'a':
            out->anchor = optarg;
            break;
        case 't':
            out->options.threads = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'd':
            out->options.delay_ms = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'u':
            out->options.user = optarg;
            break;
        default:
            return false;
        }
    }
    return optind == argc && (out->cert == NULL) == (out->key == NULL) &&
           (out->cert == NULL || out->anchor == NULL);
}

/* ---- certificates ---- */

typedef struct people {
    pki *root, *authority, *signer;
} people;

static void people_drop(people *p)
{
    pki_drop(&p->signer);
    pki_drop(&p->authority);
    pki_drop(&p->root);
}

static void make_people(people *p)
{
    pki_profile profile = { .key = PKI_P256,
                            .name = "Root of timestamps",
                            .constraints = "critical,CA:TRUE",
                            .key_usage = "critical,keyCertSign,cRLSign" };
    p->root = pki_new(&profile);
    profile.name = "Authority of timestamps";
    profile.issuer = p->root;
    p->authority = pki_new(&profile);
    p->signer = pki_new(&(pki_profile){ .key = PKI_P256,
                                        .name = "Timestamps",
                                        .key_usage = "critical,digitalSignature",
                                        .purposes = "critical,timeStamping",
                                        .issuer = p->authority });
}

static FILE *open_file(const char *path, const char *mode)
{
    FILE *f = fopen(path, mode);
    NEED(f != NULL);
    return f;
}

static pki *read_pki(const char *cert, const char *key)
{
    pki *p = calloc(1, sizeof *p);
    FILE *f = open_file(cert, "re");
    NEED(p != NULL);
    p->cert = PEM_read_X509(f, NULL, NULL, NULL);
    NEED(p->cert != NULL && fclose(f) == 0);
    if (key != NULL) {
        f = open_file(key, "re");
        p->key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
        NEED(p->key != NULL && fclose(f) == 0);
    }
    return p;
}

static void prepare(arguments *a, people *p)
{
    if (a->cert == NULL) {
        make_people(p);
    } else {
        p->signer = read_pki(a->cert, a->key);
        p->authority = a->chain == NULL ? NULL : read_pki(a->chain, NULL);
    }
    if (a->anchor != NULL && p->root != NULL) {
        FILE *f = open_file(a->anchor, "we");
        NEED(PEM_write_X509(f, p->root->cert) == 1 && fclose(f) == 0);
    }
    a->options.signer = p->signer;
    a->options.chain[0] = p->authority;
}

/* ---- */

static int watch_signals(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    NEED(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
    const int fd = signalfd(-1, &set, SFD_CLOEXEC);
    NEED(fd >= 0);
    return fd;
}

static void wait_for_the_end(int signals)
{
    char room[256];
    struct pollfd ends[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                             { .fd = signals, .events = POLLIN } };
    for (;;) {
        if (poll(ends, 2, -1) < 0 && errno != EINTR) {
            return;
        }
        if (ends[1].revents != 0 ||
            (ends[0].revents != 0 && read(STDIN_FILENO, room, sizeof room) <= 0)) {
            return;
        }
    }
}

static void report(tsa_counts counts)
{
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    (void)fprintf(stderr, "%u requests, %u connections, %.3f s of CPU\n", counts.requests,
                  counts.connections,
                  (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                      (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
}

int main(int argc, char **argv)
{
    PDS_OWN(people_drop) people p = { .root = NULL };
    arguments a;
    if (!read_arguments(argc, argv, &a)) {
        (void)fputs(USAGE, stderr);
        return 2;
    }
    const int signals = watch_signals();
    prepare(&a, &p);
    tsa *t = tsa_start(&a.options);
    (void)printf("%u\n", tsa_port(t));
    (void)fflush(stdout);
    wait_for_the_end(signals);
    const tsa_counts counts = tsa_count(t);
    tsa_stop(&t);
    report(counts);
    (void)close(signals);
    return 0;
}
