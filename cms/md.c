#include "cms/md.h"

#include "cms/der.h"
#include "cms/evp.h"
#include "cms/oid.h"

#include <stdatomic.h>

typedef struct md_row {
    const char *name;
    const char *fetch; /* OpenSSL's name */
    size_t size;
    pds_span oid; /* body */
} md_row;

/* RFC 1321, FIPS 180-4, FIPS 202; identifiers of RFC 5754 and of NIST's register. */
static const md_row MDS[PDS_MD_COUNT] = {
    [PDS_MD_NONE] = { "none", NULL, 0, { NULL, 0 } },
    [PDS_MD_MD5] = { "MD5", "MD5", 16, PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x02\x05") },
    [PDS_MD_SHA1] = { "SHA-1", "SHA1", 20, PDS_OID("\x2b\x0e\x03\x02\x1a") },
    [PDS_MD_SHA224] = { "SHA-224", "SHA224", 28, PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x04") },
    [PDS_MD_SHA256] = { "SHA-256", "SHA256", 32, PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x01") },
    [PDS_MD_SHA384] = { "SHA-384", "SHA384", 48, PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x02") },
    [PDS_MD_SHA512] = { "SHA-512", "SHA512", 64, PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x03") },
    [PDS_MD_SHA3_256] = { "SHA3-256", "SHA3-256", 32,
                          PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x08") },
    [PDS_MD_SHA3_384] = { "SHA3-384", "SHA3-384", 48,
                          PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x09") },
    [PDS_MD_SHA3_512] = { "SHA3-512", "SHA3-512", 64,
                          PDS_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x0a") },
};

const char *pds_md_name(pds_md md)
{
    return MDS[md].name;
}

size_t pds_md_size(pds_md md)
{
    return MDS[md].size;
}

pds_md pds_md_of(pds_digest digest)
{
    static const pds_md mds[] = {
        [PDS_DIGEST_DEFAULT] = PDS_MD_SHA256,
        [PDS_SHA256] = PDS_MD_SHA256,
        [PDS_SHA384] = PDS_MD_SHA384,
        [PDS_SHA512] = PDS_MD_SHA512,
    };
    return mds[digest];
}

bool pds_md_by_oid(pds_span oid, pds_md *out)
{
    for (pds_md md = PDS_MD_NONE + 1; md < PDS_MD_COUNT; md++) {
        if (pds_span_eq(MDS[md].oid, oid)) {
            *out = md;
            return true;
        }
    }
    return false;
}

bool pds_md_read(pds_span algorithm_identifier, pds_md *out)
{
    pds_der id;
    pds_der oid;
    pds_der null;
    pds_span in = algorithm_identifier;
    if (!pds_der_expect(&in, PDS_DER_SEQUENCE, &id) || in.len != 0 ||
        !pds_der_expect(&id.body, PDS_DER_OID, &oid)) {
        return false;
    }
    if (id.body.len != 0 && (!pds_der_expect(&id.body, PDS_DER_NULL, &null) || null.body.len != 0 ||
                             id.body.len != 0)) {
        return false;
    }
    return pds_md_by_oid(oid.body, out);
}

const char *pds_evp_md_name(pds_md md)
{
    return MDS[md].fetch;
}

const EVP_MD *pds_evp_md_get(pds_md md)
{
    static _Atomic(EVP_MD *) fetched[PDS_MD_COUNT];
    EVP_MD *found = atomic_load(&fetched[md]);
    if (found == NULL && MDS[md].fetch != NULL) {
        EVP_MD *mine = EVP_MD_fetch(NULL, MDS[md].fetch, NULL);
        if (atomic_compare_exchange_strong(&fetched[md], &found, mine)) {
            found = mine;
        } else {
            EVP_MD_free(mine); /* another thread was first */
        }
    }
    return found;
}
