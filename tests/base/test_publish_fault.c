/*
 * Each step of publishing goes wrong once in each way: killed before or after it, refused with an
 * errno, or done by half. Whatever happens, the output is whole, or as it was before.
 */
#include "tests/base/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#include <cmocka.h>

enum { INPUT = 2500, MAX_STEPS = 60 };

typedef struct row {
    const char *name;
    const char *mode;   /* of the probe */
    bool no_tmpfile;    /* as on a file system without O_TMPFILE */
    bool may_leave_one; /* a kill may leave a temporary file */
} row;

static row rows[] = {
    { "a new output", "new", false, false },
    { "an output that is replaced", "over", false, true },
    { "an input that is replaced", "inplace", false, true },
    { "a new output, without O_TMPFILE", "new", true, true },
    { "an output that is replaced, without O_TMPFILE", "over", true, true },
};

typedef struct trial {
    const row *r;
    scratch box;
    char whole[INPUT + 8]; /* what a whole output holds */
    char input[INPUT + 1];
} trial;

static void set_up(trial *t, const row *r)
{
    *t = (trial){ .r = r };
    scratch_open_fast(&t->box);
    for (int i = 0; i < INPUT; i++) {
        t->input[i] = (char)('a' + i % 26);
    }
    (void)snprintf(t->whole, sizeof t->whole, "%supdate", t->input);
    (void)scratch_file(&t->box, "in.pdf", t->input);
    if (strcmp(r->mode, "over") == 0) {
        (void)scratch_file(&t->box, "out.pdf", "old");
    }
}

static void become_probe(const trial *t, const char *fault, const char *log)
{
    char faults[64];
    /* the first counted call opens in.pdf, the second is open(folder), the third O_TMPFILE */
    (void)snprintf(faults, sizeof faults, "%s%s%s", t->r->no_tmpfile ? "3:EOPNOTSUPP" : "",
                   t->r->no_tmpfile && fault != NULL ? "," : "", fault == NULL ? "" : fault);
    (void)setenv("LD_PRELOAD", SHIM, 1);
    (void)setenv("PDS_FAULT", faults, 1);
    (void)setenv("PDS_FAULT_FROM", "in.pdf", 1);
    (void)setenv("PDS_FAULT_LOG", log, 1);
    (void)setenv("ASAN_OPTIONS", "detect_leaks=0:verify_asan_link_order=0", 1);
    (void)dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    (void)execl(PROBE, PROBE, t->r->mode, t->box.folder, (char *)NULL);
    _exit(99);
}

static int run(const trial *t, const char *fault, const char *log)
{
    int status = 0;
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        become_probe(t, fault, log);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

/* How many names the folder should hold besides a temporary file. */
static size_t names_expected(const trial *t, bool whole)
{
    bool out = strcmp(t->r->mode, "over") == 0 || (whole && strcmp(t->r->mode, "new") == 0);
    return out ? 2 : 1;
}

static const char *output_of(const trial *t)
{
    return scratch_path(&t->box, strcmp(t->r->mode, "inplace") == 0 ? "in.pdf" : "out.pdf");
}

static const char *before_of(const trial *t)
{
    if (strcmp(t->r->mode, "inplace") == 0) {
        return t->input;
    }
    return strcmp(t->r->mode, "over") == 0 ? "old" : "(none)";
}

static void judge(const trial *t, int status, const char *what)
{
    char output[4096];
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    (void)snprintf(output, sizeof output, "%s", scratch_read(output_of(t)));
    bool whole = strcmp(output, t->whole) == 0;
    bool before = strcmp(output, before_of(t)) == 0;
    bool refused = code > 0 && strcmp(t->r->mode, "new") == 0; /* then nothing new may stand */
    bool input_kept = strcmp(t->r->mode, "inplace") == 0 ||
                      strcmp(scratch_read(scratch_path(&t->box, "in.pdf")), t->input) == 0;
    size_t left = scratch_count(&t->box) - names_expected(t, whole);
    bool good = (whole || before) && input_kept &&
                left <= (killed && t->r->may_leave_one ? 1 : 0) &&
                (killed || code == 0 || code == 5 || code == 11) && (code != 0 || whole) &&
                (!refused || before);
    if (!good) {
        fail_msg("%s: status %x, whole %d, as before %d, input kept %d, names left %zu", what,
                 (unsigned)status, whole, before, input_kept, left);
    }
}

/* Else a power failure could leave the name of a file without its bytes. */
static void bytes_are_synced_before_they_are_named(const char *log)
{
    const char *sync = strstr(log, " fsync\n");
    const char *linked = strstr(log, " linkat\n");
    const char *renamed = strstr(log, " renameat");
    assert_non_null(sync);
    assert_true(linked != NULL || renamed != NULL);
    assert_true(linked == NULL || sync < linked);
    assert_true(renamed == NULL || sync < renamed);
    assert_non_null(strstr(sync + 1, " fsync\n")); /* and then the folder */
}

/* The number of the first step of that name. */
static long step_named(const char *log, const char *name)
{
    const char *at = strstr(log, name);
    assert_non_null(at);
    while (at > log && at[-1] != '\n') {
        at--;
    }
    return strtol(at, NULL, 10);
}

/* Network file systems tell of a lost write only then. */
static void a_close_that_fails_is_told(const row *r, const char *log)
{
    trial t;
    char fault[32];
    (void)snprintf(fault, sizeof fault, "%ld:EIO", step_named(log, " close\n"));
    set_up(&t, r);
    int status = run(&t, fault, "/dev/null");
    judge(&t, status, fault);
    assert_int_equal(WEXITSTATUS(status), 11);
    scratch_close(&t.box);
}

/* The steps of an undisturbed run. */
static size_t count_steps(const row *r)
{
    trial t;
    scratch logs;
    size_t steps = 0;
    set_up(&t, r);
    scratch_open_fast(&logs);
    const char *log = scratch_path(&logs, "log");
    int status = run(&t, NULL, log);
    judge(&t, status, "undisturbed");
    assert_int_equal(status, 0);
    const char *steps_log = scratch_read(log);
    bytes_are_synced_before_they_are_named(steps_log);
    a_close_that_fails_is_told(r, scratch_read(log));
    steps_log = scratch_read(log);
    for (const char *c = steps_log; *c != '\0'; c++) {
        steps += *c == '\n' ? 1 : 0;
    }
    scratch_close(&t.box);
    scratch_close(&logs);
    return steps;
}

static void every_step_goes_wrong(void **state)
{
    static const char *const actions[] = { "kill", "after-kill", "short",  "ENOSPC",
                                           "EIO",  "EINTR",      "EACCES", "EINVAL" };
    const row *r = *state;
    size_t steps = count_steps(r);
    assert_in_range(steps, 10, MAX_STEPS);
    for (size_t step = 1; step <= steps; step++) {
        for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
            trial t;
            char fault[32];
            if (step == 3 && r->no_tmpfile) {
                continue; /* taken */
            }
            (void)snprintf(fault, sizeof fault, "%zu:%s", step, actions[i]);
            set_up(&t, r);
            judge(&t, run(&t, fault, "/dev/null"), fault);
            scratch_close(&t.box);
        }
    }
}

int main(void)
{
    struct CMUnitTest tests[sizeof rows / sizeof rows[0]];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, every_step_goes_wrong, NULL, NULL, &rows[i] };
    }
    return cmocka_run_group_tests_name("publish.fault", tests, NULL, NULL);
}
