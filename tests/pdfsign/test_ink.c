/* What drawings become: forms with just the resources they use, images once, nothing transparent
 * where PDF/A forbids it, fonts, values of fields; and what an earlier signer left is used again.
 */
#include "base/flate.h"
#include "base/own.h"
#include "pdfsign/pdfa.h"
#include "seal/color.h"
#include "tests/pdfsign/easel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define PAGES                                                                \
    {                                                                        \
        2, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>", NULL \
    }
#define PAGE                                   \
    {                                          \
        3, "<</Type/Page/Parent 2 0 R>>", NULL \
    }
#define CATALOG                                  \
    {                                            \
        1, "<</Type/Catalog/Pages 2 0 R>>", NULL \
    }
#define END           \
    {                 \
        0, NULL, NULL \
    }
#define FORM "Root/Pages/Kids/0/Annots/0/AP/N"

static const double BOX[4] = { 100, 200, 130, 260 };
static const easel_object PLAIN[] = { CATALOG, PAGES, PAGE, END };

/* ---- a typesetter of two faces, the second vertical ---- */

static unsigned subsets;

size_t pds_typesetter_faces(const pds_typesetter *t)
{
    (void)t;
    return 2;
}

static void put_flate(pds_buf *out, const char *text)
{
    pds_err e = { 0 };
    easel_ok(pds_deflate(pds_span_text(text), out, &e), &e);
}

pds_code pds_typesetter_subset(pds_typesetter *t, size_t face, pds_face_subset *out, pds_err *e)
{
    (void)t;
    subsets++;
    *out = (pds_face_subset){ .vertical = face == 1, .glyphs = 10, .flags = 4, .ascent = 880 };
    (void)snprintf(out->name, sizeof out->name, "AAAAA%c+Face", 'A' + (int)face);
    put_flate(&out->program, "a font program of many, many, many, many, many bytes");
    pds_buf_text(&out->widths, "[1 [500]]");
    pds_buf_text(&out->widths_v, face == 1 ? "[1 [-1000 500 880]]" : "");
    put_flate(&out->to_unicode, "begincmap endcmap");
    return pds_buf_end(&out->program, e);
}

void pds_face_subset_drop(pds_face_subset *s)
{
    pds_buf_drop(&s->program);
    pds_buf_drop(&s->widths);
    pds_buf_drop(&s->widths_v);
    pds_buf_drop(&s->to_unicode);
}

static void set_text(easel *s)
{
    pds_err e = { 0 };
    static char played; /* stands for a typesetter, which nobody looks into */
    pds_ink_drop(&s->ink);
    easel_ok(pds_ink_new(&s->in, s->u, (pds_typesetter *)(void *)&played, &s->ink, &e), &e);
}

/* ---- appearances ---- */

/* Adds a field named so that shows the mark (or nothing), without writing. */
static void add_field(easel *s, const char *name, const pds_mark *m)
{
    pds_err e = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf appearance = { 0 };
    easel_ok(pds_ink_appearance(s->ink, &s->layout, m, BOX, &appearance, &e), &e);
    pds_new_field field = { .name = name,
                            .page = { .num = 3 },
                            .appearance = pds_buf_span(&appearance) };
    memcpy(field.rect, BOX, sizeof field.rect);
    easel_ok(pds_form_add_field(s->u, &field, &e), &e);
}

static void show(easel *s)
{
    add_field(s, "Sig", easel_mark(s, PDS_MARK_WIDGET, 1, BOX));
    easel_write(s);
}

typedef struct turn_row {
    const char *page;
    const char *matrix; /* NULL: none */
} turn_row;

static const turn_row TURNS[] = {
    { "<</Type/Page/Parent 2 0 R>>", "nothing" },
    { "<</Type/Page/Parent 2 0 R/Rotate 90>>", "[0 1 -1 0 60 0]" },
    { "<</Type/Page/Parent 2 0 R/Rotate 180>>", "[-1 0 0 -1 30 60]" },
    { "<</Type/Page/Parent 2 0 R/Rotate 270>>", "[0 -1 1 0 0 30]" },
};

static void widgets_are_upright(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TURNS / sizeof TURNS[0]; i++) {
        EASEL(s);
        const easel_object objects[] = { CATALOG, PAGES, { 3, TURNS[i].page, NULL }, END };
        easel_open(&s, objects);
        (void)easel_drawing(&s, 30, 60, "/Im0 Do");
        show(&s);
        assert_string_equal(easel_at(&s, FORM "/BBox"), "[0 0 30 60]");
        assert_string_equal(easel_at(&s, FORM "/Matrix"), TURNS[i].matrix);
        assert_string_equal(easel_at(&s, FORM "/data"), "/Im0 Do");
    }
}

