#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/options.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The program's own help, for `width` columns. */
void cli_help_program(FILE *to, size_t width);
/* Synopsis, options by group, what their values mean, examples. */
void cli_help_verb(FILE *to, cli_verb verb, size_t width);

#ifdef __cplusplus
}
#endif
#endif
