#ifndef PDFSIGN_VERIFY_TELL_H
#define PDFSIGN_VERIFY_TELL_H

#include "pdfsign/verify_result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What was found, in the words of <pds/verify.h>; memory is out's. errors: PDS_E_NO_MEMORY */

PDS_USE pds_code pds_tell_findings(const pds_findings *from, pds_verify_findings *to,
                                   pds_verification *out, pds_err *e);
/* Of the signature alone: findings of the file are not looked at. */
PDS_USE pds_code pds_tell_signature(const pds_verifying *v, const pds_judged *from,
                                    pds_verify_signature *to, pds_verification *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
