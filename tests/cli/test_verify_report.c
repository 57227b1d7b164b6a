#include "cli/verify_report.h"
#include "tests/cli/verify_fake.h"

#include <pds/time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What each format makes of verifications made by hand (verify_fake.c). */

static const cli_writer *const WRITERS[CLI_FORM_COUNT] = {
    [CLI_FORM_TEXT] = &CLI_TEXT_WRITER,         [CLI_FORM_JSON] = &CLI_JSON_WRITER,
    [CLI_FORM_JUNIT] = &CLI_JUNIT_WRITER,       [CLI_FORM_SARIF] = &CLI_SARIF_WRITER,
    [CLI_FORM_MARKDOWN] = &CLI_MARKDOWN_WRITER,
};

enum { FILES_MAX = 8 };

/* A call of `verify` without the engine. */
typedef struct call {
    cli_form form;
    cli_look look;
    cli_share shares[FILES_MAX];
    size_t count;
    FILE *to;
    char *text;
    size_t size;
} call;

static void add_file(call *c, const char *name)
{
    const pds_err broken = { .code = PDS_E_PDF_DAMAGED, .offset = 12, .text = "a cut table" };
    const fake *f = fake_of(name);
    const pds_verification *found = f == NULL ? NULL : f->found;
    const bool untried = strcmp(name, "untried") == 0;
    const cli_verified file = { .input = name,
                                .found = found,
                                .fault = untried || found != NULL ? NULL : &broken,
                                .seconds = 0.25 };
    cli_share *share = &c->shares[c->count++];
    cli_outcome outcome = { .json = c->form == CLI_FORM_JSON ? pds_json_object() : NULL };
    pds_err e;
    *share = (cli_share){ .verdict = cli_verdict_of(&file), .seconds = file.seconds };
    if (file.found != NULL || WRITERS[c->form]->document) {
        assert_int_equal(WRITERS[c->form]->add(&c->look, &file, share, &outcome, &e), PDS_OK);
    }
    if (outcome.result != NULL) {
        (void)fputs(outcome.result, c->to);
    }
    char *line = outcome.json == NULL ? NULL : pds_json_dump(outcome.json);
    if (line != NULL) {
        (void)fprintf(c->to, "%s\n", line);
    }
    free(line);
    free(outcome.result);
    pds_json_drop(&outcome.json);
}

/* names: parted by blanks */
static char *report_of(cli_form form, const char *names, cli_look look)
{
    call c = { .form = form, .look = look };
    char list[128], *rest = list;
    pds_err e;
    c.to = open_memstream(&c.text, &c.size);
    assert_non_null(c.to);
    (void)snprintf(list, sizeof list, "%s", names);
    c.look.brief = strchr(names, ' ') != NULL;
    for (char *name = strtok_r(list, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest)) {
        add_file(&c, name);
    }
    const cli_shares all = { .items = c.shares, .count = c.count, .exit = 1 };
    assert_int_equal(WRITERS[form]->finish(c.to, &all, &e), PDS_OK);
    assert_int_equal(fclose(c.to), 0);
    for (size_t i = 0; i < c.count; i++) {
        cli_share_drop(&c.shares[i]);
    }
    return c.text;
}

typedef struct row {
    const char *name;
    cli_form form;
    const char *files;
    const char *want, *refused; /* a part of the report, and what is no part of it; or NULL */
} row;

