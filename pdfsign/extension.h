#ifndef PDFSIGN_EXTENSION_H
#define PDFSIGN_EXTENSION_H

#include "pdf/update.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Stages /Extensions /ESIC of the catalog: that the file uses what ETSI EN 319 142-1 (5.4) adds to
 * PDF 1.7. Nothing where the file says so already, or is of another version: PDF 2.0 has it by
 * itself, and before 1.7 there may be no such entry (ISO 32000-2, 7.12.4), whatever is used. */
PDS_USE pds_code pds_extension_stage(pds_update *u, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
