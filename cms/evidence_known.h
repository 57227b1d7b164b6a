#ifndef CMS_EVIDENCE_KNOWN_H
#define CMS_EVIDENCE_KNOWN_H

#include "cms/revocation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* OCSP responses that were read before, the last few of a batch: its files repeat them, and one
 * file is judged several times. OpenSSL takes long to read the keys of responders. Any number of
 * threads may use it. */
typedef struct pds_evidence_known pds_evidence_known;

PDS_USE pds_code pds_evidence_known_new(pds_evidence_known **out, pds_err *e);
void pds_evidence_known_drop(pds_evidence_known **known);

/* Adds the one with these bytes to `to`. *found false: it is not there. errors: those of
 * pds_evidence_share */
PDS_USE pds_code pds_evidence_known_share(pds_evidence_known *known, const uint8_t sha256[32],
                                          pds_evidence *to, bool *found, pds_err *e);
/* Keeps one, instead of the oldest; *evidence is empty afterwards. */
void pds_evidence_known_keep(pds_evidence_known *known, const uint8_t sha256[32],
                             pds_evidence **evidence);

#ifdef __cplusplus
}
#endif
#endif
