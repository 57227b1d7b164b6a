#include "base/clock.h"
#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

#define YEARS_100 (INT64_C(36525) * 86400)

/* ---- moments ---- */

static bool take_number(const char **at, size_t digits, int *out)
{
    if (strspn(*at, "0123456789") < digits) {
        return false;
    }
    *out = 0;
    for (size_t i = 0; i < digits; i++) {
        *out = *out * 10 + *(*at)++ - '0';
    }
    return true;
}

static bool take_char(const char **at, const char *one_of)
{
    const bool there = **at != '\0' && strchr(one_of, **at) != NULL;
    *at += there ? 1 : 0;
    return there;
}

static bool take_date(const char **at, struct tm *tm)
{
    const bool good = take_number(at, 4, &tm->tm_year) && take_char(at, "-") &&
                      take_number(at, 2, &tm->tm_mon) && take_char(at, "-") &&
                      take_number(at, 2, &tm->tm_mday);
    tm->tm_year -= 1900;
    tm->tm_mon -= 1;
    return good;
}

/* hh[:mm[:ss[.fraction]]]; a fraction is cut off */
static bool take_time(const char **at, struct tm *tm)
{
    if (!take_number(at, 2, &tm->tm_hour)) {
        return false;
    }
    if (take_char(at, ":") && (!take_number(at, 2, &tm->tm_min) ||
                               (take_char(at, ":") && !take_number(at, 2, &tm->tm_sec)))) {
        return false;
    }
    if (!take_char(at, ".")) {
        return true;
    }
    const size_t digits = strspn(*at, "0123456789");
    *at += digits;
    return digits > 0;
}

/* timegm normalises 31 April and 25 o'clock; they must come back as they went in. */
static bool to_utc(const struct tm *said, int64_t *utc)
{
    struct tm asked = *said;
    const time_t made = timegm(&asked);
    *utc = (int64_t)made;
    return asked.tm_year == said->tm_year && asked.tm_mon == said->tm_mon &&
           asked.tm_mday == said->tm_mday && asked.tm_hour == said->tm_hour &&
           asked.tm_min == said->tm_min && asked.tm_sec == said->tm_sec;
}

static bool take_offset(const char *at, long *east)
{
    const bool offset = strcmp(at, "Z") == 0 || *at == '+' || *at == '-';
    return offset && pds_zone_offset(at, 0, east, NULL) == PDS_OK;
}

static bool parse_moment(const char *at, int64_t *utc)
{
    struct tm tm = { .tm_hour = 23, .tm_min = 59, .tm_sec = 59 };
    long east = 0;
    if (!take_date(&at, &tm)) {
        return false;
    }
    if (*at != '\0') {
        tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
        if (!take_char(&at, "T ") || !take_time(&at, &tm) || !take_offset(at, &east)) {
            return false;
        }
    }
    const bool good = to_utc(&tm, utc);
    *utc -= east;
    return good && *utc > 0;
}

pds_code pds_clock_parse(const char *text, time_t *out, pds_err *e)
{
    int64_t utc = 0;
    if (!parse_moment(text, &utc)) {
        pds_code code = pds_fail(e, PDS_E_USAGE, __func__, "the time '%s' is not understood", text);
        return pds_err_expected(
            code, e, "2026-11-21T09:30:00+08:00, 2026-11-21T01:30Z, or 2026-11-21: its end in UTC",
            text);
    }
    *out = (time_t)utc;
    return PDS_OK;
}

/* ---- durations ---- */

static bool parse_duration(const char *text, int64_t *seconds)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
    const size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 10 || strlen(text) != digits + 1) {
        return false;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (text[digits] == units[i].unit) {
            *seconds = strtoll(text, NULL, 10) * units[i].seconds;
            return *seconds <= YEARS_100;
        }
    }
    return false;
}

pds_code pds_duration_parse(const char *text, int64_t *seconds, pds_err *e)
{
    int64_t parsed = 0;
    if (!parse_duration(text, &parsed)) {
        pds_code code =
            pds_fail(e, PDS_E_USAGE, __func__, "the duration '%s' is not understood", text);
        return pds_err_expected(code, e,
                                "a number and s, m (minutes), h, d or w, as in 90d; at most "
                                "100 years",
                                text);
    }
    *seconds = parsed;
    return PDS_OK;
}
