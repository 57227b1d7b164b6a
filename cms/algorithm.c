#include "cms/digest.h"
#include "cms/evp.h"

#include <strings.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/objects.h>

typedef struct digest_row {
    const char *name;
    const char *dashed;
    int nid;
    size_t size;
} digest_row;

static const digest_row DIGESTS[] = {
    [PDS_DIGEST_DEFAULT] = { "default", "default", NID_sha256, 32 },
    [PDS_SHA256] = { "sha256", "SHA-256", NID_sha256, 32 },
    [PDS_SHA384] = { "sha384", "SHA-384", NID_sha384, 48 },
    [PDS_SHA512] = { "sha512", "SHA-512", NID_sha512, 64 },
};
enum { DIGEST_COUNT = sizeof DIGESTS / sizeof DIGESTS[0] };

static const char *const WEAK[] = { "sha1", "sha-1", "md5", "md4", "md2", "ripemd160" };

pds_code pds_digest_from_name(const char *name, pds_digest *out, pds_err *e)
{
    for (size_t i = 0; i < DIGEST_COUNT; i++) {
        if (strcasecmp(name, DIGESTS[i].name) == 0 || strcasecmp(name, DIGESTS[i].dashed) == 0) {
            *out = (pds_digest)i;
            return PDS_OK;
        }
    }
    for (size_t i = 0; i < sizeof WEAK / sizeof WEAK[0]; i++) {
        if (strcasecmp(name, WEAK[i]) == 0) {
            pds_code code = pds_fail(e, PDS_E_KEY_WEAK, __func__,
                                     "the digest %s is too weak for signatures", name);
            return pds_err_expected(code, e, "sha256, sha384 or sha512", name);
        }
    }
    pds_code code = pds_fail(e, PDS_E_USAGE, __func__, "no digest is named '%s'", name);
    return pds_err_expected(code, e, "sha256, sha384 or sha512", name);
}

const char *pds_digest_name(pds_digest digest)
{
    return DIGESTS[digest].name;
}

size_t pds_digest_size(pds_digest digest)
{
    return DIGESTS[digest].size;
}

const EVP_MD *pds_evp_md(pds_digest digest)
{
    return pds_evp_md_get(pds_md_of(digest));
}

const char *pds_evp_digest_name(pds_algorithm algorithm)
{
    return algorithm.scheme == PDS_SCHEME_ED25519 ? NULL
                                                  : OBJ_nid2sn(DIGESTS[algorithm.digest].nid);
}

const OSSL_PARAM *pds_evp_params(pds_algorithm algorithm)
{
    static char pss[] = OSSL_PKEY_RSA_PAD_MODE_PSS;
    static char as_digest[] = OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST;
    static char pkcs1[] = OSSL_PKEY_RSA_PAD_MODE_PKCSV15;
    static const OSSL_PARAM rsa_pss[] = {
        { OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PARAM_UTF8_STRING, pss, sizeof pss - 1, 0 },
        { OSSL_SIGNATURE_PARAM_PSS_SALTLEN, OSSL_PARAM_UTF8_STRING, as_digest, sizeof as_digest - 1,
          0 },
        OSSL_PARAM_END
    };
    static const OSSL_PARAM rsa_pkcs1[] = { { OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PARAM_UTF8_STRING,
                                              pkcs1, sizeof pkcs1 - 1, 0 },
                                            OSSL_PARAM_END };
    static const OSSL_PARAM *const params[] = {
        [PDS_SCHEME_RSA_PKCS1] = rsa_pkcs1,
        [PDS_SCHEME_RSA_PSS] = rsa_pss,
        [PDS_SCHEME_ECDSA] = NULL,
        [PDS_SCHEME_ED25519] = NULL,
    };
    return params[algorithm.scheme];
}

bool pds_evp_fits(pds_key_kind kind, pds_scheme scheme)
{
    static const bool fits[PDS_KEY_OTHER + 1][PDS_SCHEME_ED25519 + 1] = {
        [PDS_KEY_RSA] = { [PDS_SCHEME_RSA_PKCS1] = true, [PDS_SCHEME_RSA_PSS] = true },
        [PDS_KEY_RSA_PSS] = { [PDS_SCHEME_RSA_PSS] = true },
        [PDS_KEY_EC] = { [PDS_SCHEME_ECDSA] = true },
        [PDS_KEY_ED25519] = { [PDS_SCHEME_ED25519] = true },
    };
    return fits[kind][scheme];
}

pds_key_kind pds_evp_kind(const EVP_PKEY *key)
{
    static const struct {
        int type;
        pds_key_kind kind;
    } kinds[] = {
        { EVP_PKEY_RSA, PDS_KEY_RSA },
        { EVP_PKEY_RSA_PSS, PDS_KEY_RSA_PSS },
        { EVP_PKEY_EC, PDS_KEY_EC },
        { EVP_PKEY_ED25519, PDS_KEY_ED25519 },
    };
    for (size_t i = 0; key != NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
        if (EVP_PKEY_get_base_id(key) == kinds[i].type) {
            return kinds[i].kind;
        }
    }
    return PDS_KEY_OTHER;
}

const char *pds_evp_reason(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return reason == NULL ? "no reason given" : reason;
}

void pds_evp_forget(void)
{
    ERR_clear_error();
}

pds_span pds_asn1_span(const ASN1_STRING *string)
{
    int len = ASN1_STRING_length(string);
    return pds_span_of(ASN1_STRING_get0_data(string), len < 0 ? 0 : (size_t)len);
}
