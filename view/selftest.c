#include "view/selftest.h"

#include "view/protocol.h"
#include "view/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>

/* Each returns what the call returned: -1 and errno when it was refused. */

static int folder_fd = -1; /* of a folder that may be written, opened before the sandbox */

static long write_file(void)
{
    return openat(folder_fd, "view-selftest", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long write_unnamed(void)
{
    return openat(folder_fd, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
}

static long remove_file(void)
{
    return unlinkat(folder_fd, "view-selftest-missing", 0);
}

static long make_folder(void)
{
    return mkdirat(folder_fd, "view-selftest", 0700);
}

static long open_socket(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static long send_elsewhere(void)
{
    return send(PDS_VIEW_FD_CONTROL + 20, "x", 1, MSG_NOSIGNAL);
}

static long execute(void)
{
    char name[] = "true";
    char *const arguments[] = { name, NULL };

    return execv("/bin/true", arguments);
}

static long fork_again(void)
{
    return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static long kill_parent(void)
{
    return kill(getppid(), 0);
}

static long trace_parent(void)
{
    return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static long make_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
               ? -1
               : 0;
}

static long raise_limit(void)
{
    struct rlimit any = { .rlim_cur = 1, .rlim_max = 1 };

    return setrlimit(RLIMIT_NOFILE, &any);
}

static long take_time(void)
{
    struct itimerval second = { .it_value = { .tv_sec = 1 } };

    return setitimer(ITIMER_REAL, &second, NULL);
}

static long read_key(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC); /* stands for any file of the user's */
}

static long read_fonts(void)
{
    return open("/usr/share", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static long take_memory(void)
{
    void *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED ? -1 : 0;
}

typedef struct attempt {
    const char *what;
    long (*try)(void);
    int wanted; /* errno, 0: success */
} attempt;

static const attempt ATTEMPTS[] = {
    { "writing a file", write_file, EPERM },
    { "writing an unnamed file", write_unnamed, EPERM },
    { "removing a file", remove_file, EPERM },
    { "making a folder", make_folder, EPERM },
    { "opening a socket", open_socket, EPERM },
    { "sending elsewhere", send_elsewhere, EPERM },
    { "executing a program", execute, EPERM },
    { "forking", fork_again, EPERM },
    { "sending a signal", kill_parent, EPERM },
    { "tracing a process", trace_parent, EPERM },
    { "memory that is code", make_code, EPERM },
    { "changing limits", raise_limit, EPERM },
    { "changing alarms", take_time, EPERM },
    { "opening other files", read_key, EACCES }, /* where the kernel has Landlock */
    { "reading fonts", read_fonts, 0 },
    { "taking memory", take_memory, 0 },
};

static bool try_one(const attempt *a)
{
    char line[160];

    errno = 0;
    long got = a->try();
    int fault = got < 0 ? errno : 0;
    bool as_wanted = fault == a->wanted;
    int n = snprintf(line, sizeof line, "%s: %s, %s\n", as_wanted ? "ok" : "NOT OK", a->what,
                     fault == 0 ? "allowed" : strerrorname_np(fault));
    (void)!write(STDERR_FILENO, line, (size_t)n);
    return as_wanted;
}

int pds_selftest(void)
{
    bool all = true;

    folder_fd = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (!pds_sandbox_enter(-1)) {
        (void)!write(STDERR_FILENO, "NOT OK: no sandbox\n", 19);
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < sizeof ATTEMPTS / sizeof ATTEMPTS[0]; i++) {
        all = try_one(&ATTEMPTS[i]) && all;
    }
    _exit(all ? EXIT_SUCCESS : EXIT_FAILURE);
}
