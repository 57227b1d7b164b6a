#include "pdfsign/policy_file.h"

#include <stdlib.h>
#include <string.h>

#define BIT(n) (1U << (n))

/* MD5 and what is no word here can't be allowed by any policy. */
const pds_policy_word pds_policy_digests[] = {
    { "SHA-256", BIT(PDS_MD_SHA256) },
    { "SHA-384", BIT(PDS_MD_SHA384) },
    { "SHA-512", BIT(PDS_MD_SHA512) },
    { "SHA3-256", BIT(PDS_MD_SHA3_256) },
    { "SHA3-384", BIT(PDS_MD_SHA3_384) },
    { "SHA3-512", BIT(PDS_MD_SHA3_512) },
    { "SHA-224", BIT(PDS_MD_SHA224) },
    { "SHA-1", BIT(PDS_MD_SHA1) },
    { NULL, 0 },
};

/* FIPS 186-4, SEC 2, X9.62 and RFC 5639 name them. */
const pds_policy_word pds_policy_curves[] = {
    { "P-256", BIT(PDS_CURVE_P256) },
    { "P-384", BIT(PDS_CURVE_P384) },
    { "P-521", BIT(PDS_CURVE_P521) },
    { "brainpoolP256r1", BIT(PDS_CURVE_BRAINPOOL_256) },
    { "brainpoolP384r1", BIT(PDS_CURVE_BRAINPOOL_384) },
    { "brainpoolP512r1", BIT(PDS_CURVE_BRAINPOOL_512) },
    { "secp256r1", BIT(PDS_CURVE_P256) },
    { "prime256v1", BIT(PDS_CURVE_P256) },
    { "secp384r1", BIT(PDS_CURVE_P384) },
    { "secp521r1", BIT(PDS_CURVE_P521) },
    { NULL, 0 },
};

/* RFC 5280, 4.2.1.3; X.509 calls nonRepudiation contentCommitment. */
const pds_policy_word pds_policy_key_usages[] = {
    { "digitalSignature", BIT(0) }, { "nonRepudiation", BIT(1) },    { "keyEncipherment", BIT(2) },
    { "dataEncipherment", BIT(3) }, { "keyAgreement", BIT(4) },      { "keyCertSign", BIT(5) },
    { "cRLSign", BIT(6) },          { "contentCommitment", BIT(1) }, { NULL, 0 },
};

const pds_policy_word pds_policy_revocations[] = {
    { "none", PDS_REVOCATION_NONE },
    { "embedded", PDS_REVOCATION_EMBEDDED },
    { "online", PDS_REVOCATION_ONLINE },
    { NULL, 0 },
};

const pds_policy_word pds_policy_levels[] = {
    { "B-B", PDS_LEVEL_B },     { "B-T", PDS_LEVEL_T },   { "B-LT", PDS_LEVEL_LT },
    { "B-LTA", PDS_LEVEL_LTA }, { "b", PDS_LEVEL_B },     { "t", PDS_LEVEL_T },
    { "lt", PDS_LEVEL_LT },     { "lta", PDS_LEVEL_LTA }, { NULL, 0 },
};

/* RFC 5280, 4.2.1.12; RFC 9336; the registers of Adobe and Microsoft. */
static const struct {
    const char *word, *oid;
} PURPOSES[] = {
    { "documentSigning", "1.3.6.1.5.5.7.3.36" },
    { "emailProtection", "1.3.6.1.5.5.7.3.4" },
    { "clientAuth", "1.3.6.1.5.5.7.3.2" },
    { "serverAuth", "1.3.6.1.5.5.7.3.1" },
    { "codeSigning", "1.3.6.1.5.5.7.3.3" },
    { "timeStamping", "1.3.6.1.5.5.7.3.8" },
    { "OCSPSigning", "1.3.6.1.5.5.7.3.9" },
    { "anyExtendedKeyUsage", "2.5.29.37.0" },
    { "adobeAuthenticDocuments", "1.2.840.113583.1.1.5" },
    { "microsoftDocumentSigning", "1.3.6.1.4.1.311.10.3.12" },
};

static char fold(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static const char *skip_signs(const char *s)
{
    return s + strspn(s, "-_");
}

static bool same_word(const char *a, const char *b)
{
    a = skip_signs(a);
    b = skip_signs(b);
    while (*a != '\0' && fold(*a) == fold(*b)) {
        a = skip_signs(a + 1);
        b = skip_signs(b + 1);
    }
    return *a == *b;
}

bool pds_policy_word_find(const pds_policy_word *list, const char *word, uint32_t *value)
{
    for (; list->word != NULL; list++) {
        if (same_word(list->word, word)) {
            *value = list->value;
            return true;
        }
    }
    return false;
}

bool pds_policy_is_oid(const char *text)
{
    enum { TEXT_MAX = 120 };
    size_t numbers = 0;
    if (strlen(text) > TEXT_MAX || text[0] > '2') {
        return false;
    }
    for (const char *at = text;; at++) {
        const size_t digits = strspn(at, "0123456789");
        if (digits == 0 || (digits > 1 && *at == '0') || (numbers == 0 && digits > 1)) {
            return false;
        }
        numbers++;
        at += digits;
        if (*at != '.') {
            return *at == '\0' && numbers > 1;
        }
    }
}

const char *pds_policy_purpose(const char *word)
{
    for (size_t i = 0; i < sizeof PURPOSES / sizeof PURPOSES[0]; i++) {
        if (same_word(PURPOSES[i].word, word)) {
            return PURPOSES[i].oid;
        }
    }
    return pds_policy_is_oid(word) ? word : NULL;
}
