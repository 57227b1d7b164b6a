#include "cli/report.h"

#include "cli/i18n.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <stdlib.h>
#include <unistd.h>

void cli_report_init(cli_report *r, const cli_args *args, const char *status, size_t total)
{
    r->verb = args->verb == CLI_VERB_COUNT ? NULL : CLI_VERBS[args->verb].name;
    r->status = status;
    r->json = args->json;
    r->quiet = args->quiet;
    r->chatty = !args->json && !args->quiet && isatty(STDERR_FILENO) == 1;
    r->total = total;
}

pds_code cli_report_in_order(cli_report *r, const cli_files *files, pds_err *e)
{
    r->first = files->items;
    r->waiting = calloc(files->count, sizeof *r->waiting);
    if (r->waiting == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

static pds_json *line_of(const cli_report *r, const char *type)
{
    pds_json *line = pds_json_object();
    pds_json_set_int(line, "v", 1);
    pds_json_set_text(line, "type", type);
    pds_json_set_text(line, "verb", r->verb);
    return line;
}

static pds_json *result_of(const cli_report *r, const cli_file *file, const char *status, int exit)
{
    pds_json *line = line_of(r, "result");
    pds_json_set_text(line, "input", file->input);
    pds_json_set_text(line, "output", exit == 0 ? file->output : NULL);
    pds_json_set_text(line, "status", status);
    pds_json_set_int(line, "exit", exit);
    return line;
}

/* One line, out at once: a reader of the pipe shall see it now. Takes the value. */
static void put_line(pds_json *line)
{
    char *text = pds_json_dump(line);
    if (text != NULL) {
        cli_put(stdout, "%s\n", text);
        (void)fflush(stdout);
        free(text);
    }
    pds_json_drop(&line);
}

/* The line instead of what a person would read. Takes the value. */
static void keep_line(cli_outcome *outcome, pds_json *line)
{
    char *text = pds_json_dump(line);
    free(outcome->result);
    outcome->result = NULL;
    if (text == NULL || asprintf(&outcome->result, "%s\n", text) < 0) {
        outcome->result = NULL;
    }
    free(text);
    pds_json_drop(&line);
}

/* The bar makes room for what is written next. */
static void clear_bar(cli_report *r)
{
    if (r->bar > 0) {
        cli_put(stderr, "\r%*s\r", (int)r->bar, "");
        (void)fflush(stderr);
        r->bar = 0;
    }
}

static void begin(cli_report *r)
{
    (void)pthread_mutex_lock(&r->lock);
}

static void end(cli_report *r)
{
    (void)pthread_mutex_unlock(&r->lock);
}

static void outcome_drop(cli_outcome *outcome)
{
    pds_json_drop(&outcome->json);
    free(outcome->result);
    free(outcome->note);
    free(outcome->fault);
    *outcome = (cli_outcome){ .json = NULL };
}

void cli_report_drop(cli_report *r)
{
    for (size_t i = 0; r->waiting != NULL && i < r->total; i++) {
        outcome_drop(&r->waiting[i]);
    }
    free(r->waiting);
    r->waiting = NULL;
}

cli_outcome cli_report_begin(const cli_report *r, const cli_file *file)
{
    cli_outcome outcome = { .chatty = r->chatty && r->total == 1 };
    if (r->json) {
        outcome.json = result_of(r, file, r->status, 0);
    }
    return outcome;
}

static void put_texts(cli_report *r, cli_outcome *outcome)
{
    if (outcome->result != NULL) {
        clear_bar(r);
        cli_put(stdout, "%s", outcome->result);
    }
    if (r->json) {
        (void)fflush(stdout);
    }
    if (outcome->fault != NULL || (outcome->note != NULL && !r->quiet)) {
        clear_bar(r);
        (void)fflush(stdout);
        cli_put(stderr, "%s%s", outcome->note == NULL || r->quiet ? "" : outcome->note,
                outcome->fault == NULL ? "" : outcome->fault);
    }
    outcome_drop(outcome);
}

/* Texts at once, or when those of all files before it are out. */
static void put_in_order(cli_report *r, const cli_file *file, cli_outcome *outcome)
{
    if (r->waiting == NULL) {
        put_texts(r, outcome);
        return;
    }
    outcome->ready = true;
    r->waiting[file - r->first] = *outcome;
    for (; r->next < r->total && r->waiting[r->next].ready; r->next++) {
        put_texts(r, &r->waiting[r->next]);
    }
}

void cli_report_done(cli_report *r, const cli_file *file, cli_outcome *outcome)
{
    begin(r);
    r->done++;
    if (r->json) {
        pds_json_set_int(outcome->json, "exit", outcome->exit);
        keep_line(outcome, outcome->json);
        outcome->json = NULL;
    }
    put_in_order(r, file, outcome);
    end(r);
}

static char *fault_text(const pds_err *e)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to != NULL) {
        cli_print_fault(to, e);
        (void)fclose(to);
    }
    return text;
}

