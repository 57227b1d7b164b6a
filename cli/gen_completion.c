#include "cli/gen_docs.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <string.h>

static const char HEAD[] = "# Made from the option tables of cli/: not to be edited.\n";

/* A font may be a name, too, but names cannot be guessed. */
static bool is_path(const cli_option *row)
{
    return row->kind == CLI_FILE || row->kind == CLI_FILES || strcmp(row->name, "font") == 0;
}

static void put_words(FILE *to, const char *words, char between)
{
    for (; *words != '\0'; words++) {
        (void)putc(*words == '|' ? between : *words, to);
    }
}

/* The options of a verb in words, as bash wants them. */
static void put_bash_verb(FILE *to, cli_verb verb)
{
    cli_put(to, "    '%s') options='", CLI_VERBS[verb].name);
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        if (cli_in_verb(&CLI_OPTIONS[i], verb)) {
            cli_put(to, "--%s ", CLI_OPTIONS[i].name);
        }
    }
    cli_put(to, "' ;;\n");
}

static bool completes(const cli_option *row)
{
    return row->kind == CLI_WORD || row->kind == CLI_KEY || row->kind == CLI_FOLDER;
}

static void put_bash_value(FILE *to, const cli_option *row)
{
    if (!completes(row) || !cli_first_of_name(row)) {
        return;
    }
    cli_put(to, "    --%s) mapfile -t COMPREPLY < <(compgen ", row->name);
    if (row->kind == CLI_FOLDER) {
        cli_put(to, "-d");
    } else {
        cli_put(to, "-W '");
        put_words(to, row->kind == CLI_KEY ? "p12:|file:|pkcs11:|pcsc:" : row->value, ' ');
        cli_put(to, "'");
    }
    cli_put(to, " -- \"$word\"); return ;;\n");
}

/* After these comes something that nobody can guess. */
static void put_bash_free_values(FILE *to)
{
    const char *between = "    ";
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        const cli_option *row = &CLI_OPTIONS[i];
        if (row->value != NULL && !completes(row) && !is_path(row) && cli_first_of_name(row)) {
            cli_put(to, "%s--%s", between, row->name);
            between = " | ";
        }
    }
    cli_put(to, ") return ;;\n");
}

/* The words that may stand behind the first `depth` of a row, each once. */
static void put_next_words(FILE *to, const cli_verb_row *of, size_t depth, const char *between)
{
    const char *last = "";
    for (size_t i = 0; i < CLI_VERB_COUNT; i++) {
        const cli_verb_row *row = &CLI_VERBS[i];
        const char *word = cli_same_words(row, of->words, depth) ? row->words[depth] : NULL;
        if (word != NULL && strcmp(word, last) != 0) {
            cli_put(to, "%s%s", last[0] != '\0' ? between : "", word);
            last = word;
        }
    }
}

static void put_first_words(FILE *to, const char *between)
{
    put_next_words(to, &CLI_VERBS[0], 0, between);
}

/* Does a word follow the first `depth` of the row, and is no row before it like that? */
static bool begins_words(size_t verb, size_t depth)
{
    const cli_verb_row *row = &CLI_VERBS[verb];
    bool same = verb > 0 && cli_same_words(&CLI_VERBS[verb - 1], row->words, depth) &&
                CLI_VERBS[verb - 1].words[depth] != NULL;
    for (size_t i = 0; i < depth; i++) {
        if (row->words[i] == NULL) {
            return false;
        }
    }
    return row->words[depth] != NULL && !same;
}

/* Where a further word is wanted, the cases of those before it: `open` WORDS `close`. */
static void put_further_words(FILE *to, size_t depth, const char *open, const char *close)
{
    for (size_t i = 0; i < CLI_VERB_COUNT; i++) {
        const cli_verb_row *row = &CLI_VERBS[i];
        if (!begins_words(i, depth)) {
            continue;
        }
        cli_put(to, "    '%s%s%s') %s", row->words[0], depth > 1 ? " " : "",
                depth > 1 ? row->words[1] : "", open);
        put_next_words(to, row, depth, " ");
        cli_put(to, "%s", close);
    }
}

