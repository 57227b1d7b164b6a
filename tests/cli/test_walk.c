#include "cli/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

/* In a folder of its own:
 *   a.pdf  B.PDF  c.txt  .pdf  link.pdf -> a.pdf  gone.pdf -> nowhere  pipe.pdf (a FIFO)
 *   q/     z.pdf  up -> ..  d.pdf/ 1.pdf  back.pdf -> ../empty
 *   empty/ c.txt
 *   closed/ (no permission)
 *   to-q -> q */

typedef struct row {
    const char *name;
    const char *inputs[4];
    bool recursive;
    const char *want; /* paths parted by blanks, a fault in brackets behind its path */
} row;

static row rows[] = {
    { "files stay as they are", { "a.pdf", "c.txt", "none" }, false, "a.pdf c.txt none" },
    { "also with --recursive", { "c.txt", "none", "-" }, true, "c.txt none -" },
    { "an input twice is two", { "a.pdf", "a.pdf" }, true, "a.pdf a.pdf" },
    { "a folder alone is a fault", { "a.pdf", "q" }, false, "a.pdf q[is a folder]" },
    { "a folder is walked by name, what is below it too", { "q" }, true, "q/d.pdf/1.pdf q/z.pdf" },
    { "a slash at its end makes no difference", { "q/" }, true, "q/d.pdf/1.pdf q/z.pdf" },
    { "a link that is an input is followed", { "to-q" }, true, "to-q/d.pdf/1.pdf to-q/z.pdf" },
    { "a folder without a PDF", { "empty" }, true, "empty[there is no *.pdf]" },
    { "a folder that cannot be read",
      { "a.pdf", "closed" },
      true,
      "a.pdf closed[the folder cannot be read]" },
    { "links to files are taken, also where they lead nowhere; links to folders and pipes are not",
      { "." },
      true,
      "./.pdf ./B.PDF ./a.pdf ./closed[the folder cannot be read] ./gone.pdf ./link.pdf "
      "./pipe.pdf[is no regular file] ./q/d.pdf/1.pdf ./q/z.pdf" },
};

static void add(char *to, size_t size, const char *text, const char *more)
{
    const size_t len = strlen(to);
    (void)snprintf(to + len, size - len, "%s%s", text, more);
}

/* The part of a fault that the row tells. */
static void add_fault(char *to, size_t size, const pds_err *fault)
{
    static const char *const parts[] = { "is a folder", "there is no *.pdf",
                                         "the folder cannot be read", "is no regular file" };
    assert_int_equal(fault->code, PDS_E_INPUT_UNREADABLE);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strncmp(fault->text, parts[i], strlen(parts[i])) == 0) {
            add(to, size, "[", parts[i]);
            add(to, size, "]", "");
        }
    }
}

static void inputs_are_walked(void **state)
{
    const row *r = *state;
    char got[1024] = "";
    const char *items[4];
    cli_list inputs = { .items = items };
    CLI_OWN(cli_walk_drop) cli_walk walk = { .room = 0 };
    pds_err e;
    while (inputs.count < 4 && r->inputs[inputs.count] != NULL) {
        items[inputs.count] = r->inputs[inputs.count];
        inputs.count++;
    }
    assert_int_equal(cli_walk_inputs(&inputs, r->recursive, &walk, &e), PDS_OK);
    for (size_t i = 0; i < walk.paths.count; i++) {
        add(got, sizeof got, i > 0 ? " " : "", walk.paths.items[i]);
        if (walk.faults[i] != NULL) {
            add_fault(got, sizeof got, walk.faults[i]);
        }
    }
    assert_string_equal(got, r->want);
}

static void a_folder_says_what_to_do(void **state)
{
    const char *item = "q";
    const cli_list inputs = { .items = &item, .count = 1 };
    CLI_OWN(cli_walk_drop) cli_walk walk = { .room = 0 };
    pds_err e;
    (void)state;
    assert_int_equal(cli_walk_inputs(&inputs, false, &walk, &e), PDS_OK);
    assert_non_null(strstr(walk.faults[0]->hint, "--recursive"));
}

static void many_files_are_walked(void **state)
{
    enum { MANY = 300 };
    const char *items[MANY];
    const cli_list inputs = { .items = items, .count = MANY };
    CLI_OWN(cli_walk_drop) cli_walk walk = { .room = 0 };
    pds_err e;
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        items[i] = i % 2 == 0 ? "q" : "a.pdf";
    }
    assert_int_equal(cli_walk_inputs(&inputs, true, &walk, &e), PDS_OK);
    assert_int_equal(walk.paths.count, MANY / 2 * 3);
    assert_string_equal(walk.paths.items[MANY / 2 * 3 - 1], "a.pdf");
}

/* ---- the folder ---- */

static char folder[] = "/tmp/pdsXXXXXX";
static const char *const FILES[] = { "a.pdf",   "B.PDF",         "c.txt",      ".pdf",
                                     "q/z.pdf", "q/d.pdf/1.pdf", "empty/c.txt" };

static bool make_file(const char *path)
{
    FILE *f = fopen(path, "we");
    return f != NULL && fclose(f) == 0;
}

static int make_all(void **state)
{
    (void)state;
    bool good = mkdtemp(folder) != NULL && chdir(folder) == 0 && mkdir("q", 0700) == 0 &&
                mkdir("q/d.pdf", 0700) == 0 && mkdir("empty", 0700) == 0 &&
                mkdir("closed", 0) == 0 && symlink("a.pdf", "link.pdf") == 0 &&
                symlink("nowhere", "gone.pdf") == 0 && symlink("..", "q/up") == 0 &&
                symlink("../empty", "q/back.pdf") == 0 && symlink("q", "to-q") == 0 &&
                mkfifo("pipe.pdf", 0600) == 0;
    for (size_t i = 0; good && i < sizeof FILES / sizeof FILES[0]; i++) {
        good = make_file(FILES[i]);
    }
    /* nothing is closed to root */
    return good && (geteuid() != 0 || (setegid(65534) == 0 && chmod(".", 0777) == 0 &&
                                       chmod("q", 0777) == 0 && chmod("q/d.pdf", 0777) == 0 &&
                                       chmod("empty", 0777) == 0 && seteuid(65534) == 0))
               ? 0
               : -1;
}

static int drop_all(void **state)
{
    static const char *const others[] = {
        "link.pdf", "gone.pdf", "q/up",    "q/back.pdf", "to-q",
        "pipe.pdf", "closed",   "q/d.pdf", "q",          "empty"
    };
    (void)state;
    if (getuid() == 0 && (seteuid(0) != 0 || setegid(0) != 0)) {
        return -1;
    }
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        (void)remove(FILES[i]);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        (void)remove(others[i]);
    }
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

enum { COUNT = sizeof rows / sizeof rows[0] };

int main(void)
{
    static struct CMUnitTest tests[COUNT + 2];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, inputs_are_walked, NULL, NULL, &rows[i] };
    }
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(a_folder_says_what_to_do);
    tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(many_files_are_walked);
    return cmocka_run_group_tests(tests, make_all, drop_all);
}
