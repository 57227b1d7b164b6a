/* What pages show of seams: content that is followed, slices that are judged. */
#include "base/own.h"
#include "pdf/revision.h"
#include "pdfsign/verify_internal.h"
#include "pdfsign/verify_seam_judge.h"
#include "tests/pdf/make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* ---- content ---- */

typedef struct trace_row {
    const char *what, *content;
    const char *seen; /* each Do: name, matrix, clip if any, flags; then P for what is painted */
} trace_row;

static const trace_row TRACES[] = {
    { "nothing", "", "" },
    { "one form", "/A Do", "/A 1 0 0 1 0 0;" },
    { "moved", "1 0 0 1 7 8 cm /A Do", "/A 1 0 0 1 7 8;" },
    { "moved, then grown", "1 0 0 1 7 8 cm 2 0 0 3 0 0 cm /A Do", "/A 2 0 0 3 7 8;" },
    { "grown, then moved", "2 0 0 3 0 0 cm 1 0 0 1 7 8 cm /A Do", "/A 2 0 0 3 14 24;" },
    { "restored", "q 2 0 0 3 0 0 cm Q /A Do", "/A 1 0 0 1 0 0;" },
    { "restored twice", "q 2 0 0 3 0 0 cm q 5 0 0 5 0 0 cm Q Q /A Do", "/A 1 0 0 1 0 0;" },
    { "one Q too many", "Q Q 2 0 0 2 0 0 cm Q /A Do", "/A 2 0 0 2 0 0;" },
    { "clipped", "0 0 9 9 re W n /A Do", "/A 1 0 0 1 0 0 [0 0 9 9];" },
    { "a rectangle from its other end", "9 9 -9 -5 re W* n /A Do", "/A 1 0 0 1 0 0 [0 4 9 9];" },
    { "clipped twice", "0 0 9 9 re W n 4 4 9 9 re W n /A Do", "/A 1 0 0 1 0 0 [4 4 9 9];" },
    { "the clip is restored", "q 0 0 9 9 re W n Q /A Do", "/A 1 0 0 1 0 0;" },
    { "clipped in a space of its own", "2 0 0 2 5 5 cm 0 0 9 9 re W n /A Do",
      "/A 2 0 0 2 5 5 [5 5 23 23];" },
    { "clipped by a line", "0 0 m 9 9 l W n /A Do", "/A 1 0 0 1 0 0 cut;" },
    { "clipped by two rectangles", "0 0 9 9 re 0 0 3 3 re W n /A Do", "/A 1 0 0 1 0 0 cut;" },
    { "clipped by nothing", "W n /A Do", "/A 1 0 0 1 0 0 cut;" },
    { "clipped aslant", ".7 .7 -.7 .7 0 0 cm 0 0 10 10 re W n .7 -.7 .7 .7 0 0 cm /A Do",
      "/A 0.98 0 0 0.98 0 0 [-7 0 7 14] cut;" },
    { "a path is no clip", "0 0 9 9 re f /A Do", "P0 0 9 9;/A 1 0 0 1 0 0;" },
    { "filled and a clip at once", "0 0 9 9 re W f /A Do", "P0 0 9 9;/A 1 0 0 1 0 0 [0 0 9 9];" },
    { "what is filled is clipped", "0 0 5 5 re W n 1 1 9 9 re f", "P1 1 5 5;" },
    { "curves fill their box", "1 2 m 3 4 5 6 7 1 c 8 8 9 9 v 1 1 2 12 y b*", "P1 1 9 12;" },
    { "strokes are somewhere", "0 0 m 9 9 l S", "P0 0 0 0;" },
    { "a shading fills the clip", "0 0 5 5 re W n /S sh", "P0 0 5 5;" },
    { "text that clips", "BT 7 Tr (x) Tj ET /A Do", "P0 0 0 0;/A 1 0 0 1 0 0 cut;" },
    { "text that does not", "BT 0 Tr [(x) 3] TJ ET /A Do", "P0 0 0 0;/A 1 0 0 1 0 0;" },
    { "no text that would clip", "BT 7 Tr ET /A Do", "/A 1 0 0 1 0 0;" },
    { "optional content", "/OC /L BDC /A Do EMC /A Do", "/A 1 0 0 1 0 0 optional;/A 1 0 0 1 0 0;" },
    { "optional within others", "/P <</MCID 0>> BDC /OC /L BDC /S BMC EMC /A Do EMC /B Do EMC",
      "/A 1 0 0 1 0 0 optional;/B 1 0 0 1 0 0;" },
    { "it outlasts Q", "q /OC /L BDC Q /A Do EMC", "/A 1 0 0 1 0 0 optional;" },
    { "one EMC too many", "EMC EMC /A Do", "/A 1 0 0 1 0 0;" },
    { "a graphics state", "q /Faint gs /A Do Q /A Do", "/A 1 0 0 1 0 0 faint;/A 1 0 0 1 0 0;" },
    { "comments", "%/A Do\n/B Do", "/B 1 0 0 1 0 0;" },
    { "strings", "(/A Do (nested) \\) ) Tj <2f> Tj", "P0 0 0 0;P0 0 0 0;" },
    { "an inline image", "BI /W 1 ID /A Do EI /B Do", "P0 0 1 1;/B 1 0 0 1 0 0;" },
    { "EI in its data", "BI /W 1 ID x EI\x01\x02 \xff EI /B Do", "P0 0 1 1;/B 1 0 0 1 0 0;" },
    { "an inline image without an end", "/A Do BI /W 1 ID xxx", "/A 1 0 0 1 0 0;?" },
    { "operators that nobody knows", "1 2 foo /A Do", "/A 1 0 0 1 0 0;" },
    { "a matrix of five", "1 0 0 1 0 cm /A Do", "?" },
    { "a matrix of seven", "9 1 0 0 1 0 0 cm /A Do", "?" },
    { "a matrix with a name", "1 0 0 /x 0 0 cm /A Do", "?" },
    { "Do of nothing", "Do", "?" },
    { "Do of a number", "5 Do", "?" },
    { "Do of two", "/B /A Do", "?" },
    { "a string without an end", "/A Do (x", "/A 1 0 0 1 0 0;?" },
    { "a bracket too many", "/A Do ) /B Do", "/A 1 0 0 1 0 0;?" },
};

