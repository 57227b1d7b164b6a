#ifndef BASE_TARGET_H
#define BASE_TARGET_H

#include "base/file.h"

#include <pds/output.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What an output's path leads to, before anything is written. */
typedef enum pds_target_kind { PDS_TO_FILE, PDS_TO_FIFO, PDS_TO_STDOUT } pds_target_kind;

typedef struct pds_target {
    pds_target_kind kind;
    bool exists, in_place; /* in_place: the target is the input itself */
    struct stat found;     /* if it exists */
    char *folder;          /* owned; where the target lies, "." or "/x/y" */
    const char *name;      /* lent from the output's path: its last part */
} pds_target;

/* errors: PDS_E_OUTPUT_EXISTS, PDS_E_OUTPUT_REFUSED, PDS_E_OUTPUT_FAILED, PDS_E_USAGE */
PDS_USE pds_code pds_target_find(const pds_output *output, const pds_file *input, pds_target *t,
                                 pds_err *e);
/* A kind of file that may be replaced or written into? errors: PDS_E_OUTPUT_REFUSED */
PDS_USE pds_code pds_target_kind_check(mode_t mode, pds_err *e);
void pds_target_drop(pds_target *t);

/* Where the kernel shows the open files of this process as links: a shell's >(command) is one. */
bool pds_target_names_open_file(const char *path);
/* The folder that a path lies in, for free(); NULL: no memory. */
PDS_USE char *pds_target_folder(const char *path);
/* PDS_E_OUTPUT_FAILED with the reason. */
PDS_USE pds_code pds_target_failed(pds_err *e, int errno_value);

#ifdef __cplusplus
}
#endif
#endif
