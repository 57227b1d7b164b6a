#include "token/p11_kit.h"

const pds_p11_hash *pds_p11_hash_of(pds_digest digest)
{
    static const pds_p11_hash hashes[] = {
        { PDS_DIGEST_DEFAULT, CKM_SHA_1, CKG_MGF1_SHA1 },
        { PDS_SHA256, CKM_SHA256, CKG_MGF1_SHA256 },
        { PDS_SHA384, CKM_SHA384, CKG_MGF1_SHA384 },
        { PDS_SHA512, CKM_SHA512, CKG_MGF1_SHA512 },
    };
    size_t at = 0;
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
        at = hashes[i].digest == digest ? i : at;
    }
    return &hashes[at];
}
