#ifndef CLI_QUESTION_H
#define CLI_QUESTION_H

#include "cli/fault.h"

#include <pds/secret.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a person is asked for, and by what: the terminal, a program. */
typedef struct cli_question {
    const char *what; /* "PIN or password of", translated */
    const char *label;
    int tries_left;      /* -1: not known */
    const char *options; /* that tell it instead */
} cli_question;
/* "PIN of card (2 tries left)", safe to show; the caller frees it. NULL: out of memory */
char *cli_question_words(const cli_question *question);

/* Asks on /dev/tty, without echo, whatever the standard streams are.
 * errors: PDS_E_PIN_NEEDED there is no terminal, nothing was typed; PDS_E_INTERRUPTED */
PDS_USE pds_code cli_tty_ask(const cli_question *question, pds_secret *into, pds_err *e);

/* Runs a program with the question's label as its one argument; the first line that it prints is
 * the secret. One that greets as pinentry does is run anew and talked with (cli/pinentry.h).
 * errors: PDS_E_PIN_NEEDED it does not start, fails, or prints nothing; PDS_E_INTERRUPTED */
PDS_USE pds_code cli_program_ask(const char *program, const cli_question *question,
                                 pds_secret *into, pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
