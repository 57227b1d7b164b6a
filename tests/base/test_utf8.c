/* Which bytes are UTF-8 (RFC 3629). */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

typedef struct row {
    const char *what;
    const char *bytes;
    bool valid;
} row;

static const row ROWS[] = {
    { "nothing", "", true },
    { "one, two, three and four bytes", "a\xC2\xA9\xE4\xB8\x80\xF0\xA0\xAE\x9F", true },
    { "the last character", "\xF4\x8F\xBF\xBF", true },
    { "a byte behind nothing", "\x80", false },
    { "a cut character", "\xE4\xB8", false },
    { "a character cut by another",
      "\xE4\xB8"
      "a",
      false },
    { "too long a form of two bytes", "\xC1\x81", false },
    { "too long a form of three", "\xE0\x9F\xBF", false },
    { "too long a form of four", "\xF0\x8F\xBF\xBF", false },
    { "a surrogate", "\xED\xA0\x80", false },
    { "above the last character", "\xF4\x90\x80\x80", false },
    { "a byte that never occurs", "\xFE", false },
};

static void valid_or_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        print_message("%s\n", ROWS[i].what);
        assert_int_equal(pds_utf8_valid(ROWS[i].bytes), ROWS[i].valid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(valid_or_not) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
