#include "cli/config.h"

#include "cli/args.h"

#include <pds/ini.h>
#include <pds/json.h>
#include <pds/token.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char SECTION[] = "reader "; /* and the alias */

/* ---- which file ---- */

/* XDG Base Directory. False: no folder is known. */
static bool usual_path(char *out, size_t room)
{
    // NOLINTBEGIN(concurrency-mt-unsafe): nobody changes the environment
    const char *const config = getenv("XDG_CONFIG_HOME"), *const home = getenv("HOME");
    // NOLINTEND(concurrency-mt-unsafe)
    int len = 0;
    if (config != NULL && config[0] == '/') {
        len = snprintf(out, room, "%s/pdfsign/config.ini", config);
    } else if (home != NULL && home[0] == '/') {
        len = snprintf(out, room, "%s/.config/pdfsign/config.ini", home);
    }
    return len > 0 && (size_t)len < room;
}

static bool path_of(const cli_args *args, char *out, size_t room)
{
    if (args->config == NULL) {
        return usual_path(out, room);
    }
    const int len = snprintf(out, room, "%s", args->config);
    return (size_t)len < room;
}

/* ---- what is in it ---- */

typedef struct settings {
    pds_json *aliases; /* and their URIs */
    char alias[64];    /* whose section it is */
    bool inside, has_uri;
    bool silent; /* only read: nothing is given its alias */
} settings;

static void settings_drop(settings *s)
{
    pds_json_drop(&s->aliases);
}

/* Of a section that is over. */
static pds_code check_section(const settings *s, pds_err *e)
{
    if (s->inside && !s->has_uri) {
        CLI_FAIL(e, PDS_E_USAGE, "section [%s%s] has no uri", SECTION, s->alias);
    }
    return PDS_OK;
}

static pds_code begin_section(settings *s, const char *section, pds_err *e)
{
    const size_t len = sizeof SECTION - 1;
    CLI_TRY(check_section(s, e));
    if (strncmp(section, SECTION, len) != 0 || strlen(section + len) >= sizeof s->alias) {
        cli_fail(e, PDS_E_USAGE, __func__, "section [%s] is not known", section);
        cli_fault_values(e, "[reader NAME]", NULL);
        return PDS_E_USAGE;
    }
    (void)snprintf(s->alias, sizeof s->alias, "%s", section + len);
    if (pds_json_text(s->aliases, s->alias) != NULL) {
        CLI_FAIL(e, PDS_E_USAGE, "section [%s] is there twice", section);
    }
    s->inside = true;
    s->has_uri = false;
    return PDS_OK;
}

static pds_code take_uri(settings *s, const char *uri, pds_err *e)
{
    if (s->has_uri) {
        CLI_FAIL(e, PDS_E_USAGE, "a second uri in section [%s%s]", SECTION, s->alias);
    }
    s->has_uri = true;
    pds_json_set_text(s->aliases, s->alias, uri);
    return s->silent ? PDS_OK : pds_token_alias(s->alias, uri, e);
}

static pds_code take(void *ctx, const pds_ini_entry *entry, pds_err *e)
{
    settings *const s = ctx;
    if (entry->name == NULL) {
        return begin_section(s, entry->section, e);
    }
    if (!s->inside) {
        cli_fail(e, PDS_E_USAGE, __func__, "'%s' stands before any section", entry->name);
        cli_fault_values(e, "[reader NAME]", NULL);
        return PDS_E_USAGE;
    }
    if (strcmp(entry->name, "uri") != 0) {
        cli_fail(e, PDS_E_USAGE, __func__, "'%s' is not known in section [%s]", entry->name,
                 entry->section);
        cli_fault_values(e, "uri", NULL);
        return PDS_E_USAGE;
    }
    return take_uri(s, entry->value, e);
}

/* A file that nobody named need not be there. */
static pds_code read_settings(const cli_args *args, settings *s, pds_err *e)
{
    char path[PATH_MAX];
    if (!path_of(args, path, sizeof path)) {
        if (args->config != NULL) {
            CLI_FAIL(e, PDS_E_USAGE, "the name of --config is too long");
        }
        return PDS_OK;
    }
    s->aliases = pds_json_object();
    if (s->aliases == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    if (args->config == NULL && access(path, F_OK) != 0) {
        return PDS_OK;
    }
    CLI_TRY(pds_ini_read(path, take, s, e));
    const pds_code code = check_section(s, e);
    if (code != PDS_OK) {
        cli_fault_file(e, path);
    }
    return code;
}

static bool uses_token(const cli_args *args)
{
    const unsigned verbs = CLI_IN_TOKENS & ~(CLI_IN_TOKEN_LOG | CLI_IN_TOKEN_DECRYPT);
    bool uses = args->config != NULL || (verbs >> args->verb & 1) != 0;
    for (size_t i = 0; i < args->signer_count; i++) {
        uses = uses || cli_is_token(args->signers[i].key);
    }
    return uses;
}

pds_code cli_config_load(const cli_args *args, pds_err *e)
{
    CLI_OWN(settings_drop) settings s = { .aliases = NULL };
    return uses_token(args) ? read_settings(args, &s, e) : PDS_OK;
}

/* ---- aliases ---- */

pds_code cli_config_set_reader(const cli_args *args, const char *alias, const char *uri, char *path,
                               size_t room, pds_err *e)
{
    char section[sizeof SECTION + 64];
    (void)snprintf(section, sizeof section, "%s%s", SECTION, alias);
    if (!path_of(args, path, room)) {
        cli_fail(e, PDS_E_USAGE, __func__, "there is no place for settings");
        cli_fault_hint(e, "give --config FILE, or set HOME");
        return PDS_E_USAGE;
    }
    return pds_ini_set(path, section, "uri", uri, e);
}

pds_code cli_config_resolve(const cli_args *args, const char *uri, char **out, pds_err *e)
{
    CLI_OWN(settings_drop) settings s = { .silent = true };
    char word[64];
    const char *const rest = strchr(uri, ':') + 1;
    const size_t len = strcspn(rest, ";");
    CLI_TRY(read_settings(args, &s, e));
    (void)snprintf(word, sizeof word, "%.*s", (int)(len < sizeof word ? len : 0), rest);
    const char *const known = pds_json_text(s.aliases, word);
    const int made =
        asprintf(out, "%s%s", known != NULL ? known : uri, known != NULL ? rest + len : "");
    if (made < 0) {
        *out = NULL;
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}
