#include "base/pipe.h"

#include "base/file.h"
#include "base/interrupt.h"
#include "base/own.h"
#include "base/target.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 64 << 10, WAIT_MS = 500 };

pds_code pds_pipe_wait(int fd, short events, pds_err *e)
{
    struct pollfd p = { .fd = fd, .events = events };
    int ready = 0;
    while (ready == 0 || (ready < 0 && errno == EINTR)) {
        PDS_TRY(pds_interrupt_check(e));
        ready = poll(&p, 1, WAIT_MS); /* a signal just before it is noticed at the latest then */
    }
    return PDS_OK; /* if poll() failed, reading or writing tells why */
}

pds_code pds_pipe_open(const char *path, int *out, pds_err *e)
{
    static const struct timespec pause = { .tv_nsec = 20000000 };
    PDS_OWN(pds_fd_close) int fd = -1;
    int links = pds_target_names_open_file(path) ? 0 : O_NOFOLLOW;
    struct stat st;
    for (;;) {
        fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | links);
        if (fd >= 0 || (errno != ENXIO && errno != EINTR)) {
            break;
        }
        PDS_TRY(pds_interrupt_check(e));
        (void)nanosleep(&pause, NULL);
    }
    if (fd < 0 || fstat(fd, &st) != 0) {
        return pds_target_failed(e, errno);
    }
    if (!S_ISFIFO(st.st_mode)) {
        PDS_FAIL(e, PDS_E_OUTPUT_REFUSED, "the output is no pipe any more");
    }
    *out = pds_fd_take(&fd);
    return PDS_OK;
}

/* As much as the pipe takes now; it may be set not to block. */
static pds_code write_some(int fd, pds_span *bytes, pds_err *e)
{
    pds_span written;
    PDS_TRY(pds_pipe_wait(fd, POLLOUT, e));
    ssize_t n = write(fd, bytes->ptr, bytes->len);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return PDS_OK;
    }
    if (n <= 0 || !pds_span_take(bytes, (size_t)n, &written)) {
        return pds_target_failed(e, n < 0 ? errno : EIO);
    }
    return PDS_OK;
}

static pds_code read_back(int fd, off_t at, uint8_t *chunk, size_t *got, pds_err *e)
{
    ssize_t n = pread(fd, chunk, CHUNK, at);
    while (n < 0 && errno == EINTR) {
        n = pread(fd, chunk, CHUNK, at);
    }
    *got = n < 0 ? 0 : (size_t)n;
    return n < 0 ? pds_target_failed(e, errno) : PDS_OK;
}

pds_code pds_pipe_pour(int from, int to, pds_err *e)
{
    uint8_t chunk[CHUNK];
    size_t got = 1;
    for (off_t at = 0; got > 0; at += (off_t)got) {
        PDS_TRY(read_back(from, at, chunk, &got, e));
        pds_span rest = pds_span_of(chunk, got);
        while (rest.len > 0) {
            PDS_TRY(write_some(to, &rest, e));
        }
    }
    return PDS_OK;
}
