#include "base/own.h"
#include "cms/enveloped.h"
#include "tests/cms/enveloped_make.h"
#include "tests/cms/enveloped_undo.h"
#include "tests/cms/pki_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static pki *people[PKI_KEY_COUNT];
static pki *stranger;

static const char TEXT[] = "the contract's bytes, and enough of them for two blocks";

/* ---- what comes out is what went in ---- */

typedef struct row {
    const char *name;
    pki_key key;
    enveloped_kind kind;
} row;

/* clang-format off */
static row rows[] = {
    { "RSA, AES-256-CBC", PKI_RSA_2048, { .cipher = "AES-256-CBC" } },
    { "RSA, Triple DES", PKI_RSA_2048, { .cipher = "DES-EDE3-CBC" } },
    { "RSA, OAEP of SHA-1", PKI_RSA_2048, { .cipher = "AES-128-CBC", .oaep = "SHA1" } },
    { "RSA, OAEP of SHA-256", PKI_RSA_2048, { .cipher = "AES-192-CBC", .oaep = "SHA256" } },
    { "RSA, OAEP of SHA-256, masked by SHA-1", PKI_RSA_2048, { .cipher = "AES-128-CBC", .oaep = "SHA256", .mgf = "SHA1" } },
    { "RSA, OAEP of SHA-1, masked by SHA-512", PKI_RSA_2048, { .cipher = "AES-128-CBC", .oaep = "SHA1", .mgf = "SHA512" } },
    { "P-256", PKI_P256, { .cipher = "AES-128-CBC" } },
    { "P-384", PKI_P384, { .cipher = "AES-256-CBC" } },
    { "named by its key's identifier, RSA", PKI_RSA_2048, { .cipher = "AES-256-CBC", .by_identifier = true } },
    { "named by its key's identifier, P-256", PKI_P256, { .cipher = "AES-256-CBC", .by_identifier = true } },
    { "authenticated, RSA", PKI_RSA_2048, { .cipher = "id-aes256-GCM" } },
    { "authenticated, P-256", PKI_P256, { .cipher = "id-aes128-GCM" } },
    { "BER in pieces, RSA", PKI_RSA_2048, { .cipher = "AES-256-CBC", .streamed = true } },
    { "BER in pieces, authenticated, P-256", PKI_P256, { .cipher = "id-aes256-GCM", .streamed = true } },
    { "the second of two, RSA", PKI_RSA_2048, { .cipher = "AES-256-CBC", .stranger = (pki *)1 } },
    { "the second of two, P-256", PKI_P256, { .cipher = "AES-256-CBC", .stranger = (pki *)1 } },
};
/* clang-format on */

static void make(const row *r, pds_buf *cms)
{
    enveloped_kind kind = r->kind;
    kind.stranger = kind.stranger == NULL ? NULL : stranger;
    enveloped_make(people[r->key], &kind, pds_span_text(TEXT), cms);
}

static void comes_out(void **state)
{
    const row *const r = *state;
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf plain = { 0 };
    pds_err e;
    make(r, &cms);
    assert_int_equal(enveloped_undo(people[r->key], pds_buf_span(&cms), &plain, &e), PDS_OK);
    assert_int_equal(plain.len, strlen(TEXT));
    assert_memory_equal(plain.ptr, TEXT, plain.len);
}

/* ---- what does not ---- */

static void is_not_for_others(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf plain = { 0 };
    (void)state;
    make(&rows[0], &cms);
    assert_int_equal(enveloped_undo(stranger, pds_buf_span(&cms), &plain, NULL), PDS_E_NOT_FOR_KEY);
    assert_int_equal(plain.len, 0);
}

/* Each byte of what is authenticated matters, and nothing that fails leaves bytes behind. */
static void authenticated_content_that_was_changed_is_refused(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    (void)state;
    make(&rows[11], &cms);
    for (size_t i = 0; i < cms.len; i++) {
        PDS_OWN(pds_buf_drop) pds_buf plain = { 0 };
        cms.ptr[i] ^= 0x01;
        const pds_code code = enveloped_undo(people[PKI_P256], pds_buf_span(&cms), &plain, NULL);
        cms.ptr[i] ^= 0x01;
        if (code == PDS_OK) { /* versions, and the type of the content, tell of nothing else */
            assert_int_equal(plain.len, strlen(TEXT));
            assert_memory_equal(plain.ptr, TEXT, plain.len);
        } else {
            assert_int_equal(plain.len, 0);
        }
    }
}

static void less_than_all_of_it_is_refused(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    (void)state;
    make(&rows[0], &cms);
    for (size_t len = 0; len < cms.len; len++) {
        PDS_OWN(pds_buf_drop) pds_buf plain = { 0 };
        assert_int_not_equal(
            enveloped_undo(people[PKI_RSA_2048], pds_span_of(cms.ptr, len), &plain, NULL), PDS_OK);
    }
}

/* A code of a byte or two is found by trying (RFC 5084, 3.2: 12 bytes at least). */
static void a_short_authentication_code_is_refused(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *cert = pki_cert(people[PKI_RSA_2048]);
    PDS_OWN(pds_enveloped_drop) pds_enveloped v = { .recipients = { 0 } };
    PDS_OWN(pds_recipient_drop) pds_recipient r = { .peer = NULL };
    PDS_OWN(pds_buf_drop) pds_buf key = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf plain = { 0 };
    (void)state;
    make(&rows[10], &cms);
    assert_int_equal(pds_enveloped_read(pds_buf_span(&cms), &v, NULL), PDS_OK);
    assert_int_equal(pds_enveloped_recipient(&v, cert, &r, NULL), PDS_OK);
    assert_int_equal(enveloped_find_key(people[PKI_RSA_2048], &r, &key, NULL), PDS_OK);
    assert_int_equal(v.mac.len, 16);
    for (size_t len = 1; len < 12; len++) {
        v.mac.len = len;
        assert_int_equal(pds_enveloped_open(&v, pds_buf_span(&key), &plain, NULL),
                         PDS_E_CMS_UNREADABLE);
        assert_int_equal(plain.len, 0);
    }
}

static int make_people(void **state)
{
    static const pki_key kinds[] = { PKI_RSA_2048, PKI_P256, PKI_P384 };
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        people[kinds[i]] = pki_new(&(pki_profile){ .key = kinds[i], .key_identifier = true });
    }
    stranger =
        pki_new(&(pki_profile){ .key = PKI_RSA_2048, .name = "Stranger", .key_identifier = true });
    return 0;
}

static int drop_people(void **state)
{
    (void)state;
    for (size_t i = 0; i < PKI_KEY_COUNT; i++) {
        pki_drop(&people[i]);
    }
    pki_drop(&stranger);
    return 0;
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[ROWS + 4] = {
        cmocka_unit_test(is_not_for_others),
        cmocka_unit_test(authenticated_content_that_was_changed_is_refused),
        cmocka_unit_test(less_than_all_of_it_is_refused),
        cmocka_unit_test(a_short_authentication_code_is_refused),
    };
    for (size_t i = 0; i < ROWS; i++) {
        tests[4 + i] = (struct CMUnitTest){ rows[i].name, comes_out, NULL, NULL, &rows[i] };
    }
    return cmocka_run_group_tests(tests, make_people, drop_people);
}
