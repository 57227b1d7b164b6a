#include "cli/args_value.h"

#include "cli/text.h"

#include <errno.h>
#include <stdlib.h>

/* What the words behind options mean, by their rows. */

static pds_code bad_value(const cli_option *row, const char *text, pds_err *e)
{
    cli_fail(e, PDS_E_USAGE, __func__, "--%s has a value that does not fit", row->name);
    char range[64] = "";
    bool number = row->kind == CLI_NUMBER || row->kind == CLI_REAL;
    if (number) {
        (void)snprintf(range, sizeof range, "%ld-%ld", row->min, row->max);
    }
    cli_fault_values(e, number ? range : row->value, row->group == CLI_GROUP_KEY ? "" : text);
    return PDS_E_USAGE;
}

static pds_code read_number(const cli_option *row, const char *text, long *out, pds_err *e)
{
    char *end = NULL;
    errno = 0;
    *out = strtol(text, &end, 10);
    bool digits = text[0] >= '0' && text[0] <= '9';
    if (errno != 0 || !digits || *end != '\0' || *out < row->min || *out > row->max) {
        return bad_value(row, text, e);
    }
    return PDS_OK;
}

enum { MINUTE = 60, HOUR = 3600 };

/* "90s", "30m", "2h", "1.5h". */
static bool parse_time(const char *text, long *out)
{
    enum { DIGITS_MAX = 6 };
    const size_t digits = strspn(text, "0123456789");
    const bool tenths = text[digits] == '.' && text[digits + 1] >= '0' && text[digits + 1] <= '9';
    const char *const unit = text + digits + (tenths ? 2 : 0);
    const long seconds = *unit == 's' ? 1 : *unit == 'm' ? MINUTE : *unit == 'h' ? HOUR : 0;
    if (digits == 0 || digits > DIGITS_MAX || seconds == 0 || unit[1] != '\0' ||
        (tenths && seconds == 1)) {
        return false;
    }
    *out = strtol(text, NULL, 10) * seconds;
    *out += tenths ? (unit[-1] - '0') * (seconds / 10) : 0;
    return true;
}

static void put_time(char *out, size_t room, long seconds)
{
    const bool hours = seconds % HOUR == 0;
    const bool minutes = !hours && seconds % MINUTE == 0;
    (void)snprintf(out, room, "%ld%c",
                   seconds / (hours     ? HOUR
                              : minutes ? MINUTE
                                        : 1),
                   hours     ? 'h'
                   : minutes ? 'm'
                             : 's');
}

static pds_code read_time(const cli_option *row, const char *text, long *out, pds_err *e)
{
    char bounds[2][24];
    char range[64];
    if (parse_time(text, out) && *out >= row->min && *out <= row->max) {
        return PDS_OK;
    }
    cli_fail(e, PDS_E_USAGE, __func__, "--%s has a value that does not fit", row->name);
    put_time(bounds[0], sizeof bounds[0], row->min);
    put_time(bounds[1], sizeof bounds[1], row->max);
    (void)snprintf(range, sizeof range, "%s-%s", bounds[0], bounds[1]);
    cli_fault_values(e, range, text);
    cli_fault_hint(e, "a number and s, m or h, such as 30m, 1.5h or 2h");
    return PDS_E_USAGE;
}

/* Digits and perhaps a point and digits, in whatever locale. */
static pds_code read_real(const cli_option *row, const char *text, double *out, pds_err *e)
{
    size_t whole = strspn(text, "0123456789");
    const char *point = text + whole;
    size_t decimals = *point == '.' ? strspn(point + 1, "0123456789") : 0;
    const char *end = *point == '.' ? point + 1 + decimals : point;
    double unit = 1;
    *out = 0;
    for (size_t i = 0; i < whole; i++) {
        *out = *out * 10 + (text[i] - '0');
    }
    for (size_t i = 0; i < decimals; i++) {
        unit /= 10;
        *out += (point[1 + i] - '0') * unit;
    }
    bool fits = *out >= (double)row->min && *out <= (double)row->max;
    return *end == '\0' && whole + decimals > 0 && fits ? PDS_OK : bad_value(row, text, e);
}

static pds_code read_word(const cli_option *row, const char *text, long *out, pds_err *e)
{
    const char *word = row->value;
    for (*out = 0;; ++*out) {
        size_t len = strcspn(word, "|");
        if (strlen(text) == len && strncmp(word, text, len) == 0) {
            return PDS_OK;
        }
        if (word[len] == '\0') {
            return bad_value(row, text, e);
        }
        word += len + 1;
    }
}

