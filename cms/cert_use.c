#include "base/own.h"
#include "cms/cert_query.h"
#include "cms/evp.h"
#include "cms/signature_algorithm.h"
#include "cms/x509.h"

#include <stdio.h>

#include <openssl/core_names.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

enum { RSA_BITS_MIN = 2048 }; /* ETSI TS 119 312 */

static pds_code check_time(const pds_cert *c, time_t when, pds_err *e)
{
    char date[32];
    struct tm tm;
    bool early = when < pds_cert_not_before(c);
    time_t limit = early ? pds_cert_not_before(c) : pds_cert_not_after(c);
    if (!early && when <= limit) {
        return PDS_OK;
    }
    if (gmtime_r(&limit, &tm) == NULL ||
        strftime(date, sizeof date, "%Y-%m-%d %H:%M:%SZ", &tm) == 0) {
        (void)snprintf(date, sizeof date, "%lld", (long long)limit);
    }
    if (early) {
        PDS_FAIL(e, PDS_E_CERT_NOT_YET_VALID, "the certificate of '%s' is not valid before %s",
                 pds_cert_label(c), date);
    }
    PDS_FAIL(e, PDS_E_CERT_EXPIRED, "the certificate of '%s' expired on %s", pds_cert_label(c),
             date);
}

/* Adds ", name" or "name". */
static void append(char *list, size_t room, const char *name)
{
    size_t len = strlen(list);
    (void)snprintf(list + len, room - len, "%s%s", len == 0 ? "" : ", ", name);
}

/* RFC 5280, 4.2.1.3 */
static pds_code check_key_usage(const pds_cert *c, pds_err *e)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } usages[] = {
        { KU_KEY_ENCIPHERMENT, "keyEncipherment" },
        { KU_DATA_ENCIPHERMENT, "dataEncipherment" },
        { KU_KEY_AGREEMENT, "keyAgreement" },
        { KU_KEY_CERT_SIGN, "keyCertSign" },
        { KU_CRL_SIGN, "cRLSign" },
        { KU_ENCIPHER_ONLY, "encipherOnly" },
        { KU_DECIPHER_ONLY, "decipherOnly" },
    };
    uint32_t usage = X509_get_key_usage(pds_cert_x509(c)); /* all bits: no such extension */
    char found[128] = "";
    if ((usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0) {
        return PDS_OK;
    }
    for (size_t i = 0; i < sizeof usages / sizeof usages[0]; i++) {
        if ((usage & usages[i].bit) != 0) {
            append(found, sizeof found, usages[i].name);
        }
    }
    pds_code code = pds_fail(e, PDS_E_CERT_USAGE, __func__,
                             "the key usage of the certificate of '%s' forbids signing documents",
                             pds_cert_label(c));
    return pds_err_expected(code, e, "digitalSignature or nonRepudiation", found);
}

const char *const pds_purposes_of_machines[] = {
    "1.3.6.1.5.5.7.3.1", /* serverAuth */
    "1.3.6.1.5.5.7.3.3", /* codeSigning */
    "1.3.6.1.5.5.7.3.8", /* timeStamping */
    "1.3.6.1.5.5.7.3.9", /* OCSPSigning */
    NULL,
};

