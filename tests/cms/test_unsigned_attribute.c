/* A timestamp goes into what others made: where it stands then, and what it is refused by. */
#include "base/own.h"
#include "cms/signed_data_parse.h"
#include "cms/unsigned_attribute.h"
#include "tests/cms/cms_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* The shorter comes before the longer. */
#define LOW  cms_attribute(OID_DER("\x01"), BYTES("\x04\x01\x41"))
#define HIGH cms_attribute(OID_DER("\x01"), BYTES("\x04\x19much longer than the stamp"))

static pki *signer;

static void one_of(cms_parts *p, void (*bend)(cms_parts *p))
{
    const cms_row row = { "",   PDS_CONTAINER_CADES, PKI_P256, PDS_MD_SHA256, false, AFTER,
                          bend, PDS_F_NONE };
    cms_row_make(p, &row, signer);
}

/* ---- where it goes ---- */

static void as_it_is(cms_parts *p)
{
    (void)p;
}

static void low(cms_parts *p)
{
    p->unsigned_attributes = LOW;
}

static void high(cms_parts *p)
{
    p->unsigned_attributes = HIGH;
}

static void both(cms_parts *p)
{
    p->unsigned_attributes = CAT(LOW, HIGH);
}

static void unsorted(cms_parts *p)
{
    p->unsigned_attributes = CAT(HIGH, LOW);
}

static void with_lists(cms_parts *p)
{
    p->crls = EMPTY_SEQUENCE;
}

typedef struct place_row {
    const char *name;
    void (*bend)(cms_parts *p);
    bool behind; /* the first attribute that was there */
} place_row;

static const place_row PLACES[] = {
    { "there are none", as_it_is, false },
    { "there are none, but lists", with_lists, false },
    { "behind a lower one", low, true },
    { "before a higher one", high, false },
    { "between", both, true },
    { "others stay in their order, whatever it is", unsorted, false },
    { "another timestamp is there", bend_timestamped, true },
};

static void same(pds_span a, pds_span b)
{
    assert_true(pds_span_eq(a, b));
}

static void nothing_else_changed(pds_span before, pds_span after, size_t more)
{
    PDS_OWN(pds_buf_drop) pds_buf first = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf second = { 0 };
    pds_signed_data_parts a, b;
    assert_null(pds_signed_data_parse(before, &a, &first));
    assert_null(pds_signed_data_parse(after, &b, &second));
    assert_int_equal(b.length, after.len);
    assert_false(b.loose);
    assert_int_equal(a.version, b.version);
    assert_int_equal(a.signer_version, b.signer_version);
    same(a.digest_algorithms, b.digest_algorithms);
    same(a.content_type, b.content_type);
    same(a.certificates, b.certificates);
    same(a.crls, b.crls);
    same(a.sid.whole, b.sid.whole);
    same(a.digest_algorithm, b.digest_algorithm);
    same(a.signed_attributes, b.signed_attributes);
    same(a.signature_algorithm, b.signature_algorithm);
    same(a.signature, b.signature);
    assert_int_equal(b.unsigned_attributes.len, a.unsigned_attributes.len + more);
}

static void it_goes_where_der_has_it(void **state)
{
    const place_row *const row = *state;
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf joined = { 0 };
    cms_parts p;
    pds_signed_data_parts after;
    pds_der first = { 0 };
    one_of(&p, row->bend);
    const pds_span token = DER(PDS_DER_SEQUENCE, BYTES("\x02\x01\x07"));
    const pds_span attribute = cms_attribute(TIMESTAMP, token);
    const pds_span others = p.unsigned_attributes.len > 0 ? p.unsigned_attributes : BYTES("");
    assert_int_equal(pds_signature_timestamp_add(p.whole, token, &out, NULL), PDS_OK);
    nothing_else_changed(p.whole, pds_buf_span(&out), attribute.len);
    assert_null(pds_signed_data_parse(pds_buf_span(&out), &after, &joined));
    pds_span in = others;
    const size_t at = row->behind && pds_der_take(&in, &first) ? first.whole.len : 0;
    const pds_span all = after.unsigned_attributes;
    same(pds_span_of(all.ptr, at), pds_span_of(others.ptr, at));
    same(pds_span_of(all.ptr + at, attribute.len), attribute);
    same(pds_span_of(all.ptr + at + attribute.len, all.len - at - attribute.len),
         pds_span_of(others.ptr + at, others.len - at));
}

