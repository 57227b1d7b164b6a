#include "cli/config.h"
#include "cli/i18n.h"
#include "cli/job.h"
#include "cli/run.h"
#include "cli/run_verbs.h"
#include "cli/text.h"
#include "cli/token_table.h"

#include <limits.h>
#include <stdlib.h>
#include <time.h>

/* What is plugged in or within reach, and wireless readers that are taken or let go. */

/* Modules and readers that could not be asked. */
static pds_code note_them(const pds_token_list *list, cli_outcome *outcome, pds_err *e)
{
    size_t size = 0;
    FILE *to = list->note_count > 0 ? open_memstream(&outcome->note, &size) : NULL;
    if (list->note_count > 0 && to == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < list->note_count; i++) {
        cli_put(to, "pdfsign: ");
        cli_put_safe(to, list->notes[i]);
        cli_put(to, "\n");
    }
    if (to != NULL) {
        (void)fclose(to);
    }
    return PDS_OK;
}

static pds_code tell(const cli_args *args, const pds_token_list *list, cli_outcome *outcome,
                     pds_err *e)
{
    const int64_t now = (int64_t)time(NULL);
    size_t size = 0;
    if (outcome->json != NULL) {
        cli_tokens_set(outcome->json, list, now);
        return PDS_OK;
    }
    CLI_TRY(note_them(list, outcome, e));
    FILE *to = open_memstream(&outcome->result, &size);
    if (to == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    cli_tokens_put(to, list, args->verb == CLI_TOKEN_SHOW, now);
    (void)fclose(to);
    return PDS_OK;
}

static pds_code list_all(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    CLI_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    (void)file;
    CLI_TRY(pds_tokens_list(args->signers[0].key, &list, e));
    return tell(args, &list, outcome, e);
}

static pds_code search(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    CLI_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    (void)file;
    CLI_TRY(pds_tokens_search(args->token.wait, &list, e));
    return tell(args, &list, outcome, e);
}

/* ---- connecting ---- */

static void free_text(char **text)
{
    free(*text);
}

static bool says_nothing(const char *uri)
{
    return strchr(uri, ':')[1] == '\0';
}

/* The name is tried out before the reader is looked for, and written down when it answered. A URI
 * that says nothing of a reader becomes that of the one that was found. */
static pds_code connect_as(const cli_args *args, const char *uri, pds_token_list *list,
                           cli_outcome *outcome, pds_err *e)
{
    const char *const alias = args->token.alias;
    char path[PATH_MAX];
    CLI_TRY(pds_token_alias(alias, uri, e));
    CLI_TRY(pds_token_connect(uri, list, e));
    const char *const meant = says_nothing(uri) && list->count > 0 ? list->items[0].uri : uri;
    CLI_TRY(pds_token_alias(alias, meant, e));
    CLI_TRY(cli_config_set_reader(args, alias, meant, path, sizeof path, e));
    pds_json_set_text(outcome->json, "config", path);
    if (outcome->chatty &&
        asprintf(&outcome->note, _("it is pcsc:%s from now on, by %s\n"), alias, path) < 0) {
        outcome->note = NULL;
    }
    return PDS_OK;
}

static pds_code connect(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    CLI_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    CLI_OWN(free_text) char *uri = NULL;
    (void)file;
    CLI_TRY(cli_config_resolve(args, args->signers[0].key, &uri, e));
    CLI_TRY(args->token.alias != NULL ? connect_as(args, uri, &list, outcome, e)
                                      : pds_token_connect(uri, &list, e));
    return tell(args, &list, outcome, e);
}

static pds_code disconnect(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    (void)file;
    CLI_TRY(pds_token_disconnect(args->signers[0].key, e));
    if (outcome->chatty && asprintf(&outcome->note, "%s\n", _("the card is without power")) < 0) {
        outcome->note = NULL;
    }
    return PDS_OK;
}

int cli_verb_token_list(const cli_args *args)
{
    static const struct {
        const char *status;
        cli_step step;
    } verbs[CLI_VERB_COUNT] = {
        [CLI_TOKEN_LIST] = { "tokens", list_all },
        [CLI_TOKEN_SHOW] = { "tokens", list_all },
        [CLI_TOKEN_SEARCH] = { "found", search },
        [CLI_TOKEN_CONNECT] = { "connected", connect },
        [CLI_TOKEN_DISCONNECT] = { "disconnected", disconnect },
    };
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    if (cli_files_plan(args, &files, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    cli_work work = { .args = args,
                      .status = verbs[args->verb].status,
                      .step = verbs[args->verb].step,
                      .ctx = (void *)args,
                      .with_keys = true };
    if (args->token.watch) {
        work.status = "watched";
        work.step = cli_watch_tokens;
    }
    return cli_run(&work, &files);
}
