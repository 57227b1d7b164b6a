#ifndef CLI_PINENTRY_H
#define CLI_PINENTRY_H

#include "cli/question.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Programs that ask people for PINs in GnuPG's way: commands go in, each is answered by lines of
 * which the last says OK or ERR (the Assuan protocol). */

/* Is this the first line of such a program? */
bool cli_pinentry_greets(const char *line);

/* Asks by a program that was just started: `to` leads into it, `from` out of it. errors:
 * PDS_E_PIN_NEEDED it was cancelled, asks nobody, or does not keep to the protocol;
 * PDS_E_INTERRUPTED; PDS_E_LIMIT */
PDS_USE pds_code cli_pinentry_ask(int to, int from, const cli_question *question, pds_secret *into,
                                  pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
