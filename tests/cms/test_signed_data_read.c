/* Signatures that somebody else made, sound and bent: one row for each trick, with the finding that
 * must tell of it. */

#include "base/own.h"
#include "tests/cms/cms_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/cms.h>

#include <cmocka.h>

#define CADES        PDS_CONTAINER_CADES
#define PKCS7        PDS_CONTAINER_PKCS7
#define SHA1_CONTENT PDS_CONTAINER_PKCS7_SHA1
#define BARE         PDS_CONTAINER_X509_RSA_SHA1
#define TOKEN        PDS_CONTAINER_RFC3161

typedef struct row {
    const char *name;
    pds_container container;
    pki_key key;
    pds_md md;
    bool pss;
    enum { SOUND, BEFORE, AFTER, WHOLE } when; /* it is bent: before signing … once it is whole */
    void (*bend)(cms_parts *p);
    pds_finding_code finds; /* NONE: nothing at all */
} row;

static pki *signer_of(pki_key key)
{
    return pki_new(
        &(pki_profile){ .key = key, .key_usage = "digitalSignature", .key_identifier = true });
}

static pki *other_signer(void)
{
    static pki *other;
    if (other == NULL) {
        other = pki_new(&(pki_profile){ .key = PKI_P384, .name = "Other" });
    }
    return other;
}

static void drop_other(void)
{
    pki *other = other_signer();
    pki_drop(&other);
}

/* ---- attributes, before they are signed ---- */

#define CONTENT_TYPE      OID_PKCS9("\x03")
#define MESSAGE_DIGEST    OID_PKCS9("\x04")
#define SIGNING_TIME      OID_PKCS9("\x05")
#define COUNTER_SIGNATURE OID_PKCS9("\x06")
#define PROTECTION        OID_PKCS9("\x34")
#define ESS_V1            OID_SMIME_AA("\x0c")
#define ESS_V2            OID_SMIME_AA("\x2f")
#define TIMESTAMP         OID_SMIME_AA("\x0e")
#define ADBE_REVOCATION   OID_DER("\x2a\x86\x48\x86\xf7\x2f\x01\x01\x08")
#define EMPTY_SEQUENCE    DER(PDS_DER_SEQUENCE, BYTES(""))

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

static pds_span digest_of(const cms_parts *p, const char *text)
{
    return DER(PDS_DER_OCTETS, cms_digest(p->algorithm.md, pds_span_text(text)));
}

static void message_digest_twice(cms_parts *p)
{
    cms_add(p, cms_attribute(MESSAGE_DIGEST, digest_of(p, "another")));
}

