/* Which signatures a file has, over all its revisions. */
#include "base/own.h"
#include "pdfsign/signatures.h"
#include "tests/pdf/make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VALUE "<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>"

enum { OBJECTS_MAX = 6, UPDATES_MAX = 4 };

typedef struct part {
    uint32_t num;
    const char *text;
} part;

/* Objects 3 on of a file whose catalog leads to the form, object 3; then what updates bring. */
typedef struct file_row {
    const char *name;
    part objects[OBJECTS_MAX];
    part updates[UPDATES_MAX][OBJECTS_MAX];
    const char
        *found; /* "NAMES@OBJECT" of each in the order of objects, '-' before one that is gone */
} file_row;

static const file_row ROWS[] = {
    { "no form", { { 3, "<<>>" } }, { { { 0 } } }, "" },
    { "an empty field",
      { { 3, "<</Fields[4 0 R]>>" }, { 4, "<</FT/Sig/T(A)>>" } },
      { { { 0 } } },
      "" },
    { "a field with a value of its own",
      { { 3, "<</Fields[4 0 R]>>" }, { 4, "<</FT/Sig/T(A)/V 5 0 R>>" }, { 5, VALUE } },
      { { { 0 } } },
      "A@5" },
    { "a value within the field",
      { { 3, "<</Fields[4 0 R]>>" }, { 4, "<</FT/Sig/T(A)/V" VALUE ">>" } },
      { { { 0 } } },
      "A@4" },
    { "a value within the field above",
      { { 3, "<</Fields[4 0 R]>>" },
        { 4, "<</FT/Sig/T(A)/Kids[5 0 R]/V" VALUE ">>" },
        { 5, "<</T(B)/Parent 4 0 R>>" } },
      { { { 0 } } },
      "A.B@4" },
    { "two fields with one value",
      { { 3, "<</Fields[4 0 R 5 0 R]>>" },
        { 4, "<</FT/Sig/T(A)/V 6 0 R>>" },
        { 5, "<</FT/Sig/T(B)/V 6 0 R>>" },
        { 6, VALUE } },
      { { { 0 } } },
      "A+B@6" },
    { "a value that can't be read",
      { { 3, "<</Fields[4 0 R]>>" }, { 4, "<</FT/Sig/T(A)/V 5 0 R>>" }, { 5, "<</A 1/A 2>>" } },
      { { { 0 } } },
      "A@5" },
    { "a value that is no dictionary",
      { { 3, "<</Fields[4 0 R]>>" }, { 4, "<</FT/Sig/T(A)/V(signed)>>" } },
      { { { 0 } } },
      "" },
    { "one signed later",
      { { 3, "<</Fields[4 0 R]>>" }, { 4, "<</FT/Sig/T(A)>>" } },
      { { { 4, "<</FT/Sig/T(A)/V 5 0 R>>" }, { 5, VALUE } } },
      "A@5" },
    { "the field is cleared later",
      { { 3, "<</Fields[4 0 R]>>" }, { 4, "<</FT/Sig/T(A)/V 5 0 R>>" }, { 5, VALUE } },
      { { { 4, "<</FT/Sig/T(A)>>" } } },
      "-A@5" },
    { "signed, then taken out of the form",
      { { 3, "<</Fields[4 0 R]>>" }, { 4, "<</FT/Sig/T(A)>>" } },
      { { { 4, "<</FT/Sig/T(A)/V 5 0 R>>" }, { 5, VALUE } }, { { 3, "<</Fields[]>>" } } },
      "-A@5" },
    { "one value after another in the same field",
      { { 3, "<</Fields[4 0 R]>>" }, { 4, "<</FT/Sig/T(A)>>" } },
      { { { 4, "<</FT/Sig/T(A)/V 5 0 R>>" }, { 5, VALUE } },
        { { 4, "<</FT/Sig/T(A)/V 6 0 R>>" }, { 6, VALUE } } },
      "-A@5 A@6" },
    { "a value within the field, then none",
      { { 3, "<</Fields[4 0 R]>>" }, { 4, "<</FT/Sig/T(A)>>" } },
      { { { 4, "<</FT/Sig/T(A)/V" VALUE ">>" } }, { { 4, "<</FT/Sig/T(A)>>" } } },
      "-A@4" },
    { "a dictionary like a signature that no field ever held",
      { { 3, "<</Fields[4 0 R]>>" }, { 4, "<</FT/Sig/T(A)>>" } },
      { { { 5, VALUE } }, { { 6, "5" } } },
      "" },
};

