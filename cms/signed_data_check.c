#include "base/own.h"
#include "cms/algorithm_id.h"
#include "cms/der.h"
#include "cms/evp.h"
#include "cms/signed_data.h"
#include "cms/signed_data_asn1.h"
#include "cms/x509.h"

#include <limits.h>

#include <openssl/objects.h>
#include <openssl/x509v3.h>

enum { TAG_SET = 0x31 };

/* ---- the signer's certificate ---- */

static bool same_name(const ASN1_STRING *der, const X509_NAME *name)
{
    const unsigned char *at = ASN1_STRING_get0_data(der);
    X509_NAME *read = d2i_X509_NAME(NULL, &at, ASN1_STRING_length(der));
    bool same = read != NULL && X509_NAME_cmp(read, name) == 0;
    X509_NAME_free(read);
    return same;
}

/* RFC 5652, 5.3. exactly: byte for byte; else as names compare (RFC 5280, 7.1). */
static bool names(const pds_signer_identifier *sid, const pds_cert *cert, bool exactly)
{
    X509 *x509 = pds_cert_x509(cert);
    if (sid->type == PDS_SID_KEY_IDENTIFIER) {
        const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(x509);
        return id != NULL && ASN1_OCTET_STRING_cmp(id, sid->d.key_identifier) == 0;
    }
    const pds_issuer_and_serial *name = sid->d.issuer_and_serial;
    return ASN1_INTEGER_cmp(name->serial, X509_get0_serialNumber(x509)) == 0 &&
           (exactly ? pds_span_eq(pds_asn1_span(name->issuer), pds_cert_issuer_der(cert))
                    : same_name(name->issuer, X509_get_issuer_name(x509)));
}

/* Certificates that are no X.509 ones, and those that can't be read, are not the signer's. */
static pds_code find_signer(const pds_signed_data_asn1 *data, bool exactly, pds_cert **out,
                            pds_err *e)
{
    const pds_signer_info *info = sk_pds_signer_info_value(data->signer_infos, 0);
    for (int i = 0; i < sk_ASN1_TYPE_num(data->certificates); i++) {
        const ASN1_TYPE *choice = sk_ASN1_TYPE_value(data->certificates, i);
        PDS_OWN(pds_cert_drop) pds_cert *cert = NULL;
        if (choice->type == V_ASN1_SEQUENCE &&
            pds_cert_new(pds_asn1_span(choice->value.sequence), &cert, NULL) == PDS_OK &&
            names(info->sid, cert, exactly)) {
            *out = cert;
            cert = NULL;
            return PDS_OK;
        }
    }
    PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "the SignedData does not hold its signer's certificate");
}

/* One signer, in DER or BER; what follows the structure is not looked at. */
static pds_code read_one_signer(pds_span der, pds_content_info **out, pds_err *e)
{
    const unsigned char *at = der.ptr;
    PDS_OWN(pds_content_info_drop) pds_content_info *info = NULL;
    if (der.len <= INT_MAX) {
        info = d2i_pds_content_info(NULL, &at, (long)der.len);
    }
    pds_evp_forget();
    if (info == NULL || OBJ_obj2nid(info->type) != NID_pkcs7_signed) {
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "not a SignedData");
    }
    if (sk_pds_signer_info_num(info->content->signer_infos) != 1) {
        PDS_FAIL(e, PDS_E_CERT_UNREADABLE, "the SignedData has not exactly one signer");
    }
    *out = info;
    info = NULL;
    return PDS_OK;
}

pds_code pds_signed_data_signer(pds_span der, pds_cert **cert, pds_err *e)
{
    PDS_OWN(pds_content_info_drop) pds_content_info *info = NULL;
    PDS_TRY(read_one_signer(der, &info, e));
    return find_signer(info->content, false, cert, e);
}

/* ---- signed attributes ---- */