static row rows[] = {
    /* text: one line for each file */
    { "who signed a valid file", CLI_FORM_TEXT, "valid",
      "valid: valid: signed by 张三 (B-T), 杭州示例科技有限公司 (adbe.pkcs7.detached)\n", "\033[" },
    { "why a file is invalid", CLI_FORM_TEXT, "invalid",
      "invalid: INVALID: signature 1 (Buyer): page 2 has other content than when it was signed "
      "[PAGE_CHANGED]\n",
      NULL },
    { "why it cannot be confirmed", CLI_FORM_TEXT, "doubtful",
      "doubtful: cannot be confirmed: signature 1 (Buyer): no path leads", NULL },
    { "not signed", CLI_FORM_TEXT, "unsigned", "unsigned: not signed\n", "signature 1" },
    { "what is not as demanded", CLI_FORM_TEXT, "unmet",
      "unmet: not as demanded: at least 3 valid signatures are demanded: valid are 2 of 2\n",
      NULL },
    { "a hostile file drives no terminal", CLI_FORM_TEXT, "hostile", "\\x1b[2J\\x0a", "\033" },
    { "nor sends it lines", CLI_FORM_TEXT, "hostile", "\\u{202e}", "\n]]>" },
    { "findings that were left out are counted", CLI_FORM_TEXT, "hostile",
      "    and 12 more findings\n", NULL },
    /* the tree */
    { "each signature", CLI_FORM_TEXT, "valid", "\n  signature 2: valid\n", NULL },
    { "where it is", CLI_FORM_TEXT, "valid", "    field         Buyer, page 3\n", NULL },
    { "several fields of one", CLI_FORM_TEXT, "valid", "Form.Seller, Form.SellerCopy, invisible\n",
      NULL },
    { "what kind it is", CLI_FORM_TEXT, "valid",
      "    kind          approval, ETSI.CAdES.detached, PAdES B-T, ECDSA, SHA-256\n", NULL },
    { "a time that is proven", CLI_FORM_TEXT, "valid",
      "    time          2026-11-21 09:50:02 +08:00, proven by a signature timestamp\n", NULL },
    { "one that is claimed", CLI_FORM_TEXT, "valid",
      "2026-11-21 09:55:00 +08:00, which nothing proves\n", NULL },
    { "one that is unknown", CLI_FORM_TEXT, "doubtful", "    time          unknown\n", NULL },
    { "a revision", CLI_FORM_TEXT, "valid", "revision 1 of 2, the first 9500 of 20000 bytes\n",
      NULL },
    { "the whole file", CLI_FORM_TEXT, "valid", "    covers        the whole file\n", NULL },
    { "bytes that are no revision", CLI_FORM_TEXT, "hostile", "bytes that are no revision", NULL },
    { "a certification", CLI_FORM_TEXT, "valid", "forms and signatures (certification 2)\n", NULL },
    { "certificates up to the trusted one", CLI_FORM_TEXT, "valid",
      "    certificates  张三, EC 256, until 2027-11-21, not revoked (OCSP)\n"
      "                  by Example Issuing CA, RSA 3072, until 2031-11-20, not revoked (CRL)\n"
      "                  by Example Root, RSA 4096, until 2035-11-19, trusted\n",
      "leads to nobody" },
    { "a path to nobody", CLI_FORM_TEXT, "doubtful", "leads to nobody who is trusted\n",
      ", trusted" },
    { "a certificate that was revoked", CLI_FORM_TEXT, "hostile",
      "REVOKED 2026-11-21 09:50:00 +08:00\n", NULL },
    { "a timestamp", CLI_FORM_TEXT, "valid",
      "    timestamp     2026-11-21 09:50:02 +08:00, signature, SHA-256, valid\n"
      "                  Example TSA, RSA 3072, until 2029-11-20, not revoked (CRL)\n",
      NULL },
    { "a finding has its place", CLI_FORM_TEXT, "invalid",
      "    ! PAGE_CHANGED: page 2 has other content than when it was signed (object 8, byte 10233, "
      "revision 2)\n",
      NULL },
    { "notes are for those who ask", CLI_FORM_TEXT, "invalid", "PAGE_CHANGED",
      "SIGNING_TIME_IN_CMS" },
    { "what later revisions changed", CLI_FORM_TEXT, "valid",
      "    2             bytes 9500 to 20000, covered by signature 2\n"
      "                  field Form.Seller was signed\n",
      NULL },
    { "a document timestamp that is gone from the form", CLI_FORM_TEXT, "hostile",
      "\n  document timestamp 2: INVALID (TOTAL-FAILED, FORMAT_FAILURE)\n"
      "    field         none: it is gone from the form\n",
      NULL },
    { "one revision is not worth a list", CLI_FORM_TEXT, "doubtful", "doubtful", "  revisions\n" },
    { "seams", CLI_FORM_TEXT, "valid",
      "    complete      right,at=50%, pages: 3, in the page content, covered by signature 1\n",
      NULL },
    { "demands", CLI_FORM_TEXT, "unmet",
      "    met           --require-level: level B-T is demanded of each signature: the lowest is "
      "B-T\n"
      "    NOT MET       --require-signatures: at least 3",
      NULL },
    /* several */
    { "of several a valid one has no tree", CLI_FORM_TEXT, "valid invalid",
      "detached)\ninvalid: INVALID", "signature 2" },
    { "the others have", CLI_FORM_TEXT, "valid invalid", "\n  signature 1: INVALID (TOTAL-FAILED, ",
      NULL },
    { "all are counted", CLI_FORM_TEXT, "valid invalid broken unsigned untried",
      "\n5 files: 1 valid, 1 INVALID, 1 not signed, 1 could not be read, 1 not tried\n", NULL },
    { "one file is not counted", CLI_FORM_TEXT, "valid", "valid", "files" },
    /* JUnit */
    { "how many cases", CLI_FORM_JUNIT, "valid invalid broken unsigned untried",
      "<testsuites name=\"pdfsign verify\" tests=\"8\" failures=\"3\" errors=\"1\" skipped=\"1\" "
      "time=\"1.250\">\n",
      NULL },
    { "a case of a file", CLI_FORM_JUNIT, "valid",
      "    <testcase classname=\"pdfsign.verify\" name=\"valid\" time=\"0.250\"/>\n", "<failure" },
    { "a case of a signature", CLI_FORM_JUNIT, "valid",
      "    <testcase classname=\"valid\" name=\"signature 1 (Buyer): 张三\" time=\"0.000\"/>\n",
      NULL },
    { "a failure", CLI_FORM_JUNIT, "invalid",
      "<failure message=\"INVALID: signature 1 (Buyer): page 2 has other content than when it was "
      "signed [PAGE_CHANGED]\" type=\"FORMAT_FAILURE\">",
      "<error" },
    { "of the signature too", CLI_FORM_JUNIT, "invalid",
      "<failure message=\"page 2 has other content than when it was signed\" "
      "type=\"FORMAT_FAILURE\"/>",
      NULL },
    { "what cannot be confirmed is one", CLI_FORM_JUNIT, "doubtful",
      "type=\"NO_CERTIFICATE_CHAIN_FOUND\">", NULL },
    { "what is not signed is one", CLI_FORM_JUNIT, "unsigned",
      "<failure message=\"not signed\" type=\"not-signed\"/>", NULL },
    { "what is not as demanded is one", CLI_FORM_JUNIT, "unmet", "type=\"requirement-not-met\">",
      NULL },
    { "what is broken is an error", CLI_FORM_JUNIT, "broken",
      "<error message=\"could not be read: a cut table [PDF_DAMAGED]\" type=\"PDF_DAMAGED\"/>",
      "<failure" },
    { "what was not tried is skipped", CLI_FORM_JUNIT, "untried",
      "<skipped message=\"not tried\"/>", "<failure" },
    { "no text is markup", CLI_FORM_JUNIT, "hostile",
      "\\x1b[2J\\x0a]]&gt;&lt;x a=&quot;b&quot; c=&apos;d&apos;&gt;&amp;amp;|", "<x" },
    { "nor breaks out of a text", CLI_FORM_JUNIT, "hostile", "]]&gt;", "]]>" },
    /* Markdown */
    { "a table", CLI_FORM_MARKDOWN, "valid invalid",
      "\n2 files: 1 valid, 1 INVALID\n\n| file | verdict | why |\n| --- | --- | --- |\n"
      "| <code>valid</code> | ✅ valid | signed by 张三 (B-T)",
      "<code>valid</code>: valid" },
    { "trees of those that did not pass", CLI_FORM_MARKDOWN, "valid invalid",
      "\n<details><summary><code>invalid</code>: INVALID</summary>\n\n```text\n  signature 1: "
      "INVALID",
      NULL },
    { "nothing to unfold where nothing is known", CLI_FORM_MARKDOWN, "unsigned broken untried",
      "| <code>untried</code> | ❔ not tried |  |\n", "<details>" },
    { "no text is a column, code, a link, or calls anybody", CLI_FORM_MARKDOWN, "hostile",
      "&#93;&#93;&gt;&lt;x a&#61;&quot;b&quot; "
      "c&#61;'d'&gt;&amp;amp;&#124;&#96;&#42;&#95;&#91;y&#93;"
      "(z)&#92; &#96;&#96;&#96; <code>&#64;</code>all http&#58;//e.x",
      NULL },
    { "a fence is longer than what is in it", CLI_FORM_MARKDOWN, "hostile", "\n````text\n",
      "\n```text" },
    /* SARIF */
    { "a result is a finding", CLI_FORM_SARIF, "invalid",
      "{\"ruleId\":\"PAGE_CHANGED\",\"level\":\"error\",\"message\":{\"text\":\"page 2 has other "
      "content than when it was signed\"},\"locations\":[{\"physicalLocation\":{"
      "\"artifactLocation\":{\"uri\":\"invalid\"},\"region\":{\"startLine\":1,\"byteOffset\":10233,"
      "\"byteLength\":1}},\"logicalLocations\":[{\"fullyQualifiedName\":\"Buyer\",",
      NULL },
    { "a note", CLI_FORM_SARIF, "invalid", "\"ruleId\":\"SIGNING_TIME_IN_CMS\",\"level\":\"note\"",
      NULL },
    { "a doubt is a warning", CLI_FORM_SARIF, "doubtful",
      "\"ruleId\":\"CHAIN_NOT_FOUND\",\"level\":\"warning\"", "byteOffset" },
    { "a demand that is not met", CLI_FORM_SARIF, "unmet",
      "\"ruleId\":\"REQUIREMENT_NOT_MET\",\"level\":\"error\",\"message\":{\"text\":\"at least 3 ",
      "the lowest is" },
    { "a file that is not signed", CLI_FORM_SARIF, "unsigned", "\"ruleId\":\"NOT_SIGNED\"", NULL },
    { "a file that cannot be read", CLI_FORM_SARIF, "broken",
      "\"ruleId\":\"PDF_DAMAGED\",\"level\":\"error\",\"message\":{\"text\":\"a cut table\"}",
      NULL },
    { "a file that was not tried", CLI_FORM_SARIF, "untried",
      "[{\"executionSuccessful\":false,\"exitCode\":1}]", "ruleId" },
    { "a valid file has no result but notes", CLI_FORM_SARIF, "valid", "\"level\":\"note\"",
      "\"error\"" },
    { "each rule once", CLI_FORM_SARIF, "unsigned unsigned2",
      "\"rules\":[{\"id\":\"NOT_SIGNED\",\"shortDescription\":{\"text\":\"not signed\"},"
      "\"defaultConfiguration\":{\"level\":\"error\"}}]",
      NULL },
    { "brackets are no links, braces no arguments", CLI_FORM_SARIF, "hostile",
      "*_\\\\[y\\\\](z)\\\\\\\\ ```", NULL },
    /* JSON */
    { "a verdict for programs", CLI_FORM_JSON, "unmet",
      "{\"verdict\":\"requirement-not-met\",\"indication\":\"TOTAL-PASSED\","
      "\"sub_indication\":\"\",\"signed\":true,"
      "\"requirements_met\":false,",
      NULL },
    { "what a signature covers", CLI_FORM_JSON, "valid",
      "\"covers\":{\"byte_range\":[0,1000,9000,500],\"revision\":1,\"all\":false}", NULL },
    { "times are of UTC", CLI_FORM_JSON, "valid", "\"proven_time\":\"2026-11-21T01:50:02Z\"",
      NULL },
    { "times beyond the calendar are unknown", CLI_FORM_JSON, "hostile", "\"verdict\":\"invalid\"",
      "\"not_after\"" },
    { "a finding's place", CLI_FORM_JSON, "invalid",
      "\"offset\":10233,\"object\":8,\"revision\":2}", NULL },
    { "findings that were left out", CLI_FORM_JSON, "hostile", "\"findings_left_out\":12", NULL },
};

