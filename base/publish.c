#include "base/publish.h"

#include "base/interrupt.h"
#include "base/own.h"
#include "base/pipe.h"
#include "base/target.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/random.h>

enum { TRIES = 100 };

struct pds_publish {
    pds_target target;
    pds_output output;       /* path is lent from the caller's */
    struct stat input;       /* of the input, if the work is in place */
    int folder;              /* -1: to a pipe */
    int fd;                  /* the bytes */
    char temp[NAME_MAX + 1]; /* name of fd in folder, "" while it has none */
};

/* ".NAME.pdfsign-XXXXXX"; a long name is cut between two characters to leave room. */
static void new_temp_name(pds_publish *p)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
    uint8_t random[6] = { 0 };
    char tail[7] = "";
    int keep = NAME_MAX - (int)sizeof "..pdfsign-XXXXXX" + 1;
    int len = (int)strnlen(p->target.name, (size_t)keep + 1);
    while (len > keep || (len == keep && ((uint8_t)p->target.name[len] & 0xC0) == 0x80)) {
        len--;
        keep = len < keep ? len : keep;
    }
    (void)!getrandom(random, sizeof random, 0);
    for (size_t i = 0; i < sizeof random; i++) {
        tail[i] = letters[random[i] % 32];
    }
    (void)snprintf(p->temp, sizeof p->temp, ".%.*s.pdfsign-%s", len, p->target.name, tail);
}

/* The name under which the kernel knows an open file. */
enum { FD_PATH = sizeof "/proc/self/fd/2147483647" };

static const char *fd_path(int fd, char out[FD_PATH])
{
    (void)snprintf(out, FD_PATH, "/proc/self/fd/%d", fd);
    return out;
}

/* A file that gets its name by link(), or -1 where that cannot be: a container may have no /proc.
 */
static int open_linkable(int folder, mode_t mode)
{
    char path[FD_PATH];
    PDS_OWN(pds_fd_close) int fd = openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
    if (fd < 0 || access(fd_path(fd, path), F_OK) != 0) {
        return -1;
    }
    return pds_fd_take(&fd);
}

static int open_named(pds_publish *p, mode_t mode)
{
    int fd = -1;
    for (int i = 0; fd < 0 && i < TRIES; i++) {
        new_temp_name(p);
        fd = openat(p->folder, p->temp, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC, mode);
        if (fd < 0 && errno != EEXIST && errno != EINTR) {
            break;
        }
    }
    if (fd < 0) {
        p->temp[0] = '\0'; /* not ours to unlink */
    }
    return fd;
}

/* Copies of pipes are files without a name: their mode says nothing. */
static bool has_mode(const pds_file *input)
{
    return input != NULL && input->fd >= 0 && input->identity.st_nlink > 0;
}

/* What may be read by few must not become readable by more. A file system without modes is no
 * fault: open() has not given more than `mode` already. */
static void set_owner_and_mode(pds_publish *p, const pds_file *input, mode_t mode)
{
    const struct stat *old = &p->target.found;
    if (p->target.in_place && (old->st_uid != geteuid() || old->st_gid != getegid())) {
        if (fchown(p->fd, old->st_uid, old->st_gid) != 0) {
            (void)!fchown(p->fd, (uid_t)-1, old->st_gid);
        }
    }
    if (has_mode(input)) {
        (void)fchmod(p->fd, mode);
    }
}

