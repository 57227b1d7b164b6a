#include "cli/interrupt.h"
#include "cli/pinentry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <sys/wait.h>

/* A running program, and our ends of the pipes: that it prints to, and that it reads, if it does.
 */
typedef struct child {
    pid_t pid;
    int from, to;
} child;

static void close_end(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
        *fd = -1;
    }
}

enum { STEP_MS = 5, PATIENCE_MS = 2000 };

/* Has it ended? If not, a moment passes. */
static bool has_ended(child *c, int *status)
{
    if (waitpid(c->pid, status, WNOHANG) == 0) {
        (void)poll(NULL, 0, STEP_MS);
        return false;
    }
    c->pid = 0;
    return true;
}

/* It is asked to end, and made to if it does not. */
static void child_drop(child *c)
{
    int status = 0;
    close_end(&c->from);
    close_end(&c->to);
    if (c->pid <= 0) {
        return;
    }
    (void)kill(c->pid, SIGTERM);
    for (int left = PATIENCE_MS; left > 0 && !has_ended(c, &status); left -= STEP_MS) {
    }
    if (c->pid > 0) {
        (void)kill(c->pid, SIGKILL);
        while (!has_ended(c, &status)) {
        }
    }
}

/* Its input is empty, for ours may be the PDF, unless it reads from a pipe; it has nothing else
 * that is open here, such as what modules of tokens left so; signals are as they were for us. */
static int spawn(char *const argv[], int in, int out, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t standard;
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawnattr_init(&attributes);
    (void)sigemptyset(&standard);
    (void)sigaddset(&standard, SIGPIPE);
    (void)sigaddset(&standard, SIGXFSZ);
    int bad =
        in >= 0 ? posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO)
                : posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    bad = bad != 0 ? bad : posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    bad = bad != 0 ? bad : posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    bad = bad != 0 ? bad : posix_spawnattr_setsigdefault(&attributes, &standard);
    bad = bad != 0 ? bad : posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    bad = bad != 0 ? bad : posix_spawnp(pid, argv[0], &files, &attributes, argv, environ);
    (void)posix_spawn_file_actions_destroy(&files);
    (void)posix_spawnattr_destroy(&attributes);
    return bad;
}

static pds_code open_pipe(const char *program, int *reads, int *writes, pds_err *e)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        CLI_FAIL(e, PDS_E_PIN_NEEDED, "no pipe to '%s': %s", program, strerrordesc_np(errno));
    }
    *reads = ends[0];
    *writes = ends[1];
    return PDS_OK;
}

/* label: its argument; NULL: none, and it is talked with. */
static pds_code start(const char *program, const char *label, child *c, pds_err *e)
{
    CLI_OWN(close_end) int in = -1;
    CLI_OWN(close_end) int out = -1;
    char *argv[] = { (char *)program, (char *)label, NULL };
    CLI_TRY(open_pipe(program, &c->from, &out, e));
    if (label == NULL) {
        CLI_TRY(open_pipe(program, &in, &c->to, e));
    }
    const int bad = spawn(argv, in, out, &c->pid);
    if (bad != 0) {
        c->pid = 0;
        CLI_FAIL(e, PDS_E_PIN_NEEDED, "'%s' does not start: %s", program, strerrordesc_np(bad));
    }
    return PDS_OK;
}

static pds_code finish(const char *program, child *c, pds_err *e)
{
    int status = 0;
    close_end(&c->from);
    close_end(&c->to);
    while (!has_ended(c, &status)) {
        CLI_TRY(cli_may_ask(e));
    }
    CLI_TRY(cli_may_ask(e));
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
        CLI_FAIL(e, PDS_E_PIN_NEEDED, "'%s' gave no PIN and ended with status %d", program,
                 WEXITSTATUS(status));
    }
    return PDS_OK;
}

/* ---- a program that prints it ---- */

/* greets: it is not the secret that it printed, but the greeting of a pinentry. */
static pds_code take_line(const char *program, const cli_question *question, pds_secret *into,
                          bool *greets, pds_err *e)
{
    CLI_OWN(child_drop) child c = { .pid = 0, .from = -1, .to = -1 };
    CLI_TRY(start(program, question->label, &c, e));
    CLI_TRY(cli_wait_readable(c.from, e));
    const pds_code code = pds_secret_from_fd(into, c.from, e);
    *greets = code == PDS_OK && cli_pinentry_greets(pds_secret_text(into));
    if (*greets) {
        return PDS_OK;
    }
    /* The program's own failure says more than the missing line. */
    CLI_TRY(finish(program, &c, e));
    return code;
}

/* ---- a program that is talked with ---- */

/* The terminal as it was: a pinentry that a signal ends leaves it without echo. */
typedef struct restoring {
    int fd;
    struct termios before;
} restoring;

static restoring restoring_begin(void)
{
    restoring r = { .fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) };
    if (r.fd >= 0 && tcgetattr(r.fd, &r.before) != 0) {
        close_end(&r.fd);
    }
    return r;
}

static void restoring_end(restoring *r)
{
    struct termios now;
    if (r->fd >= 0 && tcgetattr(r->fd, &now) == 0 &&
        (now.c_lflag != r->before.c_lflag || now.c_iflag != r->before.c_iflag ||
         now.c_oflag != r->before.c_oflag)) {
        (void)tcsetattr(r->fd, TCSADRAIN, &r->before);
    }
    close_end(&r->fd);
}

static pds_code talk(const char *program, const cli_question *question, pds_secret *into,
                     pds_err *e)
{
    CLI_OWN(restoring_end) restoring terminal = restoring_begin();
    CLI_OWN(child_drop) child c = { .pid = 0, .from = -1, .to = -1 };
    (void)terminal; /* only its end matters */
    CLI_TRY(start(program, NULL, &c, e));
    CLI_TRY(cli_pinentry_ask(c.to, c.from, question, into, e));
    return finish(program, &c, e);
}

pds_code cli_program_ask(const char *program, const cli_question *question, pds_secret *into,
                         pds_err *e)
{
    bool greets = false;
    CLI_TRY(take_line(program, question, into, &greets, e));
    return greets ? talk(program, question, into, e) : PDS_OK;
}
