#include "tests/cms/pki_private.h"

#include <time.h>

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

enum { HOUR = 3600, DAY = 86400 };

static ASN1_TIME *in(long seconds)
{
    ASN1_TIME *made = X509_gmtime_adj(NULL, seconds);
    NEED(made != NULL);
    return made;
}

static ASN1_GENERALIZEDTIME *generalized(long seconds)
{
    ASN1_TIME *made = in(seconds);
    ASN1_GENERALIZEDTIME *same = ASN1_TIME_to_generalizedtime(made, NULL);
    ASN1_TIME_free(made);
    NEED(same != NULL);
    return same;
}

static const EVP_MD *digest_of(const pki *signer, const char *name)
{
    if (EVP_PKEY_is_a(signer->key, "ED25519")) {
        return NULL;
    }
    return EVP_get_digestbyname(name == NULL ? "SHA256" : name);
}

static void put_der(pds_buf *out, unsigned char *der, int len)
{
    NEED(len > 0);
    pds_buf_put(out, pds_span_of(der, (size_t)len));
    OPENSSL_free(der);
}

/* ---- lists ---- */

static void add_to_entry(X509_REVOKED *entry, const char *name, const char *value)
{
    X509_EXTENSION *made = pki_extension(name, value, NULL, NULL);
    NEED(X509_REVOKED_add_ext(entry, made, -1) == 1);
    X509_EXTENSION_free(made);
}

static void add_entry(X509_CRL *crl, const pki_entry *e)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *revoked = in(e->revoked);
    NEED(X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(e->cert->cert)) == 1);
    NEED(X509_REVOKED_set_revocationDate(entry, revoked) == 1);
    ASN1_TIME_free(revoked);
    if (e->reason != 0) {
        ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
        NEED(ASN1_ENUMERATED_set(reason, e->reason) == 1);
        NEED(X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0) == 1);
        ASN1_ENUMERATED_free(reason);
    }
    if (e->invalid != NULL) {
        ASN1_GENERALIZEDTIME *invalid = ASN1_GENERALIZEDTIME_new();
        NEED(ASN1_GENERALIZEDTIME_set_string(invalid, e->invalid) == 1);
        NEED(X509_REVOKED_add1_ext_i2d(entry, NID_invalidity_date, invalid, 0, 0) == 1);
        ASN1_GENERALIZEDTIME_free(invalid);
    }
    for (size_t i = 0; e->more != NULL && e->more[i] != NULL; i += 2) {
        add_to_entry(entry, e->more[i], e->more[i + 1]);
    }
    NEED(X509_CRL_add0_revoked(crl, entry) == 1);
}

static void set_crl_times(X509_CRL *crl, const pki_crl *what)
{
    const bool usual = what->begins == 0 && what->ends == 0;
    ASN1_TIME *begins = in(usual ? -HOUR : what->begins);
    NEED(X509_CRL_set1_lastUpdate(crl, begins) == 1);
    ASN1_TIME_free(begins);
    if (usual || what->ends != 0) {
        ASN1_TIME *ends = in(usual ? DAY : what->ends);
        NEED(X509_CRL_set1_nextUpdate(crl, ends) == 1);
        ASN1_TIME_free(ends);
    }
}

void pki_make_crl(const pki_crl *what, pds_buf *der)
{
    X509_CRL *crl = X509_CRL_new();
    const pki *signer = what->signer == NULL ? what->issuer : what->signer;
    NEED(X509_CRL_set_version(crl, 1) == 1);
    NEED(X509_CRL_set_issuer_name(crl, X509_get_subject_name(what->issuer->cert)) == 1);
    set_crl_times(crl, what);
    for (size_t i = 0; i < PKI_ENTRIES_MAX && what->entries[i].cert != NULL; i++) {
        add_entry(crl, &what->entries[i]);
    }
    for (size_t i = 0; what->more != NULL && what->more[i] != NULL; i += 2) {
        X509_EXTENSION *made =
            pki_extension(what->more[i], what->more[i + 1], what->issuer->cert, NULL);
        NEED(X509_CRL_add_ext(crl, made, -1) == 1);
        X509_EXTENSION_free(made);
    }
    NEED(X509_CRL_sort(crl) == 1);
    NEED(X509_CRL_sign(crl, signer->key, digest_of(signer, what->digest)) > 0);
    unsigned char *bytes = NULL;
    const int len = i2d_X509_CRL(crl, &bytes);
    put_der(der, bytes, len);
    X509_CRL_free(crl);
}

