/* Dates as they stand on contracts. */
#include "base/own.h"
#include "seal/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

typedef struct format_row {
    const char *what;
    const char *format;
    const char *day;
    const char *text;
} format_row;

static const format_row FORMATS[] = {
    { "the usual one", NULL, "2026-11-21", "2026年11月21日" },
    { "the usual one has no leading zeros", NULL, "2026-01-02", "2026年1月2日" },
    { "two digits", "yyyy-MM-dd", "2026-01-02", "2026-01-02" },
    { "one letter", "d.M.yyyy", "2026-01-02", "2.1.2026" },
    { "short years", "yy/M", "2006-03-09", "06/3" },
    { "no parting text", "yyyyMMdd", "2026-01-02", "20260102" },
    { "the time of day", "HH:mm:ss H", "2026-01-02", "09:05:07 9" },
    { "quoted letters", "yyyy-MM-dd'T'HH:mm", "2026-01-02", "2026-01-02T09:05" },
    { "an apostrophe", "''yy", "2026-01-02", "'26" },
    { "an apostrophe in quotes", "d 'o''clock'", "2026-01-02", "2 o'clock" },
    { "Chinese letters stand as they are", "签于yyyy年", "2026-01-02", "签于2026年" },
    { "Chinese numerals", "中文", "2026-11-21", "二〇二六年十一月二十一日" },
    { "numerals 10", "中文", "2010-10-10", "二〇一〇年十月十日" },
    { "numerals 12 and 20", "中文", "2020-12-20", "二〇二〇年十二月二十日" },
    { "numerals 1 and 31", "中文", "1999-01-31", "一九九九年一月三十一日" },
    { "numerals 9 and 30", "中文", "2000-09-30", "二〇〇〇年九月三十日" },
    { "numerals 11 and 19", "中文", "2345-11-19", "二三四五年十一月十九日" },
    { "numerals 6, 7 and 8", "中文", "0678-06-08", "〇六七八年六月八日" },
    { "a leap day", "M/d", "2024-02-29", "2/29" },
    { "a leap day of a century", "M/d", "2000-02-29", "2/29" },
};

static void is_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FORMATS / sizeof FORMATS[0]; i++) {
        const format_row *r = &FORMATS[i];
        PDS_OWN(pds_buf_drop) pds_buf out = { .max = 1024 };
        pds_moment when = { .offset_minutes = 480 };
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        assert_int_equal(pds_date_parse(r->day, &when, &e), PDS_OK);
        when.local.tm_hour = 9;
        when.local.tm_min = 5;
        when.local.tm_sec = 7;
        assert_int_equal(pds_date_format(r->format, &when, &out, &e), PDS_OK);
        assert_string_equal(pds_buf_cstr(&out), r->text);
    }
}

typedef struct bad_row {
    const char *what;
    const char *text;
    const char *named; /* by the message */
} bad_row;

static const bad_row BAD_FORMATS[] = {
    { "nothing", "", "empty" },
    { "a letter that means nothing", "yyyy-MM-ddTHH", "'T'" },
    { "three letters", "yyyy MMM", "'MMM'" },
    { "one y", "y", "'y'" },
    { "five letters", "yyyyy", "'yyyyy'" },
    { "an open quote", "yyyy'abc", "'abc" },
    { "strftime's letters", "%Y", "'Y'" },
};

static void format_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BAD_FORMATS / sizeof BAD_FORMATS[0]; i++) {
        const bad_row *r = &BAD_FORMATS[i];
        PDS_OWN(pds_buf_drop) pds_buf out = { .max = 1024 };
        pds_moment when = { 0 };
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        assert_int_equal(pds_date_format(r->text, &when, &out, &e), PDS_E_USAGE);
        assert_non_null(strstr(e.text, r->named));
    }
}

static const bad_row BAD_DAYS[] = {
    { "nothing", "", "not a date" },
    { "no leading zero", "2026-1-2", "not a date" },
    { "slashes", "2026/11/21", "not a date" },
    { "text behind it", "2026-11-21 ", "not a date" },
    { "a sign", "-026-11-21", "not a date" },
    { "year 0", "0000-11-21", "no day" },
    { "month 0", "2026-00-21", "no day" },
    { "month 13", "2026-13-01", "no day" },
    { "day 0", "2026-11-00", "no day" },
    { "31 November", "2026-11-31", "no day" },
    { "29 February of another year", "2026-02-29", "no day" },
    { "29 February of a century", "1900-02-29", "no day" },
};

static void day_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BAD_DAYS / sizeof BAD_DAYS[0]; i++) {
        const bad_row *r = &BAD_DAYS[i];
        pds_moment when = { 0 };
        pds_err e = { 0 };
        print_message("%s\n", r->what);
        assert_int_equal(pds_date_parse(r->text, &when, &e), PDS_E_USAGE);
        assert_non_null(strstr(e.text, r->named));
    }
}

static void a_day_begins_where_it_is(void **state)
{
    pds_moment when = { .offset_minutes = 480 };
    pds_err e = { 0 };
    (void)state;
    assert_int_equal(pds_date_parse("2026-11-21", &when, &e), PDS_OK);
    assert_int_equal(when.utc, 1795190400); /* 2026-11-20T16:00:00Z */
    assert_int_equal(when.local.tm_hour, 0);
    assert_int_equal(when.local.tm_wday, 6);
    assert_int_equal(when.offset_minutes, 480);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_written),
        cmocka_unit_test(format_is_refused),
        cmocka_unit_test(day_is_refused),
        cmocka_unit_test(a_day_begins_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
