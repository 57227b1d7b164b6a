/* The end of a batch: what PDS_DURABILITY_BATCH has left to do, each folder once. */

#include "base/file.h"
#include "base/own.h"
#include "base/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct folder_row {
    dev_t device;
    ino_t inode;
    const char *output; /* one that lies in it */
} folder_row;

static void rows_drop(folder_row **rows)
{
    free(*rows);
    *rows = NULL;
}

static void text_drop(char **text)
{
    free(*text);
    *text = NULL;
}

static pds_code sync_failed(pds_err *e, int number)
{
    PDS_FAIL(e, PDS_E_OUTPUT_FAILED, "the output may not outlast a power failure: %s",
             pds_errno_text(number));
}

/* A pipe has nothing to sync, and what took an output's place meanwhile is not ours. */
static bool is_file(const char *path)
{
    struct stat st;
    return strcmp(path, "-") != 0 && (lstat(path, &st) != 0 || S_ISREG(st.st_mode));
}

static pds_code sync_file(const char *path, pds_err *e)
{
    const int flags = O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    PDS_OWN(pds_fd_close) int fd = open(path, O_RDONLY | flags);
    if (fd < 0 && errno == EACCES) { /* its mode lets the owner write only */
        fd = open(path, O_WRONLY | flags);
    }
    return fd < 0 || pds_fd_sync(fd) != 0 ? sync_failed(e, errno) : PDS_OK;
}

static pds_code open_folder(const char *output, int flags, int *fd, pds_err *e)
{
    PDS_OWN(text_drop) char *folder = pds_target_folder(output);
    if (folder == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    *fd = open(folder, flags | O_DIRECTORY | O_CLOEXEC);
    return *fd < 0 ? sync_failed(e, errno) : PDS_OK;
}

static pds_code identify_folder(const char *output, folder_row *row, pds_err *e)
{
    PDS_OWN(pds_fd_close) int fd = -1;
    struct stat st;
    PDS_TRY(open_folder(output, O_PATH, &fd, e));
    if (fstat(fd, &st) != 0) {
        return sync_failed(e, errno);
    }
    *row = (folder_row){ .device = st.st_dev, .inode = st.st_ino, .output = output };
    return PDS_OK;
}

static int sync_file_system(const char *output)
{
    PDS_OWN(pds_fd_close) int fd = open(output, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    return fd < 0 ? -1 : syncfs(fd);
}

/* A folder that may be written but not read cannot be opened for fsync(). */
static pds_code sync_folder(const char *output, pds_err *e)
{
    PDS_OWN(pds_fd_close) int fd = -1;
    if (open_folder(output, O_RDONLY, &fd, NULL) != PDS_OK) {
        return sync_file_system(output) != 0 ? sync_failed(e, errno) : PDS_OK;
    }
    return pds_fd_sync(fd) != 0 ? sync_failed(e, errno) : PDS_OK;
}

static int by_folder(const void *a, const void *b)
{
    const folder_row *x = a;
    const folder_row *y = b;
    if (x->device != y->device) {
        return x->device < y->device ? -1 : 1;
    }
    return (x->inode > y->inode) - (x->inode < y->inode);
}

static pds_code sync_folders(folder_row *rows, size_t count, pds_err *e)
{
    qsort(rows, count, sizeof *rows, by_folder);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || by_folder(&rows[i - 1], &rows[i]) != 0) {
            PDS_TRY(pds_err_file(sync_folder(rows[i].output, e), e, rows[i].output));
        }
    }
    return PDS_OK;
}

pds_code pds_outputs_sync(const char *const *paths, size_t count, pds_err *e)
{
    PDS_OWN(rows_drop) folder_row *rows = calloc(count == 0 ? 1 : count, sizeof *rows);
    size_t files = 0;
    if (rows == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        if (is_file(paths[i])) {
            PDS_TRY(pds_err_file(sync_file(paths[i], e), e, paths[i]));
            PDS_TRY(pds_err_file(identify_folder(paths[i], &rows[files++], e), e, paths[i]));
        }
    }
    return sync_folders(rows, files, e);
}
