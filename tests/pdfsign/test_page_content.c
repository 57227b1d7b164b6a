/* Drawings as page content: whatever a page's /Contents and /Resources look like, its own content
 * stays, ours comes on top, upright and in its place, and nothing else is changed. */
#include "base/own.h"
#include "tests/pdfsign/easel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CATALOG                                  \
    {                                            \
        1, "<</Type/Catalog/Pages 2 0 R>>", NULL \
    }
#define END           \
    {                 \
        0, NULL, NULL \
    }

static const double SQUARE[4] = { 100, 200, 150, 250 };

/* One page (object 3), beside it objects 4 (a stream), 5 (another), 6 (an array of both), 7
 * (resources), 8 (an /XObject dictionary). */
static void open_page(easel *s, const char *page, const char *node)
{
    char pages[256];
    char first[256];
    (void)snprintf(pages, sizeof pages,
                   "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]%s>>", node);
    (void)snprintf(first, sizeof first, "<</Type/Page/Parent 2 0 R%s>>", page);
    const easel_object objects[] = { CATALOG,
                                     { 2, pages, NULL },
                                     { 3, first, NULL },
                                     { 4, "", "2 0 0 2 0 0 cm" },
                                     { 5, "", "0 0 9 9 re f" },
                                     { 6, "[4 0 R 5 0 R]", NULL },
                                     { 7, "<</Font<</A 5 0 R>>/XObject<</B 5 0 R>>>>", NULL },
                                     { 8, "<</Pds13 5 0 R/Pds14 5 0 R/C 5 0 R>>", NULL },
                                     END };
    easel_open(s, objects);
}

static void draw(easel *s)
{
    pds_err e = { 0 };
    easel_ok(pds_ink_pages(s->ink, &s->layout, 1, &e), &e);
}

static void draw_square(easel *s)
{
    (void)easel_drawing(s, 50, 50, "0 0 50 50 re f");
    (void)easel_mark(s, PDS_MARK_CONTENT, 1, SQUARE);
    draw(s);
    easel_write(s);
}

#define PAGE "Root/Pages/Kids/0/"

/* ---- old content ---- */

typedef struct content_row {
    const char *name;
    const char *entry;
    const char *old[2]; /* its streams, which stand between "q" and ours; NULL: none */
} content_row;

static const content_row CONTENTS[] = {
    { "a stream", "/Contents 4 0 R", { "2 0 0 2 0 0 cm" } },
    { "an array in the page", "/Contents[5 0 R 4 0 R]", { "0 0 9 9 re f", "2 0 0 2 0 0 cm" } },
    { "an array of its own", "/Contents 6 0 R", { "2 0 0 2 0 0 cm", "0 0 9 9 re f" } },
    { "no content", "", { NULL } },
    { "null", "/Contents null", { NULL } },
    { "a missing object", "/Contents 99 0 R", { NULL } },
    { "an empty array", "/Contents[]", { NULL } },
    { "an array with a null", "/Contents[null 4 0 R]", { "2 0 0 2 0 0 cm" } },
};

static void old_content_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CONTENTS / sizeof CONTENTS[0]; i++) {
        const content_row *r = &CONTENTS[i];
        EASEL(s);
        char path[64];
        int at = 0;
        open_page(&s, r->entry, "");
        draw_square(&s);
        print_message("%s\n", r->name);
        if (r->old[0] != NULL) {
            assert_string_equal(easel_at(&s, PAGE "Contents/0/data"), "q\n");
            at = 1;
        }
        for (int k = 0; k < 2 && r->old[k] != NULL; k++, at++) {
            (void)snprintf(path, sizeof path, PAGE "Contents/%d/data", at);
            assert_string_equal(easel_at(&s, path), r->old[k]);
        }
        (void)snprintf(path, sizeof path, PAGE "Contents/%d/data", at);
        const char *ours = easel_at(&s, path);
        assert_int_equal(strncmp(ours, "Q\n", 2) == 0, r->old[0] != NULL);
        assert_non_null(strstr(ours, "/Artifact BMC\nq\n1 0 0 1 100 200 cm\n/Pds"));
        assert_non_null(strstr(ours, " Do\nQ\nEMC\n"));
        (void)snprintf(path, sizeof path, PAGE "Contents/%d", at + 1);
        assert_string_equal(easel_at(&s, path), "nothing");
    }
}

/* ---- resources ---- */

typedef struct resources_row {
    const char *name;
    const char *page, *node;
    const char *kept[2]; /* path below the page's resources that still leads to this object */
    const char *ours;    /* name of the drawing there */
} resources_row;

