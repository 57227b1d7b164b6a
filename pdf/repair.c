#include "pdf/repair.h"

#include "base/interrupt.h"
#include "base/own.h"
#include "pdf/repair_protocol.h"
#include "pds_version.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <sys/wait.h>

/* Runs the helper program pdfsign-repair (qpdf_repair.c). */

enum { REPORT_SIZE = 1024, PASSWORD_MAX = 1024, POLL_MS = 200, FIRST_FREE_FD = 16 };

/* A run of the helper. */
typedef struct helper {
    char program[PATH_MAX];
    int in, out, report, password; /* ends for the helper; password -1: none */
    int from;                      /* our end of the report */
    pid_t pid;                     /* 0: not running */
    struct timespec deadline;
    int status; /* of waitpid */
} helper;

/* Ends a helper that still runs. */
static void helper_drop(helper *h)
{
    if (h->pid > 0) {
        (void)kill(h->pid, SIGKILL);
        while (waitpid(h->pid, &h->status, 0) < 0 && errno == EINTR) {
        }
    }
    pds_fd_close(&h->in);
    pds_fd_close(&h->out);
    pds_fd_close(&h->report);
    pds_fd_close(&h->password);
    pds_fd_close(&h->from);
}

static pds_code system_failed(pds_err *e)
{
    PDS_FAIL(e, PDS_E_REPAIR_FAILED, "the repair helper cannot be run: %s", pds_errno_text(errno));
}

/* Beside this program (bin/ and libexec/ lie together), else where it was installed. */
static pds_code find_program(helper *h, pds_err *e)
{
    static const char beside[] = "/../libexec/pdfsign/pdfsign-repair";
    ssize_t len = readlink("/proc/self/exe", h->program, sizeof h->program - sizeof beside);

    if (len > 0 && (size_t)len < sizeof h->program - sizeof beside) {
        h->program[len] = '\0';
        char *slash = strrchr(h->program, '/');
        memcpy(slash == NULL ? h->program : slash, beside, sizeof beside);
        if (access(h->program, X_OK) == 0) {
            return PDS_OK;
        }
    }
    (void)snprintf(h->program, sizeof h->program, "%s/pdfsign-repair", PDS_LIBEXECDIR);
    if (access(h->program, X_OK) == 0) {
        return PDS_OK;
    }
    return pds_err_hint(
        pds_fail(e, PDS_E_REPAIR_FAILED, __func__, "the repair helper %s is missing", h->program),
        e, "install all of pdfsign, or mend the file with another program");
}

/* Copies out of the way of the numbers that the helper gets: dup2 onto one must not close another.
 */
static pds_code hold(int fd, int *out, pds_err *e)
{
    *out = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    return *out < 0 ? system_failed(e) : PDS_OK;
}

static pds_code hold_and_close(int fd, int *out, pds_err *e)
{
    PDS_OWN(pds_fd_close) int closing = fd;

    return hold(closing, out, e);
}

static pds_code open_report(helper *h, pds_err *e)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return system_failed(e);
    }
    h->from = ends[0];
    return hold_and_close(ends[1], &h->report, e);
}

/* A password fits into the pipe's own buffer, so that nobody has to wait. */
static pds_code open_password(helper *h, const char *password, pds_err *e)
{
    size_t len = password == NULL ? 0 : strlen(password);
    int ends[2];

    if (len == 0) {
        return PDS_OK;
    }
    if (len > PASSWORD_MAX) {
        PDS_FAIL(e, PDS_E_LIMIT, "more than %zu bytes", (size_t)PASSWORD_MAX);
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return system_failed(e);
    }
    PDS_OWN(pds_fd_close) int to = ends[1];
    PDS_TRY(hold_and_close(ends[0], &h->password, e));
    return write(to, password, len) == (ssize_t)len ? PDS_OK : system_failed(e);
}

static pds_code open_output(helper *h, pds_file *repaired, pds_err *e)
{
    repaired->fd = pds_file_unnamed(pds_file_temporary_folder());
    if (repaired->fd < 0) {
        return pds_err_hint(pds_fail(e, PDS_E_REPAIR_FAILED, __func__,
                                     "no temporary file in %s: %s", pds_file_temporary_folder(),
                                     pds_errno_text(errno)),
                            e, "set TMPDIR to a folder with room for the repaired file");
    }
    return hold(repaired->fd, &h->out, e);
}

