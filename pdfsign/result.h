#ifndef PDFSIGN_RESULT_H
#define PDFSIGN_RESULT_H

#include "pdfsign/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is told of a signature once it is planned and drafted. */
void pds_result_fill(pds_sign_result *result, const pds_plan *plan, const pds_hole *hole);
/* What has to be signed elsewhere: the digest of the document and, where the signer is known, of
 * the signed attributes. */
PDS_USE pds_code pds_result_digests(pds_sign_result *result, const pds_signer *signer,
                                    pds_digest digest, const uint8_t *document_digest, pds_err *e);
/* "rsa-pss". */
const char *pds_scheme_name(pds_scheme scheme);

#ifdef __cplusplus
}
#endif
#endif
