#include "base/file.h"

#include "base/interrupt.h"
#include "base/own.h"
#include "base/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 64 << 10 };

void pds_fd_close(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
    *fd = -1;
}

int pds_fd_take(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

int pds_fd_sync(int fd)
{
    int rc = fsync(fd);
    while (rc != 0 && errno == EINTR) {
        rc = fsync(fd);
    }
    return rc;
}

static pds_code unreadable(pds_err *e, int number)
{
    PDS_FAIL(e, PDS_E_INPUT_UNREADABLE, "cannot be read: %s", pds_errno_text(number));
}

static bool is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* What can be read to an end: files, pipes, and for "-" whatever the caller has put there. */
static pds_code check_kind(const struct stat *st, bool standard_input, pds_err *e)
{
    if (S_ISDIR(st->st_mode)) {
        PDS_FAIL(e, PDS_E_INPUT_UNREADABLE, "is a folder");
    }
    if (!S_ISREG(st->st_mode) && !S_ISFIFO(st->st_mode) && !standard_input) {
        PDS_FAIL(e, PDS_E_INPUT_UNREADABLE, "is a device or socket, not a file");
    }
    return PDS_OK;
}

/* O_NONBLOCK, because a FIFO nobody writes to would hang in open(), and a device might do
 * something. */
static pds_code open_source(const char *path, int *out, struct stat *st, pds_err *e)
{
    PDS_OWN(pds_fd_close)
    int fd = is_stdin(path) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                            : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, st) != 0) {
        return unreadable(e, errno);
    }
    PDS_TRY(check_kind(st, is_stdin(path), e));
    *out = pds_fd_take(&fd);
    return PDS_OK;
}

/* Up to n bytes from a pipe; *got 0 at its end. */
static pds_code read_some(int fd, void *dst, size_t n, size_t *got, pds_err *e)
{
    for (;;) {
        PDS_TRY(pds_pipe_wait(fd, POLLIN, e));
        ssize_t r = read(fd, dst, n);
        if (r >= 0) {
            *got = (size_t)r;
            return PDS_OK;
        }
        if (errno != EINTR && errno != EAGAIN) {
            return unreadable(e, errno);
        }
    }
}

const char *pds_file_temporary_folder(void)
{
    const char *folder = secure_getenv("TMPDIR");
    return folder == NULL || *folder == '\0' ? "/tmp" : folder;
}

int pds_file_unnamed(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    char name[PATH_MAX];
    if (fd >= 0) {
        return fd;
    }
    int len = snprintf(name, sizeof name, "%s/pdfsign-XXXXXX", folder);
    if (len < 0 || (size_t)len >= sizeof name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0) {
        (void)unlink(name);
    }
    return fd;
}

static pds_code spool_failed(pds_err *e)
{
    pds_code code = pds_fail(e, PDS_E_INPUT_UNREADABLE, __func__, "no room for a copy in %s: %s",
                             pds_file_temporary_folder(), pds_errno_text(errno));
    return pds_err_hint(code, e, "set TMPDIR to a folder with room for the input");
}

static pds_code spool_write(int fd, const uint8_t *bytes, size_t n, pds_err *e)
{
    while (n > 0) {
        ssize_t w = write(fd, bytes, n);
        if (w < 0 && errno == EINTR) {
            continue;
        }
        if (w <= 0) {
            return spool_failed(e);
        }
        bytes += w;
        n -= (size_t)w;
    }
    return PDS_OK;
}

static pds_code spool(int from, int *out, pds_err *e)
{
    PDS_OWN(pds_fd_close) int fd = pds_file_unnamed(pds_file_temporary_folder());
    uint8_t chunk[CHUNK];
    size_t got = 1;
    if (fd < 0) {
        return spool_failed(e);
    }
    while (got > 0) {
        PDS_TRY(read_some(from, chunk, sizeof chunk, &got, e));
        PDS_TRY(spool_write(fd, chunk, got, e));
    }
    *out = pds_fd_take(&fd);
    return PDS_OK;
}

/* Standard input that is a file, read from its beginning, serves as it is. */
static bool needs_spool(int fd, const struct stat *st)
{
    return !S_ISREG(st->st_mode) || lseek(fd, 0, SEEK_CUR) != 0;
}

static pds_code open_file(const char *path, pds_file *f, pds_err *e)
{
    PDS_OWN(pds_fd_close) int fd = -1;
    PDS_OWN(pds_fd_close) int copy = -1;
    struct stat st = { 0 };
    PDS_TRY(open_source(path, &fd, &st, e));
    if (needs_spool(fd, &st)) {
        PDS_TRY(spool(fd, &copy, e));
        if (fstat(copy, &st) != 0) {
            return unreadable(e, errno);
        }
    }
    *f = (pds_file){
        .fd = copy >= 0 ? pds_fd_take(&copy) : pds_fd_take(&fd),
        .size = (uint64_t)st.st_size,
        .identity = st,
        .path = path,
    };
    return PDS_OK;
}

pds_code pds_file_open(const char *path, pds_file *f, pds_err *e)
{
    *f = (pds_file)PDS_FILE_NONE;
    return pds_err_file(open_file(path, f, e), e, path);
}

static pds_code file_ends(const pds_file *f, uint64_t offset, pds_err *e)
{
    pds_code code =
        pds_fail(e, PDS_E_INPUT_CHANGED, __func__, "the file became shorter while it was read");
    return pds_err_file(pds_err_at(code, e, (int64_t)offset), e, f->path);
}

