#include "cms/signed_data_parse.h"

#include "base/own.h"
#include "cms/ber.h"
#include "cms/evp.h"
#include "cms/oid.h"
#include "cms/x509.h"

#include <openssl/x509v3.h>

/* What one structure is read from. */
typedef struct reader {
    pds_span in;
    pds_signed_data_parts *out;
    pds_buf *joined;
} reader;

static bool take(reader *r, uint8_t tag, pds_der *out)
{
    return pds_ber_expect(&r->in, tag, out, &r->out->loose);
}

static bool enter(reader *r, uint8_t tag)
{
    pds_der element;
    if (!take(r, tag, &element)) {
        return false;
    }
    r->in = element.body;
    return true;
}

/* Absent: empty. */
static pds_span optional(reader *r, uint8_t tag, bool whole)
{
    pds_der element;
    if (!take(r, tag, &element)) {
        return pds_span_of(NULL, 0);
    }
    return whole ? element.whole : element.body;
}

/* RFC 5652, 5.2. The content of RFC 2315 may be of any type; here it must be a string. */
static const char *read_content(reader r)
{
    pds_der type;
    if (!enter(&r, PDS_DER_SEQUENCE) || !take(&r, PDS_DER_OID, &type)) {
        return "encapContentInfo";
    }
    r.out->content_type = type.body;
    if (r.in.len == 0) {
        return NULL;
    }
    r.out->has_content = true;
    pds_der outer;
    if (!take(&r, PDS_DER_CONTEXT_0, &outer) || r.in.len != 0) {
        return "encapContentInfo";
    }
    r.in = outer.body;
    return pds_ber_take_string(&r.in, PDS_DER_OCTETS, r.joined, &r.out->content, &r.out->loose) &&
                   r.in.len == 0
               ? NULL
               : "eContent";
}

/* RFC 5652, 5.3 */
static bool take_sid(reader *r)
{
    return take(r, PDS_DER_SEQUENCE, &r->out->sid) || take(r, PDS_DER_PRIMITIVE_0, &r->out->sid);
}

static const char *read_signer(reader r)
{
    pds_der field;
    if (!enter(&r, PDS_DER_SEQUENCE) || !take(&r, PDS_DER_INTEGER, &field) ||
        !pds_der_uint(field.body, &r.out->signer_version)) {
        return "SignerInfo";
    }
    if (!take_sid(&r)) {
        return "sid";
    }
    if (!take(&r, PDS_DER_SEQUENCE, &field)) {
        return "digestAlgorithm";
    }
    r.out->digest_algorithm = field.whole;
    r.out->signed_attributes = optional(&r, PDS_DER_CONTEXT_0, true);
    if (!take(&r, PDS_DER_SEQUENCE, &field)) {
        return "signatureAlgorithm";
    }
    r.out->signature_algorithm = field.whole;
    if (!pds_ber_take_string(&r.in, PDS_DER_OCTETS, r.joined, &r.out->signature, &r.out->loose)) {
        return "signature";
    }
    r.out->unsigned_attributes = optional(&r, PDS_DER_CONTEXT_1, false);
    return r.in.len == 0 ? NULL : "unsignedAttrs";
}

static const char *read_signers(reader r)
{
    pds_der info;
    if (!enter(&r, PDS_DER_SET)) {
        return "signerInfos";
    }
    reader first = r;
    while (r.in.len > 0) {
        if (!take(&r, PDS_DER_SEQUENCE, &info)) {
            return "signerInfos";
        }
        r.out->signers++;
    }
    first.in = r.out->signers == 1 ? first.in : pds_span_of(NULL, 0);
    return r.out->signers == 1 ? read_signer(first) : NULL;
}

/* RFC 5652, 5.1 */
static const char *read_signed_data(reader r)
{
    pds_der field;
    if (!enter(&r, PDS_DER_SEQUENCE) || !take(&r, PDS_DER_INTEGER, &field) ||
        !pds_der_uint(field.body, &r.out->version)) {
        return "SignedData";
    }
    if (!take(&r, PDS_DER_SET, &field)) {
        return "digestAlgorithms";
    }
    r.out->digest_algorithms = field.body;
    reader content = r;
    if (!take(&r, PDS_DER_SEQUENCE, &field)) {
        return "encapContentInfo";
    }
    content.in = field.whole;
    r.out->certificates = optional(&r, PDS_DER_CONTEXT_0, false);
    r.out->crls = optional(&r, PDS_DER_CONTEXT_1, false);
    reader signers = r;
    if (!take(&r, PDS_DER_SET, &field) || r.in.len != 0) {
        return "signerInfos";
    }
    const char *broken = read_content(content);
    return broken != NULL ? broken : read_signers(signers);
}

/* RFC 5652, 3 */
const char *pds_signed_data_parse(pds_span in, pds_signed_data_parts *out, pds_buf *joined)
{
    static const pds_span signed_data = PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02");
    pds_der element;
    pds_der type;
    reader r = { in, out, joined };
    *out = (pds_signed_data_parts){ 0 };
    joined->max = in.len;
    if (!take(&r, PDS_DER_SEQUENCE, &element)) {
        return "ContentInfo";
    }
    out->length = element.whole.len;
    r.in = element.body;
    if (!take(&r, PDS_DER_OID, &type) || !pds_span_eq(type.body, signed_data)) {
        return "contentType";
    }
    if (!take(&r, PDS_DER_CONTEXT_0, &element) || r.in.len != 0) {
        return "ContentInfo";
    }
    r.in = element.body;
    reader data = r;
    if (!take(&r, PDS_DER_SEQUENCE, &element) || r.in.len != 0) {
        return "content";
    }
    return read_signed_data(data);
}

/* ---- who signed ---- */

static bool has_key_identifier(pds_span der, pds_span identifier)
{
    PDS_OWN(pds_cert_drop) pds_cert *cert = NULL;
    if (pds_cert_new(der, &cert, NULL) != PDS_OK) {
        return false;
    }
    const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(pds_cert_x509(cert));
    pds_evp_forget();
    return id != NULL && pds_span_eq(pds_asn1_span(id), identifier);
}

bool pds_sid_names(const pds_der *sid, pds_span der, bool exactly)
{
    pds_cert_parts parts;
    pds_der issuer;
    pds_der serial;
    pds_span in = sid->body;
    if (sid->tag == PDS_DER_PRIMITIVE_0) {
        return exactly && has_key_identifier(der, sid->body);
    }
    return pds_cert_parts_read(der, &parts) && pds_der_expect(&in, PDS_DER_SEQUENCE, &issuer) &&
           pds_der_expect(&in, PDS_DER_INTEGER, &serial) && in.len == 0 &&
           pds_span_eq(serial.whole, parts.serial) &&
           (exactly ? pds_span_eq(issuer.whole, parts.issuer)
                    : pds_x509_same_name(issuer.whole, parts.issuer));
}