static pds_code note_draw(void *ctx, pds_span name, const pds_trace_state *s, pds_err *e)
{
    pds_buf *out = ctx;
    (void)e;
    pds_buf_put(out, name);
    for (int i = 0; i < 6; i++) {
        pds_buf_printf(out, " %.6g", s->ctm[i] == 0 ? 0.0 : s->ctm[i]);
    }
    if (s->clip[0] > -1e9) {
        pds_buf_printf(out, " [%g %g %g %g]", s->clip[0], s->clip[1], s->clip[2], s->clip[3]);
    }
    pds_buf_text(out, s->cut ? " cut" : "");
    pds_buf_text(out, s->optional ? " optional" : "");
    pds_buf_text(out, s->alpha < 1 ? " faint" : "");
    pds_buf_text(out, ";");
    return PDS_OK;
}

static pds_code note_state(void *ctx, pds_span name, pds_trace_state *s, pds_err *e)
{
    (void)ctx;
    (void)e;
    s->alpha = pds_value_is_name(name, "Faint") ? 0 : 1;
    return PDS_OK;
}

static pds_code note_paint(void *ctx, const double b[4], pds_err *e)
{
    (void)e;
    pds_buf_printf(ctx, "P%g %g %g %g;", b[0], b[1], b[2], b[3]);
    return PDS_OK;
}

static const pds_trace_fns NOTES = { note_draw, note_state, note_paint };

