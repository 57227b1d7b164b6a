#include <pds/time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

typedef struct row {
    const char *name, *zone;
    int64_t utc;
    const char *want; /* NULL: refused */
} row;

static row rows[] = {
    { "UTC", "UTC", 1795225800, "2026-11-21T01:50:00+00:00" },
    { "an offset", "+08:00", 1795225800, "2026-11-21T09:50:00+08:00" },
    { "west, on the day before", "-05:30", 1795225800, "2026-11-20T20:20:00-05:30" },
    { "POSIX, in summer", "CET-1CEST,M3.5.0,M10.5.0/3", 1783000000, "2026-07-02T15:46:40+02:00" },
    { "the environment's", NULL, 1795225800, "2026-11-21T05:50:00+04:00" },
    { "the beginning of time", "UTC", 0, "1970-01-01T00:00:00+00:00" },
    { "before it", "UTC", -1, "1969-12-31T23:59:59+00:00" },
    { "the last second of four digits", "UTC", 253402300799, "9999-12-31T23:59:59+00:00" },
    { "one later", "UTC", 253402300800, NULL },
    { "in the east it is later already", "+14:00", 253402300799, NULL },
    { "the end of what can be counted", "UTC", INT64_MAX, NULL },
    { "the end of what can be counted, in the east", "+14:00", INT64_MAX, NULL },
    { "the other end", "-12:00", INT64_MIN, NULL },
    { "no such zone", "Mars/Olympus", 0, NULL },
};

static void reads_so(void **state)
{
    const row *r = *state;
    char got[PDS_TIME_ROOM] = "";
    pds_err e;
    pds_code code = pds_time_iso(r->utc, r->zone, got, &e);
    assert_int_equal(code, r->want == NULL ? PDS_E_USAGE : PDS_OK);
    assert_string_equal(got, r->want == NULL ? "" : r->want);
}

static int live_in_the_east(void **state)
{
    (void)state;
    if (setenv("TZ", "XXX-4", 1) != 0) {
        return -1;
    }
    tzset();
    return 0;
}

enum { COUNT = sizeof rows / sizeof rows[0] };

int main(void)
{
    static struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, reads_so, NULL, NULL, &rows[i] };
    }
    return cmocka_run_group_tests(tests, live_in_the_east, NULL);
}
