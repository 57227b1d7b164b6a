#include "base/own.h"
#include "cms/evp.h"
#include "tests/cms/pki_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/cms.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

enum { DAY = 86400 };

/* Ends the program with OpenSSL's reason. */
void pki_need(bool fine, const char *what, int line)
{
    if (!fine) {
        (void)fprintf(stderr, "pki:%d: %s\n", line, what);
        ERR_print_errors_fp(stderr);
        abort();
    }
}

/* ---- keys ---- */

static EVP_PKEY *dsa_key(void)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
    EVP_PKEY *parameters = NULL;
    EVP_PKEY *key = NULL;
    NEED(EVP_PKEY_paramgen_init(ctx) == 1);
    NEED(EVP_PKEY_CTX_ctrl_str(ctx, "dsa_paramgen_bits", "1024") == 1);
    NEED(EVP_PKEY_paramgen(ctx, &parameters) == 1);
    EVP_PKEY_CTX_free(ctx);
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, parameters, NULL);
    NEED(EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_keygen(ctx, &key) == 1);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(parameters);
    return key;
}

static EVP_PKEY *pss_key(void)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
    EVP_PKEY *key = NULL;
    NEED(EVP_PKEY_keygen_init(ctx) == 1);
    NEED(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048) == 1);
    NEED(EVP_PKEY_CTX_ctrl_str(ctx, "rsa_pss_keygen_md", "sha384") == 1);
    NEED(EVP_PKEY_CTX_ctrl_str(ctx, "rsa_pss_keygen_mgf1_md", "sha384") == 1);
    NEED(EVP_PKEY_CTX_ctrl_str(ctx, "rsa_pss_keygen_saltlen", "48") == 1);
    NEED(EVP_PKEY_keygen(ctx, &key) == 1);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static EVP_PKEY *new_key(pki_key kind)
{
    static const struct {
        size_t rsa_bits;
        const char *curve;
    } kinds[PKI_KEY_COUNT] = {
        [PKI_RSA_1024] = { 1024, NULL },
        [PKI_RSA_2048] = { 2048, NULL },
        [PKI_RSA_3072] = { 3072, NULL },
        [PKI_RSA_4096] = { 4096, NULL },
        [PKI_P256] = { 0, "P-256" },
        [PKI_P384] = { 0, "P-384" },
        [PKI_P521] = { 0, "P-521" },
        [PKI_SECP256K1] = { 0, "secp256k1" },
        [PKI_BRAINPOOL] = { 0, "brainpoolP256r1" },
    };
    if (kinds[kind].rsa_bits != 0) {
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", kinds[kind].rsa_bits);
    }
    if (kinds[kind].curve != NULL) {
        return EVP_PKEY_Q_keygen(NULL, NULL, "EC", kinds[kind].curve);
    }
    switch (kind) {
    case PKI_ED25519:
        return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    case PKI_SM2:
        return EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    case PKI_DSA:
        return dsa_key();
    default:
        return pss_key();
    }
}

/* One key of a kind for the whole program: making RSA-4096 takes a second. */
static EVP_PKEY *shared_key(pki_key kind)
{
    static EVP_PKEY *keys[PKI_KEY_COUNT];
    if (keys[kind] == NULL) {
        keys[kind] = new_key(kind);
        NEED(keys[kind] != NULL);
    }
    (void)EVP_PKEY_up_ref(keys[kind]);
    return keys[kind];
}

/* ---- certificates ---- */

static void add_extension(X509 *cert, X509V3_CTX *ctx, int nid, const char *value)
{
    if (value != NULL) {
        X509_EXTENSION *made = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
        NEED(made != NULL && X509_add_ext(cert, made, -1) == 1);
        X509_EXTENSION_free(made);
    }
}

X509_EXTENSION *pki_extension(const char *name, const char *value, X509 *issuer, X509 *subject)
{
    X509V3_CTX ctx;
    CONF *none = NCONF_new(NULL);
    X509V3_set_ctx(&ctx, issuer, subject, NULL, NULL, 0);
    X509V3_set_nconf(&ctx, none);
    X509_EXTENSION *made = X509V3_EXT_nconf(none, &ctx, name, value);
    NEED(made != NULL);
    NCONF_free(none);
    return made;
}

static void add_name(X509_NAME *name, const char *attribute, const char *value)
{
    NEED(X509_NAME_add_entry_by_txt(name, attribute, MBSTRING_UTF8, (const unsigned char *)value,
                                    -1, -1, 0) == 1);
}

