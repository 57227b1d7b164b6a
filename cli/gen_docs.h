#ifndef CLI_GEN_DOCS_H
#define CLI_GEN_DOCS_H

#include "cli/options.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The page of man(1), and what shells complete; all of it from the tables. */
void cli_write_man(FILE *to);
void cli_write_bash(FILE *to);
void cli_write_zsh(FILE *to);
void cli_write_fish(FILE *to);

/* Does the verb know the option? `sign` counts --finish as its own. */
bool cli_in_verb(const cli_option *row, cli_verb verb);
/* Is this row the first that has its name? */
bool cli_first_of_name(const cli_option *row);

#ifdef __cplusplus
}
#endif
#endif
