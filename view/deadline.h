#ifndef VIEW_DEADLINE_H
#define VIEW_DEADLINE_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How long the page reader may take. */
typedef struct pds_deadline {
    int64_t at_ms; /* CLOCK_MONOTONIC */
} pds_deadline;

pds_deadline pds_deadline_in(int64_t ms);
/* Waits until there is something to read, or the other end has gone.
 * errors: PDS_E_READER_FAILED too late; PDS_E_INTERRUPTED */
PDS_USE pds_code pds_deadline_wait(const pds_deadline *d, int fd, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
