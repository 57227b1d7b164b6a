#ifndef SEAL_COLOR_H
#define SEAL_COLOR_H

#include "base/err.h"

#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "#rrggbb" or one of black, white, red, blue, green, grey (gray); NULL gives `fallback`. The red
 * is that of seals. errors: PDS_E_USAGE */
PDS_USE pds_code pds_color_parse(const char *text, const uint8_t fallback[3], uint8_t out[3],
                                 pds_err *e);

/* The curve of sRGB (IEC 61966-2-1), both sides 0 to 1. */
double pds_srgb_decode(double value);
double pds_srgb_encode(double linear);
/* Its primaries as XYZ of D50, by rows X, Y, Z and columns red, green, blue. */
extern const double PDS_SRGB_PRIMARIES[9];

/* sRGB as an ICC profile of version 2 (ICC.1:2001-04, so that PDF/A-1 may hold it), made here;
 * lent, static. */
pds_span pds_srgb_profile(void);

#ifdef __cplusplus
}
#endif
#endif
