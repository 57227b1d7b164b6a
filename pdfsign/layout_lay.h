#ifndef PDFSIGN_LAYOUT_LAY_H
#define PDFSIGN_LAYOUT_LAY_H

#include "pdfsign/layout_parts.h"
#include "pdfsign/layout_spot.h"
#include "pdfsign/overlap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A drawing that stands in the layout already, for the next place of the same size. */
typedef struct pds_shape {
    pds_sight sight;
    double room[2]; /* 0: as large as it is */
    size_t drawing;
} pds_shape;

/* One signing being laid out. */
typedef struct pds_laying {
    pds_scene *scene;
    size_t index;
    pds_plan *plan;
    const pds_look *look;
    pds_layout *out;
    pds_parts parts;
    bool dated; /* the last seal carries the date */
    pds_shape *shapes;
    size_t shape_count;
} pds_laying;

/* A drawing of it that fits the room (zeros: of its own size), made or found. */
PDS_USE pds_code pds_laying_draw(pds_laying *l, pds_sight sight, const double room[2],
                                 size_t *drawing, pds_err *e);

/* field:NAME of a seal: the push-button of that name shows it. */
PDS_USE pds_code pds_lay_button(pds_laying *l, const char *name, bool last, pds_err *e);
/* field:NAME of a date: the text field of that name is filled with it. */
PDS_USE pds_code pds_lay_text_field(pds_laying *l, const char *name, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
