#include "base/clock.h"
#include "base/zone.h"

#include <pds/time.h>

#include <inttypes.h>
#include <stdint.h>

/* Years with four digits in every zone, from 1000-01-02 on. */
#define FIRST INT64_C(-30610137600)
#define LAST  INT64_C(253402300799)

/* Whole minutes: offsets of before 1972 have seconds, ISO 8601 has none. */
static pds_code offset_at(int64_t utc, const char *zone, int *minutes, pds_err *e)
{
    const time_t moment = (time_t)utc;
    struct tm local;
    long east = 0;
    if (zone != NULL) {
        PDS_TRY(pds_zone_offset(zone, utc, &east, e));
    } else if (localtime_r(&moment, &local) != NULL) {
        east = local.tm_gmtoff;
    }
    *minutes = (int)(east / 60);
    return PDS_OK;
}

pds_code pds_time_iso(int64_t utc, const char *zone, char *out, pds_err *e)
{
    pds_moment m = { .utc = (time_t)utc };
    if (utc < FIRST || utc > LAST) {
        PDS_FAIL(e, PDS_E_USAGE, "no calendar date for %" PRId64, utc);
    }
    PDS_TRY(offset_at(utc, zone, &m.offset_minutes, e));
    const time_t shown = m.utc + (time_t)m.offset_minutes * 60;
    if (gmtime_r(&shown, &m.local) == NULL || m.local.tm_year > 9999 - 1900) {
        PDS_FAIL(e, PDS_E_USAGE, "no calendar date for %" PRId64, utc);
    }
    pds_clock_iso(&m, out);
    return PDS_OK;
}
