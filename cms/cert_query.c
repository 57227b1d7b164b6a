#include "cms/cert_query.h"

#include "base/own.h"
#include "cms/x509.h"

#include <openssl/x509v3.h>

enum { USAGE_BITS = 9 };

static void policies_free(CERTIFICATEPOLICIES **policies)
{
    CERTIFICATEPOLICIES_free(*policies);
}

static void object_free(ASN1_OBJECT **object)
{
    ASN1_OBJECT_free(*object);
}

bool pds_cert_is_authority(const pds_cert *c)
{
    return (X509_get_extension_flags(pds_cert_x509(c)) & EXFLAG_CA) != 0;
}

uint32_t pds_cert_key_usage(const pds_cert *c)
{
    ASN1_BIT_STRING *usage = X509_get_ext_d2i(pds_cert_x509(c), NID_key_usage, NULL, NULL);
    uint32_t bits = 0;
    if (usage == NULL) {
        return (1U << USAGE_BITS) - 1;
    }
    for (int i = 0; i < USAGE_BITS; i++) {
        bits |= ASN1_BIT_STRING_get_bit(usage, i) != 0 ? 1U << i : 0;
    }
    ASN1_BIT_STRING_free(usage);
    return bits;
}

/* keyEncipherment, dataEncipherment, keyAgreement */
bool pds_cert_is_for_encryption(const pds_cert *c)
{
    enum { ENCRYPTION = 0x1C };
    return (pds_cert_key_usage(c) & ENCRYPTION) != 0;
}

bool pds_cert_has_policy(const pds_cert *c, const char *oid)
{
    PDS_OWN(object_free) ASN1_OBJECT *wanted = OBJ_txt2obj(oid, 1);
    PDS_OWN(policies_free)
    CERTIFICATEPOLICIES *policies =
        X509_get_ext_d2i(pds_cert_x509(c), NID_certificate_policies, NULL, NULL);
    for (int i = 0; wanted != NULL && i < sk_POLICYINFO_num(policies); i++) {
        if (OBJ_cmp(sk_POLICYINFO_value(policies, i)->policyid, wanted) == 0) {
            return true;
        }
    }
    return false;
}

static bool entry_is(const X509_NAME_ENTRY *entry, const ASN1_OBJECT *attribute, pds_span value)
{
    unsigned char *utf8 = NULL;
    bool same = false;
    if (OBJ_cmp(X509_NAME_ENTRY_get_object(entry), attribute) != 0) {
        return false;
    }
    int len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
    same = len >= 0 && pds_span_eq(pds_span_of(utf8, (size_t)len), value);
    OPENSSL_free(utf8);
    return same;
}

bool pds_cert_subject_has(const pds_cert *c, const char *attribute, pds_span value)
{
    PDS_OWN(object_free) ASN1_OBJECT *wanted = OBJ_txt2obj(attribute, 0);
    const X509_NAME *subject = X509_get_subject_name(pds_cert_x509(c));
    for (int i = 0; wanted != NULL && i < X509_NAME_entry_count(subject); i++) {
        if (entry_is(X509_NAME_get_entry(subject, i), wanted, value)) {
            return true;
        }
    }
    return false;
}
