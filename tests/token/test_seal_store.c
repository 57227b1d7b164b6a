/* Seals in a token's objects: which of them are left when one was written, or was not. */

#include "base/own.h"
#include "token/seal_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- a token that holds objects, and nothing else ---- */

enum { OBJECTS = 16, PART = 64, PLENTY = 100000 };

static pds_buf objects[OBJECTS];
static size_t room;    /* bytes of all objects together */
static int bad_number; /* writing it fails so; -1: none */
static pds_code bad_code;
static bool gone; /* and all that comes after it */

static pds_code open_store(const pds_device_info *info, void **self, pds_err *e)
{
    (void)info;
    (void)e;
    *self = objects;
    return PDS_OK;
}

static void close_store(void *self)
{
    (void)self;
}

static pds_code read_object(void *self, unsigned number, pds_buf *out, pds_err *e)
{
    (void)self;
    assert_in_range(number, 0, OBJECTS - 1);
    if (gone) {
        PDS_FAIL(e, PDS_E_TOKEN_REMOVED, "gone");
    }
    pds_buf_put(out, pds_buf_span(&objects[number]));
    return pds_buf_end(out, e);
}

static pds_code write_object(void *self, unsigned number, pds_span bytes,
                             const pds_secret *management, pds_err *e)
{
    size_t used = bytes.len;
    (void)self;
    (void)management;
    for (unsigned i = 0; i < OBJECTS; i++) {
        used += i == number ? 0 : objects[i].len;
    }
    if (gone || ((int)number == bad_number && bytes.len > 0)) {
        gone = bad_code == PDS_E_TOKEN_REMOVED;
        PDS_FAIL(e, bad_code, "the first fault");
    }
    if (used > room) {
        PDS_FAIL(e, PDS_E_TOKEN_FULL, "no room");
    }
    pds_buf_clear(&objects[number]);
    pds_buf_put(&objects[number], bytes);
    return pds_buf_end(&objects[number], e);
}

static size_t object_max(void *self)
{
    (void)self;
    return PART;
}

static const pds_device_ops OPS = { .scheme = "test",
                                    .open = open_store,
                                    .close = close_store,
                                    .read_object = read_object,
                                    .write_object = write_object,
                                    .object_max = object_max };

static pds_guarded *token;

static int empty_token(void **state)
{
    const pds_device_info info = { .uri = "test:" };
    (void)state;
    room = PLENTY;
    bad_number = -1;
    gone = false;
    return pds_guard_open(&OPS, &info, &token, NULL) == PDS_OK ? 0 : -1;
}

static int drop_token(void **state)
{
    (void)state;
    pds_guard_close(&token);
    for (size_t i = 0; i < OBJECTS; i++) {
        pds_buf_drop(&objects[i]);
    }
    return 0;
}

/* ---- what is written and found ---- */

static pds_code write(char filling, size_t parts, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    memset(pds_buf_grow(&bytes, parts * PART), filling, parts * PART);
    const pds_stored_seal seal = { .bytes = bytes, .width_um = 1, .height_um = 1 };
    return pds_seal_store_write(token, &seal, NULL, e);
}

static void expect_seal(char filling, size_t parts)
{
    pds_stored_seal seal = { .form = 0 };
    assert_int_equal(pds_seal_store_read(token, &seal, NULL), PDS_OK);
    assert_int_equal(seal.bytes.len, parts * PART);
    assert_int_equal(seal.bytes.ptr[0], filling);
    pds_buf_drop(&seal.bytes);
}

static void put(unsigned number, const char *text)
{
    pds_buf_clear(&objects[number]);
    pds_buf_text(&objects[number], text);
}

/* Of those that are not empty. */
static void expect_objects(const char *numbers)
{
    char there[OBJECTS + 1] = "";
    for (size_t i = 0; i < OBJECTS; i++) {
        if (objects[i].len > 0) {
            const size_t len = strlen(there);
            there[len] = "0123456789abcdef"[i];
            there[len + 1] = '\0';
        }
    }
    assert_string_equal(there, numbers);
}

/* ---- cases ---- */

static void a_seal_takes_the_place_of_the_old_one(void **state)
{
    (void)state;
    assert_int_equal(write('a', 3, NULL), PDS_OK);
    expect_objects("0123");
    assert_int_equal(write('b', 4, NULL), PDS_OK);
    expect_objects("04567");
    assert_int_equal(write('c', 9, NULL), PDS_OK); /* no room for both */
    expect_objects("0123456789");
    expect_seal('c', 9);
}

static void one_that_does_not_fit_leaves_nothing(void **state)
{
    (void)state;
    room = (size_t)2 * PART + PART / 2;
    assert_int_equal(write('a', 4, NULL), PDS_E_TOKEN_FULL);
    expect_objects("");
}

static void one_that_does_not_fit_beside_the_old_leaves_that(void **state)
{
    (void)state;
    assert_int_equal(write('a', 3, NULL), PDS_OK);
    room = (size_t)6 * PART;
    assert_int_equal(write('b', 4, NULL), PDS_E_TOKEN_FULL);
    expect_objects("0123");
    expect_seal('a', 3);
}

static void one_whose_head_does_not_fit_leaves_the_old(void **state)
{
    pds_err e;
    (void)state;
    assert_int_equal(write('a', 2, NULL), PDS_OK);
    bad_number = 0;
    bad_code = PDS_E_TOKEN_FAILED;
    assert_int_equal(write('b', 2, &e), PDS_E_TOKEN_FAILED);
    assert_string_equal(e.text, "the first fault");
    expect_objects("012");
    expect_seal('a', 2);
}

static void what_no_head_names_goes_with_the_next_seal(void **state)
{
    (void)state;
    put(0, "PDSSEAL1 and then nothing");
    put(3, "a part");
    put(15, "another");
    assert_int_equal(write('a', 2, NULL), PDS_OK);
    expect_objects("012");
    expect_seal('a', 2);
}

static void others_objects_stay_where_none_is_written(void **state)
{
    (void)state;
    put(9, "somebody's");
    room = PART;
    assert_int_equal(write('a', 2, NULL), PDS_E_TOKEN_FULL);
    expect_objects("9");
}

static void a_token_that_is_pulled_out_is_told(void **state)
{
    pds_err e;
    (void)state;
    bad_number = 2;
    bad_code = PDS_E_TOKEN_REMOVED;
    assert_int_equal(write('a', 3, &e), PDS_E_TOKEN_REMOVED);
    assert_string_equal(e.text, "the first fault");
    expect_objects("1");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, empty_token, drop_token)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_seal_takes_the_place_of_the_old_one),
        CASE(one_that_does_not_fit_leaves_nothing),
        CASE(one_that_does_not_fit_beside_the_old_leaves_that),
        CASE(one_whose_head_does_not_fit_leaves_the_old),
        CASE(what_no_head_names_goes_with_the_next_seal),
        CASE(others_objects_stay_where_none_is_written),
        CASE(a_token_that_is_pulled_out_is_told),
    };
    return cmocka_run_group_tests_name("seal store", tests, NULL, NULL);
}
