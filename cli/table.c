#include "cli/table.h"

#include "cli/text.h"

static void put_row(FILE *to, const cli_table *t, const size_t *widths, const cli_row *row)
{
    for (size_t i = 0; i + 1 < t->columns; i++) {
        cli_put_padded(to, row->text[i], widths[i] + 2);
    }
    cli_put_safe(to, row->text[t->columns - 1]);
    cli_put(to, "\n");
}

/* Twice over the rows: widths first. */
void cli_table_put(FILE *to, const cli_table *t)
{
    size_t widths[CLI_COLUMNS] = { 0 };
    cli_row row = { { "" } };
    for (size_t n = 0; n <= t->count; n++) {
        t->fill(&row, n, t->ctx);
        for (size_t i = 0; i < t->columns; i++) {
            size_t w = cli_width(row.text[i]);
            widths[i] = w > widths[i] ? w : widths[i];
        }
    }
    for (size_t n = 0; n <= t->count; n++) {
        t->fill(&row, n, t->ctx);
        put_row(to, t, widths, &row);
    }
}
