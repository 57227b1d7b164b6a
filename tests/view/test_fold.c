/* What counts as the same character where text is looked for. */
#include "view/glib_fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

typedef struct same_row {
    const char *what;
    const char *a, *b;
    bool same;
} same_row;

static const same_row ROWS[] = {
    { "full-width letters and brackets", "ＡＢｃ（１）：", "ABc(1):", true },
    { "half-width katakana", "ｶﾞ", "ガ", true },
    { "spaces of every kind", "甲 \t\n\r\f　\u00A0\u2003\u200B\u00AD\uFEFF方", "甲方", true },
    { "a ligature", "ﬁeld", "field", true },
    { "a Kangxi radical", "\u2F45", "方", true },
    { "a CJK radical", "\u2EA0", "民", true },
    { "a simplified CJK radical", "\u2ED3", "长", true },
    { "a compatibility ideograph", "\uF9D4", "倫", true },
    { "a vertical form", "\uFE35", "(", true },
    { "an accent apart", "e\u0301", "é", true },
    { "an accent counts", "e", "é", false },
    { "which shape a character has", "葛\U000E0100", "葛", true },
    { "vowels of Korean syllables count", "계", "거", false },
    { "the case counts", "Seal", "seal", false },
    { "simplified and traditional differ", "盖", "蓋", false },
    { "a full stop is not the ideographic one", ".", "。", false },
    { "a circled number", "①", "1", true },
};

static void same_or_not(void **state)
{
    static pds_needle a;
    static pds_needle b;
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const same_row *r = &ROWS[i];
        print_message("%s\n", r->what);
        assert_true(pds_fold_needle(r->a, &a));
        assert_true(pds_fold_needle(r->b, &b));
        bool same =
            a.count == b.count && memcmp(a.folded, b.folded, a.count * sizeof a.folded[0]) == 0;
        assert_int_equal(same, r->same);
    }
}

static void needles_that_are_none(void **state)
{
    static pds_needle needle;
    static const char ligature[] = "\uFDFA"; /* folds to 18 characters */
    static char many[3 * 400 + 1];
    (void)state;
    assert_false(pds_fold_needle("", &needle));
    assert_false(pds_fold_needle(" \n　", &needle));
    assert_false(pds_fold_needle("\xC3", &needle));
    for (size_t i = 0; i < sizeof many - 1; i += sizeof ligature - 1) {
        memcpy(many + i, ligature, sizeof ligature);
    }
    assert_false(pds_fold_needle(many, &needle));
}

/* Whatever a page holds, characters or not. */
static void every_number_is_taken(void **state)
{
    uint32_t out[PDS_FOLD_MAX];
    (void)state;
    for (uint32_t c = 0; c < 0x120000; c++) {
        assert_in_range(pds_fold(c, out), 0, PDS_FOLD_MAX);
    }
    assert_int_equal(pds_fold(UINT32_MAX, out), 0);
    assert_int_equal(pds_fold(0xD800, out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_or_not),
        cmocka_unit_test(needles_that_are_none),
        cmocka_unit_test(every_number_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
