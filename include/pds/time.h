#ifndef PDS_TIME_H
#define PDS_TIME_H

#include <pds/err.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PDS_TIME_ROOM = 32 };

/* A moment, seconds since 1970, as a place writes it: "2026-11-21T09:30:00+08:00" in out, of at
 * least PDS_TIME_ROOM bytes. zone: "UTC", "+08:00", a name ("Asia/Shanghai") or POSIX TZ; NULL: the
 * environment's. errors: PDS_E_USAGE no such zone, or a moment whose year has not four digits */
PDS_API PDS_USE pds_code pds_time_iso(int64_t utc, const char *zone, char *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
