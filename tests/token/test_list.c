/* What is plugged in, as people and scripts see it. */

#include "base/own.h"
#include "tests/token/softhsm.h"
#include "token/guard.h"

#include <pds/token.h>

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MODULE "?module-path=" P11_PROXY

static const char PIN[] = "271828";
static scratch folder;

static void fill(const pki *issuer)
{
    const CK_SLOT_ID slot = softhsm_token("list me", PIN, "31415926");
    pki *signer = pki_new(&(pki_profile){
        .key = PKI_RSA_2048, .name = "Anna", .key_usage = "digitalSignature", .issuer = issuer });
    pki *reader = pki_new(&(pki_profile){
        .key = PKI_P256, .name = "Anna", .key_usage = "keyAgreement", .issuer = issuer });
    softhsm_add_key(slot, PIN, &(softhsm_key){ .key = signer, .label = "sign", .id = 0x0A });
    softhsm_add_key(slot, PIN, &(softhsm_key){ .key = reader, .label = "read", .id = 0x0B });
    softhsm_add_cert(slot, PIN, issuer, "issuer");
    pki_drop(&signer);
    pki_drop(&reader);
}

static int start(void **state)
{
    pki *issuer = pki_new(&(pki_profile){ .key = PKI_P384,
                                          .name = "Issuer",
                                          .constraints = "critical,CA:TRUE",
                                          .key_usage = "keyCertSign" });
    (void)state;
    scratch_open(&folder);
    softhsm_begin(&folder);
    fill(issuer);
    (void)softhsm_token("empty", PIN, "31415926");
    softhsm_end();
    pki_drop(&issuer);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    scratch_close(&folder);
    return 0;
}

static int reset(void **state)
{
    (void)state;
    softhsm_reset();
    pds_guard_set_patience(0);
    return 0;
}

static void list_as(const char *uri, pds_token_list *out, pds_code expected)
{
    pds_err e;
    const pds_code code = pds_tokens_list(uri, out, &e);
    if (code != expected) {
        print_error("%s: %s\n", pds_code_name(code), e.text);
    }
    assert_int_equal(code, expected);
}

static const pds_token_key *find(const pds_token *token, const char *label)
{
    for (size_t i = 0; i < token->key_count; i++) {
        if (strcmp(token->keys[i].label, label) == 0) {
            return &token->keys[i];
        }
    }
    fail_msg("no key '%s'", label);
    return NULL;
}

static void a_token_and_its_keys_are_told(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    (void)state;
    list_as("pkcs11:token=list%20me" MODULE, &list, PDS_OK);
    assert_int_equal(list.count, 1);
    const pds_token *const t = &list.items[0];
    assert_string_equal(t->label, "list me");
    assert_string_equal(t->driver, "pkcs11");
    assert_string_equal(t->model, "SoftHSM v2");
    assert_string_equal(t->reader, P11_PROXY);
    assert_null(t->alias);
    assert_int_equal(t->pin_tries, -1);
    assert_false(t->pin_blocked || t->pin_last || t->pin_unset || t->pin_pad || t->has_seal);
    assert_int_equal(t->key_count, 3);
    const pds_token_key *const sign = find(t, "sign");
    assert_string_equal(sign->algorithm, "RSA 2048");
    assert_string_equal(sign->id, "0a");
    assert_string_equal(sign->name, "Anna");
    assert_non_null(strstr(sign->issuer, "Issuer"));
    assert_int_equal(strlen(sign->sha256), 64);
    assert_int_equal(sign->use, PDS_USE_SIGNING);
    assert_true(sign->has_key && sign->cert_bytes > 0 && sign->not_after > sign->not_before);
    assert_string_equal(find(t, "read")->algorithm, "EC P-256");
    assert_int_equal(find(t, "read")->use, PDS_USE_ENCRYPTION);
    assert_false(find(t, "issuer")->has_key);
    assert_int_equal(find(t, "issuer")->use, 0);
}

static void a_listed_uri_means_that_key(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    PDS_OWN(pds_token_list_drop) pds_token_list again = { .items = NULL };
    (void)state;
    list_as("pkcs11:token=list%20me" MODULE, &list, PDS_OK);
    list_as(find(&list.items[0], "sign")->uri, &again, PDS_OK);
    assert_int_equal(again.count, 1);
    assert_true(find(&again.items[0], "sign")->has_key);
    assert_false(find(&again.items[0], "read")->has_key); /* a certificate beside it */
}

static void all_tokens_of_a_module_are_told(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    (void)state;
    list_as("pkcs11:" MODULE, &list, PDS_OK);
    assert_int_equal(list.count, 2);
}

static void pins_are_told_of(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    (void)state;
    softhsm_proxy()->set = CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_COUNT_LOW;
    list_as("pkcs11:token=empty" MODULE, &list, PDS_OK);
    assert_true(list.items[0].pin_last && list.items[0].pin_low);
    assert_int_equal(list.items[0].pin_tries, 1);
    assert_int_equal(list.items[0].key_count, 0);
}

