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

/* A folder and what is below it, or a file. */
static void allow(int rules, int fd, uint64_t access)
{
    struct landlock_path_beneath_attr beneath = { .allowed_access = access, .parent_fd = fd };

    (void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
}

static void allow_folder(int rules, const char *folder)
{
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        allow(rules, fd, LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR);
        (void)close(fd);
    }
}

bool pds_landlock_enter(int file)
{
    struct landlock_ruleset_attr all = { .handled_access_fs = ALL };
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all.handled_access_fs, 0);

    if (rules < 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof READABLE / sizeof READABLE[0]; i++) {
        allow_folder(rules, READABLE[i]);
    }
    if (file >= 0) {
        allow(rules, file, LANDLOCK_ACCESS_FS_READ_FILE);
    }
    bool entered = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    (void)close(rules);
    return entered;
}
