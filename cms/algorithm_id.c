#include "cms/algorithm_id.h"

#include "base/own.h"
#include "cms/evp.h"

#include <openssl/objects.h>
#include <openssl/rsa.h>

static int nid_of(pds_digest digest)
{
    return EVP_MD_get_type(pds_evp_md(digest));
}

static bool set(X509_ALGOR *id, int nid, int parameter_type, void *parameters)
{
    return X509_ALGOR_set0(id, OBJ_nid2obj(nid), parameter_type, parameters) == 1;
}

bool pds_digest_id_write(pds_digest digest, X509_ALGOR *id)
{
    return set(id, nid_of(digest), V_ASN1_UNDEF, NULL);
}

static void pss_drop(RSA_PSS_PARAMS **pss)
{
    RSA_PSS_PARAMS_free(*pss);
}

static void string_drop(ASN1_STRING **string)
{
    ASN1_STRING_free(*string);
}

static void algorithm_drop(X509_ALGOR **id)
{
    X509_ALGOR_free(*id);
}

/* RFC 4055, 2.1 gives the digests of RSASSA-PSS-params a NULL. */
static ASN1_STRING *pss_parameters(pds_digest digest)
{
    PDS_OWN(pss_drop) RSA_PSS_PARAMS *pss = RSA_PSS_PARAMS_new();
    PDS_OWN(algorithm_drop) X509_ALGOR *hash = X509_ALGOR_new();
    PDS_OWN(string_drop) ASN1_STRING *packed = NULL;
    if (pss == NULL || hash == NULL || !set(hash, nid_of(digest), V_ASN1_NULL, NULL)) {
        return NULL;
    }
    packed = ASN1_item_pack(hash, ASN1_ITEM_rptr(X509_ALGOR), NULL);
    pss->hashAlgorithm = X509_ALGOR_dup(hash);
    pss->maskGenAlgorithm = X509_ALGOR_new();
    pss->saltLength = ASN1_INTEGER_new();
    if (packed == NULL || pss->hashAlgorithm == NULL || pss->maskGenAlgorithm == NULL ||
        pss->saltLength == NULL ||
        ASN1_INTEGER_set(pss->saltLength, (long)pds_digest_size(digest)) != 1 ||
        !set(pss->maskGenAlgorithm, NID_mgf1, V_ASN1_SEQUENCE, packed)) {
        return NULL;
    }
    packed = NULL; /* the identifier's now */
    return ASN1_item_pack(pss, ASN1_ITEM_rptr(RSA_PSS_PARAMS), NULL);
}

static bool write_pss(pds_digest digest, X509_ALGOR *id)
{
    PDS_OWN(string_drop) ASN1_STRING *parameters = pss_parameters(digest);
    if (parameters == NULL || !set(id, NID_rsassaPss, V_ASN1_SEQUENCE, parameters)) {
        return false;
    }
    parameters = NULL;
    return true;
}

static bool write_ecdsa(pds_digest digest, X509_ALGOR *id)
{
    int nid = NID_undef;
    return OBJ_find_sigid_by_algs(&nid, nid_of(digest), NID_X9_62_id_ecPublicKey) == 1 &&
           set(id, nid, V_ASN1_UNDEF, NULL);
}

bool pds_signature_id_write(pds_algorithm algorithm, X509_ALGOR *id)
{
    switch (algorithm.scheme) {
    case PDS_SCHEME_RSA_PKCS1:
        return set(id, NID_rsaEncryption, V_ASN1_NULL, NULL);
    case PDS_SCHEME_RSA_PSS:
        return write_pss(algorithm.digest, id);
    case PDS_SCHEME_ECDSA:
        return write_ecdsa(algorithm.digest, id);
    case PDS_SCHEME_ED25519:
        return set(id, NID_ED25519, V_ASN1_UNDEF, NULL);
    }
    return false;
}
