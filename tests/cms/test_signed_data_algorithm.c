/* Algorithms of signatures that somebody else made, and what OpenSSL makes. */

#include "base/own.h"
#include "tests/cms/cms_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/cms.h>

#include <cmocka.h>

static void signature_of_another_digest(cms_parts *p)
{
    p->algorithm.md = PDS_MD_SHA512;
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\xce\x3d\x04\x03\x04"));
}

static pds_span mgf1(pds_md md)
{
    return DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"),
               cms_algorithm(md));
}

static void set_pss(cms_parts *p, pds_md md, pds_md mask, unsigned salt, pds_span trailer)
{
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"),
                                 DER(PDS_DER_SEQUENCE, DER(0xa0, cms_algorithm(md)),
                                     DER(0xa1, mgf1(mask)), DER(0xa2, cms_uint(salt)), trailer));
}

static void pss_with_short_salt(cms_parts *p)
{
    p->algorithm.salt = 20;
    set_pss(p, PDS_MD_SHA256, PDS_MD_SHA256, 20, BYTES(""));
}

static void pss_with_another_mask(cms_parts *p)
{
    p->algorithm.mgf_md = PDS_MD_SHA1;
    set_pss(p, PDS_MD_SHA256, PDS_MD_SHA1, 32, BYTES(""));
}

static void pss_of_another_salt_than_said(cms_parts *p)
{
    p->algorithm.salt = 20;
}

static void pss_of_another_mask_than_said(cms_parts *p)
{
    p->algorithm.mgf_md = PDS_MD_SHA384;
}

static void pss_with_a_trailer(cms_parts *p)
{
    set_pss(p, PDS_MD_SHA256, PDS_MD_SHA256, 32, DER(0xa3, cms_uint(2)));
}

static void pss_with_its_trailer_said(cms_parts *p)
{
    set_pss(p, PDS_MD_SHA256, PDS_MD_SHA256, 32, DER(0xa3, cms_uint(1)));
}

static void pss_of_another_digest(cms_parts *p)
{
    p->algorithm.md = PDS_MD_SHA512;
    set_pss(p, PDS_MD_SHA512, PDS_MD_SHA512, 32, BYTES(""));
}

static void pss_without_parameters(cms_parts *p)
{
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"));
}

static void digest_sha256(cms_parts *p)
{
    p->digest_algorithm = cms_algorithm(PDS_MD_SHA256);
    p->digest_algorithms = p->digest_algorithm;
    cms_remove(p, MESSAGE_DIGEST);
    cms_add(p, cms_attribute(
                   MESSAGE_DIGEST,
                   DER(PDS_DER_OCTETS, cms_digest(PDS_MD_SHA256, pds_span_text(p->document)))));
}

static void rsa_said_of_an_ec_key(cms_parts *p)
{
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"));
}

static void key_identifier_as_algorithm(cms_parts *p)
{
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\xce\x3d\x02\x01"));
}

static void null_behind_ecdsa(cms_parts *p)
{
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\xce\x3d\x04\x03\x02"),
                                 DER(PDS_DER_NULL, BYTES("")));
}

static void rubbish_behind_ecdsa(cms_parts *p)
{
    p->signature_algorithm =
        DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\xce\x3d\x04\x03\x02"), cms_uint(1));
}

static void dsa_said(cms_parts *p)
{
    p->signature_algorithm = DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x86\x48\xce\x38\x04\x03"));
}

static void unknown_digest(cms_parts *p)
{
    p->digest_algorithm = DER(PDS_DER_SEQUENCE, OID_DATA);
}

static void digest_with_parameters(cms_parts *p)
{
    p->digest_algorithm = DER(PDS_DER_SEQUENCE, OID_SHA256, cms_uint(1));
}

static void digest_with_null(cms_parts *p)
{
    p->digest_algorithm = DER(PDS_DER_SEQUENCE, OID_SHA256, DER(PDS_DER_NULL, BYTES("")));
}

static void nothing_announced(cms_parts *p)
{
    p->digest_algorithms = BYTES("");
}

static void another_digest_announced(cms_parts *p)
{
    p->digest_algorithms = cms_algorithm(PDS_MD_SHA512);
}

static void several_digests_announced(cms_parts *p)
{
    p->digest_algorithms = CAT(cms_algorithm(PDS_MD_SHA512), cms_algorithm(PDS_MD_SHA256));
}

