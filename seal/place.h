#ifndef SEAL_PLACE_H
#define SEAL_PLACE_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where something is drawn: PLACE of docs/cli.md. Lengths are points (1/72 inch) of the page as it
 * is shown, from its lower left corner. */
typedef enum pds_place_kind {
    PDS_PLACE_RECT,
    PDS_PLACE_CORNER,
    PDS_PLACE_FIELD,
    PDS_PLACE_TEXT, /* by a keyword on the pages */
    PDS_PLACE_LAST  /* with the last seal: dates only */
} pds_place_kind;

typedef enum pds_side {
    PDS_SIDE_OVER, /* centres coincide */
    PDS_SIDE_RIGHT,
    PDS_SIDE_LEFT,
    PDS_SIDE_ABOVE,
    PDS_SIDE_BELOW
} pds_side;

enum { PDS_MATCH_FIRST = 1, PDS_MATCH_LAST = -1, PDS_MATCH_ALL = 0 };

typedef struct pds_place {
    pds_place_kind kind;
    int64_t page;    /* from 1; from the end: -1 is the last */
    double rect[4];  /* RECT: left, bottom, right, top */
    int column, row; /* CORNER: 0 left or bottom, 1 middle, 2 right or top */
    double dx, dy;   /* CORNER: inwards from the corner; right and up from the centre */
    double size[2];  /* CORNER, TEXT: width, height; 0 not given */
    char field[256]; /* FIELD: full name */
    char text[256];  /* TEXT: the keyword */
    int match;       /* TEXT: the n-th in page, then reading order; PDS_MATCH_* */
    pds_side side;   /* TEXT; dx, dy right and up */
} pds_place;

/* A page as far as placing needs it, in default user space (ISO 32000-2, 8.3.2.3). */
typedef struct pds_sheet {
    double crop[4]; /* left, bottom, right, top */
    int rotate;     /* 0, 90, 180, 270 clockwise */
    double user_unit;
} pds_sheet;

/* errors: PDS_E_USAGE, naming the form expected */
PDS_USE pds_code pds_place_parse(const char *text, pds_place *out, pds_err *e);
/* The rectangle in default user space, lower left and upper right corner. `size` in points serves
 * a CORNER without one; NULL: none. errors: PDS_E_PLACE_REFUSED empty or off the page; PDS_E_USAGE
 * no size; PDS_E_INTERNAL the place is no RECT and no CORNER */
PDS_USE pds_code pds_place_rect(const pds_place *place, const pds_sheet *sheet,
                                const double size[2], double rect[4], pds_err *e);

/* The same for a TEXT whose keyword was found in this box of the page as shown, in units of its
 * user space (view/client.h). */
PDS_USE pds_code pds_place_beside(const pds_place *place, const double found[4],
                                  const pds_sheet *sheet, const double size[2], double rect[4],
                                  pds_err *e);
/* "40mmx40mm" in points, each at most 2 m; a unit behind both or, for points, none.
 * errors: PDS_E_USAGE */
PDS_USE pds_code pds_size_parse(const char *text, double size[2], pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
