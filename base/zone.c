#include "base/zone.h"

#include "base/file.h"
#include "base/own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, TEXT_MAX = 128, TZIF_MAX = 256 << 10 };

/* A day of the year on which clocks change (POSIX.1, 8.3), and the time of that day. */
typedef struct change {
    char kind; /* 'J' day 1..365 without 29 February, 'D' day 0..365, 'M' month.week.weekday */
    int day, month, week;
    long time;
} change;

typedef struct posix_zone {
    long standard, summer; /* seconds east */
    bool has_summer;
    change begin, end;
} posix_zone;

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* 1 to 3 digits, at most max. */
static bool take_number(const char **at, long max, long *out)
{
    size_t digits = strspn(*at, "0123456789");
    if (digits == 0 || digits > 3) {
        return false;
    }
    *out = strtol(*at, NULL, 10);
    *at += digits;
    return *out <= max;
}

static bool take_char(const char **at, char c)
{
    bool there = **at == c;
    *at += there ? 1 : 0;
    return there;
}

/* [+-]hh[:mm[:ss]] as seconds */
static bool take_time(const char **at, long max_hours, long *out)
{
    long part[3] = { 0 };
    bool minus = take_char(at, '-');
    if (!minus) {
        (void)take_char(at, '+');
    }
    if (!take_number(at, max_hours, &part[0]) ||
        (take_char(at, ':') && (!take_number(at, 59, &part[1]) ||
                                (take_char(at, ':') && !take_number(at, 59, &part[2]))))) {
        return false;
    }
    *out = part[0] * HOUR + part[1] * MINUTE + part[2];
    *out = minus ? -*out : *out;
    return true;
}

/* Three letters or more, or anything of letters, digits and signs between < and >. */
static bool take_abbreviation(const char **at)
{
    const char *from = *at;
    if (take_char(at, '<')) {
        while (is_letter(**at) || strchr("+-0123456789", **at) != NULL) {
            if (**at == '\0') {
                return false;
            }
            ++*at;
        }
        return take_char(at, '>');
    }
    while (is_letter(**at)) {
        ++*at;
    }
    return *at - from >= 3;
}

static bool take_month_day(const char **at, change *c)
{
    long month = 0;
    long week = 0;
    long day = 0;
    bool good = take_number(at, 12, &month) && take_char(at, '.') && take_number(at, 5, &week) &&
                take_char(at, '.') && take_number(at, 6, &day) && month > 0 && week > 0;
    c->month = (int)month;
    c->week = (int)week;
    c->day = (int)day;
    return good;
}

static bool take_change(const char **at, change *c)
{
    long day = 0;
    bool good = false;
    *c = (change){ .kind = 'D', .time = 2L * HOUR };
    if (take_char(at, 'M')) {
        c->kind = 'M';
        good = take_month_day(at, c);
    } else {
        c->kind = take_char(at, 'J') ? 'J' : 'D';
        good = take_number(at, 365, &day) && (c->kind == 'D' || day > 0);
        c->day = (int)day;
    }
    return good && (!take_char(at, '/') || take_time(at, 167, &c->time));
}

/* POSIX counts west of Greenwich as positive. */
static bool parse_posix(const char *text, posix_zone *z)
{
    const char *at = text;
    long west = 0;
    *z = (posix_zone){ 0 };
    if (!take_abbreviation(&at) || !take_time(&at, 24, &west)) {
        return false;
    }
    z->standard = -west;
    if (*at == '\0') {
        return true;
    }
    z->has_summer = true;
    z->summer = z->standard + HOUR;
    if (!take_abbreviation(&at)) {
        return false;
    }
    if (*at != '\0' && *at != ',') {
        if (!take_time(&at, 24, &west)) {
            return false;
        }
        z->summer = -west;
    }
    if (*at == '\0') {
        at = ",M3.2.0,M11.1.0"; /* what the C library takes, too */
    }
    return take_char(&at, ',') && take_change(&at, &z->begin) && take_char(&at, ',') &&
           take_change(&at, &z->end) && *at == '\0';
}

