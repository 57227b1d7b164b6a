#include "view/helper.h"

#include "base/file.h"
#include "base/own.h"
#include "view/deadline.h"
#include "view/protocol.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/wait.h>

enum {
    EXIT_NOT_LOADED = 127, /* of the dynamic linker, where a library is missing */
    ENDING_MS = 1000
};

void pds_helper_drop(pds_helper *h)
{
    pds_child_drop(&h->child);
    pds_fd_close(&h->control);
}

static pds_code missing(const char *program, pds_err *e)
{
    return pds_err_hint(pds_fail(e, PDS_E_LIBRARY_MISSING, __func__,
                                 "the page reader %s or a library of it is missing", program),
                        e,
                        "install all of pdfsign, with libpoppler-glib8, libseccomp2 and "
                        "poppler-data");
}

static pds_code spawn(const char *program, pds_helper *h, pds_err *e)
{
    static const char *const arguments[] = { "pdfsign-view", NULL };
    PDS_OWN(pds_fd_close) int theirs = -1;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        PDS_FAIL(e, PDS_E_READER_FAILED, "the page reader cannot be run: %s",
                 pds_errno_text(errno));
    }
    h->control = ends[0];
    theirs = ends[1];
    const pds_child_plan plan = {
        .program = program,
        .arguments = arguments,
        .fds = { -1, -1, -1, [PDS_VIEW_FD_CONTROL] = theirs },
        .fd_count = PDS_VIEW_FD_CONTROL + 1,
    };
    int rc = pds_child_start(&plan, &h->child);
    if (rc == ENOENT || rc == ENOEXEC) {
        return missing(program, e);
    }
    if (rc != 0) {
        PDS_FAIL(e, PDS_E_READER_FAILED, "the page reader cannot be run: %s", pds_errno_text(rc));
    }
    return PDS_OK;
}

/* It closed the socket without a hello: the dynamic linker ends a program without its libraries. */
static pds_code not_started(const char *program, pds_helper *h, pds_err *e)
{
    const struct timespec nap = { .tv_nsec = 1000000 };
    int ended = 0;

    for (int i = 0; i < ENDING_MS && ended == 0; i++) {
        ended = pds_child_ended(&h->child);
        if (ended == 0) {
            (void)nanosleep(&nap, NULL);
        }
    }
    if (ended > 0 && WIFEXITED(h->child.status) &&
        WEXITSTATUS(h->child.status) == EXIT_NOT_LOADED) {
        return missing(program, e);
    }
    PDS_FAIL(e, PDS_E_READER_FAILED, "the page reader does not start");
}

static pds_code greet(const char *program, int64_t patience_ms, pds_helper *h, pds_err *e)
{
    pds_deadline until = pds_deadline_in(patience_ms);
    char hello = 0;

    PDS_TRY(pds_deadline_wait(&until, h->control, e));
    ssize_t n = recv(h->control, &hello, 1, 0);
    if (n <= 0) {
        return not_started(program, h, e);
    }
    if (hello != PDS_VIEW_HELLO) {
        PDS_FAIL(e, PDS_E_READER_FAILED, "the page reader %s is of another version", program);
    }
    return PDS_OK;
}

pds_code pds_helper_start(const char *program, int64_t patience_ms, pds_helper *h, pds_err *e)
{
    *h = (pds_helper)PDS_HELPER_NONE;
    pds_code code = spawn(program, h, e);
    if (code == PDS_OK) {
        code = greet(program, patience_ms, h, e);
    }
    if (code != PDS_OK) {
        pds_helper_drop(h);
    }
    return code;
}

bool pds_helper_alive(const pds_helper *h)
{
    struct pollfd p = { .fd = h->control, .events = POLLIN };

    return poll(&p, 1, 0) == 0; /* it has nothing to say */
}

typedef union control_room {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(2 * sizeof(int))];
} control_room;

bool pds_helper_hand(const pds_helper *h, int file, int answers)
{
    char kind = PDS_VIEW_REQUEST;
    int fds[2] = { file, answers };
    control_room room = { .bytes = { 0 } };
    struct iovec byte = { .iov_base = &kind, .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &room, .msg_controllen = sizeof room
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fds);
    memcpy(CMSG_DATA(header), fds, sizeof fds);
    return sendmsg(h->control, &message, MSG_NOSIGNAL) == 1;
}
