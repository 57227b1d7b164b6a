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

/* clang-format off: a table is read in columns */
/* Names: the arc ends where the label begins. Marks: between the star and the name, where no other
 * text is. */
#define ROUND_NAME                                                                       \
    {                                                                                    \
        .arc = {.edge = 2.0, .height = 6.0, .least = 3.2, .reach = 0.70, .spread = 1.9 } \
    }
#define ROUND_LABEL                                                     \
    {                                                                   \
        .line = {.y = -10.4, .height = 3.7, .least = 2.2, .half = 9.0 } \
    }
#define ROUND_CODE         \
    {                      \
        .arc = {           \
            .edge = 1.75,  \
            .height = 1.5, \
            .least = 1.2,  \
            .reach = 0.24, \
            .spread = 1.1, \
            .below = true  \
        }                  \
    }
#define ROUND_MARK                                                        \
    {                                                                     \
        .arc = {.edge = 9.2, .height = 2.7, .least = 2.2, .reach = 0.42 } \
    }

static const pds_kind_row ROWS[] = {
    [PDS_SEAL_COMPANY] = { { 42, 42 },
                           1.2,
                           7,
                           NULL,
                           ROUND_NAME,
                           ROUND_LABEL,
                           ROUND_CODE,
                           ROUND_MARK,
                           false },
    [PDS_SEAL_DEPARTMENT] = { { 38, 38 },
                              1.0,
                              6,
                              NULL,
                              { .arc = { .edge = 1.8,
                                         .height = 5.4,
                                         .least = 2.9,
                                         .reach = 0.70,
                                         .spread = 1.9 } },
                              { .line = { .y = -9.2, .height = 3.5, .least = 2.0, .half = 8.2 } },
                              { .arc = { .edge = 1.5,
                                         .height = 1.4,
                                         .least = 1.1,
                                         .reach = 0.24,
                                         .below = true } },
                              { .arc = { .edge = 8.5,
                                         .height = 2.6,
                                         .least = 2.1,
                                         .reach = 0.42 } },
                              false },
    [PDS_SEAL_CONTRACT] = { { 42, 42 },
                            1.2,
                            7,
                            "合同专用章",
                            ROUND_NAME,
                            ROUND_LABEL,
                            ROUND_CODE,
                            ROUND_MARK,
                            false },
    [PDS_SEAL_OLD_CONTRACT] = { { 58, 58 },
                                1.5,
                                9,
                                "合同专用章",
                                { .arc = { .edge = 2.6,
                                           .height = 8.0,
                                           .least = 4.2,
                                           .reach = 0.70,
                                           .spread = 1.9 } },
                                { .line = { .y = -14.4,
                                            .height = 5.2,
                                            .least = 3.0,
                                            .half = 12.5 } },
                                { .arc = { .edge = 2.2,
                                           .height = 2.0,
                                           .least = 1.6,
                                           .reach = 0.24,
                                           .below = true } },
                                { .arc = { .edge = 12.4,
                                           .height = 3.7,
                                           .least = 3.0,
                                           .reach = 0.42 } },
                                false },
    [PDS_SEAL_INVOICE] = { { 40, 30 },
                           1.0,
                           0,
                           "发票专用章",
                           { .arc = { .edge = 1.6,
                                      .height = 4.2,
                                      .least = 2.4,
                                      .reach = 0.62,
                                      .spread = 1.9 } },
                           { .line = { .y = -7.2, .height = 4.2, .least = 2.6, .half = 9.0 } },
                           { .line = { .y = -0.6, .height = 3.2, .least = 2.0, .half = 12.5 } },
                           { .line = { .y = 4.6, .height = 2.5, .least = 2.0, .half = 8.5 } },
                           false },
    [PDS_SEAL_FOREIGN] = { { 45, 30 },
                           1.0,
                           0,
                           NULL,
                           { .arc = { .edge = 1.6,
                                      .height = 4.6,
                                      .least = 2.4,
                                      .reach = 0.54,
                                      .spread = 1.9 } },
                           { .arc = { .edge = 1.8,
                                      .height = 2.6,
                                      .least = 1.5,
                                      .reach = 0.40,
                                      .below = true } },
                           { .line = { .y = -2.6, .height = 3.2, .least = 2.0, .half = 12.5 } },
                           { .line = { .y = 2.4, .height = 3.0, .least = 2.2, .half = 11.0 } },
                           false },
    [PDS_SEAL_LEGAL] = { { 20, 20 }, 1.0, 0, "印", .square = true },
    [PDS_SEAL_PERSONAL] = { { 18, 18 }, 0.9, 0, "印", .square = true },
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