static void nothing_to_show_is_blank(void **state)
{
    (void)state;
    EASEL(s);
    easel_open(&s, PLAIN);
    add_field(&s, "Sig", NULL);
    easel_write(&s);
    assert_string_equal(easel_at(&s, FORM "/data"), "");
    assert_string_equal(easel_at(&s, FORM "/Resources"), "<<>>");
    assert_string_equal(easel_at(&s, FORM "/BBox"), "[0 0 30 60]");
}

typedef struct use_row {
    const char *content;
    const char *resources[2]; /* paths that lead somewhere; the others lead nowhere */
} use_row;

static const char *const EVERY[] = { "XObject", "ExtGState", "ColorSpace", "Font" };
static const use_row USES[] = {
    { "0 0 1 1 re f", { NULL } },
    { "/Im0 Do", { "XObject" } },
    { "/Im01 Do", { NULL } }, /* another name */
    { "/Gs0 gs/Im0 Do", { "ExtGState", "XObject" } },
    { "/Cs0 cs 1 0 0 sc", { "ColorSpace" } },
    { "0 0 1 1 re f /Cs0", { "ColorSpace" } }, /* at the very end */
};

static void only_what_is_used_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof USES / sizeof USES[0]; i++) {
        EASEL(s);
        easel_open(&s, PLAIN);
        (void)easel_drawing(&s, 30, 60, USES[i].content);
        show(&s);
        for (size_t k = 0; k < sizeof EVERY / sizeof EVERY[0]; k++) {
            char path[128];
            bool wanted = false;
            for (int n = 0; n < 2 && USES[i].resources[n] != NULL; n++) {
                wanted = wanted || strcmp(USES[i].resources[n], EVERY[k]) == 0;
            }
            (void)snprintf(path, sizeof path, FORM "/Resources/%s", EVERY[k]);
            if ((strcmp(easel_at(&s, path), "nothing") != 0) != wanted) {
                fail_msg("%s: %s", USES[i].content, EVERY[k]);
            }
        }
    }
}

static void one_image_however_often(void **state)
{
    (void)state;
    EASEL(s);
    easel_open(&s, PLAIN);
    (void)easel_drawing(&s, 30, 60, "/Im0 Do");
    (void)easel_drawing(&s, 20, 20, "/Im0 Do ");
    add_field(&s, "A", easel_mark(&s, PDS_MARK_WIDGET, 1, BOX));
    pds_mark *m = easel_mark(&s, PDS_MARK_WIDGET, 1, BOX);
    m->drawing = 1;
    add_field(&s, "B", m);
    easel_write(&s);
    assert_string_equal(easel_at(&s, FORM "/Resources/XObject/Im0/ref"),
                        easel_at(&s, "Root/Pages/Kids/0/Annots/1/AP/N/Resources/XObject/Im0/ref"));
}

static void a_slice_says_what_it_is(void **state)
{
    (void)state;
    EASEL(s);
    easel_open(&s, PLAIN);
    (void)easel_drawing(&s, 30, 60, "/Im0 Do");
    pds_buf_text(&s.drawings[0].piece, "<</Seam<</LastModified(D:2026)/Private 7>>>>");
    show(&s);
    assert_string_equal(easel_at(&s, FORM "/PieceInfo/Seam/Private"), "7");
    assert_string_equal(easel_at(&s, FORM "/LastModified"), "(D:2026)");
}

/* ---- PDF/A ---- */

#define XMP(part) "<rdf:Description><pdfaid:part>" part "</pdfaid:part></rdf:Description>"
#define INTENT(n) "/OutputIntents[<</S/GTS_PDFA1/DestOutputProfile " n " 0 R>>]"

typedef struct pdfa_row {
    const char *name;
    const char *xmp;     /* NULL: no metadata */
    const char *intents; /* of the catalog; 5 is an RGB profile, 6 one of CMYK */
    int part;
    bool transparency, rgb;
} pdfa_row;