/* The one value of the one attribute of this kind; NULL: none, or several. */
static const ASN1_TYPE *single_value(const pds_attribute_set *set, int nid)
{
    const ASN1_TYPE *value = NULL;
    for (int i = 0; i < sk_X509_ATTRIBUTE_num(set); i++) {
        X509_ATTRIBUTE *attribute = sk_X509_ATTRIBUTE_value(set, i);
        if (OBJ_obj2nid(X509_ATTRIBUTE_get0_object(attribute)) != nid) {
            continue;
        }
        if (value != NULL || X509_ATTRIBUTE_count(attribute) != 1) {
            return NULL;
        }
        value = X509_ATTRIBUTE_get0_type(attribute, 0);
    }
    return value;
}

static bool present(const pds_attribute_set *set, int nid)
{
    for (int i = 0; i < sk_X509_ATTRIBUTE_num(set); i++) {
        if (OBJ_obj2nid(X509_ATTRIBUTE_get0_object(sk_X509_ATTRIBUTE_value(set, i))) == nid) {
            return true;
        }
    }
    return false;
}

static pds_code check_content(const pds_attribute_set *set, pds_span message_digest, pds_err *e)
{
    const ASN1_TYPE *type = single_value(set, NID_pkcs9_contentType);
    const ASN1_TYPE *digest = single_value(set, NID_pkcs9_messageDigest);
    if (type == NULL || type->type != V_ASN1_OBJECT ||
        OBJ_obj2nid(type->value.object) != NID_pkcs7_data) {
        PDS_FAIL(e, PDS_E_STATE_MISMATCH, "the contentType attribute of the CMS is not id-data");
    }
    if (digest == NULL || digest->type != V_ASN1_OCTET_STRING ||
        !pds_span_eq(pds_asn1_span(digest->value.octet_string), message_digest)) {
        PDS_FAIL(e, PDS_E_STATE_MISMATCH,
                 "the messageDigest attribute of the CMS is not the digest of this document");
    }
    if (present(set, NID_pkcs9_signingTime)) {
        PDS_FAIL(e, PDS_E_STATE_MISMATCH,
                 "the CMS has a signingTime attribute, which PAdES does not allow");
    }
    return PDS_OK;
}

/* RFC 5035, 4: the first identifier is the signer's certificate. */
static bool identifies(const pds_signing_certificate *named, const pds_cert *cert)
{
    uint8_t hash[PDS_DIGEST_MAX];
    pds_digest digest = PDS_SHA256;
    if (sk_pds_ess_cert_id_num(named->certs) < 1) {
        return false;
    }
    const pds_ess_cert_id *id = sk_pds_ess_cert_id_value(named->certs, 0);
    return (id->hash_algorithm == NULL || pds_digest_id_read(id->hash_algorithm, &digest)) &&
           pds_hash_of(digest, pds_cert_der(cert), hash, NULL) == PDS_OK &&
           pds_span_eq(pds_asn1_span(id->hash), pds_span_of(hash, pds_digest_size(digest)));
}

static pds_code check_signing_certificate(const pds_attribute_set *set, const pds_cert *cert,
                                          pds_err *e)
{
    const ASN1_TYPE *value = single_value(set, NID_id_smime_aa_signingCertificateV2);
    PDS_OWN(pds_signing_certificate_drop) pds_signing_certificate *named = NULL;
    if (value == NULL || value->type != V_ASN1_SEQUENCE) {
        PDS_FAIL(e, PDS_E_STATE_MISMATCH, "the CMS has no signingCertificateV2 attribute");
    }
    named = ASN1_item_unpack(value->value.sequence, ASN1_ITEM_rptr(pds_signing_certificate));
    if (named == NULL || !identifies(named, cert)) {
        pds_evp_forget();
        PDS_FAIL(e, PDS_E_STATE_MISMATCH,
                 "the signingCertificateV2 attribute of the CMS names another certificate");
    }
    return PDS_OK;
}

/* ---- the whole ---- */

/* The tags as the templates write them. OpenSSL reads some with the wrong form bit; others may not.
 */
