#ifndef BASE_FLATE_H
#define BASE_FLATE_H

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* zlib data (RFC 1950) of `in` behind out. out->max bounds it: a bomb is a fault, not a crash.
 * What follows the end of the zlib data is passed over.
 * errors: PDS_E_PDF_DAMAGED broken or cut, PDS_E_PDF_LIMIT more than out->max, PDS_E_NO_MEMORY */
PDS_USE pds_code pds_inflate(pds_span in, pds_buf *out, pds_err *e);
/* The same of gzip data (RFC 1952), or zlib's. */
PDS_USE pds_code pds_gunzip(pds_span in, pds_buf *out, pds_err *e);
PDS_USE pds_code pds_deflate(pds_span in, pds_buf *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