static pds_code open_in_folder(pds_publish *p, const pds_file *input, pds_err *e)
{
    mode_t mode = has_mode(input) ? input->identity.st_mode & 0777 : 0666;
    assert(p->target.folder != NULL); /* every PDS_TO_FILE has one */
    p->folder = open(p->target.folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (p->folder < 0) {
        return pds_target_failed(e, errno);
    }
    p->fd = open_linkable(p->folder, mode);
    if (p->fd < 0) {
        p->fd = open_named(p, mode); /* also says, better than O_TMPFILE, what is wrong */
    }
    if (p->fd < 0) {
        return pds_target_failed(e, errno);
    }
    set_owner_and_mode(p, input, mode);
    return PDS_OK;
}

static pds_code open_for_pipe(pds_publish *p, pds_err *e)
{
    p->fd = pds_file_unnamed(pds_file_temporary_folder());
    return p->fd < 0 ? pds_target_failed(e, errno) : PDS_OK;
}

static pds_code open_all(pds_publish *p, const pds_file *input, pds_err *e)
{
    PDS_TRY(pds_target_find(&p->output, input, &p->target, e));
    if (p->target.kind != PDS_TO_FILE) {
        return open_for_pipe(p, e);
    }
    if (p->target.in_place) {
        p->input = input->identity;
    }
    return open_in_folder(p, input, e);
}

pds_code pds_publish_open(const pds_output *output, const pds_file *input, pds_publish **out,
                          pds_err *e)
{
    pds_publish *p = calloc(1, sizeof *p);
    if (p == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    p->output = *output;
    p->folder = -1;
    p->fd = -1;
    *out = p;
    pds_code code = pds_err_file(open_all(p, input, e), e, output->path);
    if (code != PDS_OK) {
        pds_publish_drop(out);
    }
    return code;
}

pds_code pds_publish_check(const pds_output *output, const pds_file *input, pds_err *e)
{
    PDS_OWN(pds_target_drop) pds_target t;
    return pds_target_find(output, input, &t, e);
}

static pds_code write_all(int fd, pds_span bytes, pds_err *e)
{
    while (bytes.len > 0) {
        pds_span written;
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR) {
            PDS_TRY(pds_interrupt_check(e));
        } else if (n <= 0 || !pds_span_take(&bytes, (size_t)n, &written)) {
            return pds_target_failed(e, n < 0 ? errno : EIO);
        }
    }
    return PDS_OK;
}

pds_code pds_publish_write(pds_publish *p, pds_span bytes, pds_err *e)
{
    return pds_err_file(write_all(p->fd, bytes, e), e, p->output.path);
}

pds_code pds_publish_skip(pds_publish *p, size_t n, pds_err *e)
{
    if (lseek(p->fd, (off_t)n, SEEK_CUR) < 0) {
        return pds_err_file(pds_target_failed(e, errno), e, p->output.path);
    }
    return PDS_OK;
}

int pds_publish_fd(const pds_publish *p)
{
    return p->fd;
}

static pds_code link_as(const pds_publish *p, const char *name)
{
    char path[FD_PATH];
    return linkat(AT_FDCWD, fd_path(p->fd, path), p->folder, name, AT_SYMLINK_FOLLOW) == 0
               ? PDS_OK
               : PDS_E_OUTPUT_FAILED;
}

static pds_code naming_failed(pds_err *e, int number)
{
    if (number == EEXIST) {
        PDS_FAIL(e, PDS_E_OUTPUT_EXISTS, "the output has come into being meanwhile");
    }
    return pds_target_failed(e, number);
}

/* From the temporary name to a name that must not exist. Some file systems have no
 * RENAME_NOREPLACE; those that lack hard links have it. */
static bool move_to_new(pds_publish *p)
{
    const char *name = p->target.name;
    if (renameat2(p->folder, p->temp, p->folder, name, RENAME_NOREPLACE) == 0) {
        p->temp[0] = '\0';
        return true;
    }
    if ((errno != EINVAL && errno != ENOSYS) ||
        linkat(p->folder, p->temp, p->folder, name, 0) != 0) {
        return false;
    }
    (void)unlinkat(p->folder, p->temp, 0);
    p->temp[0] = '\0';
    return true;
}

static pds_code name_new(pds_publish *p, pds_err *e)
{
    bool named = p->temp[0] != '\0' ? move_to_new(p) : link_as(p, p->target.name) == PDS_OK;
    return named ? PDS_OK : naming_failed(e, errno);
}

static pds_code link_temp(pds_publish *p, pds_err *e)
{
    for (int i = 0; i < TRIES; i++) {
        new_temp_name(p);
        if (link_as(p, p->temp) == PDS_OK) {
            return PDS_OK;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    p->temp[0] = '\0';
    return pds_target_failed(e, errno);
}

/* The drop unlinks the temporary name if the rename fails. */
static pds_code name_over(pds_publish *p, pds_err *e)
{
    if (p->temp[0] == '\0') {
        PDS_TRY(link_temp(p, e));
    }
    if (renameat(p->folder, p->temp, p->folder, p->target.name) != 0) {
        return pds_target_failed(e, errno);
    }
    p->temp[0] = '\0';
    return PDS_OK;
}

static bool is_as_read(const struct stat *now, const struct stat *then)
{
    return now->st_dev == then->st_dev && now->st_ino == then->st_ino &&
           now->st_size == then->st_size && now->st_mtim.tv_sec == then->st_mtim.tv_sec &&
           now->st_mtim.tv_nsec == then->st_mtim.tv_nsec;
}

/* What is in the target's place now? It may have become something else since the beginning. */
static pds_code look_again(pds_publish *p, pds_err *e)
{
    struct stat now;
    p->target.exists = fstatat(p->folder, p->target.name, &now, AT_SYMLINK_NOFOLLOW) == 0;
    if (!p->target.exists) {
        return errno == ENOENT ? PDS_OK : pds_target_failed(e, errno);
    }
    if (!p->output.overwrite && !p->target.in_place) {
        return naming_failed(e, EEXIST);
    }
    PDS_TRY(pds_target_kind_check(now.st_mode, e));
    if (S_ISFIFO(now.st_mode)) {
        PDS_FAIL(e, PDS_E_OUTPUT_REFUSED, "the output has become a pipe");
    }
    if (p->target.in_place && !is_as_read(&now, &p->input)) {
        PDS_FAIL(e, PDS_E_INPUT_CHANGED, "the file was changed while it was being worked on");
    }
    return PDS_OK;
}

/* Some file systems tell of a failed write only at close(). */
static pds_code flush(int fd, pds_err *e)
{
    int twin = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (twin < 0 || (close(twin) != 0 && errno != EINTR)) {
        return pds_target_failed(e, errno);
    }
    return PDS_OK;
}

/* Bytes on the disk before their name, or a power failure could leave the name without them. A file
 * that takes another one's place is synced for a batch, too: the old one is lost from then on. */
static pds_code sync_bytes(const pds_publish *p, pds_err *e)
{
    pds_durability d = p->output.durability;
    bool now = d == PDS_DURABILITY_EACH || (d == PDS_DURABILITY_BATCH && p->target.exists);
    return now && pds_fd_sync(p->fd) != 0 ? pds_target_failed(e, errno) : PDS_OK;
}

/* A folder that may be written but not read cannot be opened for fsync(). */
static int sync_folder(const pds_publish *p)
{
    PDS_OWN(pds_fd_close) int fd = openat(p->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == EACCES) {
        return syncfs(p->fd);
    }
    return fd < 0 ? -1 : pds_fd_sync(fd);
}

static pds_code sync_name(const pds_publish *p, pds_err *e)
{
    if (p->output.durability != PDS_DURABILITY_EACH || sync_folder(p) == 0) {
        return PDS_OK;
    }
    int number = errno;
    if (p->target.exists) {
        PDS_FAIL(e, PDS_E_OUTPUT_FAILED,
                 "the output stands, but may not outlast a power failure: %s",
                 pds_errno_text(number));
    }
    (void)unlinkat(p->folder, p->target.name, 0);
    return pds_target_failed(e, number);
}

static pds_code commit_file(pds_publish *p, pds_err *e)
{
    PDS_TRY(flush(p->fd, e));
    PDS_TRY(look_again(p, e));
    PDS_TRY(sync_bytes(p, e));
    PDS_TRY(p->target.exists ? name_over(p, e) : name_new(p, e));
    return sync_name(p, e);
}

static pds_code open_pipe(const pds_publish *p, int *fd, pds_err *e)
{
    if (p->target.kind == PDS_TO_FIFO) {
        return pds_pipe_open(p->output.path, fd, e);
    }
    *fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    return *fd < 0 ? pds_target_failed(e, errno) : PDS_OK;
}

static pds_code commit_pipe(const pds_publish *p, pds_err *e)
{
    PDS_OWN(pds_fd_close) int fd = -1;
    PDS_TRY(open_pipe(p, &fd, e));
    PDS_TRY(pds_pipe_pour(p->fd, fd, e));
    bool sync = p->output.durability == PDS_DURABILITY_EACH && S_ISREG(p->target.found.st_mode);
    if (sync && pds_fd_sync(fd) != 0) {
        return pds_target_failed(e, errno);
    }
    return close(pds_fd_take(&fd)) != 0 && errno != EINTR ? pds_target_failed(e, errno) : PDS_OK;
}

pds_code pds_publish_commit(pds_publish *p, pds_err *e)
{
    bool file = p->target.kind == PDS_TO_FILE;
    return pds_err_file(file ? commit_file(p, e) : commit_pipe(p, e), e, p->output.path);
}

void pds_publish_drop(pds_publish **p)
{
    if (p == NULL || *p == NULL) {
        return;
    }
    if ((*p)->temp[0] != '\0') {
        (void)unlinkat((*p)->folder, (*p)->temp, 0);
    }
    pds_fd_close(&(*p)->fd);
    pds_fd_close(&(*p)->folder);
    pds_target_drop(&(*p)->target);
    free(*p);
    *p = NULL;
}
