/* Timestamps, the older containers, and what is told of signatures that somebody else made. */

#include "base/own.h"
#include "tests/cms/cms_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- the form ---- */

static void version_1(cms_parts *p)
{
    p->version = 1;
}

static void no_content(cms_parts *p)
{
    p->content = BYTES("");
}

/* ---- timestamps, and the older containers ---- */

static void token_of(cms_parts *p, pds_span info)
{
    p->content = info;
    cms_remove(p, MESSAGE_DIGEST);
    cms_add(p, cms_attribute(MESSAGE_DIGEST,
                             DER(PDS_DER_OCTETS, cms_digest(p->algorithm.md, p->content))));
}

static void token_of_other_bytes(cms_parts *p)
{
    token_of(p, cms_tst_info("other bytes", PDS_MD_SHA256));
}

static void token_by_sha1(cms_parts *p)
{
    token_of(p, cms_tst_info(p->document, PDS_MD_SHA1));
}

static void token_changed_later(cms_parts *p)
{
    p->content = cms_tst_info("other bytes", PDS_MD_SHA256);
    p->shown = "other bytes";
}

/* The TSTInfo with one field in place of another, counted from 0. */
static void token_with(cms_parts *p, size_t field, pds_span value)
{
    PDS_OWN(pds_buf_drop) pds_buf fields = { 0 };
    pds_span in = cms_body_of(p->content);
    pds_der one;
    for (size_t i = 0; pds_der_take(&in, &one); i++) {
        pds_buf_put(&fields, i == field ? value : one.whole);
    }
    token_of(p, DER(PDS_DER_SEQUENCE, pds_buf_span(&fields)));
}

static void token_of_version_2(cms_parts *p)
{
    token_with(p, 0, cms_uint(2));
}

static void token_of_unknown_digest(cms_parts *p)
{
    token_with(
        p, 2,
        DER(PDS_DER_SEQUENCE, DER(PDS_DER_SEQUENCE, OID_DATA), DER(PDS_DER_OCTETS, BYTES("x"))));
}

static void token_of_local_time(cms_parts *p)
{
    token_with(p, 4, DER(PDS_DER_GENERALIZED_TIME, BYTES("20260102030405+0800")));
}

static void token_of_no_day(cms_parts *p)
{
    token_with(p, 4, DER(PDS_DER_GENERALIZED_TIME, BYTES("20260230030405Z")));
}

static void token_with_wrong_accuracy(cms_parts *p)
{
    token_with(p, 5, DER(PDS_DER_SEQUENCE, DER(PDS_DER_PRIMITIVE_0, BYTES("\x7f\xff"))));
}

static void token_with_critical_extension(cms_parts *p)
{
    pds_span extension = DER(PDS_DER_SEQUENCE, OID_DATA, DER(PDS_DER_BOOLEAN, BYTES("\xff")),
                             DER(PDS_DER_OCTETS, BYTES("x")));
    token_with(p, 5, DER(0xa1, extension));
}

static void token_names_its_signer(cms_parts *p)
{
    pds_cert_parts parts = { 0 };
    (void)pds_cert_parts_read(pki_cert_der(p->signer), &parts);
    token_with(p, 5, DER(0xa0, DER(0xa4, parts.subject)));
}

static void token_names_another(cms_parts *p)
{
    pds_cert_parts parts = { 0 };
    (void)pds_cert_parts_read(pki_cert_der(cms_other_signer()), &parts);
    token_with(p, 5, DER(0xa0, DER(0xa4, parts.subject)));
}

static void certificate_elsewhere(cms_parts *p)
{
    p->certificates = BYTES("");
    p->known = pki_cert_der(p->signer);
}

static void content_of_other_bytes(cms_parts *p)
{
    token_of(p, cms_digest(PDS_MD_SHA1, BYTES("other bytes")));
}

static void without_cert_entry(cms_parts *p)
{
    p->certs[0] = BYTES("");
}

static void cert_entry_of_another(cms_parts *p)
{
    p->certs[0] = pki_cert_der(cms_other_signer());
}

