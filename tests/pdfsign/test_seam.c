/* Seams in a file: what carries them, where several go, what their slices say of themselves. */
#include "base/own.h"
#include "pdfsign/layout_spot.h"
#include "pdfsign/seam_choose.h"
#include "pdfsign/seam_piece.h"
#include "pdfsign/seam_spot.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define MM       (72.0 / 25.4)

enum { PAGES = 4 };

static pds_seam seam_of(const char *text)
{
    pds_seam seam;
    assert_int_equal(pds_seam_parse(text, &seam, NULL), PDS_OK);
    return seam;
}

/* ---- places ---- */

typedef struct spot_row {
    const char *what, *seam;
    const char *taken[3]; /* seams of the same size that stand there already */
    bool overlap;
    pds_code code;
    double shift; /* millimetres */
} spot_row;

/* A seal of 40 mm on pages of 200 x 300 mm; beside another it is 40 mm and a bit off. */
static const spot_row SPOTS[] = {
    { "the middle, where nothing stands", "right", { NULL }, false, PDS_OK, 0 },
    { "below the first", "right", { "right" }, false, PDS_OK, -43 },
    { "above the first, below the second being taken",
      "right",
      { "right", "right,at=50%-43mm" },
      false,
      PDS_OK,
      43 },
    { "further below, both sides being taken",
      "right",
      { "right", "right,at=50%-43mm", "right,at=50%+43mm" },
      false,
      PDS_OK,
      -86 },
    { "above, where there is no room below", "right", { "right,at=130mm" }, false, PDS_OK, 23 },
    { "to the left on the top edge", "top", { "top" }, false, PDS_OK, -43 },
    { "another edge is not in the way", "left", { "right" }, false, PDS_OK, 0 },
    { "other pages are not in the way",
      "right,pages=1-2",
      { "right,pages=3-4" },
      false,
      PDS_OK,
      0 },
    { "one common page is", "right,pages=1-3", { "right,pages=3-4" }, false, PDS_OK, -43 },
    { "a place that was asked for", "right,at=20%", { "right" }, false, PDS_OK, 0 },
    { "touching is allowed", "right,at=110mm", { "right" }, false, PDS_OK, 110 },
    { "a place that is taken", "right,at=60%", { "right" }, false, PDS_E_PLACE_TAKEN, 0 },
    { "a taken place, allowed", "right,at=60%", { "right" }, true, PDS_OK, 0 },
    { "the middle, allowed", "right", { "right" }, true, PDS_OK, 0 },
    { "no room on a short edge",
      "top",
      { "top,at=20mm", "top", "top,at=180mm" },
      false,
      PDS_E_PLACE_TAKEN,
      0 },
};

static void lay_pages(pds_page pages[PAGES])
{
    for (uint32_t i = 0; i < PAGES; i++) {
        pages[i] =
            (pds_page){ .number = i + 1, .crop = { 0, 0, 200 * MM, 300 * MM }, .user_unit = 1 };
    }
}

static size_t slice(const pds_seam *seam, pds_slice slices[PAGES])
{
    uint32_t numbers[PAGES] = { 1, 2, 3, 4 };
    size_t count = PAGES;
    if (strncmp(seam->pages, "3-4", 3) == 0) {
        count = 2;
        numbers[0] = 3;
        numbers[1] = 4;
    } else if (seam->pages[0] != '\0') {
        count = (size_t)(seam->pages[2] - '0');
    }
    assert_int_equal(pds_seam_slices(seam, numbers, count, slices, &count, NULL), PDS_OK);
    return count;
}

static void take(pds_seam_takens *takens, const char *text, const pds_page pages[PAGES])
{
    const pds_seam seam = seam_of(text);
    const double size[2] = { 40 * MM, 40 * MM };
    pds_slice slices[PAGES];
    const size_t count = slice(&seam, slices);
    for (size_t i = count; i > 0; i--) { /* in whatever order */
        const pds_sheet sheet = pds_page_sheet(&pages[slices[i - 1].page - 1]);
        double rect[4];
        assert_int_equal(pds_slice_rect(&seam, &slices[i - 1], &sheet, size, rect, NULL), PDS_OK);
        assert_int_equal(pds_seam_take(takens, slices[i - 1].page, rect, NULL), PDS_OK);
    }
}

