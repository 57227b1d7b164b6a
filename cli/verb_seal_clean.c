#include "cli/job.h"
#include "cli/run.h"
#include "cli/run_verbs.h"

#include <pds/seal.h>

static pds_code clean_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    const cli_picture *p = &args->picture;
    pds_seal_clean_job job = {
        .input = file->input,
        .output = cli_output_of(args, file),
        .color = p->color,
        .size = p->size,
        .dpi = p->dpi,
        .threshold = p->threshold,
        .keep_border = p->keep_border,
    };
    (void)outcome;
    return pds_seal_clean(&job, e);
}

int cli_verb_seal_clean(const cli_args *args)
{
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    if (cli_files_plan(args, &files, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    cli_work work = { .args = args, .status = "cleaned", .step = clean_one, .ctx = (void *)args };
    return cli_run(&work, &files);
}
