#include "cms/signed_data_read.h"

#include "base/own.h"
#include "cms/oid.h"
#include "cms/signed_data_reading.h"
#include "cms/x509.h"

#include <stdlib.h>

#define ID_DATA     PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")
#define ID_TST_INFO PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04")

/* A container of another maker (SM2, SES) is a row here and, where it is no CMS, a reader of its
 * own. */
static const pds_container_rules RULES[] = {
    [PDS_CONTAINER_CADES] = { "ETSI.CAdES.detached", ID_DATA, false, true, true, true },
    [PDS_CONTAINER_PKCS7] = { "adbe.pkcs7.detached", ID_DATA, false, false, false, false },
    [PDS_CONTAINER_PKCS7_SHA1] = { "adbe.pkcs7.sha1", ID_DATA, true, false, false, false },
    [PDS_CONTAINER_X509_RSA_SHA1] = { "adbe.x509.rsa_sha1", ID_DATA, false, true, false, false },
    [PDS_CONTAINER_RFC3161] = { "ETSI.RFC3161", ID_TST_INFO, true, false, true, true },
};

bool pds_container_from_name(pds_span name, pds_container *out)
{
    for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++) {
        if (pds_span_is(name, RULES[i].name)) {
            *out = (pds_container)i;
            return true;
        }
    }
    return false;
}

/* ---- form ---- */

/* RFC 5652, 5.1 and 5.3; RFC 2315, 9.1: 1 whatever stands in it. */
static pds_code judge_versions(pds_reading *r)
{
    static const uint32_t known[] = { 1, 3, 4, 5 };
    const uint32_t signer = r->parts.sid.tag == PDS_DER_SEQUENCE ? 1 : 3;
    const bool data = pds_span_eq(r->parts.content_type, RULES[PDS_CONTAINER_CADES].content_type);
    const uint32_t least = signer == 3 || !data ? 3 : 1;
    const uint32_t version = r->version < least ? least : r->version;
    bool is_known = false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        is_known = is_known || known[i] == r->parts.version;
    }
    if (!is_known || r->parts.signer_version != signer ||
        (r->rules->strict && r->parts.version != version)) {
        return pds_finding_add(&r->out->findings, PDS_F_CMS_VERSION_WRONG, r->e,
                               "the versions of the CMS, %u and %u, should be %u and %u",
                               r->parts.version, r->parts.signer_version, version, signer);
    }
    if (r->parts.version != version && r->parts.version != 1) {
        return pds_finding_add(&r->out->findings, PDS_F_CMS_VERSION_UNUSUAL, r->e,
                               "the version of the CMS, %u, should be %u", r->parts.version,
                               version);
    }
    return PDS_OK;
}

/* ISO 32000-2, 12.8.3.3.1 and ETSI EN 319 142-1, 5.3 ask for DER; widespread signers write BER (RFC
 * 5652, 2), which has one reading too: what is hashed or compared must be DER all the same. */
static pds_code judge_encoding(pds_reading *r)
{
    r->out->ber = r->out->ber || r->parts.loose;
    if (r->parts.loose && r->rules->strict) {
        return pds_finding_add(&r->out->findings, PDS_F_CMS_ENCODING_BER, r->e,
                               "the CMS is not DER, which %s demands", r->rules->name);
    }
    if (r->out->ber) {
        return pds_finding_add(&r->out->findings, PDS_F_CMS_ENCODING_BER, r->e,
                               "the CMS is BER, not DER");
    }
    return PDS_OK;
}

static pds_code judge_content(pds_reading *r)
{
    if (!pds_span_eq(r->parts.content_type, r->rules->content_type)) {
        return pds_finding_add(&r->out->findings, PDS_F_CMS_CONTENT_WRONG, r->e,
                               "the content of the CMS is not of the type that %s has",
                               r->rules->name);
    }
    if (r->parts.has_content && !r->rules->content) {
        return pds_finding_add(&r->out->findings, PDS_F_CMS_CONTENT_WRONG, r->e,
                               "the CMS holds its content: it must be detached");
    }
    if (!r->parts.has_content && r->rules->content) {
        return pds_finding_add(&r->out->findings, PDS_F_CMS_CONTENT_WRONG, r->e,
                               "the CMS does not hold its content, which %s demands",
                               r->rules->name);
    }
    return PDS_OK;
}

