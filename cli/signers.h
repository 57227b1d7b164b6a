#ifndef CLI_SIGNERS_H
#define CLI_SIGNERS_H

#include "cli/args.h"
#include "cli/pin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Opens the key of a signer, or of `token decrypt`, which asks by source as long as it is open. */
PDS_USE pds_code cli_key_open(const cli_args *args, const cli_signer *signer,
                              cli_pin_source *source, pds_key **key, pds_err *e);
/* What waits for a person is told on standard error, unless --quiet is given; ctx: cli_args. */
void cli_tell_person(void *ctx, const char *text);

/* One signer of a call, as the engine wants to have it; only read while threads work. */
typedef struct cli_signer_state {
    pds_key *key;
    cli_pin_source pin_source; /* whom the key asks, as long as it is open */
    pds_seal *seal;
    pds_fonts *fonts;
    char *text; /* of --text, with its line ends */
    pds_signature_options options;
} cli_signer_state;

/* All of them, opened once for all files; stays where it is, for keys ask by it. */
typedef struct cli_signers {
    cli_signer_state items[PDS_SIGNINGS_MAX];
    size_t count;
    cli_rehearsal rehearsal; /* none unless the verb sets one */
} cli_signers;

/* Reads options, pictures and fonts: all that can be wrong before a PIN is asked for. */
PDS_USE pds_code cli_signers_open(const cli_args *args, cli_signers *out, pds_err *e);
/* Opens the keys, one after the other. */
PDS_USE pds_code cli_signers_unlock(const cli_args *args, cli_signers *s, pds_err *e);
/* out: one for each. */
void cli_signers_fill(const cli_signers *s, pds_signing *out);
/* Do any of them look at pages? */
bool cli_signers_read_pages(const cli_signers *s);
void cli_signers_drop(cli_signers *s);

#ifdef __cplusplus
}
#endif
#endif
