#include "base/file.h"
#include "base/interrupt.h"
#include "base/own.h"
#include "tests/base/scratch.h"

#include <pds/sign.h>

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
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

static void any_part_can_be_read(void **state)
{
    PDS_OWN(pds_file_close) pds_file f = PDS_FILE_NONE;
    const char *path = scratch_file(&box, "in", "0123456789");
    char bytes[11] = "";
    (void)state;
    assert_int_equal(pds_file_open(path, &f, NULL), PDS_OK);
    assert_int_equal(f.size, 10);
    assert_ptr_equal(f.path, path);
    assert_int_equal(pds_file_read(&f, 3, bytes, 4, NULL), PDS_OK);
    assert_string_equal(bytes, "3456");
    assert_int_equal(pds_file_read(&f, 0, bytes, 10, NULL), PDS_OK);
    assert_string_equal(bytes, "0123456789");
    assert_int_equal(pds_file_read(&f, 10, bytes, 0, NULL), PDS_OK);
    assert_int_equal(fcntl(f.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

/* Every part of "0123" and "456789", wherever it begins and ends. */
static void a_tail_is_read_as_if_it_were_in_the_file(void **state)
{
    static const char all[] = "0123456789";
    PDS_OWN(pds_file_close) pds_file f = PDS_FILE_NONE;
    char bytes[11];
    pds_err e;
    (void)state;
    assert_int_equal(pds_file_open(scratch_file(&box, "in", "0123"), &f, NULL), PDS_OK);
    pds_file longer = pds_file_with_tail(&f, pds_span_text("456789"));
    assert_int_equal(longer.size, 10);
    for (size_t at = 0; at <= 10; at++) {
        for (size_t n = 0; n <= 10 - at; n++) {
            assert_int_equal(pds_file_read(&longer, at, bytes, n, NULL), PDS_OK);
            assert_memory_equal(bytes, all + at, n);
        }
        assert_int_equal(pds_file_read(&longer, at, bytes, 11 - at, &e), PDS_E_INPUT_CHANGED);
    }
    assert_int_equal(pds_file_read(&longer, 11, bytes, 1, &e), PDS_E_INPUT_CHANGED);
    assert_int_equal(pds_file_read(&longer, INT64_MAX, bytes, 1, &e), PDS_E_INPUT_CHANGED);
    assert_int_equal(pds_file_unchanged(&longer, NULL), PDS_OK);
    longer = pds_file_with_tail(&longer, pds_span_text("x"));
    assert_int_equal(longer.size, 5);
    assert_int_equal(pds_file_read(&longer, 3, bytes, 2, NULL), PDS_OK);
    assert_memory_equal(bytes, "3x", 2);
}

static void a_copy_has_the_tail_too(void **state)
{
    PDS_OWN(pds_file_close) pds_file f = PDS_FILE_NONE;
    PDS_OWN(pds_fd_close) int copy = -1;
    char bytes[8] = "";
    (void)state;
    assert_int_equal(pds_file_open(scratch_file(&box, "in", "0123"), &f, NULL), PDS_OK);
    pds_file longer = pds_file_with_tail(&f, pds_span_text("45"));
    assert_int_equal(pds_file_copy(&longer, &copy, NULL), PDS_OK);
    assert_int_equal(pread(copy, bytes, sizeof bytes, 0), 6);
    assert_string_equal(bytes, "012345");
}

static void nothing_can_be_read_behind_the_end(void **state)
{
    PDS_OWN(pds_file_close) pds_file f = PDS_FILE_NONE;
    char bytes[11];
    pds_err e;
    (void)state;
    assert_int_equal(pds_file_open(scratch_file(&box, "in", "0123456789"), &f, NULL), PDS_OK);
    assert_int_equal(pds_file_read(&f, 0, bytes, 11, &e), PDS_E_INPUT_CHANGED);
    assert_int_equal(e.offset, 10);
    assert_string_equal(e.file, f.path);
    assert_int_equal(pds_file_read(&f, 11, bytes, 1, &e), PDS_E_INPUT_CHANGED);
    assert_int_equal(pds_file_read(&f, UINT64_MAX, bytes, 1, &e), PDS_E_INPUT_CHANGED);
    assert_int_equal(pds_file_read(&f, INT64_MAX, bytes, 1, &e), PDS_E_INPUT_CHANGED);
}

static void large_files_are_large(void **state)
{
    PDS_OWN(pds_file_close) pds_file f = PDS_FILE_NONE;
    const char *path = scratch_file(&box, "in", "");
    const int64_t size = INT64_C(5) << 30;
    char byte = 'x';
    (void)state;
    assert_int_equal(truncate(path, size), 0);
    assert_int_equal(pds_file_open(path, &f, NULL), PDS_OK);
    assert_int_equal(f.size, size);
    assert_int_equal(pds_file_read(&f, (uint64_t)size - 1, &byte, 1, NULL), PDS_OK);
    assert_int_equal(byte, 0);
}

typedef struct refusal {
    const char *name;
    void (*make)(const char *path);
    const char *text;
} refusal;

static void make_nothing(const char *path)
{
    (void)path;
}

static void make_folder(const char *path)
{
    assert_int_equal(mkdir(path, 0700), 0);
}

static void make_socket(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(fd);
}

static void make_link_to_null(const char *path)
{
    assert_int_equal(symlink("/dev/null", path), 0);
}

static void make_loop(const char *path)
{
    assert_int_equal(symlink(path, path), 0);
}

static refusal refusals[] = {
    { "a file that is missing", make_nothing, "No such file" },
    { "a folder", make_folder, "is a folder" },
    { "a socket", make_socket, "cannot be read" },
    { "a device", make_link_to_null, "is a device" },
    { "a loop of links", make_loop, "symbolic links" },
};

static void no_other_kind_is_read(void **state)
{
    const refusal *r = *state;
    PDS_OWN(pds_file_close) pds_file f = PDS_FILE_NONE;
    PDS_OWN(pds_buf_drop) pds_buf b = { 0 };
    const char *path = scratch_path(&box, "odd");
    pds_err e;
    r->make(path);
    assert_int_equal(pds_file_open(path, &f, &e), PDS_E_INPUT_UNREADABLE);
    assert_int_equal(f.fd, -1);
    assert_non_null(strstr(e.text, r->text));
    assert_string_equal(e.file, path);
    assert_int_equal(pds_file_slurp(path, 100, &b, &e), PDS_E_INPUT_UNREADABLE);
    (void)remove(path);
}

static void a_change_is_noticed(void **state)
{
    PDS_OWN(pds_file_close) pds_file f = PDS_FILE_NONE;
    const struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
    const char *path = scratch_file(&box, "in", "0123456789");
    char bytes[10];
    (void)state;
    assert_int_equal(pds_file_open(path, &f, NULL), PDS_OK);
    assert_int_equal(pds_file_unchanged(&f, NULL), PDS_OK);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0); /* as writing would */
    assert_int_equal(pds_file_unchanged(&f, NULL), PDS_E_INPUT_CHANGED);
    pds_file_close(&f);
    assert_int_equal(pds_file_open(path, &f, NULL), PDS_OK);
    assert_int_equal(truncate(path, 4), 0);
    assert_int_equal(pds_file_unchanged(&f, NULL), PDS_E_INPUT_CHANGED);
    assert_int_equal(pds_file_read(&f, 0, bytes, 10, NULL), PDS_E_INPUT_CHANGED);
}

enum { MUCH = 300000 };

static void *write_much(void *path)
{
    FILE *f = fopen(path, "w");
    for (int i = 0; f != NULL && i < MUCH; i++) {
        (void)fputc('a' + i % 26, f);
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    return NULL;
}

/* The writer comes only after the reader: neither end may take the absence for an end. */
static void *write_much_later(void *path)
{
    static const struct timespec pause = { .tv_nsec = 50000000 };
    (void)nanosleep(&pause, NULL);
    return write_much(path);
}

static void a_fifo_is_read_to_its_end(void **state)
{
    static void *(*const writers[])(void *) = { write_much, write_much_later };
    const char *path = scratch_path(&box, "fifo");
    char fifo[128];
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    (void)snprintf(fifo, sizeof fifo, "%s", path);
    for (size_t i = 0; i < 2; i++) {
        PDS_OWN(pds_file_close) pds_file f = PDS_FILE_NONE;
        pthread_t writer;
        char last = 0;
        assert_int_equal(pthread_create(&writer, NULL, writers[i], fifo), 0);
        assert_int_equal(pds_file_open(path, &f, NULL), PDS_OK);
        assert_int_equal(pthread_join(writer, NULL), 0);
        assert_int_equal(f.size, MUCH);
        assert_int_equal(pds_file_read(&f, MUCH - 1, &last, 1, NULL), PDS_OK);
        assert_int_equal(last, 'a' + (MUCH - 1) % 26);
        assert_int_equal(pds_file_unchanged(&f, NULL), PDS_OK);
        assert_int_equal(f.identity.st_nlink, 0); /* the copy never had a name */
    }
}

/* Puts fd in the place of standard input; what stood there comes back through give_back_stdin. */
static int take_stdin(int fd)
{
    int saved = dup(STDIN_FILENO);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    (void)close(fd);
    return saved;
}

static void give_back_stdin(int saved)
{
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    (void)close(saved);
}

static void standard_input_may_be_a_file(void **state)
{
    PDS_OWN(pds_file_close) pds_file f = PDS_FILE_NONE;
    int fd = open(scratch_file(&box, "in", "0123456789"), O_RDONLY);
    ino_t inode;
    struct stat st;
    (void)state;
    assert_int_equal(fstat(fd, &st), 0);
    inode = st.st_ino;
    int saved = take_stdin(fd);
    assert_int_equal(pds_file_open("-", &f, NULL), PDS_OK);
    assert_int_equal(f.identity.st_ino, inode); /* itself, not a copy */
    pds_file_close(&f);
    assert_int_equal(lseek(STDIN_FILENO, 4, SEEK_SET), 4); /* somebody has read from it */
    assert_int_equal(pds_file_open("-", &f, NULL), PDS_OK);
    assert_int_equal(f.size, 6);
    give_back_stdin(saved);
}

static void standard_input_may_be_a_pipe(void **state)
{
    PDS_OWN(pds_file_close) pds_file f = PDS_FILE_NONE;
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    (void)close(ends[1]);
    int saved = take_stdin(ends[0]);
    assert_int_equal(pds_file_open("-", &f, NULL), PDS_OK);
    give_back_stdin(saved);
    assert_int_equal(f.size, 3);
    assert_string_equal(f.path, "-");
}

static void a_copy_needs_a_place(void **state)
{
    PDS_OWN(pds_file_close) pds_file f = PDS_FILE_NONE;
    int ends[2];
    pds_err e;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    (void)close(ends[1]);
    assert_int_equal(setenv("TMPDIR", "/nonexistent", 1), 0);
    int saved = take_stdin(ends[0]);
    assert_int_equal(pds_file_open("-", &f, &e), PDS_E_INPUT_UNREADABLE);
    give_back_stdin(saved);
    assert_int_equal(unsetenv("TMPDIR"), 0);
    assert_non_null(strstr(e.text, "/nonexistent"));
    assert_non_null(strstr(e.hint, "TMPDIR"));
}

typedef struct slurp_row {
    const char *name;
    const char *text;
    size_t max, buf_max;
    pds_code code;
} slurp_row;

static slurp_row slurps[] = {
    { "an empty file", "", 10, 0, PDS_OK },
    { "as long as allowed", "0123456789", 10, 0, PDS_OK },
    { "one byte too long", "0123456789x", 10, 0, PDS_E_LIMIT },
    { "a buffer of that very size", "0123456789", 100, 12, PDS_OK },
    { "a buffer too small by a byte", "0123456789", 100, 11, PDS_E_LIMIT },
};

static void slurp_takes_it_whole_or_not(void **state)
{
    const slurp_row *r = *state;
    PDS_OWN(pds_buf_drop) pds_buf b = { .max = r->buf_max };
    pds_err e;
    pds_buf_text(&b, "->");
    const char *path = scratch_file(&box, "small", r->text);
    assert_int_equal(pds_file_slurp(path, r->max, &b, &e), r->code);
    if (r->code != PDS_OK) {
        assert_string_equal(e.file, path);
        assert_true(pds_span_is(pds_buf_span(&b), "->"));
        return;
    }
    assert_string_equal(pds_buf_cstr(&b) + 2, r->text);
}

static void slurp_reads_what_has_no_size(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf b = { 0 };
    (void)state;
    assert_int_equal(pds_file_slurp("/proc/self/status", 65536, &b, NULL), PDS_OK);
    assert_non_null(strstr(pds_buf_cstr(&b), "Name:"));
}

static void on_alarm(int number)
{
    (void)number;
    pds_interrupt();
}

static void a_wait_for_a_fifo_can_be_interrupted(void **state)
{
    const char *path = scratch_path(&box, "silent");
    int status = -1;
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    pid_t pid = fork(); /* the interruption stays */
    if (pid == 0) {
        pds_file f = PDS_FILE_NONE;
        struct sigaction act = { 0 };
        act.sa_handler = on_alarm;
        (void)sigaction(SIGALRM, &act, NULL);
        const struct itimerval soon = { .it_value = { .tv_usec = 20000 } };
        (void)setitimer(ITIMER_REAL, &soon, NULL);
        _exit(pds_file_open(path, &f, NULL) == PDS_E_INTERRUPTED && pds_interrupted() ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

enum {
    REFUSALS = sizeof refusals / sizeof refusals[0],
    SLURPS = sizeof slurps / sizeof slurps[0],
};

int main(void)
{
    struct CMUnitTest refusal_tests[REFUSALS];
    struct CMUnitTest slurp_tests[SLURPS];
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_part_can_be_read),
        cmocka_unit_test(a_tail_is_read_as_if_it_were_in_the_file),
        cmocka_unit_test(a_copy_has_the_tail_too),
        cmocka_unit_test(nothing_can_be_read_behind_the_end),
        cmocka_unit_test(large_files_are_large),
        cmocka_unit_test(a_change_is_noticed),
        cmocka_unit_test(a_fifo_is_read_to_its_end),
        cmocka_unit_test(standard_input_may_be_a_file),
        cmocka_unit_test(standard_input_may_be_a_pipe),
        cmocka_unit_test(a_copy_needs_a_place),
        cmocka_unit_test(slurp_reads_what_has_no_size),
        cmocka_unit_test(a_wait_for_a_fifo_can_be_interrupted),
    };
    for (size_t i = 0; i < REFUSALS; i++) {
        refusal_tests[i] = (struct CMUnitTest){ refusals[i].name, no_other_kind_is_read, NULL, NULL,
                                                &refusals[i] };
    }
    for (size_t i = 0; i < SLURPS; i++) {
        slurp_tests[i] = (struct CMUnitTest){ slurps[i].name, slurp_takes_it_whole_or_not, NULL,
                                              NULL, &slurps[i] };
    }
    return cmocka_run_group_tests_name("file.kind", refusal_tests, open_box, close_box) +
           cmocka_run_group_tests_name("file.slurp", slurp_tests, open_box, close_box) +
           cmocka_run_group_tests_name("file", tests, open_box, close_box);
}
