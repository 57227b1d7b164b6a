#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "cli/options.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cli_example {
    const char *text, *command; /* text is a message id */
} cli_example;

enum { CLI_EXAMPLES_MAX = 8, CLI_SYNOPSES_MAX = 3, CLI_WORDS_MAX = 3 };

/* What help and man page say of a verb; texts are message ids. */
typedef struct cli_verb_row {
    const char *words[CLI_WORDS_MAX + 1]; /* "fields", "list", NULL */
    const char *name;                     /* all of them */
    const char *synopsis[CLI_SYNOPSES_MAX + 1];
    const char *summary; /* a few words */
    const char *about;   /* a paragraph */
    cli_example examples[CLI_EXAMPLES_MAX];
} cli_verb_row;

extern const cli_verb_row CLI_VERBS[CLI_VERB_COUNT];
/* Do the words of a row begin with those of another, as many as are counted? */
bool cli_same_words(const cli_verb_row *row, const char *const *words, size_t count);
/* Those of the program's own help. */
extern const cli_example CLI_EXAMPLES[CLI_EXAMPLES_MAX];

typedef struct cli_note {
    const char *term, *text; /* text is a message id */
} cli_note;

/* What help and man page say of a value that more than one option takes, or that is long to tell:
 * shown for the verbs that have an option with it. */
typedef struct cli_value_notes {
    const char *value;     /* as in cli_option */
    const char *title;     /* a message id */
    const cli_note *notes; /* a NULL term ends them */
} cli_value_notes;

enum { CLI_VALUE_COUNT = 2 };
extern const cli_value_notes CLI_VALUES[CLI_VALUE_COUNT];

/* The exit status, what the environment changes; a NULL term ends each. */
extern const cli_note CLI_EXITS[];
extern const cli_note CLI_ENVIRONMENT[];

#ifdef __cplusplus
}
#endif
#endif