static void content_is_followed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(TRACES); i++) {
        PDS_OWN(pds_buf_drop) pds_buf content = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
        bool sound = false;
        pds_buf_printf(&content, "%s\n", TRACES[i].content);
        assert_int_equal(
            pds_trace(pds_buf_span(&content), &PDS_TRACE_START, &NOTES, &out, &sound, NULL),
            PDS_OK);
        pds_buf_text(&out, sound ? "" : "?");
        if (strcmp(pds_buf_cstr(&out), TRACES[i].seen) != 0) {
            fail_msg("%s: %s instead of %s", TRACES[i].what, pds_buf_cstr(&out), TRACES[i].seen);
        }
    }
}

static void nesting_has_an_end(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf content = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    bool sound = true;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        pds_buf_text(&content, "q ");
    }
    assert_int_equal(
        pds_trace(pds_buf_span(&content), &PDS_TRACE_START, &NOTES, &out, &sound, NULL), PDS_OK);
    assert_false(sound);
}

/* ---- documents ---- */

/* Two pages of 600 x 800; the seal of 100 x 100 stands in the middle of their right edges. */
typedef struct doc_row {
    const char *what;
    const char *find, *put;
    pds_seam_state state;
    uint32_t page;
    const char *words; /* part of what is said; NULL: nothing is */
} doc_row;

#define SHA "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" /* of "abc" */
#define ID  "00112233445566778899aabbccddeeff"

static const doc_row DOCS[] = {
    { "as it should be", NULL, NULL, PDS_SEAM_COMPLETE, 0, NULL },
    { "a name with an escape", "/S0 Do", "/S#30 Do", PDS_SEAM_COMPLETE, 0, NULL },
    { "an escape in the resources", "/S1 8 0 R", "/#531 8 0 R", PDS_SEAM_COMPLETE, 0, NULL },
    { "half a millimetre is near enough", "550 350", "551 349", PDS_SEAM_COMPLETE, 0, NULL },
    { "a millimetre is not", "550 350", "550 347", PDS_SEAM_INCOMPLETE, 1, "where it belongs" },
    { "another generation is nothing", "/S0 7 0 R", "/S0 7 1 R", PDS_SEAM_INCOMPLETE, 1,
      "no slice" },
    { "a form of the first page on the second", "/S1 8 0 R", "/S1 7 0 R", PDS_SEAM_INCOMPLETE, 2,
      "is due there" },
    { "an image that draws a form", "/Im0 9 0 R>>>>/BBox[0 0 50 100]/K 0",
      "/Im0 7 0 R>>>>/BBox[0 0 50 100]/K 0", PDS_SEAM_INCOMPLETE, 1, "something else" },
    { "no picture", "/Im0 9 0 R>>>>/BBox[0 0 50 100]/K 0", "/Im0 99 0 R>>>>/BBox[0 0 50 100]/K 0",
      PDS_SEAM_INCOMPLETE, 1, "something else" },
    { "another picture", "abc", "abd", PDS_SEAM_INCOMPLETE, 1, "names" },
    { "a 1-bit mask hides what the digest is of", "/Subtype/Image", "/Subtype/Image/Mask[0 0]",
      PDS_SEAM_COMPLETE, 0, NULL },
    { "an empty box", "/BBox[0 0 50 100]/K 0", "/BBox[0 0 0 100]/K 0", PDS_SEAM_INCOMPLETE, 1,
      "no slice" },
    { "a matrix that the box undoes", "/K 0", "/K 0/Matrix[1 0 0 1 0 50]", PDS_SEAM_INCOMPLETE, 1,
      "where it belongs" },
    { "a matrix of nothing", "/K 0", "/K 0/Matrix[]", PDS_SEAM_INCOMPLETE, 1, "no slice" },
    { "numbers beyond all measure", "550 350 cm", "1e999 350 cm", PDS_SEAM_INCOMPLETE, 1,
      "cannot be read" },
    { "a giant place", "550 350 cm", "99999999999999999999999999999999999999 350 cm",
      PDS_SEAM_INCOMPLETE, 1, "where it belongs" },
    { "a giant count", "/Count 2/K 0", "/Count 4000000000/K 0", PDS_SEAM_INCOMPLETE, 1,
      "no slice" },
    { "a negative index", "/Index 0", "/Index -1", PDS_SEAM_INCOMPLETE, 1, "no slice" },
    { "content that is no stream", "/Contents 5 0 R", "/Contents 2 0 R", PDS_SEAM_INCOMPLETE, 1,
      "no slice" },
    { "content with a filter that nobody knows", "/C 0", "/Filter/JPXDecode", PDS_SEAM_INCOMPLETE,
      1, "cannot be read" },
    { "content in parts", "/Contents 5 0 R", "/Contents[5 0 R]", PDS_SEAM_COMPLETE, 0, NULL },
    { "content in parts, one of them twice", "/Contents 5 0 R", "/Contents[5 0 R 5 0 R]",
      PDS_SEAM_INCOMPLETE, 1, "more than one" },
    { "the size of the second is another", "/Size[100 100]/L 1", "/Size[100 90]/L 1",
      PDS_SEAM_INCOMPLETE, 2, "contradicts" },
    { "its picture is another", SHA ")/M 1", "0" SHA ")/M 1", PDS_SEAM_INCOMPLETE, 2, "no slice" },
    { "a fault of the first page is told first", "/Kids[3 0 R 4 0 R]", "/Kids[4 0 R 3 0 R]",
      PDS_SEAM_INCOMPLETE, 1, "is due there" },
    { "one page", "/Kids[3 0 R 4 0 R]", "/Kids[3 0 R]", PDS_SEAM_INCOMPLETE, 0, "two pages" },
    { "a page that is turned", "/R 0", "/Rotate 90", PDS_SEAM_INCOMPLETE, 1, "where it belongs" },
    { "a unit that is larger", "/R 0", "/UserUnit 2", PDS_SEAM_INCOMPLETE, 1, "where it belongs" },
};

