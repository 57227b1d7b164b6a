#include "cli/job.h"
#include "cli/run.h"
#include "cli/run_verbs.h"
#include "cli/stamper.h"

typedef struct call {
    const cli_args *args;
    pds_secret *password;
    cli_stamper stamping;
} call;

static void call_drop(call *s)
{
    cli_stamper_drop(&s->stamping);
    pds_secret_drop(&s->password);
}

static pds_code finish_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const call *s = ctx;
    const cli_args *args = s->args;
    pds_sign_result result = { .page = 0 };
    pds_finish_job job = {
        .state = args->finish,
        .input = file->input,
        .output = cli_output_of(args, file),
        .signature = args->signature,
        .cms = args->cms,
        .password = s->password,
        .zone = args->zone,
        .level = cli_level_of(args),
        .stamper = s->stamping.stamper,
        .allow_lower_level = args->level.allow_lower,
    };
    CLI_TRY(pds_sign_finish(&job, &result, e));
    cli_stamper_notes(args, &s->stamping, result.stamp_notes);
    cli_tell_signed(outcome, file, &result, 1, job.level);
    return PDS_OK;
}

static pds_code get_ready(call *s, cli_files *files, pds_err *e)
{
    CLI_TRY(cli_files_plan(s->args, files, e));
    CLI_TRY(cli_password(s->args, &s->password, e));
    CLI_TRY(cli_stamper_open(s->args, &s->stamping, e));
    return cli_stamper_probe(s->args, &s->stamping, e);
}

int cli_verb_finish(const cli_args *args)
{
    CLI_OWN(call_drop) call s = { .args = args };
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    if (get_ready(&s, &files, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    cli_work work = {
        .args = args, .status = "signed", .step = finish_one, .ctx = &s, .with_keys = true
    };
    return cli_run(&work, &files);
}
