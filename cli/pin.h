#ifndef CLI_PIN_H
#define CLI_PIN_H

#include "cli/fault.h"
#include "cli/options.h"

#include <pds/token.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is done once before the first person is asked for a PIN: whatever it refuses, nobody need
 * have typed one for. */
typedef struct cli_rehearsal {
    pds_code (*make)(void *ctx, pds_err *e); /* NULL: nothing */
    void *ctx;
    bool made;
    pds_err refused; /* code PDS_OK: it did not */
} cli_rehearsal;

/* Whose PIN is wanted. */
typedef struct cli_pin_source {
    const cli_signer *signer;
    cli_rehearsal *rehearsal;
} cli_pin_source;

/* A pds_pin_fn; ctx is a cli_pin_source: the signer's options say where the PIN is, else a person
 * is asked. Threads ask one after the other, and none once the run has stopped. errors: those of
 * the rehearsal, too */
PDS_USE pds_code cli_pin_ask(void *ctx, const char *label, int tries_left, pds_secret *into,
                             pds_err *e);

/* A pds_secret_fn for the verbs of tokens; ctx is their cli_args: options say where PIN, new PIN,
 * PUK and management key are, else a person is asked, for a new PIN twice. */
PDS_USE pds_code cli_secret_ask(void *ctx, pds_secret_kind kind, const char *label, int tries_left,
                                pds_secret *into, pds_err *e);

/* Where an option says that a secret is; none: with a person. */
typedef struct cli_secret_place {
    const char *file, *env, *program;
    long fd; /* -1: none */
} cli_secret_place;

#ifdef __cplusplus
}
#endif
#endif
