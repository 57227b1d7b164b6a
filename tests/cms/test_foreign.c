/* A CMS that somebody else made: what may go into a document, and why not. */

#include "base/own.h"
#include "cms/signed_data.h"
#include "cms/signed_data_read.h"
#include "tests/cms/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/cms.h>

#include <cmocka.h>

static const char CONTENT[] = "what the two byte ranges hold";

typedef struct row {
    const char *name;
    unsigned flags;
    const char *digest;
    pds_code code;
    const char *says;
    bool signer_found; /* the listing shows who signed */
} row;

enum { USUAL = CMS_DETACHED | CMS_BINARY | CMS_CADES };

/* clang-format off */
static row rows[] = {
    { "OpenSSL adds a signingTime, which PAdES forbids", USUAL, NULL, PDS_E_STATE_MISMATCH, "signingTime", true },
    { "the content is in it", CMS_BINARY | CMS_CADES, NULL, PDS_E_STATE_MISMATCH, "detached", true },
    { "no signed attributes", USUAL | CMS_NOATTR, NULL, PDS_E_STATE_MISMATCH, "no signed attributes", true },
    { "no certificate", USUAL | CMS_NOCERTS, NULL, PDS_E_STATE_MISMATCH, "does not hold its signer's", false },
    { "SHA-1", USUAL, "SHA1", PDS_E_KEY_WEAK, "digest", true },
    { "another digest than the document's", USUAL, "SHA512", PDS_E_STATE_MISMATCH, "another digest", true },
    { "named by its key identifier", USUAL | CMS_USE_KEYID, NULL, PDS_E_STATE_MISMATCH, "signingTime", true },
};
/* clang-format on */

static pds_code accept_it(pds_span cms, const uint8_t digest[32], pds_err *e)
{
    PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
    return pds_signed_data_accept(cms, pds_span_of(digest, 32), PDS_SHA256, &found, e);
}

static void is_judged(void **state)
{
    const row *r = *state;
    pki *p = pki_new(&(pki_profile){ .key = PKI_RSA_2048, .key_identifier = true });
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *signer = NULL;
    uint8_t digest[PDS_DIGEST_MAX];
    pds_err e = { 0 };
    pki_cms_sign(p, pds_span_text(CONTENT), r->flags, r->digest, &cms);
    assert_int_equal(pds_hash_of(PDS_SHA256, pds_span_text(CONTENT), digest, NULL), PDS_OK);
    assert_int_equal(accept_it(pds_buf_span(&cms), digest, &e), r->code);
    assert_non_null(strstr(e.text, r->says));
    assert_int_equal(pds_signed_data_signer(pds_buf_span(&cms), &signer, NULL) == PDS_OK,
                     r->signer_found);
    pki_drop(&p);
}

static const struct {
    const char *what;
    size_t len;
    uint8_t bytes[8];
} NONSENSE[] = {
    { "nothing", 0, { 0 } },
    { "an empty sequence", 2, { 0x30, 0x00 } },
    { "zeros, as in an empty /Contents", 8, { 0 } },
    { "an endless one of BER", 4, { 0x30, 0x80, 0x06, 0x01 } },
};

static void nonsense_is_refused(void **state)
{
    static const uint8_t digest[32];
    (void)state;
    for (size_t i = 0; i < sizeof NONSENSE / sizeof NONSENSE[0]; i++) {
        pds_cert *signer = NULL;
        pds_span der = pds_span_of(NONSENSE[i].bytes, NONSENSE[i].len);
        assert_int_equal(accept_it(der, digest, NULL), PDS_E_STATE_MISMATCH);
        assert_int_equal(pds_signed_data_signer(der, &signer, NULL), PDS_E_CERT_UNREADABLE);
    }
}

int main(void)
{
    enum { COUNT = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[COUNT + 1];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, is_judged, NULL, NULL, &rows[i] };
    }
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(nonsense_is_refused);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
