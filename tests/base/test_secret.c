#include "base/own.h"
#include "tests/base/scratch.h"

#include <pds/secret.h>
#include <pds/sign.h>

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/wait.h>

#include <cmocka.h>

static scratch box;

static int open_box(void **state)
{
    (void)state;
    scratch_open(&box);
    return 0;
}

static int close_box(void **state)
{
    (void)state;
    scratch_close(&box);
    return 0;
}

static pds_secret *new_secret(void)
{
    pds_secret *s = NULL;
    assert_int_equal(pds_secret_new(&s, NULL), PDS_OK);
    return s;
}

enum { LONGEST = PDS_SECRET_MAX };

typedef struct line_row {
    const char *name;
    const char *text; /* of the file */
    pds_code code;
    const char *secret;
} line_row;

static line_row lines[] = {
    { "no line end", "1234", PDS_OK, "1234" },
    { "one line end", "1234\n", PDS_OK, "1234" },
    { "a line end of Windows", "1234\r\n", PDS_OK, "1234" },
    { "only the first line counts", "1234\n5678\n", PDS_OK, "1234" },
    { "spaces belong to it", " 12 34 \n", PDS_OK, " 12 34 " },
    { "a return without a line feed belongs to it", "12\r34\r", PDS_OK, "12\r34\r" },
    { "any script", "密码\n", PDS_OK, "密码" },
    { "a byte order mark does not belong to it",
      "\xEF\xBB\xBF"
      "1234\n",
      PDS_OK, "1234" },
    { "an empty file", "", PDS_E_PIN_NEEDED, "" },
    { "an empty first line", "\n1234\n", PDS_E_PIN_NEEDED, "" },
    { "an empty first line of Windows", "\r\n1234\n", PDS_E_PIN_NEEDED, "" },
    { "a byte order mark alone", "\xEF\xBB\xBF\n", PDS_E_PIN_NEEDED, "" },
};

static void the_first_line_is_the_secret(void **state)
{
    const line_row *r = *state;
    PDS_OWN(pds_secret_drop) pds_secret *s = new_secret();
    pds_err e;
    const char *path = scratch_file(&box, "pin", r->text);
    assert_int_equal(pds_secret_from_file(s, path, &e), r->code);
    assert_string_equal(pds_secret_text(s), r->secret);
    assert_true(pds_span_is(pds_secret_span(s), r->secret));
    if (r->code != PDS_OK) {
        assert_string_equal(e.file, path);
    }
}

static void the_longest_fits_to_the_byte(void **state)
{
    char text[LONGEST + 4];
    PDS_OWN(pds_secret_drop) pds_secret *s = new_secret();
    (void)state;
    memset(text, 'x', sizeof text);
    memcpy(text + LONGEST, "\r\n", 3);
    assert_int_equal(pds_secret_from_file(s, scratch_file(&box, "pin", text), NULL), PDS_OK);
    assert_int_equal(pds_secret_span(s).len, PDS_SECRET_MAX);
    memcpy(text + LONGEST, "x\n", 3);
    assert_int_equal(pds_secret_from_file(s, scratch_file(&box, "pin", text), NULL), PDS_E_LIMIT);
    assert_string_equal(pds_secret_text(s), "");
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(pds_secret_from_file(s, scratch_file(&box, "pin", text), NULL), PDS_E_LIMIT);
    assert_int_equal(pds_secret_set(s, pds_span_of(text, LONGEST), NULL), PDS_OK);
    assert_int_equal(pds_secret_set(s, pds_span_of(text, LONGEST + 1), NULL), PDS_E_LIMIT);
}

static void parts_add_up(void **state)
{
    char text[LONGEST];
    PDS_OWN(pds_secret_drop) pds_secret *s = new_secret();
    (void)state;
    memset(text, 'x', sizeof text);
    assert_int_equal(pds_secret_add(s, pds_span_of("", 0), NULL), PDS_E_PIN_NEEDED);
    assert_int_equal(pds_secret_add(s, pds_span_text("12"), NULL), PDS_OK);
    assert_int_equal(pds_secret_add(s, pds_span_of("", 0), NULL), PDS_OK);
    assert_int_equal(pds_secret_add(s, pds_span_text("34"), NULL), PDS_OK);
    assert_string_equal(pds_secret_text(s), "1234");
    assert_int_equal(pds_secret_add(s, pds_span_of(text, LONGEST - 4), NULL), PDS_OK);
    assert_int_equal(pds_secret_span(s).len, PDS_SECRET_MAX);
    assert_int_equal(pds_secret_add(s, pds_span_text("5"), NULL), PDS_E_LIMIT);
    assert_string_equal(pds_secret_text(s), "");
}

