#include "base/own.h"
#include "cms/der.h"
#include "cms/ocsp_request.h"
#include "tests/cms/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <openssl/sha.h>

#include <cmocka.h>

enum { NONCE_LEAST = 1, NONCE_MOST = 32, POINT_SIZE = 65 };

static pki *root, *person;

static int set_up(void **state)
{
    (void)state;
    root = pki_new(&(pki_profile){ .key = PKI_P256, .name = "Authority" });
    person = pki_new(&(pki_profile){ .key = PKI_P384, .name = "Person", .issuer = root });
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pki_drop(&root);
    pki_drop(&person);
    return 0;
}

/* Puts a header before what stands from there. */
static void wrap(pds_buf *b, uint8_t tag, size_t from)
{
    const size_t len = b->len - from;
    const uint8_t head[] = { tag, 0x81, (uint8_t)len };
    const uint8_t shorter[] = { tag, (uint8_t)len };
    assert_true(len < 256);
    pds_buf_replace(b, from, 0,
                    len < 128 ? pds_span_of(shorter, sizeof shorter)
                              : pds_span_of(head, sizeof head));
}

static void put_octets(pds_buf *out, pds_span bytes)
{
    const size_t from = out->len;
    pds_buf_put(out, bytes);
    wrap(out, PDS_DER_OCTETS, from);
}

static void put_sha1(pds_buf *out, pds_span of)
{
    uint8_t digest[SHA_DIGEST_LENGTH];
    (void)SHA1(of.ptr, of.len, digest);
    put_octets(out, pds_span_of(digest, sizeof digest));
}

/* RFC 6960, 4.1.1: CertID; the key's hash is of the point alone, without the tag, length and count
 * of unused bits that stand before it. */
static void put_id(pds_buf *out, const pds_cert *cert, const pds_cert *issuer)
{
    static const uint8_t sha1[] = { 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 5, 0 };
    const pds_span spki = pds_cert_spki_der(issuer);
    const size_t id = out->len;
    pds_buf_put(out, pds_span_of(sha1, sizeof sha1));
    put_sha1(out, pds_cert_subject_der(issuer));
    put_sha1(out, pds_span_of(spki.ptr + spki.len - POINT_SIZE, POINT_SIZE));
    pds_buf_put(out, pds_cert_serial_der(cert));
    wrap(out, PDS_DER_SEQUENCE, id);
}

/* RFC 9654, 2.1: an extension of the whole request. */
static void put_nonce(pds_buf *out, pds_span nonce)
{
    static const uint8_t oid[] = { 6, 9, 0x2b, 6, 1, 5, 5, 7, 0x30, 1, 2 };
    const size_t explicit = out->len;
    const size_t all = out->len;
    const size_t one = out->len;
    pds_buf_put(out, pds_span_of(oid, sizeof oid));
    const size_t value = out->len;
    put_octets(out, nonce);
    wrap(out, PDS_DER_OCTETS, value);
    wrap(out, PDS_DER_SEQUENCE, one);
    wrap(out, PDS_DER_SEQUENCE, all);
    wrap(out, PDS_DER_CONTEXT_2, explicit);
}

static void put_request(pds_buf *out, const pds_cert *cert, const pds_cert *issuer, pds_span nonce)
{
    const size_t request = out->len;
    const size_t body = out->len;
    const size_t list = out->len;
    const size_t one = out->len;
    put_id(out, cert, issuer);
    wrap(out, PDS_DER_SEQUENCE, one);
    wrap(out, PDS_DER_SEQUENCE, list);
    if (nonce.len > 0) {
        put_nonce(out, nonce);
    }
    wrap(out, PDS_DER_SEQUENCE, body);
    wrap(out, PDS_DER_SEQUENCE, request);
}

static const uint8_t NONCE[NONCE_MOST + 1] = { 1, 2, 3 };

