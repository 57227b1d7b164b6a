#include "cli/job.h"
#include "cli/run.h"
#include "cli/run_verbs.h"

#include <pds/seal.h>

static pds_code make_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    const cli_picture *p = &args->picture;
    pds_seal_make_job job = {
        .kind = (pds_seal_kind)p->kind,
        .name = p->name,
        .label = p->label,
        .code = p->code,
        .font = p->font,
        .color = p->color,
        .size = p->size,
        .dpi = p->dpi,
        .no_test_mark = p->no_test_mark,
        .output = cli_output_of(args, file),
    };
    (void)outcome;
    return pds_seal_make(&job, e);
}

static pds_code draw_strokes(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    const cli_picture *p = &args->picture;
    pds_seal_strokes_job job = {
        .input = file->input,
        .color = p->color,
        .size = p->size,
        .dpi = p->dpi,
        .pen = p->pen,
        .output = cli_output_of(args, file),
    };
    (void)outcome;
    return pds_seal_strokes(&job, e);
}

static int run(const cli_args *args, cli_step step)
{
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    if (cli_files_plan(args, &files, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    cli_work work = { .args = args, .status = "drawn", .step = step, .ctx = (void *)args };
    return cli_run(&work, &files);
}

int cli_verb_seal_make(const cli_args *args)
{
    return run(args, make_one);
}

int cli_verb_seal_strokes(const cli_args *args)
{
    return run(args, draw_strokes);
}
