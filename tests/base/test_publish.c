#include "base/own.h"
#include "base/publish.h"
#include "tests/base/scratch.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

static const char OLD[] = "old bytes";
static const char INPUT[] = "input bytes";
static const char NEW[] = "new bytes, more of them";

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

/* What stands at the output's path before; "in.pdf" is the input. */

static void nothing(const char *path)
{
    (void)path;
}

static void file(const char *path)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    (void)fputs(OLD, f);
    (void)fclose(f);
}

static void folder(const char *path)
{
    assert_int_equal(mkdir(path, 0700), 0);
}

static void link_to_input(const char *path)
{
    assert_int_equal(symlink("in.pdf", path), 0);
}

static void link_to_nothing(const char *path)
{
    assert_int_equal(symlink("nowhere", path), 0);
}

static void hard_link_of_input(const char *path)
{
    assert_int_equal(link(scratch_path(&box, "in.pdf"), path), 0);
}

static void unix_socket(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(fd);
}

typedef struct row {
    const char *name;
    void (*before)(const char *path); /* makes "out.pdf" */
    const char *path;                 /* of the output, in the box; else absolute */
    enum { NEW_ONLY, OVERWRITE, IN_PLACE } mode;
    pds_code code;
} row;

static row rows[] = {
    { "a new file", nothing, "out.pdf", NEW_ONLY, PDS_OK },
    { "a new file where one might have been", nothing, "out.pdf", OVERWRITE, PDS_OK },
    { "a file that exists stays", file, "out.pdf", NEW_ONLY, PDS_E_OUTPUT_EXISTS },
    { "a file that exists is replaced", file, "out.pdf", OVERWRITE, PDS_OK },
    { "a link to the input is refused", link_to_input, "out.pdf", NEW_ONLY, PDS_E_OUTPUT_REFUSED },
    { "a link to the input is refused, overwriting", link_to_input, "out.pdf", OVERWRITE,
      PDS_E_OUTPUT_REFUSED },
    { "a link to nothing is refused", link_to_nothing, "out.pdf", NEW_ONLY, PDS_E_OUTPUT_REFUSED },
    { "a link to nothing is refused, overwriting", link_to_nothing, "out.pdf", OVERWRITE,
      PDS_E_OUTPUT_REFUSED },
    { "a folder is refused", folder, "out.pdf", OVERWRITE, PDS_E_OUTPUT_REFUSED },
    { "a name that ends with a slash is a folder", nothing, "out.pdf/", OVERWRITE,
      PDS_E_OUTPUT_REFUSED },
    { "the folder itself is refused", nothing, ".", OVERWRITE, PDS_E_OUTPUT_REFUSED },
    { "a socket is refused", unix_socket, "out.pdf", OVERWRITE, PDS_E_OUTPUT_REFUSED },
    { "a device is refused", nothing, "/dev/null", OVERWRITE, PDS_E_OUTPUT_REFUSED },
    { "the input itself", nothing, "in.pdf", NEW_ONLY, PDS_E_USAGE },
    { "the input itself, overwriting", nothing, "in.pdf", OVERWRITE, PDS_E_USAGE },
    { "the input itself, in place", nothing, "in.pdf", IN_PLACE, PDS_OK },
    { "the input by another path", folder, "out.pdf/../in.pdf", NEW_ONLY, PDS_E_USAGE },
    { "the input by another path, overwriting", folder, "out.pdf/../in.pdf", OVERWRITE,
      PDS_E_USAGE },
    { "the input by another path, in place", folder, "out.pdf/../in.pdf", IN_PLACE, PDS_OK },
    { "the input by a hard link", hard_link_of_input, "out.pdf", NEW_ONLY, PDS_E_USAGE },
    { "the input by a hard link, overwriting", hard_link_of_input, "out.pdf", OVERWRITE,
      PDS_E_USAGE },
    { "the input by a hard link, in place", hard_link_of_input, "out.pdf", IN_PLACE, PDS_OK },
    { "a folder that is missing", nothing, "none/out.pdf", NEW_ONLY, PDS_E_OUTPUT_FAILED },
    { "a file in the folder's place", file, "out.pdf/out.pdf", OVERWRITE, PDS_E_OUTPUT_FAILED },
};

