#include "base/clock.h"

#include "base/zone.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 9999-12-31T23:59:59Z: a PDF date has four digits for the year. */
#define LAST_SECOND INT64_C(253402300799)

int64_t pds_clock_ms(clockid_t clock)
{
    enum { MS = 1000, NS_OF_MS = 1000000 };
    struct timespec t = { 0 };
    (void)clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * MS + t.tv_nsec / NS_OF_MS;
}

/* Strict: digits only, as https://reproducible-builds.org/specs/source-date-epoch/ wants. */
static bool parse_epoch(const char *text, int64_t *out)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 12 || text[digits] != '\0') {
        return false;
    }
    *out = strtoll(text, NULL, 10);
    return *out <= LAST_SECOND - INT64_C(86400); /* in every zone */
}

static pds_code read_clock(bool *fixed, int64_t *utc, pds_err *e)
{
    const char *epoch =
        getenv("SOURCE_DATE_EPOCH"); // NOLINT(concurrency-mt-unsafe): never set here
    *fixed = epoch != NULL && *epoch != '\0';
    if (!*fixed) {
        *utc = (int64_t)time(NULL);
        return PDS_OK;
    }
    if (!parse_epoch(epoch, utc)) {
        pds_code code = pds_fail(e, PDS_E_USAGE, __func__, "SOURCE_DATE_EPOCH is no moment");
        return pds_err_expected(code, e, "seconds since 1970, digits only", epoch);
    }
    return PDS_OK;
}

pds_code pds_clock_now(const char *zone, pds_moment *out, pds_err *e)
{
    bool fixed = false;
    int64_t utc = 0;
    long offset = 0;
    PDS_TRY(read_clock(&fixed, &utc, e));
    *out = (pds_moment){ .utc = (time_t)utc };
    if (zone != NULL || fixed) {
        PDS_TRY(pds_zone_offset(zone == NULL ? "UTC" : zone, utc, &offset, e));
    } else if (localtime_r(&out->utc, &out->local) == NULL) {
        PDS_FAIL(e, PDS_E_INTERNAL, "no local time for %" PRId64, utc);
    } else {
        offset = out->local.tm_gmtoff;
    }
    /* PDF and ISO 8601 offsets have no seconds; those of before 1972 do. */
    out->offset_minutes = (int)(offset / 60);
    time_t shown = out->utc + (time_t)out->offset_minutes * 60;
    if (gmtime_r(&shown, &out->local) == NULL) {
        PDS_FAIL(e, PDS_E_INTERNAL, "no calendar date for %" PRId64, utc);
    }
    out->local.tm_gmtoff = (long)out->offset_minutes * 60;
    out->local.tm_zone = NULL;
    return PDS_OK;
}

/* The offset's hours and minutes stand behind the time, with `between` between them. */
static void print_moment(const pds_moment *m, const char *time_format, char between, char *out)
{
    enum { ROOM = 32 };
    unsigned away = (unsigned)abs(m->offset_minutes);
    size_t len = strftime(out, ROOM, time_format, &m->local); /* the year has four digits */
    (void)snprintf(out + len, ROOM - len, "%c%02u%c%02u", m->offset_minutes < 0 ? '-' : '+',
                   away / 60 % 24, between, away % 60);
}

void pds_clock_pdf(const pds_moment *m, char *out)
{
    print_moment(m, "D:%Y%m%d%H%M%S", '\'', out);
}

void pds_clock_iso(const pds_moment *m, char *out)
{
    print_moment(m, "%Y-%m-%dT%H:%M:%S", ':', out);
}

/* Copies as many digits as asked; false: there are fewer. */
static bool take_digits(const char **from, int count, char **to)
{
    for (int i = 0; i < count; i++) {
        if ((*from)[i] < '0' || (*from)[i] > '9') {
            return false;
        }
        (*to)[i] = (*from)[i];
    }
    *from += count;
    *to += count;
    return true;
}

/* O HH ' mm, the last two perhaps missing, with or without an apostrophe at the end. */
static bool take_offset(const char **from, char **to)
{
    if (**from == 'Z') {
        *(*to)++ = *(*from)++;
        *from += strspn(*from, "0'"); /* some writers: Z00'00' */
        return true;
    }
    *(*to)++ = *(*from)++;
    if (!take_digits(from, 2, to)) {
        return false;
    }
    *(*to)++ = ':';
    *from += **from == '\'';
    if (!take_digits(from, 2, to)) {
        memcpy(*to, "00", 2);
        *to += 2;
    }
    *from += **from == '\'';
    return true;
}

bool pds_clock_iso_of_pdf(const char *date, char *out)
{
    static const char separators[] = "--T::"; /* before month, day, hour, minute, second */
    char iso[32] = "";
    char *to = iso;
    date += strncmp(date, "D:", 2) == 0 ? 2 : 0;
    if (!take_digits(&date, 4, &to)) {
        return false;
    }
    for (const char *s = separators; *s != '\0' && *date >= '0' && *date <= '9'; s++) {
        *to++ = *s;
        if (!take_digits(&date, 2, &to)) {
            return false;
        }
    }
    if (*date != '\0' && strchr("Z+-", *date) != NULL && !take_offset(&date, &to)) {
        return false;
    }
    if (*date != '\0') {
        return false;
    }
    memcpy(out, iso, sizeof iso);
    return true;
}
