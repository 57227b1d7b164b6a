#include "base/own.h"
#include "pdf/crypt.h"
#include "pdf/doc.h"
#include "tests/pdf/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The standard security handler on files that qpdf encrypts, and on dictionaries made here. */

static void ok_at(pds_code code, const pds_err *e, int line)
{
    if (code != PDS_OK) {
        fail_msg("line %d: %s: %s", line, pds_code_name(code), e->text);
    }
}
#define OK(call) ok_at((call), &e, __LINE__)

#define TEXT(literal) pds_span_of((literal), sizeof(literal) - 1)
#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))

/* ---- whole files ---- */

typedef struct file_row {
    const char *name;
    const char *user, *owner;
    const char *options[6]; /* of qpdf --encrypt */
} file_row;

#define TEN     "0123456789"
#define LONGEST TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "0123456"

static file_row file_rows[] = {
    { "RC4, 40 bits", "user", "owner", { "40" } },
    { "RC4, 128 bits", "user", "owner", { "128", "--use-aes=n" } },
    { "RC4 through a crypt filter", "user", "owner", { "128", "--use-aes=n", "--force-V4" } },
    { "AES-128", "user", "owner", { "128", "--use-aes=y" } },
    { "AES-128, clear metadata",
      "user",
      "owner",
      { "128", "--use-aes=y", "--cleartext-metadata" } },
    { "AES-256, revision 5", "user", "owner", { "256", "--force-R5" } },
    { "AES-256, revision 6", "user", "owner", { "256" } },
    { "AES-256, clear metadata", "user", "owner", { "256", "--cleartext-metadata" } },
    { "no user password", "", "owner", { "256" } },
    { "no user password, RC4", "", "owner", { "128", "--use-aes=n" } },
    { "passwords in Chinese", "\xe5\x90\x88\xe5\x90\x8c", "\xe7\x94\xb2\xe6\x96\xb9", { "256" } },
    { "passwords in PDFDocEncoding",
      "\xc3\xb6\x66\x66nen",
      "b\xc3\xbcro \xe2\x82\xac",
      { "128", "--use-aes=n" } },
    { "passwords in PDFDocEncoding, AES", "\xc5\xa0", "\xef\xac\x81", { "128", "--use-aes=y" } },
    { "a password of 127 bytes", LONGEST, "owner", { "256" } },
};

static void run_qpdf(const file_row *row, const char *plain, const char *to)
{
    const char *arguments[20] = {
        "qpdf",    "--object-streams=disable", "--allow-weak-crypto", "--encrypt", row->user,
        row->owner
    };
    size_t n = 6;

    for (size_t i = 0; row->options[i] != NULL; i++) {
        arguments[n++] = row->options[i];
    }
    arguments[n++] = "--";
    arguments[n++] = plain;
    arguments[n++] = to;
    assert_int_equal(sample_run(arguments), 0);
}

static void secret_of(const char *text, pds_secret **out)
{
    pds_err e = { 0 };

    *out = NULL;
    if (text != NULL && text[0] != '\0') {
        OK(pds_secret_new(out, &e));
        OK(pds_secret_set(*out, pds_span_text(text), &e));
    }
}

typedef struct opened {
    pds_file file;
    pds_doc *doc;
} opened;

static void opened_drop(opened *o)
{
    pds_doc_drop(&o->doc);
    pds_file_close(&o->file);
}

static pds_code open_with(opened *o, const char *path, const char *password, pds_err *e)
{
    PDS_OWN(pds_secret_drop) pds_secret *secret = NULL;

    secret_of(password, &secret);
    assert_int_equal(pds_file_open(path, &o->file, e), PDS_OK);
    return pds_doc_open(&o->file, secret, &o->doc, e);
}

static void check_same(pds_span a, pds_span b);

static pds_span value_of(pds_span dict, pds_span name)
{
    pds_iter it = pds_iter_of(dict);
    pds_span key;
    pds_span value;

    while (pds_iter_next(&it, &key, &value)) {
        if (pds_span_eq(key, name)) {
            return value;
        }
    }
    return pds_span_of(NULL, 0);
}

static size_t count_of(pds_span container)
{
    pds_iter it = pds_iter_of(container);
    pds_span key;
    pds_span item;
    size_t n = 0;

    while (pds_iter_next(&it, &key, &item)) {
        n++;
    }
    return n;
}

