#ifndef SEAL_HARFBUZZ_FACE_H
#define SEAL_HARFBUZZ_FACE_H

#include "seal/fonts_face.h"
#include "seal/harfbuzz_library.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PDS_EM = 1000 };

/* Boxes of glyphs' ink that were asked for before. Any thread. */
typedef struct pds_face_inks pds_face_inks;
PDS_USE pds_code pds_face_inks_new(pds_face_inks **out, pds_err *e);
void pds_face_inks_drop(pds_face_inks **inks);

struct pds_face {
    hb_blob_t *file;
    hb_face_t *face;
    hb_font_t *font; /* scaled to PDS_EM, immutable */
    hb_draw_funcs_t *draw;
    bool columns; /* the font says where its vertical origins are */
    pds_face_facts facts;
    pds_face_inks *inks;
    pds_subset_keep *subsets;
};

#ifdef __cplusplus
}
#endif
#endif
