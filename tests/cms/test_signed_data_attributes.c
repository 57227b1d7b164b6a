/* Signed and unsigned attributes of signatures that somebody else made. */

#include "base/own.h"
#include "tests/cms/cms_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- attributes, before they are signed ---- */

static void no_content_type(cms_parts *p)
{
    cms_remove(p, CONTENT_TYPE);
}

static void other_content_type(cms_parts *p)
{
    cms_remove(p, CONTENT_TYPE);
    cms_add(p, cms_attribute(CONTENT_TYPE, OID_SIGNED_DATA));
}

static void content_type_twice(cms_parts *p)
{
    cms_add(p, cms_attribute(CONTENT_TYPE, OID_DATA));
}

static void content_type_of_two_values(cms_parts *p)
{
    cms_remove(p, CONTENT_TYPE);
    cms_add(p, cms_attribute(CONTENT_TYPE, CAT(OID_DATA, OID_SIGNED_DATA)));
}

static void no_message_digest(cms_parts *p)
{
    cms_remove(p, MESSAGE_DIGEST);
}

static void message_digest_twice(cms_parts *p)
{
    cms_add(p, cms_attribute(MESSAGE_DIGEST, cms_digest_of(p, "another")));
}

static void message_digest_of_two_values(cms_parts *p)
{
    pds_span both = CAT(cms_digest_of(p, p->document), cms_digest_of(p, "another"));
    cms_remove(p, MESSAGE_DIGEST);
    cms_add(p, cms_attribute(MESSAGE_DIGEST, both));
}

static void short_message_digest(cms_parts *p)
{
    pds_span whole = cms_digest(p->algorithm.md, pds_span_text(p->document));
    cms_remove(p, MESSAGE_DIGEST);
    cms_add(p, cms_attribute(MESSAGE_DIGEST,
                             DER(PDS_DER_OCTETS, pds_span_of(whole.ptr, whole.len - 1))));
}

static void message_digest_of_other_type(cms_parts *p)
{
    pds_span digest = cms_digest(p->algorithm.md, pds_span_text(p->document));
    cms_remove(p, MESSAGE_DIGEST);
    cms_add(p, cms_attribute(MESSAGE_DIGEST, DER(PDS_DER_BITS, digest)));
}

static void message_digest_without_value(cms_parts *p)
{
    cms_remove(p, MESSAGE_DIGEST);
    cms_add(p, cms_attribute(MESSAGE_DIGEST, BYTES("")));
}

static void set_ess(cms_parts *p, pds_span value)
{
    cms_remove(p, ESS_V2);
    cms_add(p, cms_attribute(ESS_V2, value));
}

static void ess_of_another(cms_parts *p)
{
    set_ess(p, cms_ess_v2(pki_cert_der(cms_other_signer()), BYTES("")));
}

static void ess_twice(cms_parts *p)
{
    cms_add(p, cms_attribute(ESS_V2, cms_ess_v2(pki_cert_der(cms_other_signer()), BYTES(""))));
}

static void ess_with_serial(cms_parts *p)
{
    set_ess(p, cms_ess_v2(pki_cert_der(p->signer), cms_issuer_serial(p->signer)));
}

static void ess_with_serial_of_another(cms_parts *p)
{
    set_ess(p, cms_ess_v2(pki_cert_der(p->signer), cms_issuer_serial(cms_other_signer())));
}

static pds_span ess_v1(pds_span cert)
{
    pds_span hash = DER(PDS_DER_OCTETS, cms_digest(PDS_MD_SHA1, cert));
    return DER(PDS_DER_SEQUENCE, DER(PDS_DER_SEQUENCE, DER(PDS_DER_SEQUENCE, hash)));
}

static void ess_of_version_1(cms_parts *p)
{
    cms_remove(p, ESS_V2);
    cms_add(p, cms_attribute(ESS_V1, ess_v1(pki_cert_der(p->signer))));
}

static void ess_of_both_versions(cms_parts *p)
{
    cms_add(p, cms_attribute(ESS_V1, ess_v1(pki_cert_der(p->signer))));
}

static void ess_of_version_1_of_another(cms_parts *p)
{
    cms_add(p, cms_attribute(ESS_V1, ess_v1(pki_cert_der(cms_other_signer()))));
}

