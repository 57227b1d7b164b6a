#include "base/own.h"
#include "pdfsign/fetch.h"
#include "tests/base/scratch.h"
#include "tests/pdfsign/services.h"

#include <pds/sign.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static int set_up(void **state)
{
    (void)state;
    services_start();
    return setenv("PDFSIGN_ALLOW_PRIVATE_HOSTS", "1", 1);
}

static int tear_down(void **state)
{
    (void)state;
    services_stop();
    return 0;
}

/* ---- one verifier's worth ---- */

typedef struct bench {
    pds_fetch_options options;
    pds_trust *trust;
    pds_fetcher *fetcher;
    time_t since; /* younger answers count */
    pds_certs pool;
    pds_path path;
    unsigned ocsp_before, list_before, issuer_before;
} bench;

static void bench_drop(bench *b)
{
    pds_fetcher_drop(&b->fetcher);
    pds_path_drop(&b->path);
    pds_certs_drop(&b->pool);
    pds_trust_drop(&b->trust);
}

static void find_path(bench *b, const pki *of)
{
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(of);
    PDS_OWN(pds_findings_drop) pds_findings found = { 0 };
    const pds_when now = { .at = time(NULL) };
    const pds_path_rules rules = { b->trust, NULL };
    pds_path_drop(&b->path);
    assert_int_equal(
        pds_path_find(&rules, leaf, &b->pool, &pds_use_document, &now, &b->path, &found, NULL),
        PDS_OK);
}

static void begin(bench *b, bool with_issuers)
{
    assert_int_equal(pds_trust_new(&b->trust, NULL), PDS_OK);
    assert_int_equal(pds_trust_add(b->trust, pki_cert(services.root), NULL), PDS_OK);
    b->options.trust = b->trust;
    assert_int_equal(pds_fetcher_new(&b->options, &b->fetcher, NULL), PDS_OK);
    if (with_issuers) {
        assert_int_equal(pds_certs_add(&b->pool, pki_cert(services.middle), NULL), PDS_OK);
        assert_int_equal(pds_certs_add(&b->pool, pki_cert(services.authority), NULL), PDS_OK);
        find_path(b, services.person);
        assert_true(b->path.anchored);
        assert_int_equal(b->path.certs.count, 4);
    }
    b->ocsp_before = web_hits(services.server, "/ocsp");
    b->list_before = web_hits(services.server, "/authority.crl");
    b->issuer_before = web_hits(services.server, "/authority.cer");
}

/* What one file gets of it. */
typedef struct catch
{
    pds_evidence *evidence;
    pds_findings notes;
    pds_revocation said[PDS_PATH_MAX];
}
catch;

static void catch_drop(catch *c)
{
    pds_evidence_drop(&c->evidence);
    pds_findings_drop(&c->notes);
}

static void fetch(bench *b, catch *c)
{
    PDS_OWN(pds_findings_drop) pds_findings found = { 0 };
    const pds_path_rules path_rules = { b->trust, NULL };
    const pds_when now = { .at = time(NULL) };
    assert_int_equal(pds_evidence_new(&c->evidence, NULL), PDS_OK);
    assert_int_equal(
        pds_fetch_revocation(b->fetcher, &b->path, now.at, b->since, c->evidence, &c->notes, NULL),
        PDS_OK);
    const pds_revocation_rules rules = { .path = &path_rules,
                                         .evidence = { c->evidence },
                                         .skew = 60 };
    assert_int_equal(pds_revocation_check(&rules, &b->path, &b->pool, &now, c->said, &found, NULL),
                     PDS_OK);
}

static size_t failures(const catch *c)
{
    size_t count = 0;
    for (size_t i = 0; i < c->notes.count; i++) {
        assert_int_equal(c->notes.items[i].code, PDS_F_REVOCATION_FETCH_FAILED);
        assert_non_null(strstr(c->notes.items[i].text, "http://127.0.0.1:"));
        assert_true(strstr(c->notes.items[i].text, "Person") != NULL ||
                    strstr(c->notes.items[i].text, "Delegate") != NULL);
        count++;
    }
    return count;
}

