#include "base/child.h"

#include "base/file.h"
#include "pds_version.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

enum { FIRST_FREE_FD = 16 };
_Static_assert((int)FIRST_FREE_FD >= (int)PDS_CHILD_FDS_MAX, "copies must not lie in the way");

static bool find_beside(const char *name, char path[PATH_MAX])
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);

    if (len <= 0) {
        return false;
    }
    self[len] = '\0';
    char *slash = strrchr(self, '/');
    if (slash == NULL) {
        return false;
    }
    *slash = '\0';
    int n = snprintf(path, PATH_MAX, "%s/../libexec/pdfsign/%s", self, name);
    return n > 0 && n < PATH_MAX && access(path, X_OK) == 0;
}

bool pds_child_find(const char *name, char path[PATH_MAX])
{
    if (find_beside(name, path)) {
        return true;
    }
    (void)snprintf(path, PATH_MAX, "%s/%s", PDS_LIBEXECDIR, name);
    return access(path, X_OK) == 0;
}

/* Copies out of the way of the numbers that the helper gets: dup2 onto one must not close another.
 */
static int hold(const pds_child_plan *plan, int held[PDS_CHILD_FDS_MAX])
{
    for (size_t i = 0; i < plan->fd_count; i++) {
        held[i] = -1;
        if (plan->fds[i] >= 0) {
            held[i] = fcntl(plan->fds[i], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
            if (held[i] < 0) {
                return errno;
            }
        }
    }
    return 0;
}

static void let_go(int held[PDS_CHILD_FDS_MAX])
{
    for (size_t i = 0; i < PDS_CHILD_FDS_MAX; i++) {
        pds_fd_close(&held[i]);
    }
}

/* 0, or an error number. */
static int give_files(const int *held, size_t count, posix_spawn_file_actions_t *actions)
{
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        rc = held[i] >= 0
                 ? posix_spawn_file_actions_adddup2(actions, held[i], (int)i)
                 : posix_spawn_file_actions_addopen(actions, (int)i, "/dev/null", O_RDWR, 0);
    }
    return rc == 0 ? posix_spawn_file_actions_addclosefrom_np(actions, (int)count) : rc;
}

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

static int spawn(const pds_child_plan *plan, const int *held, pds_child *child)
{
    char locale[] = "LC_ALL=C";
    char *const environment[] = { locale, NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    int rc = give_files(held, plan->fd_count, &actions);
    if (rc == 0) {
        rc = set_signals(&attributes);
    }
    if (rc == 0) {
        rc = posix_spawn(&child->pid, plan->program, &actions, &attributes,
                         (char *const *)plan->arguments, environment);
    }
    if (rc != 0) {
        child->pid = 0;
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    return rc;
}

int pds_child_start(const pds_child_plan *plan, pds_child *child)
{
    int held[PDS_CHILD_FDS_MAX] = { -1, -1, -1, -1, -1, -1, -1, -1 };

    *child = (pds_child){ .pid = 0 };
    int rc = hold(plan, held);
    if (rc == 0) {
        rc = spawn(plan, held, child);
    }
    let_go(held);
    return rc;
}

int pds_child_ended(pds_child *child)
{
    pid_t ended = waitpid(child->pid, &child->status, WNOHANG);

    if (ended == 0 || (ended < 0 && errno == EINTR)) {
        return 0;
    }
    child->pid = 0;
    return ended > 0 ? 1 : -1;
}

void pds_child_drop(pds_child *child)
{
    if (child->pid > 0) {
        (void)kill(child->pid, SIGKILL);
        while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR) {
        }
        child->pid = 0;
    }
}
