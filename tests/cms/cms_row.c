#include "tests/cms/cms_row.h"

#include "base/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

pki *cms_signer_of(pki_key key)
{
    return pki_new(
        &(pki_profile){ .key = key, .key_usage = "digitalSignature", .key_identifier = true });
}

pki *cms_other_signer(void)
{
    static pki *other;
    if (other == NULL) {
        other = pki_new(&(pki_profile){ .key = PKI_P384, .name = "Other" });
    }
    return other;
}

void cms_drop_other(void)
{
    pki *other = cms_other_signer();
    pki_drop(&other);
}

/* ---- tricks ---- */

pds_span cms_digest_of(const cms_parts *p, const char *text)
{
    return DER(PDS_DER_OCTETS, cms_digest(p->algorithm.md, pds_span_text(text)));
}

void bend_no_ess(cms_parts *p)
{
    cms_remove(p, ESS_V2);
}

void bend_signing_time(cms_parts *p)
{
    cms_add(p, cms_attribute(SIGNING_TIME, DER(PDS_DER_UTC_TIME, BYTES("260102030405Z"))));
}

void bend_revocation(cms_parts *p)
{
    pds_span values =
        DER(PDS_DER_SEQUENCE, DER(0xa0, DER(PDS_DER_SEQUENCE, EMPTY_SEQUENCE, EMPTY_SEQUENCE)),
            DER(0xa1, DER(PDS_DER_SEQUENCE, EMPTY_SEQUENCE)));
    cms_add(p, cms_attribute(ADBE_REVOCATION, values));
}

void bend_policy(cms_parts *p)
{
    pds_span hash =
        DER(PDS_DER_SEQUENCE, cms_algorithm(PDS_MD_SHA256), DER(PDS_DER_OCTETS, BYTES("x")));
    cms_add(p, cms_attribute(OID_SMIME_AA("\x0f"),
                             DER(PDS_DER_SEQUENCE, OID_DER("\x2a\x03\x04"), hash)));
}

void bend_no_attributes(cms_parts *p)
{
    p->no_attributes = true;
}

void bend_flipped_value(cms_parts *p)
{
    ((uint8_t *)(uintptr_t)p->signature.ptr)[p->signature.len - 1] ^= 1;
}

void bend_another_document(cms_parts *p)
{
    p->shown = "the byte range, changed";
}

pds_span cms_body_of(pds_span element)
{
    pds_der der = { 0 };
    (void)pds_der_take(&element, &der);
    return der.body;
}

void bend_without_certificates(cms_parts *p)
{
    p->certificates = BYTES("");
}

void bend_crls(cms_parts *p)
{
    pds_span ocsp =
        DER(0xa1, OID_DER("\x2b\x06\x01\x05\x05\x07\x10\x02"), DER(PDS_DER_SEQUENCE, BYTES("")));
    p->crls = CAT(EMPTY_SEQUENCE, ocsp);
    p->version = 5;
}

void bend_indefinite(cms_parts *p)
{
    p->whole = cms_indefinite(PDS_DER_SEQUENCE, cms_body_of(p->whole));
}

void bend_timestamped(cms_parts *p)
{
    p->unsigned_attributes = cms_attribute(TIMESTAMP, EMPTY_SEQUENCE);
}

/* ---- rows ---- */

void cms_row_make(cms_parts *p, const cms_row *r, const pki *signer)
{
    cms_new(p, r->container, signer, r->md, r->pss);
    if (r->when == BEFORE) {
        r->bend(p);
    }
    cms_sign(p);
    if (r->when == AFTER) {
        r->bend(p);
    }
    cms_close(p);
    if (r->when == WHOLE) {
        r->bend(p);
    }
}

void cms_made(cms_parts *p, const pki *signer, pds_container container, void (*bend)(cms_parts *p))
{
    const cms_row r = { "", container, PKI_P256, PDS_MD_SHA256, false, BEFORE, bend, PDS_F_NONE };
    cms_row_make(p, &r, signer);
}

void cms_show(const pds_signed_data_found *found)
{
    for (size_t i = 0; i < found->findings.count; i++) {
        print_message("  %s: %s\n", pds_finding_name(found->findings.items[i].code),
                      found->findings.items[i].text);
    }
}

/* Nothing worse than the cms_row says, and all that was signed found. */
static void is_sound(void **state)
{
    const cms_row *r = *state;
    PDS_OWN(pki_drop) pki *signer = cms_signer_of(r->key);
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    cms_parts p;
    const char *sub;
    cms_row_make(&p, r, signer);
    cms_read(&p, &found);
    size_t expected = r->finds == PDS_F_NONE ? 0 : 1;
    if (found.findings.count != expected) {
        cms_show(&found);
    }
    assert_int_equal(found.findings.count, expected);
    assert_true(r->finds == PDS_F_NONE || cms_has(&found, r->finds));
    assert_int_equal(pds_findings_worst(&found.findings, &sub), PDS_PASSED);
    assert_true(found.digest_fits && found.signature_fits);
    assert_int_equal(found.length, p.whole.len);
    assert_true(pds_span_eq(pds_cert_der(found.signer), pki_cert_der(signer)));
    assert_int_equal(found.algorithm.md, r->md);
}

static void is_found(void **state)
{
    const cms_row *r = *state;
    PDS_OWN(pki_drop) pki *signer = cms_signer_of(r->key);
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    cms_parts p;
    const char *sub;
    cms_row_make(&p, r, signer);
    cms_read(&p, &found);
    if (r->finds == PDS_F_NONE) {
        assert_int_equal(found.findings.count, 0);
        return;
    }
    if (!cms_has(&found, r->finds)) {
        cms_show(&found);
    }
    assert_true(cms_has(&found, r->finds));
    assert_in_range(pds_findings_worst(&found.findings, &sub), pds_finding_indication(r->finds),
                    PDS_FAILED);
    assert_int_not_equal(pds_finding_indication(r->finds), PDS_PASSED);
    assert_true(found.length <= p.whole.len);
}

static size_t add(struct CMUnitTest *tests, cms_row *rows, size_t count, CMUnitTestFunction test)
{
    for (size_t i = 0; i < count; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, test, NULL, NULL, &rows[i] };
    }
    return count;
}

int cms_rows_run(const char *name, cms_row *sound, size_t sound_count, cms_row *bent,
                 size_t bent_count)
{
    struct CMUnitTest *const tests = calloc(sound_count + bent_count, sizeof *tests);
    if (tests == NULL) {
        return 1;
    }
    size_t count = add(tests, sound, sound_count, is_sound);
    count += add(tests + count, bent, bent_count, is_found);
    const int failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
    free(tests);
    return failed;
}
