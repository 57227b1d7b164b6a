/* Timestamps asked of an authority that does each thing that can go wrong. */
#include "base/own.h"
#include "fixtures/tsa/tsa.h"
#include "timestamp/client.h"

#include <pds/sign.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MUCH = 60 << 10, PATHS = 3 };

/* ---- authorities ---- */

typedef enum who { GOOD, STRANGE, MISUSED, GUARDED, WHO_COUNT } who;

static struct world {
    pki *root, *authority, *stranger;
    pki *signers[WHO_COUNT];
    tsa *servers[WHO_COUNT];
    pds_trust *trust;
    pds_certs known;
} world;

static pki *make_root(const char *name, const pki *issuer)
{
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = name,
                                   .constraints = "critical,CA:TRUE",
                                   .key_usage = "critical,keyCertSign,cRLSign",
                                   .issuer = issuer });
}

static pki *make_signer(const pki *issuer, const char *purposes)
{
    return pki_new(&(pki_profile){ .key = PKI_P256,
                                   .name = "TSA",
                                   .key_usage = "critical,digitalSignature",
                                   .purposes = purposes,
                                   .issuer = issuer });
}

static int start(void **state)
{
    static const char purpose[] = "critical,timeStamping";
    (void)state;
    (void)unsetenv("http_proxy");
    (void)unsetenv("all_proxy");
    (void)unsetenv("ALL_PROXY");
    world.root = make_root("Root", NULL);
    world.stranger = make_root("Stranger", NULL);
    world.authority = make_root("Authority", world.root);
    world.signers[GOOD] = make_signer(world.authority, purpose);
    world.signers[STRANGE] = make_signer(world.stranger, purpose);
    world.signers[MISUSED] = make_signer(world.authority, "emailProtection");
    world.signers[GUARDED] = make_signer(world.authority, purpose);
    for (who w = 0; w < WHO_COUNT; w++) {
        world.servers[w] = tsa_start(&(tsa_options){
            .signer = world.signers[w],
            .chain = { w == STRANGE ? NULL : world.authority },
            .user = w == GUARDED ? "company:open sesame" : NULL,
        });
    }
    assert_int_equal(pds_trust_new(&world.trust, NULL), PDS_OK);
    assert_int_equal(pds_trust_add(world.trust, pki_cert(world.root), NULL), PDS_OK);
    assert_int_equal(pds_certs_add(&world.known, pki_cert(world.signers[GOOD]), NULL), PDS_OK);
    assert_int_equal(pds_certs_add(&world.known, pki_cert(world.authority), NULL), PDS_OK);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    for (who w = 0; w < WHO_COUNT; w++) {
        tsa_stop(&world.servers[w]);
        pki_drop(&world.signers[w]);
    }
    pds_certs_drop(&world.known);
    pds_trust_drop(&world.trust);
    pki_drop(&world.authority);
    pki_drop(&world.stranger);
    pki_drop(&world.root);
    return 0;
}

/* ---- one call ---- */

typedef struct row {
    const char *sentence;
    const char *paths[PATHS]; /* asked in turn; "" for the plain one; until NULL */
    who who[PATHS];
    const char *texts[PATHS]; /* why each is of no use, a part of it; until NULL */
    bool bad[PATHS];          /* and must not be passed over in silence */
    bool failed;              /* none gave a timestamp */
    pds_authority how;        /* but for the URL */
    bool untrusting;          /* no anchor is given */
    bool unknown;             /* nor certificates that may help */
    size_t least;             /* bytes of the token */
    unsigned requests;        /* that the server gets; 0: one for each path that was asked */
    long total_ms, most_ms;   /* limit given; time that it takes */
} row;

#define NO_ANSWER(path, text, is_bad) \
    .paths = { (path), "" }, .texts = { (text) }, .bad = { (is_bad) }

