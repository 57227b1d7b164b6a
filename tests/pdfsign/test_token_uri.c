/* Calls of which token nobody said. */

#include <pds/token.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void no_token_is_a_usage_error(void **state)
{
    const pds_token_options options = { .uri = NULL };
    const pds_key_options key = { .uri = NULL };
    const pds_output output = { .path = "/tmp/no-such-output" };
    pds_seal *seal = NULL;
    pds_err e;
    (void)state;
    assert_int_equal(pds_token_change_pin(&options, NULL), PDS_E_USAGE);
    assert_int_equal(pds_token_unblock_pin(&options, NULL), PDS_E_USAGE);
    assert_int_equal(pds_token_connect(NULL, NULL, NULL), PDS_E_USAGE);
    assert_int_equal(pds_token_disconnect(NULL, NULL), PDS_E_USAGE);
    assert_int_equal(pds_seal_open_token(&key, NULL, &seal, NULL), PDS_E_USAGE);
    assert_int_equal(pds_token_export(&options, NULL, true, &output, NULL), PDS_E_USAGE);
    assert_int_equal(pds_token_seal_read(&options, &output, NULL), PDS_E_USAGE);
    assert_int_equal(pds_token_seal_write(&options, __FILE__, NULL, false, &e), PDS_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(no_token_is_a_usage_error) };
    return cmocka_run_group_tests_name("URIs of tokens", tests, NULL, NULL);
}
