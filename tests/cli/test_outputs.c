#include "cli/outputs.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

/* In a folder of its own: the files a.pdf, b.pdf, the link "hard" to a.pdf, the folder out. */

typedef struct row {
    const char *name;
    const char *inputs[4];
    const char *output, *out_dir, *suffix;
    const char *want; /* results parted by blanks; or a part of the fault, with code USAGE */
    bool in_place;
    pds_code code;
} row;

static row rows[] = {
    { "one output", { "a.pdf" }, "x.pdf", NULL, "_signed", "x.pdf", false, 0 },
    { "the suffix stands before .pdf",
      { "a.pdf", "q/b.pdf" },
      NULL,
      "out",
      "_signed",
      "out/a_signed.pdf out/b_signed.pdf",
      false,
      0 },
    { "capitals too", { "A.PDF" }, NULL, "out", "_signed", "out/A_signed.PDF", false, 0 },
    { "only the last .pdf counts",
      { "a.pdf.pdf" },
      NULL,
      "out",
      "_x",
      "out/a.pdf_x.pdf",
      false,
      0 },
    { "a name without .pdf", { "contract" }, NULL, "out", "_x", "out/contract_x", false, 0 },
    { "a name that is .pdf alone", { ".pdf" }, NULL, "out", "_x", "out/.pdf_x", false, 0 },
    { "a folder with a slash at its end", { "a.pdf" }, NULL, "out/", "", "out/a.pdf", false, 0 },
    { "in place", { "a.pdf", "b.pdf" }, NULL, NULL, "_signed", "a.pdf b.pdf", true, 0 },
    { "no output at all", { "a.pdf" }, NULL, NULL, "_signed", "-", false, 0 },
    { "inputs that are not there are somebody else's fault",
      { "none.pdf" },
      "x",
      NULL,
      "",
      "x",
      false,
      0 },
    { "two inputs of one name",
      { "a.pdf", "q/a.pdf" },
      NULL,
      "out",
      "_signed",
      "would both be 'out/a_signed.pdf'",
      false,
      PDS_E_USAGE },
    { "one file twice in place",
      { "a.pdf", "./a.pdf" },
      NULL,
      NULL,
      "",
      "the same file",
      true,
      PDS_E_USAGE },
    { "one file by two links in place",
      { "a.pdf", "hard" },
      NULL,
      NULL,
      "",
      "the same file",
      true,
      PDS_E_USAGE },
    { "the result is the input",
      { "a.pdf" },
      "./a.pdf",
      NULL,
      "",
      "replace the input",
      false,
      PDS_E_USAGE },
    { "the result is another input",
      { "a.pdf", "out/b.pdf" },
      NULL,
      ".",
      "",
      "replace the input 'a.pdf'",
      false,
      PDS_E_USAGE },
    { "a suffix that leads elsewhere",
      { "a.pdf" },
      NULL,
      "out",
      "/../x",
      "hold a '/'",
      false,
      PDS_E_USAGE },
    { "standard input has no name",
      { "-" },
      NULL,
      "out",
      "",
      "standard input",
      false,
      PDS_E_USAGE },
    { "standard input can't be replaced",
      { "-" },
      NULL,
      NULL,
      "",
      "standard input",
      true,
      PDS_E_USAGE },
    { "a folder as input", { "out/" }, NULL, "out", "", "name of a folder", false, PDS_E_USAGE },
};

static void join(const cli_files *files, char *out, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < files->count; i++) {
        const char *name = files->items[i].output == NULL ? "-" : files->items[i].output;
        len += (size_t)snprintf(out + len, size - len, "%s%s", i > 0 ? " " : "", name);
    }
}

static void plan_is(void **state)
{
    row *r = *state;
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    pds_err e = { .offset = -1 };
    char got[256] = "";
    cli_args args = { .inputs = { .items = r->inputs },
                      .output = r->output,
                      .out_dir = r->out_dir,
                      .suffix = r->suffix,
                      .in_place = r->in_place };
    while (r->inputs[args.inputs.count] != NULL) {
        args.inputs.count++;
    }
    assert_int_equal(cli_files_plan(&args, &files, &e), r->code);
    if (r->code == PDS_OK) {
        join(&files, got, sizeof got);
        assert_string_equal(got, r->want);
    } else if (strstr(e.text, r->want) == NULL) {
        assert_string_equal(e.text, r->want);
    }
}

/* b.pdf stands for whatever the call reads. */
static void nothing_that_is_read_is_replaced(void **state)
{
    const char *chain[] = { "b.pdf" }, *in[] = { "a.pdf" };
    const cli_args rows_of[] = {
        { .signers = { { .key = "p12:b.pdf" } }, .signer_count = 1 },
        { .signers = { { .key = "file:./b.pdf" } }, .signer_count = 1 },
        { .signers = { { .cert = "b.pdf" } }, .signer_count = 1 },
        { .signers = { { .chains = { chain, 1 } } }, .signer_count = 1 },
        { .signers = { { .pin_file = "b.pdf" } }, .signer_count = 1 },
        { .signers = { { .seal = "b.pdf" } }, .signer_count = 1 },
        { .signers = { { .font = "b.pdf" } }, .signer_count = 1 },
        { .signers = { { .key = "p12:a" }, { .chains = { chain, 1 } } }, .signer_count = 2 },
        { .signers = { { .seal = "s" }, { .seal = "b.pdf" } }, .signer_count = 2 },
        { .password_file = "b.pdf" },
        { .finish = "b.pdf" },
        { .signature = "b.pdf" },
        { .cms = "b.pdf" },
    };
    (void)state;
    for (size_t i = 0; i < 2 * sizeof rows_of / sizeof rows_of[0]; i++) {
        CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
        pds_err e = { .offset = -1 };
        cli_args args = rows_of[i / 2];
        args.inputs = (cli_list){ in, 1 };
        *(i % 2 == 0 ? &args.output : &args.prepare) = "out/../b.pdf";
        assert_int_equal(cli_files_plan(&args, &files, &e), PDS_E_USAGE);
        assert_non_null(strstr(e.text, "would replace the file of --"));
    }
}

