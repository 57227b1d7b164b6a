#include "cli/gen_docs.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <ctype.h>
#include <string.h>

/* Text as roff shows it: hyphens that can be copied, no line taken for a request; words parted by
 * bars may be broken there. */
static void put_text(FILE *to, const char *text)
{
    if (*text == '.' || *text == '\'') {
        cli_put(to, "\\&");
    }
    for (; *text != '\0'; text++) {
        if (*text == '-') {
            cli_put(to, "\\-");
        } else if (*text == '\\') {
            cli_put(to, "\\e");
        } else if (*text == '|') {
            cli_put(to, "|\\:");
        } else {
            (void)putc(*text, to);
        }
    }
}

static void put_line(FILE *to, const char *text)
{
    put_text(to, text);
    cli_put(to, "\n");
}

/* A sentence begins a line of its own: roff knows by that where it ends. */
static void put_prose(FILE *to, const char *text)
{
    const char *end = strstr(text, ". ");
    for (; end != NULL; end = strstr(text, ". ")) {
        char sentence[1024];
        (void)snprintf(sentence, sizeof sentence, "%.*s", (int)(end + 1 - text), text);
        put_line(to, sentence);
        text = end + 2;
    }
    put_line(to, text);
}

static void put_option(FILE *to, const cli_option *row)
{
    cli_put(to, ".TP\n");
    if (row->letter != 0) {
        cli_put(to, "\\fB\\-%c\\fR, ", row->letter);
    }
    cli_put(to, "\\fB\\-\\-");
    put_text(to, row->name);
    cli_put(to, "\\fR");
    if (row->value != NULL) {
        cli_put(to, " \\fI");
        put_text(to, row->value);
        cli_put(to, "\\fR");
    }
    cli_put(to, "\n");
    put_line(to, row->help);
}

static void put_examples(FILE *to, const cli_example *examples)
{
    for (size_t i = 0; i < CLI_EXAMPLES_MAX && examples[i].text != NULL; i++) {
        cli_put(to, ".TP\n");
        put_text(to, examples[i].text);
        cli_put(to, ":\n.EX\n");
        put_line(to, examples[i].command);
        cli_put(to, ".EE\n");
    }
}

static void put_groups(FILE *to, cli_verb verb)
{
    for (int group = 0; group < CLI_GROUP_COUNT; group++) {
        bool titled = false;
        for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
            const cli_option *row = &CLI_OPTIONS[i];
            if ((int)row->group != group || !cli_in_verb(row, verb)) {
                continue;
            }
            if (!titled) {
                cli_put(to, ".PP\n.I ");
                put_line(to, cli_group_title((cli_group)group));
                titled = true;
            }
            put_option(to, row);
        }
    }
}

static void put_verb(FILE *to, cli_verb verb)
{
    cli_put(to, ".SS pdfsign %s\n", CLI_VERBS[verb].name);
    put_prose(to, CLI_VERBS[verb].about);
    put_groups(to, verb);
}

static void put_notes(FILE *to, const char *title, const cli_note *notes)
{
    cli_put(to, ".SH ");
    for (; *title != '\0'; title++) {
        (void)putc(toupper((unsigned char)*title), to);
    }
    cli_put(to, "\n");
    for (; notes->term != NULL; notes++) {
        cli_put(to, ".TP\n.B ");
        put_line(to, notes->term);
        put_line(to, notes->text);
    }
}

static void put_synopses(FILE *to)
{
    cli_put(to, ".SH SYNOPSIS\n");
    for (int verb = 0; verb < CLI_VERB_COUNT; verb++) {
        for (size_t i = 0; CLI_VERBS[verb].synopsis[i] != NULL; i++) {
            cli_put(to, ".SY pdfsign\n");
            put_line(to, CLI_VERBS[verb].synopsis[i]);
        }
    }
    cli_put(to, ".YS\n");
}

void cli_write_man(FILE *to)
{
    cli_put(to, ".\\\" Made from the option tables of cli/: not to be edited.\n"
                ".TH PDFSIGN 1 \"\" \"pdfsign " CLI_VERSION "\" \"User Commands\"\n"
                ".nh\n.ad l\n.SH NAME\npdfsign \\- sign contracts in PDF\n");
    put_synopses(to);
    cli_put(to, ".SH DESCRIPTION\n");
    put_prose(to,
              "Signs PDF files so that any reader can check the signatures (PAdES). Messages go "
              "to standard error, results asked for to standard output. Long options may be cut "
              "short where no other begins alike, but scripts should write them out; -- ends "
              "the options; - is standard input or output where one file is meant.");
    for (int verb = 0; verb < CLI_VERB_COUNT; verb++) {
        put_verb(to, (cli_verb)verb);
    }
    for (size_t i = 0; i < CLI_VALUE_COUNT; i++) {
        put_notes(to, CLI_VALUES[i].title, CLI_VALUES[i].notes);
    }
    put_notes(to, "Exit status", CLI_EXITS);
    put_notes(to, "Environment", CLI_ENVIRONMENT);
    cli_put(to, ".SH EXAMPLES\n");
    for (int verb = 0; verb < CLI_VERB_COUNT; verb++) {
        put_examples(to, CLI_VERBS[verb].examples);
    }
    cli_put(to, ".SH SEE ALSO\n.BR pdfsig (1),\n.BR qpdf (1)\n");
}
