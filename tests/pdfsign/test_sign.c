/* Jobs of several signers with keys that do as they are told. */
#include "base/own.h"
#include "tests/pdf/sample.h"
#include "tests/token/token_fake.h"

#include <pds/sign.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIGNERS = 2 };

static pki *identities[SIGNERS];

/* Two keys, and a job of both. */
typedef struct scene {
    token_fake fakes[SIGNERS];
    pds_key *keys[SIGNERS];
    pds_signing signings[SIGNERS];
    pds_sign_job job;
    pds_sign_result results[SIGNERS];
    pds_err e;
} scene;

static void open_scene(scene *s)
{
    const sample kind = { .kind = SAMPLE_TABLE };
    *s = (scene){ .e = { .offset = -1 } };
    sample_make(&kind, sample_path("in.pdf"));
    (void)unlink(sample_path("out.pdf"));
    for (size_t i = 0; i < SIGNERS; i++) {
        s->fakes[i] = (token_fake){ .identity = identities[i] };
        s->keys[i] = token_fake_key(&s->fakes[i], NULL);
        s->signings[i].key = s->keys[i];
    }
    s->job = (pds_sign_job){ .input = sample_path("in.pdf"),
                             .output = { .path = sample_path("out.pdf") },
                             .signings = s->signings,
                             .signing_count = SIGNERS };
}

static void close_scene(scene *s)
{
    for (size_t i = 0; i < SIGNERS; i++) {
        pds_key_drop(&s->keys[i]);
    }
}

static bool has_output(void)
{
    return access(sample_path("out.pdf"), F_OK) == 0;
}

static void both_sign_each_once(void **state)
{
    PDS_OWN(close_scene) scene s;
    (void)state;
    open_scene(&s);
    assert_int_equal(pds_sign(&s.job, s.results, &s.e), PDS_OK);
    assert_int_equal(s.fakes[0].calls, 1);
    assert_int_equal(s.fakes[1].calls, 1);
    assert_string_equal(s.results[0].digest, "sha256");
    assert_string_equal(s.results[1].digest, "sha384");
    assert_string_equal(s.results[0].field, "Signature1");
    assert_string_equal(s.results[1].field, "Signature2");
    assert_true(s.results[0].byte_range[2] + s.results[0].byte_range[3] <
                s.results[1].byte_range[1]);
    assert_int_equal(s.results[1].byte_range[2] + s.results[1].byte_range[3],
                     s.results[1].output_bytes);
    sample_check(sample_path("out.pdf"), NULL);
}

/* What is wrong with the second, and what is said. */
typedef struct refusal {
    const char *name;
    pds_signature_options first, second;
    pds_code code;
} refusal;

static const char *const CORNER[] = { "1@br:90x50" };

static refusal refusals[] = {
    { "a certification that allows nothing more", { .certify = 1 }, { 0 }, PDS_E_DOCMDP_FORBIDS },
    { "a lock of all fields", { .lock = "all" }, { 0 }, PDS_E_FIELDMDP_FORBIDS },
    { "a lock of the second's field",
      { .lock = "include:Signature2" },
      { 0 },
      PDS_E_FIELDMDP_FORBIDS },
    { "a field that is not there", { 0 }, { .field = "Nobody" }, PDS_E_FIELD_UNKNOWN },
    { "a certification of the second", { 0 }, { .certify = 2 }, PDS_E_USAGE },
    { "a lock that is none", { 0 }, { .lock = "some" }, PDS_E_USAGE },
    { "the place of the first",
      { .look = { .places = CORNER, .place_count = 1 } },
      { .look = { .places = CORNER, .place_count = 1 } },
      PDS_E_PLACE_TAKEN },
    { "the field of the first",
      { .field = "A", .look = { .places = CORNER, .place_count = 1 } },
      { .field = "A", .look = { .places = CORNER, .place_count = 1, .allow_overlap = true } },
      PDS_E_FIELD_EXISTS },
};

static void nobody_signs_where_the_second_cannot(void **state)
{
    const refusal *r = *state;
    PDS_OWN(close_scene) scene s;
    open_scene(&s);
    s.signings[0].signature = r->first;
    s.signings[1].signature = r->second;
    assert_int_equal(pds_sign(&s.job, s.results, &s.e), r->code);
    assert_int_equal(s.e.signer, 2);
    assert_int_equal(s.fakes[0].calls, 0);
    assert_int_equal(s.fakes[1].calls, 0);
    assert_false(has_output());
}

typedef struct failure {
    const char *name;
    fake_behaviour behaviour;
    pds_code code;
} failure;

