#ifndef PDFSIGN_VERIFY_VALUE_H
#define PDFSIGN_VERIFY_VALUE_H

#include "pdfsign/verify_digest.h"
#include "pdfsign/verify_internal.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One signature of itself: gate 1, its dictionary, and the CMS structure. */

/* Gate 1, and what the dictionary says as of the revision that the signature covers: SubFilter,
 * permissions, /Lock of its fields. findings: those of pdf/byte_range.h; SIGNATURE_ENTRY_WRONG,
 * SUBFILTER_UNSUPPORTED, SIGNATURE_CHANGED it is gone; those of pds_ladder_read */
PDS_USE pds_code pds_verify_dict(pds_verifying *v, pds_judged *s, pds_err *e);
/* Reads and judges /Contents. Nothing without a sound byte range and a known SubFilter. */
PDS_USE pds_code pds_verify_value(pds_verifying *v, pds_digester *d, pds_judged *s, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