/* ---- rows ---- */

typedef struct row {
    const char *sentence;
    services_answer ocsp, list;
    pds_revocation_status status;
    pds_revocation_source source;
    unsigned notes, ocsp_hits, list_hits;
    const char *word; /* in the first note */
} row;

static const row ROWS[] = {
    { "a responder that says good", services_ocsp_good, services_list_good, PDS_STATUS_GOOD,
      PDS_BY_OCSP, 0, 1, 0, NULL },
    { "a responder that says revoked", services_ocsp_revoked, services_list_good,
      PDS_STATUS_REVOKED, PDS_BY_OCSP, 0, 1, 0, NULL },
    { "a responder whose clock is ahead", services_ocsp_ahead, services_list_good, PDS_STATUS_GOOD,
      PDS_BY_OCSP, 0, 1, 0, NULL },
    { "a responder that calls it a page", services_ocsp_mistyped, services_list_good,
      PDS_STATUS_GOOD, PDS_BY_OCSP, 0, 1, 0, NULL },
    { "a responder that is not authorized", services_ocsp_unauthorized, services_list_good,
      PDS_STATUS_GOOD, PDS_BY_CRL, 1, 1, 1, "authorized" },
    { "a responder that does not know", services_ocsp_unknown, services_list_good, PDS_STATUS_GOOD,
      PDS_BY_CRL, 1, 1, 1, "believe" },
    { "a responder that tells old news", services_ocsp_stale, services_list_revoked,
      PDS_STATUS_REVOKED, PDS_BY_CRL, 1, 1, 1, "old" },
    { "a responder that may be revoked, and is not", services_ocsp_by_delegate, services_list_good,
      PDS_STATUS_GOOD, PDS_BY_OCSP, 0, 1, 1, NULL },
    { "a responder that is revoked", services_ocsp_by_delegate, services_list_revokes_delegate,
      PDS_STATUS_GOOD, PDS_BY_CRL, 0, 1, 1, NULL },
    { "a responder that may be revoked, and nobody tells", services_ocsp_by_delegate, NULL,
      PDS_STATUS_UNKNOWN, PDS_BY_NOTHING, 3, 1, 1, "404" },
    { "a responder that talks of somebody else", services_ocsp_of_another, services_list_good,
      PDS_STATUS_GOOD, PDS_BY_CRL, 1, 1, 1, "certificate" },
    { "a responder that nobody knows", services_ocsp_of_a_stranger, services_list_revoked,
      PDS_STATUS_REVOKED, PDS_BY_CRL, 1, 1, 1, "believe" },
    { "a page of a hotel", services_page_of_a_hotel, services_list_good, PDS_STATUS_GOOD,
      PDS_BY_CRL, 1, 1, 1, "no OCSP response" },
    { "an empty answer", services_nothing, services_list_good, PDS_STATUS_GOOD, PDS_BY_CRL, 1, 1, 1,
      "no OCSP response" },
    { "a responder that is broken is asked again", services_broken, services_list_good,
      PDS_STATUS_GOOD, PDS_BY_CRL, 1, 3, 1, "500" },
    { "a responder that is not there", NULL, services_list_good, PDS_STATUS_GOOD, PDS_BY_CRL, 1, 1,
      1, "404" },
    { "an answer that is cut off", services_cut_off, services_list_good, PDS_STATUS_GOOD,
      PDS_BY_CRL, 1, 1, 1, "cut off" },
    { "a huge answer", services_huge, services_list_good, PDS_STATUS_GOOD, PDS_BY_CRL, 1, 1, 1,
      "too large" },
    { "a circle of redirects", services_circle, services_list_good, PDS_STATUS_GOOD, PDS_BY_CRL, 1,
      4, 1, "too often" },
    { "a list in PEM", NULL, services_list_in_pem, PDS_STATUS_GOOD, PDS_BY_CRL, 1, 1, 1, NULL },
    { "a list that names the person", NULL, services_list_revoked, PDS_STATUS_REVOKED, PDS_BY_CRL,
      1, 1, 1, NULL },
    { "a list of old news", NULL, services_list_stale, PDS_STATUS_GOOD, PDS_BY_CRL, 2, 1, 1, NULL },
    { "a list of a stranger", NULL, services_list_of_a_stranger, PDS_STATUS_UNKNOWN, PDS_BY_NOTHING,
      2, 1, 1, NULL },
    { "a list that is a page", NULL, services_page_of_a_hotel, PDS_STATUS_UNKNOWN, PDS_BY_NOTHING,
      2, 1, 1, NULL },
    { "a huge list", NULL, services_huge, PDS_STATUS_UNKNOWN, PDS_BY_NOTHING, 2, 1, 1, NULL },
    { "neither is there", NULL, NULL, PDS_STATUS_UNKNOWN, PDS_BY_NOTHING, 2, 1, 1, NULL },
};

