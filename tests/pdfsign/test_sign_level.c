/* Signatures with timestamps: what comes of each thing that an authority can do. */
#include "base/own.h"
#include "fixtures/tsa/tsa.h"
#include "tests/pdf/sample.h"
#include "tests/token/token_fake.h"

#include <pds/sign.h>
#include <pds/verify.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { URLS_MAX = 2, URL_ROOM = 256, TOKEN_LARGE = 60000 };

/* What is known of revocation. */
typedef enum evidence { NOTHING, A_LIST, A_LIST_WITH_SIGNER, EVIDENCE_COUNT } evidence;
static const char *const LISTS[EVIDENCE_COUNT] = { "nothing", "good.crl", "revoked.crl" };

static struct world {
    pki *root, *signer, *authority;
    tsa *server;
} world;

static void write_list(const char *name, const pki_crl *what)
{
    PDS_OWN(pds_buf_drop) pds_buf der = { 0 };
    pki_make_crl(what, &der);
    sample_write(sample_path(name), pds_buf_span(&der));
}

static int start(void **state)
{
    static const pki_profile Root = { .key = PKI_P256,
                                      .name = "Root",
                                      .constraints = "critical,CA:TRUE",
                                      .key_usage = "critical,keyCertSign,cRLSign" };
    (void)state;
    (void)unsetenv("http_proxy");
    (void)unsetenv("all_proxy");
    (void)unsetenv("ALL_PROXY");
    world.root = pki_new(&Root);
    world.signer = pki_new(&(pki_profile){ .key = PKI_P256,
                                           .name = "Signer",
                                           .key_usage = "critical,digitalSignature",
                                           .issuer = world.root });
    world.authority = pki_new(&(pki_profile){ .key = PKI_P256,
                                              .name = "TSA",
                                              .key_usage = "critical,digitalSignature",
                                              .purposes = "critical,timeStamping",
                                              .issuer = world.root });
    world.server = tsa_start(&(tsa_options){ .signer = world.authority });
    pki_append_cert_pem(world.root, sample_path("root.pem"));
    write_list(LISTS[A_LIST], &(pki_crl){ .issuer = world.root });
    write_list(LISTS[A_LIST_WITH_SIGNER],
               &(pki_crl){ .issuer = world.root,
                           .entries = { { .cert = world.signer, .revoked = -3600 } } });
    return 0;
}

static int stop(void **state)
{
    (void)state;
    tsa_stop(&world.server);
    pki_drop(&world.authority);
    pki_drop(&world.signer);
    pki_drop(&world.root);
    sample_clean();
    return 0;
}

/* One signing, and what is expected of it. */
typedef struct level_row {
    const char *name;
    const char *faults[URLS_MAX]; /* of the authorities, in their order; NULL: no more of them */
    bool trusted;                 /* the root is given */
    bool allow_lower;
    pds_code code;
    pds_level level;   /* that is reached and verified */
    const char *notes; /* stands in the result's notes; NULL: nothing */
    pds_level wanted;  /* NONE: T */
    evidence evidence;
} level_row;

#define T   PDS_LEVEL_T
#define LT  PDS_LEVEL_LT
#define LTA PDS_LEVEL_LTA

static const level_row ROWS[] = {
    { "a timestamp", { "" }, true, false, PDS_OK, T, NULL, T, NOTHING },
    { "a timestamp, whose authority nobody can judge",
      { "" },
      false,
      false,
      PDS_OK,
      T,
      "nobody is trusted",
      T,
      NOTHING },
    { "the second authority's, when the first is away",
      { "/status=500", "" },
      true,
      false,
      PDS_OK,
      T,
      "500",
      T,
      NOTHING },
    { "the second's, when the first gives another nonce",
      { "/nonce", "" },
      true,
      false,
      PDS_OK,
      T,
      "another request",
      T,
      NOTHING },
    { "a token that is very large", { "/huge" }, true, false, PDS_OK, T, NULL, T, NOTHING },
    { "no authority answers",
      { "/hangup" },
      true,
      false,
      PDS_E_TIMESTAMP_FAILED,
      PDS_LEVEL_NONE,
      NULL,
      T,
      NOTHING },
    { "no authority answers, and a lower level will do",
      { "/hangup" },
      true,
      true,
      PDS_OK,
      PDS_LEVEL_B,
      "127.0.0.1",
      LTA,
      A_LIST },
    { "a forged one",
      { "/forged" },
      true,
      false,
      PDS_E_TIMESTAMP_FAILED,
      PDS_LEVEL_NONE,
      NULL,
      T,
      NOTHING },
    { "it rejects every request",
      { "/rejected" },
      true,
      false,
      PDS_E_TIMESTAMP_FAILED,
      PDS_LEVEL_NONE,
      NULL,
      T,
      NOTHING },
    { "all that proves it", { "" }, true, false, PDS_OK, LT, NULL, LT, A_LIST },
    { "and a timestamp over that", { "" }, true, false, PDS_OK, LTA, NULL, LTA, A_LIST },
    { "nothing proves that it was not revoked",
      { "" },
      true,
      false,
      PDS_E_EVIDENCE_MISSING,
      PDS_LEVEL_NONE,
      NULL,
      LT,
      NOTHING },
    { "nothing proves it, and a lower level will do",
      { "" },
      true,
      true,
      PDS_OK,
      T,
      "revoked",
      LTA,
      NOTHING },
    { "it was revoked, which a lower level does not help",
      { "" },
      true,
      true,
      PDS_E_CERT_REVOKED,
      PDS_LEVEL_NONE,
      NULL,
      LT,
      A_LIST_WITH_SIGNER },
    { "no trust, hence no path that could be proven",
      { "" },
      false,
      false,
      PDS_E_EVIDENCE_MISSING,
      PDS_LEVEL_NONE,
      NULL,
      LT,
      A_LIST },
};

