#include "base/clock.h"
#include "base/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct zone_row {
    const char *name;
    const char *zone;
    int64_t utc;
    long east;
} zone_row;

enum { JULY = 1783000000, JANUARY = 1768000000 }; /* of 2026 */

static zone_row zones[] = {
    { "UTC", "UTC", JULY, 0 },
    { "Z", "Z", JULY, 0 },
    { "an offset with a colon", "+08:00", JULY, 28800 },
    { "an offset without one", "-0930", JULY, -34200 },
    { "an offset of hours", "+14", JULY, 50400 },
    { "POSIX counts to the west", "CST-8", JULY, 28800 },
    { "POSIX with minutes", "NST3:30", JULY, -12600 },
    { "POSIX with a quoted name", "<+0545>-5:45", JULY, 20700 },
    { "POSIX summer", "CET-1CEST,M3.5.0,M10.5.0/3", JULY, 7200 },
    { "POSIX winter", "CET-1CEST,M3.5.0,M10.5.0/3", JANUARY, 3600 },
    { "the second before summer time", "CET-1CEST,M3.5.0,M10.5.0/3", 1774745999, 3600 },
    { "the first second of summer time", "CET-1CEST,M3.5.0,M10.5.0/3", 1774746000, 7200 },
    { "the last second of summer time", "CET-1CEST,M3.5.0,M10.5.0/3", 1792889999, 7200 },
    { "the first second of winter time", "CET-1CEST,M3.5.0,M10.5.0/3", 1792890000, 3600 },
    { "summer over the turn of the year", "AEST-10AEDT,M10.1.0,M4.1.0/3", JANUARY, 39600 },
    { "winter in July", "AEST-10AEDT,M10.1.0,M4.1.0/3", JULY, 36000 },
    { "no rule means the one of North America", "EST5EDT", JULY, -14400 },
    { "days counted without 29 February", "XXX0YYY,J60,J61", 1709208000, 0 },   /* 2024-02-29 */
    { "J60 is the first of March", "XXX0YYY,J60/0,J61/0", 1709294400, 3600 },   /* 2024-03-01 */
    { "days counted with 29 February", "XXX0YYY,59/0,60/0", 1709208000, 3600 }, /* 2024-02-29 */
    { "summer time all the year", "EST5EDT,0/0,J365/25", JANUARY, -14400 },
    { "summer time all the year, in its last second", "EST5EDT,0/0,J365/25", 1798779599, -14400 },
};

static void the_zone_is_so_far_east(void **state)
{
    const zone_row *r = *state;
    long east = -1;
    assert_int_equal(pds_zone_offset(r->zone, r->utc, &east, NULL), PDS_OK);
    assert_int_equal(east, r->east);
}

static const char *const REFUSED[] = {
    "",
    "Mars/Olympus",
    "../../etc/passwd",
    "/etc/localtime",
    "Asia",
    "CST",
    "CST-25",
    "CS-8",
    "+8",
    "+24:00",
    "+08:60",
    "+08:00x",
    "CST-8x",
    "<ab-8",
    "CET-1CEST,M3.5.0",
    "CET-1CEST,M13.5.0,M10.5.0",
    "CET-1CEST,M3.6.0,M10.5.0",
    "CET-1CEST,M3.5.7,M10.5.0",
    "CET-1CEST,J0,J5",
    "CST-8:60",
    "UTC ",
    "UTC+8",
    "GMT+8",
    "utc+08:00",
    "Asia/Shanghai ",
    "CST-99999999999999999999",
};

static void no_such_zone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        pds_err e;
        long east = 0;
        assert_int_equal(pds_zone_offset(REFUSED[i], JULY, &east, &e), PDS_E_USAGE);
        assert_string_equal(e.found, REFUSED[i]);
    }
}

/* The C library reads the same files; ours must tell the same, at many moments. */
static void zone_files_agree_with_the_c_library(void **state)
{
    static const char *const names[] = { "Asia/Shanghai",    "Europe/Berlin",  "America/New_York",
                                         "Australia/Sydney", "Asia/Kathmandu", "Africa/Casablanca",
                                         "America/Santiago", "Europe/Dublin",  "Etc/GMT+5" };
    (void)state;
    if (access("/usr/share/zoneinfo/Asia/Shanghai", R_OK) != 0) {
        skip();
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(setenv("TZ", names[i], 1), 0);
        tzset();
        for (int64_t t = 0; t < INT64_C(4102444800); t += 86400 * 11 + 3571) { /* to 2100 */
            time_t utc = (time_t)t;
            struct tm local;
            long east = -1;
            assert_non_null(localtime_r(&utc, &local));
            assert_int_equal(pds_zone_offset(names[i], t, &east, NULL), PDS_OK);
            assert_int_equal(east, local.tm_gmtoff);
        }
    }
    assert_int_equal(unsetenv("TZ"), 0);
    tzset();
}

typedef struct moment_row {
    const char *name;
    const char *epoch, *zone;
    const char *pdf, *iso;
} moment_row;

