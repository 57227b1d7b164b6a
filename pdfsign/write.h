#ifndef PDFSIGN_WRITE_H
#define PDFSIGN_WRITE_H

#include "base/publish.h"
#include "cms/digest.h"
#include "pdf/update.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Digests of one output as far as it is known: one of each kind that its signatures want. */
typedef struct pds_digests {
    pds_hash *of[PDS_SHA512 + 1]; /* NULL: not wanted */
} pds_digests;

/* Begins that kind, unless it is wanted already. */
PDS_USE pds_code pds_digests_want(pds_digests *d, pds_digest kind, pds_err *e);
PDS_USE pds_code pds_digests_put(pds_digests *d, pds_span bytes, pds_err *e);
/* The digest of what was put so far and of an update but its hole. d goes on without the update. */
PDS_USE pds_code pds_digests_end(const pds_digests *d, pds_digest kind, pds_span update,
                                 const pds_hole *hole, uint8_t digest[PDS_DIGEST_MAX], pds_err *e);
void pds_digests_drop(pds_digests *d);

/* Reads a file once, in chunks: into the output (NULL: nowhere) and into the digests (NULL: none).
 */
PDS_USE pds_code pds_copy_file(const pds_file *in, pds_publish *out, pds_digests *digests,
                               pds_err *e);
/* Writes updates behind the copied file and publishes the output, unless the input has changed. */
PDS_USE pds_code pds_write_update(pds_publish *out, pds_span update, const pds_file *in,
                                  pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