static const row ROWS[] = {
    { "a timestamp", .paths = { "" } },
    { "SHA-512", .paths = { "" }, .how = { .md = PDS_MD_SHA512 } },
    { "SHA-384", .paths = { "" }, .how = { .md = PDS_MD_SHA384 } },
    { "a policy", .paths = { "" }, .how = { .policy = "1.2.3.4" } },
    { "a token without certificates, which are known", .paths = { "" }, .how = { .bare = true } },
    { "a large token", .paths = { "/huge" }, .least = MUCH },
    { "an authority that takes its time", .paths = { "/slow=300" } },
    { "no anchor to check it against", .paths = { "" }, .untrusting = true },
    { "no anchor, and nobody knows it", .paths = { "" }, .who = { STRANGE }, .untrusting = true },

    { "an authority that takes too long", NO_ANSWER("/slow=3000", "no answer in time", false),
      .total_ms = 400, .most_ms = 2000 },
    { "status 500", NO_ANSWER("/status=500", "status 500", false), .requests = 4 },
    { "status 404 is not tried again", NO_ANSWER("/status=404", "status 404", false) },
    { "status 429, for too long", NO_ANSWER("/status=429/retry-after=3600", "status 429", false),
      .most_ms = 3000 },
    { "a closed connection", NO_ANSWER("/hangup", "cut off", false), .requests = 3 },
    { "an answer that is cut off", NO_ANSWER("/cut", "cut off", false) },
    { "a redirect loop", NO_ANSWER("/loop", "redirects too often", false), .requests = 5 },
    { "an answer without an end", NO_ANSWER("/endless", "too large", false) },
    { "a rejection", NO_ANSWER("/rejected", "the digest algorithm is not accepted", false) },

    { "an answer that is a web page", NO_ANSWER("/type", "'text/html'", true) },
    { "an answer of no meaning", NO_ANSWER("/garbage", "none of a timestamping", true) },
    { "another nonce", NO_ANSWER("/nonce", "answer to another request", true) },
    { "another imprint", NO_ANSWER("/imprint", "of something else", true) },
    { "another policy", NO_ANSWER("/policy", "of another policy", true),
      .how = { .policy = "1.2.3.4" } },
    { "a forged signature", NO_ANSWER("/forged", "", true) },
    { "no certificate, and none is known", NO_ANSWER("/bare", "certificate", true),
      .unknown = true },
    { "a clock that is ahead", NO_ANSWER("/ahead=3600", "the clock here says", true) },
    { "a clock that is ahead by more than verifiers take",
      NO_ANSWER("/ahead=120", "the clock here says", true) },
    { "a clock that is late", NO_ANSWER("/ahead=-3600", "the clock here says", true) },
    { "an authority that nobody trusts", NO_ANSWER("", "no path to a trust anchor", true),
      .who = { STRANGE } },
    { "a certificate that is not for it", NO_ANSWER("", "is for something else", true),
      .who = { MISUSED } },
    { "a certificate that is not for it, without an anchor",
      NO_ANSWER("", "is for something else", true), .who = { MISUSED }, .untrusting = true },
    { "a forged signature, without an anchor", NO_ANSWER("/forged", "", true), .untrusting = true },
    { "no password", NO_ANSWER("", "status 401", false), .who = { GUARDED } },

    { "busy for a while", .paths = { "/status=503/times=1" }, .requests = 2 },
    { "told when to come back", .paths = { "/status=429/retry-after=1/times=1" }, .requests = 2,
      .most_ms = 5000 },
    { "closed once without a word", .paths = { "/hangup/times=1" }, .requests = 2 },
    { "closed twice without a word", .paths = { "/hangup/times=2" }, .texts = { "cut off" },
      .bad = { false }, .failed = true, .requests = 2 },
    { "two that fail before one that does not", .paths = { "/hangup", "/nonce", "" },
      .texts = { "cut off", "another request" }, .bad = { false, true }, .requests = 4 },
    { "the first is good: the second is not asked", .paths = { "", "/nonce" } },
    { "nobody", .paths = { "/status=404", "/forged", "/rejected" },
      .texts = { "status 404", "", "not accepted" }, .bad = { false, true, false },
      .failed = true },
    { "one alone", .paths = { "/imprint" }, .texts = { "of something else" }, .bad = { true },
      .failed = true },
};

/* The digest of any kind: as many ones. */
static pds_code ones(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    (void)self;
    (void)e;
    memset(out, 1, pds_md_size(md));
    return PDS_OK;
}

static const pds_digest_source SOURCE = { ones, NULL };

typedef struct bench {
    char urls[PATHS][128];
    pds_authorities *list;
} bench;

static void bench_drop(bench *b)
{
    pds_authorities_drop(&b->list);
}

static void set_up(const row *r, bench *b)
{
    const pds_authority_rules rules = { .trust = r->untrusting ? NULL : world.trust,
                                        .known = r->unknown ? NULL : &world.known,
                                        .total_ms = r->total_ms };
    assert_int_equal(pds_authorities_new(&rules, &b->list, NULL), PDS_OK);
    for (size_t i = 0; i < PATHS && r->paths[i] != NULL; i++) {
        pds_authority one = r->how;
        (void)snprintf(b->urls[i], sizeof b->urls[i], "%s%s", tsa_origin(world.servers[r->who[i]]),
                       r->paths[i]);
        one.url = b->urls[i];
        assert_int_equal(pds_authorities_add(b->list, &one, NULL), PDS_OK);
    }
}

