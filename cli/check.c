#include "cli/args.h"
#include "cli/i18n.h"
#include "cli/stamper.h"
#include "cli/verbs.h"

#include <pds/verify.h>

#include <strings.h>

/* Options that exclude each other. */
typedef struct pair {
    const char *one, *other;
} pair;

static const pair EXCLUDE[] = {
    { "output", "out-dir" },   { "output", "in-place" }, { "out-dir", "in-place" },
    { "prepare", "finish" },   { "prepare", "output" },  { "prepare", "out-dir" },
    { "prepare", "in-place" }, { "prepare", "dry-run" }, { "prepare", "preview" },
    { "prepare", "then" },     { "signature", "cms" },   { "json", "format" },
    { "offline", "tsa" },      { "offline", "cache" },   { "on", "off" },
    { "on", "clear" },         { "off", "clear" },
};

static const pair EXCLUDE_OF_SIGNER[] = {
    { "pin-file", "pin-fd" }, { "pin-file", "pin-env" },   { "pin-file", "pin-program" },
    { "pin-fd", "pin-env" },  { "pin-fd", "pin-program" }, { "pin-env", "pin-program" },
};

static const pair EXCLUDE_OF_TOKEN[] = {
    { "new-pin-file", "new-pin-fd" },
    { "new-pin-file", "new-pin-env" },
    { "new-pin-fd", "new-pin-env" },
    { "puk-file", "puk-fd" },
    { "puk-file", "puk-env" },
    { "puk-fd", "puk-env" },
    { "output", "on" },
    { "output", "off" },
    { "output", "clear" },
};

/* An option and others, one of which has to be there. */
typedef struct need {
    const char *one, *others[4];
    const char *hint;
} need;

static const need NEED[] = {
    { "suffix", { "out-dir" }, N_("give --out-dir DIR") },
    { "signature", { "finish" }, N_("give --finish STATE") },
    { "cms", { "finish" }, N_("give --finish STATE") },
    { "tsa-digest", { "tsa" }, N_("give --tsa URL") },
    { "tsa-timeout", { "tsa" }, N_("give --tsa URL") },
};

/* Of one authority. */
static const need NEED_OF_TSA[] = {
    { "tsa-password-file", { "tsa-user" }, N_("give --tsa-user NAME behind the same --tsa") },
    { "tsa-key", { "tsa-cert" }, N_("give --tsa-cert FILE behind the same --tsa") },
    { "tsa-key-password-file", { "tsa-cert" }, N_("give --tsa-cert FILE behind the same --tsa") },
};

#define NEED_REPORT N_("to keep a report, send standard output to a file: > report")

/* Of `verify`, where nothing else is written. */
static const need NEED_OF_VERIFY[] = {
    { "output", { "extract-revision" }, NEED_REPORT },
    { "overwrite", { "extract-revision" }, NEED_REPORT },
};

#define NEED_SEAL N_("give --seal FILE.png")
#define NEED_TEXT N_("give --text TEXT or --show LIST")
#define NEED_DATE N_("give --date PLACE, or --date @last with --at")

static const need NEED_OF_SIGNER[] = {
    { "size", { "seal" }, NEED_SEAL },
    { "plain", { "seal" }, NEED_SEAL },
    { "seam", { "seal" }, NEED_SEAL },
    { "seam-mode", { "seam" }, N_("give --seam EDGE") },
    { "text-place", { "text", "show" }, NEED_TEXT },
    { "text-size", { "text", "show" }, NEED_TEXT },
    { "text-color", { "text", "show" }, NEED_TEXT },
    { "vertical", { "text", "show" }, NEED_TEXT },
    { "font", { "text", "show", "date" }, NEED_TEXT },
    { "date-format", { "date", "show" }, NEED_DATE },
    { "date-value", { "date", "show" }, NEED_DATE },
    { "date-size", { "date" }, NEED_DATE },
    { "date-color", { "date" }, NEED_DATE },
};

static pds_code exclude_each_other(const pair *p, pds_err *e)
{
    CLI_FAIL(e, PDS_E_USAGE, "--%s and --%s exclude each other", p->one, p->other);
}

