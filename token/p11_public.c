#include "base/own.h"
#include "cms/der.h"
#include "token/p11_kit.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

/* Public halves of keys whose certificate is not in the token: of their own attributes, or of a
 * public key's object. */

typedef struct reading {
    const pds_p11 *p;
    CK_OBJECT_HANDLE object;
    pds_err *e;
} reading;

/* Some tokens tell of what they don't have as empty. */
static pds_code read(const reading *r, CK_ATTRIBUTE_TYPE type, pds_buf *out, bool *has)
{
    PDS_TRY(pds_p11_attribute(r->p, r->p->main, r->object, type, out, has, r->e));
    *has = *has && out->len > 0;
    return PDS_OK;
}

/* Takes the builder. NULL: it can't be a key. */
static EVP_PKEY *build(const char *kind, OSSL_PARAM_BLD *builder)
{
    EVP_PKEY *made = NULL;
    OSSL_PARAM *const params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &made, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        made = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    return made;
}

/* ---- RSA ---- */

static EVP_PKEY *rsa_of(pds_span n, pds_span e)
{
    EVP_PKEY *made = NULL;
    BIGNUM *const modulus = BN_bin2bn(n.ptr, (int)n.len, NULL);
    BIGNUM *const exponent = BN_bin2bn(e.ptr, (int)e.len, NULL);
    OSSL_PARAM_BLD *const builder = OSSL_PARAM_BLD_new();
    if (modulus != NULL && exponent != NULL && builder != NULL &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
        made = build("RSA", builder);
    } else {
        OSSL_PARAM_BLD_free(builder);
    }
    BN_free(exponent);
    BN_free(modulus);
    return made;
}

static pds_code read_rsa(const reading *r, EVP_PKEY **out)
{
    PDS_OWN(pds_buf_drop) pds_buf n = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf e = { 0 };
    bool has_n = false;
    bool has_e = false;
    PDS_TRY(read(r, CKA_MODULUS, &n, &has_n));
    PDS_TRY(read(r, CKA_PUBLIC_EXPONENT, &e, &has_e));
    *out = has_n && has_e ? rsa_of(pds_buf_span(&n), pds_buf_span(&e)) : NULL;
    return PDS_OK;
}

/* ---- EC ---- */

/* The name of the curve that CKA_EC_PARAMS is the OID of; NULL: of no curve that is known. */
static const char *curve_of(pds_span params)
{
    const unsigned char *at = params.ptr;
    ASN1_OBJECT *const oid = d2i_ASN1_OBJECT(NULL, &at, (long)params.len);
    const int nid = oid == NULL ? NID_undef : OBJ_obj2nid(oid);
    ASN1_OBJECT_free(oid);
    return nid == NID_undef ? NULL : OBJ_nid2sn(nid);
}

static EVP_PKEY *ec_of(pds_span params, pds_span point)
{
    const char *const curve = curve_of(params);
    OSSL_PARAM_BLD *const builder = curve == NULL ? NULL : OSSL_PARAM_BLD_new();
    if (builder != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.ptr, point.len) ==
            1) {
        return build("EC", builder);
    }
    OSSL_PARAM_BLD_free(builder);
    return NULL;
}

/* CKA_EC_POINT is the point in an OCTET STRING; some tokens leave that off, and then one in 256
 * looks like an OCTET STRING all the same. */
static EVP_PKEY *ec_of_value(pds_span params, pds_span value)
{
    pds_span in = value;
    pds_der element;
    EVP_PKEY *made = NULL;
    if (pds_der_expect(&in, PDS_DER_OCTETS, &element) && in.len == 0) {
        made = ec_of(params, element.body);
    }
    return made != NULL ? made : ec_of(params, value);
}

static pds_code read_ec(const reading *r, EVP_PKEY **out)
{
    PDS_OWN(pds_buf_drop) pds_buf params = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf point = { 0 };
    bool has_params = false;
    bool has_point = false;
    PDS_TRY(read(r, CKA_EC_PARAMS, &params, &has_params));
    PDS_TRY(read(r, CKA_EC_POINT, &point, &has_point));
    *out =
        has_params && has_point ? ec_of_value(pds_buf_span(&params), pds_buf_span(&point)) : NULL;
    return PDS_OK;
}

/* ---- any ---- */

/* CKA_PUBLIC_KEY_INFO, which few have (PKCS#11 2.40, 4.9). */
static pds_code read_info(const reading *r, EVP_PKEY **out)
{
    PDS_OWN(pds_buf_drop) pds_buf info = { 0 };
    bool has = false;
    PDS_TRY(read(r, CKA_PUBLIC_KEY_INFO, &info, &has));
    const unsigned char *at = info.ptr;
    *out = has ? d2i_PUBKEY(NULL, &at, (long)info.len) : NULL;
    return PDS_OK;
}

pds_code pds_p11_public_half(const pds_p11 *p, CK_OBJECT_HANDLE object, EVP_PKEY **out, pds_err *e)
{
    const reading r = { .p = p, .object = object, .e = e };
    CK_KEY_TYPE type = CKK_VENDOR_DEFINED;
    CK_ATTRIBUTE wanted = { CKA_KEY_TYPE, &type, sizeof type };
    *out = NULL;
    if (p->module->C_GetAttributeValue(p->main, object, &wanted, 1) != CKR_OK) {
        return PDS_OK;
    }
    if (type == CKK_RSA) {
        PDS_TRY(read_rsa(&r, out));
    } else if (type == CKK_EC) {
        PDS_TRY(read_ec(&r, out));
    }
    return *out != NULL ? PDS_OK : read_info(&r, out);
}