static const row LISTS_FIRST[] = {
    { "a list that is asked for first", services_ocsp_good, services_list_good, PDS_STATUS_GOOD,
      PDS_BY_CRL, 0, 0, 1, NULL },
    { "a list that is asked for first and is not there", services_ocsp_good, NULL, PDS_STATUS_GOOD,
      PDS_BY_OCSP, 1, 1, 1, "404" },
    { "a list that is asked for first and is old", services_ocsp_revoked, services_list_stale,
      PDS_STATUS_REVOKED, PDS_BY_OCSP, 1, 1, 1, "old" },
};

static void are_used(const row *r, bool crl_first)
{
    PDS_OWN(bench_drop) bench b = { .options = { .crl_first = crl_first } };
    PDS_OWN(catch_drop) catch c = { .evidence = NULL };
    begin(&b, true);
    services.ocsp = r->ocsp;
    services.list = r->list;
    fetch(&b, &c);
    assert_int_equal(c.said[0].status, r->status);
    assert_int_equal(c.said[0].source, r->source);
    assert_int_equal(c.said[1].status, PDS_STATUS_GOOD);
    assert_int_equal(c.said[2].status, PDS_STATUS_GOOD);
    assert_int_equal(failures(&c), r->notes);
    assert_int_equal(web_hits(services.server, "/ocsp") - b.ocsp_before, r->ocsp_hits);
    assert_int_equal(web_hits(services.server, "/authority.crl") - b.list_before, r->list_hits);
    if (r->word != NULL) {
        assert_non_null(strstr(c.notes.items[0].text, r->word));
    }
}

static void services_are_used(void **state)
{
    are_used(*state, false);
}

static void lists_are_asked_first(void **state)
{
    are_used(*state, true);
}

/* ---- what is kept ---- */

static void each_is_asked_once(void **state)
{
    static const services_answer responders[] = { services_ocsp_good, services_page_of_a_hotel };
    (void)state;
    services.list = services_list_good;
    for (size_t k = 0; k < 2; k++) {
        PDS_OWN(bench_drop) bench b = { .trust = NULL };
        begin(&b, true);
        services.ocsp = responders[k];
        for (int i = 0; i < 3; i++) {
            PDS_OWN(catch_drop) catch c = { .evidence = NULL };
            fetch(&b, &c);
            assert_int_equal(c.said[0].status, PDS_STATUS_GOOD);
            assert_int_equal(failures(&c), k);
        }
        assert_int_equal(web_hits(services.server, "/ocsp") - b.ocsp_before, 1);
        assert_int_equal(web_hits(services.server, "/authority.crl") - b.list_before, k);
    }
}

static void each_certificate_is_a_question_of_its_own(void **state)
{
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(catch_drop) catch first = { .evidence = NULL };
    PDS_OWN(catch_drop) catch second = { .evidence = NULL };
    (void)state;
    begin(&b, true);
    services.ocsp = services_ocsp_good;
    services.list = services_list_good;
    fetch(&b, &first);
    assert_int_equal(first.said[0].source, PDS_BY_OCSP);
    find_path(&b, services.other);
    fetch(&b, &second);
    assert_int_equal(second.said[0].source, PDS_BY_CRL); /* the responder knows the person alone */
    assert_int_equal(web_hits(services.server, "/ocsp") - b.ocsp_before, 2);
}

