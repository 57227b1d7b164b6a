#ifndef CMS_SIGNED_DATA_ASN1_H
#define CMS_SIGNED_DATA_ASN1_H

/* The structures of RFC 5652 and RFC 5035 as OpenSSL's templates read and write them. What must
 * keep its bytes (names, certificates, signed attributes) is not taken apart. */

#include <openssl/asn1t.h>
#include <openssl/x509.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef STACK_OF(ASN1_TYPE) pds_any_set;
typedef STACK_OF(X509_ALGOR) pds_algorithm_set;
typedef STACK_OF(X509_ATTRIBUTE) pds_attribute_set;

typedef struct pds_issuer_and_serial {
    ASN1_STRING *issuer; /* DER of the Name */
    ASN1_INTEGER *serial;
} pds_issuer_and_serial;

typedef struct pds_signer_identifier {
    enum { PDS_SID_ISSUER_AND_SERIAL, PDS_SID_KEY_IDENTIFIER } type;
    union {
        pds_issuer_and_serial *issuer_and_serial;
        ASN1_OCTET_STRING *key_identifier;
    } d;
} pds_signer_identifier;

typedef struct pds_signer_info {
    int32_t version;
    pds_signer_identifier *sid;
    X509_ALGOR *digest_algorithm;
    ASN1_STRING *signed_attributes; /* DER, with the tag [0] that it has here */
    X509_ALGOR *signature_algorithm;
    ASN1_OCTET_STRING *signature;
    pds_attribute_set *unsigned_attributes;
} pds_signer_info;

DEFINE_STACK_OF(pds_signer_info)

typedef struct pds_encap_content_info {
    ASN1_OBJECT *type;
    ASN1_TYPE *content; /* NULL: detached */
} pds_encap_content_info;

typedef struct pds_signed_data_asn1 {
    int32_t version;
    pds_algorithm_set *digest_algorithms;
    pds_encap_content_info *encap_content_info;
    pds_any_set *certificates;
    pds_any_set *crls;
    STACK_OF(pds_signer_info) * signer_infos;
} pds_signed_data_asn1;

typedef struct pds_content_info {
    ASN1_OBJECT *type;
    pds_signed_data_asn1 *content;
} pds_content_info;

typedef struct pds_ess_cert_id {
    X509_ALGOR *hash_algorithm; /* NULL: SHA-256 */
    ASN1_OCTET_STRING *hash;
    ASN1_TYPE *issuer_serial;
} pds_ess_cert_id;

DEFINE_STACK_OF(pds_ess_cert_id)

typedef struct pds_signing_certificate {
    STACK_OF(pds_ess_cert_id) * certs;
    ASN1_TYPE *policies;
} pds_signing_certificate;

DECLARE_ASN1_ALLOC_FUNCTIONS(pds_content_info)
DECLARE_ASN1_ENCODE_FUNCTIONS_only(pds_content_info, pds_content_info)
    DECLARE_ASN1_ALLOC_FUNCTIONS(pds_signing_certificate) DECLARE_ASN1_ITEM(pds_signing_certificate)
        DECLARE_ASN1_ALLOC_FUNCTIONS(pds_signed_data_asn1)
            DECLARE_ASN1_ALLOC_FUNCTIONS(pds_signer_info)
                DECLARE_ASN1_ALLOC_FUNCTIONS(pds_issuer_and_serial)
                    DECLARE_ASN1_ALLOC_FUNCTIONS(pds_ess_cert_id)
                        DECLARE_ASN1_ENCODE_FUNCTIONS_only(pds_attribute_set, pds_attribute_set)

    /* For PDS_OWN. */
    void pds_content_info_drop(pds_content_info **info);
void pds_signing_certificate_drop(pds_signing_certificate **certificate);
void pds_attribute_set_drop(pds_attribute_set **attributes);

#ifdef __cplusplus
}
#endif
#endif
