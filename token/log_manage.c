#include "base/file.h"
#include "base/own.h"
#include "base/publish.h"
#include "token/log_file.h"

#include <pds/token.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

/* The log of tokens, as its owner sees it. */

static pds_code path_of(const char *name, char path[PDS_LOG_PATH], pds_err *e)
{
    if (!pds_log_path(name, path, PDS_LOG_PATH)) {
        PDS_FAIL(e, PDS_E_OUTPUT_FAILED, "there is no folder for the log: HOME is not set");
    }
    return PDS_OK;
}

static pds_code failed(const char *path, pds_err *e)
{
    return pds_err_file(pds_fail(e, PDS_E_OUTPUT_FAILED, __func__, "the log can't be changed: %s",
                                 pds_errno_text(errno)),
                        e, path);
}

/* The folders above; what can't be made is told of by what wants to be in it. */
static void make_folders(char *path)
{
    for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        (void)mkdir(path, 0700);
        *at = '/';
    }
}

/* ---- on, off, empty ---- */

static pds_code switch_on(pds_err *e)
{
    char path[PDS_LOG_PATH];
    PDS_TRY(path_of("token-log-on", path, e));
    make_folders(path);
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return failed(path, e);
    }
    (void)close(fd);
    return PDS_OK;
}

static pds_code take_away(const char *name, pds_err *e)
{
    char path[PDS_LOG_PATH];
    PDS_TRY(path_of(name, path, e));
    return unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR ? PDS_OK : failed(path, e);
}

pds_code pds_token_log_set(pds_token_log_change change, pds_err *e)
{
    if (change == PDS_LOG_ON) {
        return switch_on(e);
    }
    return take_away(change == PDS_LOG_OFF ? "token-log-on" : "token.log", e);
}

/* ---- a copy ---- */

static pds_code copy(const char *path, pds_publish *out, pds_err *e)
{
    enum { STEP = 65536 };
    uint8_t bytes[STEP];
    ssize_t got = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return errno == ENOENT || errno == ENOTDIR ? PDS_OK : failed(path, e);
    }
    pds_code code = PDS_OK;
    while (code == PDS_OK && (got = read(fd, bytes, sizeof bytes)) > 0) {
        code = pds_publish_write(out, pds_span_of(bytes, (size_t)got), e);
    }
    code = code == PDS_OK && got < 0 ? failed(path, e) : code;
    (void)close(fd);
    return code;
}

pds_code pds_token_log_get(bool *on, const pds_output *output, pds_err *e)
{
    char path[PDS_LOG_PATH];
    PDS_OWN(pds_publish_drop) pds_publish *out = NULL;
    if (on != NULL) {
        *on = pds_log_path("token-log-on", path, sizeof path) && access(path, F_OK) == 0;
    }
    if (output == NULL) {
        return PDS_OK;
    }
    PDS_TRY(path_of("token.log", path, e));
    PDS_TRY(pds_publish_open(output, NULL, &out, e));
    PDS_TRY(copy(path, out, e));
    return pds_publish_commit(out, e);
}
