#include "view/exchange.h"

#include "base/file.h"
#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/socket.h>

enum { ENDING_MS = 2000, COORDINATE_MAX = 10000000 };

void pds_exchange_drop(pds_exchange *x)
{
    pds_fd_close(&x->answers);
}

pds_code pds_exchange_nonsense(pds_err *e)
{
    PDS_FAIL(e, PDS_E_READER_FAILED, "the page reader gave an answer that makes no sense");
}

static pds_code system_failed(pds_err *e)
{
    PDS_FAIL(e, PDS_E_READER_FAILED, "the page reader cannot be run: %s", pds_errno_text(errno));
}

/* ---- asking ---- */

/* The file anew for reading only, whatever the caller may do with it himself. */
static pds_code open_read_only(int fd, int *out, pds_err *e)
{
    char path[32];

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    *out = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (*out >= 0) {
        return PDS_OK;
    }
    int flags = fcntl(fd, F_GETFL); /* somebody else's rights may have opened it */
    if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY) {
        *out = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    }
    return *out < 0 ? system_failed(e) : PDS_OK;
}

/* The password goes out of its locked memory straight into the socket. */
static bool send_request(int to, const pds_view_request *request, const pds_secret *password)
{
    pds_span secret = password == NULL ? pds_span_of("", 0) : pds_secret_span(password);
    struct iovec parts[] = {
        { .iov_base = (void *)(uintptr_t)request, .iov_len = offsetof(pds_view_request, password) },
        { .iov_base = (void *)(uintptr_t)secret.ptr, .iov_len = secret.len },
    };
    const struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

    return sendmsg(to, &message, MSG_NOSIGNAL) >= 0;
}

pds_code pds_exchange_begin(pds_exchange *x, const pds_helper *h, const pds_view *view,
                            const pds_view_request *request, pds_err *e)
{
    PDS_OWN(pds_fd_close) int file = -1;
    PDS_OWN(pds_fd_close) int theirs = -1;
    int ends[2];

    PDS_TRY(open_read_only(view->fd, &file, e));
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return system_failed(e);
    }
    x->answers = ends[0];
    theirs = ends[1];
    if (!send_request(x->answers, request, view->password) || !pds_helper_hand(h, file, theirs)) {
        return system_failed(e);
    }
    return PDS_OK;
}

/* ---- answers ---- */

static bool is_box(const double box[4])
{
    bool sound = true;

    for (int i = 0; i < 4; i++) {
        sound = sound && isfinite(box[i]) && fabs(box[i]) < COORDINATE_MAX;
    }
    return sound && box[0] <= box[2] && box[1] <= box[3];
}

/* Sizes of a message, whose sender may be anything. */
static bool is_sound(const pds_exchange *x, ssize_t n)
{
    const pds_view_answer *a = &x->answer;
    size_t head = offsetof(pds_view_answer, bytes);

    if (n < (ssize_t)head || a->len > sizeof a->bytes || (size_t)n != head + a->len) {
        return false;
    }
    return (a->kind == PDS_VIEW_PAGES || a->kind == PDS_VIEW_FAILED) == (x->pages == 0) ||
           a->kind == PDS_VIEW_FAILED;
}

static pds_code receive(pds_exchange *x, pds_err *e)
{
    PDS_TRY(pds_deadline_wait(&x->ends, x->answers, e));
    ssize_t n = recv(x->answers, &x->answer, sizeof x->answer, MSG_TRUNC | MSG_DONTWAIT);

    if (n == 0 || (n < 0 && errno == ECONNRESET)) {
        PDS_FAIL(e, PDS_E_READER_FAILED, "the page reader broke down over this file");
    }
    if (n < 0 && errno == EINTR) {
        return receive(x, e);
    }
    return n < 0 ? system_failed(e) : is_sound(x, n) ? PDS_OK : pds_exchange_nonsense(e);
}

static pds_code take_pages(pds_exchange *x, pds_err *e)
{
    if (x->answer.number == 0 || x->answer.number > PDS_VIEW_PAGES_MAX) {
        return pds_exchange_nonsense(e);
    }
    x->pages = x->answer.number;
    x->ends.at_ms += (int64_t)x->pages * x->page_ms;
    return PDS_OK;
}

/* After its last word the helper closes the socket; else it cannot be kept. */
static pds_code take_end(pds_exchange *x, pds_err *e)
{
    pds_deadline soon = pds_deadline_in(ENDING_MS);
    char more = 0;

    PDS_TRY(pds_deadline_wait(&soon, x->answers, e));
    if (recv(x->answers, &more, 1, MSG_DONTWAIT) > 0) {
        return pds_exchange_nonsense(e);
    }
    x->ended = true;
    return PDS_OK;
}

static pds_code take_fault(pds_exchange *x, pds_err *e)
{
    uint32_t page = 0;

    switch (x->answer.number) {
    case PDS_VIEW_PASSWORD_NEEDED:
        PDS_FAIL(e, PDS_E_PASSWORD_NEEDED, "the file is encrypted and needs a password");
    case PDS_VIEW_PASSWORD_WRONG:
        PDS_FAIL(e, PDS_E_PASSWORD_WRONG, "the password does not open the file");
    default:
        break;
    }
    if (x->answer.len == sizeof page) {
        memcpy(&page, x->answer.bytes, sizeof page);
    }
    if (page == 0) {
        PDS_FAIL(e, PDS_E_READER_FAILED, "the page reader cannot read the file");
    }
    return pds_err_page(
        pds_fail(e, PDS_E_READER_FAILED, __func__, "the page reader cannot read the page"), e,
        page);
}

pds_code pds_exchange_next(pds_exchange *x, pds_err *e)
{
    for (;;) {
        PDS_TRY(receive(x, e));
        switch (x->answer.kind) {
        case PDS_VIEW_PAGES:
            PDS_TRY(take_pages(x, e));
            break;
        case PDS_VIEW_FAILED:
            PDS_TRY(take_end(x, e));
            return take_fault(x, e);
        case PDS_VIEW_FOUND:
            return is_box(x->answer.box) ? PDS_OK : pds_exchange_nonsense(e);
        case PDS_VIEW_DONE:
            return take_end(x, e);
        default:
            return PDS_OK; /* the caller knows whether it fits */
        }
    }
}