static pds_span ess_hashed(pds_span algorithm, pds_span hash)
{
    pds_span id = DER(PDS_DER_SEQUENCE, algorithm, DER(PDS_DER_OCTETS, hash));
    return DER(PDS_DER_SEQUENCE, DER(PDS_DER_SEQUENCE, id));
}

static void ess_by_sha1(cms_parts *p)
{
    set_ess(p, ess_hashed(cms_algorithm(PDS_MD_SHA1),
                          cms_digest(PDS_MD_SHA1, pki_cert_der(p->signer))));
}

static void ess_by_sha512(cms_parts *p)
{
    set_ess(p, ess_hashed(cms_algorithm(PDS_MD_SHA512),
                          cms_digest(PDS_MD_SHA512, pki_cert_der(p->signer))));
}

static void ess_by_unknown(cms_parts *p)
{
    set_ess(p, ess_hashed(DER(PDS_DER_SEQUENCE, OID_DATA), BYTES("hash")));
}

static void empty_ess(cms_parts *p)
{
    set_ess(p, DER(PDS_DER_SEQUENCE, EMPTY_SEQUENCE));
}

static void broken_signing_time(cms_parts *p)
{
    cms_add(p, cms_attribute(SIGNING_TIME, DER(PDS_DER_UTC_TIME, BYTES("261302030405Z"))));
}

static void local_signing_time(cms_parts *p)
{
    cms_add(p, cms_attribute(SIGNING_TIME, DER(PDS_DER_UTC_TIME, BYTES("260102030405+0800"))));
}

static void signed_counter_signature(cms_parts *p)
{
    cms_add(p, cms_attribute(COUNTER_SIGNATURE, EMPTY_SEQUENCE));
}

static void signed_timestamp(cms_parts *p)
{
    cms_add(p, cms_attribute(TIMESTAMP, EMPTY_SEQUENCE));
}

static void unknown_attribute(cms_parts *p)
{
    cms_add(p, cms_attribute(OID_DER("\x2a\x03\x04"), cms_uint(1)));
}

static void unsorted(cms_parts *p)
{
    pds_span first = p->attributes[2];
    p->attributes[2] = p->attributes[0];
    p->attributes[0] = first;
    p->unsorted = true;
}

static pds_span protection(pds_span digest, pds_span signature)
{
    pds_span in = signature;
    pds_der id = { 0 };
    (void)pds_der_take(&in, &id);
    return DER(PDS_DER_SEQUENCE, digest, DER(0xa1, id.body));
}

static void protects(cms_parts *p)
{
    cms_add(p, cms_attribute(PROTECTION, protection(p->digest_algorithm, p->signature_algorithm)));
}

static void protects_another_digest(cms_parts *p)
{
    cms_add(p, cms_attribute(PROTECTION,
                             protection(cms_algorithm(PDS_MD_SHA384), p->signature_algorithm)));
}

static void protects_another_signature(cms_parts *p)
{
    pds_span other = DER(PDS_DER_SEQUENCE, OID_DER("\x2b\x65\x70"));
    cms_add(p, cms_attribute(PROTECTION, protection(p->digest_algorithm, other)));
}

static void broken_revocation(cms_parts *p)
{
    pds_span values = DER(PDS_DER_SEQUENCE, DER(0xa0, EMPTY_SEQUENCE), cms_uint(1));
    cms_add(p, cms_attribute(ADBE_REVOCATION, values));
}

static void broken_policy(cms_parts *p)
{
    cms_add(p, cms_attribute(OID_SMIME_AA("\x0f"), DER(PDS_DER_SET, OID_DER("\x2a\x03\x04"))));
}

/* ---- unsigned attributes ---- */

static void unsigned_content_type(cms_parts *p)
{
    p->unsigned_attributes = cms_attribute(CONTENT_TYPE, OID_DATA);
}

static void unsigned_message_digest(cms_parts *p)
{
    p->unsigned_attributes = cms_attribute(MESSAGE_DIGEST, cms_digest_of(p, "another"));
}

static void unsigned_ess(cms_parts *p)
{
    p->unsigned_attributes =
        cms_attribute(ESS_V2, cms_ess_v2(pki_cert_der(cms_other_signer()), BYTES("")));
}

static void unsigned_signing_time(cms_parts *p)
{
    p->unsigned_attributes =
        cms_attribute(SIGNING_TIME, DER(PDS_DER_UTC_TIME, BYTES("260102030405Z")));
}

