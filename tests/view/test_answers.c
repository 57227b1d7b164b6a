/* Whatever a page reader answers, or doesn't: an error of that file, in time, and nothing is left.
 */
#include "base/own.h"
#include "tests/view/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 1500, TOO_LONG_S = 20 };

static time_t now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static const char *const TEXTS[] = {
    "nothing",    "little",         "too much",    "length lies", "hurry",
    "no pages",   "too many pages", "count twice", "nowhere",     "far away",
    "inside out", "behind the end", "disorder",    "page zero",   "without end",
    "babble",     "mumble",         "ramble",      "unasked",     "go on",
    "linger",     "fail oddly",     "die",         "hang",        "hang in pages",
};

static void words(void **state)
{
    PDS_OWN(pds_reader_drop) pds_reader *reader = NULL;
    PDS_OWN(pds_fd_close) int fd = pds_file_unnamed("/tmp");
    pds_view view = { .fd = fd };
    (void)state;
    assert_int_equal(pds_reader_new_with(FAKE_PROGRAM, PATIENCE_MS, &reader, NULL), PDS_OK);
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        pds_finds finds;
        pds_err e = { 0 };
        time_t began = now();
        print_message("%s\n", TEXTS[i]);
        assert_int_equal(pds_reader_find(reader, &view, TEXTS[i], &finds, &e), PDS_E_READER_FAILED);
        assert_true(e.text[0] != '\0');
        assert_null(finds.items);
        assert_true(now() - began < TOO_LONG_S);
    }
}

static pds_code count(void *ctx, uint32_t page, pds_span png, pds_err *e)
{
    size_t *pictures = ctx;
    (void)page;
    (void)png;
    (void)e;
    ++*pictures;
    return PDS_OK;
}

static void pictures(void **state)
{
    static const struct {
        const char *what;
        size_t seen;
        pds_code code;
    } rows[] = {
        { "parts of no picture", 0, PDS_E_READER_FAILED },
        { "a picture that is none", 0, PDS_E_READER_FAILED },
        { "fewer pictures than pages", 1, PDS_E_READER_FAILED },
        { "the second page first", 0, PDS_E_READER_FAILED },
        { "a picture without end", 0, PDS_E_LIMIT },
        { "a text instead", 0, PDS_E_READER_FAILED },
    };
    PDS_OWN(pds_reader_drop) pds_reader *reader = NULL;
    PDS_OWN(pds_fd_close) int fd = pds_file_unnamed("/tmp");
    pds_view view = { .fd = fd };
    (void)state;
    assert_int_equal(pds_reader_new_with(FAKE_PROGRAM, PATIENCE_MS, &reader, NULL), PDS_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t seen = 0;
        print_message("%s\n", rows[i].what);
        assert_int_equal(pds_reader_pictures(reader, &view, 100 + (double)i, count, &seen, NULL),
                         rows[i].code);
        assert_int_equal(seen, rows[i].seen);
    }
}

/* The fake under another name, which tells it how to start. */
static void starts(void **state)
{
    static const struct {
        const char *name;
        pds_code code;
    } rows[] = {
        { "fake-silent", PDS_E_READER_FAILED },
        { "fake-gone", PDS_E_READER_FAILED },
        { "fake-unloaded", PDS_E_LIBRARY_MISSING },
        { "fake-other", PDS_E_READER_FAILED },
    };
    char folder[] = FAKE_PROGRAM "-XXXXXX"; /* in the same file system, for link() */
    (void)state;
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PDS_OWN(pds_reader_drop) pds_reader *reader = NULL;
        PDS_OWN(pds_fd_close) int fd = pds_file_unnamed("/tmp");
        pds_view view = { .fd = fd };
        pds_finds finds;
        pds_err e = { 0 };
        char path[4096];
        print_message("%s\n", rows[i].name);
        (void)snprintf(path, sizeof path, "%s/%s", folder, rows[i].name);
        assert_int_equal(link(FAKE_PROGRAM, path), 0);
        assert_int_equal(pds_reader_new_with(path, PATIENCE_MS, &reader, &e), PDS_OK);
        assert_int_equal(pds_reader_find(reader, &view, "a", &finds, &e), rows[i].code);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
}

static int check_nothing_left(void **state)
{
    return scene_has_children() || scene_open_files() != (size_t)(uintptr_t)*state ? -1 : 0;
}

static int count_files(void **state)
{
    *state = (void *)(uintptr_t)scene_open_files();
    return 0;
}

#define CLEAN_TEST(f) cmocka_unit_test_setup_teardown(f, count_files, check_nothing_left)

int main(void)
{
    const struct CMUnitTest tests[] = { CLEAN_TEST(words), CLEAN_TEST(pictures),
                                        CLEAN_TEST(starts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