static failure failures[] = {
    { "a second key that refuses", FAKE_REFUSES, PDS_E_KEY_FAILED },
    { "a second key that was pulled out", FAKE_EMPTY, PDS_E_SIGNATURE_WRONG },
    { "a second key that signs something else", FAKE_WRONG, PDS_E_SIGNATURE_WRONG },
    { "a second key that gives zeros", FAKE_GARBAGE, PDS_E_SIGNATURE_WRONG },
};

static void no_file_has_half_of_the_signatures(void **state)
{
    const failure *f = *state;
    PDS_OWN(close_scene) scene s;
    open_scene(&s);
    s.fakes[1].behaviour = f->behaviour;
    pds_code code = pds_sign(&s.job, s.results, &s.e);
    assert_true(code == f->code || code == PDS_E_KEY_FAILED);
    assert_int_equal(s.e.signer, 2);
    assert_int_equal(s.fakes[0].calls, 1);
    assert_false(has_output());
}

static void a_dry_run_uses_no_key(void **state)
{
    PDS_OWN(close_scene) scene s;
    (void)state;
    open_scene(&s);
    s.job.dry_run = true;
    assert_int_equal(pds_sign(&s.job, s.results, &s.e), PDS_OK);
    assert_int_equal(s.fakes[0].calls + s.fakes[1].calls, 0);
    assert_string_equal(s.results[1].field, "Signature2");
    assert_false(has_output());
}

static void a_job_has_signers_but_not_too_many(void **state)
{
    static const size_t counts[] = { 0, PDS_SIGNINGS_MAX + 1 };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        PDS_OWN(close_scene) scene s;
        open_scene(&s);
        s.job.signing_count = counts[i];
        assert_int_equal(pds_sign(&s.job, s.results, &s.e), PDS_E_USAGE);
        assert_int_equal(s.fakes[0].calls, 0);
    }
}

/* What is seen is looked through before a PIN is asked for. */
typedef struct option_row {
    const char *name;
    pds_signature_options options;
} option_row;

static const char *const LAST[] = { "@last" }, *const NOWHERE[] = { "nowhere" };
static const char *const MIDDLE[] = { "middle" };

static option_row options[] = {
    { "a place for dates", { .look = { .places = LAST, .place_count = 1 } } },
    { "no place", { .look = { .places = NOWHERE, .place_count = 1 } } },
    { "no place of a date", { .look = { .dates = NOWHERE, .date_count = 1 } } },
    { "no edge", { .look = { .seams = MIDDLE, .seam_count = 1 } } },
    { "no colour of text", { .look = { .text_color = "reddish" } } },
    { "no colour of a date", { .look = { .date_color = "#12345" } } },
    { "no day", { .look = { .date_value = "2026-02-30" } } },
    { "no format of a date", { .look = { .date_format = "yyyyQQ" } } },
    { "no permission", { .certify = 4 } },
    { "no lock", { .lock = "only:A" } },
};

static void wrong_options_are_wrong_usage(void **state)
{
    const option_row *row = *state;
    pds_err e = { .offset = -1 };
    assert_int_equal(pds_sign_check_options(&row->options, NULL, &e), PDS_E_USAGE);
    assert_true(e.text[0] != '\0');
}

static int make_identities(void **state)
{
    (void)state;
    identities[0] = pki_new(&(pki_profile){ .key = PKI_P256, .name = "One" });
    identities[1] = pki_new(&(pki_profile){ .key = PKI_P384, .name = "Two" });
    return 0;
}

static int drop_identities(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGNERS; i++) {
        pki_drop(&identities[i]);
    }
    sample_clean();
    return 0;
}

enum {
    REFUSALS = sizeof refusals / sizeof refusals[0],
    FAILURES = sizeof failures / sizeof failures[0],
    OPTIONS = sizeof options / sizeof options[0]
};

int main(void)
{
    static struct CMUnitTest tests[REFUSALS + FAILURES + OPTIONS + 3];
    size_t n = 0;
    for (size_t i = 0; i < REFUSALS; i++) {
        tests[n++] = (struct CMUnitTest){ refusals[i].name, nobody_signs_where_the_second_cannot,
                                          NULL, NULL, &refusals[i] };
    }
    for (size_t i = 0; i < FAILURES; i++) {
        tests[n++] = (struct CMUnitTest){ failures[i].name, no_file_has_half_of_the_signatures,
                                          NULL, NULL, &failures[i] };
    }
    for (size_t i = 0; i < OPTIONS; i++) {
        tests[n++] = (struct CMUnitTest){ options[i].name, wrong_options_are_wrong_usage, NULL,
                                          NULL, &options[i] };
    }
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(both_sign_each_once);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_dry_run_uses_no_key);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_job_has_signers_but_not_too_many);
    return cmocka_run_group_tests(tests, make_identities, drop_identities);
}
