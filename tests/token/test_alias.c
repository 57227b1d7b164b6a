/* Names that people give their readers, and what URIs with them mean. */

#include "base/own.h"
#include "token/alias.h"
#include "token/pcsc_lite.h"

#include <pds/token.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FORTY "0123456789012345678901234567890123456789"

typedef struct name_row {
    const char *name, *alias, *uri;
    bool good;
    const char *fault; /* a part of it */
} name_row;

static name_row names[] = {
    { "letters, digits and signs", "Aa09-_.", "pcsc:*", true, NULL },
    { "Chinese", "公司", "PCSC:x;serial=0a;slot=9c", true, NULL },
    { "42 bytes", FORTY "12", "pcsc:", true, NULL },
    { "43 bytes", FORTY "123", "pcsc:", false, "longer than 42" },
    { "no name", "", "pcsc:", false, "can't be an alias" },
    { "a blank", "a b", "pcsc:", false, "can't be an alias" },
    { "a pattern", "a*", "pcsc:", false, "can't be an alias" },
    { "a part of a URI", "a;b", "pcsc:", false, "can't be an alias" },
    { "an escape", "a%41", "pcsc:", false, "can't be an alias" },
    { "a bracket", "a]", "pcsc:", false, "can't be an alias" },
    { "a wide blank", "a\xC2\xA0", "pcsc:", false, "can't be an alias" },
    { "no UTF-8", "a\xFF", "pcsc:", false, "can't be an alias" },
    { "another kind of token", "a", "pkcs11:token=x", false, "aliases are for readers" },
    { "no scheme", "a", "x", false, "aliases are for readers" },
    { "a URI that is none", "a", "pcsc:;x=1", false, "a part that is not known" },
};

static void is_taken_or_refused(void **state)
{
    const name_row *const r = *state;
    pds_err e = { .text = "" };
    char uri[PDS_DEVICE_URI] = "";
    assert_int_equal(pds_token_alias(r->alias, r->uri, &e), r->good ? PDS_OK : PDS_E_USAGE);
    assert_int_equal(pds_alias_get(r->alias, uri), r->good);
    if (r->good) {
        assert_string_equal(uri, r->uri);
        assert_int_equal(pds_token_alias(r->alias, NULL, &e), PDS_OK);
        assert_false(pds_alias_get(r->alias, uri));
    } else if (strstr(e.text, r->fault) == NULL) {
        fail_msg("'%s' lacks '%s'", e.text, r->fault);
    }
}

typedef struct uri_row {
    const char *name, *rest, *reader, *serial, *bound, *slot;
} uri_row;

/* me: *ACS*; card: a number and a slot; nested: another alias. */
static uri_row uris[] = {
    { "an alias", "me", "*ACS*", "", "", "" },
    { "an alias and a slot", "me;slot=9a", "*ACS*", "", "", "9a" },
    { "an alias and a number", "me;serial=0b", "*ACS*", "0b", "", "" },
    { "what an alias holds", "card", "R?", "", "0a", "9c" },
    { "another slot than it holds", "card;slot=9d", "R?", "", "0a", "9d" },
    { "another number than it holds", "card;serial=0b", "R?", "0b", "0a", "9c" },
    { "an alias in escapes", "%6de", "*ACS*", "", "", "" },
    { "a reader of that name", "reader=me", "me", "", "", "" },
    { "another case", "ME", "ME", "", "", "" },
    { "a beginning", "m", "m", "", "", "" },
    { "a pattern that fits an alias", "m*", "m*", "", "", "" },
    { "an alias of an alias", "nested", "me", "", "", "" },
    { "nothing", "", "*", "", "", "" },
};

static int give_names(void **state)
{
    (void)state;
    assert_int_equal(pds_token_alias("me", "pcsc:*ACS*", NULL), PDS_OK);
    assert_int_equal(pds_token_alias("card", "pcsc:R?;serial=0a;slot=9c", NULL), PDS_OK);
    assert_int_equal(pds_token_alias("nested", "pcsc:me", NULL), PDS_OK);
    return 0;
}

static int take_names(void **state)
{
    (void)state;
    assert_int_equal(pds_token_alias("me", NULL, NULL), PDS_OK);
    assert_int_equal(pds_token_alias("card", NULL, NULL), PDS_OK);
    assert_int_equal(pds_token_alias("nested", NULL, NULL), PDS_OK);
    return 0;
}

static void means(void **state)
{
    const uri_row *const r = *state;
    pds_pcsc_uri uri;
    assert_int_equal(pds_pcsc_uri_parse(r->rest, &uri, NULL), PDS_OK);
    assert_string_equal(uri.reader, r->reader);
    assert_string_equal(uri.serial, r->serial);
    assert_string_equal(uri.bound, r->bound);
    assert_string_equal(uri.slot, r->slot);
}

