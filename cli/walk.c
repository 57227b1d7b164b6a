#include "cli/walk.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sys/stat.h>

static pds_code make_room(cli_walk *w, pds_err *e)
{
    if (w->paths.count < w->room) {
        return PDS_OK;
    }
    const size_t room = w->room == 0 ? 64 : 2 * w->room;
    const char **items = realloc((void *)w->paths.items, room * sizeof *items);
    if (items != NULL) {
        w->paths.items = items;
    }
    pds_err **faults = realloc((void *)w->faults, room * sizeof *faults);
    if (faults != NULL) {
        w->faults = faults;
    }
    if (items == NULL || faults == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    w->room = room;
    return PDS_OK;
}

/* fault: NULL none; else it is copied. */
static pds_code add(cli_walk *w, const char *path, const pds_err *fault, pds_err *e)
{
    CLI_TRY(make_room(w, e));
    char *copy = strdup(path);
    pds_err *kept = fault == NULL ? NULL : malloc(sizeof *kept);
    if (copy == NULL || (fault != NULL && kept == NULL)) {
        free(copy);
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    if (kept != NULL) {
        *kept = *fault;
    }
    w->paths.items[w->paths.count] = copy;
    w->faults[w->paths.count++] = kept;
    return PDS_OK;
}

static pds_code add_folder_alone(cli_walk *w, const char *path, pds_err *e)
{
    pds_err fault;
    cli_fail(&fault, PDS_E_INPUT_UNREADABLE, __func__, "is a folder");
    cli_fault_hint(&fault, "give --recursive to take all *.pdf in it and below");
    return add(w, path, &fault, e);
}

static pds_code add_unreadable(cli_walk *w, const char *path, int reason, pds_err *e)
{
    pds_err fault;
    cli_fail(&fault, PDS_E_INPUT_UNREADABLE, __func__, "the folder cannot be read: %s",
             strerrordesc_np(reason));
    return add(w, path, &fault, e);
}

static pds_code add_empty(cli_walk *w, const char *path, pds_err *e)
{
    pds_err fault;
    cli_fail(&fault, PDS_E_INPUT_UNREADABLE, __func__, "there is no *.pdf in this folder or below");
    return add(w, path, &fault, e);
}

static bool is_pdf(const FTSENT *entry)
{
    const size_t len = entry->fts_namelen;
    return len >= 4 && strcasecmp(entry->fts_name + len - 4, ".pdf") == 0;
}

/* A link counts as what it leads to, and as a file where it leads nowhere. */
static bool leads_to_folder(const FTSENT *entry)
{
    struct stat st;
    return entry->fts_info == FTS_SL && stat(entry->fts_path, &st) == 0 && S_ISDIR(st.st_mode);
}

static pds_code add_special(cli_walk *w, const char *path, pds_err *e)
{
    struct stat st;
    pds_err fault;
    if (stat(path, &st) != 0 || S_ISREG(st.st_mode)) {
        return add(w, path, NULL, e);
    }
    cli_fail(&fault, PDS_E_INPUT_UNREADABLE, __func__, "is no regular file");
    return add(w, path, &fault, e);
}

static pds_code add_entry(cli_walk *w, const FTSENT *entry, pds_err *e)
{
    switch (entry->fts_info) {
    case FTS_DNR:
    case FTS_ERR:
        return add_unreadable(w, entry->fts_path, entry->fts_errno, e);
    case FTS_D:
    case FTS_DP:
    case FTS_DC:
        return PDS_OK;
    default:
        break;
    }
    if (!is_pdf(entry) || leads_to_folder(entry)) {
        return PDS_OK;
    }
    return add_special(w, entry->fts_path, e);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void close_tree(FTS **tree)
{
    if (*tree != NULL) {
        (void)fts_close(*tree);
    }
}

static pds_code add_folder(cli_walk *w, const char *path, pds_err *e)
{
    char *const roots[] = { (char *)path, NULL };
    const size_t before = w->paths.count;
    CLI_OWN(close_tree)
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    if (tree == NULL) {
        return add_unreadable(w, path, errno, e);
    }
    errno = 0;
    for (FTSENT *entry = fts_read(tree); entry != NULL; entry = fts_read(tree)) {
        CLI_TRY(add_entry(w, entry, e));
        errno = 0;
    }
    if (errno != 0) {
        return add_unreadable(w, path, errno, e);
    }
    return w->paths.count == before ? add_empty(w, path, e) : PDS_OK;
}

pds_code cli_walk_inputs(const cli_list *inputs, bool recursive, cli_walk *out, pds_err *e)
{
    for (size_t i = 0; i < inputs->count; i++) {
        const char *path = inputs->items[i];
        struct stat st;
        const bool folder = strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
        if (!folder) {
            CLI_TRY(add(out, path, NULL, e));
        } else if (!recursive) {
            CLI_TRY(add_folder_alone(out, path, e));
        } else {
            CLI_TRY(add_folder(out, path, e));
        }
    }
    return PDS_OK;
}

void cli_walk_drop(cli_walk *walk)
{
    for (size_t i = 0; i < walk->paths.count; i++) {
        free((void *)walk->paths.items[i]);
        free(walk->faults[i]);
    }
    free((void *)walk->paths.items);
    free((void *)walk->faults);
    *walk = (cli_walk){ .room = 0 };
}
