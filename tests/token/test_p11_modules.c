/* Modules that the system names: one that fails or hangs is told of, and hides no other. */

#include "base/own.h"
#include "tests/token/softhsm.h"
#include "token/guard.h"
#include "token/token.h"

#include <pds/token.h>

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/mount.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { SKIPPED = 77 };

static const char PIN[] = "271828";

static scratch folder;
static pki *ec;

/* Users' settings are not for root: he sees the same folder in the place of the system's. */
static bool name_modules(const char *modules)
{
    static const char SYSTEM[] = "/usr/share/p11-kit/modules";
    if (geteuid() != 0) {
        return setenv("XDG_CONFIG_HOME", scratch_path(&folder, "config"), 1) == 0;
    }
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount(modules, SYSTEM, NULL, MS_BIND, NULL) == 0;
}

/* One that is not there, one with faults, and SoftHSM itself, with the same token. */
static int start(void **state)
{
    (void)state;
    scratch_open(&folder);
    ec = pki_new(&(pki_profile){ .key = PKI_P256, .name = "Whole EC" });
    softhsm_begin(&folder);
    softhsm_add_key(softhsm_token("whole", PIN, "31415926"), PIN,
                    &(softhsm_key){ .key = ec, .label = "EC key", .id = 2 });
    softhsm_end();
    assert_int_equal(mkdir(scratch_path(&folder, "config"), 0700), 0);
    assert_int_equal(mkdir(scratch_path(&folder, "config/pkcs11"), 0700), 0);
    assert_int_equal(mkdir(scratch_path(&folder, "config/pkcs11/modules"), 0700), 0);
    (void)scratch_file(&folder, "config/pkcs11/modules/gone.module",
                       "module: /nowhere/gone-module.so\n");
    (void)scratch_file(&folder, "config/pkcs11/modules/proxy.module", "module: " P11_PROXY "\n");
    (void)scratch_file(&folder, "config/pkcs11/modules/softhsm2.module",
                       "module: " SOFTHSM_MODULE "\n");
    if (!name_modules(scratch_path(&folder, "config/pkcs11/modules"))) {
        (void)fprintf(stderr, "SKIPPED: no modules of one's own on this machine: %s\n",
                      strerror(errno));
        exit(SKIPPED);
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    pki_drop(&ec);
    scratch_close(&folder);
    return 0;
}

/* How many tokens of that label there are, and whether a note holds the words. */
static size_t look(const char *words, bool *noted)
{
    pds_token_list list = { .count = 0 };
    pds_err e;
    size_t count = 0;
    assert_int_equal(pds_tokens_list("pkcs11:", &list, &e), PDS_OK);
    for (size_t i = 0; i < list.count; i++) {
        count += list.items[i].label != NULL && strcmp(list.items[i].label, "whole") == 0;
    }
    *noted = false;
    for (size_t i = 0; i < list.note_count; i++) {
        *noted = *noted || strstr(list.notes[i], words) != NULL;
    }
    pds_token_list_drop(&list);
    return count;
}

/* The first test: nothing has begun yet. */
static void a_module_that_cannot_begin_is_told(void **state)
{
    bool noted = false;
    (void)state;
    softhsm_proxy()->at[P11_AT_BEGIN].rv = CKR_GENERAL_ERROR;
    assert_int_equal(look("p11_proxy", &noted), 1);
    assert_true(noted);
    softhsm_reset();
    assert_int_equal(look("p11_proxy", &noted), 2); /* it can now */
    assert_false(noted);
}

static void a_module_that_is_not_there_is_told(void **state)
{
    bool noted = false;
    (void)state;
    assert_int_equal(look("gone-module.so", &noted), 2);
    assert_true(noted);
}

static pds_code answer(void *ctx, const char *label, int tries_left, pds_secret *into, pds_err *e)
{
    (void)ctx;
    (void)label;
    (void)tries_left;
    return pds_secret_set(into, pds_span_text(PIN), e);
}

static void nap(void)
{
    const struct timespec t = { .tv_nsec = 2000000 };
    (void)nanosleep(&t, NULL);
}

static void a_module_that_hangs_hides_no_other(void **state)
{
    static const p11_point points[] = { P11_AT_SLOTS, P11_AT_TOKEN };
    const pds_key_options options = { .uri = "pkcs11:token=whole", .pin = answer };
    (void)state;
    pds_guard_set_patience(1);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        PDS_OWN(pds_key_drop) pds_key *key = NULL;
        PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
        const pds_algorithm algorithm = { PDS_SCHEME_ECDSA, PDS_SHA256 };
        bool noted = false;
        pds_err e = { 0 };
        __atomic_store_n(&softhsm_proxy()->at[points[i]].hangs, true, __ATOMIC_RELAXED);
        assert_int_equal(look("p11_proxy", &noted), 1);
        assert_true(noted);
        assert_int_equal(pds_key_open(&options, &key, &e), PDS_OK);
        assert_int_equal(pds_key_sign(key, algorithm, pds_span_text("x"), &signature, &e), PDS_OK);
        __atomic_store_n(&softhsm_proxy()->at[points[i]].hangs, false, __ATOMIC_RELAXED);
    }
    pds_guard_set_patience(0);
    while (pds_token_hangs()) { /* at exit nothing is in a module's middle */
        nap();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_module_that_cannot_begin_is_told),
        cmocka_unit_test(a_module_that_is_not_there_is_told),
        cmocka_unit_test(a_module_that_hangs_hides_no_other),
    };
    return cmocka_run_group_tests_name("modules", tests, start, stop);
}
