#ifndef SEAL_STROKES_SVG_PATH_H
#define SEAL_STROKES_SVG_PATH_H

#include "seal/strokes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Path data (SVG 1.1, 8.3) as strokes, one for each subpath; a subpath that begins where the last
 * stroke ended goes on with it. errors: PDS_E_USAGE, PDS_E_LIMIT */
PDS_USE pds_code pds_svg_path(pds_span data, double pressure, pds_strokes *out, pds_err *e);
/* A number and the comma or space behind it, from the front of *in; false: none. */
bool pds_svg_number(pds_span *in, double *out);
/* Begins or goes on with a stroke at a point. */
PDS_USE pds_code pds_svg_move(pds_strokes *out, double x, double y, double pressure, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
