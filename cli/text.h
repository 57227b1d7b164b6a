#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include "cli/fault.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Copies and formats into a fixed array; what is too long is cut between two characters. */
void cli_copy(char *to, size_t size, const char *text);
void cli_format(char *to, size_t size, const char *fmt, va_list args) CLI_PRINTF(3, 0);

/* fprintf whose fault is looked for once, when the stream is closed. */
void cli_put(FILE *to, const char *fmt, ...) CLI_PRINTF(2, 3);
/* Text from a file or a name, for a person: controls, bidirectional overrides and bytes that are
 * not UTF-8 come out as \xNN or \u{N}, so that no PDF can drive the terminal. */
void cli_put_safe(FILE *to, const char *text);

/* How a format writes a character of ASCII that means something to it; 0 ends them. */
typedef struct cli_escape {
    char character;
    const char *written;
} cli_escape;
/* The same, for a program that reads it: what is in the table is written so, also a control. */
void cli_put_escaped(FILE *to, const char *text, const cli_escape *table);

/* One character of UTF-8; false and no move at the end or where the bytes are not UTF-8. */
bool cli_utf8_next(const char **text, uint32_t *character);
bool cli_utf8_valid(const char *text);

/* Columns on a terminal: 2 for CJK, 0 for combining marks; as cli_put_safe would write it. */
size_t cli_width(const char *text);
/* Safe text, then blanks up to `width` columns. */
void cli_put_padded(FILE *to, const char *text, size_t width);
/* Text from column `indent` on, broken before `width`; the following lines are indented alike. */
void cli_put_wrapped(FILE *to, const char *text, size_t indent, size_t width);

/* Columns of the terminal behind fd; `otherwise` if there is none. */
size_t cli_columns(int fd, size_t otherwise);

/* The word among `words` (NULL ends them) that `typed` was meant to be, or NULL. */
const char *cli_nearest(const char *typed, const char *const *words);

#ifdef __cplusplus
}
#endif
#endif
