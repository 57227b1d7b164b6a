#include "cli/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct row {
    const char *name, *text, *want;
    size_t number; /* columns of a width, or of a line */
} row;

static row safe[] = {
    { "plain text stays", "contract.pdf", "contract.pdf", 12 },
    { "Chinese takes two columns", "甲方", "甲方", 4 },
    { "a combining mark takes none", "e\xcc\x81", "e\xcc\x81", 1 },
    { "an escape sequence is shown, not obeyed", "a\x1b[31m", "a\\x1b[31m", 9 },
    { "a line end in a name", "a\nb", "a\\x0ab", 6 },
    { "C1 controls", "\xc2\x9b", "\\u{9b}", 6 },
    { "what turns text around", "a\xe2\x80\xae\xe2\x80\xac", "a\\u{202e}\\u{202c}", 17 },
    { "tags", "\xf3\xa0\x81\x81", "\\u{e0041}", 9 },
    { "a byte that is not UTF-8",
      "a\xff"
      "b",
      "a\\xffb", 6 },
    { "a character cut off", "a\xe4\xb8", "a\\xe4\\xb8", 9 },
    { "an overlong slash", "\xc0\xaf", "\\xc0\\xaf", 8 },
    { "a surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80", 12 },
    { "beyond Unicode", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", 16 },
};

/* With a table that has <, a line end, a brace and a backslash. */
static row escaped[] = {
    { "what is not in the table stays", "a>b甲", "a>b甲", 0 },
    { "what is in it is written so", "<b", "[lt]b", 0 },
    { "a control of the table too", "a\nb", "a[nl]b", 0 },
    { "another control is made safe, and that is escaped", "\r", "[bs]x0d", 0 },
    { "so is a character", "\xe2\x80\xae\xe2\x80\xac", "[bs]u[open]202e}[bs]u[open]202c}", 0 },
    { "and a byte that is not UTF-8", "\xff<", "[bs]xff[lt]", 0 },
    { "no characters that XML forbids", "\xef\xbf\xbe\xef\xbf\xbf",
      "[bs]u[open]fffe}[bs]u[open]ffff}", 0 },
    { "nothing", "", "", 0 },
};

static row wrapped[] = {
    { "a short text stays on its line", "one two", "one two\n", 20 },
    { "words go to the next line", "one two three", "one two\n    three\n", 12 },
    { "a word too long is not cut", "incomprehensible x", "incomprehensible\n    x\n", 12 },
    { "Chinese breaks anywhere", "一二三四五六", "一二三四\n    五六\n", 12 },
    { "but not before a full stop", "一二三四。五", "一二三\n    四。五\n", 12 },
    { "nor behind an opening parenthesis", "一二三（五）六", "一二三\n    （五）六\n", 12 },
    { "nothing", "", "\n", 12 },
};

static row cut[] = {
    { "what fits is whole", "甲方", "甲方", 7 },
    { "no half character at the end", "甲方", "甲", 6 },
    { "nor a third of one", "甲方", "甲", 5 },
    { "ASCII is cut anywhere", "abcdef", "abc", 4 },
    { "room for the end only", "甲", "", 1 },
};

/* number: 0 stands for no suggestion */
static row near[] = {
    { "two letters swapped", "sgin", "sign", 1 },
    { "a letter missing", "verfy", "verify", 1 },
    { "two letters wrong in a long word", "overrwitte", "overwrite", 1 },
    { "another word", "seal", "", 0 },
    { "one letter", "x", "", 0 },
    { "a word longer than any", "signsignsignsignsignsignsignsignsignsign", "", 0 },
};

static void text_is_safe(void **state)
{
    const row *r = *state;
    char *got = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&got, &size);
    assert_non_null(to);
    cli_put_safe(to, r->text);
    assert_int_equal(fclose(to), 0);
    assert_string_equal(got, r->want);
    assert_int_equal(cli_width(r->text), r->number);
    free(got);
}

static void text_is_escaped(void **state)
{
    static const cli_escape table[] = {
        { '<', "[lt]" }, { '\n', "[nl]" }, { '\\', "[bs]" }, { '{', "[open]" }, { 0, NULL }
    };
    const row *r = *state;
    char *got = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&got, &size);
    assert_non_null(to);
    cli_put_escaped(to, r->text, table);
    assert_int_equal(fclose(to), 0);
    assert_string_equal(got, r->want);
    free(got);
}

static void text_is_wrapped(void **state)
{
    const row *r = *state;
    char *got = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&got, &size);
    assert_non_null(to);
    cli_put_wrapped(to, r->text, 4, r->number);
    assert_int_equal(fclose(to), 0);
    assert_string_equal(got, r->want);
    free(got);
}

static void copy_is_cut(void **state)
{
    const row *r = *state;
    char to[16];
    cli_copy(to, r->number, r->text);
    assert_string_equal(to, r->want);
}

static void word_is_near(void **state)
{
    static const char *const words[] = { "sign", "verify", "overwrite", NULL };
    const row *r = *state;
    const char *got = cli_nearest(r->text, words);
    assert_string_equal(got == NULL ? "" : got, r->want);
}

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static size_t add(struct CMUnitTest *tests, row *rows, size_t count, CMUnitTestFunction run)
{
    for (size_t i = 0; i < count; i++) {
        tests[i] = (struct CMUnitTest){ rows[i].name, run, NULL, NULL, &rows[i] };
    }
    return count;
}

int main(void)
{
    static struct CMUnitTest
        tests[COUNT(safe) + COUNT(escaped) + COUNT(wrapped) + COUNT(cut) + COUNT(near)];
    size_t n = add(tests, safe, COUNT(safe), text_is_safe);
    n += add(tests + n, escaped, COUNT(escaped), text_is_escaped);
    n += add(tests + n, wrapped, COUNT(wrapped), text_is_wrapped);
    n += add(tests + n, cut, COUNT(cut), copy_is_cut);
    (void)add(tests + n, near, COUNT(near), word_is_near);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
