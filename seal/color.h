#ifndef SEAL_COLOR_H
#define SEAL_COLOR_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "#rrggbb" or one of black, white, red, blue, green, grey (gray); NULL gives `fallback`. The red
 * is that of seals. errors: PDS_E_USAGE */
PDS_USE pds_code pds_color_parse(const char *text, const uint8_t fallback[3], uint8_t out[3],
                                 pds_err *e);
/* sRGB as an ICC profile of version 2 (ICC.1:2001-04, so that PDF/A-1 may hold it), made here;
 * lent, static. */
#include <pds/span.h>
pds_span pds_srgb_profile(void);

#ifdef __cplusplus
}
#endif
#endif
