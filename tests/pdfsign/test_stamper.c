/* Stampers: whom they ask, how often, and what they make of what comes. */
#include "base/http.h"
#include "base/own.h"
#include "pdfsign/stamper.h"
#include "tests/pdf/sample.h"
#include "tests/pdfsign/stamper_world.h"
#include "tests/token/token_fake.h"

#include <pds/augment.h>
#include <pds/sign.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/syscall.h>

#include <cmocka.h>

/* ---- sockets: whoever makes one, libcurl or we, is counted ---- */

static unsigned sockets;

/* In place of libc's, as this program exports it. */
__attribute__((visibility("default"))) int socket(int domain, int type, int protocol)
{
    (void)__atomic_add_fetch(&sockets, 1, __ATOMIC_SEQ_CST);
    return (int)syscall(SYS_socket, domain, type, protocol);
}

static unsigned sockets_so_far(void)
{
    return __atomic_load_n(&sockets, __ATOMIC_SEQ_CST);
}

/* ---- the world ---- */

static int start(void **state)
{
    const sample kind = { .kind = SAMPLE_TABLE };
    (void)state;
    (void)unsetenv("http_proxy");
    (void)unsetenv("all_proxy");
    (void)unsetenv("ALL_PROXY");
    assert_int_equal(setenv("PDFSIGN_ALLOW_PRIVATE_HOSTS", "1", 1), 0);
    world_start();
    pki_append_cert_pem(world.root, sample_path("root.pem"));
    pki_append_cert_pem(world.ca, sample_path("chain.pem"));
    pki_append_cert_pem(world.stampers, sample_path("chain.pem"));
    sample_make(&kind, sample_path("in.pdf"));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    world_stop();
    sample_clean();
    return 0;
}

static int all_good(void **state)
{
    (void)state;
    world.signer_ocsp = WORLD_GOOD;
    world.clock_ocsp[0] = world.clock_ocsp[1] = WORLD_GOOD;
    (void)unlink(sample_path("out.pdf"));
    return 0;
}

typedef struct scene {
    pds_tsa tsas[2];
    const char *trust;
    pds_stamper_options options;
    pds_stamper *stamper;
    pds_err e;
} scene;

static void scene_drop(scene *s)
{
    pds_stamper_drop(&s->stamper);
}

/* options: what differs from one trusted authority. */
static void set_scene(scene *s, const pds_stamper_options *options)
{
    s->options = *options;
    s->trust = sample_path("root.pem");
    s->tsas[0].url = tsa_origin(world.tsas[0]);
    s->tsas[1].url = tsa_origin(world.tsas[1]);
    s->options.tsas = s->tsas;
    s->options.tsa_count = options->tsa_count == 0 ? 1 : options->tsa_count;
    s->options.trust = &s->trust;
    s->options.trust_count = options->trust_count == 0 ? 1 : 0;
    assert_int_equal(pds_stamper_new(&s->options, &s->stamper, &s->e), PDS_OK);
}

static pds_code sign_to(pds_stamper *stamper, const char *out, pds_level level,
                        pds_sign_result *result, pds_err *e)
{
    token_fake fake = { .identity = world.signer };
    pds_key *key = token_fake_key(&fake, NULL);
    const pds_signing signing = { .key = key };
    const pds_sign_job job = { .input = sample_path("in.pdf"),
                               .output = { .path = out, .overwrite = true },
                               .level = level,
                               .stamper = stamper,
                               .signings = &signing,
                               .signing_count = 1 };
    const pds_code code = pds_sign(&job, result, e);
    pds_key_drop(&key);
    return code;
}

static pds_code sign(scene *s, pds_level level, pds_sign_result *result)
{
    *result = (pds_sign_result){ .page = 0 };
    return sign_to(s->stamper, sample_path("out.pdf"), level, result, &s->e);
}

static void expect_level(const char *path, pds_level level)
{
    const char *const trust = sample_path("root.pem");
    const pds_verify_options options = { .trust = &trust,
                                         .trust_count = 1,
                                         .revocation_set = true,
                                         .revocation = PDS_REVOCATION_EMBEDDED };
    pds_verifier *verifier = NULL;
    pds_verification v;
    assert_int_equal(pds_verifier_new(&options, &verifier, NULL), PDS_OK);
    assert_int_equal(pds_verify(verifier, path, NULL, &v, NULL), PDS_OK);
    assert_int_equal(v.indication, PDS_PASSED);
    assert_int_equal(v.signatures[0].level, level);
    pds_verification_drop(&v);
    pds_verifier_drop(&verifier);
}

/* ---- how often ---- */

enum { THREADS = 4, FILES = 20 };

typedef struct worker {
    pthread_t thread;
    pds_stamper *stamper;
    size_t number, good;
} worker;