static void reads_so(void **state)
{
    const row *r = *state;
    char *got = report_of(r->form, r->files, (cli_look){ .zone = "+08:00" });
    if (strstr(got, r->want) == NULL) {
        fail_msg("lacks: %s\nin: %s", r->want, got);
    }
    if (r->refused != NULL && strstr(got, r->refused) != NULL) {
        fail_msg("holds: %s\nin: %s", r->refused, got);
    }
    free(got);
}

/* ---- all formats ---- */

static const char ALL[] = "valid invalid doubtful unsigned unmet hostile broken untried";

static bool harmless(unsigned char c)
{
    return c == '\n' || (c >= ' ' && c != 0x7F);
}

static void no_format_passes_on_controls(void **state)
{
    (void)state;
    for (int form = 0; form < CLI_FORM_COUNT; form++) {
        char *got = report_of((cli_form)form, ALL, (cli_look){ .verbose = true });
        for (const char *p = got; *p != '\0'; p++) {
            assert_true(harmless((unsigned char)*p));
        }
        assert_null(strstr(got, "\xff"));
        free(got);
    }
}

static void json_is_json(void **state)
{
    static const cli_form forms[] = { CLI_FORM_SARIF, CLI_FORM_JSON };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char *got = report_of(forms[i], forms[i] == CLI_FORM_JSON ? "hostile" : ALL,
                              (cli_look){ .brief = true });
        pds_json *value = NULL;
        pds_err e;
        assert_int_equal(pds_json_parse(got, strlen(got), &value, &e), PDS_OK);
        pds_json_drop(&value);
        free(got);
    }
}

