#include "base/own.h"
#include "pdf/doc.h"
#include "pdf/repair.h"
#include "tests/pdf/sample.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/resource.h>

#include <cmocka.h>

/* Damaged files of every kind: mended so that our strict reader and others take them, or refused.
 */

static void ok_at(pds_code code, const pds_err *e, int line)
{
    if (code != PDS_OK) {
        fail_msg("line %d: %s: %s", line, pds_code_name(code), e->text);
    }
}
#define OK(call) ok_at((call), &e, __LINE__)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One repair, of what stands at path. */
typedef struct attempt {
    pds_file damaged, repaired;
    char report[1024];
    pds_err e;
    pds_code code;
} attempt;

static void attempt_drop(attempt *a)
{
    pds_file_close(&a->damaged);
    pds_file_close(&a->repaired);
}

static void try_repair(attempt *a, const char *path, const char *password)
{
    pds_err e = { 0 };

    memset(a->report, 'x', sizeof a->report);
    OK(pds_file_open(path, &a->damaged, &e));
    a->code = pds_repair(&a->damaged, password, &a->repaired, a->report, &a->e);
    assert_non_null(memchr(a->report, '\0', sizeof a->report));
    assert_int_equal(a->code == PDS_OK, a->repaired.fd >= 0);
}

/* The repaired file pleases our reader, which is strict, and other programs. */
static void check_repaired(const attempt *a, const char *password)
{
    PDS_OWN(pds_secret_drop) pds_secret *secret = NULL;
    PDS_OWN(pds_doc_drop) pds_doc *doc = NULL;
    pds_err e = { 0 };
    char path[64];

    if (a->code != PDS_OK) {
        fail_msg("%s: %s", pds_code_name(a->code), a->e.text);
    }
    if (password != NULL) {
        OK(pds_secret_new(&secret, &e));
        OK(pds_secret_set(secret, pds_span_text(password), &e));
    }
    OK(pds_doc_open(&a->repaired, secret, &doc, &e));
    OK(pds_doc_check_objects(doc, &e));
    assert_true(a->report[0] != '\0');
    (void)snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getpid(), a->repaired.fd);
    sample_check(path, password);
}

/* How a sound file is damaged. */
typedef struct damage {
    const char *find; /* text to be replaced, each time; NULL: none */
    const char *replace;
    long cut;                    /* bytes kept; negative: bytes cut off the end; 0: all kept */
    const char *before, *behind; /* put around it */
} damage;

static void make_damaged(const char *path, const damage *d)
{
    PDS_OWN(pds_buf_drop) pds_buf b = sample_read(path);

    for (size_t at = 0; d->find != NULL;) {
        const uint8_t *found = memmem(b.ptr + at, b.len - at, d->find, strlen(d->find));
        if (found == NULL) {
            break;
        }
        at = (size_t)(found - b.ptr);
        pds_buf_replace(&b, at, strlen(d->find), pds_span_text(d->replace));
        at += strlen(d->replace);
    }
    if (d->cut != 0) {
        b.len = d->cut > 0 ? (size_t)d->cut : b.len - (size_t)-d->cut;
    }
    pds_buf_replace(&b, 0, 0, pds_span_text(d->before));
    pds_buf_put(&b, pds_span_text(d->behind));
    sample_write(path, pds_buf_span(&b));
}

typedef struct row {
    const char *name;
    sample_kind kind;
    damage damage;
    pds_code code;
} row;

