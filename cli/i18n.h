#ifndef CLI_I18N_H
#define CLI_I18N_H

#include <libintl.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CLI_DOMAIN "pdfsign"

/* A text in the user's language; N_ marks one in a table, which its reader passes to _. */
#define _(text)  dgettext(CLI_DOMAIN, text) // NOLINT(bugprone-reserved-identifier): its usual name
#define N_(text) text                       // NOLINT(readability-identifier-naming)

/* Chooses the language of messages, which are UTF-8 in every locale. English costs nothing. */
void cli_locale_init(void);

#ifdef __cplusplus
}
#endif
#endif
