/* The log: switched on and off, copied, cleared; a line for each use, without secrets. */

#include "base/own.h"
#include "tests/base/scratch.h"
#include "token/log.h"

#include <pds/token.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

static scratch folder;

static int start(void **state)
{
    (void)state;
    scratch_open(&folder);
    return setenv("XDG_STATE_HOME", folder.folder, 1);
}

static int stop(void **state)
{
    (void)state;
    scratch_close(&folder);
    return 0;
}

static bool is_on(void)
{
    bool on = false;
    assert_int_equal(pds_token_log_get(&on, NULL, NULL), PDS_OK);
    return on;
}

static const char *copied(void)
{
    const char *const path = scratch_path(&folder, "copy");
    const pds_output output = { .path = path, .overwrite = true };
    pds_err e;
    const pds_code code = pds_token_log_get(NULL, &output, &e);
    if (code != PDS_OK) {
        fail_msg("%s", e.text);
    }
    return scratch_read(path);
}

static void nothing_is_written_unless_it_is_on(void **state)
{
    (void)state;
    assert_false(is_on());
    pds_token_log("sign", "pkcs11:token=a", PDS_OK);
    assert_string_equal(copied(), "");
}

static void each_use_is_a_line(void **state)
{
    struct stat st;
    (void)state;
    assert_int_equal(pds_token_log_set(PDS_LOG_ON, NULL), PDS_OK);
    assert_int_equal(pds_token_log_set(PDS_LOG_ON, NULL), PDS_OK);
    assert_true(is_on());
    pds_token_log("login", "pkcs11:token=a", PDS_E_PIN_WRONG);
    pds_token_log("sign", "pkcs11:token=\"b\"", PDS_OK);
    const char *const text = copied();
    assert_non_null(strstr(text, "\"operation\":\"login\""));
    assert_non_null(strstr(text, "\"result\":\"PIN_WRONG\""));
    assert_non_null(strstr(text, "\\\"b\\\""));
    assert_int_equal(stat(scratch_path(&folder, "pdfsign/token.log"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void off_keeps_what_is_there(void **state)
{
    (void)state;
    assert_int_equal(pds_token_log_set(PDS_LOG_OFF, NULL), PDS_OK);
    assert_int_equal(pds_token_log_set(PDS_LOG_OFF, NULL), PDS_OK);
    assert_false(is_on());
    pds_token_log("decrypt", "pkcs11:token=a", PDS_OK);
    assert_non_null(strstr(copied(), "login"));
    assert_null(strstr(copied(), "decrypt"));
}

static void it_is_cleared(void **state)
{
    (void)state;
    assert_int_equal(pds_token_log_set(PDS_LOG_CLEAR, NULL), PDS_OK);
    assert_string_equal(copied(), "");
    assert_int_equal(pds_token_log_set(PDS_LOG_CLEAR, NULL), PDS_OK);
}

/* Somebody's link would have us write elsewhere. */
static void a_link_is_not_followed(void **state)
{
    const char *const other = scratch_file(&folder, "other", "");
    (void)state;
    assert_int_equal(pds_token_log_set(PDS_LOG_ON, NULL), PDS_OK);
    (void)unlink(scratch_path(&folder, "pdfsign/token.log"));
    assert_int_equal(symlink(other, scratch_path(&folder, "pdfsign/token.log")), 0);
    pds_token_log("sign", "pkcs11:token=a", PDS_OK);
    assert_string_equal(scratch_read(other), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_written_unless_it_is_on),
        cmocka_unit_test(each_use_is_a_line),
        cmocka_unit_test(off_keeps_what_is_there),
        cmocka_unit_test(it_is_cleared),
        cmocka_unit_test(a_link_is_not_followed),
    };
    return cmocka_run_group_tests_name("token log", tests, start, stop);
}