static void seams_go_beside_each_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(SPOTS); i++) {
        const spot_row *r = &SPOTS[i];
        pds_page pages[PAGES];
        pds_slice slices[PAGES];
        double rects[PAGES][4];
        pds_seam seam = seam_of(r->seam);
        pds_seam_spot spot = {
            .pages = pages, .slices = slices, .size = { 40 * MM, 40 * MM }, .overlap = r->overlap
        };
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        lay_pages(pages);
        for (size_t k = 0; k < COUNT(r->taken) && r->taken[k] != NULL; k++) {
            take(&spot.taken, r->taken[k], pages);
        }
        spot.slice_count = slice(&seam, slices);
        assert_int_equal(pds_seam_place(&spot, &seam, rects, &e), r->code);
        pds_seam_takens_drop(&spot.taken);
        if (r->code == PDS_OK) {
            const double at = seam.at * (strncmp(r->seam, "top", 3) == 0 ? 200 : 300);
            const bool top = seam.edge == PDS_EDGE_TOP;
            assert_true(fabs(seam.shift / MM - r->shift) < 1e-6);
            assert_true(fabs((rects[0][top ? 0 : 1] + rects[0][top ? 2 : 3]) / 2 / MM - at -
                             r->shift) < 1e-6);
        } else {
            assert_true(e.page > 0 && strstr(e.hint, "at=") != NULL);
        }
    }
}

/* ---- modes ---- */

/* A file's seam fields: "Seam1" push-buttons for 40 mm right; "Seam2" the same, filled; "Seam3"
 * signature fields for 40 mm left; "Seam4" push-buttons for 42 mm bottom, at 30 %. */
typedef struct choice_row {
    const char *what;
    pds_seam_mode mode;
    bool is_signed;
    const char *seam;
    double size; /* millimetres */
    const char *set;
    pds_mark_kind kind;
    const char *refused; /* NULL: not */
} choice_row;

static const choice_row CHOICES[] = {
    { "auto is content of an unsigned file", PDS_SEAM_AUTO, false, "right", 40, NULL,
      PDS_MARK_CONTENT, NULL },
    { "auto is fields of a signed one", PDS_SEAM_AUTO, true, "right", 40, "Seam1", PDS_MARK_FIELD,
      NULL },
    { "auto without fields is refused", PDS_SEAM_AUTO, true, "top", 40, NULL, PDS_MARK_FIELD,
      "no fields for a seam over its top edge" },
    { "content of a signed file is refused", PDS_SEAM_CONTENT, true, "right", 40, NULL,
      PDS_MARK_CONTENT, "carries a signature" },
    { "fields also on an unsigned file", PDS_SEAM_FIELDS, false, "right", 40, "Seam1",
      PDS_MARK_FIELD, NULL },
    { "half a millimetre is no other size", PDS_SEAM_FIELDS, false, "right", 40.4, "Seam1",
      PDS_MARK_FIELD, NULL },
    { "another size is refused", PDS_SEAM_FIELDS, false, "right", 42, NULL, PDS_MARK_FIELD,
      "a seal of 40.0 x 40.0 mm, this one has 42.0 x 42.0 mm" },
    { "a place chosen that fits", PDS_SEAM_FIELDS, false, "bottom,at=30%", 42, "Seam4",
      PDS_MARK_FIELD, NULL },
    { "a place chosen that does not", PDS_SEAM_FIELDS, false, "bottom,at=60%", 42, NULL,
      PDS_MARK_FIELD, "another seam" },
    { "other groups do not", PDS_SEAM_FIELDS, false, "right,max=3", 40, NULL, PDS_MARK_FIELD,
      "another seam" },
    { "signature fields are not filled as fields", PDS_SEAM_FIELDS, false, "left", 40, NULL,
      PDS_MARK_FIELD, "are signature fields" },
    { "a signature on each page, in fields made", PDS_SEAM_MULTI, true, "left", 40, "Seam3",
      PDS_MARK_MULTI, NULL },
    { "one signature for all, in fields made", PDS_SEAM_SHARED, true, "left", 40, "Seam3",
      PDS_MARK_SHARED, NULL },
    { "in new fields", PDS_SEAM_SHARED, false, "right", 40, NULL, PDS_MARK_SHARED, NULL },
    { "made for another size", PDS_SEAM_MULTI, false, "left", 50, NULL, PDS_MARK_MULTI,
      "this one has 50.0 x 50.0 mm" },
};