/* Reads the words of the verb, or offers the next one of them. */
static void put_bash_verb_words(FILE *to)
{
    for (size_t depth = 1; depth < CLI_WORDS_MAX; depth++) {
        cli_put(to, "  words=''\n  case $verb in\n");
        put_further_words(to, depth, "words='", "' ;;\n");
        cli_put(to,
                "  esac\n  if [ -n \"$words\" ]; then\n    if [ \"$COMP_CWORD\" = %zu ]; then\n"
                "      mapfile -t COMPREPLY < <(compgen -W \"$words --help\" -- \"$word\")\n"
                "      return\n    fi\n    verb=\"$verb ${COMP_WORDS[%zu]}\"\n  fi\n",
                depth + 1, depth + 1);
    }
}

void cli_write_bash(FILE *to)
{
    cli_put(to, "%s_pdfsign() {\n", HEAD);
    cli_put(to, "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
                "  local verb=${COMP_WORDS[1]} options='' words=''\n  COMPREPLY=()\n"
                "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
                "    mapfile -t COMPREPLY < <(compgen -W '");
    put_first_words(to, " ");
    cli_put(to, " --help --version' -- \"$word\")\n    return\n  fi\n");
    put_bash_verb_words(to);
    cli_put(to, "  case $before in\n");
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        put_bash_value(to, &CLI_OPTIONS[i]);
    }
    put_bash_free_values(to);
    cli_put(to, "  esac\n  case $verb in\n");
    for (int verb = 0; verb < CLI_VERB_COUNT; verb++) {
        put_bash_verb(to, (cli_verb)verb);
    }
    cli_put(to, "  esac\n  case $word in\n"
                "    -*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\") ;;\n"
                "    *) mapfile -t COMPREPLY < <(compgen -f -- \"$word\") ;;\n  esac\n}\n"
                "complete -o filenames -F _pdfsign pdfsign\n");
}

/* Brackets, quotes and colons mean something within a specification of _arguments. */
static void put_zsh_text(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            cli_put(to, "'\\''");
            continue;
        }
        if (strchr("[]:\\", *text) != NULL) {
            (void)putc('\\', to);
        }
        (void)putc(*text, to);
    }
}

static void put_zsh_value(FILE *to, const cli_option *row)
{
    cli_put(to, ":%s:", row->kind == CLI_WORD ? "word" : row->value);
    if (row->kind == CLI_WORD) {
        cli_put(to, "(");
        put_words(to, row->value, ' ');
        cli_put(to, ")");
    } else if (row->kind == CLI_FOLDER) {
        cli_put(to, "_directories");
    } else if (row->kind == CLI_KEY) {
        cli_put(to, "(p12\\: file\\: pkcs11\\: pcsc\\:)");
    } else if (is_path(row)) {
        cli_put(to, "_files");
    }
}

static void put_zsh_option(FILE *to, const cli_option *row)
{
    /* --then begins anew what has been given once */
    const char *repeat = cli_repeats(row) || row->scope != CLI_SCOPE_JOB ? "*" : "";
    cli_put(to, "      '%s--%s%s[", repeat, row->name, row->value == NULL ? "" : "=");
    put_zsh_text(to, row->help);
    cli_put(to, "]");
    if (row->value != NULL) {
        put_zsh_value(to, row);
    }
    cli_put(to, "' \\\n");
    if (row->letter != 0) {
        cli_put(to, "      '-%c%s[", row->letter, row->value == NULL ? "" : "+");
        put_zsh_text(to, row->help);
        cli_put(to, "]");
        if (row->value != NULL) {
            put_zsh_value(to, row);
        }
        cli_put(to, "' \\\n");
    }
}

