#ifndef VIEW_POPPLER_PAPER_INTERNAL_H
#define VIEW_POPPLER_PAPER_INTERNAL_H

#include "view/poppler_paper.h"

#include <poppler.h>

struct pds_paper {
    PopplerDocument *document;
    uint32_t pages;
    GHashTable *vertical; /* names of fonts that write downwards; NULL: not looked for yet */
};

/* Poppler places a character of a vertical font as if its origin were that of a horizontal one:
 * half its width too far right and its height too high. Moves the boxes of a page's characters, in
 * poppler's coordinates, to where they are drawn. */
void pds_paper_mend_vertical(pds_paper *paper, PopplerPage *page, const char *text,
                             PopplerRectangle *boxes, size_t count);

#endif