static void request_is_as_the_standard_has_it(void **state)
{
    static const size_t lengths[] = { 0, NONCE_LEAST, NONCE_MOST };
    PDS_OWN(pds_cert_drop) pds_cert *cert = pki_cert(person);
    PDS_OWN(pds_cert_drop) pds_cert *issuer = pki_cert(root);
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const pds_span nonce = pds_span_of(NONCE, lengths[i]);
        PDS_OWN(pds_buf_drop) pds_buf made = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf wanted = { 0 };
        assert_int_equal(pds_ocsp_request(cert, issuer, nonce, &made, NULL), PDS_OK);
        put_request(&wanted, cert, issuer, nonce);
        assert_int_equal(made.len, wanted.len);
        assert_memory_equal(made.ptr, wanted.ptr, wanted.len);
    }
}

static void a_nonce_that_is_too_long(void **state)
{
    PDS_OWN(pds_cert_drop) pds_cert *cert = pki_cert(person);
    PDS_OWN(pds_buf_drop) pds_buf made = { 0 };
    (void)state;
    assert_int_equal(pds_ocsp_request(cert, cert, pds_span_of(NONCE, sizeof NONCE), &made, NULL),
                     PDS_E_USAGE);
    assert_int_equal(made.len, 0);
}

static void no_room_for_it(void **state)
{
    PDS_OWN(pds_cert_drop) pds_cert *cert = pki_cert(person);
    PDS_OWN(pds_buf_drop) pds_buf made = { .max = 20 };
    (void)state;
    assert_int_equal(pds_ocsp_request(cert, cert, pds_span_of(NULL, 0), &made, NULL), PDS_E_LIMIT);
}

/* ---- refusals ---- */

typedef struct row {
    const char *sentence;
    size_t len;
    uint8_t der[8];
    const char *word; /* in the text */
} row;

static const row ROWS[] = {
    { "malformedRequest", 5, { 0x30, 3, 0x0a, 1, 1 }, "understand" },
    { "internalError", 5, { 0x30, 3, 0x0a, 1, 2 }, "internal error" },
    { "tryLater", 5, { 0x30, 3, 0x0a, 1, 3 }, "later" },
    { "sigRequired", 5, { 0x30, 3, 0x0a, 1, 5 }, "signed" },
    { "unauthorized", 5, { 0x30, 3, 0x0a, 1, 6 }, "authorized" },
    { "a status that is not known", 5, { 0x30, 3, 0x0a, 1, 9 }, "not known" },
    { "bytes behind it", 6, { 0x30, 3, 0x0a, 1, 6, 0 }, "no OCSP response" },
    { "cut off", 4, { 0x30, 3, 0x0a, 1 }, "no OCSP response" },
    { "nothing", 0, { 0 }, "no OCSP response" },
    { "a page of a hotel", 6, { '<', 'h', 't', 'm', 'l', '>' }, "no OCSP response" },
};

static void refusal_is_told(void **state)
{
    const row *r = *state;
    const char *said = pds_ocsp_refusal(pds_span_of(r->der, r->len));
    assert_non_null(said);
    assert_non_null(strstr(said, r->word));
}

static void an_answer_is_no_refusal(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    (void)state;
    pki_make_ocsp(&(pki_ocsp){ .cert = person, .issuer = root }, &der);
    assert_null(pds_ocsp_refusal(pds_buf_span(&der)));
}

int main(void)
{
    enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(request_is_as_the_standard_has_it),
        cmocka_unit_test(a_nonce_that_is_too_long),
        cmocka_unit_test(no_room_for_it),
        cmocka_unit_test(an_answer_is_no_refusal),
    };
    struct CMUnitTest tests[ROW_COUNT + sizeof others / sizeof others[0]];
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tests[i] = (struct CMUnitTest){ ROWS[i].sentence, refusal_is_told, NULL, NULL,
                                        (void *)(uintptr_t)&ROWS[i] };
    }
    memcpy(tests + ROW_COUNT, others, sizeof others);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
