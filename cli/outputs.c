#include "cli/outputs.h"

#include "cli/args.h"
#include "cli/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include <sys/stat.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Bytes of the name before a last ".pdf". */
static size_t stem(const char *name)
{
    size_t len = strlen(name);
    return len > 4 && strcasecmp(name + len - 4, ".pdf") == 0 ? len - 4 : len;
}

static const char *suffix_of(const cli_args *args)
{
    static const char *const usual[CLI_VERB_COUNT] = { [CLI_FIELDS_ADD] = "_fields",
                                                       [CLI_TIMESTAMP] = "_stamped",
                                                       [CLI_LTV_ADD] = "_ltv",
                                                       [CLI_LTV_RENEW] = "_ltv" };
    const char *own = usual[args->verb] != NULL ? usual[args->verb] : "_signed";
    return args->suffix == NULL ? own : args->suffix;
}

static size_t room_for(const cli_args *args, const char *input)
{
    return strlen(args->out_dir) + 1 + strlen(base_name(input)) + strlen(suffix_of(args)) + 1;
}

/* DIR/NAME_signed.pdf, at `to`; returns its room. */
static size_t put_name(const cli_args *args, const char *input, char *to)
{
    const char *name = base_name(input);
    size_t dir = strlen(args->out_dir), front = stem(name), size = room_for(args, input);
    const char *slash = dir > 0 && args->out_dir[dir - 1] == '/' ? "" : "/";
    (void)snprintf(to, size, "%s%s%.*s%s%s", args->out_dir, slash, (int)front, name,
                   suffix_of(args), name + front);
    return size;
}

static pds_code check_name(const cli_args *args, const char *input, pds_err *e)
{
    bool alone = args->out_dir == NULL && !args->in_place && args->inputs.count == 1;
    if (strcmp(input, "-") == 0 && !alone) {
        cli_fail(e, PDS_E_USAGE, __func__, "standard input can only be the one input");
        if ((CLI_IN_WRITERS >> args->verb & 1) != 0) {
            cli_fault_hint(e, "use it with -o FILE");
        }
        return PDS_E_USAGE;
    }
    if (args->out_dir != NULL && base_name(input)[0] == '\0') {
        CLI_FAIL(e, PDS_E_USAGE, "'%s' is the name of a folder", input);
    }
    return PDS_OK;
}

static pds_code check_folder(const char *folder, const char *option, pds_err *e)
{
    struct stat st;
    if (folder == NULL || (stat(folder, &st) == 0 && S_ISDIR(st.st_mode))) {
        return PDS_OK;
    }
    cli_fail(e, PDS_E_OUTPUT_FAILED, __func__, "the folder '%s' of --%s does not exist", folder,
             option);
    cli_fault_hint(e, "make it first");
    return PDS_E_OUTPUT_FAILED;
}

/* What is no text may drive a terminal, and nobody can read it there. */
static pds_code check_terminal(const cli_args *args, pds_err *e)
{
    static const char *const others[CLI_VERB_COUNT] = {
        [CLI_SEAL_MAKE] = N_("a picture is not written to a terminal"),
        [CLI_SEAL_CLEAN] = N_("a picture is not written to a terminal"),
        [CLI_TOKEN_SEAL_VIEW] = N_("a picture is not written to a terminal"),
        [CLI_TOKEN_EXPORT] = N_("a certificate in DER is not written to a terminal"),
        [CLI_TOKEN_DECRYPT] = N_("what was decrypted is not written to a terminal"),
    };
    const bool texts =
        args->verb == CLI_TOKEN_LOG || (args->verb == CLI_TOKEN_EXPORT && !args->token.der);
    if (args->output == NULL || strcmp(args->output, "-") != 0 || texts ||
        isatty(STDOUT_FILENO) != 1) {
        return PDS_OK;
    }
    const char *const other = others[args->verb];
    CLI_FAIL(e, PDS_E_USAGE, "%s",
             _(other != NULL ? other : N_("a PDF is not written to a terminal")));
}

static pds_code check_names(const cli_args *args, pds_err *e)
{
    if (strchr(suffix_of(args), '/') != NULL) {
        CLI_FAIL(e, PDS_E_USAGE, "--suffix may not hold a '/'");
    }
    for (size_t i = 0; i < args->inputs.count; i++) {
        CLI_TRY(check_name(args, args->inputs.items[i], e));
    }
    CLI_TRY(check_terminal(args, e));
    CLI_TRY(check_folder(args->out_dir, "out-dir", e));
    return check_folder(args->preview, "preview", e);
}

