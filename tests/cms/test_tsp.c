/* What a timestamping authority is asked and answers. */
#include "base/base64.h"
#include "base/own.h"
#include "cms/tsp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define IMPRINT "1111111111111111111111111111111111111111111111111111111111111111"
#define SHA256  "300d06096086480165030402010500"
#define TOKEN   "3003020101" /* whatever stands there is for others to read */

static const uint8_t IMPRINT_BYTES[32] = { 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                                           0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                                           0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                                           0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11 };

static pds_buf bytes_of(const char *hexadecimal)
{
    pds_buf out = { 0 };
    assert_true(pds_hex_take(pds_span_text(hexadecimal), &out));
    return out;
}

/* ---- requests ---- */

typedef struct request_row {
    const char *name;
    pds_tsp_request request;
    const char *der; /* NULL: wrong usage */
} request_row;

static const request_row REQUESTS[] = {
    { "the least: an imprint",
      { .md = PDS_MD_SHA256, .imprint = IMPRINT_BYTES },
      "3036020101"
      "3031" SHA256 "0420" IMPRINT },
    { "all of it",
      { .md = PDS_MD_SHA256,
        .imprint = IMPRINT_BYTES,
        .policy = "1.2.3.4",
        .nonce = 0x0102030405060708,
        .certificates = true },
      "3048020101"
      "3031" SHA256 "0420" IMPRINT "06032a0304"
      "02080102030405060708"
      "0101ff" },
    { "a nonce whose first bit is set stays positive",
      { .md = PDS_MD_SHA256, .imprint = IMPRINT_BYTES, .nonce = UINT64_C(0x8000000000000001) },
      "3041020101"
      "3031" SHA256 "0420" IMPRINT "0209008000000000000001" },
    { "a policy that is no identifier",
      { .md = PDS_MD_SHA256, .imprint = IMPRINT_BYTES, .policy = "common" },
      NULL },
};

static void requests_are_written(void **state)
{
    const request_row *const row = *state;
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    const pds_code code = pds_tsp_request_put(&row->request, &der, NULL);
    assert_int_equal(code, row->der == NULL ? PDS_E_USAGE : PDS_OK);
    if (row->der != NULL) {
        pds_hex_put(&text, pds_buf_span(&der));
        assert_string_equal(pds_buf_cstr(&text), row->der);
    }
}

/* ---- answers ---- */

typedef struct answer_row {
    const char *name;
    const char *der;
    const char *text;  /* NULL: no answer at all */
    const char *token; /* NULL: none */
} answer_row;

static const answer_row ANSWERS[] = {
    { "granted",
      "300a"
      "3003020100" TOKEN,
      "granted", TOKEN },
    { "granted with modifications",
      "300a"
      "3003020101" TOKEN,
      "granted, with modifications", TOKEN },
    { "rejected, without a reason",
      "3005"
      "3003020102",
      "rejected", NULL },
    { "rejected, with a reason",
      "3009"
      "3007020102"
      "03020780",
      "the digest algorithm is not accepted", NULL },
    { "rejected, with a late bit",
      "300b"
      "3009020102"
      "030406000040",
      "more information than it has is asked for", NULL },
    { "rejected, with the last bit known",
      "300c"
      "300a020102"
      "03050600000040",
      "it has an internal error", NULL },
    { "rejected, in words",
      "300c"
      "300a020102"
      "30050c03e4b88d",
      "rejected: 不", NULL },
    { "words that are no UTF-8",
      "300a"
      "3008020102"
      "30030c01ff",
      "rejected", NULL },
    { "waiting",
      "3005"
      "3003020103",
      "waiting", NULL },
    { "granted, but no token",
      "3005"
      "3003020100",
      NULL, NULL },
    { "rejected, but a token",
      "300a"
      "3003020102" TOKEN,
      NULL, NULL },
    { "a status that nobody knows",
      "3005"
      "3003020106",
      NULL, NULL },
    { "something behind the token",
      "300c"
      "3003020100" TOKEN "0500",
      NULL, NULL },
    { "something behind it all",
      "300a"
      "3003020100" TOKEN "00",
      NULL, NULL },
    { "cut",
      "300a"
      "3003020100"
      "30030201",
      NULL, NULL },
    { "a web page", "3c68746d6c3e", NULL, NULL },
    { "nothing", "", NULL, NULL },
};