static const pdfa_row PDFA[] = {
    { "no metadata", NULL, "", 0, true, false },
    { "metadata of another kind", "<rdf:Description/>", "", 0, true, false },
    { "part 1", XMP("1"), INTENT("5"), 1, false, true },
    { "part 2 for a screen", XMP("2"), INTENT("5"), 2, true, true },
    { "part 3 for a press", XMP("3"), INTENT("6"), 3, true, false },
    { "part 2 without an output intent", XMP("2"), "", 2, false, false },
    { "part 2 with an intent of PDF/X", XMP("2"),
      "/OutputIntents[<</S/GTS_PDFX/DestOutputProfile 5 0 R>>]", 2, false, false },
    { "the second intent counts", XMP("4"),
      "/OutputIntents[<</S/GTS_PDFX/DestOutputProfile 6 0 R>><</S/GTS_PDFA1/DestOutputProfile 5 0 "
      "R>>]",
      4, true, true },
    { "an intent without a profile", XMP("2"), "/OutputIntents[<</S/GTS_PDFA1>>]", 2, false,
      false },
    { "an attribute", "<r pdfaid:conformance='B' pdfaid:part='1'/>", "", 1, false, false },
    { "spaces", "<r pdfaid:part =\n \"1\"/>", "", 1, false, false },
    { "only the name", "pdfaid:part", "", 0, true, false },
};

static void open_pdfa(easel *s, const pdfa_row *r)
{
    char catalog[256];
    (void)snprintf(catalog, sizeof catalog, "<</Type/Catalog/Pages 2 0 R%s%s>>",
                   r->xmp == NULL ? "" : "/Metadata 4 0 R", r->intents);
    const easel_object objects[] = { { 1, catalog, NULL },
                                     PAGES,
                                     PAGE,
                                     { 4, "/Type/Metadata", r->xmp == NULL ? "" : r->xmp },
                                     { 5, "/N 3", "icc" },
                                     { 6, "/N 4", "icc" },
                                     END };
    easel_open(s, objects);
}

static void pdfa_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PDFA / sizeof PDFA[0]; i++) {
        EASEL(s);
        pds_pdfa found;
        pds_err e = { 0 };
        open_pdfa(&s, &PDFA[i]);
        print_message("%s\n", PDFA[i].name);
        easel_ok(pds_pdfa_read(s.in.doc, &found, &e), &e);
        assert_int_equal(found.part, PDFA[i].part);
        assert_int_equal(pds_pdfa_transparency(&found), PDFA[i].transparency);
        assert_int_equal(found.rgb, PDFA[i].rgb);
    }
}

/* UTF-16 is read; what cannot be decoded counts as the strictest part. */
static void odd_metadata(void **state)
{
    (void)state;
    static const uint8_t wide[] = "\0p\0d\0f\0a\0i\0d\0:\0p\0a\0r\0t\0=\0'\0001\0'";
    static const struct {
        const char *entries;
        pds_span data;
        int part;
    } rows[] = { { "", { wide, sizeof wide - 1 }, 1 },
                 { "/Filter/DCTDecode", { wide, 4 }, PDS_PDFA_UNKNOWN },
                 { "/Filter/FlateDecode", { wide, 4 }, PDS_PDFA_UNKNOWN } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        make m = { 0 };
        pds_doc *doc = NULL;
        pds_err e = { 0 };
        pds_pdfa found;
        make_piece(&m, "%PDF-1.7\n");
        make_object(&m, 1, "<</Type/Catalog/Pages 2 0 R/Metadata 4 0 R>>");
        make_object(&m, 2, "<</Type/Pages/Kids[3 0 R]>>");
        make_object(&m, 3, "<</Type/Page/Parent 2 0 R>>");
        make_stream(&m, 4, rows[i].entries, rows[i].data);
        make_table(&m, 5, "/Size 5");
        pds_file file = make_file(&m.file);
        easel_ok(pds_doc_open(&file, NULL, &doc, &e), &e);
        easel_ok(pds_pdfa_read(doc, &found, &e), &e);
        assert_int_equal(found.part, rows[i].part);
        assert_int_equal(pds_pdfa_transparency(&found), false);
        pds_doc_drop(&doc);
        pds_file_close(&file);
        pds_buf_drop(&m.file);
    }
}

