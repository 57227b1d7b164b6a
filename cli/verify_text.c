#include "cli/i18n.h"
#include "cli/text.h"
#include "cli/verify_look.h"

#include <stdlib.h>

/* The verdict as people read it: a line for each file; the tree is that of verify_tree.c. */

static const char *const COLORS[CLI_VERDICT_COUNT] = {
    [CLI_VALID] = CLI_GREEN,    [CLI_INVALID] = CLI_RED,     [CLI_UNCONFIRMED] = CLI_YELLOW,
    [CLI_UNMET] = CLI_RED,      [CLI_UNSIGNED] = CLI_YELLOW, [CLI_UNREADABLE] = CLI_RED,
    [CLI_UNTRIED] = CLI_YELLOW,
};

void cli_put_colored(FILE *to, const cli_look *look, const char *color, const char *text)
{
    const bool colored = look->color && color[0] != '\0';
    cli_put(to, "%s", colored ? color : "");
    cli_put_safe(to, text);
    cli_put(to, "%s", colored ? CLI_PLAIN : "");
}

void cli_put_verdict_word(FILE *to, const cli_look *look, cli_verdict verdict)
{
    cli_put_colored(to, look, COLORS[verdict], cli_verdict_text(verdict));
}

void cli_put_verdict(FILE *to, const cli_look *look, const cli_verified *file)
{
    char *why = cli_verdict_why(file);
    cli_put_colored(to, look, CLI_BOLD, file->input);
    cli_put(to, ": ");
    cli_put_verdict_word(to, look, cli_verdict_of(file));
    if (why != NULL && why[0] != '\0') {
        cli_put(to, "%s", _(": "));
        cli_put_safe(to, why);
    }
    cli_put(to, "\n");
    free(why);
}

char *cli_tree_text(const cli_look *look, const pds_verification *v)
{
    const cli_look plain = { .verbose = look->verbose, .zone = look->zone };
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) {
        return NULL;
    }
    cli_put_tree(to, &plain, v);
    if (fclose(to) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static pds_code add(const cli_look *look, const cli_verified *file, cli_share *share,
                    cli_outcome *outcome, pds_err *e)
{
    size_t size = 0;
    FILE *to = open_memstream(&outcome->result, &size);
    (void)share;
    if (to == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    cli_put_verdict(to, look, file);
    if (look->verbose || !look->brief || cli_verdict_of(file) != CLI_VALID) {
        cli_put_tree(to, look, file->found);
        cli_put(to, "%s", look->brief && file->found->signature_count > 0 ? "\n" : "");
    }
    if (fclose(to) != 0) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

static pds_code finish(FILE *to, const cli_shares *all, pds_err *e)
{
    (void)e;
    if (all->count > 1) {
        cli_put_counts(to, all);
    }
    return PDS_OK;
}

const cli_writer CLI_TEXT_WRITER = { .add = add, .finish = finish };
