#include "cli/i18n.h"
#include "cli/job.h"
#include "cli/run.h"
#include "cli/run_verbs.h"
#include "cli/signers.h"
#include "cli/text.h"

#include <pds/token.h>

#include <stdlib.h>

/* What is done with one token that --key names; 'token list' and 'token show' are in
 * verb_token_list.c. */

static pds_token_options options_of(const cli_args *args)
{
    return (pds_token_options){
        .uri = args->signers[0].key,
        .ask = cli_secret_ask,
        .ask_ctx = (void *)args,
        .force_last_try = args->signers[0].force_last_try,
        .tell = cli_tell_person,
        .tell_ctx = (void *)args,
    };
}

/* A sentence for whoever looks on. */
static void note(cli_outcome *outcome, const char *text)
{
    if (outcome->chatty && asprintf(&outcome->note, "%s\n", text) < 0) {
        outcome->note = NULL;
    }
}

static pds_code change_pin(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const pds_token_options options = options_of(ctx);
    (void)file;
    CLI_TRY(pds_token_change_pin(&options, e));
    note(outcome, _("the PIN was changed"));
    return PDS_OK;
}

static pds_code unblock_pin(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const pds_token_options options = options_of(ctx);
    (void)file;
    CLI_TRY(pds_token_unblock_pin(&options, e));
    note(outcome, _("the token has a new PIN"));
    return PDS_OK;
}

static pds_code export_cert(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    const pds_token_options options = options_of(args);
    const pds_output output = cli_output_of(args, file);
    (void)outcome;
    return pds_token_export(&options, args->signers[0].identity, args->token.der, &output, e);
}

static pds_code view_seal(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const pds_token_options options = options_of(ctx);
    const pds_output output = cli_output_of(ctx, file);
    (void)outcome;
    return pds_token_seal_read(&options, &output, e);
}

static pds_code write_seal(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    const pds_token_options options = options_of(args);
    CLI_TRY(pds_token_seal_write(&options, file->input, args->token.size, args->token.compact, e));
    note(outcome, _("the seal is in the token"));
    return PDS_OK;
}

/* ---- decryption ---- */

/* The key, and what asks for its PIN; opened for the first file. */
typedef struct decryption {
    const cli_args *args;
    cli_rehearsal none;
    cli_pin_source source;
    pds_key *key;
} decryption;

static void decryption_drop(decryption *d)
{
    pds_key_drop(&d->key);
}

static pds_code decrypt_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const decryption *d = ctx;
    const pds_output output = cli_output_of(d->args, file);
    (void)outcome;
    return pds_decrypt(d->key, file->input, &output, e);
}

int cli_verb_token_decrypt(const cli_args *args)
{
    CLI_OWN(decryption_drop) decryption d = { .args = args };
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    d.source = (cli_pin_source){ .signer = &args->signers[0], .rehearsal = &d.none };
    if (cli_files_plan(args, &files, &e) != PDS_OK ||
        cli_key_open(args, &args->signers[0], &d.source, &d.key, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    cli_work work = {
        .args = args, .status = "decrypted", .step = decrypt_one, .ctx = &d, .with_keys = true
    };
    return cli_run(&work, &files);
}

/* ---- the log ---- */

static pds_code change_log(const cli_token *t, pds_err *e)
{
    if (t->on) {
        return pds_token_log_set(PDS_LOG_ON, e);
    }
    return pds_token_log_set(t->off ? PDS_LOG_OFF : PDS_LOG_CLEAR, e);
}

static pds_code use_log(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    const cli_token *const t = &args->token;
    const bool changes = t->on || t->off || t->clear;
    pds_output output = cli_output_of(args, file);
    const bool copies = !changes && (output.path != NULL || !args->json);
    bool on = false;
    output.path = output.path == NULL ? "-" : output.path;
    if (changes) {
        CLI_TRY(change_log(t, e));
    }
    CLI_TRY(pds_token_log_get(&on, copies ? &output : NULL, e));
    pds_json_set_bool(outcome->json, "on", on);
    note(outcome, on ? _("the log is on") : _("the log is off"));
    return PDS_OK;
}

/* ---- */

static int run(const cli_args *args, const char *status, cli_step step)
{
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    cli_args quiet = *args; /* no progress bar where a PIN is asked for */
    quiet.progress = CLI_PROGRESS_NEVER;
    if (cli_files_plan(args, &files, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    cli_work work = {
        .args = &quiet, .status = status, .step = step, .ctx = (void *)args, .with_keys = true
    };
    return cli_run(&work, &files);
}

int cli_verb_token(const cli_args *args)
{
    static const struct {
        const char *status;
        cli_step step;
    } verbs[CLI_VERB_COUNT] = {
        [CLI_TOKEN_EXPORT] = { "exported", export_cert },
        [CLI_TOKEN_PIN] = { "changed", change_pin },
        [CLI_TOKEN_UNBLOCK] = { "unblocked", unblock_pin },
        [CLI_TOKEN_SEAL_VIEW] = { "exported", view_seal },
        [CLI_TOKEN_SEAL_WRITE] = { "stored", write_seal },
        [CLI_TOKEN_LOG] = { "logged", use_log },
    };
    return run(args, verbs[args->verb].status, verbs[args->verb].step);
}
