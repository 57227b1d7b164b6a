#include "pdfsign/result.h"

#include "base/own.h"
#include "pdfsign/signature_dict.h"

#include <stdio.h>
#include <string.h>

static const char *const SCHEMES[] = {
    [PDS_SCHEME_RSA_PKCS1] = "rsa-pkcs1",
    [PDS_SCHEME_RSA_PSS] = "rsa-pss",
    [PDS_SCHEME_ECDSA] = "ecdsa",
    [PDS_SCHEME_ED25519] = "ed25519",
};

const char *pds_scheme_name(pds_scheme scheme)
{
    return SCHEMES[scheme];
}

void pds_result_fill(pds_sign_result *result, const pds_plan *plan, const pds_hole *hole)
{
    (void)snprintf(result->field, sizeof result->field, "%s", plan->field);
    result->page = plan->page_number;
    result->new_field = plan->existing == NULL;
    memcpy(result->byte_range, hole->byte_range, sizeof result->byte_range);
    result->contents_room = plan->room;
    (void)snprintf(result->sub_filter, sizeof result->sub_filter, "%s", PDS_SUB_FILTER);
    (void)snprintf(result->digest, sizeof result->digest, "%s", pds_digest_name(plan->digest));
    if (plan->signer.cert != NULL) {
        (void)snprintf(result->scheme, sizeof result->scheme, "%s",
                       pds_scheme_name(plan->signer.algorithm.scheme));
    }
    pds_clock_iso(&plan->when, result->signing_time);
}

pds_code pds_result_digests(pds_sign_result *result, const pds_signer *signer, pds_digest digest,
                            const uint8_t *document_digest, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf attributes = { 0 };
    size_t size = pds_digest_size(digest);
    result->digest_bytes = size;
    memcpy(result->document_digest, document_digest, size);
    if (signer->cert == NULL) {
        return PDS_OK;
    }
    PDS_TRY(pds_signed_attributes(signer, pds_span_of(document_digest, size), &attributes, e));
    return pds_hash_of(digest, pds_buf_span(&attributes), result->to_sign_digest, e);
}