static bool for_machines_only(const ASN1_OBJECT *purpose)
{
    char oid[64];
    (void)OBJ_obj2txt(oid, sizeof oid, purpose, 1);
    for (size_t i = 0; pds_purposes_of_machines[i] != NULL; i++) {
        if (strcmp(oid, pds_purposes_of_machines[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void purposes_drop(EXTENDED_KEY_USAGE **purposes)
{
    EXTENDED_KEY_USAGE_free(*purposes);
}

/* RFC 5280, 4.2.1.12. No purpose of all those in use is the one for documents (RFC 9336 is young):
 * only what is clearly something else is refused. */
static pds_code check_purposes(const pds_cert *c, pds_err *e)
{
    char found[128] = "";
    PDS_OWN(purposes_drop)
    EXTENDED_KEY_USAGE *all = X509_get_ext_d2i(pds_cert_x509(c), NID_ext_key_usage, NULL, NULL);
    if (all == NULL) {
        return PDS_OK;
    }
    for (int i = 0; i < sk_ASN1_OBJECT_num(all); i++) {
        const ASN1_OBJECT *purpose = sk_ASN1_OBJECT_value(all, i);
        if (!for_machines_only(purpose)) {
            return PDS_OK;
        }
        append(found, sizeof found, OBJ_nid2sn(OBJ_obj2nid(purpose)));
    }
    pds_code code = pds_fail(
        e, PDS_E_CERT_USAGE, __func__,
        "the extended key usage of the certificate of '%s' does not allow signing documents",
        pds_cert_label(c));
    return pds_err_expected(code, e, "a purpose such as documentSigning or emailProtection", found);
}

/* The name of an elliptic curve that signatures may use, or NULL; shown gets its name in any case.
 */
static bool curve_is_known(const EVP_PKEY *key, char *shown, size_t room)
{
    static const char *const curves[] = { SN_X9_62_prime256v1, SN_secp384r1, SN_secp521r1 };
    if (EVP_PKEY_get_group_name(key, shown, room, NULL) != 1) {
        (void)snprintf(shown, room, "explicit parameters");
        return false;
    }
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        if (strcmp(shown, curves[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* What kind of key lies in a certificate whose kind is not known to us. */
static const char *algorithm_name(const pds_cert *c)
{
    ASN1_OBJECT *object = NULL;
    X509_PUBKEY_get0_param(&object, NULL, NULL, NULL, X509_get_X509_PUBKEY(pds_cert_x509(c)));
    const char *name = OBJ_nid2ln(OBJ_obj2nid(object));
    return name == NULL ? "" : name;
}

static pds_code unsupported(const pds_cert *c, const char *expected, const char *found, pds_err *e)
{
    pds_code code =
        pds_fail(e, PDS_E_KEY_UNSUPPORTED, __func__,
                 "the kind of key in the certificate of '%s' is not supported", pds_cert_label(c));
    return pds_err_expected(code, e, expected, found);
}

static pds_code check_key(const pds_cert *c, pds_err *e)
{
    char name[64] = "";
    switch (pds_cert_kind(c)) {
    case PDS_KEY_RSA:
    case PDS_KEY_RSA_PSS:
        if (pds_cert_bits(c) < RSA_BITS_MIN) {
            (void)snprintf(name, sizeof name, "%d bits", pds_cert_bits(c));
            pds_code code =
                pds_fail(e, PDS_E_KEY_WEAK, __func__,
                         "the RSA key in the certificate of '%s' is too short", pds_cert_label(c));
            return pds_err_expected(code, e, "2048 bits or more", name);
        }
        return PDS_OK;
    case PDS_KEY_EC:
        if (!curve_is_known(pds_cert_key(c), name, sizeof name)) {
            return unsupported(c, "curve P-256, P-384 or P-521", name, e);
        }
        return PDS_OK;
    case PDS_KEY_ED25519:
        return PDS_OK;
    case PDS_KEY_OTHER:
        break;
    }
    return unsupported(c, "RSA, P-256, P-384, P-521 or Ed25519", algorithm_name(c), e);
}

pds_code pds_cert_may_sign(const pds_cert *c, time_t when, bool allow_expired, pds_err *e)
{
    PDS_TRY(check_key(c, e));
    PDS_TRY(check_key_usage(c, e));
    PDS_TRY(check_purposes(c, e));
    return allow_expired ? PDS_OK : check_time(c, when, e);
}

/* RFC 4055, 3.1: a key of kind RSASSA-PSS may be bound to one digest. */
static bool pss_digest(const pds_cert *c, pds_digest *out)
{
    char name[32];
    if (pds_cert_kind(c) != PDS_KEY_RSA_PSS ||
        EVP_PKEY_get_utf8_string_param(pds_cert_key(c), OSSL_PKEY_PARAM_RSA_DIGEST, name,
                                       sizeof name, NULL) != 1) {
        return false;
    }
    for (pds_digest d = PDS_SHA256; d <= PDS_SHA512; d++) {
        if (EVP_MD_is_a(pds_evp_md(d), name)) {
            *out = d;
            return true;
        }
    }
    return false;
}

static pds_digest default_digest(const pds_cert *c)
{
    enum { P256_BITS = 256, P384_BITS = 384 };
    pds_digest bound;
    switch (pds_cert_kind(c)) {
    case PDS_KEY_EC:
        return pds_cert_bits(c) <= P256_BITS   ? PDS_SHA256
               : pds_cert_bits(c) <= P384_BITS ? PDS_SHA384
                                               : PDS_SHA512;
    case PDS_KEY_ED25519:
        return PDS_SHA512;
    default:
        return pss_digest(c, &bound) ? bound : PDS_SHA256;
    }
}

pds_code pds_cert_algorithm(const pds_cert *c, pds_digest digest, bool pss, pds_algorithm *out,
                            pds_err *e)
{
    static const pds_scheme schemes[] = {
        [PDS_KEY_RSA] = PDS_SCHEME_RSA_PKCS1,   [PDS_KEY_RSA_PSS] = PDS_SCHEME_RSA_PSS,
        [PDS_KEY_EC] = PDS_SCHEME_ECDSA,        [PDS_KEY_ED25519] = PDS_SCHEME_ED25519,
        [PDS_KEY_OTHER] = PDS_SCHEME_RSA_PKCS1,
    };
    pds_key_kind kind = pds_cert_kind(c);
    pds_digest usual = default_digest(c);
    pds_digest bound;
    pds_algorithm made = { pss ? PDS_SCHEME_RSA_PSS : schemes[kind],
                           digest == PDS_DIGEST_DEFAULT ? usual : digest };

    if (!pds_evp_fits(kind, made.scheme)) {
        PDS_FAIL(e, PDS_E_KEY_UNSUPPORTED, "the key of '%s' can't sign with %s", pds_cert_label(c),
                 pss ? "RSASSA-PSS" : pds_translated(N_("any known scheme")));
    }
    bool one_only = kind == PDS_KEY_ED25519 || pss_digest(c, &bound);
    if (one_only && made.digest != usual) {
        pds_code code = pds_fail(e, PDS_E_KEY_UNSUPPORTED, __func__,
                                 "the key of '%s' signs with one digest only", pds_cert_label(c));
        return pds_err_expected(code, e, pds_digest_name(usual), pds_digest_name(made.digest));
    }
    *out = made;
    return PDS_OK;
}

size_t pds_cert_signature_max(const pds_cert *c)
{
    int size = pds_cert_key(c) == NULL ? 0 : EVP_PKEY_get_size(pds_cert_key(c));
    return size < 0 ? 0 : (size_t)size;
}

pds_code pds_cert_verify(const pds_cert *c, pds_algorithm algorithm, pds_span message,
                         pds_span signature, pds_err *e)
{
    const pds_signature_algorithm as = pds_signature_algorithm_of(algorithm);
    bool fits = false;
    if (!pds_evp_fits(pds_cert_kind(c), algorithm.scheme)) {
        PDS_FAIL(e, PDS_E_SIGNATURE_WRONG, "the signature is not of the kind that '%s' can make",
                 pds_cert_label(c));
    }
    PDS_TRY(pds_signature_fits(c, &as, message, signature, &fits, e));
    if (!fits) {
        PDS_FAIL(e, PDS_E_SIGNATURE_WRONG,
                 "the signature does not belong to the certificate of '%s'", pds_cert_label(c));
    }
    return PDS_OK;
}
