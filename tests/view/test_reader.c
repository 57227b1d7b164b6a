/* The client with the real helper: words, pictures, threads, deaths, and nothing left behind. */
#include "base/own.h"
#include "tests/view/scene.h"
#include "view/protocol.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/wait.h>

#include <cmocka.h>

static void ok_at(pds_code code, const pds_err *e, int line)
{
    if (code != PDS_OK) {
        fail_msg("line %d: %s: %s", line, pds_code_name(code), e->text);
    }
}
#define OK(call) ok_at((call), &e, __LINE__)

enum { PATIENCE_MS = 60000 };

static pds_reader *new_reader(void)
{
    pds_reader *reader = NULL;
    pds_err e = { 0 };

    OK(pds_reader_new_with(VIEW_PROGRAM, PATIENCE_MS, &reader, &e));
    return reader;
}

static void finds_in_order(void **state)
{
    PDS_OWN(pds_reader_drop) pds_reader *reader = new_reader();
    PDS_OWN(pds_fd_close) int fd = scene_pdf(3);
    pds_view view = { .fd = fd };
    pds_finds finds;
    pds_err e = { 0 };
    (void)state;
    OK(pds_reader_find(reader, &view, "Sealhere", &finds, &e));
    assert_int_equal(finds.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        const pds_found *f = &finds.items[i];
        assert_int_equal(f->page, i + 1);
        assert_true(f->box[0] > 18 && f->box[0] < 22 && f->box[1] > 52 && f->box[1] < 60);
        assert_true(f->box[2] > 68 && f->box[2] < 80 && f->box[3] > 66 && f->box[3] < 76);
    }
    assert_string_equal(finds.nearest, "");
    pds_finds_drop(&finds);
    OK(pds_reader_find(reader, &view, "Seal there", &finds, &e));
    assert_int_equal(finds.count, 0);
    assert_string_equal(finds.nearest, "Seal here");
    pds_finds_drop(&finds);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), lseek(fd, 0, SEEK_END)); /* where writing left it */
}

static void words_that_are_none(void **state)
{
    static const char *const texts[] = { "", "\xC3", "\xED\xA0\x80" };
    PDS_OWN(pds_reader_drop) pds_reader *reader = new_reader();
    PDS_OWN(pds_fd_close) int fd = scene_pdf(1);
    pds_view view = { .fd = fd };
    char text[PDS_VIEW_TEXT_MAX + 2];
    pds_finds finds;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(pds_reader_find(reader, &view, texts[i], &finds, NULL), PDS_E_USAGE);
    }
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_int_equal(pds_reader_find(reader, &view, text, &finds, NULL), PDS_E_USAGE);
    text[sizeof text - 2] = '\0';
    assert_int_equal(pds_reader_find(reader, &view, text, &finds, NULL), PDS_OK);
    pds_finds_drop(&finds);
    assert_int_equal(pds_reader_find(reader, &view, " ", &finds, NULL), PDS_E_READER_FAILED);
}

/* What is no PDF is that file's error; the helper stays. */
static void files_that_are_none(void **state)
{
    PDS_OWN(pds_reader_drop) pds_reader *reader = new_reader();
    PDS_OWN(pds_fd_close) int fd = scene_pdf(1);
    PDS_OWN(pds_fd_close) int empty = pds_file_unnamed("/tmp");
    pds_view good = { .fd = fd };
    pds_view bad = { .fd = empty };
    pds_finds finds;
    (void)state;
    assert_int_equal(pds_reader_find(reader, &good, "Seal", &finds, NULL), PDS_OK);
    pds_finds_drop(&finds);
    int before = scene_child();
    assert_int_equal(pds_reader_find(reader, &bad, "Seal", &finds, NULL), PDS_E_READER_FAILED);
    assert_int_equal(pds_reader_find(reader, &good, "Seal", &finds, NULL), PDS_OK);
    pds_finds_drop(&finds);
    assert_int_equal(scene_child(), before);
    assert_int_equal(pds_reader_find(reader, &(pds_view){ .fd = 9999 }, "Seal", &finds, NULL),
                     PDS_E_READER_FAILED);
}

typedef struct album {
    uint32_t pages;
    uint32_t stop_at; /* 0: never */
    uint32_t width, height;
} album;