static void unsigned_protection(cms_parts *p)
{
    p->unsigned_attributes =
        cms_attribute(PROTECTION, protection(p->digest_algorithm, p->signature_algorithm));
}

static void unsigned_revocation(cms_parts *p)
{
    p->unsigned_attributes = cms_attribute(ADBE_REVOCATION, EMPTY_SEQUENCE);
}

static void unsigned_unknown(cms_parts *p)
{
    p->unsigned_attributes = cms_attribute(OID_DER("\x2a\x03\x04"), cms_uint(1));
}

static void counter_signed(cms_parts *p)
{
    p->unsigned_attributes = cms_attribute(COUNTER_SIGNATURE, EMPTY_SEQUENCE);
}

static void timestamped_in_ber(cms_parts *p)
{
    p->unsigned_attributes =
        cms_attribute(TIMESTAMP, cms_indefinite(PDS_DER_SEQUENCE, cms_uint(1)));
}

static void broken_timestamp(cms_parts *p)
{
    p->unsigned_attributes = cms_attribute(TIMESTAMP, cms_uint(1));
}

static void broken_unsigned(cms_parts *p)
{
    p->unsigned_attributes = DER(PDS_DER_SEQUENCE, TIMESTAMP);
}

/* clang-format off */
static cms_row sound[] = {
    { "CAdES: a signature bend_policy", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, bend_policy, PDS_F_NONE },
    { "CAdES: issuerSerial in the ESS attribute", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_with_serial, PDS_F_NONE },
    { "CAdES: ESS attributes of both versions", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_of_both_versions, PDS_F_NONE },
    { "CAdES: ESS attribute by SHA-512", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_by_sha512, PDS_F_NONE },
    { "CAdES: algorithms protected", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, protects, PDS_F_NONE },
    { "CAdES: algorithms protected, PSS", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, protects, PDS_F_NONE },
    { "CAdES: a timestamp", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, bend_timestamped, PDS_F_NONE },
    { "PKCS#7: no ESS attribute", PKCS_7, PKI_RSA_2048, PDS_MD_SHA256, false, BEFORE, bend_no_ess, PDS_F_NONE },
    { "PKCS#7: with a signing time", PKCS_7, PKI_RSA_2048, PDS_MD_SHA256, false, BEFORE, bend_signing_time, PDS_F_NONE },
    { "PKCS#7: with bend_revocation values", PKCS_7, PKI_RSA_2048, PDS_MD_SHA256, false, BEFORE, bend_revocation, PDS_F_NONE },
    { "CAdES: ESS attribute of version 1", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_of_version_1, PDS_F_SIGNING_CERTIFICATE_SHA1 },
    { "CAdES: a signing time", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, bend_signing_time, PDS_F_SIGNING_TIME_IN_CMS },
    { "CAdES: an unknown attribute", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, unknown_attribute, PDS_F_ATTRIBUTE_UNKNOWN },
    { "CAdES: an unknown unsigned attribute", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_unknown, PDS_F_ATTRIBUTE_UNKNOWN },
    { "CAdES: attributes in another order", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, unsorted, PDS_F_SIGNED_ATTRIBUTES_UNSORTED },
    { "CAdES: countersigned", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, counter_signed, PDS_F_ATTRIBUTE_IGNORED },
    { "CAdES: bend_revocation values unsigned", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_revocation, PDS_F_ATTRIBUTE_IGNORED },
    { "CAdES: a timestamp in BER", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, timestamped_in_ber, PDS_F_CMS_ENCODING_BER },
    { "PKCS#7: no signed attributes, RSA", PKCS_7, PKI_RSA_2048, PDS_MD_SHA256, false, BEFORE, bend_no_attributes, PDS_F_SIGNED_ATTRIBUTES_ABSENT },
    { "PKCS#7: no signed attributes, P-256", PKCS_7, PKI_P256, PDS_MD_SHA256, false, BEFORE, bend_no_attributes, PDS_F_SIGNED_ATTRIBUTES_ABSENT },
};

