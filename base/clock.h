#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A moment and how a place writes it. */
typedef struct pds_moment {
    time_t utc;
    struct tm local;
    int offset_minutes; /* east of UTC */
} pds_moment;

/* Milliseconds of a clock that nobody sets: CLOCK_MONOTONIC, CLOCK_BOOTTIME. */
int64_t pds_clock_ms(clockid_t clock);

/* Now, or SOURCE_DATE_EPOCH if set. zone: POSIX TZ ("CST-8") or a zone name ("Asia/Shanghai"),
 * "UTC", "+08:00"; NULL the environment's, UTC with SOURCE_DATE_EPOCH. Thread-safe.
 * errors: PDS_E_USAGE no such zone, SOURCE_DATE_EPOCH not a number */
PDS_USE pds_code pds_clock_now(const char *zone, pds_moment *out, pds_err *e);
/* "D:20261121093000+08'00" (ISO 32000-2, 7.9.4); out of at least 32 bytes. */
void pds_clock_pdf(const pds_moment *m, char *out);
/* "2026-11-21T09:30:00+08:00"; out of at least 32 bytes. */
void pds_clock_iso(const pds_moment *m, char *out);
/* The same of a PDF date; what it leaves out is left out: "2026-11-21", and "Z" only where it says
 * so. False: not a date of 7.9.4, out is untouched. */
bool pds_clock_iso_of_pdf(const char *date, char *out);

/* A moment from 1970 on as ISO 8601 writes it: "2026-11-21T09:30:00+08:00", also without seconds or
 * minutes; "Z" or an offset must stand behind a time. A date alone is its last second in UTC.
 * errors: PDS_E_USAGE */
PDS_USE pds_code pds_clock_parse(const char *text, time_t *out, pds_err *e);
/* "30s", "5m", "24h", "90d", "52w" as seconds; at most 100 years. errors: PDS_E_USAGE */
PDS_USE pds_code pds_duration_parse(const char *text, int64_t *seconds, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
