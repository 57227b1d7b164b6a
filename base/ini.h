#ifndef BASE_INI_H
#define BASE_INI_H

#include "base/buf.h"

#include <pds/ini.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PDS_INI_MAX = 256 << 10 }; /* bytes of a file */

/* Of what stands in a file already. text: of a buffer that is the caller's */
PDS_USE pds_code pds_ini_parse(pds_buf *text, pds_ini_fn fn, void *ctx, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
