/*
 * Preloaded into a program (LD_PRELOAD), counts its calls that touch files, and makes one go wrong.
 *
 *   PDS_FAULT=N:ACTION   at the N-th counted call: kill (SIGKILL before the call), after-kill
 * (after it), short (half the bytes of a read or write), or the name of an errno
 *   PDS_FAULT_FROM=TEXT  counting begins with the first opened path that contains TEXT
 *   PDS_FAULT_LOG=PATH   "N NAME" of each counted call is added to that file
 *
 * What stdio does inside the C library is not seen. Children that inherit the variables count anew.
 */
#undef _FILE_OFFSET_BITS /* would make two names of open() and open64() into one */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/syscall.h>

#define SEEN __attribute__((visibility("default")))

typedef enum action { PASS, KILL, AFTER_KILL, SHORT, FAIL } action;

enum { FAULTS = 4 };

typedef struct fault {
    long at; /* 0: none */
    action action;
    int error; /* FAIL */
} fault;

static struct {
    fault faults[FAULTS];
    const char *from;
    const char *log;
} plan;

static atomic_bool counting;
static atomic_long count;

static bool name_action(fault *f, const char *name, size_t len)
{
    static const struct {
        const char *name;
        action action;
        int error;
    } rows[] = {
        { "kill", KILL, 0 },        { "after-kill", AFTER_KILL, 0 },    { "short", SHORT, 0 },
        { "EACCES", FAIL, EACCES }, { "EDQUOT", FAIL, EDQUOT },         { "EINTR", FAIL, EINTR },
        { "EIO", FAIL, EIO },       { "ENOSPC", FAIL, ENOSPC },         { "EPIPE", FAIL, EPIPE },
        { "EROFS", FAIL, EROFS },   { "EMFILE", FAIL, EMFILE },         { "ENOENT", FAIL, ENOENT },
        { "EINVAL", FAIL, EINVAL }, { "EOPNOTSUPP", FAIL, EOPNOTSUPP },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strlen(rows[i].name) == len && strncmp(name, rows[i].name, len) == 0) {
            f->action = rows[i].action;
            f->error = rows[i].error;
            return true;
        }
    }
    return false;
}

static bool read_faults(const char *text)
{
    for (size_t i = 0; *text != '\0'; i++) {
        char *rest = NULL;
        long at = strtol(text, &rest, 10);
        if (i == FAULTS || at < 1 || *rest != ':') {
            return false;
        }
        size_t len = strcspn(rest + 1, ",");
        plan.faults[i].at = at;
        if (!name_action(&plan.faults[i], rest + 1, len)) {
            return false;
        }
        text = rest + 1 + len;
        text += *text == ',' ? 1 : 0;
    }
    return true;
}

__attribute__((constructor)) static void read_plan(void)
{
    const char *faults = getenv("PDS_FAULT");
    plan.log = getenv("PDS_FAULT_LOG");
    plan.from = getenv("PDS_FAULT_FROM");
    if (faults != NULL && !read_faults(faults)) {
        (void)dprintf(STDERR_FILENO, "PDS_FAULT: not understood: %s\n", faults);
        abort();
    }
    atomic_store(&counting, plan.from == NULL);
}

/* Without the functions that are counted. */
static void add_to_log(long number, const char *name)
{
    char line[64];
    int len = snprintf(line, sizeof line, "%ld %s\n", number, name);
    long fd = syscall(SYS_openat, AT_FDCWD, plan.log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd >= 0) {
        (void)syscall(SYS_write, fd, line, (size_t)len);
        (void)syscall(SYS_close, fd);
    }
}

static void die(void)
{
    (void)kill(getpid(), SIGKILL);
    for (;;) {
        (void)pause();
    }
}

static const fault *fault_at(long number)
{
    static const fault none = { 0 };
    for (size_t i = 0; i < FAULTS; i++) {
        if (plan.faults[i].at == number) {
            return &plan.faults[i];
        }
    }
    return &none;
}

/* Counts a call and tells what shall become of it; errno is as before, or the planned one. */
static action begin(const char *name, const char *path)
{
    int saved = errno;
    if (path != NULL && plan.from != NULL && strstr(path, plan.from) != NULL) {
        atomic_store(&counting, true);
    }
    if (!atomic_load(&counting)) {
        return PASS;
    }
    long number = atomic_fetch_add(&count, 1) + 1;
    const fault *f = fault_at(number);
    if (plan.log != NULL) {
        add_to_log(number, name);
    }
    if (f->action == KILL) {
        die();
    }
    errno = f->action == FAIL ? f->error : saved;
    return f->action;
}

static void end(action a)
{
    if (a == AFTER_KILL) {
        die();
    }
}

static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) {
        abort();
    }
    return found;
}

static mode_t mode_of(int flags, va_list args)
{
    bool given = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    return given ? va_arg(args, mode_t) : 0;
}

