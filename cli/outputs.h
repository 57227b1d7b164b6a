#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include "cli/fault.h"
#include "cli/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One input and where its result goes; lent by the command line and by cli_files. */
typedef struct cli_file {
    const char *input;  /* NULL: the one in a prepared job */
    const char *output; /* NULL: none */
    bool tried, done;
    int exit; /* once it was tried: its own status */
} cli_file;

typedef struct cli_files {
    cli_file *items;
    size_t count;
    char *names; /* internal */
} cli_files;

/* Names the result of every input, and refuses, before anything is written, names that meet: two
 * results in one file, or a result in place of another file that the call reads. errors:
 * PDS_E_USAGE, PDS_E_NO_MEMORY, PDS_E_OUTPUT_FAILED there is no such folder */
PDS_USE pds_code cli_files_plan(const cli_args *args, cli_files *out, pds_err *e);
void cli_files_drop(cli_files *files);

#ifdef __cplusplus
}
#endif
#endif