static moment_row moments[] = {
    { "east of Greenwich", "1795224600", "+08:00", "D:20261121093000+08'00",
      "2026-11-21T09:30:00+08:00" },
    { "west of it, half an hour", "1795224600", "-00:30", "D:20261121010000-00'30",
      "2026-11-21T01:00:00-00:30" },
    { "UTC when nothing is said", "1795224600", NULL, "D:20261121013000+00'00",
      "2026-11-21T01:30:00+00:00" },
    { "the beginning", "0", "UTC", "D:19700101000000+00'00", "1970-01-01T00:00:00+00:00" },
    { "before the beginning, by the zone", "0", "-05:00", "D:19691231190000-05'00",
      "1969-12-31T19:00:00-05:00" },
    { "the last day there is", "253402214399", "+23:59", "D:99991231235859+23'59",
      "9999-12-31T23:58:59+23:59" },
};

static void a_moment_is_written(void **state)
{
    const moment_row *r = *state;
    pds_moment m;
    char text[32];
    assert_int_equal(setenv("SOURCE_DATE_EPOCH", r->epoch, 1), 0);
    assert_int_equal(pds_clock_now(r->zone, &m, NULL), PDS_OK);
    pds_clock_pdf(&m, text);
    assert_string_equal(text, r->pdf);
    pds_clock_iso(&m, text);
    assert_string_equal(text, r->iso);
    assert_int_equal(unsetenv("SOURCE_DATE_EPOCH"), 0);
}

static void the_epoch_is_strict(void **state)
{
    static const char *const bad[] = { "x",    "-1",           "+1",
                                       " 1",   "1 ",           "1.5",
                                       "0x10", "253402214400", "99999999999999999999" };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        pds_moment m;
        assert_int_equal(setenv("SOURCE_DATE_EPOCH", bad[i], 1), 0);
        assert_int_equal(pds_clock_now("UTC", &m, NULL), PDS_E_USAGE);
    }
    assert_int_equal(unsetenv("SOURCE_DATE_EPOCH"), 0);
}

static void now_is_now_in_the_local_zone(void **state)
{
    pds_moment m;
    struct tm local;
    time_t before = time(NULL);
    (void)state;
    assert_int_equal(setenv("TZ", "XXX-5:30", 1), 0);
    tzset();
    assert_int_equal(pds_clock_now(NULL, &m, NULL), PDS_OK);
    assert_in_range(m.utc, before, time(NULL));
    assert_int_equal(m.offset_minutes, 330);
    assert_non_null(localtime_r(&m.utc, &local));
    assert_int_equal(m.local.tm_hour, local.tm_hour);
    assert_int_equal(m.local.tm_min, local.tm_min);
    assert_int_equal(m.local.tm_mday, local.tm_mday);
    assert_int_equal(unsetenv("TZ"), 0);
}

enum { ZONES = sizeof zones / sizeof zones[0], MOMENTS = sizeof moments / sizeof moments[0] };

typedef struct date_row {
    const char *pdf, *iso; /* iso NULL: no date */
} date_row;

static const date_row DATES[] = {
    { "D:20261121093000+08'00'", "2026-11-21T09:30:00+08:00" },
    { "D:20261121093000+08'00", "2026-11-21T09:30:00+08:00" },
    { "D:20261121093000-0530", "2026-11-21T09:30:00-05:30" },
    { "D:20261121093000+08", "2026-11-21T09:30:00+08:00" },
    { "D:20261121093000Z", "2026-11-21T09:30:00Z" },
    { "D:20261121093000Z00'00'", "2026-11-21T09:30:00Z" },
    { "20261121093000", "2026-11-21T09:30:00" },
    { "D:202611", "2026-11" },
    { "D:2026", "2026" },
    { "", NULL },
    { "D:", NULL },
    { "D:20261", NULL },
    { "yesterday", NULL },
    { "D:20261121093000+", NULL },
    { "D:20261121093000+08'00' or so", NULL },
    { "D:2026112109300012", NULL },
};

static void pdf_dates_become_iso(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DATES / sizeof DATES[0]; i++) {
        char iso[32] = "untouched";
        assert_int_equal(pds_clock_iso_of_pdf(DATES[i].pdf, iso), DATES[i].iso != NULL);
        assert_string_equal(iso, DATES[i].iso != NULL ? DATES[i].iso : "untouched");
    }
}

typedef struct parse_row {
    const char *name, *text;
    int64_t utc; /* 0: refused */
} parse_row;