/* clang-format off */
static cms_row sound[] = {
    { "CAdES: RSA-2048, SHA-256", CADES, PKI_RSA_2048, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: RSA-3072, SHA-384", CADES, PKI_RSA_3072, PDS_MD_SHA384, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: RSA-2048, SHA-512", CADES, PKI_RSA_2048, PDS_MD_SHA512, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: RSA-2048, SHA3-256", CADES, PKI_RSA_2048, PDS_MD_SHA3_256, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: PSS, SHA-256", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, SOUND, NULL, PDS_F_NONE },
    { "CAdES: PSS, SHA-384", CADES, PKI_RSA_2048, PDS_MD_SHA384, true, SOUND, NULL, PDS_F_NONE },
    { "CAdES: PSS, SHA-512", CADES, PKI_RSA_2048, PDS_MD_SHA512, true, SOUND, NULL, PDS_F_NONE },
    { "CAdES: PSS with its trailer said", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_with_its_trailer_said, PDS_F_NONE },
    { "CAdES: a key for PSS only", CADES, PKI_RSA_PSS_2048, PDS_MD_SHA384, true, SOUND, NULL, PDS_F_NONE },
    { "CAdES: P-256, SHA-256", CADES, PKI_P256, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: P-256, SHA3-512", CADES, PKI_P256, PDS_MD_SHA3_512, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: P-384, SHA-384", CADES, PKI_P384, PDS_MD_SHA384, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: P-521, SHA-512", CADES, PKI_P521, PDS_MD_SHA512, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: brainpoolP256r1", CADES, PKI_BRAINPOOL, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: Ed25519", CADES, PKI_ED25519, PDS_MD_SHA512, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: a digest with NULL", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, digest_with_null, PDS_F_NONE },
    { "CAdES: several digests announced", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, several_digests_announced, PDS_F_NONE },
    { "PKCS#7: Ed25519", PKCS_7, PKI_ED25519, PDS_MD_SHA512, false, SOUND, NULL, PDS_F_NONE },
    { "CAdES: PSS with a short salt", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_with_short_salt, PDS_F_ALGORITHM_PARAMETERS_UNUSUAL },
    { "CAdES: PSS with another mask", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_with_another_mask, PDS_F_ALGORITHM_PARAMETERS_UNUSUAL },
    { "CAdES: the identifier of a key as that of a signature", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, key_identifier_as_algorithm, PDS_F_ALGORITHM_PARAMETERS_UNUSUAL },
    { "CAdES: NULL behind ECDSA", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, null_behind_ecdsa, PDS_F_ALGORITHM_PARAMETERS_UNUSUAL },
};

static cms_row bent[] = {
    { "ECDSA with SHA-512 over a SHA-256 CMS", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, signature_of_another_digest, PDS_F_ALGORITHM_MISMATCH },
    { "PSS of another digest", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_of_another_digest, PDS_F_ALGORITHM_MISMATCH },
    { "PSS of another salt than said", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_of_another_salt_than_said, PDS_F_SIGNATURE_WRONG },
    { "PSS of another mask than said", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_of_another_mask_than_said, PDS_F_SIGNATURE_WRONG },
    { "PSS with trailer 2", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_with_a_trailer, PDS_F_ALGORITHM_PARAMETERS_WRONG },
    { "PSS without parameters", CADES, PKI_RSA_2048, PDS_MD_SHA256, true, BEFORE, pss_without_parameters, PDS_F_ALGORITHM_PARAMETERS_WRONG },
    { "rubbish behind ECDSA", CADES, PKI_P256, PDS_MD_SHA256, false, BEFORE, rubbish_behind_ecdsa, PDS_F_ALGORITHM_PARAMETERS_WRONG },
    { "Ed25519 with SHA-256", CADES, PKI_ED25519, PDS_MD_SHA512, false, BEFORE, digest_sha256, PDS_F_ALGORITHM_MISMATCH },
    { "RSA said, the key is on a curve", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, rsa_said_of_an_ec_key, PDS_F_SIGNATURE_WRONG },
    { "DSA said", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, dsa_said, PDS_F_ALGORITHM_UNKNOWN },
    { "an unknown digest", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, unknown_digest, PDS_F_ALGORITHM_UNKNOWN },
    { "a digest with parameters", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, digest_with_parameters, PDS_F_ALGORITHM_UNKNOWN },
    { "no digest announced", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, nothing_announced, PDS_F_CMS_DIGEST_NOT_ANNOUNCED },
    { "another digest announced", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, another_digest_announced, PDS_F_CMS_DIGEST_NOT_ANNOUNCED },
    { "SHA-1", PKCS_7, PKI_RSA_2048, PDS_MD_SHA1, false, SOUND, NULL, PDS_F_DIGEST_WEAK },
    { "SHA-1 with ECDSA", CADES, PKI_P256, PDS_MD_SHA1, false, SOUND, NULL, PDS_F_DIGEST_WEAK },
    { "MD5", PKCS_7, PKI_RSA_2048, PDS_MD_MD5, false, SOUND, NULL, PDS_F_DIGEST_WEAK },
    { "SHA-224", CADES, PKI_P256, PDS_MD_SHA224, false, SOUND, NULL, PDS_F_DIGEST_WEAK },
    { "RSA-1024", CADES, PKI_RSA_1024, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_KEY_WEAK },
    { "secp256k1", CADES, PKI_SECP256K1, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_KEY_WEAK },
};
/* clang-format on */