static void check_same_items(pds_span a, pds_span b)
{
    pds_iter in_a = pds_iter_of(a);
    pds_iter in_b = pds_iter_of(b);
    pds_span key;
    pds_span unused;
    pds_span item_a;
    pds_span item_b;

    assert_int_equal(count_of(a), count_of(b));
    while (pds_iter_next(&in_a, &key, &item_a)) {
        if (in_a.dict) {
            item_b = value_of(b, key);
        } else {
            assert_true(pds_iter_next(&in_b, &unused, &item_b));
        }
        check_same(item_a, item_b);
    }
}

/* The same values, whatever the strings are written as and in whatever order the entries stand. */
static void check_same(pds_span a, pds_span b)
{
    PDS_OWN(pds_buf_drop) pds_buf one = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf two = { 0 };
    pds_kind kind = pds_value_kind(a);

    assert_int_equal(kind, pds_value_kind(b));
    if (kind == PDS_KIND_STRING) {
        assert_true(pds_value_bytes(a, &one) && pds_value_bytes(b, &two));
        assert_true(pds_span_eq(pds_buf_span(&one), pds_buf_span(&two)));
    } else if (kind == PDS_KIND_ARRAY || kind == PDS_KIND_DICT) {
        check_same_items(a, b);
    } else {
        assert_true(pds_span_eq(a, b));
    }
}

/* What qpdf says about an object; with data, what is in a stream. */
static pds_buf ask_qpdf(const char *path, const char *password, uint32_t num, bool data)
{
    char option[256];
    char object[64];

    (void)snprintf(option, sizeof option, "--password=%s", password);
    (void)snprintf(object, sizeof object, "--show-object=%u", num);
    const char *const show[] = {
        "qpdf", option, object, path, data ? "--filtered-stream-data" : NULL, NULL
    };
    assert_int_equal(sample_run(show), 0);
    return sample_read(sample_path("said"));
}

static void check_object(pds_doc *doc, const char *path, const char *password, pds_ref ref)
{
    static const char stream[] = "Object is stream.  Dictionary:\n";
    PDS_OWN(pds_object_drop) pds_object o = { .offset = -1 };
    PDS_OWN(pds_buf_drop) pds_buf theirs = ask_qpdf(path, password, ref.num, false);
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    pds_err e = { 0 };
    pds_span text = pds_buf_span(&theirs);
    pds_span head;

    OK(pds_doc_read(doc, ref, &o, &e));
    if (o.stream) {
        assert_true(pds_span_take(&text, sizeof stream - 1, &head) && pds_span_is(head, stream));
    }
    OK(pds_value_scan(&text, &head, &e));
    check_same(o.value, head);
    if (o.stream) {
        PDS_OWN(pds_buf_drop) pds_buf their_data = ask_qpdf(path, password, ref.num, true);
        OK(pds_doc_stream(doc, &o, 10000, &data, &e));
        assert_true(data.len != 0);
        assert_true(pds_span_eq(pds_buf_span(&data), pds_buf_span(&their_data)));
    }
}

static void opens_and_decrypts(void **state)
{
    const file_row *row = *state;
    const char *const passwords[] = { row->user, row->owner };
    const char *plain = sample_path("plain.pdf");
    const char *path = sample_path("encrypted.pdf");

    sample_make(&(sample){ .kind = SAMPLE_TABLE }, plain);
    run_qpdf(row, plain, path);
    for (size_t i = 0; i < COUNT(passwords); i++) {
        PDS_OWN(opened_drop) opened o = { .file = PDS_FILE_NONE };
        pds_err e = { 0 };

        assert_int_equal(open_with(&o, path, passwords[i], &e), PDS_OK);
        assert_true(pds_doc_encrypted(o.doc));
        for (uint32_t num = 1; num < pds_doc_size(o.doc); num++) {
            check_object(o.doc, path, passwords[i], (pds_ref){ .num = num });
        }
    }
}

static void refuses_other_passwords(void **state)
{
    const file_row *row = *state;
    const char *plain = sample_path("plain.pdf");
    const char *path = sample_path("encrypted.pdf");
    PDS_OWN(opened_drop) opened without = { .file = PDS_FILE_NONE };
    PDS_OWN(opened_drop) opened wrong = { .file = PDS_FILE_NONE };
    pds_err e = { 0 };
    bool open_to_all = row->user[0] == '\0';

    sample_make(&(sample){ .kind = SAMPLE_TABLE }, plain);
    run_qpdf(row, plain, path);
    assert_int_equal(open_with(&without, path, NULL, &e),
                     open_to_all ? PDS_OK : PDS_E_PASSWORD_NEEDED);
    assert_int_equal(open_with(&wrong, path, "0wner", &e), PDS_E_PASSWORD_WRONG);
}

