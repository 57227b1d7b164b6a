#ifndef SEAL_FONTS_H
#define SEAL_FONTS_H

#include "seal/fonts_face.h"

#include <pds/seal.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pds_cluster {
    const uint32_t *characters;
    size_t count;
} pds_cluster;

/* The face for characters that belong together (a letter and its marks): the one asked for if it
 * has them, else `near` (or NULL), else the first installed one that has; lent by fonts. *out NULL:
 * none has. Any thread. errors: PDS_E_FONT_UNREADABLE, PDS_E_LIBRARY_MISSING */
PDS_USE pds_code pds_fonts_choose(struct pds_fonts *fonts, pds_cluster cluster,
                                  const pds_face *near, const pds_face **out, pds_err *e);
/* The fault for characters that no font has: names them and a package. */
PDS_USE pds_code pds_fonts_missing(const uint32_t *characters, size_t count, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
