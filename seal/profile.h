#ifndef SEAL_PROFILE_H
#define SEAL_PROFILE_H

#include "base/err.h"

#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From the colours of a picture to sRGB: a curve for each channel, then a matrix of linear light.
 */
typedef struct pds_color_map {
    bool identity; /* no colour would change by more than PDS_COLOR_SAME of 255 */
    float linear[3][256];
    float matrix[9]; /* by rows */
} pds_color_map;

enum { PDS_COLOR_SAME = 2 };

/* Of an ICC profile of primaries and curves, or of one grey curve.
 * errors: PDS_E_PICTURE_UNSUPPORTED any other kind (CMYK, tables), PDS_E_PICTURE_UNREADABLE */
PDS_USE pds_code pds_color_map_icc(pds_span profile, pds_color_map *out, pds_err *e);
/* Of a PNG's gAMA and cHRM: encoding exponent; xy of white, red, green, blue, or NULL.
 * errors: PDS_E_PICTURE_UNREADABLE values that no picture has */
PDS_USE pds_code pds_color_map_gamma(double gamma, const double xy[8], pds_color_map *out,
                                     pds_err *e);
void pds_color_map_apply(const pds_color_map *map, uint8_t *rgba, size_t pixels);

#ifdef __cplusplus
}
#endif
#endif
