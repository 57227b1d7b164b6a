#ifndef CMS_EVIDENCE_SHARE_H
#define CMS_EVIDENCE_SHARE_H

#include "cms/revocation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a cache of evidence asks. */

/* When the first of it has its nextUpdate; 0: nothing is there, or something tells none. */
time_t pds_evidence_until(const pds_evidence *evidence);
/* Does it hold a list or response of exactly these bytes? */
PDS_USE pds_code pds_evidence_holds(const pds_evidence *evidence, pds_span der, bool *holds,
                                    pds_err *e);
/* Adds the lists of `from` that `to` does not hold, without reading them again: any number of
 * threads may use them at a time. errors: those of pds_evidence_add_crl */
PDS_USE pds_code pds_evidence_share_lists(pds_evidence *to, const pds_evidence *from, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
