/* Revisions written out: to the byte what a signer saw. */
#include "base/own.h"
#include "pdf/revision.h"
#include "tests/pdf/chain.h"
#include "tests/pdf/sample.h"
#include "tests/token/token_fake.h"

#include <pds/sign.h>
#include <pds/verify.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static pki *identity;

static pds_code extract(const char *input, uint32_t number, pds_err *e)
{
    const pds_output output = { .path = sample_path("old.pdf"), .overwrite = true };
    (void)unlink(output.path);
    *e = (pds_err){ .offset = -1 };
    return pds_extract_revision(input, number, &output, e);
}

static void expect_begins(const char *input, uint64_t size)
{
    PDS_OWN(pds_buf_drop) pds_buf whole = sample_read(input);
    PDS_OWN(pds_buf_drop) pds_buf old = sample_read(sample_path("old.pdf"));
    assert_int_equal(old.len, size);
    assert_true(whole.len >= size);
    assert_memory_equal(old.ptr, whole.ptr, size);
}

/* ---- what pds_sign wrote ---- */

/* Where the range ends. */
static uint64_t sign(const char *input, const char *output)
{
    token_fake fake = { .identity = identity };
    pds_key *key = token_fake_key(&fake, NULL);
    pds_sign_result result;
    pds_signing signing = { .key = key };
    pds_sign_job job = { .input = sample_path(input),
                         .output = { .path = sample_path(output), .overwrite = true },
                         .signings = &signing,
                         .signing_count = 1 };
    assert_int_equal(pds_sign(&job, &result, NULL), PDS_OK);
    pds_key_drop(&key);
    return result.byte_range[2] + result.byte_range[3];
}

static void each_revision_is_what_was_there_then(void **state)
{
    static const sample_kind kinds[] = { SAMPLE_TABLE, SAMPLE_STREAM, SAMPLE_HYBRID };
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const sample kind = { .kind = kinds[i] };
        pds_err e;
        sample_make(&kind, sample_path("in.pdf"));
        PDS_OWN(pds_buf_drop) pds_buf unsigned_one = sample_read(sample_path("in.pdf"));
        const uint64_t first = sign("in.pdf", "one.pdf");
        const uint64_t second = sign("one.pdf", "two.pdf");
        assert_int_equal(extract(sample_path("two.pdf"), 1, &e), PDS_OK);
        expect_begins(sample_path("two.pdf"), unsigned_one.len);
        assert_int_equal(extract(sample_path("two.pdf"), 2, &e), PDS_OK);
        expect_begins(sample_path("two.pdf"), first);
        assert_int_equal(extract(sample_path("two.pdf"), 3, &e), PDS_OK);
        expect_begins(sample_path("two.pdf"), second);
    }
}

/* ---- where the range ends ---- */

typedef struct end_row {
    const char *name;
    const char *behind;     /* %%EOF of the signed revision */
    unsigned covered;       /* bytes of that in the range */
    bool unsigned_revision; /* the signature's field is taken away */
} end_row;

static const end_row ENDS[] = {
    { "with the line end", "\n", 1, false },
    { "before the line end", "\n", 0, false },
    { "with both bytes of it", "\r\n", 2, false },
    { "between them", "\r\n", 1, false },
    { "behind blank lines", "\n\n\n", 3, false },
    { "before the last of them", "\n\n\n", 2, false },
    { "no signature: the line end is taken along", "\n\n\n", 1, true },
};

/* A form with one signature, then an update. */
static void write_signed(const end_row *r, const char *path)
{
    static const char holes[] = "%010llu %010llu %010llu";
    char end[32];
    char numbers[64];
    make m = { 0 };
    make_piece(&m, "%PDF-1.7\n");
    make_object(&m, 1,
                r->unsigned_revision ? "<</Type/Catalog/Pages 2 0 R>>"
                                     : "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>");
    make_object(&m, 2, "<</Type/Pages/Kids[]/Count 0>>");
    make_object(&m, 3, "<</FT/Sig/T(A)/V 4 0 R>>");
    make_object(&m, 4,
                "<</Type/Sig/ByteRange[0 aaaaaaaaaa bbbbbbbbbb cccccccccc]"
                "/Contents<3003020101000000>>>");
    (void)snprintf(end, sizeof end, "%%%%EOF%s", r->behind);
    m.find = "%%EOF\n";
    m.put = end;
    make_table(&m, 5, "/Size 5");
    const unsigned long long covered = m.file.len - strlen(r->behind) + r->covered;
    uint8_t *range = memmem(m.file.ptr, m.file.len, "aaaaaaaaaa", 10);
    uint8_t *token = memmem(m.file.ptr, m.file.len, "<3003", 5);
    assert_true(range != NULL && token != NULL);
    const unsigned long long open = (unsigned long long)(token - m.file.ptr), close = open + 18;
    const int len = snprintf(numbers, sizeof numbers, holes, open, close, covered - close);
    memcpy(range, numbers, (size_t)len);
    if (r->behind[0] != '\0') {
        chain_table(&m, (const uint32_t[]){ 0 }, "/Size 5");
    }
    sample_write(path, pds_buf_span(&m.file));
    pds_buf_drop(&m.file);
}