/* Revision 6 looks at 127 bytes only. */
static void longer_passwords_are_cut(void **state)
{
    (void)state;
    const file_row row = { NULL, LONGEST, "owner", { "256" } };
    const char *path = sample_path("encrypted.pdf");
    PDS_OWN(opened_drop) opened o = { .file = PDS_FILE_NONE };
    pds_err e = { 0 };

    sample_make(&(sample){ .kind = SAMPLE_TABLE }, sample_path("plain.pdf"));
    run_qpdf(&row, sample_path("plain.pdf"), path);
    assert_int_equal(open_with(&o, path, LONGEST "x", &e), PDS_OK);
}

/* ---- dictionaries ---- */

static const char ID0[] = "\x31\xc1\xb0\x25\x86\xf4\xe2\x1f\x93\x2b\xa3\xb1\x7e\x77\x2b\x18";

/* The encryption dictionary of a file that qpdf wrote, as text. */
static void dictionary_of(const file_row *row, pds_buf *dict, pds_buf *id0)
{
    const char *plain = sample_path("plain.pdf");
    const char *path = sample_path("encrypted.pdf");
    PDS_OWN(opened_drop) opened o = { .file = PDS_FILE_NONE };
    PDS_OWN(pds_object_drop) pds_object encrypt = { .offset = -1 };
    pds_err e = { 0 };
    pds_span id;
    pds_span key;

    sample_make(&(sample){ .kind = SAMPLE_TABLE }, plain);
    run_qpdf(row, plain, path);
    OK(open_with(&o, path, row->owner, &e));
    OK(pds_doc_get(o.doc, pds_doc_trailer(o.doc), "Encrypt", &encrypt, &e));
    pds_buf_put(dict, encrypt.value);
    assert_true(pds_dict_get(pds_doc_trailer(o.doc), "ID", &id));
    pds_iter it = pds_iter_of(id);
    assert_true(pds_iter_next(&it, &key, &id) && pds_value_bytes(id, id0));
}

static pds_crypt *crypt_of(const file_row *row, const char *password)
{
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf id0 = { 0 };
    PDS_OWN(pds_secret_drop) pds_secret *secret = NULL;
    pds_crypt *c = NULL;
    pds_err e = { 0 };

    dictionary_of(row, &dict, &id0);
    secret_of(password, &secret);
    OK(pds_crypt_open(pds_buf_span(&dict), pds_buf_span(&id0), secret, &c, &e));
    return c;
}

typedef struct permission_row {
    const char *name;
    file_row file;
    const char *password;
    bool may_sign, may_add;
} permission_row;

static permission_row permission_rows[] = {
    { "all is allowed", { NULL, "user", "owner", { "256" } }, "user", true, true },
    { "neither",
      { NULL, "user", "owner", { "256", "--annotate=n", "--form=n" } },
      "user",
      false,
      false },
    { "neither, nobody asked",
      { NULL, "", "owner", { "256", "--annotate=n", "--form=n" } },
      NULL,
      false,
      false },
    { "the owner may",
      { NULL, "user", "owner", { "256", "--annotate=n", "--form=n" } },
      "owner",
      true,
      true },
    { "forms alone",
      { NULL, "user", "owner", { "256", "--annotate=n", "--form=y" } },
      "user",
      true,
      false },
    { "all but modifying",
      { NULL, "user", "owner", { "256", "--modify-other=n" } },
      "user",
      true,
      false },
    { "all but modifying, the owner",
      { NULL, "user", "owner", { "256", "--modify-other=n" } },
      "owner",
      true,
      true },
    { "modifying alone",
      { NULL, "user", "owner", { "256", "--annotate=n", "--form=n", "--modify-other=y" } },
      "user",
      false,
      false },
    { "annotations and modifying, not forms",
      { NULL, "user", "owner", { "256", "--form=n" } },
      "user",
      true,
      true },
    { "neither, RC4",
      { NULL, "user", "owner", { "128", "--use-aes=n", "--annotate=n", "--form=n" } },
      "user",
      false,
      false },
    { "the owner may, RC4",
      { NULL, "user", "owner", { "128", "--use-aes=n", "--annotate=n", "--form=n" } },
      "owner",
      true,
      true },
    { "revision 2 has one bit",
      { NULL, "user", "owner", { "40", "--annotate=n" } },
      "user",
      false,
      false },
    { "revision 2, modifying forbidden",
      { NULL, "user", "owner", { "40", "--modify=n" } },
      "user",
      true,
      false },
    { "revision 2, allowed", { NULL, "user", "owner", { "40" } }, "user", true, true },
};

