/* Tokens that come with a signature, which nobody here asked for. */
#include "base/own.h"
#include "fixtures/tsa/tsa.h"
#include "timestamp/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct world {
    pki *root, *stranger, *signers[2];
    pds_trust *trust;
    pds_buf tokens[2]; /* of a known one, and of a stranger */
} world;

static pds_code of_byte(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    (void)e;
    memset(out, *(const int *)self, pds_md_size(md));
    return PDS_OK;
}

static int ones = 1;
static int twos = 2;

static pki *make_root(const char *name)
{
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .constraints = "critical,CA:TRUE",
                                   .key_usage = "critical,keyCertSign,cRLSign" });
}

static void take_token(const pki *root, pki **signer, pds_buf *out)
{
    PDS_OWN(pds_authorities_drop) pds_authorities *list = NULL;
    PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .url = NULL };
    pds_attempts attempts;
    *signer = pki_new(&(pki_profile){ .key = PKI_P256,
                                      .name = "TSA",
                                      .key_usage = "critical,digitalSignature",
                                      .purposes = "critical,timeStamping",
                                      .issuer = root });
    tsa *server = tsa_start(&(tsa_options){ .signer = *signer });
    const pds_authority one = { .url = tsa_origin(server) };
    const pds_digest_source source = { of_byte, &ones };
    assert_int_equal(pds_authorities_new(NULL, &list, NULL), PDS_OK);
    assert_int_equal(pds_authorities_add(list, &one, NULL), PDS_OK);
    assert_int_equal(pds_timestamp_get(list, source, &stamp, &attempts, NULL), PDS_OK);
    *out = pds_buf_take(&stamp.token);
    tsa_stop(&server);
}

static int start(void **state)
{
    (void)state;
    (void)unsetenv("http_proxy");
    (void)unsetenv("all_proxy");
    (void)unsetenv("ALL_PROXY");
    world.root = make_root("Root");
    world.stranger = make_root("Stranger");
    take_token(world.root, &world.signers[0], &world.tokens[0]);
    take_token(world.stranger, &world.signers[1], &world.tokens[1]);
    assert_int_equal(pds_trust_new(&world.trust, NULL), PDS_OK);
    assert_int_equal(pds_trust_add(world.trust, pki_cert(world.root), NULL), PDS_OK);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        pds_buf_drop(&world.tokens[i]);
        pki_drop(&world.signers[i]);
    }
    pds_trust_drop(&world.trust);
    pki_drop(&world.stranger);
    pki_drop(&world.root);
    return 0;
}

/* ---- what may be wrong with one ---- */

static void last_byte(pds_buf *token)
{
    token->ptr[token->len - 1] ^= 1; /* of the signature */
}

static void byte_behind(pds_buf *token)
{
    pds_buf_byte(token, 0);
}

static void cut(pds_buf *token)
{
    token->len--;
}

static void none(pds_buf *token)
{
    pds_buf_clear(token);
    pds_buf_text(token, "2026-11-21, about noon");
}

static void time_changed(pds_buf *token)
{
    uint8_t *const year = memmem(token->ptr, token->len,
                                 "\x18\x0f"
                                 "20",
                                 4);
    assert_non_null(year);
    year[4] = '1';
}

typedef struct row {
    const char *name;
    size_t token;
    bool trusting;
    const int *imprint;
    void (*bend)(pds_buf *token);
    const char *text; /* NULL: it holds */
} row;

static const row ROWS[] = {
    { "one that holds", 0, true, &ones, NULL, NULL },
    { "nobody is trusted", 0, false, &ones, NULL, NULL },
    { "nobody is trusted, and nobody knows it", 1, false, &ones, NULL, NULL },
    { "a stranger's", 1, true, &ones, NULL, "no path to a trust anchor" },
    { "of something else", 0, true, &twos, NULL, "not those that were signed" },
    { "of something else, and nobody is trusted", 0, false, &twos, NULL,
      "not those that were signed" },
    { "a changed signature", 0, true, &ones, last_byte, "does not belong to the certificate" },
    { "another time", 0, true, &ones, time_changed, "not those that were signed" },
    { "a byte behind it", 0, true, &ones, byte_behind, "DER" },
    { "the last byte is missing", 0, true, &ones, cut, "broken" },
    { "no token", 0, true, &ones, none, "broken" },
};

static void it_holds_or_not(void **state)
{
    const row *const r = *state;
    PDS_OWN(pds_authorities_drop) pds_authorities *list = NULL;
    PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .url = NULL };
    PDS_OWN(pds_buf_drop) pds_buf token = { 0 };
    const pds_authority_rules rules = { .trust = r->trusting ? world.trust : NULL };
    const pds_digest_source source = { of_byte, (void *)(uintptr_t)r->imprint };
    pds_err e = { .offset = -1 };
    pds_buf_put(&token, pds_buf_span(&world.tokens[r->token]));
    if (r->bend != NULL) {
        r->bend(&token);
    }
    assert_int_equal(pds_authorities_new(&rules, &list, NULL), PDS_OK);
    const pds_code code = pds_timestamp_check(list, pds_buf_span(&token), source, &stamp, &e);
    assert_int_equal(code, r->text == NULL ? PDS_OK : PDS_E_TIMESTAMP_FAILED);
    assert_null(stamp.url);
    if (r->text == NULL) {
        assert_true(stamp.time != 0 &&
                    pds_span_eq(pds_buf_span(&stamp.token), pds_buf_span(&token)));
        assert_int_equal(stamp.path.anchored, r->trusting);
    } else {
        assert_int_equal(stamp.token.len, 0);
        assert_non_null(strstr(e.text, "a timestamp does not hold: "));
        assert_non_null(strstr(e.text, r->text));
    }
}

int main(void)
{
    enum { COUNT = sizeof ROWS / sizeof ROWS[0] };
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ .name = ROWS[i].name,
                                        .test_func = it_holds_or_not,
                                        .initial_state = (void *)(uintptr_t)&ROWS[i] };
    }
    return cmocka_run_group_tests_name("timestamps that were brought", tests, start, stop);
}