static bool has_outline(pds_span in)
{
    enum { INTO = 1, OPTIONAL = 2, CONTEXT_0 = 0xa0, CONTEXT_1 = 0xa1, KEY_IDENTIFIER = 0x80 };
    static const struct {
        uint8_t tag;
        int what;
    } outline[] = {
        { PDS_DER_SEQUENCE, INTO },     /* ContentInfo */
        { PDS_DER_OID, 0 },             /* contentType */
        { CONTEXT_0, INTO },            /* content */
        { PDS_DER_SEQUENCE, INTO },     /* SignedData */
        { PDS_DER_INTEGER, 0 },         /* version */
        { PDS_DER_SET, 0 },             /* digestAlgorithms */
        { PDS_DER_SEQUENCE, 0 },        /* encapContentInfo */
        { CONTEXT_0, OPTIONAL },        /* certificates */
        { CONTEXT_1, OPTIONAL },        /* crls */
        { PDS_DER_SET, INTO },          /* signerInfos */
        { PDS_DER_SEQUENCE, INTO },     /* SignerInfo */
        { PDS_DER_INTEGER, 0 },         /* version */
        { PDS_DER_SEQUENCE, OPTIONAL }, /* sid, issuerAndSerialNumber or … */
        { KEY_IDENTIFIER, OPTIONAL },   /* … subjectKeyIdentifier */
        { PDS_DER_SEQUENCE, 0 },        /* digestAlgorithm */
        { CONTEXT_0, OPTIONAL },        /* signedAttrs */
        { PDS_DER_SEQUENCE, 0 },        /* signatureAlgorithm */
        { PDS_DER_OCTETS, 0 },          /* signature */
        { CONTEXT_1, OPTIONAL },        /* unsignedAttrs */
    };
    for (size_t i = 0; i < sizeof outline / sizeof outline[0]; i++) {
        pds_der element;
        if (pds_der_expect(&in, outline[i].tag, &element)) {
            in = outline[i].what == INTO ? element.body : in;
        } else if (outline[i].what != OPTIONAL) {
            return false;
        }
    }
    return in.len == 0;
}

static pds_code check_form(const pds_signed_data_asn1 *data, pds_err *e)
{
    const pds_signer_info *info = sk_pds_signer_info_value(data->signer_infos, 0);
    if (info->version != (info->sid->type == PDS_SID_KEY_IDENTIFIER ? 3 : 1)) {
        PDS_FAIL(e, PDS_E_STATE_MISMATCH, "the version of the SignerInfo does not fit");
    }
    if (OBJ_obj2nid(data->encap_content_info->type) != NID_pkcs7_data) {
        PDS_FAIL(e, PDS_E_STATE_MISMATCH, "the content type of the CMS is not id-data");
    }
    if (data->encap_content_info->content != NULL) {
        PDS_FAIL(e, PDS_E_STATE_MISMATCH, "the CMS holds its content: it must be detached");
    }
    return PDS_OK;
}

/* RFC 5652, 5.1: verifiers prepare the digests that are announced before they meet the signer. */
static bool announces(const pds_signed_data_asn1 *data, pds_digest digest)
{
    for (int i = 0; i < sk_X509_ALGOR_num(data->digest_algorithms); i++) {
        pds_digest one;
        if (pds_digest_id_read(sk_X509_ALGOR_value(data->digest_algorithms, i), &one) &&
            one == digest) {
            return true;
        }
    }
    return false;
}

static pds_code check_digest(const pds_signed_data_asn1 *data, pds_digest digest, pds_err *e)
{
    const pds_signer_info *info = sk_pds_signer_info_value(data->signer_infos, 0);
    pds_digest found;
    if (!pds_digest_id_read(info->digest_algorithm, &found)) {
        char name[64] = "";
        (void)OBJ_obj2txt(name, sizeof name, info->digest_algorithm->algorithm, 0);
        pds_code code =
            pds_fail(e, PDS_E_KEY_WEAK, __func__, "the digest of the CMS is not allowed");
        return pds_err_expected(code, e, pds_digest_name(digest), name);
    }
    if (found != digest) {
        pds_code code =
            pds_fail(e, PDS_E_STATE_MISMATCH, __func__, "the CMS was made with another digest");
        return pds_err_expected(code, e, pds_digest_name(digest), pds_digest_name(found));
    }
    if (!announces(data, digest)) {
        PDS_FAIL(e, PDS_E_STATE_MISMATCH, "the CMS does not announce the digest of its signer");
    }
    return PDS_OK;
}