static const char *path_of(const row *r)
{
    return r->path[0] == '/' ? r->path : scratch_path(&box, r->path);
}

/* Opens, writes and commits; the first fault. */
static pds_code publish(const pds_output *output, const pds_file *input, pds_err *e)
{
    PDS_OWN(pds_publish_drop) pds_publish *p = NULL;
    PDS_TRY(pds_publish_open(output, input, &p, e));
    PDS_TRY(pds_publish_write(p, pds_span_of(NEW, 4), e));
    PDS_TRY(pds_publish_write(p, pds_span_text(NEW + 4), e));
    return pds_publish_commit(p, e);
}

static void check_done(const row *r, const pds_output *output, ino_t input)
{
    struct stat st;
    assert_string_equal(scratch_read(output->path), NEW);
    assert_int_equal(lstat(output->path, &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0640); /* as the input's */
    assert_int_equal(st.st_nlink, 1);
    assert_int_not_equal(st.st_ino, input);
    if (strcmp(r->path, "out.pdf") == 0) {
        assert_string_equal(scratch_read(scratch_path(&box, "in.pdf")), INPUT);
    }
    assert_int_equal(pds_outputs_sync(&output->path, 1, NULL), PDS_OK);
}

static void try_row(const row *r, pds_durability durability)
{
    PDS_OWN(pds_file_close) pds_file input = PDS_FILE_NONE;
    pds_output output = { .overwrite = r->mode == OVERWRITE,
                          .in_place = r->mode == IN_PLACE,
                          .durability = durability };
    pds_err e = { 0 };
    const char *in = scratch_file(&box, "in.pdf", INPUT);
    r->before(scratch_path(&box, "out.pdf"));
    assert_int_equal(chmod(in, 0640), 0);
    output.path = path_of(r);
    assert_int_equal(pds_file_open(in, &input, NULL), PDS_OK);
    size_t names = scratch_count(&box);
    assert_int_equal(pds_publish_check(&output, &input, &e), r->code);
    assert_int_equal(scratch_count(&box), names);
    mode_t mask = umask(077); /* the input's mode counts, not this */
    assert_int_equal(publish(&output, &input, &e), r->code);
    (void)umask(mask);
    if (r->code == PDS_OK) {
        check_done(r, &output, input.identity.st_ino);
        names += r->before == nothing && strcmp(r->path, "out.pdf") == 0 ? 1 : 0;
    } else {
        assert_string_equal(e.file, output.path);
        assert_string_equal(scratch_read(scratch_path(&box, "in.pdf")), INPUT);
        if (r->before == file) {
            assert_string_equal(scratch_read(scratch_path(&box, "out.pdf")), OLD);
        }
    }
    assert_int_equal(scratch_count(&box), names); /* no temporary file */
}

static void whole_or_not_at_all(void **state)
{
    static const pds_durability all[] = { PDS_DURABILITY_BATCH, PDS_DURABILITY_EACH,
                                          PDS_DURABILITY_NONE };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        scratch_open(&box);
        try_row(*state, all[i]);
        scratch_close(&box);
    }
}

static void an_output_has_a_name(void **state)
{
    const pds_output none = { 0 };
    const pds_output empty = { .path = "" };
    (void)state;
    assert_int_equal(pds_publish_check(&none, NULL, NULL), PDS_E_USAGE);
    assert_int_equal(pds_publish_check(&empty, NULL, NULL), PDS_E_USAGE);
}