static row damaged_rows[] = {
    { "a wrong startxref", SAMPLE_TABLE, { .find = "startxref\n", .replace = "startxref\n1" }, 0 },
    { "no startxref", SAMPLE_TABLE, { .find = "startxref", .replace = "" }, 0 },
    { "no %%EOF", SAMPLE_TABLE, { .cut = -6 }, 0 },
    { "cut in the table", SAMPLE_TABLE, { .cut = -150 }, 0 },
    { "cut behind the page", SAMPLE_TABLE, { .cut = 420 }, 0 },
    { "cut before the page", SAMPLE_TABLE, { .cut = 110 }, PDS_E_REPAIR_FAILED },
    { "offsets all wrong",
      SAMPLE_TABLE,
      { .find = "%PDF-1.7\n", .replace = "%PDF-1.7\n%12345\n" },
      0 },
    { "bytes before the header", SAMPLE_TABLE, { .before = "HTTP/1.1 200 OK\r\n\r\n" }, 0 },
    { "bytes behind the end", SAMPLE_TABLE, { .behind = "<html>not a part of it</html>" }, 0 },
    { "line ends changed", SAMPLE_TABLE, { .find = "\n", .replace = "\r\n" }, 0 },
    { "no trailer", SAMPLE_TABLE, { .find = "trailer", .replace = "tra1ler" }, 0 },
    { "wrong /Length", SAMPLE_TABLE, { .find = "/Length 21", .replace = "/Length 99" }, 0 },
    { "no endobj", SAMPLE_TABLE, { .find = "endobj\n", .replace = "" }, 0 },
    { "/Prev into nothing",
      SAMPLE_TABLE,
      { .find = "/Own(", .replace = "/Prev 99999999/Own(" },
      0 },
    { "/Prev to itself", SAMPLE_TABLE, { .find = "/Own(", .replace = "/Prev 640/Own(" }, 0 },
    { "stream, wrong offsets",
      SAMPLE_STREAM,
      { .find = "%PDF-1.7\n", .replace = "%PDF-1.7\n%1\n" },
      0 },
    { "stream, cut behind it", SAMPLE_STREAM, { .cut = -25 }, 0 },
    { "stream, cut in it", SAMPLE_STREAM, { .cut = -60 }, PDS_E_REPAIR_FAILED },
    { "hybrid, wrong offsets",
      SAMPLE_HYBRID,
      { .find = "%PDF-1.7\n", .replace = "%PDF-1.7\n%1\n" },
      0 },
    { "nothing wrong at all", SAMPLE_TABLE, { .cut = 0 }, 0 },
    { "no pages",
      SAMPLE_TABLE,
      { .find = "/Kids[3 0 R]", .replace = "/Kids[]" },
      PDS_E_REPAIR_FAILED },
    { "one byte", SAMPLE_TABLE, { .cut = 1 }, PDS_E_REPAIR_FAILED },
    { "a signature", SAMPLE_TABLE, { .cut = -6, .behind = "/ByteRange" }, PDS_E_REPAIR_REFUSED },
    { "a signature's name, escaped",
      SAMPLE_TABLE,
      { .find = "<</Packed", .replace = "<</Byte#52ange[0 1 2 3]/Packed" },
      PDS_E_REPAIR_REFUSED },
    { "a signature in an object stream",
      SAMPLE_STREAM,
      { .find = "/Packed(eight)", .replace = "/Byte#52ange 1" },
      PDS_E_REPAIR_REFUSED },
    { "a field with a value",
      SAMPLE_TABLE,
      { .find = "/Fields[]", .replace = "/Fields[<</FT/Sig/V<<>>>>]" },
      PDS_E_REPAIR_REFUSED },
    { "a kid that inherits the type",
      SAMPLE_TABLE,
      { .find = "/Fields[]", .replace = "/Fields[<</FT/Sig/Kids[<</T(a)>><</V 5 0 R>>]>>]" },
      PDS_E_REPAIR_REFUSED },
    { "an empty field",
      SAMPLE_TABLE,
      { .find = "/Fields[]", .replace = "/Fields[<</FT/Sig/T(a)>>]" },
      0 },
    { "a field of another type",
      SAMPLE_TABLE,
      { .find = "/Fields[]", .replace = "/Fields[<</FT/Tx/T(a)/V(text)>>]" },
      0 },
    { "fields without end",
      SAMPLE_TABLE,
      { .find = "/Fields[]", .replace = "/Kids[6 0 R 6 0 R]/Fields[6 0 R 6 0 R]" },
      PDS_E_REPAIR_FAILED },
};

static void mends_or_refuses(void **state)
{
    const row *r = *state;
    PDS_OWN(attempt_drop) attempt a = { .damaged = PDS_FILE_NONE, .repaired = PDS_FILE_NONE };
    const char *path = sample_path("damaged.pdf");

    sample_make(&(sample){ .kind = r->kind }, path);
    make_damaged(path, &r->damage);
    PDS_OWN(pds_buf_drop) pds_buf before = sample_read(path);
    try_repair(&a, path, NULL);
    PDS_OWN(pds_buf_drop) pds_buf after = sample_read(path);
    assert_true(pds_span_eq(pds_buf_span(&before), pds_buf_span(&after)));
    if (r->code == PDS_OK) {
        check_repaired(&a, NULL);
    } else if (a.code != r->code) {
        fail_msg("%s: %s %s", pds_code_name(a.code), a.e.text, a.report);
    }
}

/* A cut at every place leaves a whole file or a clear refusal. */
static void cut_everywhere(void **state)
{
    (void)state;
    const char *path = sample_path("cut.pdf");
    size_t mended = 0;

    for (long kept = 1; kept < 850; kept += 31) {
        PDS_OWN(attempt_drop) attempt a = { .damaged = PDS_FILE_NONE, .repaired = PDS_FILE_NONE };
        const damage cut = { .cut = kept };
        sample_make(&(sample){ .kind = SAMPLE_TABLE }, path);
        make_damaged(path, &cut);
        try_repair(&a, path, NULL);
        if (a.code == PDS_OK) {
            check_repaired(&a, NULL);
            mended++;
        } else if (a.code != PDS_E_REPAIR_FAILED) {
            fail_msg("%ld bytes: %s", kept, a.e.text);
        }
    }
    assert_in_range(mended, 5, 25);
}

