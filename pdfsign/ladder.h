#ifndef PDFSIGN_LADDER_H
#define PDFSIGN_LADDER_H

#include "base/finding.h"
#include "pdfsign/edits.h"
#include "pdfsign/permission.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gate 3, second half: does a signature allow what was done after it? One ladder for DocMDP,
 * FieldMDP and /Lock (ISO 32000-2, 12.8.2.2, 12.8.2.4, 12.7.5.5). */

/* The signature's own word, as of the revision that it covers: its /Reference, and the /Lock of its
 * fields where the /Reference does not repeat that. errors: PDS_E_NO_MEMORY …; what cannot be read
 * is a finding, PDS_F_PERMISSIONS_CHANGED, and the strictest reading holds. */
PDS_USE pds_code pds_ladder_read(pds_doc *doc, pds_span signature, const pds_buf *locks,
                                 size_t lock_count, pds_permission *out, pds_findings *findings,
                                 pds_err *e);

/* Adds a finding for each edit behind `revision` that the signature does not allow, with its object
 * and revision. */
PDS_USE pds_code pds_ladder_judge(const pds_permission *p, uint32_t revision,
                                  const pds_edits *edits, pds_findings *findings, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
