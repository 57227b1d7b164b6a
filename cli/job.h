#ifndef CLI_JOB_H
#define CLI_JOB_H

#include "cli/report.h"

#include <pds/augment.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What several verbs make of their options. */
pds_output cli_output_of(const cli_args *args, const cli_file *file);
/* The password of encrypted inputs; NULL where --password-file is not given. */
PDS_USE pds_code cli_password(const cli_args *args, pds_secret **out, pds_err *e);

/* Puts what is known of a file's signatures, at least one, into the outcome: JSON, or what a person
 * reads. wanted: the level; a lower one makes the exit status 9. */
void cli_tell_signed(cli_outcome *outcome, const cli_file *file, const pds_sign_result *results,
                     size_t count, pds_level wanted);
/* What became of a file's signatures; cli/verb_augment.c. */
void cli_tell_augmented(cli_outcome *outcome, const cli_file *file, const pds_augment_job *job,
                        const pds_augment_result *result);
/* What --prepare leaves to be signed elsewhere. */
void cli_tell_prepared(cli_outcome *outcome, const cli_file *file, const char *state,
                       const pds_sign_result *result);
/* The plan of a --dry-run or --preview. */
void cli_tell_checked(cli_outcome *outcome, const cli_file *file, const pds_sign_result *results,
                      size_t count);

#ifdef __cplusplus
}
#endif
#endif
