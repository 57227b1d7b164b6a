#ifndef PDF_PREDICTOR_H
#define PDF_PREDICTOR_H

#include "pdf/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Undoes in place what /Predictor of `parms` (empty: none) says was done before compressing
 * (ISO 32000-2, 7.4.4.4). errors: PDS_E_PDF_DAMAGED, PDS_E_PDF_UNSUPPORTED */
PDS_USE pds_code pds_predictor_undo(pds_span parms, pds_buf *data, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
