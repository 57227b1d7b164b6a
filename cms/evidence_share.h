#ifndef CMS_EVIDENCE_SHARE_H
#define CMS_EVIDENCE_SHARE_H

#include "cms/revocation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a cache of evidence asks. */

/* When the first of it has its nextUpdate; 0: nothing is there, or something tells none. */
time_t pds_evidence_until(const pds_evidence *evidence);
/* Adds what `from` holds and `to` does not, without reading it again: any number of threads may use
 * it at a time. errors: those of pds_evidence_add_crl */
PDS_USE pds_code pds_evidence_share(pds_evidence *to, const pds_evidence *from, pds_err *e);

/* The certificates that lie in its responses and may be revoked themselves: their issuer does not
 * say that this need not be asked (RFC 6960, 4.2.2.2.1). */
PDS_USE pds_code pds_evidence_responders(const pds_evidence *evidence, pds_certs *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