static pds_code is_missing(const need *n, pds_err *e)
{
    cli_fail(e, PDS_E_USAGE, __func__, "--%s is of use with --%s only", n->one, n->others[0]);
    cli_fault_hint(e, "%s", _(n->hint));
    return PDS_E_USAGE;
}

static pds_code check_needs(const cli_args *args, const need *needs, size_t count, pds_err *e)
{
    for (size_t i = 0; i < count; i++) {
        if (cli_given(args, needs[i].one) && !cli_given(args, needs[i].others[0])) {
            return is_missing(&needs[i], e);
        }
    }
    return PDS_OK;
}

static pds_code check_job_pairs(const cli_args *args, pds_err *e)
{
    for (size_t i = 0; i < sizeof EXCLUDE / sizeof EXCLUDE[0]; i++) {
        if (cli_given(args, EXCLUDE[i].one) && cli_given(args, EXCLUDE[i].other)) {
            return exclude_each_other(&EXCLUDE[i], e);
        }
    }
    return check_needs(args, NEED, sizeof NEED / sizeof NEED[0], e);
}

/* seen: of a signer or an authority. */
static bool is_met(const bool seen[CLI_OPTIONS_MAX], const need *n)
{
    size_t count = sizeof n->others / sizeof n->others[0];
    for (size_t i = 0; i < count && n->others[i] != NULL; i++) {
        if (cli_seen(seen, n->others[i])) {
            return true;
        }
    }
    return !cli_seen(seen, n->one);
}

static pds_code check_signer_pairs(const cli_signer *signer, pds_err *e)
{
    for (size_t i = 0; i < sizeof EXCLUDE_OF_SIGNER / sizeof EXCLUDE_OF_SIGNER[0]; i++) {
        const pair *p = &EXCLUDE_OF_SIGNER[i];
        if (cli_seen(signer->seen, p->one) && cli_seen(signer->seen, p->other)) {
            return exclude_each_other(p, e);
        }
    }
    for (size_t i = 0; i < sizeof NEED_OF_SIGNER / sizeof NEED_OF_SIGNER[0]; i++) {
        if (!is_met(signer->seen, &NEED_OF_SIGNER[i])) {
            return is_missing(&NEED_OF_SIGNER[i], e);
        }
    }
    return PDS_OK;
}

/* What a signature without a timestamp has no use for; the last four are of use where it is proven
 * that nobody was revoked. */
static const char *const OF_LEVELS[] = { "tsa",   "allow-lower-level", "trust",      "trust-system",
                                         "grace", "evidence",          "prefer-crl", "cache" };
enum { OF_LEVELS_COUNT = sizeof OF_LEVELS / sizeof OF_LEVELS[0], OF_LASTING = 4 };

/* The first that is given of those from place `from` on; NULL: none. */
static const char *given_of_levels(const cli_args *args, size_t from)
{
    size_t i = from;
    while (i < OF_LEVELS_COUNT && !cli_given(args, OF_LEVELS[i])) {
        i++;
    }
    return i < OF_LEVELS_COUNT ? OF_LEVELS[i] : NULL;
}

static pds_code check_without_level(const cli_args *args, pds_err *e)
{
    const char *const name = given_of_levels(args, 0);
    if (name == NULL) {
        return PDS_OK;
    }
    cli_fail(e, PDS_E_USAGE, __func__, "--%s is of use from level t on", name);
    cli_fault_hint(e, "give --level t, lt or lta, and --tsa URL");
    return PDS_E_USAGE;
}

static pds_code check_not_lasting(const cli_args *args, pds_err *e)
{
    const char *const name = given_of_levels(args, OF_LASTING);
    if (name == NULL) {
        return PDS_OK;
    }
    cli_fail(e, PDS_E_USAGE, __func__, "--%s is of use from level lt on", name);
    cli_fault_hint(e, "give --level lt or lta");
    return PDS_E_USAGE;
}