static cms_row bent[] = {
    { "no contentType", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, no_content_type, PDS_F_CONTENT_TYPE_WRONG },
    { "contentType of another content", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, other_content_type, PDS_F_CONTENT_TYPE_WRONG },
    { "contentType twice", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, content_type_twice, PDS_F_ATTRIBUTE_REPEATED },
    { "contentType of two values", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, content_type_of_two_values, PDS_F_ATTRIBUTE_REPEATED },
    { "no messageDigest", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, no_message_digest, PDS_F_MESSAGE_DIGEST_MISSING },
    { "messageDigest twice", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, message_digest_twice, PDS_F_ATTRIBUTE_REPEATED },
    { "messageDigest of two values", PKCS_7, PKI_P256, PDS_MD_SHA256, false, BEFORE, message_digest_of_two_values, PDS_F_ATTRIBUTE_REPEATED },
    { "messageDigest too short", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, short_message_digest, PDS_F_MESSAGE_DIGEST_MISSING },
    { "messageDigest of another type", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, message_digest_of_other_type, PDS_F_ATTRIBUTE_BROKEN },
    { "messageDigest without a value", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, message_digest_without_value, PDS_F_ATTRIBUTE_BROKEN },
    { "no ESS attribute", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, bend_no_ess, PDS_F_SIGNING_CERTIFICATE_MISSING },
    { "ESS attribute of another certificate", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_of_another, PDS_F_SIGNING_CERTIFICATE_MISMATCH },
    { "ESS attribute of another certificate, PKCS#7", PKCS_7, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_of_another, PDS_F_SIGNING_CERTIFICATE_MISMATCH },
    { "ESS attribute twice", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_twice, PDS_F_ATTRIBUTE_REPEATED },
    { "ESS attribute with another's serial number", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_with_serial_of_another, PDS_F_SIGNING_CERTIFICATE_MISMATCH },
    { "ESS attribute of version 1 of another certificate", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_of_version_1_of_another, PDS_F_SIGNING_CERTIFICATE_MISMATCH },
    { "ESS attribute V2 by SHA-1", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_by_sha1, PDS_F_DIGEST_WEAK },
    { "ESS attribute by an unknown digest", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_by_unknown, PDS_F_ALGORITHM_UNKNOWN },
    { "ESS attribute that is empty", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, empty_ess, PDS_F_ATTRIBUTE_BROKEN },
    { "a signing time in month 13", PKCS_7, PKI_P256, PDS_MD_SHA256, false, BEFORE, broken_signing_time, PDS_F_ATTRIBUTE_BROKEN },
    { "a signing time in local time", PKCS_7, PKI_P256, PDS_MD_SHA256, false, BEFORE, local_signing_time, PDS_F_ATTRIBUTE_BROKEN },
    { "a countersignature among the signed ones", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, signed_counter_signature, PDS_F_ATTRIBUTE_MISPLACED },
    { "a timestamp among the signed ones", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, signed_timestamp, PDS_F_ATTRIBUTE_MISPLACED },
    { "contentType unsigned", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_content_type, PDS_F_ATTRIBUTE_MISPLACED },
    { "messageDigest unsigned", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_message_digest, PDS_F_ATTRIBUTE_MISPLACED },
    { "ESS attribute unsigned", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_ess, PDS_F_ATTRIBUTE_MISPLACED },
    { "signingTime unsigned", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_signing_time, PDS_F_ATTRIBUTE_MISPLACED },
    { "cmsAlgorithmProtection unsigned", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_protection, PDS_F_ATTRIBUTE_MISPLACED },
    { "a timestamp that is a number", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, broken_timestamp, PDS_F_ATTRIBUTE_BROKEN },
    { "an unsigned attribute without its SET", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, broken_unsigned, PDS_F_ATTRIBUTE_BROKEN },
    { "broken bend_revocation values", PKCS_7, PKI_P256, PDS_MD_SHA256, false, BEFORE, broken_revocation, PDS_F_ATTRIBUTE_BROKEN },
    { "another digest protected", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, protects_another_digest, PDS_F_ALGORITHM_MISMATCH },
    { "another signature algorithm protected", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, protects_another_signature, PDS_F_ALGORITHM_MISMATCH },
    { "Ed25519 without signed attributes", PKCS_7, PKI_ED25519, PDS_MD_SHA512, false, BEFORE, bend_no_attributes, PDS_F_SIGNATURE_WRONG },
    { "a broken signature bend_policy", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, broken_policy, PDS_F_ATTRIBUTE_BROKEN },
};
/* clang-format on */

int main(void)
{
    const int failed = cms_rows_run("attributes of others", sound, sizeof sound / sizeof sound[0],
                                    bent, sizeof bent / sizeof bent[0]);
    cms_drop_other();
    return failed;
}
