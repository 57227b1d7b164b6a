#include "tests/pdf/sample.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/wait.h>

#include <cmocka.h>

static char folder[64];

const char *sample_path(const char *name)
{
    static char paths[16][192];
    char path[192] = "";

    if (folder[0] == '\0') {
        (void)snprintf(folder, sizeof folder, "/tmp/pdfsign-test-XXXXXX");
        assert_non_null(mkdtemp(folder));
    }
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (paths[i][0] == '\0') {
            memcpy(paths[i], path, sizeof path);
        }
        if (strcmp(paths[i], path) == 0) {
            return paths[i];
        }
    }
    fail_msg("too many names");
    return NULL;
}

void sample_clean(void)
{
    DIR *d = folder[0] == '\0' ? NULL : opendir(folder);

    for (const struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;) {
        (void)unlinkat(dirfd(d), entry->d_name, 0);
    }
    if (d != NULL) {
        (void)closedir(d);
        (void)rmdir(folder);
        folder[0] = '\0';
    }
}

static void write_at(const char *path, pds_span bytes, int flags)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);

    assert_true(fd >= 0);
    while (bytes.len != 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        assert_true(n > 0);
        bytes.ptr += n;
        bytes.len -= (size_t)n;
    }
    assert_int_equal(close(fd), 0);
}

void sample_write(const char *path, pds_span bytes)
{
    write_at(path, bytes, O_TRUNC);
}

void sample_append(const char *path, pds_span bytes)
{
    write_at(path, bytes, O_APPEND);
}

pds_buf sample_read(const char *path)
{
    pds_buf whole = { 0 };
    pds_err e = { 0 };

    if (pds_file_slurp(path, PDS_BUF_MAX - 1, &whole, &e) != PDS_OK) {
        fail_msg("%s: %s", path, e.text);
    }
    return whole;
}