static pds_code check_authority(const cli_tsa *tsa, pds_err *e)
{
    for (size_t i = 0; i < sizeof NEED_OF_TSA / sizeof NEED_OF_TSA[0]; i++) {
        if (!is_met(tsa->seen, &NEED_OF_TSA[i])) {
            return is_missing(&NEED_OF_TSA[i], e);
        }
    }
    return PDS_OK;
}

/* A proof leads to somebody who is trusted. This is known before a PIN is asked for. */
static pds_code check_lasting(const cli_args *args, pds_err *e)
{
    if (args->trust.anchors.count > 0 || args->trust.system) {
        return PDS_OK;
    }
    cli_fail(e, PDS_E_USAGE, __func__,
             "nobody is trusted, and what leads to nobody can't be proven later");
    cli_fault_hint(e, "give --trust PATH or --trust-system");
    return PDS_E_USAGE;
}

static pds_code check_use_of_level(const cli_args *args, pds_err *e)
{
    for (size_t i = 0; i < args->level.tsa_count; i++) {
        CLI_TRY(check_authority(&args->level.tsas[i], e));
    }
    if (args->verb == CLI_TIMESTAMP) {
        return PDS_OK;
    }
    return args->verb == CLI_SIGN && cli_level_of(args) < PDS_LEVEL_LT ? check_not_lasting(args, e)
                                                                       : check_lasting(args, e);
}

/* Levels above B-B, and stamps alone, need somebody who stamps. */
static pds_code check_level(const cli_args *args, pds_err *e)
{
    const bool signs = args->verb == CLI_SIGN;
    const pds_level level = cli_level_of(args);
    if (signs && level == PDS_LEVEL_B) {
        return check_without_level(args, e);
    }
    if (args->level.tsa_count > 0 || args->verb == CLI_LTV_ADD) {
        return check_use_of_level(args, e);
    }
    if (signs) {
        cli_fail(e, PDS_E_USAGE, __func__, "level %s needs a timestamping authority",
                 pds_level_name(level));
    } else {
        cli_fail(e, PDS_E_USAGE, __func__, "no timestamping authority is named");
    }
    cli_fault_hint(e, "give --tsa URL");
    return PDS_E_USAGE;
}

static bool given_output(const cli_args *args)
{
    return args->output != NULL || args->out_dir != NULL || args->in_place;
}

static pds_code check_finish(const cli_args *args, pds_err *e)
{
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        const cli_option *row = &CLI_OPTIONS[i];
        bool seen = args->seen[i] || args->signers[0].seen[i];
        if (seen && (row->verbs & CLI_IN_FINISH) == 0) {
            CLI_FAIL(e, PDS_E_USAGE, "--%s is settled by the prepared job: not with --finish",
                     row->name);
        }
    }
    if (args->signature == NULL && args->cms == NULL) {
        CLI_FAIL(e, PDS_E_USAGE, "--finish needs --signature FILE or --cms FILE");
    }
    CLI_TRY(check_level(args, e));
    if (args->inputs.count > 1) {
        CLI_FAIL(e, PDS_E_USAGE, "--finish goes on with one file, not several");
    }
    if (args->inputs.count == 0 && args->output == NULL) {
        CLI_FAIL(e, PDS_E_USAGE,
                 "--finish needs -o FILE, or the input's name with --out-dir or --in-place");
    }
    return PDS_OK;
}

bool cli_seal_in_token(const cli_signer *signer)
{
    return signer->seal != NULL && strcmp(signer->seal, "token") == 0;
}

bool cli_is_token(const char *uri)
{
    return uri != NULL &&
           (strncasecmp(uri, "pkcs11:", 7) == 0 || strncasecmp(uri, "pcsc:", 5) == 0);
}

