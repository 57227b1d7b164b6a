#include "cli/i18n.h"
#include "cli/job.h"
#include "cli/run.h"
#include "cli/run_verbs.h"
#include "cli/text.h"
#include "cli/verify_report.h"
#include "cli/walk.h"

#include <pds/time.h>

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const cli_writer *const WRITERS[CLI_FORM_COUNT] = {
    [CLI_FORM_TEXT] = &CLI_TEXT_WRITER,         [CLI_FORM_JSON] = &CLI_JSON_WRITER,
    [CLI_FORM_JUNIT] = &CLI_JUNIT_WRITER,       [CLI_FORM_SARIF] = &CLI_SARIF_WRITER,
    [CLI_FORM_MARKDOWN] = &CLI_MARKDOWN_WRITER,
};

/* Of several files the one that says most counts. */
static const int WORST_FIRST[] = { 12, 11, 1, 5, 7, 6, 0 };

/* What all files of a call share. */
typedef struct call {
    const cli_args *args;
    cli_walk walk;
    cli_files files; /* of the walk, in its order */
    pds_secret *password;
    pds_verifier *verifier;
    const cli_writer *writer;
    cli_look look;
    cli_share *shares; /* one for each file, each written by the thread that has the file */
} call;

static void call_drop(call *c)
{
    for (size_t i = 0; c->shares != NULL && i < c->files.count; i++) {
        cli_share_drop(&c->shares[i]);
    }
    free(c->shares);
    pds_verifier_drop(&c->verifier);
    pds_secret_drop(&c->password);
    cli_files_drop(&c->files);
    cli_walk_drop(&c->walk);
}

/* ---- one file ---- */

static double now(void)
{
    struct timespec t = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static pds_code read_one(const call *c, const char *input, size_t number, pds_verification *out,
                         pds_err *e)
{
    const pds_err *fault = c->walk.faults[number];
    if (fault != NULL) {
        *e = *fault;
        return fault->code;
    }
    pds_code code = pds_verify(c->verifier, input, c->password, out, e);
    if (code == PDS_E_PDF_DAMAGED) {
        e->hint[0] = '\0'; /* it tells signers of --repair */
    }
    return code;
}

static pds_code add_fault(const call *c, cli_verified *file, cli_share *share, cli_outcome *outcome,
                          const pds_err *fault)
{
    pds_err e;
    file->fault = fault->code == PDS_E_INTERRUPTED ? NULL : fault;
    share->verdict = cli_verdict_of(file);
    if (c->writer->document) { /* what is lost here has failed already */
        (void)c->writer->add(&c->look, file, share, outcome, &e);
    }
    return fault->code;
}

/* Documents and JSON were asked for, with or without --quiet. */
static bool is_silent(const call *c)
{
    return c->args->quiet && c->writer == &CLI_TEXT_WRITER;
}

static pds_code verify_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const call *c = ctx;
    const size_t number = (size_t)(file - c->files.items);
    cli_share *share = &c->shares[number];
    CLI_OWN(pds_verification_drop) pds_verification found = { .owner = NULL };
    cli_verified verified = { .input = file->input };
    const double begin = now();
    pds_code code = read_one(c, file->input, number, &found, e);
    verified.seconds = share->seconds = now() - begin;
    if (code != PDS_OK) {
        return add_fault(c, &verified, share, outcome, e);
    }
    verified.found = &found;
    share->verdict = cli_verdict_of(&verified);
    outcome->exit = found.exit;
    if (is_silent(c)) {
        return PDS_OK;
    }
    return c->writer->add(&c->look, &verified, share, outcome, e);
}

/* ---- all files ---- */

static pds_verify_options options_of(const cli_args *args)
{
    enum { LEVELS = 4 }; /* each has two words */
    const cli_verify *v = &args->verify;
    const cli_trust *trust = &args->trust;
    const bool level = cli_given(args, "require-level");
    return (pds_verify_options){
        .trust = trust->anchors.items,
        .trust_count = trust->anchors.count,
        .trust_system = trust->system,
        .chains = trust->chains.items,
        .chain_count = trust->chains.count,
        .evidence = trust->evidence.items,
        .evidence_count = trust->evidence.count,
        .cache = trust->cache,
        .crl_first = trust->prefer_crl,
        .at_time = v->at_time,
        .offline = trust->offline,
        .revocation_set = cli_given(args, "revocation"),
        .revocation = (pds_revocation_mode)v->revocation,
        .policy = v->policy,
        .require_signatures = v->signatures,
        .require_level = level ? (pds_level)(PDS_LEVEL_B + v->level % LEVELS) : PDS_LEVEL_NONE,
        .require_signers = v->signers.items,
        .require_signer_count = v->signers.count,
        .require_covers_all = v->covers_all,
        .expect_seam = v->expect_seam,
        .expires_within = v->expires_within,
    };
}

