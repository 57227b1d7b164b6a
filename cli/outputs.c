#include "cli/outputs.h"

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

static size_t room_for(const cli_args *args, const char *input)
{
    return strlen(args->out_dir) + 1 + strlen(base_name(input)) + strlen(args->suffix) + 1;
}

/* DIR/NAME_signed.pdf, at `to`; returns its room. */
static size_t put_name(const cli_args *args, const char *input, char *to)
{
    const char *name = base_name(input);
    size_t dir = strlen(args->out_dir), front = stem(name), size = room_for(args, input);
    const char *slash = dir > 0 && args->out_dir[dir - 1] == '/' ? "" : "/";
    (void)snprintf(to, size, "%s%s%.*s%s%s", args->out_dir, slash, (int)front, name, args->suffix,
                   name + front);
    return size;
}

static pds_code check_name(const cli_args *args, const char *input, pds_err *e)
{
    bool alone = args->out_dir == NULL && !args->in_place && args->inputs.count == 1;
    if (strcmp(input, "-") == 0 && !alone) {
        cli_fail(e, PDS_E_USAGE, __func__, "standard input can only be the one input");
        cli_fault_hint(e, "use it with -o FILE");
        return PDS_E_USAGE;
    }
    if (args->out_dir != NULL && base_name(input)[0] == '\0') {
        CLI_FAIL(e, PDS_E_USAGE, "'%s' is the name of a folder", input);
    }
    return PDS_OK;
}

static pds_code check_names(const cli_args *args, pds_err *e)
{
    if (strchr(args->suffix, '/') != NULL) {
        CLI_FAIL(e, PDS_E_USAGE, "--suffix may not hold a '/'");
    }
    for (size_t i = 0; i < args->inputs.count; i++) {
        CLI_TRY(check_name(args, args->inputs.items[i], e));
    }
    if (args->output != NULL && strcmp(args->output, "-") == 0 && isatty(STDOUT_FILENO) == 1) {
        CLI_FAIL(e, PDS_E_USAGE, "a PDF is not written to a terminal");
    }
    return PDS_OK;
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

/* What a path names, whatever it is called. */
typedef struct identity {
    dev_t device;
    ino_t inode;
    const char *path;
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

static pds_code check_in_place(const identity *sorted, size_t count, pds_err *e)
{
    for (size_t i = 1; i < count; i++) {
        if (by_identity(&sorted[i - 1], &sorted[i]) == 0) {
            CLI_FAIL(e, PDS_E_USAGE, "'%s' and '%s' are the same file", sorted[i - 1].path,
                     sorted[i].path);
        }
    }
    return PDS_OK;
}

static pds_code check_overlap(const cli_files *files, const identity *sorted, size_t count,
                              pds_err *e)
{
    for (size_t i = 0; i < files->count; i++) {
        identity own = { .path = NULL };
        const identity *hit = NULL;
        if (identify(files->items[i].output, &own)) {
            hit = bsearch(&own, sorted, count, sizeof *sorted, by_identity);
        }
        if (hit != NULL) {
            cli_fail(e, PDS_E_USAGE, __func__, "the result '%s' would replace the input '%s'",
                     own.path, hit->path);
            cli_fault_hint(e, "use --in-place if that is meant");
            return PDS_E_USAGE;
        }
    }
    return PDS_OK;
}

static pds_code check_meeting(const cli_args *args, const cli_files *files, pds_err *e)
{
    cli_file *by_name = calloc(files->count, sizeof *by_name);
    identity *inputs = calloc(files->count, sizeof *inputs);
    pds_code code = PDS_OK;
    if (by_name == NULL || inputs == NULL) {
        code = cli_fail(e, PDS_E_NO_MEMORY, __func__, "out of memory");
    } else {
        size_t count = 0;
        for (size_t i = 0; i < files->count; i++) {
            count += identify(files->items[i].input, &inputs[count]) ? 1 : 0;
        }
        qsort(inputs, count, sizeof *inputs, by_identity);
        code = check_same_names(files, by_name, e);
        if (code == PDS_OK) {
            code = args->in_place ? check_in_place(inputs, count, e)
                                  : check_overlap(files, inputs, count, e);
        }
    }
    free(by_name);
    free(inputs);
    return code;
}

pds_code cli_files_plan(const cli_args *args, cli_files *out, pds_err *e)
{
    CLI_TRY(check_names(args, e));
    CLI_TRY(name_outputs(args, out, e));
    return out->items[0].output == NULL ? PDS_OK : check_meeting(args, out, e);
}

void cli_files_drop(cli_files *files)
{
    free(files->items);
    free(files->names);
    *files = (cli_files){ .items = NULL };
}
