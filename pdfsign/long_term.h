#ifndef PDFSIGN_LONG_TERM_H
#define PDFSIGN_LONG_TERM_H

#include "pdfsign/append.h"
#include "pdfsign/stamper.h"
#include "pdfsign/write.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes the signatures of a file provable when nobody can be asked any more (ETSI EN 319 142-1,
 * 5.4): appends what validates them (LT), and a document timestamp over that (LTA), as updates.
 * before   digests of the file and the updates as they are; gets what is appended but the last
 * updates  behind the file, in memory; on error as far as it went
 * errors   PDS_E_CERT_REVOKED, PDS_E_EVIDENCE_MISSING; PDS_E_TIMESTAMP_FAILED; those of reading
 */
PDS_USE pds_code pds_long_term_append(pds_stamper *stamper, pds_level level,
                                      const pds_append_base *base, pds_digests *before,
                                      pds_buf *updates, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
