#include "cli/job.h"
#include "cli/run.h"
#include "cli/run_verbs.h"
#include "cli/stamper.h"
#include "cli/walk.h"

#include <pds/augment.h>

/* timestamp, ltv add, ltv renew: what is done to signatures that are there. */

/* What all files of a call share. */
typedef struct call {
    const cli_args *args;
    cli_walk walk;
    cli_files files; /* of the walk, in its order */
    pds_secret *password;
    cli_stamper stamping;
} call;

static void call_drop(call *c)
{
    cli_stamper_drop(&c->stamping);
    pds_secret_drop(&c->password);
    cli_files_drop(&c->files);
    cli_walk_drop(&c->walk);
}

static pds_augment_kind kind_of(const cli_args *args)
{
    static const pds_augment_kind kinds[CLI_VERB_COUNT] = {
        [CLI_TIMESTAMP] = PDS_AUGMENT_TIMESTAMP,
        [CLI_LTV_ADD] = PDS_AUGMENT_ADD,
        [CLI_LTV_RENEW] = PDS_AUGMENT_RENEW,
    };
    return kinds[args->verb];
}

static pds_code augment_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const call *const c = ctx;
    const pds_err *const fault = c->walk.faults[file - c->files.items];
    pds_augment_result result;
    if (fault != NULL) {
        *e = *fault;
        return fault->code;
    }
    const pds_augment_job job = {
        .kind = kind_of(c->args),
        .input = file->input,
        .output = cli_output_of(c->args, file),
        .password = c->password,
        .zone = c->args->zone,
        .stamper = c->stamping.stamper,
        .level = cli_level_of(c->args),
        .allow_lower_level = c->args->level.allow_lower,
        .expires_within = c->args->level.expires_within,
    };
    CLI_TRY(pds_augment(&job, &result, e));
    cli_stamper_notes(c->args, &c->stamping, result.notes);
    cli_tell_augmented(outcome, file, &job, &result);
    return PDS_OK;
}

static pds_code get_ready(call *c, pds_err *e)
{
    cli_args named = *c->args; /* the same call, with the names of files for those of folders */
    CLI_TRY(cli_walk_inputs(&c->args->inputs, c->args->recursive, &c->walk, e));
    named.inputs = c->walk.paths;
    CLI_TRY(cli_files_plan(&named, &c->files, e));
    CLI_TRY(cli_password(c->args, &c->password, e));
    CLI_TRY(cli_stamper_open(c->args, &c->stamping, e));
    return c->args->verb == CLI_LTV_RENEW ? PDS_OK : cli_stamper_probe(c->args, &c->stamping, e);
}

int cli_verb_augment(const cli_args *args)
{
    CLI_OWN(call_drop) call c = { .args = args };
    pds_err e = { .offset = -1 };
    if (get_ready(&c, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    const cli_work work = { .args = args, .status = "augmented", .step = augment_one, .ctx = &c };
    return cli_run(&work, &c.files);
}
