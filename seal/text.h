#ifndef SEAL_TEXT_H
#define SEAL_TEXT_H

#include "seal/drawing.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fonts shared by jobs; the public pds_fonts. */
struct pds_fonts;

/* Sets the text of one document: chooses faces, shapes, remembers the glyphs used. One thread. */
typedef struct pds_typesetter pds_typesetter;
PDS_USE pds_code pds_typesetter_new(struct pds_fonts *fonts, pds_typesetter **out, pds_err *e);
void pds_typesetter_drop(pds_typesetter **t);
/* Text set from now on takes its faces from these fonts; those of text set before stay in use. */
void pds_typesetter_use(pds_typesetter *t, struct pds_fonts *fonts);

/* Where lines begin that are shorter than the longest. LEFT is where the script begins: on the
 * right in Hebrew, at the top if vertical. */
typedef enum pds_align { PDS_ALIGN_LEFT, PDS_ALIGN_CENTER, PDS_ALIGN_RIGHT } pds_align;

typedef struct pds_text {
    const char *utf8; /* lines parted by '\n' */
    double size;      /* points; 0: the largest up to 10.5 that fits the room */
    double room[2];   /* width, height to stay within; 0: as long as it gets */
    uint8_t color[3];
    bool vertical; /* from top to bottom, lines from right to left */
    bool whole;    /* with size 0: lines rather smaller than broken */
    pds_align align;
} pds_text;

/* Set text: content with its origin at the lower left of a box of this size. */
typedef struct pds_block {
    double size[2];
    double font_size; /* that it was set in */
    pds_buf content;  /* BT … ET with /Fn and /Cs0 */
    uint32_t faces;
} pds_block;
void pds_block_drop(pds_block *b);

/* Lines longer than the room are broken where their script allows it.
 * errors: PDS_E_GLYPH_MISSING names the characters and a package that has them;
 * PDS_E_PLACE_REFUSED it does not fit at 4 points */
PDS_USE pds_code pds_typeset(pds_typesetter *t, const pds_text *text, pds_block *out, pds_err *e);

/* A face's subset with all glyphs that were set, as a Type 0 font wants it (ISO 32000-2, 9.7) whose
 * descendant is a CIDFontType0: Identity-H or Identity-V, codes of two bytes. A code stands for a
 * glyph and the text it was set for, so that copying gives the text back. */
typedef struct pds_face_subset {
    char name[128];     /* PostScript name with its subset tag, ABCDEF+Name */
    pds_buf program;    /* /FontFile3, Subtype CIDFontType0C, deflated */
    unsigned glyphs;    /* in it: its CIDs are 0 to glyphs - 1 */
    pds_buf widths;     /* text of the /W array */
    pds_buf widths_v;   /* text of the /W2 array; empty: never set vertically */
    pds_buf to_unicode; /* text of the CMap, deflated */
    int ascent, descent, cap_height, bbox[4], italic_angle, stem_v; /* 1000 a em */
    unsigned flags;
    bool vertical; /* Identity-V */
} pds_face_subset;
void pds_face_subset_drop(pds_face_subset *s);
/* Number of faces; a face set both ways counts twice. */
size_t pds_typesetter_faces(const pds_typesetter *t);
/* After all text is set. The same glyphs give the same bytes, made once a face. */
PDS_USE pds_code pds_typesetter_subset(pds_typesetter *t, size_t face, pds_face_subset *out,
                                       pds_err *e);

/* Takes the contours of a glyph: cubic curves, in ems, the origin at the baseline. */
typedef struct pds_outline {
    void (*move)(void *ctx, double x, double y);
    void (*line)(void *ctx, double x, double y);
    void (*curve)(void *ctx, const double points[6]);
    void (*close)(void *ctx);
} pds_outline;
/* Draws one character by the first face that has it, for drawn seals. box: left, bottom, right, top
 * of its ink, ems. errors: PDS_E_GLYPH_MISSING */
PDS_USE pds_code pds_fonts_glyph(struct pds_fonts *fonts, uint32_t character,
                                 const pds_outline *sink, void *ctx, double *advance, double box[4],
                                 pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
