/* What proves signatures, and which of it a file lacks. */
#include "base/own.h"
#include "pdfsign/validation_data.h"
#include "tests/pdfsign/timeline_judge.h"
#include "tests/pdfsign/timeline_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct need_row {
    const char *sentence;
    timeline_row file;
    size_t lacking[PDS_DSS_KINDS]; /* certificates, lists, responses */
    const char *unknown;           /* NULL: it is complete */
} need_row;

#define STALE(of) LIST(IN_DSS, of, -3L * DAY, -2L * DAY)
#define EMBEDDED  .mode = PDS_REVOCATION_EMBEDDED

static const need_row ROWS[] = {
    { "nobody tells", { EMBEDDED }, { 1, 0, 0 }, "Person" },
    { "the issuer's revocation is not told",
      { EMBEDDED, .lists = { GOOD(GIVEN, AUTHORITY) } },
      { 1, 1, 0 },
      "Authority" },
    { "given lists", { EMBEDDED, .lists = LISTS_IN(GIVEN) }, .lacking = { 1, 2, 0 } },
    { "fetched lists",
      { .mode = PDS_REVOCATION_ONLINE, .lists = LISTS_IN(ONLINE) },
      .lacking = { 1, 2, 0 } },
    { "a fetched issuer",
      { .mode = PDS_REVOCATION_ONLINE, .chain_away = true, .lists = LISTS_IN(ONLINE) },
      .lacking = { 2, 2, 0 } },
    { "no issuer", { EMBEDDED, .chain_away = true }, { 0, 0, 0 }, "Person" },
    { "lists of the store", { EMBEDDED, .lists = LISTS_IN(IN_DSS) }, .lacking = { 1, 0, 0 } },
    { "an issuer of the store",
      { EMBEDDED, .chain_away = true, .lists = LISTS_IN(IN_DSS) },
      .lacking = { 1, 0, 0 } },
    { "lists of the store go before fetched ones",
      { .mode = PDS_REVOCATION_ONLINE,
        .lists = { GOOD(IN_DSS, AUTHORITY), GOOD(IN_DSS, ROOT), GOOD(ONLINE, AUTHORITY),
                   GOOD(ONLINE, ROOT) } },
      .lacking = { 1, 0, 0 } },
    { "lists of the CMS", { EMBEDDED, .lists = LISTS_IN(IN_CMS) }, .lacking = { 1, 0, 0 } },
    { "one in the file, one given",
      { EMBEDDED, .lists = { GOOD(IN_DSS, ROOT), GOOD(GIVEN, AUTHORITY) } },
      .lacking = { 1, 1, 0 } },
    { "lists of the store that are too old",
      { EMBEDDED,
        .lists = { STALE(AUTHORITY), STALE(ROOT), GOOD(GIVEN, AUTHORITY), GOOD(GIVEN, ROOT) } },
      .lacking = { 1, 2, 0 } },
    { "of two lists the younger",
      { EMBEDDED, .lists = { LIST(GIVEN, AUTHORITY, -3L * DAY, 3L * DAY), GOOD(GIVEN, AUTHORITY),
                             GOOD(GIVEN, ROOT) } },
      .lacking = { 1, 2, 0 } },
    { "… whichever comes first",
      { EMBEDDED, .lists = { GOOD(GIVEN, ROOT), GOOD(GIVEN, AUTHORITY),
                             LIST(GIVEN, AUTHORITY, -3L * DAY, 3L * DAY) } },
      .lacking = { 1, 2, 0 } },
    { "too old, and nothing else",
      { EMBEDDED, .lists = { STALE(AUTHORITY), STALE(ROOT) } },
      { 1, 0, 0 },
      "Person" },
    { "an OCSP response of the store",
      { EMBEDDED, .lists = { RESPONSE(IN_DSS, PERSON), GOOD(IN_DSS, ROOT) } },
      .lacking = { 1, 0, 0 } },
    { "a timestamp's path",
      { EMBEDDED, .stamps = { STAMP(TSA, -HOUR / 2) }, .lists = LISTS_IN(GIVEN) },
      .lacking = { 1, 2, 0 } },
    { "a timestamp under another authority",
      { EMBEDDED, .stamps = { STAMP(SECOND_TSA, -HOUR / 2) },
        .lists = { GOOD(GIVEN, AUTHORITY), GOOD(GIVEN, ROOT), GOOD(GIVEN, SECOND) } },
      .lacking = { 2, 3, 0 } },
    { "… of which nobody tells",
      { .mode_default = true,
        .stamps = { STAMP(SECOND_TSA, -HOUR / 2) },
        .lists = LISTS_IN(GIVEN) },
      { 2, 2, 0 },
      "Second TSA" },
    { "an untrusted timestamp is left out",
      { EMBEDDED, .stamps = { STAMP(STRANGE_TSA, -HOUR / 2) }, .lists = LISTS_IN(GIVEN) },
      .lacking = { 1, 2, 0 } },
    { "an old list counts for a signature of then",
      { .mode_default = true,
        .signer = EXPIRED,
        .stamps = { STAMP(TSA, -2 * YEAR) },
        .lists = { LIST(IN_DSS, AUTHORITY, -2 * YEAR + DAY, -2 * YEAR + 2L * DAY),
                   LIST(IN_DSS, ROOT, -2 * YEAR + DAY, -2 * YEAR + 2L * DAY) } },
      .lacking = { 1, 0, 0 } },
};