static void put_update(make *m, const part *objects)
{
    uint32_t last = 8;
    pds_buf section = { 0 };
    const uint64_t before = m->section;
    for (; objects->num != 0; objects++) {
        make_object(m, objects->num, objects->text);
        pds_buf_printf(&section, "%u 1\n%010llu 00000 n \n", (unsigned)objects->num,
                       (unsigned long long)m->place[objects->num]);
    }
    m->section = m->file.len;
    make_piece(m, "xref\n");
    make_piece(m, pds_buf_cstr(&section));
    pds_buf_clear(&section);
    pds_buf_printf(&section, "trailer\n<</Root 1 0 R/Size %u/Prev %llu>>\n", (unsigned)last,
                   (unsigned long long)before);
    make_piece(m, pds_buf_cstr(&section));
    pds_buf_drop(&section);
    make_end(m);
}

static void put_file(make *m, const file_row *row)
{
    make_piece(m, "%PDF-1.7\n");
    make_object(m, 1, "<</Type/Catalog/Pages 2 0 R/AcroForm 3 0 R>>");
    make_object(m, 2, "<</Type/Pages/Kids[]/Count 0>>");
    for (size_t i = 0; i < OBJECTS_MAX && row->objects[i].num != 0; i++) {
        make_object(m, row->objects[i].num, row->objects[i].text);
    }
    make_table(m, 8, "/Size 8");
    for (size_t i = 0; i < UPDATES_MAX && row->updates[i][0].num != 0; i++) {
        put_update(m, row->updates[i]);
    }
}

static void drop(pds_verifying *v)
{
    for (size_t i = 0; i < v->count; i++) {
        pds_judged_drop(&v->signatures[i]);
    }
    free(v->signatures);
    pds_findings_drop(&v->findings);
    pds_doc_drop(&v->doc);
    pds_revisions_drop(&v->revisions);
    pds_file_close(&v->file);
}

static void describe(const pds_verifying *v, pds_buf *out)
{
    for (uint32_t num = 0; num < 16; num++) {
        for (size_t i = 0; i < v->count; i++) {
            const pds_judged *const s = &v->signatures[i];
            if (s->place.num != num) {
                continue;
            }
            pds_buf_text(out, out->len > 0 ? " " : "");
            pds_buf_text(out, s->gone ? "-" : "");
            for (size_t k = 0; k < s->name_count; k++) {
                pds_buf_printf(out, "%s%s", k > 0 ? "+" : "", pds_buf_cstr(&s->names[k]));
            }
            pds_buf_printf(out, "@%u", (unsigned)num);
        }
    }
}

static void signatures_are_found(void **state)
{
    const file_row *const row = *state;
    make m = { .file = { 0 } };
    PDS_OWN(drop) pds_verifying v = { .file = PDS_FILE_NONE };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_err e = { .offset = -1 };
    put_file(&m, row);
    v.file = make_file(&m.file);
    pds_buf_drop(&m.file);
    assert_int_equal(pds_revisions_open(&v.file, NULL, &v.findings, &v.revisions, &e), PDS_OK);
    assert_int_equal(pds_revisions_doc(v.revisions, pds_revisions_count(v.revisions), &v.doc, &e),
                     PDS_OK);
    assert_int_equal(pds_signatures_find(&v, &e), PDS_OK);
    describe(&v, &text);
    assert_string_equal(pds_buf_cstr(&text), row->found);
}

int main(void)
{
    struct CMUnitTest tests[sizeof ROWS / sizeof ROWS[0]];
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        tests[i] = (struct CMUnitTest){ .name = ROWS[i].name,
                                        .test_func = signatures_are_found,
                                        .initial_state = (void *)&ROWS[i] };
    }
    return cmocka_run_group_tests_name("signatures of a file", tests, NULL, NULL);
}