static void looks_follow_pdfa(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PDFA / sizeof PDFA[0]; i++) {
        EASEL(s);
        open_pdfa(&s, &PDFA[i]);
        print_message("%s\n", PDFA[i].name);
        (void)easel_drawing(&s, 30, 60, "/Gs0 gs /Cs0 cs /Im0 Do");
        s.drawings[0].drawing.multiply = true;
        show(&s);
        const bool blends = PDFA[i].transparency;
        assert_string_equal(easel_at(&s, FORM "/Resources/ExtGState/Gs0"),
                            blends ? "<</BM/Multiply>>" : "<</BM/Normal>>");
        const char *soft = easel_at(&s, FORM "/Resources/XObject/Im0/SMask/data");
        const char *stencil = easel_at(&s, FORM "/Resources/XObject/Im0/Mask/data");
        assert_int_equal(strcmp(soft, "nothing") != 0, blends);
        assert_int_equal(strcmp(stencil, "nothing") != 0, !blends);
        const char *space = PDFA[i].rgb ? "/DeviceRGB" : "/ICCBased";
        if (!PDFA[i].rgb) {
            assert_string_equal(easel_at(&s, FORM "/Resources/XObject/Im0/ColorSpace/0"), space);
            assert_string_equal(easel_at(&s, FORM "/Resources/ColorSpace/Cs0/0"), space);
            assert_string_equal(easel_at(&s, FORM "/Resources/ColorSpace/Cs0/1/N"), "3");
        } else {
            assert_string_equal(easel_at(&s, FORM "/Resources/XObject/Im0/ColorSpace"), space);
            assert_string_equal(easel_at(&s, FORM "/Resources/ColorSpace/Cs0"), space);
        }
    }
}

/* The blend mode and the opacity are those of a group: MuPDF drops the opacity of an image that has
 * both and a soft mask. */
static void faint_drawings_are_groups(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PDFA / sizeof PDFA[0]; i++) {
        EASEL(s);
        open_pdfa(&s, &PDFA[i]);
        print_message("%s\n", PDFA[i].name);
        (void)easel_drawing(&s, 30, 60, "/Gs0 gs /Im0 Do");
        s.drawings[0].drawing.multiply = true;
        s.drawings[0].drawing.opacity = .5;
        show(&s);
        if (!PDFA[i].transparency) {
            assert_string_equal(easel_at(&s, FORM "/Resources/ExtGState/Gs0"), "<</BM/Normal>>");
            assert_string_equal(easel_at(&s, FORM "/data"), "/Gs0 gs /Im0 Do");
            continue;
        }
        assert_string_equal(easel_at(&s, FORM "/Resources/ExtGState/Gs0"),
                            "<</BM/Multiply/CA 0.5/ca 0.5>>");
        assert_string_equal(easel_at(&s, FORM "/data"), "q /Gs0 gs /Fm0 Do Q");
        assert_string_equal(easel_at(&s, FORM "/Resources/XObject/Fm0/Group"),
                            "<</S/Transparency/I true>>");
        assert_string_equal(easel_at(&s, FORM "/Resources/XObject/Fm0/Resources/ExtGState/Gs0"),
                            "<</BM/Normal>>");
        assert_string_equal(easel_at(&s, FORM "/Resources/XObject/Fm0/data"), "/Gs0 gs /Im0 Do");
    }
}

/* Grey without an output intent is not the device's. */
static void grey_follows_pdfa(void **state)
{
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        EASEL(s);
        open_pdfa(&s, &PDFA[i]);
        (void)easel_drawing(&s, 30, 60, "/Im0 Do");
        pds_image grey = *easel_image();
        grey.components = 1;
        s.drawings[0].drawing.image = &grey;
        show(&s);
        const char *space = easel_at(&s, FORM "/Resources/XObject/Im0/ColorSpace");
        const bool device = PDFA[i].part == 0 || PDFA[i].intents[0] != '\0';
        assert_int_equal(strcmp(space, "/DeviceGray") == 0, device);
        assert_int_equal(strncmp(space, "[/CalGray", 9) == 0, !device);
    }
}

