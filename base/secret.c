#include "base/file.h"
#include "base/interrupt.h"
#include "base/own.h"
#include "base/secret_heap.h"

#include <pds/secret.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <sys/mman.h>

struct pds_secret {
    size_t len;
    char bytes[PDS_SECRET_MAX + 3]; /* room for a line end, and NUL behind */
};

void pds_secret_init(void)
{
    pds_secret_heap_init();
}

/* Whole pages of its own, as the kernel's promises are per page. A small RLIMIT_MEMLOCK must not
 * stop the work, so these are wishes; a child of fork() sees zeros, which is an empty secret. */
pds_code pds_secret_new(pds_secret **out, pds_err *e)
{
    pds_secret_init();
    void *page =
        mmap(NULL, sizeof **out, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    (void)mlock(page, sizeof **out);
    (void)madvise(page, sizeof **out, MADV_DONTDUMP);
    (void)madvise(page, sizeof **out, MADV_WIPEONFORK);
    *out = page;
    return PDS_OK;
}

static void wipe(pds_secret *s)
{
    OPENSSL_cleanse(s, sizeof *s);
}

void pds_secret_drop(pds_secret **s)
{
    if (s == NULL || *s == NULL) {
        return;
    }
    wipe(*s);
    (void)munmap(*s, sizeof **s);
    *s = NULL;
}

static pds_code too_long(pds_err *e)
{
    PDS_FAIL(e, PDS_E_LIMIT, "the secret is longer than %d bytes", PDS_SECRET_MAX);
}

/* Judges the len bytes that stand in s->bytes; wiped if they are of no use. */
static pds_code accept(pds_secret *s, size_t len, pds_err *e)
{
    pds_code code = PDS_OK;
    if (len == 0) {
        code = pds_fail(e, PDS_E_PIN_NEEDED, __func__, "the secret is empty");
    } else if (len > PDS_SECRET_MAX) {
        code = too_long(e);
    } else if (memchr(s->bytes, '\0', len) != NULL) {
        code = pds_fail(e, PDS_E_USAGE, __func__, "the secret holds a NUL byte");
    }
    if (code != PDS_OK) {
        wipe(s);
        return code;
    }
    s->bytes[len] = '\0';
    s->len = len;
    return PDS_OK;
}

pds_code pds_secret_set(pds_secret *s, pds_span bytes, pds_err *e)
{
    size_t kept = bytes.len > PDS_SECRET_MAX ? PDS_SECRET_MAX : bytes.len;
    if (kept != 0) {
        memmove(s->bytes, bytes.ptr, kept); /* bytes may be s's own */
    }
    OPENSSL_cleanse(s->bytes + kept, sizeof s->bytes - kept);
    return accept(s, bytes.len, e);
}

pds_code pds_secret_add(pds_secret *s, pds_span bytes, pds_err *e)
{
    const size_t room = PDS_SECRET_MAX - s->len;
    const size_t kept = bytes.len > room ? room : bytes.len;
    if (kept != 0) {
        memcpy(s->bytes + s->len, bytes.ptr, kept);
    }
    return accept(s, s->len + bytes.len, e);
}

static pds_code source_failed(pds_err *e, int number)
{
    PDS_FAIL(e, PDS_E_PIN_NEEDED, "the secret cannot be read: %s", pds_errno_text(number));
}

/* One byte: what stands behind the line is another reader's. *got 0 at the end. A signal may be met
 * by another thread than this one, so it never waits for long. */
static pds_code read_byte(int fd, char *byte, size_t *got, pds_err *e)
{
    enum { STEP_MS = 200 };
    struct pollfd p = { .fd = fd, .events = POLLIN };
    for (;;) {
        PDS_TRY(pds_interrupt_check(e));
        if (fd >= 0 && poll(&p, 1, STEP_MS) <= 0) {
            continue;
        }
        ssize_t r = read(fd, byte, 1);
        if (r >= 0) {
            *got = (size_t)r;
            return PDS_OK;
        }
        if (errno != EAGAIN && errno != EINTR) {
            return source_failed(e, errno);
        }
    }
}

static pds_code read_line(pds_secret *s, int fd, size_t *len, pds_err *e)
{
    size_t got = 1;
    *len = 0;
    for (;;) {
        if (*len == PDS_SECRET_MAX + 2) {
            return too_long(e);
        }
        PDS_TRY(read_byte(fd, s->bytes + *len, &got, e));
        if (got == 0) {
            return PDS_OK;
        }
        if (s->bytes[*len] == '\n') {
            *len -= *len > 0 && s->bytes[*len - 1] == '\r' ? 1 : 0;
            return PDS_OK;
        }
        ++*len;
    }
}

/* Some editors begin UTF-8 text with U+FEFF. */
static void strip_byte_order_mark(pds_secret *s, size_t *len)
{
    if (*len >= 3 && memcmp(s->bytes, "\xEF\xBB\xBF", 3) == 0) {
        *len -= 3;
        memmove(s->bytes, s->bytes + 3, *len);
    }
}

pds_code pds_secret_from_fd(pds_secret *s, int fd, pds_err *e)
{
    size_t len = 0;
    wipe(s);
    pds_code code = read_line(s, fd, &len, e);
    if (code != PDS_OK) {
        wipe(s);
        return code;
    }
    strip_byte_order_mark(s, &len);
    PDS_TRY(accept(s, len, e));
    OPENSSL_cleanse(s->bytes + len, sizeof s->bytes - len);
    return PDS_OK;
}

static pds_code open_source(const char *path, int *fd, pds_err *e)
{
    do {
        PDS_TRY(pds_interrupt_check(e)); /* a FIFO opens only when somebody writes to it */
        *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    } while (*fd < 0 && errno == EINTR);
    return *fd < 0 ? source_failed(e, errno) : PDS_OK;
}

static pds_code read_file(pds_secret *s, const char *path, pds_err *e)
{
    PDS_OWN(pds_fd_close) int fd = -1;
    PDS_TRY(open_source(path, &fd, e));
    return pds_secret_from_fd(s, fd, e);
}

pds_code pds_secret_from_file(pds_secret *s, const char *path, pds_err *e)
{
    wipe(s);
    return pds_err_file(read_file(s, path, e), e, path);
}

pds_code pds_secret_from_env(pds_secret *s, const char *variable, pds_err *e)
{
    char *value = getenv(variable); // NOLINT(concurrency-mt-unsafe): for the program's start
    if (value == NULL) {
        wipe(s);
        PDS_FAIL(e, PDS_E_PIN_NEEDED, "the environment has no variable %s", variable);
    }
    pds_code code = pds_secret_set(s, pds_span_text(value), e);
    OPENSSL_cleanse(value, strlen(value)); /* unsetenv only forgets where it was */
    (void)unsetenv(variable);              // NOLINT(concurrency-mt-unsafe)
    return code;
}

const char *pds_secret_text(const pds_secret *s)
{
    return s == NULL ? "" : s->bytes;
}

pds_span pds_secret_span(const pds_secret *s)
{
    return s == NULL ? pds_span_of("", 0) : pds_span_of(s->bytes, s->len);
}
