#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <pds/fields.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CLI_COLUMNS = 8, CLI_CELL = 1024 };

typedef struct cli_row {
    char text[CLI_COLUMNS][CLI_CELL];
} cli_row;

/* Aligned columns. fill: row 0 is the heading, then 1 to count; called twice for each. */
typedef struct cli_table {
    size_t columns, count;
    void (*fill)(cli_row *row, size_t number, const void *ctx);
    const void *ctx;
} cli_table;
void cli_table_put(FILE *to, const cli_table *t);

/* The fields as aligned columns with a heading; `title`, a file's name, above them or NULL. */
void cli_table_fields(FILE *to, const char *title, const pds_field_list *list);

#ifdef __cplusplus
}
#endif
#endif
