#include "base/folder.h"

#include "base/own.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include <sys/stat.h>

static void folder_drop(DIR **folder)
{
    if (*folder != NULL) {
        (void)closedir(*folder);
    }
}

static bool is_file(const char *folder, const char *name, char path[PATH_MAX], struct stat *st)
{
    const int len = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return len >= 0 && len < PATH_MAX && stat(path, st) == 0 && S_ISREG(st->st_mode);
}

pds_code pds_folder_each(const char *path, pds_folder_fn fn, void *ctx, pds_err *e)
{
    PDS_OWN(folder_drop) DIR *folder = opendir(path);
    char file[PATH_MAX];
    struct stat st;
    if (folder == NULL) {
        PDS_FAIL(e, PDS_E_INPUT_UNREADABLE, "the folder can't be read: %s", pds_errno_text(errno));
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): of this thread's own stream
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (is_file(path, entry->d_name, file, &st)) {
            PDS_TRY(fn(ctx, file, (uint64_t)st.st_size, e));
        }
    }
    return PDS_OK;
}
