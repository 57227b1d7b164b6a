#ifndef SEAL_FONTS_SFNT_H
#define SEAL_FONTS_SFNT_H

#include "base/err.h"

#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is read of TrueType and OpenType files (ISO/IEC 14496-22) beside what HarfBuzz reads. */

/* Whether the face is there and its tables lie within the file: HarfBuzz takes what is cut off for
 * empty. errors: PDS_E_FONT_UNREADABLE */
PDS_USE pds_code pds_sfnt_check(pds_span file, unsigned index, pds_err *e);
/* What table OS/2 says of the licence. errors: PDS_E_FONT_UNREADABLE */
PDS_USE pds_code pds_sfnt_may_embed(pds_span os2, pds_err *e);
/* Numbers of a table, big-endian; 0 behind its end. */
unsigned pds_sfnt_u16(pds_span table, size_t at);
int pds_sfnt_i16(pds_span table, size_t at);

#ifdef __cplusplus
}
#endif
#endif