static void name_file(char out[256], size_t number)
{
    (void)snprintf(out, 256, "%s.%zu.pdf", sample_path("batch"), number);
}

static void *work(void *context)
{
    worker *const w = context;
    for (size_t i = w->number; i < FILES; i += THREADS) {
        char path[256];
        pds_sign_result result = { .page = 0 };
        name_file(path, i);
        w->good += sign_to(w->stamper, path, PDS_LEVEL_LT, &result, NULL) == PDS_OK ? 1 : 0;
    }
    return NULL;
}

static void run_batch(scene *s)
{
    worker workers[THREADS];
    size_t good = 0;
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (worker){ .stamper = s->stamper, .number = i };
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
        good += workers[i].good;
    }
    assert_int_equal(good, FILES);
}

/* The whole path of the signer, of the authority and of the responder. */
static void a_batch_asks_each_service_once(void **state)
{
    static const unsigned asked[] = { 1, 1, 0, 1, 1, 0, 1, 1, 0 };
    unsigned before[sizeof asked / sizeof asked[0]] = { 0 };
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    (void)state;
    for (size_t i = 0; WORLD_PATHS[i] != NULL; i++) {
        before[i] = web_hits(world.server, WORLD_PATHS[i]);
    }
    set_scene(&s, &(pds_stamper_options){ .tsa_timeout = 0 });
    run_batch(&s);
    for (size_t i = 0; WORLD_PATHS[i] != NULL; i++) {
        assert_int_equal(web_hits(world.server, WORLD_PATHS[i]) - before[i], asked[i]);
    }
    for (size_t i = 0; i < FILES; i++) {
        char path[256];
        name_file(path, i);
        expect_level(path, PDS_LEVEL_LT);
    }
}

static void a_folder_spares_the_next_call_all_questions(void **state)
{
    pds_sign_result result;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
        const unsigned before = world_hits();
        set_scene(&s, &(pds_stamper_options){ .cache = sample_path("cache") });
        assert_int_equal(sign(&s, PDS_LEVEL_LT, &result), PDS_OK);
        assert_int_equal(world_hits() - before, i == 0 ? 6 : 0);
        expect_level(sample_path("out.pdf"), PDS_LEVEL_LT);
    }
}

/* ---- whom ---- */

static void issuers_of_an_authority_are_fetched(void **state)
{
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    char notes[PDS_NOTES_MAX];
    const unsigned before = web_hits(world.server, "/stampers.cer");
    (void)state;
    set_scene(&s, &(pds_stamper_options){ .tsa_timeout = 0 });
    assert_int_equal(pds_stamper_probe(s.stamper, notes, &s.e), PDS_OK);
    assert_string_equal(notes, "");
    assert_int_equal(web_hits(world.server, "/stampers.cer") - before, 1);
}

static void offline_nobody_but_authorities_is_asked(void **state)
{
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    char notes[PDS_NOTES_MAX];
    const unsigned before = world_hits();
    (void)state;
    set_scene(&s, &(pds_stamper_options){ .offline = true });
    assert_int_equal(pds_stamper_probe(s.stamper, notes, &s.e), PDS_E_TIMESTAMP_FAILED);
    assert_non_null(strstr(notes, "no path to a trust anchor"));
    assert_int_equal(world_hits(), before);
}

static pds_code add(pds_stamper *stamper)
{
    pds_augment_result result;
    pds_err e = { .offset = -1 };
    const pds_augment_job job = { .kind = PDS_AUGMENT_ADD,
                                  .input = sample_path("out.pdf"),
                                  .output = { .path = sample_path("added.pdf"), .overwrite = true },
                                  .stamper = stamper,
                                  .level = PDS_LEVEL_LT };
    return pds_augment(&job, &result, &e);
}

static void offline_no_socket_is_made(void **state)
{
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    PDS_OWN(pds_stamper_drop) pds_stamper *offline = NULL;
    PDS_OWN(pds_stamper_drop) pds_stamper *online = NULL;
    pds_sign_result result;
    (void)state;
    set_scene(&s, &(pds_stamper_options){ .tsa_timeout = 0 });
    assert_int_equal(sign(&s, PDS_LEVEL_T, &result), PDS_OK);
    const char *const chain = sample_path("chain.pem");
    pds_stamper_options options = {
        .trust = &s.trust, .trust_count = 1, .chains = &chain, .chain_count = 1, .offline = true
    };
    unsigned before = sockets_so_far();
    assert_int_equal(pds_stamper_new(&options, &offline, NULL), PDS_OK);
    assert_int_not_equal(add(offline), PDS_OK);
    assert_int_equal(sockets_so_far(), before);
    options.offline = false; /* the test sees what it looks for */
    before = sockets_so_far();
    assert_int_equal(pds_stamper_new(&options, &online, NULL), PDS_OK);
    assert_int_equal(add(online), PDS_OK);
    assert_true(sockets_so_far() > before);
    expect_level(sample_path("added.pdf"), PDS_LEVEL_LT);
}

