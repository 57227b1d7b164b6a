#ifndef SEAL_COMPOSE_H
#define SEAL_COMPOSE_H

#include "seal/text.h"

#include <pds/sign.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Parts of one appearance, laid into one drawing. */
typedef struct pds_composition {
    const pds_image *image; /* or NULL */
    double image_size[2];   /* printed */
    const char *text;       /* lines, or NULL */
    double text_size;
    uint8_t text_color[3];
    pds_text_place text_place;
    bool vertical;
    bool whole;       /* of text: lines rather smaller than broken */
    const char *date; /* set already as text; NULL: none drawn within */
    double date_size;
    uint8_t date_color[3];
    bool plain;
    double room[2]; /* box to fill, fitting and centring within; 0: as large as the parts */
} pds_composition;

/* The size that the composition takes by itself, points. */
PDS_USE pds_code pds_compose_size(const pds_composition *c, pds_typesetter *t, double size[2],
                                  pds_err *e);
PDS_USE pds_code pds_compose(const pds_composition *c, pds_typesetter *t, pds_drawing *out,
                             pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
