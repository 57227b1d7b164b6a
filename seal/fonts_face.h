#ifndef SEAL_FONTS_FACE_H
#define SEAL_FONTS_FACE_H

#include "seal/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One face of a font file, mapped into memory. It never changes once it is open, and what it keeps
 * of earlier use is behind locks: threads may share it. Lengths are thousandths of an em. */
typedef struct pds_face pds_face;
/* subset_keep.h */
typedef struct pds_subset_keep pds_subset_keep;

typedef struct pds_face_facts {
    char name[64]; /* PostScript name: letters, digits, hyphens */
    int ascent, descent, cap_height, bbox[4], italic_angle, weight;
    bool fixed_pitch, serif;
} pds_face_facts;

/* index: which face of a collection.
 * errors: PDS_E_FONT_UNREADABLE missing, damaged, without outlines, or not to be embedded */
PDS_USE pds_code pds_face_open(const char *path, unsigned index, pds_face **out, pds_err *e);
void pds_face_drop(pds_face **face);
const pds_face_facts *pds_face_facts_of(const pds_face *face);
pds_subset_keep *pds_face_subsets(const pds_face *face);

/* The glyph of a character; 0: it has none. */
uint32_t pds_face_glyph(const pds_face *face, uint32_t character);
int pds_face_advance(const pds_face *face, uint32_t glyph);

/* How a glyph is set from top to bottom: its advance (negative) and where its vertical origin lies,
 * seen from the horizontal one (ISO 32000-2, 9.7.4.3). */
typedef struct pds_glyph_column {
    int advance, x, y;
} pds_glyph_column;
pds_glyph_column pds_face_column(const pds_face *face, uint32_t glyph);

/* Left, bottom, right, top of the ink; false: none. */
bool pds_face_ink(const pds_face *face, uint32_t glyph, int box[4]);
/* Coordinates handed on are thousandths of an em. */
void pds_face_draw(const pds_face *face, uint32_t glyph, const pds_outline *sink, void *ctx);

typedef enum pds_flow { PDS_FLOW_LTR, PDS_FLOW_RTL, PDS_FLOW_TTB } pds_flow;

/* Characters to be set in one face and direction. */
typedef struct pds_shape_run {
    const uint32_t *characters;
    size_t count;
    uint32_t script; /* as pds_unicode_script */
    pds_flow flow;
} pds_shape_run;

typedef struct pds_shape_glyph {
    uint32_t glyph;
    size_t first; /* of the run's characters that it stands for */
    int advance, dx, dy;
} pds_shape_glyph;

/* Glyphs in the order in which they are drawn, packed into `out`. */
PDS_USE pds_code pds_face_shape(const pds_face *face, const pds_shape_run *run, pds_buf *out,
                                pds_err *e);

/* Whether a character has a form of its own for columns. */
PDS_USE pds_code pds_face_has_column_form(const pds_face *face, uint32_t character, bool *out,
                                          pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