static void a_state_never_replaces_the_input(void **state)
{
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    const char *in[] = { "a.pdf" };
    cli_args args = { .inputs = { in, 1 }, .prepare = "hard" };
    pds_err e = { .offset = -1 };
    (void)state;
    assert_int_equal(cli_files_plan(&args, &files, &e), PDS_E_USAGE);
}

static void two_options_may_name_one_file(void **state)
{
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    const char *in[] = { "a.pdf" }, *chain[] = { "b.pdf" };
    cli_args args = { .inputs = { in, 1 },
                      .in_place = true,
                      .signers = { { .cert = "b.pdf", .chains = { chain, 1 } } },
                      .signer_count = 1 };
    pds_err e = { .offset = -1 };
    (void)state;
    assert_int_equal(cli_files_plan(&args, &files, &e), PDS_OK);
}

static void a_folder_that_is_not_there(void **state)
{
    CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
    const char *in[] = { "a.pdf" };
    cli_args args = { .inputs = { in, 1 }, .out_dir = "none" };
    pds_err e = { .offset = -1 };
    (void)state;
    assert_int_equal(cli_files_plan(&args, &files, &e), PDS_E_OUTPUT_FAILED);
    args.out_dir = "a.pdf";
    assert_int_equal(cli_files_plan(&args, &files, &e), PDS_E_OUTPUT_FAILED);
}

static char folder[] = "/tmp/pdfsign-test-XXXXXX";

static int make_files(void **state)
{
    (void)state;
    bool ok = mkdtemp(folder) != NULL && chdir(folder) == 0 && mkdir("out", 0700) == 0 &&
              fclose(fopen("a.pdf", "w")) == 0 && fclose(fopen("b.pdf", "w")) == 0 &&
              link("a.pdf", "hard") == 0;
    return ok ? 0 : -1;
}

static int remove_files(void **state)
{
    (void)state;
    bool ok = unlink("a.pdf") == 0 && unlink("b.pdf") == 0 && unlink("hard") == 0 &&
              rmdir("out") == 0 && chdir("/") == 0 && rmdir(folder) == 0;
    return ok ? 0 : -1;
}

enum { COUNT = sizeof rows / sizeof rows[0] };

/* Says what it is that is not written there. */
static void nothing_but_text_is_written_to_a_terminal(void **state)
{
    static const struct {
        cli_verb verb;
        bool der;
        const char *says; /* NULL: it is written */
    } kinds[] = {
        { CLI_SIGN, false, "a PDF" },
        { CLI_TOKEN_SEAL_VIEW, false, "a picture" },
        { CLI_TOKEN_DECRYPT, false, "what was decrypted" },
        { CLI_TOKEN_EXPORT, true, "a certificate in DER" },
        { CLI_TOKEN_EXPORT, false, NULL },
        { CLI_TOKEN_LOG, false, NULL },
    };
    (void)state;
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    const int other = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        CLI_OWN(cli_files_drop) cli_files files = { .items = NULL };
        pds_err e = { .offset = -1 };
        const cli_args args = { .verb = kinds[i].verb,
                                .output = "-",
                                .token = { .der = kinds[i].der } };
        (void)fflush(stdout);
        const int before = dup(STDOUT_FILENO);
        assert_true(other >= 0 && before >= 0 && dup2(other, STDOUT_FILENO) == STDOUT_FILENO);
        const pds_code code = cli_files_plan(&args, &files, &e);
        assert_int_equal(dup2(before, STDOUT_FILENO), STDOUT_FILENO);
        (void)close(before);
        assert_int_equal(code, kinds[i].says == NULL ? PDS_OK : PDS_E_USAGE);
        assert_true(kinds[i].says == NULL || strstr(e.text, kinds[i].says) != NULL);
    }
    (void)close(other);
    (void)close(terminal);
}

int main(void)
{
    static struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, plan_is, NULL, NULL, &rows[i] };
    }
    static const struct CMUnitTest more[] = {
        cmocka_unit_test(nothing_that_is_read_is_replaced),
        cmocka_unit_test(a_state_never_replaces_the_input),
        cmocka_unit_test(two_options_may_name_one_file),
        cmocka_unit_test(a_folder_that_is_not_there),
        cmocka_unit_test(nothing_but_text_is_written_to_a_terminal),
    };
    if (cmocka_run_group_tests(tests, make_files, remove_files) != 0) {
        return 1;
    }
    memset(folder + strlen(folder) - 6, 'X', 6); /* a pattern for mkdtemp again */
    return cmocka_run_group_tests(more, make_files, remove_files);
}
