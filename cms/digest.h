#ifndef CMS_DIGEST_H
#define CMS_DIGEST_H

#include "base/err.h"

#include <pds/algorithm.h>
#include <pds/span.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PDS_DIGEST_MAX = 64 };

/* A digest being made; reusable after end. */
typedef struct pds_hash pds_hash;
PDS_USE pds_code pds_hash_new(pds_digest digest, pds_hash **out, pds_err *e); /* DEFAULT: SHA-256 */
PDS_USE pds_code pds_hash_begin(pds_hash *h, pds_err *e); /* again, from nothing */
/* Another one that has had the same bytes put into it. */
PDS_USE pds_code pds_hash_copy(const pds_hash *h, pds_hash **out, pds_err *e);
PDS_USE pds_code pds_hash_put(pds_hash *h, pds_span bytes, pds_err *e);
PDS_USE pds_code pds_hash_end(pds_hash *h, uint8_t out[PDS_DIGEST_MAX], pds_err *e);
void pds_hash_drop(pds_hash **h);
/* All at once. */
PDS_USE pds_code pds_hash_of(pds_digest digest, pds_span bytes, uint8_t out[PDS_DIGEST_MAX],
                             pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
