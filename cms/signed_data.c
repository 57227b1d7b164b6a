#include "cms/signed_data.h"

#include "base/own.h"
#include "cms/algorithm_id.h"
#include "cms/evp.h"
#include "cms/signed_data_asn1.h"

#include <limits.h>

#include <openssl/objects.h>

enum { TAG_SET = 0x31, TAG_CONTEXT_0 = 0xa0 };

static pds_code build_failed(pds_err *e)
{
    PDS_FAIL(e, PDS_E_NO_MEMORY, "the SignedData is not built: %s", pds_evp_reason());
}

static void string_drop(ASN1_STRING **string)
{
    ASN1_STRING_free(*string);
}

/* An encoded value as it is. NULL: without memory. */
static ASN1_STRING *string_of(int type, pds_span bytes)
{
    PDS_OWN(string_drop) ASN1_STRING *made = ASN1_STRING_type_new(type);
    if (made == NULL || bytes.len > INT_MAX ||
        ASN1_STRING_set(made, bytes.ptr, (int)bytes.len) != 1) {
        return NULL;
    }
    ASN1_STRING *out = made;
    made = NULL;
    return out;
}

/* ---- signed attributes ---- */

/* Both take what they are given, which may be NULL for want of memory. */
static bool add_attribute(pds_attribute_set *to, X509_ATTRIBUTE *made)
{
    if (made == NULL || sk_X509_ATTRIBUTE_push(to, made) <= 0) {
        X509_ATTRIBUTE_free(made);
        return false;
    }
    return true;
}

static X509_ATTRIBUTE *attribute_of(int nid, int type, ASN1_STRING *value)
{
    X509_ATTRIBUTE *made = value == NULL ? NULL : X509_ATTRIBUTE_create(nid, type, value);
    if (made == NULL) {
        ASN1_STRING_free(value);
    }
    return made;
}

/* RFC 5652, 11.1 */
static bool add_content_type(pds_attribute_set *to)
{
    ASN1_OBJECT *id_data = OBJ_nid2obj(NID_pkcs7_data); /* static */
    return add_attribute(to, X509_ATTRIBUTE_create(NID_pkcs9_contentType, V_ASN1_OBJECT, id_data));
}

/* RFC 5652, 11.2 */
static bool add_message_digest(pds_attribute_set *to, pds_span digest)
{
    ASN1_STRING *value = string_of(V_ASN1_OCTET_STRING, digest);
    return add_attribute(to, attribute_of(NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, value));
}

/* RFC 5035, 3, in its shortest form: SHA-256 is the default, issuerSerial says nothing that the
 * hash does not, and ETSI EN 319 122-1 advises against it. */
static bool add_signing_certificate(pds_attribute_set *to, const pds_cert *cert)
{
    uint8_t hash[32];
    PDS_OWN(pds_signing_certificate_drop)
    pds_signing_certificate *made = pds_signing_certificate_new();
    pds_ess_cert_id *id = made == NULL ? NULL : pds_ess_cert_id_new();
    if (id == NULL || sk_pds_ess_cert_id_push(made->certs, id) <= 0) {
        pds_ess_cert_id_free(id);
        return false;
    }
    pds_cert_sha256(cert, hash);
    if (ASN1_OCTET_STRING_set(id->hash, hash, sizeof hash) != 1) {
        return false;
    }
    ASN1_STRING *der = ASN1_item_pack(made, ASN1_ITEM_rptr(pds_signing_certificate), NULL);
    return add_attribute(to,
                         attribute_of(NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE, der));
}

pds_code pds_signed_attributes(const pds_signer *s, pds_span message_digest, pds_buf *out,
                               pds_err *e)
{
    PDS_OWN(pds_attribute_set_drop) pds_attribute_set *set = sk_X509_ATTRIBUTE_new_null();
    if (set == NULL || !add_content_type(set) || !add_message_digest(set, message_digest) ||
        !add_signing_certificate(set, s->cert)) {
        return build_failed(e);
    }
    int len = i2d_pds_attribute_set(set, NULL);
    uint8_t *room = len <= 0 ? NULL : pds_buf_grow(out, (size_t)len);
    if (room == NULL || i2d_pds_attribute_set(set, &room) != len) {
        return build_failed(e);
    }
    return pds_buf_end(out, e);
}

/* ---- SignedData ---- */

static bool add_certificate(pds_any_set *to, const pds_cert *cert)
{
    ASN1_TYPE *made = ASN1_TYPE_new();
    ASN1_STRING *der = string_of(V_ASN1_SEQUENCE, pds_cert_der(cert));
    if (made == NULL || der == NULL) {
        ASN1_TYPE_free(made);
        ASN1_STRING_free(der);
        return false;
    }
    ASN1_TYPE_set(made, V_ASN1_SEQUENCE, der);
    if (sk_ASN1_TYPE_push(to, made) <= 0) {
        ASN1_TYPE_free(made);
        return false;
    }
    return true;
}

static bool set_certificates(pds_signed_data_asn1 *data, const pds_signer *s)
{
    data->certificates = sk_ASN1_TYPE_new_null();
    if (data->certificates == NULL || !add_certificate(data->certificates, s->cert)) {
        return false;
    }
    for (size_t i = 0; s->chain != NULL && i < s->chain->count; i++) {
        if (!add_certificate(data->certificates, s->chain->items[i])) {
            return false;
        }
    }
    return true;
}

static bool set_digest_algorithms(pds_signed_data_asn1 *data, pds_digest digest)
{
    X509_ALGOR *id = X509_ALGOR_new();
    if (id == NULL || sk_X509_ALGOR_push(data->digest_algorithms, id) <= 0) {
        X509_ALGOR_free(id);
        return false;
    }
    return pds_digest_id_write(digest, id);
}

