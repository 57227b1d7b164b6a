#ifndef PDFSIGN_LAYOUT_PARTS_H
#define PDFSIGN_LAYOUT_PARTS_H

#include "pdfsign/layout.h"
#include "pdfsign/plan.h"
#include "seal/compose.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a signing shows somewhere. */
typedef enum pds_sight {
    PDS_SIGHT_SEAL,  /* picture and text */
    PDS_SIGHT_DATED, /* the same with the date: @last */
    PDS_SIGHT_DATE,  /* the date alone */
    PDS_SIGHTS
} pds_sight;

/* What one signing shows, before it is known where. */
typedef struct pds_parts {
    bool seal;       /* there is a picture or text */
    bool date;       /* there is a date */
    pds_buf text;    /* lines: --text, then --show */
    pds_buf written; /* the date as it is written; ended by a NUL */
    uint8_t date_color[3];
    double date_size;                   /* points; 0: not given */
    pds_composition sights[PDS_SIGHTS]; /* lends from the above */
} pds_parts;
void pds_parts_drop(pds_parts *p);

/* out stays where it is as long as it is used. errors: PDS_E_USAGE */
PDS_USE pds_code pds_parts_make(const pds_scene *s, size_t index, const pds_plan *plan,
                                pds_parts *out, pds_err *e);
/* Does anything of it need a typesetter? */
bool pds_sight_has_text(const pds_parts *p, pds_sight sight);

#ifdef __cplusplus
}
#endif
#endif