void cli_write_zsh(FILE *to)
{
    cli_put(to, "#compdef pdfsign\n%s_pdfsign() {\n", HEAD);
    cli_put(to, "  (( CURRENT == 2 )) && { compadd -- ");
    put_first_words(to, " ");
    cli_put(to, " --help --version; return }\n  case $words[2] in\n");
    put_further_words(to, 1, "(( CURRENT == 3 )) && { compadd -- ", " --help; return } ;;\n");
    cli_put(to, "  esac\n  case \"$words[2] $words[3]\" in\n");
    put_further_words(to, 2, "(( CURRENT == 4 )) && { compadd -- ", " --help; return } ;;\n");
    cli_put(to, "  esac\n");
    cli_put(to, "  case \"$words[2] $words[3] $words[4]\" in\n");
    for (int verb = 0; verb < CLI_VERB_COUNT; verb++) {
        cli_put(to, "    '%s'%s)\n    _arguments -s \\\n", CLI_VERBS[verb].name,
                CLI_VERBS[verb].words[CLI_WORDS_MAX - 1] == NULL ? "\\ *" : "");
        for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
            if (cli_in_verb(&CLI_OPTIONS[i], (cli_verb)verb)) {
                put_zsh_option(to, &CLI_OPTIONS[i]);
            }
        }
        cli_put(to, "      '*:file:_files' ;;\n");
    }
    cli_put(to, "  esac\n}\n_pdfsign \"$@\"\n");
}

/* Where these first words of the verb were typed: and nothing else yet, or whatever. */
static void put_fish_words(FILE *to, const cli_verb_row *row, size_t count, bool alone)
{
    cli_put(to, " -n '__pdfsign_words %s", alone ? "-eq" : "-ge");
    for (size_t i = 0; i < count && row->words[i] != NULL; i++) {
        cli_put(to, " %s", row->words[i]);
    }
    cli_put(to, "'");
}

static void put_fish_text(FILE *to, const char *text)
{
    cli_put(to, " -d '");
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\') {
            (void)putc('\\', to);
        }
        (void)putc(*text, to);
    }
    cli_put(to, "'\n");
}

static void put_fish_option(FILE *to, cli_verb verb, const cli_option *row)
{
    cli_put(to, "complete -c pdfsign");
    put_fish_words(to, &CLI_VERBS[verb], CLI_WORDS_MAX, false);
    cli_put(to, " -l %s", row->name);
    if (row->letter != 0) {
        cli_put(to, " -s %c", row->letter);
    }
    if (row->kind == CLI_WORD) {
        cli_put(to, " -x -a '");
        put_words(to, row->value, ' ');
        cli_put(to, "'");
    } else if (row->kind == CLI_KEY) {
        cli_put(to, " -x -a 'p12: file: pkcs11: pcsc:'");
    } else if (row->kind == CLI_FOLDER) {
        cli_put(to, " -x -a '(__fish_complete_directories)'");
    } else if (row->value != NULL) {
        cli_put(to, is_path(row) ? " -r" : " -x");
    }
    put_fish_text(to, row->help);
}

/* The words behind the first of the verb; the last one is explained. */
static void put_fish_next(FILE *to, size_t verb)
{
    const cli_verb_row *row = &CLI_VERBS[verb];
    for (size_t depth = 1; depth < CLI_WORDS_MAX && row->words[depth] != NULL; depth++) {
        const bool last = row->words[depth + 1] == NULL;
        if (!last && !begins_words(verb, depth + 1)) {
            continue; /* the row before has said it */
        }
        cli_put(to, "complete -c pdfsign");
        put_fish_words(to, row, depth, true);
        cli_put(to, " -f -a %s", row->words[depth]);
        put_fish_text(to, last ? row->summary : "");
    }
}

void cli_write_fish(FILE *to)
{
    cli_put(to,
            "%sfunction __pdfsign_words\n"
            "    set -l words (commandline -opc)\n    set -l count (count $argv)\n"
            "    test (count $words) $argv[1] $count; or return 1\n"
            "    test \"$words[2..$count]\" = \"$argv[2..$count]\"\nend\n",
            HEAD);
    for (int verb = 0; verb < CLI_VERB_COUNT; verb++) {
        put_fish_next(to, (size_t)verb);
        for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
            if (cli_in_verb(&CLI_OPTIONS[i], (cli_verb)verb)) {
                put_fish_option(to, (cli_verb)verb, &CLI_OPTIONS[i]);
            }
        }
    }
    cli_put(to, "complete -c pdfsign -n __fish_use_subcommand -f -a '");
    put_first_words(to, " ");
    cli_put(to, "'\n");
}