static void a_folder_one_may_not_write_into(void **state)
{
    const pds_output output = { .path = scratch_path(&box, "out.pdf") };
    pds_err e;
    (void)state;
    assert_int_equal(chmod(box.folder, 0555), 0);
    if (geteuid() == 0) {
        assert_int_equal(seteuid(65534), 0);
    }
    pds_code check = pds_publish_check(&output, NULL, &e);
    pds_code code = publish(&output, NULL, &e);
    if (getuid() == 0) {
        assert_int_equal(seteuid(0), 0);
    }
    assert_int_equal(chmod(box.folder, 0700), 0);
    assert_int_equal(check, PDS_E_OUTPUT_FAILED);
    assert_int_equal(code, PDS_E_OUTPUT_FAILED);
    assert_non_null(strstr(e.text, "Permission denied"));
    assert_int_equal(scratch_count(&box), 0);
}

static void without_an_input_the_umask_rules(void **state)
{
    const pds_output output = { .path = scratch_path(&box, "out.pdf") };
    struct stat st;
    (void)state;
    mode_t mask = umask(027);
    assert_int_equal(publish(&output, NULL, NULL), PDS_OK);
    (void)umask(mask);
    assert_int_equal(stat(output.path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
}

static void a_secret_input_has_a_secret_output(void **state)
{
    PDS_OWN(pds_file_close) pds_file input = PDS_FILE_NONE;
    PDS_OWN(pds_publish_drop) pds_publish *p = NULL;
    const pds_output output = { .path = scratch_path(&box, "out.pdf") };
    struct stat st;
    (void)state;
    const char *in = scratch_file(&box, "in.pdf", INPUT);
    assert_int_equal(chmod(in, 04600), 0);
    assert_int_equal(pds_file_open(in, &input, NULL), PDS_OK);
    assert_int_equal(pds_publish_open(&output, &input, &p, NULL), PDS_OK);
    assert_int_equal(fstat(pds_publish_fd(p), &st), 0); /* from the beginning */
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void what_is_not_committed_leaves_no_trace(void **state)
{
    PDS_OWN(pds_publish_drop) pds_publish *p = NULL;
    const pds_output output = { .path = scratch_path(&box, "out.pdf") };
    char back[4] = "";
    (void)state;
    assert_int_equal(pds_publish_open(&output, NULL, &p, NULL), PDS_OK);
    assert_int_equal(pds_publish_write(p, pds_span_text("abc"), NULL), PDS_OK);
    assert_int_equal(pread(pds_publish_fd(p), back, 3, 0), 3);
    assert_string_equal(back, "abc");
    assert_int_equal(scratch_count(&box), 0); /* nobody sees it meanwhile */
    pds_publish_drop(&p);
    assert_null(p);
    pds_publish_drop(&p);
    assert_int_equal(scratch_count(&box), 0);
}

static void skipped_bytes_are_zeros(void **state)
{
    PDS_OWN(pds_publish_drop) pds_publish *p = NULL;
    PDS_OWN(pds_buf_drop) pds_buf back = { 0 };
    const pds_output output = { .path = scratch_path(&box, "out.pdf") };
    (void)state;
    assert_int_equal(pds_publish_open(&output, NULL, &p, NULL), PDS_OK);
    assert_int_equal(pds_publish_write(p, pds_span_text("a"), NULL), PDS_OK);
    assert_int_equal(pds_publish_skip(p, 1 << 20, NULL), PDS_OK);
    assert_int_equal(pds_publish_write(p, pds_span_text("b"), NULL), PDS_OK);
    assert_int_equal(pds_publish_commit(p, NULL), PDS_OK);
    assert_int_equal(pds_file_slurp(output.path, 2 << 20, &back, NULL), PDS_OK);
    assert_int_equal(back.len, (1 << 20) + 2);
    assert_int_equal(back.ptr[0], 'a');
    for (size_t i = 1; i <= 1 << 20; i++) {
        assert_int_equal(back.ptr[i], 0);
    }
    assert_int_equal(back.ptr[back.len - 1], 'b');
}

typedef struct race {
    const char *name;
    void (*before)(const char *path), (*meanwhile)(const char *path);
    bool overwrite;
    pds_code code;
} race;

static void vanish(const char *path)
{
    assert_int_equal(unlink(path), 0);
}

static void become_link(const char *path)
{
    (void)unlink(path);
    link_to_input(path);
}

static void become_fifo(const char *path)
{
    (void)unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void become_folder(const char *path)
{
    (void)unlink(path);
    folder(path);
}

static race races[] = {
    { "somebody else makes the file", nothing, file, false, PDS_E_OUTPUT_EXISTS },
    { "somebody else makes the file, overwriting", nothing, file, true, PDS_OK },
    { "the file to be replaced vanishes", file, vanish, true, PDS_OK },
    { "a new output becomes a link", nothing, become_link, false, PDS_E_OUTPUT_EXISTS },
    { "the output becomes a link", file, become_link, true, PDS_E_OUTPUT_REFUSED },
    { "the output becomes a pipe", file, become_fifo, true, PDS_E_OUTPUT_REFUSED },
    { "the output becomes a folder", file, become_folder, true, PDS_E_OUTPUT_REFUSED },
};

static void the_commit_looks_again(void **state)
{
    const race *r = *state;
    PDS_OWN(pds_publish_drop) pds_publish *p = NULL;
    const pds_output output = { .path = scratch_path(&box, "out.pdf"), .overwrite = r->overwrite };
    (void)scratch_file(&box, "in.pdf", INPUT);
    r->before(output.path);
    assert_int_equal(pds_publish_open(&output, NULL, &p, NULL), PDS_OK);
    assert_int_equal(pds_publish_write(p, pds_span_text(NEW), NULL), PDS_OK);
    r->meanwhile(output.path);
    assert_int_equal(pds_publish_commit(p, NULL), r->code);
    pds_publish_drop(&p);
    if (r->code == PDS_OK) {
        assert_string_equal(scratch_read(output.path), NEW);
    } else if (r->meanwhile == file) {
        assert_string_equal(scratch_read(output.path), OLD);
    }
    assert_string_equal(scratch_read(scratch_path(&box, "in.pdf")), INPUT);
    assert_int_equal(scratch_count(&box), 2);
}

static void an_input_changed_meanwhile_is_not_replaced(void **state)
{
    PDS_OWN(pds_file_close) pds_file input = PDS_FILE_NONE;
    PDS_OWN(pds_publish_drop) pds_publish *p = NULL;
    const char *in = scratch_file(&box, "in.pdf", INPUT);
    const pds_output output = { .path = in, .in_place = true };
    (void)state;
    assert_int_equal(pds_file_open(in, &input, NULL), PDS_OK);
    assert_int_equal(pds_publish_open(&output, &input, &p, NULL), PDS_OK);
    assert_int_equal(pds_publish_write(p, pds_span_text(NEW), NULL), PDS_OK);
    assert_int_equal(rename(scratch_file(&box, "better", OLD), in), 0);
    assert_int_equal(pds_publish_commit(p, NULL), PDS_E_INPUT_CHANGED);
    assert_string_equal(scratch_read(in), OLD);
    assert_int_equal(scratch_count(&box), 1);
}

static void the_longest_name_fits(void **state)
{
    char name[256];
    char relative[] = "章";
    (void)state;
    for (size_t i = 0; i < 85; i++) {
        (void)memcpy(name + 3 * i, relative, 4); /* 255 bytes */
    }
    const pds_output output = { .path = scratch_path(&box, name), .overwrite = true };
    assert_int_equal(publish(&output, NULL, NULL), PDS_OK);
    assert_int_equal(publish(&output, NULL, NULL), PDS_OK); /* by way of a temporary name */
    assert_string_equal(scratch_read(output.path), NEW);
    assert_int_equal(scratch_count(&box), 1);
}

static void a_bare_name_lies_in_the_working_folder(void **state)
{
    const pds_output output = { .path = "out.pdf", .durability = PDS_DURABILITY_EACH };
    const char *const outputs[] = { "out.pdf", "-" };
    char here[4096];
    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(box.folder), 0);
    assert_int_equal(publish(&output, NULL, NULL), PDS_OK);
    assert_int_equal(pds_outputs_sync(outputs, 2, NULL), PDS_OK);
    assert_int_equal(chdir(here), 0);
    assert_string_equal(scratch_read(scratch_path(&box, "out.pdf")), NEW);
}

typedef struct reader {
    const char *path;
    char text[64];
    size_t len;
} reader;

static void *read_fifo(void *arg)
{
    reader *r = arg;
    int fd = open(r->path, O_RDONLY);
    ssize_t n = 1;
    while (fd >= 0 && n > 0) {
        n = read(fd, r->text + r->len, sizeof r->text - 1 - r->len);
        r->len += n > 0 ? (size_t)n : 0;
    }
    (void)close(fd);
    return NULL;
}

static void a_fifo_gets_its_bytes_at_the_commit(void **state)
{
    PDS_OWN(pds_publish_drop) pds_publish *p = NULL;
    const pds_output output = { .path = scratch_path(&box, "fifo") };
    reader r = { .path = output.path };
    pthread_t thread;
    char byte;
    (void)state;
    assert_int_equal(mkfifo(output.path, 0600), 0);
    assert_int_equal(pds_publish_open(&output, NULL, &p, NULL), PDS_OK);
    assert_int_equal(pds_publish_write(p, pds_span_text(NEW), NULL), PDS_OK);
    int early = open(output.path, O_RDONLY | O_NONBLOCK);
    assert_int_equal(read(early, &byte, 1), 0); /* no writer yet */
    (void)close(early);
    assert_int_equal(pthread_create(&thread, NULL, read_fifo, &r), 0);
    assert_int_equal(pds_publish_commit(p, NULL), PDS_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(r.text, NEW);
    assert_int_equal(scratch_count(&box), 1);
}

/* Standard output is `fd` for one publishing of len bytes. */
static pds_code publish_to_stdout(int fd, size_t len)
{
    PDS_OWN(pds_publish_drop) pds_publish *p = NULL;
    static uint8_t bytes[200000];
    const pds_output output = { .path = "-", .durability = PDS_DURABILITY_EACH };
    (void)fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    (void)dup2(fd, STDOUT_FILENO);
    pds_code code = pds_publish_open(&output, NULL, &p, NULL);
    if (code == PDS_OK) {
        code = pds_publish_write(p, pds_span_of(bytes, len), NULL);
    }
    if (code == PDS_OK) {
        code = pds_publish_commit(p, NULL);
    }
    (void)dup2(saved, STDOUT_FILENO);
    (void)close(saved);
    return code;
}

static void standard_output_may_be_a_file(void **state)
{
    const char *path = scratch_file(&box, "out", "");
    struct stat st;
    (void)state;
    int fd = open(path, O_WRONLY);
    assert_int_equal(publish_to_stdout(fd, 200000), PDS_OK);
    (void)close(fd);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 200000);
}

static void standard_output_may_be_a_pipe(void **state)
{
    int ends[2];
    char bytes[16];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(publish_to_stdout(ends[1], 10), PDS_OK);
    assert_int_equal(read(ends[0], bytes, sizeof bytes), 10);
    (void)close(ends[0]);
    assert_int_equal(publish_to_stdout(ends[1], 10), PDS_E_OUTPUT_FAILED); /* EPIPE */
    (void)close(ends[1]);
}

static void a_pipe_by_the_name_of_its_descriptor(void **state)
{
    int ends[2];
    char path[32];
    char bytes[sizeof NEW] = "";
    (void)state;
    assert_int_equal(pipe(ends), 0);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[1]);
    const pds_output output = { .path = path };
    assert_int_equal(publish(&output, NULL, NULL), PDS_OK);
    assert_int_equal(read(ends[0], bytes, sizeof bytes), sizeof NEW - 1);
    assert_string_equal(bytes, NEW);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void a_device_that_is_full(void **state)
{
    (void)state;
    int fd = open("/dev/full", O_WRONLY);
    if (fd < 0) {
        skip();
    }
    assert_int_equal(publish_to_stdout(fd, 10), PDS_E_OUTPUT_FAILED);
    (void)close(fd);
}

static void standard_output_is_not_the_input(void **state)
{
    PDS_OWN(pds_file_close) pds_file input = PDS_FILE_NONE;
    const pds_output output = { .path = "-", .overwrite = true };
    const char *path = scratch_file(&box, "in.pdf", INPUT);
    (void)state;
    assert_int_equal(pds_file_open(path, &input, NULL), PDS_OK);
    (void)fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    int fd = open(path, O_WRONLY);
    (void)dup2(fd, STDOUT_FILENO);
    pds_code code = pds_publish_check(&output, &input, NULL);
    (void)dup2(saved, STDOUT_FILENO);
    (void)close(saved);
    (void)close(fd);
    assert_int_equal(code, PDS_E_USAGE);
}

static void a_sync_names_the_file_that_is_missing(void **state)
{
    const char *const paths[] = { scratch_file(&box, "a", "x"), scratch_path(&box, "none") };
    pds_err e;
    (void)state;
    assert_int_equal(pds_outputs_sync(paths, 2, &e), PDS_E_OUTPUT_FAILED);
    assert_string_equal(e.file, paths[1]);
    assert_int_equal(pds_outputs_sync(paths, 1, &e), PDS_OK);
    assert_int_equal(pds_outputs_sync(NULL, 0, &e), PDS_OK);
}

enum { ROWS = sizeof rows / sizeof rows[0], RACES = sizeof races / sizeof races[0] };

#define IN_BOX(test) cmocka_unit_test_setup_teardown(test, open_box, close_box)

int main(void)
{
    struct CMUnitTest row_tests[ROWS];
    struct CMUnitTest race_tests[RACES];
    static const struct CMUnitTest tests[] = {
        IN_BOX(an_output_has_a_name),
        IN_BOX(a_folder_one_may_not_write_into),
        IN_BOX(without_an_input_the_umask_rules),
        IN_BOX(a_secret_input_has_a_secret_output),
        IN_BOX(what_is_not_committed_leaves_no_trace),
        IN_BOX(skipped_bytes_are_zeros),
        IN_BOX(an_input_changed_meanwhile_is_not_replaced),
        IN_BOX(the_longest_name_fits),
        IN_BOX(a_bare_name_lies_in_the_working_folder),
        IN_BOX(a_fifo_gets_its_bytes_at_the_commit),
        IN_BOX(standard_output_may_be_a_file),
        IN_BOX(standard_output_may_be_a_pipe),
        IN_BOX(a_pipe_by_the_name_of_its_descriptor),
        IN_BOX(a_device_that_is_full),
        IN_BOX(standard_output_is_not_the_input),
        IN_BOX(a_sync_names_the_file_that_is_missing),
    };
    for (size_t i = 0; i < ROWS; i++) {
        row_tests[i] =
            (struct CMUnitTest){ rows[i].name, whole_or_not_at_all, NULL, NULL, &rows[i] };
    }
    for (size_t i = 0; i < RACES; i++) {
        race_tests[i] = (struct CMUnitTest){ races[i].name, the_commit_looks_again, open_box,
                                             close_box, &races[i] };
    }
    (void)signal(SIGPIPE, SIG_IGN); /* as the program does */
    return cmocka_run_group_tests_name("publish.target", row_tests, NULL, NULL) +
           cmocka_run_group_tests_name("publish.race", race_tests, NULL, NULL) +
           cmocka_run_group_tests_name("publish", tests, NULL, NULL);
}