/* ---- what OpenSSL makes ---- */

typedef struct openssl_row {
    const char *name;
    pki_key key;
    unsigned flags;
    const char *digest;
    pds_container container;
    pds_finding_code finds;
} openssl_row;

enum { USUAL = CMS_DETACHED | CMS_BINARY };

/* clang-format off */
static openssl_row openssl_rows[] = {
    { "OpenSSL: RSA", PKI_RSA_2048, USUAL, NULL, PKCS_7, PDS_F_NONE },
    { "OpenSSL: RSA, SHA-512", PKI_RSA_2048, USUAL, "SHA512", PKCS_7, PDS_F_NONE },
    { "OpenSSL 3.0: a key for PSS only, said to be PKCS#1, which OpenSSL refuses too", PKI_RSA_PSS_2048, USUAL, "SHA384", PKCS_7, PDS_F_SIGNATURE_WRONG },
    { "OpenSSL: P-256", PKI_P256, USUAL, NULL, PKCS_7, PDS_F_NONE },
    { "OpenSSL: P-384", PKI_P384, USUAL, "SHA384", PKCS_7, PDS_F_NONE },
    { "OpenSSL: P-521", PKI_P521, USUAL, "SHA512", PKCS_7, PDS_F_NONE },
    { "OpenSSL: brainpoolP256r1", PKI_BRAINPOOL, USUAL, NULL, PKCS_7, PDS_F_NONE },
    { "OpenSSL: CAdES, with its signing time", PKI_P256, USUAL | CMS_CADES, NULL, CADES, PDS_F_SIGNING_TIME_IN_CMS },
    { "OpenSSL: no attributes", PKI_RSA_2048, USUAL | CMS_NOATTR, NULL, PKCS_7, PDS_F_SIGNED_ATTRIBUTES_ABSENT },
    { "OpenSSL: no S/MIME capabilities", PKI_RSA_2048, USUAL | CMS_NOSMIMECAP, NULL, PKCS_7, PDS_F_NONE },
    { "OpenSSL: by key identifier", PKI_RSA_2048, USUAL | CMS_USE_KEYID, NULL, PKCS_7, PDS_F_NONE },
    { "OpenSSL: SHA-1", PKI_RSA_2048, USUAL, "SHA1", PKCS_7, PDS_F_DIGEST_WEAK },
    { "OpenSSL: the content inside", PKI_RSA_2048, CMS_BINARY, NULL, PKCS_7, PDS_F_CMS_CONTENT_WRONG },
    { "OpenSSL: no certificate", PKI_RSA_2048, USUAL | CMS_NOCERTS, NULL, PKCS_7, PDS_F_SIGNER_NOT_FOUND },
    { "OpenSSL: PKCS#7 in a CAdES document", PKI_RSA_2048, USUAL, NULL, CADES, PDS_F_SIGNING_CERTIFICATE_MISSING },
    { "OpenSSL: PKCS#7 as a timestamp", PKI_RSA_2048, USUAL, NULL, TOKEN, PDS_F_CMS_CONTENT_WRONG },
    { "OpenSSL: PKCS#7 as adbe.pkcs7.sha1", PKI_RSA_2048, USUAL, NULL, SHA1_CONTENT, PDS_F_CMS_CONTENT_WRONG },
};
/* clang-format on */

static void of_openssl(void **state)
{
    const openssl_row *r = *state;
    PDS_OWN(pki_drop) pki *signer = cms_signer_of(r->key);
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    cms_parts p = { .container = r->container, .document = "the byte range" };
    pki_cms_sign(signer, pds_span_text(p.document), r->flags, r->digest, &cms);
    p.whole = pds_buf_span(&cms);
    cms_read(&p, &found);
    if (r->finds == PDS_F_NONE ? found.findings.count > 0 : !cms_has(&found, r->finds)) {
        cms_show(&found);
    }
    assert_true(r->finds == PDS_F_NONE ? found.findings.count == 0 : cms_has(&found, r->finds));
    if (r->finds == PDS_F_NONE) {
        assert_true(found.digest_fits && found.signature_fits);
        assert_true(found.has_signing_time);
    }
}

int main(void)
{
    enum { COUNT = sizeof openssl_rows / sizeof openssl_rows[0] };
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] =
            (struct CMUnitTest){ openssl_rows[i].name, of_openssl, NULL, NULL, &openssl_rows[i] };
    }
    int failed = cms_rows_run("algorithms of others", sound, sizeof sound / sizeof sound[0], bent,
                              sizeof bent / sizeof bent[0]);
    failed += _cmocka_run_group_tests("OpenSSL", tests, COUNT, NULL, NULL);
    cms_drop_other();
    return failed;
}
