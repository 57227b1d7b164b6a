#include "cli/job.h"
#include "cli/run.h"
#include "cli/run_verbs.h"
#include "cli/signers.h"
#include "cli/stamper.h"

#include <errno.h>
#include <string.h>

#include <sys/stat.h>

/* What all files of a call share; only read while threads work. */
typedef struct call {
    const cli_args *args;
    pds_secret *password;
    pds_reader *reader;
    cli_signers signers;
    cli_stamper stamping;
    const cli_file *only; /* the one input; NULL: there are more, or it can't be read twice */
} call;

static void call_drop(call *s)
{
    cli_signers_drop(&s->signers);
    cli_stamper_drop(&s->stamping);
    pds_reader_drop(&s->reader);
    pds_secret_drop(&s->password);
}

static pds_sign_job job_of(const call *s, const cli_file *file, pds_signing *signings)
{
    cli_signers_fill(&s->signers, signings);
    return (pds_sign_job){
        .input = file->input,
        .output = cli_output_of(s->args, file),
        .password = s->password,
        .repair = s->args->repair,
        .dry_run = s->args->dry_run,
        .prepare = s->args->prepare,
        .zone = s->args->zone,
        .preview = s->args->preview,
        .reader = s->reader,
        .level = cli_level_of(s->args),
        .stamper = s->stamping.stamper,
        .allow_lower_level = s->args->level.allow_lower,
        .signings = signings,
        .signing_count = s->signers.count,
    };
}

static pds_code sign_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const call *s = ctx;
    pds_sign_result results[PDS_SIGNINGS_MAX];
    pds_signing signings[PDS_SIGNINGS_MAX];
    pds_sign_job job = job_of(s, file, signings);
    CLI_TRY(pds_sign(&job, results, e));
    cli_stamper_notes(s->args, &s->stamping, results->stamp_notes);
    if (s->args->prepare != NULL) {
        cli_tell_prepared(outcome, file, s->args->prepare, results);
    } else if (s->args->dry_run || s->args->preview != NULL) {
        cli_tell_checked(outcome, file, results, s->signers.count);
    } else {
        cli_tell_signed(outcome, file, results, s->signers.count, job.level);
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

/* What a file refuses, whoever signs it; seed values may ask for something of the certificate. */
static bool is_settled(pds_code code)
{
    enum { INPUT = 5, REFUSED = 10, OUTPUT = 11 };
    int exit = pds_code_exit(code);
    return code != PDS_E_SEED_VALUE_FORBIDS &&
           (exit == INPUT || exit == REFUSED || exit == OUTPUT || code == PDS_E_INTERRUPTED);
}

/* The job without its keys, up to the point where they would sign. */
static pds_code rehearse(void *ctx, pds_err *e)
{
    const call *s = ctx;
    pds_sign_result results[PDS_SIGNINGS_MAX];
    pds_signing signings[PDS_SIGNINGS_MAX];
    pds_sign_job job = job_of(s, s->only, signings);
    job.dry_run = true;
    job.preview = NULL;
    pds_code code = pds_sign(&job, results, e);
    return is_settled(code) ? code : PDS_OK;
}

static void plan_rehearsal(call *s, const cli_files *files)
{
    struct stat st;
    const char *path = s->args->inputs.items[0];
    if (files->count == 1 && !s->args->repair && s->args->prepare == NULL && stat(path, &st) == 0 &&
        S_ISREG(st.st_mode)) {
        s->only = &files->items[0];
        s->signers.rehearsal = (cli_rehearsal){ .make = rehearse, .ctx = s };
    }
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
    CLI_TRY(cli_stamper_open(s->args, &s->stamping, e));
    CLI_TRY(open_reader(s, e));
    CLI_TRY(cli_stamper_probe(s->args, &s->stamping, e));
    plan_rehearsal(s, files);
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
    cli_work work = {
        .args = args, .status = status_of(args), .step = sign_one, .ctx = &s, .with_keys = true
    };
    return cli_run(&work, &files);
}