static void a_nul_byte_is_refused(void **state)
{
    PDS_OWN(pds_secret_drop) pds_secret *s = new_secret();
    (void)state;
    assert_int_equal(pds_secret_set(s,
                                    pds_span_of("12\0"
                                                "34",
                                                5),
                                    NULL),
                     PDS_E_USAGE);
    assert_string_equal(pds_secret_text(s), "");
}

static void a_source_that_is_missing_says_so(void **state)
{
    PDS_OWN(pds_secret_drop) pds_secret *s = new_secret();
    pds_err e;
    (void)state;
    assert_int_equal(pds_secret_from_file(s, scratch_path(&box, "none"), &e), PDS_E_PIN_NEEDED);
    assert_int_equal(pds_secret_from_file(s, box.folder, &e), PDS_E_PIN_NEEDED);
    assert_int_equal(pds_secret_from_fd(s, -1, &e), PDS_E_PIN_NEEDED);
    assert_int_equal(pds_secret_from_env(s, "PDS_TEST_NONE", &e), PDS_E_PIN_NEEDED);
}

/* Two secrets may come down one pipe. */
static void no_more_than_the_line_is_read(void **state)
{
    PDS_OWN(pds_secret_drop) pds_secret *s = new_secret();
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "one\ntwo\n", 8), 8);
    (void)close(ends[1]);
    assert_int_equal(pds_secret_from_fd(s, ends[0], NULL), PDS_OK);
    assert_string_equal(pds_secret_text(s), "one");
    assert_int_equal(pds_secret_from_fd(s, ends[0], NULL), PDS_OK);
    assert_string_equal(pds_secret_text(s), "two");
    assert_int_equal(pds_secret_from_fd(s, ends[0], NULL), PDS_E_PIN_NEEDED);
    (void)close(ends[0]);
}

static void the_environment_forgets(void **state)
{
    PDS_OWN(pds_secret_drop) pds_secret *s = new_secret();
    (void)state;
    assert_int_equal(setenv("PDS_TEST_PIN", "hunter2", 1), 0);
    const char *value = getenv("PDS_TEST_PIN");
    assert_int_equal(pds_secret_from_env(s, "PDS_TEST_PIN", NULL), PDS_OK);
    assert_string_equal(pds_secret_text(s), "hunter2");
    assert_null(getenv("PDS_TEST_PIN"));
    assert_string_equal(value, ""); /* also where it stood */
    assert_int_equal(setenv("PDS_TEST_PIN", "", 1), 0);
    assert_int_equal(pds_secret_from_env(s, "PDS_TEST_PIN", NULL), PDS_E_PIN_NEEDED);
}

static void a_shorter_secret_leaves_nothing_of_the_longer(void **state)
{
    PDS_OWN(pds_secret_drop) pds_secret *s = new_secret();
    (void)state;
    assert_int_equal(pds_secret_set(s, pds_span_text("a long secret"), NULL), PDS_OK);
    assert_int_equal(pds_secret_set(s, pds_span_text("ab"), NULL), PDS_OK);
    assert_memory_equal(pds_secret_text(s), "ab\0\0\0\0\0\0\0\0\0\0\0", 13);
    assert_int_equal(pds_secret_from_file(s, scratch_file(&box, "pin", "x\r\n"), NULL), PDS_OK);
    assert_memory_equal(pds_secret_text(s), "x\0\0\0\0", 5);
    assert_int_equal(pds_secret_set(s, pds_secret_span(s), NULL), PDS_OK); /* its own bytes */
    assert_string_equal(pds_secret_text(s), "x");
}

