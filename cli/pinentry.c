#include "cli/pinentry.h"

#include "cli/i18n.h"
#include "cli/interrupt.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 1000 }; /* of the protocol, with its end */

/* What is heard, each of which may be the PIN: a line, and what was said of the PIN so far. */
typedef struct dialogue {
    int to, from;
    pds_secret *line, *pin; /* pin: NULL until it is asked for */
} dialogue;

static void dialogue_drop(dialogue *d)
{
    pds_secret_drop(&d->line);
    pds_secret_drop(&d->pin);
}

bool cli_pinentry_greets(const char *line)
{
    return strcmp(line, "OK") == 0 || strncmp(line, "OK ", 3) == 0;
}

/* ---- lines ---- */

static pds_code broken(pds_err *e)
{
    CLI_FAIL(e, PDS_E_PIN_NEEDED,
             "the PIN program began as a pinentry does, and went on otherwise");
}

static pds_code hear(const dialogue *d, const char **line, pds_err *e)
{
    CLI_TRY(cli_wait_readable(d->from, e));
    const pds_code code = pds_secret_from_fd(d->line, d->from, e);
    *line = pds_secret_text(d->line);
    return code == PDS_OK || code == PDS_E_INTERRUPTED ? code : broken(e);
}

/* What would end the line is escaped; what would be too long is left out, whole characters of it.
 */
static size_t put_value(char *to, size_t room, const char *value)
{
    enum { ESCAPED = 3, FIRST_VISIBLE = 0x20, LATER = 0x80, LATER_MASK = 0xC0 };
    size_t len = 0;
    size_t whole = 0;
    for (; *value != '\0' && len + ESCAPED < room; value++) {
        const unsigned char c = (unsigned char)*value;
        whole = (c & LATER_MASK) == LATER ? whole : len;
        if (c == '%' || c < FIRST_VISIBLE) {
            len += (size_t)snprintf(to + len, room - len, "%%%02X", (unsigned)c);
        } else {
            to[len++] = (char)c;
        }
    }
    return *value == '\0' ? len : whole;
}

static pds_code say(const dialogue *d, const char *command, const char *value, pds_err *e)
{
    char line[LINE];
    size_t len = (size_t)snprintf(line, sizeof line, "%s", command);
    len += put_value(line + len, sizeof line - 1 - len, value);
    line[len++] = '\n';
    for (size_t at = 0; at < len;) {
        const ssize_t n = write(d->to, line + at, len - at);
        if (n <= 0) {
            return broken(e);
        }
        at += (size_t)n;
    }
    return PDS_OK;
}

/* ---- answers ---- */

static bool take_hex(char c, unsigned *value)
{
    static const char digits[] = "0123456789ABCDEF0123456789abcdef";
    const char *const at = c == '\0' ? NULL : strchr(digits, c);
    *value = *value << 4 | (at == NULL ? 0 : (unsigned)(at - digits) % 16);
    return at != NULL;
}

/* Of a data line; a PIN may come in several. */
static pds_code take_data(const dialogue *d, const char *data, pds_err *e)
{
    for (; *data != '\0' && d->pin != NULL; data++) {
        unsigned byte = 0;
        const bool escaped = data[0] == '%' && take_hex(data[1], &byte) && take_hex(data[2], &byte);
        const char one = (char)(escaped ? byte : (unsigned char)data[0]);
        CLI_TRY(pds_secret_add(d->pin, pds_span_of(&one, 1), e));
        data += escaped ? 2 : 0;
    }
    return PDS_OK;
}

/* Numbers of libgpg-error, whose upper bits say who reports them. */
static pds_code refused(const char *error, pds_err *e)
{
    enum { CANCELED = 99, FULLY_CANCELED = 198, TIMEOUT = 62, CODE = 0xFFFF };
    char *words = NULL;
    const unsigned long code = strtoul(error, &words, 10) & CODE;
    if (code == CANCELED || code == FULLY_CANCELED) {
        CLI_FAIL(e, PDS_E_PIN_NEEDED, "it was cancelled where the PIN was asked for");
    }
    if (code == TIMEOUT) {
        CLI_FAIL(e, PDS_E_PIN_NEEDED, "nobody typed a PIN in time");
    }
    CLI_FAIL(e, PDS_E_PIN_NEEDED, "the PIN program asks nobody: %s", words + strspn(words, " "));
}

/* To the line that says OK or ERR. */
static pds_code take_answer(const dialogue *d, pds_err *e)
{
    const char *line = NULL;
    for (;;) {
        CLI_TRY(hear(d, &line, e));
        if (cli_pinentry_greets(line)) {
            return PDS_OK;
        }
        if (strncmp(line, "ERR ", 4) == 0) {
            return refused(line + 4, e);
        }
        if (strncmp(line, "D ", 2) == 0) {
            CLI_TRY(take_data(d, line + 2, e));
        } else if (strncmp(line, "INQUIRE", 7) == 0) {
            CLI_TRY(say(d, "CAN", "", e)); /* nothing that it could want to know is known here */
        } else if (line[0] != '#' && strncmp(line, "S ", 2) != 0) {
            return broken(e);
        }
    }
}

static pds_code command(const dialogue *d, const char *name, const char *value, pds_err *e)
{
    CLI_TRY(say(d, name, value, e));
    return take_answer(d, e);
}

/* ---- what is said ---- */

/* Where and how people are to be asked; who does not know an option refuses it. */
static pds_code set_options(const dialogue *d, pds_err *e)
{
    const char *const terminal = getenv("TERM"); // NOLINT(concurrency-mt-unsafe): read at the start
    const struct {
        const char *name, *value;
    } options[] = {
        { "OPTION ttyname=", "/dev/tty" },
        { "OPTION ttytype=", terminal == NULL ? "dumb" : terminal },
        { "OPTION lc-ctype=", setlocale(LC_CTYPE, NULL) },       // NOLINT(concurrency-mt-unsafe)
        { "OPTION lc-messages=", setlocale(LC_MESSAGES, NULL) }, // NOLINT(concurrency-mt-unsafe)
        { "SETTITLE ", "pdfsign" },
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        pds_err unknown = { .offset = -1 };
        CLI_TRY(say(d, options[i].name, options[i].value, e));
        (void)!take_answer(d, &unknown);
    }
    return PDS_OK;
}

static pds_code describe(const dialogue *d, const cli_question *question, pds_err *e)
{
    char *const words = cli_question_words(question);
    if (words == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    const pds_code code = command(d, "SETDESC ", words, e);
    free(words);
    return code;
}

pds_code cli_pinentry_ask(int to, int from, const cli_question *question, pds_secret *into,
                          pds_err *e)
{
    CLI_OWN(dialogue_drop) dialogue d = { .to = to, .from = from };
    CLI_TRY(pds_secret_new(&d.line, e));
    CLI_TRY(take_answer(&d, e)); /* its greeting */
    CLI_TRY(set_options(&d, e));
    CLI_TRY(describe(&d, question, e));
    CLI_TRY(command(&d, "SETPROMPT ", _("PIN:"), e));
    CLI_TRY(pds_secret_new(&d.pin, e));
    CLI_TRY(command(&d, "GETPIN", "", e));
    if (pds_secret_span(d.pin).len == 0) {
        CLI_FAIL(e, PDS_E_PIN_NEEDED, "no PIN was typed");
    }
    (void)!say(&d, "BYE", "", e);
    return pds_secret_set(into, pds_secret_span(d.pin), e);
}