/* A stream; the edit may be one of its data. */
static void put_stream(make *m, uint32_t num, const char *entries, const char *data)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    const char *found = m->find == NULL ? NULL : strstr(data, m->find);
    if (found == NULL) {
        make_stream(m, num, entries, pds_span_text(data));
        return;
    }
    pds_buf_put(&text, pds_span_of(data, (size_t)(found - data)));
    pds_buf_text(&text, m->put);
    pds_buf_text(&text, found + strlen(m->find));
    m->find = NULL;
    make_stream(m, num, entries, pds_buf_span(&text));
}

static void put_slice(make *m, unsigned index)
{
    char text[700];
    char data[100];
    (void)snprintf(text, sizeof text,
                   "/Type/XObject/Subtype/Form/Resources<</XObject<</Im0 9 0 R>>>>"
                   "/BBox[0 0 50 100]/K %u/PieceInfo<</pdsSeam<</LastModified(D:2026)/Private<<"
                   "/Id(" ID ")/Index %u/Count 2/K %u/From %s/To %s/Size[100 100]/L %u"
                   "/Seam(right,at=50%%)/SHA256(" SHA ")/M %u>>>>>>",
                   index, index, index, index == 0 ? "0" : "0.5", index == 0 ? "0.5" : "1", index,
                   index);
    (void)snprintf(data, sizeof data, "q 100 0 0 100 %d 0 cm /Im0 Do Q", index == 0 ? 0 : -50);
    put_stream(m, 7 + index, text, data);
}