static uint64_t end_of_first(const end_row *r, const char *path)
{
    PDS_OWN(pds_buf_drop) pds_buf file = sample_read(path);
    const uint8_t *eof = memmem(file.ptr, file.len, "%%EOF", 5);
    assert_non_null(eof);
    return (uint64_t)(eof - file.ptr) + 5 + r->covered;
}

static void the_range_of_the_signature_says_where(void **state)
{
    const end_row *r = *state;
    const char *path = sample_path("signed.pdf");
    pds_err e;
    write_signed(r, path);
    assert_int_equal(extract(path, 1, &e), PDS_OK);
    expect_begins(path, end_of_first(r, path));
    if (r->behind[0] != '\0') { /* what came later, the signature says nothing about */
        PDS_OWN(pds_buf_drop) pds_buf whole = sample_read(path);
        assert_int_equal(extract(path, 2, &e), PDS_OK);
        expect_begins(path, whole.len);
    }
}

/* ---- what goes wrong ---- */

static void a_revision_that_is_not_there(void **state)
{
    static const uint32_t numbers[] = { 0, 3, UINT32_MAX };
    const char *path = sample_path("signed.pdf");
    (void)state;
    write_signed(&ENDS[0], path);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        pds_err e;
        assert_int_equal(extract(path, numbers[i], &e), PDS_E_USAGE);
        assert_non_null(strstr(e.text, "the file has 2"));
        assert_string_equal(e.file, path);
        assert_int_not_equal(access(sample_path("old.pdf"), F_OK), 0);
    }
}

static void what_is_no_pdf_has_no_revisions(void **state)
{
    pds_err e;
    (void)state;
    sample_write(sample_path("text.pdf"), pds_span_text("hello"));
    assert_int_equal(extract(sample_path("text.pdf"), 1, &e), PDS_E_NOT_PDF);
    assert_int_equal(extract(sample_path("nothing.pdf"), 1, &e), PDS_E_INPUT_UNREADABLE);
    assert_int_not_equal(access(sample_path("old.pdf"), F_OK), 0);
}

static void the_rules_of_outputs_hold(void **state)
{
    const char *path = sample_path("signed.pdf");
    pds_output output = { .path = path, .overwrite = true };
    (void)state;
    write_signed(&ENDS[0], path);
    assert_int_equal(pds_extract_revision(path, 1, &output, NULL), PDS_E_USAGE);
    output = (pds_output){ .path = sample_path("old.pdf") };
    sample_write(output.path, pds_span_text("precious"));
    assert_int_equal(pds_extract_revision(path, 1, &output, NULL), PDS_E_OUTPUT_EXISTS);
    PDS_OWN(pds_buf_drop) pds_buf kept = sample_read(output.path);
    assert_string_equal(pds_buf_cstr(&kept), "precious");
}

static uint64_t write_padded(const char *path, size_t padding)
{
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    make m = { 0 };
    make_piece(&m, "%PDF-1.7\n");
    make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    make_object(&m, 2, "<</Type/Pages/Kids[]/Count 0>>");
    pds_buf_fill(&data, 'x', padding);
    make_stream(&m, 3, "", pds_buf_span(&data));
    make_table(&m, 4, "/Size 4");
    const uint64_t size = m.file.len;
    sample_write(path, pds_buf_span(&m.file));
    pds_buf_drop(&m.file);
    return size;
}

/* What is copied in chunks, with holes for zeros, ends with a chunk of nothing else. */
static void zeros_behind_the_end_are_written(void **state)
{
    enum { CHUNK = 256 << 10, ZEROS = 100, GUESS = CHUNK - 1000 };
    static const uint8_t zeros[ZEROS];
    const char *path = sample_path("padded.pdf");
    pds_err e;
    (void)state;
    const uint64_t more = CHUNK - write_padded(path, GUESS);
    assert_int_equal(write_padded(path, GUESS + (size_t)more), CHUNK);
    sample_append(path, pds_span_of(zeros, sizeof zeros));
    assert_int_equal(extract(path, 1, &e), PDS_OK);
    expect_begins(path, CHUNK + ZEROS);
}

static int open_all(void **state)
{
    (void)state;
    identity = pki_new(&(pki_profile){ .key = PKI_P256, .name = "Signer" });
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    pki_drop(&identity);
    sample_clean();
    return 0;
}

enum { FIXED = 5, ENDS_COUNT = sizeof ENDS / sizeof ENDS[0] };

int main(void)
{
    struct CMUnitTest tests[FIXED + ENDS_COUNT] = {
        cmocka_unit_test(each_revision_is_what_was_there_then),
        cmocka_unit_test(a_revision_that_is_not_there),
        cmocka_unit_test(what_is_no_pdf_has_no_revisions),
        cmocka_unit_test(the_rules_of_outputs_hold),
        cmocka_unit_test(zeros_behind_the_end_are_written),
    };
    for (size_t i = 0; i < ENDS_COUNT; i++) {
        tests[FIXED + i] = (struct CMUnitTest){ ENDS[i].name, the_range_of_the_signature_says_where,
                                                NULL, NULL, (void *)(uintptr_t)&ENDS[i] };
    }
    return cmocka_run_group_tests(tests, open_all, close_all);
}
