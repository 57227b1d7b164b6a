#ifndef PDFSIGN_FETCH_SWEEP_H
#define PDFSIGN_FETCH_SWEEP_H

#include "base/err.h"

#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bounds the answers in a folder (pdfsign/fetch_store.h). Files of other names stay untouched. */

#define PDS_SWEEP_SUFFIX ".answer" /* behind 64 hexadecimal digits */

typedef struct pds_sweep_limits {
    size_t files, bytes;
    time_t seconds; /* since a file was written */
} pds_sweep_limits;

/* What is left. */
typedef struct pds_swept {
    size_t files, bytes;
} pds_swept;

/* Takes out what is too old, what a killed process left half done, and, where there is more than
 * the limits allow, the oldest until a quarter is free. Others may do the same at the same time.
 * errors: PDS_E_INPUT_UNREADABLE the folder, with errno; PDS_E_NO_MEMORY */
PDS_USE pds_code pds_sweep(const char *folder, const pds_sweep_limits *limits, pds_swept *left,
                           pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