// NOLINTBEGIN(bugprone-macro-parentheses): types and parameter lists
/* One wrapper each; the macros only spare saying the same thing thirty times. */
#define WRAP(type, name, params, args, path) \
    SEEN type name params;                   \
    SEEN type name params                    \
    {                                        \
        type(*real) params;                  \
        *(void **)&real = next(#name);       \
        action a = begin(#name, path);       \
        if (a == FAIL) {                     \
            return -1;                       \
        }                                    \
        type result = real args;             \
        end(a);                              \
        return result;                       \
    }

/* Moves n bytes. */
#define WRAP_TRANSFER(name, params, args)    \
    SEEN ssize_t name params;                \
    SEEN ssize_t name params                 \
    {                                        \
        ssize_t(*real) params;               \
        *(void **)&real = next(#name);       \
        action a = begin(#name, NULL);       \
        if (a == FAIL) {                     \
            return -1;                       \
        }                                    \
        n = a == SHORT && n > 1 ? n / 2 : n; \
        ssize_t result = real args;          \
        end(a);                              \
        return result;                       \
    }

#define WRAP_OPEN(name, params, args)       \
    SEEN int name params;                   \
    SEEN int name params                    \
    {                                       \
        int(*real) params;                  \
        va_list list;                       \
        *(void **)&real = next(#name);      \
        va_start(list, flags);              \
        mode_t mode = mode_of(flags, list); \
        va_end(list);                       \
        action a = begin(#name, path);      \
        if (a == FAIL) {                    \
            return -1;                      \
        }                                   \
        int result = real args;             \
        end(a);                             \
        return result;                      \
    }

// NOLINTEND(bugprone-macro-parentheses)

/* clang-format off */
WRAP_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(openat, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
WRAP_OPEN(openat64, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
WRAP(int, creat, (const char *path, mode_t mode), (path, mode), path)
WRAP(int, creat64, (const char *path, mode_t mode), (path, mode), path)
WRAP(int, mkstemp, (char *path), (path), path)
WRAP(int, mkstemp64, (char *path), (path), path)
WRAP(int, mkostemp, (char *path, int flags), (path, flags), path)
WRAP(int, mkostemp64, (char *path, int flags), (path, flags), path)

WRAP_TRANSFER(read, (int fd, void *to, size_t n), (fd, to, n))
WRAP_TRANSFER(write, (int fd, const void *from, size_t n), (fd, from, n))
WRAP_TRANSFER(pread, (int fd, void *to, size_t n, off_t at), (fd, to, n, at))
WRAP_TRANSFER(pread64, (int fd, void *to, size_t n, off64_t at), (fd, to, n, at))
WRAP_TRANSFER(pwrite, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at))
WRAP_TRANSFER(pwrite64, (int fd, const void *from, size_t n, off64_t at), (fd, from, n, at))
WRAP_TRANSFER(copy_file_range, (int fd, off64_t *from, int out, off64_t *to, size_t n, unsigned flags),
              (fd, from, out, to, n, flags))
WRAP_TRANSFER(sendfile, (int out, int fd, off_t *from, size_t n), (out, fd, from, n))
WRAP_TRANSFER(sendfile64, (int out, int fd, off64_t *from, size_t n), (out, fd, from, n))

WRAP(int, fsync, (int fd), (fd), NULL)
WRAP(int, fdatasync, (int fd), (fd), NULL)
WRAP(int, syncfs, (int fd), (fd), NULL)
WRAP(int, ftruncate, (int fd, off_t size), (fd, size), NULL)
WRAP(int, ftruncate64, (int fd, off64_t size), (fd, size), NULL)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), NULL)
WRAP(int, fchown, (int fd, uid_t user, gid_t group), (fd, user, group), NULL)
WRAP(int, link, (const char *from, const char *to), (from, to), NULL)
WRAP(int, linkat, (int in, const char *from, int out, const char *to, int flags),
     (in, from, out, to, flags), NULL)
WRAP(int, rename, (const char *from, const char *to), (from, to), NULL)
WRAP(int, renameat, (int in, const char *from, int out, const char *to), (in, from, out, to), NULL)
WRAP(int, renameat2, (int in, const char *from, int out, const char *to, unsigned flags),
     (in, from, out, to, flags), NULL)
WRAP(int, unlink, (const char *path), (path), NULL)
WRAP(int, unlinkat, (int folder, const char *path, int flags), (folder, path, flags), NULL)

/* What -D_FORTIFY_SOURCE makes of some of them. */
WRAP(int, __open_2, (const char *path, int flags), (path, flags), path)
WRAP(int, __open64_2, (const char *path, int flags), (path, flags), path)
WRAP(int, __openat_2, (int folder, const char *path, int flags), (folder, path, flags), path)
WRAP(int, __openat64_2, (int folder, const char *path, int flags), (folder, path, flags), path)
WRAP_TRANSFER(__read_chk, (int fd, void *to, size_t n, size_t room), (fd, to, n, room))
WRAP_TRANSFER(__pread_chk, (int fd, void *to, size_t n, off_t at, size_t room), (fd, to, n, at, room))
WRAP_TRANSFER(__pread64_chk, (int fd, void *to, size_t n, off64_t at, size_t room),
              (fd, to, n, at, room))
/* clang-format on */

/* The descriptor is gone also when close() fails. */
SEEN int close(int fd)
{
    int (*real)(int);
    *(void **)&real = next("close");
    action a = begin("close", NULL);
    int planned = errno;
    int result = real(fd);
    end(a);
    if (a == FAIL) {
        errno = planned;
        return -1;
    }
    return result;
}
