#ifndef PDF_FILTER_H
#define PDF_FILTER_H

#include "pdf/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Decodes a stream's data (ISO 32000-2, 7.4): FlateDecode with predictors, ASCIIHexDecode,
 * ASCII85Decode; a Crypt filter is passed over, it has been undone before.
 * dict    /Filter and /DecodeParms without references
 * max     bytes, also between two filters
 * out     what it held is dropped
 * errors  PDS_E_PDF_DAMAGED, PDS_E_PDF_LIMIT, PDS_E_PDF_UNSUPPORTED another filter
 */
PDS_USE pds_code pds_filter_decode(pds_span dict, pds_span data, size_t max, pds_buf *out,
                                   pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
