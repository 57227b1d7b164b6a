#include "cli/i18n.h"
#include "cli/text.h"
#include "cli/token_table.h"
#include "cli/verbs.h"

#include <stdlib.h>

/* 'token list --watch': a line at once for each token that comes or goes. */

static const char *const WORDS[] = { N_("there"), N_("came"), N_("gone") };

static void put_text(FILE *to, pds_token_change change, const pds_token *t)
{
    enum { WORD = 7 };
    cli_put_padded(to, _(WORDS[change]), WORD);
    cli_put_safe(to, t->label != NULL ? t->label : t->reader != NULL ? t->reader : t->driver);
    if (t->alias != NULL) {
        cli_put(to, " (");
        cli_put_safe(to, t->alias);
        cli_put(to, ")");
    }
    cli_put(to, "  ");
    cli_put_safe(to, t->uri);
    cli_put(to, "\n");
}

static void put_json(FILE *to, const char *verb, pds_token_change change, const pds_token *t)
{
    pds_json *line = pds_json_object();
    pds_json_set_int(line, "v", 1);
    pds_json_set_text(line, "type", "event");
    pds_json_set_text(line, "verb", verb);
    pds_json_set_text(line, "event", WORDS[change]);
    pds_json_set(line, "token", cli_token_head(t));
    char *const text = pds_json_dump(line);
    cli_put(to, "%s\n", text == NULL ? "" : text);
    free(text);
    pds_json_drop(&line);
}

static pds_code tell(void *ctx, pds_token_change change, const pds_token *token, pds_err *e)
{
    const cli_args *args = ctx;
    if (args->json) {
        put_json(stdout, CLI_VERBS[args->verb].name, change, token);
    } else {
        put_text(stdout, change, token);
    }
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        CLI_FAIL(e, PDS_E_OUTPUT_FAILED, "standard output could not be written");
    }
    return PDS_OK;
}

pds_code cli_watch_tokens(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    (void)file;
    (void)outcome;
    return pds_tokens_watch(args->signers[0].key, args->token.wait, tell, ctx, e);
}