static pds_code check_key(const cli_args *args, size_t index, pds_err *e)
{
    const cli_signer *signer = &args->signers[index];
    bool elsewhere = args->prepare != NULL || args->dry_run ||
                     args->preview != NULL; /* the key is not needed now */
    if (signer->key == NULL && !elsewhere) {
        cli_fail(e, PDS_E_USAGE, __func__, "no key given");
        cli_fault_hint(e, "use --key p12:FILE, file:FILE, pkcs11:... or pcsc:...");
        return PDS_E_USAGE;
    }
    if (cli_seal_in_token(signer) && !cli_is_token(signer->key)) {
        cli_fail(e, PDS_E_USAGE, __func__, "'--seal token' means a seal that is kept in the key");
        cli_fault_hint(e, "give --key pkcs11:... or pcsc:..., or --seal ./token for a file");
        return PDS_E_USAGE;
    }
    if (signer->certify != 0 && index > 0) {
        cli_fail(e, PDS_E_USAGE, __func__, "only the first signer can certify");
        cli_fault_hint(e, "give --certify before the first --then");
        return PDS_E_USAGE;
    }
    if (signer->digest != NULL) {
        pds_digest digest = PDS_DIGEST_DEFAULT;
        CLI_TRY(pds_digest_from_name(signer->digest, &digest, e));
    }
    return PDS_OK;
}

static pds_code check_signer(const cli_args *args, size_t index, pds_err *e)
{
    CLI_TRY(check_signer_pairs(&args->signers[index], e));
    return check_key(args, index, e);
}

static pds_code check_sign(const cli_args *args, pds_err *e)
{
    if (args->prepare != NULL && args->inputs.count > 1) {
        CLI_FAIL(e, PDS_E_USAGE, "--prepare takes one input, not several");
    }
    for (size_t i = 0; i < args->signer_count; i++) {
        CLI_TRY(cli_of_signer(check_signer(args, i, e), args, i, e));
    }
    return check_level(args, e);
}

static pds_code check_extract(const cli_args *args, pds_err *e)
{
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        const cli_option *row = &CLI_OPTIONS[i];
        if (args->seen[i] && (row->verbs & CLI_IN_EXTRACT) == 0) {
            cli_fail(e, PDS_E_USAGE, __func__,
                     "--%s does not go with --extract-revision, which verifies nothing", row->name);
            cli_fault_hint(e, "verify in a call of its own");
            return PDS_E_USAGE;
        }
    }
    if (args->inputs.count > 1) {
        CLI_FAIL(e, PDS_E_USAGE, "--extract-revision takes one input, not several");
    }
    if (args->output == NULL) {
        cli_fail(e, PDS_E_USAGE, __func__, "nowhere to write to");
        cli_fault_hint(e, "give -o FILE");
        return PDS_E_USAGE;
    }
    return PDS_OK;
}

static pds_code check_augment(const cli_args *args, pds_err *e)
{
    if (args->recursive && !args->in_place) {
        cli_fail(e, PDS_E_USAGE, __func__, "--recursive is of use with --in-place only");
        cli_fault_hint(e, "name the files one by one, or copy the folder first");
        return PDS_E_USAGE;
    }
    return check_level(args, e);
}

static pds_code check_online(const cli_args *args, pds_err *e)
{
    const bool online = args->verify.revocation == PDS_REVOCATION_ONLINE;
    const bool asks = args->trust.cache != NULL || args->trust.prefer_crl;
    if (online && args->trust.offline) {
        CLI_FAIL(e, PDS_E_USAGE, "--revocation online and --offline exclude each other");
    }
    if (!online && asks) {
        cli_fail(e, PDS_E_USAGE, __func__, "--%s is of use with --revocation online only",
                 args->trust.cache != NULL ? "cache" : "prefer-crl");
        return PDS_E_USAGE;
    }
    return PDS_OK;
}

static pds_code check_verify(const cli_args *args, pds_err *e)
{
    if (args->verify.extract != 0) {
        return check_extract(args, e);
    }
    CLI_TRY(check_online(args, e));
    return check_needs(args, NEED_OF_VERIFY, sizeof NEED_OF_VERIFY / sizeof NEED_OF_VERIFY[0], e);
}

