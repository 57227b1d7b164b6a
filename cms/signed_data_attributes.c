/* Signed and unsigned attributes of a foreign CMS, each against its row. Default deny: what has no
 * row is a finding, though one that changes no verdict, since verifiers ignore such attributes (RFC
 * 5652, 11). */

#include "cms/ber.h"
#include "cms/oid.h"
#include "cms/signed_data_reading.h"

#include <stdio.h>

enum { SIGNED = 1, UNSIGNED = 2 };

typedef struct row {
    pds_span oid;
    const char *name;
    unsigned where; /* it may stand */
    bool elsewhere; /* then it is passed over, instead of breaking the CMS */
    bool once;      /* one attribute with one value */
    pds_code (*take)(pds_reading *r, const pds_der *value, bool *fine); /* NULL: nothing to take */
} row;

static pds_code keep(pds_spans *list, const pds_der *value, bool *fine, pds_err *e)
{
    enum { MAX = 64 };
    *fine = value->tag == PDS_DER_SEQUENCE && list->count < MAX;
    return *fine ? pds_spans_add(list, value->whole, e) : PDS_OK;
}

static pds_code take_content_type(pds_reading *r, const pds_der *value, bool *fine)
{
    r->content_type = *value;
    *fine = value->tag == PDS_DER_OID;
    return PDS_OK;
}

static pds_code take_message_digest(pds_reading *r, const pds_der *value, bool *fine)
{
    r->message_digest = *value;
    *fine = value->tag == PDS_DER_OCTETS;
    return PDS_OK;
}

/* RFC 5652, 11.3. ETSI EN 319 142-1, 6.3: a PAdES signature has it in the dictionary. */
static pds_code take_signing_time(pds_reading *r, const pds_der *value, bool *fine)
{
    *fine = pds_der_time(value, &r->out->signing_time);
    r->out->has_signing_time = *fine;
    if (*fine && r->in->container == PDS_CONTAINER_CADES) {
        return pds_finding_add(&r->out->findings, PDS_F_SIGNING_TIME_IN_CMS, r->e,
                               "the CMS has a signingTime attribute, which PAdES does not allow");
    }
    return PDS_OK;
}

static pds_code take_ess(pds_reading *r, const pds_der *value, bool *fine)
{
    *fine = pds_ess_read(value, false, &r->ess[PDS_ESS_V1]);
    return PDS_OK;
}

static pds_code take_ess_v2(pds_reading *r, const pds_der *value, bool *fine)
{
    *fine = pds_ess_read(value, true, &r->ess[PDS_ESS_V2]);
    return PDS_OK;
}

static pds_code take_protection(pds_reading *r, const pds_der *value, bool *fine)
{
    r->protection = *value;
    *fine = value->tag == PDS_DER_SEQUENCE;
    return PDS_OK;
}

/* SignaturePolicyIdentifier (ETSI EN 319 122-1, 5.2.9.1): SignaturePolicyId or NULL, implied. */
static pds_code take_policy(pds_reading *r, const pds_der *value, bool *fine)
{
    pds_der oid;
    pds_der hash;
    pds_span in = value->body;
    if (value->tag == PDS_DER_NULL) {
        (void)snprintf(r->out->policy, sizeof r->out->policy, "implied");
        return PDS_OK;
    }
    *fine = value->tag == PDS_DER_SEQUENCE && pds_der_expect(&in, PDS_DER_OID, &oid);
    if (*fine) {
        pds_oid_text(oid.body, r->out->policy);
        r->out->policy_hash =
            pds_der_expect(&in, PDS_DER_SEQUENCE, &hash) ? hash.whole : pds_span_of(NULL, 0);
    }
    return PDS_OK;
}

static pds_code take_timestamp(pds_reading *r, const pds_der *value, bool *fine)
{
    return keep(&r->out->timestamps, value, fine, r->e);
}

static pds_code take_content_timestamp(pds_reading *r, const pds_der *value, bool *fine)
{
    return keep(&r->out->content_timestamps, value, fine, r->e);
}

static pds_code take_archive_timestamp(pds_reading *r, const pds_der *value, bool *fine)
{
    return keep(&r->out->archive_timestamps, value, fine, r->e);
}

/* ETSI EN 319 142-1, 6.3: not in PAdES. It signs the signature value and so changes nothing. */
static pds_code take_counter_signature(pds_reading *r, const pds_der *value, bool *fine)
{
    *fine = value->tag == PDS_DER_SEQUENCE;
    return pds_finding_add(&r->out->findings, PDS_F_ATTRIBUTE_IGNORED, r->e,
                           "the CMS is countersigned; countersignatures in a PDF are not judged");
}

#define PKCS9(last)    PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09" last)
#define SMIME_AA(last) PDS_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02" last)