static void message_digest_of_two_values(cms_parts *p)
{
    pds_span both = CAT(digest_of(p, p->document), digest_of(p, "another"));
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

static void no_ess(cms_parts *p)
{
    cms_remove(p, ESS_V2);
}

static void set_ess(cms_parts *p, pds_span value)
{
    cms_remove(p, ESS_V2);
    cms_add(p, cms_attribute(ESS_V2, value));
}

static void ess_of_another(cms_parts *p)
{
    set_ess(p, cms_ess_v2(pki_cert_der(other_signer()), BYTES("")));
}

static void ess_twice(cms_parts *p)
{
    cms_add(p, cms_attribute(ESS_V2, cms_ess_v2(pki_cert_der(other_signer()), BYTES(""))));
}

static void ess_with_serial(cms_parts *p)
{
    set_ess(p, cms_ess_v2(pki_cert_der(p->signer), cms_issuer_serial(p->signer)));
}

static void ess_with_serial_of_another(cms_parts *p)
{
    set_ess(p, cms_ess_v2(pki_cert_der(p->signer), cms_issuer_serial(other_signer())));
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
    cms_add(p, cms_attribute(ESS_V1, ess_v1(pki_cert_der(other_signer()))));
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

static void signing_time(cms_parts *p)
{
    cms_add(p, cms_attribute(SIGNING_TIME, DER(PDS_DER_UTC_TIME, BYTES("260102030405Z"))));
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

static void revocation(cms_parts *p)
{
    pds_span values =
        DER(PDS_DER_SEQUENCE, DER(0xa0, DER(PDS_DER_SEQUENCE, EMPTY_SEQUENCE, EMPTY_SEQUENCE)),
            DER(0xa1, DER(PDS_DER_SEQUENCE, EMPTY_SEQUENCE)));
    cms_add(p, cms_attribute(ADBE_REVOCATION, values));
}

static void broken_revocation(cms_parts *p)
{
    pds_span values = DER(PDS_DER_SEQUENCE, DER(0xa0, EMPTY_SEQUENCE), cms_uint(1));
    cms_add(p, cms_attribute(ADBE_REVOCATION, values));
}

static void policy(cms_parts *p)
{
    pds_span hash =
        DER(PDS_DER_SEQUENCE, cms_algorithm(PDS_MD_SHA256), DER(PDS_DER_OCTETS, BYTES("x")));
    cms_add(p, cms_attribute(OID_SMIME_AA("\x0f"),
                             DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x03\x04"), hash)));
}

static void broken_policy(cms_parts *p)
{
    cms_add(p, cms_attribute(OID_SMIME_AA("\x0f"), DER(PDS_DER_SET, OID_DER("\x2a\x03\x04"))));
}

static void no_attributes(cms_parts *p)
{
    p->no_attributes = true;
}

/* ---- algorithms ---- */

static void signature_of_another_digest(cms_parts *p)
{
    p->algorithm.md = PDS_MD_SHA512;
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\xce\x3d\x04\x03\x04"));
}

static pds_span mgf1(pds_md md)
{
    return DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"),
               cms_algorithm(md));
}

static void set_pss(cms_parts *p, pds_md md, pds_md mask, unsigned salt, pds_span trailer)
{
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"),
                                 DER(PDS_DER_SEQUENCE, DER(0xa0, cms_algorithm(md)),
                                     DER(0xa1, mgf1(mask)), DER(0xa2, cms_uint(salt)), trailer));
}

static void pss_with_short_salt(cms_parts *p)
{
    p->algorithm.salt = 20;
    set_pss(p, PDS_MD_SHA256, PDS_MD_SHA256, 20, BYTES(""));
}

static void pss_with_another_mask(cms_parts *p)
{
    p->algorithm.mgf_md = PDS_MD_SHA1;
    set_pss(p, PDS_MD_SHA256, PDS_MD_SHA1, 32, BYTES(""));
}

static void pss_of_another_salt_than_said(cms_parts *p)
{
    p->algorithm.salt = 20;
}

static void pss_of_another_mask_than_said(cms_parts *p)
{
    p->algorithm.mgf_md = PDS_MD_SHA384;
}

static void pss_with_a_trailer(cms_parts *p)
{
    set_pss(p, PDS_MD_SHA256, PDS_MD_SHA256, 32, DER(0xa3, cms_uint(2)));
}

static void pss_with_its_trailer_said(cms_parts *p)
{
    set_pss(p, PDS_MD_SHA256, PDS_MD_SHA256, 32, DER(0xa3, cms_uint(1)));
}

static void pss_of_another_digest(cms_parts *p)
{
    p->algorithm.md = PDS_MD_SHA512;
    set_pss(p, PDS_MD_SHA512, PDS_MD_SHA512, 32, BYTES(""));
}

static void pss_without_parameters(cms_parts *p)
{
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"));
}

static void digest_sha256(cms_parts *p)
{
    p->digest_algorithm = cms_algorithm(PDS_MD_SHA256);
    p->digest_algorithms = p->digest_algorithm;
    cms_remove(p, MESSAGE_DIGEST);
    cms_add(p, cms_attribute(
                   MESSAGE_DIGEST,
                   DER(PDS_DER_OCTETS, cms_digest(PDS_MD_SHA256, pds_span_text(p->document)))));
}

static void rsa_said_of_an_ec_key(cms_parts *p)
{
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"));
}

static void key_identifier_as_algorithm(cms_parts *p)
{
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\xce\x3d\x02\x01"));
}

static void null_behind_ecdsa(cms_parts *p)
{
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\xce\x3d\x04\x03\x02"),
                                 DER(PDS_DER_NULL, BYTES("")));
}

static void rubbish_behind_ecdsa(cms_parts *p)
{
    p->signature_algorithm =
        DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\xce\x3d\x04\x03\x02"), cms_uint(1));
}

static void dsa_said(cms_parts *p)
{
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\xce\x38\x04\x03"));
}

static void unknown_digest(cms_parts *p)
{
    p->digest_algorithm = DER(PDS_DER_SEQUENCE, OID_DATA);
}

static void digest_with_parameters(cms_parts *p)
{
    p->digest_algorithm = DER(PDS_DER_SEQUENCE, OID_SHA256, cms_uint(1));
}

static void digest_with_null(cms_parts *p)
{
    p->digest_algorithm = DER(PDS_DER_SEQUENCE, OID_SHA256, DER(PDS_DER_NULL, BYTES("")));
}

static void nothing_announced(cms_parts *p)
{
    p->digest_algorithms = BYTES("");
}

static void another_digest_announced(cms_parts *p)
{
    p->digest_algorithms = cms_algorithm(PDS_MD_SHA512);
}

static void several_digests_announced(cms_parts *p)
{
    p->digest_algorithms = CAT(cms_algorithm(PDS_MD_SHA512), cms_algorithm(PDS_MD_SHA256));
}

/* ---- the value, the signer ---- */

static void byte_behind_the_value(cms_parts *p)
{
    p->signature = CAT(p->signature, BYTES("\0"));
}

static void flipped_value(cms_parts *p)
{
    ((uint8_t *)(uintptr_t)p->signature.ptr)[p->signature.len - 1] ^= 1;
}

static void empty_value(cms_parts *p)
{
    p->signature = BYTES("");
}

static void another_document(cms_parts *p)
{
    p->shown = "the byte range, changed";
}

static void attributes_changed_later(cms_parts *p)
{
    static const char other[] = "another";
    pds_span set = CAT(cms_attribute(CONTENT_TYPE, OID_DATA),
                       cms_attribute(MESSAGE_DIGEST, digest_of(p, other)),
                       cms_attribute(ESS_V2, cms_ess_v2(pki_cert_der(p->signer), BYTES(""))));
    p->signed_attributes = DER(0xa0, set);
    p->shown = other;
}

static void attributes_taken_away(cms_parts *p)
{
    p->signed_attributes = BYTES("");
}

static void attributes_emptied(cms_parts *p)
{
    p->signed_attributes = DER(0xa0, BYTES(""));
}

static pds_span body_of(pds_span element)
{
    pds_der der = { 0 };
    (void)pds_der_take(&element, &der);
    return der.body;
}

static void attributes_of_indefinite_length(cms_parts *p)
{
    p->signed_attributes = cms_indefinite(0xa0, body_of(p->signed_attributes));
}

static void attributes_of_long_length(cms_parts *p)
{
    p->signed_attributes = cms_long_length(0xa0, body_of(p->signed_attributes));
}

static void without_certificates(cms_parts *p)
{
    p->certificates = BYTES("");
}

static void with_another_certificate_only(cms_parts *p)
{
    p->certificates = pki_cert_der(other_signer());
}

static void with_another_certificate_too(cms_parts *p)
{
    p->certificates = CAT(pki_cert_der(other_signer()), p->certificates);
}

/* The same issuer and serial number, another signature. */
static pds_span forged_certificate(const cms_parts *p)
{
    pds_span copy = cms_keep(pki_cert_der(p->signer));
    ((uint8_t *)(uintptr_t)copy.ptr)[copy.len - 1] ^= 1;
    return copy;
}

static void forged_certificate_first(cms_parts *p)
{
    p->certificates = CAT(forged_certificate(p), p->certificates);
}

static void forged_certificate_without_ess(cms_parts *p)
{
    cms_remove(p, ESS_V2);
    forged_certificate_first(p);
}

static void forged_certificate_only(cms_parts *p)
{
    p->certificates = forged_certificate(p);
}

static void names_another(cms_parts *p)
{
    pds_cert_parts parts = { 0 };
    (void)pds_cert_parts_read(pki_cert_der(other_signer()), &parts);
    p->sid = DER(PDS_DER_SEQUENCE, parts.issuer, parts.serial);
    with_another_certificate_too(p);
}

static void certificate_in_ber(cms_parts *p)
{
    p->certificates = cms_long_length(PDS_DER_SEQUENCE, body_of(pki_cert_der(p->signer)));
}

static void unreadable_certificate_too(cms_parts *p)
{
    p->certificates = CAT(p->certificates, DER(0xa1, BYTES("")));
    p->version = 3;
}

static void by_key_identifier(cms_parts *p)
{
    PDS_OWN(pds_cert_drop) pds_cert *cert = pki_cert(p->signer);
    /* OpenSSL's "hash": SHA-1 of the key's bits (RFC 5280, 4.2.1.2) */
    pds_span spki = pds_cert_spki_der(cert);
    pds_der outer = { 0 };
    pds_der algorithm = { 0 };
    pds_der bits = { 0 };
    (void)pds_der_take(&spki, &outer);
    (void)pds_der_take(&outer.body, &algorithm);
    (void)pds_der_take(&outer.body, &bits);
    p->sid = DER(PDS_DER_PRIMITIVE_0,
                 cms_digest(PDS_MD_SHA1, pds_span_of(bits.body.ptr + 1, bits.body.len - 1)));
    p->signer_version = 3;
    p->version = 3;
}

static void by_another_key_identifier(cms_parts *p)
{
    by_key_identifier(p);
    p->sid = DER(PDS_DER_PRIMITIVE_0, BYTES("another"));
}

static void crls(cms_parts *p)
{
    pds_span ocsp =
        DER(0xa1, OID_DER("\x2b\x06\x01\x05\x05\x07\x10\x02"), DER(PDS_DER_SEQUENCE, BYTES("")));
    p->crls = CAT(EMPTY_SEQUENCE, ocsp);
    p->version = 5;
}

static void crls_of_other_kind(cms_parts *p)
{
    p->crls = DER(0xa1, OID_DATA, EMPTY_SEQUENCE);
    p->version = 5;
}

static void broken_crls(cms_parts *p)
{
    p->crls = BYTES("\x30\x05x");
}

static void broken_certificates(cms_parts *p)
{
    p->certificates = CAT(p->certificates, BYTES("\x30\x05x"));
}

/* RFC 5280, 7.1 */
static void issuer_in_other_letters(cms_parts *p)
{
    p->sid = cms_keep(p->sid);
    uint8_t *name = memmem(p->sid.ptr, p->sid.len, "Tester", 6);
    assert_non_null(name);
    *name = 't';
}

/* ---- the form ---- */

static void version_0(cms_parts *p)
{
    p->version = 0;
}

static void version_3(cms_parts *p)
{
    p->version = 3;
}

static void version_1(cms_parts *p)
{
    p->version = 1;
}

static void signer_version_3(cms_parts *p)
{
    p->signer_version = 3;
}

static void behind_signer(cms_parts *p)
{
    p->behind_signer = cms_uint(1);
}

/* The last element of a sequence. */
static pds_span last_of(pds_span sequence)
{
    pds_span in = body_of(sequence);
    pds_der part = { 0 };
    while (pds_der_take(&in, &part)) {
    }
    return part.whole;
}

static void with_signers(cms_parts *p, pds_span infos)
{
    pds_span fields = CAT(cms_uint(p->version), DER(PDS_DER_SET, p->digest_algorithms),
                          DER(PDS_DER_SEQUENCE, p->content_type), DER(0xa0, p->certificates),
                          DER(PDS_DER_SET, infos));
    p->whole = DER(PDS_DER_SEQUENCE, OID_SIGNED_DATA, DER(0xa0, DER(PDS_DER_SEQUENCE, fields)));
}

static void second_signer(cms_parts *p)
{
    pds_span info = body_of(last_of(body_of(last_of(p->whole))));
    with_signers(p, CAT(info, info));
}

static void no_signer(cms_parts *p)
{
    with_signers(p, BYTES(""));
}

static void behind_data(cms_parts *p)
{
    p->behind_data = cms_uint(1);
}

static void behind_content(cms_parts *p)
{
    p->behind_content = cms_uint(1);
}

static void behind_signed_data(cms_parts *p)
{
    pds_span data = body_of(last_of(p->whole));
    p->whole = DER(PDS_DER_SEQUENCE, OID_SIGNED_DATA, DER(0xa0, data, cms_uint(1)));
}

static void content_inside(cms_parts *p)
{
    p->content = cms_keep(pds_span_text(p->document));
}

static void no_content(cms_parts *p)
{
    p->content = BYTES("");
}

static void type_of_signed_data(cms_parts *p)
{
    p->content_type = OID_SIGNED_DATA;
}

static void indefinite(cms_parts *p)
{
    p->whole = cms_indefinite(PDS_DER_SEQUENCE, body_of(p->whole));
}

static void long_length(cms_parts *p)
{
    p->whole = cms_long_length(PDS_DER_SEQUENCE, body_of(p->whole));
}

static void value_in_pieces(cms_parts *p)
{
    pds_span a = pds_span_of(p->signature.ptr, 10);
    pds_span b = pds_span_of(p->signature.ptr + 10, p->signature.len - 10);
    p->signature_element = cms_indefinite(
        0x24, CAT(DER(PDS_DER_OCTETS, a), DER(PDS_DER_OCTETS, b), DER(PDS_DER_OCTETS, BYTES(""))));
}

static void value_in_pieces_of_pieces(cms_parts *p)
{
    p->signature_element =
        cms_indefinite(0x24, cms_indefinite(0x24, DER(PDS_DER_OCTETS, p->signature)));
}

static void value_of_indefinite_primitive(cms_parts *p)
{
    p->signature_element = cms_indefinite(PDS_DER_OCTETS, p->signature);
}

static void never_ends(cms_parts *p)
{
    PDS_OWN(pds_buf_drop) pds_buf deep = { 0 };
    for (size_t i = 0; i < 100000; i++) {
        pds_buf_put(&deep, BYTES("\x30\x80"));
    }
    p->whole = cms_keep(pds_buf_span(&deep));
}

static void zeros_only(cms_parts *p)
{
    p->whole = BYTES("\0\0\0\0\0\0\0\0");
}

static void nothing(cms_parts *p)
{
    p->whole = BYTES("");
}

static void cut(cms_parts *p)
{
    p->whole.len--;
}

static void inside_cut(cms_parts *p)
{
    pds_span body = body_of(p->whole);
    p->whole = DER(PDS_DER_SEQUENCE, pds_span_of(body.ptr, body.len - 1));
}

/* ---- unsigned attributes ---- */

static void unsigned_content_type(cms_parts *p)
{
    p->unsigned_attributes = cms_attribute(CONTENT_TYPE, OID_DATA);
}

static void unsigned_message_digest(cms_parts *p)
{
    p->unsigned_attributes = cms_attribute(MESSAGE_DIGEST, digest_of(p, "another"));
}

static void unsigned_ess(cms_parts *p)
{
    p->unsigned_attributes =
        cms_attribute(ESS_V2, cms_ess_v2(pki_cert_der(other_signer()), BYTES("")));
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

static void timestamped(cms_parts *p)
{
    p->unsigned_attributes = cms_attribute(TIMESTAMP, EMPTY_SEQUENCE);
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

/* ---- timestamps, and the older containers ---- */

static void token_of(cms_parts *p, pds_span info)
{
    p->content = info;
    cms_remove(p, MESSAGE_DIGEST);
    cms_add(p, cms_attribute(MESSAGE_DIGEST,
                             DER(PDS_DER_OCTETS, cms_digest(p->algorithm.md, p->content))));
}

static void token_of_other_bytes(cms_parts *p)
{
    token_of(p, cms_tst_info("other bytes", PDS_MD_SHA256));
}

static void token_by_sha1(cms_parts *p)
{
    token_of(p, cms_tst_info(p->document, PDS_MD_SHA1));
}

static void token_changed_later(cms_parts *p)
{
    p->content = cms_tst_info("other bytes", PDS_MD_SHA256);
    p->shown = "other bytes";
}

/* The TSTInfo with one field in place of another, counted from 0. */
static void token_with(cms_parts *p, size_t field, pds_span value)
{
    PDS_OWN(pds_buf_drop) pds_buf fields = { 0 };
    pds_span in = body_of(p->content);
    pds_der one;
    for (size_t i = 0; pds_der_take(&in, &one); i++) {
        pds_buf_put(&fields, i == field ? value : one.whole);
    }
    token_of(p, DER(PDS_DER_SEQUENCE, pds_buf_span(&fields)));
}

static void token_of_version_2(cms_parts *p)
{
    token_with(p, 0, cms_uint(2));
}

static void token_of_unknown_digest(cms_parts *p)
{
    token_with(
        p, 2,
        DER(PDS_DER_SEQUENCE, DER(PDS_DER_SEQUENCE, OID_DATA), DER(PDS_DER_OCTETS, BYTES("x"))));
}

static void token_of_local_time(cms_parts *p)
{
    token_with(p, 4, DER(PDS_DER_GENERALIZED_TIME, BYTES("20260102030405+0800")));
}

static void token_of_no_day(cms_parts *p)
{
    token_with(p, 4, DER(PDS_DER_GENERALIZED_TIME, BYTES("20260230030405Z")));
}

static void token_with_wrong_accuracy(cms_parts *p)
{
    token_with(p, 5, DER(PDS_DER_SEQUENCE, DER(PDS_DER_PRIMITIVE_0, BYTES("\x7f\xff"))));
}

static void token_with_critical_extension(cms_parts *p)
{
    pds_span extension = DER(PDS_DER_SEQUENCE, OID_DATA, DER(PDS_DER_BOOLEAN, BYTES("\xff")),
                             DER(PDS_DER_OCTETS, BYTES("x")));
    token_with(p, 5, DER(0xa1, extension));
}

static void token_names_its_signer(cms_parts *p)
{
    pds_cert_parts parts = { 0 };
    (void)pds_cert_parts_read(pki_cert_der(p->signer), &parts);
    token_with(p, 5, DER(0xa0, DER(0xa4, parts.subject)));
}

static void token_names_another(cms_parts *p)
{
    pds_cert_parts parts = { 0 };
    (void)pds_cert_parts_read(pki_cert_der(other_signer()), &parts);
    token_with(p, 5, DER(0xa0, DER(0xa4, parts.subject)));
}

static void certificate_elsewhere(cms_parts *p)
{
    p->certificates = BYTES("");
    p->known = pki_cert_der(p->signer);
}

static void content_of_other_bytes(cms_parts *p)
{
    token_of(p, cms_digest(PDS_MD_SHA1, BYTES("other bytes")));
}

static void without_cert_entry(cms_parts *p)
{
    p->certs[0] = BYTES("");
}

static void cert_entry_of_another(cms_parts *p)
{
    p->certs[0] = pki_cert_der(other_signer());
}

static void cert_entry_broken(cms_parts *p)
{
    p->certs[0] = cms_uint(1);
}

static void value_not_wrapped(cms_parts *p)
{
    p->whole = p->signature;
}

/* clang-format off */
static row sound[] = {
    { "CAdES: RSA-2048, SHA-256", CADES, PKI_RSA_2048, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: RSA-3072, SHA-384", CADES, PKI_RSA_3072, PDS_MD_SHA384, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: RSA-2048, SHA-512", CADES, PKI_RSA_2048, PDS_MD_SHA512, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: RSA-2048, SHA3-256", CADES, PKI_RSA_2048, PDS_MD_SHA3_256, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: PSS, SHA-256", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, SOUND, NULL, PDS_F_NONE },
    { "CAdES: PSS, SHA-384", CADES, PKI_RSA_2048, PDS_MD_SHA384, true, SOUND, NULL, PDS_F_NONE },
    { "CAdES: PSS, SHA-512", CADES, PKI_RSA_2048, PDS_MD_SHA512, true, SOUND, NULL, PDS_F_NONE },
    { "CAdES: PSS with its trailer said", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_with_its_trailer_said, PDS_F_NONE },
    { "CAdES: a signature policy", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, policy, PDS_F_NONE },
    { "CAdES: a key for PSS only", CADES, PKI_RSA_PSS_2048, PDS_MD_SHA384, true, SOUND, NULL, PDS_F_NONE },
    { "CAdES: P-256, SHA-256", CADES, PKI_P256, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: P-256, SHA3-512", CADES, PKI_P256, PDS_MD_SHA3_512, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: P-384, SHA-384", CADES, PKI_P384, PDS_MD_SHA384, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: P-521, SHA-512", CADES, PKI_P521, PDS_MD_SHA512, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: brainpoolP256r1", CADES, PKI_BRAINPOOL, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: Ed25519", CADES, PKI_ED25519, PDS_MD_SHA512, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: issuerSerial in the ESS attribute", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_with_serial, PDS_F_NONE },
    { "CAdES: ESS attributes of both versions", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_of_both_versions, PDS_F_NONE },
    { "CAdES: ESS attribute by SHA-512", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_by_sha512, PDS_F_NONE },
    { "CAdES: algorithms protected", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, protects, PDS_F_NONE },
    { "CAdES: algorithms protected, PSS", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, protects, PDS_F_NONE },
    { "CAdES: another certificate besides", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, with_another_certificate_too, PDS_F_NONE },
    { "CAdES: a forged certificate besides, the ESS attribute tells", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, forged_certificate_first, PDS_F_NONE },
    { "CAdES: the signer by key identifier", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, by_key_identifier, PDS_F_NONE },
    { "CAdES: a digest with NULL", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, digest_with_null, PDS_F_NONE },
    { "CAdES: several digests announced", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, several_digests_announced, PDS_F_NONE },
    { "CAdES: CRLs and OCSP responses, version 5", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, crls, PDS_F_NONE },
    { "CAdES: a timestamp", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, timestamped, PDS_F_NONE },
    { "PKCS#7: no ESS attribute", PKCS7, PKI_RSA_2048, PDS_MD_SHA256, false, BEFORE, no_ess, PDS_F_NONE },
    { "PKCS#7: with a signing time", PKCS7, PKI_RSA_2048, PDS_MD_SHA256, false, BEFORE, signing_time, PDS_F_NONE },
    { "PKCS#7: with revocation values", PKCS7, PKI_RSA_2048, PDS_MD_SHA256, false, BEFORE, revocation, PDS_F_NONE },
    { "PKCS#7: Ed25519", PKCS7, PKI_ED25519, PDS_MD_SHA512, false, SOUND, NULL, PDS_F_NONE },
    { "bare: RSA, SHA-256", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_NONE },
    { "token: P-256", TOKEN, PKI_P256, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_NONE },
    { "token: RSA, SHA-512", TOKEN, PKI_RSA_2048, PDS_MD_SHA512, false, SOUND, NULL, PDS_F_NONE },
    { "token: its certificate elsewhere", TOKEN, PKI_P256, PDS_MD_SHA256, false, AFTER, certificate_elsewhere, PDS_F_NONE },
    { "token: it names its signer", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_names_its_signer, PDS_F_NONE },
    /* sound, with something to tell */
    { "CAdES: ESS attribute of version 1", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_of_version_1, PDS_F_SIGNING_CERTIFICATE_SHA1 },
    { "CAdES: a signing time", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, signing_time, PDS_F_SIGNING_TIME_IN_CMS },
    { "CAdES: an unknown attribute", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, unknown_attribute, PDS_F_ATTRIBUTE_UNKNOWN },
    { "CAdES: an unknown unsigned attribute", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_unknown, PDS_F_ATTRIBUTE_UNKNOWN },
    { "CAdES: attributes in another order", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, unsorted, PDS_F_SIGNED_ATTRIBUTES_UNSORTED },
    { "CAdES: countersigned", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, counter_signed, PDS_F_ATTRIBUTE_IGNORED },
    { "CAdES: revocation values unsigned", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_revocation, PDS_F_ATTRIBUTE_IGNORED },
    { "CAdES: a timestamp in BER", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, timestamped_in_ber, PDS_F_CMS_ENCODING_BER },
    { "CAdES: an attribute certificate", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, unreadable_certificate_too, PDS_F_CMS_CERTIFICATE_SKIPPED },
    { "CAdES: a revocation value of another kind", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, crls_of_other_kind, PDS_F_CMS_REVOCATION_SKIPPED },
    { "CAdES: the issuer in other letters", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, issuer_in_other_letters, PDS_F_SIGNER_NAME_UNUSUAL },
    { "CAdES: PSS with a short salt", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_with_short_salt, PDS_F_ALGORITHM_PARAMETERS_UNUSUAL },
    { "CAdES: PSS with another mask", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_with_another_mask, PDS_F_ALGORITHM_PARAMETERS_UNUSUAL },
    { "CAdES: the identifier of a key as that of a signature", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, key_identifier_as_algorithm, PDS_F_ALGORITHM_PARAMETERS_UNUSUAL },
    { "CAdES: NULL behind ECDSA", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, null_behind_ecdsa, PDS_F_ALGORITHM_PARAMETERS_UNUSUAL },
    { "PKCS#7: no signed attributes, RSA", PKCS7, PKI_RSA_2048, PDS_MD_SHA256, false, BEFORE, no_attributes, PDS_F_SIGNED_ATTRIBUTES_ABSENT },
    { "PKCS#7: no signed attributes, P-256", PKCS7, PKI_P256, PDS_MD_SHA256, false, BEFORE, no_attributes, PDS_F_SIGNED_ATTRIBUTES_ABSENT },
    { "CAdES: indefinite length", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, indefinite, PDS_F_CMS_ENCODING_BER },
    { "CAdES: a longer length than need be", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, long_length, PDS_F_CMS_ENCODING_BER },
    { "CAdES: the value in pieces", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, value_in_pieces, PDS_F_CMS_ENCODING_BER },
    { "token: indefinite length", TOKEN, PKI_P256, PDS_MD_SHA256, false, WHOLE, indefinite, PDS_F_CMS_ENCODING_BER },
    { "PKCS#7: indefinite length", PKCS7, PKI_RSA_2048, PDS_MD_SHA256, false, WHOLE, indefinite, PDS_F_CMS_ENCODING_BER },
    { "PKCS#7: a longer length than need be", PKCS7, PKI_RSA_2048, PDS_MD_SHA256, false, WHOLE, long_length, PDS_F_CMS_ENCODING_BER },
    { "PKCS#7: the value in pieces", PKCS7, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, value_in_pieces, PDS_F_CMS_ENCODING_BER },
    { "PKCS#7: version 3", PKCS7, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, version_3, PDS_F_CMS_VERSION_UNUSUAL },
    { "token: it names another authority", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_names_another, PDS_F_TST_NAME_OTHER },
};

static row bent[] = {
    { "no contentType", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, no_content_type, PDS_F_CONTENT_TYPE_WRONG },
    { "contentType of another content", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, other_content_type, PDS_F_CONTENT_TYPE_WRONG },
    { "contentType twice", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, content_type_twice, PDS_F_ATTRIBUTE_REPEATED },
    { "contentType of two values", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, content_type_of_two_values, PDS_F_ATTRIBUTE_REPEATED },
    { "no messageDigest", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, no_message_digest, PDS_F_MESSAGE_DIGEST_MISSING },
    { "messageDigest twice", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, message_digest_twice, PDS_F_ATTRIBUTE_REPEATED },
    { "messageDigest of two values", PKCS7, PKI_P256, PDS_MD_SHA256, false, BEFORE, message_digest_of_two_values, PDS_F_ATTRIBUTE_REPEATED },
    { "messageDigest too short", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, short_message_digest, PDS_F_MESSAGE_DIGEST_MISSING },
    { "messageDigest of another type", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, message_digest_of_other_type, PDS_F_ATTRIBUTE_BROKEN },
    { "messageDigest without a value", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, message_digest_without_value, PDS_F_ATTRIBUTE_BROKEN },
    { "another document", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, another_document, PDS_F_DIGEST_MISMATCH },
    { "another document, PKCS#7", PKCS7, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, another_document, PDS_F_DIGEST_MISMATCH },
    { "no ESS attribute", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, no_ess, PDS_F_SIGNING_CERTIFICATE_MISSING },
    { "ESS attribute of another certificate", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_of_another, PDS_F_SIGNING_CERTIFICATE_MISMATCH },
    { "ESS attribute of another certificate, PKCS#7", PKCS7, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_of_another, PDS_F_SIGNING_CERTIFICATE_MISMATCH },
    { "ESS attribute twice", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_twice, PDS_F_ATTRIBUTE_REPEATED },
    { "ESS attribute with another's serial number", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_with_serial_of_another, PDS_F_SIGNING_CERTIFICATE_MISMATCH },
    { "ESS attribute of version 1 of another certificate", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_of_version_1_of_another, PDS_F_SIGNING_CERTIFICATE_MISMATCH },
    { "ESS attribute V2 by SHA-1", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_by_sha1, PDS_F_DIGEST_WEAK },
    { "ESS attribute by an unknown digest", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, ess_by_unknown, PDS_F_ALGORITHM_UNKNOWN },
    { "ESS attribute that is empty", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, empty_ess, PDS_F_ATTRIBUTE_BROKEN },
    { "a signing time in month 13", PKCS7, PKI_P256, PDS_MD_SHA256, false, BEFORE, broken_signing_time, PDS_F_ATTRIBUTE_BROKEN },
    { "a signing time in local time", PKCS7, PKI_P256, PDS_MD_SHA256, false, BEFORE, local_signing_time, PDS_F_ATTRIBUTE_BROKEN },
    { "a countersignature among the signed ones", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, signed_counter_signature, PDS_F_ATTRIBUTE_MISPLACED },
    { "a timestamp among the signed ones", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, signed_timestamp, PDS_F_ATTRIBUTE_MISPLACED },
    { "contentType unsigned", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_content_type, PDS_F_ATTRIBUTE_MISPLACED },
    { "messageDigest unsigned", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_message_digest, PDS_F_ATTRIBUTE_MISPLACED },
    { "ESS attribute unsigned", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_ess, PDS_F_ATTRIBUTE_MISPLACED },
    { "signingTime unsigned", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_signing_time, PDS_F_ATTRIBUTE_MISPLACED },
    { "cmsAlgorithmProtection unsigned", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unsigned_protection, PDS_F_ATTRIBUTE_MISPLACED },
    { "a timestamp that is a number", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, broken_timestamp, PDS_F_ATTRIBUTE_BROKEN },
    { "an unsigned attribute without its SET", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, broken_unsigned, PDS_F_ATTRIBUTE_BROKEN },
    { "broken revocation values", PKCS7, PKI_P256, PDS_MD_SHA256, false, BEFORE, broken_revocation, PDS_F_ATTRIBUTE_BROKEN },
    { "another digest protected", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, protects_another_digest, PDS_F_ALGORITHM_MISMATCH },
    { "another signature algorithm protected", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, protects_another_signature, PDS_F_ALGORITHM_MISMATCH },
    { "ECDSA with SHA-512 over a SHA-256 CMS", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, signature_of_another_digest, PDS_F_ALGORITHM_MISMATCH },
    { "PSS of another digest", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_of_another_digest, PDS_F_ALGORITHM_MISMATCH },
    { "PSS of another salt than said", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_of_another_salt_than_said, PDS_F_SIGNATURE_WRONG },
    { "PSS of another mask than said", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_of_another_mask_than_said, PDS_F_SIGNATURE_WRONG },
    { "PSS with trailer 2", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_with_a_trailer, PDS_F_ALGORITHM_PARAMETERS_WRONG },
    { "PSS without parameters", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_without_parameters, PDS_F_ALGORITHM_PARAMETERS_WRONG },
    { "rubbish behind ECDSA", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, rubbish_behind_ecdsa, PDS_F_ALGORITHM_PARAMETERS_WRONG },
    { "Ed25519 with SHA-256", CADES, PKI_ED25519, PDS_MD_SHA512, false, BEFORE, digest_sha256, PDS_F_ALGORITHM_MISMATCH },
    { "Ed25519 without signed attributes", PKCS7, PKI_ED25519, PDS_MD_SHA512, false, BEFORE, no_attributes, PDS_F_SIGNATURE_WRONG },
    { "RSA said, the key is on a curve", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, rsa_said_of_an_ec_key, PDS_F_SIGNATURE_WRONG },
    { "DSA said", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, dsa_said, PDS_F_ALGORITHM_UNKNOWN },
    { "an unknown digest", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unknown_digest, PDS_F_ALGORITHM_UNKNOWN },
    { "a digest with parameters", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, digest_with_parameters, PDS_F_ALGORITHM_UNKNOWN },
    { "no digest announced", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, nothing_announced, PDS_F_CMS_DIGEST_NOT_ANNOUNCED },
    { "another digest announced", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, another_digest_announced, PDS_F_CMS_DIGEST_NOT_ANNOUNCED },
    { "SHA-1", PKCS7, PKI_RSA_2048, PDS_MD_SHA1, false, SOUND, NULL, PDS_F_DIGEST_WEAK },
    { "SHA-1 with ECDSA", CADES, PKI_P256, PDS_MD_SHA1, false, SOUND, NULL, PDS_F_DIGEST_WEAK },
    { "MD5", PKCS7, PKI_RSA_2048, PDS_MD_MD5, false, SOUND, NULL, PDS_F_DIGEST_WEAK },
    { "SHA-224", CADES, PKI_P256, PDS_MD_SHA224, false, SOUND, NULL, PDS_F_DIGEST_WEAK },
    { "RSA-1024", CADES, PKI_RSA_1024, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_KEY_WEAK },
    { "secp256k1", CADES, PKI_SECP256K1, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_KEY_WEAK },
    { "a byte behind the value, ECDSA", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, byte_behind_the_value, PDS_F_SIGNATURE_WRONG },
    { "a byte behind the value, RSA", CADES, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, byte_behind_the_value, PDS_F_SIGNATURE_WRONG },
    { "a byte behind the value, PSS", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, AFTER, byte_behind_the_value, PDS_F_SIGNATURE_WRONG },
    { "a byte behind the value, Ed25519", CADES, PKI_ED25519, PDS_MD_SHA512, false, AFTER, byte_behind_the_value, PDS_F_SIGNATURE_WRONG },
    { "a changed value", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, flipped_value, PDS_F_SIGNATURE_WRONG },
    { "an empty value", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, empty_value, PDS_F_SIGNATURE_WRONG },
    { "attributes changed after signing", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, attributes_changed_later, PDS_F_SIGNATURE_WRONG },
    { "attributes taken away, CAdES", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, attributes_taken_away, PDS_F_SIGNED_ATTRIBUTES_MISSING },
    { "attributes taken away, PKCS#7", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, attributes_taken_away, PDS_F_SIGNATURE_WRONG },
    { "no attribute in the set", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, attributes_emptied, PDS_F_CMS_ENCODING_REFUSED },
    { "attributes of indefinite length", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, attributes_of_indefinite_length, PDS_F_CMS_ENCODING_REFUSED },
    { "attributes of a longer length than need be", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, attributes_of_long_length, PDS_F_CMS_ENCODING_REFUSED },
    { "no certificate", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, without_certificates, PDS_F_SIGNER_NOT_FOUND },
    { "no certificate, though it is known", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, certificate_elsewhere, PDS_F_SIGNER_NOT_FOUND },
    { "another certificate only", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, with_another_certificate_only, PDS_F_SIGNER_NOT_FOUND },
    { "a forged certificate only", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, forged_certificate_only, PDS_F_SIGNING_CERTIFICATE_MISMATCH },
    { "a forged certificate besides, nothing tells", PKCS7, PKI_P256, PDS_MD_SHA256, false, BEFORE, forged_certificate_without_ess, PDS_F_SIGNER_AMBIGUOUS },
    { "another signer named", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, names_another, PDS_F_SIGNING_CERTIFICATE_MISMATCH },
    { "another signer named, PKCS#7", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, names_another, PDS_F_SIGNATURE_WRONG },
    { "another key identifier", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, by_another_key_identifier, PDS_F_SIGNER_NOT_FOUND },
    { "a certificate in BER", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, certificate_in_ber, PDS_F_SIGNER_NOT_FOUND },
    { "certificates that end too early", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, broken_certificates, PDS_F_CMS_UNREADABLE },
    { "revocation values that end too early", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, broken_crls, PDS_F_CMS_UNREADABLE },
    { "version 0", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, version_0, PDS_F_CMS_VERSION_WRONG },
    { "version 3 without need", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, version_3, PDS_F_CMS_VERSION_WRONG },
    { "version 3 of the SignerInfo without need", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, signer_version_3, PDS_F_CMS_VERSION_WRONG },
    { "two signers", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, second_signer, PDS_F_CMS_SIGNERS_NOT_ONE },
    { "no signer", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, no_signer, PDS_F_CMS_SIGNERS_NOT_ONE },
    { "an element behind the SignerInfo's last", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, behind_signer, PDS_F_CMS_UNREADABLE },
    { "an element behind the SignedData's last", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, behind_data, PDS_F_CMS_UNREADABLE },
    { "an element behind the SignedData", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, behind_signed_data, PDS_F_CMS_UNREADABLE },
    { "a broken signature policy", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, broken_policy, PDS_F_ATTRIBUTE_BROKEN },
    { "an element behind the content", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, behind_content, PDS_F_CMS_UNREADABLE },
    { "the content inside", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, content_inside, PDS_F_CMS_CONTENT_WRONG },
    { "the content inside, PKCS#7", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, content_inside, PDS_F_CMS_CONTENT_WRONG },
    { "content of another type", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, type_of_signed_data, PDS_F_CMS_CONTENT_WRONG },
    { "a value in pieces of pieces", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, value_in_pieces_of_pieces, PDS_F_CMS_UNREADABLE },
    { "a primitive value of indefinite length", PKCS7, PKI_P256, PDS_MD_SHA256, false, AFTER, value_of_indefinite_primitive, PDS_F_CMS_UNREADABLE },
    { "indefinite lengths without an end", PKCS7, PKI_P256, PDS_MD_SHA256, false, WHOLE, never_ends, PDS_F_CMS_UNREADABLE },
    { "zeros", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, zeros_only, PDS_F_CMS_UNREADABLE },
    { "nothing", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, nothing, PDS_F_CMS_UNREADABLE },
    { "the last byte cut", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, cut, PDS_F_CMS_UNREADABLE },
    { "the last byte of the inside cut", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, inside_cut, PDS_F_CMS_UNREADABLE },
    { "adbe.pkcs7.sha1 is weak", SHA1_CONTENT, PKI_RSA_2048, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_DIGEST_WEAK },
    { "adbe.pkcs7.sha1 without attributes", SHA1_CONTENT, PKI_RSA_2048, PDS_MD_SHA256, false, BEFORE, no_attributes, PDS_F_DIGEST_WEAK },
    { "adbe.pkcs7.sha1: another document", SHA1_CONTENT, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, another_document, PDS_F_DIGEST_MISMATCH },
    { "adbe.pkcs7.sha1: the content of other bytes", SHA1_CONTENT, PKI_RSA_2048, PDS_MD_SHA256, false, BEFORE, content_of_other_bytes, PDS_F_DIGEST_MISMATCH },
    { "adbe.pkcs7.sha1: no content", SHA1_CONTENT, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, no_content, PDS_F_CMS_CONTENT_WRONG },
    { "bare: SHA-1", BARE, PKI_RSA_2048, PDS_MD_SHA1, false, SOUND, NULL, PDS_F_DIGEST_WEAK },
    { "bare: another document", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, another_document, PDS_F_DIGEST_MISMATCH },
    { "bare: no certificate", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, without_cert_entry, PDS_F_SIGNER_NOT_FOUND },
    { "bare: a certificate of another kind of key", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, cert_entry_of_another, PDS_F_SIGNATURE_WRONG },
    { "bare: a broken certificate", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, cert_entry_broken, PDS_F_SIGNER_NOT_FOUND },
    { "bare: a changed value", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, flipped_value, PDS_F_SIGNATURE_WRONG },
    { "bare: the value without its OCTET STRING", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, WHOLE, value_not_wrapped, PDS_F_CMS_UNREADABLE },
    { "token of other bytes", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_of_other_bytes, PDS_F_DIGEST_MISMATCH },
    { "token whose TSTInfo was changed later", TOKEN, PKI_P256, PDS_MD_SHA256, false, AFTER, token_changed_later, PDS_F_DIGEST_MISMATCH },
    { "token by SHA-1", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_by_sha1, PDS_F_DIGEST_WEAK },
    { "token of an unknown digest", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_of_unknown_digest, PDS_F_ALGORITHM_UNKNOWN },
    { "token of version 2", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_of_version_2, PDS_F_TST_INFO_WRONG },
    { "token of local time", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_of_local_time, PDS_F_TST_INFO_WRONG },
    { "token of 30 February", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_of_no_day, PDS_F_TST_INFO_WRONG },
    { "token with 32767 ms", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_with_wrong_accuracy, PDS_F_TST_INFO_WRONG },
    { "token with a critical extension", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_with_critical_extension, PDS_F_TST_INFO_WRONG },
    { "token without an ESS attribute", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, no_ess, PDS_F_SIGNING_CERTIFICATE_MISSING },
    { "token without a certificate", TOKEN, PKI_P256, PDS_MD_SHA256, false, AFTER, without_certificates, PDS_F_SIGNER_NOT_FOUND },
    { "token without signed attributes", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, no_attributes, PDS_F_SIGNED_ATTRIBUTES_MISSING },
    { "token without its TSTInfo", TOKEN, PKI_P256, PDS_MD_SHA256, false, AFTER, no_content, PDS_F_CMS_CONTENT_WRONG },
    { "token of version 1, as some write it", TOKEN, PKI_P256, PDS_MD_SHA256, false, AFTER, version_1, PDS_F_NONE },
};
/* clang-format on */

static void make(cms_parts *p, const row *r, const pki *signer)
{
    cms_new(p, r->container, signer, r->md, r->pss);
    if (r->when == BEFORE) {
        r->bend(p);
    }
    cms_sign(p);
    if (r->when == AFTER) {
        r->bend(p);
    }
    cms_close(p);
    if (r->when == WHOLE) {
        r->bend(p);
    }
}

static void show(const pds_signed_data_found *found)
{
    for (size_t i = 0; i < found->findings.count; i++) {
        print_message("  %s: %s\n", pds_finding_name(found->findings.items[i].code),
                      found->findings.items[i].text);
    }
}

/* Nothing worse than the row says, and all that was signed found. */
static void is_sound(void **state)
{
    const row *r = *state;
    PDS_OWN(pki_drop) pki *signer = signer_of(r->key);
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    cms_parts p;
    const char *sub;
    make(&p, r, signer);
    cms_read(&p, &found);
    size_t expected = r->finds == PDS_F_NONE ? 0 : 1;
    if (found.findings.count != expected) {
        show(&found);
    }
    assert_int_equal(found.findings.count, expected);
    assert_true(r->finds == PDS_F_NONE || cms_has(&found, r->finds));
    assert_int_equal(pds_findings_worst(&found.findings, &sub), PDS_PASSED);
    assert_true(found.digest_fits && found.signature_fits);
    assert_int_equal(found.length, p.whole.len);
    assert_true(pds_span_eq(pds_cert_der(found.signer), pki_cert_der(signer)));
    assert_int_equal(found.algorithm.md, r->md);
}

static void is_found(void **state)
{
    const row *r = *state;
    PDS_OWN(pki_drop) pki *signer = signer_of(r->key);
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    cms_parts p;
    const char *sub;
    make(&p, r, signer);
    cms_read(&p, &found);
    if (r->finds == PDS_F_NONE) {
        assert_int_equal(found.findings.count, 0);
        return;
    }
    if (!cms_has(&found, r->finds)) {
        show(&found);
    }
    assert_true(cms_has(&found, r->finds));
    assert_in_range(pds_findings_worst(&found.findings, &sub), pds_finding_indication(r->finds),
                    PDS_FAILED);
    assert_int_not_equal(pds_finding_indication(r->finds), PDS_PASSED);
    assert_true(found.length <= p.whole.len);
}

/* ---- what OpenSSL makes ---- */

typedef struct openssl_row {
    const char *name;
    pki_key key;
    unsigned flags;
    const char *digest;
    pds_container container;
    pds_finding_code finds;
} openssl_row;

enum { USUAL = CMS_DETACHED | CMS_BINARY };

/* clang-format off */
static openssl_row openssl_rows[] = {
    { "OpenSSL: RSA", PKI_RSA_2048, USUAL, NULL, PKCS7, PDS_F_NONE },
    { "OpenSSL: RSA, SHA-512", PKI_RSA_2048, USUAL, "SHA512", PKCS7, PDS_F_NONE },
    { "OpenSSL 3.0: a key for PSS only, said to be PKCS#1, which OpenSSL refuses too", PKI_RSA_PSS_2048, USUAL, "SHA384", PKCS7, PDS_F_SIGNATURE_WRONG },
    { "OpenSSL: P-256", PKI_P256, USUAL, NULL, PKCS7, PDS_F_NONE },
    { "OpenSSL: P-384", PKI_P384, USUAL, "SHA384", PKCS7, PDS_F_NONE },
    { "OpenSSL: P-521", PKI_P521, USUAL, "SHA512", PKCS7, PDS_F_NONE },
    { "OpenSSL: brainpoolP256r1", PKI_BRAINPOOL, USUAL, NULL, PKCS7, PDS_F_NONE },
    { "OpenSSL: CAdES, with its signing time", PKI_P256, USUAL | CMS_CADES, NULL, CADES, PDS_F_SIGNING_TIME_IN_CMS },
    { "OpenSSL: no attributes", PKI_RSA_2048, USUAL | CMS_NOATTR, NULL, PKCS7, PDS_F_SIGNED_ATTRIBUTES_ABSENT },
    { "OpenSSL: no S/MIME capabilities", PKI_RSA_2048, USUAL | CMS_NOSMIMECAP, NULL, PKCS7, PDS_F_NONE },
    { "OpenSSL: by key identifier", PKI_RSA_2048, USUAL | CMS_USE_KEYID, NULL, PKCS7, PDS_F_NONE },
    { "OpenSSL: SHA-1", PKI_RSA_2048, USUAL, "SHA1", PKCS7, PDS_F_DIGEST_WEAK },
    { "OpenSSL: the content inside", PKI_RSA_2048, CMS_BINARY, NULL, PKCS7, PDS_F_CMS_CONTENT_WRONG },
    { "OpenSSL: no certificate", PKI_RSA_2048, USUAL | CMS_NOCERTS, NULL, PKCS7, PDS_F_SIGNER_NOT_FOUND },
    { "OpenSSL: PKCS#7 in a CAdES document", PKI_RSA_2048, USUAL, NULL, CADES, PDS_F_SIGNING_CERTIFICATE_MISSING },
    { "OpenSSL: PKCS#7 as a timestamp", PKI_RSA_2048, USUAL, NULL, TOKEN, PDS_F_CMS_CONTENT_WRONG },
    { "OpenSSL: PKCS#7 as adbe.pkcs7.sha1", PKI_RSA_2048, USUAL, NULL, SHA1_CONTENT, PDS_F_CMS_CONTENT_WRONG },
};
/* clang-format on */

static void of_openssl(void **state)
{
    const openssl_row *r = *state;
    PDS_OWN(pki_drop) pki *signer = signer_of(r->key);
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    cms_parts p = { .container = r->container, .document = "the byte range" };
    pki_cms_sign(signer, pds_span_text(p.document), r->flags, r->digest, &cms);
    p.whole = pds_buf_span(&cms);
    cms_read(&p, &found);
    if (r->finds == PDS_F_NONE ? found.findings.count > 0 : !cms_has(&found, r->finds)) {
        show(&found);
    }
    assert_true(r->finds == PDS_F_NONE ? found.findings.count == 0 : cms_has(&found, r->finds));
    if (r->finds == PDS_F_NONE) {
        assert_true(found.digest_fits && found.signature_fits);
        assert_true(found.has_signing_time);
    }
}

/* ---- what is told ---- */

static void made(cms_parts *p, const pki *signer, pds_container container,
                 void (*bend)(cms_parts *p))
{
    const row r = { "", container, PKI_P256, PDS_MD_SHA256, false, BEFORE, bend, PDS_F_NONE };
    make(p, &r, signer);
}

static void what_stands_in_it_is_told(void **state)
{
    PDS_OWN(pki_drop) pki *signer = signer_of(PKI_P256);
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found times = { 0 };
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found values = { 0 };
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found more = { 0 };
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found by_policy = { 0 };
    cms_parts p;
    (void)state;
    made(&p, signer, CADES, policy);
    cms_read(&p, &by_policy);
    assert_string_equal(by_policy.policy, "1.2.3.4");
    assert_true(by_policy.policy_hash.len > 0);
    made(&p, signer, PKCS7, signing_time);
    cms_read(&p, &times);
    assert_true(times.has_signing_time);
    assert_int_equal(times.signing_time, 1767323045); /* 2026-01-02 03:04:05Z */
    assert_true(times.ess);
    made(&p, signer, PKCS7, revocation);
    cms_read(&p, &values);
    assert_int_equal(values.crls.count, 2);
    assert_int_equal(values.ocsps.count, 1);
    made(&p, signer, PKCS7, crls);
    timestamped(&p);
    cms_close(&p);
    cms_read(&p, &more);
    assert_int_equal(more.crls.count, 1);
    assert_int_equal(more.ocsps.count, 1);
    assert_int_equal(more.timestamps.count, 1);
    assert_int_equal(more.certificates.count, 1);
    assert_true(pds_span_eq(more.signature, p.signature));
}

static void a_token_tells_its_time(void **state)
{
    PDS_OWN(pki_drop) pki *signer = signer_of(PKI_P256);
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    const row r = { "", TOKEN, PKI_P256, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_NONE };
    cms_parts p;
    (void)state;
    make(&p, &r, signer);
    cms_read(&p, &found);
    assert_int_equal(found.tst.time, 1767323045);
    assert_true(found.tst.has_accuracy);
    assert_int_equal(found.tst.accuracy_usec, 1002000);
    assert_int_equal(found.tst.imprint_md, PDS_MD_SHA256);
}

/* Also BER of indefinite length, where the end is found and not said. */
static void what_follows_is_not_counted(void **state)
{
    void (*const bends[])(cms_parts * p) = { NULL, indefinite };
    PDS_OWN(pki_drop) pki *signer = signer_of(PKI_P256);
    (void)state;
    for (size_t i = 0; i < sizeof bends / sizeof bends[0]; i++) {
        PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
        const row r = { "",       PKCS7,
                        PKI_P256, PDS_MD_SHA256,
                        false,    bends[i] == NULL ? SOUND : WHOLE,
                        bends[i], PDS_F_NONE };
        cms_parts p;
        make(&p, &r, signer);
        size_t length = p.whole.len;
        p.whole = CAT(p.whole, BYTES("\0\0\0\0junk"));
        cms_read(&p, &found);
        assert_int_equal(found.length, length);
        assert_true(found.signature_fits && found.digest_fits);
    }
}

/* The files of a batch have the same signer, whose certificate is made once. */
static void a_certificate_is_made_once(void **state)
{
    PDS_OWN(pki_drop) pki *signer = signer_of(PKI_P256);
    PDS_OWN(pds_trust_drop) pds_trust *trust = NULL;
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found a = { 0 };
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found b = { 0 };
    cms_parts p;
    (void)state;
    assert_int_equal(pds_trust_new(&trust, NULL), PDS_OK);
    made(&p, signer, PKCS7, signing_time);
    p.trust = trust;
    cms_read(&p, &a);
    cms_read(&p, &b);
    assert_ptr_equal(a.signer, b.signer);
}

/* The file is hashed by the source: its faults are not findings. */
static pds_code no_digest(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    (void)self;
    (void)md;
    (void)out;
    return pds_fail(e, PDS_E_INPUT_CHANGED, __func__, "the file was changed");
}

static void a_fault_of_the_source_is_passed_on(void **state)
{
    PDS_OWN(pki_drop) pki *signer = signer_of(PKI_P256);
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    cms_parts p;
    (void)state;
    made(&p, signer, PKCS7, signing_time);
    const pds_signed_data_input in = { .contents = p.whole,
                                       .container = PKCS7,
                                       .source = { no_digest, NULL } };
    assert_int_equal(pds_signed_data_read(&in, &found, NULL), PDS_E_INPUT_CHANGED);
}

static void subfilters_are_known_by_name(void **state)
{
    static const char *const names[] = { "ETSI.CAdES.detached", "adbe.pkcs7.detached",
                                         "adbe.pkcs7.sha1", "adbe.x509.rsa_sha1", "ETSI.RFC3161" };
    pds_container found;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_true(pds_container_from_name(pds_span_text(names[i]), &found));
        assert_int_equal(found, i);
    }
    assert_false(pds_container_from_name(pds_span_text("adbe.pkcs7.sha256"), &found));
    assert_false(pds_container_from_name(pds_span_text(""), &found));
}

/* Any piece of a structure, and any byte of it changed to one that steers a reader. */
static void nothing_brings_it_down(void **state)
{
    static const uint8_t steers[] = { 0x00, 0x30, 0x31, 0x80, 0x84, 0xa0, 0xff };
    PDS_OWN(pki_drop) pki *signer = signer_of(PKI_P256);
    cms_parts p;
    (void)state;
    made(&p, signer, PKCS7, revocation);
    timestamped(&p);
    cms_close(&p);
    PDS_OWN(pds_buf_drop) pds_buf copy = { 0 };
    pds_buf_put(&copy, p.whole);
    for (size_t i = 0; i < copy.len; i++) {
        uint8_t was = copy.ptr[i];
        for (size_t k = 0; k < sizeof steers; k++) {
            PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
            copy.ptr[i] = steers[k];
            p.whole = pds_buf_span(&copy);
            cms_read(&p, &found);
            assert_true(found.length <= copy.len);
        }
        copy.ptr[i] = was;
    }
}

#define ROWS(rows, test)                                                                      \
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows)[0]; i++) {                             \
        tests[count++] = (struct CMUnitTest){ (rows)[i].name, test, NULL, NULL, &(rows)[i] }; \
    }

int main(void)
{
    static struct CMUnitTest tests[300];
    size_t count = 0;
    const struct CMUnitTest others[] = {
        cmocka_unit_test(what_stands_in_it_is_told),
        cmocka_unit_test(a_token_tells_its_time),
        cmocka_unit_test(what_follows_is_not_counted),
        cmocka_unit_test(a_certificate_is_made_once),
        cmocka_unit_test(a_fault_of_the_source_is_passed_on),
        cmocka_unit_test(subfilters_are_known_by_name),
        cmocka_unit_test(nothing_brings_it_down),
    };
    ROWS(sound, is_sound)
    ROWS(bent, is_found)
    ROWS(openssl_rows, of_openssl)
    int failed = _cmocka_run_group_tests("SignedData of others", tests, count, NULL, NULL);
    failed += cmocka_run_group_tests_name("what is told", others, NULL, NULL);
    drop_other();
    return failed;
}
