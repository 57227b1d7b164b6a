#include "cli/args.h"

#include "cli/args_value.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <stdlib.h>

/* The words that are still to be read. */
typedef struct reader {
    char *const *argv;
    int argc, at;
} reader;

static const char *next_word(reader *r)
{
    return r->at < r->argc ? r->argv[r->at++] : NULL;
}

/* The words that may stand first, or behind `first`, each once; NULL ends them. */
static void known_words(const char *first, const char *words[CLI_VERB_COUNT + 1])
{
    size_t count = 0;
    for (size_t i = 0; i < CLI_VERB_COUNT; i++) {
        const char *word = first == NULL ? CLI_VERBS[i].first : CLI_VERBS[i].second;
        bool other = first != NULL && strcmp(first, CLI_VERBS[i].first) != 0;
        if (word == NULL || other || (count > 0 && strcmp(words[count - 1], word) == 0)) {
            continue;
        }
        words[count++] = word;
    }
    words[count] = NULL;
}

static void hint_words(const char *typed, const char *const *words, pds_err *e)
{
    char known[sizeof e->hint] = "";
    size_t len = 0;
    const char *near = typed == NULL ? NULL : cli_nearest(typed, words);
    for (size_t i = 0; words[i] != NULL && len < sizeof known; i++) {
        len +=
            (size_t)snprintf(known + len, sizeof known - len, "%s%s", i > 0 ? ", " : "", words[i]);
    }
    if (near != NULL) {
        cli_fault_hint(e, "did you mean '%s'? The verbs are %s", near, known);
    } else {
        cli_fault_hint(e, "the verbs are %s", known);
    }
}

static pds_code unknown_verb(const char *typed, const char *first, pds_err *e)
{
    const char *words[CLI_VERB_COUNT + 1];
    if (typed != NULL && first != NULL) {
        cli_fail(e, PDS_E_USAGE, __func__, "there is no verb '%s %s'", first, typed);
    } else if (typed != NULL) {
        cli_fail(e, PDS_E_USAGE, __func__, "there is no verb '%s'", typed);
    } else if (first != NULL) {
        cli_fail(e, PDS_E_USAGE, __func__, "'%s' needs a second word", first);
    } else {
        cli_fail(e, PDS_E_USAGE, __func__, "no verb given");
    }
    known_words(first, words);
    hint_words(typed, words, e);
    return PDS_E_USAGE;
}

static cli_verb find_verb(const char *first, const char *second)
{
    for (size_t i = 0; i < CLI_VERB_COUNT; i++) {
        const cli_verb_row *row = &CLI_VERBS[i];
        bool fits = row->second == NULL || (second != NULL && strcmp(row->second, second) == 0);
        if (strcmp(row->first, first) == 0 && fits) {
            return (cli_verb)i;
        }
    }
    return CLI_VERB_COUNT;
}

static bool begins_verb(const char *word)
{
    for (size_t i = 0; i < CLI_VERB_COUNT; i++) {
        if (CLI_VERBS[i].second != NULL && strcmp(CLI_VERBS[i].first, word) == 0) {
            return true;
        }
    }
    return false;
}

/* Options of the program itself, and "VERB --help" before a second word. */
static bool reads_request(const char *word, cli_args *args)
{
    args->help = word != NULL && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0);
    args->version = word != NULL && (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0);
    return args->help || args->version;
}

static pds_code read_verb(reader *r, cli_args *args, pds_err *e)
{
    const char *first = next_word(r);
    if (reads_request(first, args)) {
        return PDS_OK;
    }
    if (first == NULL) {
        return unknown_verb(NULL, NULL, e);
    }
    args->verb = find_verb(first, NULL);
    if (args->verb != CLI_VERB_COUNT) {
        return PDS_OK;
    }
    if (!begins_verb(first)) {
        return unknown_verb(first, NULL, e);
    }
    const char *second = next_word(r);
    if (reads_request(second, args)) {
        return PDS_OK;
    }
    args->verb = find_verb(first, second == NULL ? "" : second);
    return args->verb == CLI_VERB_COUNT ? unknown_verb(second, first, e) : PDS_OK;
}

/* Rows that the verb knows; `sign` reads those of --finish too and sorts them out afterwards. */
static bool belongs(const cli_option *row, cli_verb verb)
{
    unsigned wanted = 1U << verb;
    if (verb == CLI_SIGN) {
        wanted |= CLI_IN_FINISH;
    }
    return (row->verbs & wanted) != 0;
}

/* No option of the verb: a fault that says so. The name ends where its value begins. */
static void unknown_option(const char *name, size_t len, cli_verb verb, pds_err *e)
{
    const char *words[CLI_OPTIONS_MAX + 1] = { NULL };
    char typed[64];
    size_t count = 0;
    (void)snprintf(typed, sizeof typed, "%.*s", (int)(len < 63 ? len : 63), name);
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        if (belongs(&CLI_OPTIONS[i], verb)) {
            words[count++] = CLI_OPTIONS[i].name;
        }
    }
    const char *near = cli_nearest(typed, words);
    cli_fail(e, PDS_E_USAGE, __func__, "'%s' has no option '--%s'", CLI_VERBS[verb].name, typed);
    if (near != NULL) {
        cli_fault_hint(e, "did you mean '--%s'?", near);
    }
}

static void ambiguous_option(const char *name, size_t len, cli_verb verb, pds_err *e)
{
    char fit[sizeof e->hint] = "";
    size_t used = 0;
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        const cli_option *row = &CLI_OPTIONS[i];
        if (belongs(row, verb) && strncmp(row->name, name, len) == 0 && used < sizeof fit - 24) {
            used += (size_t)snprintf(fit + used, sizeof fit - used, "%s--%s", used > 0 ? ", " : "",
                                     row->name);
        }
    }
    cli_fail(e, PDS_E_USAGE, __func__, "'--%.*s' is only the beginning of an option",
             (int)(len < 63 ? len : 63), name);
    cli_fault_hint(e, "these fit: %s", fit);
}

