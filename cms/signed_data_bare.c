/* adbe.x509.rsa_sha1 (ISO 32000-1, 12.8.3.2; deprecated): an OCTET STRING with an RSASSA-PKCS1-v1_5
 * value over the bytes themselves. Which digest was used, only the value says. */

#include "cms/signed_data_reading.h"

static pds_code unreadable(pds_reading *r)
{
    return pds_finding_add(&r->out->findings, PDS_F_CMS_UNREADABLE, r->e,
                           "the value of the signature is not an OCTET STRING in DER form");
}

/* Copies, which live as long as what is found. */
static pds_code take_certificates(pds_reading *r)
{
    enum { MAX = 256 };
    size_t total = 0;
    const size_t count = r->in->cert_count < MAX ? r->in->cert_count : MAX;
    if (count == 0) {
        return pds_finding_add(&r->out->findings, PDS_F_SIGNER_NOT_FOUND, r->e,
                               "the signature dictionary holds no certificate");
    }
    for (size_t i = 0; i < count; i++) {
        pds_buf_put(&r->out->joined, r->in->certs[i]);
    }
    PDS_TRY(pds_buf_end(&r->out->joined, r->e));
    for (size_t i = 0; i < count; i++) {
        const pds_span copy = { r->out->joined.ptr + total, r->in->certs[i].len };
        PDS_TRY(pds_spans_add(&r->out->certificates, copy, r->e));
        total += copy.len;
    }
    return pds_reading_take_signer(r, r->in->certs[0]);
}

static pds_code wrong(pds_reading *r)
{
    return pds_finding_add(&r->out->findings, PDS_F_SIGNATURE_WRONG, r->e,
                           "the signature does not belong to the certificate of '%s'",
                           pds_cert_label(r->out->signer));
}

/* The value holds a digest that its signer's key made; is it that of the bytes? */
static pds_code judge_value(pds_reading *r)
{
    uint8_t digest[PDS_DIGEST_MAX];
    pds_md md = PDS_MD_NONE;
    if (!pds_signature_names_digest(r->out->signer, r->out->signature, &md)) {
        return wrong(r);
    }
    r->out->digest = md;
    r->out->algorithm =
        (pds_signature_algorithm){ .scheme = PDS_SCHEME_RSA_PKCS1, .md = md, .mgf_md = md };
    r->out->algorithm_known = true;
    PDS_TRY(pds_crypto_limits_digest(r->limits, md, "adbe.x509.rsa_sha1", &r->out->findings, r->e));
    PDS_TRY(r->in->source.digest(r->in->source.self, md, digest, r->e));
    PDS_TRY(pds_signature_fits_digest(r->out->signer, &r->out->algorithm,
                                      pds_span_of(digest, pds_md_size(md)), r->out->signature,
                                      &r->out->signature_fits, r->e));
    r->out->digest_fits = r->out->signature_fits;
    return r->out->signature_fits
               ? PDS_OK
               : pds_finding_add(
                     &r->out->findings, PDS_F_DIGEST_MISMATCH, r->e,
                     "the bytes are not those that were signed: their digest is another "
                     "one than the signature says");
}

pds_code pds_reading_bare(pds_reading *r)
{
    pds_der value;
    pds_span in = r->in->contents;
    if (!pds_der_expect(&in, PDS_DER_OCTETS, &value) || value.body.len == 0) {
        return unreadable(r);
    }
    r->out->length = value.whole.len;
    r->out->signature = value.body;
    PDS_TRY(take_certificates(r));
    if (r->out->signer == NULL) {
        return PDS_OK;
    }
    PDS_TRY(pds_crypto_limits_key(r->limits, r->out->signer, &r->out->findings, r->e));
    return judge_value(r);
}
