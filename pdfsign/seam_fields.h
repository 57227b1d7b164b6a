#ifndef PDFSIGN_SEAM_FIELDS_H
#define PDFSIGN_SEAM_FIELDS_H

#include "pdf/update.h"
#include "pdfsign/open.h"
#include "pdfsign/seam_file.h"

#include <pds/fields.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Stages the fields of all seams of a job, one seam beside the other.
 * errors: PDS_E_USAGE, PDS_E_SEAM_REFUSED, PDS_E_PLACE_REFUSED, PDS_E_PLACE_TAKEN; those of
 * pds_permissions_check */
PDS_USE pds_code pds_seam_fields_add(const pds_fields_add_job *job, pds_input *in,
                                     const pds_lock *lock, pds_update *u, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
