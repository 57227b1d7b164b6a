#ifndef CMS_EVIDENCE_LOAD_H
#define CMS_EVIDENCE_LOAD_H

#include "cms/revocation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Lists and OCSP responses of a file, DER (one) or PEM (any number: "X509 CRL", "OCSP RESPONSE"),
 * or of every regular file in a folder; what is nothing of the kind is passed over there. errors:
 * PDS_E_INPUT_UNREADABLE also where there is none, or where a file holds one that can't be used;
 * those of pds_evidence_add_crl */
PDS_USE pds_code pds_evidence_load(pds_evidence *evidence, pds_trust *trust, const char *path,
                                   pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
