#include "tests/token/plug.h"

#include "base/own.h"
#include "token/pcsc_lite.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { WORDS = 32, NAPS = 3000 };

static void nap(void)
{
    const struct timespec ms = { .tv_nsec = 10000000 };
    (void)nanosleep(&ms, NULL);
}

/* Long enough for the service to miss a card; its clients may be told before that. */
static void long_nap(void)
{
    const struct timespec ms = { .tv_nsec = 700000000 };
    (void)nanosleep(&ms, NULL);
}

/* ---- steering ---- */

static int reach(const plug *p)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    (void)snprintf(to.sun_path, sizeof to.sun_path, "%s", scratch_path(&p->s, "control"));
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

const char *plug_tell(const plug *p, const char *request)
{
    static char answer[4096];
    const int fd = reach(p);
    answer[0] = '\0';
    if (fd >= 0 && send(fd, request, strlen(request), MSG_NOSIGNAL) > 0) {
        const ssize_t got = recv(fd, answer, sizeof answer - 1, 0);
        answer[got > 0 ? got : 0] = '\0';
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return answer;
}

long plug_count(const plug *p, const char *name)
{
    char wanted[40];
    (void)snprintf(wanted, sizeof wanted, "%s=", name);
    const char *const found = strstr(plug_tell(p, "count"), wanted);
    return found == NULL ? -1 : strtol(found + strlen(wanted), NULL, 10);
}

/* ---- in and out ---- */

static bool seen(const plug *p)
{
    PDS_OWN(pds_readers_drop) pds_readers readers = { .count = 0 };
    char end[8];
    (void)snprintf(end, sizeof end, " %02d", p->slot);
    if (pds_readers_list(&readers, NULL) != PDS_OK) {
        return false;
    }
    for (size_t i = 0; i < readers.count; i++) {
        const char *const name = readers.items[i].name;
        if (strcmp(name + strlen(name) - 3, end) == 0) {
            return readers.items[i].card;
        }
    }
    return false;
}

void plug_wait(const plug *p, bool card)
{
    for (int i = 0; i < NAPS; i++) {
        if (seen(p) == card && (!card || plug_count(p, "powered") == 1)) {
            return;
        }
        nap();
    }
    fail_msg("reader %d: %s", p->slot, card ? "no card comes" : "the card stays");
}

static void become_card(const plug *p, char *options)
{
    char slot[4];
    char *words[WORDS] = { VIRTUAL_CARD, "--slot", slot, "--control",
                           (char *)scratch_path(&p->s, "control") };
    char *rest = NULL;
    size_t n = 5;
    (void)snprintf(slot, sizeof slot, "%d", p->slot);
    for (char *word = strtok_r(options, " ", &rest); word != NULL && n + 1 < WORDS;
         word = strtok_r(NULL, " ", &rest)) {
        words[n++] = word;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)execv(VIRTUAL_CARD, words);
    _exit(1);
}

void plug_in(plug *p, int slot, const char *options)
{
    char words[1024];
    *p = (plug){ .slot = slot };
    scratch_open(&p->s);
    (void)snprintf(words, sizeof words, "%s", options);
    p->id = fork();
    if (p->id == 0) {
        become_card(p, words);
    }
    assert_true(p->id > 0);
    if (strstr(options, "--out") == NULL) {
        plug_wait(p, true);
    }
}

void plug_out(plug *p)
{
    if (p->id > 0) {
        (void)kill(p->id, SIGKILL);
        (void)waitpid(p->id, NULL, 0);
        long_nap();
        plug_wait(p, false);
        scratch_close(&p->s);
    }
    p->id = 0;
}

/* ---- as a device ---- */

pds_code plug_try_open(const plug *p, pds_guarded **out, pds_err *e)
{
    PDS_OWN(pds_device_list_drop) pds_device_list list = { .count = 0 };
    char rest[32];
    (void)snprintf(rest, sizeof rest, "* %02d", p->slot);
    *out = NULL;
    PDS_TRY(pds_guard_find(&pds_device_pcsc, rest, &list, e));
    if (list.count != 1) {
        PDS_FAIL(e, list.note_count > 0 ? list.note_code : PDS_E_TOKEN_MISSING, "%s",
                 list.note_count > 0 ? list.notes[0] : "no card");
    }
    return pds_guard_open(&pds_device_pcsc, &list.items[0], out, e);
}

pds_guarded *plug_open(const plug *p)
{
    pds_guarded *device = NULL;
    pds_err e = { 0 };
    const pds_code code = plug_try_open(p, &device, &e);
    if (code != PDS_OK) {
        print_error("%s: %s\n", pds_code_name(code), e.text);
    }
    assert_int_equal(code, PDS_OK);
    return device;
}

const pds_device_key *plug_key(pds_guarded *device, const char *slot, pds_device_keys *keys)
{
    assert_int_equal(pds_guard_keys(device, "", keys, NULL), PDS_OK);
    for (size_t i = 0; i < keys->count; i++) {
        if (strcmp(keys->items[i].id, slot) == 0) {
            return &keys->items[i];
        }
    }
    fail_msg("no key %s", slot);
    return NULL;
}

pds_secret *plug_secret(const char *text)
{
    pds_secret *secret = NULL;
    assert_int_equal(pds_secret_new(&secret, NULL), PDS_OK);
    assert_int_equal(pds_secret_set(secret, pds_span_text(text), NULL), PDS_OK);
    return secret;
}

pds_code plug_login(pds_guarded *device, const char *pin, pds_err *e)
{
    PDS_OWN(pds_secret_drop) pds_secret *secret = plug_secret(pin);
    return pds_guard_login(device, secret, e);
}

void plug_service(bool runs)
{
    PDS_OWN(pds_readers_drop) pds_readers readers = { .count = 0 };
    const char *const id = getenv("PDS_READERS");
    assert_non_null(id);
    assert_int_equal(kill((pid_t)strtol(id == NULL ? "0" : id, NULL, 10), runs ? SIGUSR2 : SIGUSR1),
                     0);
    for (int i = 0; i < NAPS; i++) {
        if (pds_readers_list(&readers, NULL) == PDS_OK && (readers.count > 0) == runs) {
            return;
        }
        pds_readers_drop(&readers);
        nap();
    }
    fail_msg("the service does not %s", runs ? "start" : "stop");
}