/* ---- authorities that are revoked ---- */

typedef struct revoked_row {
    const char *sentence;
    world_answer answers[2];
    size_t authorities;
    pds_level level;
    pds_code code;
    size_t stamps_by;  /* which one, on success */
    const char *notes; /* a part; NULL: none */
} revoked_row;

static const revoked_row REVOKED[] = {
    { "one that is revoked, for what has to last",
      { WORLD_REVOKED, WORLD_GOOD },
      1,
      PDS_LEVEL_LT,
      PDS_E_TIMESTAMP_FAILED,
      0,
      NULL },
    { "likewise, with a timestamp over it",
      { WORLD_REVOKED, WORLD_GOOD },
      1,
      PDS_LEVEL_LTA,
      PDS_E_TIMESTAMP_FAILED,
      0,
      NULL },
    { "the second is asked",
      { WORLD_REVOKED, WORLD_GOOD },
      2,
      PDS_LEVEL_LT,
      PDS_OK,
      1,
      "'Clock 0' was revoked" },
    { "both are revoked",
      { WORLD_REVOKED, WORLD_REVOKED },
      2,
      PDS_LEVEL_LT,
      PDS_E_TIMESTAMP_FAILED,
      0,
      NULL },
    { "none is", { WORLD_GOOD, WORLD_GOOD }, 2, PDS_LEVEL_LTA, PDS_OK, 0, NULL },
};

static void revoked_authorities_are_passed_over(void **state)
{
    const revoked_row *const r = *state;
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    pds_sign_result result;
    (void)all_good(NULL);
    memcpy(world.clock_ocsp, r->answers, sizeof world.clock_ocsp);
    set_scene(&s, &(pds_stamper_options){ .tsa_count = r->authorities });
    assert_int_equal(sign(&s, r->level, &result), r->code);
    if (r->code != PDS_OK) {
        assert_non_null(strstr(s.e.text, "was revoked"));
        assert_int_not_equal(access(sample_path("out.pdf"), F_OK), 0);
        return;
    }
    assert_string_equal(result.stamp_url, tsa_origin(world.tsas[r->stamps_by]));
    if (r->notes == NULL) {
        assert_string_equal(result.stamp_notes, "");
    } else {
        assert_non_null(strstr(result.stamp_notes, r->notes));
    }
    expect_level(sample_path("out.pdf"), r->level);
}

static void a_probe_knows_who_is_revoked(void **state)
{
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    PDS_OWN(scene_drop) scene brief = { .e = { .offset = -1 } };
    char notes[PDS_NOTES_MAX];
    (void)state;
    world.clock_ocsp[0] = WORLD_REVOKED;
    set_scene(&s, &(pds_stamper_options){ .lasting = true });
    assert_int_equal(pds_stamper_probe(s.stamper, notes, &s.e), PDS_E_TIMESTAMP_FAILED);
    assert_non_null(strstr(notes, "was revoked"));
    set_scene(&brief, &(pds_stamper_options){ .lasting = false });
    assert_int_equal(pds_stamper_probe(brief.stamper, notes, &s.e), PDS_OK);
    assert_string_equal(notes, "");
}

/* Who wants no more than a timestamp asks no further service. */
static void nobody_asks_about_an_authority_for_level_t(void **state)
{
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    pds_sign_result result;
    const unsigned before = web_hits(world.server, "/ocsp/clock0");
    (void)state;
    world.clock_ocsp[0] = WORLD_REVOKED;
    set_scene(&s, &(pds_stamper_options){ .tsa_timeout = 0 });
    assert_int_equal(sign(&s, PDS_LEVEL_T, &result), PDS_OK);
    assert_int_equal(web_hits(world.server, "/ocsp/clock0"), before);
}

/* ---- a period of grace ---- */

static void a_grace_is_waited_for(void **state)
{
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    pds_sign_result result;
    (void)state;
    set_scene(&s, &(pds_stamper_options){ .grace = "2s" });
    const int64_t begun = pds_http_clock();
    assert_int_equal(sign(&s, PDS_LEVEL_LT, &result), PDS_OK);
    assert_true(pds_http_clock() - begun > 1000);
    expect_level(sample_path("out.pdf"), PDS_LEVEL_LT);
}