void cli_report_failed(cli_report *r, cli_outcome *outcome, const cli_file *file, const pds_err *e)
{
    pds_err named = *e;
    cli_fault_file(&named, file->input);
    begin(r);
    r->failed++;
    if (r->json) {
        pds_json *line = result_of(r, file, "failed", pds_code_exit(e->code));
        pds_json_set(line, "error", pds_err_json(&named));
        keep_line(outcome, line);
    } else {
        outcome->fault = fault_text(&named);
        if (outcome->fault == NULL) { /* no memory to keep it in order */
            clear_bar(r);
            cli_print_fault(stderr, &named);
        }
    }
    put_in_order(r, file, outcome);
    end(r);
}

void cli_report_skipped(cli_report *r, const cli_file *file, int exit)
{
    if (r->json) {
        put_line(result_of(r, file, "skipped", exit));
    }
}

void cli_report_error(cli_report *r, const pds_err *e)
{
    begin(r);
    if (r->json) {
        pds_json *line = line_of(r, "error");
        pds_json_set_int(line, "exit", pds_code_exit(e->code));
        pds_json_set(line, "error", pds_err_json(e));
        put_line(line);
    } else {
        clear_bar(r);
        cli_print_fault(stderr, e);
    }
    end(r);
}

void cli_report_summary(cli_report *r, int exit)
{
    size_t skipped = r->total - r->done - r->failed;
    if (r->total < 2) {
        return;
    }
    if (r->json) {
        pds_json *line = line_of(r, "summary");
        pds_json_set_int(line, "total", (int64_t)r->total);
        pds_json_set_int(line, "done", (int64_t)r->done);
        pds_json_set_int(line, "failed", (int64_t)r->failed);
        pds_json_set_int(line, "skipped", (int64_t)skipped);
        pds_json_set_int(line, "exit", exit);
        put_line(line);
    } else if (!r->quiet && r->waiting == NULL && (r->done < r->total || r->chatty)) {
        cli_put(stderr, _("pdfsign: of %zu files %zu done, %zu failed, %zu not tried"), r->total,
                r->done, r->failed, skipped);
        cli_put(stderr, "\n");
    }
}

typedef struct part {
    const char *format;
    long long number;
} part;

/* "at byte 12, object 3 of page 1": what is known of it. */
static void put_position(FILE *to, const pds_err *e)
{
    const part parts[] = {
        { N_("page %lld"), e->page },
        { N_("object %lld"), e->object },
        { N_("byte %lld"), e->offset < 0 ? 0 : e->offset },
    };
    const char *lead = _(" at ");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        bool known = parts[i].number != 0 || (i == 2 && e->offset == 0);
        if (known) {
            cli_put(to, "%s", lead);
            cli_put(to, _(parts[i].format), parts[i].number);
            lead = ", ";
        }
    }
}

static void put_values(FILE *to, const pds_err *e)
{
    if (e->expected[0] == '\0' && e->found[0] == '\0') {
        return;
    }
    cli_put(to, " (");
    if (e->expected[0] != '\0') {
        cli_put(to, "%s", _("expected "));
        cli_put_safe(to, e->expected);
    }
    if (e->found[0] != '\0') {
        cli_put(to, "%s%s", e->expected[0] != '\0' ? ", " : "", _("found "));
        cli_put_safe(to, e->found);
    }
    cli_put(to, ")");
}

void cli_print_fault(FILE *to, const pds_err *e)
{
    cli_put(to, "pdfsign: ");
    if (e->file[0] != '\0') {
        cli_put_safe(to, e->file);
        cli_put(to, ": ");
    }
    if (e->signer != 0) {
        cli_put(to, _("signer %u: "), e->signer);
    }
    cli_put_safe(to, e->text);
    put_values(to, e);
    if (e->key[0] != '\0') {
        cli_put(to, "%s", _(", key of "));
        cli_put_safe(to, e->key);
    }
    if (e->field[0] != '\0') {
        cli_put(to, "%s", _(", field "));
        cli_put_safe(to, e->field);
    }
    put_position(to, e);
    cli_put(to, " [%s]", pds_code_name(e->code));
    if (e->hint[0] != '\0') {
        cli_put(to, "%s", _("; hint: "));
        cli_put_safe(to, e->hint);
    }
    cli_put(to, "\n");
}
