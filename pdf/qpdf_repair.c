/*
 * pdfsign-repair IN OUT [PASSWORD]: reads a damaged PDF from file descriptor IN and writes it anew
 * to OUT; the password's bytes come from a third one. A program of its own, because recovery reads
 * hostile bytes at length: here are limits, and no keys. Signed files are refused.
 */
#include "base/limit.h"
#include "pdf/qpdf_trailer.h"
#include "pdf/repair_protocol.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <qpdf/qpdf-c.h>
#include <sys/prctl.h>
#include <sys/stat.h>

enum {
    PASSWORD_MAX = 1024,
    CHUNK = 64 << 10,
    LINES_MAX = 20,
    LINE_MAX_BYTES = 160,
    FIELD_DEPTH_MAX = 64,
    FIELDS_MAX = 100000,
    MISSING_SHOWN = 8
};

static const char BYTE_RANGE[] = "/ByteRange";

typedef struct repair {
    int in, out;
    char name[32]; /* of what qpdf reads: in, or a copy with a new end */
    char password[PASSWORD_MAX + 1];
    bool has_password;
    qpdf_data qpdf;
    char missing[LINE_MAX_BYTES]; /* what to say of lost objects, or "" */
} repair;

/* ---- limits ---- */

/* Recovery may undo an update or two and the compression of objects, never more. */
static bool set_limits(int in)
{
    struct stat st;

    if (fstat(in, &st) != 0) {
        return false;
    }
    const pds_limits limits = {
        .cpu_seconds = PDS_REPAIR_CPU_SECONDS,
        .memory = (uint64_t)1 << 30,
        .file_size = 4 * (uint64_t)st.st_size + ((uint64_t)64 << 20),
    };
    return pds_limits_set(&limits) && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

/* ---- what is said ---- */

/* One line, bounded, of printable ASCII. */
static void say(const char *text)
{
    char line[LINE_MAX_BYTES + 2];
    size_t n = strnlen(text, LINE_MAX_BYTES);

    for (size_t i = 0; i < n; i++) {
        line[i] = (char)(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?');
    }
    line[n++] = '\n';
    (void)!write(STDOUT_FILENO, line, n);
}

/* qpdf's texts begin with the name of the file. */
static void say_qpdf(repair *r, qpdf_error error)
{
    const char *text = qpdf_get_error_full_text(r->qpdf, error);
    size_t name = strlen(r->name);

    if (strncmp(text, r->name, name) == 0) {
        text += name;
    }
    say(text + strspn(text, " :,"));
}

static void say_warnings(repair *r)
{
    size_t more = 0;
    char line[64];

    for (size_t i = 0; qpdf_more_warnings(r->qpdf); i++) {
        qpdf_error warning = qpdf_next_warning(r->qpdf);
        if (i < LINES_MAX) {
            say_qpdf(r, warning);
        } else {
            more++;
        }
    }
    if (more != 0) {
        (void)snprintf(line, sizeof line, "and %zu more", more);
        say(line);
    }
}

static int failed(const char *why)
{
    say(why);
    return PDS_REPAIR_EXIT_FAILED;
}

static int failed_qpdf(repair *r)
{
    if (qpdf_has_error(r->qpdf)) {
        say_qpdf(r, qpdf_get_error(r->qpdf));
    } else {
        say("out of memory or time");
    }
    return PDS_REPAIR_EXIT_FAILED;
}

/* ---- is it signed? ---- */

/* In the bytes as they stand: a broken table may hide a signature from qpdf. */
static int check_bytes(const repair *r)
{
    const size_t mark = strlen(BYTE_RANGE);
    char chunk[CHUNK];
    size_t kept = 0; /* the end of the chunk before */
    off_t at = 0;

    for (;;) {
        ssize_t n = pread(r->in, chunk + kept, sizeof chunk - kept, at);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n == 0 ? PDS_REPAIR_EXIT_DONE : failed("the file cannot be read");
        }
        size_t len = kept + (size_t)n;
        if (memmem(chunk, len, BYTE_RANGE, mark) != NULL) {
            return PDS_REPAIR_EXIT_SIGNED;
        }
        at += n;
        kept = len < mark - 1 ? len : mark - 1;
        memmove(chunk, chunk + len - kept, kept);
    }
}

/* Watches the JSON form of all objects go by: there a name can be written in one way only, and what
 * is referred to but not there shows as an object that is null. */
typedef struct json_watch {
    char text[32]; /* of the string that goes by; longer ones do not matter */
    size_t len;
    bool in_string, escaped, found;
    bool in_object, value_next; /* num's key "value" comes; its value comes */
    unsigned long num;
    size_t missing;
    char *report; /* LINE_MAX_BYTES */
    size_t report_len;
} json_watch;

static void note_missing(json_watch *w)
{
    const char *between = w->missing == 0 ? "objects that are referred to are missing: " : " ";

    if (++w->missing <= MISSING_SHOWN) {
        w->report_len += (size_t)snprintf(w->report + w->report_len, LINE_MAX_BYTES - w->report_len,
                                          "%s%lu", between, w->num);
    }
}

static void watch_string(json_watch *w)
{
    static const char object[] = "obj:";

    w->text[w->len < sizeof w->text ? w->len : sizeof w->text - 1] = '\0';
    w->found = w->found || strcmp(w->text, BYTE_RANGE) == 0;
    w->value_next = w->in_object && strcmp(w->text, "value") == 0; /* else "stream" */
    w->in_object = strncmp(w->text, object, sizeof object - 1) == 0;
    if (w->in_object) {
        w->num = strtoul(w->text + sizeof object - 1, NULL, 10);
    }
}

static void watch_char(json_watch *w, char c)
{
    if (w->in_string) {
        if (c == '"' && !w->escaped) {
            w->in_string = false;
            watch_string(w);
        } else if (w->len++ < sizeof w->text) {
            w->text[w->len - 1] = c;
        }
        w->escaped = c == '\\' && !w->escaped;
        return;
    }
    if (w->value_next && c != ' ' && c != ':' && c != '\n') {
        if (c == 'n') {
            note_missing(w);
        }
        w->value_next = false;
    }
    if (c == '"') {
        w->in_string = true;
        w->len = 0;
    }
}

static int watch_json(const char *data, size_t len, void *context)
{
    json_watch *w = context;

    for (size_t i = 0; i < len && !w->found; i++) {
        watch_char(w, data[i]);
    }
    return w->found ? 1 : 0; /* 1 stops it */
}

static int check_objects(repair *r)
{
    json_watch w = { .report = r->missing };
    QPDF_ERROR_CODE rc =
        qpdf_write_json(r->qpdf, 2, watch_json, &w, qpdf_dl_none, qpdf_sj_none, "", NULL);

    if (w.found) {
        return PDS_REPAIR_EXIT_SIGNED;
    }
    if (w.missing > MISSING_SHOWN) {
        (void)snprintf(r->missing + w.report_len, sizeof r->missing - w.report_len, " and %zu more",
                       w.missing - MISSING_SHOWN);
    }
    return (rc & QPDF_ERRORS) != 0 ? failed_qpdf(r) : PDS_REPAIR_EXIT_DONE;
}

typedef struct field_walk {
    repair *r;
    size_t fields;
    bool is_signed, too_much;
} field_walk;

static void walk_fields(field_walk *w, qpdf_oh fields, bool signature, int depth);

/* /FT is inherited (ISO 32000-2, 12.7.4). */
static void walk_field(field_walk *w, qpdf_oh field, bool signature, int depth)
{
    qpdf_data q = w->r->qpdf;
    qpdf_oh type = qpdf_oh_get_key(q, field, "/FT");
    qpdf_oh value = qpdf_oh_get_key(q, field, "/V");
    qpdf_oh kids = qpdf_oh_get_key(q, field, "/Kids");

    if (qpdf_oh_is_name(q, type)) {
        signature = qpdf_oh_is_name_and_equals(q, type, "/Sig");
    }
    w->is_signed = w->is_signed || (signature && !qpdf_oh_is_null(q, value));
    walk_fields(w, kids, signature, depth + 1);
    qpdf_oh_release(q, type);
    qpdf_oh_release(q, value);
    qpdf_oh_release(q, kids);
}

static void walk_fields(field_walk *w, qpdf_oh fields, bool signature, int depth)
{
    qpdf_data q = w->r->qpdf;
    int count = qpdf_oh_is_array(q, fields) ? qpdf_oh_get_array_n_items(q, fields) : 0;

    w->too_much = w->too_much || (count != 0 && depth > FIELD_DEPTH_MAX);
    for (int i = 0; i < count && !w->is_signed && !w->too_much; i++) {
        qpdf_oh field = qpdf_oh_get_array_item(q, fields, i);
        if (qpdf_oh_is_dictionary(q, field)) {
            walk_field(w, field, signature, depth);
        }
        qpdf_oh_release(q, field);
        w->too_much = w->too_much || ++w->fields > FIELDS_MAX;
    }
}

static int check_fields(repair *r)
{
    field_walk w = { .r = r };
    qpdf_oh root = qpdf_get_root(r->qpdf);

    if (!qpdf_oh_is_dictionary(r->qpdf, root)) {
        return failed("no document catalog was found");
    }
    qpdf_oh form = qpdf_oh_get_key(r->qpdf, root, "/AcroForm");
    if (qpdf_oh_is_dictionary(r->qpdf, form)) {
        walk_fields(&w, qpdf_oh_get_key(r->qpdf, form, "/Fields"), false, 0);
    }
    if (w.is_signed) {
        return PDS_REPAIR_EXIT_SIGNED;
    }
    return w.too_much ? failed("the form has no end") : PDS_REPAIR_EXIT_DONE;
}

/* ---- reading and writing ---- */

static void open_qpdf(repair *r, int fd)
{
    if (r->qpdf != NULL) {
        qpdf_cleanup(&r->qpdf);
    }
    r->qpdf = qpdf_init();
    (void)snprintf(r->name, sizeof r->name, "/proc/self/fd/%d", fd);
    qpdf_set_suppress_warnings(r->qpdf, QPDF_TRUE);
    qpdf_set_attempt_recovery(r->qpdf, QPDF_TRUE);
}

/* There are pages, and none is lost: a contract must not get shorter. */
static bool has_pages(repair *r)
{
    qpdf_data q = r->qpdf;
    int count = qpdf_get_num_pages(q);
    bool whole = count > 0;

    for (int i = 0; i < count && whole; i++) {
        qpdf_oh page = qpdf_get_page_n(q, (size_t)i);
        whole = qpdf_oh_is_dictionary(q, page) != 0;
        qpdf_oh_release(q, page);
    }
    return whole && !qpdf_has_error(q);
}

static bool read_from(repair *r, int fd)
{
    open_qpdf(r, fd);
    return (qpdf_read(r->qpdf, r->name, r->password) & QPDF_ERRORS) == 0 && has_pages(r);
}

/* The file's own bytes, else with a new end. */
static bool read_somehow(repair *r)
{
    static const enum qpdf_end ends[] = { QPDF_END_XREF_STREAM, QPDF_END_CATALOG };

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        int fd = qpdf_with_end(r->in, ends[i]);
        if (fd >= 0 && read_from(r, fd)) {
            say("the end of the file was missing");
            return true;
        }
    }
    return false;
}

