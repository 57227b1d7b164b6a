#include "pdfsign/fetch_sweep.h"

#include "base/file.h"
#include "base/grow.h"
#include "base/own.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    DIGITS = 64,
    NAME_MAX_LEN = DIGITS + sizeof PDS_SWEEP_SUFFIX,
    SEEN_MAX = 1 << 16 /* files of one sweep; what is behind them is of the next */
};

typedef struct answer {
    char name[NAME_MAX_LEN];
    struct timespec written;
    size_t bytes;
} answer;

typedef struct sweeping {
    DIR *folder;
    const pds_sweep_limits *limits;
    answer *answers; /* owned */
    size_t count, bytes;
    time_t now;
} sweeping;

static void sweeping_drop(sweeping *s)
{
    if (s->folder != NULL) {
        (void)closedir(s->folder);
    }
    free(s->answers);
}

static bool is_answer(const char *name)
{
    return strspn(name, "0123456789abcdef") == DIGITS &&
           strcmp(name + DIGITS, PDS_SWEEP_SUFFIX) == 0;
}

/* As base/publish.h names what it has not finished. */
static bool is_half(const char *name)
{
    static const char mark[] = PDS_SWEEP_SUFFIX ".pdfsign-";
    return name[0] == '.' && strspn(name + 1, "0123456789abcdef") == DIGITS &&
           strncmp(name + 1 + DIGITS, mark, sizeof mark - 1) == 0;
}

static void take_out(const sweeping *s, const char *name)
{
    (void)unlinkat(dirfd(s->folder), name, 0); /* another process may have been faster */
}

static pds_code add(sweeping *s, const char *name, const struct stat *st, pds_err *e)
{
    answer *const more = pds_grow(s->answers, s->count, sizeof *more);
    if (more == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    s->answers = more;
    answer *const one = &more[s->count++];
    *one = (answer){ .written = st->st_mtim, .bytes = (size_t)st->st_size };
    memcpy(one->name, name, DIGITS + sizeof PDS_SWEEP_SUFFIX);
    s->bytes += one->bytes;
    return PDS_OK;
}

static pds_code look_at(sweeping *s, const char *name, pds_err *e)
{
    struct stat st;
    const bool whole = is_answer(name);
    if ((!whole && !is_half(name)) ||
        fstatat(dirfd(s->folder), name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return PDS_OK;
    }
    if (!S_ISREG(st.st_mode)) {
        return PDS_OK;
    }
    if (st.st_mtim.tv_sec < s->now - s->limits->seconds) {
        take_out(s, name);
        return PDS_OK;
    }
    return whole ? add(s, name, &st, e) : PDS_OK;
}

static pds_code look_at_all(sweeping *s, pds_err *e)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's, on a stream of this thread alone
    for (const struct dirent *one = NULL; s->count < SEEN_MAX && (one = readdir(s->folder));) {
        PDS_TRY(look_at(s, one->d_name, e));
    }
    return PDS_OK;
}

static int by_age(const void *a, const void *b)
{
    const struct timespec one = ((const answer *)a)->written;
    const struct timespec other = ((const answer *)b)->written;
    if (one.tv_sec != other.tv_sec) {
        return one.tv_sec < other.tv_sec ? -1 : 1;
    }
    return one.tv_nsec < other.tv_nsec ? -1 : one.tv_nsec > other.tv_nsec ? 1 : 0;
}

static void take_out_oldest(sweeping *s, pds_swept *left)
{
    const size_t files = s->limits->files - s->limits->files / 4;
    const size_t bytes = s->limits->bytes - s->limits->bytes / 4;
    if (s->answers == NULL) {
        return;
    }
    qsort(s->answers, s->count, sizeof *s->answers, by_age);
    for (size_t i = 0; i < s->count && (left->files > files || left->bytes > bytes); i++) {
        take_out(s, s->answers[i].name);
        left->files--;
        left->bytes -= s->answers[i].bytes;
    }
}

pds_code pds_sweep(const char *folder, const pds_sweep_limits *limits, pds_swept *left, pds_err *e)
{
    PDS_OWN(sweeping_drop)
    sweeping s = { .folder = opendir(folder), .limits = limits, .now = time(NULL) };
    if (s.folder == NULL) {
        PDS_FAIL(e, PDS_E_INPUT_UNREADABLE, "the folder can't be read: %s", pds_errno_text(errno));
    }
    PDS_TRY(look_at_all(&s, e));
    *left = (pds_swept){ s.count, s.bytes };
    if (left->files > limits->files || left->bytes > limits->bytes) {
        take_out_oldest(&s, left);
    }
    return PDS_OK;
}