/* A plain picture without alpha has nothing to leave out, white belongs to it. */
static void plain_pictures_keep_their_white(void **state)
{
    (void)state;
    EASEL(s);
    open_pdfa(&s, &PDFA[2]);
    (void)easel_drawing(&s, 30, 60, "/Im0 Do");
    pds_image opaque = *easel_image();
    opaque.alpha = (pds_buf){ 0 };
    s.drawings[0].drawing.image = &opaque;
    show(&s);
    assert_string_equal(easel_at(&s, FORM "/Resources/XObject/Im0/Mask"), "nothing");
}

/* ---- fonts ---- */

#define FONT(n) FORM "/Resources/Font/" n

static void fonts_are_embedded(void **state)
{
    (void)state;
    EASEL(s);
    easel_open(&s, PLAIN);
    set_text(&s);
    (void)easel_drawing(&s, 30, 60, "BT /F0 1 Tf /F1 1 Tf ET");
    s.drawings[0].drawing.faces = 3;
    show(&s);
    assert_string_equal(easel_at(&s, FONT("F0/BaseFont")), "/AAAAAA+Face-Identity-H");
    assert_string_equal(easel_at(&s, FONT("F0/Encoding")), "/Identity-H");
    assert_string_equal(easel_at(&s, FONT("F1/Encoding")), "/Identity-V");
    assert_string_equal(easel_at(&s, FONT("F0/ToUnicode/data")), "begincmap endcmap");
    assert_string_equal(easel_at(&s, FONT("F0/DescendantFonts/0/W")), "[1 [500]]");
    assert_string_equal(easel_at(&s, FONT("F0/DescendantFonts/0/W2")), "nothing");
    assert_string_equal(easel_at(&s, FONT("F1/DescendantFonts/0/W2")), "[1 [-1000 500 880]]");
    const char *program = FONT("F0/DescendantFonts/0/FontDescriptor/FontFile3/Subtype");
    assert_string_equal(easel_at(&s, program), "/CIDFontType0C");
    assert_string_equal(easel_at(&s, FONT("F0/DescendantFonts/0/FontDescriptor/CIDSet")),
                        "nothing");
}

static void unused_faces_are_left_out(void **state)
{
    (void)state;
    EASEL(s);
    easel_open(&s, PLAIN);
    set_text(&s);
    (void)easel_drawing(&s, 30, 60, "BT /F1 1 Tf ET");
    s.drawings[0].drawing.faces = 2;
    subsets = 0;
    show(&s);
    assert_int_equal(subsets, 1);
    assert_string_equal(easel_at(&s, FONT("F0")), "nothing");
}

static void pdfa_1_lists_the_glyphs(void **state)
{
    (void)state;
    EASEL(s);
    open_pdfa(&s, &PDFA[2]);
    set_text(&s);
    (void)easel_drawing(&s, 30, 60, "BT /F0 1 Tf ET");
    s.drawings[0].drawing.faces = 1;
    show(&s);
    const char *set = easel_at(&s, FONT("F0/DescendantFonts/0/FontDescriptor/CIDSet/data"));
    assert_memory_equal(set, "\xff\xc0", 3); /* CIDs 0 to 9 */
}

static void a_face_that_nobody_set(void **state)
{
    (void)state;
    EASEL(s);
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    pds_err e = { 0 };
    easel_open(&s, PLAIN);
    (void)easel_drawing(&s, 30, 60, "BT /F0 1 Tf ET");
    s.drawings[0].drawing.faces = 1;
    const pds_mark *m = easel_mark(&s, PDS_MARK_WIDGET, 1, BOX);
    assert_int_equal(pds_ink_appearance(s.ink, &s.layout, m, BOX, &out, &e), PDS_E_INTERNAL);
}

/* ---- using again ---- */

