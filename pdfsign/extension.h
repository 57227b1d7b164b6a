#ifndef PDFSIGN_EXTENSION_H
#define PDFSIGN_EXTENSION_H

#include "pdf/update.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Stages /Extensions /ESIC of the catalog: that the file uses what ETSI EN 319 142-1 (5.4) adds to
 * PDF 1.7. Nothing where the file is PDF 2.0, which has it by itself, or says so already. */
PDS_USE pds_code pds_extension_stage(pds_update *u, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
