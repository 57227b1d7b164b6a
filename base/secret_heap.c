#include "base/secret_heap.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

enum {
    HEAP_SIZE = 512 * 1024, /* an RSA-4096 key in use takes some 40 KiB */
    HEAP_BLOCK = 32,
    SPARE_SIZES = 5, /* HEAP_BLOCK << 0 to HEAP_BLOCK << 4 */
    SPARE_MAX = 64
};

/* A wiped block that waits in its thread for the next one who wants its size. The heap itself joins
 * what is freed with its neighbours and cuts it up again, which is most of the work of a key
 * derivation: some ten thousand short-lived blocks of the same few sizes. */
typedef struct spare {
    struct spare *next;
} spare;

static pthread_once_t heap_once = PTHREAD_ONCE_INIT;
static uintptr_t heap_start; /* 0: there is none */
static _Thread_local unsigned depth;
static _Thread_local spare *spares[SPARE_SIZES];
static _Thread_local unsigned spare_count;

/* CRYPTO_secure_allocated tells the same, but takes a lock that every thread would wait for. */
static bool in_heap(const void *ptr)
{
    return (uintptr_t)ptr - heap_start < HEAP_SIZE && heap_start != 0;
}

/* Which row of spares; SPARE_SIZES: none. */
static unsigned row_of(size_t size)
{
    unsigned row = 0;
    while (row < SPARE_SIZES && size > (size_t)HEAP_BLOCK << row) {
        row++;
    }
    return row;
}

static void *take_spare(size_t size)
{
    unsigned row = row_of(size);
    spare *taken = row < SPARE_SIZES ? spares[row] : NULL;
    if (taken != NULL) {
        spares[row] = taken->next;
        spare_count--;
    }
    return taken;
}

static bool keep_spare(void *ptr)
{
    if (depth == 0 || spare_count == SPARE_MAX) {
        return false;
    }
    size_t size = CRYPTO_secure_actual_size(ptr);
    unsigned row = row_of(size);
    if (row == SPARE_SIZES) {
        return false;
    }
    OPENSSL_cleanse(ptr, size);
    spare *kept = ptr;
    kept->next = spares[row];
    spares[row] = kept;
    spare_count++;
    return true;
}

static void free_spares(void)
{
    for (unsigned row = 0; row < SPARE_SIZES; row++) {
        while (spares[row] != NULL) {
            spare *next = spares[row]->next;
            CRYPTO_secure_free(spares[row], __FILE__, __LINE__);
            spares[row] = next;
        }
    }
    spare_count = 0;
}

static void *heap_malloc(size_t size, const char *file, int line)
{
    if (depth != 0 && size != 0) {
        void *ptr = take_spare(size);
        if (ptr == NULL) {
            ptr = CRYPTO_secure_malloc(size, file, line);
        }
        if (ptr != NULL) {
            return ptr;
        }
    }
    return size == 0 ? NULL : malloc(size);
}

static void heap_free(void *ptr, const char *file, int line)
{
    if (!in_heap(ptr)) {
        free(ptr);
    } else if (!keep_spare(ptr)) {
        CRYPTO_secure_free(ptr, file, line);
    }
}

/* Moves a block to where this thread allocates now. */
static void *heap_move(void *ptr, size_t old_size, size_t size, const char *file, int line)
{
    void *moved = heap_malloc(size, file, line);
    if (moved != NULL) {
        memcpy(moved, ptr, old_size < size ? old_size : size);
        heap_free(ptr, file, line);
    }
    return moved;
}

static void *heap_realloc(void *ptr, size_t size, const char *file, int line)
{
    if (ptr == NULL) {
        return heap_malloc(size, file, line);
    }
    if (size == 0) {
        heap_free(ptr, file, line);
        return NULL;
    }
    if (!in_heap(ptr)) {
        return realloc(ptr, size);
    }
    size_t room = CRYPTO_secure_actual_size(ptr);
    return size <= room ? ptr : heap_move(ptr, room, size, file, line);
}

/* A block as large as the empty heap begins where the heap does. */
static void find_heap(void)
{
    void *all = CRYPTO_secure_malloc(HEAP_SIZE, __FILE__, __LINE__);
    if (all != NULL && CRYPTO_secure_allocated(all)) {
        heap_start = (uintptr_t)all;
    }
    CRYPTO_secure_free(all, __FILE__, __LINE__);
}

static void heap_init(void)
{
    /* Refused once OpenSSL has allocated anything: then what this process did before stays. */
    int ours = CRYPTO_set_mem_functions(heap_malloc, heap_realloc, heap_free);
    if (CRYPTO_secure_malloc_init(HEAP_SIZE, HEAP_BLOCK) != 0 && ours == 1) {
        find_heap();
    }
}

void pds_secret_heap_init(void)
{
    (void)pthread_once(&heap_once, heap_init);
}

void pds_secret_heap_enter(void)
{
    depth += heap_start != 0;
}

void pds_secret_heap_leave(void)
{
    depth -= depth != 0;
    if (depth == 0 && spare_count != 0) {
        free_spares();
    }
}
