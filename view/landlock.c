#include "view/landlock.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <linux/landlock.h>
#include <sys/syscall.h>

static const char *const READABLE[] = { "/usr/share", "/usr/local/share", "/usr/lib", "/etc/fonts",
                                        "/var/cache/fontconfig" };

/* All of the first version, which every kernel with Landlock knows. */
static const uint64_t ALL = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
static const uint64_t TO_READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

static void allow(int rules, const char *folder)
{
    struct landlock_path_beneath_attr beneath = { .allowed_access = TO_READ };

    beneath.parent_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (beneath.parent_fd >= 0) {
        (void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
        (void)close(beneath.parent_fd);
    }
}

int pds_landlock_enter(void)
{
    struct landlock_ruleset_attr all = { .handled_access_fs = ALL };
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all.handled_access_fs, 0);

    if (rules < 0) {
        return 0;
    }
    for (size_t i = 0; i < sizeof READABLE / sizeof READABLE[0]; i++) {
        allow(rules, READABLE[i]);
    }
    int entered = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    (void)close(rules);
    return entered;
}
