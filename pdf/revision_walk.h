#ifndef PDF_REVISION_WALK_H
#define PDF_REVISION_WALK_H

#include "pdf/revision_internal.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gate 2 goes through the file from front to back. */

/* One stretch of the file being gone through. */
typedef struct pds_walk {
    pds_revisions *r;
    pds_doc *doc; /* as of the revision */
    uint32_t revision;
    bool strict;           /* an update; else all up to the first signed revision */
    uint64_t cursor;       /* behind all pieces so far */
    uint64_t current;      /* … that still count */
    uint64_t end;          /* of the stretch */
    uint64_t unreferenced; /* bytes in the base */
    uint64_t first;        /* of these */
    bool stop;             /* nothing more can be told */
    pds_findings *findings;
} pds_walk;

/* Says where the finding is that was just added. */
static inline pds_code pds_walk_found(const pds_walk *w, uint32_t num, int64_t at, pds_code code)
{
    return pds_finding_place(code, w->findings, num, at, w->revision);
}

/* Bytes at this place belong to nothing. */
PDS_USE pds_code pds_walk_fail_bytes(const pds_walk *w, uint64_t at, pds_err *e);
/* What stands between the cursor and this place: in an update white space and comments; in the base
 * other bytes are counted. */
PDS_USE pds_code pds_walk_gap(pds_walk *w, uint64_t to, pds_err *e);
/* Comments within the text of a value, which stands at or behind this place. */
PDS_USE pds_code pds_walk_comments(const pds_walk *w, pds_span value, uint64_t at, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
