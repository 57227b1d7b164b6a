#include "base/limit.h"

#include <signal.h>
#include <stddef.h>

#include <sys/prctl.h>
#include <sys/resource.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SHADOW_MEMORY 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HAS_SHADOW_MEMORY 1
#endif

static bool limit(__rlimit_resource_t resource, rlim_t value)
{
    struct rlimit bound;

    if (getrlimit(resource, &bound) != 0) {
        return false;
    }
    bound.rlim_cur = value < bound.rlim_cur ? value : bound.rlim_cur;
    if (bound.rlim_max > bound.rlim_cur) { /* one more, so that SIGXCPU comes before SIGKILL */
        bound.rlim_max = bound.rlim_cur + 1;
    }
    return setrlimit(resource, &bound) == 0;
}

bool pds_limits_set(const pds_limits *limits)
{
    bool set = limit(RLIMIT_CORE, 0) && limit(RLIMIT_CPU, limits->cpu_seconds) &&
               limit(RLIMIT_FSIZE, limits->file_size) &&
               (limits->files == 0 || limit(RLIMIT_NOFILE, limits->files));
#ifndef HAS_SHADOW_MEMORY
    set = set && limit(RLIMIT_AS, limits->memory);
#endif
    (void)signal(SIGXFSZ, SIG_IGN); /* then write() says EFBIG */
    return set && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}