static unsigned requests_so_far(void)
{
    unsigned all = 0;
    for (who w = 0; w < WHO_COUNT; w++) {
        all += tsa_count(world.servers[w]).requests;
    }
    return all;
}

static size_t check_attempts(const row *r, const bench *b, const pds_attempts *attempts)
{
    size_t count = 0;
    while (count < PATHS && r->texts[count] != NULL) {
        const pds_attempt *const a = &attempts->items[count];
        if (count >= attempts->count || strstr(a->text, r->texts[count]) == NULL) {
            fail_msg("'%s' is not said in '%s'", r->texts[count], a->text);
        }
        assert_string_equal(a->url, b->urls[count]);
        assert_int_equal(a->bad, r->bad[count]);
        count++;
    }
    assert_int_equal(attempts->count, count);
    return count;
}

static void check_stamp(const row *r, const bench *b, size_t by, const pds_timestamp *stamp)
{
    assert_string_equal(stamp->url, b->urls[by]);
    assert_true(stamp->token.len > r->least);
    assert_int_equal(pds_authorities_token_size(b->list), stamp->token.len);
    assert_true(labs((long)(stamp->time - time(NULL))) < 60);
    assert_int_equal(stamp->path.anchored, !r->untrusting);
    assert_true(stamp->path.certs.count >= 1);
}

static void check_error(const row *r, const pds_err *e)
{
    char all[sizeof e->text + sizeof e->hint];
    (void)snprintf(all, sizeof all, "%s %s", e->text, e->hint);
    for (size_t i = 0; i < PATHS && r->texts[i] != NULL; i++) {
        assert_non_null(strstr(all, r->texts[i]));
        assert_true(r->paths[i][0] == '\0' || strstr(all, r->paths[i]) != NULL);
    }
    assert_int_equal(pds_code_exit(e->code), 9);
}

static void authorities_are_asked(void **state)
{
    const row *const r = *state;
    PDS_OWN(bench_drop) bench b = { .list = NULL };
    PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .url = NULL };
    pds_attempts attempts;
    pds_err e = { .code = PDS_OK };
    const unsigned before = requests_so_far();
    const int64_t begin = pds_http_clock();
    set_up(r, &b);
    const pds_code code = pds_timestamp_get(b.list, SOURCE, &stamp, &attempts, &e);
    assert_int_equal(code, r->failed ? PDS_E_TIMESTAMP_FAILED : PDS_OK);
    const size_t failed = check_attempts(r, &b, &attempts);
    const unsigned asked = (unsigned)failed + (r->failed ? 0 : 1);
    assert_int_equal(requests_so_far() - before, r->requests != 0 ? r->requests : asked);
    assert_true(pds_http_clock() - begin < (r->most_ms != 0 ? r->most_ms : 10000));
    if (r->failed) {
        assert_int_equal(stamp.token.len, 0);
        check_error(r, &e);
    } else {
        check_stamp(r, &b, failed, &stamp);
    }
}

/* ---- several calls ---- */

static pds_authorities *list_of(const pds_authority *authorities, size_t count)
{
    const pds_authority_rules rules = { .trust = world.trust, .retries = -1 };
    pds_authorities *list = NULL;
    assert_int_equal(pds_authorities_new(&rules, &list, NULL), PDS_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pds_authorities_add(list, &authorities[i], NULL), PDS_OK);
    }
    return list;
}

static void who_failed_is_not_asked_again_at_once(void **state)
{
    char bad[128];
    (void)state;
    (void)snprintf(bad, sizeof bad, "%s/status=500", tsa_origin(world.servers[STRANGE]));
    const pds_authority both[] = { { .url = bad }, { .url = tsa_origin(world.servers[GOOD]) } };
    PDS_OWN(pds_authorities_drop) pds_authorities *list = list_of(both, 2);
    const unsigned before = tsa_count(world.servers[STRANGE]).requests;
    for (size_t i = 0; i < 3; i++) {
        PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .url = NULL };
        pds_attempts attempts;
        assert_int_equal(pds_timestamp_get(list, SOURCE, &stamp, &attempts, NULL), PDS_OK);
        assert_int_equal(attempts.count, i == 0 ? 1 : 0);
        assert_string_equal(stamp.url, both[1].url);
    }
    assert_int_equal(tsa_count(world.servers[STRANGE]).requests - before, 1);
}