static void answers_are_read(void **state)
{
    const answer_row *const row = *state;
    PDS_OWN(pds_buf_drop) pds_buf der = bytes_of(row->der);
    PDS_OWN(pds_buf_drop) pds_buf token = bytes_of(row->token == NULL ? "" : row->token);
    pds_tsp_answer answer;
    assert_int_equal(pds_tsp_answer_read(pds_buf_span(&der), &answer), row->text != NULL);
    if (row->text != NULL) {
        assert_string_equal(answer.text, row->text);
        assert_int_equal(answer.granted, row->token != NULL);
        assert_true(pds_span_eq(answer.token, pds_buf_span(&token)));
    }
}

/* ---- do they fit? ---- */

static void a_token_is_of_its_request(void **state)
{
    static const uint8_t policy[] = { 0x2a, 3, 4 }, nonce[] = { 2, 1, 7 }, zeros[32] = { 0 };
    static const uint8_t long_nonce[] = { 2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 7 };
    const pds_tsp_request request = {
        .md = PDS_MD_SHA256, .imprint = IMPRINT_BYTES, .policy = "1.2.3.4", .nonce = 7
    };
    const pds_tst_info right = { .policy = { policy, sizeof policy },
                                 .imprint_md = PDS_MD_SHA256,
                                 .imprint = { IMPRINT_BYTES, sizeof IMPRINT_BYTES },
                                 .nonce = { nonce, sizeof nonce } };
    pds_tst_info info = right;
    (void)state;
    assert_null(pds_tsp_misfit(&request, &info));
    info.imprint = pds_span_of(zeros, sizeof zeros);
    assert_string_equal(pds_tsp_misfit(&request, &info), "the timestamp is of something else");
    info = right;
    info.imprint_md = PDS_MD_SHA3_256;
    assert_string_equal(pds_tsp_misfit(&request, &info), "the timestamp is of something else");
    info = right;
    info.nonce = pds_span_of(NULL, 0);
    assert_string_equal(pds_tsp_misfit(&request, &info),
                        "the timestamp is the answer to another request");
    info.nonce = pds_span_of(long_nonce, sizeof long_nonce);
    assert_string_equal(pds_tsp_misfit(&request, &info),
                        "the timestamp is the answer to another request");
    info = right;
    info.policy = pds_span_of(policy, 2);
    assert_string_equal(pds_tsp_misfit(&request, &info), "the timestamp is of another policy");
    const pds_tsp_request open = { .md = PDS_MD_SHA256, .imprint = IMPRINT_BYTES };
    assert_null(pds_tsp_misfit(&open, &info));
}

int main(void)
{
    enum { REQUEST_COUNT = sizeof REQUESTS / sizeof REQUESTS[0] };
    enum { ANSWER_COUNT = sizeof ANSWERS / sizeof ANSWERS[0] };
    struct CMUnitTest tests[REQUEST_COUNT + ANSWER_COUNT + 1] = { cmocka_unit_test(
        a_token_is_of_its_request) };
    for (size_t i = 0; i < REQUEST_COUNT; i++) {
        tests[1 + i] = (struct CMUnitTest){ .name = REQUESTS[i].name,
                                            .test_func = requests_are_written,
                                            .initial_state = (void *)&REQUESTS[i] };
    }
    for (size_t i = 0; i < ANSWER_COUNT; i++) {
        tests[1 + REQUEST_COUNT + i] = (struct CMUnitTest){ .name = ANSWERS[i].name,
                                                            .test_func = answers_are_read,
                                                            .initial_state = (void *)&ANSWERS[i] };
    }
    return cmocka_run_group_tests_name("timestamp requests and answers", tests, NULL, NULL);
}