static bool is_leap(long year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970-01-01 to the first of January. */
static int64_t days_to_year(long year)
{
    int64_t before = year - 1;
    return (year - 1970) * INT64_C(365) + before / 4 - before / 100 + before / 400 - 477;
}

static int days_to_month(long year, int month)
{
    static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
    return before[month - 1] + (month > 2 && is_leap(year) ? 1 : 0);
}

static int days_in_month(long year, int month)
{
    return month == 12 ? 31 : days_to_month(year, month + 1) - days_to_month(year, month);
}

static int64_t day_of_change(const change *c, long year)
{
    int64_t first = days_to_year(year);
    if (c->kind == 'D') {
        return first + c->day;
    }
    if (c->kind == 'J') {
        return first + c->day - 1 + (c->day > 59 && is_leap(year) ? 1 : 0);
    }
    first += days_to_month(year, c->month);
    int weekday = (int)((first + 4) % 7); /* 1970-01-01 was a Thursday */
    int day = (c->day - weekday + 7) % 7 + 7 * (c->week - 1);
    while (day >= days_in_month(year, c->month)) {
        day -= 7; /* week 5 is the last one */
    }
    return first + day;
}

static long posix_offset(const posix_zone *z, int64_t utc)
{
    time_t standard = (time_t)(utc + z->standard);
    struct tm t;
    if (!z->has_summer || gmtime_r(&standard, &t) == NULL) {
        return z->standard;
    }
    long year = t.tm_year + 1900L;
    int64_t begin = day_of_change(&z->begin, year) * DAY + z->begin.time - z->standard;
    int64_t end = day_of_change(&z->end, year) * DAY + z->end.time - z->summer;
    bool summer = begin < end ? utc >= begin && utc < end : utc >= begin || utc < end;
    return summer ? z->summer : z->standard;
}

/* The tables of a zone file (RFC 8536, section 3). */
typedef struct tzif {
    pds_span times, indexes, types; /* 4 or 8 bytes, 1 byte, 6 bytes each */
    size_t time_bytes;
    char footer[TEXT_MAX]; /* POSIX TZ for after the last time, "" none */
} tzif;

static int64_t big_endian(const uint8_t *p, size_t n)
{
    uint64_t v = (p[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < n; i++) {
        v = v << 8 | p[i];
    }
    return (int64_t)v;
}

static bool take_block(pds_span *in, size_t time_bytes, tzif *z, uint8_t *version)
{
    pds_span head;
    pds_span rest;
    size_t n[6]; /* UT and standard indicators, leap seconds, times, types, abbreviation bytes */
    if (!pds_span_take(in, 44, &head) || memcmp(head.ptr, "TZif", 4) != 0) {
        return false;
    }
    *version = head.ptr[4];
    for (size_t i = 0; i < 6; i++) {
        int64_t count = big_endian(head.ptr + 20 + 4 * i, 4);
        if (count < 0 || count > TZIF_MAX) {
            return false;
        }
        n[i] = (size_t)count;
    }
    z->time_bytes = time_bytes;
    return n[4] > 0 && pds_span_take(in, n[3] * time_bytes, &z->times) &&
           pds_span_take(in, n[3], &z->indexes) && pds_span_take(in, n[4] * 6, &z->types) &&
           pds_span_take(in, n[5] + n[2] * (time_bytes + 4) + n[1] + n[0], &rest);
}

static bool take_footer(pds_span in, char *out)
{
    if (in.len < 2 || in.len > TEXT_MAX || in.ptr[0] != '\n' || in.ptr[in.len - 1] != '\n') {
        return false;
    }
    memcpy(out, in.ptr + 1, in.len - 2);
    out[in.len - 2] = '\0';
    return true;
}

/* Version 2 and later repeat the tables with wider times, and add the footer. */
static bool parse_tzif(pds_span in, tzif *z)
{
    uint8_t version = 0;
    *z = (tzif){ 0 };
    if (!take_block(&in, 4, z, &version)) {
        return false;
    }
    return version == 0 || (take_block(&in, 8, z, &version) && take_footer(in, z->footer));
}

/* How many times of the table are not after utc. */
static size_t times_passed(const tzif *z, int64_t utc)
{
    size_t low = 0;
    size_t high = z->indexes.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (big_endian(z->times.ptr + middle * z->time_bytes, z->time_bytes) <= utc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool tzif_offset(const tzif *z, int64_t utc, long *east)
{
    posix_zone rule;
    size_t passed = times_passed(z, utc);
    if (passed == z->indexes.len && z->footer[0] != '\0') {
        bool good = parse_posix(z->footer, &rule);
        *east = good ? posix_offset(&rule, utc) : 0;
        return good;
    }
    size_t type = passed == 0 ? 0 : z->indexes.ptr[passed - 1];
    if (type >= z->types.len / 6) {
        return false;
    }
    *east = (long)big_endian(z->types.ptr + 6 * type, 4);
    return *east > -DAY && *east < DAY;
}

/* Only names that stay below the folder of the zone files. */
static bool is_zone_name(const char *zone)
{
    for (const char *c = zone; *c != '\0'; c++) {
        if (!is_letter(*c) && strchr("0123456789_+-/", *c) == NULL) {
            return false;
        }
    }
    return is_letter(zone[0]);
}

static bool file_offset(const char *zone, int64_t utc, long *east)
{
    PDS_OWN(pds_buf_drop) pds_buf whole = { .max = TZIF_MAX + 1 };
    const char *folder = secure_getenv("TZDIR");
    char path[512];
    tzif tables;
    if (!is_zone_name(zone)) {
        return false;
    }
    folder = folder == NULL || *folder == '\0' ? "/usr/share/zoneinfo" : folder;
    int len = snprintf(path, sizeof path, "%s/%s", folder, zone);
    return len > 0 && (size_t)len < sizeof path &&
           pds_file_slurp(path, TZIF_MAX, &whole, NULL) == PDS_OK &&
           parse_tzif(pds_buf_span(&whole), &tables) && tzif_offset(&tables, utc, east);
}

/* "+08:00", "+0800", "-03": here, unlike in POSIX TZ, east is positive. */
static bool fixed_offset(const char *zone, long *east)
{
    char digits[5] = "0000";
    size_t n = 0;
    if (zone[0] != '+' && zone[0] != '-') {
        return false;
    }
    for (const char *c = zone + 1; *c != '\0'; c++) {
        if (*c == ':' && c == zone + 3) {
            continue;
        }
        if (*c < '0' || *c > '9' || n == 4) {
            return false;
        }
        digits[n++] = *c;
    }
    long all = strtol(digits, NULL, 10);
    long seconds = all / 100 * HOUR + all % 100 * MINUTE;
    *east = zone[0] == '-' ? -seconds : seconds;
    return (n == 2 || n == 4) && all / 100 < 24 && all % 100 < 60;
}

static bool find_offset(const char *zone, int64_t utc, long *east)
{
    posix_zone rule;
    *east = 0;
    if (strcmp(zone, "UTC") == 0 || strcmp(zone, "Z") == 0 || fixed_offset(zone, east)) {
        return true;
    }
    if (file_offset(zone, utc, east)) {
        return true;
    }
    if (!parse_posix(zone, &rule)) {
        return false;
    }
    *east = posix_offset(&rule, utc);
    return true;
}

/* "UTC+8" is eight hours west to POSIX and east to people. */
static bool is_doubtful(const char *zone)
{
    bool utc = strncasecmp(zone, "UTC", 3) == 0 || strncasecmp(zone, "GMT", 3) == 0;
    return utc && (zone[3] == '+' || zone[3] == '-') && strpbrk(zone + 4, "123456789") != NULL;
}

static pds_code refuse_doubtful(const char *zone, pds_err *e)
{
    pds_code code = pds_fail(e, PDS_E_USAGE, __func__, "%s may mean east or west", zone);
    code = pds_err_expected(code, e, "a zone name, or an offset from UTC", zone);
    return pds_err_hint(code, e, "write +08:00 or Asia/Shanghai");
}

pds_code pds_zone_offset(const char *zone, int64_t utc, long *east, pds_err *e)
{
    if (is_doubtful(zone)) {
        return refuse_doubtful(zone, e);
    }
    if (find_offset(zone, utc, east)) {
        return PDS_OK;
    }
    pds_code code = pds_fail(e, PDS_E_USAGE, __func__, "no such time zone: %s", zone);
    code = pds_err_expected(code, e, "a zone name, an offset from UTC, or POSIX TZ", zone);
    return pds_err_hint(code, e,
                        "write an offset such as +08:00, or install the zone files (tzdata)");
}