static void cert_entry_broken(cms_parts *p)
{
    p->certs[0] = cms_uint(1);
}

static void value_not_wrapped(cms_parts *p)
{
    p->whole = p->signature;
}

/* clang-format off */
static cms_row sound[] = {
    { "bare: RSA, SHA-256", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_NONE },
    { "token: P-256", TOKEN, PKI_P256, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_NONE },
    { "token: RSA, SHA-512", TOKEN, PKI_RSA_2048, PDS_MD_SHA512, false, SOUND, NULL, PDS_F_NONE },
    { "token: its certificate elsewhere", TOKEN, PKI_P256, PDS_MD_SHA256, false, AFTER, certificate_elsewhere, PDS_F_NONE },
    { "token: it names its signer", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_names_its_signer, PDS_F_NONE },
    { "token: bend_indefinite length", TOKEN, PKI_P256, PDS_MD_SHA256, false, WHOLE, bend_indefinite, PDS_F_CMS_ENCODING_BER },
    { "token: it names another authority", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_names_another, PDS_F_TST_NAME_OTHER },
};

static cms_row bent[] = {
    { "no certificate, though it is known", CADES, PKI_P256, PDS_MD_SHA256, false, AFTER, certificate_elsewhere, PDS_F_SIGNER_NOT_FOUND },
    { "adbe.pkcs7.sha1 is weak", SHA1_CONTENT, PKI_RSA_2048, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_DIGEST_WEAK },
    { "adbe.pkcs7.sha1 without attributes", SHA1_CONTENT, PKI_RSA_2048, PDS_MD_SHA256, false, BEFORE, bend_no_attributes, PDS_F_DIGEST_WEAK },
    { "adbe.pkcs7.sha1: another document", SHA1_CONTENT, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, bend_another_document, PDS_F_DIGEST_MISMATCH },
    { "adbe.pkcs7.sha1: the content of other bytes", SHA1_CONTENT, PKI_RSA_2048, PDS_MD_SHA256, false, BEFORE, content_of_other_bytes, PDS_F_DIGEST_MISMATCH },
    { "adbe.pkcs7.sha1: no content", SHA1_CONTENT, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, no_content, PDS_F_CMS_CONTENT_WRONG },
    { "bare: SHA-1", BARE, PKI_RSA_2048, PDS_MD_SHA1, false, SOUND, NULL, PDS_F_DIGEST_WEAK },
    { "bare: another document", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, bend_another_document, PDS_F_DIGEST_MISMATCH },
    { "bare: no certificate", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, without_cert_entry, PDS_F_SIGNER_NOT_FOUND },
    { "bare: a certificate of another kind of key", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, cert_entry_of_another, PDS_F_SIGNATURE_WRONG },
    { "bare: a broken certificate", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, cert_entry_broken, PDS_F_SIGNER_NOT_FOUND },
    { "bare: a changed value", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, AFTER, bend_flipped_value, PDS_F_SIGNATURE_WRONG },
    { "bare: the value without its OCTET STRING", BARE, PKI_RSA_2048, PDS_MD_SHA256, false, WHOLE, value_not_wrapped, PDS_F_CMS_UNREADABLE },
    { "token of other bytes", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_of_other_bytes, PDS_F_DIGEST_MISMATCH },
    { "token whose TSTInfo was changed later", TOKEN, PKI_P256, PDS_MD_SHA256, false, AFTER, token_changed_later, PDS_F_DIGEST_MISMATCH },
    { "token by SHA-1", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_by_sha1, PDS_F_DIGEST_WEAK },
    { "token of an unknown digest", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_of_unknown_digest, PDS_F_ALGORITHM_UNKNOWN },
    { "token of version 2", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_of_version_2, PDS_F_TST_INFO_WRONG },
    { "token of local time", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_of_local_time, PDS_F_TST_INFO_WRONG },
    { "token of 30 February", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_of_no_day, PDS_F_TST_INFO_WRONG },
    { "token with 32767 ms", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_with_wrong_accuracy, PDS_F_TST_INFO_WRONG },
    { "token with a critical extension", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, token_with_critical_extension, PDS_F_TST_INFO_WRONG },
    { "token without an ESS attribute", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, bend_no_ess, PDS_F_SIGNING_CERTIFICATE_MISSING },
    { "token without a certificate", TOKEN, PKI_P256, PDS_MD_SHA256, false, AFTER, bend_without_certificates, PDS_F_SIGNER_NOT_FOUND },
    { "token without signed attributes", TOKEN, PKI_P256, PDS_MD_SHA256, false, BEFORE, bend_no_attributes, PDS_F_SIGNED_ATTRIBUTES_MISSING },
    { "token without its TSTInfo", TOKEN, PKI_P256, PDS_MD_SHA256, false, AFTER, no_content, PDS_F_CMS_CONTENT_WRONG },
    { "token of version 1, as some write it", TOKEN, PKI_P256, PDS_MD_SHA256, false, AFTER, version_1, PDS_F_NONE },
};
/* clang-format on */