/* What the job lends. */
typedef struct scene {
    char urls[URLS_MAX][URL_ROOM];
    pds_tsa tsas[URLS_MAX];
    token_fake fake;
    pds_key *key;
    pds_stamper *stamper;
    pds_sign_result result;
    pds_err e;
} scene;

static void scene_drop(scene *s)
{
    pds_stamper_drop(&s->stamper);
    pds_key_drop(&s->key);
}

static void set_scene(scene *s, const level_row *row)
{
    const char *const trust = sample_path("root.pem");
    const char *const list = sample_path(LISTS[row->evidence]);
    const sample kind = { .kind = SAMPLE_TABLE };
    pds_stamper_options options = { .tsas = s->tsas,
                                    .trust = &trust,
                                    .trust_count = row->trusted,
                                    .evidence = &list,
                                    .evidence_count = row->evidence != NOTHING,
                                    .offline = true };
    for (size_t i = 0; i < URLS_MAX && row->faults[i] != NULL; i++) {
        (void)snprintf(s->urls[i], URL_ROOM, "%s%s", tsa_origin(world.server), row->faults[i]);
        s->tsas[options.tsa_count++] = (pds_tsa){ .url = s->urls[i] };
    }
    assert_int_equal(pds_stamper_new(&options, &s->stamper, &s->e), PDS_OK);
    s->fake = (token_fake){ .identity = world.signer };
    s->key = token_fake_key(&s->fake, NULL);
    sample_make(&kind, sample_path("in.pdf"));
    (void)unlink(sample_path("out.pdf"));
}

static void judge(bool strict, pds_verification *out)
{
    const char *const trust = sample_path("root.pem");
    const pds_verify_options options = { .trust = &trust,
                                         .trust_count = 1,
                                         .revocation_set = strict,
                                         .revocation = PDS_REVOCATION_EMBEDDED };
    pds_verifier *verifier = NULL;
    assert_int_equal(pds_verifier_new(&options, &verifier, NULL), PDS_OK);
    assert_int_equal(pds_verify(verifier, sample_path("out.pdf"), NULL, out, NULL), PDS_OK);
    assert_int_equal(out->indication, PDS_PASSED);
    pds_verifier_drop(&verifier);
}

static void expect_level(pds_level level)
{
    PDS_OWN(pds_verification_drop) pds_verification v;
    judge(level >= LT, &v);
    assert_int_equal(v.signature_count, level == LTA ? 2 : 1);
    assert_int_equal(v.signatures[0].level, level);
}

static void expect_levels(pds_level first, pds_level second)
{
    PDS_OWN(pds_verification_drop) pds_verification v;
    judge(true, &v);
    assert_int_equal(v.signature_count, 2);
    assert_int_equal(v.signatures[0].level, first);
    assert_int_equal(v.signatures[1].level, second);
}

static void level_is_reached_or_refused(void **state)
{
    const level_row *const row = *state;
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    set_scene(&s, row);
    const pds_signing signing = { .key = s.key };
    const pds_sign_job job = { .input = sample_path("in.pdf"),
                               .output = { .path = sample_path("out.pdf") },
                               .level = row->wanted,
                               .stamper = s.stamper,
                               .allow_lower_level = row->allow_lower,
                               .signings = &signing,
                               .signing_count = 1 };
    assert_int_equal(pds_sign(&job, &s.result, &s.e), row->code);
    if (row->code != PDS_OK) {
        assert_int_not_equal(access(sample_path("out.pdf"), F_OK), 0);
        return;
    }
    assert_int_equal(s.result.level, row->level);
    assert_int_equal(s.result.stamp_time[0] != '\0', row->level >= T);
    if (row->notes == NULL) {
        assert_string_equal(s.result.stamp_notes, "");
    } else {
        assert_non_null(strstr(s.result.stamp_notes, row->notes));
    }
    expect_level(row->level);
}

