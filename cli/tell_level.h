#ifndef CLI_TELL_LEVEL_H
#define CLI_TELL_LEVEL_H

#include "cli/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is told of levels and of those who were asked for timestamps. */

/* An array of the lines of a text. */
void cli_set_lines(pds_json *json, const char *key, const char *lines);
/* "WHO: LEAD LINE" for each. who: a file, or the program; lead: translated */
void cli_put_lines(FILE *to, const char *who, const char *lead, const char *lines);
/* A level below the one that was wanted: exit status 9, and a line that says so even with --quiet.
 */
void cli_tell_lowered(cli_outcome *outcome, const cli_file *file, pds_level wanted,
                      pds_level reached);

#ifdef __cplusplus
}
#endif
#endif
