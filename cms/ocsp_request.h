#ifndef CMS_OCSP_REQUEST_H
#define CMS_OCSP_REQUEST_H

#include "cms/cert.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What an OCSP responder is asked (RFC 6960, 4.1). */

/* DER of an OCSPRequest about one certificate, named with SHA-1, which every responder knows.
 * nonce: up to 32 bytes (RFC 9654), or none, so that answers made beforehand fit (RFC 5019).
 * errors: PDS_E_USAGE the nonce is too long, PDS_E_NO_MEMORY */
PDS_USE pds_code pds_ocsp_request(const pds_cert *cert, const pds_cert *issuer, pds_span nonce,
                                  pds_buf *der, pds_err *e);
/* Why an OCSPResponse tells nothing of any certificate (RFC 6960, 4.2.1): a message id. NULL: it
 * does; whether it is to be believed is another question. */
const char *pds_ocsp_refusal(pds_span der);

#ifdef __cplusplus
}
#endif
#endif
