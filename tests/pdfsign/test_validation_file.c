/* Validation data are found for a file, put into it, and suffice. */
#include "base/own.h"
#include "pdfsign/validation_data.h"
#include "tests/pdf/sample.h"
#include "tests/pdfsign/archive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Evidence in a folder of its own, as somebody would give it. */
enum { EVIDENCE_MAX = 6 };
typedef struct evidence_row {
    const char *name;
    bool response;  /* of the signer, by the authority … */
    bool delegated; /* … by a responder of its own, whose certificate lies in it … */
    bool bare;      /* … or does not */
    bool list;      /* of the authority … */
    bool revoked;   /* … on which the signer stands */
    size_t crls, ocsps, certs;
    bool incomplete;
} evidence_row;

static const evidence_row ROWS[] = {
    { "lists", .list = true, .crls = 2, .certs = 2 },
    /* the authority of the timestamp has a list alone */
    { "a response, too", .response = true, .list = true, .crls = 2, .ocsps = 1, .certs = 2 },
    { "a response by a responder whose revocation a list tells", .response = true,
      .delegated = true, .list = true, .crls = 2, .ocsps = 1, .certs = 2 },
    { "a response that does not bring its responder's certificate", .response = true,
      .delegated = true, .bare = true, .list = true, .crls = 2, .ocsps = 1, .certs = 3 },
    { "no list of the authority", .response = true, .crls = 1, .ocsps = 1, .certs = 2,
      .incomplete = true },
};

static pki *responder;

static int begin(void **state)
{
    (void)archive_begin(state);
    responder = pki_new(&(pki_profile){ .key = PKI_P256,
                                        .name = "Responder",
                                        .key_usage = "critical,digitalSignature",
                                        .purposes = "OCSPSigning",
                                        .issuer = archive_of.authority });
    return 0;
}

static int end(void **state)
{
    pki_drop(&responder);
    return archive_end(state);
}

static void put_response(const evidence_row *row, const char *path)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pki_make_ocsp(&(pki_ocsp){ .cert = archive_of.signer,
                               .issuer = archive_of.authority,
                               .signer = row->delegated ? responder : NULL,
                               /* newer than the list, so that it counts */
                               .begins = -600,
                               .ends = 86400,
                               .without_certs = row->bare },
                  &der);
    sample_write(path, pds_buf_span(&der));
}

static void put_list(const evidence_row *row, const char *path)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pki_make_crl(&(pki_crl){ .issuer = archive_of.authority,
                             .entries = { { .cert = row->revoked ? archive_of.signer : NULL,
                                            .revoked = -3600 } } },
                 &der);
    sample_write(path, pds_buf_span(&der));
}

typedef struct giving {
    const char *trust[1], *chains[2], *evidence[EVIDENCE_MAX];
    pds_verify_options options;
    pds_verifier *verifier;
} giving;

static void giving_drop(giving *g)
{
    pds_verifier_drop(&g->verifier);
}

static void give(giving *g, const evidence_row *row)
{
    pds_verify_options *const o = &g->options;
    *g = (giving){ .trust = { archive_of.trust }, .chains = { archive_of.chain } };
    g->evidence[o->evidence_count++] = sample_path("root.crl");
    sample_write(sample_path("root.crl"), archive_of.lists[0]);
    if (row->list) {
        g->evidence[o->evidence_count++] = sample_path("authority.crl");
        put_list(row, sample_path("authority.crl"));
    }
    if (row->response) {
        g->evidence[o->evidence_count++] = sample_path("signer.ocsp");
        put_response(row, sample_path("signer.ocsp"));
    }
    if (row->bare) {
        pki_write_cert_der(responder, sample_path("responder.der"));
        g->chains[1] = sample_path("responder.der");
    }
    o->trust = g->trust;
    o->trust_count = 1;
    o->chains = g->chains;
    o->chain_count = row->bare ? 2 : 1;
    o->evidence = g->evidence;
    assert_int_equal(pds_verifier_new(o, &g->verifier, NULL), PDS_OK);
}

