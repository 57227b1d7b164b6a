#include "cli/job.h"
#include "cli/pin.h"
#include "cli/run.h"
#include "cli/run_verbs.h"

#include <errno.h>
#include <string.h>

#include <sys/stat.h>

/* What all files of a call share; only read while threads work. */
typedef struct call {
    const cli_args *args;
    pds_secret *password;
    pds_key *key;
    pds_digest digest;
} call;

static void call_drop(call *s)
{
    pds_key_drop(&s->key);
    pds_secret_drop(&s->password);
}

static pds_code open_key(call *s, pds_err *e)
{
    const cli_signer *signer = &s->args->signer;
    if (signer->key == NULL && signer->cert == NULL) {
        return PDS_OK; /* a job prepared for whoever signs it, or a look at the files alone */
    }
    pds_key_options options = {
        .uri = signer->key,
        .cert = signer->cert,
        .chains = signer->chains.items,
        .chain_count = signer->chains.count,
        .pin = cli_pin_ask,
        .pin_ctx = (void *)signer,
        .allow_expired = signer->allow_expired,
    };
    return pds_key_open(&options, &s->key, e);
}

static pds_signature_options signature_of(const call *s)
{
    const cli_signer *signer = &s->args->signer;
    return (pds_signature_options){
        .field = signer->field,
        .look = { .places = signer->places.items, .place_count = signer->places.count },
        .digest = s->digest,
        .pss = signer->pss,
        .certify = (int)signer->certify,
        .lock = signer->lock,
        .reason = signer->reason,
        .location = signer->location,
        .contact = signer->contact,
        .name = signer->name,
    };
}

static pds_code sign_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const call *s = ctx;
    pds_sign_result result = { .page = 0 };
    pds_signing signing = { .key = s->key, .signature = signature_of(s) };
    pds_sign_job job = {
        .input = file->input,
        .output = cli_output_of(s->args, file),
        .password = s->password,
        .repair = s->args->repair,
        .dry_run = s->args->dry_run,
        .prepare = s->args->prepare,
        .zone = s->args->zone,
        .signings = &signing,
        .signing_count = 1,
    };
    CLI_TRY(pds_sign(&job, &result, e));
    if (s->args->prepare != NULL) {
        cli_tell_prepared(outcome, s->args->prepare, &result);
    } else if (s->args->dry_run) {
        cli_tell_checked(outcome, file, &result);
    } else {
        cli_tell_signed(outcome, file, &result);
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

static pds_code get_ready(call *s, cli_files *files, pds_err *e)
{
    if (s->args->signer.digest != NULL) {
        CLI_TRY(pds_digest_from_name(s->args->signer.digest, &s->digest, e));
    }
    pds_signature_options signature = signature_of(s);
    CLI_TRY(pds_sign_check_options(&signature, s->args->zone, e));
    CLI_TRY(cli_files_plan(s->args, files, e));
    CLI_TRY(check_only_input(s->args, e));
    CLI_TRY(cli_password(s->args, &s->password, e));
    return open_key(s, e);
}

int cli_verb_sign(const cli_args *args)
{
    CLI_OWN(call_drop) call s = { .args = args };
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    if (get_ready(&s, &files, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    const char *status = args->prepare != NULL ? "prepared" : args->dry_run ? "checked" : "signed";
    cli_work work = { .args = args, .status = status, .step = sign_one, .ctx = &s };
    return cli_run(&work, &files);
}
