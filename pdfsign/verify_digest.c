#include "pdfsign/verify_digest.h"

#include "base/interrupt.h"
#include "base/own.h"

#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 128 << 10,
    /* Each real signature covers those before it, so that their ranges behind the holes are less
     * than the file together, and the beginnings are read once an algorithm. */
    SPENT_TIMES = 16,
    SPENT_MIN = 16 << 20
};

/* ---- what is known ---- */

pds_code pds_known_digests_take(pds_known_digests *k, const pds_digests *digests, pds_err *e)
{
    for (size_t i = 0; i < sizeof digests->of / sizeof digests->of[0]; i++) {
        pds_hash **const prefix = &k->prefix[pds_md_of((pds_digest)i)];
        if (digests->of[i] != NULL && *prefix == NULL) {
            PDS_TRY(pds_hash_copy(digests->of[i], prefix, e));
        }
    }
    return PDS_OK;
}

void pds_known_digests_drop(pds_known_digests *k)
{
    for (size_t i = 0; i < PDS_MD_COUNT; i++) {
        pds_hash_drop(&k->prefix[i]);
    }
}

static bool is_known(const pds_known_digests *k, pds_md md, const uint64_t range[4],
                     uint8_t out[PDS_DIGEST_MAX])
{
    for (size_t i = 0; k != NULL && i < k->range_count; i++) {
        const pds_known_range *const r = &k->ranges[i];
        if (r->md == md && memcmp(r->range, range, sizeof r->range) == 0) {
            memcpy(out, r->digest, PDS_DIGEST_MAX);
            return true;
        }
    }
    return false;
}

static void remember(pds_known_digests *k, pds_md md, const uint64_t range[4],
                     const uint8_t digest[PDS_DIGEST_MAX])
{
    if (k == NULL || k->range_count == PDS_KNOWN_RANGES_MAX || range[1] > k->size ||
        range[2] + range[3] > k->size) {
        return;
    }
    pds_known_range *const r = &k->ranges[k->range_count++];
    r->md = md;
    memcpy(r->range, range, sizeof r->range);
    memcpy(r->digest, digest, pds_md_size(md));
}

/* ---- what is read ---- */

void pds_digester_drop(pds_digester *d)
{
    for (size_t i = 0; i < PDS_MD_COUNT; i++) {
        pds_hash_drop(&d->prefix[i]);
    }
    free(d->chunk);
    *d = (pds_digester){ .file = NULL };
}

static pds_code put_bytes(pds_digester *d, pds_hash *hash, uint64_t from, uint64_t to, pds_err *e)
{
    d->spent += to > from ? to - from : 0;
    if (d->spent > SPENT_TIMES * d->file->size + SPENT_MIN) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "too many signatures are about the same bytes");
    }
    while (from < to) {
        const size_t n = to - from < CHUNK ? (size_t)(to - from) : CHUNK;
        PDS_TRY(pds_interrupt_check(e));
        PDS_TRY(pds_file_read(d->file, from, d->chunk, n, e));
        PDS_TRY(pds_hash_put(hash, pds_span_of(d->chunk, n), e));
        from += n;
    }
    return PDS_OK;
}

static pds_code make_room(pds_digester *d, pds_err *e)
{
    if (d->chunk == NULL) {
        d->chunk = malloc(CHUNK);
    }
    if (d->chunk == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

/* Over the bytes that are known, if these are before `to` and `at` is not between. */
static const pds_hash *known_before(const pds_digester *d, pds_md md, uint64_t to)
{
    const pds_known_digests *const k = d->known;
    const bool is_ahead = d->prefix[md] == NULL || d->at[md] > to;
    return k != NULL && k->size <= to && (is_ahead || d->at[md] < k->size) ? k->prefix[md] : NULL;
}

/* One that begins before what was read already begins anew. */
static pds_code advance(pds_digester *d, pds_md md, uint64_t to, pds_err *e)
{
    const pds_hash *const known = known_before(d, md, to);
    if (known != NULL) {
        pds_hash_drop(&d->prefix[md]);
        PDS_TRY(pds_hash_copy(known, &d->prefix[md], e));
        d->at[md] = d->known->size;
    } else if (d->prefix[md] == NULL) {
        PDS_TRY(pds_md_hash_new(md, &d->prefix[md], e));
    } else if (d->at[md] > to) {
        PDS_TRY(pds_hash_begin(d->prefix[md], e));
        d->at[md] = 0;
    }
    PDS_TRY(put_bytes(d, d->prefix[md], d->at[md], to, e));
    d->at[md] = to;
    return PDS_OK;
}

pds_code pds_digest_range(pds_digester *d, pds_md md, const uint64_t range[4],
                          uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    PDS_OWN(pds_hash_drop) pds_hash *hash = NULL;
    if (is_known(d->known, md, range, out)) {
        return PDS_OK;
    }
    PDS_TRY(make_room(d, e));
    PDS_TRY(advance(d, md, range[1], e));
    PDS_TRY(pds_hash_copy(d->prefix[md], &hash, e));
    PDS_TRY(put_bytes(d, hash, range[2], range[2] + range[3], e));
    PDS_TRY(pds_hash_end(hash, out, e));
    remember(d->known, md, range, out);
    return PDS_OK;
}