/* ---- what is told ---- */

static void what_stands_in_it_is_told(void **state)
{
    PDS_OWN(pki_drop) pki *signer = cms_signer_of(PKI_P256);
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found times = { 0 };
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found values = { 0 };
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found more = { 0 };
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found by_policy = { 0 };
    cms_parts p;
    (void)state;
    cms_made(&p, signer, CADES, bend_policy);
    cms_read(&p, &by_policy);
    assert_string_equal(by_policy.policy, "1.2.3.4");
    assert_true(by_policy.policy_hash.len > 0);
    cms_made(&p, signer, PKCS_7, bend_signing_time);
    cms_read(&p, &times);
    assert_true(times.has_signing_time);
    assert_int_equal(times.signing_time, 1767323045); /* 2026-01-02 03:04:05Z */
    assert_true(times.ess);
    cms_made(&p, signer, PKCS_7, bend_revocation);
    cms_read(&p, &values);
    assert_int_equal(values.crls.count, 2);
    assert_int_equal(values.ocsps.count, 1);
    cms_made(&p, signer, PKCS_7, bend_crls);
    bend_timestamped(&p);
    cms_close(&p);
    cms_read(&p, &more);
    assert_int_equal(more.crls.count, 1);
    assert_int_equal(more.ocsps.count, 1);
    assert_int_equal(more.timestamps.count, 1);
    assert_int_equal(more.certificates.count, 1);
    assert_true(pds_span_eq(more.signature, p.signature));
}

static void a_token_tells_its_time(void **state)
{
    PDS_OWN(pki_drop) pki *signer = cms_signer_of(PKI_P256);
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    const cms_row r = { "", TOKEN, PKI_P256, PDS_MD_SHA256, false, SOUND, NULL, PDS_F_NONE };
    cms_parts p;
    (void)state;
    cms_row_make(&p, &r, signer);
    cms_read(&p, &found);
    assert_int_equal(found.tst.time, 1767323045);
    assert_true(found.tst.has_accuracy);
    assert_int_equal(found.tst.accuracy_usec, 1002000);
    assert_int_equal(found.tst.imprint_md, PDS_MD_SHA256);
}

/* Also BER of bend_indefinite length, where the end is found and not said. */
static void what_follows_is_not_counted(void **state)
{
    void (*const bends[])(cms_parts * p) = { NULL, bend_indefinite };
    PDS_OWN(pki_drop) pki *signer = cms_signer_of(PKI_P256);
    (void)state;
    for (size_t i = 0; i < sizeof bends / sizeof bends[0]; i++) {
        PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
        const cms_row r = { "",       PKCS_7,
                            PKI_P256, PDS_MD_SHA256,
                            false,    bends[i] == NULL ? SOUND : WHOLE,
                            bends[i], PDS_F_NONE };
        cms_parts p;
        cms_row_make(&p, &r, signer);
        size_t length = p.whole.len;
        p.whole = CAT(p.whole, BYTES("\0\0\0\0junk"));
        cms_read(&p, &found);
        assert_int_equal(found.length, length);
        assert_true(found.signature_fits && found.digest_fits);
    }
}

