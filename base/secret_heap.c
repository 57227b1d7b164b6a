#include "base/secret_heap.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

/* What derives from keys gets a quarter: OpenSSL does not do without the rest, where it keeps the
 * keys themselves (2 KiB of RSA-4096) and the state of its random numbers. */
enum { HEAP_SIZE = 1024 * 1024, HEAP_SHARE = HEAP_SIZE / 4, HEAP_BLOCK = 32 };

static pthread_once_t heap_once = PTHREAD_ONCE_INIT;
static uintptr_t heap_start; /* 0: there is none */
static _Thread_local unsigned depth;

/* CRYPTO_secure_allocated tells the same, but takes a lock that every thread would wait for. */
static bool in_heap(const void *ptr)
{
    return (uintptr_t)ptr - heap_start < HEAP_SIZE && heap_start != 0;
}

static void *heap_malloc(size_t size, const char *file, int line)
{
    if (depth != 0 && size != 0 && CRYPTO_secure_used() < HEAP_SHARE) {
        void *ptr = CRYPTO_secure_malloc(size, file, line);
        if (ptr != NULL) {
            return ptr;
        }
    }
    return size == 0 ? NULL : malloc(size);
}

static void heap_free(void *ptr, const char *file, int line)
{
    if (in_heap(ptr)) {
        CRYPTO_secure_free(ptr, file, line);
    } else {
        free(ptr);
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
}
