#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is done with each input; several threads call it. Fills the outcome on success. */
typedef pds_code (*cli_step)(void *ctx, const cli_file *file, cli_outcome *outcome, pds_err *e);

typedef struct cli_work {
    const cli_args *args;
    const char *status; /* of a success, as JSON names it */
    cli_step step;
    void *ctx;
    bool with_keys;         /* a fault of the key or a certificate befalls every file alike */
    bool in_order;          /* results come in the order of the files; else as they are ready */
    const int *worst_first; /* statuses, 0 ends them: of several files the worst counts; NULL: 0, 3
                               or 4 */
} cli_work;

/* Works on every file, `--jobs` at a time, reports each, and makes the results durable. A fault
 * that would befall every file alike (wrong usage; exit 8 where keys sign) and a signal stop the
 * run. Returns the exit status of docs/cli.md. */
int cli_run(const cli_work *work, cli_files *files);
/* Reports a fault of the whole call; returns its exit status. */
int cli_run_failed(const cli_args *args, const pds_err *e);

#ifdef __cplusplus
}
#endif
#endif
