#ifndef PDF_HISTORY_H
#define PDF_HISTORY_H

#include "pdf/xref_log.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Where objects were at each revision of a file: only changes are kept, so that looking back takes
 * neither a table for each revision nor time for what did not change.
 */

/* One object gets another place. Each points to the one before of the same object, and skips some,
 * so that the one of a revision is found in logarithmic time. */
typedef struct pds_history_step {
    pds_place place; /* .section: the revision */
    uint32_t num, older, skip, depth;
} pds_history_step;

/* What is known of an object's number. */
typedef struct pds_history_slot {
    uint32_t step;    /* the newest */
    uint32_t row;     /* index + 1 of the newest row with that number */
    uint32_t members; /* objects whose place is in this one, an object stream */
} pds_history_slot;

typedef struct pds_history {
    pds_history_step *steps; /* in the order of revisions; the first stands for nothing */
    size_t step_count;
    pds_history_slot **slots; /* in chunks of PDS_PLACES_PER_CHUNK */
    uint32_t slot_chunks;
} pds_history;

/* For all numbers in these rows. Begin with { 0 }. */
PDS_USE pds_code pds_history_begin(pds_history *h, const pds_xref_log *log, pds_err *e);
void pds_history_drop(pds_history *h);
/* NULL: a number in no row. */
pds_history_slot *pds_history_slot_of(const pds_history *h, uint32_t num);
/* For one in a row; made when needed. errors: PDS_E_NO_MEMORY */
PDS_USE pds_code pds_history_slot_make(pds_history *h, uint32_t num, pds_history_slot **out,
                                       pds_err *e);
/* num is at this place from this revision on, which is not older than the last one told. */
PDS_USE pds_code pds_history_put(pds_history *h, uint32_t num, const pds_place *place,
                                 uint16_t revision, pds_err *e);
/* The place as of a revision; kind PDS_PLACE_NONE where there is none; lent. */
const pds_place *pds_history_find(const pds_history *h, uint32_t num, uint16_t revision);
/* Both null, or the same bytes. */
bool pds_place_same(const pds_place *a, const pds_place *b);

#ifdef __cplusplus
}
#endif
#endif
