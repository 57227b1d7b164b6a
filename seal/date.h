#ifndef SEAL_DATE_H
#define SEAL_DATE_H

#include "base/buf.h"
#include "base/clock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A date as a format of docs/cli.md says: yyyy, yy, MM, M, dd, d, HH, H, mm, ss, quoted and other
 * text as it stands; "中文" is 二〇二六年十一月二十一日. NULL: yyyy年M月d日.
 * errors: PDS_E_USAGE a letter run that means nothing */
PDS_USE pds_code pds_date_format(const char *format, const pds_moment *when, pds_buf *out,
                                 pds_err *e);
/* "2026-11-21" into the day of `when`, its time of day 0. errors: PDS_E_USAGE no such day */
PDS_USE pds_code pds_date_parse(const char *text, pds_moment *when, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
