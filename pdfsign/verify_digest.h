#ifndef PDFSIGN_VERIFY_DIGEST_H
#define PDFSIGN_VERIFY_DIGEST_H

#include "base/file.h"
#include "cms/md.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Digests of the byte ranges of one file. Ranges of many signatures have the beginning of the file
 * in common: where they are asked for in the order of their holes, each byte before a hole is read
 * once for each algorithm. Begin with { .file = … }. */
typedef struct pds_digester {
    const pds_file *file;
    pds_hash *prefix[PDS_MD_COUNT]; /* over the first `at` bytes; NULL: not begun */
    uint64_t at[PDS_MD_COUNT];
    uint64_t spent; /* bytes put into hashes so far */
    uint8_t *chunk;
} pds_digester;
void pds_digester_drop(pds_digester *d);

/* range: /ByteRange, within the file. errors: PDS_E_INPUT_CHANGED, PDS_E_INTERRUPTED,
 * PDS_E_NO_MEMORY; PDS_E_PDF_LIMIT far more bytes than ranges of real signatures have in all */
PDS_USE pds_code pds_digest_range(pds_digester *d, pds_md md, const uint64_t range[4],
                                  uint8_t out[PDS_DIGEST_MAX], pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
