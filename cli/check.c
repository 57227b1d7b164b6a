#include "cli/args.h"
#include "cli/verbs.h"

/* Options that exclude each other, and options that need another. */
typedef struct pair {
    const char *one, *other;
} pair;

static const pair EXCLUDE[] = {
    { "output", "out-dir" },   { "output", "in-place" },    { "out-dir", "in-place" },
    { "prepare", "finish" },   { "prepare", "output" },     { "prepare", "out-dir" },
    { "prepare", "in-place" }, { "prepare", "dry-run" },    { "signature", "cms" },
    { "pin-file", "pin-fd" },  { "pin-file", "pin-env" },   { "pin-file", "pin-program" },
    { "pin-fd", "pin-env" },   { "pin-fd", "pin-program" }, { "pin-env", "pin-program" },
};

static const pair NEED[] = {
    { "suffix", "out-dir" },
    { "signature", "finish" },
    { "cms", "finish" },
};

static pds_code check_pairs(const cli_args *args, pds_err *e)
{
    for (size_t i = 0; i < sizeof EXCLUDE / sizeof EXCLUDE[0]; i++) {
        const pair *p = &EXCLUDE[i];
        if (cli_given(args, p->one) && cli_given(args, p->other)) {
            CLI_FAIL(e, PDS_E_USAGE, "--%s and --%s exclude each other", p->one, p->other);
        }
    }
    for (size_t i = 0; i < sizeof NEED / sizeof NEED[0]; i++) {
        const pair *p = &NEED[i];
        if (cli_given(args, p->one) && !cli_given(args, p->other)) {
            CLI_FAIL(e, PDS_E_USAGE, "--%s is of use with --%s only", p->one, p->other);
        }
    }
    return PDS_OK;
}

static bool given_output(const cli_args *args)
{
    return args->output != NULL || args->out_dir != NULL || args->in_place;
}

static pds_code check_finish(const cli_args *args, pds_err *e)
{
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        const cli_option *row = &CLI_OPTIONS[i];
        if (args->seen[i] && (row->verbs & CLI_IN_FINISH) == 0) {
            CLI_FAIL(e, PDS_E_USAGE, "--%s is settled by the prepared job: not with --finish",
                     row->name);
        }
    }
    if (args->signature == NULL && args->cms == NULL) {
        CLI_FAIL(e, PDS_E_USAGE, "--finish needs --signature FILE or --cms FILE");
    }
    if (args->inputs.count > 1) {
        CLI_FAIL(e, PDS_E_USAGE, "--finish goes on with one file, not several");
    }
    if (args->inputs.count == 0 && args->output == NULL) {
        CLI_FAIL(e, PDS_E_USAGE,
                 "--finish needs -o FILE, or the input's name with --out-dir or --in-place");
    }
    return PDS_OK;
}

static pds_code check_sign(const cli_args *args, pds_err *e)
{
    bool elsewhere = args->prepare != NULL || args->dry_run ||
                     args->preview != NULL; /* the key is not needed now */
    if (args->signer.key == NULL && !elsewhere) {
        cli_fail(e, PDS_E_USAGE, __func__, "no key given");
        cli_fault_hint(e, "use --key p12:FILE or --key file:FILE");
        return PDS_E_USAGE;
    }
    if (args->prepare != NULL && args->inputs.count > 1) {
        CLI_FAIL(e, PDS_E_USAGE, "--prepare takes one input, not several");
    }
    if (args->signer.digest != NULL) {
        pds_digest digest = PDS_DIGEST_DEFAULT;
        CLI_TRY(pds_digest_from_name(args->signer.digest, &digest, e));
    }
    return PDS_OK;
}

static pds_code check_output(const cli_args *args, pds_err *e)
{
    bool writes = (CLI_IN_WRITERS >> args->verb & 1) != 0;
    bool draws = (CLI_IN_DRAWERS >> args->verb & 1) != 0;
    bool elsewhere = args->prepare != NULL || args->dry_run || args->preview != NULL;
    if (!given_output(args) && (draws || (writes && !elsewhere))) {
        cli_fail(e, PDS_E_USAGE, __func__, "nowhere to write to");
        cli_fault_hint(e, draws ? "give -o FILE"
                                : "give exactly one of -o FILE, --out-dir DIR, --in-place");
        return PDS_E_USAGE;
    }
    if (args->output != NULL && args->inputs.count > 1) {
        cli_fail(e, PDS_E_USAGE, __func__, "-o takes the result of one input, but there are %zu",
                 args->inputs.count);
        cli_fault_hint(e, "use --out-dir DIR");
        return PDS_E_USAGE;
    }
    if (args->output != NULL && strcmp(args->output, "-") == 0 && args->json) {
        CLI_FAIL(e, PDS_E_USAGE, "-o - and --json both want standard output");
    }
    if (args->prepare != NULL && strcmp(args->prepare, "-") == 0 && args->json) {
        CLI_FAIL(e, PDS_E_USAGE, "--prepare - and --json both want standard output");
    }
    return PDS_OK;
}

static pds_code check_verb(const cli_args *args, pds_err *e)
{
    switch (args->verb) {
    case CLI_SIGN:
        return args->finish != NULL ? check_finish(args, e) : check_sign(args, e);
    case CLI_FIELDS_ADD:
        if (args->fields.names.count == 0 && args->seams.count == 0) {
            CLI_FAIL(e, PDS_E_USAGE, "no --name of a new field given, and no --seam");
        }
        return PDS_OK;
    case CLI_SEAL_MAKE:
        if (args->picture.name == NULL) {
            CLI_FAIL(e, PDS_E_USAGE, "a seal needs a --name");
        }
        return PDS_OK;
    default:
        return PDS_OK;
    }
}

pds_code cli_args_check(const cli_args *args, pds_err *e)
{
    if (args->verb == CLI_SEAL_MAKE && args->inputs.count > 0) {
        CLI_FAIL(e, PDS_E_USAGE, "'seal make' reads no file: '%s'", args->inputs.items[0]);
    }
    if (args->inputs.count == 0 && args->finish == NULL && args->verb != CLI_SEAL_MAKE) {
        CLI_FAIL(e, PDS_E_USAGE, "no input file given");
    }
    CLI_TRY(check_pairs(args, e));
    CLI_TRY(check_verb(args, e));
    return check_output(args, e);
}