static const resources_row RESOURCES[] = {
    { "none", "", "", { NULL }, "Pds9" },
    { "in the page", "/Resources<</Font<</A 5 0 R>>>>", "", { "Font/A/ref", "5" }, "Pds9" },
    { "an object", "/Resources 7 0 R", "", { "XObject/B/ref", "5" }, "Pds10" },
    { "inherited", "", "/Resources<</Font<</A 5 0 R>>>>", { "Font/A/ref", "5" }, "Pds10" },
    { "an object, inherited", "", "/Resources 7 0 R", { "Font/A/ref", "5" }, "Pds10" },
    { "its own in place of inherited ones",
      "/Resources<</Font<</B 5 0 R>>>>",
      "/Resources 7 0 R",
      { "Font/A", "nothing" },
      "Pds9" },
    { "names in an object", "/Resources<</XObject 8 0 R>>", "", { "XObject/C/ref", "5" }, "Pds10" },
    { "names in the page",
      "/Resources<</XObject<</B 5 0 R>>>>",
      "",
      { "XObject/B/ref", "5" },
      "Pds9" },
    { "our name is taken",
      "/Resources<</XObject<</Pds9 5 0 R/Pds9_1 5 0 R>>>>",
      "",
      { "XObject/Pds9/ref", "5" },
      "Pds9_2" },
};

static void names_are_added(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof RESOURCES / sizeof RESOURCES[0]; i++) {
        const resources_row *r = &RESOURCES[i];
        EASEL(s);
        char path[128];
        open_page(&s, r->page, r->node);
        draw_square(&s);
        print_message("%s\n", r->name);
        if (r->kept[0] != NULL) {
            (void)snprintf(path, sizeof path, PAGE "Resources/%s", r->kept[0]);
            assert_string_equal(easel_at(&s, path), r->kept[1]);
        }
        (void)snprintf(path, sizeof path, PAGE "Resources/XObject/%s/data", r->ours);
        assert_string_equal(easel_at(&s, path), "0 0 50 50 re f");
        (void)snprintf(path, sizeof path, "/%s Do", r->ours);
        assert_non_null(strstr(easel_at(&s, PAGE "Contents/0/data"), path));
    }
}

/* What others share stays as it was for them. */
static void shared_dictionaries_stay(void **state)
{
    (void)state;
    EASEL(s);
    open_page(&s, "/Resources 7 0 R", "");
    draw_square(&s);
    pds_object old = { 0 };
    pds_err e = { 0 };
    easel_ok(pds_doc_read(s.in.doc, (pds_ref){ .num = 7 }, &old, &e), &e);
    assert_true(pds_span_is(old.value, "<</Font<</A 5 0 R>>/XObject<</B 5 0 R>>>>"));
    pds_object_drop(&old);
}

/* ---- where ---- */

typedef struct matrix_row {
    const char *page;
    double size[2];
    double rect[4];
    const char *matrix;
} matrix_row;

static const matrix_row MATRICES[] = {
    { "", { 50, 50 }, { 100, 200, 150, 250 }, "1 0 0 1 100 200 cm" },
    { "/Rotate 90", { 50, 20 }, { 100, 200, 120, 250 }, "0 1 -1 0 120 200 cm" },
    { "/Rotate 180", { 50, 20 }, { 100, 200, 150, 220 }, "-1 0 0 -1 150 220 cm" },
    { "/Rotate -90", { 50, 20 }, { 100, 200, 120, 250 }, "0 -1 1 0 100 250 cm" },
    { "/UserUnit 4", { 50, 20 }, { 100, 200, 112.5, 205 }, "0.25 0 0 0.25 100 200 cm" },
    { "/UserUnit 30000", { 60, 30 }, { 0, 0, .002, .001 }, "0.000033333 0 0 0.000033333 0 0 cm" },
    { "/UserUnit 2/Rotate 270", { 50, 20 }, { 0, 0, 10, 25 }, "0 -0.5 0.5 0 0 25 cm" },
};

static void drawings_are_upright(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof MATRICES / sizeof MATRICES[0]; i++) {
        const matrix_row *r = &MATRICES[i];
        EASEL(s);
        open_page(&s, r->page, "");
        (void)easel_drawing(&s, r->size[0], r->size[1], "f");
        (void)easel_mark(&s, PDS_MARK_CONTENT, 1, r->rect);
        draw(&s);
        easel_write(&s);
        const char *content = easel_at(&s, PAGE "Contents/0/data");
        if (strstr(content, r->matrix) == NULL) {
            fail_msg("%s: %s", r->page, content);
        }
    }
}

/* ---- many ---- */

