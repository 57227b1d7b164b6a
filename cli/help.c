#include "cli/help.h"

#include "cli/i18n.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <string.h>

enum { TERM = 28, VERB = 20, STATUS = 12 }; /* columns before an explanation */

/* A term, and its text in a column of its own; a long term has a line to itself. */
static void put_entry(FILE *to, const char *term, const char *text, size_t column, size_t width)
{
    bool alone = cli_width(term) + 4 > column;
    cli_put(to, "  ");
    cli_put_padded(to, term, alone ? 0 : column - 2);
    if (alone) {
        cli_put(to, "\n%*s", (int)column, "");
    }
    cli_put_wrapped(to, text, column, width);
}

static void put_title(FILE *to, const char *title)
{
    cli_put(to, "\n");
    cli_put(to, _("%s:"), title);
    cli_put(to, "\n");
}

static void put_examples(FILE *to, const cli_example *examples)
{
    put_title(to, _("Examples"));
    for (size_t i = 0; i < CLI_EXAMPLES_MAX && examples[i].text != NULL; i++) {
        cli_put(to, "  # %s\n  %s\n", _(examples[i].text), examples[i].command);
    }
}

static void put_notes(FILE *to, const char *title, const cli_note *notes, size_t column,
                      size_t width)
{
    put_title(to, title);
    for (; notes->term != NULL; notes++) {
        put_entry(to, notes->term, _(notes->text), column, width);
    }
}

void cli_help_program(FILE *to, size_t width)
{
    cli_put(to, "%s pdfsign VERB [OPTION]... INPUT...\n\n", _("Usage:"));
    cli_put_wrapped(to, _("Signs contracts in PDF so that any reader can check them (PAdES)."), 0,
                    width);
    put_title(to, _("Verbs"));
    for (size_t i = 0; i < CLI_VERB_COUNT; i++) {
        put_entry(to, CLI_VERBS[i].name, _(CLI_VERBS[i].summary), VERB, width);
    }
    put_examples(to, CLI_EXAMPLES);
    put_notes(to, _("Exit status"), CLI_EXITS, STATUS, width);
    cli_put(to, "\n%s\n", _("'pdfsign VERB --help' tells more; so does 'man pdfsign'."));
}

static void put_option(FILE *to, const cli_option *row, size_t width)
{
    char term[160];
    char letter[8] = "    ";
    if (row->letter != 0) {
        (void)snprintf(letter, sizeof letter, "-%c, ", row->letter);
    }
    (void)snprintf(term, sizeof term, "%s--%s%s%s", letter, row->name,
                   row->value == NULL ? "" : " ", row->value == NULL ? "" : row->value);
    put_entry(to, term, _(row->help), TERM, width);
}

static void put_group(FILE *to, cli_group group, unsigned verbs, size_t width)
{
    bool titled = false;
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        const cli_option *row = &CLI_OPTIONS[i];
        if (row->group != group || (row->verbs & verbs) == 0) {
            continue;
        }
        if (!titled) {
            put_title(to, _(cli_group_title(group)));
            titled = true;
        }
        put_option(to, row, width);
    }
}

/* Has one of the verbs an option with such a value? */
static bool takes(unsigned verbs, const char *value)
{
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        const cli_option *row = &CLI_OPTIONS[i];
        if ((row->verbs & verbs) != 0 && row->value != NULL && strcmp(row->value, value) == 0) {
            return true;
        }
    }
    return false;
}

void cli_help_verb(FILE *to, cli_verb verb, size_t width)
{
    const cli_verb_row *row = &CLI_VERBS[verb];
    unsigned verbs = 1U << verb | (verb == CLI_SIGN ? CLI_IN_FINISH : 0U);
    for (size_t i = 0; row->synopsis[i] != NULL; i++) {
        const char *lead = i == 0 ? _("Usage:") : "";
        size_t indent = cli_width(_("Usage:")) + 1;
        cli_put_padded(to, lead, indent);
        cli_put(to, "pdfsign ");
        cli_put_wrapped(to, row->synopsis[i], indent + 8, width);
    }
    cli_put(to, "\n");
    cli_put_wrapped(to, _(row->about), 0, width);
    for (int group = 0; group < CLI_GROUP_COUNT; group++) {
        put_group(to, (cli_group)group, verbs, width);
    }
    for (size_t i = 0; i < CLI_VALUE_COUNT; i++) {
        if (takes(verbs, CLI_VALUES[i].value)) {
            put_notes(to, _(CLI_VALUES[i].title), CLI_VALUES[i].notes, TERM, width);
        }
    }
    put_examples(to, row->examples);
}