/* Where a secret comes from is spelled out: who writes --password means to give the word itself. */
static bool tells_of_secret(const cli_option *row)
{
    return strncmp(row->name, "pin-", 4) == 0 || strstr(row->name, "password-") != NULL;
}

/* By whole name, else by a beginning that no other option of the verb shares; NULL with a fault. */
static const cli_option *find_long(const char *name, size_t len, cli_verb verb, pds_err *e)
{
    const cli_option *found = NULL;
    size_t fits = 0;
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        const cli_option *row = &CLI_OPTIONS[i];
        if (!belongs(row, verb) || strncmp(row->name, name, len) != 0) {
            continue;
        }
        if (row->name[len] == '\0') {
            return row;
        }
        found = row;
        fits += tells_of_secret(row) ? 2 : 1;
    }
    if (fits == 0) {
        unknown_option(name, len, verb, e);
    } else if (fits > 1) {
        ambiguous_option(name, len, verb, e);
    }
    return fits == 1 ? found : NULL;
}

static const cli_option *find_letter(char letter, cli_verb verb, pds_err *e)
{
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        if (belongs(&CLI_OPTIONS[i], verb) && CLI_OPTIONS[i].letter == letter) {
            return &CLI_OPTIONS[i];
        }
    }
    cli_fail(e, PDS_E_USAGE, __func__, "'%s' has no option '-%c'", CLI_VERBS[verb].name,
             letter > ' ' && letter < 0x7F ? letter : '?');
    return NULL;
}

static pds_code read_long(reader *r, const char *word, cli_args *args, pds_err *e)
{
    size_t len = strcspn(word, "=");
    const char *value = word[len] == '=' ? word + len + 1 : NULL;
    const cli_option *row = find_long(word, len, args->verb, e);
    if (row == NULL) {
        return PDS_E_USAGE;
    }
    if (row->value == NULL) {
        if (value != NULL) {
            CLI_FAIL(e, PDS_E_USAGE, "--%s takes no value", row->name);
        }
        return cli_store_flag(row, args, e);
    }
    value = value != NULL ? value : next_word(r);
    if (value == NULL) {
        CLI_FAIL(e, PDS_E_USAGE, "--%s needs a value (%s)", row->name, row->value);
    }
    return cli_store(row, value, args, r->argc, e);
}

/* "-qj4", "-j 4", "-q". */
static pds_code read_letters(reader *r, const char *letters, cli_args *args, pds_err *e)
{
    while (*letters != '\0') {
        const cli_option *row = find_letter(*letters++, args->verb, e);
        if (row == NULL) {
            return PDS_E_USAGE;
        }
        if (row->value == NULL) {
            CLI_TRY(cli_store_flag(row, args, e));
            continue;
        }
        const char *value = *letters != '\0' ? letters : next_word(r);
        if (value == NULL) {
            CLI_FAIL(e, PDS_E_USAGE, "-%c needs a value (%s)", row->letter, row->value);
        }
        return cli_store(row, value, args, r->argc, e);
    }
    return PDS_OK;
}

static pds_code read_words(reader *r, cli_args *args, pds_err *e)
{
    bool options = true;
    for (const char *word = next_word(r); word != NULL; word = next_word(r)) {
        if (options && strcmp(word, "--") == 0) {
            options = false;
        } else if (options && strncmp(word, "--", 2) == 0) {
            CLI_TRY(read_long(r, word + 2, args, e));
        } else if (options && word[0] == '-' && word[1] != '\0') {
            CLI_TRY(read_letters(r, word + 1, args, e));
        } else {
            CLI_TRY(cli_store_item(&args->inputs, word, r->argc, e));
        }
        if (args->help || args->version) {
            return PDS_OK;
        }
    }
    return PDS_OK;
}

pds_code cli_args_parse(int argc, char *const argv[], cli_args *args, pds_err *e)
{
    reader r = { .argv = argv, .argc = argc, .at = 1 };
    *args = (cli_args){ .verb = CLI_VERB_COUNT, .jobs = 1 };
    cli_begin_signer(args);
    CLI_TRY(read_verb(&r, args, e));
    if (args->help || args->version) {
        return PDS_OK;
    }
    CLI_TRY(read_words(&r, args, e));
    args->json = args->json || args->verify.form == CLI_FORM_JSON;
    return args->help || args->version ? PDS_OK : cli_end_signers(args, e);
}

pds_code cli_of_signer(pds_code code, const cli_args *args, size_t index, pds_err *e)
{
    if (code != PDS_OK && args->signer_count > 1) {
        e->signer = (uint32_t)index + 1;
    }
    return code;
}

static void drop_lists(cli_list *const *lists, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((void *)lists[i]->items);
        *lists[i] = (cli_list){ .items = NULL };
    }
}

void cli_args_drop(cli_args *args)
{
    cli_list *own[] = { &args->inputs,         &args->fields.names,  &args->fields.beside,
                        &args->seams,          &args->trust.anchors, &args->trust.chains,
                        &args->verify.signers, &args->trust.evidence };
    drop_lists(own, sizeof own / sizeof own[0]);
    for (size_t i = 0; i < args->signer_count; i++) {
        cli_signer *s = &args->signers[i];
        cli_list *lists[] = { &s->chains, &s->places, &s->dates, &s->seams };
        drop_lists(lists, sizeof lists / sizeof lists[0]);
    }
}
