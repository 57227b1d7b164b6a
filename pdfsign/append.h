#ifndef PDFSIGN_APPEND_H
#define PDFSIGN_APPEND_H

#include "pdf/update.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What updates are appended to. All lent. */
typedef struct pds_append_base {
    const pds_file *file;
    pds_doc *doc;                    /* of the file alone; NULL: opened where it is needed */
    const pds_secret *password;      /* or NULL */
    struct pds_known_digests *known; /* of the file; NULL: nothing is (pdfsign/verify_digest.h) */
} pds_append_base;

/* One update being made behind a file and updates that are still in memory: it reads what they
 * say (ISO 32000-2, 7.5.6). */
typedef struct pds_append {
    pds_file file; /* the file with those updates */
    pds_doc *doc;  /* of that; lent by the base where there are none */
    pds_doc *own;  /* what is to be dropped of it */
    pds_update *update;
} pds_append;

/* updates: those before this one, one behind the other; unchanged until it is written or dropped.
 * errors: as pds_doc_open */
PDS_USE pds_code pds_append_open(const pds_append_base *base, const pds_buf *updates,
                                 pds_append *out, pds_err *e);
/* Puts its bytes behind the updates and drops it. hole: where the signature goes in these bytes;
 * NULL: there is none. errors: as pds_update_write */
PDS_USE pds_code pds_append_write(pds_append *a, pds_buf *updates, pds_hole *hole, pds_err *e);
/* Puts the signature into the hole of the update that begins at `start`. errors: as pds_hole_fill
 */
PDS_USE pds_code pds_append_fill(pds_buf *updates, size_t start, const pds_hole *hole,
                                 pds_span signature, pds_err *e);
void pds_append_drop(pds_append *a);

#ifdef __cplusplus
}
#endif
#endif
