#include "base/wiped.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* In front of each block: its size, as large as what any type must be aligned to. */
typedef union head {
    size_t size;
    max_align_t alignment;
} head;

void *pds_wiped_malloc(size_t size)
{
    head *made = size > SIZE_MAX - sizeof *made ? NULL : malloc(sizeof *made + size);
    if (made == NULL) {
        return NULL;
    }
    made->size = size;
    return made + 1;
}

void *pds_wiped_calloc(size_t count, size_t size)
{
    size_t all = 0;
    void *made = __builtin_mul_overflow(count, size, &all) ? NULL : pds_wiped_malloc(all);
    return made == NULL ? NULL : memset(made, 0, all);
}

void pds_wiped_free(void *block)
{
    if (block != NULL) {
        head *const h = (head *)block - 1;
        explicit_bzero(block, h->size);
        free(h);
    }
}

/* Never in place: what a move leaves behind must be wiped too. */
void *pds_wiped_realloc(void *block, size_t size)
{
    void *moved = pds_wiped_malloc(size);
    if (moved != NULL && block != NULL) {
        const size_t old = ((const head *)block - 1)->size;
        memcpy(moved, block, old < size ? old : size);
        pds_wiped_free(block);
    }
    return moved;
}

char *pds_wiped_strdup(const char *text)
{
    const size_t len = strlen(text) + 1;
    char *made = pds_wiped_malloc(len);
    return made == NULL ? NULL : memcpy(made, text, len);
}