static void colors_are_those_of_a_terminal(void **state)
{
    (void)state;
    char *got = report_of(CLI_FORM_TEXT, "invalid", (cli_look){ .color = true });
    assert_non_null(strstr(got, "\033[1minvalid\033[0m: \033[1;31mINVALID\033[0m: "));
    free(got);
}

static void a_verbose_tree_tells_all(void **state)
{
    (void)state;
    char *got = report_of(CLI_FORM_TEXT, "valid invalid", (cli_look){ .verbose = true });
    assert_non_null(strstr(got, "- UNREFERENCED_BYTES: 12 bytes"));
    assert_non_null(strstr(got, "serial number 0a1b, SHA-256 aa00\n"));
    assert_non_null(strstr(got, " bytes [0 1000 9000 500]\n"));
    free(got);
}

/* ---- verdicts ---- */

static void verdicts_follow_the_status(void **state)
{
    static const int exits[CLI_VERDICT_COUNT] = {
        [CLI_VALID] = 0, [CLI_INVALID] = 1,  [CLI_UNCONFIRMED] = 6,
        [CLI_UNMET] = 7, [CLI_UNSIGNED] = 7,
    };
    (void)state;
    for (size_t i = 0; i < FAKE_COUNT; i++) {
        if (FAKES[i].found != NULL) {
            const cli_verified file = { .input = "x", .found = FAKES[i].found };
            assert_int_equal(exits[cli_verdict_of(&file)], FAKES[i].found->exit);
        }
    }
}