static void put_page(make *m, unsigned index)
{
    char text[300];
    char data[100];
    (void)snprintf(text, sizeof text,
                   "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/R %u/Contents %u 0 R"
                   "/Resources<</XObject<</S%u %u 0 R>>>>>>",
                   index, 5 + index, index, 7 + index);
    make_object(m, 3 + index, text);
    (void)snprintf(text, sizeof text, "/C %u", index);
    (void)snprintf(data, sizeof data, "q 1 0 0 1 550 350 cm /S%u Do Q", index);
    put_stream(m, 5 + index, text, data);
}

static void make_doc(make *m)
{
    make_piece(m, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
    make_object(m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    make_object(m, 2, "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>");
    for (unsigned i = 0; i < 2; i++) {
        put_page(m, i);
        put_slice(m, i);
    }
    put_stream(m, 9, "/Type/XObject/Subtype/Image/Width 1/Height 1", "abc");
    make_table(m, 10, "/Size 10");
}

/* What an open file shows. */
typedef struct looking {
    pds_file file;
    pds_findings findings;
    pds_revisions *revisions;
    pds_doc *doc;
    pds_seam_finds finds;
} looking;

static void looking_drop(looking *l)
{
    pds_seam_finds_drop(&l->finds);
    pds_doc_drop(&l->doc);
    pds_revisions_drop(&l->revisions);
    pds_findings_drop(&l->findings);
    pds_file_close(&l->file);
}

static void look(looking *l, const pds_buf *bytes)
{
    pds_err e = { 0 };
    l->file = make_file(bytes);
    if (pds_revisions_open(&l->file, NULL, &l->findings, &l->revisions, &e) != PDS_OK ||
        pds_revisions_doc(l->revisions, 1, &l->doc, &e) != PDS_OK ||
        pds_seam_finds_read(l->doc, l->revisions, &l->finds, &e) != PDS_OK) {
        fail_msg("%s", e.text);
    }
}

static void check_doc(const doc_row *row)
{
    make m = { .find = row->find, .put = row->put };
    PDS_OWN(looking_drop) looking l = { .file = PDS_FILE_NONE };
    pds_seam_verdict verdict;
    make_doc(&m);
    look(&l, &m.file);
    pds_buf_drop(&m.file);
    if (m.find != NULL || l.finds.terms_count == 0) {
        fail_msg("%s: not made as said", row->what);
    }
    assert_int_equal(pds_seam_judge(&l.finds, 0, &verdict, NULL), PDS_OK);
    const char *said = verdict.fault != NULL ? verdict.fault : verdict.reason;
    const bool fits = row->words == NULL ? said[0] == '\0' : strstr(said, row->words) != NULL;
    if (verdict.state != row->state || verdict.page != row->page || !fits) {
        fail_msg("%s: state %d, page %u: %s", row->what, (int)verdict.state, (unsigned)verdict.page,
                 said);
    }
}

static void slices_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(DOCS); i++) {
        check_doc(&DOCS[i]);
    }
}

/* ---- who covers it ---- */

typedef struct cover_row {
    const char *what;
    pds_verify_signature signatures[2];
    size_t covered; /* by which, from 1 */
} cover_row;

#define SIGNED(what, verdict, number)                                 \
    {                                                                 \
        .kind = (what), .indication = (verdict), .revision = (number) \
    }

static const cover_row COVERS[] = {
    { "nobody signed", { SIGNED("approval", PDS_FAILED, 0) }, 0 },
    { "the first", { SIGNED("approval", PDS_PASSED, 1), SIGNED("approval", PDS_PASSED, 2) }, 1 },
    { "a valid one only",
      { SIGNED("approval", PDS_INDETERMINATE, 1), SIGNED("certification", PDS_PASSED, 2) },
      2 },
    { "a timestamp is nobody's",
      { SIGNED("timestamp", PDS_PASSED, 1), SIGNED("approval", PDS_PASSED, 2) },
      2 },
    { "one of no revision", { SIGNED("approval", PDS_PASSED, 0) }, 0 },
};

