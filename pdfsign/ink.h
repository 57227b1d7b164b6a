#ifndef PDFSIGN_INK_H
#define PDFSIGN_INK_H

#include "pdf/update.h"
#include "pdfsign/layout.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Turns the drawings of layouts into objects of one update. What drawings share is one object:
 * images (also those that an earlier signer left in the file, where the bytes are equal), the
 * colour profile, fonts, and forms drawn on many pages. Files of PDF/A-1 get no transparency. */
typedef struct pds_ink pds_ink;

/* All borrowed; t may be NULL: no text. */
PDS_USE pds_code pds_ink_new(pds_input *in, pds_update *u, pds_typesetter *t, pds_ink **out,
                             pds_err *e);
void pds_ink_drop(pds_ink **ink);

/* The text of an /AP dictionary for a mark (or NULL: an appearance that draws nothing, of this
 * size), turned so that it is upright on its page; put behind out. */
PDS_USE pds_code pds_ink_appearance(pds_ink *ink, const pds_layout *l, const pds_mark *m,
                                    const double rect[4], pds_buf *out, pds_err *e);
/* The same for a field that stands already, in an earlier revision: the form has the field's own
 * box and shows the drawing, so that it differs from a blank one only in what a signer may fill in.
 */
PDS_USE pds_code pds_ink_filling(pds_ink *ink, const pds_layout *l, const pds_mark *m,
                                 const double rect[4], pds_buf *out, pds_err *e);
/* Stages the CONTENT marks of all layouts: one change a page. */
PDS_USE pds_code pds_ink_pages(pds_ink *ink, const pds_layout *layouts, size_t count, pds_err *e);
/* Stages appearances and values of the FIELD marks of a layout. */
PDS_USE pds_code pds_ink_fields(pds_ink *ink, const pds_layout *l, pds_err *e);
/* Stages the fonts: after all of the above. */
PDS_USE pds_code pds_ink_end(pds_ink *ink, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
