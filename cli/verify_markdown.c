#include "cli/i18n.h"
#include "cli/text.h"
#include "cli/verify_report.h"

#include <stdlib.h>

/* Markdown for the summary page of a CI job: a table of all files, then the tree of each that did
 * not pass. No text of a file may become markup: in the table each sign that could be is written as
 * a character reference, which CommonMark (0.31, 2.5) never takes for markup; the trees stand in
 * fences longer than any run of backquotes within. */

static const cli_escape CELL[] = {
    { '&', "&amp;" },
    { '<', "&lt;" },
    { '>', "&gt;" },
    { '"', "&quot;" },
    { '`', "&#96;" },
    { '|', "&#124;" },
    { '*', "&#42;" },
    { '_', "&#95;" },
    { '[', "&#91;" },
    { ']', "&#93;" },
    { '~', "&#126;" },
    { '\\', "&#92;" },
    { '!', "&#33;" },
    { '#', "&#35;" },
    { '$', "&#36;" },
    { ':', "&#58;" },
    { '{', "&#123;" },
    { '}', "&#125;" },
    { '^', "&#94;" },
    { '=', "&#61;" },
    /* nobody is called, and no address becomes a link */
    { '@', "<code>&#64;</code>" },
    { 0, NULL },
};

static void put_cell(FILE *to, const char *text)
{
    cli_put_escaped(to, text, CELL);
}

static const char *const MARKS[CLI_VERDICT_COUNT] = {
    [CLI_VALID] = "✅",    [CLI_INVALID] = "❌",    [CLI_UNCONFIRMED] = "❔", [CLI_UNMET] = "❌",
    [CLI_UNSIGNED] = "❔", [CLI_UNREADABLE] = "❌", [CLI_UNTRIED] = "❔",
};

static void put_row(FILE *to, const cli_verified *file, cli_verdict verdict, const char *why)
{
    cli_put(to, "| <code>");
    put_cell(to, file->input);
    cli_put(to, "</code> | %s ", MARKS[verdict]);
    put_cell(to, cli_verdict_text(verdict));
    cli_put(to, " | ");
    put_cell(to, why);
    cli_put(to, " |\n");
}

static size_t longest_run(const char *text, char c)
{
    size_t longest = 0;
    while (*text != '\0') {
        size_t run = 0;
        while (text[run] == c) {
            run++;
        }
        longest = run > longest ? run : longest;
        text += run > 0 ? run : 1;
    }
    return longest;
}

static void put_fence(FILE *to, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        cli_put(to, "`");
    }
}

static void put_details(FILE *to, const cli_verified *file, cli_verdict verdict, const char *tree)
{
    size_t run = longest_run(tree, '`'), fence = run < 3 ? 3 : run + 1;
    cli_put(to, "\n<details><summary><code>");
    put_cell(to, file->input);
    cli_put(to, "</code>: ");
    put_cell(to, cli_verdict_text(verdict));
    cli_put(to, "</summary>\n\n");
    put_fence(to, fence);
    cli_put(to, "text\n%s", tree + strspn(tree, "\n"));
    put_fence(to, fence);
    cli_put(to, "\n\n</details>\n");
}

static pds_code write_row(const cli_verified *file, cli_share *share)
{
    size_t size = 0;
    char *why = cli_verdict_why(file);
    FILE *to = open_memstream(&share->head, &size);
    if (to != NULL && why != NULL) {
        put_row(to, file, share->verdict, why);
    }
    bool good = to != NULL && fclose(to) == 0 && why != NULL;
    free(why);
    return good ? PDS_OK : PDS_E_NO_MEMORY;
}

static pds_code write_details(const cli_look *look, const cli_verified *file, cli_share *share)
{
    size_t size = 0;
    char *tree = cli_tree_text(look, file->found);
    FILE *to = open_memstream(&share->body, &size);
    if (to != NULL && tree != NULL && tree[0] != '\0') {
        put_details(to, file, share->verdict, tree);
    }
    bool good = to != NULL && fclose(to) == 0 && tree != NULL;
    free(tree);
    return good ? PDS_OK : PDS_E_NO_MEMORY;
}

static pds_code add(const cli_look *look, const cli_verified *file, cli_share *share,
                    cli_outcome *outcome, pds_err *e)
{
    bool details = file->found != NULL && (share->verdict != CLI_VALID || look->verbose);
    pds_code code = write_row(file, share);
    (void)outcome;
    if (code == PDS_OK && details) {
        code = write_details(look, file, share);
    }
    if (code != PDS_OK) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

static pds_code finish(FILE *to, const cli_shares *all, pds_err *e)
{
    (void)e;
    cli_put(to, "## %s\n\n", _("Signatures"));
    cli_put_counts(to, all);
    cli_put(to, "\n| %s | %s | %s |\n| --- | --- | --- |\n", _("file"), _("verdict"), _("why"));
    for (size_t i = 0; i < all->count; i++) {
        cli_put(to, "%s", all->items[i].head == NULL ? "" : all->items[i].head);
    }
    for (size_t i = 0; i < all->count; i++) {
        cli_put(to, "%s", all->items[i].body == NULL ? "" : all->items[i].body);
    }
    return PDS_OK;
}

const cli_writer CLI_MARKDOWN_WRITER = { .add = add, .finish = finish, .document = true };
