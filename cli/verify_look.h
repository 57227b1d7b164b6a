#ifndef CLI_VERIFY_LOOK_H
#define CLI_VERIFY_LOOK_H

#include "cli/verify_report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Colours of a terminal (ECMA-48, SGR), where there are to be any. */
#define CLI_GREEN  "\033[32m"
#define CLI_RED    "\033[1;31m"
#define CLI_YELLOW "\033[33m"
#define CLI_BOLD   "\033[1m"
#define CLI_FAINT  "\033[2m"
#define CLI_PLAIN  "\033[0m"

/* Safe text in a colour. */
void cli_put_colored(FILE *to, const cli_look *look, const char *color, const char *text);
/* "INVALID" */
void cli_put_verdict_word(FILE *to, const cli_look *look, cli_verdict verdict);

/* A tree, and where it is. Headings begin in column CLI_HEADING, rows in CLI_ROW, with a label of
 * CLI_LABEL columns. */
typedef struct cli_tree {
    FILE *to;
    const cli_look *look;
    const pds_verification *v;
    const pds_verify_signature *s; /* at hand */
} cli_tree;
enum { CLI_HEADING = 2, CLI_ROW = 4, CLI_LABEL = 14 };
void cli_put_blanks(FILE *to, size_t n);
void cli_put_label(const cli_tree *t, const char *label);
/* The signature with that number, from 0 (verify_signature.c). */
void cli_put_signature(cli_tree *t, size_t number);

/* Certificates of a signature or timestamp (verify_path.c). */
void cli_put_path(FILE *to, const cli_look *look, const pds_verify_cert *path, size_t count,
                  bool anchored, size_t indent);

/* Findings, each on a line with its place (verify_finding.c). */
void cli_put_findings(FILE *to, const cli_look *look, const pds_verify_findings *f, size_t indent);

#ifdef __cplusplus
}
#endif
#endif
