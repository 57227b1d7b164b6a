#include "base/secret_heap.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include <cmocka.h>

enum { LARGEST = 1024 }; /* of the sizes that are kept, and one more */

static size_t sizes[] = { 1, 16, 32, 33, 64, 100, 128, 400, 512, 513, LARGEST };
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static bool all(const uint8_t *bytes, size_t len, uint8_t value)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != value) {
            return false;
        }
    }
    return true;
}

static uint8_t *filled(size_t size, uint8_t value)
{
    uint8_t *block = OPENSSL_malloc(size);
    assert_non_null(block);
    memset(block, value, size);
    return block;
}

static int leave(void **state)
{
    (void)state;
    pds_secret_heap_leave();
    return 0;
}

static void only_between_enter_and_leave(void **state)
{
    (void)state;
    uint8_t *before = filled(64, 1);
    pds_secret_heap_enter();
    uint8_t *inside = filled(64, 1);
    pds_secret_heap_enter();
    pds_secret_heap_leave();
    uint8_t *nested = filled(64, 1);
    pds_secret_heap_leave();
    uint8_t *after = filled(64, 1);
    assert_false(CRYPTO_secure_allocated(before));
    assert_true(CRYPTO_secure_allocated(inside));
    assert_true(CRYPTO_secure_allocated(nested));
    assert_false(CRYPTO_secure_allocated(after));
    OPENSSL_free(before);
    OPENSSL_free(inside);
    OPENSSL_free(nested);
    OPENSSL_free(after);
    assert_int_equal(CRYPTO_secure_used(), 0);
}

/* The heap's memory stays mapped, so a test may look at what was freed. */
static void freed_is_wiped(void **state)
{
    (void)state;
    pds_secret_heap_enter();
    for (size_t i = 0; i < SIZES; i++) {
        uint8_t *block = filled(sizes[i], 0xa5);
        OPENSSL_free(block);
        size_t links = 2 * sizeof(void *); /* the list of free blocks goes through them */
        assert_true(sizes[i] <= links || all(block + links, sizes[i] - links, 0));
        assert_int_not_equal(block[0], 0xa5);
    }
}

static void blocks_do_not_share(void **state)
{
    (void)state;
    uint8_t *blocks[SIZES] = { 0 };
    pds_secret_heap_enter();
    for (int round = 0; round < 3; round++) { /* from the second on, blocks that were freed */
        for (size_t i = 0; i < SIZES; i++) {
            blocks[i] = filled(sizes[i], (uint8_t)(i + 1));
            assert_true(CRYPTO_secure_allocated(blocks[i]));
        }
        for (size_t i = 0; i < SIZES; i++) {
            assert_true(all(blocks[i], sizes[i], (uint8_t)(i + 1)));
            OPENSSL_free(blocks[i]);
        }
    }
}

static void all_goes_back_at_the_end(void **state)
{
    (void)state;
    enum { MANY = 500 }; /* more than are kept */
    uint8_t *blocks[MANY] = { 0 };
    pds_secret_heap_enter();
    for (size_t i = 0; i < MANY; i++) {
        blocks[i] = filled(sizes[i % 8], 7);
    }
    for (size_t i = 0; i < MANY; i++) {
        OPENSSL_free(blocks[i]);
    }
    pds_secret_heap_leave();
    assert_int_equal(CRYPTO_secure_used(), 0);
}

static void growing_keeps_the_bytes(void **state)
{
    (void)state;
    pds_secret_heap_enter();
    uint8_t *block = filled(20, 9);
    for (size_t i = 2; i < SIZES; i++) {
        block = OPENSSL_realloc(block, sizes[i]);
        assert_non_null(block);
        assert_true(CRYPTO_secure_allocated(block));
        assert_true(all(block, 20, 9));
    }
    OPENSSL_free(block);
}

static void full_heap_is_not_the_end(void **state)
{
    (void)state;
    enum { MANY = 40, LARGE = 32 * 1024 };
    uint8_t *blocks[MANY] = { 0 };
    pds_secret_heap_enter();
    for (size_t i = 0; i < MANY; i++) {
        blocks[i] = filled(LARGE, 3);
    }
    assert_false(CRYPTO_secure_allocated(blocks[MANY - 1]));
    for (size_t i = 0; i < MANY; i++) {
        OPENSSL_free(blocks[i]);
    }
}

static void *busy(void *failed)
{
    pds_secret_heap_enter();
    for (size_t i = 0; i < 5000; i++) {
        size_t size = sizes[i % SIZES];
        uint8_t *one = OPENSSL_malloc(size);
        uint8_t *two = OPENSSL_zalloc(size);
        if (one == NULL || two == NULL) {
            *(bool *)failed = true;
            break;
        }
        memset(one, 1, size);
        *(bool *)failed |= !all(two, size, 0);
        OPENSSL_clear_free(one, size);
        OPENSSL_free(two);
    }
    pds_secret_heap_leave();
    return NULL;
}

static void threads_keep_apart(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    bool failed[THREADS] = { false };
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, busy, &failed[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_false(failed[i]);
    }
    assert_int_equal(CRYPTO_secure_used(), 0);
}

static void another_thread_frees(void **state)
{
    (void)state;
    pds_secret_heap_enter();
    uint8_t *block = filled(64, 5);
    pds_secret_heap_leave();
    OPENSSL_free(block); /* as another thread, outside of it all */
    assert_true(all(block + 2 * sizeof(void *), 64 - 2 * sizeof(void *), 0));
    assert_int_equal(CRYPTO_secure_used(), 0);
}

int main(void)
{
    pds_secret_heap_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_between_enter_and_leave),
        cmocka_unit_test_teardown(freed_is_wiped, leave),
        cmocka_unit_test_teardown(blocks_do_not_share, leave),
        cmocka_unit_test(all_goes_back_at_the_end),
        cmocka_unit_test_teardown(growing_keeps_the_bytes, leave),
        cmocka_unit_test_teardown(full_heap_is_not_the_end, leave),
        cmocka_unit_test(threads_keep_apart),
        cmocka_unit_test(another_thread_frees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
