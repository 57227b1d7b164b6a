#include "cli/i18n.h"
#include "cli/text.h"
#include "cli/verify_report.h"

#include <pds/time.h>

#include <stdlib.h>
#include <time.h>

/* JUnit XML as CI systems read it: one test case for a file, one for each of its signatures. What
 * is invalid, cannot be confirmed or is not as demanded is a failure; what could not be read an
 * error. */

static const cli_escape ATTRIBUTE[] = {
    { '&', "&amp;" },  { '<', "&lt;" },    { '>', "&gt;" },
    { '"', "&quot;" }, { '\'', "&apos;" }, { 0, NULL },
};
static const cli_escape CONTENT[] = {
    { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '\n', "\n" }, { 0, NULL },
};

static void put_attribute(FILE *to, const char *name, const char *value)
{
    cli_put(to, " %s=\"", name);
    cli_put_escaped(to, value, ATTRIBUTE);
    cli_put(to, "\"");
}

static const char *element_of(cli_verdict verdict)
{
    switch (verdict) {
    case CLI_VALID:
        return NULL;
    case CLI_UNREADABLE:
        return "error";
    case CLI_UNTRIED:
        return "skipped";
    default:
        return "failure";
    }
}

/* What a case was found to be; `text` of several lines, or NULL. */
typedef struct ending {
    cli_verdict verdict;
    const char *type, *message, *text;
} ending;

static void put_ending(FILE *to, const ending *end)
{
    const char *element = element_of(end->verdict);
    if (element == NULL) {
        cli_put(to, "/>\n");
        return;
    }
    cli_put(to, ">\n      <%s", element);
    put_attribute(to, "message", end->message);
    if (end->verdict != CLI_UNTRIED) {
        put_attribute(to, "type", end->type);
    }
    if (end->text == NULL) {
        cli_put(to, "/>\n    </testcase>\n");
        return;
    }
    cli_put(to, ">");
    cli_put_escaped(to, end->text, CONTENT);
    cli_put(to, "</%s>\n    </testcase>\n", element);
}

static void put_case(FILE *to, const char *class, const char *name, double seconds)
{
    cli_put(to, "    <testcase");
    put_attribute(to, "classname", class);
    put_attribute(to, "name", name);
    cli_put(to, " time=\"%.3f\"", seconds);
}

static void count(cli_share *share, cli_verdict verdict)
{
    share->cases++;
    share->failures += verdict != CLI_VALID && verdict < CLI_UNREADABLE;
    share->errors += verdict == CLI_UNREADABLE;
    share->skipped += verdict == CLI_UNTRIED;
}

static const char *type_of(const cli_verified *file)
{
    if (file->found == NULL) {
        return file->fault == NULL ? "" : pds_code_name(file->fault->code);
    }
    bool judged = file->found->indication != PDS_PASSED && file->found->sub != NULL;
    return judged ? file->found->sub : cli_verdict_name(cli_verdict_of(file));
}

static void put_file(FILE *to, const cli_look *look, const cli_verified *file, cli_share *share)
{
    char *why = cli_verdict_why(file);
    char *tree = file->found == NULL ? NULL : cli_tree_text(look, file->found);
    char *message = NULL;
    const char *word = cli_verdict_text(share->verdict);
    if (why == NULL || asprintf(&message, "%s%s%s", word, why[0] == '\0' ? "" : _(": "), why) < 0) {
        message = NULL;
    }
    put_case(to, "pdfsign.verify", file->input, file->seconds);
    put_ending(to, &(ending){ .verdict = share->verdict,
                              .type = type_of(file),
                              .message = message == NULL ? word : message,
                              .text = tree == NULL || tree[0] == '\0' ? NULL : tree });
    count(share, share->verdict);
    free(message);
    free(tree);
    free(why);
}

/* The first finding that is as bad as the signature. */
static const char *finding_of(const pds_verify_signature *s)
{
    for (size_t i = 0; i < s->findings.count; i++) {
        if (s->findings.items[i].indication == s->indication) {
            return s->findings.items[i].text;
        }
    }
    return s->sub == NULL ? "" : s->sub;
}

static pds_code put_signature(FILE *to, const cli_verified *file, size_t i, cli_share *share)
{
    const pds_verify_signature *s = &file->found->signatures[i];
    const cli_verdict verdict = cli_verdict_of_signature(s);
    char *name = NULL;
    size_t size = 0;
    FILE *in = open_memstream(&name, &size);
    if (in == NULL) {
        return PDS_E_NO_MEMORY;
    }
    cli_put_signature_name(in, s, i);
    cli_put(in, "%s%s", s->signer == NULL ? "" : _(": "), s->signer == NULL ? "" : s->signer);
    if (fclose(in) == 0) {
        put_case(to, file->input, name, 0);
        put_ending(to, &(ending){ verdict, s->sub == NULL ? "" : s->sub, finding_of(s), NULL });
        count(share, verdict);
    }
    free(name);
    return PDS_OK;
}

static pds_code add(const cli_look *look, const cli_verified *file, cli_share *share,
                    cli_outcome *outcome, pds_err *e)
{
    size_t size = 0, signatures = file->found == NULL ? 0 : file->found->signature_count;
    FILE *to = open_memstream(&share->body, &size);
    pds_code code = to == NULL ? PDS_E_NO_MEMORY : PDS_OK;
    (void)outcome;
    if (code == PDS_OK) {
        put_file(to, look, file, share);
    }
    for (size_t i = 0; code == PDS_OK && i < signatures; i++) {
        code = put_signature(to, file, i, share);
    }
    if ((to != NULL && fclose(to) != 0) || code != PDS_OK) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

static void put_suite(FILE *to, const char *element, const cli_share *sum)
{
    cli_put(to, "<%s name=\"pdfsign verify\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"",
            element, sum->cases, sum->failures, sum->errors);
    cli_put(to, " skipped=\"%zu\" time=\"%.3f\"", sum->skipped, sum->seconds);
}

static pds_code finish(FILE *to, const cli_shares *all, pds_err *e)
{
    cli_share sum = { .cases = 0 };
    char now[PDS_TIME_ROOM];
    (void)e;
    for (size_t i = 0; i < all->count; i++) {
        const cli_share *share = &all->items[i];
        sum.cases += share->cases;
        sum.failures += share->failures;
        sum.errors += share->errors;
        sum.skipped += share->skipped;
        sum.seconds += share->seconds;
    }
    cli_utc((int64_t)time(NULL), now);
    cli_put(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    put_suite(to, "testsuites", &sum);
    cli_put(to, ">\n  ");
    put_suite(to, "testsuite", &sum);
    cli_put(to, " timestamp=\"%.19s\">\n", now);
    for (size_t i = 0; i < all->count; i++) {
        cli_put(to, "%s", all->items[i].body == NULL ? "" : all->items[i].body);
    }
    cli_put(to, "  </testsuite>\n</testsuites>\n");
    return PDS_OK;
}

const cli_writer CLI_JUNIT_WRITER = { .add = add, .finish = finish, .document = true };
