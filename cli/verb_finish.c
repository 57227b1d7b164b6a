#include "cli/job.h"
#include "cli/run.h"
#include "cli/run_verbs.h"

static pds_code finish_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    pds_sign_result result = { .page = 0 };
    pds_finish_job job = {
        .state = args->finish,
        .input = file->input,
        .output = cli_output_of(args, file),
        .signature = args->signature,
        .cms = args->cms,
    };
    CLI_TRY(pds_sign_finish(&job, &result, e));
    cli_tell_signed(outcome, file, &result, 1);
    return PDS_OK;
}

int cli_verb_finish(const cli_args *args)
{
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    if (cli_files_plan(args, &files, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    cli_work work = { .args = args, .status = "signed", .step = finish_one, .ctx = (void *)args };
    return cli_run(&work, &files);
}