static void what_was_said_before_a_grace_ended_does_not_count(void **state)
{
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    PDS_OWN(scene_drop) scene hasty = { .e = { .offset = -1 } };
    pds_sign_result result;
    (void)state;
    world.signer_ocsp = WORLD_EARLY;
    set_scene(&s, &(pds_stamper_options){ .grace = "1s" });
    assert_int_equal(sign(&s, PDS_LEVEL_LT, &result), PDS_E_EVIDENCE_MISSING);
    set_scene(&hasty, &(pds_stamper_options){ .grace = "0s" });
    assert_int_equal(sign(&hasty, PDS_LEVEL_LT, &result), PDS_OK);
}

/* ---- what is wrong from the beginning ---- */

typedef struct wrong_row {
    const char *sentence;
    const char *grace, *cache;
    bool offline;
    pds_code code;
} wrong_row;

static const wrong_row WRONG[] = {
    { "a span that is none", "soon", NULL, false, PDS_E_USAGE },
    { "a span without a unit", "10", NULL, false, PDS_E_USAGE },
    { "an empty span", "", NULL, false, PDS_E_USAGE },
    { "a folder in a folder that is not there", NULL, "/nowhere/at/all", false,
      PDS_E_OUTPUT_FAILED },
    { "a folder that is a file", NULL, "/etc/passwd", false, PDS_E_OUTPUT_FAILED },
    { "a span and a folder", "10m", "/tmp", false, PDS_OK },
};

static void options_are_refused(void **state)
{
    const wrong_row *const r = *state;
    PDS_OWN(pds_stamper_drop) pds_stamper *stamper = NULL;
    pds_err e = { .offset = -1 };
    const pds_stamper_options options = { .grace = r->grace, .cache = r->cache };
    assert_int_equal(pds_stamper_new(&options, &stamper, &e), r->code);
    assert_int_equal(stamper != NULL, r->code == PDS_OK);
}

static void it_is_told_that_nobody_is_trusted(void **state)
{
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    char notes[PDS_NOTES_MAX];
    const unsigned before = world_hits();
    (void)state;
    set_scene(&s, &(pds_stamper_options){ .trust_count = 1 });
    assert_int_equal(pds_stamper_probe(s.stamper, notes, &s.e), PDS_OK);
    assert_non_null(strstr(notes, "nobody is trusted"));
    assert_int_equal(world_hits(), before);
}

/* ---- the end ---- */

static void *interrupt_soon(void *context)
{
    (void)context;
    web_wait(500);
    pds_interrupt();
    return NULL;
}

/* The last one: an interruption stays. */
static void a_grace_can_be_interrupted(void **state)
{
    PDS_OWN(scene_drop) scene s = { .e = { .offset = -1 } };
    pds_sign_result result;
    pthread_t thread;
    (void)state;
    set_scene(&s, &(pds_stamper_options){ .grace = "1h" });
    const int64_t begun = pds_http_clock();
    assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, NULL), 0);
    assert_int_equal(sign(&s, PDS_LEVEL_LT, &result), PDS_E_INTERRUPTED);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(pds_http_clock() - begun < 5000);
    assert_int_not_equal(access(sample_path("out.pdf"), F_OK), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, all_good)

int main(void)
{
    enum { REVOKED_COUNT = sizeof REVOKED / sizeof REVOKED[0] };
    enum { WRONG_COUNT = sizeof WRONG / sizeof WRONG[0] };
    static const struct CMUnitTest others[] = {
        TEST(a_batch_asks_each_service_once),
        TEST(a_folder_spares_the_next_call_all_questions),
        TEST(issuers_of_an_authority_are_fetched),
        TEST(offline_nobody_but_authorities_is_asked),
        TEST(offline_no_socket_is_made),
        TEST(a_probe_knows_who_is_revoked),
        TEST(nobody_asks_about_an_authority_for_level_t),
        TEST(a_grace_is_waited_for),
        TEST(what_was_said_before_a_grace_ended_does_not_count),
        TEST(it_is_told_that_nobody_is_trusted),
        TEST(a_grace_can_be_interrupted),
    };
    enum { ROWS = REVOKED_COUNT + WRONG_COUNT };
    struct CMUnitTest tests[ROWS + sizeof others / sizeof others[0]];
    for (size_t i = 0; i < REVOKED_COUNT; i++) {
        tests[i] = (struct CMUnitTest){ REVOKED[i].sentence, revoked_authorities_are_passed_over,
                                        NULL, NULL, (void *)(uintptr_t)&REVOKED[i] };
    }
    for (size_t i = 0; i < WRONG_COUNT; i++) {
        tests[REVOKED_COUNT + i] = (struct CMUnitTest){ WRONG[i].sentence, options_are_refused,
                                                        NULL, NULL, (void *)(uintptr_t)&WRONG[i] };
    }
    memcpy(tests + ROWS, others, sizeof others);
    return cmocka_run_group_tests_name("stampers", tests, start, stop);
}
