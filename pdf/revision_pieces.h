#ifndef PDF_REVISION_PIECES_H
#define PDF_REVISION_PIECES_H

#include "pdf/revision_internal.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a stretch of the file is made of, as far as cross-reference sections tell. */

/* An object, a section, or startxref … %%EOF. */
typedef struct pds_piece {
    uint64_t begin;
    uint64_t end; /* 0: an object whose end is not known yet */
    uint32_t num; /* 0: no object */
    uint32_t gen;
    bool old; /* an object that a later entry has replaced */
} pds_piece;

/* An object in an object stream. */
typedef struct pds_member {
    uint32_t container, index, num;
} pds_member;

typedef struct pds_pieces {
    pds_piece *items; /* in the order of the file, when collected */
    size_t count;
    pds_member *members; /* by containers */
    size_t member_count;
} pds_pieces;

void pds_pieces_drop(pds_pieces *p);
/* Of one revision: its sections, its end, what its entries put between its beginning and its end.
 * Entries that lead elsewhere, but where the object was before, are findings. */
PDS_USE pds_code pds_pieces_of_update(pds_revisions *r, uint32_t revision, pds_pieces *p,
                                      pds_findings *findings, pds_err *e);
/* Of all revisions up to one; members of the newest only. */
PDS_USE pds_code pds_pieces_of_base(pds_revisions *r, uint32_t revision, pds_pieces *p, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
