#include "cli/args.h"

#include "cli/args_value.h"
#include "cli/i18n.h"
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

/* What was typed of a verb so far. */
typedef struct verb_words {
    const char *words[CLI_WORDS_MAX];
    size_t count;
} verb_words;

/* The words that may stand behind the first `count`, each once; NULL ends them. */
static void known_words(const verb_words *t, size_t count, const char *words[CLI_VERB_COUNT + 1])
{
    size_t found = 0;
    for (size_t i = 0; i < CLI_VERB_COUNT; i++) {
        const char *word =
            cli_same_words(&CLI_VERBS[i], t->words, count) ? CLI_VERBS[i].words[count] : NULL;
        if (word != NULL && (found == 0 || strcmp(words[found - 1], word) != 0)) {
            words[found++] = word;
        }
    }
    words[found] = NULL;
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

/* The last word typed is none, or one is missing. */
static pds_code unknown_verb(const verb_words *t, bool missing, pds_err *e)
{
    const char *words[CLI_VERB_COUNT + 1];
    char all[128] = "";
    size_t len = 0;
    for (size_t i = 0; i < t->count && len < sizeof all; i++) {
        len +=
            (size_t)snprintf(all + len, sizeof all - len, "%s%.40s", i > 0 ? " " : "", t->words[i]);
    }
    const size_t known = missing ? t->count : t->count - 1;
    if (missing && known == 0) {
        cli_fail(e, PDS_E_USAGE, __func__, "no verb given");
    } else {
        const char *const lacking =
            known == 1 ? N_("'%s' needs a second word") : N_("'%s' needs a third word");
        cli_fail(e, PDS_E_USAGE, __func__, missing ? lacking : N_("there is no verb '%s'"), all);
    }
    known_words(t, known, words);
    hint_words(missing ? NULL : t->words[known], words, e);
    return PDS_E_USAGE;
}

/* CLI_VERB_COUNT: none has just these words. */
static cli_verb find_verb(const verb_words *t)
{
    for (size_t i = 0; i < CLI_VERB_COUNT; i++) {
        const cli_verb_row *row = &CLI_VERBS[i];
        if (cli_same_words(row, t->words, t->count) && row->words[t->count] == NULL) {
            return (cli_verb)i;
        }
    }
    return CLI_VERB_COUNT;
}

static bool begins_verb(const verb_words *t)
{
    for (size_t i = 0; i < CLI_VERB_COUNT; i++) {
        if (cli_same_words(&CLI_VERBS[i], t->words, t->count)) {
            return true;
        }
    }
    return false;
}

/* Options of the program itself, and "VERB --help" before a further word. */
static bool reads_request(const char *word, cli_args *args)
{
    args->help = word != NULL && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0);
    args->version = word != NULL && (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0);
    return args->help || args->version;
}

static pds_code read_verb(reader *r, cli_args *args, pds_err *e)
{
    verb_words t = { .count = 0 };
    while (args->verb == CLI_VERB_COUNT) {
        const char *word = next_word(r);
        if (reads_request(word, args)) {
            return PDS_OK;
        }
        if (word == NULL) {
            return unknown_verb(&t, true, e);
        }
        t.words[t.count++] = word;
        if (!begins_verb(&t)) {
            return unknown_verb(&t, false, e);
        }
        args->verb = find_verb(&t);
    }
    return PDS_OK;
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
    return strncmp(row->name, "pin-", 4) == 0 || strncmp(row->name, "new-pin-", 8) == 0 ||
           strncmp(row->name, "puk-", 4) == 0 || strncmp(row->name, "management-", 11) == 0 ||
           strstr(row->name, "password-") != NULL;
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
    *args = (cli_args){ .verb = CLI_VERB_COUNT,
                        .jobs = 1,
                        .token = { .new_pin_fd = -1, .puk_fd = -1 } };
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
