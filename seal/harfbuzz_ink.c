#include "seal/harfbuzz_face.h"

#include <pthread.h>
#include <stdlib.h>

/* Extents are computed from the whole outline, and asked for again for each document and for each
 * size that is tried, so those of the last glyphs are kept. */
enum { ROWS = 256 };

typedef struct row {
    uint32_t glyph;
    bool known, any;
    int box[4];
} row;

struct pds_face_inks {
    pthread_mutex_t lock; /* of what follows */
    row rows[ROWS];       /* glyph n is in row n % ROWS */
};

pds_code pds_face_inks_new(pds_face_inks **out, pds_err *e)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a font");
    }
    (void)pthread_mutex_init(&(*out)->lock, NULL);
    return PDS_OK;
}

void pds_face_inks_drop(pds_face_inks **inks)
{
    if (*inks != NULL) {
        (void)pthread_mutex_destroy(&(*inks)->lock);
        free(*inks);
        *inks = NULL;
    }
}

static row measure(const pds_face *face, uint32_t glyph)
{
    hb_glyph_extents_t x = { 0 };
    row r = { .glyph = glyph, .known = true };
    r.any =
        pds_hb.font_get_glyph_extents(face->font, glyph, &x) != 0 && x.width != 0 && x.height != 0;
    r.box[0] = x.x_bearing;
    r.box[1] = x.y_bearing + x.height; /* the height is negative */
    r.box[2] = x.x_bearing + x.width;
    r.box[3] = x.y_bearing;
    return r;
}

bool pds_face_ink(const pds_face *face, uint32_t glyph, int box[4])
{
    row *place = &face->inks->rows[glyph % ROWS];
    (void)pthread_mutex_lock(&face->inks->lock);
    if (!place->known || place->glyph != glyph) {
        *place = measure(face, glyph);
    }
    row found = *place;
    (void)pthread_mutex_unlock(&face->inks->lock);
    if (found.any) {
        memcpy(box, found.box, sizeof found.box);
    }
    return found.any;
}