/* Standard input becomes a pipe with these bytes, which can be read once. */
static void pipe_in(const char *path)
{
    pds_buf bytes = sample_read(path);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes.ptr, bytes.len), bytes.len);
    assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    pds_buf_drop(&bytes);
}

/* The probe was small: the signature is made once more, with more room. */
static void a_token_that_outgrows_its_room_gets_more(void **state)
{
    static const level_row row = { .faults = { "/huge/after=1" }, .trusted = true };
    (void)state;
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    set_scene(&s, &row);
    pipe_in(sample_path("in.pdf"));
    const pds_signing signing = { .key = s.key };
    const pds_sign_job job = { .input = "-",
                               .output = { .path = sample_path("out.pdf") },
                               .level = T,
                               .stamper = s.stamper,
                               .signings = &signing,
                               .signing_count = 1 };
    assert_int_equal(pds_sign(&job, &s.result, &s.e), PDS_OK);
    assert_int_equal(s.fake.calls, 2);
    expect_level(T);
}

/* The authority is gone before the second signer, and before the last timestamp. */
static void one_of_two_signers_lasts(void **state)
{
    static const char *const faults[] = { "/hangup/after=2", "/cut/after=2" };
    (void)state;
    for (pds_level level = LT; level <= LTA; level++) {
        const level_row row = { .faults = { faults[level - LT] },
                                .trusted = true,
                                .evidence = A_LIST };
        PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
        set_scene(&s, &row);
        const pds_signing signings[] = { { .key = s.key }, { .key = s.key } };
        pds_sign_result results[2];
        const pds_sign_job job = { .input = sample_path("in.pdf"),
                                   .output = { .path = sample_path("out.pdf") },
                                   .level = level,
                                   .stamper = s.stamper,
                                   .allow_lower_level = true,
                                   .signings = signings,
                                   .signing_count = 2 };
        assert_int_equal(pds_sign(&job, results, &s.e), PDS_OK);
        assert_int_equal(results[0].level, LT);
        assert_int_equal(results[1].level, PDS_LEVEL_B);
        assert_non_null(strstr(results[1].stamp_notes, "127.0.0.1"));
        expect_levels(LT, PDS_LEVEL_B);
    }
}

/* Whoever signed before, and whatever is known of him. */
static void those_who_signed_before_are_not_answered_for(void **state)
{
    static const level_row row = { .faults = { "" }, .trusted = true, .evidence = A_LIST };
    pki *stranger = pki_new(&(pki_profile){ .key = PKI_P256, .name = "Stranger" });
    token_fake fake = { .identity = stranger };
    pds_key *key = token_fake_key(&fake, NULL);
    (void)state;
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    set_scene(&s, &row);
    const pds_signing signings[] = { { .key = key }, { .key = s.key } };
    const pds_sign_job first = { .input = sample_path("in.pdf"),
                                 .output = { .path = sample_path("in.pdf"), .in_place = true },
                                 .signings = signings,
                                 .signing_count = 1 };
    const pds_sign_job second = { .input = sample_path("in.pdf"),
                                  .output = { .path = sample_path("out.pdf") },
                                  .level = LT,
                                  .stamper = s.stamper,
                                  .signings = signings + 1,
                                  .signing_count = 1 };
    assert_int_equal(pds_sign(&first, &s.result, &s.e), PDS_OK);
    assert_int_equal(pds_sign(&second, &s.result, &s.e), PDS_OK);
    assert_int_equal(s.result.level, LT);
    pds_key_drop(&key);
    pki_drop(&stranger);
}

static void a_level_needs_an_authority(void **state)
{
    const pds_sign_job job = { .input = "in.pdf",
                               .level = PDS_LEVEL_T,
                               .dry_run = true,
                               .signings = &(pds_signing){ .key = NULL },
                               .signing_count = 1 };
    pds_sign_result result;
    (void)state;
    assert_int_equal(pds_sign(&job, &result, NULL), PDS_E_USAGE);
}

int main(void)
{
    enum { COUNT = sizeof ROWS / sizeof ROWS[0] };
    struct CMUnitTest tests[COUNT + 4] = {
        cmocka_unit_test(a_level_needs_an_authority),
        cmocka_unit_test(a_token_that_outgrows_its_room_gets_more),
        cmocka_unit_test(one_of_two_signers_lasts),
        cmocka_unit_test(those_who_signed_before_are_not_answered_for),
    };
    for (size_t i = 0; i < COUNT; i++) {
        tests[4 + i] = (struct CMUnitTest){ .name = ROWS[i].name,
                                            .test_func = level_is_reached_or_refused,
                                            .initial_state = (void *)&ROWS[i] };
    }
    return cmocka_run_group_tests_name("signatures with timestamps", tests, start, stop);
}
