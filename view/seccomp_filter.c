#include "view/seccomp_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <unistd.h>

#include <sys/mman.h>

static scmp_filter_ctx filter;

/* Whatever their arguments. */
static const int FREE_CALLS[] = {
    /* memory */
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
    /* what is open, and what a name stands for */
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(_llseek),
    SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(fstat64), SCMP_SYS(newfstatat), SCMP_SYS(fstatat64),
    SCMP_SYS(statx), SCMP_SYS(stat), SCMP_SYS(stat64), SCMP_SYS(lstat), SCMP_SYS(lstat64),
    SCMP_SYS(fstatfs), SCMP_SYS(statfs), SCMP_SYS(access), SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64),
    SCMP_SYS(getcwd), SCMP_SYS(fadvise64),
    /* time, threads of one's own, the end */
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    SCMP_SYS(futex), SCMP_SYS(futex_time64), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
    SCMP_SYS(getegid), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group)
};

/* Of these only the calls whose argument, as far as it is masked, has this value. */
typedef struct bound_call {
    int number;
    unsigned argument;
    scmp_datum_t mask, value;
} bound_call;

enum { CHANGES = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY) };

static const bound_call BOUND_CALLS[] = {
    { SCMP_SYS(open), 1, CHANGES, O_RDONLY },
    { SCMP_SYS(openat), 2, CHANGES, O_RDONLY },
    { SCMP_SYS(mmap), 2, PROT_EXEC, 0 },
    { SCMP_SYS(mmap2), 2, PROT_EXEC, 0 },
    { SCMP_SYS(mprotect), 2, PROT_EXEC, 0 },
    { SCMP_SYS(fcntl), 1, (scmp_datum_t)-1, F_GETFL },
    { SCMP_SYS(fcntl), 1, (scmp_datum_t)-1, F_GETFD },
    { SCMP_SYS(fcntl), 1, (scmp_datum_t)-1, F_SETFD },
    { SCMP_SYS(write), 0, (scmp_datum_t)-1, STDERR_FILENO },
    { SCMP_SYS(writev), 0, (scmp_datum_t)-1, STDERR_FILENO },
};

static const int ANSWER_CALLS[] = { SCMP_SYS(sendto), SCMP_SYS(sendmsg) };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool allow_free(void)
{
    bool made = true;

    for (size_t i = 0; i < COUNT(FREE_CALLS) && made; i++) {
        made = seccomp_rule_add(filter, SCMP_ACT_ALLOW, FREE_CALLS[i], 0) == 0;
    }
    return made;
}

static bool allow_bound(void)
{
    bool made = true;

    for (size_t i = 0; i < COUNT(BOUND_CALLS) && made; i++) {
        const bound_call *c = &BOUND_CALLS[i];
        struct scmp_arg_cmp only = { c->argument, SCMP_CMP_MASKED_EQ, c->mask, c->value };
        made = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, c->number, 1, &only) == 0;
    }
    return made;
}

static bool allow_answers(int answers)
{
    struct scmp_arg_cmp only = { 0, SCMP_CMP_EQ, (scmp_datum_t)answers, 0 };
    bool made = true;

    for (size_t i = 0; i < COUNT(ANSWER_CALLS) && made; i++) {
        made = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, ANSWER_CALLS[i], 1, &only) == 0;
    }
    return made;
}

bool pds_filter_prepare(int answers)
{
    filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    return filter != NULL && allow_free() && allow_bound() && allow_answers(answers);
}

bool pds_filter_enter(void)
{
    return seccomp_load(filter) == 0;
}