/* 0, or an error number. The helper gets these descriptors and no other. */
static int give_files(const helper *h, posix_spawn_file_actions_t *actions)
{
    const int moves[][2] = { { h->report, STDOUT_FILENO },
                             { h->in, PDS_REPAIR_FD_IN },
                             { h->out, PDS_REPAIR_FD_OUT },
                             { h->password, PDS_REPAIR_FD_PASSWORD } };
    int rc = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

    if (rc == 0) {
        rc = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    for (size_t i = 0; i < sizeof moves / sizeof moves[0] && rc == 0; i++) {
        if (moves[i][0] >= 0) {
            rc = posix_spawn_file_actions_adddup2(actions, moves[i][0], moves[i][1]);
        }
    }
    return rc == 0
               ? posix_spawn_file_actions_addclosefrom_np(
                     actions, h->password >= 0 ? PDS_REPAIR_FD_PASSWORD + 1 : PDS_REPAIR_FD_OUT + 1)
               : rc;
}

/* The helper begins with no signal blocked and none ignored. */
static int set_signals(posix_spawnattr_t *attributes)
{
    sigset_t none;
    sigset_t all;

    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    int rc = posix_spawnattr_setsigmask(attributes, &none);
    if (rc == 0) {
        rc = posix_spawnattr_setsigdefault(attributes, &all);
    }
    return rc == 0 ? posix_spawnattr_setflags(attributes,
                                              POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
                   : rc;
}

static int spawn(helper *h)
{
    char in[] = "3";
    char out[] = "4";
    char password[] = "5";
    char name[] = "pdfsign-repair";
    char locale[] = "LC_ALL=C";
    char *const arguments[] = { name, in, out, h->password >= 0 ? password : NULL, NULL };
    char *const environment[] = { locale, NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    int rc = give_files(h, &actions);
    if (rc == 0) {
        rc = set_signals(&attributes);
    }
    if (rc == 0) {
        rc = posix_spawn(&h->pid, h->program, &actions, &attributes, arguments, environment);
    }
    if (rc != 0) {
        h->pid = 0;
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    return rc;
}

static pds_code start(helper *h, pds_err *e)
{
    (void)clock_gettime(CLOCK_MONOTONIC, &h->deadline);
    h->deadline.tv_sec += PDS_REPAIR_WALL_SECONDS;
    errno = spawn(h);
    if (errno != 0) {
        return system_failed(e);
    }
    pds_fd_close(&h->report); /* so that the pipe ends with the helper */
    pds_fd_close(&h->password);
    return PDS_OK;
}

static pds_code check_time(const helper *h, pds_err *e)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec > h->deadline.tv_sec) {
        PDS_FAIL(e, PDS_E_REPAIR_FAILED, "the repair takes too long");
    }
    return pds_interrupt_check(e);
}

/* Keeps the first bytes of what the helper says, which may be anything, as lines of plain text. */
static void keep(char *report, size_t *len, pds_span bytes)
{
    for (size_t i = 0; i < bytes.len && *len < REPORT_SIZE - 1; i++) {
        uint8_t c = bytes.ptr[i];
        report[(*len)++] = (char)(c == '\n' || (c >= ' ' && c <= '~') ? c : '?');
    }
    report[*len] = '\0';
}

static pds_code read_report(helper *h, char *report, pds_err *e)
{
    size_t len = 0;
    uint8_t chunk[4096];

    for (;;) {
        struct pollfd p = { .fd = h->from, .events = POLLIN };
        PDS_TRY(check_time(h, e));
        if (poll(&p, 1, POLL_MS) <= 0) {
            continue; /* nothing yet, or a signal */
        }
        ssize_t n = read(h->from, chunk, sizeof chunk);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            return PDS_OK;
        }
        keep(report, &len, pds_span_of(chunk, n < 0 ? 0 : (size_t)n));
    }
}

static pds_code wait_for_end(helper *h, pds_err *e)
{
    const struct timespec nap = { .tv_nsec = 2000000 };

    for (;;) {
        pid_t ended = waitpid(h->pid, &h->status, WNOHANG);
        if (ended == h->pid) {
            h->pid = 0;
            return PDS_OK;
        }
        if (ended < 0 && errno != EINTR) { /* someone else has waited for it */
            h->pid = 0;
            return system_failed(e);
        }
        PDS_TRY(check_time(h, e));
        (void)nanosleep(&nap, NULL);
    }
}

/* A line that was cut goes; so does the last line's end. */
static void trim(char *report)
{
    char *end = strrchr(report, '\n');

    if (end != NULL) {
        *end = '\0';
    }
}

static pds_code died(int number, pds_err *e)
{
    if (number == SIGXCPU) {
        PDS_FAIL(e, PDS_E_REPAIR_FAILED, "the repair takes too long");
    }
    PDS_FAIL(e, PDS_E_REPAIR_FAILED, "the damage is too great: the repair ended by signal %d",
             number);
}

static pds_code refused(pds_err *e)
{
    return pds_err_hint(
        pds_fail(e, PDS_E_REPAIR_REFUSED, __func__,
                 "the file is damaged and carries a signature, which a repair would break"),
        e, "ask for the file once more where it came from");
}

static pds_code judge(const helper *h, char *report, pds_err *e)
{
    if (WIFSIGNALED(h->status)) {
        return died(WTERMSIG(h->status), e);
    }
    switch (WEXITSTATUS(h->status)) {
    case PDS_REPAIR_EXIT_DONE:
        return PDS_OK;
    case PDS_REPAIR_EXIT_SIGNED:
        return refused(e);
    case PDS_REPAIR_EXIT_PASSWORD_NEEDED:
        return pds_err_hint(pds_fail(e, PDS_E_PASSWORD_NEEDED, __func__,
                                     "the file is encrypted and needs a password"),
                            e, "give it with --password-file");
    case PDS_REPAIR_EXIT_PASSWORD_WRONG:
        PDS_FAIL(e, PDS_E_PASSWORD_WRONG, "the password does not open the file");
    case PDS_REPAIR_EXIT_FAILED:
        report[strcspn(report, "\n")] = '\0';
        PDS_FAIL(e, PDS_E_REPAIR_FAILED, "the damage is too great: %s", report);
    default:
        PDS_FAIL(e, PDS_E_REPAIR_FAILED, "the repair helper ended with status %d",
                 WEXITSTATUS(h->status));
    }
}

static pds_code take_result(pds_file *repaired, pds_err *e)
{
    if (fstat(repaired->fd, &repaired->identity) != 0) {
        return system_failed(e);
    }
    repaired->size = (uint64_t)repaired->identity.st_size;
    if (repaired->size == 0) {
        PDS_FAIL(e, PDS_E_REPAIR_FAILED, "the repair wrote nothing");
    }
    return PDS_OK;
}

static pds_code run(const pds_file *damaged, const char *password, pds_file *repaired, char *report,
                    pds_err *e)
{
    PDS_OWN(helper_drop)
    helper h = { .in = -1, .out = -1, .report = -1, .password = -1, .from = -1 };

    PDS_TRY(find_program(&h, e));
    PDS_TRY(hold(damaged->fd, &h.in, e));
    PDS_TRY(open_output(&h, repaired, e));
    PDS_TRY(open_report(&h, e));
    PDS_TRY(open_password(&h, password, e));
    PDS_TRY(start(&h, e));
    PDS_TRY(read_report(&h, report, e));
    PDS_TRY(wait_for_end(&h, e));
    trim(report);
    PDS_TRY(judge(&h, report, e));
    return take_result(repaired, e);
}

pds_code pds_repair(const pds_file *damaged, const char *password, pds_file *repaired, char *report,
                    pds_err *e)
{
    *repaired = (pds_file)PDS_FILE_NONE;
    repaired->path = damaged->path;
    report[0] = '\0';
    pds_code rc = run(damaged, password, repaired, report, e);
    if (rc != PDS_OK) {
        pds_file_close(repaired);
        return pds_err_file(rc, e, damaged->path);
    }
    if (report[0] == '\0') {
        (void)snprintf(report, REPORT_SIZE, "cross-reference data written anew");
    }
    return PDS_OK;
}