/* RFC 5652, 5.1: verifiers prepare the digests that are announced before they meet the signer. */
static pds_code judge_announced(pds_reading *r)
{
    pds_span in = r->parts.digest_algorithms;
    pds_der one;
    while (pds_der_take(&in, &one)) {
        pds_md md;
        if (pds_md_read(one.whole, &md) && md == r->out->digest) {
            return PDS_OK;
        }
    }
    return pds_finding_add(&r->out->findings, PDS_F_CMS_DIGEST_NOT_ANNOUNCED, r->e,
                           "the CMS does not announce the digest of its signer");
}

static pds_code judge_digest_algorithm(pds_reading *r)
{
    char oid_text[PDS_OID_TEXT] = "?";
    pds_der id;
    pds_der oid;
    pds_span in = r->parts.digest_algorithm;
    if (pds_md_read(in, &r->out->digest)) {
        PDS_TRY(judge_announced(r));
        return pds_crypto_limits_digest(r->limits, r->out->digest, "digestAlgorithm",
                                        &r->out->findings, r->e);
    }
    if (pds_der_take(&in, &id) && pds_der_expect(&id.body, PDS_DER_OID, &oid)) {
        pds_oid_text(oid.body, oid_text);
    }
    return pds_finding_add(&r->out->findings, PDS_F_ALGORITHM_UNKNOWN, r->e,
                           "the digest algorithm of the CMS is not known: %s", oid_text);
}

/* ---- algorithm ---- */

static pds_code judge_signature_algorithm(pds_reading *r)
{
    pds_findings *f = &r->out->findings;
    pds_signature_algorithm *algorithm = &r->out->algorithm;
    switch (pds_signature_algorithm_read(r->parts.signature_algorithm, r->out->digest, algorithm)) {
    case PDS_SIGNATURE_UNKNOWN:
        return pds_finding_add(f, PDS_F_ALGORITHM_UNKNOWN, r->e,
                               "the signature algorithm of the CMS is not known");
    case PDS_SIGNATURE_PARAMETERS:
        return pds_finding_add(f, PDS_F_ALGORITHM_PARAMETERS_WRONG, r->e,
                               "the parameters of the signature algorithm of the CMS are wrong");
    case PDS_SIGNATURE_MISMATCH:
        return pds_finding_add(f, PDS_F_ALGORITHM_MISMATCH, r->e,
                               "the signature algorithm of the CMS does not go with its digest: %s "
                               "with %s, not %s",
                               pds_signature_scheme_name(algorithm->scheme),
                               pds_md_name(algorithm->md), pds_md_name(r->out->digest));
    case PDS_SIGNATURE_READ:
        break;
    }
    r->out->algorithm_known = algorithm->md != PDS_MD_NONE;
    if (algorithm->unusual) {
        return pds_finding_add(f, PDS_F_ALGORITHM_PARAMETERS_UNUSUAL, r->e,
                               "the signature algorithm of the CMS is written in an unusual way");
    }
    return PDS_OK;
}

/* RFC 6211, 2: SEQUENCE { digestAlgorithm, [1] signatureAlgorithm }, the same as in the SignerInfo,
 * parameters and all; absent ones of a digest are NULL. */
static bool is_protected(const pds_reading *r)
{
    pds_der digest;
    pds_der signature;
    pds_md md = PDS_MD_NONE;
    pds_span in = r->protection.body;
    pds_span own = r->parts.signature_algorithm;
    pds_der own_id;
    return pds_der_expect(&in, PDS_DER_SEQUENCE, &digest) && pds_md_read(digest.whole, &md) &&
           md == r->out->digest && pds_der_expect(&in, PDS_DER_CONTEXT_1, &signature) &&
           in.len == 0 && pds_der_take(&own, &own_id) && pds_span_eq(signature.body, own_id.body);
}

static pds_code judge_protection(pds_reading *r)
{
    if (r->protection.whole.len == 0 || is_protected(r)) {
        return PDS_OK;
    }
    return pds_finding_add(&r->out->findings, PDS_F_ALGORITHM_MISMATCH, r->e,
                           "the cmsAlgorithmProtection attribute names other algorithms than those "
                           "of the CMS");
}

/* ---- what was signed ---- */

static pds_code mismatch(pds_reading *r)
{
    return pds_finding_add(&r->out->findings, PDS_F_DIGEST_MISMATCH, r->e,
                           "the bytes are not those that were signed: their digest is another one "
                           "than the signature says");
}

/* Whether `digest`, of md, is that of the caller's bytes. */
static pds_code judge_bytes(pds_reading *r, pds_md md, pds_span digest)
{
    uint8_t found[PDS_DIGEST_MAX];
    PDS_TRY(r->in->source.digest(r->in->source.self, md, found, r->e));
    r->out->digest_fits = pds_span_eq(digest, pds_span_of(found, pds_md_size(md)));
    return r->out->digest_fits ? PDS_OK : mismatch(r);
}

