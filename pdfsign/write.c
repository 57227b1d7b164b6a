#include "pdfsign/write.h"

#include "base/interrupt.h"
#include "base/own.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 << 10 }; /* in the processor's cache between reading, hashing and writing */

static void free_chunk(uint8_t **chunk)
{
    free(*chunk);
}

/* Holes stay holes: a sparse file of 5 GB is not blown up. */
static pds_code put_chunk(pds_publish *out, const uint8_t *chunk, size_t n, pds_err *e)
{
    bool zeros = chunk[0] == 0 && memcmp(chunk, chunk + 1, n - 1) == 0;
    return zeros ? pds_publish_skip(out, n, e) : pds_publish_write(out, pds_span_of(chunk, n), e);
}

static pds_code copy_chunk(const pds_file *in, uint64_t at, uint8_t *chunk, size_t n,
                           pds_publish *out, pds_digests *digests, pds_err *e)
{
    PDS_TRY(pds_interrupt_check(e));
    PDS_TRY(pds_file_read(in, at, chunk, n, e));
    if (digests != NULL) {
        PDS_TRY(pds_digests_put(digests, pds_span_of(chunk, n), e));
    }
    return out != NULL ? put_chunk(out, chunk, n, e) : PDS_OK;
}

pds_code pds_copy_file(const pds_file *in, pds_publish *out, pds_digests *digests, pds_err *e)
{
    PDS_OWN(free_chunk) uint8_t *chunk = malloc(CHUNK);
    if (chunk == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "no memory for a chunk of %d bytes", CHUNK);
    }
    for (uint64_t at = 0; at < in->size; at += CHUNK) {
        uint64_t left = in->size - at;
        size_t n = left < CHUNK ? (size_t)left : CHUNK;
        PDS_TRY(copy_chunk(in, at, chunk, n, out, digests, e));
    }
    return PDS_OK;
}

pds_code pds_digests_want(pds_digests *d, pds_digest kind, pds_err *e)
{
    return d->of[kind] != NULL ? PDS_OK : pds_hash_new(kind, &d->of[kind], e);
}

pds_code pds_digests_put(pds_digests *d, pds_span bytes, pds_err *e)
{
    for (size_t i = 0; i < sizeof d->of / sizeof d->of[0]; i++) {
        if (d->of[i] != NULL) {
            PDS_TRY(pds_hash_put(d->of[i], bytes, e));
        }
    }
    return PDS_OK;
}

pds_code pds_digests_end(const pds_digests *d, pds_digest kind, pds_span update,
                         const pds_hole *hole, uint8_t digest[PDS_DIGEST_MAX], pds_err *e)
{
    PDS_OWN(pds_hash_drop) pds_hash *hash = NULL;
    PDS_TRY(pds_hash_copy(d->of[kind], &hash, e));
    PDS_TRY(pds_hash_put(hash, pds_span_of(update.ptr, hole->open), e));
    PDS_TRY(pds_hash_put(hash, pds_span_of(update.ptr + hole->close, update.len - hole->close), e));
    return pds_hash_end(hash, digest, e);
}

void pds_digests_drop(pds_digests *d)
{
    for (size_t i = 0; i < sizeof d->of / sizeof d->of[0]; i++) {
        pds_hash_drop(&d->of[i]);
    }
}

pds_code pds_write_update(pds_publish *out, pds_span update, const pds_file *in, pds_err *e)
{
    PDS_TRY(pds_publish_write(out, update, e));
    PDS_TRY(pds_file_unchanged(in, e));
    PDS_TRY(pds_interrupt_check(e));
    return pds_publish_commit(out, e);
}