static void check_cover(const cover_row *row, looking *l)
{
    pds_verifier verifier = { .options = { .expect_seam = true } };
    pds_verifying v = { .verifier = &verifier, .doc = l->doc, .revisions = l->revisions };
    pds_verification out = { .signatures = row->signatures,
                             .signature_count = row->signatures[1].kind == NULL ? 1 : 2 };
    assert_int_equal(pds_verify_seams(&v, &out, NULL), PDS_OK);
    assert_int_equal(out.seam_count, 1);
    if (out.seams[0].signature != row->covered ||
        (out.seams[0].text == NULL) != (row->covered > 0)) {
        fail_msg("%s: by %zu", row->what, out.seams[0].signature);
    }
    assert_string_equal(out.seams[0].state, "complete");
    assert_int_equal(out.seams[0].pages, 2);
    pds_verification_drop(&out);
}

static void a_valid_signature_covers_it(void **state)
{
    make m = { 0 };
    PDS_OWN(looking_drop) looking l = { .file = PDS_FILE_NONE };
    (void)state;
    make_doc(&m);
    look(&l, &m.file);
    pds_buf_drop(&m.file);
    for (size_t i = 0; i < COUNT(COVERS); i++) {
        check_cover(&COVERS[i], &l);
    }
}

static void nobody_looks_without_being_asked(void **state)
{
    pds_verifier verifier = { .options = { .expect_seam = false } };
    pds_verifying v = { .verifier = &verifier };
    pds_verification out = { .seam_count = 0 };
    (void)state;
    assert_int_equal(pds_verify_seams(&v, &out, NULL), PDS_OK);
    assert_int_equal(out.seam_count, 0);
}

/* ---- files that want too much ---- */

/* Pages that all draw everything that there is. */
static void make_crowd(make *m, unsigned pages, unsigned draws)
{
    PDS_OWN(pds_buf_drop) pds_buf kids = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf data = { 0 };
    make_piece(m, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
    make_object(m, 1, "<</Type/Catalog/Pages 2 0 R>>");
    pds_buf_text(&kids, "<</Type/Pages/Resources<</XObject<</S0 7 0 R>>>>/Kids[");
    for (unsigned i = 0; i < pages; i++) {
        pds_buf_text(&kids, "10 0 R ");
    }
    pds_buf_text(&kids, "]>>");
    make_object(m, 2, pds_buf_cstr(&kids));
    put_slice(m, 0);
    put_stream(m, 9, "/Type/XObject/Subtype/Image/Width 1/Height 1", "abc");
    make_object(m, 10, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 11 0 R>>");
    for (unsigned i = 0; i < draws; i++) {
        pds_buf_text(&data, "/S0 Do ");
    }
    make_stream(m, 11, "", pds_buf_span(&data));
    make_table(m, 12, "/Size 12");
}

static void a_slice_drawn_without_end_is_not_counted_without_end(void **state)
{
    make m = { 0 };
    PDS_OWN(looking_drop) looking l = { .file = PDS_FILE_NONE };
    (void)state;
    make_crowd(&m, 1, 600000);
    look(&l, &m.file);
    pds_buf_drop(&m.file);
    assert_true(l.finds.tired);
    assert_true(l.finds.shown_count <= 500000);
}

static void a_page_that_is_many_pages_is_refused(void **state)
{
    make m = { 0 };
    PDS_OWN(looking_drop) looking l = { .file = PDS_FILE_NONE };
    (void)state;
    make_crowd(&m, 2, 1);
    look(&l, &m.file);
    pds_buf_drop(&m.file);
    assert_true(l.finds.unread_pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_is_followed),
        cmocka_unit_test(nesting_has_an_end),
        cmocka_unit_test(slices_are_judged),
        cmocka_unit_test(a_valid_signature_covers_it),
        cmocka_unit_test(nobody_looks_without_being_asked),
        cmocka_unit_test(a_slice_drawn_without_end_is_not_counted_without_end),
        cmocka_unit_test(a_page_that_is_many_pages_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
