#ifndef SEAL_TEXT_INTERNAL_H
#define SEAL_TEXT_INTERNAL_H

#include "seal/fonts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Lengths are thousandths of an em. */
enum { PDS_TEXT_MAX = 16384, PDS_SLOTS_MAX = 32, PDS_EMS = 1000 };
/* What lies in a column has its baseline this far from the column's middle, so that letters stand
 * in the middle, as ideographs do. */
enum { PDS_LYING_BASELINE = 380 };

/* How a character stands in a column. Where a font has no forms of its own for columns, brackets
 * and stops are changed in the embedded face, so that a column stays one text when it is copied. */
typedef enum pds_form {
    PDS_FORM_PLAIN,
    PDS_FORM_LYING,  /* in a word: a piece of a line, turned clockwise */
    PDS_FORM_TURNED, /* drawn turned clockwise, an em long */
    PDS_FORM_RAISED  /* drawn higher and more to the right */
} pds_form;

/* A character and how it is set. */
typedef struct pds_item {
    uint32_t character;
    const pds_face *face;
    uint32_t script; /* never a shared one, if any beside it is not */
    uint8_t level;   /* odd: from right to left (UAX 9) */
    bool joined;     /* to the character before: nothing comes between them */
    pds_form form;
    bool breaks; /* a line may end before it */
    int advance; /* along the line */
} pds_item;

/* A code of a face and what it stands for. */
typedef struct pds_code_row {
    uint32_t glyph;
    pds_form form;
    size_t text_at, text_count; /* in the slot's texts */
} pds_code_row;

/* One of /F0 … */
typedef struct pds_slot {
    const pds_face *face;
    bool vertical;
    pds_buf rows;  /* pds_code_row; code 1 is the first */
    pds_buf texts; /* characters, uint32_t */
} pds_slot;

struct pds_typesetter {
    struct pds_fonts *fonts;
    pds_slot slots[PDS_SLOTS_MAX];
    size_t slot_count;
};

/* The code of a glyph, drawn in a form, that stands for these characters. errors: PDS_E_LIMIT */
PDS_USE pds_code pds_slot_code(pds_slot *slot, const pds_code_row *wanted, pds_cluster text,
                               unsigned *code, pds_err *e);
/* How far a code goes and where its vertical origin is; x and y 0 in lines. */
pds_glyph_column pds_slot_metrics(const pds_slot *slot, const pds_code_row *row);
PDS_USE pds_code pds_slot_of(pds_typesetter *t, const pds_face *face, bool vertical, size_t *slot,
                             pds_err *e);
void pds_slot_drop(pds_slot *slot);

/* Characters of a paragraph: faces, scripts, directions, breaks. */
typedef struct pds_paragraph {
    pds_item *items; /* lent */
    size_t count;
    uint8_t base; /* level of the paragraph */
} pds_paragraph;

/* Levels by the Unicode Bidirectional Algorithm, without explicit embeddings. */
void pds_bidi_resolve(pds_paragraph *p);
/* Chooses a face for each. missing: characters that no font has, appended.
 * errors: as pds_fonts_choose */
PDS_USE pds_code pds_items_choose(struct pds_fonts *fonts, pds_paragraph *p, pds_buf *missing,
                                  pds_err *e);
void pds_items_scripts(pds_paragraph *p);
/* How each is drawn in a column. errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_items_lay(pds_paragraph *p, pds_err *e);
void pds_items_breaks(pds_paragraph *p);

/* A glyph of a line. Horizontal: x from the line's start, y from its baseline. Column: x from its
 * middle, y from its top, downwards negative. */
typedef struct pds_placed {
    const pds_face *face;
    uint32_t glyph;
    int x, y;
    int advance;                /* along the line */
    size_t text_at, text_count; /* items it stands for; count 0: with the glyph before it */
    bool vertical;              /* set by a face for columns */
    pds_form form;
} pds_placed;

typedef struct pds_line {
    pds_buf glyphs; /* pds_placed, in the order in which they are drawn */
    int length;
    bool rtl;
} pds_line;
void pds_line_drop(pds_line *line);

/* Sets items first to end as one line; with `measure` notes each item's advance. */
PDS_USE pds_code pds_line_set(const pds_paragraph *p, size_t first, size_t end, bool vertical,
                              pds_line *out, pds_err *e);
void pds_line_measure(const pds_line *line, const pds_paragraph *p);
/* The end of the line that begins at first and is at most `length` long; *next: where the following
 * one begins. True: a word had to be split. */
bool pds_line_end(const pds_paragraph *p, size_t first, double length, size_t *end, size_t *next);

/* Lines with their places become content. */
typedef struct pds_setting {
    const pds_text *text;
    double size;
    pds_typesetter *typesetter;
} pds_setting;
PDS_USE pds_code pds_line_write(const pds_setting *s, const pds_line *line, const pds_paragraph *p,
                                const double origin[2], pds_block *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
