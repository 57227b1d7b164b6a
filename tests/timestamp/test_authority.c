/* The list of authorities: what is refused, whom to ask first, what is learnt. */
#include "base/own.h"
#include "timestamp/authority_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct row {
    const char *sentence;
    pds_authority authority;
    bool taken;
} row;

static const row ROWS[] = {
    { "http", { .url = "http://tsa.example.org/tsr" }, true },
    { "https", { .url = "https://tsa.example.org" }, true },
    { "a private network", { .url = "http://10.1.2.3:8080/" }, true },
    { "a policy and a digest",
      { .url = "http://tsa.example.org", .policy = "1.2.3.4", .md = PDS_MD_SHA512 },
      true },
    { "no scheme", { .url = "tsa.example.org" }, false },
    { "FTP", { .url = "ftp://tsa.example.org/" }, false },
    { "nothing", { .url = "" }, false },
    { "a password in the address", { .url = "http://me:secret@tsa.example.org/" }, false },
    { "a policy that is none", { .url = "http://tsa.example.org", .policy = "qualified" }, false },
    { "a user with a colon",
      { .url = "http://tsa.example.org", .access = { .user = "a:b" } },
      false },
    { "a file of authorities that is not there",
      { .url = "https://tsa.example.org", .access = { .ca = "/nonexistent.pem" } },
      false },
    { "a client certificate that is not there",
      { .url = "https://tsa.example.org", .access = { .cert = "/nonexistent.pem" } },
      false },
};

static void authority_is_taken_or_refused(void **state)
{
    const row *const r = *state;
    PDS_OWN(pds_authorities_drop) pds_authorities *list = NULL;
    pds_err e = { .code = PDS_OK };
    assert_int_equal(pds_authorities_new(NULL, &list, &e), PDS_OK);
    assert_int_equal(pds_authorities_add(list, &r->authority, &e), r->taken ? PDS_OK : PDS_E_USAGE);
    assert_int_equal(pds_authorities_count(list), r->taken ? 1 : 0);
    assert_int_equal(e.text[0] != '\0', !r->taken);
}

static pds_authorities *list_of(size_t count)
{
    static const pds_authority one = { .url = "http://tsa.example.org", .md = PDS_MD_SHA384 };
    pds_authorities *list = NULL;
    assert_int_equal(pds_authorities_new(NULL, &list, NULL), PDS_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pds_authorities_add(list, &one, NULL), PDS_OK);
    }
    return list;
}

static void a_list_is_bounded(void **state)
{
    (void)state;
    PDS_OWN(pds_authorities_drop) pds_authorities *list = list_of(PDS_AUTHORITIES_MAX);
    const pds_authority more = list->entries[0].given;
    assert_int_equal(pds_authorities_add(list, &more, NULL), PDS_E_USAGE);
    assert_int_equal(pds_authorities_count(list), PDS_AUTHORITIES_MAX);
}

static void who_failed_is_asked_last(void **state)
{
    static const size_t given[] = { 0, 1, 2, 3 }, changed[] = { 1, 3, 0, 2 };
    size_t order[PDS_AUTHORITIES_MAX];
    (void)state;
    PDS_OWN(pds_authorities_drop) pds_authorities *list = list_of(4);
    pds_authorities_order(list, order);
    assert_memory_equal(order, given, sizeof given);
    pds_authority_set_down(&list->entries[2]);
    pds_authority_set_down(&list->entries[0]);
    pds_authorities_order(list, order);
    assert_memory_equal(order, changed, sizeof changed);
    assert_true(list->entries[0].down_until > pds_http_clock() + 50000);
    list->entries[2].down_until = pds_http_clock() - 1; /* a minute later */
    pds_authority_set_up(&list->entries[0]);
    pds_authorities_order(list, order);
    assert_memory_equal(order, given, sizeof given);
}

static void sizes_are_learnt(void **state)
{
    (void)state;
    PDS_OWN(pds_authorities_drop) pds_authorities *list = list_of(0);
    assert_int_equal(pds_authorities_token_size(list), 0);
    pds_authorities_learn(list, 4000);
    pds_authorities_learn(list, 6000);
    pds_authorities_learn(list, 5000);
    assert_int_equal(pds_authorities_token_size(list), 6000);
}

int main(void)
{
    enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };
    struct CMUnitTest tests[ROW_COUNT + 3] = { cmocka_unit_test(a_list_is_bounded),
                                               cmocka_unit_test(who_failed_is_asked_last),
                                               cmocka_unit_test(sizes_are_learnt) };
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tests[3 + i] = (struct CMUnitTest){ .name = ROWS[i].sentence,
                                            .test_func = authority_is_taken_or_refused,
                                            .initial_state = (void *)(uintptr_t)&ROWS[i] };
    }
    return cmocka_run_group_tests_name("authorities", tests, NULL, NULL);
}