static const easel_object ALIKE[] = {
    CATALOG,
    { 2, "<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3/MediaBox[0 0 595 842]>>", NULL },
    { 3, "<</Type/Page/Parent 2 0 R/Contents 6 0 R/Resources 7 0 R>>", NULL },
    { 4, "<</Type/Page/Parent 2 0 R/Contents 6 0 R/Resources 7 0 R>>", NULL },
    { 5, "<</Type/Page/Parent 2 0 R/Contents 6 0 R/Resources 7 0 R>>", NULL },
    { 6, "", "0 0 9 9 re f" },
    { 7, "<</Font<</A 6 0 R>>>>", NULL },
    END
};

static void equal_pages_share(void **state)
{
    (void)state;
    EASEL(s);
    easel_open(&s, ALIKE);
    (void)easel_drawing(&s, 50, 50, "0 0 50 50 re f");
    for (uint32_t page = 1; page <= 2; page++) {
        (void)easel_mark(&s, PDS_MARK_CONTENT, page, SQUARE);
    }
    draw(&s);
    const pds_ref next = pds_update_ref(s.u);
    assert_int_equal(next.num, 8 + 4); /* form, q, ours, resources */
    easel_write(&s);
    for (int i = 0; i < 3; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "Root/Pages/Kids/0/Contents/%d/ref", i);
        const char *first = easel_at(&s, path);
        path[strlen("Root/Pages/Kids/")] = '1';
        assert_string_equal(easel_at(&s, path), first);
    }
    assert_string_equal(easel_at(&s, "Root/Pages/Kids/0/Resources/ref"),
                        easel_at(&s, "Root/Pages/Kids/1/Resources/ref"));
    assert_string_equal(easel_at(&s, "Root/Pages/Kids/2/Resources/ref"), "7");
    assert_string_equal(easel_at(&s, "Root/Pages/Kids/2/Contents/ref"), "6");
}

/* Marks of all layouts come into one change of the page, in their order. */
static void marks_of_a_page_go_together(void **state)
{
    (void)state;
    EASEL(s);
    pds_err e = { 0 };
    static const double below[4] = { 0, 0, 50, 50 };
    easel_open(&s, ALIKE);
    (void)easel_drawing(&s, 50, 50, "1 w");
    (void)easel_drawing(&s, 50, 50, "2 w");
    pds_mark marks[2] = { *easel_mark(&s, PDS_MARK_CONTENT, 2, SQUARE),
                          *easel_mark(&s, PDS_MARK_CONTENT, 2, below) };
    marks[1].drawing = 1;
    const pds_layout layouts[2] = {
        { .drawings = s.drawings, .drawing_count = 2, .marks = &marks[1], .mark_count = 1 },
        { .drawings = s.drawings, .drawing_count = 2, .marks = &marks[0], .mark_count = 1 },
    };
    easel_ok(pds_ink_pages(s.ink, layouts, 2, &e), &e);
    easel_write(&s);
    assert_string_equal(easel_at(&s, "Root/Pages/Kids/1/Contents/2/data"),
                        "Q\n/Artifact BMC\nq\n1 0 0 1 0 0 cm\n/Pds9 Do\nQ\n"
                        "q\n1 0 0 1 100 200 cm\n/Pds10 Do\nQ\nEMC\n");
    assert_string_equal(easel_at(&s, "Root/Pages/Kids/1/Resources/XObject/Pds9/data"), "2 w");
    assert_string_equal(easel_at(&s, "Root/Pages/Kids/0/Contents/ref"), "6");
}

static void nothing_drawn_changes_nothing(void **state)
{
    (void)state;
    EASEL(s);
    easel_open(&s, ALIKE);
    (void)easel_drawing(&s, 50, 50, "1 w");
    (void)easel_mark(&s, PDS_MARK_WIDGET, 1, SQUARE);
    draw(&s);
    assert_int_equal(pds_update_ref(s.u).num, 8);
}

static void a_flat_drawing_is_refused(void **state)
{
    (void)state;
    EASEL(s);
    pds_err e = { 0 };
    easel_open(&s, ALIKE);
    (void)easel_drawing(&s, 50, 0, "1 w");
    (void)easel_mark(&s, PDS_MARK_CONTENT, 1, SQUARE);
    assert_int_equal(pds_ink_pages(s.ink, &s.layout, 1, &e), PDS_E_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_content_stays),
        cmocka_unit_test(names_are_added),
        cmocka_unit_test(shared_dictionaries_stay),
        cmocka_unit_test(drawings_are_upright),
        cmocka_unit_test(equal_pages_share),
        cmocka_unit_test(marks_of_a_page_go_together),
        cmocka_unit_test(nothing_drawn_changes_nothing),
        cmocka_unit_test(a_flat_drawing_is_refused),
    };
    return cmocka_run_group_tests_name("page content", tests, NULL, NULL);
}
