#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <pds/fields.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The fields as aligned columns with a heading; `title`, a file's name, above them or NULL. */
void cli_table_fields(FILE *to, const char *title, const pds_field_list *list);

#ifdef __cplusplus
}
#endif
#endif