/* "30 83 LL LL LL" and so many bytes, more than cms_der makes. */
static void put_token(pds_buf *out, size_t size)
{
    pds_buf_byte(out, PDS_DER_SEQUENCE);
    if (size > 0xffff) {
        pds_buf_byte(out, 0x83);
        pds_buf_byte(out, (uint8_t)(size >> 16));
        pds_buf_byte(out, (uint8_t)(size >> 8));
    } else if (size > 0xff) {
        pds_buf_byte(out, 0x82);
        pds_buf_byte(out, (uint8_t)(size >> 8));
    } else if (size > 0x7f) {
        pds_buf_byte(out, 0x81);
    }
    pds_buf_byte(out, (uint8_t)size);
    for (size_t i = 0; i < size / 2; i++) {
        pds_buf_put(out, BYTES("\x05\x00")); /* NULL */
    }
}

/* Of each length of a length. */
static void it_may_have_any_size(void **state)
{
    static const size_t sizes[] = { 0,   60,   100,   110,   120,   126,   128,   200,   254,   256,
                                    300, 4000, 64000, 65000, 65500, 65534, 65536, 70000, 300000 };
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
        PDS_OWN(pds_buf_drop) pds_buf token = { 0 };
        PDS_OWN(pds_signed_data_found_drop) pds_signed_data_found found = { 0 };
        cms_parts p;
        one_of(&p, as_it_is);
        put_token(&token, sizes[i]);
        assert_int_equal(pds_signature_timestamp_add(p.whole, pds_buf_span(&token), &out, NULL),
                         PDS_OK);
        assert_true(pds_der_valid(pds_buf_span(&out)));
        p.whole = pds_buf_span(&out);
        cms_read(&p, &found);
        assert_true(found.signature_fits && found.digest_fits && !found.ber);
        assert_int_equal(found.findings.count, 0);
        assert_int_equal(found.timestamps.count, 1);
        same(found.timestamps.items[0], pds_buf_span(&token));
    }
}

/* ---- what it is refused by ---- */

static void nothing(cms_parts *p)
{
    p->whole = BYTES("");
}

static void text(cms_parts *p)
{
    p->whole = BYTES("a signature, said the devil");
}

static void headers_only(cms_parts *p)
{
    p->whole = BYTES("\x30\x80\xa0\x80\x30\x80\x31\x80");
}

static void byte_behind(cms_parts *p)
{
    p->whole = CAT(p->whole, BYTES("\x00"));
}

static void another_behind(cms_parts *p)
{
    p->whole = CAT(p->whole, p->whole);
}

static void long_length(cms_parts *p)
{
    p->whole = cms_long_length(PDS_DER_SEQUENCE, cms_body_of(p->whole));
}

static void length_of_four_gigabytes(cms_parts *p)
{
    p->whole = CAT(BYTES("\x30\x84\xff\xff\xff\xff"), cms_body_of(p->whole));
}

static void length_of_all_there_is(cms_parts *p)
{
    p->whole = CAT(BYTES("\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff"), cms_body_of(p->whole));
}

/* The SignerInfos are the last of it. */
static void with_signers(cms_parts *p, size_t count)
{
    PDS_OWN(pds_buf_drop) pds_buf infos = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf fields = { 0 };
    pds_der type, content, data, one = { 0 };
    pds_span in = cms_body_of(p->whole);
    assert_true(pds_der_take(&in, &type) && pds_der_take(&in, &content));
    in = content.body;
    assert_true(pds_der_take(&in, &data));
    for (in = data.body; in.len > 0;) {
        pds_buf_put(&fields, one.whole);
        assert_true(pds_der_take(&in, &one));
    }
    for (size_t i = 0; i < count; i++) {
        pds_buf_put(&infos, one.body);
    }
    const pds_span set = DER(PDS_DER_SET, pds_buf_span(&infos));
    p->whole = DER(PDS_DER_SEQUENCE, type.whole,
                   DER(PDS_DER_CONTEXT_0, DER(PDS_DER_SEQUENCE, pds_buf_span(&fields), set)));
}

static void two_signers(cms_parts *p)
{
    with_signers(p, 2);
}

static void no_signer(cms_parts *p)
{
    with_signers(p, 0);
}

static void attributes_of_another_tag(cms_parts *p)
{
    p->behind_signer = DER(PDS_DER_CONTEXT_2, BYTES(""));
}

static void attributes_twice(cms_parts *p)
{
    p->unsigned_attributes = LOW;
    p->behind_signer = DER(PDS_DER_CONTEXT_1, HIGH);
}

static void attribute_of_another_tag(cms_parts *p)
{
    p->unsigned_attributes = DER(PDS_DER_SET, BYTES(""));
}

static void attribute_cut(cms_parts *p)
{
    p->unsigned_attributes = BYTES("\x30\x05\x06\x01");
}

static void attribute_in_ber(cms_parts *p)
{
    p->unsigned_attributes = cms_indefinite(PDS_DER_SEQUENCE, cms_body_of(LOW));
}

