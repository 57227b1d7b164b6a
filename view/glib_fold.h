#ifndef VIEW_GLIB_FOLD_H
#define VIEW_GLIB_FOLD_H

#include "view/find.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PDS_FOLD_MAX = 18 };

/* What a character counts as when text is looked for: its compatibility decomposition (Unicode,
 * NFKD: full-width, half-width, vertical and circled forms, ligatures, Kangxi radicals), and of
 * other radicals the ideograph that they look like, as the fonts of some programs name them.
 * White space and what is invisible gives nothing. Letters keep their case. Returns how many. */
size_t pds_fold(uint32_t c, uint32_t out[PDS_FOLD_MAX]);
/* False: not UTF-8, too long, or nothing but white space. */
bool pds_fold_needle(const char *text, pds_needle *needle);

#ifdef __cplusplus
}
#endif
#endif