/* "VmFlags:" of the mapping that holds an address: lo locked, dd not dumped, wf wiped on fork. */
static void mapping_flags(const void *address, char *out, size_t room)
{
    char line[512];
    bool inside = false;
    FILE *f = fopen("/proc/self/smaps", "r");
    *out = '\0';
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL) {
        char *rest = NULL;
        uintptr_t from = strtoull(line, &rest, 16);
        if (*rest == '-') {
            inside =
                from <= (uintptr_t)address && (uintptr_t)address < strtoull(rest + 1, NULL, 16);
        } else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
            (void)snprintf(out, room, "%s", line);
        }
    }
    (void)fclose(f);
}

/* RLIMIT_MEMLOCK may forbid it; sanitizers ignore mlock(). */
static bool memory_can_be_locked(void)
{
    char flags[512];
    const size_t size = 4096;
    void *page = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(page != MAP_FAILED);
    (void)mlock(page, size);
    mapping_flags(page, flags, sizeof flags);
    (void)munmap(page, size);
    return strstr(flags, " lo") != NULL;
}

static void the_page_is_locked_and_not_dumped(void **state)
{
    char flags[512];
    PDS_OWN(pds_secret_drop) pds_secret *s = new_secret();
    (void)state;
    mapping_flags(s, flags, sizeof flags);
    assert_non_null(strstr(flags, " dd"));
    assert_non_null(strstr(flags, " wf"));
    assert_true(strstr(flags, " lo") != NULL || !memory_can_be_locked());
}

static void a_child_does_not_inherit_it(void **state)
{
    PDS_OWN(pds_secret_drop) pds_secret *s = new_secret();
    int status = -1;
    (void)state;
    assert_int_equal(pds_secret_set(s, pds_span_text("1234"), NULL), PDS_OK);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(pds_secret_span(s).len == 0 && *pds_secret_text(s) == '\0' ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_string_equal(pds_secret_text(s), "1234");
}

static void nothing_may_be_dropped(void **state)
{
    pds_secret *none = NULL;
    (void)state;
    pds_secret_drop(NULL);
    pds_secret_drop(&none);
    assert_string_equal(pds_secret_text(NULL), "");
    assert_int_equal(pds_secret_span(NULL).len, 0);
    pds_secret_init();
    pds_secret_init();
}

static void *interrupt(void *arg)
{
    const struct timespec nap = { .tv_nsec = 200000000 };
    (void)nanosleep(&nap, NULL);
    pds_interrupt();
    return arg;
}

/* By a signal that another thread met: this one's read() goes on. */
static void a_wait_for_the_rest_can_be_interrupted(void **state)
{
    PDS_OWN(pds_secret_drop) pds_secret *s = new_secret();
    int ends[2];
    int status = -1;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "12", 2), 2);
    pid_t pid = fork(); /* the interruption stays */
    assert_true(pid >= 0);
    if (pid == 0) {
        pthread_t thread;
        (void)alarm(10);
        _exit(pthread_create(&thread, NULL, interrupt, NULL) == 0 &&
                      pds_secret_from_fd(s, ends[0], NULL) == PDS_E_INTERRUPTED
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

enum { LINES = sizeof lines / sizeof lines[0] };

int main(void)
{
    struct CMUnitTest rows[LINES];
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_fits_to_the_byte),
        cmocka_unit_test(parts_add_up),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(a_source_that_is_missing_says_so),
        cmocka_unit_test(no_more_than_the_line_is_read),
        cmocka_unit_test(a_wait_for_the_rest_can_be_interrupted),
        cmocka_unit_test(the_environment_forgets),
        cmocka_unit_test(a_shorter_secret_leaves_nothing_of_the_longer),
        cmocka_unit_test(the_page_is_locked_and_not_dumped),
        cmocka_unit_test(a_child_does_not_inherit_it),
        cmocka_unit_test(nothing_may_be_dropped),
    };
    for (size_t i = 0; i < LINES; i++) {
        rows[i] = (struct CMUnitTest){ lines[i].name, the_first_line_is_the_secret, NULL, NULL,
                                       &lines[i] };
    }
    return cmocka_run_group_tests_name("secret.line", rows, open_box, close_box) +
           cmocka_run_group_tests_name("secret", tests, open_box, close_box);
}