static void what_stands_there_is_used_again(void **state)
{
    (void)state;
    EASEL(s);
    easel_open(&s, PLAIN);
    set_text(&s);
    (void)easel_drawing(&s, 30, 60, "/Im0 Do /Cs0 cs /F0");
    s.drawings[0].drawing.faces = 1;
    const pds_mark *m = easel_mark(&s, PDS_MARK_WIDGET, 1, BOX);
    add_field(&s, "A", m);
    easel_write(&s);
    set_text(&s);
    add_field(&s, "B", m);
    easel_write(&s);
    static const char *const same[] = {
        "XObject/Im0/ref",
        "XObject/Im0/SMask/ref",
        "ColorSpace/Cs0/1/ref",
        "Font/F0/ToUnicode/ref",
        "Font/F0/DescendantFonts/0/ref",
        "Font/F0/DescendantFonts/0/FontDescriptor/FontFile3/ref",
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        char path[160];
        (void)snprintf(path, sizeof path, FORM "/Resources/%s", same[i]);
        const char *first = easel_at(&s, path);
        (void)snprintf(path, sizeof path, "Root/Pages/Kids/0/Annots/1/AP/N/Resources/%s", same[i]);
        print_message("%s\n", same[i]);
        assert_string_not_equal(first, "nothing");
        assert_string_equal(easel_at(&s, path), first);
    }
}

static void another_picture_is_not(void **state)
{
    (void)state;
    EASEL(s);
    easel_open(&s, PLAIN);
    (void)easel_drawing(&s, 30, 60, "/Im0 Do");
    const pds_mark *m = easel_mark(&s, PDS_MARK_WIDGET, 1, BOX);
    add_field(&s, "A", m);
    easel_write(&s);
    pds_image other = *easel_image();
    uint8_t bytes[64];
    assert_true(other.samples.len <= sizeof bytes);
    memcpy(bytes, other.samples.ptr, other.samples.len);
    bytes[other.samples.len - 1] ^= 1; /* as long as the other, one bit of its checksum changed */
    other.samples.ptr = bytes;
    s.drawings[0].drawing.image = &other;
    add_field(&s, "B", m);
    easel_write(&s);
    assert_string_not_equal(
        easel_at(&s, FORM "/Resources/XObject/Im0/ref"),
        easel_at(&s, "Root/Pages/Kids/0/Annots/1/AP/N/Resources/XObject/Im0/ref"));
    assert_string_equal(
        easel_at(&s, FORM "/Resources/XObject/Im0/SMask/ref"),
        easel_at(&s, "Root/Pages/Kids/0/Annots/1/AP/N/Resources/XObject/Im0/SMask/ref"));
}

/* Fields and forms that lead back to themselves, and what is no appearance at all. */
static void odd_fields_are_passed_over(void **state)
{
    (void)state;
    EASEL(s);
    const easel_object objects[] = {
        { 1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R 5 0 R 7 0 R 9 0 R]>>>>", NULL },
        PAGES,
        PAGE,
        { 4, "<</T(a)/Kids[4 0 R 5 0 R]>>", NULL },
        { 5, "<</T(b)/Parent 4 0 R/Kids[4 0 R]/AP<</N 6 0 R>>>>", NULL },
        { 6, "/Subtype/Form/Resources<</XObject<</A 6 0 R>>>>", "" },
        { 7, "<</T(c)/AP 12/Kids(x)>>", NULL },
        { 8, "<</T(d)/AP<</N 8 0 R>>>>", NULL },
        { 9, "<</T(e)/AP<</N 9 0 R>>/Kids[99 0 R]>>", NULL },
        END
    };
    easel_open(&s, objects);
    (void)easel_drawing(&s, 30, 60, "/Im0 Do");
    show(&s);
    assert_string_equal(easel_at(&s, FORM "/data"), "/Im0 Do");
}

/* ---- fields that stand already ---- */

