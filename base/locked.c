#include "base/locked.h"

#include <sys/mman.h>

pds_code pds_locked_new(size_t max, pds_buf *b, pds_err *e)
{
    void *room = mmap(NULL, max, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    /* A small RLIMIT_MEMLOCK must not stop the work: these are wishes. */
    (void)mlock2(room, max, MLOCK_ONFAULT);
    (void)madvise(room, max, MADV_DONTDUMP);
    (void)madvise(room, max, MADV_WIPEONFORK);
    *b = (pds_buf){ .ptr = room, .cap = max, .max = max };
    return PDS_OK;
}

void pds_locked_drop(pds_buf *b)
{
    if (b->ptr != NULL) {
        explicit_bzero(b->ptr,
                       b->len); /* the kernel does so too, but only when it needs the page */
        (void)munmap(b->ptr, b->cap);
    }
    *b = (pds_buf){ 0 };
}