/* Lists get room for a whole command line at once, so that nothing moves. */
pds_code cli_store_item(cli_list *list, const char *text, int room, pds_err *e)
{
    if (list->items == NULL) {
        list->items = calloc((size_t)room, sizeof *list->items);
    }
    if (list->items == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    list->items[list->count++] = text;
    return PDS_OK;
}

static pds_code put_beside(const cli_option *row, cli_items *items, const char *text, pds_err *e)
{
    size_t count = items->names.count;
    if (count == 0) {
        CLI_FAIL(e, PDS_E_USAGE, "--%s stands before the --name that it belongs to", row->name);
    }
    if (items->beside.items[count - 1] != NULL) {
        CLI_FAIL(e, PDS_E_USAGE, "--%s is given twice for '%s'", row->name,
                 items->names.items[count - 1]);
    }
    items->beside.items[count - 1] = text;
    return PDS_OK;
}

static pds_code put_repeated(const cli_option *row, void *slot, const char *text, int room,
                             pds_err *e)
{
    cli_items *items = slot;
    switch (row->kind) {
    case CLI_NAMES:
        CLI_TRY(cli_store_item(&items->beside, NULL, room, e));
        return cli_store_item(&items->names, text, room, e);
    case CLI_BESIDE:
        return put_beside(row, items, text, e);
    default:
        return cli_store_item(slot, text, room, e);
    }
}

static pds_code check_text(const cli_option *row, const char *text, pds_err *e)
{
    bool path = row->kind == CLI_FILE || row->kind == CLI_FOLDER || row->kind == CLI_FILES ||
                row->kind == CLI_KEY;
    if (path && text[0] == '\0') {
        CLI_FAIL(e, PDS_E_USAGE, "--%s has an empty value", row->name);
    }
    if (!path && !cli_utf8_valid(text)) {
        CLI_FAIL(e, PDS_E_USAGE, "the value of --%s is not UTF-8", row->name);
    }
    return PDS_OK;
}

/* ---- signers ---- */

static cli_signer *current(cli_args *args)
{
    return &args->signers[args->signer_count - 1];
}

void cli_begin_signer(cli_args *args)
{
    args->signer_count++;
    current(args)->pin_fd = -1;
}

static bool is_empty(const cli_signer *signer)
{
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        if (signer->seen[i]) {
            return false;
        }
    }
    return true;
}

static pds_code next_signer(cli_args *args, pds_err *e)
{
    if (is_empty(current(args))) {
        cli_fail(e, PDS_E_USAGE, __func__, "--then stands before the options of a signer");
        cli_fault_hint(e, "write --key and what else the first one needs, then --then");
        return PDS_E_USAGE;
    }
    if (args->signer_count == PDS_SIGNINGS_MAX) {
        CLI_FAIL(e, PDS_E_USAGE, "more than %d signers", PDS_SIGNINGS_MAX);
    }
    cli_begin_signer(args);
    return PDS_OK;
}

pds_code cli_end_signers(const cli_args *args, pds_err *e)
{
    if (args->signer_count > 1 && is_empty(&args->signers[args->signer_count - 1])) {
        cli_fail(e, PDS_E_USAGE, __func__, "no options of a signer follow the last --then");
        cli_fault_hint(e, "each signer needs a --key of its own");
        return PDS_E_USAGE;
    }
    return PDS_OK;
}

/* ---- rows ---- */

/* What the row's slot lies in, and the rows seen of that. */
typedef struct holder {
    char *base;
    bool *seen;
} holder;

static holder holder_of(const cli_option *row, cli_args *args)
{
    cli_level *level = &args->level;
    cli_tsa *tsa = &level->tsas[level->tsa_count > 0 ? level->tsa_count - 1 : 0];
    switch (row->scope) {
    case CLI_SCOPE_SIGNER:
        return (holder){ (char *)current(args), current(args)->seen };
    case CLI_SCOPE_TSA:
        return (holder){ (char *)tsa, tsa->seen };
    default:
        return (holder){ (char *)args, args->seen };
    }
}

static bool *seen_of(const cli_option *row, cli_args *args)
{
    bool *const seen = holder_of(row, args).seen;
    return seen + (row - CLI_OPTIONS);
}

static void *slot_of(const cli_option *row, cli_args *args)
{
    *seen_of(row, args) = true;
    return holder_of(row, args).base + row->at;
}

pds_code cli_store_flag(const cli_option *row, cli_args *args, pds_err *e)
{
    if (row->kind == CLI_NEXT) {
        *seen_of(row, args) = true;
        return next_signer(args, e);
    }
    *(bool *)slot_of(row, args) = true;
    return PDS_OK;
}

/* --tsa begins an authority, what else is told of it follows. */
static pds_code find_authority(const cli_option *row, cli_args *args, pds_err *e)
{
    cli_level *level = &args->level;
    if (row->kind == CLI_TSA) {
        if (level->tsa_count == CLI_TSAS_MAX) {
            CLI_FAIL(e, PDS_E_USAGE, "more than %d timestamping authorities", CLI_TSAS_MAX);
        }
        level->tsa_count++;
    } else if (row->scope == CLI_SCOPE_TSA && level->tsa_count == 0) {
        CLI_FAIL(e, PDS_E_USAGE, "--%s stands before the --tsa that it belongs to", row->name);
    }
    return PDS_OK;
}

pds_code cli_store(const cli_option *row, const char *text, cli_args *args, int room, pds_err *e)
{
    CLI_TRY(find_authority(row, args, e));
    if (*seen_of(row, args) && !cli_repeats(row)) {
        CLI_FAIL(e, PDS_E_USAGE, "--%s is given twice", row->name);
    }
    void *slot = slot_of(row, args);
    switch (row->kind) {
    case CLI_NUMBER:
        return read_number(row, text, slot, e);
    case CLI_TIME:
        return read_time(row, text, slot, e);
    case CLI_REAL:
        return read_real(row, text, slot, e);
    case CLI_WORD:
        return read_word(row, text, slot, e);
    default:
        break;
    }
    CLI_TRY(check_text(row, text, e));
    if (cli_repeats(row) && row->kind != CLI_TSA) {
        return put_repeated(row, slot, text, room, e);
    }
    *(const char **)slot = text;
    return PDS_OK;
}
