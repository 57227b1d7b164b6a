#ifndef BASE_PUBLISH_H
#define BASE_PUBLISH_H

#include "base/file.h"

#include <pds/output.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * An output that appears whole or not at all. Bytes go to an unnamed file in the target folder
 * (O_TMPFILE; a named one where the file system has none), which gets its name at the commit: by
 * link() when the target must not exist, else by link() and rename(). A killed process leaves
 * nothing behind. Only where there is no O_TMPFILE, or between that link() and rename(), can it
 * leave one file named ".NAME.pdfsign-XXXXXX". Hard links of a replaced file keep the old bytes.
 */
typedef struct pds_publish pds_publish;

/* Checks that the output may be written, and opens it.
 * input   may be NULL; names the same file as output only when in_place is set; its mode is copied
 * errors  PDS_E_OUTPUT_EXISTS, PDS_E_OUTPUT_REFUSED (symbolic link, folder, device),
 *         PDS_E_OUTPUT_FAILED, PDS_E_USAGE (output is the input) */
PDS_USE pds_code pds_publish_open(const pds_output *output, const pds_file *input,
                                  pds_publish **out, pds_err *e);
/* Only the checks of open, for --dry-run and before a batch. */
PDS_USE pds_code pds_publish_check(const pds_output *output, const pds_file *input, pds_err *e);
PDS_USE pds_code pds_publish_write(pds_publish *p, pds_span bytes, pds_err *e);
/* n bytes of zeros, as a hole where the file system has holes. Bytes must follow before the commit.
 */
PDS_USE pds_code pds_publish_skip(pds_publish *p, size_t n, pds_err *e);
/* The file as written so far, to be read back or mended with pread and pwrite; lent. */
int pds_publish_fd(const pds_publish *p);
/* Flushes by durability and gives the file its name ("-" and FIFOs: now the bytes go out).
 * errors: PDS_E_OUTPUT_FAILED, PDS_E_OUTPUT_EXISTS, PDS_E_OUTPUT_REFUSED, PDS_E_INPUT_CHANGED (in
 * place); the target is as before then, or at least whole if only the folder could not be synced */
PDS_USE pds_code pds_publish_commit(pds_publish *p, pds_err *e);
/* Without a commit: leaves no trace. */
void pds_publish_drop(pds_publish **p);

#ifdef __cplusplus
}
#endif
#endif
