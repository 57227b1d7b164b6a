#ifndef CLI_WALK_H
#define CLI_WALK_H

#include "cli/fault.h"
#include "cli/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The files that inputs stand for, where inputs may be folders. */
typedef struct cli_walk {
    cli_list paths;   /* owned, as each path is */
    pds_err **faults; /* owned: one for each path; NULL: none, the file is to be read */
    size_t room;      /* internal */
} cli_walk;

/* Takes of each folder all that is called *.pdf in it and below, in the order of their names;
 * folders behind links are passed over unless a link is itself an input. A folder that cannot be
 * read, that holds no PDF, or that stands there without `recursive`, is a path with a fault.
 * errors: PDS_E_NO_MEMORY */
PDS_USE pds_code cli_walk_inputs(const cli_list *inputs, bool recursive, cli_walk *out, pds_err *e);
void cli_walk_drop(cli_walk *walk);

#ifdef __cplusplus
}
#endif
#endif
