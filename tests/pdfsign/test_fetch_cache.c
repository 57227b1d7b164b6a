#include "base/http.h"
#include "base/own.h"
#include "pdfsign/fetch_cache.h"
#include "tests/base/web.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { LONG_MS = 60000 };

/* What the service does when it is asked, and how often it was. */
typedef struct plan {
    pds_code code;
    size_t bytes;
    long keep; /* seconds; 0: not at all */
    long think_ms;
    long fetched; /* seconds from now */
    long since;   /* likewise: only what was fetched later counts; 0: all does */
    unsigned asked;
} plan;

static pds_code ask(void *context, pds_fetched *out, pds_err *e)
{
    plan *p = context;
    __atomic_add_fetch(&p->asked, 1, __ATOMIC_SEQ_CST);
    web_wait(p->think_ms);
    out->bytes = p->bytes;
    out->fetched = time(NULL) + p->fetched;
    out->until = p->keep == 0 ? 0 : time(NULL) + p->keep;
    (void)snprintf(out->failure, sizeof out->failure, "answer");
    if (p->code != PDS_OK) {
        PDS_FAIL(e, p->code, "as planned");
    }
    return PDS_OK;
}

static pds_fetch_wanted wanted(size_t key, plan *p)
{
    return (pds_fetch_wanted){ .key = { (uint8_t)key, (uint8_t)(key >> 8) },
                               .since = p->since == 0 ? 0 : time(NULL) + p->since,
                               .deadline = pds_http_clock() + LONG_MS,
                               .ask = ask,
                               .context = p };
}

static pds_code look(pds_fetch_cache *cache, uint8_t key, plan *p)
{
    const pds_fetch_wanted w = wanted(key, p);
    pds_fetch_hold hold;
    const pds_code code = pds_fetch_cache_get(cache, &w, &hold, NULL);
    assert_int_equal(hold.what != NULL, code == PDS_OK);
    if (code == PDS_OK) {
        assert_string_equal(hold.what->failure, "answer");
    }
    pds_fetch_cache_release(cache, &hold);
    return code;
}

typedef struct row {
    const char *sentence;
    plan plan;
    unsigned asked; /* of three looks */
} row;

static const row ROWS[] = {
    { "what is good for a while is asked once", { .keep = 60 }, 1 },
    { "what is not to be kept is asked each time", { .keep = 0 }, 3 },
    { "what is no longer good is asked again", { .keep = -1 }, 3 },
    { "what is younger than is wanted is asked once", { .keep = 60, .since = -30 }, 1 },
    { "what is older than is wanted is asked again",
      { .keep = 60, .fetched = -30, .since = -20 },
      3 },
    { "faults are not kept", { .code = PDS_E_NO_MEMORY, .keep = 60 }, 3 },
};

static void looks_are_answered(void **state)
{
    const row *r = *state;
    PDS_OWN(pds_fetch_cache_drop) pds_fetch_cache *cache = NULL;
    plan p = r->plan;
    assert_int_equal(pds_fetch_cache_new(&cache, NULL), PDS_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(look(cache, 1, &p), r->plan.code);
    }
    assert_int_equal(p.asked, r->asked);
}

/* 33 MiB do not stay; what was used last does. */
static void bytes_are_bounded(void **state)
{
    PDS_OWN(pds_fetch_cache_drop) pds_fetch_cache *cache = NULL;
    plan p = { .bytes = 11 << 20, .keep = 60 };
    (void)state;
    assert_int_equal(pds_fetch_cache_new(&cache, NULL), PDS_OK);
    assert_int_equal(look(cache, 1, &p), PDS_OK);
    assert_int_equal(look(cache, 2, &p), PDS_OK);
    assert_int_equal(look(cache, 1, &p), PDS_OK);
    assert_int_equal(p.asked, 2);
    assert_int_equal(look(cache, 3, &p), PDS_OK);
    assert_int_equal(look(cache, 1, &p), PDS_OK);
    assert_int_equal(p.asked, 3);
    assert_int_equal(look(cache, 2, &p), PDS_OK);
    assert_int_equal(p.asked, 4);
}

