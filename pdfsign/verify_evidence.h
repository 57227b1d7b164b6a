#ifndef PDFSIGN_VERIFY_EVIDENCE_H
#define PDFSIGN_VERIFY_EVIDENCE_H

#include "pdfsign/verify_internal.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a file brings for judging its signatures: certificates, revocation lists and OCSP responses
 * of its document security store (ISO 32000-2, 12.8.4.3; ETSI EN 319 142-1, 5.4) and of its CMS
 * structures. Each is decoded once, whichever signature needs it. */

enum { PDS_GROUPS_MAX = 60 /* a renewal each half a year, for thirty years */ };

/* What the same document timestamps cover. */
typedef struct pds_evidence_group {
    uint32_t revision;      /* what came with this one at the latest; behind the group before */
    pds_evidence *evidence; /* owned; NULL: nothing came */
    time_t existed;         /* proven to have been there then; 0: nothing proves it */
} pds_evidence_group;

/* Begin with { 0 }. */
typedef struct pds_file_evidence {
    pds_certs pool; /* of --chain, the DSS, and every CMS: trusted for nothing */
    pds_certs dss;  /* those of the DSS */
    pds_evidence_group groups[PDS_GROUPS_MAX]; /* ascending; the last is of UINT32_MAX */
    size_t group_count;
} pds_file_evidence;
void pds_file_evidence_drop(pds_file_evidence *f);

/* Makes the groups from the document timestamps of the file, and reads its DSS, if there is one.
 * What can't be read is a note of the file. errors: PDS_E_NO_MEMORY, PDS_E_INTERRUPTED, read
 * errors, PDS_E_PASSWORD_* */
PDS_USE pds_code pds_file_evidence_read(pds_verifying *v, pds_file_evidence *out, pds_err *e);
/* What one CMS brings whose signature covers `revision`, but not the CMS itself; 0: not known. */
PDS_USE pds_code pds_file_evidence_add(pds_verifying *v, const pds_signed_data_found *cms,
                                       uint32_t revision, pds_file_evidence *out, pds_err *e);
/* A trusted document timestamp of that time covers everything up to this revision. */
void pds_file_evidence_prove(pds_file_evidence *f, uint32_t revision, time_t time);

#ifdef __cplusplus
}
#endif
#endif
