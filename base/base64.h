#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* RFC 4648, 4, on one line. */
void pds_base64_put(pds_buf *out, pds_span bytes);
/* White space is skipped, padding may be missing.
 * False: another character, or a length that cannot be. */
PDS_USE bool pds_base64_take(pds_span text, pds_buf *out);
/* Lower-case hexadecimal digits. */
void pds_hex_put(pds_buf *out, pds_span bytes);
/* False: an odd number of digits, or another character. */
PDS_USE bool pds_hex_take(pds_span text, pds_buf *out);

#ifdef __cplusplus
}
#endif
#endif
