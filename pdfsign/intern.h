#ifndef PDFSIGN_INTERN_H
#define PDFSIGN_INTERN_H

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers kept by the bytes they belong to, so that what is equal is made once. Begin with { 0 }.
 */
typedef struct pds_intern {
    struct pds_intern_row *rows;
    size_t *slots; /* row + 1 by hash; 0: free */
    size_t count, room, slot_count;
    pds_buf keys;
} pds_intern;

/* *number: of the bytes; for bytes met for the first time 0, to be set by the caller. Lent until
 * the next call. errors: PDS_E_NO_MEMORY, PDS_E_LIMIT */
PDS_USE pds_code pds_intern_get(pds_intern *t, pds_span key, uint32_t **number, pds_err *e);
void pds_intern_drop(pds_intern *t);

#ifdef __cplusplus
}
#endif
#endif