/* ISO 32000-1, 12.8.3.3.1: the content is the SHA-1 of the bytes. */
static pds_code judge_sha1_content(pds_reading *r)
{
    PDS_TRY(judge_bytes(r, PDS_MD_SHA1, r->parts.content));
    return pds_crypto_limits_digest(r->limits, PDS_MD_SHA1, "adbe.pkcs7.sha1", &r->out->findings,
                                    r->e);
}

/* RFC 3161, 2.4.2: the TSA's name is one of those in its certificate. */
static pds_code judge_tsa(pds_reading *r)
{
    enum { DIRECTORY_NAME = 0xa4 };
    pds_der name;
    pds_span in = r->out->tst.tsa;
    if (r->out->signer == NULL || !pds_der_expect(&in, DIRECTORY_NAME, &name) ||
        pds_x509_same_name(name.body, pds_cert_subject_der(r->out->signer))) {
        return PDS_OK;
    }
    return pds_finding_add(&r->out->findings, PDS_F_TST_NAME_OTHER, r->e,
                           "the timestamp names another authority than its certificate, '%s'",
                           pds_cert_label(r->out->signer));
}

static pds_code judge_tst_info(pds_reading *r)
{
    const char *wrong = pds_tst_info_read(r->parts.content, &r->out->tst);
    if (wrong != NULL) {
        return pds_finding_add(&r->out->findings, PDS_F_TST_INFO_WRONG, r->e,
                               "the timestamp is broken at its '%s'", wrong);
    }
    PDS_TRY(judge_tsa(r));
    if (r->out->tst.imprint_md == PDS_MD_NONE) {
        return pds_finding_add(&r->out->findings, PDS_F_ALGORITHM_UNKNOWN, r->e,
                               "the digest algorithm of the timestamp is not known");
    }
    PDS_TRY(pds_crypto_limits_digest(r->limits, r->out->tst.imprint_md, "messageImprint",
                                     &r->out->findings, r->e));
    return judge_bytes(r, r->out->tst.imprint_md, r->out->tst.imprint);
}

/* Content in the CMS stands for the bytes; its own digest is known when it is. */
static pds_code judge_inner_content(pds_reading *r)
{
    if (!r->parts.has_content || !r->rules->content) {
        return PDS_OK;
    }
    return r->in->container == PDS_CONTAINER_RFC3161 ? judge_tst_info(r) : judge_sha1_content(r);
}

static pds_code judge_content_type(pds_reading *r)
{
    if (r->content_type.whole.len == 0 || r->content_type.tag != PDS_DER_OID ||
        !pds_span_eq(r->content_type.body, r->parts.content_type)) {
        return pds_finding_add(&r->out->findings, PDS_F_CONTENT_TYPE_WRONG, r->e,
                               "the contentType attribute of the CMS is missing or not the type of "
                               "its content");
    }
    return PDS_OK;
}

/* RFC 5652, 11.2: the digest of the content. */
static pds_code judge_message_digest(pds_reading *r)
{
    uint8_t own[PDS_DIGEST_MAX];
    pds_span digest = r->message_digest.body;
    size_t size = pds_md_size(r->out->digest);
    if (r->message_digest.whole.len == 0 || r->message_digest.tag != PDS_DER_OCTETS ||
        (size != 0 && digest.len != size)) {
        return pds_finding_add(&r->out->findings, PDS_F_MESSAGE_DIGEST_MISSING, r->e,
                               "the messageDigest attribute of the CMS is missing or of another "
                               "length than its digest");
    }
    if (r->out->digest == PDS_MD_NONE) {
        return PDS_OK;
    }
    if (!r->rules->content) {
        return judge_bytes(r, r->out->digest, digest);
    }
    PDS_TRY(pds_md_hash_of(r->out->digest, r->parts.content, own, r->e));
    if (!pds_span_eq(digest, pds_span_of(own, size))) {
        r->out->digest_fits = false;
        return mismatch(r);
    }
    return PDS_OK;
}

/* ---- the signature value ---- */

/* RFC 5652, 5.4: as they came, but with the tag of a SET. */
static pds_code fits_attributes(pds_reading *r, bool *fits)
{
    PDS_OWN(pds_buf_drop) pds_buf set = { 0 };
    pds_buf_put(&set, r->parts.signed_attributes);
    PDS_TRY(pds_buf_end(&set, r->e));
    set.ptr[0] = PDS_DER_SET;
    return pds_signature_fits(r->out->signer, &r->out->algorithm, pds_buf_span(&set),
                              r->out->signature, fits, r->e);
}

