#ifndef BASE_LIMIT_H
#define BASE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a helper program may use; it sets this itself, first of all. */
typedef struct pds_limits {
    uint64_t cpu_seconds;
    uint64_t memory;    /* bytes of address space */
    uint64_t file_size; /* bytes of any file that it writes */
    uint64_t files;     /* open at a time; 0: as many as the caller may */
} pds_limits;

/* Never more than the caller has itself; no core dumps; a write that is too long fails with EFBIG;
 * no more rights by whatever is executed. False: cannot be set. */
bool pds_limits_set(const pds_limits *limits);

#ifdef __cplusplus
}
#endif
#endif