static pds_code read_stored(const pds_file *f, uint64_t offset, uint8_t *to, size_t n, pds_err *e)
{
    while (n > 0) {
        ssize_t r = pread(f->fd, to, n, (off_t)offset);
        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r < 0) {
            return pds_err_file(unreadable(e, errno), e, f->path);
        }
        if (r == 0) {
            return file_ends(f, offset, e);
        }
        to += r;
        offset += (uint64_t)r;
        n -= (size_t)r;
    }
    return PDS_OK;
}

/* The part of n bytes from offset that lies in the tail, which begins at `stored`; *n shrinks to
 * what lies before it. */
static pds_code read_tail(const pds_file *f, uint64_t stored, uint64_t offset, uint8_t *to,
                          size_t *n, pds_err *e)
{
    size_t before = offset < stored ? (size_t)(stored - offset) : 0;
    uint64_t from = offset + before - stored;
    if (from > f->tail.len || *n - before > f->tail.len - from) {
        return file_ends(f, f->size, e);
    }
    memcpy(to + before, f->tail.ptr + from, *n - before);
    *n = before;
    return PDS_OK;
}

pds_code pds_file_read(const pds_file *f, uint64_t offset, void *dst, size_t n, pds_err *e)
{
    uint64_t stored = f->size - f->tail.len;
    if (offset > INT64_MAX || n > INT64_MAX - offset) {
        return file_ends(f, f->size, e);
    }
    if (f->tail.len != 0 && offset + n > stored) {
        PDS_TRY(read_tail(f, stored, offset, dst, &n, e));
    }
    return read_stored(f, offset, dst, n, e);
}

pds_file pds_file_prefix(const pds_file *f, uint64_t size)
{
    pds_file shorter = *f;
    const uint64_t stored = f->size - f->tail.len;
    shorter.size = size < f->size ? size : f->size;
    shorter.tail.len = shorter.size > stored ? (size_t)(shorter.size - stored) : 0;
    return shorter;
}

pds_file pds_file_with_tail(const pds_file *f, pds_span tail)
{
    pds_file longer = *f;
    longer.size = f->size - f->tail.len + tail.len;
    longer.tail = tail;
    return longer;
}

pds_code pds_file_copy(const pds_file *f, int *out, pds_err *e)
{
    PDS_OWN(pds_fd_close) int fd = pds_file_unnamed(pds_file_temporary_folder());
    uint8_t chunk[CHUNK];
    if (fd < 0) {
        return spool_failed(e);
    }
    for (uint64_t at = 0; at < f->size; at += CHUNK) {
        size_t n = f->size - at < CHUNK ? (size_t)(f->size - at) : CHUNK;
        PDS_TRY(pds_interrupt_check(e));
        PDS_TRY(pds_file_read(f, at, chunk, n, e));
        PDS_TRY(spool_write(fd, chunk, n, e));
    }
    *out = pds_fd_take(&fd);
    return PDS_OK;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

pds_code pds_file_unchanged(const pds_file *f, pds_err *e)
{
    struct stat now;
    if (fstat(f->fd, &now) != 0) {
        return pds_err_file(unreadable(e, errno), e, f->path);
    }
    if (now.st_size != f->identity.st_size || !same_time(now.st_mtim, f->identity.st_mtim)) {
        pds_code code =
            pds_fail(e, PDS_E_INPUT_CHANGED, __func__, "the file was changed while it was read");
        return pds_err_file(code, e, f->path);
    }
    return PDS_OK;
}

void pds_file_close(pds_file *f)
{
    pds_fd_close(&f->fd);
}

static pds_code slurp_limit(size_t max, pds_err *e)
{
    PDS_FAIL(e, PDS_E_LIMIT, "longer than %zu bytes", max);
}

/* Bytes to make room for at once: a buffer that grows would leave copies of a private key behind.
 */
static size_t slurp_room(const struct stat *st, size_t max, const pds_buf *out)
{
    size_t limit = out->max == 0 ? PDS_BUF_MAX : out->max;
    size_t left = limit > out->len ? limit - out->len : 0;
    bool sized = S_ISREG(st->st_mode) && st->st_size > 0; /* files of /proc say 0 */
    size_t want = sized && (uint64_t)st->st_size < max ? (size_t)st->st_size : max;
    return want < left ? want : left;
}

/* Reads up to room bytes; *all tells how many, *more whether that was not the end. */
static pds_code slurp_into(int fd, uint8_t *to, size_t room, size_t *all, bool *more, pds_err *e)
{
    uint8_t beyond;
    size_t got = 1;
    *all = 0;
    while (got > 0 && *all < room) {
        PDS_TRY(read_some(fd, to + *all, room - *all, &got, e));
        *all += got;
    }
    if (got > 0) {
        PDS_TRY(read_some(fd, &beyond, 1, &got, e));
    }
    *more = got > 0;
    return PDS_OK;
}

static pds_code slurp(const char *path, size_t max, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_fd_close) int fd = -1;
    struct stat st = { 0 };
    size_t all = 0;
    bool more = false;
    PDS_TRY(open_source(path, &fd, &st, e));
    size_t room = slurp_room(&st, max, out);
    uint8_t *to = pds_buf_grow(out, room);
    PDS_TRY(pds_buf_end(out, e));
    pds_code code = slurp_into(fd, to, room, &all, &more, e);
    code = code == PDS_OK && more ? slurp_limit(room, e) : code;
    out->len -= room - (code == PDS_OK ? all : 0);
    return code;
}

pds_code pds_file_slurp(const char *path, size_t max, pds_buf *out, pds_err *e)
{
    return pds_err_file(slurp(path, max, out, e), e, path);
}