static void check(const need_row *r, const pds_validation_data *data, const pds_validation_of *of)
{
    for (size_t i = 0; i < PDS_DSS_KINDS; i++) {
        print_message("kind %zu: %zu\n", i, data->lacking.of[i].count);
        assert_int_equal(data->lacking.of[i].count, r->lacking[i]);
    }
    assert_string_equal(of->unknown, r->unknown != NULL ? r->unknown : "");
    assert_int_equal(of->complete, r->unknown == NULL);
}

static void proofs_are_collected(void **state)
{
    const need_row *const r = *state;
    PDS_OWN(timeline_drop) timeline t;
    PDS_OWN(pds_validation_data_drop) pds_validation_data data = { .count = 0 };
    timeline_make(&t, &r->file);
    t.v.collect = &data;
    assert_int_equal(pds_verify_time(&t.v, NULL), PDS_OK);
    assert_int_equal(data.count, t.v.count);
    check(r, &data, &data.of[t.signature]);
}

/* Two signatures, the bytes once. */
static void what_two_need_is_kept_once(void **state)
{
    const timeline_row row = { EMBEDDED, .documents = { STAMP(TSA, -HOUR / 2) },
                               .lists = LISTS_IN(GIVEN) };
    PDS_OWN(timeline_drop) timeline t;
    PDS_OWN(pds_validation_data_drop) pds_validation_data data = { .count = 0 };
    (void)state;
    timeline_make(&t, &row);
    t.v.collect = &data;
    assert_int_equal(pds_verify_time(&t.v, NULL), PDS_OK);
    assert_int_equal(data.count, 2);
    assert_int_equal(data.lacking.of[PDS_DSS_CRL].count, 2);
    /* the authority is in the signature's CMS, which says nothing of the timestamp */
    assert_int_equal(data.lacking.of[PDS_DSS_CERT].count, 2);
    assert_int_equal(data.der_count, 4);
}

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

int main(void)
{
    enum { COUNT = sizeof ROWS / sizeof ROWS[0] };
    static struct CMUnitTest tests[COUNT + 1];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ .name = ROWS[i].sentence,
                                        .test_func = proofs_are_collected,
                                        .initial_state = (void *)(uintptr_t)&ROWS[i] };
    }
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(what_two_need_is_kept_once);
    return cmocka_run_group_tests_name("validation data", tests, make_people, drop_people);
}