static void behind_data(cms_parts *p)
{
    p->behind_data = EMPTY_SEQUENCE;
}

typedef struct refused_row {
    const char *name;
    void (*bend)(cms_parts *p);
    bool whole; /* it is bent when it is whole */
} refused_row;

static const refused_row REFUSED[] = {
    { "nothing at all", nothing, true },
    { "text", text, true },
    { "headers without an end", headers_only, true },
    { "a byte behind it", byte_behind, true },
    { "another one behind it", another_behind, true },
    { "an indefinite length", bend_indefinite, true },
    { "a longer length than need be", long_length, true },
    { "a length of four gigabytes", length_of_four_gigabytes, true },
    { "a length of all that there is", length_of_all_there_is, true },
    { "two signers", two_signers, true },
    { "no signer", no_signer, true },
    { "another field behind the SignerInfo's last", attributes_of_another_tag, false },
    { "unsigned attributes twice", attributes_twice, false },
    { "an attribute that is none", attribute_of_another_tag, false },
    { "an attribute that ends too early", attribute_cut, false },
    { "an attribute in BER", attribute_in_ber, false },
    { "another field behind the SignedData's last", behind_data, false },
};

static void it_is_refused(void **state)
{
    const refused_row *const row = *state;
    PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
    pds_err e;
    cms_parts p;
    one_of(&p, row->whole ? as_it_is : row->bend);
    if (row->whole) {
        row->bend(&p);
    }
    assert_int_equal(pds_signature_timestamp_add(p.whole, EMPTY_SEQUENCE, &out, &e),
                     PDS_E_STATE_MISMATCH);
    assert_int_equal(out.len, 0);
    assert_true(e.text[0] != '\0' && e.hint[0] != '\0');
}

static pds_code add_to_copy(pds_span bytes, pds_buf *out)
{
    uint8_t *const copy = malloc(bytes.len + 1); /* a reader too far is seen */
    assert_non_null(copy);
    memcpy(copy, bytes.ptr, bytes.len);
    const pds_code code =
        pds_signature_timestamp_add(pds_span_of(copy, bytes.len), EMPTY_SEQUENCE, out, NULL);
    free(copy);
    return code;
}

static void every_cut_is_refused(void **state)
{
    cms_parts p;
    (void)state;
    one_of(&p, both);
    for (size_t len = 0; len < p.whole.len; len++) {
        PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
        assert_int_equal(add_to_copy(pds_span_of(p.whole.ptr, len), &out), PDS_E_STATE_MISMATCH);
    }
}

/* Whatever a bit does, what comes out can be read and has one attribute more. */
static void every_bit_may_flip(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    cms_parts p;
    (void)state;
    one_of(&p, both);
    pds_buf_put(&bytes, p.whole);
    const size_t more = cms_attribute(TIMESTAMP, EMPTY_SEQUENCE).len;
    for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
        PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
        bytes.ptr[bit / 8] ^= (uint8_t)(1U << bit % 8);
        const pds_code code = add_to_copy(pds_buf_span(&bytes), &out);
        if (code == PDS_OK) {
            nothing_else_changed(pds_buf_span(&bytes), pds_buf_span(&out), more);
        } else {
            assert_int_equal(code, PDS_E_STATE_MISMATCH);
        }
        bytes.ptr[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void add_rows(struct CMUnitTest *to, size_t *count, const void *rows, size_t size,
                     size_t of_rows, CMUnitTestFunction run)
{
    for (size_t i = 0; i < of_rows; i++) {
        const char *const row = (const char *)rows + i * size;
        const char *name = NULL;
        memcpy(&name, row, sizeof name); /* the first of each row */
        to[(*count)++] = (struct CMUnitTest){ name, run, NULL, NULL, (void *)(uintptr_t)row };
    }
}

int main(void)
{
    enum { PLACE_COUNT = sizeof PLACES / sizeof PLACES[0] };
    enum { REFUSED_COUNT = sizeof REFUSED / sizeof REFUSED[0], OTHERS = 3 };
    struct CMUnitTest tests[PLACE_COUNT + REFUSED_COUNT + OTHERS] = {
        cmocka_unit_test(it_may_have_any_size),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(every_bit_may_flip),
    };
    size_t count = OTHERS;
    add_rows(tests, &count, PLACES, sizeof PLACES[0], PLACE_COUNT, it_goes_where_der_has_it);
    add_rows(tests, &count, REFUSED, sizeof REFUSED[0], REFUSED_COUNT, it_is_refused);
    signer = cms_signer_of(PKI_P256);
    const int failed = cmocka_run_group_tests_name("unsigned attributes", tests, NULL, NULL);
    pki_drop(&signer);
    cms_drop_other();
    return failed;
}