/* The bytes that are signed: as they came, but with the tag of a SET (RFC 5652, 5.4). */
static pds_code take_attributes(const pds_signer_info *info, pds_buf *out, pds_err *e)
{
    if (info->signed_attributes == NULL) {
        PDS_FAIL(e, PDS_E_STATE_MISMATCH, "the CMS has no signed attributes");
    }
    pds_buf_put(out, pds_asn1_span(info->signed_attributes));
    PDS_TRY(pds_buf_end(out, e));
    out->ptr[0] = TAG_SET;
    return PDS_OK;
}

static pds_code check_attributes(pds_span der, pds_span message_digest, const pds_cert *cert,
                                 pds_err *e)
{
    const unsigned char *at = der.ptr;
    PDS_OWN(pds_attribute_set_drop)
    pds_attribute_set *set = d2i_pds_attribute_set(NULL, &at, (long)der.len);
    if (set == NULL) {
        pds_evp_forget();
        PDS_FAIL(e, PDS_E_STATE_MISMATCH, "the signed attributes of the CMS are broken");
    }
    PDS_TRY(check_content(set, message_digest, e));
    return check_signing_certificate(set, cert, e);
}

static pds_code check_signature(const pds_signer_info *info, pds_digest digest, pds_span attributes,
                                const pds_cert *cert, pds_err *e)
{
    pds_algorithm algorithm;
    if (!pds_signature_id_read(info->signature_algorithm, digest, &algorithm)) {
        char name[64] = "";
        (void)OBJ_obj2txt(name, sizeof name, info->signature_algorithm->algorithm, 0);
        pds_code code = pds_fail(
            e, PDS_E_STATE_MISMATCH, __func__,
            "the signature algorithm of the CMS is unknown or does not go with its digest");
        return pds_err_expected(code, e, NULL, name);
    }
    return pds_cert_verify(cert, algorithm, attributes, pds_asn1_span(info->signature), e);
}

pds_code pds_signed_data_check(pds_span der, pds_span message_digest, pds_digest digest,
                               pds_cert **cert, pds_err *e)
{
    PDS_OWN(pds_content_info_drop) pds_content_info *info = NULL;
    PDS_OWN(pds_cert_drop) pds_cert *signer = NULL;
    PDS_OWN(pds_buf_drop) pds_buf attributes = { 0 };

    if (!pds_der_valid(der)) {
        PDS_FAIL(e, PDS_E_STATE_MISMATCH, "the CMS is not DER");
    }
    if (!has_outline(der) || read_one_signer(der, &info, e) != PDS_OK) {
        PDS_FAIL(e, PDS_E_STATE_MISMATCH, "the CMS is not a SignedData with one signer");
    }
    const pds_signed_data_asn1 *data = info->content;
    const pds_signer_info *of = sk_pds_signer_info_value(data->signer_infos, 0);
    PDS_TRY(check_form(data, e));
    PDS_TRY(check_digest(data, digest, e));
    if (find_signer(data, true, &signer, e) != PDS_OK) {
        PDS_FAIL(e, PDS_E_STATE_MISMATCH, "the CMS does not hold its signer's certificate");
    }
    PDS_TRY(take_attributes(of, &attributes, e));
    PDS_TRY(check_attributes(pds_buf_span(&attributes), message_digest, signer, e));
    PDS_TRY(check_signature(of, digest, pds_buf_span(&attributes), signer, e));
    if (cert != NULL) {
        *cert = signer;
        signer = NULL;
    }
    return PDS_OK;
}