/* Without signed attributes the content itself is signed. */
static pds_code fits_content(pds_reading *r, bool *fits)
{
    uint8_t digest[PDS_DIGEST_MAX];
    pds_md md = r->out->algorithm.md;
    if (r->rules->content) {
        return pds_signature_fits(r->out->signer, &r->out->algorithm, r->parts.content,
                                  r->out->signature, fits, r->e);
    }
    PDS_TRY(r->in->source.digest(r->in->source.self, md, digest, r->e));
    PDS_TRY(pds_signature_fits_digest(r->out->signer, &r->out->algorithm,
                                      pds_span_of(digest, pds_md_size(md)), r->out->signature, fits,
                                      r->e));
    r->out->digest_fits = *fits;
    return PDS_OK;
}

static pds_code judge_value(pds_reading *r)
{
    bool fits = false;
    if (r->out->signer == NULL || !r->out->algorithm_known) {
        return PDS_OK; /* there is a finding already */
    }
    PDS_TRY(pds_crypto_limits_key(r->limits, r->out->signer, &r->out->findings, r->e));
    if (r->attributes.len > 0) {
        PDS_TRY(fits_attributes(r, &fits));
    } else if (r->parts.signed_attributes.len == 0) {
        PDS_TRY(fits_content(r, &fits));
    }
    r->out->signature_fits = fits;
    return fits ? PDS_OK
                : pds_finding_add(&r->out->findings, PDS_F_SIGNATURE_WRONG, r->e,
                                  "the signature does not belong to the certificate of '%s'",
                                  pds_cert_label(r->out->signer));
}

/* ---- the whole ---- */

static pds_code judge_signer(pds_reading *r)
{
    PDS_TRY(judge_digest_algorithm(r));
    PDS_TRY(pds_reading_attributes(r));
    PDS_TRY(judge_encoding(r));
    PDS_TRY(pds_reading_signer(r));
    PDS_TRY(pds_reading_ess(r));
    PDS_TRY(judge_signature_algorithm(r));
    PDS_TRY(judge_protection(r));
    PDS_TRY(judge_inner_content(r));
    if (r->attributes.len > 0) {
        PDS_TRY(judge_content_type(r));
        PDS_TRY(judge_message_digest(r));
    }
    return judge_value(r);
}

static pds_code read_cms(pds_reading *r)
{
    const char *broken = pds_signed_data_parse(r->in->contents, &r->parts, &r->out->joined);
    if (r->out->joined.bad != PDS_OK) {
        return pds_buf_end(&r->out->joined, r->e);
    }
    r->out->length = r->parts.length;
    if (broken != NULL) {
        return pds_finding_add(&r->out->findings, PDS_F_CMS_UNREADABLE, r->e,
                               "the CMS is broken at its '%s'", broken);
    }
    PDS_TRY(judge_content(r));
    PDS_TRY(pds_reading_certificates(r));
    PDS_TRY(pds_reading_crls(r));
    if (r->parts.signers != 1) {
        return pds_finding_add(&r->out->findings, PDS_F_CMS_SIGNERS_NOT_ONE, r->e,
                               "the CMS has %zu signers; a signature of a PDF has one",
                               r->parts.signers);
    }
    r->out->signature = r->parts.signature;
    PDS_TRY(judge_versions(r));
    return judge_signer(r);
}

pds_code pds_signed_data_read(const pds_signed_data_input *in, pds_signed_data_found *out,
                              pds_err *e)
{
    pds_reading r = {
        .in = in,
        .rules = &RULES[in->container],
        .limits = in->limits == NULL ? pds_crypto_limits_usual() : in->limits,
        .out = out,
        .version = 1,
        .e = e,
    };
    return in->container == PDS_CONTAINER_X509_RSA_SHA1 ? pds_reading_bare(&r) : read_cms(&r);
}

static void spans_drop(pds_spans *list)
{
    free(list->items);
    *list = (pds_spans){ 0 };
}

void pds_signed_data_found_drop(pds_signed_data_found *found)
{
    pds_cert_drop(&found->signer);
    spans_drop(&found->certificates);
    spans_drop(&found->crls);
    spans_drop(&found->ocsps);
    spans_drop(&found->basic_ocsps);
    spans_drop(&found->timestamps);
    spans_drop(&found->content_timestamps);
    spans_drop(&found->archive_timestamps);
    pds_findings_drop(&found->findings);
    pds_buf_drop(&found->joined);
}
