#ifndef VIEW_FIND_H
#define VIEW_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One folded character of a page (view/glib_fold.h) and where it is shown: points from the lower
 * left corner of the page as shown. White space leaves no glyph, only a mark on the next one. */
typedef struct pds_glyph {
    uint32_t folded;
    uint32_t raw; /* as the page has it; 0: a further part of the glyph before */
    float box[4]; /* left, bottom, right, top */
    bool after_space, after_line;
} pds_glyph;

/* A page's text in reading order. */
typedef struct pds_glyphs {
    pds_glyph *items;
    size_t count, room;
} pds_glyphs;
/* False: no memory, or more than any page has. */
bool pds_glyphs_add(pds_glyphs *g, const pds_glyph *glyph);
void pds_glyphs_drop(pds_glyphs *g);

enum { PDS_NEEDLE_MAX = 1024, PDS_FIND_NONE = -1 };

/* What is looked for, folded. */
typedef struct pds_needle {
    uint32_t folded[PDS_NEEDLE_MAX];
    size_t count;
} pds_needle;

/* The first place at or behind `from` where the needle stands, or PDS_FIND_NONE. */
long pds_find_next(const pds_glyphs *page, const pds_needle *needle, size_t from);
/* The box around `count` glyphs from `first` on. Of a text broken over lines: of its part on the
 * last line, for what is to stand beside it stands there. */
void pds_find_box(const pds_glyphs *page, size_t first, size_t count, double box[4]);

enum { PDS_NEAREST_MAX = 256 };

/* The most alike text so far, by edit distance. Begin with { 0 }. */
typedef struct pds_nearest {
    char text[PDS_NEAREST_MAX]; /* UTF-8; "" while no page had text */
    size_t distance;
    uint64_t work; /* bounded: a page behind the limit is not looked at */
} pds_nearest;

void pds_nearest_look(pds_nearest *n, const pds_glyphs *page, const pds_needle *needle);

#ifdef __cplusplus
}
#endif
#endif
