#include "pdf/repair.h"

#include "base/child.h"
#include "base/interrupt.h"
#include "base/own.h"
#include "pdf/repair_protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <sys/wait.h>

/* Runs the helper program pdfsign-repair (qpdf_repair.c). */

enum { REPORT_SIZE = 1024, PASSWORD_MAX = 1024, POLL_MS = 200 };

/* A run of the helper. */
typedef struct helper {
    char program[PATH_MAX];
    int in, out, report, password; /* ends for the helper; password -1: none */
    int from;                      /* our end of the report */
    pds_child child;
    struct timespec deadline;
} helper;

/* Ends a helper that still runs. */
static void helper_drop(helper *h)
{
    pds_child_drop(&h->child);
    pds_fd_close(&h->report);
    pds_fd_close(&h->password);
    pds_fd_close(&h->from);
}

static pds_code system_failed(pds_err *e)
{
    PDS_FAIL(e, PDS_E_REPAIR_FAILED, "the repair helper cannot be run: %s", pds_errno_text(errno));
}

static pds_code find_program(helper *h, pds_err *e)
{
    if (pds_child_find("pdfsign-repair", h->program)) {
        return PDS_OK;
    }
    return pds_err_hint(
        pds_fail(e, PDS_E_REPAIR_FAILED, __func__, "the repair helper %s is missing", h->program),
        e, "install all of pdfsign, or mend the file with another program");
}

static pds_code open_report(helper *h, pds_err *e)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return system_failed(e);
    }
    h->from = ends[0];
    h->report = ends[1];
    return PDS_OK;
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
    h->password = ends[0];
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
    h->out = repaired->fd;
    return PDS_OK;
}

static int spawn(helper *h)
{
    const char *const arguments[] = { "pdfsign-repair", "3", "4", h->password >= 0 ? "5" : NULL,
                                      NULL };
    const pds_child_plan plan = {
        .program = h->program,
        .arguments = arguments,
        .fds = { [STDIN_FILENO] = -1,
                 [STDOUT_FILENO] = h->report,
                 [STDERR_FILENO] = -1,
                 [PDS_REPAIR_FD_IN] = h->in,
                 [PDS_REPAIR_FD_OUT] = h->out,
                 [PDS_REPAIR_FD_PASSWORD] = h->password },
        .fd_count = PDS_REPAIR_FD_PASSWORD + 1,
    };
    return pds_child_start(&plan, &h->child);
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
        int ended = pds_child_ended(&h->child);
        if (ended < 0) {
            errno = ECHILD;
            return system_failed(e);
        }
        if (ended > 0) {
            return PDS_OK;
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
    if (WIFSIGNALED(h->child.status)) {
        return died(WTERMSIG(h->child.status), e);
    }
    switch (WEXITSTATUS(h->child.status)) {
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
                 WEXITSTATUS(h->child.status));
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
    helper h = { .in = damaged->fd, .out = -1, .report = -1, .password = -1, .from = -1 };

    PDS_TRY(find_program(&h, e));
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
