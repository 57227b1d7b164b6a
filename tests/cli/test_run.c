#include "cli/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
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
    { "one file at a lower level", "9", 1, 9, 1 },
    { "some at a lower level", ".9.", 1, 3, 3 },
    { "all at a lower level", "99", 1, 4, 2 },
    { "a lower level and a bad file", "9d", 1, 4, 2 },
    { "threads and a lost key", "k...............................", 4, 8, 0 },
};

/* Of verify: a verdict is a success with a status of its own. */
static row verdicts[] = {
    { "one valid file", ".", 1, 0, 1 },
    { "one file gives its own status", "6", 1, 6, 1 },
    { "all of several valid", "...", 1, 0, 3 },
    { "a verdict comes before valid", ".7.", 1, 7, 3 },
    { "not signed comes before cannot be confirmed", "676", 1, 7, 3 },
    { "unreadable comes before both", "67d6.", 1, 5, 5 },
    { "invalid comes before unreadable", "d1d", 1, 1, 3 },
    { "no output comes before invalid", "1o1", 1, 11, 3 },
    { "no memory comes before all", "o1m", 1, 12, 3 },
    { "never some, never all", "ddd", 1, 5, 3 },
    { "wrong usage still stops the run", ".u..", 1, 2, 2 },
    { "threads, in whatever order", "...6.....7......d.......6...", 4, 5, 28 },
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
    if (file->input[0] >= '1' && file->input[0] <= '9') {
        outcome->exit = file->input[0] - '0';
    }
    atomic_fetch_add(&tried_files, 1);
    for (size_t i = 0; i < sizeof fates / sizeof fates[0]; i++) {
        if (file->input[0] == fates[i].letter) {
            CLI_FAIL(e, fates[i].code, "as the test wants it");
        }
    }
    return PDS_OK;
}

static void run_with(const row *r, const int *worst_first)
{
    char names[64][2] = { "" };
    cli_file items[64] = { { .input = NULL } };
    cli_files files = { .items = items, .count = strlen(r->files) };
    cli_args args = { .jobs = r->jobs, .quiet = true };
    cli_work work = { .args = &args,
                      .status = "done",
                      .step = meet_fate,
                      .with_keys = worst_first == NULL,
                      .worst_first = worst_first };
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
        const bool good = strchr(".1679", r->files[i]) != NULL;
        assert_int_equal(items[i].done, items[i].tried && good);
    }
}

static void run_ends(void **state)
{
    run_with(*state, NULL);
}

static void worst_counts(void **state)
{
    static const int order[] = { 12, 11, 1, 5, 7, 6, 0 };
    run_with(*state, order);
}

/* ---- order ---- */

/* The first files wait for the last ones. */
static pds_code dawdle(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e)
{
    const struct timespec nap = { .tv_nsec = 3000000 };
    const int number = (int)strtol(file->input, NULL, 10);
    (void)ctx;
    (void)nanosleep(&nap, NULL);
    for (int i = number % 5; i < 4; i++) {
        (void)nanosleep(&nap, NULL);
    }
    if (number % 7 == 3) {
        CLI_FAIL(e, PDS_E_PDF_DAMAGED, "as the test wants it");
    }
    return asprintf(&outcome->result, "%d\n", number) < 0 ? PDS_E_NO_MEMORY : PDS_OK;
}

static void texts_come_in_order(void **state)
{
    enum { FILES = 40 };
    char names[FILES][4], got[512] = "", want[512] = "";
    cli_file items[FILES] = { { .input = NULL } };
    cli_files files = { .items = items, .count = FILES };
    cli_args args = { .jobs = 6 };
    cli_work work = { .args = &args, .status = "done", .step = dawdle, .in_order = true };
    (void)state;
    FILE *kept = tmpfile();
    assert_non_null(kept);
    for (int i = 0, len = 0; i < FILES; i++) {
        (void)snprintf(names[i], sizeof names[i], "%d", i);
        items[i].input = names[i];
        len += i % 7 == 3 ? 0 : snprintf(want + len, sizeof want - (size_t)len, "%d\n", i);
    }
    (void)fflush(stdout);
    const int out = dup(STDOUT_FILENO);
    assert_true(dup2(fileno(kept), STDOUT_FILENO) >= 0);
    const int status = cli_run(&work, &files);
    (void)fflush(stdout);
    assert_true(dup2(out, STDOUT_FILENO) >= 0);
    (void)close(out);
    rewind(kept);
    assert_true(fread(got, 1, sizeof got - 1, kept) > 0);
    (void)fclose(kept);
    assert_int_equal(status, 3);
    assert_string_equal(got, want);
}

/* The faults are printed as they should be, but the test's log is no place for them. */
static int hush(void **state)
{
    (void)state;
    return freopen("/dev/null", "w", stderr) == NULL ? -1 : 0;
}

enum { ROWS = sizeof rows / sizeof rows[0], VERDICTS = sizeof verdicts / sizeof verdicts[0] };

int main(void)
{
    static struct CMUnitTest tests[ROWS + VERDICTS + 1];
    size_t n = 0;
    for (size_t i = 0; i < ROWS; i++) {
        tests[n++] = (struct CMUnitTest){ rows[i].name, run_ends, hush, NULL, &rows[i] };
    }
    for (size_t i = 0; i < VERDICTS; i++) {
        tests[n++] =
            (struct CMUnitTest){ verdicts[i].name, worst_counts, hush, NULL, &verdicts[i] };
    }
    tests[n++] = (struct CMUnitTest)cmocka_unit_test_setup(texts_come_in_order, hush);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
