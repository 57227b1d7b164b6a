#include "base/interrupt.h"

#include <pds/sign.h>

#include <stdatomic.h>

/* Lock-free, so that a signal handler and any thread may touch it. */
static atomic_bool stop_asked;
_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "pds_interrupt must be async-signal-safe");

void pds_interrupt(void)
{
    atomic_store_explicit(&stop_asked, true, memory_order_relaxed);
}

bool pds_interrupted(void)
{
    return atomic_load_explicit(&stop_asked, memory_order_relaxed);
}

pds_code pds_interrupt_check(pds_err *e)
{
    if (pds_interrupted()) {
        PDS_FAIL(e, PDS_E_INTERRUPTED, "interrupted");
    }
    return PDS_OK;
}
