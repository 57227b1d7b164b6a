#ifndef PDFSIGN_VERIFY_DIGEST_H
#define PDFSIGN_VERIFY_DIGEST_H

#include "base/file.h"
#include "cms/md.h"
#include "pdfsign/write.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PDS_KNOWN_RANGES_MAX = 16 };

typedef struct pds_known_range {
    pds_md md;
    uint64_t range[4];
    uint8_t digest[PDS_DIGEST_MAX];
} pds_known_range;

/* What is known of the first bytes of a file, which stay as they are while updates are put behind
 * them and all of it is judged, maybe several times: so that these bytes are read once. Begin with
 * { .size = … }. */
typedef struct pds_known_digests {
    uint64_t size;
    pds_hash *prefix[PDS_MD_COUNT]; /* over all of them; NULL: not known */
    pds_known_range ranges[PDS_KNOWN_RANGES_MAX];
    size_t range_count;
} pds_known_digests;
/* digests: that were put these bytes and no others */
PDS_USE pds_code pds_known_digests_take(pds_known_digests *k, const pds_digests *digests,
                                        pds_err *e);
void pds_known_digests_drop(pds_known_digests *k);

/* Digests of the byte ranges of one file. Ranges of many signatures have the beginning of the file
 * in common: where they are asked for in the order of their holes, each byte before a hole is read
 * once for each algorithm. Begin with { .file = … }. */
typedef struct pds_digester {
    const pds_file *file;
    pds_known_digests *known;       /* lent; NULL: nothing. Gets what becomes known */
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
