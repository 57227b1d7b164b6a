#ifndef SEAL_MAKE_RUN_H
#define SEAL_MAKE_RUN_H

#include "seal/path.h"
#include "seal/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where the glyphs of a drawn seal come from: pds_fonts_glyph, or what a test can predict. */
typedef struct pds_glyphs {
    pds_code (*draw)(void *ctx, uint32_t character, const pds_outline *sink, void *sink_ctx,
                     double *advance, double box[4], pds_err *e);
    void *ctx;
} pds_glyphs;

enum { PDS_RUN_MAX = 64 };

typedef struct pds_run_glyph {
    size_t first, end; /* its segments */
    double advance;    /* ems */
    double weight;     /* share of the run's length: the advance and, of letters, a gap */
} pds_run_glyph;

/* A line of text as outlines, in ems, not placed yet. */
typedef struct pds_run {
    pds_vector outlines;
    pds_run_glyph glyphs[PDS_RUN_MAX];
    size_t count;
    double weight;      /* of all */
    double bottom, top; /* of the line: the em box of ideographs, else the ink's */
    bool ideographs;
} pds_run;

/* what: of which text a fault speaks, such as "name". errors: PDS_E_USAGE empty, too long, not
 * UTF-8, control characters; PDS_E_GLYPH_MISSING */
PDS_USE pds_code pds_run_set(const char *text, const char *what, const pds_glyphs *from,
                             pds_run *out, pds_err *e);
void pds_run_drop(pds_run *run);

/* Where one glyph goes. */
typedef struct pds_cell {
    double at[2];  /* centre */
    double up[2];  /* unit vector from its foot to its head */
    double em;     /* width of an em */
    double height; /* of the line */
} pds_cell;
void pds_run_put(const pds_run *run, size_t glyph, const pds_cell *cell, pds_vector *out);

#ifdef __cplusplus
}
#endif
#endif
