/* New fields: where the form and the pages keep them, one or many at a time. */
#include "base/own.h"
#include "tests/pdfsign/easel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define END           \
    {                 \
        0, NULL, NULL \
    }
#define FIELD(n)           "Root/AcroForm/Fields/" n
#define ANNOTS(page, rest) "Root/Pages/Kids/" page "/Annots" rest

/* Two pages; 5 is an array of annotations, 6 an annotation. */
static void open_pages(easel *s, const char *catalog, const char *first, const char *second)
{
    char text[3][256];
    (void)snprintf(text[0], sizeof text[0], "<</Type/Catalog/Pages 2 0 R%s>>", catalog);
    (void)snprintf(text[1], sizeof text[1], "<</Type/Page/Parent 2 0 R%s>>", first);
    (void)snprintf(text[2], sizeof text[2], "<</Type/Page/Parent 2 0 R%s>>", second);
    const easel_object objects[] = { { 1, text[0], NULL },
                                     { 2, "<</Type/Pages/Kids 8 0 R/Count 2>>", NULL },
                                     { 3, text[1], NULL },
                                     { 4, text[2], NULL },
                                     { 5, "[6 0 R]", NULL },
                                     { 6, "<</Subtype/Link>>", NULL },
                                     { 7, "", "<x pdfaid:part='2'/>" },
                                     { 8, "[3 0 R 4 0 R]", NULL },
                                     END };
    easel_open(s, objects);
}

static void add(easel *s, const pds_new_field *fields, size_t count)
{
    pds_err e = { 0 };
    easel_ok(pds_form_add_fields(s->u, fields, count, &e), &e);
    easel_write(s);
}

static const pds_new_field BUTTONS[] = {
    { .name = "p1", .page = { .num = 3 }, .rect = { 1, 2, 11, 22 }, .button = true },
    { .name = "p2", .page = { .num = 4 }, .rect = { 1, 2, 11, 22 }, .button = true },
    { .name = "p3", .page = { .num = 4 }, .rect = { 1, 2, 12, 22 }, .button = true },
};

static void buttons_of_one_size_share_a_look(void **state)
{
    (void)state;
    EASEL(s);
    open_pages(&s, "", "", "");
    add(&s, BUTTONS, 3);
    assert_string_equal(easel_at(&s, FIELD("0/FT")), "/Btn");
    assert_string_equal(easel_at(&s, FIELD("0/Ff")), "65536");
    assert_string_equal(easel_at(&s, FIELD("2/T")), "(p3)");
    assert_string_equal(easel_at(&s, FIELD("2/Rect")), "[1 2 12 22]");
    assert_string_equal(easel_at(&s, FIELD("0/AS")), "nothing");
    assert_string_equal(easel_at(&s, FIELD("0/AP/N/ref")), easel_at(&s, FIELD("1/AP/N/ref")));
    assert_string_not_equal(easel_at(&s, FIELD("0/AP/N/ref")), easel_at(&s, FIELD("2/AP/N/ref")));
    assert_string_equal(easel_at(&s, ANNOTS("1", "/1/ref")), easel_at(&s, FIELD("2/ref")));
    assert_string_equal(easel_at(&s, "Root/AcroForm/SigFlags"), "nothing");
}

static void buttons_of_pdfa_have_a_state(void **state)
{
    (void)state;
    EASEL(s);
    open_pages(&s, "/Metadata 7 0 R", "", "");
    add(&s, BUTTONS, 1);
    assert_string_equal(easel_at(&s, FIELD("0/AS")), "/Off");
    assert_string_equal(easel_at(&s, FIELD("0/AP/N/Off/data")), "");
}

static const pds_new_field SIGNATURE = {
    .name = "甲方", .page = { .num = 3 }, .rect = { 1, 2, 11, 22 }, .signature = { .num = 6 }
};

static void tagged_files_get_descriptions(void **state)
{
    (void)state;
    static const char *const Catalogs[] = { "/MarkInfo<</Marked true>>",
                                            "/MarkInfo<</Marked false>>", "" };
    for (size_t i = 0; i < 3; i++) {
        EASEL(s);
        open_pages(&s, Catalogs[i], "", "");
        add(&s, &SIGNATURE, 1);
        assert_string_equal(easel_at(&s, FIELD("0/T/text")), "甲方");
        assert_string_equal(easel_at(&s, FIELD("0/TU/text")), i == 0 ? "甲方" : "nothing");
        assert_string_equal(easel_at(&s, FIELD("0/V/ref")), "6");
        assert_string_equal(easel_at(&s, FIELD("0/F")), "132");
        assert_string_equal(easel_at(&s, "Root/AcroForm/SigFlags"), "3");
    }
}

