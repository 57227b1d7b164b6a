#include "token/log.h"

#include "token/log_file.h"

#include <pds/json.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* "…/pdfsign/NAME" in the folder of a person's state (XDG Base Directory); false: there is none. */
bool pds_log_path(const char *name, char *out, size_t room)
{
    // NOLINTBEGIN(concurrency-mt-unsafe): nobody changes the environment
    const char *const state = getenv("XDG_STATE_HOME"), *const home = getenv("HOME");
    // NOLINTEND(concurrency-mt-unsafe)
    int len = 0;
    if (state != NULL && state[0] == '/') {
        len = snprintf(out, room, "%s/pdfsign/%s", state, name);
    } else if (home != NULL && home[0] == '/') {
        len = snprintf(out, room, "%s/.local/state/pdfsign/%s", home, name);
    }
    return len > 0 && (size_t)len < room;
}

static char *line_of(const char *operation, const char *token, pds_code code)
{
    enum { TIME = 32 };
    char when[TIME] = "";
    struct tm utc = { 0 };
    const time_t now = time(NULL);
    if (gmtime_r(&now, &utc) != NULL) {
        (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    pds_json *const json = pds_json_object();
    pds_json_set_text(json, "time", when);
    pds_json_set_int(json, "process", getpid());
    pds_json_set_text(json, "operation", operation);
    pds_json_set_text(json, "token", token);
    pds_json_set_text(json, "result", pds_code_name(code));
    char *const text = pds_json_dump(json);
    pds_json *drop = json;
    pds_json_drop(&drop);
    return text;
}

/* One write, so that lines of several processes stay whole. The switch is the file called "on". */
void pds_token_log(const char *operation, const char *token, pds_code code)
{
    char path[PDS_LOG_PATH];
    char line[2048];
    if (!pds_log_path("token-log-on", path, sizeof path) || access(path, F_OK) != 0 ||
        !pds_log_path("token.log", path, sizeof path)) {
        return;
    }
    char *const text = line_of(operation, token, code);
    const int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (text != NULL && fd >= 0) {
        const int len = snprintf(line, sizeof line, "%s\n", text);
        if (len > 0 && (size_t)len < sizeof line) {
            (void)!write(fd, line, (size_t)len);
        }
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    free(text);
}