static bool fits(const char *rest, const char *reader, const char *serial)
{
    pds_pcsc_uri uri;
    assert_int_equal(pds_pcsc_uri_parse(rest, &uri, NULL), PDS_OK);
    return pds_pcsc_uri_fits(&uri, reader, serial);
}

static void both_numbers_hold(void **state)
{
    (void)state;
    assert_true(fits("card", "r1", "0A"));
    assert_false(fits("card", "r1", "0b"));
    assert_false(fits("card", "r12", "0a"));
    assert_true(fits("card;serial=0a", "R1", "0a"));
    assert_false(fits("card;serial=0b", "R1", "0a"));
    assert_false(fits("card;serial=0b", "R1", "0b"));
    assert_true(fits("me;serial=0b", "xACSx", "0b"));
    assert_false(fits("me;serial=0b", "xACSx", "0a"));
}

static void the_last_name_is_told(void **state)
{
    char name[PDS_ALIAS_NAME];
    (void)state;
    pds_pcsc_alias("R1", "0a", name);
    assert_string_equal(name, "card");
    pds_pcsc_alias("R1", "0b", name);
    assert_string_equal(name, "");
    assert_int_equal(pds_token_alias("other", "pcsc:R1", NULL), PDS_OK);
    pds_pcsc_alias("R1", "0a", name);
    assert_string_equal(name, "other");
    assert_int_equal(pds_token_alias("other", "pcsc:R2", NULL), PDS_OK); /* in place of the old */
    pds_pcsc_alias("R1", "0a", name);
    assert_string_equal(name, "card");
    assert_int_equal(pds_token_alias("other", NULL, NULL), PDS_OK);
}

static void too_many_are_refused(void **state)
{
    enum { ROOM = 997 }; /* beside the three that are there */
    char name[16];
    (void)state;
    for (int i = 0; i <= ROOM; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        assert_int_equal(pds_token_alias(name, "pcsc:x", NULL), i < ROOM ? PDS_OK : PDS_E_LIMIT);
    }
    assert_int_equal(pds_token_alias("n5", "pcsc:y", NULL), PDS_OK);
    for (int i = 0; i < ROOM; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        assert_int_equal(pds_token_alias(name, NULL, NULL), PDS_OK);
    }
}

/* Each changes a name of its own and looks at that of the others. */
static void *change(void *arg)
{
    enum { TIMES = 3000 };
    const char *const mine = arg;
    pds_pcsc_uri uri;
    for (int i = 0; i < TIMES; i++) {
        if (pds_token_alias(mine,
                            i % 3 == 2   ? NULL
                            : i % 3 == 1 ? "pcsc:one"
                                         : "pcsc:two",
                            NULL) != PDS_OK ||
            pds_pcsc_uri_parse("t0", &uri, NULL) != PDS_OK ||
            (strcmp(uri.reader, "one") != 0 && strcmp(uri.reader, "two") != 0 &&
             strcmp(uri.reader, "t0") != 0)) {
            return arg;
        }
    }
    return NULL;
}

static void threads_share_the_table(void **state)
{
    static const char *const mine[] = { "t0", "t1", "t2", "t3" };
    enum { THREADS = sizeof mine / sizeof mine[0] };
    pthread_t threads[THREADS];
    (void)state;
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, change, (void *)mine[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *bad = NULL;
        assert_int_equal(pthread_join(threads[i], &bad), 0);
        assert_null(bad);
    }
}

int main(void)
{
    enum { NAMES = sizeof names / sizeof names[0], URIS = sizeof uris / sizeof uris[0] };
    struct CMUnitTest tests[NAMES + URIS + 4] = {
        cmocka_unit_test_setup_teardown(both_numbers_hold, give_names, take_names),
        cmocka_unit_test_setup_teardown(the_last_name_is_told, give_names, take_names),
        cmocka_unit_test_setup_teardown(too_many_are_refused, give_names, take_names),
        cmocka_unit_test(threads_share_the_table),
    };
    for (size_t i = 0; i < NAMES; i++) {
        tests[4 + i] =
            (struct CMUnitTest){ names[i].name, is_taken_or_refused, NULL, NULL, &names[i] };
    }
    for (size_t i = 0; i < URIS; i++) {
        tests[4 + NAMES + i] =
            (struct CMUnitTest){ uris[i].name, means, give_names, take_names, &uris[i] };
    }
    return cmocka_run_group_tests_name("alias", tests, NULL, NULL);
}
