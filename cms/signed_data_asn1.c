#include "cms/signed_data_asn1.h"

/* clang-format off */

/* RFC 5652, 10.2.4 */
ASN1_SEQUENCE(pds_issuer_and_serial) = {
    ASN1_SIMPLE(pds_issuer_and_serial, issuer, ASN1_SEQUENCE),
    ASN1_SIMPLE(pds_issuer_and_serial, serial, ASN1_INTEGER)
} static_ASN1_SEQUENCE_END(pds_issuer_and_serial)

/* RFC 5652, 5.3 */
ASN1_CHOICE(pds_signer_identifier) = {
    ASN1_SIMPLE(pds_signer_identifier, d.issuer_and_serial, pds_issuer_and_serial),
    ASN1_IMP(pds_signer_identifier, d.key_identifier, ASN1_OCTET_STRING, 0)
} static_ASN1_CHOICE_END(pds_signer_identifier)

ASN1_SEQUENCE(pds_signer_info) = {
    ASN1_EMBED(pds_signer_info, version, INT32),
    ASN1_SIMPLE(pds_signer_info, sid, pds_signer_identifier),
    ASN1_SIMPLE(pds_signer_info, digest_algorithm, X509_ALGOR),
    ASN1_IMP_OPT(pds_signer_info, signed_attributes, ASN1_SEQUENCE, 0),
    ASN1_SIMPLE(pds_signer_info, signature_algorithm, X509_ALGOR),
    ASN1_SIMPLE(pds_signer_info, signature, ASN1_OCTET_STRING),
    ASN1_IMP_SET_OF_OPT(pds_signer_info, unsigned_attributes, X509_ATTRIBUTE, 1)
} static_ASN1_SEQUENCE_END(pds_signer_info)

/* RFC 5652, 5.2 */
ASN1_SEQUENCE(pds_encap_content_info) = {
    ASN1_SIMPLE(pds_encap_content_info, type, ASN1_OBJECT),
    ASN1_EXP_OPT(pds_encap_content_info, content, ASN1_ANY, 0)
} static_ASN1_SEQUENCE_END(pds_encap_content_info)

/* RFC 5652, 5.1 */
ASN1_SEQUENCE(pds_signed_data_asn1) = {
    ASN1_EMBED(pds_signed_data_asn1, version, INT32),
    ASN1_SET_OF(pds_signed_data_asn1, digest_algorithms, X509_ALGOR),
    ASN1_SIMPLE(pds_signed_data_asn1, encap_content_info, pds_encap_content_info),
    ASN1_IMP_SET_OF_OPT(pds_signed_data_asn1, certificates, ASN1_ANY, 0),
    ASN1_IMP_SET_OF_OPT(pds_signed_data_asn1, crls, ASN1_ANY, 1),
    ASN1_SET_OF(pds_signed_data_asn1, signer_infos, pds_signer_info)
} static_ASN1_SEQUENCE_END(pds_signed_data_asn1)

/* RFC 5652, 3 */
ASN1_SEQUENCE(pds_content_info) = {
    ASN1_SIMPLE(pds_content_info, type, ASN1_OBJECT),
    ASN1_EXP(pds_content_info, content, pds_signed_data_asn1, 0)
} static_ASN1_SEQUENCE_END(pds_content_info)

/* RFC 5652, 5.3: SignedAttributes ::= SET SIZE (1..MAX) OF Attribute */
ASN1_ITEM_TEMPLATE(pds_attribute_set) =
    ASN1_EX_TEMPLATE_TYPE(ASN1_TFLG_SET_OF, 0, attributes, X509_ATTRIBUTE)
static_ASN1_ITEM_TEMPLATE_END(pds_attribute_set)

/* RFC 5035, 4 */
ASN1_SEQUENCE(pds_ess_cert_id) = {
    ASN1_OPT(pds_ess_cert_id, hash_algorithm, X509_ALGOR),
    ASN1_SIMPLE(pds_ess_cert_id, hash, ASN1_OCTET_STRING),
    ASN1_OPT(pds_ess_cert_id, issuer_serial, ASN1_ANY)
} static_ASN1_SEQUENCE_END(pds_ess_cert_id)

/* RFC 5035, 3 */
ASN1_SEQUENCE(pds_signing_certificate) = {
    ASN1_SEQUENCE_OF(pds_signing_certificate, certs, pds_ess_cert_id),
    ASN1_OPT(pds_signing_certificate, policies, ASN1_ANY)
} ASN1_SEQUENCE_END(pds_signing_certificate)

IMPLEMENT_ASN1_FUNCTIONS(pds_content_info)
IMPLEMENT_ASN1_ALLOC_FUNCTIONS(pds_signing_certificate)
IMPLEMENT_ASN1_ALLOC_FUNCTIONS(pds_signed_data_asn1)
IMPLEMENT_ASN1_ALLOC_FUNCTIONS(pds_signer_info)
IMPLEMENT_ASN1_ALLOC_FUNCTIONS(pds_issuer_and_serial)
IMPLEMENT_ASN1_ALLOC_FUNCTIONS(pds_ess_cert_id)
IMPLEMENT_ASN1_ENCODE_FUNCTIONS_fname(pds_attribute_set, pds_attribute_set, pds_attribute_set)

    /* clang-format on */

    void pds_content_info_drop(pds_content_info * *info)
{
    pds_content_info_free(*info);
}

void pds_signing_certificate_drop(pds_signing_certificate **certificate)
{
    pds_signing_certificate_free(*certificate);
}

void pds_attribute_set_drop(pds_attribute_set **attributes)
{
    sk_X509_ATTRIBUTE_pop_free(*attributes, X509_ATTRIBUTE_free);
}
