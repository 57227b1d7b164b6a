#ifndef TOKEN_WORKER_H
#define TOKEN_WORKER_H

#include "base/err.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Calls that may never come back - into a vendor's module, to a reader that hangs - made by a
 * thread of their own, so that whoever wants their result waits a bounded time. A call that is
 * given up keeps its thread and what it was lent until it returns, if ever. */
typedef struct pds_worker pds_worker;

PDS_USE pds_code pds_worker_new(pds_worker **out, pds_err *e);
/* Its thread has ended then, unless a call was given up: nobody waits for that one. In a child of
 * fork(), where it has no thread, it is let go of. */
void pds_worker_drop(pds_worker **worker);

/* A piece of work: what it is lent has to outlive a call that was given up, so it is a block of its
 * own with a count. */
typedef struct pds_task {
    /* Returns when it is done; must not touch anything but the task. */
    void (*run)(struct pds_task *task);
    /* Wipes and frees it, when worker and caller both have let go. */
    void (*drop)(struct pds_task *task);
    int holders; /* internal, as the next */
    bool done;
} pds_task;

/* Runs it, one at a time per worker, in whatever order threads come; the caller lets go of it with
 * pds_task_release. errors: PDS_E_TOKEN_HUNG not done in so many milliseconds: the worker is of no
 * more use (each further call fails at once); PDS_E_TOKEN_BUSY likewise, it was in a queue;
 * PDS_E_INTERRUPTED given up for a signal, likewise; PDS_E_TOKEN_REMOVED it is another process's;
 * PDS_E_NO_MEMORY no thread
 */
PDS_USE pds_code pds_worker_run(pds_worker *worker, pds_task *task, long ms, pds_err *e);
bool pds_worker_is_lost(const pds_worker *worker);
/* In a worker's thread: has nobody waited so long? What goes on in steps does no further one. */
bool pds_worker_given_up(void);
/* The same as a fault: PDS_E_TOKEN_HUNG. */
PDS_USE pds_code pds_worker_wanted(pds_err *e);
/* In a worker's thread: what it waits for now is another program that has the device, not the
 * device itself. */
void pds_worker_queues(bool queues);
void pds_task_release(pds_task *task);

#ifdef __cplusplus
}
#endif
#endif
