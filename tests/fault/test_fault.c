#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

typedef struct row {
    const char *name;
    const char *fault; /* PDS_FAULT, NULL: none */
    int signal, exit;
    long begin, end;   /* size of FOLDER/begin and FOLDER/end afterwards, -1: absent */
    const char *steps; /* the log, spaces for line ends */
} row;

static row rows[] = {
    { "nothing planned: all steps are counted", NULL, 0, 0, -1, 10,
      "1 openat64 2 write 3 fsync 4 close 5 renameat " },
    { "killed before the first step", "1:kill", SIGKILL, 0, -1, -1, "1 openat64 " },
    { "killed after the first step", "1:after-kill", SIGKILL, 0, 0, -1, "1 openat64 " },
    { "killed after the write", "2:after-kill", SIGKILL, 0, 10, -1, "1 openat64 2 write " },
    { "a full disk", "2:ENOSPC", 0, 1, 0, -1, "1 openat64 2 write 3 close " },
    { "half the bytes, then the rest", "2:short", 0, 0, -1, 10,
      "1 openat64 2 write 3 write 4 fsync 5 close 6 renameat " },
    { "a disk that fails to sync", "3:EIO", 0, 1, 10, -1, "1 openat64 2 write 3 fsync " },
    { "a close that fails has closed", "4:EIO", 0, 1, 10, -1,
      "1 openat64 2 write 3 fsync 4 close " },
    { "two faults: a full disk, and a close that fails, too", "2:ENOSPC,3:EIO", 0, 1, 0, -1,
      "1 openat64 2 write 3 close " },
    { "killed before the rename", "5:kill", SIGKILL, 0, 10, -1,
      "1 openat64 2 write 3 fsync 4 close 5 renameat " },
    { "killed after the rename", "5:after-kill", SIGKILL, 0, -1, 10,
      "1 openat64 2 write 3 fsync 4 close 5 renameat " },
};

static long size_of(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat st;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return stat(path, &st) == 0 ? (long)st.st_size : -1;
}

static void run_probe(const row *r, const char *folder, const char *log)
{
    (void)setenv("LD_PRELOAD", SHIM, 1);
    (void)setenv("PDS_FAULT_FROM", "begin", 1);
    (void)setenv("PDS_FAULT_LOG", log, 1);
    if (r->fault != NULL) {
        (void)setenv("PDS_FAULT", r->fault, 1);
    }
    (void)dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    (void)execl(PROBE, PROBE, folder, (char *)NULL);
    _exit(99);
}

static void read_steps(const char *path, char *out, size_t room)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t len = fread(out, 1, room - 1, f);
    (void)fclose(f);
    out[len] = '\0';
    for (char *c = out; *c != '\0'; c++) {
        if (*c == '\n') {
            *c = ' ';
        }
    }
}

static void clean_up(const char *folder)
{
    static const char *const names[] = { "begin", "end", "log" };
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

static void the_planned_step_goes_wrong(void **state)
{
    const row *r = *state;
    char folder[] = "/tmp/pds-fault-XXXXXX";
    char log[64];
    char steps[512];
    int status = 0;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(log, sizeof log, "%s/log", folder);
    pid_t pid = fork();
    if (pid == 0) {
        run_probe(r, folder, log);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, r->signal);
    assert_int_equal(WIFEXITED(status) ? WEXITSTATUS(status) : 0, r->exit);
    assert_int_equal(size_of(folder, "begin"), r->begin);
    assert_int_equal(size_of(folder, "end"), r->end);
    read_steps(log, steps, sizeof steps);
    assert_string_equal(steps, r->steps);
    clean_up(folder);
}

int main(void)
{
    struct CMUnitTest tests[sizeof rows / sizeof rows[0]];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        tests[i] =
            (struct CMUnitTest){ rows[i].name, the_planned_step_goes_wrong, NULL, NULL, &rows[i] };
    }
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