static pds_seam_set set_of(const char *name, const char *seam, double size, bool signatures,
                           bool filled)
{
    pds_seam_set set = { .seam = seam_of(seam),
                         .size = { size * MM, size * MM },
                         .signatures = signatures,
                         .filled = filled,
                         .fields = calloc(1, sizeof(pds_seam_field)),
                         .count = 1 };
    assert_non_null(set.fields);
    set.fields[0].ref.num = (uint32_t)name[4];
    memcpy(set.name, name, strlen(name) + 1);
    return set;
}

static void what_carries_a_seam_is_chosen(void **state)
{
    pds_sig_field field = { .is_signed = true };
    pds_seam_set sets[] = { set_of("Seam2", "right", 40, false, true),
                            set_of("Seam1", "right", 40, false, false),
                            set_of("Seam3", "left", 40, true, false),
                            set_of("Seam4", "bottom,at=30%", 42, false, false) };
    const pds_seam_file file = { .sets = sets, .set_count = COUNT(sets) };
    (void)state;
    for (size_t i = 0; i < COUNT(CHOICES); i++) {
        const choice_row *r = &CHOICES[i];
        const pds_seam seam = seam_of(r->seam);
        const pds_form form = { .fields = &field, .count = r->is_signed ? 1 : 0 };
        const pds_seam_wish wish = { .file = &file,
                                     .form = &form,
                                     .mode = r->mode,
                                     .seam = &seam,
                                     .size = { r->size * MM, r->size * MM } };
        pds_seam_choice choice;
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        const pds_code code = pds_seam_choose(&wish, &choice, &e);
        assert_int_equal(code, r->refused == NULL ? PDS_OK : PDS_E_SEAM_REFUSED);
        if (code != PDS_OK) {
            assert_non_null(strstr(e.text, r->refused));
            assert_true(e.hint[0] != '\0' || e.expected[0] != '\0');
            continue;
        }
        assert_int_equal(choice.kind, r->kind);
        assert_true((choice.set == NULL) == (r->set == NULL));
        if (choice.set != NULL && r->set != NULL) {
            assert_string_equal(choice.set->name, r->set);
        }
    }
    for (size_t i = 0; i < COUNT(sets); i++) {
        pds_seam_set_drop(&sets[i]);
    }
}

static void fields_serve_one_signer_of_a_job(void **state)
{
    pds_seam_set sets[] = { set_of("Seam1", "right", 40, false, false),
                            set_of("Seam2", "right", 40, false, false) };
    const pds_seam_file file = { .sets = sets, .set_count = COUNT(sets) };
    const pds_form form = { .count = 0 };
    const pds_seam seam = seam_of("right");
    pds_mark mark = { .kind = PDS_MARK_FIELD, .field = sets[0].fields[0].ref };
    const pds_layout layout = { .marks = &mark, .mark_count = 1 };
    const pds_seam_wish wish = { .file = &file,
                                 .form = &form,
                                 .layouts = &layout,
                                 .layout_count = 1,
                                 .mode = PDS_SEAM_FIELDS,
                                 .seam = &seam,
                                 .size = { 40 * MM, 40 * MM } };
    pds_seam_choice choice;
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_seam_choose(&wish, &choice, &e), PDS_OK);
    assert_string_equal(choice.set->name, "Seam2");
    mark.field = sets[1].fields[0].ref;
    sets[0].filled = true;
    assert_int_equal(pds_seam_choose(&wish, &choice, &e), PDS_E_SEAM_REFUSED);
    assert_non_null(strstr(e.text, "filled already"));
    pds_seam_set_drop(&sets[0]);
    pds_seam_set_drop(&sets[1]);
}

/* ---- names ---- */

static void names_of_seam_fields_are_known(void **state)
{
    static const char *const ours[] = { "Seam1.p1", "Seam12.p3000" };
    static const char *const others[] = { "",           "Seam1",     "Seam.p1",
                                          "Seam1.p",    "Seam1.p1a", "Seam1-p1",
                                          "Seam1.p1.x", "XSeam1.p1", "Seam1.q1" };
    (void)state;
    for (size_t i = 0; i < COUNT(ours); i++) {
        assert_true(pds_seam_names_field(ours[i]));
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_false(pds_seam_names_field(others[i]));
    }
}

