/* Memory that is wiped when it is given back. That it is wiped is seen in test_http_client.c: who
 * looks at what is freed already breaks C's rules. */
#include "base/wiped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void blocks_are_aligned_and_kept(void **state)
{
    (void)state;
    for (size_t size = 1; size < 200; size += 7) {
        char *block = pds_wiped_malloc(size);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % _Alignof(max_align_t), 0);
        memset(block, 'x', size);
        pds_wiped_free(block);
    }
    pds_wiped_free(NULL);
}

static void a_block_moves_with_what_it_holds(void **state)
{
    (void)state;
    char *block = pds_wiped_realloc(NULL, 4);
    assert_non_null(block);
    memcpy(block, "abc", 4);
    block = pds_wiped_realloc(block, 400);
    assert_non_null(block);
    assert_string_equal(block, "abc");
    memset(block, 'y', 400);
    block = pds_wiped_realloc(block, 2);
    assert_non_null(block);
    assert_memory_equal(block, "yy", 2);
    pds_wiped_free(block);
}

static void zeros_and_texts(void **state)
{
    static const char zeros[30];
    (void)state;
    char *block = pds_wiped_calloc(10, 3);
    assert_memory_equal(block, zeros, sizeof zeros);
    pds_wiped_free(block);
    char *text = pds_wiped_strdup("text");
    assert_string_equal(text, "text");
    pds_wiped_free(text);
}

static void what_is_too_much_is_refused(void **state)
{
    volatile size_t much = SIZE_MAX; /* nobody warns of it then */
    (void)state;
    assert_null(pds_wiped_malloc(much));
    assert_null(pds_wiped_calloc(much / 2, 4));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_aligned_and_kept),
        cmocka_unit_test(a_block_moves_with_what_it_holds),
        cmocka_unit_test(zeros_and_texts),
        cmocka_unit_test(what_is_too_much_is_refused),
    };
    return cmocka_run_group_tests_name("wiped memory", tests, NULL, NULL);
}
