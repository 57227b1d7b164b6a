#include "base/own.h"
#include "pdf/doc.h"
#include "pdf/update.h"
#include "tests/pdf/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* Updates of files of every kind: what is written, what other programs say to it, and what our own
 * reader finds in it. */

static void ok_at(pds_code code, const pds_err *e, int line)
{
    if (code != PDS_OK) {
        fail_msg("line %d: %s: %s", line, pds_code_name(code), e->text);
    }
}
#define OK(call) ok_at((call), &e, __LINE__)

#define TEXT(literal) pds_span_of((literal), sizeof(literal) - 1)

/* An open file with an update of it. */
typedef struct fixture {
    char path[192];
    pds_file file;
    pds_secret *password;
    pds_doc *doc;
    pds_update *u;
    pds_buf out;
    pds_hole hole;
} fixture;

static void open_fixture(fixture *f, const char *password)
{
    pds_err e = { 0 };

    if (password != NULL && f->password == NULL) {
        OK(pds_secret_new(&f->password, &e));
        OK(pds_secret_set(f->password, pds_span_text(password), &e));
    }
    OK(pds_file_open(f->path, &f->file, &e));
    OK(pds_doc_open(&f->file, f->password, &f->doc, &e));
    OK(pds_doc_check_objects(f->doc, &e));
    OK(pds_update_new(f->doc, &f->u, &e));
}

static void close_fixture(fixture *f)
{
    pds_update_drop(&f->u);
    pds_doc_drop(&f->doc);
    pds_file_close(&f->file);
    pds_buf_drop(&f->out);
    memset(&f->hole, 0, sizeof f->hole);
}

static void fixture_drop(fixture *f)
{
    close_fixture(f);
    pds_secret_drop(&f->password);
    (void)unlink(f->path);
}

static void make_fixture(fixture *f, const sample *s)
{
    (void)snprintf(f->path, sizeof f->path, "%s", sample_path("updated.pdf"));
    sample_make(s, f->path);
    open_fixture(f, NULL);
}

/* Writes the update behind the file and opens the result; other programs look at it too. */
static void write_and_reopen(fixture *f)
{
    pds_err e = { 0 };

    OK(pds_update_write(f->u, &f->out, &f->hole, &e));
    sample_append(f->path, pds_buf_span(&f->out));
    close_fixture(f);
    open_fixture(f, NULL);
}

static void check_value(pds_span value, const char *want)
{
    if (!pds_span_is(value, want)) {
        fail_msg("found %.*s, wanted %s", (int)value.len, (const char *)value.ptr, want);
    }
}

static void check_object(fixture *f, pds_ref ref, const char *want)
{
    PDS_OWN(pds_object_drop) pds_object o = { .offset = -1 };
    pds_err e = { 0 };

    OK(pds_doc_read(f->doc, ref, &o, &e));
    check_value(o.value, want);
}

