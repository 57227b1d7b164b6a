#ifndef SEAL_MAKE_H
#define SEAL_MAKE_H

#include "seal/make_run.h"

#include <pds/seal.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A seal to be drawn; texts are UTF-8. */
typedef struct pds_make_plan {
    pds_seal_kind kind;
    const char *name;
    const char *label; /* NULL: the kind's own, if it has one; "": none */
    const char *code;  /* NULL or "": none */
    double size[2];    /* points */
    uint8_t color[3];
    bool test_mark;
} pds_make_plan;

/* The printed size in points: "42mmx42mm", or NULL for the kind's own.
 * errors: PDS_E_USAGE not understood, out of range, or of another shape */
PDS_USE pds_code pds_make_size(pds_seal_kind kind, const char *text, double size[2], pds_err *e);
/* errors: PDS_E_USAGE empty or too long texts, no such kind; PDS_E_GLYPH_MISSING */
PDS_USE pds_code pds_make_draw(const pds_make_plan *plan, const pds_glyphs *glyphs, pds_vector *out,
                               pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
