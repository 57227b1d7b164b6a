#include "base/grow.h"

#include <stdlib.h>

void *pds_grow(void *items, size_t count, size_t size)
{
    if ((count & (count - 1)) != 0) {
        return items;
    }
    return reallocarray(items, count == 0 ? 1 : 2 * count, size);
}
