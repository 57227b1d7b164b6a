#ifndef SEAL_SUBSET_INTERNAL_H
#define SEAL_SUBSET_INTERNAL_H

#include "seal/text_internal.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PDS_CODES_MAX = 8192, PDS_PROGRAM_MAX = 8 << 20 };

/* The vertical origin of an em box, as DW2 has it by default: top middle. */
enum { PDS_COLUMN_X = 500, PDS_COLUMN_Y = 880 };

/* A bare, CID-keyed CFF font program (Adobe Technical Note 5176) whose CID n draws the glyph of row
 * n - 1: 1000 units an em, outlines without hints. errors: PDS_E_LIMIT */
PDS_USE pds_code pds_cff_write(const pds_face *face, const pds_code_row *rows, size_t count,
                               pds_buf *out, pds_err *e);
/* A row's glyph as a Type 2 charstring (Adobe Technical Note 5177); box: grows around its points.
 */
void pds_charstring_put(const pds_face *face, const pds_code_row *row, pds_buf *out, int box[4]);
/* Its horizontal width, as the charstring has it. */
int pds_code_width(const pds_face *face, const pds_code_row *row);

#ifdef __cplusplus
}
#endif
#endif