static bool set_string(ASN1_STRING *to, pds_span bytes)
{
    return bytes.len <= INT_MAX && ASN1_STRING_set(to, bytes.ptr, (int)bytes.len) == 1;
}

/* RFC 5652, 5.3: sid by issuer and serial number, which version 1 goes with. */
static bool set_sid(pds_signer_identifier *sid, const pds_cert *cert)
{
    const uint8_t *at = pds_cert_serial_der(cert).ptr;
    long len = (long)pds_cert_serial_der(cert).len;
    sid->type = PDS_SID_ISSUER_AND_SERIAL;
    sid->d.issuer_and_serial = pds_issuer_and_serial_new();
    return sid->d.issuer_and_serial != NULL &&
           set_string(sid->d.issuer_and_serial->issuer, pds_cert_issuer_der(cert)) &&
           d2i_ASN1_INTEGER(&sid->d.issuer_and_serial->serial, &at, len) != NULL;
}

/* As a field of SignerInfo the set has the tag [0]; what is signed has that of a SET (RFC
 * 5652, 5.4). */
static bool set_attributes(pds_signer_info *info, pds_span attributes)
{
    if (attributes.len == 0 || attributes.ptr[0] != TAG_SET) {
        return false;
    }
    info->signed_attributes = string_of(V_ASN1_SEQUENCE, attributes);
    if (info->signed_attributes == NULL) {
        return false;
    }
    info->signed_attributes->data[0] = TAG_CONTEXT_0;
    return true;
}

/* The token is an unsigned attribute, since it can't be known before the signature. */
static bool set_timestamp(pds_signer_info *info, pds_span token)
{
    if (token.len == 0) {
        return true;
    }
    info->unsigned_attributes = sk_X509_ATTRIBUTE_new_null();
    return info->unsigned_attributes != NULL &&
           add_attribute(info->unsigned_attributes,
                         attribute_of(NID_id_smime_aa_timeStampToken, V_ASN1_SEQUENCE,
                                      string_of(V_ASN1_SEQUENCE, token)));
}

static bool set_signer_info(pds_signed_data_asn1 *data, const pds_signer *s,
                            const pds_signed_value *value)
{
    pds_signer_info *info = pds_signer_info_new();
    if (info == NULL || sk_pds_signer_info_push(data->signer_infos, info) <= 0) {
        pds_signer_info_free(info);
        return false;
    }
    info->version = 1;
    return set_sid(info->sid, s->cert) &&
           pds_digest_id_write(s->algorithm.digest, info->digest_algorithm) &&
           set_attributes(info, value->attributes) &&
           pds_signature_id_write(s->algorithm, info->signature_algorithm) &&
           set_string(info->signature, value->signature) && set_timestamp(info, value->timestamp);
}

static bool fill(pds_content_info *info, const pds_signer *s, const pds_signed_value *value)
{
    pds_signed_data_asn1 *data = info->content; /* made with it */
    info->type = OBJ_nid2obj(NID_pkcs7_signed);
    data->version = 1; /* RFC 5652, 5.1: X.509 certificates and id-data only */
    data->encap_content_info->type = OBJ_nid2obj(NID_pkcs7_data);
    return set_digest_algorithms(data, s->algorithm.digest) && set_certificates(data, s) &&
           set_signer_info(data, s, value);
}

static pds_code build(const pds_signer *s, const pds_signed_value *value, pds_content_info **out,
                      pds_err *e)
{
    PDS_OWN(pds_content_info_drop) pds_content_info *info = pds_content_info_new();
    if (info == NULL || !fill(info, s, value)) {
        return build_failed(e);
    }
    *out = info;
    info = NULL;
    return PDS_OK;
}

pds_code pds_signed_data(const pds_signer *s, const pds_signed_value *value, pds_buf *out,
                         pds_err *e)
{
    PDS_OWN(pds_content_info_drop) pds_content_info *info = NULL;
    PDS_TRY(build(s, value, &info, e));
    int len = i2d_pds_content_info(info, NULL);
    uint8_t *room = len <= 0 ? NULL : pds_buf_grow(out, (size_t)len);
    if (room == NULL || i2d_pds_content_info(info, &room) != len) {
        return build_failed(e);
    }
    return pds_buf_end(out, e);
}

/* One with a signature value of the greatest length, and a token of that many zeros, measured. */
pds_code pds_signed_data_max(const pds_signer *s, size_t timestamp, size_t *out, pds_err *e)
{
    static const uint8_t zeros[PDS_DIGEST_MAX];
    PDS_OWN(pds_buf_drop) pds_buf attributes = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf token = { 0 };
    PDS_OWN(pds_content_info_drop) pds_content_info *info = NULL;

    pds_buf_fill(&signature, 0, pds_cert_signature_max(s->cert));
    pds_buf_fill(&token, 0, timestamp);
    PDS_TRY(pds_buf_end(&signature, e));
    PDS_TRY(pds_buf_end(&token, e));
    PDS_TRY(pds_signed_attributes(s, pds_span_of(zeros, pds_digest_size(s->algorithm.digest)),
                                  &attributes, e));
    const pds_signed_value value = { pds_buf_span(&attributes), pds_buf_span(&signature),
                                     pds_buf_span(&token) };
    PDS_TRY(build(s, &value, &info, e));
    int len = i2d_pds_content_info(info, NULL);
    if (len <= 0) {
        return build_failed(e);
    }
    *out = (size_t)len;
    return PDS_OK;
}
