#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include "base/err.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A helper program: a process of its own for what should not run where keys are. */
typedef struct pds_child {
    pid_t pid;  /* 0: none, or already waited for */
    int status; /* of waitpid, once it has ended */
} pds_child;

enum { PDS_CHILD_FDS_MAX = 8 };

/* What a helper begins with: these descriptors and no other, LC_ALL=C and nothing else in its
 * environment, no signal blocked or ignored. */
typedef struct pds_child_plan {
    const char *program;          /* path */
    const char *const *arguments; /* its name first, NULL at the end */
    int fds[PDS_CHILD_FDS_MAX];   /* fds[i] becomes descriptor i; -1: /dev/null */
    size_t fd_count;              /* at least the three of the standard streams */
} pds_child_plan;

/* Where a helper of this name is: beside this program (bin/ and libexec/ lie together), else where
 * it was installed. False: nowhere; path then says where it was looked for last. */
bool pds_child_find(const char *name, char path[PATH_MAX]);
/* 0, or an error number. */
PDS_USE int pds_child_start(const pds_child_plan *plan, pds_child *child);
/* Has it ended? 1 yes (child->status, pid 0), 0 no, -1 somebody else waited for it (pid 0). */
PDS_USE int pds_child_ended(pds_child *child);
/* For PDS_OWN: kills what still runs, and leaves no zombie. */
void pds_child_drop(pds_child *child);

#ifdef __cplusplus
}
#endif
#endif
