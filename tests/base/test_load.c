#include "base/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct zlib_table {
    unsigned long (*crc32)(unsigned long crc, const unsigned char *bytes, unsigned len);
} zlib_table;

static void a_library_is_loaded_once(void **state)
{
    static zlib_table table;
    static const pds_symbol symbols[] = { { "crc32", offsetof(zlib_table, crc32) } };
    static pds_library zlib = { "libz.so.1", "zlib1g", symbols, 1, &table, 0 };
    pds_err e;
    (void)state;
    assert_int_equal(pds_library_load(&zlib, &e), PDS_OK);
    assert_int_equal(table.crc32(0, (const unsigned char *)"123456789", 9), 0xCBF43926);
    table.crc32 = NULL;
    assert_int_equal(pds_library_load(&zlib, &e), PDS_OK);
    assert_null(table.crc32);
}

static void what_is_missing_is_named(void **state)
{
    static zlib_table table;
    static const pds_symbol none[] = { { "crc33", offsetof(zlib_table, crc32) } };
    static pds_library symbol = { "libz.so.1", "zlib1g", none, 1, &table, 0 };
    static pds_library soname = { "libnone.so.7", "none-dev", none, 1, &table, 0 };
    pds_err e;
    (void)state;
    assert_int_equal(pds_library_load(&symbol, &e), PDS_E_LIBRARY_MISSING);
    assert_non_null(strstr(e.text, "crc33"));
    assert_int_equal(pds_library_load(&soname, &e), PDS_E_LIBRARY_MISSING);
    assert_non_null(strstr(e.text, "none-dev"));
    assert_non_null(strstr(e.text, "libnone.so.7"));
    assert_null(table.crc32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_is_loaded_once),
        cmocka_unit_test(what_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
