#ifndef CLI_STAMPER_H
#define CLI_STAMPER_H

#include "cli/fault.h"
#include "cli/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What --tsa, --trust and the like make for one call. Begin with { 0 }; args must outlive it. */
typedef struct cli_stamper {
    pds_tsa tsas[CLI_TSAS_MAX];
    pds_secret *passwords[2 * CLI_TSAS_MAX];
    pds_stamper *stamper;     /* NULL: none is needed */
    char told[PDS_NOTES_MAX]; /* lines: what was said of the authorities before the first file */
} cli_stamper;

/* The level that is meant, also where it is not said: that of the verb, or by --tsa. */
pds_level cli_level_of(const cli_args *args);
/* Reads secrets and certificates; asks nobody. errors: PDS_E_USAGE, PDS_E_CERT_UNREADABLE,
 * PDS_E_LIBRARY_MISSING … */
PDS_USE pds_code cli_stamper_open(const cli_args *args, cli_stamper *out, pds_err *e);
/* Asks each authority once, before anybody is asked for a PIN; says on standard error who did not
 * answer, unless that is for JSON. errors: PDS_E_TIMESTAMP_FAILED nobody did, unless a lower level
 * is allowed */
PDS_USE pds_code cli_stamper_probe(const cli_args *args, cli_stamper *s, pds_err *e);
/* Makes notes of a file what is to be told of it: nothing a second time, but in JSON all of it,
 * where each line stands alone. */
void cli_stamper_notes(const cli_args *args, const cli_stamper *s, char notes[PDS_NOTES_MAX]);
void cli_stamper_drop(cli_stamper *s);

#ifdef __cplusplus
}
#endif
#endif
