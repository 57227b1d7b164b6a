/*
 * pdfsign-view: reads pages for pdfsign, which tells it where words are and what pages look like
 * (view/protocol.h). A program of its own, because page content is hostile: here are limits and a
 * sandbox, and no keys. `pdfsign-view --self-test` tries the sandbox and says what it refuses.
 */
#include "base/limit.h"
#include "view/poppler_paper.h"
#include "view/seccomp_filter.h"
#include "view/selftest.h"
#include "view/serve.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/socket.h>

static bool prepare(void)
{
    static const pds_limits limits = {
        .cpu_seconds = PDS_VIEW_CPU_SECONDS,
        .memory = (uint64_t)1 << 30,
        .file_size = 0,
        .files = 64,
    };

    return pds_limits_set(&limits) && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
           pds_filter_prepare(PDS_VIEW_FD_CONTROL);
}

/* ---- what pdfsign hands over ---- */

typedef struct handed {
    int file, answers;
} handed;

typedef union control_room {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(2 * sizeof(int))];
} control_room;

/* False at the end. */
static bool take(handed *h)
{
    char kind = 0;
    control_room room;
    struct iovec byte = { .iov_base = &kind, .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &room, .msg_controllen = sizeof room
    };
    ssize_t n = recvmsg(PDS_VIEW_FD_CONTROL, &message, MSG_CMSG_CLOEXEC);

    while (n < 0 && errno == EINTR) {
        n = recvmsg(PDS_VIEW_FD_CONTROL, &message, MSG_CMSG_CLOEXEC);
    }
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (n != 1 || kind != PDS_VIEW_REQUEST || header == NULL || header->cmsg_type != SCM_RIGHTS ||
        header->cmsg_len != CMSG_LEN(2 * sizeof(int))) {
        return false;
    }
    memcpy(h, CMSG_DATA(header), sizeof *h);
    return true;
}

/* In the new process: it must not outlive the one that pdfsign knows and may kill. */
static void work(const handed *h, pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == parent &&
        dup2(h->answers, PDS_VIEW_FD_CONTROL) == PDS_VIEW_FD_CONTROL) {
        (void)close(h->answers);
        pds_serve(h->file);
    }
    _exit(0);
}

static int serve_all(void)
{
    handed h;
    pid_t self = getpid();
    char hello = PDS_VIEW_HELLO;

    (void)signal(SIGCHLD, SIG_IGN); /* nobody waits for what is forked, so that no zombie is left */
    if (send(PDS_VIEW_FD_CONTROL, &hello, 1, MSG_NOSIGNAL) != 1) {
        return EXIT_FAILURE;
    }
    while (take(&h)) {
        if (fork() == 0) {
            work(&h, self);
        }
        (void)close(h.file);
        (void)close(h.answers);
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (!prepare()) {
        return EXIT_FAILURE;
    }
    if (argc == 2 && strcmp(argv[1], "--self-test") == 0) {
        return pds_selftest();
    }
    pds_paper_warm_up();
    _exit(serve_all());
}
