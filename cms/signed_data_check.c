#include "base/own.h"
#include "cms/signed_data.h"
#include "cms/signed_data_parse.h"
#include "cms/signed_data_read.h"

#include <stdio.h>

/* ---- for listing ---- */

static bool names_signer(const pds_signed_data_parts *parts, bool exactly, pds_cert **out)
{
    pds_span in = parts->certificates;
    pds_der one;
    while (pds_der_take(&in, &one)) {
        if (pds_sid_names(&parts->sid, one.whole, exactly) &&
            pds_cert_new(one.whole, out, NULL) == PDS_OK) {
            return true;
        }
    }
    return false;
}

pds_code pds_signed_data_signer(pds_span der, pds_cert **cert, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf joined = { 0 };
    pds_signed_data_parts parts = { 0 };
    if (pds_signed_data_parse(der, &parts, &joined) != NULL) {
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "not a SignedData");
    }
    if (parts.signers != 1) {
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "the SignedData has not exactly one signer");
    }
    if (!names_signer(&parts, true, cert) && !names_signer(&parts, false, cert)) {
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "the SignedData does not hold its signer's certificate");
    }
    return PDS_OK;
}

/* ---- before it goes into a document ---- */

/* The one digest that is known, which the CMS has to have been made with. */
typedef struct known_digest {
    pds_digest digest;
    pds_span value;
} known_digest;

static pds_code tell_known(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    const known_digest *known = self;
    bool weak = (pds_crypto_limits_usual()->digests & 1U << md) == 0;
    if (md == pds_md_of(known->digest)) {
        memcpy(out, known->value.ptr, known->value.len);
        return PDS_OK;
    }
    pds_code code =
        weak ? pds_fail(e, PDS_E_KEY_WEAK, __func__, "the digest of the CMS is not allowed")
             : pds_fail(e, PDS_E_STATE_MISMATCH, __func__, "the CMS was made with another digest");
    return pds_err_expected(code, e, pds_digest_name(known->digest), pds_md_name(md));
}

/* What a verifier lets pass with a note need not be let into a document of ours. */
static bool is_allowed(pds_finding_code code)
{
    static const pds_finding_code allowed[] = { PDS_F_ATTRIBUTE_UNKNOWN,
                                                PDS_F_CMS_CERTIFICATE_SKIPPED,
                                                PDS_F_CMS_REVOCATION_SKIPPED };
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        if (allowed[i] == code) {
            return true;
        }
    }
    return false;
}

static pds_code code_of(pds_finding_code finding)
{
    switch (finding) {
    case PDS_F_SIGNATURE_WRONG:
        return PDS_E_SIGNATURE_WRONG;
    case PDS_F_DIGEST_WEAK:
    case PDS_F_KEY_WEAK:
        return PDS_E_KEY_WEAK;
    default:
        return PDS_E_STATE_MISMATCH;
    }
}

/* The worst one tells most. */
static pds_code refuse(const pds_findings *findings, pds_err *e)
{
    const pds_finding *worst = NULL;
    for (size_t i = 0; i < findings->count; i++) {
        const pds_finding *one = &findings->items[i];
        bool worse = worst == NULL ||
                     pds_finding_indication(one->code) > pds_finding_indication(worst->code);
        worst = worse && !is_allowed(one->code) ? one : worst;
    }
    return worst == NULL ? PDS_OK : pds_fail(e, code_of(worst->code), __func__, "%s", worst->text);
}

pds_code pds_signed_data_accept(pds_span der, pds_span message_digest, pds_digest digest,
                                pds_signed_data_found *found, pds_err *e)
{
    known_digest known = { digest, message_digest };
    const pds_signed_data_input in = {
        .contents = der,
        .container = PDS_CONTAINER_CADES,
        .source = { tell_known, &known },
    };
    PDS_TRY(pds_signed_data_read(&in, found, e));
    PDS_TRY(refuse(&found->findings, e));
    if (found->length != der.len || !found->digest_fits || !found->signature_fits) {
        PDS_FAIL(e, PDS_E_STATE_MISMATCH, "the CMS has something behind its end");
    }
    return PDS_OK;
}
