#ifndef SEAL_SEAL_H
#define SEAL_SEAL_H

#include "seal/image.h"

#include <pds/seal.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the public functions do once the file is read. size: as in docs/cli.md, or NULL. */
PDS_USE pds_code pds_seal_new(pds_span png, const char *size, pds_seal **out, pds_err *e);
PDS_USE pds_code pds_seal_describe(pds_span png, pds_seal_info *out, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
