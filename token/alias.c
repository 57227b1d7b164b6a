#include "token/alias.h"

#include "base/utf8.h"
#include "token/pcsc_lite.h"
#include "token/token.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ALIASES_MAX = 1000 };

typedef struct entry {
    char name[PDS_ALIAS_NAME];
    char uri[PDS_DEVICE_URI];
} entry;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static entry *all; /* under lock, as the next */
static size_t count;

static entry *find(const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].name, name) == 0) {
            return &all[i];
        }
    }
    return NULL;
}

bool pds_alias_get(const char *name, char uri[PDS_DEVICE_URI])
{
    (void)pthread_mutex_lock(&lock);
    const entry *const a = find(name);
    if (a != NULL) {
        memcpy(uri, a->uri, PDS_DEVICE_URI);
    }
    (void)pthread_mutex_unlock(&lock);
    return a != NULL;
}

void pds_alias_of(bool (*fits)(void *ctx, const char *uri), void *ctx, char name[PDS_ALIAS_NAME])
{
    name[0] = '\0';
    (void)pthread_mutex_lock(&lock);
    for (size_t i = count; i > 0 && name[0] == '\0'; i--) {
        if (fits(ctx, all[i - 1].uri)) {
            memcpy(name, all[i - 1].name, PDS_ALIAS_NAME);
        }
    }
    (void)pthread_mutex_unlock(&lock);
}

/* ---- giving names ---- */

/* What would mean something else in a URI, a pattern or a file of settings. */
static bool is_plain(uint32_t c)
{
    static const char ascii[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    enum { DELETE = 0x7F, FIRST = 0xA1 };
    return c >= FIRST || (c < DELETE && c != 0 && strchr(ascii, (int)c) != NULL);
}

static pds_code check_name(const char *name, pds_err *e)
{
    const char *at = name;
    uint32_t c = 0;
    bool good = name[0] != '\0';
    while (good && *at != '\0') {
        good = pds_utf8_take(&at, &c) && is_plain(c);
    }
    if (!good) {
        PDS_FAIL(e, PDS_E_USAGE,
                 "'%s' can't be an alias: letters, digits, '-', '_' and '.' are allowed", name);
    }
    if (strlen(name) >= PDS_ALIAS_NAME) {
        PDS_FAIL(e, PDS_E_USAGE, "an alias is longer than %d bytes", PDS_ALIAS_NAME - 1);
    }
    return PDS_OK;
}

static pds_code check_uri(const char *uri, pds_err *e)
{
    static const char scheme[] = "pcsc:";
    pds_pcsc_uri parts;
    PDS_TRY(pds_uri_refuse_secrets(uri, e));
    if (strncasecmp(uri, scheme, sizeof scheme - 1) != 0) {
        PDS_FAIL(e, PDS_E_USAGE, "aliases are for readers, pcsc:..., and '%s' names none", uri);
    }
    if (strlen(uri) >= PDS_DEVICE_URI) {
        PDS_FAIL(e, PDS_E_USAGE, "the URI is longer than %d bytes", PDS_DEVICE_URI);
    }
    return pds_pcsc_uri_parse(strchr(uri, ':') + 1, &parts, e);
}

static void forget(entry *a)
{
    if (a != NULL) {
        const size_t behind = (size_t)(all + count - (a + 1));
        memmove(a, a + 1, behind * sizeof *a);
        count--;
    }
}

static pds_code add(const char *name, pds_err *e)
{
    if (count == ALIASES_MAX) {
        PDS_FAIL(e, PDS_E_LIMIT, "more than %d aliases", ALIASES_MAX);
    }
    entry *const grown = realloc(all, (count + 1) * sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    all = grown;
    all[count] = (entry){ .uri = "" };
    (void)snprintf(all[count].name, sizeof all[count].name, "%s", name);
    count++;
    return PDS_OK;
}

static pds_code change(const char *name, const char *uri, pds_err *e)
{
    if (uri == NULL) {
        forget(find(name));
        return PDS_OK;
    }
    if (find(name) == NULL) {
        PDS_TRY(add(name, e));
    }
    (void)snprintf(find(name)->uri, PDS_DEVICE_URI, "%s", uri);
    return PDS_OK;
}

pds_code pds_token_alias(const char *alias, const char *uri, pds_err *e)
{
    PDS_TRY(check_name(alias, e));
    if (uri != NULL) {
        PDS_TRY(check_uri(uri, e));
    }
    (void)pthread_mutex_lock(&lock);
    const pds_code code = change(alias, uri, e);
    (void)pthread_mutex_unlock(&lock);
    return code;
}