/* clang-format off */
static const row ROWS[] = {
    /* RFC 5652, 11; RFC 6211; RFC 8551, 2.5.2 */
    { PKCS9("\x03"), "contentType", SIGNED, false, true, take_content_type },
    { PKCS9("\x04"), "messageDigest", SIGNED, false, true, take_message_digest },
    { PKCS9("\x05"), "signingTime", SIGNED, false, true, take_signing_time },
    { PKCS9("\x06"), "countersignature", UNSIGNED, false, false, take_counter_signature },
    { PKCS9("\x0f"), "smimeCapabilities", SIGNED, true, false, NULL },
    { PKCS9("\x34"), "cmsAlgorithmProtection", SIGNED, false, true, take_protection },
    /* RFC 5035; RFC 2634 */
    { SMIME_AA("\x0c"), "signingCertificate", SIGNED, false, true, take_ess },
    { SMIME_AA("\x2f"), "signingCertificateV2", SIGNED, false, true, take_ess_v2 },
    { SMIME_AA("\x04"), "contentHints", SIGNED, true, false, NULL },
    { SMIME_AA("\x07"), "contentIdentifier", SIGNED, true, false, NULL },
    { SMIME_AA("\x0a"), "contentReference", SIGNED, true, false, NULL },
    /* ETSI EN 319 122-1, 5 and annex A */
    { SMIME_AA("\x0f"), "signaturePolicyIdentifier", SIGNED, true, true, take_policy },
    { SMIME_AA("\x10"), "commitmentTypeIndication", SIGNED, true, false, NULL },
    { SMIME_AA("\x11"), "signerLocation", SIGNED, true, true, NULL },
    { SMIME_AA("\x12"), "signerAttributes", SIGNED, true, true, NULL },
    { PDS_OID("\x04\x00\x81\x95\x32\x01\x01"), "signerAttributesV2", SIGNED, true, true, NULL },
    { PDS_OID("\x04\x00\x8d\x45\x02\x01"), "mimeType", SIGNED, true, true, NULL },
    { SMIME_AA("\x14"), "contentTimestamp", SIGNED, true, false, take_content_timestamp },
    { SMIME_AA("\x0e"), "signatureTimestamp", UNSIGNED, false, false, take_timestamp },
    { SMIME_AA("\x15"), "completeCertificateReferences", UNSIGNED, true, false, NULL },
    { SMIME_AA("\x16"), "completeRevocationReferences", UNSIGNED, true, false, NULL },
    { SMIME_AA("\x17"), "certificateValues", UNSIGNED, true, true, pds_take_certificate_values },
    { SMIME_AA("\x18"), "revocationValues", UNSIGNED, true, true, pds_take_revocation_values },
    { SMIME_AA("\x19"), "escTimestamp", UNSIGNED, true, false, NULL },
    { SMIME_AA("\x1a"), "certsCrlsTimestamp", UNSIGNED, true, false, NULL },
    { SMIME_AA("\x1b"), "archiveTimestamp", UNSIGNED, true, false, take_archive_timestamp },
    { SMIME_AA("\x30"), "archiveTimestampV2", UNSIGNED, true, false, take_archive_timestamp },
    { PDS_OID("\x04\x00\x8d\x45\x02\x04"), "archiveTimestampV3", UNSIGNED, true, false, take_archive_timestamp },
    /* ISO 32000-2, 12.8.3.3.2 */
    { PDS_OID("\x2a\x86\x48\x86\xf7\x2f\x01\x01\x08"), "adbe-revocationInfoArchival", SIGNED, true, true, pds_take_adbe_revocation },
};
/* clang-format on */
enum { COUNT = sizeof ROWS / sizeof ROWS[0] };

static size_t find_row(pds_span oid)
{
    size_t i = 0;
    while (i < COUNT && !pds_span_eq(ROWS[i].oid, oid)) {
        i++;
    }
    return i;
}

/* One of the two sets, while it is read. */
typedef struct set {
    unsigned where;
    bool seen[COUNT];
    bool *loose;
} set;

static pds_code broken(pds_reading *r, const char *name)
{
    return pds_finding_add(&r->out->findings, PDS_F_ATTRIBUTE_BROKEN, r->e,
                           "the attribute '%s' of the CMS is broken", name);
}

static pds_code unknown(pds_reading *r, pds_span oid)
{
    char text[PDS_OID_TEXT];
    pds_oid_text(oid, text);
    return pds_finding_add(&r->out->findings, PDS_F_ATTRIBUTE_UNKNOWN, r->e,
                           "the CMS has an attribute that is not known: %s", text);
}