static bool password_fault(repair *r)
{
    return qpdf_has_error(r->qpdf) &&
           qpdf_get_error_code(r->qpdf, qpdf_get_error(r->qpdf)) == qpdf_e_password;
}

static int read_damaged(repair *r)
{
    bool done = read_from(r, r->in);
    bool locked = !done && password_fault(r);

    if (!done && !locked) {
        done = read_somehow(r);
        locked = !done && password_fault(r);
    }
    explicit_bzero(r->password, sizeof r->password);
    if (locked) {
        return r->has_password ? PDS_REPAIR_EXIT_PASSWORD_WRONG : PDS_REPAIR_EXIT_PASSWORD_NEEDED;
    }
    return done ? PDS_REPAIR_EXIT_DONE : failed("not all pages were found");
}

/* As the file was: its encryption, its object streams, its compressed data. */
static int write_repaired(repair *r)
{
    qpdf_data q = r->qpdf;
    char name[32];

    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", r->out);
    QPDF_ERROR_CODE rc = qpdf_init_write(q, name);

    if ((rc & QPDF_ERRORS) != 0) {
        return failed_qpdf(r);
    }
    qpdf_set_object_stream_mode(q, qpdf_o_preserve);
    qpdf_set_stream_data_mode(q, qpdf_s_preserve);
    qpdf_set_newline_before_endstream(q, QPDF_TRUE); /* PDF/A asks for it */
    qpdf_set_preserve_encryption(q, QPDF_TRUE);
    qpdf_set_linearization(q, QPDF_FALSE);
    if (!qpdf_is_encrypted(q)) {
        qpdf_set_deterministic_ID(q, QPDF_TRUE);
    }
    rc = qpdf_write(q);
    return (rc & QPDF_ERRORS) != 0 ? failed_qpdf(r) : PDS_REPAIR_EXIT_DONE;
}

