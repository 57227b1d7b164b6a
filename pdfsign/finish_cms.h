#ifndef PDFSIGN_FINISH_CMS_H
#define PDFSIGN_FINISH_CMS_H

#include "pdfsign/raise.h"
#include "pdfsign/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What fills the hole of a prepared job. All lent. */
typedef struct pds_finish_parts {
    const pds_finish_job *job;
    const pds_state *state;
    pds_raise up;
} pds_finish_parts;

/**
 * The CMS that goes into the hole: built around the signature value that came, or the foreign one,
 * with a signature timestamp where the level wants one and it brings none. No authority is asked
 * for what does not belong to the job or does not fit.
 * result  gets the level and what is told of the timestamp
 * errors  PDS_E_STATE_MISMATCH it belongs to something else, or the room is too small;
 *         PDS_E_SIGNATURE_WRONG, PDS_E_KEY_WEAK; PDS_E_TIMESTAMP_FAILED
 */
PDS_USE pds_code pds_finish_cms(const pds_finish_parts *parts, pds_sign_result *result,
                                pds_buf *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