typedef struct annots_row {
    const char *name;
    const char *first, *second; /* the pages' */
    const char *old;            /* what comes first on page 1 */
    const char *place;          /* of the widget in the array */
    bool own;                   /* page 1 has an array of its own now */
} annots_row;

static const annots_row ROWS[] = {
    { "none", "", "/Annots 5 0 R", NULL, "0", true },
    { "in the page", "/Annots[6 0 R]", "", "6", "1", true },
    { "an object", "/Annots 5 0 R", "", "6", "1", false },
    { "an object that two pages share", "/Annots 5 0 R", "/Annots 5 0 R", "6", "1", true },
    { "an object of the page tree", "/Annots 8 0 R", "", "3", "2", true },
};

static void widgets_stand_on_their_page_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const annots_row *r = &ROWS[i];
        EASEL(s);
        open_pages(&s, "", r->first, r->second);
        add(&s, &SIGNATURE, 1);
        print_message("%s\n", r->name);
        const char *field = easel_at(&s, FIELD("0/ref"));
        assert_string_equal(easel_at(&s, ANNOTS("0", "/ref")), r->own ? "0" : "5");
        if (r->old != NULL) {
            assert_string_equal(easel_at(&s, ANNOTS("0", "/0/ref")), r->old);
        }
        char path[64];
        (void)snprintf(path, sizeof path, ANNOTS("0", "/%s/ref"), r->place);
        assert_string_equal(easel_at(&s, path), field);
        assert_string_equal(easel_at(&s, ANNOTS("1", "/1")), "nothing");
        assert_string_equal(easel_at(&s, "Root/Pages/Kids/2"), "nothing");
    }
}

static void a_new_look_takes_the_place_of_the_old(void **state)
{
    (void)state;
    EASEL(s);
    pds_err e = { 0 };
    pds_ref widgets[2] = { { .num = 3 }, { .num = 4 } }; /* any dictionaries will do */
    const pds_sig_field field = { .ref = widgets[0], .widgets = widgets, .widget_count = 2 };
    open_pages(&s, "", "/AP<</N 6 0 R/D 6 0 R>>", "");
    easel_ok(pds_form_show_field(s.u, &field, pds_span_text("<</N 7 0 R>>"), &e), &e);
    easel_ok(pds_form_fill_field(s.u, &field, (pds_ref){ .num = 6 }, &e), &e);
    easel_write(&s);
    assert_string_equal(easel_at(&s, "Root/Pages/Kids/0/AP"), "<</N 7 0 R>>");
    assert_string_equal(easel_at(&s, "Root/Pages/Kids/1/AP"), "<</N 7 0 R>>");
    assert_string_equal(easel_at(&s, "Root/Pages/Kids/0/V/ref"), "6");
}

static void without_a_new_look_the_old_one_stays(void **state)
{
    (void)state;
    EASEL(s);
    pds_err e = { 0 };
    pds_ref widgets[2] = { { .num = 3 }, { .num = 4 } };
    const pds_sig_field field = { .ref = widgets[0], .widgets = widgets, .widget_count = 2 };
    open_pages(&s, "", "/AP<</N 6 0 R/D 6 0 R>>", "");
    easel_ok(pds_form_fill_field(s.u, &field, (pds_ref){ .num = 6 }, &e), &e);
    easel_write(&s);
    assert_string_equal(easel_at(&s, "Root/Pages/Kids/0/AP"), "<</N 6 0 R/D 6 0 R>>");
    assert_string_equal(easel_at(&s, "Root/Pages/Kids/1/AP/N/data"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buttons_of_one_size_share_a_look),
        cmocka_unit_test(buttons_of_pdfa_have_a_state),
        cmocka_unit_test(tagged_files_get_descriptions),
        cmocka_unit_test(widgets_stand_on_their_page_only),
        cmocka_unit_test(a_new_look_takes_the_place_of_the_old),
        cmocka_unit_test(without_a_new_look_the_old_one_stays),
    };
    return cmocka_run_group_tests_name("new fields", tests, NULL, NULL);
}
