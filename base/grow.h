#ifndef BASE_GROW_H
#define BASE_GROW_H

#include <pds/err.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for one more behind `count` items of `size` bytes, in an array that only ever grows by this:
 * it doubles where the count is a power of two, so that nobody has to keep how much room there is.
 * NULL: no memory; the items stay as they are. */
PDS_USE void *pds_grow(void *items, size_t count, size_t size);

#ifdef __cplusplus
}
#endif
#endif