static bool has_colors(void)
{
    // NOLINTBEGIN(concurrency-mt-unsafe): before the threads
    const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
    // NOLINTEND(concurrency-mt-unsafe)
    return isatty(STDOUT_FILENO) == 1 && (no == NULL || no[0] == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}

static pds_code check_zone(const char *zone, pds_err *e)
{
    char text[PDS_TIME_ROOM];
    return zone == NULL ? PDS_OK : pds_time_iso(0, zone, text, e);
}

static pds_code get_ready(call *c, pds_err *e)
{
    const pds_verify_options options = options_of(c->args);
    cli_args named = *c->args; /* the same call, with the names of files for those of folders */
    CLI_TRY(check_zone(c->args->zone, e));
    CLI_TRY(cli_walk_inputs(&c->args->inputs, c->args->recursive, &c->walk, e));
    named.inputs = c->walk.paths;
    CLI_TRY(cli_files_plan(&named, &c->files, e));
    c->shares = calloc(c->files.count, sizeof *c->shares);
    if (c->shares == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < c->files.count; i++) {
        c->shares[i].verdict = CLI_UNTRIED;
    }
    CLI_TRY(cli_password(c->args, &c->password, e));
    return pds_verifier_new(&options, &c->verifier, e);
}

/* A signal ended the work before these. */
static pds_code add_untried(call *c, pds_err *e)
{
    cli_outcome none = { .json = NULL };
    for (size_t i = 0; c->writer->document && i < c->files.count; i++) {
        const cli_verified file = { .input = c->files.items[i].input };
        if (!c->files.items[i].tried) {
            CLI_TRY(c->writer->add(&c->look, &file, &c->shares[i], &none, e));
        }
    }
    return PDS_OK;
}

/* Where the document goes to a file, a person or a log still sees how it went. */
static void tell_counts(const call *c, const cli_shares *all)
{
    if (!c->args->quiet && c->writer->document && all->count > 1) {
        cli_put(stderr, "pdfsign: ");
        cli_put_counts(stderr, all);
    }
}

/* Who trusts nobody gets no better answer: it is told how to. */
static void tell_of_trust(const call *c)
{
    const cli_trust *trust = &c->args->trust;
    bool doubtful = false;
    for (size_t i = 0; i < c->files.count; i++) {
        doubtful = doubtful || c->shares[i].verdict == CLI_UNCONFIRMED;
    }
    if (doubtful && trust->anchors.count == 0 && !trust->system && !c->args->quiet &&
        !c->args->json) {
        (void)fflush(stdout);
        cli_put(stderr, "pdfsign: %s\n",
                _("nobody is trusted: give --trust PATH or --trust-system"));
    }
}

static int finish(call *c, int status)
{
    pds_err e = { .offset = -1 };
    const cli_shares all = { .items = c->shares, .count = c->files.count, .exit = status };
    if (is_silent(c)) {
        return status;
    }
    tell_counts(c, &all);
    if (add_untried(c, &e) != PDS_OK || c->writer->finish(stdout, &all, &e) != PDS_OK) {
        return cli_run_failed(c->args, &e);
    }
    tell_of_trust(c);
    return status;
}

static int verify(const cli_args *args)
{
    CLI_OWN(call_drop) call c = { .args = args, .writer = WRITERS[args->verify.form] };
    pds_err e = { .offset = -1 };
    c.writer = args->json ? &CLI_JSON_WRITER : c.writer;
    if (get_ready(&c, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    c.look = (cli_look){ .color = has_colors(),
                         .brief = c.files.count > 1,
                         .verbose = args->verify.verbose,
                         .zone = args->zone };
    const cli_work work = { .args = args,
                            .status = "verified",
                            .step = verify_one,
                            .ctx = &c,
                            .in_order = true,
                            .worst_first = WORST_FIRST };
    return finish(&c, cli_run(&work, &c.files));
}

/* ---- --extract-revision ---- */

static pds_code extract_one(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const cli_args *args = ctx;
    const pds_output output = cli_output_of(args, file);
    CLI_TRY(pds_extract_revision(file->input, (uint32_t)args->verify.extract, &output, e));
    pds_json_set_int(outcome->json, "revision", args->verify.extract);
    return PDS_OK;
}

static int extract(const cli_args *args)
{
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    if (cli_files_plan(args, &files, &e) != PDS_OK) {
        return cli_run_failed(args, &e);
    }
    const cli_work work = {
        .args = args, .status = "extracted", .step = extract_one, .ctx = (void *)args
    };
    return cli_run(&work, &files);
}

int cli_verb_verify(const cli_args *args)
{
    return args->verify.extract != 0 ? extract(args) : verify(args);
}
