#include "cli/interrupt.h"
#include "cli/pin.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

/* A running program and the end of the pipe that it prints to. */
typedef struct child {
    pid_t pid;
    int from;
} child;

static void child_drop(child *c)
{
    if (c->from >= 0) {
        (void)close(c->from);
        c->from = -1;
    }
    if (c->pid > 0) {
        (void)kill(c->pid, SIGTERM);
        (void)waitpid(c->pid, NULL, 0);
        c->pid = 0;
    }
}

/* Its input is empty, for ours may be the PDF; signals are as they were for us. */
static int spawn(const char *program, const char *label, int to, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t standard;
    char *argv[] = { (char *)program, (char *)label, NULL };
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawnattr_init(&attributes);
    (void)sigemptyset(&standard);
    (void)sigaddset(&standard, SIGPIPE);
    (void)sigaddset(&standard, SIGXFSZ);
    int bad = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    bad = bad != 0 ? bad : posix_spawn_file_actions_adddup2(&files, to, STDOUT_FILENO);
    bad = bad != 0 ? bad : posix_spawnattr_setsigdefault(&attributes, &standard);
    bad = bad != 0 ? bad : posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    bad = bad != 0 ? bad : posix_spawnp(pid, program, &files, &attributes, argv, environ);
    (void)posix_spawn_file_actions_destroy(&files);
    (void)posix_spawnattr_destroy(&attributes);
    return bad;
}

static pds_code start(const char *program, const char *label, child *c, pds_err *e)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        CLI_FAIL(e, PDS_E_PIN_NEEDED, "no pipe to '%s': %s", program, strerrordesc_np(errno));
    }
    c->from = ends[0];
    int bad = spawn(program, label, ends[1], &c->pid);
    (void)close(ends[1]);
    if (bad != 0) {
        c->pid = 0;
        CLI_FAIL(e, PDS_E_PIN_NEEDED, "'%s' does not start: %s", program, strerrordesc_np(bad));
    }
    return PDS_OK;
}

static pds_code finish(const char *program, child *c, pds_err *e)
{
    int status = 0;
    (void)close(c->from);
    c->from = -1;
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR && cli_interrupted() == 0) {
    }
    if (cli_interrupted() != 0) {
        CLI_FAIL(e, PDS_E_INTERRUPTED, "interrupted");
    }
    c->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
        CLI_FAIL(e, PDS_E_PIN_NEEDED, "'%s' gave no PIN and ended with status %d", program,
                 WEXITSTATUS(status));
    }
    return PDS_OK;
}

pds_code cli_program_ask(const char *program, const char *label, pds_secret *into, pds_err *e)
{
    CLI_OWN(child_drop) child c = { .pid = 0, .from = -1 };
    CLI_TRY(start(program, label, &c, e));
    if (!cli_wait_readable(c.from)) {
        CLI_FAIL(e, PDS_E_INTERRUPTED, "interrupted");
    }
    pds_code code = pds_secret_from_fd(into, c.from, e);
    /* The program's own failure says more than the missing line. */
    CLI_TRY(finish(program, &c, e));
    return code;
}