static void encrypted_files(void **state)
{
    (void)state;
    const char *plain = sample_path("plain.pdf");
    const char *path = sample_path("encrypted.pdf");
    const char *const encrypt[] = { "qpdf", "--encrypt", "user", "owner", "256",
                                    "--",   plain,       path,   NULL };
    static const struct {
        const char *password;
        pds_code code;
    } rows[] = {
        { NULL, PDS_E_PASSWORD_NEEDED },
        { "", PDS_E_PASSWORD_NEEDED },
        { "wrong", PDS_E_PASSWORD_WRONG },
        { "user", PDS_OK },
        { "owner", PDS_OK },
    };

    sample_make(&(sample){ .kind = SAMPLE_TABLE }, plain);
    assert_int_equal(sample_run(encrypt), 0);
    make_damaged(path, &(damage){ .find = "startxref\n", .replace = "startxref\n1" });
    for (size_t i = 0; i < COUNT(rows); i++) {
        PDS_OWN(attempt_drop) attempt a = { .damaged = PDS_FILE_NONE, .repaired = PDS_FILE_NONE };
        try_repair(&a, path, rows[i].password);
        assert_int_equal(a.code, rows[i].code);
        if (a.code == PDS_OK) {
            check_repaired(&a, rows[i].password);
        }
    }
}

static void report_names_the_damage(void **state)
{
    (void)state;
    PDS_OWN(attempt_drop) attempt a = { .damaged = PDS_FILE_NONE, .repaired = PDS_FILE_NONE };
    const char *path = sample_path("damaged.pdf");

    sample_make(&(sample){ .kind = SAMPLE_TABLE }, path);
    make_damaged(path, &(damage){ .find = "/Length 21", .replace = "/Length 99", .cut = -6 });
    try_repair(&a, path, NULL);
    assert_int_equal(a.code, PDS_OK);
    assert_non_null(strstr(a.report, "stream length"));
    assert_null(strstr(a.report, "/proc/"));
    assert_true(a.report[strlen(a.report) - 1] != '\n');
}

/* Pages survive, but what they need does not: the report says so. */
static void report_names_lost_objects(void **state)
{
    (void)state;
    PDS_OWN(attempt_drop) attempt a = { .damaged = PDS_FILE_NONE, .repaired = PDS_FILE_NONE };
    const char *path = sample_path("damaged.pdf");

    sample_make(&(sample){ .kind = SAMPLE_TABLE }, path);
    make_damaged(path, &(damage){ .cut = 225 });
    try_repair(&a, path, NULL);
    assert_int_equal(a.code, PDS_OK);
    assert_non_null(strstr(a.report, "missing: 4 6"));
}

/* More complaints than there is room for, in bytes that no terminal should see. */
static void report_is_bounded(void **state)
{
    (void)state;
    PDS_OWN(attempt_drop) attempt a = { .damaged = PDS_FILE_NONE, .repaired = PDS_FILE_NONE };
    PDS_OWN(pds_buf_drop) pds_buf kids = { 0 };
    const char *path = sample_path("damaged.pdf");

    for (int i = 0; i < 500; i++) {
        pds_buf_text(&kids, "<</Odd\x1b[31m\x80 \x07 >>/A(");
    }
    sample_make(&(sample){ .kind = SAMPLE_TABLE }, path);
    make_damaged(path, &(damage){ .find = "/Annots[]", .replace = pds_buf_cstr(&kids) });
    try_repair(&a, path, NULL);
    for (const char *c = a.report; *c != '\0'; c++) {
        assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
    }
}

/* ---- hostile files ---- */

/* Objects "n 0 obj" by the thousand whose only use is to be looked at. */
static void put_many(pds_buf *b, const char *body, unsigned count)
{
    pds_buf_text(b, "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n");
    for (unsigned i = 2; i < count; i++) {
        pds_buf_printf(b, "%u 0 obj\n", i);
        pds_buf_text(b, body);
        pds_buf_text(b, "\nendobj\n");
    }
    pds_buf_text(b, "trailer\n<</Root 1 0 R>>\n");
}

static void deep(pds_buf *b)
{
    pds_buf_text(b, "%PDF-1.7\n1 0 obj\n");
    pds_buf_fill(b, '[', 3000000);
}

static void pages_in_a_circle(pds_buf *b)
{
    put_many(b, "<</Type/Pages/Count 9/Kids[2 0 R 3 0 R 4 0 R 5 0 R]>>", 200);
}

static void lengths_that_refer(pds_buf *b)
{
    put_many(b, "<</Type/Page/Length 3 0 R>>\nstream\nendstream", 5000);
}

