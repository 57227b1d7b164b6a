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

/* Certificates and timestamps of a signature (verify_path.c). */
void cli_put_path(FILE *to, const cli_look *look, const pds_verify_cert *path, size_t count,
                  bool anchored, size_t indent);

/* A finding on a line of its own, with its place. */
void cli_put_finding(FILE *to, const cli_look *look, const pds_verify_finding *f, size_t indent);
void cli_put_findings(FILE *to, const cli_look *look, const pds_verify_findings *f, size_t indent);

#ifdef __cplusplus
}
#endif
#endif
