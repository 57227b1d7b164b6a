#include "tests/pdfsign/timeline_judge.h"

#include "base/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { SLACK = 100 /* seconds that a test may take */, ALSO_MAX = 4 };

static int make_people(void **state)
{
    (void)state;
    timeline_people();
    return 0;
}

static int drop_people(void **state)
{
    (void)state;
    timeline_people_drop();
    return 0;
}

static bool has(const pds_findings *f, pds_finding_code code)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->items[i].code == code) {
            return true;
        }
    }
    return false;
}

/* Whom nobody knows stays unknown, however many of him there are. */
static void check_strangers(const timeline *t, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(has(&t->v.signatures[i].findings, PDS_F_CHAIN_NOT_FOUND));
    }
}

static void check_archive(const pds_judged *s)
{
    for (size_t i = 0; i < s->stamp_count; i++) {
        const bool archive = strcmp(s->stamps[i].kind, "archive") == 0;
        assert_int_equal(has(&s->stamps[i].findings, PDS_F_TIMESTAMP_NOT_JUDGED), archive);
        assert_false(archive && s->stamps[i].trusted);
    }
}

static bool is_expected(const timeline_case *r, pds_finding_code code)
{
    bool is = code == r->finding;
    for (size_t i = 0; i < ALSO_MAX; i++) {
        is = is || code == r->also[i];
    }
    return is;
}

static void check_findings(const timeline_case *r, const pds_findings *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const pds_finding_code code = f->items[i].code;
        if (!is_expected(r, code) && pds_finding_indication(code) != PDS_PASSED) {
            fail_msg("%s: %s", pds_finding_name(code), f->items[i].text);
        }
    }
    assert_true(r->finding == PDS_F_NONE || has(f, r->finding));
    for (size_t i = 0; i < ALSO_MAX; i++) {
        assert_true(r->also[i] == PDS_F_NONE || has(f, r->also[i]));
    }
    assert_true(r->note == PDS_F_NONE || has(f, r->note));
    const char *sub = NULL;
    (void)pds_findings_worst(f, &sub);
    assert_string_equal(sub, r->sub != NULL ? r->sub : pds_finding_sub(r->finding));
}

static void time_is_judged(void **state)
{
    const timeline_case *r = *state;
    PDS_OWN(timeline_drop) timeline t;
    timeline_make(&t, &r->file);
    assert_int_equal(pds_verify_time(&t.v, NULL), PDS_OK);
    const pds_judged *s = timeline_signature(&t);
    check_findings(r, &s->findings);
    check_strangers(&t, r->file.strangers);
    check_archive(s);
    assert_int_equal(has(&t.v.findings, PDS_F_REVOCATION_EVIDENCE_REFUSED),
                     r->refused || r->file.garbage);
    assert_in_range(s->when.at, t.now + r->judged - SLACK, t.now + r->judged + SLACK);
    assert_string_equal(s->proven_by == NULL ? "" : s->proven_by, r->by == NULL ? "" : r->by);
    assert_int_equal(s->when.proven, r->by != NULL);
    assert_string_equal(pds_level_name(s->level), pds_level_name(r->level));
    if (r->ends != 0) {
        assert_in_range(s->expires, t.now + r->ends - SLACK, t.now + r->ends + SLACK);
    }
}

int timeline_run(const timeline_case *cases, size_t count)
{
    struct CMUnitTest *const tests = calloc(count, sizeof *tests);
    assert_non_null(tests);
    for (size_t i = 0; i < count; i++) {
        tests[i] = (struct CMUnitTest){ .name = cases[i].sentence,
                                        .test_func = time_is_judged,
                                        .initial_state = (void *)(uintptr_t)&cases[i] };
    }
    const int failed = _cmocka_run_group_tests("timeline", tests, count, make_people, drop_people);
    free(tests);
    return failed;
}
