#include "pdfsign/fetch_store.h"

#include "base/base64.h"
#include "base/file.h"
#include "base/own.h"
#include "base/publish.h"
#include "cms/digest.h"
#include "pdfsign/fetch_sweep.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file is: MAGIC, the question's hash, when it was fetched and until when it is good (seconds
 * since 1970, 8 bytes each, the highest first), the answer, SHA-256 of all that. */

#define MAGIC "pdfsign answer 1"
enum {
    MAGIC_LEN = sizeof MAGIC - 1,
    KEY_LEN = 32,
    TIME_LEN = 8,
    HEAD_LEN = MAGIC_LEN + KEY_LEN + 2 * TIME_LEN,
    SUM_LEN = 32,
    ANSWER_MAX = 16 << 20,
    SKEW = 60 /* seconds that the clocks of two processes differ */
};

struct pds_fetch_store {
    char *folder;
    pds_sweep_limits limits;
    size_t files, bytes; /* atomic: as the last sweep left it, and what was put since */
};

void pds_stored_drop(pds_stored *stored)
{
    pds_buf_drop(&stored->body);
    *stored = (pds_stored){ .fetched = 0 };
}

/* ---- the folder ---- */

void pds_fetch_store_drop(pds_fetch_store **store)
{
    if (store != NULL && *store != NULL) {
        free((*store)->folder);
        free(*store);
        *store = NULL;
    }
}

static pds_code fail_for(const char *folder, const char *what, pds_err *e)
{
    pds_code code =
        pds_fail(e, PDS_E_OUTPUT_FAILED, __func__, N_("the folder for answers of services %s: %s"),
                 pds_translated(what), pds_errno_text(errno));
    return pds_err_file(code, e, folder);
}

/* A folder that nothing can be written to would be noticed by nobody but for the time it takes. */
static pds_code check_folder(const char *folder, pds_err *e)
{
    struct stat st;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return fail_for(folder, N_("can't be made"), e);
    }
    if (stat(folder, &st) != 0) {
        return fail_for(folder, N_("can't be looked at"), e);
    }
    if (!S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return fail_for(folder, N_("can't be used"), e);
    }
    PDS_OWN(pds_fd_close) int fd = pds_file_unnamed(folder);
    return fd < 0 ? fail_for(folder, N_("can't be written to"), e) : PDS_OK;
}

static pds_code sweep(pds_fetch_store *store, pds_err *e)
{
    pds_swept left;
    const pds_code code = pds_sweep(store->folder, &store->limits, &left, e);
    if (code == PDS_E_INPUT_UNREADABLE) {
        return fail_for(store->folder, N_("can't be read"), e);
    }
    PDS_TRY(code);
    __atomic_store_n(&store->files, left.files, __ATOMIC_RELAXED);
    __atomic_store_n(&store->bytes, left.bytes, __ATOMIC_RELAXED);
    return PDS_OK;
}