static void permissions(void **state)
{
    const permission_row *row = *state;
    PDS_OWN(pds_crypt_drop) pds_crypt *c = crypt_of(&row->file, row->password);

    assert_int_equal(pds_crypt_may_sign(c), row->may_sign);
    assert_int_equal(pds_crypt_may_add_fields(c), row->may_add);
}

typedef struct damage_row {
    const char *name, *key, *value; /* value "": the entry goes away */
    pds_code code;
} damage_row;

static damage_row damage_rows[] = {
    { "another handler", "Filter", "/Adobe.PubSec", PDS_E_PDF_UNSUPPORTED },
    { "no handler", "Filter", "", PDS_E_PDF_DAMAGED },
    { "another version", "V", "3", PDS_E_PDF_UNSUPPORTED },
    { "version and revision apart", "R", "4", PDS_E_PDF_UNSUPPORTED },
    { "a gigantic version", "V", "9223372036854775807", PDS_E_PDF_UNSUPPORTED },
    { "no revision", "R", "", PDS_E_PDF_DAMAGED },
    { "permissions changed", "P", "-1", PDS_E_PDF_DAMAGED },
    { "permissions beyond 32 bits", "P", "4294967296", PDS_E_PDF_DAMAGED },
    { "no permissions", "P", "", PDS_E_PDF_DAMAGED },
    { "metadata said to be clear", "EncryptMetadata", "false", PDS_E_PDF_DAMAGED },
    { "metadata neither", "EncryptMetadata", "0", PDS_E_PDF_DAMAGED },
    { "a short /U", "U", "(abc)", PDS_E_PDF_DAMAGED },
    { "/O a name", "O", "/Name", PDS_E_PDF_DAMAGED },
    { "no /OE", "OE", "", PDS_E_PDF_DAMAGED },
    { "a short /Perms", "Perms", "<00>", PDS_E_PDF_DAMAGED },
    { "a filter that is not there", "StmF", "/Other", PDS_E_PDF_UNSUPPORTED },
    { "a filter that is no name", "StrF", "1", PDS_E_PDF_UNSUPPORTED },
    { "an unknown method", "CF", "<</StdCF<</CFM/Rot13>>>>", PDS_E_PDF_UNSUPPORTED },
    { "a method of another version", "CF", "<</StdCF<</CFM/AESV2>>>>", PDS_E_PDF_UNSUPPORTED },
    { "filters that are no dictionary", "CF", "[1 2]", PDS_E_PDF_UNSUPPORTED },
    { "no filter is Identity", "StmF", "", PDS_OK },
};

static void damaged_dictionary(void **state)
{
    const damage_row *row = *state;
    static const file_row sound = { NULL, "user", "owner", { "256" } };
    PDS_OWN(pds_buf_drop) pds_buf dict = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf id0 = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf changed = { 0 };
    PDS_OWN(pds_secret_drop) pds_secret *secret = NULL;
    PDS_OWN(pds_crypt_drop) pds_crypt *c = NULL;
    const pds_entry entry = { row->key, pds_span_text(row->value) };
    pds_err e = { 0 };

    dictionary_of(&sound, &dict, &id0);
    secret_of("user", &secret);
    pds_dict_put(&changed, pds_buf_span(&dict), &entry, 1);
    assert_int_equal(pds_crypt_open(pds_buf_span(&changed), pds_buf_span(&id0), secret, &c, &e),
                     row->code);
    assert_int_equal(c != NULL, row->code == PDS_OK);
}

static void key_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *length;
        pds_code code;
    } rows[] = {
        { "/Length 40", PDS_E_PASSWORD_NEEDED },  { "/Length 56", PDS_E_PASSWORD_NEEDED },
        { "/Length 128", PDS_E_PASSWORD_NEEDED }, { "", PDS_E_PASSWORD_NEEDED },
        { "/Length 136", PDS_E_PDF_DAMAGED },     { "/Length 0", PDS_E_PDF_DAMAGED },
        { "/Length -8", PDS_E_PDF_DAMAGED },      { "/Length 60", PDS_E_PDF_DAMAGED },
        { "/Length(128)", PDS_E_PDF_DAMAGED },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        PDS_OWN(pds_crypt_drop) pds_crypt *c = NULL;
        pds_err e = { 0 };
        char dict[512];
        (void)snprintf(dict, sizeof dict, "<</Filter/Standard/V 2/R 3/P -4%s/O<%064d>/U<%064d>>>",
                       rows[i].length, 0, 0);
        assert_int_equal(pds_crypt_open(pds_span_text(dict), TEXT(ID0), NULL, &c, &e),
                         rows[i].code);
    }
}