static void prev_chain(pds_buf *b)
{
    put_many(b, "<</Type/Pages/Kids[3 0 R]/Count 1>>", 4);
    for (int i = 0; i < 3000; i++) {
        pds_buf_printf(b, "xref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Prev %zu>>\n",
                       b->len + 70);
    }
    pds_buf_text(b, "startxref\n200\n%%EOF\n");
}

static void noise(pds_buf *b)
{
    uint32_t seed = 4;

    pds_buf_text(b, "%PDF-1.4\n");
    for (int i = 0; i < 200000; i++) {
        seed = seed * 1664525 + 1013904223;
        pds_buf_byte(b, (uint8_t)(seed >> 24));
    }
}

typedef struct hostile {
    const char *name;
    void (*make)(pds_buf *b);
} hostile;

static hostile hostile_rows[] = {
    { "arrays 3,000,000 deep", deep },
    { "pages in a circle", pages_in_a_circle },
    { "lengths that are streams", lengths_that_refer },
    { "a long /Prev chain", prev_chain },
    { "noise", noise },
};

static size_t open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t n = 0;

    assert_non_null(d);
    while (readdir(d) != NULL) {
        n++;
    }
    (void)closedir(d);
    return n;
}

/* Whatever comes of it: no crash, no file or process left behind. */
static void survives(void **state)
{
    const hostile *h = *state;
    PDS_OWN(pds_buf_drop) pds_buf b = { 0 };
    const char *path = sample_path("hostile.pdf");
    size_t files = open_files();

    h->make(&b);
    sample_write(path, pds_buf_span(&b));
    {
        PDS_OWN(attempt_drop) attempt a = { .damaged = PDS_FILE_NONE, .repaired = PDS_FILE_NONE };
        try_repair(&a, path, NULL);
        assert_true(a.code == PDS_OK || a.code == PDS_E_REPAIR_FAILED);
        assert_true(a.code == PDS_OK || a.e.text[0] != '\0');
    }
    assert_int_equal(open_files(), files);
}

/* A sound page, and streams whose ends are looked for until the end of the file. */
static void streams_without_end(pds_buf *b)
{
    pds_buf_text(b, "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
                    "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
                    "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\n");
    for (unsigned i = 4; i < 50000; i++) {
        pds_buf_printf(b, "%u 0 obj\n<</Length 9>>\nstream\n", i);
    }
    pds_buf_text(b, "trailer\n<</Root 1 0 R/Size 1>>\n");
}

/* A repair that would take minutes ends with its share of time. */
static void time_is_limited(void **state)
{
    (void)state;
    PDS_OWN(pds_buf_drop) pds_buf b = { 0 };
    PDS_OWN(attempt_drop) attempt a = { .damaged = PDS_FILE_NONE, .repaired = PDS_FILE_NONE };
    const char *path = sample_path("hostile.pdf");
    struct rlimit before;
    struct rusage used;

    streams_without_end(&b);
    sample_write(path, pds_buf_span(&b));
    assert_int_equal(getrlimit(RLIMIT_CPU, &before), 0);
    assert_int_equal(getrusage(RUSAGE_SELF, &used), 0);
    struct rlimit less = before; /* the helper takes the caller's limit where that is lower */
    less.rlim_cur = (rlim_t)used.ru_utime.tv_sec + (rlim_t)used.ru_stime.tv_sec + 2;
    assert_int_equal(setrlimit(RLIMIT_CPU, &less), 0);
    try_repair(&a, path, NULL);
    assert_int_equal(setrlimit(RLIMIT_CPU, &before), 0);
    assert_int_equal(a.code, PDS_E_REPAIR_FAILED);
    assert_string_equal(a.e.text, "the repair takes too long");
}

static size_t add(struct CMUnitTest *tests, size_t n, CMUnitTestFunction run, const char *name,
                  void *state)
{
    tests[n] = (struct CMUnitTest){ name, run, NULL, NULL, state };
    return n + 1;
}

static int clean(void **state)
{
    (void)state;
    sample_clean();
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[64] = {
        cmocka_unit_test(cut_everywhere),
        cmocka_unit_test(encrypted_files),
        cmocka_unit_test(report_names_the_damage),
        cmocka_unit_test(report_is_bounded),
        cmocka_unit_test(report_names_lost_objects),
        cmocka_unit_test(time_is_limited),
    };
    size_t n = 6;

    for (size_t i = 0; i < COUNT(damaged_rows); i++) {
        n = add(tests, n, mends_or_refuses, damaged_rows[i].name, &damaged_rows[i]);
    }
    for (size_t i = 0; i < COUNT(hostile_rows); i++) {
        n = add(tests, n, survives, hostile_rows[i].name, &hostile_rows[i]);
    }
    return _cmocka_run_group_tests("repair", tests, n, NULL, clean);
}