pds_code pds_fetch_store_open(const char *folder, pds_fetch_store **out, pds_err *e)
{
    static const pds_sweep_limits limits = { .files = 4096,
                                             .bytes = 256 << 20,
                                             .seconds = PDS_STORE_SECONDS_MAX };
    PDS_TRY(check_folder(folder, e));
    PDS_OWN(pds_fetch_store_drop) pds_fetch_store *made = calloc(1, sizeof *made);
    if (made == NULL || (made->folder = strdup(folder)) == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    made->limits = limits;
    PDS_TRY(sweep(made, e));
    *out = made;
    made = NULL;
    return PDS_OK;
}

/* Where the answer of that question is. False: too long a path. */
static bool path_of(const pds_fetch_store *store, const uint8_t key[KEY_LEN], char out[PATH_MAX])
{
    PDS_OWN(pds_buf_drop) pds_buf hex = { 0 };
    pds_hex_put(&hex, pds_span_of(key, KEY_LEN));
    const int len = snprintf(out, PATH_MAX, "%s/%.*s" PDS_SWEEP_SUFFIX, store->folder, (int)hex.len,
                             hex.len == 0 ? "" : (const char *)hex.ptr);
    return hex.bad == PDS_OK && len > 0 && len < PATH_MAX;
}

/* ---- one file ---- */

static void put_time(pds_buf *out, time_t time)
{
    for (int shift = 56; shift >= 0; shift -= 8) {
        pds_buf_byte(out, (uint8_t)((uint64_t)time >> shift));
    }
}

static time_t take_time(const uint8_t *from)
{
    uint64_t time = 0;
    for (size_t i = 0; i < TIME_LEN; i++) {
        time = time << 8 | from[i];
    }
    return (time_t)time;
}

static pds_code put_sum(pds_buf *file, pds_err *e)
{
    uint8_t sum[PDS_DIGEST_MAX];
    PDS_TRY(pds_buf_end(file, e));
    PDS_TRY(pds_hash_of(PDS_SHA256, pds_buf_span(file), sum, e));
    pds_buf_put(file, pds_span_of(sum, SUM_LEN));
    return pds_buf_end(file, e);
}

static pds_code sum_fits(pds_span file, bool *fits, pds_err *e)
{
    uint8_t sum[PDS_DIGEST_MAX];
    const size_t len = file.len - SUM_LEN;
    PDS_TRY(pds_hash_of(PDS_SHA256, pds_span_of(file.ptr, len), sum, e));
    *fits = memcmp(sum, file.ptr + len, SUM_LEN) == 0;
    return PDS_OK;
}

static bool is_of(pds_span file, const uint8_t key[KEY_LEN])
{
    return file.len > HEAD_LEN + SUM_LEN && memcmp(file.ptr, MAGIC, MAGIC_LEN) == 0 &&
           memcmp(file.ptr + MAGIC_LEN, key, KEY_LEN) == 0;
}

static bool is_good(const pds_stored *s)
{
    const time_t now = time(NULL);
    return s->until > now && s->fetched <= now + SKEW && s->fetched > now - PDS_STORE_SECONDS_MAX &&
           s->until > s->fetched;
}

static pds_code take(pds_span file, const uint8_t key[KEY_LEN], pds_stored *out, bool *found,
                     pds_err *e)
{
    if (!is_of(file, key)) {
        return PDS_OK;
    }
    PDS_TRY(sum_fits(file, found, e));
    if (!*found) {
        return PDS_OK;
    }
    out->fetched = take_time(file.ptr + MAGIC_LEN + KEY_LEN);
    out->until = take_time(file.ptr + MAGIC_LEN + KEY_LEN + TIME_LEN);
    *found = is_good(out);
    if (*found) {
        pds_buf_put(&out->body, pds_span_of(file.ptr + HEAD_LEN, file.len - HEAD_LEN - SUM_LEN));
    }
    return pds_buf_end(&out->body, e);
}

/* Not a pipe, which nobody may ever write to. */
static bool is_file(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

pds_code pds_fetch_store_get(pds_fetch_store *store, const uint8_t key[32], pds_stored *out,
                             bool *found, pds_err *e)
{
    char path[PATH_MAX];
    PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
    pds_err why = { .code = PDS_OK };
    *found = false;
    if (!path_of(store, key, path) || !is_file(path)) {
        return PDS_OK;
    }
    if (pds_file_slurp(path, ANSWER_MAX + HEAD_LEN + SUM_LEN, &file, &why) != PDS_OK) {
        return PDS_OK; /* another process took it away meanwhile; or it is not ours */
    }
    return take(pds_buf_span(&file), key, out, found, e);
}

/* ---- writing ---- */

static pds_code put_file(const uint8_t key[KEY_LEN], const pds_stored *answer, pds_buf *out,
                         pds_err *e)
{
    pds_buf_text(out, MAGIC);
    pds_buf_put(out, pds_span_of(key, KEY_LEN));
    put_time(out, answer->fetched);
    put_time(out, answer->until);
    pds_buf_put(out, pds_buf_span(&answer->body));
    return put_sum(out, e);
}

static pds_code publish(const char *path, pds_span bytes, pds_err *e)
{
    const pds_output output = { .path = path,
                                .overwrite = true,
                                .durability = PDS_DURABILITY_NONE };
    PDS_OWN(pds_publish_drop) pds_publish *p = NULL;
    PDS_TRY(pds_publish_open(&output, NULL, &p, e));
    PDS_TRY(pds_publish_write(p, bytes, e));
    return pds_publish_commit(p, e);
}

static pds_code sweep_if_full(pds_fetch_store *store, size_t more, pds_err *e)
{
    const size_t files = __atomic_add_fetch(&store->files, 1, __ATOMIC_RELAXED);
    const size_t bytes = __atomic_add_fetch(&store->bytes, more, __ATOMIC_RELAXED);
    pds_err why = { .code = PDS_OK };
    if (files <= store->limits.files && bytes <= store->limits.bytes) {
        return PDS_OK;
    }
    const pds_code code = sweep(store, &why);
    return code == PDS_E_NO_MEMORY ? pds_fail(e, code, __func__, "out of memory") : PDS_OK;
}

pds_code pds_fetch_store_put(pds_fetch_store *store, const uint8_t key[32],
                             const pds_stored *answer, pds_err *e)
{
    char path[PATH_MAX];
    PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
    pds_err why = { .code = PDS_OK };
    if (!path_of(store, key, path) || answer->body.len == 0 || answer->body.len > ANSWER_MAX) {
        return PDS_OK;
    }
    PDS_TRY(put_file(key, answer, &file, e));
    if (!is_file(path)) {
        (void)unlink(path); /* a link, a pipe */
    }
    const pds_code code = publish(path, pds_buf_span(&file), &why);
    return code == PDS_OK ? sweep_if_full(store, file.len, e) : PDS_OK;
}