static pds_code name_outputs(const cli_args *args, cli_files *files, pds_err *e)
{
    size_t size = 0;
    for (size_t i = 0; args->out_dir != NULL && i < args->inputs.count; i++) {
        size += room_for(args, args->inputs.items[i]);
    }
    files->count = args->inputs.count > 0 ? args->inputs.count : 1;
    files->items = calloc(files->count, sizeof *files->items);
    files->names = malloc(size + 1);
    if (files->items == NULL || files->names == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    char *name = files->names;
    for (size_t i = 0; i < files->count; i++) {
        cli_file *file = &files->items[i];
        file->input = i < args->inputs.count ? args->inputs.items[i] : NULL;
        file->output = args->in_place ? file->input : args->output;
        if (args->out_dir != NULL && file->input != NULL) {
            file->output = name;
            name += put_name(args, file->input, name);
        }
    }
    return PDS_OK;
}

static int by_output(const void *a, const void *b)
{
    return strcmp(((const cli_file *)a)->output, ((const cli_file *)b)->output);
}

static pds_code check_same_names(const cli_files *files, cli_file *sorted, pds_err *e)
{
    memcpy(sorted, files->items, files->count * sizeof *sorted);
    qsort(sorted, files->count, sizeof *sorted, by_output);
    for (size_t i = 1; i < files->count; i++) {
        if (strcmp(sorted[i - 1].output, sorted[i].output) == 0) {
            CLI_FAIL(e, PDS_E_USAGE, "the results of '%s' and '%s' would both be '%s'",
                     sorted[i - 1].input, sorted[i].input, sorted[i].output);
        }
    }
    return PDS_OK;
}

static int by_picture_name(const void *a, const void *b)
{
    const char *x = base_name(*(const char *const *)a), *y = base_name(*(const char *const *)b);
    size_t m = stem(x), n = stem(y);
    int order = memcmp(x, y, m < n ? m : n);
    return order != 0 ? order : (m > n) - (m < n);
}

/* Pictures of pages are named by their input alone. */
static pds_code check_pictures(const cli_args *args, pds_err *e)
{
    const size_t count = args->inputs.count;
    pds_code code = PDS_OK;
    if (args->preview == NULL || count < 2) {
        return PDS_OK;
    }
    const char **sorted = calloc(count, sizeof *sorted);
    if (sorted == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    memcpy((void *)sorted, args->inputs.items, count * sizeof *sorted);
    qsort((void *)sorted, count, sizeof *sorted, by_picture_name);
    for (size_t i = 1; i < count && code == PDS_OK; i++) {
        if (by_picture_name(&sorted[i - 1], &sorted[i]) == 0) {
            code = cli_fail(e, PDS_E_USAGE, __func__,
                            "the pictures of '%s' and '%s' would have the same names",
                            sorted[i - 1], sorted[i]);
        }
    }
    free((void *)sorted);
    return code;
}

/* What a path names, whatever it is called. */
typedef struct identity {
    dev_t device;
    ino_t inode;
    const char *path;
    const char *option; /* that names it; NULL: an input */
} identity;

static bool identify(const char *path, identity *out)
{
    struct stat st;
    if (path == NULL || strcmp(path, "-") == 0 || stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        return false; /* whoever opens it says what is wrong with it */
    }
    *out = (identity){ .device = st.st_dev, .inode = st.st_ino, .path = path };
    return true;
}

static int by_identity(const void *a, const void *b)
{
    const identity *x = a, *y = b;
    if (x->device != y->device) {
        return x->device < y->device ? -1 : 1;
    }
    return (x->inode > y->inode) - (x->inode < y->inode);
}

/* Inputs first among the names of one file. */
static int by_identity_and_kind(const void *a, const void *b)
{
    int by_file = by_identity(a, b);
    bool x = ((const identity *)a)->option != NULL, y = ((const identity *)b)->option != NULL;
    return by_file != 0 ? by_file : (int)x - (int)y;
}

/* Everything that the call reads, by what it is. */
typedef struct readings {
    identity *items;
    size_t count;
} readings;

static void readings_drop(readings *r)
{
    free(r->items);
}

static void read_from(readings *r, const char *path, const char *option)
{
    if (identify(path, &r->items[r->count])) {
        r->items[r->count++].option = option;
    }
}

static const char *path_of_key(const char *uri)
{
    const char *colon = uri == NULL ? NULL : strchr(uri, ':');
    return colon == NULL ? NULL : colon + 1;
}

enum { SIGNER_FILES = 6, TSA_FILES = 5 }; /* besides chains */

static size_t signer_files(const cli_args *args)
{
    size_t count = args->signer_count * SIGNER_FILES;
    for (size_t i = 0; i < args->signer_count; i++) {
        count += args->signers[i].chains.count;
    }
    return count;
}

static void collect_signer(const cli_signer *signer, readings *r)
{
    const struct {
        const char *option, *path;
    } own[SIGNER_FILES] = {
        { "key", path_of_key(signer->key) },
        { "cert", signer->cert },
        { "pin-file", signer->pin_file },
        { "pin-program", signer->pin_program },
        { "seal", cli_seal_in_token(signer) ? NULL : signer->seal },
        { "font", signer->font }, /* or a name of one */
    };
    for (size_t i = 0; i < SIGNER_FILES; i++) {
        read_from(r, own[i].path, own[i].option);
    }
    for (size_t i = 0; i < signer->chains.count; i++) {
        read_from(r, signer->chains.items[i], "chain");
    }
}

static void collect_authority(const cli_tsa *tsa, readings *r)
{
    const struct {
        const char *option, *path;
    } own[TSA_FILES] = {
        { "tsa-password-file", tsa->password_file },
        { "tsa-cert", tsa->cert },
        { "tsa-key", tsa->key },
        { "tsa-key-password-file", tsa->key_password_file },
        { "tsa-ca", tsa->ca },
    };
    for (size_t i = 0; i < TSA_FILES; i++) {
        read_from(r, own[i].path, own[i].option);
    }
}

static void collect_trust(const cli_trust *trust, readings *r)
{
    const struct {
        const char *option;
        const cli_list *paths;
    } own[] = { { "trust", &trust->anchors },
                { "chain", &trust->chains },
                { "evidence", &trust->evidence } };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        for (size_t k = 0; k < own[i].paths->count; k++) {
            read_from(r, own[i].paths->items[k], own[i].option);
        }
    }
}

static size_t level_files(const cli_args *args)
{
    const cli_trust *const trust = &args->trust;
    return args->level.tsa_count * TSA_FILES + trust->anchors.count + trust->chains.count +
           trust->evidence.count;
}

static pds_code collect(const cli_args *args, const cli_files *files, readings *r, pds_err *e)
{
    const struct {
        const char *option, *path;
    } own[] = {
        { "password-file", args->password_file },
        { "finish", args->finish },
        { "signature", args->signature },
        { "cms", args->cms },
        { "new-pin-file", args->token.new_pin_file },
        { "puk-file", args->token.puk_file },
        { "management-file", args->token.management_file },
        { "config", args->config },
    };
    size_t own_count = sizeof own / sizeof own[0];
    r->items =
        calloc(files->count + own_count + signer_files(args) + level_files(args), sizeof *r->items);
    if (r->items == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < files->count; i++) {
        read_from(r, files->items[i].input, NULL);
    }
    for (size_t i = 0; i < own_count; i++) {
        read_from(r, own[i].path, own[i].option);
    }
    for (size_t i = 0; i < args->signer_count; i++) {
        collect_signer(&args->signers[i], r);
    }
    for (size_t i = 0; i < args->level.tsa_count; i++) {
        collect_authority(&args->level.tsas[i], r);
    }
    collect_trust(&args->trust, r);
    qsort(r->items, r->count, sizeof *r->items, by_identity_and_kind);
    return PDS_OK;
}

/* A result in place of its input must meet nothing else; two options may name one file. */
static pds_code check_in_place(const readings *r, pds_err *e)
{
    for (size_t i = 1; i < r->count; i++) {
        const identity *a = &r->items[i - 1], *b = &r->items[i];
        if (by_identity(a, b) == 0 && (a->option == NULL || b->option == NULL)) {
            CLI_FAIL(e, PDS_E_USAGE, "'%s' and '%s' are the same file", a->path, b->path);
        }
    }
    return PDS_OK;
}

static pds_code check_replaced(const cli_args *args, const char *output, const readings *r,
                               pds_err *e)
{
    identity own = { .path = NULL };
    const identity *hit = NULL;
    if (identify(output, &own)) {
        hit = bsearch(&own, r->items, r->count, sizeof *r->items, by_identity);
    }
    if (hit == NULL) {
        return PDS_OK;
    }
    if (hit->option != NULL) {
        CLI_FAIL(e, PDS_E_USAGE, "the result '%s' would replace the file of --%s", own.path,
                 hit->option);
    }
    cli_fail(e, PDS_E_USAGE, __func__, "the result '%s' would replace the input '%s'", own.path,
             hit->path);
    if ((CLI_IN_WRITERS >> args->verb & 1) != 0) {
        cli_fault_hint(e, "use --in-place if that is meant");
    }
    return PDS_E_USAGE;
}

static pds_code check_overlap(const cli_args *args, const cli_files *files, const readings *r,
                              pds_err *e)
{
    for (size_t i = 0; i < files->count; i++) {
        CLI_TRY(check_replaced(args, files->items[i].output, r, e));
    }
    return PDS_OK;
}

static pds_code check_own_names(const cli_files *files, pds_err *e)
{
    cli_file *sorted = calloc(files->count, sizeof *sorted);
    if (sorted == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    pds_code code = check_same_names(files, sorted, e);
    free(sorted);
    return code;
}

static pds_code check_meeting(const cli_args *args, const cli_files *files, pds_err *e)
{
    CLI_OWN(readings_drop) readings r = { .items = NULL };
    CLI_TRY(collect(args, files, &r, e));
    if (args->prepare != NULL) {
        return check_replaced(args, args->prepare, &r, e);
    }
    CLI_TRY(check_own_names(files, e));
    return args->in_place ? check_in_place(&r, e) : check_overlap(args, files, &r, e);
}

pds_code cli_files_plan(const cli_args *args, cli_files *out, pds_err *e)
{
    CLI_TRY(check_names(args, e));
    CLI_TRY(check_pictures(args, e));
    CLI_TRY(name_outputs(args, out, e));
    bool writes = out->items[0].output != NULL || args->prepare != NULL;
    return writes ? check_meeting(args, out, e) : PDS_OK;
}

void cli_files_drop(cli_files *files)
{
    free(files->items);
    free(files->names);
    *files = (cli_files){ .items = NULL };
}
