/* The form of signatures that somebody else made, and whom they name as their signer. */

#include "base/own.h"
#include "tests/cms/cms_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- the value, the signer ---- */

static void byte_behind_the_value(cms_parts *p)
{
    p->signature = CAT(p->signature, BYTES("\0"));
}

static void empty_value(cms_parts *p)
{
    p->signature = BYTES("");
}

static void attributes_changed_later(cms_parts *p)
{
    static const char other[] = "another";
    pds_span set = CAT(cms_attribute(CONTENT_TYPE, OID_DATA),
                       cms_attribute(MESSAGE_DIGEST, cms_digest_of(p, other)),
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

static void attributes_of_indefinite_length(cms_parts *p)
{
    p->signed_attributes = cms_indefinite(0xa0, cms_body_of(p->signed_attributes));
}

static void attributes_of_long_length(cms_parts *p)
{
    p->signed_attributes = cms_long_length(0xa0, cms_body_of(p->signed_attributes));
}

static void with_another_certificate_only(cms_parts *p)
{
    p->certificates = pki_cert_der(cms_other_signer());
}

static void with_another_certificate_too(cms_parts *p)
{
    p->certificates = CAT(pki_cert_der(cms_other_signer()), p->certificates);
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
    (void)pds_cert_parts_read(pki_cert_der(cms_other_signer()), &parts);
    p->sid = DER(PDS_DER_SEQUENCE, parts.issuer, parts.serial);
    with_another_certificate_too(p);
}

static void certificate_in_ber(cms_parts *p)
{
    p->certificates = cms_long_length(PDS_DER_SEQUENCE, cms_body_of(pki_cert_der(p->signer)));
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

/* X.690, 8.11: a SET is constructed. */
static void issuer_of_primitive_sets(cms_parts *p)
{
    p->sid = cms_keep(p->sid);
    uint8_t *set = memchr(p->sid.ptr, PDS_DER_SET, p->sid.len);
    assert_non_null(set);
    *set = PDS_DER_SET & 0x1f;
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
    pds_span in = cms_body_of(sequence);
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
    pds_span info = cms_body_of(last_of(cms_body_of(last_of(p->whole))));
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
    pds_span data = cms_body_of(last_of(p->whole));
    p->whole = DER(PDS_DER_SEQUENCE, OID_SIGNED_DATA, DER(0xa0, data, cms_uint(1)));
}

static void content_inside(cms_parts *p)
{
    p->content = cms_keep(pds_span_text(p->document));
}

static void type_of_signed_data(cms_parts *p)
{
    p->content_type = OID_SIGNED_DATA;
}

static void long_length(cms_parts *p)
{
    p->whole = cms_long_length(PDS_DER_SEQUENCE, cms_body_of(p->whole));
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
    pds_span body = cms_body_of(p->whole);
    p->whole = DER(PDS_DER_SEQUENCE, pds_span_of(body.ptr, body.len - 1));
}

/* clang-format off */
static cms_row sound[] = {
    { "CAdES: another certificate besides", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, with_another_certificate_too, PDS_F_NONE },
    { "CAdES: a forged certificate besides, the ESS attribute tells", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, forged_certificate_first, PDS_F_NONE },
    { "CAdES: the signer by key identifier", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, by_key_identifier, PDS_F_NONE },
    { "CAdES: CRLs and OCSP responses, version 5", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, bend_crls, PDS_F_NONE },
    { "CAdES: an attribute certificate", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, unreadable_certificate_too, PDS_F_CMS_CERTIFICATE_SKIPPED },
    { "CAdES: a bend_revocation value of another kind", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, crls_of_other_kind, PDS_F_CMS_REVOCATION_SKIPPED },
    { "CAdES: the issuer in other letters", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, issuer_in_other_letters, PDS_F_SIGNER_NAME_UNUSUAL },
    { "CAdES: bend_indefinite length", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, bend_indefinite, PDS_F_CMS_ENCODING_BER },
    { "CAdES: a longer length than need be", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, long_length, PDS_F_CMS_ENCODING_BER },
    { "CAdES: the value in pieces", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, value_in_pieces, PDS_F_CMS_ENCODING_BER },
    { "PKCS#7: bend_indefinite length", PKCS_7, PKI_RSA_2048, PDS_MD_SHA256, false, WHOLE, bend_indefinite, PDS_F_CMS_ENCODING_BER },
    { "PKCS#7: a longer length than need be", PKCS_7, PKI_RSA_2048, PDS_MD_SHA256, false, WHOLE, long_length, PDS_F_CMS_ENCODING_BER },
    { "PKCS#7: the value in pieces", PKCS_7, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, value_in_pieces, PDS_F_CMS_ENCODING_BER },
    { "PKCS#7: version 3", PKCS_7, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, version_3, PDS_F_CMS_VERSION_UNUSUAL },
};

static cms_row bent[] = {
    { "another document", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, bend_another_document, PDS_F_DIGEST_MISMATCH },
    { "another document, PKCS#7", PKCS_7, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, bend_another_document, PDS_F_DIGEST_MISMATCH },
    { "a byte behind the value, ECDSA", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, byte_behind_the_value, PDS_F_SIGNATURE_WRONG },
    { "a byte behind the value, RSA", CADES, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, byte_behind_the_value, PDS_F_SIGNATURE_WRONG },
    { "a byte behind the value, PSS", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, AFTER, byte_behind_the_value, PDS_F_SIGNATURE_WRONG },
    { "a byte behind the value, Ed25519", CADES, PKI_ED25519, PDS_MD_SHA512, false, AFTER, byte_behind_the_value, PDS_F_SIGNATURE_WRONG },
    { "a changed value", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, bend_flipped_value, PDS_F_SIGNATURE_WRONG },
    { "an empty value", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, empty_value, PDS_F_SIGNATURE_WRONG },
    { "attributes changed after signing", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, attributes_changed_later, PDS_F_SIGNATURE_WRONG },
    { "attributes taken away, CAdES", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, attributes_taken_away, PDS_F_SIGNED_ATTRIBUTES_MISSING },
    { "attributes taken away, PKCS#7", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, attributes_taken_away, PDS_F_SIGNATURE_WRONG },
    { "no attribute in the set", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, attributes_emptied, PDS_F_CMS_ENCODING_REFUSED },
    { "attributes of bend_indefinite length", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, attributes_of_indefinite_length, PDS_F_CMS_ENCODING_REFUSED },
    { "attributes of a longer length than need be", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, attributes_of_long_length, PDS_F_CMS_ENCODING_REFUSED },
    { "no certificate", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, bend_without_certificates, PDS_F_SIGNER_NOT_FOUND },
    { "another certificate only", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, with_another_certificate_only, PDS_F_SIGNER_NOT_FOUND },
    { "a forged certificate only", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, forged_certificate_only, PDS_F_SIGNING_CERTIFICATE_MISMATCH },
    { "a forged certificate besides, nothing tells", PKCS_7, PKI_P256, PDS_MD_SHA256, false, BEFORE, forged_certificate_without_ess, PDS_F_SIGNER_AMBIGUOUS },
    { "another signer named", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, names_another, PDS_F_SIGNING_CERTIFICATE_MISMATCH },
    { "another signer named, PKCS#7", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, names_another, PDS_F_SIGNATURE_WRONG },
    { "the issuer in primitive sets", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, issuer_of_primitive_sets, PDS_F_SIGNER_NOT_FOUND },
    { "another key identifier", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, by_another_key_identifier, PDS_F_SIGNER_NOT_FOUND },
    { "a certificate in BER", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, certificate_in_ber, PDS_F_SIGNER_NOT_FOUND },
    { "certificates that end too early", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, broken_certificates, PDS_F_CMS_UNREADABLE },
    { "bend_revocation values that end too early", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, broken_crls, PDS_F_CMS_UNREADABLE },
    { "version 0", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, version_0, PDS_F_CMS_VERSION_WRONG },
    { "version 3 without need", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, version_3, PDS_F_CMS_VERSION_WRONG },
    { "version 3 of the SignerInfo without need", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, signer_version_3, PDS_F_CMS_VERSION_WRONG },
    { "two signers", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, second_signer, PDS_F_CMS_SIGNERS_NOT_ONE },
    { "no signer", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, no_signer, PDS_F_CMS_SIGNERS_NOT_ONE },
    { "an element behind the SignerInfo's last", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, behind_signer, PDS_F_CMS_UNREADABLE },
    { "an element behind the SignedData's last", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, behind_data, PDS_F_CMS_UNREADABLE },
    { "an element behind the SignedData", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, behind_signed_data, PDS_F_CMS_UNREADABLE },
    { "an element behind the content", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, behind_content, PDS_F_CMS_UNREADABLE },
    { "the content inside", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, content_inside, PDS_F_CMS_CONTENT_WRONG },
    { "the content inside, PKCS#7", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, content_inside, PDS_F_CMS_CONTENT_WRONG },
    { "content of another type", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, type_of_signed_data, PDS_F_CMS_CONTENT_WRONG },
    { "a value in pieces of pieces", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, value_in_pieces_of_pieces, PDS_F_CMS_UNREADABLE },
    { "a primitive value of bend_indefinite length", PKCS_7, PKI_P256, PDS_MD_SHA256, false, AFTER, value_of_indefinite_primitive, PDS_F_CMS_UNREADABLE },
    { "bend_indefinite lengths without an end", PKCS_7, PKI_P256, PDS_MD_SHA256, false, WHOLE, never_ends, PDS_F_CMS_UNREADABLE },
    { "zeros", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, zeros_only, PDS_F_CMS_UNREADABLE },
    { "nothing", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, nothing, PDS_F_CMS_UNREADABLE },
    { "the last byte cut", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, cut, PDS_F_CMS_UNREADABLE },
    { "the last byte of the inside cut", CADES, PKI_P256, PDS_MD_SHA256, false, WHOLE, inside_cut, PDS_F_CMS_UNREADABLE },
};
/* clang-format on */

int main(void)
{
    const int failed = cms_rows_run("form of others", sound, sizeof sound / sizeof sound[0], bent,
                                    sizeof bent / sizeof bent[0]);
    cms_drop_other();
    return failed;
}