/* ---- strings and streams ---- */

static const file_row CIPHERS[] = {
    { "RC4", "user", "owner", { "128", "--use-aes=n" } },
    { "AES-128", "user", "owner", { "128", "--use-aes=y" } },
    { "AES-256", "user", "owner", { "256" } },
};

static const char *const TEXTS[] = {
    "(text)",
    "()",
    "null",
    "<</A(one)/B[(two)<</C<746872656565>>>]/N/Name/R 1 0 R>>",
    "[(()\\)\\\\\\r\\n)(0123456789abcdef)(0123456789abcdef0)]",
};

static void strings_go_round(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(CIPHERS) * COUNT(TEXTS); i++) {
        PDS_OWN(pds_crypt_drop) pds_crypt *c = crypt_of(&CIPHERS[i / COUNT(TEXTS)], "user");
        PDS_OWN(pds_buf_drop) pds_buf scrambled = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf again = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf clear = { 0 };
        pds_span text = pds_span_text(TEXTS[i % COUNT(TEXTS)]);
        pds_crypt_use use = { c, { 7, 1 }, PDS_ENCRYPT };
        pds_err e = { 0 };

        OK(pds_crypt_text(&use, text, &scrambled, &e));
        OK(pds_crypt_text(&use, text, &again, &e));
        assert_true(pds_span_eq(pds_buf_span(&scrambled), pds_buf_span(&again)));
        use.way = PDS_DECRYPT;
        OK(pds_crypt_text(&use, pds_buf_span(&scrambled), &clear, &e));
        check_same(text, pds_buf_span(&clear));
        assert_true(pds_span_eq(text, pds_buf_span(&scrambled)) == pds_span_is(text, "null") ||
                    pds_span_is(text, "()"));
        if (memmem(text.ptr, text.len, "(", 1) != NULL && text.len > 2) { /* another object's key */
            use.ref.num = 8;
            pds_buf_clear(&clear);
            pds_code rc = pds_crypt_text(&use, pds_buf_span(&scrambled), &clear, NULL);
            assert_true(i / COUNT(TEXTS) == 2 || rc != PDS_OK ||
                        !pds_span_eq(text, pds_buf_span(&clear)));
        }
    }
}

/* Equal strings of one object do not look equal. */
static void vectors_differ(void **state)
{
    (void)state;
    PDS_OWN(pds_crypt_drop) pds_crypt *c = crypt_of(&CIPHERS[2], "user");
    PDS_OWN(pds_buf_drop) pds_buf scrambled = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf one = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf two = { 0 };
    pds_crypt_use use = { c, { 7, 0 }, PDS_ENCRYPT };
    pds_err e = { 0 };
    pds_span key;
    pds_span item;

    OK(pds_crypt_text(&use, TEXT("[(same)(same)]"), &scrambled, &e));
    pds_iter it = pds_iter_of(pds_buf_span(&scrambled));
    assert_true(pds_iter_next(&it, &key, &item) && pds_value_bytes(item, &one));
    assert_true(pds_iter_next(&it, &key, &item) && pds_value_bytes(item, &two));
    assert_int_equal(one.len, 32);
    assert_int_equal(two.len, 32);
    assert_memory_not_equal(one.ptr, two.ptr, 16);
}

static void signatures_stay(void **state)
{
    (void)state;
    PDS_OWN(pds_crypt_drop) pds_crypt *c = crypt_of(&CIPHERS[2], "user");
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    pds_crypt_use use = { c, { 7, 0 }, PDS_ENCRYPT };
    pds_err e = { 0 };

    OK(pds_crypt_text(&use,
                      TEXT("<</V<</Reason(r)/ByteRange[0 1 2 3]/#43ontents<30ab>>>/Contents(c)>>"),
                      &out, &e));
    assert_non_null(memmem(out.ptr, out.len, "/#43ontents<30ab>", 17));
    assert_null(memmem(out.ptr, out.len, "(r)", 3));
    assert_null(memmem(out.ptr, out.len, "(c)", 3));
}

typedef struct stream_row {
    const char *name, *dict;
    bool changed;
    pds_code code;
} stream_row;