static pds_code misplaced(pds_reading *r, const row *of)
{
    bool is_signed = of->where == SIGNED;
    if (of->elsewhere) {
        return pds_finding_add(&r->out->findings, PDS_F_ATTRIBUTE_IGNORED, r->e,
                               "the attribute '%s' stands where it does not count", of->name);
    }
    return is_signed ? pds_finding_add(&r->out->findings, PDS_F_ATTRIBUTE_MISPLACED, r->e,
                                       "the attribute '%s' must be signed and is not", of->name)
                     : pds_finding_add(&r->out->findings, PDS_F_ATTRIBUTE_MISPLACED, r->e,
                                       "the attribute '%s' may not be signed and is", of->name);
}

static pds_code repeated(pds_reading *r, const row *of)
{
    return pds_finding_add(&r->out->findings, PDS_F_ATTRIBUTE_REPEATED, r->e,
                           "the attribute '%s' must have one value and has several", of->name);
}

static pds_code take_values(pds_reading *r, const row *of, pds_span values, set *s)
{
    size_t count = 0;
    while (values.len > 0) {
        pds_der value;
        bool fine = true;
        if (!pds_ber_take(&values, &value, s->loose)) {
            return broken(r, of->name);
        }
        if (++count > 1 && of->once) {
            return repeated(r, of);
        }
        if (of->take != NULL) {
            PDS_TRY(of->take(r, &value, &fine));
        }
        if (!fine) {
            return broken(r, of->name);
        }
    }
    return count == 0 ? broken(r, of->name) : PDS_OK;
}

static pds_code judge_attribute(pds_reading *r, pds_span oid, pds_span values, set *s)
{
    size_t i = find_row(oid);
    if (i == COUNT) {
        return unknown(r, oid);
    }
    if ((ROWS[i].where & s->where) == 0) {
        return misplaced(r, &ROWS[i]);
    }
    if (s->seen[i] && ROWS[i].once) {
        return repeated(r, &ROWS[i]);
    }
    s->seen[i] = true;
    return take_values(r, &ROWS[i], values, s);
}

/* Attribute ::= SEQUENCE { attrType, attrValues SET OF } */
static pds_code read_set(pds_reading *r, pds_span in, set *s)
{
    const char *name = s->where == SIGNED ? "signedAttrs" : "unsignedAttrs";
    while (in.len > 0) {
        pds_der attribute;
        pds_der oid;
        pds_der values;
        if (!pds_ber_expect(&in, PDS_DER_SEQUENCE, &attribute, s->loose) ||
            !pds_ber_expect(&attribute.body, PDS_DER_OID, &oid, s->loose) ||
            !pds_ber_expect(&attribute.body, PDS_DER_SET, &values, s->loose) ||
            attribute.body.len != 0) {
            return broken(r, name);
        }
        PDS_TRY(judge_attribute(r, oid.body, values.body, s));
    }
    return PDS_OK;
}

/* X.690, 11.6. No element is the beginning of another one, so that lengths need no look. */
static bool is_sorted(pds_span in)
{
    pds_der one;
    pds_span last = pds_span_of(NULL, 0);
    while (pds_der_take(&in, &one)) {
        size_t common = last.len < one.whole.len ? last.len : one.whole.len;
        if (common > 0 && memcmp(last.ptr, one.whole.ptr, common) > 0) {
            return false;
        }
        last = one.whole;
    }
    return true;
}

/* RFC 5652, 5.4: what is signed is their DER. Bytes in any other form would have to be written anew
 * before they are hashed, which no two programs do alike. */
static pds_code read_signed(pds_reading *r)
{
    pds_der whole;
    bool loose = false;
    set s = { .where = SIGNED, .loose = &loose };
    pds_span in = r->parts.signed_attributes;
    if (!pds_der_valid(in) || !pds_der_take(&in, &whole) || whole.body.len == 0) {
        return pds_finding_add(&r->out->findings, PDS_F_CMS_ENCODING_REFUSED, r->e,
                               "the signed attributes of the CMS are not DER");
    }
    r->attributes = whole.body;
    if (!is_sorted(whole.body)) {
        PDS_TRY(pds_finding_add(&r->out->findings, PDS_F_SIGNED_ATTRIBUTES_UNSORTED, r->e,
                                "the signed attributes of the CMS are not in the order of DER"));
    }
    return read_set(r, whole.body, &s);
}

pds_code pds_reading_attributes(pds_reading *r)
{
    set s = { .where = UNSIGNED, .loose = &r->out->ber };
    if (r->parts.signed_attributes.len > 0) {
        PDS_TRY(read_signed(r));
    } else if (r->rules->attributes) {
        PDS_TRY(pds_finding_add(&r->out->findings, PDS_F_SIGNED_ATTRIBUTES_MISSING, r->e,
                                "the CMS has no signed attributes, which %s demands",
                                r->rules->name));
    } else {
        PDS_TRY(pds_finding_add(&r->out->findings, PDS_F_SIGNED_ATTRIBUTES_ABSENT, r->e,
                                "the CMS has no signed attributes: nothing but the content is "
                                "signed"));
    }
    return read_set(r, r->parts.unsigned_attributes, &s);
}
