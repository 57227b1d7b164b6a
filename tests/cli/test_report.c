#include "cli/progress.h"
#include "cli/report.h"
#include "cli/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct fault_row {
    const char *name;
    pds_err e;
    const char *want;
} fault_row;

static fault_row faults[] = {
    { "a text alone",
      { .code = PDS_E_USAGE, .offset = -1, .text = "no key given" },
      "pdfsign: no key given [USAGE]\n" },
    { "everything that can be known",
      { .code = PDS_E_PDF_DAMAGED,
        .offset = 77,
        .object = 12,
        .page = 3,
        .file = "a.pdf",
        .field = "Buyer",
        .text = "a cut table",
        .expected = "trailer",
        .found = "the end",
        .hint = "use --repair" },
      "pdfsign: a.pdf: a cut table (expected trailer, found the end), field Buyer at page 3, "
      "object 12, byte 77 [PDF_DAMAGED]; hint: use --repair\n" },
    { "the first byte is a place too",
      { .code = PDS_E_NOT_PDF, .offset = 0, .file = "a", .text = "no header" },
      "pdfsign: a: no header at byte 0 [NOT_PDF]\n" },
    { "only what was found",
      { .code = PDS_E_USAGE, .offset = -1, .text = "t", .found = "x" },
      "pdfsign: t (found x) [USAGE]\n" },
    { "a hostile file stays one harmless line",
      { .code = PDS_E_NOT_PDF, .offset = -1, .file = "a\nb\x1b[2J", .text = "x\ry" },
      "pdfsign: a\\x0ab\\x1b[2J: x\\x0dy [NOT_PDF]\n" },
};

static void fault_reads(void **state)
{
    const fault_row *r = *state;
    char *got = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&got, &size);
    assert_non_null(to);
    cli_print_fault(to, &r->e);
    assert_int_equal(fclose(to), 0);
    assert_string_equal(got, r->want);
    free(got);
}

typedef struct bar_row {
    const char *name;
    size_t done, total;
    long seconds;
    size_t columns;
    const char *want;
} bar_row;

static bar_row bars[] = {
    { "half way", 100, 200, 67, 80, "[####################....................]  100/200  1:07" },
    { "all", 2, 2, 0, 80, "[########################################]  2/2  0:00" },
    { "a narrow terminal", 1, 2, 5, 26, "[######.......]  1/2  0:05" },
    { "too narrow for a bar", 1, 2, 5, 20, "1/2  0:05" },
    { "one file has no measure", 0, 1, 61, 80, "1:01" },
};

static void bar_reads(void **state)
{
    const bar_row *r = *state;
    char got[160];
    cli_progress_text(r->done, r->total, r->seconds, r->columns, got, sizeof got);
    assert_string_equal(got, r->want);
    assert_true(strlen(got) <= r->columns);
}

static void table_is_aligned(void **state)
{
    (void)state;
    pds_field fields[] = {
        { .name = "Buyer", .page = 1, .rect = { 72, 72, 200.5, 120 }, .lock = "all" },
        { .name = "甲方\x1b",
          .state = PDS_FIELD_SIGNED,
          .signer = "张三",
          .seed_value = "digest=sha256!" },
        { .name = "C", .page = 12, .locked_by = "Buyer" },
    };
    pds_field_list list = { .items = fields, .count = 3 };
    char *got = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&got, &size);
    assert_non_null(to);
    cli_table_fields(to, NULL, &list);
    assert_int_equal(fclose(to), 0);
    assert_string_equal(
        got, "#   NAME      PAGE  PLACE            STATE                   LOCK  SEED VALUE\n"
             "#1  Buyer     1     72,72,200.5,120  empty                   all   -\n"
             "#2  甲方\\x1b  -     invisible        signed by 张三          -     digest=sha256!\n"
             "#3  C         12    invisible        empty, locked by Buyer  -     -\n");
    free(got);
}

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

int main(void)
{
    static struct CMUnitTest tests[COUNT(faults) + COUNT(bars) + 1];
    size_t n = 0;
    for (size_t i = 0; i < COUNT(faults); i++) {
        tests[n++] = (struct CMUnitTest){ faults[i].name, fault_reads, NULL, NULL, &faults[i] };
    }
    for (size_t i = 0; i < COUNT(bars); i++) {
        tests[n++] = (struct CMUnitTest){ bars[i].name, bar_reads, NULL, NULL, &bars[i] };
    }
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(table_is_aligned);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