/* ---- responses ---- */

static OCSP_SINGLERESP *add_answer(OCSP_BASICRESP *basic, const pki_ocsp *what)
{
    const bool usual = what->begins == 0 && what->ends == 0;
    OCSP_CERTID *id =
        OCSP_cert_to_id(EVP_get_digestbyname(what->id_digest == NULL ? "SHA1" : what->id_digest),
                        what->cert->cert, what->issuer->cert);
    ASN1_TIME *begins = in(usual ? -HOUR : what->begins);
    ASN1_TIME *ends = usual || what->ends != 0 ? in(usual ? DAY : what->ends) : NULL;
    ASN1_TIME *revoked = what->status == V_OCSP_CERTSTATUS_REVOKED ? in(what->revoked) : NULL;
    OCSP_SINGLERESP *made =
        OCSP_basic_add1_status(basic, id, what->status, what->reason, revoked, begins, ends);
    NEED(made != NULL);
    ASN1_TIME_free(begins);
    ASN1_TIME_free(ends);
    ASN1_TIME_free(revoked);
    OCSP_CERTID_free(id);
    return made;
}

static void add_extensions(OCSP_SINGLERESP *answer, const pki_ocsp *what)
{
    if (what->critical) {
        X509_EXTENSION *made = pki_extension("1.2.3.4", "critical,DER:0500", NULL, NULL);
        NEED(OCSP_SINGLERESP_add_ext(answer, made, -1) == 1);
        X509_EXTENSION_free(made);
    }
    if (what->archive_cutoff != NULL) {
        ASN1_GENERALIZEDTIME *cutoff = ASN1_GENERALIZEDTIME_new();
        NEED(ASN1_GENERALIZEDTIME_set_string(cutoff, what->archive_cutoff) == 1);
        NEED(OCSP_SINGLERESP_add1_ext_i2d(answer, NID_id_pkix_OCSP_archiveCutoff, cutoff, 0, 0) ==
             1);
        ASN1_GENERALIZEDTIME_free(cutoff);
    }
}

/* OCSP_basic_sign with NOTIME leaves producedAt alone, which has no setter of its own. */
static void sign_answer(OCSP_BASICRESP *basic, const pki_ocsp *what)
{
    const pki *signer = what->signer == NULL ? what->issuer : what->signer;
    const pki *named = what->named_signer == NULL ? signer : what->named_signer;
    unsigned long flags = OCSP_NOTIME;
    flags |= what->by_key ? OCSP_RESPID_KEY : 0;
    flags |= what->without_certs ? OCSP_NOCERTS : 0;
    const long begins = what->begins == 0 && what->ends == 0 ? -HOUR : what->begins;
    ASN1_GENERALIZEDTIME *produced = generalized(what->produced == 0 ? begins : what->produced);
    ASN1_GENERALIZEDTIME *at = (ASN1_GENERALIZEDTIME *)(uintptr_t)OCSP_resp_get0_produced_at(basic);
    NEED(ASN1_STRING_set(at, ASN1_STRING_get0_data(produced), ASN1_STRING_length(produced)) == 1);
    ASN1_GENERALIZEDTIME_free(produced);
    if (named == signer) {
        NEED(OCSP_basic_sign(basic, named->cert, signer->key, digest_of(signer, what->digest), NULL,
                             flags) == 1);
        return;
    }
    /* A certificate whose key did not sign: OCSP_basic_sign would see it. */
    pki forged = { .cert = X509_dup(named->cert) };
    NEED(X509_set_pubkey(forged.cert, signer->key) == 1);
    NEED(OCSP_basic_sign(basic, forged.cert, signer->key, digest_of(signer, what->digest), NULL,
                         flags | OCSP_NOCERTS) == 1);
    X509_free(forged.cert);
}

void pki_make_ocsp(const pki_ocsp *what, pds_buf *der)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    unsigned char *bytes = NULL;
    add_extensions(add_answer(basic, what), what);
    sign_answer(basic, what);
    if (what->only_basic) {
        const int len = i2d_OCSP_BASICRESP(basic, &bytes);
        put_der(der, bytes, len);
    } else {
        OCSP_RESPONSE *whole = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
        const int len = i2d_OCSP_RESPONSE(whole, &bytes);
        put_der(der, bytes, len);
        OCSP_RESPONSE_free(whole);
    }
    OCSP_BASICRESP_free(basic);
}