static void a_password_opens(void **state)
{
    PDS_OWN(pds_secret_drop) pds_secret *password = NULL;
    PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .url = NULL };
    pds_attempts attempts;
    (void)state;
    assert_int_equal(pds_secret_new(&password, NULL), PDS_OK);
    assert_int_equal(pds_secret_set(password, pds_span_text("open sesame"), NULL), PDS_OK);
    const pds_authority one = { .url = tsa_origin(world.servers[GUARDED]),
                                .access = { .user = "company", .password = password } };
    PDS_OWN(pds_authorities_drop) pds_authorities *list = list_of(&one, 1);
    assert_int_equal(pds_timestamp_get(list, SOURCE, &stamp, &attempts, NULL), PDS_OK);
}

/* The server's own chain is left out by `bare`; only its certificate is known. */
static pds_code find_issuers(void *context, const pds_cert *cert, pds_certs *pool, pds_err *e)
{
    unsigned *const calls = context;
    ++*calls;
    assert_string_equal(pds_cert_label(cert), "TSA");
    return *calls > 1 ? PDS_E_INTERNAL : pds_certs_add(pool, pki_cert(world.authority), e);
}

static void missing_issuers_are_looked_for(void **state)
{
    unsigned calls = 0;
    PDS_OWN(pds_certs_drop) pds_certs known = { 0 };
    PDS_OWN(pds_authorities_drop) pds_authorities *list = NULL;
    PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .url = NULL };
    pds_attempts attempts;
    (void)state;
    assert_int_equal(pds_certs_add(&known, pki_cert(world.signers[GOOD]), NULL), PDS_OK);
    const pds_authority_rules rules = {
        .trust = world.trust, .known = &known, .find_issuers = find_issuers, .context = &calls
    };
    const pds_authority one = { .url = tsa_origin(world.servers[GOOD]), .bare = true };
    assert_int_equal(pds_authorities_new(&rules, &list, NULL), PDS_OK);
    assert_int_equal(pds_authorities_add(list, &one, NULL), PDS_OK);
    assert_int_equal(pds_timestamp_get(list, SOURCE, &stamp, &attempts, NULL), PDS_OK);
    assert_true(stamp.path.anchored);
    assert_int_equal(stamp.path.certs.count, 3);
    assert_int_equal(calls, 1);
}

/* Who computes the digest may fail; that is no authority's fault. */
static pds_code no_digest(void *self, pds_md md, uint8_t out[PDS_DIGEST_MAX], pds_err *e)
{
    (void)self;
    (void)md;
    (void)out;
    PDS_FAIL(e, PDS_E_INPUT_CHANGED, "changed");
}

static void a_digest_that_fails_ends_it(void **state)
{
    PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .url = NULL };
    const pds_authority one = { .url = tsa_origin(world.servers[GOOD]) };
    PDS_OWN(pds_authorities_drop) pds_authorities *list = list_of(&one, 1);
    const pds_digest_source source = { no_digest, NULL };
    const unsigned before = requests_so_far();
    pds_attempts attempts;
    (void)state;
    assert_int_equal(pds_timestamp_get(list, source, &stamp, &attempts, NULL), PDS_E_INPUT_CHANGED);
    assert_int_equal(attempts.count, 0);
    assert_int_equal(requests_so_far(), before);
}

static void nobody_is_named(void **state)
{
    PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .url = NULL };
    PDS_OWN(pds_authorities_drop) pds_authorities *list = list_of(NULL, 0);
    pds_attempts attempts;
    (void)state;
    assert_int_equal(pds_timestamp_get(list, SOURCE, &stamp, &attempts, NULL), PDS_E_USAGE);
    assert_int_equal(pds_timestamp_probe(list, false, &attempts, NULL), PDS_E_USAGE);
    assert_false(pds_authorities_down(list));
}

static void a_probe_asks_each_once(void **state)
{
    char bad[128];
    pds_attempts attempts;
    pds_err e;
    (void)state;
    (void)snprintf(bad, sizeof bad, "%s/nonce", tsa_origin(world.servers[GOOD]));
    const pds_authority both[] = { { .url = bad }, { .url = tsa_origin(world.servers[GOOD]) } };
    PDS_OWN(pds_authorities_drop) pds_authorities *list = list_of(both, 2);
    PDS_OWN(pds_authorities_drop) pds_authorities *dead = list_of(both, 1);
    const unsigned before = requests_so_far();
    assert_false(pds_authorities_down(dead));
    assert_int_equal(pds_timestamp_probe(list, false, &attempts, &e), PDS_OK);
    assert_false(pds_authorities_down(list));
    assert_int_equal(attempts.count, 1);
    assert_string_equal(attempts.items[0].url, bad);
    assert_int_equal(requests_so_far() - before, 2);
    assert_true(pds_authorities_token_size(list) > 500);
    assert_int_equal(pds_timestamp_probe(dead, false, &attempts, &e), PDS_E_TIMESTAMP_FAILED);
    assert_non_null(strstr(e.text, "another request"));
    assert_true(pds_authorities_down(dead));
}

