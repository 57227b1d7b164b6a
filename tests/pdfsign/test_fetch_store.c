/* Answers of services that are kept in a folder. */
#include "base/base64.h"
#include "base/own.h"
#include "pdfsign/fetch_store.h"
#include "pdfsign/fetch_sweep.h"
#include "tests/base/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { HOUR = 3600, DAY = 86400 };

static const uint8_t KEY[32] = { 1, 2, 3 };
static const uint8_t OTHER[32] = { 4 };

/* ---- a folder and its answers ---- */

typedef struct bench {
    scratch files;
    char folder[128];
    pds_fetch_store *store;
} bench;

static void bench_drop(bench *b)
{
    pds_fetch_store_drop(&b->store);
    scratch_close(&b->files);
}

static void begin(bench *b)
{
    scratch_open(&b->files);
    (void)snprintf(b->folder, sizeof b->folder, "%s", scratch_path(&b->files, "answers"));
    assert_int_equal(pds_fetch_store_open(b->folder, &b->store, NULL), PDS_OK);
}

static void path_of(const bench *b, const uint8_t key[32], char out[256])
{
    PDS_OWN(pds_buf_drop) pds_buf hex = { 0 };
    pds_hex_put(&hex, pds_span_of(key, 32));
    (void)snprintf(out, 256, "%s/%s.answer", b->folder, pds_buf_cstr(&hex));
}

static void put(const bench *b, const uint8_t key[32], long fetched, long until)
{
    PDS_OWN(pds_stored_drop)
    pds_stored answer = { .fetched = time(NULL) + fetched, .until = time(NULL) + until };
    pds_buf_text(&answer.body, "an answer");
    assert_int_equal(pds_fetch_store_put(b->store, key, &answer, NULL), PDS_OK);
}

static bool has(const bench *b, const uint8_t key[32])
{
    PDS_OWN(pds_stored_drop) pds_stored answer = { .until = 0 };
    bool found = false;
    assert_int_equal(pds_fetch_store_get(b->store, key, &answer, &found, NULL), PDS_OK);
    if (found) {
        assert_string_equal(pds_buf_cstr(&answer.body), "an answer");
    } else {
        assert_int_equal(answer.body.len, 0);
    }
    return found;
}

/* ---- what becomes of a file ---- */

static void leave(const char *path)
{
    (void)path;
}

static void cut(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size - 1), 0);
}

static void empty(const char *path)
{
    assert_int_equal(truncate(path, 0), 0);
}

static void flip(const char *path, long at)
{
    FILE *f = fopen(path, "r+e");
    assert_non_null(f);
    assert_int_equal(fseek(f, at, at < 0 ? SEEK_END : SEEK_SET), 0);
    const int byte = fgetc(f);
    assert_int_equal(fseek(f, -1, SEEK_CUR), 0);
    assert_true(fputc(byte ^ 1, f) != EOF);
    assert_int_equal(fclose(f), 0);
}

static void flip_end_of_time(const char *path)
{
    flip(path, 16 + 32 + 8); /* its first byte: far away */
}

static void flip_answer(const char *path)
{
    flip(path, 16 + 32 + 16);
}

static void flip_sum(const char *path)
{
    flip(path, -1);
}

