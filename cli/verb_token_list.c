#include "cli/i18n.h"
#include "cli/job.h"
#include "cli/run.h"
#include "cli/run_verbs.h"
#include "cli/text.h"
#include "cli/token_table.h"

#include <time.h>

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

static pds_code list_all(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    CLI_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    const int64_t now = (int64_t)time(NULL);
    size_t size = 0;
    (void)file;
    CLI_TRY(pds_tokens_list(args->signers[0].key, &list, e));
    if (outcome->json != NULL) {
        cli_tokens_set(outcome->json, &list, now);
        return PDS_OK;
    }
    CLI_TRY(note_them(&list, outcome, e));
    FILE *to = open_memstream(&outcome->result, &size);
    if (to == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    cli_tokens_put(to, &list, args->verb == CLI_TOKEN_SHOW, now);
    (void)fclose(to);
    return PDS_OK;
}

int cli_verb_token_list(const cli_args *args)
{
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    if (cli_files_plan(args, &files, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    cli_work work = {
        .args = args, .status = "tokens", .step = list_all, .ctx = (void *)args, .with_keys = true
    };
    return cli_run(&work, &files);
}