/* Also while all of them are held; nothing is lost or freed too early. */
static void the_count_is_bounded(void **state)
{
    enum { MANY = 300 };
    PDS_OWN(pds_fetch_cache_drop) pds_fetch_cache *cache = NULL;
    static pds_fetch_hold holds[MANY];
    plan p = { .keep = 60 };
    (void)state;
    assert_int_equal(pds_fetch_cache_new(&cache, NULL), PDS_OK);
    for (size_t i = 0; i < MANY; i++) {
        const pds_fetch_wanted w = wanted(i, &p);
        assert_int_equal(pds_fetch_cache_get(cache, &w, &holds[i], NULL), PDS_OK);
    }
    for (size_t i = 0; i < MANY; i++) {
        assert_string_equal(holds[i].what->failure, "answer");
        pds_fetch_cache_release(cache, &holds[i]);
    }
    assert_int_equal(p.asked, MANY);
    assert_int_equal(look(cache, 0, &p), PDS_OK);
    assert_int_equal(p.asked, MANY);
}

typedef struct visitor {
    pds_fetch_cache *cache;
    plan *plan;
    pthread_t thread;
} visitor;

static void *visit(void *context)
{
    visitor *v = context;
    (void)look(v->cache, 1, v->plan);
    return NULL;
}

/* Who is late gets nothing, and does not wait for it. */
static void a_wait_ends_at_the_deadline(void **state)
{
    PDS_OWN(pds_fetch_cache_drop) pds_fetch_cache *cache = NULL;
    plan p = { .keep = 60, .think_ms = 1000 };
    pds_fetch_hold hold;
    (void)state;
    assert_int_equal(pds_fetch_cache_new(&cache, NULL), PDS_OK);
    visitor first = { cache, &p, 0 };
    assert_int_equal(pthread_create(&first.thread, NULL, visit, &first), 0);
    while (__atomic_load_n(&p.asked, __ATOMIC_SEQ_CST) == 0) {
        web_wait(5);
    }
    const int64_t begun = pds_http_clock();
    pds_fetch_wanted w = wanted(1, &p);
    w.deadline = begun + 100;
    assert_int_equal(pds_fetch_cache_get(cache, &w, &hold, NULL), PDS_OK);
    assert_null(hold.what);
    assert_true(pds_http_clock() - begun < 900);
    pds_fetch_cache_release(cache, &hold);
    assert_int_equal(pthread_join(first.thread, NULL), 0);
    assert_int_equal(p.asked, 1);
}

static void what_is_down_is_told(void **state)
{
    PDS_OWN(pds_fetch_cache_drop) pds_fetch_cache *cache = NULL;
    char why[64] = "";
    (void)state;
    assert_int_equal(pds_fetch_cache_new(&cache, NULL), PDS_OK);
    assert_false(pds_fetch_cache_is_down(cache, "http://a:80", why, sizeof why));
    pds_fetch_cache_set_down(cache, "http://a:80", "no connection");
    assert_true(pds_fetch_cache_is_down(cache, "http://a:80", why, sizeof why));
    assert_string_equal(why, "no connection");
    assert_false(pds_fetch_cache_is_down(cache, "http://a:8080", why, sizeof why));
    for (int i = 0; i < 100; i++) {
        pds_fetch_cache_set_down(cache, "http://b:80", "no connection");
    }
    assert_false(pds_fetch_cache_is_down(cache, "http://a:80", why, sizeof why));
}

int main(void)
{
    enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(bytes_are_bounded),
        cmocka_unit_test(the_count_is_bounded),
        cmocka_unit_test(a_wait_ends_at_the_deadline),
        cmocka_unit_test(what_is_down_is_told),
    };
    struct CMUnitTest tests[ROW_COUNT + sizeof others / sizeof others[0]];
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tests[i] = (struct CMUnitTest){ ROWS[i].sentence, looks_are_answered, NULL, NULL,
                                        (void *)(uintptr_t)&ROWS[i] };
    }
    memcpy(tests + ROW_COUNT, others, sizeof others);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