typedef struct visitor {
    bench *b;
    pthread_t thread;
    pds_revocation_status status;
} visitor;

static void *visit(void *context)
{
    visitor *v = context;
    PDS_OWN(catch_drop) catch c = { .evidence = NULL };
    fetch(v->b, &c);
    v->status = c.said[0].status;
    return NULL;
}

static void threads_wait_for_one_answer(void **state)
{
    enum { THREADS = 4 };
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    visitor all[THREADS];
    (void)state;
    begin(&b, true);
    services.ocsp = services_ocsp_slow;
    services.list = services_list_good;
    for (size_t i = 0; i < THREADS; i++) {
        all[i] = (visitor){ .b = &b };
        assert_int_equal(pthread_create(&all[i].thread, NULL, visit, &all[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(all[i].thread, NULL), 0);
        assert_int_equal(all[i].status, PDS_STATUS_GOOD);
    }
    assert_int_equal(web_hits(services.server, "/ocsp") - b.ocsp_before, 1);
}

static void younger_answers_are_asked_for(void **state)
{
    static const long since[] = { -600, 0 /* any */, 2 /* lies ahead of all */ };
    static const unsigned hits[] = { 1, 1, 2 };
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    (void)state;
    begin(&b, true);
    services.ocsp = services_ocsp_good;
    for (size_t i = 0; i < 3; i++) {
        PDS_OWN(catch_drop) catch c = { .evidence = NULL };
        b.since = since[i] == 0 ? 0 : time(NULL) + since[i];
        fetch(&b, &c);
        assert_int_equal(c.said[0].status, PDS_STATUS_GOOD);
        assert_int_equal(web_hits(services.server, "/ocsp") - b.ocsp_before, hits[i]);
    }
}

/* ---- what is kept in a folder ---- */

enum { FIRST, LATER };

/* Two processes, as it were, and what the services are in either. */
typedef struct kept_row {
    const char *sentence;
    services_answer ocsp[2], list[2];
    pds_revocation_status status;  /* the second time */
    unsigned ocsp_hits, list_hits; /* both times */
    bool anew;                     /* the second one wants nothing older than itself */
    size_t notes;                  /* the second time */
} kept_row;

static const kept_row KEPT[] = {
    { "what was good is not asked for again",
      { services_ocsp_good, services_ocsp_revoked },
      { services_list_good, services_list_good },
      PDS_STATUS_GOOD,
      1,
      0,
      false,
      0 },
    { "nor what was revoked",
      { services_ocsp_revoked, services_ocsp_good },
      { NULL, NULL },
      PDS_STATUS_REVOKED,
      1,
      0,
      false,
      0 },
    { "a list that was good",
      { NULL, NULL },
      { services_list_good, services_list_revoked },
      PDS_STATUS_GOOD,
      2,
      1,
      false,
      1 },
    { "who wants younger answers gets them",
      { services_ocsp_good, services_ocsp_revoked },
      { NULL, NULL },
      PDS_STATUS_REVOKED,
      2,
      0,
      true,
      0 },
    { "what is of no use to anybody is asked for again",
      { services_ocsp_of_a_stranger, services_ocsp_good },
      { NULL, NULL },
      PDS_STATUS_GOOD,
      2,
      1,
      false,
      0 },
    { "what was old when it came is asked for again",
      { services_ocsp_stale, services_ocsp_good },
      { NULL, NULL },
      PDS_STATUS_GOOD,
      2,
      1,
      false,
      0 },
    { "failures are not kept",
      { services_page_of_a_hotel, services_ocsp_good },
      { NULL, NULL },
      PDS_STATUS_GOOD,
      2,
      1,
      false,
      0 },
};

static void answers_are_kept_for_later(void **state)
{
    const kept_row *const r = *state;
    const unsigned ocsp = web_hits(services.server, "/ocsp");
    const unsigned list = web_hits(services.server, "/authority.crl");
    PDS_OWN(scratch_close) scratch files;
    scratch_open(&files);
    for (size_t i = FIRST; i <= LATER; i++) {
        PDS_OWN(bench_drop) bench b = { .options.cache = scratch_path(&files, "cache") };
        PDS_OWN(catch_drop) catch c = { .evidence = NULL };
        web_wait(i == LATER ? 1100 : 0); /* answers are told apart by the second */
        begin(&b, true);
        services.ocsp = r->ocsp[i];
        services.list = r->list[i];
        b.since = i == LATER && r->anew ? pds_fetcher_begun(b.fetcher) : 0;
        fetch(&b, &c);
        if (i == LATER) {
            assert_int_equal(c.said[0].status, r->status);
            assert_int_equal(failures(&c), r->notes);
        }
    }
    assert_int_equal(web_hits(services.server, "/ocsp") - ocsp, r->ocsp_hits);
    assert_int_equal(web_hits(services.server, "/authority.crl") - list, r->list_hits);
}

static void issuers_are_kept_for_later(void **state)
{
    const unsigned hits = web_hits(services.server, "/authority.cer");
    PDS_OWN(scratch_close) scratch files;
    (void)state;
    scratch_open(&files);
    services.issuer = services_issuer_is_another;
    for (size_t i = 0; i < 3; i++) {
        PDS_OWN(bench_drop) bench b = { .options.cache = scratch_path(&files, "cache") };
        PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
        PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(services.person);
        web_wait(i > 0 ? 1100 : 0);
        begin(&b, false);
        assert_int_equal(pds_fetch_issuers(b.fetcher, leaf, &b.pool, &notes, NULL), PDS_OK);
        find_path(&b, services.person);
        assert_int_equal(b.path.anchored, i > 0);
        services.issuer = services_issuer_in_der;
    }
    /* the second one asks again, the third needs nobody */
    assert_int_equal(web_hits(services.server, "/authority.cer") - hits, 2);
}

/* ---- who is not asked ---- */

static void private_hosts_are_refused(void **state)
{
    (void)state;
    assert_int_equal(unsetenv("PDFSIGN_ALLOW_PRIVATE_HOSTS"), 0);
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(catch_drop) catch c = { .evidence = NULL };
    begin(&b, true);
    assert_int_equal(setenv("PDFSIGN_ALLOW_PRIVATE_HOSTS", "1", 1), 0);
    services.ocsp = services_ocsp_good;
    fetch(&b, &c);
    assert_int_equal(c.said[0].status, PDS_STATUS_UNKNOWN);
    assert_int_equal(c.notes.count, 4); /* the person's two, and a list for each above */
    assert_non_null(strstr(c.notes.items[0].text, "private network"));
    assert_int_equal(web_hits(services.server, "/ocsp"), b.ocsp_before);
}

static void nobody_is_asked_about_a_path_without_trust(void **state)
{
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(catch_drop) catch c = { .evidence = NULL };
    (void)state;
    begin(&b, true);
    b.path.anchored = false;
    services.ocsp = services_ocsp_good;
    fetch(&b, &c);
    assert_int_equal(c.notes.count, 0);
    assert_int_equal(web_hits(services.server, "/ocsp"), b.ocsp_before);
}

/* ---- issuers ---- */

static const row ISSUERS[] = {
    { .sentence = "an issuer in DER", .ocsp = services_issuer_in_der },
    { .sentence = "an issuer in PEM", .ocsp = services_issuer_in_pem },
    { .sentence = "an issuer in PKCS#7", .ocsp = services_issuer_in_pkcs7 },
    { .sentence = "an issuer that is another", .ocsp = services_issuer_is_another, .list_hits = 1 },
    { .sentence = "no issuer", .list_hits = 1, .notes = 1, .word = "404" },
    { .sentence = "an issuer that is a page",
      .ocsp = services_page_of_a_hotel,
      .list_hits = 1,
      .notes = 1,
      .word = "no certificate" },
    { .sentence = "a huge issuer",
      .ocsp = services_huge,
      .list_hits = 1,
      .notes = 1,
      .word = "too large" },
};

static void issuers_are_fetched(void **state)
{
    const row *r = *state;
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(services.person);
    begin(&b, false);
    services.issuer = r->ocsp;
    for (int again = 0; again < 2; again++) {
        assert_int_equal(pds_fetch_issuers(b.fetcher, leaf, &b.pool, &notes, NULL), PDS_OK);
    }
    find_path(&b, services.person);
    assert_int_equal(b.path.anchored, r->list_hits == 0);
    assert_int_equal(notes.count, 2 * r->notes);
    assert_int_equal(web_hits(services.server, "/authority.cer") - b.issuer_before, 1);
    for (size_t i = 0; i < notes.count; i++) {
        assert_int_equal(notes.items[i].code, PDS_F_ISSUER_FETCH_FAILED);
        assert_non_null(strstr(notes.items[i].text, r->word));
    }
}

static void issuers_at_hand_are_not_fetched(void **state)
{
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(services.person);
    (void)state;
    begin(&b, true);
    services.issuer = services_issuer_in_der;
    assert_int_equal(pds_fetch_issuers(b.fetcher, leaf, &b.pool, &notes, NULL), PDS_OK);
    assert_int_equal(notes.count, 0);
    assert_int_equal(b.pool.count, 2);
    assert_int_equal(web_hits(services.server, "/authority.cer"), b.issuer_before);
}

/* The last one: an interruption stays. */
static void an_interruption_ends_it(void **state)
{
    PDS_OWN(bench_drop) bench b = { .trust = NULL };
    PDS_OWN(pds_evidence_drop) pds_evidence *evidence = NULL;
    PDS_OWN(pds_findings_drop) pds_findings notes = { 0 };
    (void)state;
    begin(&b, true);
    services.ocsp = services_ocsp_good;
    assert_int_equal(pds_evidence_new(&evidence, NULL), PDS_OK);
    pds_interrupt();
    assert_int_equal(
        pds_fetch_revocation(b.fetcher, &b.path, time(NULL), 0, evidence, &notes, NULL),
        PDS_E_INTERRUPTED);
}

int main(void)
{
    enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };
    enum { FIRST_COUNT = sizeof LISTS_FIRST / sizeof LISTS_FIRST[0] };
    enum { KEPT_COUNT = sizeof KEPT / sizeof KEPT[0] };
    enum { ISSUER_COUNT = sizeof ISSUERS / sizeof ISSUERS[0] };
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(each_is_asked_once),
        cmocka_unit_test(each_certificate_is_a_question_of_its_own),
        cmocka_unit_test(threads_wait_for_one_answer),
        cmocka_unit_test(younger_answers_are_asked_for),
        cmocka_unit_test(issuers_are_kept_for_later),
        cmocka_unit_test(private_hosts_are_refused),
        cmocka_unit_test(nobody_is_asked_about_a_path_without_trust),
        cmocka_unit_test(issuers_at_hand_are_not_fetched),
        cmocka_unit_test(an_interruption_ends_it),
    };
    struct CMUnitTest tests[ROW_COUNT + FIRST_COUNT + KEPT_COUNT + ISSUER_COUNT +
                            sizeof others / sizeof others[0]];
    size_t count = 0;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tests[count++] = (struct CMUnitTest){ ROWS[i].sentence, services_are_used, NULL, NULL,
                                              (void *)(uintptr_t)&ROWS[i] };
    }
    for (size_t i = 0; i < FIRST_COUNT; i++) {
        tests[count++] = (struct CMUnitTest){ LISTS_FIRST[i].sentence, lists_are_asked_first, NULL,
                                              NULL, (void *)(uintptr_t)&LISTS_FIRST[i] };
    }
    for (size_t i = 0; i < KEPT_COUNT; i++) {
        tests[count++] = (struct CMUnitTest){ KEPT[i].sentence, answers_are_kept_for_later, NULL,
                                              NULL, (void *)(uintptr_t)&KEPT[i] };
    }
    for (size_t i = 0; i < ISSUER_COUNT; i++) {
        tests[count++] = (struct CMUnitTest){ ISSUERS[i].sentence, issuers_are_fetched, NULL, NULL,
                                              (void *)(uintptr_t)&ISSUERS[i] };
    }
    memcpy(tests + count, others, sizeof others);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