static bool has(pds_span text, const char *part)
{
    return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

static void check_has(pds_span text, const char *part)
{
    if (!has(text, part)) {
        fail_msg("no %s in:\n%.*s", part, (int)text.len, (const char *)text.ptr);
    }
}

/* ---- every kind of file ---- */

typedef struct kind_row {
    const char *name;
    sample sample;
} kind_row;

static kind_row kind_rows[] = {
    { "a cross-reference table", { .kind = SAMPLE_TABLE } },
    { "a cross-reference stream", { .kind = SAMPLE_STREAM } },
    { "a hybrid file", { .kind = SAMPLE_HYBRID } },
    { "a table behind 5 GB", { .kind = SAMPLE_TABLE, .gap = 5000000000 } },
    { "a stream behind 5 GB", { .kind = SAMPLE_STREAM, .gap = 5000000000 } },
    { "no line end behind %%EOF", { .kind = SAMPLE_TABLE, .no_newline = true } },
    { "no line end behind %%EOF, stream", { .kind = SAMPLE_STREAM, .no_newline = true } },
};

static void check_byte_range(const fixture *f, uint64_t size)
{
    pds_span text = pds_buf_span(&f->out);
    char want[128];
    const uint64_t *r = f->hole.byte_range;

    assert_int_equal(r[0], 0);
    assert_int_equal(r[1], size + f->hole.open);
    assert_int_equal(r[2], size + f->hole.close);
    assert_int_equal(r[3], f->out.len - f->hole.close);
    assert_int_equal(f->out.ptr[f->hole.open], '<');
    assert_int_equal(f->out.ptr[f->hole.close - 1], '>');
    (void)snprintf(want, sizeof want, "/ByteRange[0 %llu %llu %llu] ", (unsigned long long)r[1],
                   (unsigned long long)r[2], (unsigned long long)r[3]);
    check_has(text, want);
}

/* Edits of old, new, packed and streamed objects and a signature, in two updates. */
static void composes(void **state)
{
    const kind_row *row = *state;
    PDS_OWN(fixture_drop) fixture f = { .file = PDS_FILE_NONE };
    PDS_OWN(pds_object_drop) pds_object o = { .offset = -1 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    pds_err e = { 0 };
    static const uint8_t long_data[1000] = { 0 };
    make_fixture(&f, &row->sample);
    bool stream = pds_doc_has_xref_stream(f.doc);
    pds_ref fresh = pds_update_ref(f.u);
    pds_ref content = pds_update_ref(f.u);
    pds_ref signature = pds_update_ref(f.u);
    char reference[32];

    (void)snprintf(reference, sizeof reference, "%u 0 R", fresh.num);
    const pds_entry own = { "Own", pds_span_text(reference) };
    OK(pds_update_put(f.u, fresh, TEXT("(first)"), &e));
    OK(pds_update_put(f.u, fresh, TEXT(" <</A(b)>> "), &e));
    OK(pds_update_edit(f.u, (pds_ref){ .num = 1 }, &own, 1, &e));
    OK(pds_update_put(f.u, (pds_ref){ .num = 8 }, TEXT("<</Unpacked(eight)>>"), &e));
    OK(pds_update_put(f.u, (pds_ref){ .num = 7, .gen = 3 }, TEXT("[3]"), &e));
    OK(pds_update_put_stream(f.u, content, TEXT("<</K 1>>"), pds_span_of(long_data, 1000), &e));
    OK(pds_update_put_signature(f.u, signature, TEXT("/Type/Sig/Reason(why)"), 100, &e));

    OK(pds_update_get(f.u, TEXT("<</X 1 0 R>>"), "X", &o, &e));
    OK(pds_update_get(f.u, o.value, "Own", &o, &e));
    check_value(o.value, "<</A(b)>>");
    OK(pds_update_get(f.u, o.value, "None", &o, &e));
    assert_int_equal(o.value.len, 0);

    uint64_t size = f.file.size;
    OK(pds_update_write(f.u, &f.out, &f.hole, &e));
    check_byte_range(&f, size);
    assert_int_equal(f.out.ptr[0] == '\n', row->sample.no_newline);
    OK(pds_hole_fill(&f.out, &f.hole, TEXT("\x01\xab\xff"), &e));
    check_has(pds_buf_span(&f.out), "/Contents<01abff00");
    sample_append(f.path, pds_buf_span(&f.out));
    close_fixture(&f);
    open_fixture(&f, NULL);

    assert_int_equal(pds_doc_has_xref_stream(f.doc), stream);
    check_object(&f, fresh, "<</A(b)>>");
    check_object(&f, (pds_ref){ .num = 8 }, "<</Unpacked(eight)>>");
    check_object(&f, (pds_ref){ .num = 9 }, "[(nine)9]");
    check_object(&f, (pds_ref){ .num = 7, .gen = 3 }, "[3]");
    OK(pds_doc_read(f.doc, content, &o, &e));
    assert_true(o.stream && o.data_len < 100);
    OK(pds_doc_stream(f.doc, &o, 1000, &data, &e));
    assert_int_equal(data.len, 1000);
    assert_memory_equal(data.ptr, long_data, 1000);

    const pds_entry gone = { "Own", { NULL, 0 } };
    OK(pds_update_edit(f.u, (pds_ref){ .num = 1 }, &gone, 1, &e));
    OK(pds_update_edit(f.u, (pds_ref){ .num = 4 }, &own, 1, &e)); /* a stream's dictionary */
    write_and_reopen(&f);
    check_object(&f, (pds_ref){ .num = 1 }, "<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R>>");
    OK(pds_doc_read(f.doc, (pds_ref){ .num = 4 }, &o, &e));
    pds_buf_clear(&data);
    OK(pds_doc_stream(f.doc, &o, 100, &data, &e));
    check_value(pds_buf_span(&data), "0 0 m 100 100 l S 0 g");
    sample_check(f.path, NULL);
}

/* ---- the section ---- */

static void table_is_exact(void **state)
{
    (void)state;
    PDS_OWN(fixture_drop) fixture f = { .file = PDS_FILE_NONE };
    pds_err e = { 0 };
    make_fixture(&f, &(sample){ .kind = SAMPLE_TABLE });

    OK(pds_update_put(f.u, (pds_ref){ .num = 2 }, TEXT("null"), &e));
    OK(pds_update_put(f.u, (pds_ref){ .num = 7, .gen = 3 }, TEXT("null"), &e));
    OK(pds_update_put(f.u, (pds_ref){ .num = 3 }, TEXT("null"), &e));
    uint64_t old = pds_doc_startxref(f.doc);
    OK(pds_update_write(f.u, &f.out, NULL, &e));

    char want[512];
    unsigned long long size = f.file.size;
    (void)snprintf(want, sizeof want,
                   "2 0 obj\nnull\nendobj\n3 0 obj\nnull\nendobj\n7 3 obj\nnull\nendobj\n"
                   "xref\n2 2\n%010llu 00000 n \n%010llu 00000 n \n7 1\n%010llu 00003 n \n"
                   "trailer\n<</Size 10/Prev %llu/ID [<00112233445566778899aabbccddeeff><",
                   size, size + 20, size + 40, (unsigned long long)old);
    assert_true(f.out.len > strlen(want));
    check_value(pds_span_of(f.out.ptr, strlen(want)), want);
    (void)snprintf(want, sizeof want,
                   ">]/Root 1 0 R/Info 5 0 R/Own (entry)>>\nstartxref\n%llu\n%%%%EOF\n", size + 60);
    check_value(pds_span_of(f.out.ptr + f.out.len - strlen(want), strlen(want)), want);
}

static void index_ascends(void **state)
{
    (void)state;
    PDS_OWN(fixture_drop) fixture f = { .file = PDS_FILE_NONE };
    pds_err e = { 0 };
    make_fixture(&f, &(sample){ .kind = SAMPLE_STREAM });

    OK(pds_update_put(f.u, (pds_ref){ .num = 8 }, TEXT("null"), &e));
    OK(pds_update_put(f.u, (pds_ref){ .num = 3 }, TEXT("null"), &e));
    OK(pds_update_put(f.u, (pds_ref){ .num = 2 }, TEXT("null"), &e));
    OK(pds_update_write(f.u, &f.out, NULL, &e));
    check_has(pds_buf_span(&f.out), "/Size 13/");
    check_has(pds_buf_span(&f.out), "/W [1 2 1]/Index [2 2 8 1 12 1]/Length 16/");
    assert_false(has(pds_buf_span(&f.out), "/DecodeParms"));

    pds_buf_clear(&f.out);
    OK(pds_update_put(f.u, pds_update_ref(f.u), TEXT("null"), &e)); /* runs into the stream's own */
    OK(pds_update_write(f.u, &f.out, NULL, &e));
    check_has(pds_buf_span(&f.out), "/Index [2 2 8 1 12 2]");
}

static void many_objects_are_deflated(void **state)
{
    (void)state;
    PDS_OWN(fixture_drop) fixture f = { .file = PDS_FILE_NONE };
    pds_err e = { 0 };
    pds_ref last = { 0 };
    make_fixture(&f, &(sample){ .kind = SAMPLE_STREAM });

    for (int i = 0; i < 500; i++) {
        last = pds_update_ref(f.u);
        OK(pds_update_put(f.u, last, TEXT("(x)"), &e));
    }
    OK(pds_update_write(f.u, &f.out, NULL, &e));
    check_has(pds_buf_span(&f.out), "/Filter /FlateDecode");
    sample_append(f.path, pds_buf_span(&f.out));
    close_fixture(&f);
    open_fixture(&f, NULL);
    check_object(&f, last, "(x)");
    sample_check(f.path, NULL);
}

static void hybrid_becomes_table(void **state)
{
    (void)state;
    PDS_OWN(fixture_drop) fixture f = { .file = PDS_FILE_NONE };
    pds_err e = { 0 };
    make_fixture(&f, &(sample){ .kind = SAMPLE_HYBRID });

    OK(pds_update_put(f.u, (pds_ref){ .num = 8 }, TEXT("null"), &e));
    OK(pds_update_write(f.u, &f.out, NULL, &e));
    assert_false(has(pds_buf_span(&f.out), "XRefStm"));
    check_has(pds_buf_span(&f.out), "xref\n8 1\n");
}

static void offset_limit_of_tables(void **state)
{
    (void)state;
    pds_err e = { 0 };
    PDS_OWN(fixture_drop)
    fixture f = { .file = PDS_FILE_NONE };

    (void)snprintf(f.path, sizeof f.path, "%s", sample_path("updated.pdf"));
    sample_make(&(sample){ .kind = SAMPLE_STREAM, .gap = 10000000000 }, f.path);
    open_fixture(&f, NULL);
    OK(pds_update_put(f.u, (pds_ref){ .num = 8 }, TEXT("(far)"), &e));
    write_and_reopen(&f);
    check_object(&f, (pds_ref){ .num = 8 }, "(far)");
    close_fixture(&f);

    sample_make(&(sample){ .kind = SAMPLE_TABLE, .gap = 9999998000 }, f.path);
    open_fixture(&f, NULL);
    PDS_OWN(pds_buf_drop) pds_buf large = { 0 };
    pds_buf_byte(&large, '(');
    pds_buf_fill(&large, 'x', 4000);
    pds_buf_byte(&large, ')');
    OK(pds_update_put(f.u, (pds_ref){ .num = 8 }, pds_buf_span(&large), &e));
    assert_int_equal(pds_update_write(f.u, &f.out, NULL, &e), PDS_E_PDF_LIMIT);
}

/* ---- /ID ---- */

typedef struct id_row {
    const char *name, *trailer, *want;
} id_row;

static id_row id_rows[] = {
    { "the first half stays", "/ID[(ab\\)c)<00>]", "/ID [(ab\\)c)<" },
    { "none yet: both halves are made", "/Own 1", "/ID [<" },
    { "half of one", "/ID[<1234>]", "/ID [<1234><" },
    { "not strings", "/ID[1 2]", "/ID [<" },
    { "not an array", "/ID(x)", "/ID [<" },
};

static void id_second_half(void **state)
{
    const id_row *row = *state;
    const sample s = { .kind = SAMPLE_TABLE, .trailer = row->trailer };
    PDS_OWN(fixture_drop) fixture f = { .file = PDS_FILE_NONE };
    PDS_OWN(pds_buf_drop) pds_buf again = { 0 };
    pds_err e = { 0 };
    make_fixture(&f, &s);

    OK(pds_update_put(f.u, (pds_ref){ .num = 7, .gen = 3 }, TEXT("1"), &e));
    OK(pds_update_write(f.u, &f.out, NULL, &e));
    OK(pds_update_write(f.u, &again, NULL, &e));
    check_has(pds_buf_span(&f.out), row->want);
    assert_true(pds_span_eq(pds_buf_span(&f.out), pds_buf_span(&again)));
    OK(pds_update_put(f.u, (pds_ref){ .num = 7, .gen = 3 }, TEXT("2"), &e));
    pds_buf_clear(&again);
    OK(pds_update_write(f.u, &again, NULL, &e));
    const char *one = memmem(f.out.ptr, f.out.len, "/ID", 3);
    const char *two = memmem(again.ptr, again.len, "/ID", 3);
    assert_non_null(one);
    assert_non_null(two);
    assert_memory_not_equal(one, two, 50);
}

/* ---- encryption ---- */

typedef struct crypt_row {
    const char *name;
    const char *options[8]; /* of qpdf --encrypt user owner … */
} crypt_row;

static crypt_row crypt_rows[] = {
    { "RC4, 40 bits", { "40" } },
    { "RC4, 128 bits", { "128", "--use-aes=n" } },
    { "AES-128", { "128", "--use-aes=y" } },
    { "AES-256, revision 5", { "256", "--force-R5" } },
    { "AES-256, revision 6", { "256" } },
    { "AES-256, clear metadata", { "256", "--cleartext-metadata" } },
};

static void encrypt(const crypt_row *row, const char *streams, const char *to)
{
    const char *plain = sample_path("plain.pdf");
    const char *arguments[20] = { "qpdf",      streams, "--allow-weak-crypto",
                                  "--encrypt", "user",  "owner" };
    size_t n = 6;

    for (size_t i = 0; row->options[i] != NULL; i++) {
        arguments[n++] = row->options[i];
    }
    arguments[n++] = "--";
    arguments[n++] = plain;
    arguments[n++] = to;
    sample_make(&(sample){ .kind = SAMPLE_TABLE }, plain);
    assert_int_equal(sample_run(arguments), 0);
}

static pds_ref root_of(const fixture *f)
{
    pds_span value;
    pds_ref root = { 0 };

    assert_true(pds_dict_get(pds_doc_trailer(f->doc), "Root", &value));
    assert_true(pds_value_ref(value, &root));
    return root;
}

/* Nothing of what is secret stands in the update, and qpdf reads all of it. */
static void encrypts(const crypt_row *row, const char *streams)
{
    PDS_OWN(fixture_drop) fixture f = { .file = PDS_FILE_NONE };
    PDS_OWN(pds_object_drop) pds_object o = { .offset = -1 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    pds_err e = { 0 };

    (void)snprintf(f.path, sizeof f.path, "%s", sample_path("encrypted.pdf"));
    encrypt(row, streams, f.path);
    open_fixture(&f, "user");

    pds_ref text = pds_update_ref(f.u);
    pds_ref stream = pds_update_ref(f.u);
    pds_ref metadata = pds_update_ref(f.u);
    pds_ref signature = pds_update_ref(f.u);
    char references[128];
    (void)snprintf(references, sizeof references, "[%u 0 R %u 0 R %u 0 R %u 0 R(in the root)]",
                   text.num, stream.num, metadata.num, signature.num);
    const pds_entry own = { "Own", pds_span_text(references) };
    OK(pds_update_edit(f.u, root_of(&f), &own, 1, &e));
    OK(pds_update_put(f.u, text, TEXT("[(topmost)<</A(secret)/B()>>]"), &e));
    OK(pds_update_put_stream(f.u, stream, TEXT("<</Note(secret)>>"), TEXT("secret data"), &e));
    OK(pds_update_put_stream(f.u, metadata, TEXT("<</Type/Metadata/Subtype/XML>>"), TEXT("<x/>"),
                             &e));
    OK(pds_update_put_signature(f.u, signature, TEXT("/Type/Sig/Reason(secret)"), 8, &e));
    OK(pds_update_write(f.u, &f.out, &f.hole, &e));
    assert_false(has(pds_buf_span(&f.out), "secret"));
    assert_false(has(pds_buf_span(&f.out), "in the root"));
    assert_int_equal(has(pds_buf_span(&f.out), "<x/>"),
                     row->options[1] != NULL && strstr(row->options[1], "clear") != NULL);
    OK(pds_hole_fill(&f.out, &f.hole, TEXT("\x30\x06mnopqr"), &e));
    sample_append(f.path, pds_buf_span(&f.out));
    close_fixture(&f);
    open_fixture(&f, "user");

    check_object(&f, text, "[(topmost)<</A(secret)/B()>>]");
    OK(pds_doc_read(f.doc, stream, &o, &e));
    OK(pds_doc_stream(f.doc, &o, 100, &data, &e));
    check_value(pds_buf_span(&data), "secret data");
    OK(pds_doc_read(f.doc, signature, &o, &e));
    check_has(o.value, "/Contents<30066d6e6f707172>");
    sample_check(f.path, "owner");

    const char *clear = sample_path("clear.pdf");
    const char *const decrypt[] = { "qpdf", "--password=user", "--decrypt", "--qdf", f.path, clear,
                                    NULL };
    assert_int_equal(sample_run(decrypt), 0);
    PDS_OWN(pds_buf_drop) pds_buf whole = sample_read(clear);
    check_has(pds_buf_span(&whole), "(topmost)");
    check_has(pds_buf_span(&whole), "secret data");
    check_has(pds_buf_span(&whole), "(in the root)");
    check_has(pds_buf_span(&whole), "/Reason (secret)");
    check_has(pds_buf_span(&whole), "/Contents <30066d6e6f707172>");
}

static void encrypts_tables(void **state)
{
    encrypts(*state, "--object-streams=disable");
}

static void encrypts_streams(void **state)
{
    encrypts(*state, "--object-streams=generate");
}

/* ---- refusals ---- */

static void refuses(void **state)
{
    (void)state;
    PDS_OWN(fixture_drop) fixture f = { .file = PDS_FILE_NONE };
    PDS_OWN(pds_object_drop) pds_object o = { .offset = -1 };
    pds_err e = { 0 };
    make_fixture(&f, &(sample){ .kind = SAMPLE_TABLE });
    pds_ref fresh = pds_update_ref(f.u);
    const pds_ref array = { .num = 9 };
    const pds_entry own = { "Own", TEXT("1") };

    assert_int_equal(pds_update_write(f.u, &f.out, NULL, &e), PDS_E_INTERNAL);
    assert_int_equal(pds_update_put(f.u, fresh, TEXT("<</A>>"), &e), PDS_E_INTERNAL);
    assert_int_equal(pds_update_put(f.u, fresh, TEXT("1 2"), &e), PDS_E_INTERNAL);
    assert_int_equal(pds_update_put(f.u, fresh, TEXT("endobj"), &e), PDS_E_INTERNAL);
    assert_int_equal(pds_update_put(f.u, (pds_ref){ .num = 0 }, TEXT("1"), &e), PDS_E_PDF_LIMIT);
    assert_int_equal(pds_update_put_stream(f.u, fresh, TEXT("[]"), TEXT("x"), &e), PDS_E_INTERNAL);
    assert_int_equal(pds_update_edit(f.u, array, &own, 1, &e), PDS_E_PDF_DAMAGED);
    assert_int_equal(pds_update_put_signature(f.u, fresh, TEXT("/Contents<>"), 9, &e),
                     PDS_E_INTERNAL);
    assert_int_equal(pds_update_put_signature(f.u, fresh, TEXT(">><<"), 9, &e), PDS_E_INTERNAL);
    assert_int_equal(pds_update_put_signature(f.u, fresh, TEXT("/A 1"), 0, &e), PDS_E_INTERNAL);
    OK(pds_update_put_signature(f.u, fresh, TEXT("/A 1"), 4, &e));
    assert_int_equal(pds_update_put_signature(f.u, array, TEXT("/A 1"), 4, &e), PDS_E_INTERNAL);
    OK(pds_update_write(f.u, &f.out, &f.hole, &e));
    assert_int_equal(pds_hole_fill(&f.out, &f.hole, TEXT("12345"), &e), PDS_E_INTERNAL);
    OK(pds_hole_fill(&f.out, &f.hole, TEXT("1234"), &e));
    OK(pds_hole_fill(&f.out, &f.hole, TEXT("\x0f"), &e)); /* a shorter one leaves nothing behind */
    check_has(pds_buf_span(&f.out), "/Contents<0f000000>>>");

    OK(pds_update_put(f.u, (pds_ref){ .num = 1 }, TEXT("1 0 R"), &e)); /* refers to itself */
    assert_int_equal(pds_update_get(f.u, TEXT("<</X 1 0 R>>"), "X", &o, &e), PDS_E_PDF_DAMAGED);
}

static void encryption_stays(void **state)
{
    (void)state;
    PDS_OWN(fixture_drop) fixture f = { .file = PDS_FILE_NONE };
    pds_err e = { 0 };
    pds_ref handler = { 0 };
    pds_span value;

    (void)snprintf(f.path, sizeof f.path, "%s", sample_path("encrypted.pdf"));
    encrypt(&crypt_rows[4], "--object-streams=disable", f.path);
    open_fixture(&f, "owner");
    assert_true(pds_dict_get(pds_doc_trailer(f.doc), "Encrypt", &value));
    assert_true(pds_value_ref(value, &handler));
    assert_int_equal(pds_update_put(f.u, handler, TEXT("<<>>"), &e), PDS_E_INTERNAL);
}

/* A key may depend on there being none. */
static void encrypted_file_gets_no_id(void **state)
{
    (void)state;
    PDS_OWN(fixture_drop) fixture f = { .file = PDS_FILE_NONE };
    pds_err e = { 0 };

    (void)snprintf(f.path, sizeof f.path, "%s", sample_path("encrypted.pdf"));
    encrypt(&crypt_rows[4], "--object-streams=disable", f.path);
    PDS_OWN(pds_buf_drop) pds_buf whole = sample_read(f.path);
    uint8_t *id = memmem(whole.ptr, whole.len, "/ID", 3);
    assert_non_null(id);
    id[2] = 'd';
    sample_write(f.path, pds_buf_span(&whole));
    open_fixture(&f, "owner");
    OK(pds_update_put(f.u, pds_update_ref(f.u), TEXT("(x)"), &e));
    OK(pds_update_write(f.u, &f.out, NULL, &e));
    assert_false(has(pds_buf_span(&f.out), "/ID"));
    check_has(pds_buf_span(&f.out), "/Id");
    check_has(pds_buf_span(&f.out), "/Encrypt");
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
        cmocka_unit_test(table_is_exact),
        cmocka_unit_test(index_ascends),
        cmocka_unit_test(many_objects_are_deflated),
        cmocka_unit_test(hybrid_becomes_table),
        cmocka_unit_test(offset_limit_of_tables),
        cmocka_unit_test(refuses),
        cmocka_unit_test(encryption_stays),
        cmocka_unit_test(encrypted_file_gets_no_id),
    };
    size_t n = 8;

    for (size_t i = 0; i < COUNT(kind_rows); i++) {
        n = add(tests, n, composes, kind_rows[i].name, &kind_rows[i]);
    }
    for (size_t i = 0; i < COUNT(id_rows); i++) {
        n = add(tests, n, id_second_half, id_rows[i].name, &id_rows[i]);
    }
    for (size_t i = 0; i < COUNT(crypt_rows); i++) {
        n = add(tests, n, encrypts_tables, crypt_rows[i].name, &crypt_rows[i]);
        n = add(tests, n, encrypts_streams, crypt_rows[i].name, &crypt_rows[i]);
    }
    return _cmocka_run_group_tests("update", tests, n, NULL, clean);
}