static const easel_object FIELDS[] = {
    { 1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R 5 0 R 8 0 R]>>>>", NULL },
    { 2, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>", NULL },
    { 3, "<</Type/Page/Parent 2 0 R/Annots[4 0 R 6 0 R 7 0 R 8 0 R]>>", NULL },
    { 4,
      "<</Subtype/Widget/FT/Tx/T(one)/DA(/Helv 9 Tf)/V(old)/RV(<b>old</b>)/AP<</N 9 0 R/D 9 0 "
      "R>>>>",
      NULL },
    { 5, "<</FT/Tx/T(two)/Kids[6 0 R 7 0 R]>>", NULL },
    { 6, "<</Subtype/Widget/Parent 5 0 R>>", NULL },
    { 7, "<</Subtype/Widget/Parent 5 0 R>>", NULL },
    { 8, "<</Subtype/Widget/FT/Btn/T(b)/Ff 65536/AS/On/AP<</N<</On 9 0 R>>>>>>", NULL },
    { 9, "/Subtype/Form/BBox[0 0 1 1]", "" },
    END
};

static void fill(easel *s, uint32_t widget, const char *value)
{
    static char text[32];
    pds_err e = { 0 };
    pds_mark *m = easel_mark(s, PDS_MARK_FIELD, 1, BOX);
    m->field = (pds_ref){ .num = widget };
    if (value != NULL) {
        (void)snprintf(text, sizeof text, "%s", value);
        m->value = text;
    }
    easel_ok(pds_ink_fields(s->ink, &s->layout, &e), &e);
    easel_write(s);
}

#define FIRST "Root/AcroForm/Fields/0/"

static void text_fields_get_value_and_look(void **state)
{
    (void)state;
    EASEL(s);
    easel_open(&s, FIELDS);
    (void)easel_drawing(&s, 30, 60, "/Im0 Do");
    fill(&s, 4, "2026-11-21");
    assert_string_equal(easel_at(&s, FIRST "V"), "(2026-11-21)");
    assert_string_equal(easel_at(&s, FIRST "RV"), "nothing");
    assert_string_equal(easel_at(&s, FIRST "DA"), "(/Helv 9 Tf)");
    assert_string_equal(easel_at(&s, FIRST "AP/D"), "nothing");
    assert_string_equal(easel_at(&s, FIRST "AP/N/data"), "/Tx BMC\nq\n/Im0 Do\nQ\nEMC\n");
}

static void values_go_to_the_field_of_a_widget(void **state)
{
    (void)state;
    EASEL(s);
    easel_open(&s, FIELDS);
    (void)easel_drawing(&s, 30, 60, "/Im0 Do");
    fill(&s, 7, "二月");
    assert_string_equal(easel_at(&s, "Root/AcroForm/Fields/1/V/text"), "二月");
    assert_string_equal(easel_at(&s, "Root/AcroForm/Fields/1/AP"), "nothing");
    assert_string_equal(easel_at(&s, "Root/AcroForm/Fields/1/Kids/1/V"), "nothing");
    assert_string_equal(easel_at(&s, "Root/AcroForm/Fields/1/Kids/0/AP"), "nothing");
    assert_string_not_equal(easel_at(&s, "Root/AcroForm/Fields/1/Kids/1/AP/N"), "nothing");
}

#define BUTTON "Root/AcroForm/Fields/2/AP/N/On/"

static void buttons_keep_their_state(void **state)
{
    (void)state;
    EASEL(s);
    easel_open(&s, FIELDS);
    (void)easel_drawing(&s, 30, 60, "/Im0 Do");
    fill(&s, 8, NULL);
    assert_string_equal(easel_at(&s, "Root/AcroForm/Fields/2/AS"), "/On");
    assert_string_equal(easel_at(&s, BUTTON "data"), "/Fm0 Do");
    assert_string_equal(easel_at(&s, BUTTON "Resources/XObject/Fm0/data"), "/Im0 Do");
    assert_string_equal(easel_at(&s, "Root/AcroForm/Fields/2/V"), "nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widgets_are_upright),
        cmocka_unit_test(nothing_to_show_is_blank),
        cmocka_unit_test(only_what_is_used_is_named),
        cmocka_unit_test(one_image_however_often),
        cmocka_unit_test(a_slice_says_what_it_is),
        cmocka_unit_test(pdfa_is_known),
        cmocka_unit_test(odd_metadata),
        cmocka_unit_test(looks_follow_pdfa),
        cmocka_unit_test(faint_drawings_are_groups),
        cmocka_unit_test(grey_follows_pdfa),
        cmocka_unit_test(plain_pictures_keep_their_white),
        cmocka_unit_test(fonts_are_embedded),
        cmocka_unit_test(unused_faces_are_left_out),
        cmocka_unit_test(pdfa_1_lists_the_glyphs),
        cmocka_unit_test(a_face_that_nobody_set),
        cmocka_unit_test(what_stands_there_is_used_again),
        cmocka_unit_test(another_picture_is_not),
        cmocka_unit_test(odd_fields_are_passed_over),
        cmocka_unit_test(text_fields_get_value_and_look),
        cmocka_unit_test(values_go_to_the_field_of_a_widget),
        cmocka_unit_test(buttons_keep_their_state),
    };
    return cmocka_run_group_tests_name("ink", tests, NULL, NULL);
}
