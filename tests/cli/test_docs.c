#include "cli/options.h"
#include "cli/verbs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The pages of docs/ and the tables of the program say the same. */

enum { PAGE_MAX = 256 << 10 };

typedef struct page {
    char text[PAGE_MAX];
} page;

static page cli_page, errors_page;

static int read_page(const char *path, page *out)
{
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        return -1;
    }
    size_t n = fread(out->text, 1, PAGE_MAX - 1, f);
    out->text[n] = '\0';
    return fclose(f);
}

static int read_pages(void **state)
{
    (void)state;
    return read_page(DOCS "/cli.md", &cli_page) == 0 &&
                   read_page(DOCS "/errors.md", &errors_page) == 0
               ? 0
               : -1;
}

static void each_code_has_a_row(void **state)
{
    char row[128];
    (void)state;
    for (int code = PDS_OK + 1; code < PDS_CODE_COUNT; code++) {
        (void)snprintf(row, sizeof row, "\n| `%s` | %d |", pds_code_name((pds_code)code),
                       pds_code_exit((pds_code)code));
        if (strstr(errors_page.text, row) == NULL) {
            fail_msg("docs/errors.md lacks%s", row);
        }
    }
}

static void each_row_is_a_code(void **state)
{
    char name[64];
    (void)state;
    for (const char *p = strstr(errors_page.text, "\n| `"); p != NULL; p = strstr(p, "\n| `")) {
        p += 4;
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(p, "`"), p);
        int code = PDS_OK + 1;
        while (code < PDS_CODE_COUNT && strcmp(pds_code_name((pds_code)code), name) != 0) {
            code++;
        }
        if (code == PDS_CODE_COUNT) {
            fail_msg("docs/errors.md has a row for '%s', which is no code", name);
        }
    }
}

/* The options of one verb stand in its section. */
static const char *section(cli_verb verb, size_t *len)
{
    char title[64];
    (void)snprintf(title, sizeof title, "\n## %s\n", CLI_VERBS[verb].name);
    const char *begin = strstr(cli_page.text, title);
    if (begin == NULL) {
        fail_msg("docs/cli.md has no section '%s'", CLI_VERBS[verb].name);
        abort();
    }
    const char *end = strstr(begin + 4, "\n## ");
    *len = end == NULL ? strlen(begin) : (size_t)(end - begin);
    return begin;
}

static void option_row(const cli_option *o, char *out, size_t size)
{
    char letter[8] = "";
    if (o->letter != 0) {
        (void)snprintf(letter, sizeof letter, "-%c, ", o->letter);
    }
    size_t len =
        (size_t)snprintf(out, size, "\n| `%s--%s%s", letter, o->name, o->value == NULL ? "" : " ");
    for (const char *p = o->value; p != NULL && *p != '\0'; p++) {
        len += (size_t)snprintf(out + len, size - len, *p == '|' ? "\\|" : "%c", *p);
    }
    (void)snprintf(out + len, size - len, "` |");
}

static bool in_verb(const cli_option *o, cli_verb verb)
{
    return (o->verbs & (1U << verb | (verb == CLI_SIGN ? CLI_IN_FINISH : 0U))) != 0;
}

static void each_option_has_a_row(void **state)
{
    char row[128];
    (void)state;
    for (int verb = 0; verb < CLI_VERB_COUNT; verb++) {
        size_t len = 0;
        const char *begin = section((cli_verb)verb, &len);
        for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
            if (!in_verb(&CLI_OPTIONS[i], (cli_verb)verb)) {
                continue;
            }
            option_row(&CLI_OPTIONS[i], row, sizeof row);
            const char *hit = memmem(begin, len, row, strlen(row));
            if (hit == NULL) {
                fail_msg("docs/cli.md, section '%s', lacks%s", CLI_VERBS[verb].name, row);
            }
        }
    }
}

static void each_row_is_an_option(void **state)
{
    char name[64];
    (void)state;
    for (const char *p = strstr(cli_page.text, "--"); p != NULL; p = strstr(p + 2, "--")) {
        size_t len = strspn(p + 2, "abcdefghijklmnopqrstuvwxyz-");
        bool known = len == 0 || p[2] == '-' || p[-1] == '-' || p[-1] == '|';
        (void)snprintf(name, sizeof name, "%.*s", (int)len, p + 2);
        for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
            known = known || strcmp(CLI_OPTIONS[i].name, name) == 0;
        }
        if (!known) {
            fail_msg("docs/cli.md speaks of '--%s', which is no option", name);
        }
    }
}

static void each_status_has_a_row(void **state)
{
    char row[256];
    (void)state;
    for (const cli_note *n = CLI_EXITS; n->term != NULL; n++) {
        (void)snprintf(row, sizeof row, "\n| %s | %s |", n->term, n->text);
        if (strstr(cli_page.text, row) == NULL) {
            fail_msg("docs/cli.md lacks%s", row);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_code_has_a_row),   cmocka_unit_test(each_row_is_a_code),
        cmocka_unit_test(each_option_has_a_row), cmocka_unit_test(each_row_is_an_option),
        cmocka_unit_test(each_status_has_a_row),
    };
    return cmocka_run_group_tests(tests, read_pages, NULL);
}