/* Finds, in the file and its updates in memory. */
static void find(const archive *a, giving *g, pds_validation_data *out)
{
    pds_err e = { 0 };
    const pds_file file = pds_file_with_tail(&a->file, pds_buf_span(&a->updates));
    const pds_validation_ask ask = { .verifier = g->verifier,
                                     .file = &file,
                                     .password = a->password };
    if (pds_validation_data_find(&ask, out, &e) != PDS_OK) {
        fail_msg("%s", e.text);
    }
}

static const archive_row FILES[] = { { ARCHIVE_TABLE, 1, NULL, 1 },
                                     { ARCHIVE_STREAM, 0, "all", 2 },
                                     { ARCHIVE_AES_256, 0, NULL, 1 } };

static void what_is_found_makes_the_level(void **state)
{
    const evidence_row *const row = *state;
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        ARCHIVE(a);
        PDS_OWN(giving_drop) giving g;
        PDS_OWN(pds_validation_data_drop) pds_validation_data data = { .count = 0 };
        PDS_OWN(pds_validation_data_drop) pds_validation_data again = { .count = 0 };
        pds_document_timestamp made;
        give(&g, row);
        archive_sign(&a, &FILES[i]);
        archive_stamp(&a, &made); /* in memory */
        find(&a, &g, &data);
        assert_int_equal(data.count, FILES[i].signings + 1);
        assert_int_equal(data.of[0].complete, true);
        assert_int_equal(data.of[data.count - 1].complete, !row->incomplete);
        assert_string_equal(data.of[data.count - 1].unknown, row->incomplete ? "Stamper" : "");
        assert_int_equal(data.lacking.of[PDS_DSS_CRL].count, row->crls);
        assert_int_equal(data.lacking.of[PDS_DSS_OCSP].count, row->ocsps);
        assert_int_equal(data.lacking.of[PDS_DSS_CERT].count, row->certs);
        assert_true(archive_store(&a, &data.lacking));
        assert_false(archive_store(&a, &data.lacking));
        find(&a, &g, &again); /* nothing is lacking any more */
        assert_int_equal(again.lacking.of[PDS_DSS_CRL].count, 0);
        assert_int_equal(again.lacking.of[PDS_DSS_OCSP].count, 0);
        assert_int_equal(again.lacking.of[PDS_DSS_CERT].count, 0);
        archive_stamp(&a, &made);
        archive_write(&a);
        /* what tells of the first timestamp's authority may be lacking */
        archive_expect(&a, FILES[i].signings + 2, 0, row->incomplete ? PDS_LEVEL_T : PDS_LEVEL_LTA);
        archive_check(&a);
    }
}

static void a_revoked_signer_is_told(void **state)
{
    const evidence_row row = { .list = true, .revoked = true };
    ARCHIVE(a);
    PDS_OWN(giving_drop) giving g;
    PDS_OWN(pds_validation_data_drop) pds_validation_data data = { .count = 0 };
    (void)state;
    give(&g, &row);
    archive_sign(&a, &FILES[0]);
    find(&a, &g, &data);
    assert_int_equal(data.of[0].worst, PDS_F_CERT_REVOKED_NO_POE);
    assert_non_null(strstr(data.of[0].why, "Signer"));
    assert_true(data.of[0].complete);
}

int main(void)
{
    enum { COUNT = sizeof ROWS / sizeof ROWS[0] };
    static struct CMUnitTest tests[COUNT + 1];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ .name = ROWS[i].name,
                                        .test_func = what_is_found_makes_the_level,
                                        .initial_state = (void *)(uintptr_t)&ROWS[i] };
    }
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(a_revoked_signer_is_told);
    return cmocka_run_group_tests_name("validation data of files", tests, begin, end);
}