static void become_text(const char *path)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_true(fputs("my diary", f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void become_pipe(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void become_link(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
}

static void become_folder(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
}

typedef struct row {
    const char *sentence;
    void (*change)(const char *path);
    long fetched, until; /* seconds from now */
    bool found;
    bool stays; /* what stands there can't be replaced */
} row;

static const row ROWS[] = {
    { "a whole answer", leave, -HOUR, HOUR, true, false },
    { "one that is no longer good", leave, -HOUR, -1, false, false },
    { "one of a clock that is ahead", leave, HOUR, 2L * HOUR, false, false },
    { "one of the day before yesterday, good for a year", leave, -2L * DAY, 365L * DAY, false,
      false },
    { "one that lacks its last byte", cut, -HOUR, HOUR, false, false },
    { "an empty file", empty, -HOUR, HOUR, false, false },
    { "another end of its time", flip_end_of_time, -HOUR, HOUR, false, false },
    { "another answer", flip_answer, -HOUR, HOUR, false, false },
    { "another sum", flip_sum, -HOUR, HOUR, false, false },
    { "a text", become_text, -HOUR, HOUR, false, false },
    { "a pipe that nobody writes to", become_pipe, -HOUR, HOUR, false, false },
    { "a link to something else", become_link, -HOUR, HOUR, false, false },
    { "a folder", become_folder, -HOUR, HOUR, false, true },
};

static void answers_are_taken_whole_or_not_at_all(void **state)
{
    const row *const r = *state;
    PDS_OWN(bench_drop) bench b = { .store = NULL };
    char path[256];
    begin(&b);
    path_of(&b, KEY, path);
    assert_false(has(&b, KEY));
    put(&b, KEY, r->fetched, r->until);
    r->change(path);
    assert_int_equal(has(&b, KEY), r->found);
    put(&b, KEY, 0, HOUR); /* in its place */
    assert_int_equal(has(&b, KEY), !r->stays);
    assert_false(has(&b, OTHER));
}

static void the_answer_to_another_question_is_none(void **state)
{
    PDS_OWN(bench_drop) bench b = { .store = NULL };
    char from[256];
    char to[256];
    (void)state;
    begin(&b);
    put(&b, KEY, 0, HOUR);
    path_of(&b, KEY, from);
    path_of(&b, OTHER, to);
    assert_int_equal(rename(from, to), 0);
    assert_false(has(&b, OTHER));
}

static void nothing_half_done_is_left(void **state)
{
    PDS_OWN(bench_drop) bench b = { .store = NULL };
    struct stat st;
    (void)state;
    begin(&b);
    for (int i = 0; i < 3; i++) {
        put(&b, KEY, 0, HOUR);
    }
    scratch inside;
    assert_true(strlen(b.folder) < sizeof inside.folder);
    memcpy(inside.folder, b.folder, strlen(b.folder) + 1);
    assert_int_equal(scratch_count(&inside), 1);
    assert_int_equal(stat(b.folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

/* ---- folders ---- */

static void folders_of_no_use_are_told_of(void **state)
{
    PDS_OWN(bench_drop) bench b = { .store = NULL };
    static const char *const names[] = { "there/is/none", "a-file", NULL };
    (void)state;
    begin(&b);
    (void)scratch_file(&b.files, "a-file", "text");
    for (size_t i = 0; i < 3; i++) {
        PDS_OWN(pds_fetch_store_drop) pds_fetch_store *store = NULL;
        pds_err e = { .code = PDS_OK };
        const char *const path = names[i] == NULL ? "/proc" : scratch_path(&b.files, names[i]);
        assert_int_equal(pds_fetch_store_open(path, &store, &e), PDS_E_OUTPUT_FAILED);
        assert_null(store);
        assert_string_equal(e.file, path);
        assert_true(e.text[0] != '\0');
    }
}

/* A file of this name, so old. */
static void lay(const bench *b, const char *name, size_t bytes, long age)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", b->folder, name);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    for (size_t i = 0; i < bytes; i++) {
        assert_true(fputc('x', f) != EOF);
    }
    assert_int_equal(fclose(f), 0);
    const struct timespec times[2] = { { .tv_sec = time(NULL) - age },
                                       { .tv_sec = time(NULL) - age } };
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool is_there(const bench *b, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", b->folder, name);
    return access(path, F_OK) == 0;
}

#define NAME(digit)                                                                               \
    digit digit digit digit digit digit digit digit digit digit digit digit digit digit digit     \
        digit digit digit digit digit digit digit digit digit digit digit digit digit digit digit \
            digit digit ".answer"

static void the_oldest_go_first(void **state)
{
    static const pds_sweep_limits few = { .files = 4, .bytes = 1 << 20, .seconds = DAY };
    static const pds_sweep_limits small = { .files = 100, .bytes = 400, .seconds = DAY };
    static const char *const names[] = { NAME("0a"), NAME("1a"), NAME("2a"), NAME("3a"),
                                         NAME("4a") };
    const pds_sweep_limits *const all[] = { &few, &small };
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        PDS_OWN(bench_drop) bench b = { .store = NULL };
        pds_swept left;
        begin(&b);
        for (size_t i = 0; i < 5; i++) {
            lay(&b, names[i], 100, 10 * (long)(i + 1)); /* the last one is the oldest */
        }
        assert_int_equal(pds_sweep(b.folder, all[k], &left, NULL), PDS_OK);
        assert_int_equal(left.files, 3);
        assert_int_equal(left.bytes, 300);
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(is_there(&b, names[i]), i < 3);
        }
    }
}

static void only_what_is_ours_and_old_is_taken_out(void **state)
{
    static const char *const gone[] = { NAME("0a"), "." NAME("1b") ".pdfsign-Ab12Cd" };
    static const char *const stay[] = { "diary.txt", "x.answer", "." NAME("1b"), NAME("0A"),
                                        NAME("2c") ".bak" };
    PDS_OWN(bench_drop) bench b = { .store = NULL };
    PDS_OWN(pds_fetch_store_drop) pds_fetch_store *again = NULL;
    (void)state;
    begin(&b);
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        lay(&b, gone[i], 10, 2L * DAY);
    }
    for (size_t i = 0; i < sizeof stay / sizeof stay[0]; i++) {
        lay(&b, stay[i], 10, 2L * DAY);
    }
    lay(&b, NAME("3d"), 10, HOUR);
    assert_int_equal(pds_fetch_store_open(b.folder, &again, NULL), PDS_OK);
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        assert_false(is_there(&b, gone[i]));
    }
    for (size_t i = 0; i < sizeof stay / sizeof stay[0]; i++) {
        assert_true(is_there(&b, stay[i]));
    }
    assert_true(is_there(&b, NAME("3d")));
}

/* ---- many at the same time ---- */

enum { WRITERS = 4, ROUNDS = 150, SIZE = 20000 };

/* Each answer is one letter many times. */
static void write_often(const char *folder, int number)
{
    pds_fetch_store *store = NULL;
    if (pds_fetch_store_open(folder, &store, NULL) != PDS_OK) {
        _exit(1);
    }
    for (int i = 0; i < ROUNDS; i++) {
        pds_stored answer = { .fetched = time(NULL), .until = time(NULL) + HOUR };
        pds_buf_fill(&answer.body, (uint8_t)('a' + number), SIZE + (size_t)number);
        if (pds_fetch_store_put(store, KEY, &answer, NULL) != PDS_OK) {
            _exit(1);
        }
        pds_stored_drop(&answer);
    }
    _exit(0);
}

static bool is_whole(pds_span body)
{
    const size_t number = body.len - SIZE;
    for (size_t i = 0; i < body.len; i++) {
        if (body.ptr[i] != 'a' + number) {
            return false;
        }
    }
    return number < WRITERS;
}

static void processes_share_a_folder(void **state)
{
    PDS_OWN(bench_drop) bench b = { .store = NULL };
    pid_t children[WRITERS];
    size_t seen = 0;
    (void)state;
    begin(&b);
    for (int i = 0; i < WRITERS; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            write_often(b.folder, i);
        }
    }
    for (int left = WRITERS; left > 0;) {
        PDS_OWN(pds_stored_drop) pds_stored answer = { .until = 0 };
        bool found = false;
        int status = 0;
        assert_int_equal(pds_fetch_store_get(b.store, KEY, &answer, &found, NULL), PDS_OK);
        assert_true(!found || is_whole(pds_buf_span(&answer.body)));
        seen += found ? 1 : 0;
        if (waitpid(-1, &status, WNOHANG) > 0) {
            assert_int_equal(status, 0);
            left--;
        }
    }
    assert_true(seen > 0);
}

int main(void)
{
    enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(the_answer_to_another_question_is_none),
        cmocka_unit_test(nothing_half_done_is_left),
        cmocka_unit_test(folders_of_no_use_are_told_of),
        cmocka_unit_test(the_oldest_go_first),
        cmocka_unit_test(only_what_is_ours_and_old_is_taken_out),
        cmocka_unit_test(processes_share_a_folder),
    };
    struct CMUnitTest tests[ROW_COUNT + sizeof others / sizeof others[0]];
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tests[i] = (struct CMUnitTest){ ROWS[i].sentence, answers_are_taken_whole_or_not_at_all,
                                        NULL, NULL, (void *)(uintptr_t)&ROWS[i] };
    }
    memcpy(tests + ROW_COUNT, others, sizeof others);
    return cmocka_run_group_tests_name("answers in a folder", tests, NULL, NULL);
}
