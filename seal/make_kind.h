#ifndef SEAL_MAKE_KIND_H
#define SEAL_MAKE_KIND_H

#include "seal/make.h"
#include "seal/make_text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where a text of a round or oval seal goes: along an arc, or on a line if arc.height is 0. The
 * radii of the arc are the seal's. */
typedef struct pds_text_plan {
    pds_arc_plan arc;
    pds_line_plan line;
} pds_text_plan;

/* What one kind of seal looks like, in millimetres of its usual size. */
typedef struct pds_kind_row {
    double size[2];
    double ring; /* width of the border */
    double star; /* radius to its points; 0: none */
    const char *own_label;
    pds_text_plan name, label, code, mark;
    bool square; /* a frame with characters in columns instead of all that */
} pds_kind_row;

/* Both draw in millimetres of the printed size, 0,0 in the middle. */
PDS_USE pds_code pds_make_round(const pds_kind_row *row, const pds_make_plan *plan,
                                const pds_glyphs *glyphs, pds_vector *out, pds_err *e);
PDS_USE pds_code pds_make_square(const pds_kind_row *row, const pds_make_plan *plan,
                                 const pds_glyphs *glyphs, pds_vector *out, pds_err *e);

extern const char *const PDS_TEST_MARK;

#ifdef __cplusplus
}
#endif
#endif