/* The files of a batch have the same signer, whose certificate is made once. */
static void a_certificate_is_made_once(void **state)
{
    PDS_OWN(pki_drop) pki *signer = cms_signer_of(PKI_P256);
    PDS_OWN(pds_trust_drop) pds_trust *trust = NULL;
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found a = { 0 };
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found b = { 0 };
    cms_parts p;
    (void)state;
    assert_int_equal(pds_trust_new(&trust, NULL), PDS_OK);
    cms_made(&p, signer, PKCS_7, bend_signing_time);
    p.trust = trust;
    cms_read(&p, &a);
    cms_read(&p, &b);
    assert_ptr_equal(a.signer, b.signer);
}

/* The file is hashed by the source: its faults are not findings. */
static pds_code no_digest(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    (void)self;
    (void)md;
    (void)out;
    return pds_fail(e, PDS_E_INPUT_CHANGED, __func__, "the file was changed");
}

static void a_fault_of_the_source_is_passed_on(void **state)
{
    PDS_OWN(pki_drop) pki *signer = cms_signer_of(PKI_P256);
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    cms_parts p;
    (void)state;
    cms_made(&p, signer, PKCS_7, bend_signing_time);
    const pds_signed_data_input in = { .contents = p.whole,
                                       .container = PKCS_7,
                                       .source = { no_digest, NULL } };
    assert_int_equal(pds_signed_data_read(&in, &found, NULL), PDS_E_INPUT_CHANGED);
}

static void subfilters_are_known_by_name(void **state)
{
    static const char *const names[] = { "ETSI.CAdES.detached", "adbe.pkcs7.detached",
                                         "adbe.pkcs7.sha1", "adbe.x509.rsa_sha1", "ETSI.RFC3161" };
    pds_container found;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_true(pds_container_from_name(pds_span_text(names[i]), &found));
        assert_int_equal(found, i);
    }
    assert_false(pds_container_from_name(pds_span_text("adbe.pkcs7.sha256"), &found));
    assert_false(pds_container_from_name(pds_span_text(""), &found));
}

/* Any piece of a structure, and any byte of it changed to one that steers a reader. */
static void nothing_brings_it_down(void **state)
{
    static const uint8_t steers[] = { 0x00, 0x30, 0x31, 0x80, 0x84, 0xa0, 0xff };
    PDS_OWN(pki_drop) pki *signer = cms_signer_of(PKI_P256);
    cms_parts p;
    (void)state;
    cms_made(&p, signer, PKCS_7, bend_revocation);
    bend_timestamped(&p);
    cms_close(&p);
    PDS_OWN(pds_buf_drop) pds_buf copy = { 0 };
    pds_buf_put(&copy, p.whole);
    for (size_t i = 0; i < copy.len; i++) {
        uint8_t was = copy.ptr[i];
        for (size_t k = 0; k < sizeof steers; k++) {
            PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
            copy.ptr[i] = steers[k];
            p.whole = pds_buf_span(&copy);
            cms_read(&p, &found);
            assert_true(found.length <= copy.len);
        }
        copy.ptr[i] = was;
    }
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(what_stands_in_it_is_told),
        cmocka_unit_test(a_token_tells_its_time),
        cmocka_unit_test(what_follows_is_not_counted),
        cmocka_unit_test(a_certificate_is_made_once),
        cmocka_unit_test(a_fault_of_the_source_is_passed_on),
        cmocka_unit_test(subfilters_are_known_by_name),
        cmocka_unit_test(nothing_brings_it_down),
    };
    int failed = cms_rows_run("containers of others", sound, sizeof sound / sizeof sound[0], bent,
                              sizeof bent / sizeof bent[0]);
    failed += cmocka_run_group_tests_name("what is told", others, NULL, NULL);
    cms_drop_other();
    return failed;
}