static stream_row stream_rows[] = {
    { "an ordinary stream", "<</Length 9>>", true, 0 },
    { "a cross-reference stream", "<</Type/XRef>>", false, 0 },
    { "metadata", "<</Type/Metadata>>", false, 0 },
    { "an embedded file", "<</Type/EmbeddedFile>>", true, 0 },
    { "a crypt filter without a name", "<</Filter/Crypt>>", false, 0 },
    { "Identity", "<</Filter[/Crypt]/DecodeParms[<</Name/Identity>>]>>", false, 0 },
    { "Identity, second filter", "<</Filter[/A/Crypt]/DecodeParms[null<</Name/Identity>>]>>", false,
      0 },
    { "a named filter", "<</Filter/Crypt/DecodeParms<</Name/StdCF>>>>", true, 0 },
    { "an unknown filter", "<</Filter/Crypt/DecodeParms<</Name/Other>>>>", false,
      PDS_E_PDF_UNSUPPORTED },
    { "other filters", "<</Filter[/FlateDecode/A]>>", true, 0 },
    { "no filter in the array", "<</Filter[]>>", true, 0 },
};

static void streams(void **state)
{
    const stream_row *row = *state;
    static const file_row file = { NULL, "user", "owner", { "256", "--cleartext-metadata" } };
    PDS_OWN(pds_crypt_drop) pds_crypt *c = crypt_of(&file, "user");
    PDS_OWN(pds_buf_drop) pds_buf scrambled = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf clear = { 0 };
    pds_span data = TEXT("some bytes");
    pds_crypt_use use = { c, { 7, 0 }, PDS_ENCRYPT };
    pds_err e = { 0 };

    assert_int_equal(pds_crypt_stream(&use, pds_span_text(row->dict), data, &scrambled, &e),
                     row->code);
    if (row->code == PDS_OK) {
        assert_int_equal(!pds_span_eq(data, pds_buf_span(&scrambled)), row->changed);
        use.way = PDS_DECRYPT;
        OK(pds_crypt_stream(&use, pds_span_text(row->dict), pds_buf_span(&scrambled), &clear, &e));
        assert_true(pds_span_eq(data, pds_buf_span(&clear)));
    }
}

static void damaged_data(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        pds_code code;
    } rows[] = {
        { 0, PDS_OK },
        { 1, PDS_E_PDF_DAMAGED },
        { 15, PDS_E_PDF_DAMAGED },
        { 16, PDS_OK },
        { 17, PDS_E_PDF_DAMAGED },
        { 31, PDS_E_PDF_DAMAGED },
        { 32, PDS_E_PDF_DAMAGED },
        { 48, PDS_E_PDF_DAMAGED },
    };
    static const uint8_t zeros[64];
    PDS_OWN(pds_crypt_drop) pds_crypt *c = crypt_of(&CIPHERS[1], "user");
    pds_crypt_use use = { c, { 7, 0 }, PDS_DECRYPT };

    for (size_t i = 0; i < COUNT(rows); i++) {
        PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
        pds_err e = { 0 };
        pds_span data = pds_span_of(zeros, rows[i].len);
        assert_int_equal(pds_crypt_stream(&use, TEXT("<<>>"), data, &out, &e), rows[i].code);
        assert_int_equal(e.object, rows[i].code == PDS_OK ? 0 : 7);
        assert_int_equal(out.len, 0);
    }
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
    struct CMUnitTest tests[96] = {
        cmocka_unit_test(key_lengths),    cmocka_unit_test(strings_go_round),
        cmocka_unit_test(vectors_differ), cmocka_unit_test(signatures_stay),
        cmocka_unit_test(damaged_data),   cmocka_unit_test(longer_passwords_are_cut),
    };
    size_t n = 6;

    for (size_t i = 0; i < COUNT(file_rows); i++) {
        n = add(tests, n, opens_and_decrypts, file_rows[i].name, &file_rows[i]);
        n = add(tests, n, refuses_other_passwords, file_rows[i].name, &file_rows[i]);
    }
    for (size_t i = 0; i < COUNT(permission_rows); i++) {
        n = add(tests, n, permissions, permission_rows[i].name, &permission_rows[i]);
    }
    for (size_t i = 0; i < COUNT(damage_rows); i++) {
        n = add(tests, n, damaged_dictionary, damage_rows[i].name, &damage_rows[i]);
    }
    for (size_t i = 0; i < COUNT(stream_rows); i++) {
        n = add(tests, n, streams, stream_rows[i].name, &stream_rows[i]);
    }
    return _cmocka_run_group_tests("crypt", tests, n, NULL, clean);
}
