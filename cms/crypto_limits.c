#include "cms/crypto_limits.h"

#include "base/own.h"
#include "cms/evp.h"

#include <stdio.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>

#define BIT(n) (1U << (n))

const pds_crypto_limits *pds_crypto_limits_usual(void)
{
    static const pds_crypto_limits usual = {
        .digests = BIT(PDS_MD_SHA256) | BIT(PDS_MD_SHA384) | BIT(PDS_MD_SHA512) |
                   BIT(PDS_MD_SHA3_256) | BIT(PDS_MD_SHA3_384) | BIT(PDS_MD_SHA3_512),
        .curves = BIT(PDS_CURVE_COUNT) - 1,
        .rsa_bits_min = 2048,
        .rsa_exponent_min = 65537,
        .ed25519 = true,
    };
    return &usual;
}

pds_code pds_crypto_limits_digest(const pds_crypto_limits *limits, pds_md md, const char *use,
                                  pds_findings *f, pds_err *e)
{
    if ((limits->digests & BIT(md)) != 0) {
        return PDS_OK;
    }
    return pds_finding_add(f, PDS_F_DIGEST_WEAK, e, "the digest %s, used in %s, is too weak",
                           pds_md_name(md), use);
}

static void number_drop(BIGNUM **number)
{
    BN_free(*number);
}

/* FIPS 186-4, B.3.1: odd, above 2^16 and below 2^256. */
static bool exponent_is_fine(const pds_crypto_limits *limits, const pds_cert *c)
{
    enum { LEAST = 3, BITS_MAX = 256 };
    PDS_OWN(number_drop) BIGNUM *exponent = NULL;
    PDS_OWN(number_drop) BIGNUM *least = BN_new();
    uint32_t min = limits->rsa_exponent_min < LEAST ? LEAST : limits->rsa_exponent_min;
    bool fine = EVP_PKEY_get_bn_param(pds_cert_key(c), OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
                least != NULL && BN_set_word(least, min) == 1 && BN_is_odd(exponent) &&
                BN_num_bits(exponent) <= BITS_MAX && BN_cmp(exponent, least) >= 0;
    pds_evp_forget();
    return fine;
}

static pds_code judge_rsa(const pds_crypto_limits *limits, const pds_cert *c, pds_findings *f,
                          pds_err *e)
{
    if (pds_cert_bits(c) < limits->rsa_bits_min) {
        return pds_finding_add(f, PDS_F_KEY_WEAK, e,
                               "the RSA key of '%s' has %d bits; %d are the least allowed",
                               pds_cert_label(c), pds_cert_bits(c), limits->rsa_bits_min);
    }
    if (!exponent_is_fine(limits, c)) {
        return pds_finding_add(f, PDS_F_KEY_WEAK, e,
                               "the public exponent of the RSA key of '%s' is not allowed",
                               pds_cert_label(c));
    }
    return PDS_OK;
}

/* Parameters written out may be those of a curve made for a forgery; no certificate needs them (RFC
 * 5480, 2.1.1). */
static bool curve_of(const pds_cert *c, pds_curve *out, char *name, size_t room)
{
    static const char *const curves[PDS_CURVE_COUNT] = {
        [PDS_CURVE_P256] = "prime256v1",
        [PDS_CURVE_P384] = "secp384r1",
        [PDS_CURVE_P521] = "secp521r1",
        [PDS_CURVE_BRAINPOOL_256] = "brainpoolP256r1",
        [PDS_CURVE_BRAINPOOL_384] = "brainpoolP384r1",
        [PDS_CURVE_BRAINPOOL_512] = "brainpoolP512r1",
    };
    int explicitly = 0;
    if (EVP_PKEY_get_group_name(pds_cert_key(c), name, room, NULL) != 1 ||
        EVP_PKEY_get_int_param(pds_cert_key(c), OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
                               &explicitly) != 1 ||
        explicitly != 0) {
        pds_evp_forget();
        (void)snprintf(name, room, "?");
        return false;
    }
    for (pds_curve i = 0; i < PDS_CURVE_COUNT; i++) {
        if (strcmp(curves[i], name) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static pds_code judge_ec(const pds_crypto_limits *limits, const pds_cert *c, pds_findings *f,
                         pds_err *e)
{
    char name[64];
    pds_curve curve;
    if (curve_of(c, &curve, name, sizeof name) && (limits->curves & BIT(curve)) != 0) {
        return PDS_OK;
    }
    return pds_finding_add(f, PDS_F_KEY_WEAK, e,
                           "the key of '%s' is on the curve '%s', which is not allowed",
                           pds_cert_label(c), name);
}

pds_code pds_crypto_limits_key(const pds_crypto_limits *limits, const pds_cert *c, pds_findings *f,
                               pds_err *e)
{
    switch (pds_cert_kind(c)) {
    case PDS_KEY_RSA:
    case PDS_KEY_RSA_PSS:
        return judge_rsa(limits, c, f, e);
    case PDS_KEY_EC:
        return judge_ec(limits, c, f, e);
    case PDS_KEY_ED25519:
        if (limits->ed25519) {
            return PDS_OK;
        }
        break;
    case PDS_KEY_OTHER:
        break;
    }
    return pds_finding_add(f, PDS_F_KEY_WEAK, e, "the key of '%s' is of a kind not allowed",
                           pds_cert_label(c));
}
