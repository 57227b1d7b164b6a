#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Seconds east of UTC that `zone` keeps at the moment utc: "UTC", "Z", "+08:00", a name of the
 * system's zone files ("Asia/Shanghai"), or POSIX TZ ("CST-8", "CET-1CEST,M3.5.0,M10.5.0/3"). The C
 * library has no call for this but through the environment, which other threads read. errors:
 * PDS_E_USAGE */
PDS_USE pds_code pds_zone_offset(const char *zone, int64_t utc, long *east, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