static void fill_cert(X509 *cert, const pki_profile *p, EVP_PKEY *key)
{
    static long serial = 1000;
    bool usual = p->begins == 0 && p->ends == 0;
    X509V3_CTX ctx;
    NEED(X509_set_version(cert, X509_VERSION_3) == 1);
    NEED(ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++) == 1);
    NEED(X509_gmtime_adj(X509_getm_notBefore(cert), usual ? -DAY : p->begins) != NULL);
    NEED(X509_gmtime_adj(X509_getm_notAfter(cert), usual ? 365L * DAY : p->ends) != NULL);
    add_name(X509_get_subject_name(cert), "C", "CN");
    add_name(X509_get_subject_name(cert), "O", "测试公司");
    add_name(X509_get_subject_name(cert), "CN", p->name == NULL ? "Tester" : p->name);
    NEED(X509_set_pubkey(cert, key) == 1);
    X509 *issuer = p->issuer == NULL ? cert : p->issuer->cert;
    NEED(X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1);
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    if (p->version_1) {
        NEED(X509_set_version(cert, X509_VERSION_1) == 1);
        return;
    }
    add_extension(cert, &ctx, NID_subject_key_identifier, p->key_identifier ? "hash" : NULL);
    add_extension(cert, &ctx, NID_basic_constraints, p->constraints);
    add_extension(cert, &ctx, NID_key_usage, p->key_usage);
    add_extension(cert, &ctx, NID_ext_key_usage, p->purposes);
    for (size_t i = 0; p->more != NULL && p->more[i] != NULL; i += 2) {
        X509_EXTENSION *made = pki_extension(p->more[i], p->more[i + 1], issuer, cert);
        NEED(X509_add_ext(cert, made, -1) == 1);
        X509_EXTENSION_free(made);
    }
}

static void sign_cert(X509 *cert, const char *digest, EVP_PKEY *with)
{
    bool own = EVP_PKEY_is_a(with, "ED25519");
    const char *pss = EVP_PKEY_is_a(with, "RSA-PSS") ? "SHA384" : NULL;
    const char *name = pss != NULL ? pss : digest != NULL ? digest : "SHA256";
    NEED(X509_sign(cert, with, own ? NULL : EVP_get_digestbyname(name)) > 0);
}

static pki *make(EVP_PKEY *key, const pki_profile *profile)
{
    pki *p = calloc(1, sizeof *p);
    NEED(p != NULL);
    p->key = key;
    p->cert = X509_new();
    fill_cert(p->cert, profile, p->key);
    sign_cert(p->cert, profile->digest, profile->issuer == NULL ? p->key : profile->issuer->key);
    p->der_len = i2d_X509(p->cert, &p->der);
    NEED(p->der_len > 0);
    return p;
}

pki *pki_new(const pki_profile *profile)
{
    return make(profile->issuer == NULL && profile->constraints == NULL ? shared_key(profile->key)
                                                                        : new_key(profile->key),
                profile);
}

pki *pki_renew(const pki *old, const pki_profile *profile)
{
    (void)EVP_PKEY_up_ref(old->key);
    return make(old->key, profile);
}

void pki_drop(pki **p)
{
    if (*p != NULL) {
        EVP_PKEY_free((*p)->key);
        X509_free((*p)->cert);
        OPENSSL_free((*p)->der);
        free(*p);
        *p = NULL;
    }
}

pds_span pki_cert_der(const pki *p)
{
    return pds_span_of(p->der, (size_t)p->der_len);
}

pds_cert *pki_cert(const pki *p)
{
    pds_cert *cert = NULL;
    NEED(pds_cert_new(pki_cert_der(p), &cert, NULL) == PDS_OK);
    return cert;
}

/* ---- signing ---- */

void pki_sign(const pki *p, pds_algorithm algorithm, pds_span message, pds_buf *signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = (size_t)EVP_PKEY_get_size(p->key);
    uint8_t *room = pds_buf_grow(signature, len);
    size_t made = len;
    NEED(room != NULL);
    NEED(EVP_DigestSignInit_ex(ctx, NULL, pds_evp_digest_name(algorithm), NULL, NULL, p->key,
                               pds_evp_params(algorithm)) == 1);
    NEED(EVP_DigestSign(ctx, room, &made, message.ptr, message.len) == 1);
    signature->len -= len - made;
    EVP_MD_CTX_free(ctx);
}

