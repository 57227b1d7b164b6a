#include "view/deadline.h"

#include "base/interrupt.h"

#include <poll.h>
#include <time.h>

enum { POLL_MS = 200, MS_PER_S = 1000, NS_PER_MS = 1000000 };

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

pds_deadline pds_deadline_in(int64_t ms)
{
    return (pds_deadline){ .at_ms = now_ms() + ms };
}

pds_code pds_deadline_wait(const pds_deadline *d, int fd, pds_err *e)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };

    do { /* a signal just before poll() is noticed at the latest at the next turn */
        PDS_TRY(pds_interrupt_check(e));
        if (now_ms() > d->at_ms) {
            PDS_FAIL(e, PDS_E_READER_FAILED, "reading the pages takes too long");
        }
    } while (poll(&p, 1, POLL_MS) <= 0);
    return PDS_OK;
}
