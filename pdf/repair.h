#ifndef PDF_REPAIR_H
#define PDF_REPAIR_H

#include "base/file.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Rewrites a damaged unsigned PDF, in the helper program pdfsign-repair (qpdf) with limits of
 * memory and time. damaged  open; unchanged repaired out: an unnamed temporary file; path lent from
 * damaged report   at least 1024 bytes: what was mended, one line each errors PDS_E_REPAIR_REFUSED
 * the file carries signatures; PDS_E_REPAIR_FAILED; PDS_E_PASSWORD_*
 */
PDS_USE pds_code pds_repair(const pds_file *damaged, const char *password, pds_file *repaired,
                            char *report, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
