#include "cli/job.h"
#include "cli/run.h"
#include "cli/run_verbs.h"
#include "cli/signers.h"

#include <errno.h>
#include <string.h>

#include <sys/stat.h>

/* What all files of a call share; only read while threads work. */
typedef struct call {
    const cli_args *args;
    pds_secret *password;
    pds_reader *reader;
    cli_signers signers;
} call;

static void call_drop(call *s)
{
    cli_signers_drop(&s->signers);
    pds_reader_drop(&s->reader);
    pds_secret_drop(&s->password);
}

static pds_code sign_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const call *s = ctx;
    pds_sign_result results[PDS_SIGNINGS_MAX];
    pds_signing signings[PDS_SIGNINGS_MAX];
    cli_signers_fill(&s->signers, signings);
    pds_sign_job job = {
        .input = file->input,
        .output = cli_output_of(s->args, file),
        .password = s->password,
        .repair = s->args->repair,
        .dry_run = s->args->dry_run,
        .prepare = s->args->prepare,
        .zone = s->args->zone,
        .preview = s->args->preview,
        .reader = s->reader,
        .signings = signings,
        .signing_count = s->signers.count,
    };
    CLI_TRY(pds_sign(&job, results, e));
    if (s->args->prepare != NULL) {
        cli_tell_prepared(outcome, s->args->prepare, results);
    } else if (s->args->dry_run || s->args->preview != NULL) {
        cli_tell_checked(outcome, file, results, s->signers.count);
    } else {
        cli_tell_signed(outcome, file, results, s->signers.count);
    }
    return PDS_OK;
}

/* Nobody is asked for a PIN for a file that is not there. */
static pds_code check_only_input(const cli_args *args, pds_err *e)
{
    const char *path = args->inputs.items[0];
    struct stat st;
    if (args->inputs.count > 1 || strcmp(path, "-") == 0 || stat(path, &st) == 0) {
        return PDS_OK;
    }
    cli_fail(e, PDS_E_INPUT_UNREADABLE, __func__, "cannot be read: %s", strerrordesc_np(errno));
    cli_fault_file(e, path);
    return PDS_E_INPUT_UNREADABLE;
}

static pds_code open_reader(call *s, pds_err *e)
{
    bool wanted = s->args->preview != NULL || cli_signers_read_pages(&s->signers);
    return wanted ? pds_reader_new(&s->reader, e) : PDS_OK;
}

/* PINs are asked for last. */
static pds_code get_ready(call *s, cli_files *files, pds_err *e)
{
    CLI_TRY(cli_signers_open(s->args, &s->signers, e));
    CLI_TRY(cli_files_plan(s->args, files, e));
    CLI_TRY(check_only_input(s->args, e));
    CLI_TRY(cli_password(s->args, &s->password, e));
    CLI_TRY(open_reader(s, e));
    return cli_signers_unlock(s->args, &s->signers, e);
}

static const char *status_of(const cli_args *args)
{
    if (args->prepare != NULL) {
        return "prepared";
    }
    return args->dry_run || args->preview != NULL ? "checked" : "signed";
}

int cli_verb_sign(const cli_args *args)
{
    CLI_OWN(call_drop) call s = { .args = args };
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    if (get_ready(&s, &files, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    cli_work work = { .args = args, .status = status_of(args), .step = sign_one, .ctx = &s };
    return cli_run(&work, &files);
}
