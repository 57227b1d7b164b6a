#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include "base/err.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Has pds_interrupt() (<pds/sign.h>) been called? It stays so: the process is about to end. */
bool pds_interrupted(void);
/* errors: PDS_E_INTERRUPTED if so. For loops that take long and calls that wait. */
PDS_USE pds_code pds_interrupt_check(pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