static void a_token_that_fails_is_a_note(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    (void)state;
    softhsm_proxy()->at[P11_AT_FIND].rv = CKR_DEVICE_ERROR;
    list_as("pkcs11:" MODULE, &list, PDS_OK);
    assert_int_equal(list.count, 0);
    assert_int_equal(list.note_count, 2);
    assert_non_null(strstr(list.notes[0], ": "));
}

static void a_module_that_hangs_is_a_note(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    (void)state;
    pds_guard_set_patience(1);
    softhsm_proxy()->at[P11_AT_SLOTS].hangs = true;
    list_as("pkcs11:" MODULE, &list, PDS_OK);
    __atomic_store_n(&softhsm_proxy()->at[P11_AT_SLOTS].hangs, false, __ATOMIC_RELAXED);
    assert_int_equal(list.count, 0);
    assert_int_equal(list.note_count, 1);
}

static pds_code count_one(void *ctx, pds_token_change change, const pds_token *token, pds_err *e)
{
    int *const counts = ctx;
    (void)e;
    assert_string_equal(token->driver, "pkcs11");
    counts[change]++;
    return PDS_OK;
}

static void a_watch_tells_tokens_of_a_module_once(void **state)
{
    int counts[3] = { 0 };
    (void)state;
    assert_int_equal(pds_tokens_watch("pkcs11:" MODULE, 3, count_one, counts, NULL), PDS_OK);
    assert_int_equal(counts[PDS_TOKEN_THERE], 2);
    assert_int_equal(counts[PDS_TOKEN_CAME] + counts[PDS_TOKEN_GONE], 0);
}

static void a_module_that_fails_ends_no_watch(void **state)
{
    int counts[3] = { 0 };
    (void)state;
    softhsm_proxy()->at[P11_AT_SLOTS].rv = CKR_DEVICE_ERROR;
    assert_int_equal(pds_tokens_watch("pkcs11:" MODULE, 1, count_one, counts, NULL), PDS_OK);
    assert_int_equal(counts[PDS_TOKEN_THERE], 0);
}

static void a_module_that_hangs_ends_no_watch(void **state)
{
    int counts[3] = { 0 };
    (void)state;
    pds_guard_set_patience(1);
    softhsm_proxy()->at[P11_AT_SLOTS].hangs = true;
    const pds_code code = pds_tokens_watch("pkcs11:" MODULE, 1, count_one, counts, NULL);
    __atomic_store_n(&softhsm_proxy()->at[P11_AT_SLOTS].hangs, false, __ATOMIC_RELAXED);
    assert_int_equal(code, PDS_OK);
    assert_int_equal(counts[PDS_TOKEN_THERE], 0);
}

static size_t threads(void)
{
    size_t count = 0;
    DIR *const all = opendir("/proc/self/task");
    assert_non_null(all);
    while (readdir(all) != NULL) {
        count++;
    }
    (void)closedir(all);
    return count;
}

/* Each call that hangs keeps a thread for as long as it does. */
static void a_module_that_hangs_is_asked_rarely(void **state)
{
    int counts[3] = { 0 };
    (void)state;
    pds_guard_set_patience(1);
    const size_t before = threads();
    softhsm_proxy()->at[P11_AT_SLOTS].hangs = true;
    const pds_code code = pds_tokens_watch("pkcs11:" MODULE, 6, count_one, counts, NULL);
    const size_t after = threads();
    __atomic_store_n(&softhsm_proxy()->at[P11_AT_SLOTS].hangs, false, __ATOMIC_RELAXED);
    assert_int_equal(code, PDS_OK);
    assert_in_range(after, before, before + 1);
}

static void what_is_no_token_is_refused(void **state)
{
    PDS_OWN(pds_token_list_drop) pds_token_list list = { .items = NULL };
    (void)state;
    list_as("usb:1", &list, PDS_E_USAGE);
    list_as("pkcs11:token=%zz", &list, PDS_E_USAGE);
    list_as("pkcs11:?module-path=/nowhere.so", &list, PDS_E_KEY_UNREADABLE);
    list_as("pkcs11:token=nobody" MODULE, &list, PDS_OK);
    assert_int_equal(list.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_token_and_its_keys_are_told, reset),
        cmocka_unit_test_setup(a_listed_uri_means_that_key, reset),
        cmocka_unit_test_setup(all_tokens_of_a_module_are_told, reset),
        cmocka_unit_test_setup(pins_are_told_of, reset),
        cmocka_unit_test_setup(a_token_that_fails_is_a_note, reset),
        cmocka_unit_test_setup(a_module_that_hangs_is_a_note, reset),
        cmocka_unit_test_setup(a_watch_tells_tokens_of_a_module_once, reset),
        cmocka_unit_test_setup(a_module_that_fails_ends_no_watch, reset),
        cmocka_unit_test_setup(a_module_that_hangs_ends_no_watch, reset),
        cmocka_unit_test_setup(a_module_that_hangs_is_asked_rarely, reset),
        cmocka_unit_test_setup(what_is_no_token_is_refused, reset),
    };
    return cmocka_run_group_tests_name("token list", tests, start, stop);
}
