#include "cli/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* How a run ends, by what befalls its files: a letter each. */

typedef struct row {
    const char *name;
    const char *files; /* . good, d damaged, o no output, k key, u usage, m no memory */
    long jobs;
    int exit;
    size_t tried; /* 0: depends on the threads */
} row;

static row rows[] = {
    { "one good file", ".", 1, 0, 1 },
    { "one bad file gives its own status", "d", 1, 5, 1 },
    { "one file without an output", "o", 1, 11, 1 },
    { "one file without a key", "k", 1, 8, 1 },
    { "all of several good", "...", 1, 0, 3 },
    { "some of several bad", ".d.", 1, 3, 3 },
    { "all of several bad", "dod", 1, 4, 3 },
    { "a bad file does not stop the others", "mmmm.", 1, 3, 5 },
    { "a lost key stops the run", ".k..", 1, 8, 2 },
    { "and comes before what went wrong earlier", "dk..", 1, 8, 2 },
    { "wrong usage stops the run", "u...", 1, 2, 1 },
    { "threads do every file once", "........................................", 4, 0, 40 },
    { "threads, some bad", "....d.....d......o..............", 3, 3, 32 },
    { "more threads than files", "..", 64, 0, 2 },
    { "threads and a lost key", "k...............................", 4, 8, 0 },
};

static atomic_size_t tried_files;

static pds_code meet_fate(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    static const struct {
        char letter;
        pds_code code;
    } fates[] = { { 'd', PDS_E_PDF_DAMAGED },
                  { 'o', PDS_E_OUTPUT_FAILED },
                  { 'k', PDS_E_KEY_FAILED },
                  { 'u', PDS_E_USAGE },
                  { 'm', PDS_E_NO_MEMORY } };
    (void)ctx;
    (void)outcome;
    atomic_fetch_add(&tried_files, 1);
    for (size_t i = 0; i < sizeof fates / sizeof fates[0]; i++) {
        if (file->input[0] == fates[i].letter) {
            CLI_FAIL(e, fates[i].code, "as the test wants it");
        }
    }
    return PDS_OK;
}

static void run_ends(void **state)
{
    const row *r = *state;
    char names[64][2] = { "" };
    cli_file items[64] = { { .input = NULL } };
    cli_files files = { .items = items, .count = strlen(r->files) };
    cli_args args = { .jobs = r->jobs, .quiet = true };
    cli_work work = { .args = &args, .status = "done", .step = meet_fate };
    for (size_t i = 0; i < files.count; i++) {
        names[i][0] = r->files[i];
        items[i].input = names[i];
    }
    atomic_store(&tried_files, 0);
    assert_int_equal(cli_run(&work, &files), r->exit);
    if (r->tried != 0) {
        assert_int_equal(atomic_load(&tried_files), r->tried);
    }
    for (size_t i = 0; i < files.count; i++) {
        assert_int_equal(items[i].done, items[i].tried && r->files[i] == '.');
    }
}

/* The faults are printed as they should be, but the test's log is no place for them. */
static int hush(void **state)
{
    (void)state;
    return freopen("/dev/null", "w", stderr) == NULL ? -1 : 0;
}

enum { COUNT = sizeof rows / sizeof rows[0] };

int main(void)
{
    static struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, run_ends, hush, NULL, &rows[i] };
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
