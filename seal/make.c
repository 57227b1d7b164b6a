#include "seal/make.h"

#include "base/own.h"
#include "seal/make_kind.h"
#include "seal/place.h"

#include <math.h>

const char *const PDS_TEST_MARK = "测试专用 TEST";

static const double POINTS_PER_MM = 72.0 / 25.4;
static const double SIDE_MIN = 8, SIDE_MAX = 200; /* mm: what can be read, what fits a page */
static const double SHAPE_TOLERANCE = 0.01;
static const double LONGEST = 2.0; /* longer side to the shorter, of what is not round */

/* Names end where labels begin; marks stand between star and name, where no other text is. */
/* clang-format off */
#define NAME(e, h, l, r)  { .arc = { .edge = (e), .height = (h), .least = (l), .reach = (r), .spread = 1.9 } }
#define MARK(e, h, l)     { .arc = { .edge = (e), .height = (h), .least = (l), .reach = 0.42, .spread = 1.2 } }
#define BELOW(e, h, l, r) { .arc = { .edge = (e), .height = (h), .least = (l), .reach = (r), .spread = 1.1, .below = true } }
#define LINE(at, h, l, w) { .line = { .y = (at), .height = (h), .least = (l), .half = (w) } }

static const pds_kind_row ROWS[] = {
    [PDS_SEAL_COMPANY] = { .size = { 42, 42 }, .ring = 1.2, .star = 7,
        .name = NAME(2.0, 6.0, 3.2, 0.70), .label = LINE(-10.4, 3.7, 2.2, 9.0),
        .code = BELOW(1.75, 1.5, 1.2, 0.24), .mark = MARK(9.2, 2.7, 2.2) },
    [PDS_SEAL_DEPARTMENT] = { .size = { 38, 38 }, .ring = 1.0, .star = 6,
        .name = NAME(1.8, 5.4, 2.9, 0.70), .label = LINE(-9.2, 3.5, 2.0, 8.2),
        .code = BELOW(1.5, 1.4, 1.1, 0.24), .mark = MARK(8.5, 2.6, 2.1) },
    [PDS_SEAL_CONTRACT] = { .size = { 42, 42 }, .ring = 1.2, .star = 7, .own_label = "合同专用章",
        .name = NAME(2.0, 6.0, 3.2, 0.70), .label = LINE(-10.4, 3.7, 2.2, 9.0),
        .code = BELOW(1.75, 1.5, 1.2, 0.24), .mark = MARK(9.2, 2.7, 2.2) },
    [PDS_SEAL_OLD_CONTRACT] = { .size = { 58, 58 }, .ring = 1.5, .star = 9, .own_label = "合同专用章",
        .name = NAME(2.6, 8.0, 4.2, 0.70), .label = LINE(-14.4, 5.2, 3.0, 12.5),
        .code = BELOW(2.2, 2.0, 1.6, 0.24), .mark = MARK(12.4, 3.7, 3.0) },
    [PDS_SEAL_INVOICE] = { .size = { 40, 30 }, .ring = 1.0, .own_label = "发票专用章",
        .name = NAME(1.6, 4.2, 2.4, 0.62), .label = LINE(-7.2, 4.2, 2.6, 9.0),
        .code = LINE(-0.6, 3.2, 2.0, 12.5), .mark = LINE(4.6, 2.5, 2.0, 8.5) },
    [PDS_SEAL_FOREIGN] = { .size = { 45, 30 }, .ring = 1.0,
        .name = NAME(1.6, 4.6, 2.4, 0.54), .label = BELOW(1.8, 2.6, 1.5, 0.36),
        .code = LINE(-2.6, 3.2, 2.0, 12.5), .mark = LINE(2.4, 3.0, 2.2, 11.0) },
    [PDS_SEAL_LEGAL] = { .size = { 20, 20 }, .ring = 1.0, .own_label = "印", .square = true },
    [PDS_SEAL_PERSONAL] = { .size = { 18, 18 }, .ring = 0.9, .own_label = "印", .square = true },
};
/* clang-format on */

static pds_code row_of(pds_seal_kind kind, const pds_kind_row **out, pds_err *e)
{
    if ((size_t)kind >= sizeof ROWS / sizeof ROWS[0]) {
        PDS_FAIL(e, PDS_E_USAGE, "no kind of seal has the number %d", (int)kind);
    }
    *out = &ROWS[kind];
    return PDS_OK;
}

/* Round seals stay round; of others only the sides may differ from the usual ones. */
static pds_code check_shape(const pds_kind_row *row, const double mm[2], pds_err *e)
{
    double ratio = mm[0] / mm[1];
    bool is_round = !row->square && row->size[0] == row->size[1];
    if (is_round && fabs(ratio - 1) > SHAPE_TOLERANCE) {
        PDS_FAIL(e, PDS_E_USAGE, "a round seal is as wide as it is high, not %.4g x %.4g mm", mm[0],
                 mm[1]);
    }
    double least = row->square ? 1 / LONGEST : 1;
    if (ratio > LONGEST || ratio < least) {
        PDS_FAIL(e, PDS_E_USAGE, "no seal of this kind is %.4g mm wide and %.4g mm high", mm[0],
                 mm[1]);
    }
    return PDS_OK;
}

pds_code pds_make_size(pds_seal_kind kind, const char *text, double size[2], pds_err *e)
{
    const pds_kind_row *row = NULL;
    double mm[2];
    PDS_TRY(row_of(kind, &row, e));
    if (text == NULL) {
        size[0] = row->size[0] * POINTS_PER_MM;
        size[1] = row->size[1] * POINTS_PER_MM;
        return PDS_OK;
    }
    PDS_TRY(pds_size_parse(text, size, e));
    for (size_t i = 0; i < 2; i++) {
        mm[i] = size[i] / POINTS_PER_MM;
        if (!(mm[i] >= SIDE_MIN && mm[i] <= SIDE_MAX)) {
            PDS_FAIL(e, PDS_E_USAGE, "a seal's side of %.4g mm: %.4g to %.4g mm are possible",
                     mm[i], SIDE_MIN, SIDE_MAX);
        }
    }
    return check_shape(row, mm, e);
}

/* From millimetres around the middle to points from the lower left corner. */
static void place_on_page(const pds_vector *drawn, pds_vector *out)
{
    pds_matrix m = { POINTS_PER_MM, 0, 0, POINTS_PER_MM, out->size[0] / 2, out->size[1] / 2 };
    pds_vector_add(out, drawn, 0, pds_vector_count(drawn), &m);
}

pds_code pds_make_draw(const pds_make_plan *plan, const pds_glyphs *glyphs, pds_vector *out,
                       pds_err *e)
{
    PDS_OWN(pds_vector_drop) pds_vector drawn = { 0 };
    pds_make_plan whole = *plan;
    const pds_kind_row *row = NULL;
    PDS_TRY(row_of(plan->kind, &row, e));
    whole.label = plan->label == NULL ? row->own_label : plan->label;
    PDS_TRY((row->square ? pds_make_square : pds_make_round)(row, &whole, glyphs, &drawn, e));
    PDS_TRY(pds_buf_end(&drawn.shapes, e));
    *out = (pds_vector){ .size = { plan->size[0], plan->size[1] } };
    memcpy(out->color, plan->color, sizeof out->color);
    place_on_page(&drawn, out);
    return pds_buf_end(&out->shapes, e);
}
