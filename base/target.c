#include "base/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

pds_code pds_target_failed(pds_err *e, int errno_value)
{
    bool full = errno_value == ENOSPC || errno_value == EDQUOT;
    pds_code code = pds_fail(e, PDS_E_OUTPUT_FAILED, __func__, "the output cannot be written: %s",
                             pds_errno_text(errno_value));
    return pds_err_hint(code, e, full ? "make room there, or choose another folder" : NULL);
}

/* "c.pdf" lies in ".", "/c.pdf" in "/", "a/b/c.pdf" in "a/b". */
char *pds_target_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL || slash == path ? 1 : (size_t)(slash - path);
    return strndup(slash == NULL ? "." : path, len);
}

static pds_code split_path(const char *path, pds_target *t, pds_err *e)
{
    const char *slash = strrchr(path, '/');
    t->name = slash == NULL ? path : slash + 1;
    t->folder = pds_target_folder(path);
    if (t->folder == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    if (strcmp(t->name, "") == 0 || strcmp(t->name, ".") == 0 || strcmp(t->name, "..") == 0) {
        PDS_FAIL(e, PDS_E_OUTPUT_REFUSED, "the output is a folder");
    }
    return PDS_OK;
}

pds_code pds_target_kind_check(mode_t mode, pds_err *e)
{
    static const struct {
        mode_t kind;
        const char *refusal; /* NULL: welcome */
    } kinds[] = {
        { S_IFREG, NULL },
        { S_IFIFO, NULL },
        { S_IFLNK, N_("the output is a symbolic link") },
        { S_IFDIR, N_("the output is a folder") },
        { S_IFCHR, N_("the output is a device") },
        { S_IFBLK, N_("the output is a device") },
        { S_IFSOCK, N_("the output is a socket") },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].kind == (mode & S_IFMT) && kinds[i].refusal != NULL) {
            PDS_FAIL(e, PDS_E_OUTPUT_REFUSED, kinds[i].refusal, "");
        }
    }
    return PDS_OK;
}

/* By device and inode: another path or a hard link leads to the same file. */
static bool is_input(const struct stat *st, const pds_file *input)
{
    return input != NULL && input->fd >= 0 && st->st_dev == input->identity.st_dev &&
           st->st_ino == input->identity.st_ino;
}

static pds_code check_file(const pds_output *output, const pds_target *t, pds_err *e)
{
    if (t->in_place) {
        if (!output->in_place) {
            PDS_FAIL(e, PDS_E_USAGE, "the output is the input itself");
        }
        return PDS_OK;
    }
    if (!output->overwrite) {
        PDS_FAIL(e, PDS_E_OUTPUT_EXISTS, "the output exists");
    }
    return PDS_OK;
}

static pds_code check_folder(const char *folder, pds_err *e)
{
    struct stat st;
    if (stat(folder, &st) != 0) {
        return pds_target_failed(e, errno);
    }
    if (!S_ISDIR(st.st_mode)) {
        return pds_target_failed(e, ENOTDIR);
    }
    return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 ? PDS_OK
                                                                     : pds_target_failed(e, errno);
}

static pds_code find_stdout(const pds_file *input, pds_target *t, pds_err *e)
{
    t->kind = PDS_TO_STDOUT;
    t->exists = true;
    if (fstat(STDOUT_FILENO, &t->found) != 0) {
        return pds_target_failed(e, errno);
    }
    if (S_ISREG(t->found.st_mode) && is_input(&t->found, input)) {
        PDS_FAIL(e, PDS_E_USAGE, "the output is the input itself");
    }
    return PDS_OK;
}

bool pds_target_names_open_file(const char *path)
{
    return strcmp(path, "/dev/stdout") == 0 || strncmp(path, "/dev/fd/", 8) == 0 ||
           strncmp(path, "/proc/self/fd/", 14) == 0;
}

static pds_code find_path(const pds_output *output, const pds_file *input, pds_target *t,
                          pds_err *e)
{
    struct stat through;
    PDS_TRY(split_path(output->path, t, e));
    if (lstat(output->path, &t->found) != 0) {
        return errno == ENOENT ? check_folder(t->folder, e) : pds_target_failed(e, errno);
    }
    t->exists = true;
    if (S_ISLNK(t->found.st_mode) && pds_target_names_open_file(output->path) &&
        stat(output->path, &through) == 0 && S_ISFIFO(through.st_mode)) {
        t->found = through;
    }
    t->in_place = is_input(&t->found, input);
    PDS_TRY(pds_target_kind_check(t->found.st_mode, e));
    if (S_ISFIFO(t->found.st_mode)) {
        t->kind = PDS_TO_FIFO;
        return PDS_OK;
    }
    PDS_TRY(check_file(output, t, e));
    return check_folder(t->folder, e);
}

pds_code pds_target_find(const pds_output *output, const pds_file *input, pds_target *t, pds_err *e)
{
    *t = (pds_target){ .kind = PDS_TO_FILE };
    if (output->path == NULL || *output->path == '\0') {
        PDS_FAIL(e, PDS_E_USAGE, "the output has no name");
    }
    if (strcmp(output->path, "-") == 0) {
        return find_stdout(input, t, e);
    }
    return pds_err_file(find_path(output, input, t, e), e, output->path);
}

void pds_target_drop(pds_target *t)
{
    free(t->folder);
    t->folder = NULL;
}