static void new_seams_have_free_names(void **state)
{
    char *roots[] = { (char *)"Seam2", (char *)"Seal9", (char *)"Seam7x", (char *)"Buyer" };
    const pds_form form = { .roots = roots, .root_count = COUNT(roots) };
    const pds_form empty = { .count = 0 };
    pds_seam_file file = { .made = 0 };
    char name[64];
    (void)state;
    pds_seam_file_name(&file, &form, name);
    assert_string_equal(name, "Seam8");
    pds_seam_file_name(&file, &form, name);
    assert_string_equal(name, "Seam9");
    file.made = 0;
    pds_seam_file_name(&file, &empty, name);
    assert_string_equal(name, "Seam1");
}

/* ---- what slices say ---- */

static void name_piece(pds_seam_piece *piece, const pds_image *image, size_t signing, size_t number,
                       uint64_t bytes)
{
    const pds_seam_origin origin = { .file_bytes = bytes, .signing = signing, .number = number };
    assert_int_equal(pds_seam_piece_name(piece, image, &origin, NULL), PDS_OK);
}

static void each_seam_has_an_id_of_its_own(void **state)
{
    uint8_t bytes[2] = { 1, 2 };
    const pds_seam right = seam_of("right");
    const pds_seam left = seam_of("left");
    const pds_image image = { .samples = { .ptr = bytes, .len = 1 } };
    const pds_image other = { .samples = { .ptr = bytes, .len = 1 },
                              .alpha = { .ptr = bytes + 1, .len = 1 } };
    pds_seam_piece same = { .seam = &right };
    pds_seam_piece all[6] = { { .seam = &right }, { .seam = &right }, { .seam = &right },
                              { .seam = &right }, { .seam = &left },  { .seam = &right } };
    (void)state;
    name_piece(&same, &image, 0, 0, 100);
    name_piece(&all[0], &image, 0, 0, 100);
    name_piece(&all[1], &image, 1, 0, 100);
    name_piece(&all[2], &image, 0, 1, 100);
    name_piece(&all[3], &image, 0, 0, 101);
    name_piece(&all[4], &image, 0, 0, 100);
    name_piece(&all[5], &other, 0, 0, 100);
    assert_string_equal(same.id, all[0].id);
    assert_int_equal(strlen(same.id), 32);
    assert_string_equal(same.picture,
                        "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a");
    for (size_t i = 0; i < COUNT(all); i++) {
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(all[i].id, all[k].id);
        }
    }
}

static void a_slice_says_what_it_is(void **state)
{
    const pds_seam seam = seam_of("right,at=30%,pages=1-z,max=4");
    const pds_moment when = { .local = { .tm_year = 126, .tm_mon = 10, .tm_mday = 21 } };
    const pds_seam_piece piece = {
        .seam = &seam, .size = { 120, 80 }, .id = "0f", .picture = "9a", .when = &when
    };
    const pds_slice slice = { .index = 1, .count = 4, .from = 0.25, .to = 0.5 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    (void)state;
    pds_seam_piece_put(&piece, &slice, &text);
    assert_string_equal(pds_buf_cstr(&text),
                        "<</pdsSeam<</LastModified(D:20261121000000+00'00)/Private<</Id(0f)/Index 1"
                        "/Count 4/From 0.25/To 0.5/Size[120 80]"
                        "/Seam(right,at=30%,pages=1-z,max=4)/SHA256(9a)>>>>>>");
    pds_span rest = pds_buf_span(&text);
    pds_span value;
    assert_int_equal(pds_value_scan(&rest, &value, NULL), PDS_OK);
    assert_int_equal(rest.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seams_go_beside_each_other),
        cmocka_unit_test(what_carries_a_seam_is_chosen),
        cmocka_unit_test(fields_serve_one_signer_of_a_job),
        cmocka_unit_test(names_of_seam_fields_are_known),
        cmocka_unit_test(new_seams_have_free_names),
        cmocka_unit_test(each_seam_has_an_id_of_its_own),
        cmocka_unit_test(a_slice_says_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