/* An error with many reasons shows the bad answers, and is never cut in the middle of the first. */
static void long_reasons_go_on_in_the_hint(void **state)
{
    enum { MANY = 8 };
    char urls[MANY][128];
    pds_authority all[MANY] = { { .url = NULL } };
    PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .url = NULL };
    pds_attempts attempts;
    pds_err e;
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(urls[i], sizeof urls[i], "%s/%s/times=%zu", tsa_origin(world.servers[GOOD]),
                       i == MANY - 1 ? "forged" : "hangup", i + 100);
        all[i].url = urls[i];
    }
    PDS_OWN(pds_authorities_drop) pds_authorities *list = list_of(all, MANY);
    assert_int_equal(pds_timestamp_get(list, SOURCE, &stamp, &attempts, &e),
                     PDS_E_TIMESTAMP_FAILED);
    assert_int_equal(attempts.count, MANY);
    assert_non_null(strstr(e.text, "/forged"));
    assert_non_null(strstr(e.hint, "/hangup"));
}

/* ---- threads ---- */

enum { THREADS = 8, CALLS = 12 };

typedef struct job {
    pds_authorities *list;
    unsigned good;
} job;

static void *work(void *context)
{
    job *const j = context;
    for (size_t i = 0; i < CALLS; i++) {
        PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .url = NULL };
        pds_attempts attempts;
        pds_err e;
        j->good += pds_timestamp_get(j->list, SOURCE, &stamp, &attempts, &e) == PDS_OK &&
                           stamp.path.anchored
                       ? 1
                       : 0;
    }
    return NULL;
}

static void threads_share_connections(void **state)
{
    char slow[128];
    pthread_t threads[THREADS];
    job jobs[THREADS];
    (void)state;
    (void)snprintf(slow, sizeof slow, "%s/slow=20", tsa_origin(world.servers[GOOD]));
    const pds_authority one = { .url = slow };
    PDS_OWN(pds_authorities_drop) pds_authorities *list = list_of(&one, 1);
    const tsa_counts before = tsa_count(world.servers[GOOD]);
    for (size_t i = 0; i < THREADS; i++) {
        jobs[i] = (job){ .list = list };
        assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(jobs[i].good, CALLS);
    }
    const tsa_counts after = tsa_count(world.servers[GOOD]);
    assert_int_equal(after.requests - before.requests, THREADS * CALLS);
    assert_true(after.connections - before.connections <= THREADS);
}

/* The last one: an interruption stays. */
static void an_interruption_is_nobodys_fault(void **state)
{
    PDS_OWN(pds_timestamp_drop) pds_timestamp stamp = { .url = NULL };
    pds_attempts attempts;
    (void)state;
    const pds_authority one = { .url = tsa_origin(world.servers[GOOD]) };
    PDS_OWN(pds_authorities_drop) pds_authorities *list = list_of(&one, 1);
    pds_interrupt();
    assert_int_equal(pds_timestamp_get(list, SOURCE, &stamp, &attempts, NULL), PDS_E_INTERRUPTED);
    assert_int_equal(attempts.count, 0);
}

int main(void)
{
    enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(who_failed_is_not_asked_again_at_once),
        cmocka_unit_test(a_password_opens),
        cmocka_unit_test(missing_issuers_are_looked_for),
        cmocka_unit_test(a_digest_that_fails_ends_it),
        cmocka_unit_test(nobody_is_named),
        cmocka_unit_test(a_probe_asks_each_once),
        cmocka_unit_test(long_reasons_go_on_in_the_hint),
        cmocka_unit_test(threads_share_connections),
        cmocka_unit_test(an_interruption_is_nobodys_fault),
    };
    struct CMUnitTest tests[ROW_COUNT + sizeof others / sizeof others[0]];
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tests[i] = (struct CMUnitTest){ .name = ROWS[i].sentence,
                                        .test_func = authorities_are_asked,
                                        .initial_state = (void *)(uintptr_t)&ROWS[i] };
    }
    memcpy(tests + ROW_COUNT, others, sizeof others);
    return cmocka_run_group_tests_name("timestamps", tests, start, stop);
}