enum { ROWS = sizeof rows / sizeof rows[0], OTHERS = 6 };

static void claimed_times_look_alike(void **state)
{
    static const struct {
        const char *claimed, *shown;
    } times[] = {
        { "2026-11-21T09:55:00+08:00", "2026-11-21 09:55:00 +08:00" },
        { "2026-11-21T09:55:00-03:30", "2026-11-21 09:55:00 -03:30" },
        { "2026-11-21T01:55:00Z", "2026-11-21 01:55:00 +00:00" },
        { "2026-11-21T01:55:0xZ", "" },
        { "2026-11-21T01:55:00z", "" },
        { "2026-11-21T01:55:00Z ", "" },
        { "2026-11-21", "" },
        { "", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        char shown[PDS_TIME_ROOM];
        cli_claimed_time(times[i].claimed, shown);
        assert_string_equal(shown, times[i].shown);
    }
}

int main(void)
{
    static struct CMUnitTest tests[ROWS + OTHERS];
    static const struct CMUnitTest others[OTHERS] = {
        cmocka_unit_test(no_format_passes_on_controls),
        cmocka_unit_test(json_is_json),
        cmocka_unit_test(colors_are_those_of_a_terminal),
        cmocka_unit_test(a_verbose_tree_tells_all),
        cmocka_unit_test(verdicts_follow_the_status),
        cmocka_unit_test(claimed_times_look_alike),
    };
    for (size_t i = 0; i < ROWS; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, reads_so, NULL, NULL, &rows[i] };
    }
    memcpy(tests + ROWS, others, sizeof others);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