void pki_cms_sign(const pki *p, pds_span content, unsigned flags, const char *digest, pds_buf *cms)
{
    BIO *data = BIO_new_mem_buf(content.ptr, (int)content.len);
    CMS_ContentInfo *info = CMS_sign(NULL, NULL, NULL, data, flags | CMS_PARTIAL);
    unsigned char *der = NULL;
    NEED(info != NULL);
    NEED(CMS_add1_signer(info, p->cert, p->key,
                         EVP_get_digestbyname(digest == NULL ? "SHA256" : digest), flags) != NULL);
    NEED(CMS_final(info, data, NULL, flags) == 1);
    int len = i2d_CMS_ContentInfo(info, &der);
    NEED(len > 0);
    pds_buf_put(cms, pds_span_of(der, (size_t)len));
    OPENSSL_free(der);
    CMS_ContentInfo_free(info);
    BIO_free(data);
}

/* The SET OF that was signed, in the order that the CMS has it in. */
static void put_attributes(CMS_SignerInfo *info, pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf body = { 0 };
    for (int i = 0; i < CMS_signed_get_attr_count(info); i++) {
        unsigned char *der = NULL;
        int len = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(info, i), &der);
        pds_buf_put(&body, pds_span_of(der, (size_t)len));
        OPENSSL_free(der);
    }
    NEED(body.len >= 128 && body.len < 256); /* one length octet behind 0x81 */
    pds_buf_byte(out, 0x31);
    pds_buf_byte(out, 0x81);
    pds_buf_byte(out, (uint8_t)body.len);
    pds_buf_put(out, pds_buf_span(&body));
}

static bool ed25519_value_fits(CMS_SignerInfo *info, X509 *cert)
{
    PDS_OWN(pds_buf_drop) pds_buf attributes = { 0 };
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    pds_span value = pds_asn1_span(CMS_SignerInfo_get0_signature(info));
    put_attributes(info, &attributes);
    bool fits = EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, X509_get0_pubkey(cert)) == 1 &&
                EVP_DigestVerify(ctx, value.ptr, value.len, attributes.ptr, attributes.len) == 1;
    EVP_MD_CTX_free(ctx);
    return fits;
}

/* OpenSSL 3.0 does not know RFC 8419: it takes the CMS apart, the rest is done here. */
static bool ed25519_verifies(CMS_ContentInfo *cms, pds_span content)
{
    CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    STACK_OF(X509) *certs = CMS_get1_certs(cms);
    const ASN1_OCTET_STRING *digest = CMS_signed_get0_data_by_OBJ(
        info, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING);
    uint8_t hash[64];
    bool fits = false;
    NEED(EVP_Q_digest(NULL, "SHA512", NULL, content.ptr, content.len, hash, NULL) == 1);
    for (int i = 0; i < sk_X509_num(certs); i++) {
        if (CMS_SignerInfo_cert_cmp(info, sk_X509_value(certs, i)) == 0) {
            fits = ed25519_value_fits(info, sk_X509_value(certs, i));
        }
    }
    sk_X509_pop_free(certs, X509_free);
    return fits && digest != NULL &&
           pds_span_eq(pds_asn1_span(digest), pds_span_of(hash, sizeof hash));
}

static bool is_ed25519(CMS_ContentInfo *cms)
{
    X509_ALGOR *algorithm = NULL;
    CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    CMS_SignerInfo_get0_algs(info, NULL, NULL, NULL, &algorithm);
    return OBJ_obj2nid(algorithm->algorithm) == NID_ED25519;
}

bool pki_cms_verifies(pds_span cms, pds_span content, const pki *root)
{
    const unsigned char *at = cms.ptr;
    CMS_ContentInfo *info = d2i_CMS_ContentInfo(NULL, &at, (long)cms.len);
    if (info == NULL || at != cms.ptr + cms.len) {
        CMS_ContentInfo_free(info);
        return false;
    }
    bool fine;
    if (is_ed25519(info)) {
        fine = ed25519_verifies(info, content);
    } else {
        BIO *data = BIO_new_mem_buf(content.ptr, (int)content.len);
        X509_STORE *store = X509_STORE_new();
        NEED(X509_STORE_add_cert(store, root->cert) == 1);
        X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
        X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
        fine = CMS_verify(info, NULL, store, data, NULL, CMS_BINARY | CMS_CADES) == 1;
        X509_STORE_free(store);
        BIO_free(data);
    }
    CMS_ContentInfo_free(info);
    ERR_clear_error(); /* a refusal may be what the test wants */
    return fine;
}
