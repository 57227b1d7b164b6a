/* Numbers as texts. */
#include "base/decimal.h"
#include "base/own.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct row {
    const char *what;
    double number;
    unsigned decimals;
    const char *text;
} row;

static const row ROWS[] = {
    { "nothing", 0, 4, "0" },
    { "a whole number", 595, 4, "595" },
    { "zeros before the point stay", 1200, 4, "1200" },
    { "zeros behind the last digit go", 1.5, 4, "1.5" },
    { "zeros behind the point stay", 0.0503, 4, "0.0503" },
    { "below nothing", -0.25, 4, "-0.25" },
    { "rounded up", 0.99996, 4, "1" },
    { "rounded to nothing, without a sign", -0.00004, 4, "0" },
    { "three decimals", 2.0 / 3.0, 3, "0.667" },
    { "nine decimals", 1e-9, 9, "0.000000001" },
    { "no decimals", 2.5, 0, "3" },
    { "too large", 1e300, 4, "1000000000" },
    { "too small", -1e300, 9, "-1000000000" },
    { "beyond every number", INFINITY, 3, "1000000000" },
    { "no number", NAN, 4, "0" },
};

static void numbers_are_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        PDS_OWN(pds_buf_drop) pds_buf out = { 0 };
        print_message("%s\n", ROWS[i].what);
        pds_decimal_put(&out, ROWS[i].number, ROWS[i].decimals);
        assert_string_equal(pds_buf_cstr(&out), ROWS[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(numbers_are_short) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