int sample_run(const char *const *arguments)
{
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;
    int status = 0;
    char *argv[32] = { NULL };
    const char *said = sample_path("said");

    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, 1, said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    (void)posix_spawn_file_actions_adddup2(&actions, 1, 2);
    for (size_t i = 0; arguments[i] != NULL; i++) { /* posix_spawnp leaves them alone, not const */
        assert_true(i + 1 < sizeof argv / sizeof argv[0]);
        memcpy(&argv[i], &arguments[i], sizeof argv[i]);
    }
    int rc = posix_spawnp(&pid, arguments[0], &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (rc != 0) {
        fail_msg("%s cannot be run: %s", arguments[0], strerror(rc));
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void fail_with_said(const char *program, const char *path)
{
    pds_buf said = sample_read(sample_path("said"));
    char text[1024];

    (void)snprintf(text, sizeof text, "%.*s", (int)said.len, (const char *)said.ptr);
    pds_buf_drop(&said);
    fail_msg("%s on %s: %s", program, path, text);
}

/* The program succeeds and says none of these words. */
static void check_with(const char *const *arguments, const char *path, const char *const *words)
{
    int status = sample_run(arguments);
    pds_buf said = sample_read(sample_path("said"));
    bool complains = status != 0;

    for (; *words != NULL; words++) {
        complains = complains || memmem(said.ptr, said.len, *words, strlen(*words)) != NULL;
    }
    pds_buf_drop(&said);
    if (complains) {
        fail_with_said(arguments[0], path);
    }
}

void sample_check(const char *path, const char *password)
{
    static const char *const words[] = { "WARNING", "warning", "repair", " Error", NULL };
    char option[128];
    struct stat st;

    password = password == NULL ? "" : password;
    (void)snprintf(option, sizeof option, "--password=%s", password);
    const char *const qpdf[] = { "qpdf", "--check", option, path, NULL };
    const char *const pdfinfo[] = { "pdfinfo", "-upw", password, "-opw", password, path, NULL };
    const char *const mutool[] = { "mutool", "info", "-p", password, path, NULL };
    check_with(qpdf, path, words);
    check_with(pdfinfo, path, words);
    assert_int_equal(stat(path, &st), 0);
    if (st.st_size < INT32_MAX) { /* mupdf 1.21 reads no /Prev beyond that */
        check_with(mutool, path, words);
    }
}

/* ---- making PDFs ---- */

enum { OBJECTS = 13 };

typedef struct maker {
    const sample *s;
    pds_buf out;
    uint64_t skipped; /* bytes left out before the end of out */
    size_t skipped_at;
    uint64_t offset[OBJECTS];
    bool packed[OBJECTS]; /* in the object stream */
} maker;

static const char *const BODIES[] = {
    NULL,
    "<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<<>>/Annots[]>>",
    "<</Length 21>>\nstream\n0 0 m 100 100 l S 0 g\nendstream",
    "<</Title(Vertr\\344g \\(1\\) [x])/Nested[(a)<</B(bb)/C[<636363>()]>>]>>",
    "<</Fields[]/DA(/Helv 0 Tf 0 g)>>",
    "<</Generation(three)>>",
    "<</Packed(eight)>>",
    "[(nine)9]",
};

static uint64_t place(const maker *m)
{
    return m->skipped + m->out.len;
}

static void begin_object(maker *m, unsigned num)
{
    m->offset[num] = place(m);
    pds_buf_printf(&m->out, "%u %u obj\n", num, num == 7 ? 3U : 0U);
}

static void put_objects(maker *m, bool packs)
{
    for (unsigned num = 1; num <= 9; num++) {
        m->packed[num] = packs && num >= 8;
        if (!m->packed[num]) {
            begin_object(m, num);
            pds_buf_printf(&m->out, "%s\nendobj\n", BODIES[num]);
        }
    }
}

static void put_object_stream(maker *m, unsigned num)
{
    pds_buf body = { 0 };

    pds_buf_printf(&body, "8 0 9 %zu ", strlen(BODIES[8]) + 1);
    size_t first = body.len;
    pds_buf_printf(&body, "%s %s", BODIES[8], BODIES[9]);
    begin_object(m, num);
    pds_buf_printf(&m->out, "<</Type/ObjStm/N 2/First %zu/Length %zu>>\nstream\n", first, body.len);
    pds_buf_put(&m->out, pds_buf_span(&body));
    pds_buf_text(&m->out, "\nendstream\nendobj\n");
    pds_buf_drop(&body);
}

static void put_gap(maker *m, unsigned num)
{
    begin_object(m, num);
    pds_buf_printf(&m->out, "<</Length %llu>>\nstream\n", (unsigned long long)m->s->gap);
    m->skipped_at = m->out.len;
    m->skipped = m->s->gap;
    pds_buf_text(&m->out, "\nendstream\nendobj\n");
}

static const char *trailer_of(const sample *s)
{
    return s->trailer != NULL ? s->trailer
                              : "/ID[<00112233445566778899aabbccddeeff><0011>]/Own(entry)";
}

/* The stream `num`, over all objects or, in a hybrid file, those that the table can't show. */
static void put_xref_stream(maker *m, unsigned num, unsigned packer)
{
    bool hybrid = m->s->kind == SAMPLE_HYBRID;
    unsigned first = hybrid ? 8 : 0;
    unsigned count = hybrid ? 2 : num + 1;

    begin_object(m, num);
    pds_buf_printf(&m->out, "<</Type/XRef/Size %u/Root 1 0 R/Info 5 0 R/W[1 8 2]/Index[%u %u]",
                   num + 1, first, count);
    pds_buf_printf(&m->out, "/Length %u%s>>\nstream\n", count * 11, trailer_of(m->s));
    for (unsigned i = first; i < first + count; i++) {
        uint64_t field = m->packed[i] ? packer : m->offset[i];
        unsigned last = i == 0 ? 65535 : i == 7 ? 3 : m->packed[i] ? i - 8 : 0;
        pds_buf_byte(&m->out, i == 0 ? 0 : m->packed[i] ? 2 : 1);
        for (int shift = 56; shift >= 0; shift -= 8) {
            pds_buf_byte(&m->out, (uint8_t)(field >> shift));
        }
        pds_buf_byte(&m->out, (uint8_t)(last >> 8));
        pds_buf_byte(&m->out, (uint8_t)last);
    }
    pds_buf_text(&m->out, "\nendstream\nendobj\n");
}

static uint64_t put_table(maker *m, unsigned size, unsigned stream)
{
    uint64_t start = place(m);

    pds_buf_printf(&m->out, "xref\n0 %u\n0000000000 65535 f \n", size);
    for (unsigned i = 1; i < size; i++) {
        if (m->packed[i]) {
            pds_buf_text(&m->out, "0000000000 00000 f \n");
        } else {
            pds_buf_printf(&m->out, "%010llu %05u n \n", (unsigned long long)m->offset[i],
                           i == 7 ? 3U : 0U);
        }
    }
    pds_buf_printf(&m->out, "trailer\n<</Size %u/Root 1 0 R/Info 5 0 R", size);
    if (stream != 0) {
        pds_buf_printf(&m->out, "/XRefStm %llu", (unsigned long long)m->offset[stream]);
    }
    pds_buf_printf(&m->out, "%s>>\n", trailer_of(m->s));
    return start;
}

static void save(const maker *m, const char *path)
{
    pds_span all = pds_buf_span(&m->out);
    pds_span head = { NULL, 0 };

    assert_int_equal(m->out.bad, PDS_OK);
    assert_true(pds_span_take(&all, m->skipped == 0 ? all.len : m->skipped_at, &head));
    sample_write(path, head);
    if (m->skipped != 0) {
        assert_int_equal(truncate(path, (off_t)(head.len + m->skipped)), 0);
        sample_append(path, all);
    }
}

void sample_make(const sample *s, const char *path)
{
    maker m = { .s = s };
    unsigned num = 10;
    unsigned packer = s->kind == SAMPLE_TABLE ? 0 : num++;
    unsigned gap = s->gap == 0 ? 0 : num++;
    unsigned stream = s->kind == SAMPLE_TABLE ? 0 : num++;

    pds_buf_text(&m.out, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
    put_objects(&m, packer != 0);
    if (packer != 0) {
        put_object_stream(&m, packer);
    }
    if (gap != 0) {
        put_gap(&m, gap);
    }
    if (stream != 0) {
        put_xref_stream(&m, stream, packer);
    }
    uint64_t start = s->kind == SAMPLE_STREAM ? m.offset[stream] : put_table(&m, num, stream);
    pds_buf_printf(&m.out, "startxref\n%llu\n%%%%EOF%s", (unsigned long long)start,
                   s->no_newline ? "" : "\n");
    save(&m, path);
    pds_buf_drop(&m.out);
}
