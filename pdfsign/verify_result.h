#ifndef PDFSIGN_VERIFY_RESULT_H
#define PDFSIGN_VERIFY_RESULT_H

#include "pdfsign/verify_internal.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a pds_verification keeps alive: texts and lists, freed together by pds_verification_drop. */

/* Fills out (its owner first) from what the steps found: all but seams and requirements. */
PDS_USE pds_code pds_verify_result(const pds_verifying *v, pds_verification *out, pds_err *e);

/* Room for count items of that size, zeroed; NULL where count is 0. errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_result_room(pds_verification *v, size_t count, size_t size, void *out,
                                 pds_err *e);
/* A copy; NULL for NULL. errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_result_text(pds_verification *v, const char *text, const char **out,
                                 pds_err *e);
PDS_USE pds_code pds_result_printf(pds_verification *v, const char **out, pds_err *e,
                                   const char *format, ...) PDS_PRINTF(4, 5);

#ifdef __cplusplus
}
#endif
#endif