static pds_code check_token(const cli_args *args, pds_err *e)
{
    const cli_signer *const signer = &args->signers[0];
    const unsigned verb = 1U << args->verb;
    for (size_t i = 0; i < sizeof EXCLUDE_OF_TOKEN / sizeof EXCLUDE_OF_TOKEN[0]; i++) {
        const pair *p = &EXCLUDE_OF_TOKEN[i];
        if (cli_given(args, p->one) && cli_given(args, p->other)) {
            return exclude_each_other(p, e);
        }
    }
    CLI_TRY(check_signer_pairs(signer, e));
    if (args->verb == CLI_TOKEN_LIST && args->token.wait > 0 && !args->token.watch) {
        CLI_FAIL(e, PDS_E_USAGE, "--%s is of use with --%s only", "wait-token", "watch");
    }
    if ((verb & (CLI_IN_TOKEN_SHOWS | CLI_IN_TOKEN_SEARCH | CLI_IN_TOKEN_LOG)) != 0) {
        return PDS_OK;
    }
    if (signer->key == NULL) {
        cli_fail(e, PDS_E_USAGE, __func__, "no key given");
        cli_fault_hint(e, "give --key URI; 'pdfsign token list' shows what there is");
        return PDS_E_USAGE;
    }
    if ((verb & CLI_IN_TOKEN_DECRYPT) == 0 && !cli_is_token(signer->key)) {
        cli_fail(e, PDS_E_USAGE, __func__, "--key names no token");
        cli_fault_hint(e, "tokens are pkcs11:... and pcsc:...");
        return PDS_E_USAGE;
    }
    return PDS_OK;
}

static pds_code check_output(const cli_args *args, pds_err *e)
{
    bool writes = (CLI_IN_WRITERS >> args->verb & 1) != 0;
    const unsigned drawers = CLI_IN_DRAWERS | (CLI_IN_TOKEN_FILES & ~CLI_IN_TOKEN_LOG);
    bool draws = (drawers >> args->verb & 1) != 0;
    bool elsewhere = args->prepare != NULL || args->dry_run || args->preview != NULL;
    if (!given_output(args) && (draws || (writes && !elsewhere))) {
        cli_fail(e, PDS_E_USAGE, __func__, "nowhere to write to");
        cli_fault_hint(e, draws ? N_("give -o FILE")
                                : N_("give exactly one of -o FILE, --out-dir DIR, --in-place"));
        return PDS_E_USAGE;
    }
    if (args->output != NULL && args->inputs.count > 1) {
        cli_fail(e, PDS_E_USAGE, __func__, "-o takes the result of one input, but there are %zu",
                 args->inputs.count);
        cli_fault_hint(e, writes ? N_("use --out-dir DIR") : N_("draw them one by one"));
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
    case CLI_VERIFY:
        return check_verify(args, e);
    case CLI_TIMESTAMP:
    case CLI_LTV_ADD:
    case CLI_LTV_RENEW:
        return check_augment(args, e);
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
        return (CLI_IN_TOKENS >> args->verb & 1) != 0 ? check_token(args, e) : PDS_OK;
    }
}

/* Verbs that make something of nothing, or of what is plugged in. */
static bool reads_no_file(cli_verb verb)
{
    const unsigned readers = CLI_IN_TOKEN_SEAL_WRITE | CLI_IN_TOKEN_DECRYPT;
    return verb == CLI_SEAL_MAKE || ((CLI_IN_TOKENS & ~readers) >> verb & 1) != 0;
}

pds_code cli_args_check(const cli_args *args, pds_err *e)
{
    const bool none = reads_no_file(args->verb);
    if (none && args->inputs.count > 0) {
        CLI_FAIL(e, PDS_E_USAGE, "'%s' reads no file: '%s'", CLI_VERBS[args->verb].name,
                 args->inputs.items[0]);
    }
    if (args->verb == CLI_TOKEN_SEAL_WRITE && args->inputs.count > 1) {
        CLI_FAIL(e, PDS_E_USAGE, "a token keeps one seal, but there are %zu pictures",
                 args->inputs.count);
    }
    if (args->inputs.count == 0 && args->finish == NULL && !none) {
        CLI_FAIL(e, PDS_E_USAGE, "no input file given");
    }
    CLI_TRY(check_job_pairs(args, e));
    CLI_TRY(check_verb(args, e));
    return check_output(args, e);
}