static int run(repair *r)
{
    static int (*const steps[])(repair *) = { read_damaged, check_fields, check_objects,
                                              write_repaired };
    int status = check_bytes(r);

    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == PDS_REPAIR_EXIT_DONE; i++) {
        status = steps[i](r);
    }
    if (status == PDS_REPAIR_EXIT_DONE) {
        if (r->missing[0] != '\0') {
            say(r->missing);
        }
        say_warnings(r);
    }
    return status;
}

/* ---- arguments ---- */

static bool fd_of(const char *text, int *out)
{
    char *end = NULL;
    long n = strtol(text, &end, 10);

    *out = (int)n;
    return end != text && *end == '\0' && n >= 0 && n <= 1024;
}

static bool read_password(repair *r, const char *argument)
{
    int fd = -1;
    size_t len = 0;
    ssize_t n = 1;

    if (!fd_of(argument, &fd)) {
        return false;
    }
    while (n > 0 && len < PASSWORD_MAX) {
        n = read(fd, r->password + len, PASSWORD_MAX - len);
        len += n > 0 ? (size_t)n : 0;
    }
    r->has_password = len != 0;
    return n >= 0;
}

int main(int argc, char **argv)
{
    repair r = { .in = -1 };

    if (argc < 3 || argc > 4 || !fd_of(argv[1], &r.in) || !fd_of(argv[2], &r.out) ||
        (argc == 4 && !read_password(&r, argv[3]))) {
        (void)!write(STDERR_FILENO, "usage: pdfsign-repair IN OUT [PASSWORD]\n", 40);
        return PDS_REPAIR_EXIT_USAGE;
    }
    if (!set_limits(r.in)) {
        return failed("limits cannot be set");
    }
    int status = run(&r);
    explicit_bzero(r.password, sizeof r.password);
    if (r.qpdf != NULL) {
        qpdf_cleanup(&r.qpdf);
    }
    return status;
}