static parse_row parses[] = {
    { "a date is its last second in UTC", "2026-11-21", 1795305599 },
    { "a leap day", "2028-02-29", 1835481599 },
    { "29 February of another year", "2026-02-29", 0 },
    { "31 April", "2026-04-31", 0 },
    { "month 13", "2026-13-01", 0 },
    { "day 0", "2026-01-00", 0 },
    { "UTC", "2026-11-21T01:30:00Z", 1795224600 },
    { "east of it", "2026-11-21T09:30:00+08:00", 1795224600 },
    { "an offset without a colon", "2026-11-21T09:30:00+0800", 1795224600 },
    { "an offset of hours", "2026-11-21T09:30:00+08", 1795224600 },
    { "west, on another day", "2026-11-20T20:00:00-05:30", 1795224600 },
    { "without seconds", "2026-11-21T01:30Z", 1795224600 },
    { "without minutes", "2026-11-21T01Z", 1795222800 },
    { "a blank instead of T", "2026-11-21 01:30:00Z", 1795224600 },
    { "a fraction is cut off", "2026-11-21T01:30:00.999Z", 1795224600 },
    { "a point and no fraction", "2026-11-21T01:30:00.Z", 0 },
    { "a time that is nowhere", "2026-11-21T01:30:00", 0 },
    { "T and nothing", "2026-11-21T", 0 },
    { "hour 24", "2026-11-21T24:00:00Z", 0 },
    { "minute 60", "2026-11-21T01:60Z", 0 },
    { "second 60", "2026-11-21T01:30:60Z", 0 },
    { "an offset of 24 hours", "2026-11-21T01:30Z+24:00", 0 },
    { "a zone's name", "2026-11-21T01:30 Asia/Shanghai", 0 },
    { "something behind Z", "2026-11-21T01:30Zulu", 0 },
    { "something behind it", "2026-11-21T01:30Z ", 0 },
    { "one digit", "2026-1-21", 0 },
    { "no signs between", "20261121", 0 },
    { "a sign", "+2026-11-21", 0 },
    { "before 1970", "1969-12-31", 0 },
    { "the last second that has four digits", "9999-12-31T23:59:59Z", 253402300799 },
    { "five digits", "10000-01-01", 0 },
    { "a word", "now", 0 },
    { "nothing", "", 0 },
};

enum { PARSES = sizeof parses / sizeof parses[0] };

static void a_moment_is_read(void **state)
{
    const parse_row *r = *state;
    time_t utc = -1;
    pds_err e = { 0 };
    assert_int_equal(pds_clock_parse(r->text, &utc, &e), r->utc == 0 ? PDS_E_USAGE : PDS_OK);
    assert_int_equal(utc, r->utc == 0 ? -1 : r->utc);
    assert_string_equal(e.found, r->utc == 0 ? r->text : "");
}

static void durations_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* -1: refused */
    } rows[] = {
        { "0s", 0 },
        { "45s", 45 },
        { "5m", 300 },
        { "24h", 86400 },
        { "90d", 7776000 },
        { "52w", 31449600 },
        { "007d", 604800 },
        { "36525d", 3155760000 },
        { "36526d", -1 },
        { "9999999999w", -1 },
        { "99999999999s", -1 },
        { "99999999999999999999999d", -1 },
        { "", -1 },
        { "d", -1 },
        { "90", -1 },
        { "90D", -1 },
        { "90 d", -1 },
        { "-1d", -1 },
        { "+1d", -1 },
        { "1.5d", -1 },
        { "1d12h", -1 },
        { "1y", -1 },
        { "1M", -1 },
        { " 1d", -1 },
        { "1d ", -1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t seconds = -1;
        pds_code code = rows[i].seconds < 0 ? PDS_E_USAGE : PDS_OK;
        assert_int_equal(pds_duration_parse(rows[i].text, &seconds, NULL), code);
        assert_int_equal(seconds, rows[i].seconds);
    }
}

int main(void)
{
    struct CMUnitTest zone_tests[ZONES];
    struct CMUnitTest parse_tests[PARSES];
    struct CMUnitTest moment_tests[MOMENTS];
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_such_zone),
        cmocka_unit_test(zone_files_agree_with_the_c_library),
        cmocka_unit_test(the_epoch_is_strict),
        cmocka_unit_test(now_is_now_in_the_local_zone),
        cmocka_unit_test(pdf_dates_become_iso),
        cmocka_unit_test(durations_are_read),
    };
    for (size_t i = 0; i < ZONES; i++) {
        zone_tests[i] =
            (struct CMUnitTest){ zones[i].name, the_zone_is_so_far_east, NULL, NULL, &zones[i] };
    }
    for (size_t i = 0; i < MOMENTS; i++) {
        moment_tests[i] =
            (struct CMUnitTest){ moments[i].name, a_moment_is_written, NULL, NULL, &moments[i] };
    }
    for (size_t i = 0; i < PARSES; i++) {
        parse_tests[i] =
            (struct CMUnitTest){ parses[i].name, a_moment_is_read, NULL, NULL, &parses[i] };
    }
    return cmocka_run_group_tests_name("clock.parse", parse_tests, NULL, NULL) +
           cmocka_run_group_tests_name("clock.zone", zone_tests, NULL, NULL) +
           cmocka_run_group_tests_name("clock.moment", moment_tests, NULL, NULL) +
           cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
