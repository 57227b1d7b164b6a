#ifndef PDFSIGN_WRITE_H
#define PDFSIGN_WRITE_H

#include "base/publish.h"
#include "cms/digest.h"
#include "pdf/update.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads a file once, in chunks: into the output (NULL: nowhere) and into the digest (NULL: none).
 */
PDS_USE pds_code pds_copy_file(const pds_file *in, pds_publish *out, pds_hash *hash, pds_err *e);
/* Ends the digest of the two byte ranges: the file, already in hash, and the update but its hole.
 */
PDS_USE pds_code pds_digest_ranges(pds_hash *hash, pds_span update, const pds_hole *hole,
                                   uint8_t digest[PDS_DIGEST_MAX], pds_err *e);
/* Writes the update behind the copied file and publishes the output, unless the input has changed.
 */
PDS_USE pds_code pds_write_update(pds_publish *out, pds_span update, const pds_file *in,
                                  pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
