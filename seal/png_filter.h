#ifndef SEAL_PNG_FILTER_H
#define SEAL_PNG_FILTER_H

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Puts rows of 8-bit samples behind out as PNG filters them (PNG, 9; PDF's predictor 15), each by
 * the filter that leaves the smallest differences. `depth`: bytes of a pixel. */
PDS_USE pds_code pds_png_filter(pds_span samples, size_t row, size_t depth, pds_buf *out,
                                pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