static pds_code look(void *ctx, uint32_t page, pds_span png, pds_err *e)
{
    album *a = ctx;
    assert_int_equal(page, a->pages + 1);
    assert_true(png.len > 100 && memcmp(png.ptr + 12, "IHDR", 4) == 0);
    a->width = (uint32_t)png.ptr[18] << 8 | png.ptr[19];
    a->height = (uint32_t)png.ptr[22] << 8 | png.ptr[23];
    a->pages = page;
    if (page == a->stop_at) {
        PDS_FAIL(e, PDS_E_OUTPUT_FAILED, "no room");
    }
    return PDS_OK;
}

static void draws_pages(void **state)
{
    PDS_OWN(pds_reader_drop) pds_reader *reader = new_reader();
    PDS_OWN(pds_fd_close) int fd = scene_pdf(4);
    pds_view view = { .fd = fd };
    album all = { .pages = 0 };
    album some = { .stop_at = 2 };
    pds_err e = { 0 };
    (void)state;
    OK(pds_reader_pictures(reader, &view, 144, look, &all, &e));
    assert_int_equal(all.pages, 4);
    assert_int_equal(all.width, 400);
    assert_int_equal(all.height, 300);
    assert_int_equal(pds_reader_pictures(reader, &view, 72, look, &some, &e), PDS_E_OUTPUT_FAILED);
    assert_int_equal(some.pages, 2);
    assert_int_equal(pds_reader_pictures(reader, &view, 9, look, &all, &e), PDS_E_USAGE);
    assert_int_equal(pds_reader_pictures(reader, &view, 601, look, &all, &e), PDS_E_USAGE);
}

/* Somebody kills the helper between two files: the next gets another. */
static void a_dead_helper_is_replaced(void **state)
{
    PDS_OWN(pds_reader_drop) pds_reader *reader = new_reader();
    PDS_OWN(pds_fd_close) int fd = scene_pdf(1);
    pds_view view = { .fd = fd };
    (void)state;
    for (int i = 0; i < 3; i++) {
        pds_finds finds;
        pds_err e = { 0 };
        OK(pds_reader_find(reader, &view, "Seal", &finds, &e));
        assert_int_equal(finds.count, 1);
        pds_finds_drop(&finds);
        int pid = scene_child();
        siginfo_t dead;
        assert_true(pid > 0);
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitid(P_PID, (id_t)pid, &dead, WEXITED | WNOWAIT), 0);
    }
}

static void a_missing_program_is_named(void **state)
{
    PDS_OWN(pds_reader_drop) pds_reader *reader = NULL;
    PDS_OWN(pds_fd_close) int fd = scene_pdf(1);
    pds_view view = { .fd = fd };
    pds_finds finds;
    pds_err e = { 0 };
    (void)state;
    OK(pds_reader_new_with("/nowhere/pdfsign-view", PATIENCE_MS, &reader, &e));
    assert_int_equal(pds_reader_find(reader, &view, "Seal", &finds, &e), PDS_E_LIBRARY_MISSING);
    assert_non_null(strstr(e.text, "/nowhere/pdfsign-view"));
}

typedef struct crowd {
    pds_reader *reader;
    int fd;
} crowd;

static void *find_often(void *ctx)
{
    const crowd *c = ctx;
    pds_view view = { .fd = c->fd };
    for (int i = 0; i < 5; i++) {
        pds_finds finds;
        pds_err e = { 0 };
        if (pds_reader_find(c->reader, &view, "Seal", &finds, &e) != PDS_OK || finds.count != 20) {
            return ctx;
        }
        pds_finds_drop(&finds);
    }
    return NULL;
}

static void threads_do_not_meet(void **state)
{
    PDS_OWN(pds_reader_drop) pds_reader *reader = new_reader();
    PDS_OWN(pds_fd_close) int fd = scene_pdf(20);
    crowd c = { .reader = reader, .fd = fd };
    pthread_t threads[4];
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, find_often, &c), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
}

static int check_nothing_left(void **state)
{
    (void)state;
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
    const struct CMUnitTest tests[] = {
        CLEAN_TEST(finds_in_order),
        CLEAN_TEST(words_that_are_none),
        CLEAN_TEST(files_that_are_none),
        CLEAN_TEST(draws_pages),
        CLEAN_TEST(a_dead_helper_is_replaced),
        CLEAN_TEST(a_missing_program_is_named),
        CLEAN_TEST(threads_do_not_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
